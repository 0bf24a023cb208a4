"""Files of a corpus read into articles, each kind by its own reader.

A reader is a row in `_readers`: a claim on a file, from its first bytes and its lower-case suffix,
and a function that yields articles and rejects in a stable order. It is given a binary stream that
stands at its start, is decompressed and perhaps not seekable, and a label for messages. It may
raise `Refused` or `OSError` at any time: what it yielded before stays. New kinds of source are
new rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from io import BufferedReader, BytesIO, FileIO, RawIOBase
from pathlib import Path, PurePosixPath
from typing import cast

from index.config import ReadConfig
from index.errors import how_to_install
from index.sources.containers import MAX_DEPTH, Budget, members
from index.sources.encoding import utf8_stream
from index.sources.files import SourceFile, corpus_files, refusal_of_name
from index.sources.kinds import refuse_no_prose
from index.sources.markup import (
    is_extracted,
    is_feed,
    is_mail,
    is_markdown,
    is_mediawiki,
    is_page,
    is_telegram,
    is_warc,
    is_wordpress,
    is_xml,
)
from index.sources.outlets import by_name as known_outlet
from index.sources.outlets import outlet_name
from index.sources.rejects import LEFT_OUT, Refused, RejectReason, Stream
from index.types import Article, Reject

__all__ = [
    "LEFT_OUT",
    "RejectReason",
    "SourceFile",
    "corpus_files",
    "known_outlet",
    "missing_packages",
    "outlet_name",
    "read_articles",
    "read_bytes",
    "read_file",
]

_HEAD_BYTES = 8_192
_BUFFER_BYTES = 65_536
_HTML = "run `pip install lxml lxml_html_clean trafilatura`"
_INSTALL = {
    "extracted_xml": _HTML,
    "feeds": _HTML,
    "html_page": _HTML,
    "mail": _HTML,
    "markdown": "run `pip install markdown-it-py pyyaml`",
    "mediawiki": _HTML,
    "office": "run `pip install lxml`",
    "parquet": how_to_install("parquet"),
    "pdf": "run `pip install pypdfium2`",
    "rtf": "run `pip install striprtf`",
    "telegram_html": _HTML,
    "warc": "run `pip install lxml lxml_html_clean trafilatura warcio`",
    "wordpress": _HTML,
    "workbook": "run `pip install openpyxl`",
}
"""Readers whose libraries are heavy and that no question needs, and how to install these."""

_Read = Callable[..., Iterator[Article | Reject]]


@dataclass(frozen=True, slots=True)
class _Reader:
    """One kind of source, and which files it claims by their first bytes and lower-case suffix.

    A binary one gets the bytes as they are; it is tried before the file is unpacked or decoded.
    """

    kind: str
    claims: Callable[[bytes, str], bool]
    read: _Read
    is_binary: bool = False


def _readers(config: ReadConfig) -> tuple[_Reader, ...]:
    """Return every reader in the order in which they are tried; the last takes any text.

    Those whose first bytes make it certain come first.
    """
    # Here because answering a question needs none of them.
    from index.sources import jsonl, nexis, page_text, tables, telegram

    def binary(
        module: str, claims: Callable[[bytes, str], bool], *, takes_config: bool = False
    ) -> _Reader:
        read = partial(_read_with, module)
        return _Reader(
            module, claims, partial(read, config=config) if takes_config else read, is_binary=True
        )

    def marked_up(module: str, claims: Callable[[bytes], bool]) -> _Reader:
        return _Reader(module, lambda head, _: claims(head), partial(_read_with, module))

    return (
        binary("workbook", _is_workbook, takes_config=True),
        binary("office", _is_document),
        binary("parquet", _is_parquet, takes_config=True),
        binary("rtf", _is_rtf),
        binary("pdf", _is_pdf, takes_config=True),
        binary("warc", lambda head, _: is_warc(head)),
        binary("mail", is_mail),
        marked_up("wordpress", is_wordpress),
        marked_up("mediawiki", is_mediawiki),
        marked_up("extracted_xml", is_extracted),
        marked_up("feeds", is_feed),
        _Reader("nexis", nexis.is_download, nexis.read),
        _Reader("markdown", is_markdown, partial(_read_with, "markdown")),
        marked_up("telegram_html", is_telegram),
        _Reader("html_page", is_page, partial(_read_with, "html_page")),
        _Reader("xml", is_xml, _unsupported),
        _Reader("telegram", lambda head, _: telegram.is_export(head), telegram.read),
        _Reader("json", jsonl.is_document, partial(jsonl.read_document, config=config)),
        _Reader("jsonl", jsonl.is_lines, partial(jsonl.read, config=config)),
        _Reader(
            "table", partial(tables.is_table, config=config), partial(tables.read, config=config)
        ),
        _Reader("text", lambda _head, _suffix: True, page_text.read),
    )


def _unsupported(_file: Stream, origin: str) -> Iterator[Reject]:
    """Refuse a file of a kind that has no reader yet."""
    kind = PurePosixPath(origin).suffix or "such"
    detail = f"no reader for {kind} files; text, pages, feeds, JSON and tables are read"
    raise Refused(RejectReason.UNSUPPORTED, detail)


_WORKBOOKS = frozenset((".xlsx", ".xlsm", ".xltx"))
_DOCUMENTS = frozenset(
    (".docx", ".docm", ".dotx", ".odt", ".ott", ".epub", ".pptx", ".odp", ".ods")
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FIRST = frozenset((b"[Content_Types].xml", b"_rels/.rels", b"mimetype"))  # of their members


def _is_workbook(head: bytes, suffix: str) -> bool:
    """Tell an Excel workbook by its name, or by the names of its first members."""
    is_named = suffix in _WORKBOOKS or (_first_member(head) in _FIRST and b"xl/" in head)
    return head.startswith(b"PK\x03\x04") and is_named


def _is_document(head: bytes, suffix: str) -> bool:
    """Tell another document that is XML in a zip by its name, or by the first member.

    Of one with a password, the zip is inside a file of the old format.
    """
    if head.startswith(_OLE):
        return suffix in _DOCUMENTS | _WORKBOOKS
    is_named = suffix in _DOCUMENTS or _first_member(head) in _FIRST
    return head.startswith(b"PK\x03\x04") and is_named


def _first_member(head: bytes) -> bytes:
    return head[30 : 30 + int.from_bytes(head[26:28], "little")]


def _is_parquet(head: bytes, _suffix: str) -> bool:
    return head.startswith(b"PAR1")


def _is_rtf(head: bytes, _suffix: str) -> bool:
    return head.startswith(b"{\\rtf")


def _is_pdf(head: bytes, _suffix: str) -> bool:
    """Tell a PDF by its first bytes, before which others may stand."""
    return b"%PDF-" in head[:1_024]


def _read_with(
    module: str, file: Stream, origin: str, **options: ReadConfig
) -> Iterator[Article | Reject]:
    """Read with a module of `_INSTALL`, imported when the first file needs it.

    Raises:
        Refused: If a library of it cannot be imported.
    """
    read = _imported(module)
    if isinstance(read, str):
        detail = f"a library that reads it cannot be loaded ({read}); {_INSTALL[module]}"
        raise Refused(RejectReason.NO_LIBRARY, detail)
    return read(file, origin, **options)


@cache  # a failure too: importing again for each of many pages would take minutes
def _imported(module: str) -> _Read | str:
    """Return the function `read` of a module of this package, or why it cannot be imported."""
    try:
        read: _Read = import_module(f"{__name__}.{module}").read
    except ImportError as error:
        return " ".join(str(error).split())
    return read


def missing_packages() -> tuple[str, ...]:
    """Return, for each reader that cannot be imported, how to install what it needs."""
    return tuple(how for module, how in _INSTALL.items() if isinstance(_imported(module), str))


def read_articles(path: Path, config: ReadConfig | None = None) -> Iterator[Article | Reject]:
    """Read a file, or every file below a folder in the order of their paths.

    Memory is bounded by the longest article allowed.

    Raises:
        CorpusError: If there is nothing at `path`, or the folder cannot be listed.
    """
    for file in corpus_files(path, config):
        yield from read_file(file, config)


def read_file(
    file: SourceFile,
    config: ReadConfig | None = None,
    *,
    tell_kind: Callable[[str], None] | None = None,
) -> Iterator[Article | Reject]:
    """Read one file, as `read_articles` does, in a stable order.

    Args:
        tell_kind: Called with the kind of the file, or of each file packed in it, before its items.
    """
    if file.unread:
        return iter([file.unread.reject(file.origin)])
    dispatch = _Dispatch(
        _readers(config or ReadConfig()), Budget(lambda: file.path.stat().st_size), tell_kind
    )
    return dispatch.read(partial(_opened, file.path), file.origin, file.path.name)


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
    tell_kind: Callable[[str], None] | None = None

    def read(
        self, opened: Callable[[], Stream], origin: str, name: str, depth: int = 0
    ) -> Iterator[Article | Reject]:
        """Read the file that `opened` returns, with a reject where reading fails."""
        try:
            with opened() as file:
                if reader := self._reader(file, name, is_binary=True):
                    yield from reader.read(file, origin)
                    return
                packed = members(file, name, self.budget)
                if packed is None:
                    yield from self._read_text(utf8_stream(file), origin, name)
                    return
                if depth == MAX_DEPTH:
                    detail = f"packed more than {MAX_DEPTH} times over; unpack it"
                    yield Refused(RejectReason.ARCHIVE_LIMIT, detail).reject(origin)
                    return
                for member in packed:
                    inner = f"{origin}!{member.label}" if member.label else origin
                    if refusal := refusal_of_name(member.label):
                        yield Refused(*refusal).reject(inner)
                    else:
                        yield from self.read(member.open, inner, member.name, depth + 1)
                    if self.budget.is_spent:
                        return
        except Refused as refused:
            yield refused.reject(origin)
        except OSError as exc:
            detail = exc.strerror or type(exc).__name__
            yield Refused(RejectReason.UNREADABLE, detail).reject(origin)

    def _read_text(self, file: Stream, origin: str, name: str) -> Iterator[Article | Reject]:
        """Read a stream that is no container with the first reader that claims it."""
        head = file.peek(_HEAD_BYTES)[:_HEAD_BYTES]
        if not head:
            raise Refused(RejectReason.EMPTY, "0 bytes")
        refuse_no_prose(head, name)
        reader = self._reader(file, name, is_binary=False)
        assert reader is not None  # noqa: S101  # the last claims any text
        return reader.read(file, origin)

    def _reader(self, file: Stream, name: str, *, is_binary: bool) -> _Reader | None:
        head = file.peek(_HEAD_BYTES)[:_HEAD_BYTES]
        suffix = PurePosixPath(name).suffix.lower()
        readers = (reader for reader in self.readers if reader.is_binary == is_binary)
        found = next((reader for reader in readers if reader.claims(head, suffix)), None)
        if found and self.tell_kind:
            self.tell_kind(found.kind)
        return found
