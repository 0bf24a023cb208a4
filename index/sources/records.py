"""Articles from records: named fields of JSON objects or table rows, their text taken verbatim.

A field is found under any of its usual names, in English or Persian, letter case, spaces and
punctuation ignored; the user's `ReadConfig.columns` replaces the usual names of a field.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from index.config import ReadConfig
from index.sources import outlets
from index.sources.article import Facts, assemble, content_id
from index.sources.rejects import Refused, RejectReason
from index.text.dates import parse
from index.types import Article, Span

_NAMES = {  # the first that is there and not empty
    "id": ("id", "news_id", "شناسه"),
    "headline": ("title", "headline", "عنوان", "تیتر", "عنوان خبر"),
    "text": ("text", "body", "content", "article_body", "full_text", "متن", "متن خبر", "محتوا",
             "شرح"),
    "date": ("date", "published", "published_at", "publish_date", "publication_date", "pub_date",
             "date_published", "datetime", "created_at", "تاریخ", "تاریخ انتشار", "زمان انتشار"),
    "edited": ("modified", "date_modified", "modified_at", "updated", "updated_at", "edited",
               "last_modified", "ویرایش", "تاریخ ویرایش", "به روز رسانی"),
    "url": ("url", "link", "لینک", "پیوند", "نشانی", "آدرس"),
    "source": ("source", "agency", "publisher", "outlet", "منبع", "خبرگزاری"),
    "language": ("language", "lang", "زبان"),
}  # fmt: skip
_key = lru_cache(maxsize=4_096)(outlets.key)


@dataclass(frozen=True, slots=True)
class Names:
    """The names under which each of our fields is looked for, compared by letters and digits."""

    by_field: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, config: ReadConfig) -> "Names":
        """Return the usual names, replaced by the user's where `config` has any."""
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
    if not isinstance(record, Mapping):
        detail = f"expected an object, got {type(record).__name__}"
        raise Refused(RejectReason.BAD_FIELD, detail)
    by_key: dict[str, object] = {}
    for name, value in record.items():
        if value is not None:
            by_key.setdefault(_key(str(name)[:200]), value)
    fields = {field: _text(field, by_key, keys) for field, keys in names.by_field.items()}
    text = fields["text"]
    if not any(map(str.isalpha, text)):
        raise Refused(RejectReason.NO_TEXT, f"no letters under any of {names.text}")
    facts = Facts(
        id=fields["id"].strip() or content_id(text),
        headline=fields["headline"].strip(),
        published=parse(fields["date"]),
        edited=parse(fields["edited"]),
        sources=(fields["source"].strip(),),
        url=fields["url"].strip(),
        language=fields["language"],
        is_final=True,
    )
    return assemble(text, (Span(0, len(text)),), facts, origin)


def _text(field: str, by_key: dict[str, object], keys: tuple[str, ...]) -> str:
    """Return the first value that is there; a lone surrogate cannot be stored."""
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
