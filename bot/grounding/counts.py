"""What the numbers of a claim count: their unit, their bound, and the words beside them.

A number stands in the quotes, but as euros for dollars, weeks for months, "at least" for "up to",
or with what another number of the quote counts. `bot.grounding.numbers` tells whether it stands
there at all.

Does not: convert units; read units in languages other than English and Persian.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Final

from bot.grounding.numbers import Number, find_numbers, is_supported
from bot.grounding.times import find_times
from index.text import clean_text, tokens


def _units(*rules: str) -> dict[str, tuple[str, str]]:
    """Read `dimension: unit=word,word unit=word`."""
    table: dict[str, tuple[str, str]] = {}
    for rule in rules:
        dimension, _, listed = rule.partition(": ")
        for one in listed.split():
            unit, _, words = one.partition("=")
            table |= dict.fromkeys(words.split(","), (dimension, unit))
    return table


_UNITS: Final = _units(
    "money: usd=dollar,دلار,$ eur=euro,یورو,€ gbp=pound,پوند,£ irr=rial,ریال irt=toman,تومان,تومن"
    " jpy=yen,ین,¥ cny=yuan,یوان try=lira,لیر aed=dirham,درهم iqd=dinar,دینار inr=rupee,روپیه"
    " rub=ruble,rouble,روبل",
    "time: s=second,ثانیه min=minute,دقیقه h=hour,ساعت d=day,روز w=week,هفته m=month,ماه"
    " y=year,سال dec=decade,دهه cen=century,centurie,قرن,سده",
    "length: mm=millimeter,millimetre,میلیمتر cm=centimeter,centimetre,سانتیمتر,سانتی m=meter,"
    "metre,متر km=kilometer,kilometre,km,کیلومتر mi=mile,مایل ft=foot,feet,فوت,پا",
    "mass: g=gram,گرم kg=kilogram,kilo,kg,کیلوگرم,کیلو t=ton,tonne,تن lb=lb,پوند",
    "area: ha=hectare,هکتار acre=acre,ایکر",
    "volume: l=liter,litre,لیتر bbl=barrel,بشکه gal=gallon,گالن",
    "power: kw=kilowatt,کیلووات mw=megawatt,مگاوات gw=gigawatt,گیگاوات",
)
_AFTER: Final = re.compile(r"[ -]?(?P<word>[^\W\d_]+|[$€£¥])(?: (?P<second>[^\W\d_]+))?")
_BEFORE: Final = re.compile(r"[$€£¥](?= ?$)")
_TONS: Final = "تن"
"""Tons of goods, or the counting word for people."""


class Bound(StrEnum):
    """What a phrase beside a number makes of it."""

    LOWER = "lower"
    UPPER = "upper"
    NEAR = "near"


_BOUNDS: Final = (
    (
        Bound.LOWER,
        re.compile(
            r"(?<!\w)(?<!no )(?<!not )(?:more than|over|at least|above|beyond|exceed(?:s|ed|ing)?"
            r"|(?:no|not) (?:less|fewer)"
            r" than|(?:a )?minimum of|بیش از|بیشتر از|دست ?کم|حداقل|بالای|بالغ بر|افزون بر|فراتر از"
            r"|متجاوز از) ?[$€£]?$"
        ),
    ),
    (
        Bound.UPPER,
        re.compile(
            r"(?<!\w)(?:up to|at most|less than|fewer than|under|below|(?:no|not) more than|(?:a )?"
            r"maximum of|(?<!\d )(?<!درصد )(?<!از )تا|حداکثر|کمتر از|زیر|سقف|کم تر از) ?[$€£]?$"
        ),
    ),
    (
        Bound.NEAR,
        re.compile(
            r"(?<!\w)(?:about|around|some|nearly|almost|roughly|approximately|close to|circa|حدود"
            r"|حدودا|نزدیک به|نزدیک|قریب به|قریب|تقریبا) ?[$€£]?$"
        ),
    ),
)
_WAY: Final = re.compile(r"(?<!\w)(?P<way>from|to|از|به) ?[$€£]?$")
_WAYS: Final = {"from": "from", "از": "from", "to": "to", "به": "to"}
_UPPER_WORD: Final = re.compile(
    r"(?<!\w)(?:ceiling|cap|capped|limit\w{0,3}|maximum|most|سقف|حداکثر|تا)(?!\w)"
)
_RANGE_BEFORE: Final = re.compile(r"(?:\d|between|from|بین|از)[^.]{0,15} $")
_SHORT_YEAR: Final = re.compile(r"(?: ?(?:سال )?\d\d(?!\d))?")
_AROUND: Final = 40
_NEAR: Final = Fraction(1, 20)
_LOOSE: Final = Fraction(1, 8)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of a text and what stands beside it.

    Attributes:
        unit: Its dimension and unit; None where no unit that is known follows.
        way: "from" or "to" where one of them leads to it; else "".
        about: Tokens nearer to it than to any other number of its text.
    """

    number: Number
    unit: tuple[str, str] | None
    bound: Bound | None
    way: str
    about: frozenset[str]


@lru_cache(maxsize=256)
def find_counts(text: str, language: str) -> tuple[Count, ...]:
    """Return the numbers of a text that are no dates, with what stands beside them."""
    line = clean_text(text).text
    lower = line.casefold()
    dates = [word for word in find_times(text, language) if word.is_sure]
    # «۸ اردیبهشت ۹۹»: two digits behind a month are a year.
    years = (_SHORT_YEAR.match(line, word.end) for word in dates)
    apart = [
        (word.start, year.end() if year else word.end)
        for word, year in zip(dates, years, strict=True)
    ]
    numbers = [number for number in find_numbers(text, apart=apart) if number.is_sure]
    undated = lower
    for start, end in apart:
        undated = f"{undated[:start]}{' ' * (end - start)}{undated[end:]}"
    counts = []
    for at, number in enumerate(numbers):
        before, after = lower[max(0, number.start - _AROUND) : number.start], lower[number.end :]
        bound = next((kind for kind, phrase in _BOUNDS if phrase.search(before)), None)
        if bound is Bound.UPPER and _RANGE_BEFORE.search(before.removesuffix("تا ")):
            bound = None  # the end of a range
        first = numbers[at - 1].end if at else 0
        last = numbers[at + 1].start if at + 1 < len(numbers) else len(line)
        led = _WAY.search(before)
        way = _WAYS[led["way"]] if led else ""
        about = _about(undated, number, first, last)
        counts.append(Count(number, _unit(before, after), bound, way, about))
    return tuple(counts)


def _about(line: str, number: Number, first: int, last: int) -> frozenset[str]:
    """Return the tokens about a number: what follows it to the next, and a clause's head before."""
    preceding = re.split(
        r"[,;،؛](?!\d)|(?<!\w)(?:and|but|while|و|اما)(?!\w)", line[first : number.start]
    )
    following = re.split(
        r"[;؛.](?!\d)|[,،] (?=and |و )|(?<!\w)(?:but|while|اما)(?!\w)", line[number.end : last]
    )
    return frozenset(tokens(f"{preceding[-1]} | {following[0]}"))


def _unit(before: str, after: str) -> tuple[str, str] | None:
    sign = _BEFORE.search(before)
    if sign:
        return _UNITS[sign[0]]
    match = _AFTER.match(after)
    for word in (match["word"], match["second"]) if match else ():
        for form in (word, *(tokens(word or "")[:1])):
            if form in _UNITS and form != _TONS:
                return _UNITS[form]
    return None


def is_near(count: Count, known: Sequence[Number]) -> bool:
    """Tell whether a number that the quotes have not is one of theirs, said roughly.

    "Nearly 500" is 497, "more than 500" is 513.
    """
    if count.bound is None:
        return False
    values = {
        value
        for number in known
        if number.is_percent is count.number.is_percent
        for value in number.readings
        if value > 0
    }
    for said in count.number.readings:
        for value in values:
            off = (value - said) / value
            is_close = abs(off) <= _NEAR
            match count.bound:
                case Bound.NEAR if is_close:
                    return True
                case Bound.LOWER if 0 < off <= _LOOSE:
                    return True
                case Bound.UPPER if -_LOOSE <= off < 0:
                    return True
    return False


def is_miscounted(
    claim: str, language: str, quotes: Sequence[str], quoted_in: Sequence[str]
) -> bool:
    """Tell whether a number of a claim has another unit or bound than everywhere in its quotes.

    Args:
        quoted_in: Language of each quote.
    """
    theirs = [
        count
        for quote, tag in zip(quotes, quoted_in, strict=True)
        for count in find_counts(quote, tag)
    ]
    has_upper = _UPPER_WORD.search(clean_text(claim).text.casefold()) is not None
    for count in find_counts(claim, language):
        same = [other for other in theirs if is_supported(count.number, [other.number])]
        if not same:
            continue
        if count.unit and all(
            other.unit and other.unit[0] == count.unit[0] and other.unit != count.unit
            for other in same
        ):
            return True
        ways = {other.way for other in same}
        if count.way and "" not in ways and count.way not in ways:
            return True
        bounds = {other.bound for other in same}
        match count.bound:
            case Bound.LOWER if not bounds & {Bound.LOWER, Bound.NEAR}:
                return True
            case Bound.UPPER if not bounds & {Bound.UPPER, Bound.NEAR}:
                return True
            case None if bounds == {Bound.UPPER} and not has_upper:
                return True
    return False


def are_exchanged(
    claim: str, language: str, quotes: Sequence[str], quoted_in: Sequence[str]
) -> bool:
    """Tell whether a number of a claim stands beside words of another number of its quotes.

    Only where all are in one language. Words that several numbers share tell nothing.
    """
    if {language} != set(quoted_in):
        return False
    mine = find_counts(claim, language)
    theirs = [
        count
        for quote, tag in zip(quotes, quoted_in, strict=True)
        for count in find_counts(quote, tag)
    ]
    pairs = [
        (count, [other for other in theirs if is_supported(count.number, [other.number])])
        for count in mine
    ]
    for count, same in pairs:
        # "From 5 to 7" are two numbers of one thing.
        others = [other for other in theirs if other not in same and not other.way]
        if not same or not others:
            continue
        own = frozenset().union(*(other.about for other in same))
        for other in others:
            straight = len(count.about & (own - other.about))
            crossed = len(count.about & (other.about - own))
            if crossed >= _CROSSED and crossed > 2 * straight:
                return True
    return False


_CROSSED: Final = 2
