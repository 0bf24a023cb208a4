"""Parts of a snapshot read as one: articles, passages and vectors by row over all parts.

Rows of articles, passages and sentences are numbered over all parts: a part begins where the one
before it ends. Parts never change, so an article that was changed or removed since stays in its
part and is masked: it keeps its rows, but is not returned by id.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.arrays import HalfVectors, Mask, Rows, Vectors
from index.corpus.archive import Archive, ArchiveWriter, Stored
from index.types import Article, ArticleId, Passage
from index.vectors.store import PassageVectors

_Item = TypeVar("_Item")


class _RowRanges:
    """The rows [start, end) of each part, in `ranges`."""

    def __init__(self, counts: Sequence[int]) -> None:
        self._edges = np.cumsum([0, *counts])
        self.total: Final = int(self._edges[-1])
        self.ranges: Final[tuple[tuple[int, int], ...]] = tuple(pairwise(self._edges.tolist()))

    def split(self, rows: Rows) -> Iterator[tuple[int, Rows, Rows]]:
        """Yield (part, positions in `rows`, rows within the part) for each part that has any."""
        owners = np.searchsorted(self._edges, rows, side="right") - 1
        # Rows beyond the end are passed to the last part, which reports that it lacks them.
        owners = np.minimum(owners, len(self.ranges) - 1)
        for part in np.unique(owners).tolist():
            positions = np.flatnonzero(owners == part)
            yield part, positions, rows[positions] - self._edges[part]

    def gather(self, rows: Rows, read: Callable[[int, Rows], Sequence[_Item]]) -> list[_Item]:
        """Return the items of `rows` in order, read part by part with (part, rows within it)."""
        items: dict[int, _Item] = {}
        for part, positions, local in self.split(rows):
            items.update(zip(positions.tolist(), read(part, local), strict=True))
        return [items[position] for position in range(len(rows))]


class Archives:
    """The texts of all parts; safe to share between threads.

    Attributes:
        n_rows: Articles, including those removed since.
        n_articles: Articles without those removed since.
        n_passages: Passages, including those of articles removed since.
        n_sentences: Sentences, likewise.
    """

    def __init__(
        self,
        parts: Sequence[Archive],
        removed: NDArray[np.integer] | Sequence[int] = (),
        origins: Mapping[ArticleId, str] | None = None,
    ) -> None:
        """Read `parts` as one, the articles of the rows `removed` masked.

        Args:
            origins: Where some articles are said to be read from, instead of what is stored.
        """
        self.parts: Final = tuple(parts)
        self._articles = _RowRanges([part.n_articles for part in parts])
        self._passages = _RowRanges([part.n_passages for part in parts])
        self._origins = origins or {}
        self.n_rows: Final = self._articles.total
        self._is_removed = np.zeros(self.n_rows, np.bool_)
        self._is_removed[np.asarray(removed, np.int64)] = True
        self.n_articles: Final = self.n_rows - int(np.count_nonzero(self._is_removed))
        self.n_passages: Final = self._passages.total
        self.n_sentences: Final = sum(part.n_sentences for part in parts)

    def close(self) -> None:
        """Release the files."""
        for part in self.parts:
            part.close()

    def row(self, article_id: ArticleId) -> int | None:
        """Return the row of the article with this id, or None; the newest part is asked first."""
        for part, (start, _) in zip(self.parts[::-1], self._articles.ranges[::-1], strict=True):
            row = part.row(article_id)
            if row is not None and not self._is_removed[start + row]:
                return start + row
        return None

    def article(self, article_id: ArticleId) -> Article | None:
        """Return the article with this id, or None."""
        row = self.row(article_id)
        return None if row is None else self.articles_at([row])[0]

    def articles(self) -> Iterator[Article]:
        """Yield all articles that are not removed, by row."""
        for part, (start, end) in zip(self.parts, self._articles.ranges, strict=True):
            for row in range(start, end):
                if not self._is_removed[row]:
                    yield self._said(part.article_at(row - start))

    def addresses(self) -> Iterator[tuple[int, ArticleId, str, str]]:
        """Yield (row, id, stored origin, address) of all articles that are not removed."""
        for part, (start, _) in zip(self.parts, self._articles.ranges, strict=True):
            for row, (article_id, origin, url) in enumerate(part.addresses(), start=start):
                if not self._is_removed[row]:
                    yield row, article_id, origin, url

    def copy(self, writer: ArchiveWriter, rows: Rows) -> None:
        """Append the articles of `rows`, which rise, to another archive."""
        for part, _, local in self._articles.split(rows):
            writer.copy(self.parts[part], local.tolist())

    def stored(self, rows: Rows) -> list[tuple[tuple[Any, ...], list[Stored]]]:
        """Return the articles of `rows`, in order, as they are stored, each with its passages."""
        return self._articles.gather(
            rows, lambda part, local: list(self.parts[part].stored(local.tolist()))
        )

    def passages(self, rows: Sequence[int]) -> list[tuple[Passage, Article]]:
        """Return (passage, its article) for each row, in order."""
        read = self._passages.gather(
            np.asarray(rows, np.int64),
            lambda part, local: self.parts[part].passages(local.tolist()),
        )
        return [(passage, self._said(article)) for passage, article in read]

    def check(self) -> list[str]:
        """Return what is wrong with the files, in words; empty when they are sound."""
        return [problem for part in self.parts for problem in part.check()]

    def articles_at(self, rows: Sequence[int]) -> list[Article]:
        """Return the article of each row, even if it is removed."""
        read = self._articles.gather(
            np.asarray(rows, np.int64),
            lambda part, local: list(map(self.parts[part].article_at, local.tolist())),
        )
        return list(map(self._said, read))

    def _said(self, article: Article) -> Article:
        """Return an article with where it is said to be read from."""
        origin = self._origins.get(article.id)
        return article if origin is None else replace(article, origin=origin)


class SnapshotVectors:
    """The vectors of all parts, read as one; safe for many threads."""

    def __init__(self, parts: Sequence[PassageVectors]) -> None:
        """Read `parts` as one."""
        self.parts: Final = tuple(parts)
        self._rows = _RowRanges([part.n_rows for part in parts])
        self.n_rows: Final = self._rows.total
        self.dim: Final = parts[0].dim

    def search(self, query: Vectors, k: int, allowed: Mask | None = None) -> tuple[Rows, Vectors]:
        """Return the `k` rows nearest to `query`, best first, ties by row; see `PassageVectors`."""
        rows, scores = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        for part, (start, end) in zip(self.parts, self._rows.ranges, strict=True):
            mask = None if allowed is None else allowed[start:end]
            nearest, similarities = part.search(query, k, mask)
            rows.append(nearest + start)
            scores.append(similarities)
        row, score = np.concatenate(rows), np.concatenate(scores)
        order = np.lexsort((row, -score))[:k]
        return row[order], score[order]

    def scores(self, query: Vectors, rows: Rows) -> Vectors:
        """Return the inner products of `query` with passages, shape (n,)."""
        scores = np.empty(len(rows), np.float32)
        for part, positions, local in self._rows.split(rows):
            scores[positions] = self.parts[part].scores(query, local)
        return scores

    def best_sentences(self, query: Vectors, rows: Rows, missing: Vectors) -> Vectors:
        """Return the inner product of `query` with the best sentence of each passage, shape (n,).

        Args:
            query: Shape (dim,).
            rows: Rows of passages, shape (n,).
            missing: The score of each passage if it has no sentences, shape (n,).
        """
        scores = np.empty(len(rows), np.float32)
        for part, positions, local in self._rows.split(rows):
            best = self.parts[part].best_sentences(query, local, missing[positions])
            scores[positions] = best
        return scores

    def passages(self, rows: Rows) -> Vectors:
        """Return the vectors of passages, shape (n, dim)."""
        vectors = np.empty((len(rows), self.dim), np.float32)
        for part, positions, local in self._rows.split(rows):
            vectors[positions] = self.parts[part].passages(local)
        return vectors

    def sentences(self, rows: Rows) -> list[HalfVectors]:
        """Return the vectors of each passage's sentences, in order, shape (n_sentences, dim)."""
        return self._rows.gather(rows, lambda part, local: self.parts[part].sentences(local))
