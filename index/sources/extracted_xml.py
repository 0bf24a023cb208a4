"""Articles that trafilatura has extracted and written as its own XML or as TEI.

Does not: read the comments below an article.
Source: trafilatura/xml.py; TEI P5 as far as trafilatura writes it.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from lxml import etree

from index.sources.article import Facts, assemble, report_text
from index.sources.html_page import MAX_ELEMENTS, text_in
from index.sources.markup import text_of
from index.sources.page_text import report_of
from index.sources.rejects import Refused, RejectReason, whole
from index.sources.xml_stream import Element, allowed, local_name
from index.text.dates import parse
from index.types import Article

_PUBLISHED = "{*}teiHeader//{*}biblFull/{*}publicationStmt"


def read(file: BinaryIO, origin: str) -> Iterator[Article]:
    """Read the one article of a file.

    Raises:
        Refused: If it is too long, broken, or has no text.
    """
    text = text_of(whole(file))
    if text.count("<") > 2 * MAX_ELEMENTS:
        raise Refused(RejectReason.TOO_LONG, f"more than {MAX_ELEMENTS:,} elements in one article")
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, load_dtd=False, no_network=True,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(allowed(text).encode(), parser)
    except etree.XMLSyntaxError:
        root = None
    facts, main = _doc(root) if root is not None and local_name(root) == "doc" else _tei(root)
    for element in main.iter("*") if main is not None else ():
        with suppress(ValueError):  # broken XML has names that no element may be given
            element.tag = local_name(element)
    extracted = text_in(main) if main is not None else ""
    body = report_of(extracted, facts.headline)
    if not any(map(str.isalpha, report_text(extracted, body))):
        raise Refused(RejectReason.NO_TEXT, "no text in the XML of trafilatura")
    yield assemble(extracted, body, facts, origin)


def _doc(root: Element) -> tuple[Facts, Element | None]:
    """Return facts and text of trafilatura's own XML."""
    facts = Facts(
        headline=root.get("title", ""),
        published=parse(root.get("date", "")),
        sources=(root.get("sitename", ""), root.get("hostname", "")),
        url=root.get("url") or root.get("source") or "",
        language=root.get("language", ""),
    )
    return facts, root.find("main")


def _tei(root: Element | None) -> tuple[Facts, Element | None]:
    """Return facts and text of a TEI file; the outlet is «name (host)»."""
    if root is None:
        return Facts(), None
    address = root.find(f"{_PUBLISHED}/{{*}}ptr")
    facts = Facts(
        headline=root.findtext("{*}teiHeader//{*}title", ""),
        published=parse(root.findtext(f"{_PUBLISHED}/{{*}}date", "")),
        sources=(root.findtext(f"{_PUBLISHED}/{{*}}publisher", "").partition(" (")[0],),
        url=address.get("target", "") if address is not None else "",
    )
    entries = root.findall("{*}text/{*}body/{*}div")
    return facts, next((div for div in entries if div.get("type") != "comments"), None)
