"""Articles from records: named fields of JSON objects or table rows, their text as prose.

A field is found under any of its usual names, in English or Persian, letter case, spaces and
punctuation ignored; the user's `ReadConfig.columns` replaces the usual names of a field. The names
are those of common exports: JSON Feed, NewsAPI and its like, the Guardian's and WordPress' API,
news-please, fundus, newspaper4k, trafilatura. Where an object has no text of its own, and one
object in it has (`_source` of Elasticsearch, `fields`), that one is the record.

A value of another shape (`{"$oid": ...}`, `{"name": ...}`, a list of one) is resolved where that is
certain; else the field is left out and named in `Article.unread`. A text may be a list of
paragraphs, or an object of sections. What its publisher has not published is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlsplit

from index.config import ReadConfig
from index.sources import outlets
from index.sources.article import Facts, assemble, content_id
from index.sources.prose import prose
from index.sources.rejects import Refused, RejectReason
from index.text.dates import parse
from index.types import Article, Moment, Span

_NAMES = {  # the first that is there and not empty
    "id": ("id", "news_id", "article_id", "post_id", "uuid", "slug", "شناسه", "شناسه خبر"),
    "headline": (
        "title", "headline", "post_title", "web_title", "news_title", "article_title", "heading",
        "عنوان", "تیتر", "عنوان خبر", "تیتر خبر", "عنوان مطلب", "عنوان اصلی", "تیتر اصلی",
    ),
    "text": (
        "text", "body", "content", "article_body", "full_text", "main_text", "maintext",
        "plaintext", "plain_text", "article", "article_text", "news_text", "news_body", "story",
        "body_text", "article_content", "news_content", "page_content", "post_content",
        "full_content", "content_html", "content_text",
        "content_encoded", "text_content", "body_html", "html_content", "cleaned_text",
        "clean_text", "paragraphs", "raw_text",
        "متن", "متن خبر", "متن کامل", "متن کامل خبر", "متن اصلی", "متن مطلب", "محتوا",
        "محتوای خبر", "شرح", "شرح خبر", "بدنه", "بدنه خبر", "خبر",
    ),
    "date": (
        "date", "published", "published_at", "publish_date", "publication_date", "pub_date",
        "date_published", "date_publish", "publishing_date", "published_date", "publish_time",
        "published_time", "published_on", "web_publication_date", "post_date", "posted_at",
        "news_date", "issued", "datetime", "created_at",
        "تاریخ", "تاریخ انتشار", "زمان انتشار", "تاریخ خبر", "تاریخ انتشار خبر", "زمان خبر",
        "تاریخ درج", "تاریخ شمسی", "تاریخ میلادی", "زمان",
    ),
    "edited": (
        "modified", "date_modified", "modified_at", "modified_date", "modified_time", "updated",
        "date_updated", "updated_at", "update_date", "edited", "edited_at", "last_modified",
        "last_updated", "date_modify", "revised", "post_modified",
        "ویرایش", "تاریخ ویرایش", "زمان ویرایش", "به روز رسانی", "تاریخ به روز رسانی",
    ),
    "url": (
        "url", "link", "web_url", "permalink", "canonical_url", "canonical_link", "article_url",
        "news_url", "page_url", "original_url", "external_url", "final_url",
        "responded_url", "href",
        "لینک", "پیوند", "نشانی", "آدرس", "لینک خبر", "پیوند خبر", "نشانی خبر", "آدرس خبر",
        "لینک مطلب", "آدرس اینترنتی", "نشانی اینترنتی",
    ),
    "source": (
        "source", "agency", "publisher", "outlet", "site_name", "site", "source_name",
        "source_hostname", "meta_site_name", "publication", "newspaper", "news_agency", "website",
        "provider", "source_info", "feed_title", "source_url", "source_domain", "hostname",
        "domain",
        "منبع", "خبرگزاری", "نام خبرگزاری", "نام منبع", "منبع خبر", "رسانه", "نام رسانه", "ناشر",
        "روزنامه", "سایت", "پایگاه خبری",
    ),
    "language": ("language", "lang", "meta_lang", "زبان"),
}  # fmt: skip
_key = lru_cache(maxsize=4_096)(outlets.key)
_GMT, _EDITED_GMT = ("dategmt", "postdategmt"), ("modifiedgmt", "postmodifiedgmt")
_OF_ARTICLE = {"date": "published"}  # our names that differ from those of `Article`
# Keys under which an object holds the one value that it stands for.
_VALUES = (
    "rendered", "@value", "#text", "value", "name", "main", "label", "title", "text", "$oid",
    "$date", "$numberLong", "$numberInt", "$numberDouble", "iso", "href", "url", "publisher",
)  # fmt: skip
_TEXTS = ("rendered", "plaintext", "text", "html", "value", "@value", "#text", "content", "body")
_PARTS = ("summary", "headline", "sections", "paragraphs", "blocks", "data")
_WRAPPERS = frozenset((  # of objects that are the record
    "source", "fields", "attributes", "document", "doc", "article", "post", "node", "data", "item",
    "record", "row",
))  # fmt: skip
_BESIDE = ("metadata", "meta", "html")  # objects that hold what the record does not
_MAX_DEPTH = 8  # of lists and objects in a text
_NOTHING = frozenset(("", "null", "none", "nan", "nat", "n/a", "undefined"))
_HOST = re.compile(r"(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24}/?", re.IGNORECASE)
_ABSOLUTE = re.compile(r"https?://|[^\W\d_][\w-]{0,63}\.", re.IGNORECASE)
_FLAGS = (
    "draft", "isdraft", "published", "publish", "ispublished", "visibility", "private",
    "password", "postpassword",
)  # fmt: skip
_FALSE, _TRUE = frozenset(("false", "no")), frozenset(("true", "yes", "1"))
_UNPUBLISHED = frozenset((
    "draft", "autodraft", "pending", "future", "scheduled", "trash", "unpublished", "deleted",
    "پیشنویس", "منتشرنشده",
))  # fmt: skip


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

    def record(self, value: object) -> Mapping[object, object] | None:
        """Return the object that may be an article, joined with one in it that has the text."""
        if not isinstance(value, Mapping):
            return None
        if "text" in self.known(list(map(_short, value))):
            beside = (value[name] for name in _BESIDE if isinstance(value.get(name), Mapping))
            more: Mapping[object, object] = next(beside, {})
            return {**value, **{name: more[name] for name in more if value.get(name) is None}}
        inner = [
            part
            for name, part in value.items()
            if isinstance(part, Mapping)
            and _key(_short(name)) in _WRAPPERS
            and "text" in self.known(list(map(_short, part)))
        ]
        around = (
            {name: part for name, part in value.items() if part is not inner[0]} if inner else {}
        )
        return around | {**inner[0]} if len(inner) == 1 else None

    @property
    def text(self) -> str:
        """Names of the text field, for a message."""
        return ", ".join(self.by_field["text"])


_USUAL = Names.of(ReadConfig())


def article_of(
    record: object,
    names: Names,
    origin: str,
    read_date: Callable[[str], Moment | None] = parse,
) -> Article:
    """Make the article of a record.

    Raises:
        Refused: If the record is no object, is not published, or has no text that can be stored.
    """
    if not isinstance(record, Mapping):
        detail = f"expected an object, got {type(record).__name__}"
        raise Refused(RejectReason.BAD_FIELD, detail)
    by_key: dict[str, object] = {}
    for name, value in (names.record(record) or record).items():
        if value is not None:
            by_key.setdefault(_key(_short(name)), value)
    _refuse_unpublished(by_key)
    text = _text(by_key, names.by_field["text"])
    if not any(map(str.isalpha, text)):
        raise Refused(RejectReason.NO_TEXT, f"no letters under any of {names.text}")
    facts = _facts(by_key, names, read_date)
    facts = replace(facts, id=facts.id or content_id(text), is_final=True)
    return assemble(text, (Span(0, len(text)),), facts, origin)


def facts_of(record: Mapping[str, object]) -> Facts:
    """Return what the fields of a record state beside its text.

    Raises:
        Refused: If it is not published.
    """
    by_key = {_key(_short(name)): value for name, value in record.items()}
    _refuse_unpublished(by_key)
    return _facts(by_key, _USUAL, parse)


def _facts(
    by_key: Mapping[str, object], names: Names, read_date: Callable[[str], Moment | None]
) -> Facts:
    """Return what is stated beside the text, by the keys of its names."""
    fields = _Fields(by_key, names)
    published = fields.moment("date", _GMT, read_date)
    edited = fields.moment("edited", _EDITED_GMT, read_date)
    url, sources = fields.address_and_sources()
    return Facts(
        id=fields.line("id"),
        headline=fields.headline(),
        published=published,
        edited=edited,
        sources=sources,
        url=url,
        language=fields.line("language"),
        unread=tuple(sorted(fields.unread)),
    )


class _Fields:
    """Side fields of a record as lines of text; those that cannot be read are named."""

    def __init__(self, by_key: Mapping[str, object], names: Names) -> None:
        self._by_key = by_key
        self._by_field = names.by_field
        self.unread: set[str] = set()

    def lines(self, field: str) -> Iterator[str]:
        """Yield the values under the names of a field that are there and can be read."""
        values = [self._by_key[key] for key in self._by_field[field] if key in self._by_key]
        if field == "date":  # `published: true` states no date
            values = [value for value in values if str(value)[:9].lower() not in _TRUE - {"1"}]
        lines = list(map(_line, values))
        if None in lines and not any(lines):
            self.unread.add(_OF_ARTICLE.get(field, field))
        yield from filter(None, lines)

    def line(self, field: str) -> str:
        """Return the first value of a field."""
        return next(self.lines(field), "")

    def headline(self) -> str:
        """Return the headline as one line of prose."""
        try:
            return " ".join(prose(self.line("headline")).split())
        except Refused:
            self.unread.add("headline")
            return ""

    def moment(
        self, field: str, in_gmt: Sequence[str], read_date: Callable[[str], Moment | None]
    ) -> Moment | None:
        """Return the first date that can be read; WordPress states the same one in GMT too."""
        for key in in_gmt:
            stated = _line(self._by_key.get(key, ""))
            moment = parse(f"{stated}Z") if stated else None
            if moment:
                return moment
        lines = list(self.lines(field))
        moment = next(filter(None, map(read_date, lines)), None)
        if lines and moment is None:
            self.unread.add(_OF_ARTICLE.get(field, field))
        return moment

    def address_and_sources(self) -> tuple[str, tuple[str, ...]]:
        """Return the address of the page and the names of the outlet.

        A source that is an address is that of the page, or of the outlet's site.
        """
        stated, sources = list(self.lines("url")), list[str]()
        url = next((line for line in stated if _ABSOLUTE.match(line)), "")
        if stated and not url:  # a path on the site, a number
            self.unread.add("url")
        names = list(self.lines("source"))
        if names and not any(map(str.isalpha, "".join(names))):  # the number of an outlet
            self.unread.add("source")
            names = []
        for source in names:
            host, path = _parts(source)
            if not host:
                sources.append(source)
            elif path.strip("/") and not url:
                url = source
            elif not path.strip("/"):
                outlet = outlets.by_url(f"https://{host}")
                sources.append(outlet.name if outlet else host)
        return url, tuple(dict.fromkeys(sources))


def _refuse_unpublished(by_key: Mapping[str, object]) -> None:
    """Refuse a record whose publisher keeps it back.

    Raises:
        Refused: If it is a draft, waits, was thrown away, is private or needs a password.
    """
    if by_key.get("status") is False:  # Drupal
        raise Refused(RejectReason.DRAFT, "not published")
    states = {key: _key(_line(by_key.get(key)) or "") for key in ("status", "poststatus", "state")}
    stated = {key: str(by_key.get(key, ""))[:99].lower() for key in _FLAGS}
    is_draft = (
        stated["draft"] in _TRUE
        or stated["isdraft"] in _TRUE
        or stated["published"] in _FALSE
        or stated["publish"] in _FALSE
        or stated["ispublished"] in _FALSE | {"0"}
    )
    if is_draft or not _UNPUBLISHED.isdisjoint(states.values()):
        raise Refused(RejectReason.DRAFT, "a draft, or not published yet")
    content = by_key.get("content")
    is_private = (
        "private" in (*states.values(), stated["visibility"])
        or stated["private"] in _TRUE
        or bool(stated["password"] or stated["postpassword"])
        or (isinstance(content, Mapping) and content.get("protected") is True)
    )
    if is_private:
        raise Refused(RejectReason.PRIVATE, "private, or needs a password")


def _short(name: object) -> str:
    return str(name)[:200]


def _parts(source: str) -> tuple[str, str]:
    """Return host and path of an address or host name; empty for the name of an outlet."""
    if "://" not in source and not _HOST.fullmatch(source):
        return "", ""
    try:
        parts = urlsplit(source if "://" in source else f"https://{source}")
    except ValueError:  # e.g. an unclosed bracket where an IPv6 host would stand
        return "", ""
    return parts.hostname or "", parts.path


def _line(value: object, depth: int = 0) -> str | None:
    """Return a value as a line of text, empty for none; None where it cannot be read."""
    if isinstance(value, list):
        return None if len(value) > 1 else _line(value[0] if value else "", depth + 1)
    if isinstance(value, Mapping):
        inner = next((value[key] for key in _VALUES if value.get(key) is not None), None)
        return _line(inner, depth + 1) if inner is not None and depth < _MAX_DEPTH else None
    if value is None or isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        line = str(value).strip()
        line.encode()
    except ValueError:  # half of a surrogate pair; a number of 5,000 digits
        return None
    return "" if line.lower() in _NOTHING else line


def _text(by_key: dict[str, object], keys: tuple[str, ...]) -> str:
    """Return the first text that is there, as prose.

    Raises:
        Refused: If it is no text, cannot be stored, or cannot be made prose.
    """
    bad: Refused | None = None
    for key in filter(by_key.__contains__, keys):
        try:
            stored = _joined(by_key[key], 0)
            stored.encode()
        except Refused as refused:
            bad = bad or refused
        except UnicodeEncodeError:
            bad = bad or Refused(RejectReason.BAD_FIELD, "text holds half of a surrogate pair")
        else:
            if stored.strip().lower() not in _NOTHING:
                return prose(stored)
    if bad:
        raise bad
    return ""


def _joined(value: object, depth: int) -> str:
    """Return a text, or the paragraphs that a list or object holds, a line each.

    Raises:
        Refused: If it holds something else.
    """
    if isinstance(value, str):
        return value
    if depth < _MAX_DEPTH and isinstance(value, list):
        paragraphs = (_joined(part, depth + 1) for part in value)
        return "\n".join(part for part in paragraphs if part.strip())
    if depth < _MAX_DEPTH and isinstance(value, Mapping):
        whole = next((value[key] for key in _TEXTS if value.get(key)), None)
        parts = [whole] if whole is not None else [value[key] for key in _PARTS if value.get(key)]
        return _joined(parts, depth + 1)
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return str(value)
        except ValueError as exc:  # a number of 5,000 digits
            raise Refused(RejectReason.BAD_FIELD, str(exc)) from None
    raise Refused(RejectReason.BAD_FIELD, f"text should be a string, got {type(value).__name__}")
