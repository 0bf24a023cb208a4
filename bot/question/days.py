"""Spans of whole days: weeks, months, years and seasons of two calendars, and time before today.

A Persian week begins on Saturday and its months and years are Jalali; an English week begins on
Monday and its months and years are Gregorian.

Does not: read words, or know what time it is.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from index import Moment, Precision
from index.text import TEHRAN, jalali_parts, parse_date, period_of

_MONTHS_A_YEAR: Final = 12
_MONTHS_A_SEASON: Final = 3
_DAYS_A_WEEK: Final = 7


class Custom(StrEnum):
    """Convention for weeks, months and years; the value is its language."""

    ENGLISH = "en"
    PERSIAN = "fa"


class Unit(StrEnum):
    """Unit of time."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """The days from `first` to `last`, both included."""

    first: date
    last: date


def days_meant(text: str) -> Days | None:
    """Return the days of a text that is a date and nothing else; see `index.text.parse_date`."""
    moment = parse_date(text)
    if moment is None:
        return None
    start, end = period_of(moment)
    return Days(start.date(), (end - timedelta(microseconds=1)).date())


def month_of(year: int, month: int, custom: Custom) -> Days | None:
    """Return a month, None outside the years that are read."""
    if custom is Custom.PERSIAN:
        return days_meant(f"{year}/{month}")
    return Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def months_of(year: int, first: int, last: int, custom: Custom) -> Days | None:
    """Return the months from `first` to `last` of a year."""
    start, end = month_of(year, first, custom), month_of(year, last, custom)
    return Days(start.first, end.last) if start and end else None


def season_of(year: int, number: int, custom: Custom) -> Days | None:
    """Return a season, spring being 0.

    A Persian one is a quarter of the Jalali year. An English one is three whole months, spring
    beginning in March; winter is in two years, so that it is None: a year does not tell which.
    """
    start = number * _MONTHS_A_SEASON + (1 if custom is Custom.PERSIAN else 3)
    last = start + _MONTHS_A_SEASON - 1
    return months_of(year, start, last, custom) if last <= _MONTHS_A_YEAR else None


def unit_ago(unit: Unit, ago: int, today: date, custom: Custom) -> Days | None:
    """Return the whole unit of the calendar that lies `ago` units before today's."""
    match unit:
        case Unit.WEEK:
            weekday = (today.weekday() + 2 * (custom is Custom.PERSIAN)) % _DAYS_A_WEEK
            first = today - timedelta(days=weekday + _DAYS_A_WEEK * ago)
            return Days(first, first + timedelta(days=_DAYS_A_WEEK - 1))
        case Unit.MONTH:
            year, month = year_and_month(today, custom)
            months = year * _MONTHS_A_YEAR + month - 1 - ago
            return month_of(months // _MONTHS_A_YEAR, months % _MONTHS_A_YEAR + 1, custom)
        case Unit.YEAR:
            year, _ = year_and_month(today, custom)
            return months_of(year - ago, 1, _MONTHS_A_YEAR, custom)
        case _:
            day = today - timedelta(days=ago)
            return Days(day, day)


def last_units(unit: Unit, count: int, now: datetime) -> Days:
    """Return the days from `count` units ago to today, today included."""
    today = now.astimezone(TEHRAN).date()
    match unit:
        case Unit.HOUR:
            first = (now.astimezone(TEHRAN) - timedelta(hours=count)).date()
        case Unit.DAY:
            first = today - timedelta(days=count)
        case Unit.WEEK:
            first = today - timedelta(days=_DAYS_A_WEEK * count)
        case Unit.MONTH:
            first = _months_before(today, count)
        case Unit.YEAR:
            first = _months_before(today, _MONTHS_A_YEAR * count)
    return Days(first, today)


def year_and_month(day: date, custom: Custom) -> tuple[int, int]:
    """Return the year and the month that a day lies in."""
    if custom is Custom.ENGLISH:
        return day.year, day.month
    moment = Moment(datetime(day.year, day.month, day.day, tzinfo=TEHRAN), Precision.DAY)
    return jalali_parts(moment)[:2]


def _months_before(day: date, count: int) -> date:
    """Return the same day of an earlier Gregorian month, or that month's last."""
    months = day.year * _MONTHS_A_YEAR + day.month - 1 - count
    year, month = months // _MONTHS_A_YEAR, months % _MONTHS_A_YEAR + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
