"""SQLite file about what people asked: only its owner may read it, and what is deleted is gone.

Deleted text is overwritten (`secure_delete`), with a rollback journal instead of a write-ahead log,
in which it would live on.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Final

from index import StorageError

_PRAGMAS: Final = (
    "secure_delete=ON", "journal_mode=DELETE", "synchronous=NORMAL", "foreign_keys=ON",
)  # fmt: skip


class PrivateFile:
    """The file, opened; safe for many threads and for several processes."""

    def __init__(self, path: Path, what: str, changes: Mapping[int, str], *, wait_s: float) -> None:
        """Open or make the file at `path`.

        Args:
            what: What it keeps, for messages.
            changes: What makes the tables of the newest version out of those of another; 0 is a new
                file, and the greatest number the newest version.
            wait_s: How long to wait for another process that writes.

        Raises:
            StorageError: If it cannot be opened or is no such file.
        """
        self._path, self._what, self._lock = path, what, RLock()
        newest = max(changes)
        with self._our_errors():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            path.chmod(0o600)
            self._db = sqlite3.connect(
                path, timeout=wait_s, check_same_thread=False, isolation_level=None
            )
            for pragma in _PRAGMAS:
                self._db.execute(f"PRAGMA {pragma}")
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version not in changes:
                msg = f"Expected version {newest} of {path}, got {version}; move it away."
                raise StorageError(msg)
            if change := changes[version]:
                self._db.executescript(f"BEGIN;{change}PRAGMA user_version={newest};COMMIT;")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Run statements as one transaction, one thread and process at a time."""
        with self._lock, self._our_errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock, self._our_errors():
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _our_errors(self) -> Iterator[None]:
        """Turn failures into a `StorageError`."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            msg = (
                f"Expected to keep {self._what} in {self._path}, but {error}; check the disk and "
                "the file."
            )
            raise StorageError(msg) from error
