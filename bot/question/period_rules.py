"""Rules that find the days named in a question: patterns, and what each means on a given day.

Does not: join two times to a period, or read the words that bound them; `period` does.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from functools import cache
from typing import Final

from bot.question import period_words as words
from bot.question.days import (
    Custom,
    Days,
    Unit,
    days_meant,
    last_units,
    season_of,
    unit_ago,
    year_and_month,
)
from index.text import TEHRAN

_MAX_DAYS: Final = 3_660  # most days of "the last N": what reaches farther is no news
_LEAST_ENGLISH_YEAR: Final = 1900  # "in 1402" is no Jalali year in English, nor news
_LENGTH: Final = {Unit.HOUR: 1, Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.YEAR: 366}
_FIRST_PARTS: Final = ("first_day", "first_month", "first_month_", "first_year")
_PERSIAN_LETTER: Final = re.compile("[آ-ی]")

_Read = Callable[["re.Match[str]", datetime], Days | None]
_Rule = tuple[str, _Read, "Weight"]


class Weight(Enum):
    """Condition under which a match of a rule counts."""

    SURE = auto()
    """It always counts."""
    BARE = auto()
    """It may be a quantity or a name: the words around it must show that it is a time."""
    WORD = auto()
    """It counts unless it is a title or means the present age: "USA Today", «دنیای امروز»."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Days named at [start, end) of a cleaned text; `is_range` where both ends are named."""

    start: int
    end: int
    days: Days
    weight: Weight
    is_range: bool


def mentions(text: str, now: datetime) -> list[Mention]:
    """Return the days named in a cleaned text, in order, without overlap; earlier rules win."""
    taken: list[Mention] = []
    if not re.search(words.MARK, text, re.IGNORECASE):
        return taken
    for pattern, read, weight in _RULES:
        for match in _compiled(pattern).finditer(text):
            start, end = match.span()
            is_free = all(end <= other.start or other.end <= start for other in taken)
            if is_free and (days := read(match, now)):
                is_range = any(_part(match, name) for name in _FIRST_PARTS)
                taken.append(Mention(start, end, days, weight, is_range))
    return sorted(taken, key=lambda mention: mention.start)


def _custom(match: re.Match[str]) -> Custom:
    """Tell by the letters of a match which calendar its words mean."""
    return Custom.ENGLISH if re.search("[a-z]", match[0], re.IGNORECASE) else Custom.PERSIAN


def _part(match: re.Match[str], name: str) -> str:
    return match.groupdict().get(name) or ""


def _read_date(match: re.Match[str], _now: datetime) -> Days | None:
    """Read a date with its year; of two days the first begins it."""
    month, year, era = (_part(match, name) for name in ("month", "year", "era"))
    last = _written(_part(match, "day"), month, year, era)
    first_day = _part(match, "first_day")
    first_month = _part(match, "first_month") or _part(match, "first_month_")
    if not (first_day or first_month):
        return last
    return _range(_written(first_day, first_month or month, year, era), last)


def _range(first: Days | None, last: Days | None) -> Days | None:
    """Return the days from one time to another that is later."""
    return Days(first.first, last.last) if first and last and first <= last else None


def _written(day: str, month: str, year: str, era: str) -> Days | None:
    """Return the days of a date given by its words."""
    number = _day_number(day)
    line = " ".join(filter(None, (number, month.removesuffix("ماه").strip(), year, era)))
    if (days := days_meant(line)) or number:
        return days
    # A lunar month, whose length only its last day tells.
    first = days_meant(f"1 {month} {year}")
    last = days_meant(f"30 {month} {year}") or days_meant(f"29 {month} {year}")
    return Days(first.first, last.last) if first and last else None


def _day_number(day: str) -> str:
    """Return the number of a day in digits: "9th" is 9, «نوزدهم» is 19; empty for none."""
    in_words = {word.replace(" ", ""): number for word, number in words.ORDINALS.items()}
    number = in_words.get(day.replace(" ", ""))
    return str(number) if number else "".join(re.findall(r"\d", day))


def _read_number(match: re.Match[str], _now: datetime) -> Days | None:
    """Read a date in numbers; 2010-11 is more often a season than a November."""
    year, _, month = match[0].partition("-")
    is_season = month.isdecimal() and int(month) == (int(year) + 1) % 100
    return None if is_season else days_meant(match[0])


def _read_year(match: re.Match[str], _now: datetime) -> Days | None:
    """Read one year or two."""
    last = _a_year(match, match["year"])
    first = _part(match, "first_year")
    return _range(_a_year(match, first), last) if first else last


def _a_year(match: re.Match[str], year: str) -> Days | None:
    if int(year) < _LEAST_ENGLISH_YEAR and not _PERSIAN_LETTER.search(match.string):
        return None
    return days_meant(f"{year} {_part(match, 'era')}".strip())


def _read_season(match: re.Match[str], now: datetime) -> Days | None:
    """Read a season of a year that is named by number or as this or the last."""
    name = match["season"].lower()
    number = next(n for n, names in enumerate(words.SEASONS) if name in names)
    if relative := _part(match, "relative"):
        custom = _custom(match)
        year = _year_said(relative, now, custom)
    else:
        year = int(match["year"])
        custom = Custom.PERSIAN if year < _LEAST_ENGLISH_YEAR else Custom.ENGLISH
    return season_of(year, number, custom)


def _year_said(relative: str, now: datetime, custom: Custom) -> int:
    """Return the year that "this year" or "last year" is."""
    is_last = bool(re.fullmatch(words.LAST_YEAR, relative, re.IGNORECASE))
    return year_and_month(now.astimezone(TEHRAN).date(), custom)[0] - is_last


def _read_month_said(match: re.Match[str], now: datetime) -> Days | None:
    """Read a month, or a day of it, of this or the last year of its own calendar."""
    years = (_year_said(match["relative"], now, custom) for custom in Custom)
    spans = (_written(_part(match, "day"), match["month"], str(year), "") for year in years)
    return next(filter(None, spans), None)


def _read_day(match: re.Match[str], now: datetime) -> Days | None:
    """Read a day without a year: the most recent, unless an event is known by that date."""
    number = _day_number(match["day"])
    month = match["month"].lower().removesuffix("ماه").strip()
    if f"{int(number)} {month}" in words.NAMED_DAYS:
        return None
    today = now.astimezone(TEHRAN).date()
    spans = (days_meant(f"{number} {month} {year}") for year in _recent_years(today))
    return max((days for days in spans if days and days.first <= today), default=None)


def _read_last_month(match: re.Match[str], now: datetime) -> Days | None:
    """Read the most recent month of a name that is over."""
    name = match["month"] or match["month_"]
    today = now.astimezone(TEHRAN).date()
    spans = (_written("", name, str(year), "") for year in _recent_years(today))
    return max((days for days in spans if days and days.last < today), default=None)


def _recent_years(today: date) -> list[int]:
    """Return this and the last year of each calendar."""
    return [year_and_month(today, custom)[0] - ago for custom in Custom for ago in (0, 1)]


def _read_relative(match: re.Match[str], now: datetime) -> Days | None:
    """Read this or the last week, month or year, today or yesterday."""
    ago = next(n for n, name in enumerate(("now", "last", "before_last")) if _part(match, name))
    if name := _part(match, "unit"):
        unit = Unit(words.UNITS[name.lower()])
    else:
        unit = Unit.YEAR if match[0] in {"امسال", "پارسال"} else Unit.DAY
    return unit_ago(unit, ago, now.astimezone(TEHRAN).date(), _custom(match))


def _counted(match: re.Match[str]) -> tuple[Unit, int] | None:
    """Return a unit and how many of it are counted; None where that reaches too far."""
    count = _part(match, "count").lower() or "1"
    number = int(count) if count.isdecimal() else words.NUMBERS[count]
    unit = Unit(words.UNITS[re.sub("s$", "", match["unit"].lower())])
    return (unit, number) if 0 < number * _LENGTH[unit] <= _MAX_DAYS else None


def _read_last(match: re.Match[str], now: datetime) -> Days | None:
    """Read the last so many days, weeks, months or years."""
    counted = _counted(match)
    return last_units(*counted, now) if counted else None


def _read_ago(match: re.Match[str], now: datetime) -> Days | None:
    """Read the day, week, month or year that lies so many back."""
    counted = _counted(match)
    today = now.astimezone(TEHRAN).date()
    return unit_ago(*counted, today, _custom(match)) if counted else None


def _read_weekday(match: re.Match[str], now: datetime) -> Days | None:
    """Read the last such day of the week before today."""
    today = now.astimezone(TEHRAN).date()
    ago = (today.weekday() - words.WEEKDAYS[match["weekday"].lower()] - 1) % 7 + 1
    return unit_ago(Unit.DAY, ago, today, _custom(match))


_ENGLISH_UNIT = r"(?P<unit>(?:hour|day|week|month|year)s?)(?! of\b)(?!\w)"
_PERSIAN_UNIT = r"(?P<unit>ساعت|شبانه ?روز|روز|هفته|ماه|سال)(?: ?ی)?"
_NO_DIGIT = r"(?<![\d/.,:-])"
_NEW_WORD = r"(?<![a-z_\d/.,:-])(?<![آ-ی](?=[آ-ی]))"  # «در۲۷ ژانویه» has lost its space
_NO_MORE = r"(?![\d/]|[.,:-]\d)"
_M, _D, _Y, _J = words.MONTH, words.DAY, words.YEAR, rf" ?{words.JOINER} ?"
_SPACES = r"(?:,? of|,|،)? ?(?:سال )?"
_FIRST = rf"(?:(?P<first_day>{_D})(?:(?: of)? ?(?P<first_month>{_M}))?|(?P<first_month_>{_M})){_J}"
_RELATIVE = rf"(?P<relative>{words.THIS_YEAR}|{words.LAST_YEAR})"


def _rule(read: _Read, *parts: str, weight: Weight = Weight.SURE) -> _Rule:
    """Make a rule of the parts of its pattern."""
    return "".join(parts), read, weight


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a rule when a question first needs it: all together take some 40 ms."""
    return re.compile(pattern, re.IGNORECASE)


# Earlier rules win over later ones at the same place.
_RULES: Final = (
    # 1 to 9 June 2023; 9 June 2023
    _rule(
        _read_date,
        rf"{_NEW_WORD}(?:{_FIRST})?(?P<day>{_D})(?: of)? ?(?P<month>{_M}){_SPACES}",
        rf"(?P<year>{_Y}){_NO_MORE}{words.ERA}",
    ),
    # June 1 to 9, 2023; June 9, 2023
    _rule(
        _read_date,
        rf"(?<!\w)(?P<month>{_M}) (?:(?P<first_day>{_D}){_J})?(?P<day>{_D})(?:,|،| of)? ",
        rf"(?P<year>{_Y}){_NO_MORE}",
    ),
    # June to October 2023; June 2023
    _rule(
        _read_date,
        rf"(?<!\w)(?:(?P<first_month>{_M}){_J})?(?<!\w)(?P<month>{_M}){_SPACES}",
        rf"(?P<year>{_Y}){_NO_MORE}{words.ERA}",
    ),
    _rule(_read_number, rf"{_NO_DIGIT}\d{{4}}([/.-])\d{{1,2}}\1\d{{1,2}}{_NO_MORE}"),
    _rule(_read_number, rf"{_NO_DIGIT}\d{{1,2}}([/.-])\d{{1,2}}\1\d{{4}}{_NO_MORE}"),
    _rule(_read_number, rf"{_NO_DIGIT}\d{{4}}[/-]\d{{1,2}}{_NO_MORE}", weight=Weight.BARE),
    _rule(_read_season, rf"(?<!\w)(?P<season>{words.SEASON}){_SPACES}(?P<year>{_Y}){_NO_MORE}"),
    _rule(_read_season, rf"(?<!\w)(?P<season>{words.SEASON})(?: of)? {_RELATIVE}(?!\w)"),
    _rule(
        _read_month_said,
        rf"(?<!\w)(?:(?P<day>{_D})(?: of)? )?(?P<month>{_M})(?:,| of)? {_RELATIVE}(?!\w)",
    ),
    # سال‌های ۱۳۹۰ تا ۱۳۹۵; the year 2022
    _rule(
        _read_year,
        rf"(?<!\w)(?:the year|سال(?: ?های?)?) ?(?:(?P<first_year>{_Y})(?: ?[^\W\d]+)?{_J}",
        rf"(?:سال )?)?(?P<year>{_Y}){_NO_MORE}{words.ERA}",
    ),
    _rule(
        _read_year,
        rf"{_NEW_WORD}(?:(?P<first_year>{_Y}){_J})?(?P<year>{_Y}){_NO_MORE}(?!\w){words.ERA}",
        weight=Weight.BARE,
    ),
    _rule(
        _read_day,
        rf"{_NEW_WORD}(?P<day>{_D})(?: of)? (?P<month>{_M})(?!\w|,? ?(?:of |سال )?\d)",
        weight=Weight.BARE,
    ),
    _rule(
        _read_day,
        rf"(?<!\w)(?=[a-z])(?P<month>{_M}) (?P<day>{_D})(?![\w:]|[.,]\d|,? ?(?:of )?\d)",
        weight=Weight.BARE,
    ),
    # last December; «آذر گذشته»
    _rule(
        _read_last_month,
        rf"(?<!\w)(?:last (?P<month>{_M})|(?P<month_>{_M}) {words.PAST})(?!\w| ?\d)",
    ),
    # the last 3 days; the past week; «سه روز اخیر»
    _rule(
        _read_last,
        rf"(?<!\w)(?:the )?(?:last|past|previous) {words.NUMBER} {_ENGLISH_UNIT}",
    ),
    _rule(_read_last, rf"(?<!\w)(?:the (?:last|past)|past) {_ENGLISH_UNIT}(?<!s)"),
    _rule(_read_last, rf"{words.NUMBER} {_PERSIAN_UNIT} (?:{words.PAST_ONLY}|اخیر)(?!\w)"),
    _rule(_read_last, rf"{words.NOT_COUNTED}(?<!\w){_PERSIAN_UNIT} اخیر(?!\w)"),
    # 3 days ago; «سه روز پیش»
    _rule(_read_ago, rf"{words.NUMBER} {_ENGLISH_UNIT} ago(?!\w)"),
    _rule(_read_ago, rf"{words.NUMBER} {_PERSIAN_UNIT} {words.PAST}(?!\w)"),
    # today, last week
    _rule(
        _read_relative,
        r"(?<!\w)(?:(?P<before_last>(?:the )?day before yesterday)|(?P<last>yesterday|last night)",
        r"|(?P<now>today|tonight))(?!\w)",
        weight=Weight.WORD,
    ),
    _rule(
        _read_relative,
        r"(?<!\w)(?:(?P<before_last>پریروز|پریشب)|(?P<last>دیروز|دیشب|(?:روز|شب) گذشته|پارسال)",
        r"|(?P<now>امروز|امشب|امسال))(?!\w)",
        weight=Weight.WORD,
    ),
    _rule(
        _read_relative,
        r"(?<!\w)(?:(?P<last>last|previous)|(?P<now>this)) (?P<unit>week|month|year)",
        r"(?! of\b)(?!\w)",
    ),
    _rule(
        _read_relative,
        rf"{words.NOT_COUNTED}(?<!\w)(?P<unit>هفته|ماه|سال)(?: ?ی)? ",
        rf"(?:(?P<last>{words.PAST})|(?P<now>جاری|حاضر|کنونی))(?!\w)",
    ),
    _rule(_read_relative, r"(?<!\w)(?P<now>این|همین) (?P<unit>هفته|ماه)(?!\w)"),
    _rule(_read_weekday, rf"(?<!\w)last (?P<weekday>{words.WEEKDAY})(?!\w)"),
    _rule(
        _read_weekday,
        rf"(?<!\w)(?P<weekday>{words.WEEKDAY})(?: ?ی)? {words.PAST}(?!\w)",
    ),
)
