"""Drafts of collected files, written under one lock so that those left by a kill can be told.

Such a draft may hold the whole text of an article that is removed later.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock

from index.config import COLLECTED
from index.disk.atomic import drafts_in, storage_errors

_LOCK = "collected.lock"


@contextmanager
def collecting_lock(home: Path) -> Iterator[None]:
    """Hold the lock of those who write into the collection of `home`; waits for it.

    Raises:
        OSError: If it cannot be made.
    """
    with FileLock(home / _LOCK):
        yield


def left_drafts(home: Path) -> list[Path]:
    """Return the drafts that nobody is writing."""
    if not _drafts(home):
        return []
    with suppress(OSError), collecting_lock(home):
        return _drafts(home)
    return _drafts(home)  # a read-only folder has no writers


def sweep_drafts(home: Path) -> None:
    """Delete the drafts that nobody is writing.

    Raises:
        StorageError: If one cannot be deleted.
    """
    if _drafts(home):
        with storage_errors(home), collecting_lock(home):
            for draft in _drafts(home):
                draft.unlink(missing_ok=True)


def _drafts(home: Path) -> list[Path]:
    return [draft for folder in (home / COLLECTED).glob("*/") for draft in drafts_in(folder)]
