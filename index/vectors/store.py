"""Protocols of a vector store: `VectorStore` writes and opens the `PartVectors` of one part.

A part's vectors are written once, with the part, and then only read. A row is that of a passage
within its part; a sentence belongs to a passage and has no number of its own here.
Implemented by `files` and `qdrant`; `index.snapshot.segments` reads all parts as one.
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
    """Centred vectors of consecutive passages and of their sentences, in order.

    `counts` is the number of sentences of each passage; `n_encoded` of all these texts went through
    the encoder, the others were cached.
    """

    passages: Vectors
    sentences: HalfVectors
    counts: Rows
    n_encoded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Result of writing a part: texts encoded for it, and recall (see `PartCounts.recall`)."""

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
    """Stores the vectors of parts; safe for many threads."""

    @property
    def kind(self) -> StoreKind:
        """The kind of store."""
        ...

    def write(
        self,
        home: Path,
        folder: Path,
        shards: Iterable[Shard],
        shape: tuple[int, int],
        config: DenseConfig,
    ) -> Written:
        """Store the vectors of a new part.

        Args:
            home: Of the index that the part is for.
            folder: Of the part; whatever is needed to open the vectors is written there.
            shards: The vectors of the whole part, in order.
            shape: Sentences of the part, and the length of a vector.
            config: How they are to be searched.
        """
        ...

    def open(self, folder: Path, starts: Rows, dim: int) -> PartVectors:
        """Open what was written with `folder`.

        Args:
            folder: Of the part.
            starts: First sentence of each passage, and the end of the last passage's, in any
                consecutive numbering; shape (n_passages + 1,).
            dim: Length of a vector.

        Raises:
            SnapshotCorrupt: If it is missing or not of this shape.
        """
        ...

    def strays(self, home: Path, parts: Sequence[Path]) -> list[str]:
        """Return what is stored outside for an index and belongs to none of its `parts` (folders).

        A killed build or a deleted snapshot leaves such.
        """
        ...

    def sweep(self, home: Path, parts: Sequence[Path]) -> None:
        """Delete the strays."""
        ...


class Searched(Protocol):
    """Vectors with an approximate and an exact search."""

    def search(self, query: Vectors, k: int, /) -> tuple[Rows, Vectors]:
        """Search as questions do."""
        ...

    def exact(self, query: Vectors, k: int, /) -> tuple[Rows, Vectors]:
        """Compare every vector."""
        ...


def measured_recall(vectors: Searched, questions: Vectors, k: int = 10) -> float:
    """Return recall@k of the search against the exact one; 1 without questions."""
    if not len(questions):
        return 1.0
    nearest = [vectors.exact(question, k)[0] for question in questions]
    n_found = sum(
        len(np.intersect1d(vectors.search(question, k)[0], rows))
        for question, rows in zip(questions, nearest, strict=True)
    )
    return n_found / sum(map(len, nearest))


_MEASURED = 64

MIN_RECALL: Final = 0.97
"""Least recall@10 of an approximate search; below, a part is searched exactly."""


def held_out(n_sentences: int) -> Rows:
    """Choose sentences as questions to measure recall: they are not among the searched passages."""
    if not n_sentences:
        return np.empty(0, np.int64)
    return np.linspace(0, n_sentences - 1, _MEASURED).astype(np.int64)
