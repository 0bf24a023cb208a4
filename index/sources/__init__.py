"""Files of a corpus read into articles, each kind by its own reader.

A reader is a row in `_READERS`: a claim on a file, from its first bytes and its name, and a
function that yields articles and rejects in a stable order. New kinds of source are new rows.

Does not: skip anything silently, but hidden files and read-me files. Does not follow links to
folders.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import CorpusError
from index.sources import jsonl, page_text
from index.sources.outlets import outlet_name
from index.sources.rejects import RejectReason
from index.types import Article, Reject

__all__ = ["RejectReason", "corpus_files", "outlet_name", "read_articles", "read_file"]

_HEAD_BYTES = 8_192
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|!--|rss|feed)", re.IGNORECASE)
_OBJECT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{[ \t]*"')

_Read = Callable[[Path, str], Iterator[Article | Reject]]


@dataclass(frozen=True, slots=True)
class _Reader:
    """One kind of source: which files it claims, by their first bytes and suffix."""

    claims: Callable[[bytes, str], bool]
    read: _Read


def _unsupported(path: Path, origin: str) -> Iterator[Reject]:
    """Reject a file of a kind that has no reader yet."""
    detail = f"no reader for {path.suffix or 'such'} files yet; text and JSON Lines are read"
    yield Reject(origin=origin, reason=RejectReason.UNSUPPORTED, detail=detail)


_READERS = (
    _Reader(lambda head, _: bool(_MARKUP.match(head)), _unsupported),
    _Reader(lambda _, suffix: suffix in {".csv", ".tsv", ".xml", ".html"}, _unsupported),
    _Reader(
        lambda head, suffix: suffix in {".jsonl", ".ndjson", ".json"} or bool(_OBJECT.match(head)),
        jsonl.read,
    ),
    _Reader(lambda _head, _suffix: True, page_text.read),
)


def read_articles(path: Path) -> Iterator[Article | Reject]:
    """Read a file, or every file below a folder in the order of their paths.

    Memory is bounded by the longest article allowed.

    Raises:
        CorpusError: If there is nothing at `path`, or the folder cannot be listed.
    """
    for file, origin in corpus_files(path):
        yield from read_file(file, origin)


def corpus_files(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files that `read_articles` reads, each with its origin, relative to a folder.

    Raises:
        CorpusError: If there is nothing at `path`, it may not be looked at, or the folder cannot
            be listed.
    """
    if not _is_folder(path):
        yield path, path.name
        return
    for file in _files(path):
        yield file, file.relative_to(path).as_posix()


def _is_folder(path: Path) -> bool:
    """Tell a folder from a file.

    Raises:
        CorpusError: If it is neither, or may not be looked at.
    """
    expected = "Expected a file or folder of articles"
    advice = "set PASOKH_CORPUS to where they are."
    try:
        if path.is_dir() or path.exists():
            return path.is_dir()
    except OSError as error:  # the path is too long, or leads through a folder shut to us
        msg = f"{expected}, got {str(path)!r}: {error.strerror}; {advice}"
        raise CorpusError(msg) from error
    msg = f"{expected}, found nothing at {str(path)!r}; {advice}"
    raise CorpusError(msg)


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, sorted, hidden and read-me files left out."""

    def refuse(error: OSError) -> None:
        msg = f"Expected a readable folder, got {error.filename!r}: {error.strerror}."
        raise CorpusError(msg) from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and not name.lower().startswith("readme"):
                yield Path(parent, name)


def read_file(path: Path, origin: str) -> Iterator[Article | Reject]:
    """Read one file with the first reader that claims it, in a stable order."""
    try:
        problem, head = _sniff(path)
        if problem:
            yield Reject(origin=origin, reason=problem[0], detail=problem[1])
            return
        reader = next(row for row in _READERS if row.claims(head, path.suffix.lower()))
        yield from reader.read(path, origin)
    except OSError as exc:
        detail = exc.strerror or type(exc).__name__
        yield Reject(origin=origin, reason=RejectReason.UNREADABLE, detail=detail)


def _sniff(path: Path) -> tuple[tuple[RejectReason, str] | None, bytes]:
    """Return the first bytes of a file, and what is wrong with it at first sight."""
    if not path.is_file() and path.exists():
        return (RejectReason.UNREADABLE, "a device, pipe or socket, not a file"), b""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        return (RejectReason.EMPTY, "0 bytes"), head
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return (RejectReason.ENCODING, "UTF-16; UTF-8 is read"), head
    controls = len(_CONTROLS.findall(head))
    if b"\0" in head or controls > len(head) // 20:
        return (RejectReason.BINARY, f"{controls} control bytes among the first {len(head)}"), head
    return None, head
