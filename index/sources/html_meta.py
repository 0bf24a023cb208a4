"""Stated metadata of a page: JSON-LD, OpenGraph, microdata, its head, and labelled dates in it.

A page also states facts of other articles ("most read"), so an object of JSON-LD counts only if its
address or headline is the page's, or if it is the only one and nothing contradicts; of microdata
and dates in the text those nearest the headline count. A date counts only where it is stated as
the publication's; a day shown somewhere on the page may be today's.
Sources: schema.org Article, ogp.me, HTML standard (microdata), Dublin Core, JSON-LD 1.1; names of
`meta` elements as in htmldate and newspaper4k.
"""

import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, takewhile
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from index.sources import outlets
from index.sources.article import Facts
from index.text.dates import parse
from index.types import Moment

_MAX_NODES = 2_000  # JSON-LD objects examined in one page
_MAX_DATES = 50  # elements of a page that may state a date
_ARTICLES = frozenset(("Report", "BlogPosting", "LiveBlogPosting", "SocialMediaPosting"))
_PAGES = frozenset(("WebPage", "ItemPage"))  # they state dates too, if they are this page
_LISTED = frozenset((  # properties whose objects are other articles, or parts of this one
    "itemListElement", "hasPart", "mentions", "citation", "relatedLink", "liveBlogUpdate",
    "isBasedOn", "comment", "significantLink",
))  # fmt: skip
_LEAST_KEY = 40  # letters; a headline cut off at fewer may begin another title too
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_CARD_WORDS = 5  # in the link to another article; links to authors and topics have fewer
# A comment, or a comma that ends a list, outside strings: JavaScript, but not JSON.
_COMMENT = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*+(?:"|\\?\Z))|//[^\n]*|/\*.{0,500}?\*/', re.DOTALL
)
_LAST_COMMA = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*+(?:"|\\?\Z))|,(?=\s*+[}\]])', re.DOTALL)
# Names of `meta` elements, compared by their letters.
_TITLES = ("ogtitle", "twittertitle", "dctitle", "dctermstitle", "citationtitle", "parselytitle")
_EDITED = ("articlemodifiedtime", "ogupdatedtime", "datemodified", "dctermsmodified")
_FIRST_DATES = ("articlepublishedtime", "datepublished")
_ENDINGS = (
    "published", "publishedtime", "publishedat", "publishedon", "publisheddate", "publishtime",
    "publishdate", "pubdate", "pubtime", "publicationdate", "publicationtime",
)  # fmt: skip
_DATES = (
    "dcdateissued", "dctermsissued", "dcissued", "dcdatecreated", "dctermscreated", "dccreated",
    "citationonlinedate", "citationdate", "sailthrudate", "articledateoriginal", "releasedate",
    "dcdate", "dctermsdate", "date",
)  # fmt: skip
_PUBLISHED = re.compile(
    r"(?:^|\s)(?:(?:dt|entry|post|article|news|date|time|is)?[-_]?publish(?:ed)?(?:[-_]?(?:date|time|on))?"
    r"|pub[-_]?date|(?:entry|post)[-_]date)(?=\s|$)",
    re.IGNORECASE,
)
_CHANGED = re.compile("update|modif|edited|ویرایش|روز ?رسانی|روز\u200cرسانی", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:(?:تاریخ|زمان)[ \u200c](?:انتشار|درج|ارسال|مخابره)|انتشار(?=\s?:)|منتشر شده|تاريخ النشر"
    r"|نشر في|\b(?:date )?(?:published|posted)(?: on)?\b|\bpubli(?:sh|cation) date)"
    r"\s{0,2}(?P<colon>:?)",
    re.IGNORECASE,
)
# Between a date of publication and what else a line tells.
_BETWEEN = re.compile(
    r"[|•\n]|(?:last )?(?:updated|modified|edited)|آخرین|به[ \u200c]?روز", re.IGNORECASE
)
_JOINS = (" | ", " - ", " – ", " — ", " :: ", " » ", " • ")  # between a headline and the site
_MAX_HEADLINE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The stated fields of a page; empty where nothing is stated.

    Attributes:
        body: The report as JSON-LD has it, maybe with markup.
        updates: Those of a live blog, likewise.
        is_paid: Whether the page says that its text is not free to read.
    """

    facts: Facts
    body: str = ""
    updates: tuple[str, ...] = ()
    is_paid: bool = False


def metadata_of(root: HtmlElement) -> Metadata:
    """Collect what a page states; its scripts must still be there."""
    # The meta elements by the letters of their property, name and itemprop.
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        content = _line(meta.get("content") or "")
        for kind in ("property", "name", "itemprop"):
            for name in (meta.get(kind) or "").lower().split() if content else ():
                metas.setdefault(re.sub("[^a-z]", "", name), content)
    titles = [metas[name] for name in _TITLES if name in metas]
    titles += [_text(element) for name in ("h1", "title") for element in root.iter(name)]
    titles += [title[: title.rfind(join)] for title in titles for join in _JOINS if join in title]
    data = _linked_data(root, _addresses(root, metas), set(map(outlets.key, titles)) - {""})
    site = metas.get("ogsitename", "")
    headline = _headline(root, data, metas, site)
    edited = (_string(data.get("dateModified")), *(metas.get(name, "") for name in _EDITED))
    facts = Facts(
        headline=headline,
        published=_published(root, headline, data, metas),
        edited=next(filter(None, map(parse, edited)), None),
        sources=(_line(_name(data.get("publisher"))), site),
        url=_url(root, data, metas),
        language=root.get("lang") or root.get("xml:lang") or _string(data.get("inLanguage")),
    )
    updates = data.get("liveBlogUpdate")
    return Metadata(
        facts=facts,
        body=_string(data.get("articleBody")),
        updates=tuple(
            "\n".join(filter(None, (_string(update.get("headline")), text)))
            for update in (updates if isinstance(updates, list) else [updates])
            if isinstance(update, dict) and (text := _string(update.get("articleBody")))
        ),
        is_paid=str(data.get("isAccessibleForFree")).lower() == "false",
    )


def _addresses(root: HtmlElement, metas: Mapping[str, str]) -> list[str]:
    """Return the addresses that a page states for itself in its head."""
    links = [
        link.get("href") or ""
        for link in root.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    return [url.strip() for url in (*links, metas.get("ogurl", "")) if url.strip()]


def _linked_data(root: HtmlElement, addresses: list[str], titles: set[str]) -> Mapping[str, object]:
    """Return the JSON-LD object of the page's article; empty where there is none, or no telling.

    Args:
        addresses: The page's own.
        titles: Keys of its titles, with the name of the site and without.
    """
    pages = set(filter(None, map(_page, addresses)))
    own: list[Mapping[str, object]] = []  # by its address, then by its headline
    named: list[Mapping[str, object]] = []
    others: list[tuple[Mapping[str, object], bool]] = []
    around: list[tuple[Mapping[str, object], set[str], bool]] = []  # pages
    addresses_of_own = set(pages)
    for node, kinds, is_listed in _described(root):
        urls = {_page(_address_of(node.get(key))) for key in ("url", "@id", "mainEntityOfPage")}
        key = outlets.key(_string(node.get("headline")) or _string(node.get("name")))
        is_named = bool(key) and any(
            key == title or (len(key) >= _LEAST_KEY and title.startswith(key)) for title in titles
        )
        if not any(kind.endswith("Article") or kind in _ARTICLES for kind in kinds):
            around.append((node, urls, is_named))
            continue
        if pages & urls or is_named:
            (own if pages & urls else named).append(node)
            addresses_of_own |= urls - {""}
        else:
            contradicts = bool(pages and urls - {""} and key and titles)
            others.append((node, is_listed or contradicts))
    if not (own or named) and len(others) == 1 and not others[0][1]:
        own.append(others[0][0])
    # Two plug-ins of a site may each describe the article.
    own += named
    own += [node for node, urls, is_named in around if is_named or addresses_of_own & urls]
    return {key: value for node in reversed(own) for key, value in node.items()}


def _described(
    root: HtmlElement,
) -> Iterator[tuple[Mapping[str, object], list[str], bool]]:
    """Yield the articles and pages of JSON-LD, their types, and whether each stands in a list.

    References by `@id` to other objects of the page are replaced by these.
    """
    nodes: list[tuple[dict[str, object], bool]] = []
    waiting: deque[tuple[object, bool]] = deque(
        (_json(script.text or ""), False)
        for script in root.iter("script")
        if "ld+json" in (script.get("type") or "").lower()
    )
    for _ in range(_MAX_NODES):
        if not waiting:
            break
        node, is_listed = waiting.popleft()
        if isinstance(node, list):
            waiting += [(inner, is_listed) for inner in node[:_MAX_NODES]]
        elif isinstance(node, dict):
            nodes.append((node, is_listed))
            waiting += [
                (inner, is_listed or key in _LISTED)
                for key, inner in node.items()
                if isinstance(inner, dict | list) and key != "liveBlogUpdate"
            ]
    by_id = {
        node["@id"]: node for node, _ in nodes if isinstance(node.get("@id"), str) and len(node) > 1
    }
    for node, is_listed in nodes:
        stated = node.get("@type")
        types = stated if isinstance(stated, list) else [stated]
        names = [name.rpartition("/")[2] for name in types if isinstance(name, str)]
        if any(name.endswith("Article") or name in _ARTICLES | _PAGES for name in names):
            yield {key: _followed(value, by_id) for key, value in node.items()}, names, is_listed


def _followed(value: object, by_id: Mapping[object, object]) -> object:
    """Return the object that a reference, or a list of one, stands for; else the value."""
    one = value[0] if isinstance(value, list) and len(value) == 1 else value
    is_reference = isinstance(one, dict) and len(one) == 1 and isinstance(one.get("@id"), str)
    return by_id.get(one["@id"], one) if is_reference and isinstance(one, dict) else value


def _json(script: str) -> object:
    """Return the data of a script, read without the wrapping and the commas JSON does not allow."""
    text = script.replace("<![CDATA[", "").replace("]]>", "")
    begins = [at for at in (text.find("{"), text.find("[")) if at >= 0]
    text = text[min(begins, default=0) : max(text.rfind("}"), text.rfind("]")) + 1]
    with suppress(ValueError, RecursionError):
        return json.loads(text, strict=False)
    text = text if '"' in text else html.unescape(text)
    for surplus in (_COMMENT, _LAST_COMMA):
        text = surplus.sub(lambda match: match["string"] or "", text)
    with suppress(ValueError, RecursionError):
        return json.loads(text, strict=False)
    return None


def _headline(
    root: HtmlElement, data: Mapping[str, object], metas: Mapping[str, str], site: str
) -> str:
    """Return the headline, without the name of the site behind it."""
    titles = [_string(data.get("headline")), *(metas.get(name, "") for name in _TITLES)]
    titles += [_text(element) for element in _of(root, "headline")[:1]]
    heads = list(root.iter("h1"))
    titles += [_text(heads[0])] if len(heads) == 1 else []
    titles += [_text(element) for element in root.iter("title")][:1]
    title = next(filter(None, map(_line, titles)), "")
    for join in _JOINS:
        head, _, tail = title.rpartition(join)
        if head and (outlets.key(tail) == outlets.key(site) or outlets.by_name(tail)):
            return head.strip()[:_MAX_HEADLINE]
    return title[:_MAX_HEADLINE]


def _published(
    root: HtmlElement, headline: str, data: Mapping[str, object], metas: Mapping[str, str]
) -> Moment | None:
    """Return the stated moment of publication."""
    usual = (name for name in metas if name.endswith(_ENDINGS) and "unpub" not in name)
    names = (*_FIRST_DATES, *usual, *_DATES)
    stated = [_string(data.get("datePublished")), *(metas.get(name, "") for name in names)]
    moment = next(filter(None, map(parse, stated)), None)
    groups: tuple[Iterable[HtmlElement], ...] = (
        _of(root, "datePublished"),
        (element for element in root.iter("time") if element.get("pubdate") is not None),
        (
            element
            for element in root.iter("time", "abbr", "span", "div", "p")
            if _PUBLISHED.search(kinds := element.get("class") or "")
            and ("publish" in kinds.lower() or not _CHANGED.search(kinds))
        ),
    )
    beside = _times_beside(root, headline)
    for group in groups:
        dated = ((element, _moment_of(element)) for element in group)
        moment = moment or _nearest(root, headline, dated)
    moment = moment or _nearest(root, headline, _labelled(root))
    return moment or _nearest(root, headline, ((time, _moment_of(time)) for time in beside))


def _times_beside(root: HtmlElement, headline: str) -> list[HtmlElement]:
    """Return the one time, for machines too, in the article or header that has the headline.

    A time amid the words of a paragraph, or called a change, is none of publication.
    """
    key = outlets.key(headline)
    heads = (each for each in root.iter("h1", *_HEADINGS) if outlets.key(_text(each)) == key)
    head = next(heads, None)
    boxes = head.iterancestors("article", "header") if key and head is not None else iter(())
    times = [
        time
        for box in islice(boxes, 1)
        for time in islice(box.iter("time"), _MAX_DATES)
        if time.get("datetime")
    ]
    parent = times[0].getparent() if len(times) == 1 else None
    if parent is None:
        return []
    words = _line(_text(parent))
    about = f"{times[0].get('class')} {words[:_MAX_HEADLINE]}"
    n_others = len(words.split()) - len(_text(times[0]).split())
    is_prose = parent.tag == "p" and (n_others >= _CARD_WORDS or words.endswith((".", "؟", "!")))
    return [] if is_prose or _CHANGED.search(about) else times


def _moment_of(element: HtmlElement) -> Moment | None:
    """Return the moment that an element states, to machines or to readers."""
    stated = [element.get(name) or "" for name in ("datetime", "content", "title")]
    return next(filter(None, map(parse, (*stated, _line(_text(element))))), None)


def _labelled(root: HtmlElement) -> Iterator[tuple[HtmlElement, Moment | None]]:
    """Yield the dates that are shown behind a label of publication, with their elements."""
    for element in root.iter():
        own, behind = element.text or "", element.tail or ""
        if not isinstance(element.tag, str) or not (_LABEL.search(own) or _LABEL.search(behind)):
            continue
        around = [other for other in (element.getnext(), element.getparent()) if other is not None]
        texts = [_text(element), f"{_text(element)} {behind}", behind]
        texts += [f"{text} {_text(other)}" for other in around for text in (_text(element), behind)]
        texts += map(_text, around)
        parts = (part for text in texts for part in _BETWEEN.split(text[:_MAX_HEADLINE]))
        labels = ((_line(part), label) for part in parts if (label := _LABEL.search(_line(part))))
        # Amid a line only before a colon: «a book published 9 June 2023» is no label.
        dated = (
            line[label.start() :] for line, label in labels if not label.start() or label["colon"]
        )
        yield element, next(filter(None, map(parse, dated)), None)


def _nearest(
    root: HtmlElement, headline: str, dated: Iterable[tuple[HtmlElement, Moment | None]]
) -> Moment | None:
    """Return the moment that stands nearest the headline; None where several do.

    Those in a card (the heading of, or a link to, another article, with its date) do not count.
    """
    found = [(element, moment) for element, moment in islice(dated, _MAX_DATES) if moment]
    if not found:
        return None
    key = outlets.key(headline)
    titled = (each for each in root.iter("h1", *_HEADINGS) if outlets.key(_text(each)) == key)
    head = next(titled, next(root.iter("h1"), root))
    above = dict.fromkeys((*head.iterancestors(), root))
    cards = set(root.iter("aside"))
    for other in root.iter("a", *_HEADINGS):
        is_heading = other.tag != "a" and other is not head
        if is_heading or (other.tag == "a" and len(_text(other).split()) >= _CARD_WORDS):
            cards.update(takewhile(lambda around: around not in cards, other.iterancestors()))
    found = [
        (element, moment)
        for element, moment in found
        if cards.isdisjoint(takewhile(lambda around: around not in above, element.iterancestors()))
    ]
    for around in above:
        inside = {moment for element, moment in found if around in element.iterancestors()}
        if inside:
            return inside.pop() if len(inside) == 1 else None
    return None


def _url(root: HtmlElement, data: Mapping[str, object], metas: Mapping[str, str]) -> str:
    """Return the address that the page states for itself, if it is absolute and http(s)."""
    stated = _addresses(root, metas)
    stated += [_address_of(data.get("url")), _address_of(data.get("mainEntityOfPage"))]
    for url in map(str.strip, stated):
        with suppress(ValueError):  # e.g. an unclosed bracket where an IPv6 host would stand
            parts = urlsplit(url)
            if parts.scheme in {"http", "https"} and parts.hostname:
                return url
    return ""


def _address_of(value: object) -> str:
    """Return an address, or the one that an object is named by."""
    one = value[0] if isinstance(value, list) and value else value
    named = (one.get("@id") or one.get("url")) if isinstance(one, dict) else one
    return _string(named)


def _page(url: str) -> str:
    """Return what tells an address from another: host and path, without scheme and mark."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    path = unquote(parts.path).rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.removeprefix('www.')}{path}{query}" if path or query else ""


def _of(root: HtmlElement, name: str) -> list[HtmlElement]:
    """Return the elements of the page's body that carry a property, but not of another's item.

    An item is another's if the page has its headline outside: in h1, or as its title says.
    """
    titles = {outlets.key(_text(title)) for title in root.iter("title")}
    heads = [
        head
        for head in root.iter("h1", *_HEADINGS)
        if head.tag == "h1"
        or ((key := outlets.key(_text(head))) and any(title.startswith(key) for title in titles))
    ]
    around = {scope for head in heads for scope in head.iterancestors()}
    found: list[HtmlElement] = []
    for element in root.iter():
        if element.tag != "meta" and name in (element.get("itemprop") or "").split():
            scopes = (scope for scope in element.iterancestors() if scope.get("itemtype"))
            scope = next(scopes, None)
            if scope is None or not heads or scope in around:
                found.append(element)
    return found


def _name(value: object) -> str:
    """Return the name of an organisation: an object, its name, or a list of them."""
    one = value[0] if isinstance(value, list) and value else value
    return _string(one.get("name") if isinstance(one, dict) else one)


def _string(value: object) -> str:
    """Return a string that can be stored, also of a list or typed value, and nothing of others."""
    one = value[0] if isinstance(value, list) and value else value
    text = one.get("@value") if isinstance(one, dict) else one
    return text.encode(errors="ignore").decode() if isinstance(text, str) else ""


def _text(element: HtmlElement) -> str:
    """Return the text below an element."""
    return "".join(element.itertext())


def _line(text: str) -> str:
    """Return a text as one line, escapes resolved."""
    return " ".join(html.unescape(text).split())
