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
from functools import partial
from io import BufferedReader, BytesIO, FileIO, RawIOBase
from pathlib import Path, PurePosixPath
from typing import cast

from index.config import ReadConfig
from index.errors import CorpusError
from index.sources import jsonl, page_text, tables
from index.sources.containers import MAX_DEPTH, Budget, Member, members
from index.sources.encoding import utf8_stream
from index.sources.markup import is_feed, is_markdown, is_page, is_xml
from index.sources.outlets import by_name as known_outlet
from index.sources.outlets import outlet_name
from index.sources.rejects import Refused, RejectReason, Stream
from index.types import Article, Reject

__all__ = [
    "RejectReason",
    "corpus_files",
    "known_outlet",
    "outlet_name",
    "read_articles",
    "read_bytes",
    "read_file",
]

_HEAD_BYTES = 8_192
_BUFFER_BYTES = 65_536
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PAGE_SUFFIXES = frozenset((".html", ".htm", ".xhtml"))
_ARCHIVED_PAGE = re.compile(rb"mime-version:.{0,2000}multipart/related", re.IGNORECASE | re.DOTALL)
_OBJECT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{[ \t]*"')

_Read = Callable[[Stream, str], Iterator[Article | Reject]]


@dataclass(frozen=True, slots=True)
class _Reader:
    """One kind of source: which files it claims, by their first bytes and lower-case suffix."""

    claims: Callable[[bytes, str], bool]
    read: _Read


def _unsupported(_file: Stream, origin: str) -> Iterator[Reject]:
    """Refuse a file of a kind that has no reader yet."""
    kind = PurePosixPath(origin).suffix or "such"
    detail = f"no reader for {kind} files; text, pages, feeds, JSON and tables are read"
    raise Refused(RejectReason.UNSUPPORTED, detail)


def _read_feed(file: Stream, origin: str) -> Iterator[Article | Reject]:
    """Read a feed or sitemap."""
    from index.sources import feeds  # lxml is heavy, and no question needs it

    return feeds.read(file, origin)


def _read_page(file: Stream, origin: str) -> Iterator[Article | Reject]:
    """Read an HTML page."""
    from index.sources import html_page  # trafilatura is heavy, and no question needs it

    return html_page.read(file, origin)


def _read_markdown(file: Stream, origin: str) -> Iterator[Article | Reject]:
    """Read a Markdown file."""
    from index.sources import markdown  # its parser is heavy, and no question needs it

    return markdown.read(file, origin)


_READERS = (  # what a file's first bytes make certain comes first
    _Reader(lambda head, _: is_feed(head), _read_feed),
    _Reader(lambda head, _: bool(_ARCHIVED_PAGE.search(head)), _unsupported),
    _Reader(is_markdown, _read_markdown),
    _Reader(lambda head, suffix: is_page(head) or suffix in _PAGE_SUFFIXES, _read_page),
    _Reader(lambda head, suffix: is_xml(head) or suffix == ".xml", _unsupported),
)


def _readers(config: ReadConfig) -> tuple[_Reader, ...]:
    """Return every reader in the order in which they are asked; the last takes any text."""
    return (
        *_READERS,
        _Reader(_is_json_document, partial(jsonl.read_document, config=config)),
        _Reader(_is_json, partial(jsonl.read, config=config)),
        _Reader(partial(tables.is_table, config=config), partial(tables.read, config=config)),
        _Reader(lambda _head, _suffix: True, page_text.read),
    )


def _is_json(head: bytes, suffix: str) -> bool:
    return suffix in {".jsonl", ".ndjson", ".json"} or bool(_OBJECT.match(head))


def _is_json_document(head: bytes, suffix: str) -> bool:
    return jsonl.is_document(head, suffix)


def read_articles(path: Path, config: ReadConfig | None = None) -> Iterator[Article | Reject]:
    """Read a file, or every file below a folder in the order of their paths.

    Memory is bounded by the longest article allowed.

    Raises:
        CorpusError: If there is nothing at `path`, or the folder cannot be listed.
    """
    for file, origin in corpus_files(path):
        yield from read_file(file, origin, config)


def read_file(
    path: Path, origin: str, config: ReadConfig | None = None
) -> Iterator[Article | Reject]:
    """Read one file, as `read_articles` does, in a stable order."""
    yield from _rejecting(origin, _read(path, origin, _readers(config or ReadConfig())))


def read_bytes(
    data: bytes, origin: str, config: ReadConfig | None = None
) -> Iterator[Article | Reject]:
    """Read what does not come from a file of the corpus (e.g. was fetched) as if it were one.

    Args:
        origin: Label for messages; its suffix is a hint, as of a file name.
    """
    dispatch = _Dispatch(_readers(config or ReadConfig()), Budget(lambda: len(data)))
    # The buffer hides that the bytes are at hand, so that all take the way of a stream.
    file: Stream = BufferedReader(cast("RawIOBase", BytesIO(data)), _BUFFER_BYTES)
    yield from _rejecting(origin, dispatch.read(file, origin, origin))


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
            if _is_source(name):
                yield Path(parent, name)


def _is_source(path: str) -> bool:
    """Tell whether a file is read: no part of its path is hidden, and it is no read-me file."""
    *folders, name = path.split("/")
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in (*folders, name) if part != "..")
    return not is_hidden and not name.lower().startswith("readme")


def _rejecting(origin: str, found: Iterator[Article | Reject]) -> Iterator[Article | Reject]:
    """Yield what is found, and a reject where reading breaks off."""
    try:
        yield from found
    except Refused as refused:
        yield Reject(origin=origin, reason=refused.reason, detail=refused.detail)
    except OSError as exc:
        detail = exc.strerror or type(exc).__name__
        yield Reject(origin=origin, reason=RejectReason.UNREADABLE, detail=detail)


def _read(path: Path, origin: str, readers: tuple[_Reader, ...]) -> Iterator[Article | Reject]:
    """Read a file of the corpus; what is no file (a pipe would never end) is refused."""
    if not path.is_file() and path.exists():
        raise Refused(RejectReason.UNREADABLE, "a device, pipe or socket, not a file")
    size = path.stat().st_size
    file: Stream
    with BufferedReader(FileIO(path), _BUFFER_BYTES) as file:
        yield from _Dispatch(readers, Budget(lambda: size)).read(file, origin, path.name)


@dataclass(frozen=True, slots=True)
class _Dispatch:
    """The reading of one file of the corpus and of what is packed in it."""

    readers: tuple[_Reader, ...]
    budget: Budget

    def read(
        self, file: Stream, origin: str, name: str, depth: int = 0
    ) -> Iterator[Article | Reject]:
        """Read a stream with the first reader that claims it, or unpack it and read its members.

        Raises:
            Refused: If it cannot be read to its end.
        """
        packed = members(file, name, self.budget)
        if packed is None:
            yield from self._read_plain(utf8_stream(file), origin, name)
            return
        if depth == MAX_DEPTH:
            detail = f"packed more than {MAX_DEPTH} times over; unpack it"
            raise Refused(RejectReason.ARCHIVE_LIMIT, detail)
        for member in packed:
            if not member.label or _is_source(member.label):
                place = f"{origin}!{member.label}" if member.label else origin
                yield from _rejecting(place, self._read_member(member, place, depth + 1))
            if self.budget.is_spent:
                return

    def _read_member(self, member: Member, origin: str, depth: int) -> Iterator[Article | Reject]:
        with member.open() as file:
            yield from self.read(file, origin, member.name, depth)

    def _read_plain(self, file: Stream, origin: str, name: str) -> Iterator[Article | Reject]:
        head = file.peek(_HEAD_BYTES)[:_HEAD_BYTES]
        _check(head)
        suffix = PurePosixPath(name).suffix.lower()
        reader = next(row for row in self.readers if row.claims(head, suffix))
        yield from reader.read(file, origin)


def _check(head: bytes) -> None:
    """Refuse what is no text at first sight."""
    if not head:
        raise Refused(RejectReason.EMPTY, "0 bytes")
    controls = len(_CONTROLS.findall(head))
    if b"\0" in head or controls > len(head) // 20:
        detail = f"{controls} control bytes among the first {len(head)}"
        raise Refused(RejectReason.BINARY, detail)
