"""What a surface asks of whatever answers, and of the archive behind the answers.

Does not: answer; `bot.answer.Answerer` does.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

from bot.types import Answer, Citation, NoAnswer
from index import EVERYTHING, Article, ArticleId, Manifest, Scope


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
    """What a surface asks: `bot.answer.Answerer`, or anything like it."""

    @property
    def snapshot(self) -> OpenArchive:
        """The archive behind the answers."""
        ...

    def answer(self, question: str, *, k: int = 3, within: Scope = EVERYTHING) -> Answer | NoAnswer:
        """Answer with at most `k` quotes from a part of the archive."""
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
    """What can also take up a newer archive: `bot.serving.Serving`."""

    def refresh(self) -> None:
        """Let what is published answer from now on.

        Raises:
            PasokhError: If it cannot be opened; what answered before goes on.
        """
        ...
