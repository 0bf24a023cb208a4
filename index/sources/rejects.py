"""Why something in a corpus is not an article.

Does not: decide it; the readers do.
"""

from enum import StrEnum


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
    REMOVED = "removed"
