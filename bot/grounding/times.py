"""Dates in a text, in whichever calendar, and whether those of quotes support those of a claim.

A date is read from a day, a month and a year, from two of them, or from a month or a year alone;
weekdays as well. A claim's date is supported by a date of the cited quotes that lies in it, «۱۹
خرداد ۱۴۰۲» by itself, by "9 June 2023" and by "June 2023"; a finer one than the quotes tell is not.
The day on which an article was published supports dates too, and tells which year a «۱۹ خرداد» is
of.

Does not: read "last week" in a claim (no date), times of day, or days of the lunar calendar without
a year. Names of months and weekdays of other languages than English, Persian and Arabic are CLDR's.
"""

import re
from collections.abc import Iterable, Sequence
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
    """A date as it is written; 0, "" or None for parts that are not stated.

    Attributes:
        month: As `index.text.parse_date` reads it.
        weekday: 0 for Monday.
        is_sure: False where it may be a number of four digits or another word instead.
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
    """Dates and weekdays of evidence.

    Attributes:
        days: The earliest and latest day that each date may be.
        stated: Day, month and year of each date as written, 0 for what is not.
        years: Gregorian years that are mentioned.
        weekdays: Weekdays named, or those of the dates.
    """

    days: tuple[Days, ...]
    stated: frozenset[tuple[int, date | None, int]]
    years: tuple[int, ...]
    weekdays: frozenset[int]


def find_times(text: str, language: str = "en") -> list[TimeWord]:
    """Return the dates of a text in its order, the text being in `language` or in English."""
    line = clean_text(text).text
    words: list[TimeWord] = []
    months = _months(language.partition("-")[0])
    for pattern in _patterns(language.partition("-")[0]):
        for match in pattern.finditer(line):
            if any(word.start < match.end() and match.start() < word.end for word in words):
                continue
            before = line[: match.start()].split()[-1:]
            if "-" in match[0] and before and before[0].strip("(\"'“«").casefold() in months:
                continue  # "March 20-November 20": the day is the earlier month's
            if word := _time_word(match, language):
                words.append(word)
    return sorted(words, key=lambda word: word.start)


def known_times(texts: Iterable[tuple[str, str, Moment | None]]) -> Known:
    """Return the dates of quotes, given each with its language and its date of publication."""
    days: list[Days] = []
    stated: set[tuple[int, date | None, int]] = set()
    years: set[int] = set()
    weekdays: set[int] = set()
    for text, language, published in texts:
        base = _days(published) if published else None
        words = find_times(text, language)
        whole_years = (
            span
            for word in words
            if word.year
            for span in _resolved(replace(word, day=0, month=""), (), None)
        )
        named = {day.year for span in whole_years for day in span}
        years |= named
        near = sorted(named) or list(_ANY_YEARS)
        if published and base:
            years |= {base[0].year, base[1].year}
            near = [base[0].year]
            days += [base, *_relative(text, published)]
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
    return any(_lies_in(theirs, days) for days in mine for theirs in known.days)


def _written(word: TimeWord) -> tuple[int, date | None, int]:
    return word.day, _month_key(word.month), word.year


@cache
def _month_key(name: str) -> date | None:
    """Return the first day of a month in one year of its calendar: the same for every spelling."""
    moments = (parse_date(f"{name} {year}") for year in (_ANY_YEARS[0], _ANY_JALALI_YEAR))
    return next((_days(moment)[0] for moment in moments if moment), None)


def _lies_in(theirs: Days, mine: Days) -> bool:
    """Tell whether a known date is as fine as the claim's, and in it.

    Months and years of two calendars never are the same days: they overlap. So lengths that differ
    by `_SLACK` days are alike, but not those of days.
    """
    my_length, their_length = ((last - first).days for first, last in (mine, theirs))
    is_alike = my_length > 1 and their_length - my_length <= _SLACK
    is_as_fine = my_length >= their_length or is_alike
    return is_as_fine and theirs[0] <= mine[1] and mine[0] <= theirs[1]


_SLACK = 3
_ANY_YEARS: Final = (2023, 2024)
"""For days and months where no year is known: only the calendars are compared."""
_ANY_JALALI_YEAR: Final = 1402
_JALALI_FROM_GREGORIAN: Final = (621, 622)
_JALALI_END: Final = 1430
_MONTHS_A_YEAR = 12
_LONGEST_MONTH = 31
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
    """Return the name that `parse_date` reads by each written name, cleaned and in lower case."""
    months = {name.casefold(): name for name in MONTH_NAMES}
    locale = _locale(language)
    if locale is not None and language not in ("en", "fa", "ar"):
        english = _locale("en")
        for form in ("format", "stand-alone"):
            for number, name in locale.months[form]["wide"].items():
                written = clean_text(name).text.casefold()
                read = english.months["format"]["wide"][number] if english else ""
                months.setdefault(written, read)
    return months


@cache
def _weekdays(language: str) -> dict[str, int]:
    """Return the weekdays' names in a language and in English."""
    weekdays = {}
    for tag in (language, "en"):
        locale = _locale(tag)
        for number, name in locale.days["format"]["wide"].items() if locale else ():
            weekdays[clean_text(name).text.casefold()] = int(number)
    if language == "fa":
        weekdays |= {name.replace(" ", ""): number for name, number in weekdays.items()}
        weekdays |= {"آدینه": 4, "یک شنبه": 6, "پنج شنبه": 3, "سه شنبه": 1, "چهار شنبه": 2}
    return weekdays


def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of dates, the most complete first."""
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


def _time_word(match: re.Match[str], language: str) -> TimeWord | None:
    """Return what a match states; None for numbers that are a date of no calendar."""
    parts = match.groupdict()
    before = match.string[: match.start()]
    start, end = match.start(), match.start() + len(match[0].rstrip(" ,،.-"))
    if parts.get("weekday"):
        number = _weekdays(language.partition("-")[0])[parts["weekday"].casefold()]
        return TimeWord(weekday=number, start=start, end=end)
    if parts.get("iso"):
        pieces = re.split(r"[/.-]", parts["iso"])
        year, month, day = map(int, pieces if len(pieces[0]) == len("2023") else pieces[::-1])
        if month > _MONTHS_A_YEAR:
            month, day = day, month
        if not 1 <= month <= _MONTHS_A_YEAR:
            return None
        names = JALALI_MONTHS if year < _JALALI_END else GREGORIAN_MONTHS
        return TimeWord(day=day, month=names[month - 1], year=year, start=start, end=end)
    name = parts.get("month") or ""
    day = int(parts.get("day") or 0)
    if not day:  # «بیست و یکم» is 21
        pieces = (parts.get("spelt") or "").casefold().replace(" و", " ").split()
        day = sum(ORDINALS.get(piece) or CARDINALS.get(piece, 0) for piece in pieces)
    year = int(parts.get("year") or 0)
    if not name and not day:
        return TimeWord(year=year, is_sure=bool(_IN.search(before)), start=start, end=end)
    is_latin = name < _FIRST_OF_PERSIAN
    if day or year or match[0].endswith("ماه"):
        is_sure = True
    elif is_latin and name[0].islower():
        is_sure = False
    else:
        is_led = is_latin and bool(_IN.search(before))
        is_sure = is_led or name.casefold() not in _DOUBTFUL
    month_name = _months(language.partition("-")[0])[name.casefold()]
    return TimeWord(day=day, month=month_name, year=year, is_sure=is_sure, start=start, end=end)


def _days(moment: Moment) -> Days:
    """Return the first and the last day that a moment may lie on."""
    start, end = period_of(moment)
    last = (end - timedelta(microseconds=1)).astimezone(TEHRAN).date()
    return start.astimezone(TEHRAN).date(), last


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
    # The years in which it may be, in either calendar.
    near = {year + step for year in years for step in ((-1, 0, 1) if base else (0,))}
    numbers = (year - less for year in sorted(near) for less in (0, *_JALALI_FROM_GREGORIAN))
    moments = (parse_date(f"{head} {number}") for number in numbers)
    spans = [_days(moment) for moment in moments if moment]
    if base is None or not spans:
        return spans
    return [min(spans, key=lambda days: abs((days[0] - base[0]).days))]


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
    spans = [
        _days(moment)
        for match in _RELATIVE_DAYS.finditer(line)
        if (moment := parse_date(match[0], published))
    ]
    first = _days(published)[0]
    for pattern, step in _RELATIVE_YEARS:
        if pattern.search(line):
            spans.append((date(first.year + step, 1, 1), date(first.year + step, 12, 31)))
    return spans
