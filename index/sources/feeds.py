"""Feeds and sitemaps: RSS 0.9x, 1.0 and 2.0, Atom, news sitemaps and sitemap indexes.

An entry with its whole report is an article; one that only announces a page is a reject, and
`links` returns the address for callers that fetch pages.

Does not: fetch anything. Broken XML is read up to the break.
Source: RSS 2.0 (rssboard.org), RSS 1.0 with mod_content, RFC 4287 (Atom), sitemaps.org and
Google's news extension. feedparser was measured and left out: DECISIONS.md.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, TypeAlias

# Heavy, so `index.sources` imports this module only when a feed is read.
from lxml import etree

from index.sources.article import Facts, assemble, report_text
from index.sources.html_page import squeezed
from index.sources.page_text import report_of
from index.sources.prose import prose
from index.sources.rejects import MAX_BYTES, Refused, RejectReason
from index.sources.xml_stream import Element, parts
from index.text.dates import parse
from index.types import Article, Moment, Reject

_SPACES = {  # namespace -> the prefix we know it by; "" for the formats themselves
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://purl.org/rss/1.0/": "",
    "http://backend.userland.com/rss2": "",
    "http://www.w3.org/2005/Atom": "",
    "http://purl.org/atom/ns#": "",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "",
    "https://www.sitemaps.org/schemas/sitemap/0.9": "",
    "http://www.google.com/schemas/sitemap/0.84": "",
    "http://www.google.com/schemas/sitemap-news/0.9": "news:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf:",
}
_TEASER = 200  # letters; a text with fewer only announces the page
_MAX_LINE = 2_000  # characters of a headline, name or date
_CONTENTS = ("content:encoded", "content", "description", "summary")
_ROOTS = frozenset(("rss", "rdf:RDF", "feed", "urlset", "sitemapindex"))
_ENTRIES = frozenset(("item", "entry", "url", "sitemap"))
_DATES = ("pubDate", "published", "issued", "dc:date", "dcterms:issued", "news:publication_date")
_WRITTEN = ("lastBuildDate", "pubDate", "updated", "modified", "dc:date")  # of the feed itself
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_Fields: TypeAlias = dict[str, list[Element]]
"""Children of an element by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """One page that a feed or sitemap names.

    Attributes:
        url: Address as it is written there, maybe relative to the feed's.
        title: Headline, without markup; empty when there is none.
        published: Moment of publication; None when it is not stated (an update is none).
    """

    url: str
    title: str = ""
    published: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLinks:
    """Addresses in a feed or sitemap: pages in the order of the file, and further sitemaps."""

    links: tuple[FeedLink, ...] = ()
    nested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feed:
    """Fields of a feed that hold for all its entries; `written` is the moment of the file."""

    title: str
    language: str
    written: Moment | None


def read(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read the entries of a feed or sitemap of any size; those without a report are rejects.

    The fields of the feed itself are those that stand before an entry.

    Raises:
        Refused: If it is neither feed nor sitemap, in no known encoding, or breaks off.
    """
    for number, (entry, feed) in enumerate(_entries(file), start=1):
        place = f"{origin}:{number}"
        try:
            yield _article(entry, feed, place)
        except Refused as refused:
            yield refused.reject(place)


def links(data: bytes, charset: str = "") -> FeedLinks:
    """Return the addresses that a feed or sitemap names, up to where it breaks off.

    Args:
        data: The whole file.
        charset: The encoding its server stated; empty for none.

    Raises:
        Refused: If it is neither feed nor sitemap, an entry is too large, or it is in no known
            encoding.
    """
    pages: list[FeedLink] = []
    nested: list[str] = []
    try:
        for entry, feed in _entries(BytesIO(data), charset):
            if entry is None:
                raise _too_long()
            fields = _fields(entry)
            if _name(entry) == "sitemap":
                nested.append(_url(fields))
            else:
                pages.append(_link(fields, feed.written))
    except Refused as refused:
        if refused.reason is not RejectReason.BROKEN_XML:
            raise
    return FeedLinks(
        links=tuple(link for link in pages if link.url), nested=tuple(filter(None, nested))
    )


def _entries(file: BinaryIO, charset: str = "") -> Iterator[tuple[Element | None, _Feed]]:
    """Yield the entries and further sitemaps, None for one that is too long, with their feed."""
    lines: dict[str, str] = {}
    feed: _Feed | None = None
    for root, part in parts(file, lambda root: _name(root) in _ROOTS, charset):
        if part is not None and _name(part) not in _ENTRIES:
            if len(part) == 0 and lines.setdefault(_name(part), _cleaned(_text(part))):
                feed = None
            continue
        if feed is None:
            stated = lines.get("language") or lines.get("dc:language") or root.get(_XML_LANG)
            written = (parse(lines[name]) for name in _WRITTEN if name in lines)
            feed = _Feed(
                title=lines.get("title", ""),
                language=stated or "",
                written=next(filter(None, written), None),
            )
        yield part, feed


def _too_long() -> Refused:
    return Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} bytes in one entry of a feed")


def _article(entry: Element | None, feed: _Feed, origin: str) -> Article:
    """Read an entry that carries its report.

    Raises:
        Refused: If it carries no more than a teaser, or is too long.
    """
    if entry is None:
        raise _too_long()
    fields = _fields(entry)
    if _name(entry) == "sitemap":
        detail = f"a further sitemap: {_url(fields)}; `pasokh index add` reads it"
        raise Refused(RejectReason.LINK_ONLY, detail)
    link = _link(fields, feed.written)
    contents = [element for name in _CONTENTS for element in fields.get(name, ())]
    # XHTML inside the element, or HTML escaped in it, once or twice.
    markup = (
        etree.tostring(element, encoding="unicode", with_tail=False)
        if len(element)
        else _text(element)
        for element in contents
    )
    text = max(map(squeezed, map(prose, markup)), key=len, default="")
    body = report_of(text, link.title) if len(text) >= _TEASER else ()
    if sum(map(str.isalpha, report_text(text, body))) < _TEASER:
        where = link.url or "no address given"
        detail = f"only a link ({where}); `pasokh index add FILE` fetches the page"
        raise Refused(RejectReason.LINK_ONLY, detail)
    facts = Facts(
        guid=_line(fields, "guid") or _line(fields, "id"),
        headline=link.title,
        published=link.published,
        sources=(_line(fields, "source") or feed.title,),
        url=link.url,
        language=entry.get(_XML_LANG) or feed.language,
    )
    return assemble(text, body, facts, origin)


def _name(element: Element) -> str:
    """Return the name of an element with the prefix we know its namespace by."""
    if not isinstance(element.tag, str):  # an entity
        return ""
    space, _, local = element.tag.rpartition("}")
    return _SPACES.get(space[1:], "?:") + local if space else local


def _fields(entry: Element) -> _Fields:
    """Return the children of an entry by name, and those of its news:news."""
    children: _Fields = {}
    for child in entry.iterchildren():
        children.setdefault(_name(child), []).append(child)
        if _name(child) == "news:news":
            for part in child.iterchildren():
                children.setdefault(_name(part), []).append(part)
    return children


def _link(fields: _Fields, written: Moment | None) -> FeedLink:
    """Return the address, headline and date of an entry; «دیروز» counts from the feed's date."""
    title = _line(fields, "title") or _line(fields, "news:title") or _line(fields, "dc:title")
    return FeedLink(url=_url(fields), title=title, published=_stated(fields, _DATES, written))


def _stated(fields: _Fields, names: tuple[str, ...], base: Moment | None = None) -> Moment | None:
    """Return the first date under these names."""
    moments = (parse(_line(fields, name), base) for name in names if name in fields)
    return next(filter(None, moments), None)


def _url(fields: _Fields) -> str:
    """Return the address of an entry's page: loc, link, or a guid that is one."""
    for element in fields.get("link", ()):
        if element.get("href") and element.get("rel", "alternate") == "alternate":
            return _address(element.get("href", ""))
    for name in ("loc", "link"):
        if name in fields and (address := _address(_text(fields[name][0]))):
            return address
    guids = [element for element in fields.get("guid", ()) if element.get("isPermaLink") != "false"]
    named = _address(_text(guids[0])) if guids else ""
    return named if named.startswith(("http://", "https://")) else ""


def _address(stated: str) -> str:
    """Return an address without white space, its "&" escaped no more than once."""
    return "".join(stated.split()).replace("&amp;", "&")


def _line(fields: _Fields, name: str) -> str:
    """Return the text of the first child of a name as one line without markup or escapes."""
    elements = fields.get(name, ())
    return _cleaned(_text(elements[0])) if elements else ""


def _cleaned(text: str) -> str:
    """Return a text as one line without markup or escapes."""
    text = html.unescape(text[:_MAX_LINE])
    return " ".join(re.sub(r"</?[a-zA-Z][^<>]{0,500}>", "", text).split())


def _text(element: Element) -> str:
    """Return all text inside an element."""
    return "".join(map(str, element.itertext()))
