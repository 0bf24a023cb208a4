"""Wording of a question: the same question however it is typed.

Markup, signs that are no letters, capitals throughout, a missing question mark and spoken Persian
(«چی», «کیه») are brought to the usual written form, so that confidence does not hang on them.
Several questions in one text are told apart, one asked twice is one.

Does not: correct spelling; that needs the archive's words (see `index.lexical`).
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from index.text import token_set

_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_SIGNS: Final = frozenset({"So", "Sk", "Cs", "Cf", "Cn"})
_FIRST_SIGN: Final = "\u200e"
"""Signs before it are typed on purpose: degrees, joiners."""
_EMOJI_STYLE: Final = "\ufe0f"
_ENDING: Final = " .!?؟…"
_WORD: Final = re.compile(r"[^\W_]+(?:[\u200c'’-][^\W_]+)*")
_MIN_CAPITALS: Final = 8

_ASK_EN: Final = """
what who whom whose when where why how which is are was were did do does has have had can could will
would should
"""
_ASK_FA: Final = """
چه چی چیست کیست کی کجا کجاست چرا چگونه چطور چند چندم چندمین چقدر کدام کدامیک آیا
"""
_ASKING_FIRST: Final = frozenset(_ASK_EN.split())
_ASKING: Final = frozenset([*_ASK_EN.split()[:9], *_ASK_FA.split()])

# Spoken words and how they are written; function words alone, so that no name is changed.
_WRITTEN: Final = {
    "چی": "چه",
    "چیه": "چیست",
    "چیا": "چه چیزهایی",
    "کیه": "کیست",
    "کیا": "چه کسانی",
    "کجاس": "کجاست",
    "کجان": "کجا هستند",
    "چقد": "چقدر",
    "چنده": "چند است",
    "چقدره": "چقدر است",
    "چطوره": "چطور است",
    "کدومه": "کدام است",
    "کدوم": "کدام",
    "اون": "آن",
    "اونا": "آن‌ها",
    "اینا": "این‌ها",
    "واسه": "برای",
    "میگه": "می‌گوید",
    "میگن": "می‌گویند",
    "گفتن": "گفتند",
    "شدن": "شدند",
    "بودن": "بودند",
    "کردن": "کردند",
    "میشه": "می‌شود",
    "میکنه": "می‌کند",
    "میکنن": "می‌کنند",
    "میخواد": "می‌خواهد",
    "میره": "می‌رود",
    "هس": "هست",
    "دیگه": "دیگر",
    "اگه": "اگر",
}
_FINAL: Final = frozenset({"گفتن", "شدن", "بودن", "کردن"})
"""Spoken only at the end; before that they are infinitives."""


_VOWEL_SIGNS: Final = re.compile("[\u0640\u064b-\u0652\u0670]")
"""Of the Arabic script, and the stroke that lengthens a letter; hardly anybody writes them."""


def written(text: str) -> str:
    """Return a question as it is usually written, its words in their order."""
    kept = (
        " " if char >= _FIRST_SIGN and unicodedata.category(char) in _SIGNS else char
        for char in _VOWEL_SIGNS.sub("", _TAG.sub(" ", text).replace(_EMOJI_STYLE, ""))
    )
    line = " ".join("".join(kept).split())
    letters = [char for char in line if char.isalpha()]
    if len(letters) >= _MIN_CAPITALS and all(map(str.isupper, letters)):
        line = line.lower()
    bare = line.rstrip(_ENDING)
    last = max((match.start() for match in _WORD.finditer(bare)), default=0)

    def spelled(match: re.Match[str]) -> str:
        word = match[0]
        is_spoken = word not in _FINAL or match.start() == last
        return _WRITTEN.get(word.replace("\u200c", ""), word) if is_spoken else word

    bare = _WORD.sub(spelled, bare)
    words = [match[0].lower() for match in _WORD.finditer(bare)]
    is_asked = re.search("[?؟]", bare) is None and not line.endswith(".")
    if is_asked and _has_question_word(words):
        return f"{bare}؟" if "\u0600" <= words[0][0] <= "\u06ff" else f"{bare}?"
    return line


_BETWEEN: Final = re.compile(r"(?<=[?؟])[\s?؟!]*(?=\w)")
_AND_ASKS: Final = re.compile(
    r"(?:,\s*)?\b(?:and|also)\s+(?=(?:what|who|whom|whose|when|where|why|how|which)\b)"
    r"|(?:،\s*)?(?<=\s)و\s+(?=(?:چه|چی|چند|چقدر|چرا|کجا|کی|کدام|چگونه|چطور|آیا)\s)",
    re.IGNORECASE,
)
_MIN_WORDS: Final = 3
_MOST: Final = 3


def questions_in(text: str) -> tuple[str, ...]:
    """Return the questions of a text, each once, in order; the whole text where it is one.

    They are told by question marks between them, or by "and" before a question word where both
    sides ask and each has three telling words at least.
    """
    parts = [part.strip() for part in _BETWEEN.split(text)]
    if len(parts) == 1:
        halves = _AND_ASKS.split(text, maxsplit=1)
        parts = [half.strip() for half in halves] if all(map(_asks, halves)) else parts
    distinct = {part.rstrip(_ENDING).casefold(): part for part in reversed(parts)}
    found = [part for key, part in distinct.items() if key][::-1]
    is_several = len(found) == 1 or all(len(token_set(part)) >= _MIN_WORDS for part in found)
    return tuple(found) if is_several and 1 <= len(found) <= _MOST else (text,)


def _asks(text: str) -> bool:
    """Tell whether a text has a question word and enough words to be asked alone."""
    words = [word.lower() for word in _WORD.findall(text)]
    return len(token_set(text)) >= _MIN_WORDS and _has_question_word(words)


def _has_question_word(words: Sequence[str]) -> bool:
    """Tell whether words, in lower case, ask: an English verb does so at the beginning only."""
    return bool(words) and (words[0] in _ASKING_FIRST or not _ASKING.isdisjoint(words))
