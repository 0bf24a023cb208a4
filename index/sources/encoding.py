"""Bytes into text: UTF-8, or another encoding where it is sure.

Does not: repair text, or drop what does not fit.
"""

from dataclasses import dataclass

from index.sources.rejects import Refused, RejectReason


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and the encoding it was stored in."""

    text: str
    encoding: str


def decode(data: bytes, declared: str = "") -> Decoded:  # noqa: ARG001  # next commit
    """Return the text of a whole file; offsets into an article are offsets into this text.

    Args:
        data: Every byte of the file.
        declared: The encoding that the file or its server states, tried first; empty for none.

    Raises:
        Refused: If no encoding fits.
    """
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as exc:
        detail = f"not UTF-8 at byte {exc.start}"
        raise Refused(RejectReason.ENCODING, detail) from None
