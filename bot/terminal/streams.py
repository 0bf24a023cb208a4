"""The standard streams as a program needs them: open, UTF-8, and never the reason that it fails.

Does not: write anything of its own.
"""

import os
import sys
from io import TextIOBase, TextIOWrapper
from pathlib import Path
from typing import TextIO, cast


def open_closed_streams() -> None:
    """Put the null device for standard streams that the program was started without."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  # till the end
            setattr(sys, name, stream)


def speak_utf8() -> None:
    """Make the standard streams UTF-8 whatever the locale, and never fail at a character."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def discard(stream: TextIO) -> None:
    """Send nowhere what is still buffered and to come, so that nothing complains at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class _Unfailing(TextIOBase):
    """A stream for what is told by the way: when it cannot be written, the work goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # read-only, as that of any stream
        """As the stream has it; rich asks."""
        return self._stream.encoding

    def isatty(self) -> bool:
        """Tell whether a person may be reading."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Number of the file behind it."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Write, or drop what cannot be written."""
        try:
            return self._stream.write(text)
        except OSError:
            discard(self._stream)
            return len(text)

    def flush(self) -> None:
        """Write what is buffered, or drop it."""
        try:
            self._stream.flush()
        except OSError:
            discard(self._stream)


def standard_error() -> TextIO:
    """Return standard error, which never fails."""
    return cast("TextIO", _Unfailing(sys.stderr))


def _output_trouble() -> OSError | None:
    """Return why standard output cannot be written, after dropping what it still holds.

    Subtle: what could not be written is still buffered, so that writing it fails again, which
    no other error of the system brings about.
    """
    try:
        sys.stdout.flush()
    except OSError as trouble:
        discard(sys.stdout)
        return trouble
    return None


def in_our_words(error: Exception) -> Exception:
    """Return an error of ours where standard output is at fault, else the error as it is."""
    from index import StorageError  # see _Run.open

    trouble = _output_trouble() if isinstance(error, OSError) else None
    if trouble is None:
        return error
    return StorageError(f"Standard output cannot be written: {trouble.strerror}")
