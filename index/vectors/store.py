"""What vectors of passages and of their sentences can do: `PassageVectors`.

They are written once and then only read. A sentence belongs to a passage and has no number of its
own here. Implemented by `files` for a part, by `index.snapshot.parts` for all parts, and by
`index.engine` on a server.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from index.arrays import Allowed, HalfVectors, Rows, Vectors


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


class PassageVectors(Protocol):
    """Vectors of numbered passages; immutable, safe for many threads."""

    @property
    def n_rows(self) -> int:
        """Number of passages."""
        ...

    @property
    def dim(self) -> int:
        """Length of each vector."""
        ...

    def search(
        self, query: Vectors, k: int, allowed: Allowed | None = None
    ) -> tuple[Rows, Vectors]:
        """Return the `k` rows with the largest inner product with `query`, and those products.

        Args:
            query: Shape (dim,).
            k: How many; more than there are gives all.
            allowed: The rows to choose from; None for all.

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
