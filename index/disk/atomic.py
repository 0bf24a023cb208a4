"""Safe writing: errors as ours, atomic replacement, checksums, one builder at a time."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from xxhash import xxh3_128

from index.errors import SnapshotLocked, StorageError, advice_on

_BLOCK_BYTES = 1 << 20


@contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Turn failures of writing under `place` into StorageError with advice.

    Subtle: tantivy reports a full disk as ValueError or OSError with the C library's words in the
    message, so its sole importer maps those first.
    """
    try:
        yield
    except OSError as error:
        msg = f"Expected to write under {place}, but {advice_on(error)}."
        raise StorageError(msg) from error
    except sqlite3.Error as error:
        msg = f"Expected to write under {place}, but SQLite says: {error}."
        raise StorageError(msg) from error


@contextmanager
def builder_lock(home: Path, *, wait_s: float = 0) -> Iterator[None]:
    """Hold the one builder's lock of `home`; the system frees it when the process dies.

    Raises:
        SnapshotLocked: If another still holds it after `wait_s`; the message names that process.
    """
    holder = home / "lock.pid"
    try:
        with FileLock(home / "lock", timeout=wait_s):
            for draft in drafts_in(home):  # of a builder that was killed
                draft.unlink(missing_ok=True)
            replace_text(holder, f"{os.getpid()}\n")
            yield
    except Timeout as error:
        pid = holder.read_text(encoding="ascii").strip() if holder.exists() else "unknown"
        msg = (
            f"Expected to be the only builder of {home}, but process {pid} is building there; "
            "wait for it to finish and run it again."
        )
        raise SnapshotLocked(msg) from error


def replace_text(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees all of the old or all of the new."""
    draft = draft_of(path)
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def draft_of(path: Path) -> Path:
    """Return where this process writes what is to stand at `path`, in the same folder."""
    return path.with_name(f".{path.name}.{os.getpid()}")


def drafts_in(folder: Path) -> list[Path]:
    """Return the drafts in a folder: being written, or left by a process that was killed."""
    return [path for path in folder.glob(".*") if path.suffix[1:].isdecimal()]


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Make every file below `folder`, and their names, durable."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
    sync_folder(folder)


def checksum(path: Path) -> str:
    """Return the hexadecimal 128-bit XXH3 of a file, read in blocks.

    It tells damage, not malice: whoever can write our files can write our checksums. Chosen
    over SHA-256 because it is some hundred times faster, so whole files are checked on opening.
    """
    digest = xxh3_128()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
