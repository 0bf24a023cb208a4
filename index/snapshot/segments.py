"""The parts of a snapshot read as one: articles, passages, vectors by their number in the whole.

Rows of articles, passages and sentences are numbered over all parts: a part begins where the one
before it ends. Parts never change, so an article that was changed or removed since stays in its
part and is masked: it keeps its numbers, and nothing here gives it out by id.
Does not: know how files are laid out in a folder, or write any.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from index.arrays import HalfVectors, Mask, Rows, Vectors
from index.corpus.archive import Archive, ArchiveWriter
from index.types import Article, ArticleId, Passage
from index.vectors.store import PartVectors


class _Cuts:
    """Where each part's rows lie among all."""

    def __init__(self, counts: Sequence[int]) -> None:
        self.edges = np.cumsum([0, *counts])

    @property
    def total(self) -> int:
        return int(self.edges[-1])

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Yield the rows [start, end) of each part."""
        yield from pairwise(self.edges.tolist())

    def split(self, rows: Rows) -> Iterator[tuple[int, Rows, Rows]]:
        """Yield (part, positions in `rows`, rows within the part) for each part that has any."""
        owners = np.searchsorted(self.edges, rows, side="right") - 1
        for part in np.unique(owners).tolist():
            places = np.flatnonzero(owners == part)
            # Rows beyond the end belong to nobody: the last part says that it lacks them.
            at = min(part, len(self.edges) - 2)
            yield at, places, rows[places] - self.edges[at]


class Archives:
    """The texts of all parts; safe to share between threads.

    Attributes:
        n_rows: Articles, those removed since among them.
        n_articles: Articles, those removed since left out.
        n_passages: Passages, those of articles removed since among them.
        n_sentences: Sentences, likewise.
    """

    def __init__(self, parts: Sequence[Archive], removed: Sequence[int] = ()) -> None:
        """Read `parts` as one, the articles of the rows `removed` masked."""
        self.parts: Final = tuple(parts)
        self._removed = frozenset(map(int, removed))
        self._articles = _Cuts([part.n_articles for part in parts])
        self._passages = _Cuts([part.n_passages for part in parts])
        self.n_rows: Final = self._articles.total
        self.n_articles: Final = self.n_rows - len(self._removed)
        self.n_passages: Final = self._passages.total
        self.n_sentences: Final = sum(part.n_sentences for part in parts)

    def close(self) -> None:
        """Release the files."""
        for part in self.parts:
            part.close()

    def row(self, article_id: ArticleId) -> int | None:
        """Return the row of the article with this id, or None; the newest part is asked first."""
        ranges = list(self._articles.ranges())
        for part, (start, _) in reversed(list(zip(self.parts, ranges, strict=True))):
            row = part.row(article_id)
            if row is not None and start + row not in self._removed:
                return start + row
        return None

    def article(self, article_id: ArticleId) -> Article | None:
        """Return the article with this id, or None."""
        row = self.row(article_id)
        return None if row is None else self.article_at(row)

    def articles(self) -> Iterator[Article]:
        """Yield all articles that are not removed, by row."""
        for part, (start, end) in zip(self.parts, self._articles.ranges(), strict=True):
            for row in range(start, end):
                if row not in self._removed:
                    yield part.article_at(row - start)

    def copy(self, writer: ArchiveWriter, rows: Rows) -> None:
        """Append the articles of `rows`, which rise, to another archive."""
        for part, _, local in self._articles.split(rows):
            writer.copy(self.parts[part], local.tolist())

    def passages(self, rows: Sequence[int]) -> list[tuple[Passage, Article]]:
        """Return (passage, its article) for each row, in order."""
        wanted = np.asarray(rows, np.int64)
        found: list[tuple[Passage, Article]] = [None] * len(wanted)  # type: ignore[list-item]  # each is filled below
        for part, places, local in self._passages.split(wanted):
            read = self.parts[part].passages(local.tolist())
            for place, pair in zip(places.tolist(), read, strict=True):
                found[place] = pair
        return found

    def check(self) -> list[str]:
        """Return what is wrong with the files, in words; empty when they are sound."""
        return [problem for part in self.parts for problem in part.check()]

    def article_at(self, row: int) -> Article:
        """Return the article of a row, be it removed or not."""
        ((part, _, local),) = self._articles.split(np.array([row]))
        return self.parts[part].article_at(int(local[0]))


class SnapshotVectors:
    """The vectors of all parts, read as one; safe for many threads."""

    def __init__(self, parts: Sequence[PartVectors]) -> None:
        """Read `parts` as one."""
        self.parts: Final = tuple(parts)
        self._cuts = _Cuts([part.n_rows for part in parts])
        self.n_rows: Final = self._cuts.total
        self.dim: Final = parts[0].dim

    def search(self, query: Vectors, k: int, allowed: Mask | None = None) -> tuple[Rows, Vectors]:
        """Return the `k` rows nearest to `query`, best first, ties by row; see `PartVectors`."""
        rows, scores = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        for part, (start, end) in zip(self.parts, self._cuts.ranges(), strict=True):
            own = None if allowed is None else allowed[start:end]
            near, alike = part.search(query, k, own)
            rows.append(near + start)
            scores.append(alike)
        found, score = np.concatenate(rows), np.concatenate(scores)
        order = np.lexsort((found, -score))[:k]
        return found[order], score[order]

    def scores(self, query: Vectors, rows: Rows) -> Vectors:
        """Return the inner products of `query` with passages, shape (n,)."""
        found = np.empty(len(rows), np.float32)
        for part, places, local in self._cuts.split(rows):
            found[places] = self.parts[part].scores(query, local)
        return found

    def best_sentences(self, query: Vectors, rows: Rows, missing: Vectors) -> Vectors:
        """Return the inner product of `query` with the best sentence of each passage, shape (n,).

        Args:
            query: Shape (dim,).
            rows: Of passages, shape (n,).
            missing: What a passage without sentences gets, shape (n,).
        """
        found = np.empty(len(rows), np.float32)
        for part, places, local in self._cuts.split(rows):
            found[places] = self.parts[part].best_sentences(query, local, missing[places])
        return found

    def passages(self, rows: Rows) -> Vectors:
        """Return the vectors of passages, shape (n, dim)."""
        found = np.empty((len(rows), self.dim), np.float32)
        for part, places, local in self._cuts.split(rows):
            found[places] = self.parts[part].passages(local)
        return found

    def sentences(self, rows: Rows) -> list[HalfVectors]:
        """Return the vectors of each passage's sentences, in order, shape (n_own, dim)."""
        found = [np.empty((0, self.dim), np.float16)] * len(rows)
        for part, places, local in self._cuts.split(rows):
            read = self.parts[part].sentences(local)
            for place, own in zip(places.tolist(), read, strict=True):
                found[place] = own
        return found

    def check(self, first: int = 0) -> list[str]:
        """Return what is wrong with the parts from `first` on, in words."""
        return [problem for part in self.parts[first:] for problem in part.check()]
