"""Protocols of what a session talks with: what answers, and what a language model adds."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from bot.answer.news import New
from bot.question.question import Question
from bot.types import Answer, Citation, Claim, NoAnswer, Translation
from index import Article, ArticleId, Manifest, Snapshot

TellClaims: TypeAlias = Callable[[tuple[Claim, ...]], None]
"""Takes all claims that stand so far, each time there is one more."""


class Answering(Protocol):
    """An archive that answers: `bot.answer.serving.Serving`, or anything like it."""

    @property
    def manifest(self) -> Manifest:
        """Manifest of the snapshot that answers now."""
        ...

    @property
    def outlets(self) -> Collection[str]:
        """Case-folded names of the outlets of its articles."""
        ...

    def article(self, article_id: ArticleId) -> Article | None:
        """Return an article, or None."""
        ...

    def same_report(self, article_id: ArticleId) -> Sequence[Article]:
        """Return the articles that are one report with this one, itself among them."""
        ...

    def answer(self, question: Question, *, k: int = 3) -> Answer | NoAnswer:
        """Answer with at most `k` quotes; twice as many where several articles are asked for."""
        ...

    def further(
        self, question: Question, *, beyond: Sequence[Citation], k: int = 3
    ) -> tuple[Citation, ...]:
        """Return at most `k` quotes that come after those shown, numbered on."""
        ...

    def search(self, question: Question, *, k: int = 10) -> tuple[Citation, ...]:
        """Return the `k` passages nearest to a question, best first, each with its place."""
        ...

    def edition(self) -> AbstractContextManager[Snapshot]:
        """Hold what is published open."""
        ...

    def news(self, questions: Sequence[Question], new: New, *, k: int = 3) -> list[Answer | None]:
        """Answer each question from new articles alone, None where they do not."""
        ...

    def refresh(self) -> None:
        """Let what is published answer from now on.

        Raises:
            PasokhError: If it cannot be opened; what answered before goes on.
        """
        ...


class Writing(Protocol):
    """What words an answer in the asker's language: a language model and the checks on it."""

    def word(self, answer: Answer, *, tell: TellClaims | None = None) -> Answer | NoAnswer:
        """Return an answer with claims, each checked; the quotes alone where that fails.

        Args:
            answer: Verified quotes.
            tell: Called with the checked claims so far; nothing unchecked is ever told.

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
