"""Standard streams of the program: always open, UTF-8, and standard error never fails."""

import os
import sys
from io import RawIOBase, TextIOBase, TextIOWrapper
from pathlib import Path
from typing import TextIO, cast


def open_closed_streams() -> None:
    """Open the null device for standard streams that the program was started without."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  # till the end
            setattr(sys, name, stream)


def speak_utf8() -> None:
    """Make the standard streams UTF-8 whatever the locale, and replace what they cannot encode.

    Standard output is buffered by lines where it was not buffered at all (PYTHONUNBUFFERED): see
    `output_error`.
    """
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if isinstance(getattr(sys.stdout, "buffer", None), RawIOBase):
        sys.stdout = os.fdopen(
            sys.stdout.fileno(), "w", 1, encoding="utf-8", errors="replace", closefd=False
        )


def discard(stream: TextIO) -> None:
    """Send what is buffered and to come to the null device, so that no error comes at the end."""
    null_device = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null_device, stream.fileno())
    os.close(null_device)


class _Unfailing(TextIOBase):
    """Stream for messages beside the output: when it cannot be written, the work goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # read-only, as that of any stream
        """Encoding of the stream; rich asks for it."""
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
    """Return standard error as a stream that never fails."""
    return cast("TextIO", _Unfailing(sys.stderr))


def output_error() -> OSError | None:
    """Return why standard output cannot be written, after dropping what it still holds.

    Subtle: what could not be written is still buffered, so that writing it fails again, which
    no other error of the system brings about.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        discard(sys.stdout)
        return error
    return None
