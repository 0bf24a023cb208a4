"""What a surface asks of whatever answers, words or translates, and of the archive behind.

Does not: answer; `bot.answer.answerer.Answerer` does.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.question.followup import Rewriting
from bot.texts.language import Language
from bot.types import Answer, Citation, Claim, NoAnswer, Translation
from index import EVERYTHING, Article, ArticleId, Manifest, Scope
from index.text import detect


class OpenArchive(Protocol):
    """The part of a snapshot that a surface needs."""

    @property
    def manifest(self) -> Manifest:
        """What the archive is."""
        ...

    @property
    def outlets(self) -> Collection[str]:
        """Case-folded names of those who published its articles."""
        ...

    def article(self, article_id: ArticleId) -> Article | None:
        """Return an article, or None."""
        ...

    def same_report(self, article_id: ArticleId) -> Sequence[Article]:
        """Return the articles that are one report with this one, itself among them."""
        ...


class Answering(Protocol):
    """What a surface asks: `bot.answer.answerer.Answerer`, or anything like it."""

    @property
    def snapshot(self) -> OpenArchive:
        """The archive behind the answers."""
        ...

    def answer(
        self, question: str, *, k: int = 3, within: Scope = EVERYTHING, alone: str = ""
    ) -> Answer | NoAnswer:
        """Answer with at most `k` quotes from a part of the archive.

        Args:
            question: As it was asked, or as it is meant.
            k: Most quotes; twice as many where several articles are asked for.
            within: The part of the archive.
            alone: The question without what the conversation added to it; empty for the same.
        """
        ...


class AnsweringOn(Answering, Protocol):
    """What can also go on after an answer."""

    def further(
        self,
        question: str,
        *,
        beyond: Sequence[Citation],
        k: int = 3,
        within: Scope = EVERYTHING,
    ) -> tuple[Citation, ...]:
        """Return at most `k` quotes that come after those shown, numbered on."""
        ...


class AnsweringAnew(AnsweringOn, Protocol):
    """What can also take up a newer archive: `bot.answer.serving.Serving`."""

    def refresh(self) -> None:
        """Let what is published answer from now on.

        Raises:
            PasokhError: If it cannot be opened; what answered before goes on.
        """
        ...


class Writing(Protocol):
    """What words an answer in the asker's language: a language model and the checks on it."""

    def word(
        self, answer: Answer, *, tell: Callable[[tuple[Claim, ...]], None] | None = None
    ) -> Answer | NoAnswer:
        """Return an answer with claims, each checked; the quotes alone where that fails.

        Args:
            answer: Verified quotes.
            tell: Called with all claims that stand so far, each time there is one more; nothing
                unchecked is ever told.

        Returns:
            `answer` with claims and the quotes that these stand on; with `unworded` where there
            are none; a refusal where the model finds no answer in the quotes.
        """
        ...


class Translating(Protocol):
    """What translates a quote: a language model and the checks on it."""

    def translate(self, citation: Citation, language: str) -> Translation:
        """Return a quote in a language, a BCP 47 tag, or why it is not translated."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What a surface talks with: an archive that answers, and a language model where one is set."""

    answerer: Answering
    writing: Writing | None = None
    translating: Translating | None = None
    rewriting: Rewriting | None = None


_UNKNOWN: Final = "und"


def asked_in(tag: str, language: Language) -> str:
    """Return the language of a question, or that of our words where it could not be told."""
    return language.value if tag in {"", _UNKNOWN} else tag


def foreign(citations: Iterable[Citation], language: str) -> tuple[Citation, ...]:
    """Return the quotes whose language is known and is not this one; regions make no difference."""
    own = {_primary(language), _UNKNOWN}
    return tuple(one for one in citations if _primary(detect(one.quote).tag) not in own)


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
