"""Why something in a corpus is not an article.

Does not: decide it; the readers do.
"""

from enum import StrEnum
from typing import BinaryIO

MAX_BYTES = 8 * 1024 * 1024  # some 4 million Persian letters; what is longer is no article


class RejectReason(StrEnum):
    """Stable codes, counted in build reports; a `Reject` carries a human detail beside it."""

    EMPTY = "empty"
    BINARY = "binary"
    ENCODING = "encoding"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"
    TOO_LONG = "too_long"
    BROKEN_JSON = "broken_json"
    NO_TEXT = "no_text"
    BAD_FIELD = "bad_field"
    LINK_ONLY = "link_only"
    LISTING = "listing"
    LOGIN_WALL = "login_wall"


class Refused(Exception):
    """A file, or the rest of one, cannot be read; whoever opened it makes the reject."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def whole(file: BinaryIO, limit: int = MAX_BYTES) -> bytes:
    """Return all bytes of a file that holds one article.

    Raises:
        Refused: If there are more than `limit`; no more than that is held.
    """
    data = file.read(limit + 1)
    if len(data) > limit:
        detail = f"more than {limit:,} bytes; a file of one article may have that many"
        raise Refused(RejectReason.TOO_LONG, detail)
    return data
