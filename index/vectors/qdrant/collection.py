"""Reader of one collection of a Qdrant server, as the vectors of a part."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from qdrant_client import QdrantClient, models

from index.arrays import HalfVectors, Mask, Rows, Vectors
from index.errors import SnapshotCorrupt
from index.vectors.qdrant.server import REBUILD, Server

PASSAGE: Final = "passage"
SENTENCES: Final = "sentences"

_TIE_MARGIN = 16
_BEAM = 512  # candidates during the graph search (hnsw_ef); at least as many as are asked for
_OVERSAMPLING = 2.0  # times as many as asked for are compared again in half precision
_IDS_A_HIT = 8  # ids to choose from that cost as much to send as one hit costs to receive
_READ_AT_ONCE = 64  # passages


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Record of a part's collection, stored in the part's folder.

    Attributes:
        name: On the server.
        dim: Length of a vector.
        passages: Number of points.
        worded: Number of points that have sentences.
        sentences: Number of sentence vectors of all points.
        is_exact: Whether it is searched without the graph.
    """

    name: str
    dim: int
    passages: int
    worded: int
    sentences: int
    is_exact: bool


def read_collection(path: Path) -> Collection:
    """Read the record of a part's collection.

    Raises:
        SnapshotCorrupt: If the file is missing or damaged.
    """
    try:
        return Collection(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        msg = f"Expected a collection's name in {path}, but {error}; {REBUILD}."
        raise SnapshotCorrupt(msg) from error


class QdrantVectors:
    """Vectors of one collection; immutable, and safe for many threads."""

    def __init__(self, server: Server, collection: Collection) -> None:
        """Wrap `collection` on `server`; no request is sent yet."""
        self._server = server
        self._collection = collection

    @property
    def n_rows(self) -> int:
        """Number of passages."""
        return self._collection.passages

    @property
    def dim(self) -> int:
        """Length of each vector."""
        return self._collection.dim

    def search(self, query: Vectors, k: int, allowed: Mask | None = None) -> tuple[Rows, Vectors]:
        """Return the `k` passages nearest to `query`, best first, ties by row.

        Few allowed rows are sent as a filter; if they are many, more rows are asked for and the
        others dropped.
        """
        available = self.n_rows if allowed is None else int(np.count_nonzero(allowed))
        k = min(k, available)
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        among, mask, limit = None, None, k + _TIE_MARGIN
        if allowed is not None and available < self.n_rows:
            enough = limit * self.n_rows * 5 // (available * 4)
            if available <= _IDS_A_HIT * enough:
                among = np.flatnonzero(allowed)
            else:
                mask, limit = allowed, enough
        bound = self.n_rows if among is None else available
        while True:
            limit = min(limit, bound)
            rows, scores = self._near(query, limit, among)
            last = scores[-1]
            if mask is not None:
                rows, scores = rows[mask[rows]], scores[mask[rows]]
            # Subtle: Qdrant keeps any of the points that tie at the cut: no tie with the k-th.
            if limit == bound or (len(rows) >= k and scores[k - 1] > last):
                order = np.lexsort((rows, -scores))[:k]
                return rows[order], scores[order]
            limit *= 2

    def exact(self, query: Vectors, k: int) -> tuple[Rows, Vectors]:
        """Return what `search` does where every vector is compared."""
        return self._query(PASSAGE, query, min(k, self.n_rows), is_exact=True)

    def scores(self, query: Vectors, rows: Rows) -> Vectors:
        """Return the inner products of `query` with passages, shape (n,)."""
        scores = self._of_rows(PASSAGE, query, rows)
        if np.isnan(scores).any():
            raise self._server.lacks(f"{np.isnan(scores).sum()} passages fewer than asked for")
        return scores

    def best_sentences(self, query: Vectors, rows: Rows, missing: Vectors) -> Vectors:
        """Return the best inner product of `query` with a sentence of each passage, shape (n,)."""
        best = self._of_rows(SENTENCES, query, rows)
        return np.where(np.isnan(best), missing, best)

    def passages(self, rows: Rows) -> Vectors:
        """Return the vectors of passages, shape (n, dim)."""
        vectors = np.empty((len(rows), self.dim), np.float32)
        for position, vector in enumerate(self._read(rows, PASSAGE)):
            vectors[position] = vector
        return vectors

    def sentences(self, rows: Rows) -> list[HalfVectors]:
        """Return the vectors of each passage's sentences."""
        return [
            np.array(vectors, np.float16).reshape(-1, self.dim)
            for vectors in self._read(rows, SENTENCES)
        ]

    def check(self) -> list[str]:
        """Ask the server whether all points are there, and all that have sentences."""
        name = self._collection.name
        if not self._server.ask(lambda client: client.collection_exists(name)):
            return [f"the vector database has no collection {name}"]
        with_sentences = models.Filter(must=[models.HasVectorCondition(has_vector=SENTENCES)])
        counts = {
            "passages": (self._count(None), self._collection.passages),
            "passages with sentences": (self._count(with_sentences), self._collection.worded),
        }
        return [
            f"{found} {what} in the collection {name} instead of {expected}"
            for what, (found, expected) in counts.items()
            if found != expected
        ]

    def _count(self, only: models.Filter | None) -> int:
        name = self._collection.name
        return self._server.ask(
            lambda client: client.count(name, count_filter=only, exact=True)
        ).count

    def _near(self, query: Vectors, limit: int, among: Rows | None) -> tuple[Rows, Vectors]:
        """Return the `limit` passages nearest to `query`; searches exactly if the graph misses."""
        is_exact = among is not None or self._collection.is_exact
        rows, scores = self._query(PASSAGE, query, limit, among, is_exact=is_exact)
        if len(rows) < limit and not is_exact:
            rows, scores = self._query(PASSAGE, query, limit, among, is_exact=True)
        if len(rows) < limit:
            raise self._server.lacks(f"{len(rows)} passages instead of {limit}")
        return rows, scores

    def _of_rows(self, kind: str, query: Vectors, rows: Rows) -> Vectors:
        """Return the score of each row by one of its vectors, NaN for a row without such."""
        if not len(rows):
            return np.empty(0, np.float32)
        distinct, inverse = np.unique(rows, return_inverse=True)
        scores = np.full(len(distinct), np.nan, np.float32)
        scored, values = self._query(kind, query, len(distinct), distinct, is_exact=True)
        scores[np.searchsorted(distinct, scored)] = values
        return scores[inverse]

    def _query(
        self, kind: str, query: Vectors, limit: int, among: Rows | None = None, *, is_exact: bool
    ) -> tuple[Rows, Vectors]:
        """Return the best points by one of their vectors, the best first, and their scores.

        Args:
            kind: Which vector; of several sentences the best counts.
            query: Shape (dim,).
            limit: How many.
            among: Rows to choose from, None for all.
            is_exact: Whether every vector is compared, in half precision.
        """
        chosen = None if among is None else models.HasIdCondition(has_id=among.tolist())
        params = models.SearchParams(
            exact=is_exact,
            hnsw_ef=max(_BEAM, limit),
            quantization=models.QuantizationSearchParams(
                ignore=is_exact, rescore=True, oversampling=_OVERSAMPLING
            ),
        )
        points = self._server.ask(
            lambda client: client.query_points(
                self._collection.name,
                query=query.tolist(),
                using=kind,
                query_filter=models.Filter(must=chosen) if chosen else None,
                search_params=params,
                limit=limit,
                with_payload=False,
            )
        ).points
        rows = np.array([point.id for point in points], np.int64)
        return rows, np.array([point.score for point in points], np.float32)

    def _read(self, rows: Rows, kind: str) -> Iterator[Any]:
        """Yield the vectors of one kind of each row, [] for a row without such."""
        for start in range(0, len(rows), _READ_AT_ONCE):
            batch = rows[start : start + _READ_AT_ONCE].tolist()
            retrieve = partial(
                QdrantClient.retrieve,
                collection_name=self._collection.name,
                ids=batch,
                with_payload=False,
                with_vectors=[kind],
            )
            points = self._server.ask(retrieve)
            vectors: dict[Any, Any] = {point.id: point.vector or {} for point in points}
            if vectors.keys() != set(batch):
                raise self._server.lacks(f"{len(vectors)} passages instead of {len(set(batch))}")
            yield from (vectors[row].get(kind, []) for row in batch)
