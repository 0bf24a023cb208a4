"""Dates: every way to write one afternoon, and what is no date."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.calendars import TEHRAN, format_gregorian, format_jalali, jalali_parts
from index.text.dates import parse
from index.types import Moment, Precision

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


@given(st.text(max_size=90))
def test_parse_never_fails(text: str) -> None:
    """Any text gives a moment or None."""
    found = parse(text)

    assert found is None or found.at.utcoffset() is not None


def test_jalali_parts_are_tehrans() -> None:
    """An instant late in the day in UTC is the next day in Tehran."""
    late = Moment(AFTERNOON.at.astimezone(TEHRAN) + timedelta(hours=6))

    assert (1402, 3, 20) == jalali_parts(late)
