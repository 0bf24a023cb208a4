"""Moments written as dates of the Jalali and the Gregorian calendar, and the time they span.

A moment known by its month or year is one of the calendar in which it begins: the first of a
Gregorian month or year is never the first of a Jalali one. This is not true of lunar months.

Dates are read in `dates`.
Source: Jalali arithmetic from persiantools (equal to jdatetime on every day 1900-2100).
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

from index.types import Moment, Precision

TEHRAN = ZoneInfo("Asia/Tehran")

JALALI_MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
    "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
GREGORIAN_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_TO_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def format_jalali(moment: Moment) -> str:
    """Write the known parts, e.g. «۱۹ خرداد ۱۴۰۲، ۱۸:۱۵».

    A Gregorian month or year lies across two Jalali ones: both are named.
    """
    first, last = (_jalali(day) for day in _days(moment))
    match moment.precision:
        case Precision.YEAR:
            text = _joined(f"{first.year}", f"{last.year}", "–")
        case Precision.MONTH:
            text = _joined(_jalali_month(first), _jalali_month(last), " تا ")
        case _:
            text = f"{first.day} {_jalali_month(first)}"
    if moment.precision is Precision.MINUTE:
        text += f"، {moment.at.astimezone(TEHRAN):%H:%M}"
    return text.translate(_TO_PERSIAN)


def format_gregorian(moment: Moment) -> str:
    """Write the known parts, e.g. "9 June 2023, 18:15" (Tehran time).

    A Jalali month or year lies across two Gregorian ones: both are named.
    """
    first, last = _days(moment)
    match moment.precision:
        case Precision.YEAR:
            return _joined(f"{first.year}", f"{last.year}", "–")
        case Precision.MONTH:
            return _joined(_gregorian_month(first), _gregorian_month(last), " to ")
        case Precision.DAY:
            return f"{first.day} {_gregorian_month(first)}"
        case _:
            at = moment.at.astimezone(TEHRAN)
            return f"{first.day} {_gregorian_month(first)}, {at:%H:%M}"


def period(moment: Moment) -> tuple[datetime, datetime]:
    """Return the times [start, end) in which a moment may lie by what is known of it."""
    if moment.precision is Precision.MINUTE:
        return moment.at, moment.at + timedelta(minutes=1)
    first, last = _days(moment)
    return moment.at, moment.at + (last - first + timedelta(days=1))


def jalali_parts(moment: Moment) -> tuple[int, int, int]:
    """Return year, month and day in the Jalali calendar, in Tehran."""
    day = _jalali(moment.at.astimezone(TEHRAN).date())
    return day.year, day.month, day.day


def from_jalali(year: int, month: int, day: int) -> date:
    """Return the Gregorian day of a Jalali one; ValueError when there is none."""
    jalali: JalaliDate = JalaliDate(year, month, day)  # type: ignore[no-untyped-call]  # annotated in part
    return jalali.to_gregorian()


def _jalali(day: date) -> JalaliDate:
    """Return a day in the Jalali calendar."""
    jalali: JalaliDate = JalaliDate(day)  # type: ignore[no-untyped-call]  # as above
    return jalali


def _days(moment: Moment) -> tuple[date, date]:
    """Return the first and the last day, in Tehran, that a moment may mean."""
    first = moment.at.astimezone(TEHRAN).date()
    jalali = _jalali(first)
    match moment.precision:
        case Precision.YEAR if first.day == 1:
            return first, date(first.year, 12, 31)
        case Precision.YEAR:
            return first, from_jalali(jalali.year + 1, 1, 1) - timedelta(days=1)
        # Jalali months begin between the 19th and the 23rd of Gregorian ones, never on the 1st.
        case Precision.MONTH if first.day == 1:
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        case Precision.MONTH:
            length = JalaliDate.days_in_month(jalali.month, jalali.year)
            return first, first + timedelta(days=length - 1)
        case _:
            return first, first


def _jalali_month(day: JalaliDate) -> str:
    """Write a Jalali month and its year."""
    return f"{JALALI_MONTHS[day.month - 1]} {day.year}"


def _gregorian_month(day: date) -> str:
    """Write a Gregorian month and its year."""
    return f"{GREGORIAN_MONTHS[day.month - 1]} {day.year}"


def _joined(first: str, last: str, link: str) -> str:
    """Write a range, or its one value; a year that both ends share is written once."""
    if first == last:
        return first
    name, _, year = first.rpartition(" ")
    start = name if name and last.endswith(f" {year}") else first
    return f"{start}{link}{last}"
