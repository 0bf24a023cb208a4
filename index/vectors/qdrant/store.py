"""Writer of collections on a Qdrant server: creates, fills, opens and deletes those of an index."""

import json
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
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
    """Stores the vectors of parts on a server, each in a collection; safe for many threads."""

    kind: Final = StoreKind.QDRANT

    def __init__(self, config: QdrantConfig) -> None:
        """Open a client of the server; no request is sent yet."""
        self._server = Server(config)

    def write(
        self,
        home: Path,
        folder: Path,
        shards: Iterable[Shard],
        shape: tuple[int, int],
        config: DenseConfig,  # noqa: ARG002  # memory and method are the server's
    ) -> Written:
        """Create a collection, wait until it can be searched quickly, and name it in `folder`.

        If this is interrupted, the collection is a stray, which `sweep` deletes.
        """
        # The name tells an operator whose collection it is.
        readable = re.sub(r"[^A-Za-z0-9-]", "-", home.name)[:40]
        name = f"pasokh-{readable}-{uuid4().hex}"
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
        """Read the record of the collection; no request is sent, so the server may be down."""
        collection = read_collection(folder / COLLECTION)
        expected = len(starts) - 1, int(starts[-1] - starts[0]), dim
        actual = collection.passages, collection.sentences, collection.dim
        if expected != actual:
            msg = (
                f"Expected passages, sentences and dimensions {expected} in {folder / COLLECTION}, "
                f"but found {actual}; {REBUILD}."
            )
            raise SnapshotCorrupt(msg)
        return QdrantVectors(self._server, collection)

    def strays(self, home: Path, parts: Sequence[Path]) -> list[str]:
        """Return the collections made for this home that none of the folders names.

        None if the record in a folder cannot be read: its collection must not be deleted, and
        becomes a stray when its snapshot is deleted.
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
        return sorted({collection.name for collection in listed}.intersection(made) - named)

    def sweep(self, home: Path, parts: Sequence[Path]) -> None:
        """Delete those collections."""
        strays = self.strays(home, parts)
        for name in strays:
            delete = partial(QdrantClient.delete_collection, collection_name=name)
            self._server.ask(delete, tries=WRITTEN_TRIES)
        if strays:
            _note(home, [name for name in _made(home) if name not in strays])

    def _create(self, name: str, dim: int) -> None:
        quick = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        best = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
        shared: dict[str, Any] = {
            "size": dim,
            "distance": models.Distance.DOT,
            "datatype": models.Datatype.FLOAT16,
            "on_disk": True,
        }
        vectors = {
            PASSAGE: models.VectorParams(
                **shared, quantization_config=models.ScalarQuantization(scalar=quick)
            ),
            SENTENCES: models.VectorParams(
                **shared, multivector_config=best, hnsw_config=models.HnswConfigDiff(m=0)
            ),
        }

        def create(client: QdrantClient) -> None:
            # After a lost response, a retry finds the collection created.
            if not client.collection_exists(name):
                client.create_collection(name, vectors_config=vectors)

        self._server.ask(create, tries=WRITTEN_TRIES)

    def _send(self, name: str, start: int, shard: Shard) -> None:
        """Put the points of a shard, the first of them `start`, in requests of bounded size."""
        edges = np.cumsum([0, *shard.counts]).tolist()
        batch: list[models.PointStruct] = []
        n_floats = 0
        # Half precision, as its digits are half as many.
        for row, passage in enumerate(shard.passages.astype(np.float16)):
            sentences = shard.sentences[edges[row] : edges[row + 1]]
            size = passage.size + sentences.size
            if batch and n_floats + size > _FLOATS_A_REQUEST:
                self._put(name, batch)
                batch, n_floats = [], 0
            vectors: dict[str, Any] = {PASSAGE: passage.tolist()}
            if len(sentences):
                vectors[SENTENCES] = sentences.tolist()
            # Subtle: not validated, as that takes several times as long as sending.
            batch.append(models.PointStruct.model_construct(id=start + row, vector=vectors))
            n_floats += size
        if batch:
            self._put(name, batch)

    def _put(self, name: str, points: list[models.PointStruct]) -> None:
        self._server.ask(
            lambda client: client.upsert(name, points=points, wait=True), tries=WRITTEN_TRIES
        )

    def _wait_until_indexed(self, name: str) -> None:
        """Wait while the server builds the search graph.

        Raises:
            VectorStoreError: If it fails, or makes no progress for half an hour.
        """
        state, since = None, time.monotonic()
        while True:
            info = self._server.ask(lambda client: client.get_collection(name), tries=WRITTEN_TRIES)
            if info.status is models.CollectionStatus.GREEN:
                return
            if info.status is models.CollectionStatus.GREY:  # restarted, it waits for an update
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
    """Counts of what has been sent of a part, and the sentences that measure the search."""

    def __init__(self, held_out: Rows, dim: int) -> None:
        """Collect the vectors of the sentences `held_out`, whose numbers rise."""
        self._held_out = held_out
        self._vectors: list[HalfVectors] = [np.empty((0, dim), np.float16)]
        self.n_passages = self.n_worded = self.n_sentences = self.n_encoded = 0

    def note(self, shard: Shard) -> None:
        """Count a shard."""
        local = self._held_out - self.n_sentences
        inside = local[(local >= 0) & (local < len(shard.sentences))]
        self._vectors.append(shard.sentences[inside])
        self.n_passages += len(shard.passages)
        self.n_worded += int(np.count_nonzero(shard.counts))
        self.n_sentences += len(shard.sentences)
        self.n_encoded += shard.n_encoded

    def questions(self) -> Vectors:
        """Return the vectors collected, shape (n, dim)."""
        return singles(np.concatenate(self._vectors))


def _made(home: Path) -> list[str]:
    """Return the collections noted for an index: created, and not known to be deleted."""
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
