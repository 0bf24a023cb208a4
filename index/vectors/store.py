"""What holds the vectors of parts: the seam between local files and a database.

A part's vectors are written once, when the part is, and then only read. A row is that of a passage
within its part; a sentence belongs to a passage and has no number of its own here.
Does not: hold any; `vector_files` and `qdrant` do, and `parts` reads those of all parts as one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from index.arrays import HalfVectors, Mask, Rows, Vectors
from index.config import DenseConfig


class StoreKind(StrEnum):
    """Where the vectors of an index are; part of what makes a snapshot."""

    FILES = "files"
    QDRANT = "qdrant"


@dataclass(frozen=True, slots=True)
class Shard:
    """Placed vectors of consecutive passages and of their sentences, in order.

    `counts` tells how many sentences each passage has; `n_encoded` texts of all these went through
    the encoder.
    """

    passages: Vectors
    sentences: HalfVectors
    counts: Rows
    n_encoded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How the writing of a part went: texts encoded for it, and see `PartCounts.recall`."""

    n_encoded: int
    recall: float


class PartVectors(Protocol):
    """The vectors of one part; immutable, safe for many threads."""

    @property
    def n_rows(self) -> int:
        """Number of passages."""
        ...

    @property
    def dim(self) -> int:
        """Length of each vector."""
        ...

    def search(self, query: Vectors, k: int, allowed: Mask | None = None) -> tuple[Rows, Vectors]:
        """Return the `k` rows with the largest inner product with `query`, and those products.

        Args:
            query: Shape (dim,).
            k: How many; more than there are gives all.
            allowed: The rows to choose from, shape (n_rows,); None for all.

        Returns:
            Both of shape (min(k, rows to choose from),), best first, ties by row.
        """
        ...

    def scores(self, query: Vectors, rows: Rows) -> Vectors:
        """Return the inner products of `query` with the passages `rows`, shape (n,)."""
        ...

    def best_sentences(self, query: Vectors, rows: Rows, missing: Vectors) -> Vectors:
        """Return the largest inner product of `query` with a sentence of each passage, (n,).

        A passage without sentences gets what `missing`, shape (n,), says.
        """
        ...

    def passages(self, rows: Rows) -> Vectors:
        """Return the vectors of the passages `rows`, shape (n, dim)."""
        ...

    def sentences(self, rows: Rows) -> list[HalfVectors]:
        """Return the vectors of the sentences of each passage, in order, shape (n_own, dim)."""
        ...

    def check(self) -> list[str]:
        """Return what is wrong with them, in words; empty when all are there."""
        ...


class VectorStore(Protocol):
    """Keeps the vectors of parts; safe for many threads."""

    @property
    def kind(self) -> StoreKind:
        """What it is."""
        ...

    def write(  # where, what, how much and how
        self,
        home: Path,
        folder: Path,
        shards: Iterable[Shard],
        shape: tuple[int, int],
        config: DenseConfig,
    ) -> Written:
        """Keep the vectors of a new part.

        Args:
            home: Of the index that the part is for.
            folder: Of the part; what is needed to find the vectors again is written there.
            shards: The vectors of the whole part, in order.
            shape: Sentences of the part, and the length of a vector.
            config: How they are to be searched.
        """
        ...

    def open(self, folder: Path, starts: Rows, dim: int) -> PartVectors:
        """Open what was written with `folder`.

        Args:
            folder: Of the part.
            starts: Where the sentences of each passage begin, and where the last one's end, in any
                numbering that runs through; shape (n_passages + 1,).
            dim: Length of a vector.

        Raises:
            SnapshotCorrupt: If it is missing or not of this shape.
        """
        ...

    def strays(self, home: Path, parts: Sequence[Path]) -> list[str]:
        """Return what is kept elsewhere for an index and belongs to none of its `parts` (folders).

        A build that was killed, or a snapshot that was pruned, leaves such.
        """
        ...

    def sweep(self, home: Path, parts: Sequence[Path]) -> None:
        """Delete the strays."""
        ...


class Searched(Protocol):
    """Vectors that can be searched in two ways."""

    def search(self, query: Vectors, k: int, /) -> tuple[Rows, Vectors]:
        """Search as ever."""
        ...

    def exact(self, query: Vectors, k: int, /) -> tuple[Rows, Vectors]:
        """Compare every vector."""
        ...


def measured_recall(vectors: Searched, questions: Vectors, k: int = 10) -> float:
    """Return the share of the nearest `k` to each question that a search finds; 1 without any."""
    if not len(questions):
        return 1.0
    nearest = [vectors.exact(one, k)[0] for one in questions]
    found = [
        len(np.intersect1d(vectors.search(one, k)[0], near))
        for one, near in zip(questions, nearest, strict=True)
    ]
    return sum(found) / sum(map(len, nearest))


_MEASURED = 64

MIN_RECALL: Final = 0.97
"""Least recall@10 of a search that is not exact; below, a part is searched exactly."""


def held_out(n_sentences: int) -> Rows:
    """Choose the sentences that measure a search: encoded alone, as questions are, unsearched."""
    if not n_sentences:
        return np.empty(0, np.int64)
    return np.linspace(0, n_sentences - 1, _MEASURED).astype(np.int64)
