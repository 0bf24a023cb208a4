"""Kind of answer that a question wants: a date, an age, a number, a reason."""

import re
from enum import StrEnum
from typing import Final


class Wanted(StrEnum):
    """What an answer must hold to be one."""

    TIME = "time"
    AGE = "age"
    NUMBER = "number"
    REASON = "reason"


# By the question words of the languages we meet most, the more particular first.
_REASON: Final = (
    r"\bwhy\b|\bfor what reason\b|\bcauses? of\b|\bwhat caused\b|\bhow did .{3,80} die\b"
    r"|چرا|به چه (?:دلیل|علت)|(?:علت|دلیل) .{2,80}(?:چیست|چه بود|چه است)"
    r"|لماذا|\bwarum\b|\bwieso\b|почему|\bneden\b|\bniçin\b|\bpourquoi\b|\bpor qué\b"
)
_TIME: Final = (
    r"^(?:\W*and )?when\b|\b(?:what|which) (?:year|day|date|month|century|decade|time)\b"
    r"|(?:چه|کدام) (?:سال|تاریخ|روز|ماه|زمان|وقت|قرن|ساعت|دهه)|(?:ساعت|سال) چند\b"
    r"|\bکی (?:بود|شد|است|می)|متی|\bwann\b|когда|в каком году|\bne zaman\b|\bhangi (?:yıl|tarih)"
    r"|\bquand\b|\bcuándo\b"
)
_AGE: Final = (
    r"\bhow old\b|\b(?:what|which) age\b"
    r"|چند سال(?:ه|گی|ش|شه|شونه|شان|ت|ته)\b|چند سال (?:سن|دارد|داره|دارند|داشت)|چه سنی?\b"
    r"|(?:^|\s)سن (?:.{2,40} )?(?:چقدر|چند|چیست)|\bwie alt\b|\bquel âge\b|сколько .{0,40}лет"
    r"|\bkaç yaşında\b"
)
_NUMBER: Final = (
    r"\bhow (?:many|much|long|far|tall|high|large|big|fast|often|heavy|deep|wide)\b"
    r"|\bwhat (?:percent\w*|number|proportion|share|fraction|score)\b"
    r"|\b(?:death toll|final score)\b"
    r"|چند(?!ین)|چقدر|چه (?:تعداد|میزان|مقدار|مبلغ|درصد|قدر)|(?:^|\s)[كک]م\s"
    r"|\bwie ?viele?\b|сколько|\bkaç\b|\bne kadar\b|\bcombien\b|\bcuánt[oa]s?\b"
)
_KINDS: Final = tuple(
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        (Wanted.REASON, _REASON),
        (Wanted.TIME, _TIME),
        (Wanted.AGE, _AGE),
        (Wanted.NUMBER, _NUMBER),
    )
)

# "Most of them" and "at least" are none, nor are "interest" and "forest".
_SUPERLATIVE_EN: Final = (
    r"first|last|latest|earliest|oldest|newest|youngest|biggest|largest|greatest|highest|lowest"
    r"|tallest|longest|shortest|smallest|fastest|slowest|richest|poorest|deepest|heaviest|strongest"
    r"|deadliest|worst|best|cheapest|closest|nearest|furthest|farthest|hottest|coldest|busiest|fewest"
    r"|most (?!of\b)|least "
)
_SUPERLATIVE: Final = re.compile(
    rf"(?<!\bat )\b(?:{_SUPERLATIVE_EN})\b"
    r"|(?<!\w)(?:\w{2,12}\u200c?ترین|(?:اول|نخست|آخر)ین)(?!\w)",
    re.IGNORECASE,
)


def is_superlative(text: str) -> bool:
    """Tell whether a question in English or Persian asks for the first or most of a kind."""
    return _SUPERLATIVE.search(text) is not None


def wanted_of(text: str) -> Wanted | None:
    """Return the kind of answer that a question wants, None where its words do not tell."""
    return next((kind for kind, words in _KINDS if words.search(text)), None)
