"""What a page says of itself: JSON-LD, OpenGraph, microdata, and its head, in that order.

Does not: guess. A date is one that is stated as the publication's; a day shown somewhere on the
page may be today's.
Sources: schema.org Article, ogp.me, HTML standard (microdata).
"""

import html
import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from index.sources import outlets
from index.text.dates import parse
from index.types import Moment

_MAX_NODES = 2_000  # JSON-LD objects looked at in one page
_ARTICLES = frozenset(("Report", "BlogPosting", "LiveBlogPosting", "SocialMediaPosting"))
_TITLES = ("og:title", "twitter:title", "dc.title")
_DATES = ("article:published_time", "og:article:published_time", "datepublished", "dc.date.issued",
          "publishdate", "pubdate")  # fmt: skip
_JOINS = (" | ", " - ", " – ", " — ", " :: ", " » ", " • ")  # between a headline and the site
_MAX_HEADLINE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The stated fields of a page; empty where nothing is stated.

    Attributes:
        url: Absolute http(s) address.
        body: The report as JSON-LD has it, maybe with markup.
        is_paid: Whether the page says that its text is not free to read.
    """

    headline: str = ""
    published: Moment | None = None
    publisher: str = ""
    site: str = ""
    url: str = ""
    language: str = ""
    body: str = ""
    is_paid: bool = False


def facts_of(root: HtmlElement) -> Facts:
    """Collect what a page states; its scripts must still be there."""
    data, metas = _data(root), _metas(root)
    site = metas.get("og:site_name", "")
    return Facts(
        headline=_headline(root, data, metas, site),
        published=_published(root, data, metas),
        publisher=_named(data.get("publisher")),
        site=site,
        url=_url(root, data, metas),
        language=root.get("lang") or root.get("xml:lang") or _string(data.get("inLanguage")),
        body=_string(data.get("articleBody")),
        is_paid=str(data.get("isAccessibleForFree")).lower() == "false",
    )


def _data(root: HtmlElement) -> Mapping[str, object]:
    """Return the JSON-LD object of the article; empty where there is none."""
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            found = next(filter(_is_article, _nodes(script.text or "")), None)
            if found:
                return found
    return {}


def _nodes(source: str) -> Iterator[Mapping[str, object]]:
    """Yield the objects of a JSON text, outer before inner, as many as are looked at."""
    try:
        waiting = deque([json.loads(source.strip().rstrip(";"), strict=False)])
    except (ValueError, RecursionError):
        return
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.popleft()
        if isinstance(node, dict):
            yield node
            waiting += [inner for inner in node.values() if isinstance(inner, dict | list)]
        elif isinstance(node, list):
            waiting += node[:_MAX_NODES]


def _is_article(node: Mapping[str, object]) -> bool:
    """Tell whether a JSON-LD object is an article of any kind."""
    stated = node.get("@type")
    types = stated if isinstance(stated, list) else [stated]
    names = [name.rpartition("/")[2] for name in types if isinstance(name, str)]
    return any(name.endswith("Article") or name in _ARTICLES for name in names)


def _metas(root: HtmlElement) -> dict[str, str]:
    """Return the content of the meta elements, by property, name and itemprop in lower case."""
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        content = _line(meta.get("content") or "")
        for kind in ("property", "name", "itemprop"):
            for name in (meta.get(kind) or "").lower().split() if content else ():
                found.setdefault(name, content)
    return found


def _headline(
    root: HtmlElement, data: Mapping[str, object], metas: Mapping[str, str], site: str
) -> str:
    """Return the headline, without the name of the site behind it."""
    titles = [_string(data.get("headline")), *(metas.get(name, "") for name in _TITLES)]
    titles += [_text(one) for one in _of(root, "headline")[:1]]
    heads = list(root.iter("h1"))
    titles += [_text(heads[0])] if len(heads) == 1 else []
    titles += [_text(one) for one in root.iter("title")][:1]
    found = next((line for line in map(_line, titles) if line), "")
    return _without_site(found, site)[:_MAX_HEADLINE]


def _without_site(title: str, site: str) -> str:
    """Cut the name of the site off a title, where it is stated or that of a known outlet."""
    for join in _JOINS:
        head, _, tail = title.rpartition(join)
        if head and (outlets.key(tail) == outlets.key(site) or outlets.by_name(tail)):
            return head.strip()
    return title


def _published(
    root: HtmlElement, data: Mapping[str, object], metas: Mapping[str, str]
) -> Moment | None:
    """Return the stated moment of publication."""
    stated = [_string(data.get("datePublished")), *(metas.get(name, "") for name in _DATES)]
    for element in _of(root, "datePublished"):
        stated += [element.get("datetime") or element.get("content") or "", _text(element)]
    times = [element for element in root.iter("time") if element.get("pubdate") is not None]
    stated += [element.get("datetime") or _text(element) for element in times]
    return next((moment for moment in map(parse, stated) if moment), None)


def _url(root: HtmlElement, data: Mapping[str, object], metas: Mapping[str, str]) -> str:
    """Return the page's own address."""
    stated = [
        link.get("href") or ""
        for link in root.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    main = data.get("mainEntityOfPage")
    named = main.get("@id") if isinstance(main, dict) else main
    stated += [metas.get("og:url", ""), _string(data.get("url")), _string(named)]
    return next((url.strip() for url in stated if _is_address(url.strip())), "")


def _is_address(url: str) -> bool:
    """Tell whether an address is absolute and one of the web."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def _of(root: HtmlElement, name: str) -> list[HtmlElement]:
    """Return the elements of the page's body that carry a property."""
    return [
        element
        for element in root.iter()
        if element.tag != "meta" and name in (element.get("itemprop") or "").split()
    ]


def _named(value: object) -> str:
    """Return the name of a JSON-LD organisation, or of the first of many."""
    first = value[0] if isinstance(value, list) and value else value
    return _line(_string(first.get("name") if isinstance(first, dict) else first))


def _string(value: object) -> str:
    """Return a string that can be stored, and nothing of any other value."""
    if not isinstance(value, str):
        return ""
    return value.encode(errors="ignore").decode()


def _text(element: HtmlElement) -> str:
    """Return the text below an element."""
    return "".join(element.itertext())


def _line(text: str) -> str:
    """Return a text as one line, escapes resolved."""
    return " ".join(html.unescape(text).split())
