"""Dates: every way to write one afternoon, and what is no date."""

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.calendars import TEHRAN, format_gregorian, format_jalali, jalali_parts
from index.text.dates import parse
from index.types import Moment, Precision

CASES = Path(__file__).parents[3] / "shared/cases/ingest/08-dates/dates.jsonl"
AFTERNOON = Moment(datetime(2023, 6, 9, 18, 15, tzinfo=TEHRAN), Precision.MINUTE)
DAY = Moment(datetime(2023, 6, 9, tzinfo=TEHRAN), Precision.DAY)


@pytest.mark.parametrize(
    "text",
    [
        "۱۹ خرداد ۱۴۰۲، ۱۸:۱۵",
        "جمعه ۱۹ خردادماه ۱۴۰۲ ساعت ۱۸:۱۵",
        "تاریخ انتشار: ۱۹ خرداد ۱۴۰۲ - ۱۸:۱۵",
        "۱۴۰۲/۰۳/۱۹ - ۱۸:۱۵",
        "١٤٠٢/٠٣/١٩ ١٨:١٥",
        "18:15 - 1402/03/19",
        "1402-03-19 18:15",
        "2023-06-09T14:45:00Z",
        "2023-06-09T18:15:42+03:30",
        "2023-06-09 18:15",
        "June 9, 2023 6:15 pm",
        "Fri, 09 Jun 2023 14:45:00 GMT",
    ],
)
def test_parse_minute(text: str) -> None:
    """The minute is read in any calendar, digits and order; seconds are cut off."""
    assert AFTERNOON == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "۱۹ خرداد ۱۴۰۲",
        "19 khordad 1402",
        "پنج‌شنبه، ۱۹ خرداد ماه ۱۴۰۲",
        "1402/3/19",
        "2023-06-09",
        "9 June 2023",
        "Friday, June 9, 2023",
        "۹ ژوئن ۲۰۲۳",
        "٩ يونيو ٢٠٢٣",
        "9 حزيران 2023",
        "۲۰ ذی‌القعده ۱۴۴۴",
        "20 ذو القعدة 1444",
        "۱۴۴۴/۱۱/۲۰ ق",
    ],
)
def test_parse_day(text: str) -> None:
    """A day without a time is a day, in Jalali, Gregorian and lunar Hijri."""
    assert DAY == parse(text)


@pytest.mark.parametrize(
    ("text", "iso", "precision"),
    [
        ("خرداد ۱۴۰۲", datetime(2023, 5, 22, tzinfo=TEHRAN), Precision.MONTH),
        ("June 2023", datetime(2023, 6, 1, tzinfo=TEHRAN), Precision.MONTH),
        ("۱۴۰۲", datetime(2023, 3, 21, tzinfo=TEHRAN), Precision.YEAR),
        ("2023", datetime(2023, 1, 1, tzinfo=TEHRAN), Precision.YEAR),
        ("19/06/2023", datetime(2023, 6, 19, tzinfo=TEHRAN), Precision.DAY),
        ("30 اسفند 1403", datetime(2025, 3, 20, tzinfo=TEHRAN), Precision.DAY),
    ],
)
def test_parse_part(text: str, iso: datetime, precision: Precision) -> None:
    """What is not stated is the earliest possible, and marked by the precision."""
    assert Moment(iso, precision) == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "کد خبر 5805672", "5805672", "1444", "82/5/3", "09/06/2023", "۲۶ اردیبهشت",
        "31 مهر 1402", "30 اسفند 1402", "29 February 2023", "2023-13-01", "0 خرداد 1402",
        "25:00 19 خرداد 1402", "19 خرداد 1402، 18:75", "19 ژوئن 1402", "19 خرداد 2023",
        "2023-06-09T99:00:00Z", "۱۹ خرداد ۱۴۰۲ گفت", "در ۱۹ خرداد ۱۴۰۲", "19 foo 1402",
        "رمضان ۱۴۴۴", "9999-99-99", "1" * 5_000, "1402/03/19" * 20,
    ],
)  # fmt: skip
def test_parse_refuses(text: str) -> None:
    """Impossible, ambiguous or partial dates, and other text, are no dates."""
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("۳ ساعت پیش", "2023-06-09T15:15+03:30"),
        ("3 hours ago", "2023-06-09T15:15+03:30"),
        ("یک ساعت قبل", "2023-06-09T17:15+03:30"),
        ("an hour ago", "2023-06-09T17:15+03:30"),
        ("٢٠ دقیقه پیش", "2023-06-09T17:55+03:30"),
        ("دیروز", "2023-06-08"),
        ("Yesterday", "2023-06-08"),
        ("دیروز ساعت ۱۰:۳۰", "2023-06-08T10:30+03:30"),
        ("today, 9:05", "2023-06-09T09:05+03:30"),
        ("دو روز پیش", "2023-06-07"),
        ("2 weeks ago", "2023-05-26"),
        ("۱۹ خرداد ۱۴۰۲", "2023-06-09"),
    ],
)
def test_relative_words_count_from_a_base(text: str, expected: str) -> None:
    """With a base they are read, as exactly as they state; without one they are no dates."""
    found = parse(text, AFTERNOON)

    assert found is not None
    assert expected == found.isoformat()
    assert parse(text) is None or parse(text) == found


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("3 hours ago", DAY),
        ("دیروز", Moment(DAY.at, Precision.MONTH)),
        ("yesterday", Moment(DAY.at, Precision.YEAR)),
        ("9999 weeks ago, or so", AFTERNOON),
        ("2 months ago", AFTERNOON),
        ("دیروز ۲۵:۰۰", AFTERNOON),
    ],
)
def test_relative_words_invent_nothing(text: str, base: Moment) -> None:
    """Hours from a day, days from a month, months of unknown length are not read."""
    assert parse(text, base) is None


def test_relative_words_before_the_calendar_are_no_date() -> None:
    """Weeks that lead back before the first day are no date."""
    assert parse("9999 weeks ago", Moment(datetime(100, 1, 1, tzinfo=TEHRAN))) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-06-09T14:45:00.123Z", AFTERNOON),
        ("2023-06-09T16:45:00+02:00", AFTERNOON),
        ("Fri, 09 Jun 2023 18:15:00 +0330", AFTERNOON),
        ("09 Jun 2023 14:45:00 UTC", AFTERNOON),
        ("۰۲/۰۳/۱۹", None),
        ("02/03/19", None),
        ("Fri, 09 Jun 23 14:45:00 GMT", None),
        ("Fri, 31 Jun 2023 14:45:00 GMT", None),
        ("2023-02-30T10:00:00Z", None),
    ],
)
def test_machine_dates(text: str, expected: Moment | None) -> None:
    """Zones of feeds and pages lead to one instant; two-digit years and no days to none."""
    assert expected == parse(text)


@pytest.mark.parametrize(
    ("text", "jalali", "gregorian"),
    [
        ("۱۹ خرداد ۱۴۰۲، ۱۸:۱۵", "۱۹ خرداد ۱۴۰۲، ۱۸:۱۵", "9 June 2023, 18:15"),
        ("2023-06-09", "۱۹ خرداد ۱۴۰۲", "9 June 2023"),
        ("خرداد ۱۴۰۲", "خرداد ۱۴۰۲", "May to June 2023"),
        ("دی ۱۴۰۱", "دی ۱۴۰۱", "December 2022 to January 2023"),
        ("June 2023", "خرداد تا تیر ۱۴۰۲", "June 2023"),
        ("March 2023", "اسفند ۱۴۰۱ تا فروردین ۱۴۰۲", "March 2023"),
        ("۱۴۰۲", "۱۴۰۲", "2023–2024"),
        ("2023", "۱۴۰۱–۱۴۰۲", "2023"),
    ],
)
def test_format_shows_known_parts(text: str, jalali: str, gregorian: str) -> None:
    """Only stated parts are written; a month of one calendar is two of the other."""
    moment = parse(text)

    assert moment is not None
    assert (jalali, gregorian) == (format_jalali(moment), format_gregorian(moment))


@given(st.datetimes(datetime(1900, 1, 1), datetime(2050, 1, 1)))  # noqa: DTZ001  # naive by contract
def test_format_and_parse_agree(at: datetime) -> None:
    """Both written forms of any minute read back as that minute."""
    moment = Moment(at.replace(second=0, microsecond=0, tzinfo=TEHRAN))

    assert moment == parse(format_jalali(moment))
    assert moment == parse(format_gregorian(moment))


@pytest.mark.parametrize(
    "text",
    [
        "۱۹ خرداد ۱۴۰۲ ساعت ۱۸ و ۱۵ دقیقه", "1402-03-19T18:15:00+03:30", "1402-03-19T14:45:00Z",
        "1402/03/19 06:15 ب.ظ", "۱۹ خرداد ۱۴۰۲ ساعت ۶:۱۵ بعد از ظهر", "2023-06-09 14:45:00 UTC",
        "20230609T144500Z", "20230609 181500", "1686321900", "1686321900.5", "1686321900000",
        "9 June 2023 14:45 GMT", "June 9, 2023 at 10:45 a.m. EDT", "Fri Jun  9 18:15:00 2023",
        "Fri Jun 09 14:45:00 +0000 2023", "9 June 2023 20:15 GMT+5:30", "2023年06月09日 18:15",
        "Freitag, 9. Juni 2023, 18:15 Uhr", "vendredi 9 juin 2023 à 18h15", "9 июня 2023 г., 18:15",
    ],
)  # fmt: skip
def test_parse_minute_of_programs_and_other_languages(text: str) -> None:
    """Clocks in words, zones by name, seconds since 1970 and other languages give the minute."""
    assert AFTERNOON == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "نوزدهم خرداد ۱۴۰۲", "جمعه، نوزدهم خرداد ماه ۱۴۰۲", "۱۹/خرداد/۱۴۰۲", "خرداد ۱۹، ۱۴۰۲",
        "۱۹ جوزا ۱۴۰۲", "۱۹ جوزای ۱۴۰۲", "14020319", "۱۴۰۲۰۳۱۹", "20230609", "Jun. 9, 2023",
        "۱۹ خرداد ۱۴۰۲ (۹ ژوئن ۲۰۲۳)", "۱۹ خرداد ۱۴۰۲ برابر با ۹ ژوئن ۲۰۲۳", "9th of June 2023",
        "9 يونيو/حزيران 2023", "الجمعة 20 ذو القعدة 1444 هـ الموافق 9 يونيو 2023 م",
        "2023年6月9日 (金)", "2023년 6월 9일", "ngày 9 tháng 6 năm 2023", "9 de junio de 2023",
        "2023. június 9.", "9 d'juny de 2023", "9 Haziran 2023 Cuma", "9 มิถุนายน 2566",
        "9 มิถุนายน 2023", "9 ביוני 2023", "9 जून 2023", "9 Ιουνίου 2023", "Posted on June 9, 2023",
    ],
)  # fmt: skip
def test_parse_day_of_other_writings(text: str) -> None:
    """Days in words, of Afghanistan, without separators, in two calendars, in other languages."""
    assert DAY == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "۱۹ خرداد ۰۲", "12/03/1402", "9.6.2023", "6/7/2023 2:45 PM", "۱۹ خرداد ۱۴۰۲ (۱۰ ژوئن ۲۰۲۳)",
        "۱۹ خرداد ۱۴۰۲ - ۲۳ خرداد ۱۴۰۲", "نیمه دوم خرداد ۱۴۰۲", "20231301", "20230230", "14041301",
        "Updated: 2023-06-09 18:15", "Last modified June 9, 2023", "9 listopada 2023",
        "31 juin 2023", "9 juin 1402", "9 May 2566", "9 juin 10 juin 2023", "9 juin 2023 la ville",
        "09121234567", "987654321", "9 June 2023 18:15 IST", "9 June 2023 18:15 +99",
        "2023-06-09 25:15 pm",
    ],
)  # fmt: skip
def test_parse_refuses_what_could_be_two_dates(text: str) -> None:
    """Two days, two months of one name, a zone of two countries, an update: no date."""
    assert parse(text) is None


def test_month_last_before_a_year_is_told_by_a_day_beyond_twelve() -> None:
    """Of day and month before the year, the number beyond 12 is the day."""
    expected = Moment(datetime(2023, 6, 25, 14, 45, tzinfo=TEHRAN))

    assert expected == parse("6/25/2023 2:45 PM") == parse("25/06/2023 14:45")


def test_dates_of_the_shared_cases() -> None:
    """Each of its 81 forms gives its day or none, never a wrong one."""
    if not CASES.exists():
        pytest.skip("../shared/cases is not here")
    lines = CASES.read_text(encoding="utf-8").splitlines()
    found = [parse(str(json.loads(line)["date"])) for line in lines]
    days = Counter(f"{moment.at:%m-%d}" if moment else "" for moment in found)

    assert {"06-09": 68, "06-13": 2, "05-30": 1, "06-25": 2, "06-08": 1, "": 7} == days


@given(st.text(max_size=90))
def test_parse_never_fails(text: str) -> None:
    """Any text gives a moment or None."""
    found = parse(text)

    assert found is None or found.at.utcoffset() is not None


def test_jalali_parts_are_tehrans() -> None:
    """An instant late in the day in UTC is the next day in Tehran."""
    late = Moment(AFTERNOON.at.astimezone(TEHRAN) + timedelta(hours=6))

    assert (1402, 3, 20) == jalali_parts(late)
