"""Dumps of MediaWiki (`pages-articles.xml`, any size): each article of the wiki is an article.

The time of the last revision is when a page was changed, and not when it was published: only pages
that state their date (Wikinews: `{{date|...}}`) have one. Talk, templates, categories and redirects
are counted.
Source: https://www.mediawiki.org/xml/export-0.11.xsd.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote

from index.sources.article import Facts, assemble, report_text
from index.sources.page_text import report_of
from index.sources.rejects import MAX_BYTES, Refused, RejectReason, counted
from index.sources.wikitext import text_of
from index.sources.xml_stream import Element, local_name, parts
from index.text.dates import parse
from index.types import Article, Moment, Reject

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ARTICLES = "0"  # number of the namespace
_HIDDEN = frozenset(("6", "14"))  # pictures and categories
_DATES = frozenset(("date", "تاریخ"))


def read(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read the articles of a dump in order, numbered by their page."""
    counts: Counter[str] = Counter()
    wiki = _Wiki()
    number = 0
    try:
        for root, page in parts(file, lambda root: local_name(root) == "mediawiki"):
            if page is not None and local_name(page) != "page":
                wiki = _Wiki.of(root, page) if local_name(page) == "siteinfo" else wiki
                continue
            number += 1
            kind = "" if page is None else _kind(page)
            if kind:
                counts[kind] += 1
                continue
            try:
                yield _article(page, wiki, f"{origin}:{number}")
            except Refused as refused:
                yield refused.reject(f"{origin}:{number}")
    except Refused as refused:
        yield refused.reject(origin)
    yield from counted(counts, origin)


@dataclass(frozen=True, slots=True)
class _Wiki:
    """Facts of a wiki: `base` begins the addresses of its pages; `hidden` names pictures."""

    name: str = ""
    base: str = ""
    language: str = ""
    hidden: frozenset[str] = frozenset()

    @classmethod
    def of(cls, root: Element, siteinfo: Element) -> "_Wiki":
        """Read the facts from the head of a dump."""
        base = siteinfo.findtext("{*}base", "").strip()
        spaces = siteinfo.iterfind("{*}namespaces/{*}namespace")
        return cls(
            name=siteinfo.findtext("{*}sitename", "").strip(),
            base=base.rpartition("/")[0] if base.startswith(("http://", "https://")) else "",
            language=root.get(_XML_LANG, ""),
            hidden=frozenset(
                (space.text or "").lower() for space in spaces if space.get("key") in _HIDDEN
            ),
        )


def _kind(page: Element) -> str:
    """Return what a page is that is no article."""
    if page.find("{*}redirect") is not None:
        return "redirects"
    space = page.findtext("{*}ns", _ARTICLES).strip()
    return "" if space == _ARTICLES else f"pages of namespace {space[:10]}"


def _article(page: Element | None, wiki: _Wiki, origin: str) -> Article:
    """Make the article of a page.

    Raises:
        Refused: If it is too long, or has no text.
    """
    if page is None:
        raise Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} bytes in one page")
    title = page.findtext("{*}title", "").strip()
    revision = page.find("{*}revision[last()]")
    source = "" if revision is None else revision.findtext("{*}text", "")
    dates: list[Moment] = []

    def on_template(template: str) -> None:
        name, _, value = template.partition("|")
        if name.strip().lower() in _DATES and (stated := parse(value.strip())):
            dates.append(stated)

    text = text_of(source, namespaces=wiki.hidden, on_template=on_template)
    body = report_of(text, title)
    if not any(map(str.isalpha, report_text(text, body))):
        raise Refused(RejectReason.NO_TEXT, "a page without text")
    path = quote(title.replace(" ", "_"), safe="/:@!$*,;~()'")
    facts = Facts(
        headline=title,
        published=next(iter(dates), None),
        edited=None if revision is None else parse(revision.findtext("{*}timestamp", "").strip()),
        sources=(wiki.name,),
        url=f"{wiki.base}/{path}" if wiki.base and title else "",
        language=wiki.language,
        is_final=True,
    )
    return assemble(text, body, facts, origin)
