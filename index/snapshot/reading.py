"""What is read of a snapshot, wherever it is: its texts, the facts of its passages, its reports."""

from collections.abc import Iterator, Sequence
from typing import Protocol, Self

from index.arrays import Allowed, Mask, Rows
from index.corpus.ledger import Kind, Repeat
from index.types import Article, ArticleId, Passage, Scope


class Texts(Protocol):
    """Articles and passages; those removed since are not returned by id."""

    def row(self, article_id: ArticleId) -> int | None:
        """Return the row of the article with this id, or None."""
        ...

    def article(self, article_id: ArticleId) -> Article | None:
        """Return the article with this id, or None."""
        ...

    def articles_at(self, rows: Sequence[int]) -> list[Article]:
        """Return the article of each row."""
        ...

    def articles(self) -> Iterator[Article]:
        """Yield all articles, by row."""
        ...

    def passages(self, rows: Sequence[int]) -> list[tuple[Passage, Article]]:
        """Return (passage, its article) for each row, in order."""
        ...

    def close(self) -> None:
        """Release what is open."""
        ...


class Columns(Protocol):
    """Facts of passages, and choices of them."""

    @property
    def n_live(self) -> int:
        """Number of passages."""
        ...

    @property
    def outlet_names(self) -> tuple[str, ...]:
        """Case-folded names of outlets; "" stands for an unnamed one."""
        ...

    def within(self, scope: Scope) -> Allowed | None:
        """Choose the passages that a question of `scope` may find; None for all."""
        ...

    def count(self, allowed: Allowed | None) -> int:
        """Count the passages of a choice, None for all."""
        ...

    def rows(self, allowed: Allowed) -> Rows:
        """Return the passages of a choice, which rise."""
        ...

    def is_language(self, rows: Rows, tag: str) -> Mask:
        """Tell which passages are in a language, shape (n,)."""
        ...

    def owners_of(self, rows: Rows) -> Rows:
        """Return the articles of passages, shape (n,)."""
        ...

    def rows_of(self, articles: Rows) -> Rows:
        """Return the passages of articles, ordered as these are."""
        ...

    def of_articles(self, articles: Rows | Sequence[int]) -> Allowed:
        """Choose the passages of articles."""
        ...

    def among_articles(self, articles: Rows) -> Self:
        """Return the same where only passages of these articles are found."""
        ...


class Reports(Protocol):
    """Which articles are one report."""

    def group(self, row: int, /) -> list[int]:
        """Return the rows of the articles that are one report with that of `row`, ascending."""
        ...

    def close(self) -> None:
        """Release what is open."""
        ...


class Versions(Protocol):
    """What the articles of a snapshot replaced."""

    def repeats(self, article: ArticleId, *, kind: Kind) -> Iterator[Repeat]:
        """Yield the duplicates or earlier versions of an article."""
        ...

    def successor(self, former: str) -> ArticleId | None:
        """Return the article whose earlier version had this id."""
        ...

    def wordings(self) -> Iterator[tuple[ArticleId, bytes]]:
        """Yield every article with the hash of its wording."""
        ...

    def close(self) -> None:
        """Release what is open."""
        ...
