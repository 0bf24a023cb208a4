"""What the system must allow this process, checked before anything heavy is loaded.

With less, a library ends the process or blames the file that it was about to read.
"""

import os
import time
from collections.abc import Iterator

import click

_LEAST_FILES = 64  # an answer takes 24, a server more
_LEAST_MEMORY_BYTES = 1 << 30  # of address space: an answer takes 1.1 GB, a build 1.2 GB


def check_limits() -> None:
    """Refuse to run with too few open files, too little memory, no folder or a wrong clock.

    Raises:
        click.ClickException: Naming the first of these.
    """
    for problem in _problems():
        raise click.ClickException(problem)


def _problems() -> Iterator[str]:
    for name, least, option, what in (
        ("RLIMIT_NOFILE", _LEAST_FILES, "n", "open files"),
        ("RLIMIT_AS", _LEAST_MEMORY_BYTES, "v", "bytes of memory"),
    ):
        allowed = _allowed(name)
        if allowed is not None and allowed < least:
            yield (
                f"Expected to be allowed at least {least:,} {what}, got {allowed:,}; raise the "
                f"limit (ulimit -{option}) and run it again."
            )
    try:
        os.getcwd()  # noqa: PTH109  # Path.cwd() is the same
    except OSError:
        yield "Expected a working folder, but it is gone; change to another and run it again."
    try:
        time.time()
    except OverflowError:  # Python counts nanoseconds since 1970 in 64 bits
        yield "Expected a clock before the year 2262, got a later one; set it and run it again."


def _allowed(name: str) -> int | None:
    """Return the value of a limit of this process; None where there is none."""
    try:
        import resource  # not on Windows
    except ImportError:
        return None
    soft, _ = resource.getrlimit(getattr(resource, name))
    return None if soft == resource.RLIM_INFINITY else int(soft)
