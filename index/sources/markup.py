"""Kinds of marked-up files by their first bytes, and the encoding that such a file states.

Does not import lxml: this module examines every file.
Source of the places an encoding is stated in: HTML standard, "prescan a byte stream"; XML 1.0,
section 4.3.3.
"""

import re

from index.sources.encoding import decode

_HEAD_BYTES = 4_096  # the standard says 1,024; saved pages have longer comments before the head
_STATED = re.compile(
    rb"<\?xml[^>]{0,200}?\sencoding\s*+=\s*+[\"']?\s*+(?P<xml>[\w.:-]{1,40})"
    rb"|<meta\s[^>]{0,400}?charset\s*+=\s*+[\"']?\s*+(?P<meta>[\w.:-]{1,40})",
    re.IGNORECASE,
)
# The first element, or the document type that names it, after declarations and comments.
# Subtle: atomic, else each of n comments may end where any later one does: 2^n ways.
_ROOT = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*+(?><\?[^>]*>\s*|<!--.*?-->\s*)*+<(?:!doctype\s+)?(?P<root>[a-z][\w:.-]*)",
    re.IGNORECASE | re.DOTALL,
)
_FEEDS = frozenset((b"rss", b"rdf:rdf", b"feed", b"urlset", b"sitemapindex"))
_PAGES = frozenset(
    b"html head body meta title link script style base article main section header nav div p "
    b"table center font h1 h2".split()
)
_PAGE_SUFFIXES = frozenset((".html", ".htm", ".xhtml"))
_HEADER_BYTES = 2_000
_MARKDOWN = frozenset((".md", ".markdown", ".mdown", ".mkd"))
# The first lines of front matter: «---» or «+++», and a key that front matter of news has.
_FRONT_MATTER = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:---|\+\+\+)[ \t]*\r?\n(?:[^\n]*\n){0,30}?(?:title|date)[ \t]*[:=]"
)


def is_feed(head: bytes) -> bool:
    """Tell from the first bytes of a file whether it is a feed or a sitemap."""
    root = _root(head)
    return root in _FEEDS or root.rpartition(b":")[2] in _FEEDS


def is_markdown(head: bytes, suffix: str) -> bool:
    """Tell whether a file is Markdown: by its name unless it is a page, or by front matter."""
    is_document = re.match(rb"<(?:!doctype|html)\b", head.lstrip(), re.IGNORECASE) is not None
    return bool(_FRONT_MATTER.match(head)) or (suffix in _MARKDOWN and not is_document)


def is_page(head: bytes, suffix: str) -> bool:
    """Tell whether a file is HTML: by its first element, or by its name.

    The XML that trafilatura writes (`<doc title="..."><main>`) reads as a page too.
    """
    root = _root(head)
    is_extracted = root == b"doc" and b"<main>" in head
    return root in _PAGES or is_extracted or suffix in _PAGE_SUFFIXES


def is_xml(head: bytes, suffix: str) -> bool:
    """Tell whether a file is XML: by its declaration, or by its name."""
    return suffix == ".xml" or head.removeprefix(b"\xef\xbb\xbf").lstrip()[:5] == b"<?xml"


def is_archived_page(head: bytes) -> bool:
    """Tell from the first bytes whether a file is a page saved as MHTML."""
    header = head.lower().partition(b"mime-version:")[2]
    return b"multipart/related" in header[:_HEADER_BYTES]


def _root(head: bytes) -> bytes:
    """Return the lower-case name of the first element; empty where there is none."""
    match = _ROOT.match(head)
    return match["root"].lower() if match else b""


def text_of(data: bytes, charset: str = "") -> str:
    """Return the text of a page or feed.

    Args:
        data: All of it, in any encoding of one byte a character, or UTF-8.
        charset: Encoding that the server stated; it counts before the one in the file.

    Raises:
        Refused: If no encoding fits.
    """
    match = _STATED.search(data, 0, _HEAD_BYTES)
    stated = (match["xml"] or match["meta"]).decode("ascii") if match else ""
    return decode(data, charset or stated).text.removeprefix("\ufeff")
