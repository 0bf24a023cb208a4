"""Encoded vectors kept on disk, so that no text is encoded twice and a killed build resumes.

One SQLite file per encoder fingerprint: vectors of different encoders can never mix.
Does not: decide what is encoded.
"""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.encoders import Encoder

_log = logging.getLogger(__name__)

# Texts encoded between two commits: what a kill -9 can lose, about ten seconds of work.
_COMMIT_EVERY = 256
_WAIT_FOR_OTHER_BUILD_S = 60.0

Half = NDArray[np.float16]


class VectorCache:
    """Passage-side vectors of one encoder by text; a context manager.

    Vectors are held in half precision: the cosine of a unit vector with its rounded self is
    above 0.9999995, far below any difference that ranking can see.
    """

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        """Open or create the file for `encoder` in `folder`; a damaged file is started anew."""
        folder.mkdir(parents=True, exist_ok=True)
        self._encoder = encoder
        path = folder / f"{encoder.identity.fingerprint}.db"
        try:
            self._connection = _open(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            _log.warning("vector_cache_damaged", extra={"path": str(path), "error": str(error)})
            path.unlink()
            self._connection = _open(path)

    def __enter__(self) -> Self:
        """Return the cache itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._connection.close()

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> tuple[Half, int]:
        """Return the vector of each text, encoding only those never seen before.

        Args:
            texts: Texts without prefix; repeats are encoded once.
            progress: Called with the number of texts newly done, encoded or found.

        Returns:
            Vectors of shape (len(texts), dim), and how many texts were encoded.
        """
        keys = [_key(text) for text in texts]
        known = self._find(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if progress:
            progress(sum(key in known for key in keys))
        # Sorted by length so that a batch wastes little on padding.
        waiting = sorted(missing.items(), key=lambda item: len(item[1]))
        for start in range(0, len(waiting), _COMMIT_EVERY):
            known |= self._encode(waiting[start : start + _COMMIT_EVERY], progress)
        dim = self._encoder.identity.dim
        vectors = np.frombuffer(b"".join(known[key] for key in keys), np.float16)
        return vectors.reshape(len(texts), dim), len(missing)

    def _find(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for key in keys:
            row = self._connection.execute("SELECT data FROM vector WHERE key = ?", (key,))
            for (data,) in row:
                found[key] = data
        return found

    def _encode(
        self, items: Sequence[tuple[bytes, str]], progress: Callable[[int], None] | None
    ) -> dict[bytes, bytes]:
        vectors = self._encoder.encode_passages([text for _, text in items])
        rows = {
            key: vector.tobytes()
            for (key, _), vector in zip(items, vectors.astype(np.float16), strict=True)
        }
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows.items())
        if progress:
            progress(len(items))
        return rows


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_FOR_OTHER_BUILD_S)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, data BLOB NOT NULL)"
        " STRICT, WITHOUT ROWID"
    )
    connection.commit()
    return connection


def _key(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
