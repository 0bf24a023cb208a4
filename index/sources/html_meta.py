"""Stated metadata of a page: JSON-LD, OpenGraph, microdata, and its head, in that order.

A date counts only where it is stated as the publication's; a day shown somewhere on the page may
be today's.
Sources: schema.org Article, ogp.me, HTML standard (microdata).
"""

import html
import json
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from index.sources import outlets
from index.sources.article import Facts
from index.text.dates import parse
from index.types import Moment

_MAX_NODES = 2_000  # JSON-LD objects examined in one page
_ARTICLES = frozenset(("Report", "BlogPosting", "LiveBlogPosting", "SocialMediaPosting"))
_TITLES = ("og:title", "twitter:title", "dc.title")
_DATES = ("article:published_time", "og:article:published_time", "datepublished", "dc.date.issued",
          "publishdate", "pubdate")  # fmt: skip
_JOINS = (" | ", " - ", " – ", " — ", " :: ", " » ", " • ")  # between a headline and the site
_MAX_HEADLINE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The stated fields of a page; empty where nothing is stated.

    Attributes:
        body: The report as JSON-LD has it, maybe with markup.
        is_paid: Whether the page says that its text is not free to read.
    """

    facts: Facts
    body: str = ""
    is_paid: bool = False


def metadata_of(root: HtmlElement) -> Metadata:
    """Collect what a page states; its scripts must still be there."""
    data = _linked_data(root)
    # The meta elements by property, name and itemprop in lower case.
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        content = _line(meta.get("content") or "")
        for kind in ("property", "name", "itemprop"):
            for name in (meta.get(kind) or "").lower().split() if content else ():
                metas.setdefault(name, content)
    site = metas.get("og:site_name", "")
    stated = data.get("publisher")  # an organisation, its name, or a list of them
    publisher = stated[0] if isinstance(stated, list) and stated else stated
    named = publisher.get("name") if isinstance(publisher, dict) else publisher
    facts = Facts(
        headline=_headline(root, data, metas),
        published=_published(root, data, metas),
        sources=(_line(_string(named)), site),
        url=_url(root, data, metas),
        language=root.get("lang") or root.get("xml:lang") or _string(data.get("inLanguage")),
    )
    return Metadata(
        facts=facts,
        body=_string(data.get("articleBody")),
        is_paid=str(data.get("isAccessibleForFree")).lower() == "false",
    )


def _linked_data(root: HtmlElement) -> Mapping[str, object]:
    """Return the JSON-LD object of the article, outer before inner; empty where there is none."""
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            waiting = deque([json.loads((script.text or "").strip().rstrip(";"), strict=False)])
        except (ValueError, RecursionError):
            continue
        for _ in range(_MAX_NODES):
            if not waiting:
                break
            node = waiting.popleft()
            if isinstance(node, list):
                waiting += node[:_MAX_NODES]
            elif isinstance(node, dict):
                stated = node.get("@type")
                types = stated if isinstance(stated, list) else [stated]
                names = [name.rpartition("/")[2] for name in types if isinstance(name, str)]
                if any(name.endswith("Article") or name in _ARTICLES for name in names):
                    return node
                waiting += [inner for inner in node.values() if isinstance(inner, dict | list)]
    return {}


def _headline(root: HtmlElement, data: Mapping[str, object], metas: Mapping[str, str]) -> str:
    """Return the headline, without the name of the site behind it."""
    titles = [_string(data.get("headline")), *(metas.get(name, "") for name in _TITLES)]
    titles += [_text(element) for element in _of(root, "headline")[:1]]
    heads = list(root.iter("h1"))
    titles += [_text(heads[0])] if len(heads) == 1 else []
    titles += [_text(element) for element in root.iter("title")][:1]
    title = next(filter(None, map(_line, titles)), "")
    site = outlets.key(metas.get("og:site_name", ""))
    for join in _JOINS:
        head, _, tail = title.rpartition(join)
        if head and (outlets.key(tail) == site or outlets.by_name(tail)):
            return head.strip()[:_MAX_HEADLINE]
    return title[:_MAX_HEADLINE]


def _published(
    root: HtmlElement, data: Mapping[str, object], metas: Mapping[str, str]
) -> Moment | None:
    """Return the stated moment of publication."""
    stated = [_string(data.get("datePublished")), *(metas.get(name, "") for name in _DATES)]
    for element in _of(root, "datePublished"):
        stated += [element.get("datetime") or element.get("content") or "", _text(element)]
    times = [element for element in root.iter("time") if element.get("pubdate") is not None]
    stated += [element.get("datetime") or _text(element) for element in times]
    return next(filter(None, map(parse, stated)), None)


def _url(root: HtmlElement, data: Mapping[str, object], metas: Mapping[str, str]) -> str:
    """Return the address that the page states for itself, if it is absolute and http(s)."""
    stated = [
        link.get("href") or ""
        for link in root.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    main = data.get("mainEntityOfPage")
    named = main.get("@id") if isinstance(main, dict) else main
    stated += [metas.get("og:url", ""), _string(data.get("url")), _string(named)]
    for url in map(str.strip, stated):
        with suppress(ValueError):  # e.g. an unclosed bracket where an IPv6 host would stand
            parts = urlsplit(url)
            if parts.scheme in {"http", "https"} and parts.hostname:
                return url
    return ""


def _of(root: HtmlElement, name: str) -> list[HtmlElement]:
    """Return the elements of the page's body that carry a property."""
    return [
        element
        for element in root.iter()
        if element.tag != "meta" and name in (element.get("itemprop") or "").split()
    ]


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
