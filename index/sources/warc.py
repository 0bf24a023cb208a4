"""Web archives (WARC, WET, ARC): the pages and texts that a crawler fetched, with their addresses.

Read are answers of status 200 that are pages or plain text; all else is counted by its kind, in one
reject a file. When a page was fetched says nothing about when it was published.
Does not: decompress brotli.
Sources: ISO 28500 (WARC 1.0 and 1.1), RFC 9112 (chunked transfer), Common Crawl's WET.
"""

import logging
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader

from index.sources import html_page, page_text
from index.sources.encoding import decode
from index.sources.markup import is_page, text_of
from index.sources.rejects import MAX_BYTES, Refused, RejectReason, Stream, counted
from index.types import Article, Reject

_MAX_HEADERS = 1024**2  # bytes in front of the content of a record
_CHUNK = 65_536
_PAGES = frozenset(("text/html", "application/xhtml+xml"))
_UNKNOWN = frozenset(("", "application/octet-stream", "text/plain"))
_CHARSET = re.compile(r"charset\s*+=\s*+[\"']?(?P<name>[\w.:-]{1,40})", re.IGNORECASE)
_ZLIB_OR_GZIP, _DEFLATE = 47, -15  # https://docs.python.org/3/library/zlib.html
_OK = "200"

# It warns of each address with a space in it.
logging.getLogger("warcio").setLevel(logging.CRITICAL)


def read(file: Stream, origin: str) -> Iterator[Article | Reject]:
    """Read the pages of an archive of any size in order, labelled by the number of their record."""
    counts: Counter[str] = Counter()
    try:
        for number, record in enumerate(_records(file), start=1):
            kind = _kind(record)
            if kind:
                counts[kind] += 1
                continue
            try:
                yield _article(record, f"{origin}:{number}")
            except Refused as refused:
                yield refused.reject(f"{origin}:{number}")
    except Refused as refused:
        yield refused.reject(origin)
    yield from counted(counts, origin)


class _Iterator(ArchiveIterator):  # type: ignore[misc]  # it has no types
    """Iterator over records that does not write to standard error."""

    INC_RECORD: ClassVar[str] = ""


class _Guarded:
    """A stream that refuses headers that do not end: they are collected in memory."""

    def __init__(self, file: Stream) -> None:
        self._file = file
        self._taken = 0
        self.is_in_headers = True

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        chunk = self._file.read(size)
        self._taken = self._taken + len(chunk) if self.is_in_headers else 0
        if self._taken > _MAX_HEADERS:
            detail = f"more than {_MAX_HEADERS:,} bytes of headers"
            raise Refused(RejectReason.BROKEN_ARCHIVE, detail)
        return chunk


def _records(file: Stream) -> Iterator[Any]:
    """Yield the records; each can be read only before the next is taken.

    Raises:
        Refused: Where they break off.
    """
    guarded = _Guarded(file)
    records = _Iterator(guarded, arc2warc=True)
    while True:
        try:
            guarded.is_in_headers = True
            record = next(records, None)
            guarded.is_in_headers = False
            if record is None:
                return
            yield record
            while record.raw_stream.read(_CHUNK):
                pass
        except (OSError, Refused):
            raise
        # Subtle: of broken headers it takes parts that are not there: AttributeError and others.
        except Exception as exc:
            detail = " ".join(str(exc).split())[:200] or type(exc).__name__
            raise Refused(RejectReason.BROKEN_ARCHIVE, detail) from exc


def _kind(record: Any) -> str:  # noqa: ANN401  # warcio has no types
    """Return what a record is that is not read; empty for a page or a text."""
    if record.rec_type == "conversion":
        return ""
    if record.rec_type not in {"response", "resource"}:
        return f"{str(record.rec_type)[:40]} records"
    if not _address(record).startswith(("http://", "https://")):
        return "records without an address of the web"
    if record.http_headers is not None and record.http_headers.get_statuscode() != _OK:
        return f"answers of status {record.http_headers.get_statuscode()[:3]}"
    media = _media(record)
    return "" if media in _PAGES | _UNKNOWN else f"of {media[:40]}"


def _article(record: Any, origin: str) -> Article:  # noqa: ANN401
    """Read the page or text of a record.

    Raises:
        Refused: If it is too long, or holds no article.
    """
    data, address = _content(record), _address(record)
    charset = _CHARSET.search(_content_type(record))
    stated = charset["name"] if charset else ""
    is_text = record.rec_type == "conversion" or not is_page(data[:_CHUNK], "")
    if is_text and _media(record) not in _PAGES:
        if address.endswith("/robots.txt"):
            raise Refused(RejectReason.NO_PROSE, "rules for robots")
        found = page_text.article_of(decode(data, stated).text, origin, address)
        if isinstance(found, Reject):
            raise Refused(RejectReason(found.reason), found.detail)
        return found
    return html_page.article_of(text_of(data, stated), origin, address)


def _content(record: Any) -> bytes:  # noqa: ANN401
    """Return what a record holds, as it was before it was sent.

    Raises:
        Refused: If it is too long or compressed by brotli.
    """
    headers = record.http_headers
    coding = (headers and headers.get_header("Content-Encoding")) or ""
    transfer = (headers and headers.get_header("Transfer-Encoding")) or ""
    is_chunked = transfer.strip().lower() == "chunked"
    stream = ChunkedDataReader(record.raw_stream) if is_chunked else record.raw_stream
    if record.length is None or record.length > 2 * MAX_BYTES:
        raise Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} bytes in one page")
    data: bytes = stream.read(MAX_BYTES + 1)
    if coding.strip().lower() in {"gzip", "x-gzip", "deflate"}:
        for window in (_ZLIB_OR_GZIP, _DEFLATE):
            try:
                data = zlib.decompressobj(window).decompress(data, MAX_BYTES + 1)
                break
            except zlib.error:  # of the other kind, or decompressed when it was saved
                continue
    if len(data) > MAX_BYTES:
        raise Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} bytes in one page")
    if b"\0" in data:
        raise Refused(RejectReason.BINARY, f"control bytes in a page; content-encoding {coding!r}")
    return data


def _address(record: Any) -> str:  # noqa: ANN401
    return record.rec_headers.get_header("WARC-Target-URI") or ""


def _content_type(record: Any) -> str:  # noqa: ANN401
    headers = record.rec_headers if record.http_headers is None else record.http_headers
    return headers.get_header("Content-Type") or ""


def _media(record: Any) -> str:  # noqa: ANN401
    return _content_type(record).partition(";")[0].strip().lower()
