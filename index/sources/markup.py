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
_MAIL_SUFFIXES = frozenset((".eml", ".mbox", ".mbx", ".mht", ".mhtml"))
_HEADERS = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*+(?P<from>From [^\n]*\n)?"
    rb"(?:[a-z][a-z0-9-]*+:[^\n]*+(?:\n|\Z)(?:[ \t][^\n]*+(?:\n|\Z))*+)++",
    re.IGNORECASE,
)
_HEADER = re.compile(rb"^([a-z][a-z0-9-]*+):", re.MULTILINE)
_SENDER = frozenset((b"from", b"subject", b"sender", b"content-location"))
_WIRE = frozenset((b"mime-version", b"message-id", b"received", b"return-path", b"delivered-to"))
_MARKDOWN = frozenset((".md", ".markdown", ".mdown", ".mkd"))
# The first lines of front matter: «---» or «+++», and a key that front matter of news has.
_FRONT_MATTER = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:---|\+\+\+)[ \t]*\r?\n(?:[^\n]*\n){0,30}?(?:title|date)[ \t]*[:=]"
)


def is_feed(head: bytes) -> bool:
    """Tell from the first bytes of a file whether it is a feed or a sitemap."""
    root = _root(head)
    return root in _FEEDS or root.rpartition(b":")[2] in _FEEDS


def is_wordpress(head: bytes) -> bool:
    """Tell from the first bytes of a file whether it is an export of WordPress."""
    return _root(head) == b"rss" and b"wordpress.org/export/" in head


def is_extracted(head: bytes) -> bool:
    """Tell from the first bytes of a file whether it is an article that trafilatura wrote."""
    root = _root(head)
    return root == b"tei" or (root == b"doc" and (b"<main" in head or b" hostname=" in head))


def is_mediawiki(head: bytes) -> bool:
    """Tell from the first bytes of a file whether it is a dump of MediaWiki."""
    return _root(head) == b"mediawiki"


def is_markdown(head: bytes, suffix: str) -> bool:
    """Tell whether a file is Markdown: by its name unless it is a page, or by front matter."""
    is_document = re.match(rb"<(?:!doctype|html)\b", head.lstrip(), re.IGNORECASE) is not None
    return bool(_FRONT_MATTER.match(head)) or (suffix in _MARKDOWN and not is_document)


def is_page(head: bytes, suffix: str) -> bool:
    """Tell whether a file is HTML: by its first element, or by its name."""
    return _root(head) in _PAGES or suffix in _PAGE_SUFFIXES


def is_telegram(head: bytes) -> bool:
    """Tell from the first bytes of a file whether it is a page of a Telegram export."""
    return b"<title>Exported Data</title>" in head and b'class="page_wrap' in head


def is_xml(head: bytes, suffix: str) -> bool:
    """Tell whether a file is XML: by its declaration, or by its name."""
    return suffix == ".xml" or head.removeprefix(b"\xef\xbb\xbf").lstrip()[:5] == b"<?xml"


def is_warc(head: bytes) -> bool:
    """Tell a web archive by its first bytes."""
    return head.startswith((b"WARC/", b"filedesc://"))


def is_mail(head: bytes, suffix: str) -> bool:
    """Tell a message, a box of them or a page saved as MHTML by its headers."""
    block = _HEADERS.match(head)
    if block is None:
        return False
    names = set(_HEADER.findall(block[0].lower()))
    is_named = suffix in _MAIL_SUFFIXES or block["from"] is not None
    return bool(names & _SENDER) if is_named else bool(names & _SENDER and names & _WIRE)


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
    return decode(data, charset or stated_encoding(data)).text.removeprefix("\ufeff")


def stated_encoding(head: bytes) -> str:
    """Return the encoding that a marked-up file states in its first bytes, or nothing."""
    match = _STATED.search(head, 0, _HEAD_BYTES)
    return (match["xml"] or match["meta"]).decode("ascii") if match else ""
