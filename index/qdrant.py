"""The vectors of a part as a collection of a Qdrant server; the only importer of qdrant_client.

A collection is written with its part and never changed. Point r is passage r of the part; of its
vectors `passage` is searched, by a graph and 8-bit numbers in the server's memory, and the best
compared again by halves on its disk; `sentences` are only compared, those of the passages asked
for, and the server answers with the best of each passage (max_sim). In the part's folder
`collection.json` names the collection. Before one is made its name is noted in `collections.txt`
of the home; one that is noted there and named by no folder is a stray and is deleted. So an
index that was copied to another machine never deletes what was made since on the first.

How many copies and shards a collection has is the server's own setting, see docs/scaling.md.
Does not: hold texts, or read other collections than those of the index at hand.
Source: https://qdrant.tech/documentation/concepts/vectors/ (multivectors), .../guides/quantization/
"""

import json
import math
import re
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import uuid4

import httpx
import numpy as np
from numpy.typing import NDArray
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
from qdrant_client.http.exceptions import (
    ApiException,
    ResponseHandlingException,
    UnexpectedResponse,
)

from index.config import DenseConfig, QdrantConfig
from index.disk import replace_text
from index.errors import SnapshotCorrupt, StorageError, VectorStoreError
from index.half import singles
from index.vector_store import Shard, StoreKind, Written, held_out, measured_recall

COLLECTION: Final = "collection.json"

MIN_RECALL: Final = 0.97
"""Least recall@10 of the graph; below, the collection is searched exactly, as `dense` does."""

_MADE = "collections.txt"
_PASSAGE, _SENTENCES = "passage", "sentences"

_TIE_MARGIN = 16
_BEAM = 512  # points held while the graph is walked; at least as many as are asked for
_REREAD = 2.0  # times as many as asked for are compared by their halves
_IDS_A_HIT = 8  # ids to choose from that cost as much to send as one hit costs to receive

_FLOATS_A_REQUEST = 1 << 18  # some 4 MB as JSON; Qdrant refuses 32
_READ_AT_ONCE = 64  # passages

_ASKED_TRIES, _WRITTEN_TRIES = 2, 6
_FIRST_WAIT_S = 0.25
_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_POLL_S = 0.1
_STUCK_S = 1800.0

_KEY = re.compile(r"[!-~]+")
_SHOWN_CHARS = 200

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Vectors = NDArray[np.float32]
Half = NDArray[np.float16]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Collection:
    """What a part's folder says of its collection.

    Attributes:
        name: On the server.
        dim: Length of a vector.
        passages: Points.
        worded: Points that have sentences.
        sentences: Vectors of those together.
        is_exact: Whether it is searched without the graph.
    """

    name: str
    dim: int
    passages: int
    worded: int
    sentences: int
    is_exact: bool


class _Server:
    """A client whose failures are ours; safe for many threads."""

    def __init__(self, config: QdrantConfig) -> None:
        """Open it; nothing is asked.

        Raises:
            VectorStoreError: If the address or the key cannot be used.
        """
        self._config = config
        try:
            self._client = QdrantClient(
                url=config.address,
                # Subtle: as `api_key` the client would warn on standard error of plain http.
                headers=_headers(config),
                timeout=math.ceil(config.timeout_s),
                check_compatibility=False,
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise self._error("not a usable address", "set PASOKH_VECTORS again") from error
        weakref.finalize(self, self._client.close)

    def ask(self, act: Callable[[QdrantClient], T], *, tries: int = _ASKED_TRIES) -> T:
        """Return what `act` returns, doing it again where the trouble may pass.

        Raises:
            VectorStoreError: If it fails for good.
        """
        for attempt in count(1):
            try:
                return act(self._client)
            except (ApiException, QdrantException, ValueError, httpx.InvalidURL) as error:
                trouble, cure, may_pass = _trouble(error, self._config)
                if not may_pass or attempt >= tries:
                    raise self._error(trouble, cure) from error
            time.sleep(_FIRST_WAIT_S * 2 ** (attempt - 1))
        raise AssertionError("count does not end")

    def lacks(self, found: str) -> VectorStoreError:
        """Say that something is not as it was written."""
        return self._error(found, _REBUILD)

    def _error(self, found: str, cure: str) -> VectorStoreError:
        msg = f"Expected vectors from {self._config.address}, but got {self._blot(found)}; {cure}."
        return VectorStoreError(msg)

    def _blot(self, text: str) -> str:
        """Blot out the key, should a server echo it."""
        key = self._config.api_key
        return text.replace(key.get_secret_value(), "[key]") if key else text


_REBUILD: Final = "run `pasokh index build`"
_START: Final = "start the server, or check PASOKH_VECTORS and the network"


def _headers(config: QdrantConfig) -> dict[str, str]:
    """Return the header that holds the key, if there is one."""
    if not config.api_key:
        return {}
    secret = config.api_key.get_secret_value()
    if not _KEY.fullmatch(secret):
        msg = "Expected PASOKH_VECTORS_KEY of ASCII letters without spaces, found others; set it."
        raise VectorStoreError(msg)
    return {"api-key": secret}


def _trouble(error: Exception, config: QdrantConfig) -> tuple[str, str, bool]:
    """Return what went wrong, what to do, and whether it may pass by itself."""
    match error:
        case UnexpectedResponse():
            return _refusal(error)
        case ResourceExhaustedResponse():
            return "that it is too busy (status 429)", "try again later", True
        case ResponseHandlingException(source=httpx.TimeoutException()):
            return f"no answer within {config.timeout_s:g} s", _START, True
        case ResponseHandlingException(source=httpx.TransportError() as source):
            return f"no connection ({type(source).__name__}: {source})", _START, True
        case ResponseHandlingException() | json.JSONDecodeError():
            return "an answer that is none of Qdrant's", _START, False
        case _:
            return f"{type(error).__name__} ({error})"[:_SHOWN_CHARS], _START, False


def _refusal(error: UnexpectedResponse) -> tuple[str, str, bool]:
    """Likewise, of an answer with a status of failure."""
    status = error.status_code
    match status:
        case 401 | 403:
            return f"a refusal (status {status})", "set PASOKH_VECTORS_KEY to a key it takes", False
        case 404:
            return f"none: {_said(error)}", _REBUILD, False
        case _:
            return f"status {status}: {_said(error)}", "see the server's log", status in _RETRIED


def _said(error: UnexpectedResponse) -> str:
    """Return the server's words, the first of them."""
    try:
        return str(error.structured()["status"]["error"])[:_SHOWN_CHARS]
    except (ValueError, KeyError, TypeError):
        return error.reason_phrase


class QdrantVectors:
    """One collection, read; immutable, and safe for many threads."""

    def __init__(self, server: _Server, collection: _Collection) -> None:
        """Read `collection` on `server`, which is not asked yet."""
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

        Few allowed rows are sent along; where they are many, more are asked for and others dropped.
        """
        available = self.n_rows if allowed is None else int(np.count_nonzero(allowed))
        k = min(k, available)
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        among, kept, limit = None, None, k + _TIE_MARGIN
        if allowed is not None and available < self.n_rows:
            spread = limit * self.n_rows * 5 // (available * 4)
            if available <= _IDS_A_HIT * spread:
                among = np.flatnonzero(allowed)
            else:
                kept, limit = allowed, spread
        bound = self.n_rows if among is None else available
        while True:
            limit = min(limit, bound)
            rows, scores = self._near(query, limit, among)
            last = scores[-1]
            if kept is not None:
                rows, scores = rows[kept[rows]], scores[kept[rows]]
            # Subtle: of points that tie at the cut any are kept, so none may tie with the k-th.
            if limit == bound or (len(rows) >= k and scores[k - 1] > last):
                order = np.lexsort((rows, -scores))[:k]
                return rows[order], scores[order]
            limit *= 2

    def exact(self, query: Vectors, k: int) -> tuple[Rows, Vectors]:
        """Return what `search` does where every vector is compared."""
        return self._query(_PASSAGE, query, min(k, self.n_rows), is_exact=True)

    def scores(self, query: Vectors, rows: Rows) -> Vectors:
        """Return the inner products of `query` with passages, shape (n,)."""
        found = self._of_rows(_PASSAGE, query, rows)
        if np.isnan(found).any():
            raise self._server.lacks(f"{np.isnan(found).sum()} passages fewer than asked for")
        return found

    def best_sentences(self, query: Vectors, rows: Rows, missing: Vectors) -> Vectors:
        """Return the best inner product of `query` with a sentence of each passage, shape (n,)."""
        best = self._of_rows(_SENTENCES, query, rows)
        return np.where(np.isnan(best), missing, best)

    def passages(self, rows: Rows) -> Vectors:
        """Return the vectors of passages, shape (n, dim)."""
        found = np.empty((len(rows), self.dim), np.float32)
        for place, vectors in enumerate(self._read(rows, _PASSAGE)):
            found[place] = vectors
        return found

    def sentences(self, rows: Rows) -> list[Half]:
        """Return the vectors of each passage's sentences."""
        return [
            np.array(vectors, np.float16).reshape(-1, self.dim)
            for vectors in self._read(rows, _SENTENCES)
        ]

    def check(self) -> list[str]:
        """Ask the server whether all points are there, and all that have sentences."""
        name = self._collection.name
        if not self._server.ask(lambda client: client.collection_exists(name)):
            return [f"the vector database has no collection {name}"]
        with_sentences = models.Filter(must=[models.HasVectorCondition(has_vector=_SENTENCES)])
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
        """Return the passages nearest to `query`, `limit` of them whatever the graph misses."""
        is_exact = among is not None or self._collection.is_exact
        found = self._query(_PASSAGE, query, limit, among, is_exact=is_exact)
        if len(found[0]) < limit and not is_exact:
            found = self._query(_PASSAGE, query, limit, among, is_exact=True)
        if len(found[0]) < limit:
            raise self._server.lacks(f"{len(found[0])} passages instead of {limit}")
        return found

    def _of_rows(self, kind: str, query: Vectors, rows: Rows) -> Vectors:
        """Return the score of each row by one of its vectors, NaN where it has none of the kind."""
        found = np.full(len(rows), np.nan, np.float32)
        if len(rows):
            known, places = np.unique(rows, return_inverse=True)
            own = np.full(len(known), np.nan, np.float32)
            near, scores = self._query(kind, query, len(known), known, is_exact=True)
            own[np.searchsorted(known, near)] = scores
            found[:] = own[places]
        return found

    def _query(
        self, kind: str, query: Vectors, limit: int, among: Rows | None = None, *, is_exact: bool
    ) -> tuple[Rows, Vectors]:
        """Return the best points by one of their vectors, the best first, and their scores.

        Args:
            kind: Which vector; of several sentences the best counts.
            query: Shape (dim,).
            limit: How many.
            among: Rows to choose from, None for all.
            is_exact: Whether every vector is compared, and by its halves.
        """
        chosen = None if among is None else models.HasIdCondition(has_id=among.tolist())
        params = models.SearchParams(
            exact=is_exact,
            hnsw_ef=max(_BEAM, limit),
            quantization=models.QuantizationSearchParams(
                ignore=is_exact, rescore=True, oversampling=_REREAD
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
        """Yield the vectors of one kind of each row, [] where it has none."""
        for start in range(0, len(rows), _READ_AT_ONCE):
            some = rows[start : start + _READ_AT_ONCE].tolist()
            found = self._vectors_of(some, kind)
            if found.keys() != set(some):
                raise self._server.lacks(f"{len(found)} passages instead of {len(set(some))}")
            yield from (found[row].get(kind, []) for row in some)

    def _vectors_of(self, rows: list[int], kind: str) -> dict[Any, Any]:
        """Return the named vectors of each row."""
        points = self._server.ask(
            lambda client: client.retrieve(
                self._collection.name, rows, with_payload=False, with_vectors=[kind]
            )
        )
        return {point.id: point.vector or {} for point in points}


class QdrantStore:
    """Keeps the vectors of parts on a server, each in a collection; safe for many threads."""

    kind: Final = StoreKind.QDRANT

    def __init__(self, config: QdrantConfig) -> None:
        """Say which server; it is not asked yet."""
        self._server = _Server(config)

    def write(
        self,
        home: Path,
        folder: Path,
        shards: Iterable[Shard],
        shape: tuple[int, int],
        config: DenseConfig,  # noqa: ARG002  # memory and method are the server's
    ) -> Written:
        """Make a collection, wait until it can be searched quickly, and name it in `folder`.

        Whatever stops this leaves a collection that nothing names.
        """
        name = _new_name(home)
        _note(home, [*_made(home), name])
        self._create(name, shape[1])
        sent = _Sent(held_out(shape[0]), shape[1])
        for shard in shards:
            self._send(name, sent.n_passages, shard)
            sent.note(shard)
        self._wait_until_indexed(name)
        collection = _Collection(
            name=name,
            dim=shape[1],
            passages=sent.n_passages,
            worded=sent.n_worded,
            sentences=sent.n_sentences,
            is_exact=False,
        )
        recall = measured_recall(QdrantVectors(self._server, collection), sent.questions())
        is_exact = recall < MIN_RECALL
        record = asdict(collection) | {"is_exact": is_exact}
        replace_text(folder / COLLECTION, json.dumps(record, indent=2) + "\n")
        return Written(n_encoded=sent.n_encoded, recall=1.0 if is_exact else recall)

    def open(self, folder: Path, starts: Rows, dim: int) -> QdrantVectors:
        """Read which collection it is; the server is not asked, so that it may be down."""
        collection = _read_collection(folder / COLLECTION)
        expected = len(starts) - 1, int(starts[-1] - starts[0]), dim
        found = collection.passages, collection.sentences, collection.dim
        if expected != found:
            msg = (
                f"Expected passages, sentences and dimensions {expected} in {folder / COLLECTION}, "
                f"but found {found}; {_REBUILD}."
            )
            raise SnapshotCorrupt(msg)
        return QdrantVectors(self._server, collection)

    def strays(self, home: Path, parts: Sequence[Path]) -> list[str]:
        """Return the collections made for this home that none of the folders names."""
        made = _made(home)
        if not made:
            return []
        files = [part / COLLECTION for part in parts if (part / COLLECTION).exists()]
        named = {_read_collection(file).name for file in files}
        listed = self._server.ask(lambda client: client.get_collections()).collections
        return sorted({one.name for one in listed}.intersection(made) - named)

    def sweep(self, home: Path, parts: Sequence[Path]) -> None:
        """Delete those collections."""
        gone = self.strays(home, parts)
        for name in gone:
            self._delete(name)
        if gone:
            _note(home, [name for name in _made(home) if name not in gone])

    def _delete(self, name: str) -> None:
        self._server.ask(lambda client: client.delete_collection(name), tries=_WRITTEN_TRIES)

    def _create(self, name: str, dim: int) -> None:
        quick = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        best = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
        kept: dict[str, Any] = {
            "size": dim,
            "distance": models.Distance.DOT,
            "datatype": models.Datatype.FLOAT16,
            "on_disk": True,
        }
        vectors = {
            _PASSAGE: models.VectorParams(
                **kept, quantization_config=models.ScalarQuantization(scalar=quick)
            ),
            _SENTENCES: models.VectorParams(
                **kept, multivector_config=best, hnsw_config=models.HnswConfigDiff(m=0)
            ),
        }

        def create(client: QdrantClient) -> None:
            # An answer that was lost is no reason to fail when it is asked again.
            if not client.collection_exists(name):
                client.create_collection(name, vectors_config=vectors)

        self._server.ask(create, tries=_WRITTEN_TRIES)

    def _send(self, name: str, start: int, shard: Shard) -> None:
        """Put the points of a shard, the first of them `start`, in requests of bounded size."""
        edges = np.cumsum([0, *shard.counts]).tolist()
        passages = shard.passages.astype(np.float16)
        batch: list[models.PointStruct] = []
        n_floats = 0
        for at, vector in enumerate(passages):
            own = shard.sentences[edges[at] : edges[at + 1]]
            size = vector.size + own.size
            if batch and n_floats + size > _FLOATS_A_REQUEST:
                self._put(name, batch)
                batch, n_floats = [], 0
            batch.append(_point(start + at, vector, own))
            n_floats += size
        if batch:
            self._put(name, batch)

    def _put(self, name: str, points: list[models.PointStruct]) -> None:
        self._server.ask(
            lambda client: client.upsert(name, points=points, wait=True), tries=_WRITTEN_TRIES
        )

    def _wait_until_indexed(self, name: str) -> None:
        """Wait while the server builds what makes a search quick.

        Raises:
            VectorStoreError: If it fails, or nothing moves for half an hour.
        """
        state, since = None, time.monotonic()
        while True:
            info = self._server.ask(
                lambda client: client.get_collection(name), tries=_WRITTEN_TRIES
            )
            if info.status is models.CollectionStatus.GREEN:
                return
            now = info.status, info.indexed_vectors_count, info.segments_count
            if now != state:
                state, since = now, time.monotonic()
            if info.status is models.CollectionStatus.RED or time.monotonic() - since > _STUCK_S:
                raise self._server.lacks(f"a collection that it cannot index ({now})")
            time.sleep(_POLL_S)


class _Sent:
    """What has been sent of a part: counts, and the sentences that measure the search."""

    def __init__(self, wanted: Rows, dim: int) -> None:
        """Keep the vectors of the sentences `wanted`, which rise."""
        self._wanted = wanted
        self._kept: list[Half] = [np.empty((0, dim), np.float16)]
        self.n_passages = self.n_worded = self.n_sentences = self.n_encoded = 0

    def note(self, shard: Shard) -> None:
        """Count a shard."""
        local = self._wanted - self.n_sentences
        self._kept.append(shard.sentences[local[(local >= 0) & (local < len(shard.sentences))]])
        self.n_passages += len(shard.passages)
        self.n_worded += int(np.count_nonzero(shard.counts))
        self.n_sentences += len(shard.sentences)
        self.n_encoded += shard.n_encoded

    def questions(self) -> Vectors:
        """Return the vectors kept, shape (n, dim)."""
        return singles(np.concatenate(self._kept))


def _point(row: int, passage: Half, sentences: Half) -> models.PointStruct:
    """Make the point of a passage; one without sentences lacks that vector.

    Subtle: unchecked, as checking takes several times as long as sending, and halves, as their
    digits are half as many.
    """
    vectors: dict[str, Any] = {_PASSAGE: passage.tolist()}
    if len(sentences):
        vectors[_SENTENCES] = sentences.tolist()
    return models.PointStruct.model_construct(id=row, vector=vectors)


def _new_name(home: Path) -> str:
    """Return a name that no collection has, which tells an operator whose it is."""
    index = re.sub(r"[^A-Za-z0-9-]", "-", home.name)[:40]
    return f"pasokh-{index}-{uuid4().hex}"


def _made(home: Path) -> list[str]:
    """Return the collections made for an index that are not known to be deleted."""
    path = home / _MADE
    try:
        return path.read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        msg = f"Expected names of collections in {path}, but it cannot be read ({error})."
        raise StorageError(msg) from error


def _note(home: Path, names: Iterable[str]) -> None:
    replace_text(home / _MADE, "".join(f"{name}\n" for name in names))


def _read_collection(path: Path) -> _Collection:
    try:
        return _Collection(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        msg = f"Expected a collection's name in {path}, but {error}; {_REBUILD}."
        raise SnapshotCorrupt(msg) from error
