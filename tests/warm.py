"""Programs of ours as processes forked from one that has imported them.

Importing is most of what a short process takes: two seconds of processor time. A fork is a process
like any other, with an environment, streams, signals and an end of its own. What starting from
nothing does is what other tests start the installed program for.
"""

import atexit
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

from bot.terminal.cli import main

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "bot.telegram.delivery.app",
        "bot.terminal.ask",
        "bot.terminal.index_commands",
        "bot.wire",
        "first_use",
    ]
)


class WarmProcess:
    """A running program: `pasokh`, or a script where the first argument is the path of one."""

    def __init__(
        self,
        arguments: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: Path = Path(os.devnull),
        stdout: Path,
        stderr: Path | None = None,
    ) -> None:
        """Start it; what it writes is added to files, to one if `stderr` is None."""
        given = ([*map(str, arguments)], dict(env or os.environ), cwd or Path.cwd())
        streams = (stdin, stdout, stderr or stdout)
        for path in streams[1:]:
            path.touch()  # a reader need not wait for the fork
        self._process = _FORKS.Process(target=_run, args=(*given, streams))
        # Subtle: the process that forks is not told where modules lie, and passes over what it
        # does not find.
        with patch.dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path))):
            self._process.start()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, None while it runs, -N where signal N ended it."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when it has ended.

        Raises:
            subprocess.TimeoutExpired: If it runs on after `timeout` seconds.
        """
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("a warm process", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.pid is not None and self.poll() is None:
            os.kill(self.pid, number)


def run_warm(
    arguments: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str = "",
    timeout: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end and return what it wrote; arguments as of `WarmProcess`."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("stdin", "stdout", "stderr")]
        paths[0].write_text(stdin, encoding="utf-8")
        running = WarmProcess(
            arguments, env=env, cwd=cwd, stdin=paths[0], stdout=paths[1], stderr=paths[2]
        )
        try:
            code = running.wait(timeout)
        finally:
            running.send_signal(signal.SIGKILL)
        written = [path.read_text(encoding="utf-8") for path in paths[1:]]
    return subprocess.CompletedProcess([*arguments], code, *written)


def _run(
    arguments: list[str], env: dict[str, str], cwd: Path, streams: tuple[Path, Path, Path]
) -> None:
    """Become the program, in a fork."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    flags = (os.O_RDONLY, *[os.O_WRONLY | os.O_APPEND | os.O_CREAT] * 2)
    for number, (path, flag) in enumerate(zip(streams, flags, strict=True)):
        os.dup2(os.open(path, flag, 0o644), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # for good
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        if Path(arguments[0]).is_absolute():
            sys.argv = arguments
            sys.path.insert(0, str(Path(arguments[0]).parent))
            runpy.run_path(arguments[0], run_name="__main__")
        else:
            sys.exit(main(arguments))
    finally:
        atexit._run_exitfuncs()  # a fork of `multiprocessing` does not
