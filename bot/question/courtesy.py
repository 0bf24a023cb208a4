"""Courtesy: what stands around a question, and remarks, which ask nothing of an archive.

"Hello, sorry to bother you, can you tell me who won? Thanks a lot" asks who won. A text of such
words alone is a remark: small talk ("thanks", "who are you?", an emoji) or about the last answer
("more", "is that true?").

The words stand in `courtesy.txt`, those of English and Persian and the commonest of other
languages. They count at the beginning and end of a text and between marks only, never within a
sentence: "what did he say in his hello to the troops" is left whole.
"""

import re
import unicodedata
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from bot.types import Remark
from index.text import clean_text

ABOUT_ANSWER: Final = frozenset({Remark.SOURCES, Remark.MORE, Remark.IS_TRUE, Remark.WHEN_SAID})
"""Remarks that act on the last answer."""

_MAX_CHARS: Final = 600
"""Longer texts are read as they are."""

_STOPS: Final = r"[,،.!?؟:;؛…~\-–—]"
_MARKS: Final = rf"(?:\s|{_STOPS})"
_ASKING: Final = (
    r"what|who|whom|whose|when|where|why|how|which|is|are|was|were|did|do|does|has|have|had|can"
    r"|could|will|would|tell|please|sorry|i|pls|plz"
)


class _Patterns(NamedTuple):
    """What `courtesy.txt` says, compiled."""

    remarks: tuple[tuple[Remark, str, re.Pattern[str]], ...]
    before: tuple[re.Pattern[str], ...]
    after: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Read the words."""
    words: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    table = files("bot.question") / "courtesy.txt"
    for line in table.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            kind, tag, expression = line.split(" ", 2)
            words[kind, tag].append(expression)

    def any_of(*kinds: str) -> str:
        return "|".join(part for (kind, _), some in words.items() if kind in kinds for part in some)

    talk = [remark for remark in Remark if remark not in {*ABOUT_ANSWER, Remark.EMOJI}]
    phrases = any_of(*talk, "request")
    greetings = any_of(Remark.GREETING)
    return _Patterns(
        remarks=tuple(
            (
                Remark(kind),
                tag,
                re.compile(rf"(?:{'|'.join(some)})(?![^\W_]){_MARKS}*", re.IGNORECASE),
            )
            for (kind, tag), some in words.items()
            if kind in talk or kind in ABOUT_ANSWER
        ),
        before=tuple(
            re.compile(rf"{_MARKS}*{expression}", re.IGNORECASE)
            for expression in (
                rf"(?:{phrases})\s*(?:{_STOPS}{_MARKS}*|$)",
                rf"(?:{any_of('request')})[\s:،,]+",
                rf"(?:{greetings})\s+(?=(?:{_ASKING})\b)",
                # A greeting that no sentence begins with otherwise.
                r"(?:سلام|درود|مرحبا|hallo|merhaba|привет)\s+(?=\w)",
            )
        ),
        after=re.compile(
            rf"(?:{_STOPS}\s*(?:{phrases})|\s(?:{any_of('ending')})){_MARKS}*$", re.IGNORECASE
        ),
    )


def without_courtesy(text: str) -> str:
    """Return a question without the courtesy around it, in its own characters.

    A text that is nothing else comes back whole.
    """
    cleaned = clean_text(text)
    line = cleaned.text
    if len(line) > _MAX_CHARS:
        return text
    patterns = _patterns()
    start, end = 0, len(line)
    while found := next((m for one in patterns.before if (m := one.match(line, start))), None):
        start = found.end()
    while (found := patterns.after.search(line, start, end)) and _says(line[start : found.start()]):
        # What ends a question stays with it.
        marks = re.match(r"[?؟!.]*", line[found.start() : end])
        end = found.start() + (marks.end() if marks else 0)
        if end == found.end():
            break
    if (start, end) == (0, len(line)) or not _says(line[start:end]):
        return text
    return cleaned.to_original(start, end).cut(text).strip()


def find_remark(text: str) -> tuple[Remark, str] | None:
    """Return the kind of remark that a text is and its language, a BCP 47 tag; None for a question.

    Of several kinds in one text the last says what is meant: "hi, how are you?".
    """
    cleaned = clean_text(text).text
    is_sign = [unicodedata.category(char) in {"So", "Sk", "Cn"} for char in cleaned]
    line = "".join(" " if sign else char for char, sign in zip(cleaned, is_sign, strict=True))
    line = re.sub(rf"^{_MARKS}+", "", line.replace("\ufe0f", " "))
    if not line.strip():
        return (Remark.EMOJI, "und") if any(is_sign) else None
    if len(line) > _MAX_CHARS:
        return None
    last: tuple[Remark, str] | None = None
    place = 0
    while place < len(line):
        matches = (
            (found.end(), remark, tag)
            for remark, tag, pattern in _patterns().remarks
            if (found := pattern.match(line, place))
        )
        longest = max(matches, key=lambda match: match[0], default=None)
        if longest is None:
            return None
        place, last = longest[0], longest[1:]
    return last


def _says(text: str) -> bool:
    """Tell whether a text has a letter or digit."""
    return any(character.isalnum() for character in text)
