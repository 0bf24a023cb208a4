"""What the system refuses is told in words with what to do, and never as an internal error."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from in_process import run_here

from bot.terminal.cli import main
from bot.terminal.context import Backend
from index import SnapshotCorrupt

_ROOT = Path(__file__).parents[2]

Capture = pytest.CaptureFixture[str]


def _shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the real program, `"$@"` in a shell's script, in a folder."""
    return subprocess.run(
        ["/bin/sh", "-c", script, "sh", sys.executable, "-m", "bot", "index", "info"],
        env={
            "PYTHONPATH": str(_ROOT),
            "PATH": os.environ["PATH"],
            "PASOKH_INDEX_DIR": str(folder / "home"),
        },
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="limits and folders as Linux has them")
@pytest.mark.parametrize(
    ("script", "told"),
    [
        ('ulimit -n 16 && "$@"', "at least 64 open files, got 16; raise the limit (ulimit -n)"),
        ('ulimit -v 200000 && "$@"', "bytes of memory, got 204,800,000; raise the limit (ulimit"),
        ('mkdir x && cd x && rmdir ../x && "$@"', "Expected a working folder, but it is gone;"),
    ],
)
def test_too_little_is_told_before_anything_is_loaded(
    script: str, told: str, tmp_path: Path
) -> None:
    """Few open files, little memory or no folder: one line, where libraries would have died."""
    done = _shell(script, tmp_path)

    assert (1, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
    assert told in done.stderr


def test_a_clock_that_cannot_be_read_is_told(
    backend: Backend, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond 2262 every call of the clock fails, those of the log too."""

    def fail() -> float:
        raise OverflowError("timestamp too large to convert to C _PyTime_t")

    monkeypatch.setattr("bot.terminal.limits.time.time", fail)
    code = main(["index", "info"], backend=backend)
    monkeypatch.undo()

    assert (1, True) == (code, "a clock before the year 2262" in capsys.readouterr().err)


def _corrupt(cause: OSError) -> SnapshotCorrupt:
    error = SnapshotCorrupt("Expected an array; run `pasokh index build`.")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENAMETOOLONG, "File name too long", "aaa"), "'aaa', but the path is too lo"),
        (OSError(errno.EACCES, "Permission denied", "b"), "'b', but we may not read or write t"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full; free some space"),
        (MemoryError(), "Expected more memory, but there is too little memory; close programs"),
        (_corrupt(OSError(errno.EMFILE, "Too many open files", "c")), "'c', but too many files ar"),
        (_corrupt(OSError(errno.ENOENT, "No such file", "d")), "Expected an array; run `pasokh in"),
    ],
)
def test_a_refusal_of_the_system_is_told_in_words(
    error: Exception, told: str, backend: Backend, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a file that ran into a limit nobody is told to build the index again."""

    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(type(backend), "info", fail)
    code = main(["index", "info"], backend=backend)
    err = capsys.readouterr().err

    assert (1, 1) == (code, err.count("\n"))
    assert err.startswith("Error: Expected")
    assert told in err


def test_a_path_that_is_too_long_is_told() -> None:
    """As the folder of the index."""
    done = run_here(os.environ | {"PASOKH_INDEX_DIR": "/" + "a" * 300}, "index", "info")

    assert (1, "") == (done.returncode, done.stdout)
    assert done.stderr.endswith("but the path is too long; choose a shorter one.\n")


@pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root reads everything"
)
def test_snapshots_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """A folder of snapshots that we may not enter is no internal error."""
    (tmp_path / "home" / "snapshots").mkdir(parents=True)
    (tmp_path / "home" / "CURRENT").write_text("0123456789ab\n", encoding="ascii")
    (tmp_path / "home" / "snapshots").chmod(0)
    as_others = "setpriv --inh-caps=-all --bounding-set=-dac_override,-dac_read_search "
    done = _shell(f'{as_others if os.geteuid() == 0 else ""}"$@"', tmp_path)
    (tmp_path / "home" / "snapshots").chmod(0o700)

    assert (1, "") == (done.returncode, done.stdout)
    assert "we may not read or write there; change the permissions" in done.stderr
