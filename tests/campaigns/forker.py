"""Commands of the program in forks of a process that has everything imported.

Reads a line of JSON for each command ({"argv", "env", "kill_after"}) and answers with its exit
status (negative: the signal), its seconds and what it wrote. Opens no encoder itself, whose threads
a fork would miss.
"""

import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from patience import scaled

import bot
import index
from bot.terminal.cli import main

ROOT = Path(__file__).parents[2]


class Ended(NamedTuple):
    """How a command ended; `status` is its exit code, or negative for a signal."""

    status: int
    seconds: float
    said: str


@dataclass(frozen=True)
class Forker:
    """The process, seen from the one that started it."""

    stdin: IO[str]
    stdout: IO[str]

    def run(
        self, argv: Sequence[str], env: Mapping[str, str], *, kill_after: float | None = None
    ) -> Ended:
        """Run a command to its end, or kill it (SIGKILL) after some seconds."""
        asked = {"argv": list(argv), "env": dict(env), "kill_after": kill_after}
        self.stdin.write(f"{json.dumps(asked)}\n")
        self.stdin.flush()
        return Ended(*json.loads(self.stdout.readline()))


@contextmanager
def forking() -> Iterator[Forker]:
    """Start the process and end it."""
    paths = [str(ROOT), str(ROOT / "tests")]
    with subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Forker(process.stdin, process.stdout)


def _serve() -> None:
    """Run commands until standard input ends."""
    for package in (bot, index):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not info.name.endswith("__main__"):
                with suppress(ModuleNotFoundError):  # an extra that is not installed
                    importlib.import_module(info.name)
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile() as written:
            started = time.monotonic()
            pid = os.fork()
            if not pid:
                code = 70
                try:
                    os.dup2(written.fileno(), 1)
                    os.dup2(written.fileno(), 2)
                    sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115  # its own
                    os.environ.update(asked["env"])
                    code = main(asked["argv"])
                    sys.stdout.flush()
                finally:
                    os._exit(code)
            limit = scaled(300) if asked["kill_after"] is None else asked["kill_after"]
            while not (ended := os.waitpid(pid, os.WNOHANG))[0]:
                if time.monotonic() - started >= limit:
                    os.kill(pid, signal.SIGKILL)  # its number is its own until it is waited for
                    ended = os.waitpid(pid, 0)
                    break
                time.sleep(0.001)
            status = os.waitstatus_to_exitcode(ended[1])
            seconds = time.monotonic() - started
            written.seek(0)
            said = written.read().decode(errors="replace")
        print(json.dumps([status, seconds, said]), flush=True)  # noqa: T201  # the answer


if __name__ == "__main__":
    _serve()
