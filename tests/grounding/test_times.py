"""Dates are reconciled across calendars and never taken finer than the quotes tell them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grounding.times import find_times, is_told, known_times
from index import Moment, Precision
from index.text import format_gregorian, format_jalali, parse_date

DAYS = st.dates(min_value=date(1980, 1, 1), max_value=date(2030, 12, 31))


def _moment(day: date) -> Moment:
    found = parse_date(day.isoformat())
    assert found is not None
    assert found.precision is Precision.DAY
    return found


def _told(claim: str, quote: str, *, published: str = "", language: str = "fa") -> bool:
    known = known_times([(quote, language, parse_date(published) if published else None)])
    words = [word for word in find_times(claim) if word.is_sure]
    assert words, claim
    return all(is_told(word, known) for word in words)


@given(DAYS, st.integers(min_value=1, max_value=4000))
def test_a_day_is_itself_in_the_other_calendar_and_no_other_day(day: date, away: int) -> None:
    """Every day of fifty years, written in both calendars, and a day that it is not."""
    quote = f"این دیدار در {format_jalali(_moment(day))} برگزار شد."
    assert _told(f"They met on {format_gregorian(_moment(day))}.", quote)
    other = _moment(day + timedelta(days=away))
    assert not _told(f"They met on {format_gregorian(other)}.", quote)


@given(DAYS)
def test_a_month_and_a_year_hold_their_days(day: date) -> None:
    """A claim may say less than the quote, never more."""
    moment = _moment(day)
    exact, month = format_gregorian(moment), format_gregorian(moment).partition(" ")[2]
    assert _told(f"It was in {month}.", f"در {format_jalali(moment)} بود.")
    assert _told(f"It was in {day.year}.", f"در {format_jalali(moment)} بود.")
    assert not _told(f"It was on {exact}.", f"In {month} it was.", language="en")


@pytest.mark.parametrize(
    ("claim", "quote", "published", "is_right"),
    [
        ("on 9 June 2023", "دیروز آمد", "۲۰ خرداد ۱۴۰۲", True),
        ("on 8 June 2023", "دیروز آمد", "۲۰ خرداد ۱۴۰۲", False),
        ("on 9 June 2023", "در ۱۹ خرداد آمد", "۲۰ خرداد ۱۴۰۲", True),
        ("on 9 June 2022", "در ۱۹ خرداد آمد", "۲۰ خرداد ۱۴۰۲", False),
        ("in 2022", "سال گذشته آمد", "۲۰ خرداد ۱۴۰۲", True),
        ("on Tuesday", "روز سه‌شنبه آمد", "", True),
        ("on Monday", "روز سه‌شنبه آمد", "", False),
        ("on 4 July 1776", "در ۴ جولای ۱۷۷۶ بود", "", True),
        ("in October", "در ماه اکتبر آغاز شد", "", True),
        ("in November", "در ماه اکتبر آغاز شد", "", False),
        ("on January 24", "On January 24 they came", "", True),
    ],
)
def test_dates_without_a_year_and_days_told_by_their_article(
    claim: str, quote: str, published: str, *, is_right: bool
) -> None:
    """The day of publication tells what «دیروز» and «۱۹ خرداد» are."""
    language = "en" if quote.isascii() else "fa"
    assert _told(claim, quote, published=published, language=language) is is_right


def test_words_that_are_also_months_are_none_alone() -> None:
    """The verb "may" and «مهر» as love state no date."""
    for text in ("He may march on.", "مهر و محبت او", "تیر به او خورد"):
        assert not any(word.is_sure for word in find_times(text, "fa")), text


def test_months_of_other_languages_are_read() -> None:
    """German and Russian dates are CLDR's."""
    assert _told("on 9 June 2023", "Am 9. Juni 2023 kam er.", language="de")
    assert _told("on 9 June 2023", "Он приехал 9 июня 2023 года.", language="ru")
