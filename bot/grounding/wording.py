"""What a claim says word for word: its quotations, and what no claim may hold.

Does not: judge meaning.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from bot.grounding.names import MIN_LIKENESS
from index.evaluation import folded
from index.lexical import name_likeness
from index.text import clean_text

_QUOTED: Final = re.compile(
    r"«(?P<angled>[^«»]+)»|‹(?P<single_angled>[^‹›]+)›|“(?P<curly>[^“”]+)”|„(?P<low>[^„“”]+)[“”]"
    r"|\"(?P<straight>[^\"]+)\"|(?<!\w)[‘‚](?P<single>[^‘]+?)[’‘](?!\w)"
    r"|(?<!\w)'(?P<plain>[^']+?)'(?!\w)"
)
_UNPAIRED: Final = re.compile(r"[«»“”„‹›\"]")
_ELISION: Final = re.compile(r"\.{2,}|…|\[[^\]]*\]|\(\.+\)")
_NAME_WORDS: Final = 6

_ADDRESS: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,15}://|www\.)[^\s<>»\"]+|\b(?:data|javascript|mailto|tel):\S+"
    r"|[\w.+-]+@[\w-]+\.[\w.]+|(?<![\w@])@[A-Za-z]\w{3,}"
    r"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|ir|info|io|me|ru|xyz|top|app|dev|ly|co|gov"
    r"|edu)\b(?:/\S*)?",
    re.IGNORECASE,
)
_MARKUP: Final = re.compile(
    r"</?[a-zA-Z!][^>]*>?|\[[^\]]*\]\([^)]*\)|```|&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8});|\{\{"
    r"|<\||\|>|^\s*#{1,6} ",
    re.IGNORECASE | re.MULTILINE,
)
_ORDER: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instruction|above|previous|prior|rule"
    r"|prompt)\w*"
    r"|\bsystem prompt\b|\bas an? (?:ai|language model)\b|\byou (?:are|must) now\b"
    r"|(?:دستور|دستورالعمل|راهنمای)\w*.{0,30}(?:نادیده|فراموش)|(?:نادیده|فراموش).{0,30}(?:دستور"
    r"|قبلی|بالا)",
    re.IGNORECASE,
)
_HARMLESS: Final = frozenset("\u200c\u200d\u200e\u200f\u061c")
"""Joiners and marks of direction; overrides of direction are none."""


def quotations(claim: str) -> list[str]:
    """Return what a claim sets in quotation marks; from a mark without its pair on, the rest."""
    found = [next(text for text in match.groups() if text) for match in _QUOTED.finditer(claim)]
    rest = _QUOTED.sub(" ", claim)
    unpaired = _UNPAIRED.search(rest)
    return [*found, rest[unpaired.end() :]] if unpaired else found


def is_quoted(text: str, quotes: Sequence[str], names: Sequence[str]) -> bool:
    """Tell whether a quotation stands in one of the quotes, but for spelling and what it elides.

    Args:
        names: Where a name or title may stand besides: headlines and outlets.

    A quotation in another script than all quotes is only believed as a name, word by word.
    """
    pieces = [folded(piece) for piece in _ELISION.split(text)]
    pieces = [piece for piece in pieces if piece]
    held = [f" {folded(quote)} " for quote in (*quotes, *names)]
    if any(all(f" {piece} " in one for piece in pieces) for one in held):
        return True
    words = [word for piece in pieces for word in piece.split()]
    if len(words) > _NAME_WORDS or any(_shares_script(text, quote) for quote in quotes):
        return False
    everything = " ".join((*quotes, *names))
    return all(name_likeness(word, everything) >= MIN_LIKENESS for word in words)


def _shares_script(one: str, other: str) -> bool:
    return _script(one) == _script(other)


def _script(text: str) -> str:
    """Name the script of most letters, as Unicode names begin."""
    names = [unicodedata.name(char, "").partition(" ")[0] for char in text if char.isalpha()]
    return max(set(names), key=names.count) if names else ""


def is_unsafe(claim: str, evidence: str) -> bool:
    """Tell whether a claim holds an address, markup, an order or a control character of its own."""
    if any(_is_control(char) for char in claim):
        return True
    held = clean_text(evidence).text.casefold()
    line = clean_text(claim).text
    return any(
        match[0].casefold().rstrip(".,;:!?") not in held
        for pattern in (_ADDRESS, _MARKUP, _ORDER)
        for match in pattern.finditer(line)
    )


def gives_orders(quote: str) -> bool:
    """Tell whether a quote speaks to a language model instead of to readers."""
    return _ORDER.search(clean_text(quote).text) is not None


def _is_control(char: str) -> bool:
    """Tell whether a character acts on the text around it and is no letter of it."""
    if char in _HARMLESS:
        return False
    return unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
