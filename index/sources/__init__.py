"""Files of a corpus read into articles, each kind by its own reader.

A reader is a row in `_readers`: a claim on a file, from its first bytes and its lower-case suffix,
and a function that yields articles and rejects in a stable order. It is given a binary stream that
stands at its start, is decompressed and perhaps not seekable, and a label for messages. It may
raise `Refused` or `OSError` at any time: what it yielded before stays. New kinds of source are
new rows.

Only hidden files and read-me files are skipped without a reject; links to folders are not followed,
and those to files outside the corpus only where `ReadConfig` allows it.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from io import BufferedReader, BytesIO, FileIO, RawIOBase
from pathlib import Path, PurePosixPath
from typing import cast

from index.config import ReadConfig
from index.errors import CorpusError
from index.sources import jsonl, page_text, tables
from index.sources.containers import MAX_DEPTH, Budget, members
from index.sources.encoding import utf8_stream
from index.sources.markup import is_archived_page, is_feed, is_markdown, is_page, is_xml
from index.sources.outlets import by_name as known_outlet
from index.sources.outlets import outlet_name
from index.sources.rejects import Refused, RejectReason, Stream
from index.types import Article, Reject

__all__ = [
    "RejectReason",
    "corpus_files",
    "known_outlet",
    "leads_outside",
    "missing_packages",
    "outlet_name",
    "read_articles",
    "read_bytes",
    "read_file",
]

_HEAD_BYTES = 8_192
_BUFFER_BYTES = 65_536
_HTML = "lxml lxml_html_clean trafilatura"
_PACKAGES = {"feeds": _HTML, "html_page": _HTML, "markdown": "markdown-it-py pyyaml"}
"""Readers whose libraries are heavy and that no question needs, and the packages to install."""
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

_Read = Callable[[Stream, str], Iterator[Article | Reject]]


@dataclass(frozen=True, slots=True)
class _Reader:
    """One kind of source: which files it claims, by their first bytes and lower-case suffix."""

    claims: Callable[[bytes, str], bool]
    read: _Read


def _readers(config: ReadConfig) -> tuple[_Reader, ...]:
    """Return every reader in the order in which they are tried; the last takes any text.

    Those whose first bytes make it certain come first.
    """
    return (
        _Reader(lambda head, _: is_feed(head), partial(_read_with, "feeds")),
        _Reader(lambda head, _: is_archived_page(head), _unsupported),
        _Reader(is_markdown, partial(_read_with, "markdown")),
        _Reader(is_page, partial(_read_with, "html_page")),
        _Reader(is_xml, _unsupported),
        _Reader(jsonl.is_document, partial(jsonl.read_document, config=config)),
        _Reader(jsonl.is_lines, partial(jsonl.read, config=config)),
        _Reader(partial(tables.is_table, config=config), partial(tables.read, config=config)),
        _Reader(lambda _head, _suffix: True, page_text.read),
    )


def _unsupported(_file: Stream, origin: str) -> Iterator[Reject]:
    """Refuse a file of a kind that has no reader yet."""
    kind = PurePosixPath(origin).suffix or "such"
    detail = f"no reader for {kind} files; text, pages, feeds, JSON and tables are read"
    raise Refused(RejectReason.UNSUPPORTED, detail)


def _read_with(module: str, file: Stream, origin: str) -> Iterator[Article | Reject]:
    """Read with a module of `_PACKAGES`, imported when the first file needs it.

    Raises:
        Refused: If a library of it cannot be imported.
    """
    read = _imported(module)
    if isinstance(read, str):
        install = f"pip install {_PACKAGES[module]}"
        detail = f"a library that reads it cannot be loaded ({read}); run `{install}`"
        raise Refused(RejectReason.NO_LIBRARY, detail)
    return read(file, origin)


@cache  # a failure too: importing again for each of many pages would take minutes
def _imported(module: str) -> _Read | str:
    """Return the function `read` of a module of this package, or why it cannot be imported."""
    try:
        read: _Read = import_module(f"{__name__}.{module}").read
    except ImportError as error:
        return " ".join(str(error).split())
    return read


def missing_packages() -> tuple[str, ...]:
    """Return, for each reader that cannot be imported, the packages to install."""
    return tuple(names for module, names in _PACKAGES.items() if isinstance(_imported(module), str))


def read_articles(path: Path, config: ReadConfig | None = None) -> Iterator[Article | Reject]:
    """Read a file, or every file below a folder in the order of their paths.

    Memory is bounded by the longest article allowed.

    Raises:
        CorpusError: If there is nothing at `path`, or the folder cannot be listed.
    """
    for file, origin in corpus_files(path):
        yield from read_file(file, origin, config, root=path)


def read_file(
    path: Path, origin: str, config: ReadConfig | None = None, *, root: Path | None = None
) -> Iterator[Article | Reject]:
    """Read one file, as `read_articles` does, in a stable order.

    Args:
        root: The corpus that it must not lead out of; None for a file that was named itself.
    """
    config = config or ReadConfig()
    if root is not None and leads_outside(path, root, config):
        detail = "a link to a file outside the corpus; copy it, or set PASOKH_OUTSIDE_LINKS=true"
        return iter([Refused(RejectReason.OUTSIDE_LINK, detail).reject(origin)])
    dispatch = _Dispatch(_readers(config), Budget(lambda: path.stat().st_size))
    return dispatch.read(partial(_opened, path), origin, path.name)


def leads_outside(path: Path, root: Path, config: ReadConfig) -> bool:
    """Tell whether a file below a root is a link to one outside that may not be read."""
    if config.outside_links or not path.is_symlink():
        return False
    # Subtle: unlike Path.resolve, realpath does not raise on links that go in a circle.
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def read_bytes(
    data: bytes, origin: str, config: ReadConfig | None = None
) -> Iterator[Article | Reject]:
    """Read bytes that are not in a file of the corpus (e.g. a fetched page) as such a file is read.

    Args:
        origin: Label for messages; its suffix is a hint, as of a file name.
    """
    dispatch = _Dispatch(_readers(config or ReadConfig()), Budget(lambda: len(data)))
    # The buffer hides that the bytes are in memory, so that all are read as a stream.
    raw = cast("RawIOBase", BytesIO(data))
    return dispatch.read(lambda: BufferedReader(raw, _BUFFER_BYTES), origin, origin)


def corpus_files(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files that `read_articles` reads, each with its origin, relative to a folder.

    Raises:
        CorpusError: If there is nothing at `path`, it may not be accessed, or the folder cannot
            be listed.
    """
    expected = "Expected a file or folder of articles"
    advice = "set PASOKH_CORPUS or --corpus to where they are."
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except OSError as error:  # the path is too long, or leads through a folder we may not enter
        msg = f"{expected}, got {str(path)!r}: {error.strerror}; {advice}"
        raise CorpusError(msg) from error
    if not is_there:
        msg = f"{expected}, found nothing at {str(path)!r}; {advice}"
        raise CorpusError(msg)
    if not is_folder:
        yield path, path.name
        return

    def refuse(error: OSError) -> None:
        msg = f"Expected a readable folder, got {error.filename!r}: {error.strerror}."
        raise CorpusError(msg) from error

    for parent, folders, names in os.walk(path, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if _is_source(name):
                file = Path(parent, name)
                yield file, file.relative_to(path).as_posix()


def _is_source(path: str) -> bool:
    """Tell whether a file is read: no part of its path is hidden, and it is no read-me file."""
    *folders, name = path.split("/")
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in (*folders, name) if part != "..")
    return not is_hidden and not name.lower().startswith("readme")


def _opened(path: Path) -> Stream:
    """Open a file of the corpus; what is no file (a pipe would never end) is refused."""
    if not path.is_file() and path.exists():
        raise Refused(RejectReason.UNREADABLE, "a device, pipe or socket, not a file")
    return BufferedReader(FileIO(path), _BUFFER_BYTES)


@dataclass(frozen=True, slots=True)
class _Dispatch:
    """Reading of one file of the corpus and of the files packed in it."""

    readers: tuple[_Reader, ...]
    budget: Budget

    def read(
        self, opened: Callable[[], Stream], origin: str, name: str, depth: int = 0
    ) -> Iterator[Article | Reject]:
        """Read the file that `opened` returns, with a reject where reading fails."""
        try:
            with opened() as file:
                packed = members(file, name, self.budget)
                if packed is None:
                    yield from self._read_plain(utf8_stream(file), origin, name)
                    return
                if depth == MAX_DEPTH:
                    detail = f"packed more than {MAX_DEPTH} times over; unpack it"
                    yield Refused(RejectReason.ARCHIVE_LIMIT, detail).reject(origin)
                    return
                for member in packed:
                    if not member.label or _is_source(member.label):
                        inner = f"{origin}!{member.label}" if member.label else origin
                        yield from self.read(member.open, inner, member.name, depth + 1)
                    if self.budget.is_spent:
                        return
        except Refused as refused:
            yield refused.reject(origin)
        except OSError as exc:
            detail = exc.strerror or type(exc).__name__
            yield Refused(RejectReason.UNREADABLE, detail).reject(origin)

    def _read_plain(self, file: Stream, origin: str, name: str) -> Iterator[Article | Reject]:
        """Read a stream that is no container with the first reader that claims it."""
        head = file.peek(_HEAD_BYTES)[:_HEAD_BYTES]
        if not head:
            raise Refused(RejectReason.EMPTY, "0 bytes")
        controls = len(_CONTROLS.findall(head))
        if b"\0" in head or controls > len(head) // 20:
            detail = f"{controls} control bytes among the first {len(head)}"
            raise Refused(RejectReason.BINARY, detail)
        suffix = PurePosixPath(name).suffix.lower()
        reader = next(reader for reader in self.readers if reader.claims(head, suffix))
        return reader.read(file, origin)
