"""The collections of an index on a Qdrant server: made, filled, found again and deleted.

Does not: search them.
"""

import json
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
from qdrant_client import QdrantClient, models

from index.arrays import HalfVectors, Rows, Vectors
from index.config import DenseConfig, QdrantConfig
from index.disk.atomic import replace_text
from index.errors import SnapshotCorrupt, StorageError
from index.vectors.float16 import singles
from index.vectors.qdrant.collection import (
    PASSAGE,
    SENTENCES,
    Collection,
    QdrantVectors,
    read_collection,
)
from index.vectors.qdrant.server import REBUILD, WRITTEN_TRIES, Server
from index.vectors.store import MIN_RECALL, Shard, StoreKind, Written, held_out, measured_recall

COLLECTION: Final = "collection.json"

_MADE = "collections.txt"
_FLOATS_A_REQUEST = 1 << 18  # some 4 MB as JSON; Qdrant refuses 32
_POLL_S = 0.1
_STUCK_S = 1800.0


class QdrantStore:
    """Keeps the vectors of parts on a server, each in a collection; safe for many threads."""

    kind: Final = StoreKind.QDRANT

    def __init__(self, config: QdrantConfig) -> None:
        """Say which server; it is not asked yet."""
        self._server = Server(config)

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
        collection = Collection(
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
        collection = read_collection(folder / COLLECTION)
        expected = len(starts) - 1, int(starts[-1] - starts[0]), dim
        found = collection.passages, collection.sentences, collection.dim
        if expected != found:
            msg = (
                f"Expected passages, sentences and dimensions {expected} in {folder / COLLECTION}, "
                f"but found {found}; {REBUILD}."
            )
            raise SnapshotCorrupt(msg)
        return QdrantVectors(self._server, collection)

    def strays(self, home: Path, parts: Sequence[Path]) -> list[str]:
        """Return the collections made for this home that none of the folders names.

        None while a folder's file cannot be read: what it named is not to be deleted, and becomes
        a stray when its snapshot goes.
        """
        made = _made(home)
        if not made:
            return []
        files = [part / COLLECTION for part in parts if (part / COLLECTION).exists()]
        try:
            named = {read_collection(file).name for file in files}
        except SnapshotCorrupt:
            return []
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
        self._server.ask(lambda client: client.delete_collection(name), tries=WRITTEN_TRIES)

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
            PASSAGE: models.VectorParams(
                **kept, quantization_config=models.ScalarQuantization(scalar=quick)
            ),
            SENTENCES: models.VectorParams(
                **kept, multivector_config=best, hnsw_config=models.HnswConfigDiff(m=0)
            ),
        }

        def create(client: QdrantClient) -> None:
            # An answer that was lost is no reason to fail when it is asked again.
            if not client.collection_exists(name):
                client.create_collection(name, vectors_config=vectors)

        self._server.ask(create, tries=WRITTEN_TRIES)

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
            lambda client: client.upsert(name, points=points, wait=True), tries=WRITTEN_TRIES
        )

    def _wait_until_indexed(self, name: str) -> None:
        """Wait while the server builds what makes a search quick.

        Raises:
            VectorStoreError: If it fails, or nothing moves for half an hour.
        """
        state, since = None, time.monotonic()
        while True:
            info = self._server.ask(lambda client: client.get_collection(name), tries=WRITTEN_TRIES)
            if info.status is models.CollectionStatus.GREEN:
                return
            if info.status is models.CollectionStatus.GREY:  # it restarted and waits to be told
                self._server.ask(
                    lambda client: client.update_collection(
                        name, optimizers_config=models.OptimizersConfigDiff()
                    ),
                    tries=WRITTEN_TRIES,
                )
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
        self._kept: list[HalfVectors] = [np.empty((0, dim), np.float16)]
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


def _point(row: int, passage: HalfVectors, sentences: HalfVectors) -> models.PointStruct:
    """Make the point of a passage; one without sentences lacks that vector.

    Subtle: unchecked, as checking takes several times as long as sending, and halves, as their
    digits are half as many.
    """
    vectors: dict[str, Any] = {PASSAGE: passage.tolist()}
    if len(sentences):
        vectors[SENTENCES] = sentences.tolist()
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
