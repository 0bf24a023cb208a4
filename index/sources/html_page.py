"""Articles from saved HTML pages.

`Article.text` is the text taken out of the page, one line a block: offsets refer to it, and not
to the file. White space within a line is single; nothing else is changed.

The main text is trafilatura's choice, or the JSON-LD `articleBody` where that says much more.

Does not: fetch anything, run scripts, or read more than one article from a page.
Sources: trafilatura's settings and every threshold were compared by benchmarks/html_pages.py.
"""

import html
import logging
from collections.abc import Iterator
from configparser import ConfigParser
from typing import BinaryIO

# Heavy (0.3 s), so `index.sources` imports this module only when a page is read.
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura import bare_extraction
from trafilatura.settings import DEFAULT_CONFIG

from index.sources import outlets
from index.sources.html_meta import Facts, facts_of
from index.sources.markup import language_of, text_of
from index.sources.page_text import content_id, report_of
from index.sources.rejects import Refused, RejectReason, whole
from index.types import Article, ArticleId, Span

MAX_ELEMENTS = 15_000  # a news page has some 2,000; trafilatura takes up to 5 s for these
_LEAST_LETTERS = 20  # a text of fewer is none
_TEASER = 200  # letters; fewer before a login form are a teaser
_MUCH_MORE = 2.0  # JSON-LD is taken where it is so many times as long as the text found
_LINKS = 0.5  # share of a listing's letters that stand in lines which are links
_NO_TEXT = (
    "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas",
    "select", "button", "textarea", "nav",
)  # fmt: skip
_BLOCKS = frozenset((
    "p", "div", "br", "li", "ul", "ol", "dl", "dt", "dd", "tr", "td", "th", "table", "tbody",
    "thead", "caption", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "article",
    "section", "main", "header", "footer", "aside", "figure", "figcaption", "hr", "address",
    "details", "summary", "body",
    "head", "item", "list", "row", "cell", "lb", "quote",  # trafilatura's own names
))  # fmt: skip


def read(file: BinaryIO, origin: str) -> Iterator[Article]:
    """Read the one article of a page.

    Raises:
        Refused: If the page is too large, a listing, a login form, or has no text.
    """
    yield article_of(text_of(whole(file)), origin)


def article_of(page: str, origin: str) -> Article:
    """Read the article of a page that is decoded.

    Raises:
        Refused: As `read` does.
    """
    root = _parsed(page)
    facts = facts_of(root)
    has_form = root.find(".//input[@type='password']") is not None
    links = {outlets.key(_inline(a)) for a in root.iter("a")}
    text = _main_text(root, facts)
    letters = _letters(text)
    if letters < _TEASER and (has_form or facts.is_paid):
        detail = f"{letters} letters of text and a login form; save the page when logged in"
        raise Refused(RejectReason.LOGIN_WALL, detail)
    body = report_of(text, facts.headline)
    if _letters("".join(span.cut(text) for span in body)) < _LEAST_LETTERS:
        raise Refused(RejectReason.NO_TEXT, "no paragraph of text in the page")
    if _share_of_links(text, links) >= _LINKS:
        detail = "mostly links to other pages; save the pages of the articles"
        raise Refused(RejectReason.LISTING, detail)
    return _article(text, body, facts, origin)


def plain(fragment: str) -> str:
    """Return all text of an HTML fragment, one line a block.

    Raises:
        Refused: If it has too many elements.
    """
    if "<" not in fragment:
        return "\n".join(_squeezed(html.unescape(fragment).split("\n")))
    return text_in(_parsed(fragment))


def text_in(element: HtmlElement) -> str:
    """Return the text below an element, one line a block."""
    parts: list[str] = []
    for event, part in etree.iterwalk(element, events=("start", "end")):
        is_block = part.tag in _BLOCKS
        if event == "start":
            parts += ["\n"] if is_block else []
            parts += [" ".join(part.text.split("\n"))] if part.text else []
        else:
            parts += ["\n"] if is_block else []
            parts += [" ".join(part.tail.split("\n"))] if part.tail and part is not element else []
    return "\n".join(_squeezed("".join(parts).split("\n")))


def _squeezed(lines: list[str]) -> Iterator[str]:
    """Yield the lines that are not blank, their white space single."""
    for line in lines:
        words = line.split()
        if words:
            yield " ".join(words)


def _parsed(page: str) -> HtmlElement:
    """Parse a page, without what holds no text.

    Raises:
        Refused: If it is empty, nested too deep, or has too many elements.
    """
    parser = HTMLParser(
        encoding="utf-8", recover=True, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = document_fromstring(page.encode(), parser)
    except (etree.ParserError, etree.XMLSyntaxError) as exc:
        raise Refused(RejectReason.NO_TEXT, "no elements in the page") from exc
    if any("depth" in entry.message for entry in parser.error_log):
        raise Refused(RejectReason.TOO_LONG, "elements nested more than 255 deep")
    etree.strip_elements(root, *_NO_TEXT, with_tail=False)
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        detail = f"more than {MAX_ELEMENTS:,} elements in one page"
        raise Refused(RejectReason.TOO_LONG, detail)
    return root


def _main_text(root: HtmlElement, facts: Facts) -> str:
    """Return the text of the report as the extractor or the page's own data has it."""
    etree.strip_elements(root, "script", with_tail=False)
    found = _extracted(root)
    stated = plain(facts.body)
    return stated if len(stated) > _MUCH_MORE * len(found) else found


def _config() -> ConfigParser:
    """Return trafilatura's settings for news of one sentence, which by default it takes whole."""
    config = ConfigParser()
    config.read_dict({"DEFAULT": {**DEFAULT_CONFIG["DEFAULT"], "min_extracted_size": "40"}})
    return config


_CONFIG = _config()
# It reports every page without text as an error; we say so ourselves.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def _extracted(root: HtmlElement) -> str:
    """Return the main text of a page by trafilatura; empty where it finds none or fails."""
    try:
        found = bare_extraction(
            root, fast=True, favor_precision=True, include_comments=False, config=_CONFIG
        )
    # Subtle: on broken trees it may raise anything (RecursionError, TypeError, lxml's errors).
    except Exception:  # noqa: BLE001  # a page it cannot read has no text, and is counted
        return ""
    body = getattr(found, "body", None)
    return text_in(body) if body is not None else ""


def _inline(element: HtmlElement) -> str:
    """Return the text of an element as one line."""
    return " ".join("".join(element.itertext()).split())


def _letters(text: str) -> int:
    """Count the letters of a text."""
    return sum(map(str.isalpha, text))


def _share_of_links(text: str, links: set[str]) -> float:
    """Return the share of a text's characters in lines that are links and nothing else."""
    lines = text.splitlines()
    linked = sum(len(line) for line in lines if outlets.key(line) in links)
    return linked / max(1, sum(map(len, lines)))


def _article(text: str, body: tuple[Span, ...], facts: Facts, origin: str) -> Article:
    """Put the fields together."""
    report = "\n".join(span.cut(text) for span in body)
    names = [facts.publisher, facts.site]
    known = [outlets.by_url(facts.url), *map(outlets.by_name, names), outlets.reporting(report)]
    outlet = next((one for one in known if one), None)
    code = outlets.code_in(facts.url)
    return Article(
        id=ArticleId(f"{outlet.slug}-{code}") if outlet and code else content_id(text),
        headline=facts.headline,
        text=text,
        body=body,
        language=language_of(report, facts.language),
        published=facts.published,
        source=outlet.name if outlet else facts.publisher or facts.site,
        via=outlets.relayed(report),
        code=code,
        url=facts.url,
        origin=origin,
    )
