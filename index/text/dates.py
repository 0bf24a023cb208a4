"""Dates as newspapers write them, read into `Moment`.

Reads Jalali, Gregorian and lunar Hijri dates in Persian, Arabic or ASCII digits, with month names
in Persian, Arabic or English, or as numbers with the year first; ISO 8601 and RFC 2822 as well.
A date without a zone is Tehran's.

Does not: guess. Two-digit years, «03/04/2023» (April or March?), the 31st of Mehr, or a date
amid other words give None. Relative words («دیروز») are read only from a base that is given.
Nor does it read a lunar month or year without a day («رمضان ۱۴۴۴»): it may begin with a Jalali or
Gregorian one, and a `Moment` tells calendars apart by their first days.
Source: Hijri from hijridate (Umm al-Qura, may differ by a day from a local sighting of the moon).
"""

import re
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from hijridate import Hijri

from index.text.calendars import TEHRAN, from_jalali
from index.text.clean import clean
from index.types import Moment, Precision


class _Calendar(StrEnum):
    JALALI = "jalali"
    GREGORIAN = "gregorian"
    HIJRI = "hijri"


# Each row lists the spellings of one month; white space within a name is ignored.
_MONTHS = {
    _Calendar.JALALI: (
        "فروردین farvardin", "اردیبهشت اردی‌بهشت ordibehesht", "خرداد khordad", "تیر tir",
        "مرداد امرداد mordad", "شهریور shahrivar", "مهر mehr", "آبان aban", "آذر azar", "دی dey",
        "بهمن bahman", "اسفند esfand",
    ),
    _Calendar.GREGORIAN: (
        "january jan ژانویه ژانویۀ جنوری يناير كانون‌الثاني",
        "february feb فوریه فبروری فبراير شباط",
        "march mar مارس مارچ آذار", "april apr آوریل آپریل اپریل أبريل ابريل نيسان",
        "may مه می مایو مايو أيار ايار", "june jun ژوئن ژوین جون يونيو حزيران",
        "july jul ژوئیه ژوئیۀ جولای جولائی يوليو تموز", "august aug اوت آگوست اگست أغسطس اغسطس آب",
        "september sep sept سپتامبر سپتمبر سبتمبر أيلول ايلول",
        "october oct اکتبر اکتوبر أكتوبر اكتوبر تشرين‌الأول",
        "november nov نوامبر نومبر نوفمبر تشرين‌الثاني",
        "december dec دسامبر دسمبر ديسمبر كانون‌الأول",
    ),
    _Calendar.HIJRI: (
        "محرم محرم‌الحرام muharram", "صفر safar", "ربیع‌الاول ربيع‌الأول",
        "ربیع‌الثانی ربیع‌الآخر", "جمادی‌الاول جمادی‌الاولی جمادى‌الأولى",
        "جمادی‌الثانی جمادی‌الآخر جمادی‌الثانیه جمادى‌الآخرة", "رجب rajab", "شعبان shaban",
        "رمضان رمضان‌المبارک ramadan", "شوال shawwal", "ذی‌القعده ذیقعده ذو‌القعدة",
        "ذی‌الحجه ذیحجه ذو‌الحجة",
    ),
}  # fmt: skip
_YEARS = {  # outside these a year is a misprint, or of another calendar
    _Calendar.JALALI: range(1200, 1430),  # 1821 to 2051
    _Calendar.GREGORIAN: range(1800, 2101),
    _Calendar.HIJRI: range(1343, 1501),  # what hijridate covers
}
_ERAS = {  # marks after the year, without dots and spaces
    **dict.fromkeys(("هش", "ش", "شمسی", "خورشیدی", "هجریشمسی"), _Calendar.JALALI),
    **dict.fromkeys(("هق", "ق", "قمری", "هجریقمری"), _Calendar.HIJRI),
    **dict.fromkeys(("م", "میلادی"), _Calendar.GREGORIAN),
}
# Numbers alone: from 1430 on a Hijri year is as likely as a Jalali one, so neither is taken.
_NUMERIC_JALALI = range(1250, 1430)
_NUMERIC_GREGORIAN = range(1800, 2101)


def _compact(name: str) -> str:
    """Return a name as it is looked up: cleaned, without spaces, in lower case."""
    return clean(name).text.replace(" ", "").lower()


_MONTH_BY_NAME = {
    _compact(spelling): (calendar, number)
    for calendar, rows in _MONTHS.items()
    for number, row in enumerate(rows, start=1)
    for spelling in row.split(" ")
}

MONTH_NAMES = tuple(
    clean(spelling).text for rows in _MONTHS.values() for row in rows for spelling in row.split(" ")
)
"""Every spelling of a month that is read, in cleaned text; white space within may be missing."""

_WEEKDAY = (
    r"(?:(?:یک|دو|سه|چهار|پنج)? ?شنبه|جمعه|آدینه|(?:یوم )?ال(?:احد|أحد|اثنین|إثنین|ثلاثاء|اربعاء|"
    r"أربعاء|خمیس|جمعه|سبت)|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)"
)
_LABEL = r"(?:تاریخ انتشار|زمان انتشار|تاریخ خبر|انتشار|تاریخ|published(?: on)?|date)\s*+:?"
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?: ?(?P<half>am|pm|a\.m\.|p\.m\.))?"
_JOIN = r"[\s,،|/؛;–—-]*+(?:ساعت|الساعه|در ساعت|at)?[\s:]*+"
_ERA = r"(?: ?(?P<era>ه\.? ?ش|ه\.? ?ق|ش|ق|م|شمسی|خورشیدی|هجری شمسی|قمری|هجری قمری|میلادی)\.?)?"
_NAME = r"(?P<month>[^\W\d_][^\d,،:/]{0,30}?)"
_SHAPES = (
    (
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|م|ام)?[\s.-]++{_NAME}(?: ماه)?[\s,،.-]++(?:سال )?"
        rf"(?P<year>\d{{4}}){_ERA}"
    ),
    rf"{_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
    rf"{_NAME}(?: ماه)?[\s,،-]++(?:سال )?(?P<year>\d{{4}}){_ERA}",
    r"(?P<year>\d{4})(?P<mark>[/.-])(?P<number>\d{1,2})(?P=mark)(?P<day>\d{1,2})" + _ERA,
    r"(?P<day>\d{1,2})(?P<mark>[/.-])(?P<number>\d{1,2})(?P<year_last>(?P=mark))(?P<year>\d{4})"
    + _ERA,
    r"(?P<year>\d{4})[/-](?P<number>\d{1,2})",
    r"(?:سال )?(?P<year>\d{4})" + _ERA,
)
_DATES = tuple(
    re.compile(rf"(?:{_LABEL} ?)?(?:{_WEEKDAY}[\s,،/]*+)?{shape}(?:{_JOIN}{_TIME})?", re.IGNORECASE)
    for shape in _SHAPES
)
_TIME_FIRST = re.compile(
    rf"(?:{_LABEL} ?)?(?:ساعت ?)?{_TIME}[\s,،|–—-]+(?P<rest>.*)", re.IGNORECASE
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
_RFC2822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} [\d:]+ (?:[A-Z]+|[+-]\d{4})"
)
_DAY = 24 * 60  # minutes
_DAY_WORDS = {"امروز": 0, "today": 0, "دیروز": 1, "yesterday": 1, "پریروز": 2, "دیشب": 1}
_UNITS = {
    "دقیقه": 1, "minute": 1, "min": 1, "ساعت": 60, "hour": 60, "روز": _DAY, "day": _DAY,
    "هفته": 7 * _DAY, "week": 7 * _DAY,
}  # fmt: skip  # no months: their length is not known
_NUMBERS = {
    "یک": 1, "دو": 2, "سه": 3, "چهار": 4, "پنج": 5, "a": 1, "an": 1, "one": 1, "two": 2,
    "three": 3, "four": 4, "five": 5,
}  # fmt: skip
_COUNT = rf"(?P<number>\d{{1,4}}|{'|'.join(_NUMBERS)})"
_AGO = re.compile(rf"(?:حدود )?{_COUNT} (?P<unit>دقیقه|ساعت|روز|هفته) (?:پیش|قبل)")
_AGO_ENGLISH = re.compile(
    rf"(?:about )?{_COUNT} (?P<unit>(?:minute|min|hour|day|week)s?) ago", re.IGNORECASE
)
_DAY_WORD = re.compile(rf"(?P<word>{'|'.join(_DAY_WORDS)})(?:{_JOIN}{_TIME})?", re.IGNORECASE)
_NO_TIME: dict[str, str | None] = {"hour": None, "minute": None, "half": None}
_MONTHS_A_YEAR = _HALF_A_DAY = 12
_MAX_CHARS = 80  # no date line is longer


def parse(text: str, base: Moment | None = None) -> Moment | None:
    """Read a text that is a date and nothing else; None when it is not, or could be two.

    Args:
        base: When the text was written or fetched; only with it are relative words read
            («۳ ساعت پیش», "yesterday"), and only as exactly as both they and it are.
    """
    if not text or len(text) > _MAX_CHARS:
        return None
    line = clean(text).text
    is_iso = _ISO.fullmatch(line)
    if is_iso or _RFC2822.fullmatch(line):
        try:
            at = datetime.fromisoformat(line) if is_iso else parsedate_to_datetime(line)
            zoned = at.replace(tzinfo=at.tzinfo or TEHRAN).astimezone(TEHRAN)
        except (ValueError, OverflowError):
            zoned = None
        # A Jalali year in an ISO frame («1402-03-19 18:15») is read by the general rules.
        if zoned and zoned.year in _NUMERIC_GREGORIAN:
            return Moment(zoned.replace(second=0, microsecond=0))
    time_first = _TIME_FIRST.fullmatch(line)
    if time_first:
        line = f"{time_first['rest']}, {line[: time_first.start('rest')].strip(' ,،|–—-')}"
    for pattern in _DATES:
        match = pattern.fullmatch(line)
        if match:
            return _moment(match.groupdict())
    return _relative(line, base) if base else None


def _relative(line: str, base: Moment) -> Moment | None:
    """Read words that count from another moment; a unit finer than the base tells nothing."""
    if base.precision not in (Precision.MINUTE, Precision.DAY):
        return None
    day_word = _DAY_WORD.fullmatch(line)
    ago = _AGO.fullmatch(line) or _AGO_ENGLISH.fullmatch(line)
    try:
        if day_word:
            return _day_before(base, _DAY_WORDS[_compact(day_word["word"])], day_word.groupdict())
        if ago is None:
            return None
        # Minutes and hours give a minute, days and weeks a day.
        count, unit = ago["number"].lower(), _UNITS[ago["unit"].lower().removesuffix("s")]
        minutes = (_NUMBERS.get(count) or int(count)) * unit
        if unit >= _DAY:
            return _day_before(base, minutes // _DAY, _NO_TIME)
        is_exact = base.precision is Precision.MINUTE
        return Moment(base.at - timedelta(minutes=minutes)) if is_exact else None
    except OverflowError:
        return None


def _day_before(base: Moment, days: int, parts: dict[str, str | None]) -> Moment | None:
    day = base.at.astimezone(TEHRAN).date() - timedelta(days=days)
    return _at(day, parts, Precision.MINUTE if parts.get("hour") else Precision.DAY)


def _moment(parts: dict[str, str | None]) -> Moment | None:
    """Turn the parts of a matched date into a moment, None when no such day exists."""
    year, day = int(parts["year"] or 0), int(parts.get("day") or 1)
    named = _month(parts)
    if named is None:
        return None
    calendar, month = named
    if parts.get("hour"):
        precision = Precision.MINUTE
    elif parts.get("day"):
        precision = Precision.DAY
    else:
        has_month = parts.get("month") or parts.get("number")
        precision = Precision.MONTH if has_month else Precision.YEAR
    is_part_of_hijri = calendar is _Calendar.HIJRI and not parts.get("day")
    if year not in _YEARS[calendar] or is_part_of_hijri:
        return None
    try:
        match calendar:
            case _Calendar.JALALI:
                first = from_jalali(year, month, day)
            case _Calendar.HIJRI:
                first = date(*Hijri(year, month, day).to_gregorian().datetuple())
            case _Calendar.GREGORIAN:
                first = date(year, month, day)
    except (ValueError, OverflowError):
        return None
    return _at(first, parts, precision)


def _month(parts: dict[str, str | None]) -> tuple[_Calendar, int] | None:
    """Return the calendar and the number of the month, 1 where only a year is given."""
    name = parts.get("month")
    era = _ERAS.get(re.sub("[. ]", "", parts.get("era") or ""))
    if name:
        month = _MONTH_BY_NAME.get(name.replace(" ", "").lower().removesuffix("ماه"))
        return month if month and era in (None, month[0]) else None
    year = int(parts["year"] or 0)
    if era:
        calendar = era
    elif year in _NUMERIC_JALALI:
        calendar = _Calendar.JALALI
    elif year in _NUMERIC_GREGORIAN:
        calendar = _Calendar.GREGORIAN
    else:
        return None
    number, day = int(parts.get("number") or 1), int(parts.get("day") or 1)
    # Subtle: with the year last, a day up to 12 may as well be the month.
    is_ambiguous = bool(parts.get("year_last")) and day <= _MONTHS_A_YEAR and day != number
    return None if is_ambiguous else (calendar, number)


def _at(day: date, parts: dict[str, str | None], precision: Precision) -> Moment | None:
    """Add the time of day, None when the clock has no such time."""
    hour, minute, half = int(parts["hour"] or 0), int(parts["minute"] or 0), parts["half"]
    if half and not 1 <= hour <= _HALF_A_DAY:
        return None
    if precision is not Precision.MINUTE and parts["hour"]:
        return None
    if half:
        hour = hour % _HALF_A_DAY + (_HALF_A_DAY if half.lower().startswith("p") else 0)
    try:
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=TEHRAN)
    except ValueError:
        return None
    return Moment(at, precision)
