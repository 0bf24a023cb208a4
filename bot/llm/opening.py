"""The composition root's share for a language model: what words, translates and rewrites.

Nothing of the openai package, and no check of claims, is loaded where no model is set.
Does not: open the archive; `wire` does.
"""

from bot.answer.serving import Serving
from bot.grounding.types import Checking
from bot.llm.translations import Translations
from bot.llm.types import Generator
from bot.question.question import read_question
from bot.session.protocols import Translating, Writing
from bot.session.session import Session
from bot.settings import Settings, SettingsError
from bot.types import Answer, Citation, Shape
from index import Encoder, read_withdrawals


def open_generator(settings: Settings) -> Generator | None:
    """Open the language model of the settings; None where they name none.

    Raises:
        SettingsError: If the package that talks to its server is not installed.
    """
    if settings.llm_base_url is None:
        return None
    try:
        # Heavy and of an extra: imported once there is a server to talk to.
        from bot.llm.budget import DailyBudget
        from bot.llm.client import OpenAIGenerator, ServerConfig
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("bot"):
            raise
        msg = (
            f"PASOKH_LLM_BASE_URL is set, but the package {error.name!r} is not installed; "
            "run: pip install 'pasokh[llm]'"
        )
        raise SettingsError(msg) from error
    limit = settings.llm_tokens_per_day
    return OpenAIGenerator(
        ServerConfig(
            base_url=settings.llm_base_url,
            model=settings.llm_model or "",
            api_key=settings.llm_api_key,
            timeout_s=settings.llm_timeout_s,
            max_tokens=settings.llm_max_tokens,
            budget=None if limit is None else DailyBudget(settings.llm_budget_file, limit),
        )
    )


def open_grounder(settings: Settings, encoder: Encoder) -> Checking:
    """Open what checks claims, with the cross-encoder of the settings where they name one.

    Raises:
        EncoderError: If that cannot be loaded.
    """
    from bot.grounding.check import Grounder  # a fifth of a second that quotes do not need

    if settings.llm_entailment is None:
        return Grounder(encoder)
    from bot.grounding.entailment import Entailment

    model = settings.llm_entailment.partition(":")[2]
    return Grounder(encoder, entailment=Entailment(model))


def session_over(settings: Settings, serving: Serving) -> Session:
    """Return a new conversation with `serving`, and with a language model where one is set.

    Raises:
        SettingsError: If the package that talks to its server is not installed.
        EncoderError: If the cross-encoder of the settings cannot be loaded.
    """
    generator = open_generator(settings)
    if generator is None:
        return Session(answering=serving, max_quotes=settings.max_quotes, choice=settings.language)
    from bot.llm.rewrite import Rewriter  # as the client, not needed without a model

    with serving.using() as answerer:
        grounder = open_grounder(settings, answerer.encoder)
    return Session(
        answering=serving,
        max_quotes=settings.max_quotes,
        choice=settings.language,
        writing=_writer(generator, grounder, serving),
        translating=_translator(settings, generator, grounder),
        rewriting=Rewriter(generator),
    )


def _writer(generator: Generator, grounder: Checking, serving: Serving) -> Writing:
    """Return what words the answers of `serving`."""
    from bot.llm.writer import MOST_EVIDENCE, Writer  # see session_over

    def further(answer: Answer) -> tuple[Citation, ...]:
        left = MOST_EVIDENCE - len(answer.citations)
        # What was asked of is not told where its time was missed, and must not be left.
        # Nor is anything added to what stands in order of time or by sides.
        if left <= 0 or answer.is_missed or answer.shape is not Shape.QUOTES:
            return ()
        question = read_question(answer.question, scope=answer.within, outlets=serving.outlets)
        return serving.further(question, beyond=answer.citations, k=left)

    return Writer(generator, grounder, further=further)


def _translator(settings: Settings, generator: Generator, grounder: Checking) -> Translating:
    """Return what translates quotes."""
    from bot.llm.translate import Translator  # see session_over

    return Translator(
        generator,
        grounder,
        translations(settings),
        is_withdrawn=lambda article: article in withdrawn(settings),
    )


def withdrawn(settings: Settings) -> set[str]:
    """Return the ids of the articles that were removed by request."""
    return {one.article for one in read_withdrawals(settings.index_home).entries}


def translations(settings: Settings) -> Translations:
    """Return where translations are kept; nothing is opened yet."""
    return Translations(settings.translations_file, retention_days=settings.retention_days)
