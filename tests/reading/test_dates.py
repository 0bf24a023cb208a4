"""Dates: every way to write one afternoon, and what is no date."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import TEHRAN, format_gregorian, format_jalali, jalali_parts, parse
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
