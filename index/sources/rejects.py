"""Reasons why something in a corpus is not an article, and reading within limits of size."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from io import BufferedIOBase, BufferedReader
from typing import IO, Any, BinaryIO, TypeAlias

from index.types import Reject

MAX_BYTES = 8 * 1024 * 1024  # some 4 million Persian letters; what is longer is no article

Stream: TypeAlias = "BufferedReader[Any]"  # of any kind of raw stream
Stored: TypeAlias = BufferedIOBase | IO[bytes]  # what the standard library opens


class RejectReason(StrEnum):
    """Stable codes, counted in build reports; a `Reject` carries a human detail beside it."""

    EMPTY = "empty"
    BINARY = "binary"
    ENCODING = "encoding"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"
    TOO_LONG = "too_long"
    BROKEN_ARCHIVE = "broken_archive"
    BROKEN_JSON = "broken_json"
    BROKEN_ROW = "broken_row"
    BROKEN_XML = "broken_xml"
    ARCHIVE_LIMIT = "archive_limit"
    ENCRYPTED = "encrypted"
    NO_TEXT = "no_text"
    BAD_FIELD = "bad_field"
    REMOVED = "removed"
    DAMAGED = "damaged"
    LINK_ONLY = "link_only"
    LISTING = "listing"
    LOGIN_WALL = "login_wall"
    NO_LIBRARY = "no_library"
    OUTSIDE_LINK = "outside_link"
    LINKED_FOLDER = "linked_folder"
    HIDDEN = "hidden"
    READ_ME = "read_me"
    PAGE_PARTS = "page_parts"
    NO_PROSE = "no_prose"
    DRAFT = "draft"
    PRIVATE = "private"
    SCANNED = "scanned"


LEFT_OUT = frozenset(
    {
        RejectReason.LINKED_FOLDER,
        RejectReason.HIDDEN,
        RejectReason.READ_ME,
        RejectReason.PAGE_PARTS,
        RejectReason.NO_PROSE,
        RejectReason.DRAFT,
        RejectReason.PRIVATE,
    }
)
"""What is left out on purpose: reports count it apart, as nothing has to be mended."""


class Refused(Exception):
    """A file, or the rest of one, cannot be read; the caller that opened it makes the reject."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def reject(self, origin: str) -> Reject:
        """Return the reject of the file or item at `origin`."""
        return Reject(origin=origin, reason=self.reason, detail=self.detail)


def counted(counts: Counter[str], origin: str) -> Iterator[Reject]:
    """Yield one reject for all that a file holds besides articles, with the number of each kind."""
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in counts.most_common(20))
    if kinds:
        yield Reject(origin=origin, reason=RejectReason.NO_PROSE, detail=f"no articles: {kinds}")


def whole(file: BinaryIO, limit: int = MAX_BYTES) -> bytes:
    """Return all bytes of a file that holds one article.

    Raises:
        Refused: If there are more than `limit`; no more than that is read.
    """
    data = file.read(limit + 1)
    if len(data) > limit:
        detail = f"more than {limit:,} bytes; a file of one article may have that many"
        raise Refused(RejectReason.TOO_LONG, detail)
    return data


def lines(file: BinaryIO, limit: int = MAX_BYTES) -> Iterator[bytes | None]:
    """Yield each line with its end, None for one of more than `limit` bytes, which are skipped."""
    while line := file.readline(limit):
        if len(line) < limit or line.endswith(b"\n"):
            yield line
            continue
        while len(line) == limit and not line.endswith(b"\n"):
            line = file.readline(limit)
        yield None
