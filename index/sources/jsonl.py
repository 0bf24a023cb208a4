"""Articles from JSON Lines: one object a line, its text taken verbatim and whole.

Keys, the first that is there: id; title, headline; text, body, content; date, published,
published_at; url, link; source, agency; language, lang.

Does not: hold more than one line in memory, or read JSON that spans lines.
"""

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from index.dates import parse
from index.lang import detect
from index.sources import outlets
from index.sources.page_text import content_id
from index.sources.rejects import RejectReason
from index.types import Article, ArticleId, Reject, Span

MAX_LINE_BYTES = 8 * 1024 * 1024  # as for a text file: a longer line is no article

_TAG = re.compile(r"(?P<primary>[a-z]{2,3})(?:[-_].*)?", re.DOTALL)
_KEYS = {
    "id": ("id",),
    "headline": ("title", "headline"),
    "text": ("text", "body", "content"),
    "date": ("date", "published", "published_at"),
    "url": ("url", "link"),
    "source": ("source", "agency"),
    "language": ("language", "lang"),
}


def read(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read the articles of a file, in order; each bad line is one reject."""
    for number, line in enumerate(_lines(file), start=1):
        place = f"{origin}:{number}"
        if line is None:
            detail = f"more than {MAX_LINE_BYTES:,} bytes in one line"
            yield Reject(origin=place, reason=RejectReason.TOO_LONG, detail=detail)
        elif line.strip():
            yield _article(line, place)


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Yield each line, None for one that is too long, in bounded memory."""
    while line := file.readline(MAX_LINE_BYTES):
        if len(line) < MAX_LINE_BYTES or line.endswith(b"\n"):
            yield line
            continue
        while len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES)
        yield None


def _article(line: bytes, origin: str) -> Article | Reject:
    """Read one record."""
    try:
        record = json.loads(line.decode("utf-8-sig"))
        fields = _fields(record)
    except UnicodeDecodeError as exc:
        detail = f"not UTF-8 at byte {exc.start}"
        return Reject(origin=origin, reason=RejectReason.ENCODING, detail=detail)
    except json.JSONDecodeError as exc:
        return Reject(origin=origin, reason=RejectReason.BROKEN_JSON, detail=str(exc))
    # RecursionError: brackets nested a thousand deep. ValueError: a number of 5,000 digits.
    except (RecursionError, ValueError) as exc:
        return Reject(origin=origin, reason=RejectReason.BAD_FIELD, detail=str(exc))
    if not any(map(str.isalpha, fields["text"])):
        detail = f"no letters under any of {', '.join(_KEYS['text'])}"
        return Reject(origin=origin, reason=RejectReason.NO_TEXT, detail=detail)
    return _made(fields, origin)


def _fields(record: object) -> dict[str, str]:
    """Return our fields as strings, empty where a record has none.

    Raises:
        ValueError: If the record is no object, a field no string or number, or a string holds
            half of a surrogate pair, which no file can store.
    """
    if not isinstance(record, dict):
        msg = f"expected an object, got {type(record).__name__}"
        raise ValueError(msg)  # noqa: TRY004  # one kind of error for all bad records
    found = {name: _first(record, keys) for name, keys in _KEYS.items()}
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            msg = f"{name} should be a string, got {type(value).__name__}"
            raise ValueError(msg)  # noqa: TRY004  # as above
        if isinstance(value, str) and not _storable(value):
            msg = f"{name} holds half of a surrogate pair"
            raise ValueError(msg)
    return {name: str(value) for name, value in found.items()}


def _first(record: dict[str, object], keys: tuple[str, ...]) -> object:
    """Return the first value that is there and not null."""
    return next((record[key] for key in keys if record.get(key) is not None), "")


def _storable(text: str) -> bool:
    """Tell whether a text can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _language(stated: str) -> str:
    """Return the primary subtag, e.g. "fa" of "fa-IR", or nothing of what is no tag ("Persian").

    Source: BCP 47 (RFC 5646, section 2.2.1): two or three letters, in any case.
    """
    tag = _TAG.fullmatch(stated.strip().lower())
    return tag["primary"] if tag else ""


def _made(fields: dict[str, str], origin: str) -> Article:
    """Make the article of a good record."""
    text, url = fields["text"], fields["url"].strip()
    outlet = outlets.by_url(url) or outlets.by_name(fields["source"])
    return Article(
        id=ArticleId(fields["id"].strip()) if fields["id"].strip() else content_id(text),
        headline=fields["headline"].strip(),
        text=text,
        body=(Span(0, len(text)),),
        language=_language(fields["language"]) or detect(text).tag,
        published=parse(fields["date"]),
        source=outlet.name if outlet else fields["source"].strip(),
        via=outlets.relayed(text),
        code=outlets.code_in(url),
        url=url,
        origin=origin,
    )
