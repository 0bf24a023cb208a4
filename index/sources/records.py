"""Articles from records: named fields of JSON objects or table rows, their text taken verbatim.

A field is found under any of its usual names, in English or Persian, letter case, spaces and
signs aside; a mapping of the user (`ReadConfig.columns`) replaces the usual names of a field.
Does not: read files, or take a field apart.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from index.config import ReadConfig
from index.sources import outlets
from index.sources.page_text import content_id
from index.sources.rejects import Refused, RejectReason
from index.text.dates import parse
from index.text.language import detect, short_tag
from index.types import Article, ArticleId, Span

_TAG = re.compile(r"(?P<primary>[a-z]{2,3})(?:[-_].*)?", re.DOTALL)
_NAMES = {  # the first that is there and not empty
    "id": ("id", "news_id", "شناسه"),
    "headline": ("title", "headline", "عنوان", "تیتر", "عنوان خبر"),
    "text": ("text", "body", "content", "article_body", "full_text", "متن", "متن خبر", "محتوا",
             "شرح"),
    "date": ("date", "published", "published_at", "publish_date", "publication_date", "pub_date",
             "date_published", "datetime", "created_at", "تاریخ", "تاریخ انتشار", "زمان انتشار"),
    "url": ("url", "link", "لینک", "پیوند", "نشانی", "آدرس"),
    "source": ("source", "agency", "publisher", "outlet", "منبع", "خبرگزاری"),
    "language": ("language", "lang", "زبان"),
}  # fmt: skip
_key = lru_cache(maxsize=4_096)(outlets.key)


@dataclass(frozen=True, slots=True)
class Names:
    """Under which names each of our fields is looked for, compared by their letters."""

    by_field: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, config: ReadConfig) -> "Names":
        """Return the usual names, with those of the mapping in the place of a field's own."""
        wanted = _NAMES | {field: (name,) for field, name in config.columns}
        return cls({field: tuple(map(_key, names)) for field, names in wanted.items()})

    def known(self, names: list[str]) -> set[str]:
        """Return the fields that some of these names stand for."""
        keys = set(map(_key, names))
        return {field for field, wanted in self.by_field.items() if keys.intersection(wanted)}

    @property
    def text(self) -> str:
        """Names of the text field, for a message."""
        return ", ".join(self.by_field["text"])


def article_of(record: object, names: Names, origin: str) -> Article:
    """Make the article of a record.

    Raises:
        Refused: If the record is no object, a field no string or number, or there is no text.
    """
    fields = _fields(record, names)
    if not any(map(str.isalpha, fields["text"])):
        raise Refused(RejectReason.NO_TEXT, f"no letters under any of {names.text}")
    return _made(fields, origin)


def _fields(record: object, names: Names) -> dict[str, str]:
    """Return our fields as strings, empty where a record has none."""
    if not isinstance(record, Mapping):
        detail = f"expected an object, got {type(record).__name__}"
        raise Refused(RejectReason.BAD_FIELD, detail)
    by_key: dict[str, object] = {}
    for name, value in record.items():
        if value is not None:
            by_key.setdefault(_key(str(name)[:200]), value)
    return {field: _text(field, by_key, keys) for field, keys in names.by_field.items()}


def _text(field: str, by_key: dict[str, object], keys: tuple[str, ...]) -> str:
    """Return the first value that is there; half of a surrogate pair cannot be stored."""
    value = next((by_key[key] for key in keys if by_key.get(key, "") != ""), "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        detail = f"{field} should be a string, got {type(value).__name__}"
        raise Refused(RejectReason.BAD_FIELD, detail)
    try:
        text = str(value)
        text.encode()
    except UnicodeEncodeError:
        detail = f"{field} holds half of a surrogate pair"
        raise Refused(RejectReason.BAD_FIELD, detail) from None
    except ValueError as exc:  # a number of 5,000 digits
        raise Refused(RejectReason.BAD_FIELD, str(exc)) from None
    return text


def _language(stated: str) -> str:
    """Return the primary subtag, e.g. "fa" of "fa-IR", or nothing of what is no tag ("Persian").

    Source: BCP 47 (RFC 5646, section 2.2.1): two or three letters, in any case.
    """
    tag = _TAG.fullmatch(stated.strip().lower())
    return short_tag(tag["primary"]) if tag else ""


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
