"""Cache of passage vectors on disk: no text is encoded twice, and a killed build resumes.

One SQLite file per encoder fingerprint: vectors of different encoders can never mix.
"""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from hashlib import blake2b
from pathlib import Path

import numpy as np
from xxhash import xxh3_64_digest

from index.arrays import HalfVectors
from index.disk.atomic import storage_errors
from index.encoders import Encoder

_log = logging.getLogger(__name__)

_WAIT_FOR_OTHER_BUILD_S = 60.0
_KEYS_AT_ONCE = 500  # SQLite allows 999 marks in its oldest builds
# Few rows of 800 bytes fit into a page, so the tree is deep: its upper ten thousand pages are worth
# caching.
_CACHE_KIB = 65_536
# SQLite's codes for a file that is no database, a damaged one, or one with other tables.
_DAMAGE = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR})


class VectorCache(AbstractContextManager["VectorCache"]):
    """Passage vectors of one encoder by text; a context manager that closes the file.

    Vectors are stored in half precision: the cosine of a unit vector with its rounded self is
    above 0.9999995, so ranking cannot tell them apart. Each is stored with a checksum of its
    text's key and itself, so damage to the file costs time but never gives a wrong vector.
    """

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        """Open or create the file for `encoder` in `folder`; a damaged file is replaced.

        Raises:
            StorageError: If the folder cannot be written, here and wherever texts are encoded.
        """
        self._encoder = encoder
        self._path = folder / f"{encoder.identity.fingerprint}.db"
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            try:
                self._connection = _open(self._path)
            except sqlite3.DatabaseError as error:
                self._connection = self._opened_anew(error)

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._connection.close()

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> tuple[HalfVectors, int]:
        """Return the vector of each text, encoding only those never seen before.

        Args:
            texts: Texts without prefix; repeats are encoded once.
            progress: Called with the number of texts newly done, encoded or from the cache.

        Returns:
            Vectors of shape (len(texts), dim), and how many texts were encoded.
        """
        keys = [vector_key(text) for text in texts]
        dim = self._encoder.identity.dim
        size = dim * np.dtype(np.float16).itemsize
        known: dict[bytes, bytes] = {}
        wanted = sorted(set(keys))  # neighbours are near each other in the file
        with storage_errors(self._path.parent):
            try:
                for start in range(0, len(wanted), _KEYS_AT_ONCE):
                    some = wanted[start : start + _KEYS_AT_ONCE]
                    marks = ", ".join("?" * len(some))
                    query = f"SELECT key, data FROM vector WHERE key IN ({marks})"  # noqa: S608 - marks only
                    for key, data in self._connection.execute(query, some):
                        if data[size:] == xxh3_64_digest(key + data[:size]):
                            known[key] = data[:size]
            except sqlite3.DatabaseError as error:
                self._connection.close()
                self._connection = self._opened_anew(error)
                known = {}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if progress:
            progress(sum(key in known for key in keys))
        # Sorted by length so that a batch wastes little on padding.
        waiting = sorted(missing.items(), key=lambda item: len(item[1]))
        step = self._encoder.texts_at_once  # between two commits: what a kill -9 can lose
        for start in range(0, len(waiting), step):
            batch = waiting[start : start + step]
            encoded = self._encoder.encode_passages([text for _, text in batch])
            rows = {
                key: vector.tobytes()
                for (key, _), vector in zip(batch, encoded.astype(np.float16), strict=True)
            }
            with storage_errors(self._path.parent):
                try:
                    self._insert(rows)
                except sqlite3.DatabaseError as error:
                    self._connection.close()
                    self._connection = self._opened_anew(error)
                    self._insert(rows)
            if progress:
                progress(len(batch))
            known |= rows
        vectors = np.frombuffer(b"".join(known[key] for key in keys), np.float16)
        return vectors.reshape(len(texts), dim), len(missing)

    def _opened_anew(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        """Replace a damaged file by an empty one; raise any other error again."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:
            raise error
        path = self._path
        _log.warning("vector_cache_damaged", extra={"path": str(path), "error": str(error)})
        path.unlink()
        return _open(path)

    def _insert(self, rows: dict[bytes, bytes]) -> None:
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO vector VALUES (?, ?)",
                ((key, data + xxh3_64_digest(key + data)) for key, data in rows.items()),
            )


def vector_key(text: str) -> bytes:
    """Return the key of a text in every cache."""
    return blake2b(text.encode(), digest_size=16).digest()


def forget_vectors(folder: Path, keys: Sequence[bytes]) -> None:
    """Delete vectors from the caches of all encoders, their bytes overwritten.

    Raises:
        StorageError: If a cache cannot be written.
    """
    with storage_errors(folder):
        for path in sorted(folder.glob("*.db")):
            with closing(_open(path)) as connection, connection:
                connection.execute("PRAGMA secure_delete = ON")
                connection.executemany("DELETE FROM vector WHERE key = ?", ((key,) for key in keys))


def held_vectors(folder: Path, keys: Sequence[bytes]) -> int:
    """Count the vectors under any of the keys in the caches of all encoders."""
    query, count = "SELECT count(*) FROM vector WHERE key = ?", 0
    for path in folder.glob("*.db"):
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            count += sum(connection.execute(query, (key,)).fetchone()[0] for key in set(keys))
    return count


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_FOR_OTHER_BUILD_S)
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, data BLOB NOT NULL)"
            " STRICT, WITHOUT ROWID"
        )
        connection.execute("SELECT key, data FROM vector LIMIT 0")
        connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection
