"""What a surface asks of whatever answers, and of the archive behind the answers.

Does not: answer; `bot.answer.Answerer` does.
"""

from collections.abc import Sequence
from typing import Protocol

from bot.types import Answer, Citation, NoAnswer
from index import Article, ArticleId, Manifest


class OpenArchive(Protocol):
    """The part of a snapshot that a surface needs."""

    @property
    def manifest(self) -> Manifest:
        """What the archive is."""
        ...

    def article(self, article_id: ArticleId) -> Article | None:
        """Return an article, or None."""
        ...


class Answering(Protocol):
    """What a surface asks: `bot.answer.Answerer`, or anything like it."""

    @property
    def snapshot(self) -> OpenArchive:
        """The archive behind the answers."""
        ...

    def answer(self, question: str, *, k: int = 3) -> Answer | NoAnswer:
        """Answer with at most `k` quotes."""
        ...


class AnsweringOn(Answering, Protocol):
    """What can also go on after an answer."""

    def further(
        self, question: str, *, beyond: Sequence[Citation], k: int = 3
    ) -> tuple[Citation, ...]:
        """Return at most `k` quotes that come after those shown, numbered on."""
        ...
