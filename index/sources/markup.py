"""What pages and feeds have in common: the encoding they state, and markup turned into lines.

Does not: choose the main text of a page (`html_page`), or read entries (`feeds`).
Source of the places an encoding is stated in: HTML standard, "prescan a byte stream"; XML 1.0,
section 4.3.3.
"""

import re

from index.sources.encoding import decode

_HEAD_BYTES = 4_096  # the standard says 1,024; saved pages have longer comments before the head
_STATED = re.compile(
    rb"<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']?\s*(?P<xml>[\w.:-]{1,40})"
    rb"|<meta\s[^>]{0,400}?charset\s*=\s*[\"']?\s*(?P<meta>[\w.:-]{1,40})",
    re.IGNORECASE,
)


def text_of(data: bytes, charset: str = "") -> str:
    """Return the text of a page or feed.

    Args:
        data: All of it, in any encoding of one byte a character, or UTF-8.
        charset: What the server stated, which goes before what the file states of itself.

    Raises:
        Refused: If no encoding fits.
    """
    found = _STATED.search(data, 0, _HEAD_BYTES)
    stated = (found["xml"] or found["meta"]).decode("ascii") if found else ""
    return decode(data, charset or stated).text.removeprefix("\ufeff")
