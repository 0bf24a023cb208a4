"""Cache of translated quotes, so that none is paid for twice: one SQLite file.

It holds what models made of archive text and the article it came from, and nothing about persons.
A translation is deleted with its article when that is removed by request, and otherwise after the
retention days. What is deleted is overwritten. Where the file cannot be used, it counts as empty.
"""

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

from index import StorageError

EVENT_UNUSABLE: Final = "translations_unusable"

_DAY_S: Final = 86_400
_WAIT_S: Final = 5.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS translations (
  key TEXT PRIMARY KEY, article_id TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL
) WITHOUT ROWID
"""

_log = logging.getLogger(__name__)


def key_of(*parts: str) -> str:
    """Return the key of a translation: a hash of all that it depends on."""
    digest = blake2b(digest_size=16)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


class Translations:
    """The file, created by the first `put`; safe for many threads and processes."""

    def __init__(
        self, path: Path, *, retention_days: int, clock: Callable[[], float] = time.time
    ) -> None:
        """Store translations at `path`."""
        self._path = path
        self._kept_s = retention_days * _DAY_S
        self._clock = clock

    def get(self, key: str) -> str:
        """Return a translation; empty where there is none."""
        if not self._path.exists():
            return ""
        try:
            with self._open() as database:
                query = "SELECT text FROM translations WHERE key = ? AND at >= ?"
                row = database.execute(query, (key, self._oldest())).fetchone()
        except (OSError, sqlite3.Error) as error:
            _tell(error)
            return ""
        return str(row[0]) if row else ""

    def put(self, key: str, article_id: str, text: str) -> None:
        """Store a translation and delete the expired ones."""
        row = (key, article_id, self._clock(), text)
        try:
            with self._open() as database:
                database.execute("DELETE FROM translations WHERE at < ?", (self._oldest(),))
                database.execute("INSERT OR REPLACE INTO translations VALUES (?, ?, ?, ?)", row)
        except (OSError, sqlite3.Error) as error:
            _tell(error)

    def forget(self, article_id: str) -> None:
        """Delete all translations of an article.

        Raises:
            StorageError: If that cannot be done.
        """
        if not self._path.exists():
            return
        try:
            with self._open() as database:
                database.execute("DELETE FROM translations WHERE article_id = ?", (article_id,))
        except (OSError, sqlite3.Error) as error:
            msg = (
                f"Expected to delete translations of {article_id} in {self._path}, but {error}; "
                "delete the file, it is only a cache."
            )
            raise StorageError(msg) from error

    def _oldest(self) -> float:
        """Return the time before which a translation is expired."""
        return self._clock() - self._kept_s

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Yield the database in one transaction; only the owner of the file may read it."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(self._path, timeout=_WAIT_S)) as database, database:
            database.execute("PRAGMA secure_delete = ON")
            database.execute(_SCHEMA)
            yield database


def _tell(error: Exception) -> None:
    """Log that the file cannot be used."""
    fields = {"kind": type(error).__name__, "reason": str(error)}
    _log.warning(EVENT_UNUSABLE, extra={"fields": fields})
