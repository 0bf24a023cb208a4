"""Which two quotes are said to contradict each other."""

from datetime import datetime, timedelta

import pytest

from bot.answer.contradictions import differences
from bot.types import Citation, Headline
from index import ArticleId, Moment, Span
from index.text import TEHRAN

DAY = datetime(2023, 9, 10, 8, tzinfo=TEHRAN)


def _quote(number: int, text: str, days: float | None = 0, article: str = "") -> Citation:
    published = None if days is None else Moment(DAY + timedelta(days=days))
    return Citation(
        number=number,
        article_id=ArticleId(article or f"article-{number}"),
        headline="",
        source="",
        via="",
        published=published,
        url="",
        span=Span(0, len(text)),
        quote=text,
        score=1.0,
    )


ONE = "Police said 12 people were injured when a train hit a truck near Semnan on Sunday."


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (
            ONE,
            "Fifteen people were injured on Sunday when a train hit a truck near Semnan.",
            ("12 people", "Fifteen people"),
        ),
        (
            "در برخورد قطار با کامیون در نزدیکی سمنان ۱۲ نفر مجروح شدند.",
            "بر اثر برخورد قطار با یک کامیون در نزدیکی سمنان ۱۵ نفر مجروح شدند.",
            ("۱۲ نفر", "۱۵ نفر"),
        ),
        (
            "بانک مرکزی نرخ تورم آبان ماه را ۴۲ درصد اعلام کرد.",
            "نرخ تورم آبان ماه از سوی بانک مرکزی چهل و پنج درصد اعلام شد.",
            ("۴۲ درصد", "چهل و پنج درصد"),
        ),
    ],
)
def test_other_numbers_are_told(one: str, other: str, said: tuple[str, str]) -> None:
    """Two reports of a day that count the same thing and get another number differ."""
    (found,) = differences([_quote(2, other), _quote(1, one)])

    assert (found.numbers, found.said) == ((1, 2), said)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "شرکت راه آهن حرکت قطارهای مسافربری مشهد را از روز شنبه متوقف کرد.",
            "شرکت راه آهن حرکت قطارهای مسافربری مشهد را از روز شنبه متوقف نکرد.",
        ),
        (
            "The ministry did not approve the sale of the northern refinery to the bank.",
            "The ministry approved the sale of the northern refinery to the bank.",
        ),
    ],
)
def test_denials_are_told(one: str, other: str) -> None:
    """The same words with and without a negation differ."""
    (found,) = differences([_quote(1, one), _quote(2, other)])

    assert (found.numbers, found.said) == ((1, 2), None)


@pytest.mark.parametrize(
    "other",
    [
        ONE,
        "Twelve people were injured on Sunday when a train hit a truck near Semnan.",
        "About 15 people were injured when a train hit a truck near Semnan on Sunday.",
        "At least 10 people were injured when a train hit a truck near Semnan on Sunday.",
        "10 to 15 people were injured when a train hit a truck near Semnan on Sunday.",
        "Police said 10 people were injured when a train hit a truck near Semnan on Sunday.",
        "Police said 40 trains were late when a train hit a truck near Semnan on Sunday.",
        "Police said 15 people were injured when a train hit a truck near Semnan on Friday.",
        "Police said 15 people were injured when a ship sank off Bandar Abbas on Sunday.",
        "Police closed route 44 when a train hit a truck near Semnan on Sunday, injuring people.",
        "در برخورد قطار با کامیون در نزدیکی سمنان ۱۵ نفر مجروح شدند.",
    ],
)
def test_what_can_both_be_right_is_left_alone(other: str) -> None:
    """The same in words, rounded or about numbers, other things, days and events are no fault."""
    assert differences([_quote(1, ONE), _quote(2, other)]) == ()


@pytest.mark.parametrize(("days", "article"), [(9, ""), (None, ""), (0, "article-1")])
def test_only_reports_of_one_time_are_compared(days: float | None, article: str) -> None:
    """Later reports, undated ones and the same article say nothing against each other."""
    other = "Police said 15 people were injured when a train hit a truck near Semnan on Sunday."

    assert differences([_quote(1, ONE), _quote(2, other, days, article)]) == ()


def test_copies_of_one_report_are_not_compared() -> None:
    """What stands in another copy of the same report is a misprint there, not another source."""
    other = _quote(2, ONE.replace("12", "15"))
    head = Headline(article_id=other.article_id, headline="", source="", published=None, url="")
    copied = Citation(**{**_fields(_quote(1, ONE)), "also_in": (head,)})

    assert differences([_quote(1, ONE), other]) != ()
    assert differences([copied, other]) == ()


def _fields(citation: Citation) -> dict[str, object]:
    return {name: getattr(citation, name) for name in citation.__slots__}
