r"""Prose in a field of a record or feed: markup, entities and escapes resolved, otherwise verbatim.

A field that holds HTML becomes its text, one line a block; entities are resolved, also where a
program escaped them twice, and so are `\n` and `\u06cc` that were escaped once too often;
WordPress shortcodes go. UTF-8 that was read as Latin-1, Windows-1252 or Windows-1256 is turned back
where every such stretch of the text is valid UTF-8 again, and an old code page that was read as
Latin-1 where its letters tell it (`encoding`).

A text that only mentions signs («a < b», «R&D», «vector<int>») stays as it is.
Source: HTML standard; WordPress Shortcode API. ftfy repairs more kinds of damage, by likelihood;
here only what is certain may change.
"""

import html
import json
import re

from index.sources.encoding import guess
from index.sources.rejects import Refused, RejectReason

_INLINE = "a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|u"
_PARAGRAPH = (
    "address|article|aside|blockquote|body|br|center|dd|div|dl|dt|footer|h[1-6]|header|html|li|main"
    "|nav|ol|p|pre|section|table|tbody|td|th|thead|tr|ul"
)
_OTHER = "caption|figcaption|figure|head|hr|iframe|img|script|style|video"
_TAG_END = r"(?:\s[^<>]{0,2000})?/?>"
_PARAGRAPH_TAG = re.compile(rf"</?(?:{_PARAGRAPH}){_TAG_END}", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{_PARAGRAPH}|{_OTHER}){_TAG_END}", re.IGNORECASE)
_INLINE_END = re.compile(rf"</(?:{_INLINE})>", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[ \t\r]*+\n")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]{1,31});")
_MOST_LAYERS = 3  # of escaping
# A break that was escaped twice. «C:\new» is none; «[n]» stands for one in exports of summaries.
_BREAK = re.compile(
    r"(?:\\r)?\\n(?:\\[rnt])++|\\r\\n|(?<=[.!?؟:»”\"\])،؛\s])\\n(?![a-z])|\\n(?=[^\x00-\x7f])|(?<![A-Za-z0-9_)\]])\[n\]"
)
_CODES = re.compile(r"(?:\\u[\da-fA-F]{4})++")
_MANY_CODES = 20  # letters; fewer may be mentioned
_SHORTCODE = re.compile(
    r"\[(?P<end>/?)(?P<name>[a-zA-Z][\w-]{1,40})(?P<rest>(?:\s[^\[\]]{0,500})?)/?\]"
)
_EMBEDDED = re.compile(r"\[embed[^\[\]]*+\][^\[\]]*+\[/embed\]")
_ATTRIBUTE = re.compile(r"\s[\w-]{1,40}=[\"'\w]")
_SHORTCODES = frozenset(
    ("audio", "caption", "embed", "gallery", "playlist", "video", "wp_caption", "contact-form-7",
     "more", "toc")
)  # fmt: skip
_CUT_OFF = re.compile(r"[\s…]{0,4}\[\+\d{1,7} chars\]\s{0,4}\Z")  # NewsAPI
_LATIN = {  # what Windows-1252 and Latin-1 make of a byte beyond ASCII
    **{chr(byte): byte for byte in range(0x80, 0x100)},
    **{
        bytes([byte]).decode("cp1252"): byte
        for byte in range(0x80, 0xA0)
        if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    },
}
_ARABIC = {bytes([byte]).decode("cp1256"): byte for byte in range(0x80, 0x100)}
_MISREAD, _MISREAD_ARABIC = (
    re.compile(f"[{re.escape(''.join(table))}]+") for table in (_LATIN, _ARABIC)
)
_LETTERS_OF_D8 = re.compile("[طظ]")  # what Windows-1256 makes of the first byte of Persian letters
_MANY_D8 = 6  # every such sign at least; in Persian the two letters are one in eighty
_LIKELY = re.compile(  # of text in UTF-8: Latin letters with marks, other scripts, signs of print
    "[\x80-\u017f\u0192\u02c6\u02dc\u0370-\u06ff\u0750-\u077f\u0900-\u0dff\u0e00-\u0e7f\u1e00-\u1fff\u2000-\u206f"
    "\u20a0-\u20cf\u2100-\u21ff\u2600-\u27bf\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\ufb50-\ufdff"
    "\ufe70-\ufeff\U0001f000-\U0001ffff]+"
)
_MOST_READINGS = 2  # in a wrong encoding, one after another
_OF_LATIN = frozenset(("", "cp1252", "cp1254", "cp1250", "iso8859-2"))
_LEAST_MISREAD = 2  # stretches; a single one may be «É’»
_AGAIN = "letters are lost: export it as UTF-8"
_DAMAGED = 0.5  # share of the stretches that are UTF-8


def prose(text: str) -> str:
    """Return the text that a field holds; the same text where nothing is escaped or marked up.

    Raises:
        Refused: If it is UTF-8 that was read in another encoding and lost bytes; if its markup
            cannot be read, or the library for it is missing.
    """
    text = _unescaped(_reread(text))
    if "[" in text:
        text = _CUT_OFF.sub("", without_shortcodes(text))
    for layer in range(_MOST_LAYERS):
        if "<" in text and (_BLOCK_TAG.search(text) or _INLINE_END.search(text)):
            text = _without_tags(text)
            # What was escaped within markup and looks like a tag is text: «<p>Use &lt;b&gt;</p>».
            return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if not layer else text
        resolved = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        if resolved == text:
            break
        text = resolved
    return text


def _without_tags(text: str) -> str:
    """Return the text of a fragment of HTML.

    Blank lines part paragraphs, as WordPress stores them, and where there are no tags of
    paragraphs all line breaks do.
    """
    try:  # Heavy: most records hold no markup.
        from index.sources.html_page import plain
    except ImportError as error:
        install = "pip install lxml lxml_html_clean trafilatura"
        detail = f"a library that reads its markup cannot be loaded ({error}); run `{install}`"
        raise Refused(RejectReason.NO_LIBRARY, detail) from None

    if not _PARAGRAPH_TAG.search(text):
        text = text.replace("\n", "<br>")
    return plain(_BLANK_LINE.sub("<br>", text))


def _unescaped(text: str) -> str:
    """Resolve line breaks and characters that were escaped once too often."""
    if "\\u" in text and sum(map(len, _CODES.findall(text))) >= len(r"\u0000") * _MANY_CODES:
        text = _CODES.sub(
            lambda match: json.loads(f'"{match[0]}"').encode("utf-8", "replace").decode(), text
        )
    may_have_breaks = "\n" not in text and ("\\n" in text or "[n]" in text)
    return _BREAK.sub("\n", text) if may_have_breaks else text


def without_shortcodes(text: str) -> str:
    """Remove WordPress shortcodes: known ones, those with attributes or a closing mark.

    «[sic]» is none.
    """
    if "[" not in text:
        return text
    text = _EMBEDDED.sub("", text)
    closed = {match["name"] for match in _SHORTCODE.finditer(text) if match["end"]}

    def kept(match: re.Match[str]) -> str:
        name = match["name"]
        is_mark = name in _SHORTCODES or name in closed or _ATTRIBUTE.search(match["rest"])
        return "" if is_mark else match[0]

    return _SHORTCODE.sub(kept, text)


def _reread(text: str) -> str:
    """Turn text that was read in another encoding back, where that is certain.

    Raises:
        Refused: If most of it is such text, and the rest of it cannot be turned back.
    """
    if text.isascii():
        return text
    if len(_LETTERS_OF_D8.findall(text)) * _MANY_D8 > len(text):
        return _turned_back(text, _MISREAD_ARABIC, _ARABIC)
    for _ in range(_MOST_READINGS):
        if (turned := _turned_back(text, _MISREAD, _LATIN)) == text:
            break
        text = turned
    n_beyond = sum(map(len, _MISREAD.findall(text)))
    if n_beyond < _MANY_CODES or 2 * n_beyond < sum(map(str.isalpha, text)):
        return text
    kept = text.replace("\ufffd", "")
    try:
        data = bytes(_LATIN[sign] if sign > "\x7f" else ord(sign) for sign in kept)
    except KeyError:
        return text
    page = guess(data)
    if page in _OF_LATIN:
        return text
    if kept != text:
        raise Refused(RejectReason.ENCODING, f"{page} that was read in another encoding; {_AGAIN}")
    return data.decode(page)


def _turned_back(text: str, misread: re.Pattern[str], table: dict[str, int]) -> str:
    """Return what stretches of misread characters are in UTF-8, if all of them are.

    Raises:
        Refused: As `_reread` does.
    """
    runs = [match[0] for match in misread.finditer(text)]
    if not runs:
        return text
    read = {run: _as_utf8(run, table) for run in set(runs)}
    share = sum(bool(read[run]) for run in runs) / len(runs)
    is_other_script = any(run > "\u0370" for run in read.values())
    if share == 1 and (is_other_script or len(runs) >= _LEAST_MISREAD):
        return misread.sub(lambda match: read[match[0]], text)
    if share >= _DAMAGED and is_other_script and len(runs) > _LEAST_MISREAD:
        raise Refused(RejectReason.ENCODING, f"UTF-8 that was read in another encoding; {_AGAIN}")
    return text


def _as_utf8(run: str, table: dict[str, int]) -> str:
    """Return what the bytes of misread characters are in UTF-8; empty where they are not."""
    try:
        read = bytes(table[character] for character in run).decode()
    except UnicodeDecodeError:
        return ""
    return read if _LIKELY.fullmatch(read) else ""
