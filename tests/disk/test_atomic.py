"""Safe writing: errors in our words, atomic replacement, one builder at a time."""

import errno
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from patience import scaled

from index.disk.atomic import builder_lock, checksum, replace_text, storage_errors
from index.errors import SnapshotLocked, StorageError


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "may not read or write"),
    ],
    ids=["full", "read-only", "forbidden"],
)
def test_storage_errors_say_what_to_do(code: int, words: str, tmp_path: Path) -> None:
    """An operating-system error becomes a StorageError that names the place and the remedy."""
    with pytest.raises(StorageError, match=words) as caught, storage_errors(tmp_path):
        raise OSError(code, os.strerror(code))

    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("kind", [sqlite3.OperationalError, sqlite3.DatabaseError, sqlite3.Error])
def test_storage_errors_of_sqlite(kind: type[sqlite3.Error], tmp_path: Path) -> None:
    """Whatever SQLite fails with is a StorageError that names the place."""
    with pytest.raises(StorageError, match="SQLite says: broken") as caught:  # noqa: SIM117
        with storage_errors(tmp_path):
            raise kind("broken")

    assert str(tmp_path) in str(caught.value)


def test_replace_text_when_disk_is_full_keeps_the_old_text(tmp_path: Path) -> None:
    """A write that fails half-way leaves the file as it was."""
    path = tmp_path / "pointer"
    replace_text(path, "old\n")
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from index.disk.atomic import replace_text\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "replace_text(Path(sys.argv[1]), 'x' * 5000)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert path.read_text() == "old\n"


def test_builder_lock_when_held_names_the_holder(tmp_path: Path) -> None:
    """A second process is refused and told which process is building."""
    script = (
        "import sys; from pathlib import Path\n"
        "from index.disk.atomic import builder_lock\n"
        "from index.errors import SnapshotLocked\n"
        "try:\n    with builder_lock(Path(sys.argv[1])): print('got it')\n"
        "except SnapshotLocked as error: print(error)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]

    with builder_lock(tmp_path):
        while_held = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    after = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert f"process {os.getpid()} is building" in while_held
    assert after == "got it\n"


def test_builder_lock_when_the_holder_was_killed_is_free(tmp_path: Path) -> None:
    """A builder killed with SIGKILL leaves no lock behind."""
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from index.disk.atomic import builder_lock\n"
        "with builder_lock(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)

    with builder_lock(tmp_path):
        held = (tmp_path / "lock.pid").read_text()

    assert held == f"{os.getpid()}\n"


def test_builder_lock_within_one_process_is_refused(tmp_path: Path) -> None:
    """Two builds in one process do not share the lock either."""
    with builder_lock(tmp_path), pytest.raises(SnapshotLocked), builder_lock(tmp_path):
        pass


def test_builder_lock_waits_as_long_as_asked(tmp_path: Path) -> None:
    """A lock that is freed in time is taken, without an error."""
    with ThreadPoolExecutor(1) as pool:
        with builder_lock(tmp_path):
            waiting = pool.submit(_hold_once, tmp_path, scaled(60))
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
        assert waiting.result(scaled(60))


def _hold_once(home: Path, wait_s: float) -> bool:
    with builder_lock(home, wait_s=wait_s):
        return True


def test_checksum_tells_a_flipped_bit(tmp_path: Path) -> None:
    """One bit changed anywhere gives another checksum; the same bytes give the same."""
    path = tmp_path / "file"
    content = bytearray(os.urandom(3_000_000))
    path.write_bytes(content)
    before = checksum(path)
    content[2_999_999] ^= 1
    path.write_bytes(content)
    flipped = checksum(path)
    content[2_999_999] ^= 1
    path.write_bytes(content)

    assert flipped != before
    assert checksum(path) == before
