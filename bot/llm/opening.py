"""Assembly of what needs a language model: answers written, quotes translated, questions rewritten.

Nothing of the openai package, and no check of claims, is loaded where no model is set.
"""

from dataclasses import replace
from typing import Final

from bot.answer.serving import Serving
from bot.grounding.types import Checking
from bot.llm.budget import DailyBudget
from bot.llm.translations import Translations
from bot.session.session import Session
from bot.settings import Settings, SettingsError
from index import Encoder, read_removals
from index.errors import how_to_install

_JUDGE_SHARE: Final = 0.5
"""Share of the time for an answer within which its claims are judged."""


def open_grounder(settings: Settings, encoder: Encoder) -> Checking:
    """Open the checks of claims, with the cross-encoder of the settings where they name one.

    Raises:
        EncoderError: If that cannot be loaded.
    """
    from bot.grounding import check, entailment  # a fifth of a second that quotes do not need

    if settings.llm_entailment is None:
        return check.Grounder(encoder)
    model = settings.llm_entailment.partition(":")[2]
    return check.Grounder(encoder, entailment=entailment.Entailment(model))


def session_over(settings: Settings, serving: Serving) -> Session:
    """Return a new conversation with `serving`, and with a language model where one is set.

    Raises:
        SettingsError: If the package that talks to its server is not installed.
        EncoderError: If the cross-encoder of the settings cannot be loaded.
    """
    if settings.llm_base_url is None:
        return Session(
            answering=serving,
            max_quotes=settings.max_quotes,
            choice=settings.language,
            public_url=settings.public_url or "",
        )
    try:
        # Heavy, and the client is of an extra: loaded once there is a server to talk to.
        from bot.llm import client, judge, rewrite, translate, writer
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("bot"):
            raise
        raise SettingsError(
            f"PASOKH_LLM_BASE_URL is set, but the package {error.name!r} is not installed; "
            f"{how_to_install('llm')}"
        ) from error
    limit = settings.llm_tokens_per_day
    config = client.ServerConfig(
        base_url=settings.llm_base_url,
        model=settings.llm_model or "",
        api_key=settings.llm_api_key,
        timeout_s=settings.llm_timeout_s,
        max_tokens=settings.llm_max_tokens,
        budget=None if limit is None else DailyBudget(settings.llm_budget_file, limit),
        proxy=settings.proxy_for("llm", settings.llm_base_url),
    )
    generator = client.OpenAIGenerator(config)
    checking = client.OpenAIGenerator(
        replace(
            config,
            model=settings.llm_check_model or config.model,
            timeout_s=config.timeout_s * _JUDGE_SHARE,
        )
    )
    with serving.using() as answerer:
        grounder = open_grounder(settings, answerer.encoder)
    return Session(
        answering=serving,
        max_quotes=settings.max_quotes,
        choice=settings.language,
        writing=writer.Writer(
            generator,
            grounder,
            serving,
            judge=judge.Judge(checking) if settings.llm_check else None,
        ),
        translating=translate.Translator(
            generator,
            grounder,
            translations(settings),
            is_removed=lambda article: article in removed_articles(settings),
        ),
        rewriting=rewrite.Rewriter(generator),
        public_url=settings.public_url or "",
    )


def removed_articles(settings: Settings) -> set[str]:
    """Return the ids of the articles that were removed by request."""
    return {entry.article for entry in read_removals(settings.index_home).entries}


def translations(settings: Settings) -> Translations:
    """Return the store of translations; its file is not opened yet."""
    return Translations(settings.translations_file, retention_days=settings.retention_days)
