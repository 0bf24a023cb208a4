"""Text with a few styles, cut into messages and written in Telegram's HTML.

Styles are kept beside the text until the last step, so that a cut never falls into a tag and
every tag is closed in its message and opened again in the next. Lengths are UTF-16 units after
entities are parsed, as Telegram counts them.

Does not: know answers or articles, or decide what is said.
Sources: limits from https://core.telegram.org/bots/api (sendMessage, formatting options); what
Telegram drops from a text from tdlib, td/telegram/misc.cpp, `clean_input_string`.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, urlsplit

from bot.telegram.types import Part
from index.text import grapheme_border

LIMIT: Final = 4000
"""UTF-16 units in a message; Telegram takes 4,096, the rest is left for what it may add."""

_MAX_ENTITIES: Final = 90
"""Telegram ignores those after the hundredth, links it finds by itself among them."""
_LONG_QUOTE: Final = 700
"""Units from which on a quote is shown folded, with an arrow that opens it."""
_MAX_URL: Final = 2000
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Characters that change no order and that nobody sees, so that addresses are copied with them."""

_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
# Telegram makes spaces of C0 controls, takes off U+2028 to U+202E and cannot be sent a lone
# surrogate. Controls are shown as U+FFFD instead, so that one sees that something stood there.
_UNSENDABLE: Final = re.compile(
    "(?P<line>\r\n?)|(?P<space>[\t\x85\u2028\u2029])|[\u202a-\u202e]"
    "|(?P<lost>[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff])"
)
# Where a long text is cut, best first: after a line, after a sentence, after a word.
_BREAKS: Final = (re.compile(r"\n"), re.compile(r"[.!?؟…۔。]\s"), re.compile(r"\s"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text in one style."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    url: str = ""

    @property
    def n_entities(self) -> int:
        """Entities that Telegram makes of it."""
        return sum((self.is_bold, self.is_italic, bool(self.url))) if self.text else 0


@dataclass(frozen=True, slots=True)
class Block:
    """Pieces that begin on a line of their own and stay in one message where they fit in one."""

    pieces: tuple[Piece, ...]
    is_quote: bool = False

    @property
    def n_units(self) -> int:
        """Length in UTF-16 units."""
        return sum(n_units(piece.text) for piece in self.pieces)

    @property
    def n_entities(self) -> int:
        """Entities that Telegram makes of it."""
        return self.is_quote + sum(piece.n_entities for piece in self.pieces)


BLANK: Final = Block((Piece(""),))


def sendable(text: str) -> str:
    """Return `text` as Telegram can deliver it, otherwise verbatim.

    Controls and lone surrogates are shown as U+FFFD, tabs and line separators as spaces, carriage
    returns as line feeds; bidi embeddings and overrides are left out.
    """
    return _UNSENDABLE.sub(_replacement, text)


def _replacement(found: re.Match[str]) -> str:
    """Return what stands for characters that cannot be sent."""
    match found.lastgroup:
        case "line":
            return "\n"
        case "space":
            return " "
        case "lost":
            return _REPLACEMENT
        case _:
            return ""


def n_units(text: str) -> int:
    """Count UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def linkable(url: str) -> str:
    """Return an address as a message may link to it, or "" for one that it may not link to.

    Joiners and other invisible characters, which Persian addresses have, are percent-encoded (RFC
    3987, section 3.1) behind the host. Controls, spaces and bidi controls are refused.
    """
    if len(url) > _MAX_URL:
        return ""
    encoded = _INVISIBLE.sub(lambda found: quote(found[0]), url)
    if len(encoded) > _MAX_URL or not encoded.isprintable() or " " in encoded:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    is_web = parts.scheme in {"http", "https"} and bool(parts.netloc)
    return encoded if is_web and not _INVISIBLE.search(parts.netloc) else ""


def shorten(text: str, limit: int) -> str:
    """Cut a text to `limit` UTF-16 units, an ellipsis included, where it is longer."""
    return text if n_units(text) <= limit else text[: cut_at(text, limit - 1)].rstrip() + "…"


def render(blocks: Sequence[Block]) -> list[Part]:
    """Return the messages that hold all blocks in order; [] for blocks without visible text."""
    parts = [_part(part) for part in pack(blocks)]
    return [part for part in parts if _is_visible(part.plain)]


def _is_visible(text: str) -> bool:
    """Tell whether anything can be seen; Telegram refuses a message of spaces and marks."""
    return any(not char.isspace() and unicodedata.category(char) != "Cf" for char in text)


def pack(blocks: Sequence[Block], limit: int = LIMIT) -> Iterator[list[Block]]:
    """Yield the blocks of each message."""
    part: list[Block] = []
    for block in blocks:
        for fragment in _fragments(_cleaned(block), limit):
            if part and not _fits(part, fragment, limit):
                yield part
                part = []
            if part or fragment.n_units:  # no message begins with a blank line
                part.append(fragment)
    if part:
        yield part


def _fits(part: list[Block], block: Block, limit: int) -> bool:
    """Tell whether a message can take one more block."""
    return (
        sum(one.n_units + 1 for one in part) + block.n_units <= limit
        and sum(one.n_entities for one in part) + block.n_entities <= _MAX_ENTITIES
    )


def _cleaned(block: Block) -> Block:
    """Return a block of sendable text."""
    pieces = (replace(piece, text=sendable(piece.text)) for piece in block.pieces)
    return replace(block, pieces=tuple(pieces))


def _fragments(block: Block, limit: int) -> Iterator[Block]:
    """Yield a block whole, or cut where it is longer than a message."""
    pieces: list[Piece] = []
    room = limit
    for piece in block.pieces:
        text = piece.text
        while n_units(text) > room:
            at = cut_at(text, room) if room else 0
            yield replace(block, pieces=(*pieces, replace(piece, text=text[:at])))
            pieces, room, text = [], limit, text[at:]
        pieces.append(replace(piece, text=text))
        room -= n_units(text)
    yield replace(block, pieces=tuple(pieces))


def cut_at(text: str, room: int) -> int:
    """Return where to cut `text` so that the head takes at most `room` units, at least 1.

    After a line, a sentence or a word where one ends in the last third; else between graphemes.
    Only a grapheme longer than that is cut.
    """
    end = _code_points(text, max(room, 2))
    least = end * 2 // 3
    for pattern in _BREAKS:
        places = [match.end() for match in pattern.finditer(text, least, end)]
        if places:
            return places[-1]
    # One character more shows whether `end` is a border; no more need be read.
    border = grapheme_border(text[: end + 1], 0, end)
    return border if least < border <= end else end


def _code_points(text: str, room: int) -> int:
    """Count the characters at the start of `text` that take at most `room` units."""
    end = min(len(text), room)
    while n_units(text[:end]) > room:
        end -= max((n_units(text[:end]) - room) // 2, 1)
    return end


def _part(blocks: Sequence[Block]) -> Part:
    """Write one message."""
    text = "\n".join("".join(piece.text for piece in block.pieces) for block in blocks)
    return Part("\n".join(map(_block_html, blocks)), text)


def _block_html(block: Block) -> str:
    """Write a block."""
    inner = "".join(map(_piece_html, block.pieces))
    if not block.is_quote:
        return inner
    fold = " expandable" if block.n_units > _LONG_QUOTE else ""
    return f"<blockquote{fold}>{inner}</blockquote>"


def _piece_html(piece: Piece) -> str:
    """Write a piece, its text escaped."""
    written = html.escape(piece.text, quote=False)
    if not written:
        return ""
    for tag, is_on in (("i", piece.is_italic), ("b", piece.is_bold)):
        if is_on:
            written = f"<{tag}>{written}</{tag}>"
    return f'<a href="{html.escape(piece.url)}">{written}</a>' if piece.url else written
