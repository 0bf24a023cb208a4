"""Files of a corpus read into articles, each kind by its own reader.

A reader is a row in `_READERS`: a claim on a file, from its first bytes and its name, and a
function that yields articles and rejects in a stable order. It is handed a binary stream that
stands at its start, is decompressed and perhaps not seekable, and a label for messages. It may
raise `Refused` or `OSError` at any time: what it yielded before stays. New kinds of source are
new rows.

Does not: skip anything silently, but hidden files and read-me files. Does not follow links to
folders.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from index.errors import CorpusError
from index.sources import jsonl, page_text
from index.sources.markup import is_feed, is_markdown, is_page, is_xml
from index.sources.outlets import outlet_name
from index.sources.rejects import Refused, RejectReason
from index.types import Article, Reject

__all__ = ["RejectReason", "corpus_files", "outlet_name", "read_articles"]

_HEAD_BYTES = 8_192
_BUFFER_BYTES = 65_536
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PAGE_SUFFIXES = frozenset((".html", ".htm", ".xhtml"))
_ARCHIVED_PAGE = re.compile(rb"mime-version:.{0,2000}multipart/related", re.IGNORECASE | re.DOTALL)
_OBJECT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{[ \t]*"')

_Read = Callable[[BinaryIO, str], Iterator[Article | Reject]]


@dataclass(frozen=True, slots=True)
class _Reader:
    """One kind of source: which files it claims, by their first bytes and lower-case suffix."""

    claims: Callable[[bytes, str], bool]
    read: _Read


def _unsupported(_file: BinaryIO, _origin: str) -> Iterator[Reject]:
    """Refuse a file of a kind that has no reader yet."""
    detail = "no reader for such files; text, HTML, feeds, Markdown and JSON Lines are read"
    raise Refused(RejectReason.UNSUPPORTED, detail)


def _read_feed(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read a feed or sitemap."""
    from index.sources import feeds  # lxml is heavy, and no question needs it

    return feeds.read(file, origin)


def _read_page(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read an HTML page."""
    from index.sources import html_page  # trafilatura is heavy, and no question needs it

    return html_page.read(file, origin)


def _read_markdown(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read a Markdown file."""
    from index.sources import markdown  # its parser is heavy, and no question needs it

    return markdown.read(file, origin)


_READERS = (
    _Reader(lambda head, _: is_feed(head), _read_feed),
    _Reader(lambda head, _: bool(_ARCHIVED_PAGE.search(head)), _unsupported),
    _Reader(is_markdown, _read_markdown),
    _Reader(lambda head, suffix: is_page(head) or suffix in _PAGE_SUFFIXES, _read_page),
    _Reader(lambda head, suffix: is_xml(head) or suffix == ".xml", _unsupported),
    _Reader(lambda _, suffix: suffix in {".csv", ".tsv"}, _unsupported),
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
        yield from _read(file, origin)


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


def _read(path: Path, origin: str) -> Iterator[Article | Reject]:
    """Read one file of the corpus."""
    try:
        with _opened(path) as file:
            yield from _read_stream(file, origin, path.name)
    except Refused as refused:
        yield Reject(origin=origin, reason=refused.reason, detail=refused.detail)
    except OSError as exc:
        detail = exc.strerror or type(exc).__name__
        yield Reject(origin=origin, reason=RejectReason.UNREADABLE, detail=detail)


def _opened(path: Path) -> BufferedReader:
    """Open a file of the corpus; anything else (a pipe would never end) is refused."""
    if not path.is_file() and path.exists():
        raise Refused(RejectReason.UNREADABLE, "a device, pipe or socket, not a file")
    return BufferedReader(FileIO(path), _BUFFER_BYTES)


def _read_stream(file: BufferedReader, origin: str, name: str) -> Iterator[Article | Reject]:
    """Read one stream with the first reader that claims it.

    Args:
        origin: Where it stands in the corpus, for messages.
        name: Its file name; the suffix is a hint.

    Raises:
        Refused: If it cannot be read to its end.
    """
    head = file.peek(_HEAD_BYTES)[:_HEAD_BYTES]
    _check(head)
    suffix = PurePosixPath(name).suffix.lower()
    reader = next(row for row in _READERS if row.claims(head, suffix))
    yield from reader.read(file, origin)


def _check(head: bytes) -> None:
    """Refuse what is no text at first sight."""
    if not head:
        raise Refused(RejectReason.EMPTY, "0 bytes")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused(RejectReason.ENCODING, "UTF-16; UTF-8 is read")
    controls = len(_CONTROLS.findall(head))
    if b"\0" in head or controls > len(head) // 20:
        detail = f"{controls} control bytes among the first {len(head)}"
        raise Refused(RejectReason.BINARY, detail)
