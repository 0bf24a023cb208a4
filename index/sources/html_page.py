"""Articles from saved HTML pages.

`Article.text` is the text extracted from the page, one line a block: offsets refer to it, and not
to the file. White space within a line is single; nothing else is changed.

The main text is trafilatura's choice, or the JSON-LD `articleBody` where that says much more;
updates of a live blog that it lacks follow.

Does not: run scripts, or read more than one article from a page.
Sources: trafilatura's settings and every threshold were compared by benchmarks/html_pages.py.
"""

import html
import logging
import re
from collections.abc import Iterator
from configparser import ConfigParser
from dataclasses import replace
from typing import BinaryIO

# Heavy (0.3 s), so `index.sources` imports this module only when a page is read.
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura import bare_extraction
from trafilatura.settings import DEFAULT_CONFIG

from index.sources import outlets
from index.sources.article import assemble, report_text
from index.sources.html_meta import metadata_of
from index.sources.markup import text_of
from index.sources.page_text import report_of
from index.sources.prose import prose
from index.sources.rejects import MAX_BYTES, Refused, RejectReason, whole
from index.types import Article

# A news page has some 2,000 elements and 20,000 characters. trafilatura's time grows faster than
# either: within these bounds the worst page found took some 5 s.
MAX_ELEMENTS = 8_000
MAX_CHARS = 1_000_000
_MAX_PAGE_BYTES = 64 * 1024**2  # with the pictures that a page saved as one file holds
_PICTURE = re.compile(rb"data:[\w/+.-]{0,100};base64,[A-Za-z0-9+/=%]*+")
_MAX_TAGS = 200_000  # before scripts and the like are dropped
# A tag of many attributes, which the parser compares with each other; the words of a long
# description are far fewer.
_CROWDED = re.compile(r"<[a-zA-Z](?:[^<>=\s]*+[=\s]++){10000}")
_MAX_ATTRIBUTE = 2_000  # characters; a longer one is a picture or an attack
_LEAST_LETTERS = 20  # a text of fewer is none
_TEASER = 200  # letters; fewer before a login form are a teaser
_MUCH_MORE = 2.0  # JSON-LD is taken where it is so many times as long as the extracted text
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

# trafilatura's settings, but for news of one sentence, which by default it does not find.
_CONFIG = ConfigParser()
_CONFIG.read_dict({"DEFAULT": {**DEFAULT_CONFIG["DEFAULT"], "min_extracted_size": "40"}})
# It reports every page without text as an error; we say so ourselves.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def read(file: BinaryIO, origin: str) -> Iterator[Article]:
    """Read the one article of a page.

    Raises:
        Refused: If the page is too large, a listing, a login form, or has no text.
    """
    data = whole(file, _MAX_PAGE_BYTES)
    if len(data) > MAX_BYTES:
        data = _PICTURE.sub(b"", data)
    if len(data) > MAX_BYTES:
        detail = f"more than {MAX_BYTES:,} bytes in one page beside its pictures"
        raise Refused(RejectReason.TOO_LONG, detail)
    yield article_of(text_of(data), origin)


def article_of(page: str, origin: str, address: str = "") -> Article:
    """Read the article of a page that is decoded.

    Args:
        address: Where it was fetched, for a page that does not state its own address.

    Raises:
        Refused: As `read` does.
    """
    root = parsed(page)
    metadata = metadata_of(root)
    has_form = root.find(".//input[@type='password']") is not None
    links = {outlets.key("".join(link.itertext())) for link in root.iter("a")}
    etree.strip_elements(root, "script", with_tail=False)
    extracted, stated = _extracted(root), squeezed(prose(metadata.body))
    text = stated if len(stated) > _MUCH_MORE * len(extracted) else extracted
    known = outlets.key(text) if metadata.updates else ""
    updates = (squeezed(prose(update)) for update in metadata.updates)
    text = "\n".join([text, *(part for part in updates if outlets.key(part) not in known)])
    letters = sum(map(str.isalpha, text))
    if letters < _TEASER and (has_form or metadata.is_paid):
        detail = f"{letters} letters of text and a login form; save the page when logged in"
        raise Refused(RejectReason.LOGIN_WALL, detail)
    body = report_of(text, metadata.facts.headline)
    if sum(map(str.isalpha, report_text(text, body))) < _LEAST_LETTERS:
        raise Refused(RejectReason.NO_TEXT, "no paragraph of text in the page")
    lines = text.splitlines()
    linked = sum(len(line) for line in lines if outlets.key(line) in links)
    if linked >= _LINKS * sum(map(len, lines)):
        detail = "mostly links to other pages; save the pages of the articles"
        raise Refused(RejectReason.LISTING, detail)
    facts = replace(metadata.facts, url=metadata.facts.url or address)
    return assemble(text, body, facts, origin)


def plain(fragment: str) -> str:
    """Return all text of an HTML fragment, one line a block.

    Raises:
        Refused: If it has too many elements.
    """
    if "<" not in fragment:
        return squeezed(html.unescape(fragment))
    root = parsed(fragment)
    etree.strip_elements(root, "script", with_tail=False)
    return text_in(root)


def text_in(element: etree._Element) -> str:  # lxml has no other name
    """Return the text below an element, one line a block."""
    parts: list[str] = []
    for event, part in etree.iterwalk(element, events=("start", "end")):
        is_outside = event == "end" and part is element
        text = (part.text if event == "start" else part.tail) if not is_outside else None
        parts += ["\n"] if part.tag in _BLOCKS else []
        parts += [text.replace("\n", " ")] if text else []
    return squeezed("".join(parts))


def squeezed(text: str) -> str:
    """Return the lines that are not blank, their white space single."""
    return "\n".join(" ".join(words) for line in text.split("\n") if (words := line.split()))


def parsed(page: str) -> HtmlElement:
    """Parse a page, without elements that hold no text.

    Raises:
        Refused: If it is empty, nested too deep, or has too many elements.
    """
    if page.count("<") > _MAX_TAGS:
        raise Refused(RejectReason.TOO_LONG, f"more than {_MAX_TAGS:,} tags in one page")
    if _CROWDED.search(page):
        raise Refused(RejectReason.TOO_LONG, "some 5,000 attributes or more in one tag")
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
    # Useless attributes are dropped; pages that would take the extractor minutes are refused.
    chars = 0
    for count, element in enumerate(root.iter(), start=1):
        chars += len(element.tail or "")
        chars += len(element.text or "") if element.tag != "script" else 0
        if count > MAX_ELEMENTS or chars > MAX_CHARS:
            detail = f"more than {MAX_ELEMENTS:,} elements or {MAX_CHARS:,} characters in one page"
            raise Refused(RejectReason.TOO_LONG, detail)
        for name, value in element.items():
            if len(value) > _MAX_ATTRIBUTE:
                del element.attrib[name]
    return root


def _extracted(root: HtmlElement) -> str:
    """Return the main text of a page by trafilatura; empty where it finds none or fails."""
    try:
        found = bare_extraction(root, favor_precision=True, include_comments=False, config=_CONFIG)
    # Subtle: on broken trees it may raise anything (RecursionError, TypeError, lxml's errors).
    except Exception:  # noqa: BLE001  # a page it cannot read has no text, and is counted
        return ""
    body = getattr(found, "body", None)
    return text_in(body) if body is not None else ""
