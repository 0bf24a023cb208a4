"""Dates as newspapers write them, read into `Moment`.

Reads Jalali, Gregorian and lunar Hijri dates in Persian, Arabic or ASCII digits, with month names
in Persian (of Iran and Afghanistan), Arabic, English or another language of news, or as numbers
with the year first; ISO 8601, RFC 2822 and dates without separators as well. One day written in
two calendars is read if both agree. A date without a zone is Tehran's.

Does not: guess. Two-digit years, «03/04/2023» (April or March?), the 31st of Mehr, or a date
amid other words give None, and so does a date of modification. Relative words («دیروز») are read
only from a base that is given.
Nor does it read a lunar month or year without a day («رمضان ۱۴۴۴»): it may begin with a Jalali or
Gregorian one, and a `Moment` tells calendars apart by their first days.
Source: Hijri from hijridate (Umm al-Qura, may differ by a day from a local sighting of the moon);
names of months and weekdays in other languages from babel (CLDR).
"""

import re
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import cache
from itertools import product

from babel import Locale
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
# Months of Afghanistan: not for questions, where most of these words mean something else.
_AFGHAN = (
    "حمل وری", "ثور غویی", "جوزا غبرگولی", "سرطان چنگاښ", "اسد زمری", "سنبله وږی", "میزان تله",
    "عقرب لړم", "قوس لیندۍ", "جدی مرغومی", "دلو سلواغه", "حوت کب",
)  # fmt: skip
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
    for calendar, rows in (*_MONTHS.items(), (_Calendar.JALALI, _AFGHAN))
    for number, row in enumerate(rows, start=1)
    for spelling in row.split(" ")
}

MONTH_NAMES = tuple(
    clean(spelling).text for rows in _MONTHS.values() for row in rows for spelling in row.split(" ")
)
"""Spellings of months in Persian, Arabic and English; white space within may be missing."""

_LANGUAGES = (
    "az bg bn bs ca ckb cs da de el es et eu fi fr gl gu he hi hr hu hy id is it ka kk kn ku ky lt "
    "lv mk ml mn mr ms ne nl no pa pl ps pt ro ru sk sl sq sr sr_Latn sv sw ta te tg th tk tr uk "
    "ur uz"
)
_BESIDE = frozenset((  # words that stand in dates of these languages
    "de", "del", "di", "da", "du", "le", "el", "il", "la", "den", "der", "am", "the", "of", "г",
    "года", "р", "року", "m", "d", "r", "yıl", "yılı", "ý", "жыл", "жылғы",
))  # fmt: skip
_THAI = range(0x0E00, 0x0E80)
_BUDDHIST = range(2400, 2700)
_BUDDHIST_EPOCH = 543

_WEEKDAY = (
    r"(?:(?:یک|دو|سه|چهار|پنج)? ?شنبه|جمعه|آدینه|(?:یوم )?ال(?:احد|أحد|اثنین|إثنین|ثلاثاء|اربعاء|"
    r"أربعاء|خمیس|جمعه|سبت)|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?)"
)
_LABEL = (
    r"(?:(?:تاریخ|زمان) (?:انتشار(?: خبر)?|درج|ارسال|مخابره|خبر)|منتشر شده(?: در)?|انتشار|تاریخ"
    r"|تاریخ النشر|نشر فی|(?:date )?(?:published|posted)(?: on| at)?"
    r"|(?:publish(?:ed|ing)?|publication|release) date|date)\s*+:?"
)
_ZONE = r"(?: ?(?P<zone>(?:gmt|utc)?[+-]\d{1,2}(?::?\d{2})?|[a-z]{1,4}))?(?: \([\w ]{1,40}\))?"
_TIME = (
    r"(?P<hour>\d{1,2})(?:[:h]| و )(?P<minute>\d{2}|\d(?= دقیقه))(?: دقیقه)?"
    r"(?::\d{2}(?:\.\d{1,9})?)?"
    r"(?: ?(?P<half>[ap]m|[ap]\.m\.|[قب]\.? ?ظ\.?|قبل از ظهر|بعد ?از ?ظهر|صبح|عصر|ص|م))?"
    r"(?: ?(?:uhr|hrs|h))?" + _ZONE
)
_JOIN = r"[\s,،|/؛;–—-]*+(?:ساعت|الساعه|در ساعت|at|t)?[\s:]*+"
_ERA = r"(?: ?(?P<era>ه\.? ?ش|ه\.? ?ق|ش|ق|م|شمسی|خورشیدی|هجری شمسی|قمری|هجری قمری|میلادی|ه|ء)\.?)?"
_NAME = r"(?P<month>[^\W\d_][^\d,،:/]{0,30}?(?:/[^\d,،:/]{2,30}?)?)"
_SHAPES = (
    (
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|م|ام)?[\s./-]++(?:of )?{_NAME}(?: ماه)?"
        rf"[\s,،./-]++(?:سال )?(?P<year>\d{{4}}){_ERA}"
    ),
    rf"{_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?[,،]? (?P<year>\d{{4}})",
    rf"{_NAME}(?: ماه)?[\s,،-]++(?:سال )?(?P<year>\d{{4}}){_ERA}",
    r"(?P<year>\d{4})(?P<mark>[/.-])(?P<number>\d{1,2})(?P=mark)(?P<day>\d{1,2})" + _ERA,
    r"(?P<day>\d{1,2})(?P<mark>[/.-])(?P<number>\d{1,2})(?P<year_last>(?P=mark))(?P<year>\d{4})"
    + _ERA,
    (
        r"(?P<year>\d{4}) ?[年년] ?(?P<number>\d{1,2}) ?[月월] ?(?P<day>\d{1,2}) ?[日일号]"
        r"(?: ?\(?(?:星期|周|週)?[一二三四五六日天月火水木金土월화수목금토일](?:曜日|요일)?\)?)?"
    ),
    r"(?:ngày )?(?P<day>\d{1,2}) tháng (?P<number>\d{1,2})(?:,| năm) (?P<year>\d{4})",
    r"(?P<year>\d{4})[/-](?P<number>\d{1,2})",
    r"(?:سال )?(?P<year>\d{4})" + _ERA,
)
_DATES = (
    *(
        re.compile(
            rf"(?:{_LABEL} ?)?(?:{_WEEKDAY}[\s,،/]*+)?{shape}(?:[\s,،]++{_WEEKDAY})?"
            rf"(?:{_JOIN}{_TIME})?",
            re.IGNORECASE,
        )
        for shape in _SHAPES
    ),
    re.compile(  # asctime, in C and on Twitter
        rf"(?:{_WEEKDAY} )?{_NAME} (?P<day>\d{{1,2}}) {_TIME} (?P<year>\d{{4}})", re.IGNORECASE
    ),
    re.compile(  # the basic format of ISO 8601
        rf"(?:{_LABEL} ?)?(?P<year>\d{{4}})(?P<number>\d\d)(?P<day>\d\d)"
        rf"(?:[t -]?(?P<hour>\d\d):?(?P<minute>\d\d)(?::?\d\d(?:\.\d{{1,9}})?)?(?P<half>){_ZONE})?",
        re.IGNORECASE,
    ),
)
_TIME_FIRST = re.compile(
    rf"(?:{_LABEL} ?)?(?:ساعت ?)?{_TIME}[\s,،|–—-]+(?P<rest>.*)", re.IGNORECASE
)
_ABROAD = re.compile(
    rf"(?:{_LABEL} ?)?(?P<words>[^:]{{6,60}}?)"
    rf"(?:[\s,|–—-]{{1,3}}(?:(?:um|à|a las|kl\.?|в|о|klo|saat) )?{_TIME})?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?P<number>\d{1,4})(?:er|e|ª|º|°|-?го|-?е|일)?")
_TO_NINTH = ("یکم", "دوم", "سوم", "چهارم", "پنجم", "ششم", "هفتم", "هشتم", "نهم")
_ORDINAL_WORDS = (
    *_TO_NINTH,
    "دهم", "یازدهم", "دوازدهم", "سیزدهم", "چهاردهم", "پانزدهم", "شانزدهم", "هفدهم", "هجدهم",
    "نوزدهم", "بیستم", *(f"بیست و {unit}" for unit in _TO_NINTH), "سی ام", "سی و یکم",
)  # fmt: skip
_ORDINALS = {
    word.replace(" ", ""): str(number) for number, word in enumerate(_ORDINAL_WORDS, start=1)
} | {"اول": "1", "هیجدهم": "18"}
_ORDINAL = re.compile(
    rf"\b(?:هیجدهم|اول|{'|'.join(reversed(_ORDINAL_WORDS))})\b".replace(" ", " ?")
)
_BOTH = re.compile(  # between one day in two calendars
    r"[()]| [-–|/] |[,،]? (?:ال)?(?:برابر با|مطابق با|مصادف با|معادل|موافق(?: ل)?) "
)
_MOST_PARTS = 3
_ZONES: dict[str, float] = {  # hours; of those that mean one zone only
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "mst": -7, "mdt": -6, "pst": -8,
    "pdt": -7, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "irst": 3.5, "irdt": 4.5,
}  # fmt: skip
_OFFSET = re.compile(r"(?:gmt|utc)?(?P<sign>[+-])(?P<hours>\d{1,2}?):?(?P<minutes>\d{2})?")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
_RFC2822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} [\d:]+ (?:[A-Z]+|[+-]\d{4})"
)
_YEAR = re.compile(r"\d{4}")
_EPOCH = re.compile(r"(?:\d{10}|[3-9]\d{11}|\d{13}|\d{16}|\d{19})(?:\.\d{1,9})?")
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
_AFTER_NOON = ("p", "ب", "ع", "م")
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
    if base is None and not _YEAR.search(line):
        return None
    if _EPOCH.fullmatch(line):
        return _since_1970(float(line))
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
    line = _ORDINAL.sub(lambda match: _ORDINALS[match[0].replace(" ", "")], line, count=1)
    for pattern in _DATES:
        match = pattern.fullmatch(line)
        if match:
            moment = _moment(match.groupdict())
            if moment or not match.groupdict().get("month"):
                return moment
    return (_relative(line, base) if base else None) or _twice(line) or _abroad(line)


def _since_1970(number: float) -> Moment | None:
    """Read the time that programs count in seconds or in 1/1,000, 1/10^6 or 1/10^9 of one.

    Only of 2001 to 2033, from 1979 in the finer units: no number of these digits is a date by
    year, month and day.
    """
    for unit in (1, 1_000, 1_000_000, 1_000_000_000):
        if (1e9 if unit == 1 else 3e8) <= number / unit < 2e9:  # noqa: PLR2004  # as above
            at = datetime.fromtimestamp(number / unit, TEHRAN)
            return Moment(at.replace(second=0, microsecond=0))
    return None


def _twice(line: str) -> Moment | None:
    """Read one day that is written in two calendars; None when they are two days."""
    parts = [part for part in _BOTH.split(line) if part.strip(" ,،")]
    if not 1 < len(parts) <= _MOST_PARTS:
        return None
    moments = [moment for part in parts if (moment := parse(part.strip(" ,،")))]
    moments.sort(key=lambda moment: moment.precision is not Precision.MINUTE)
    days = {moment.at.date() for moment in moments}
    is_one = len(moments) == len(parts) and len(days) == 1
    is_day = moments and moments[-1].precision in (Precision.DAY, Precision.MINUTE)
    return moments[0] if is_one and is_day else None


def _abroad(line: str) -> Moment | None:
    """Read a day, the name of a month and a year in another language, in any order.

    Beside them stand only names of weekdays and the small words of dates.
    """
    match = _ABROAD.fullmatch(line)
    if match is None:
        return None
    months, weekdays = _names_abroad()
    numbers: list[str] = []
    found: list[tuple[str, int]] = []
    for word in re.split(r"[\s,()/-]+", match["words"]):
        name = _compact(word.removeprefix("d'").strip("."))
        number = _NUMBER.fullmatch(word.strip("."))
        month = months.get(name) or months.get(name.removeprefix("ב"))
        if number:
            numbers.append(number["number"])
        elif month:
            found.append((name, month))
        elif name and name not in weekdays and name not in _BESIDE:
            return None
    numbers.sort(key=len)
    if len(found) != 1 or [min(len(number), 3) for number in numbers] not in ([1, 3], [2, 3]):
        return None
    (name, month), year = found[0], int(numbers[1])
    if ord(name[0]) in _THAI and year in _BUDDHIST:
        year -= _BUDDHIST_EPOCH
    try:
        day = date(year, month, int(numbers[0]))
    except ValueError:
        return None
    parts = match.groupdict()
    precision = Precision.MINUTE if parts["hour"] else Precision.DAY
    return _at(day, parts, precision) if year in _NUMERIC_GREGORIAN else None


@cache  # a quarter of a second, when the first such date is read
def _names_abroad() -> tuple[dict[str, int], frozenset[str]]:
    """Return the months by name, without names that are two months, and the weekdays."""
    months: defaultdict[str, set[int]] = defaultdict(set)
    weekdays = set[str]()
    for language in _LANGUAGES.split():
        locale = Locale.parse(language)
        for form, width in product(("format", "stand-alone"), ("wide", "abbreviated")):
            for number, name in locale.months[form][width].items():
                months[_compact(name.strip("."))].add(number)
            weekdays.update(_compact(name.strip(".")) for name in locale.days[form][width].values())
    single = {name: next(iter(found)) for name, found in months.items() if len(found) == 1}
    return single, frozenset(weekdays)


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
    if parts.get("year_last"):
        # Subtle: with the year last, a day up to 12 may as well be the month.
        if day <= _MONTHS_A_YEAR and month <= _MONTHS_A_YEAR and day != month:
            return None
        day, month = max(day, month), min(day, month)
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
        months = {_month_named(part) for part in name.split("/")}  # «حزيران/يونيو»
        month = months.pop()
        return month if month and not months and era in (None, month[0]) else None
    year = int(parts["year"] or 0)
    if era:
        calendar = era
    elif year in _NUMERIC_JALALI:
        calendar = _Calendar.JALALI
    elif year in _NUMERIC_GREGORIAN:
        calendar = _Calendar.GREGORIAN
    else:
        return None
    return calendar, int(parts.get("number") or 1)


def _month_named(name: str) -> tuple[_Calendar, int] | None:
    """Return the calendar and the number of the month of a name."""
    name = name.replace(" ", "").lower().strip(".").removesuffix("ماه")
    return _MONTH_BY_NAME.get(name) or _MONTH_BY_NAME.get(name.removesuffix("ی"))


def _at(day: date, parts: dict[str, str | None], precision: Precision) -> Moment | None:
    """Add the time of day, None when the clock has no such time."""
    hour, minute, half = int(parts["hour"] or 0), int(parts["minute"] or 0), parts["half"]
    is_after_noon = half is not None and half.lower().startswith(_AFTER_NOON)
    if half and hour not in (range(1, 24) if is_after_noon else range(1, 13)):
        return None
    if precision is not Precision.MINUTE and parts["hour"]:
        return None
    if half:
        hour = hour % _HALF_A_DAY + (_HALF_A_DAY if is_after_noon else 0)
    try:
        stated = parts.get("zone")
        zone = _zone(stated.lower()) if stated else TEHRAN
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
        return Moment(at.astimezone(TEHRAN), precision) if zone else None
    except (ValueError, OverflowError):
        return None


def _zone(name: str) -> tzinfo | None:
    """Return the zone of an offset or abbreviation; None for one that could be several."""
    match = _OFFSET.fullmatch(name)
    if match is None:
        hours = _ZONES.get(name)
        return None if hours is None else timezone(timedelta(hours=hours))
    east = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return timezone(-east if match["sign"] == "-" else east)
