"""Quotations in a claim, and the markup, addresses and instructions that no claim may contain."""

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
_ELISION: Final = re.compile(r"\.{2,}|…|\[[^\[\]]*\]|\(\.+\)")
_NAME_WORDS: Final = 6

_ADDRESS: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,15}://|www\.)[^\s<>»\"]+|\b(?:data|javascript|mailto|tel):\S+"
    r"|(?<![\w.+-])[\w.+-]++@[\w-]+\.[\w.]+|(?<![\w@])@[A-Za-z]\w{3,}"
    r"|\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,6}\.(?:com|org|net|ir|info|io|me|ru|xyz|top|app|dev|ly|co|gov"
    r"|edu)\b(?:/\S*)?",
    re.IGNORECASE,
)
_DOT: Final = r"(?: ?[(\[{]? ?(?:dot|دات|نقطه) ?[)\]}]? ?| ?[(\[{]\.[)\]}] ?| ?[․。．] ?)"
_SPELT_ADDRESS: Final = re.compile(
    rf"(?<!\w)[\w-]{{1,63}}{_DOT}(?:com|org|net|ir|info|io|me|ru|xyz|top|app|dev|ly|co|gov|edu|site"
    r"|online|shop|club|live|link|click|biz|کام|آی ?آر|نت|اورگ)(?!\w)",
    re.IGNORECASE,
)
"""An address with its dots written out, as in "evil dot com"."""
_MARKUP: Final = re.compile(
    r"</?[a-zA-Z!][^>]*>?|\[[^\[\]]*+\]\([^)\[]*+\)|```|&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8});|\{\{"
    r"|<\||\|>|^[^\S\n]*+#{1,6} ",
    re.IGNORECASE | re.MULTILINE,
)
_ORDER: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instruction|above|previous|prior|rule"
    r"|prompt)\w*"
    r"|\bsystem prompt\b|\bas an? (?:ai|language model)\b|\byou (?:are|must) now\b"
    r"|(?:دستور|دستورالعمل|راهنمای)\w{0,20}.{0,30}(?:نادیده|فراموش)|(?:نادیده|فراموش).{0,30}(?:دستور"
    r"|قبلی|بالا)",
    re.IGNORECASE,
)
_HARMLESS: Final = frozenset("\u200c\u200d\u200e\u200f\u061c")
"""Joiners and direction marks; overrides of direction are not among them."""
_CONTROL_CATEGORIES: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def quotations(claim: str) -> list[str]:
    """Return the texts in quotation marks; after a mark without its pair, all that follows."""
    paired = [next(text for text in match.groups() if text) for match in _QUOTED.finditer(claim)]
    rest = _QUOTED.sub(" ", claim)
    unpaired = _UNPAIRED.search(rest)
    return [*paired, rest[unpaired.end() :]] if unpaired else paired


def is_quoted(text: str, quotes: Sequence[str], names: Sequence[str]) -> bool:
    """Tell whether one of the quotes has a quotation, but for its spelling and its ellipses.

    Args:
        names: Other texts that may have a name or title: headlines and outlets.

    A quotation in another script than all quotes is only accepted as a name, word by word.
    """
    pieces = list(filter(None, map(folded, _ELISION.split(text))))
    texts = [f" {folded(other)} " for other in (*quotes, *names)]
    if any(all(f" {piece} " in other for piece in pieces) for other in texts):
        return True
    words = [word for piece in pieces for word in piece.split()]
    if len(words) > _NAME_WORDS or _script(text) in map(_script, quotes):
        return False
    everything = " ".join((*quotes, *names))
    return all(name_likeness(word, everything) >= MIN_LIKENESS for word in words)


def _script(text: str) -> str:
    """Return the script of most letters: the first word of their Unicode names."""
    names = [unicodedata.name(char, "").partition(" ")[0] for char in text if char.isalpha()]
    return max(set(names), key=names.count) if names else ""


def is_unsafe(claim: str, evidence: str) -> bool:
    """Tell whether a claim has an address, markup, instruction or control character of its own."""
    if any(
        char not in _HARMLESS and unicodedata.category(char) in _CONTROL_CATEGORIES
        for char in claim
    ):
        return True
    known = clean_text(evidence).text.casefold()
    line = clean_text(claim).text
    return any(
        match[0].casefold().rstrip(".,;:!?") not in known
        for pattern in (_ADDRESS, _SPELT_ADDRESS, _MARKUP, _ORDER)
        for match in pattern.finditer(line)
    )


def gives_orders(quote: str) -> bool:
    """Tell whether a quote addresses a language model instead of readers."""
    return _ORDER.search(clean_text(quote).text) is not None
