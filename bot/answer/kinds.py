"""Kinds of evidence: whether a sentence holds a date, an age, a number or a reason."""

import re
from typing import Final

from bot.grounding.numbers import find_numbers
from bot.question.wanted import Wanted
from index.text import MONTH_NAMES, clean_text

_REASON: Final = re.compile(
    r"\b(?:because|due to|owing to|since|as a result|reason|caused?|causes|so that|in order to"
    r"|died (?:of|from|by)|committed|accused)\b"
    r"|دلیل|علت|زیرا|چون|چرا که|خاطر|باعث|سبب|ناشی|در پی|به منظور|منجر|لذا|(?:این|آن)که|بر اثر"
)
_AGE: Final = re.compile(
    r"\b(?:aged?|ages|years?[\s-]old|months?[\s-]old|born|birthday|lived to)\b"
    r"|\d\s?(?:million |billion )?years\b|سال(?:ه|گی|ش|شه)\b|ماه(?:ه|گی)\b"
    r"|(?<!\w)سن(?:ش|ی|ین)?(?!\w)|\d\s?(?:میلیون |میلیارد )?سال\b"
    r"|سال (?:سن|دارد|داشت|قدمت)|متولد|زاده|تولد|به دنیا",
    re.IGNORECASE,
)
_SHORT: Final = 3
_MONTHS: Final = "|".join(map(re.escape, MONTH_NAMES))
# «تیر» and "may" are words, too.
_LONG_MONTHS: Final = "|".join(re.escape(name) for name in MONTH_NAMES if len(name) > _SHORT)
_TIME: Final = re.compile(
    r"(?<!\d)(?:1[2-9]\d\d|20\d\d|\d{1,2}[:/]\d\d)(?!\d)"
    rf"|\b(?:{_LONG_MONTHS}|monday|tuesday|wednesday|thursday|friday|saturday|sunday|yesterday|today"
    r"|tomorrow|century|years?|ago)\b"
    r"|شنبه|جمعه|دیروز|امروز|فردا|ساعت|سال|قرن|سده|دهه|هفته|صبح|عصر|شب",
    re.IGNORECASE,
)
# A year, an age or a day of a month answers no "how many".
_YEAR: Final = re.compile(r"(?:1[2-9]|20)\d\d")
_NO_COUNT: Final = re.compile(
    rf"[\s-]?(?:ساله|سالگی|years?[\s-]old|{_MONTHS})(?!\w)", re.IGNORECASE
)

# What answers a question for the first or most of a kind, in Persian and English.
_SUPERLATIVE: Final = re.compile(
    r"\w{2,12}[\u200c ]?ترین|(?:اول|نخست|آخر)ین|(?<!\w)(?:رکورد|اول|نخست|آغاز|رتبه|صدر)(?!\w)"
    r"|\b(?:most|least|first|last|latest|earliest|best|worst|record|top|began|leading|only"
    r"|(?!interest|forest|request|protest|arrest|invest|contest|suggest)[a-z]{3,12}est)\b",
    re.IGNORECASE,
)


def holds_superlative(sentence: str) -> bool:
    """Tell whether a sentence in English or Persian says that something is first or most."""
    return _SUPERLATIVE.search(clean_text(sentence).text) is not None


def holds(wanted: Wanted, sentence: str) -> bool:
    """Tell whether a sentence in any language holds what is wanted."""
    line = clean_text(sentence).text
    match wanted:
        case Wanted.NUMBER:
            return any(
                number.is_sure
                and not _YEAR.fullmatch(line[number.start : number.end])
                and not _NO_COUNT.match(line, number.end)
                for number in find_numbers(sentence)
            )
        case Wanted.TIME:
            return _TIME.search(line) is not None
        case Wanted.AGE:
            return _AGE.search(line) is not None
        case Wanted.REASON:
            return _REASON.search(line) is not None
