"""Base of what writes a SQLite file: commit on success, close in any case."""

import sqlite3
from types import TracebackType
from typing import Self


class Transaction:
    """A connection as a context manager."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take over `connection`, which is closed in the end."""
        self._connection = connection

    def close(self) -> None:
        """Close without committing."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit unless something failed, and close."""
        try:
            if kind is None:
                self._connection.commit()
        finally:
            self._connection.close()
