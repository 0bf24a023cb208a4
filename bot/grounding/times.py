"""The dates of a text and what borne-out means for them, whichever calendar they are written in.

A date is read from a day, a month and a year, from two of them, or from a month or a year alone;
weekdays as well. A claim's date is borne out by one of the cited quotes that lies in it, «۱۹ خرداد
۱۴۰۲» by itself, by "9 June 2023" and by "June 2023"; a finer one than the quotes tell is not. The
day on which an article appeared bears dates out too, and tells which year a «۱۹ خرداد» is of.

Does not: read "last week" in a claim (no date), times of day, or days of the lunar calendar without
a year. Names of months and weekdays of other languages than English, Persian and Arabic are CLDR's.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError

from bot.grounding.number_words import CARDINALS, ORDINALS
from index import Moment
from index.text import (
    GREGORIAN_MONTHS,
    JALALI_MONTHS,
    MONTH_NAMES,
    TEHRAN,
    clean_text,
    parse_date,
    period_of,
)

Days = tuple[date, date]
"""First and last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWord:
    """A date as it is written: what of it is stated.

    Attributes:
        month: As `index.parse_date` reads it; "" where none is stated.
        weekday: 0 for Monday.
        is_sure: Whether it is a date, and not maybe a number of four digits or another word.
        start: Where it begins in the cleaned text.
        end: Where it ends.
    """

    day: int = 0
    month: str = ""
    year: int = 0
    weekday: int | None = None
    is_sure: bool = True
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Known:
    """What evidence tells of time.

    Attributes:
        days: Each date, earliest and latest day it may be.
        stated: Days, months and years as they are written, 0 for what is not.
        years: Gregorian years that are spoken of.
        weekdays: Weekdays named, or those of the dates.
    """

    days: tuple[Days, ...]
    stated: frozenset[tuple[int, date | None, int]]
    years: tuple[int, ...]
    weekdays: frozenset[int]


def find_times(text: str, language: str = "en") -> list[TimeWord]:
    """Return the dates of a text in its order, the text being in `language` or in English."""
    line = clean_text(text).text
    found: list[TimeWord] = []
    for pattern in _patterns(language.partition("-")[0]):
        for match in pattern.finditer(line):
            if any(one.start < match.end() and match.start() < one.end for one in found):
                continue
            word = _time_word(match, language)
            if word is not None:
                found.append(word)
    return sorted(found, key=lambda one: one.start)


def known_times(texts: Iterable[tuple[str, str, Moment | None]]) -> Known:
    """Return what quotes tell of time: each with its language and when it was published."""
    days: list[Days] = []
    stated: set[tuple[int, date | None, int]] = set()
    years: set[int] = set()
    weekdays: set[int] = set()
    for text, language, published in texts:
        base = _days(published) if published else None
        words = find_times(text, language)
        own = {year for word in words if word.year for year in _years(word)}
        years |= own | ({base[0].year, base[1].year} if base else set())
        near = [base[0].year] if base else sorted(own) or list(_ANY_YEARS)
        days += [base] if base else []
        days += _relative(text, published) if published else []
        weekdays |= {word.weekday for word in words if word.weekday is not None}
        for word in words:
            days += _resolved(word, near, base)
            stated |= {_written(word), _written(replace(word, year=0))} if word.month else set()
    weekdays |= {first.weekday() for first, last in days if first == last}
    return Known(tuple(days), frozenset(stated), tuple(sorted(years)), frozenset(weekdays))


def is_told(word: TimeWord, known: Known) -> bool:
    """Tell whether a claim's date lies in what is known."""
    if word.weekday is not None and not (word.day or word.month or word.year):
        return word.weekday in known.weekdays
    if word.month and _written(word) in known.stated:
        return True
    mine = _resolved(word, known.years or _ANY_YEARS, None)
    return any(_lies_in(theirs, one) for one in mine for theirs in known.days)


def _written(word: TimeWord) -> tuple[int, date | None, int]:
    return word.day, _month_key(word.month), word.year


@cache
def _month_key(name: str) -> date | None:
    """Return the first day of a month in one year of its calendar: the same for every spelling."""
    found = (parse_date(f"{name} {year}") for year in (_ANY_YEARS[0], _ANY_JALALI_YEAR))
    return next((_days(moment)[0] for moment in found if moment), None)


def _lies_in(theirs: Days, mine: Days) -> bool:
    """Tell whether a known date is as fine as the claim's, and in it.

    Months and years of two calendars never are the same days: they lie across.
    """
    my_length, their_length = ((last - first).days for first, last in (mine, theirs))
    if my_length < their_length and not (_is_long(my_length) and _alike(my_length, their_length)):
        return False
    return theirs[0] <= mine[1] and mine[0] <= theirs[1]


def _is_long(days: int) -> bool:
    return days > 1


def _alike(one: int, other: int) -> bool:
    """Tell whether both lengths are of months, or both of years."""
    return abs(one - other) <= _SLACK


_SLACK = 3
_ANY_YEARS: Final = (2023, 2024)
"""For days and months where no year is known: only the calendars are compared."""
_ANY_JALALI_YEAR: Final = 1402
_JALALI_FROM_GREGORIAN: Final = (621, 622)
_JALALI_END: Final = 1430
_FIRST_YEAR, _LAST_YEAR = 1250, 2100
_MONTHS_A_YEAR = 12
_FIRST_OF_PERSIAN = "\u0600"

# Names that are other words as well: a month only beside a day, a year or «ماه».
_DOUBTFUL_LIST = """
may march mar jan dec sep sept oct nov feb apr jun jul aug مه می تیر مهر آبان آذر دی مارس آب جون
صفر بهمن مرداد dey tir mehr azar aban رجب
"""
_DOUBTFUL: Final = frozenset(_DOUBTFUL_LIST.split())
_YEAR = r"(?P<year>(?:1[2-9]|20)\d\d)(?![\d.,/]*\d)"
_IN = re.compile(
    r"(?:\b(?:in|since|by|until|till|of|from|year|during|after|before|early|late|mid|between|to|and"
    r"|from|AD|im|en|в|с|yılında)|سال|سالهای|سنه|عام|از|تا|اوایل|اواخر|نیمه) ?[-(]?$",
    re.IGNORECASE,
)


@cache
def _months(language: str) -> dict[str, str]:
    """Return the months' names as they are written, cleaned and in lower case, and as read."""
    found = {name.casefold(): name for name in MONTH_NAMES}
    locale = _locale(language)
    if locale is not None and language not in ("en", "fa", "ar"):
        english = _locale("en")
        for form in ("format", "stand-alone"):
            for number, name in locale.months[form]["wide"].items():
                spelt = clean_text(name).text.casefold()
                found.setdefault(spelt, english.months["format"]["wide"][number] if english else "")
    return found


@cache
def _weekdays(language: str) -> dict[str, int]:
    """Return the weekdays' names in a language and in English."""
    found = {}
    for tag in (language, "en"):
        locale = _locale(tag)
        for number, name in locale.days["format"]["wide"].items() if locale else ():
            found[clean_text(name).text.casefold()] = int(number)
    if language == "fa":
        found |= {name.replace(" ", ""): number for name, number in found.items()}
        found |= {"آدینه": 4, "یک شنبه": 6, "پنج شنبه": 3, "سه شنبه": 1, "چهار شنبه": 2}
    return found


def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    """Return the shapes of dates, those that say most first."""
    names = sorted(_months(language), key=len, reverse=True)
    month = rf"(?P<month>(?<!\w)(?:{'|'.join(map(re.escape, names))}))(?: ?ماه)?(?!\w)"
    ordinals = [word for word, value in ORDINALS.items() if value <= _LONGEST_MONTH]
    spelt = "|".join(sorted(ordinals, key=len, reverse=True))
    day = (
        r"(?P<day>(?<![\d.,/:])(?:[12]\d|3[01]|0?[1-9])(?!\d))(?:st|nd|rd|th| ?م|ام|\.|er|º)?"
        rf"|(?P<spelt>(?<!\w)(?:(?:بیست|سی) و ?)?(?:{spelt})(?!\w))"
    )
    weekday = "|".join(sorted(map(re.escape, _weekdays(language)), key=len, reverse=True))
    of = r"(?: ?-?(?:of|de|di|the))?[ .-]+"
    shapes = (
        rf"(?:{day}){of}{month}[ ,،.-]*(?:(?:سال|de|of) )?(?:{_YEAR})?",
        rf"{month}[ .](?:{day})(?:,? {_YEAR})?(?!\d)",
        rf"{month},? (?:(?:سال|of|de) )?{_YEAR}",
        (
            r"(?<![\d/.-])(?P<iso>(?:\d{4}[/.-]\d{1,2}[/.-]\d{1,2}"
            r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}))(?![\d/-])"
        ),
        rf"(?P<weekday>(?<!\w)(?:{weekday})(?!\w))",
        rf"(?<![\d.,/]){_YEAR}(?!\w)",
        month,
    )
    return tuple(re.compile(shape, re.IGNORECASE) for shape in shapes)


_LONGEST_MONTH = 31


def _time_word(match: re.Match[str], language: str) -> TimeWord | None:
    """Return what a match states; None where it is hardly a date."""
    parts = match.groupdict()
    start, end = match.start(), match.start() + len(match[0].rstrip(" ,،.-"))
    if parts.get("weekday"):
        number = _weekdays(language.partition("-")[0])[parts["weekday"].casefold()]
        return TimeWord(weekday=number, start=start, end=end)
    if parts.get("iso"):
        return _numeric(parts["iso"], start, end)
    name = parts.get("month") or ""
    day = int(parts.get("day") or 0) or _spelt_day(parts.get("spelt") or "")
    year = int(parts.get("year") or 0)
    if not name and not day:
        before = match.string[:start]
        return TimeWord(year=year, is_sure=bool(_IN.search(before)), start=start, end=end)
    month = _months(language.partition("-")[0])[name.casefold()]
    is_sure = bool(day or year) or _is_month(name, match)
    return TimeWord(day=day, month=month, year=year, is_sure=is_sure, start=start, end=end)


def _is_month(name: str, match: re.Match[str]) -> bool:
    """Tell whether a month's name alone is one."""
    is_latin = name < _FIRST_OF_PERSIAN
    if match[0].endswith("ماه") or (is_latin and name[0].islower()):
        return match[0].endswith("ماه")
    is_led = is_latin and bool(_IN.search(match.string[: match.start()]))
    return is_led or name.casefold() not in _DOUBTFUL


def _spelt_day(words: str) -> int:
    """Return «بیست و یکم» as 21; 0 for nothing."""
    pieces = words.casefold().replace(" و", " ").split()
    return sum(ORDINALS.get(piece) or CARDINALS.get(piece, 0) for piece in pieces)


def _numeric(written: str, start: int, end: int) -> TimeWord | None:
    """Return a date of numbers; None for one that no calendar has."""
    pieces = re.split(r"[/.-]", written)
    if len(pieces[0]) != len("2023"):
        pieces = pieces[::-1]
    year, month, day = map(int, pieces)
    if month > _MONTHS_A_YEAR:
        month, day = day, month
    if not 1 <= month <= _MONTHS_A_YEAR:
        return None
    names = JALALI_MONTHS if year < _JALALI_END else GREGORIAN_MONTHS
    return TimeWord(day=day, month=names[month - 1], year=year, start=start, end=end)


def _days(moment: Moment) -> Days:
    """Return the first and the last day that a moment may lie on."""
    start, end = period_of(moment)
    last = (end - timedelta(microseconds=1)).astimezone(TEHRAN).date()
    return start.astimezone(TEHRAN).date(), last


def _years(word: TimeWord) -> tuple[int, ...]:
    """Return the Gregorian years that a word's year lies in."""
    found = _resolved(replace(word, day=0, month=""), (), None)
    return tuple(sorted({day.year for days in found for day in days}))


def _resolved(word: TimeWord, years: Sequence[int], base: Days | None) -> list[Days]:
    """Return the days a word may mean: in its own year, or in those given.

    Args:
        base: The day of publication, to which a date without a year is the nearest.
    """
    if not (word.year or word.month):
        return []
    head = f"{word.day} {word.month}" if word.day else word.month
    if word.year:
        moment = parse_date(f"{head} {word.year}".strip())
        return [_days(moment)] if moment else []
    if not word.day and base is None and not years:
        return []
    found = [_days(moment) for moment in map(parse_date, _dated(head, years, base)) if moment]
    if base is None or not found:
        return found
    return [min(found, key=lambda days: abs((days[0] - base[0]).days))]


def _dated(head: str, years: Sequence[int], base: Days | None) -> Iterator[str]:
    """Write a day and month with the years in which it may be, in either calendar."""
    near = {year + step for year in years for step in ((-1, 0, 1) if base else (0,))}
    for year in sorted(near):
        yield f"{head} {year}"
        for between in _JALALI_FROM_GREGORIAN:
            yield f"{head} {year - between}"


_RELATIVE_DAYS = re.compile(
    r"(?<!\w)(?:امروز|دیروز|پریروز|دیشب|today|yesterday|\d{1,2} روز (?:پیش|قبل)"
    r"|\d{1,2} days ago)(?!\w)",
    re.IGNORECASE,
)
_RELATIVE_YEARS: Final = (
    (re.compile(r"سال گذشته|پارسال|سال قبل|last year|previous year", re.IGNORECASE), -1),
    (re.compile(r"سال آینده|سال بعد|next year", re.IGNORECASE), 1),
    (re.compile(r"امسال|سال جاری|this year", re.IGNORECASE), 0),
)


def _relative(text: str, published: Moment) -> list[Days]:
    """Return the days that «دیروز» and «سال گذشته» mean in an article of that day."""
    line = clean_text(text).text
    found = [
        _days(moment)
        for match in _RELATIVE_DAYS.finditer(line)
        if (moment := parse_date(match[0], published))
    ]
    first = _days(published)[0]
    for pattern, step in _RELATIVE_YEARS:
        if pattern.search(line):
            found.append((date(first.year + step, 1, 1), date(first.year + step, 12, 31)))
    return found
