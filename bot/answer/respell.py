"""Slips of spelling in a question, mended by the words of what it found.

«قرراداد» is «قرارداد» where the archive has no such word and a text found for the question has one
that differs by a slip; «کینوش» is «کی‌نوش».
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from index import Hit
from index.text import tokens

_WORD: Final = re.compile(r"[^\W\d_]+(?:\u200c[^\W\d_]+)*")
_MIN_LETTERS: Final = 4
_MIN_OF_ONE: Final = 5
"""Letters of a word that may differ by one; shorter ones are other words."""


def is_slip(word: str, other: str) -> bool:
    """Tell whether two words differ by two exchanged letters, or long ones by any one letter."""
    if abs(len(word) - len(other)) > 1 or len(word) < _MIN_LETTERS:
        return False
    same = 0
    while same < min(len(word), len(other)) and word[same] == other[same]:
        same += 1
    left, right = word[same:], other[same:]
    if left[:2] == right[:2][::-1] and left[2:] == right[2:]:
        return True
    return len(word) >= _MIN_OF_ONE and (left[1:] in {right, right[1:]} or left == right[1:])


def written_apart(word: str, text: str) -> str:
    """Return a word as a text has it in two, with a joiner or a space; empty where it has not.

    Args:
        word: In small letters, «کینوش».
        text: With «کی‌نوش» or «کی نوش», any case; endings are left out.
    """
    parts = ((re.escape(word[:at]), re.escape(word[at:])) for at in range(1, len(word)))
    apart = "|".join(f"{one}[ \u200c]{other}" for one, other in parts)
    found = re.search(rf"(?<!\w)(?:{apart})(?!\w{{3}})", text, re.IGNORECASE) if apart else None
    return found[0] if found else ""


def respelled(text: str, hits: Sequence[Hit], frequency: Callable[[str], int]) -> str:
    """Return a question with the slips mended that words of its hits are near to.

    Args:
        text: The question.
        hits: What was found for it.
        frequency: Counts the passages of the archive that have a token.
    """
    known: Counter[str] = Counter()
    found = "\n".join(f"{hit.article.headline}\n{hit.passage.text}" for hit in hits)
    known.update(match[0].replace("\u200c", "") for match in _WORD.finditer(found))

    def mended(match: re.Match[str]) -> str:
        word = match[0].replace("\u200c", "")
        stems = tokens(word)
        if len(word) < _MIN_LETTERS or not stems or any(map(frequency, stems)):
            return match[0]
        if apart := written_apart(word, found):
            return apart
        near = [other for other in known if is_slip(word.casefold(), other.casefold())]
        return max(near, key=lambda other: (known[other], other), default=match[0])

    return _WORD.sub(mended, text)
