"""Articles from Rich Text Format: paragraphs by striprtf, headline and day as of any document.

Downloads from Nexis and Factiva as RTF are divided into their articles.
Does not: read pictures or embedded objects.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

# Imported by `index.sources` only when such a file is read.
from striprtf.striprtf import rtf_to_text

from index.sources import nexis
from index.sources.documents import Paragraph, article_of
from index.sources.rejects import MAX_BYTES, Refused, RejectReason, whole
from index.types import Article, Reject

_MAX_BYTES = 64 * 1024**2
_HEX = re.compile(rb"(?<![0-9a-fA-F\r\n])[0-9a-fA-F\r\n]{512,}+")  # pictures and fonts


def read(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read the article of a file, or those of a download.

    Raises:
        Refused: If it is too long, broken, or holds no text.
    """
    data = _HEX.sub(b"", whole(file, _MAX_BYTES))
    if len(data) > MAX_BYTES:
        raise Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} bytes beside its pictures")
    try:
        text: str = rtf_to_text(data.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
    except Exception as exc:  # noqa: BLE001  # of a broken file the library raises anything
        detail = " ".join(str(exc).split())[:200] or type(exc).__name__
        raise Refused(RejectReason.UNREADABLE, f"broken RTF: {detail}") from None
    lines = [" ".join(line.replace("|", " | ").split()).strip("| ") for line in text.split("\n")]
    if nexis.is_download_of(lines):
        yield from nexis.articles_of(lines, origin)
    else:
        yield article_of([Paragraph(line) for line in lines if line], origin)
