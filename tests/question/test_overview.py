"""Which questions ask for several articles, and for which parts of the archive."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.question.overview import find_plan
from bot.types import Shape
from index import EVERYTHING, Scope
from index.text import TEHRAN

NOW = datetime(2023, 6, 14, 12, tzinfo=TEHRAN)
OUTLETS = ("mehr", "fars", "tasnim", "local gazette")


def _days(side: Scope) -> tuple[str, str]:
    since, until = (f"{one:%Y-%m-%d}" if one else "" for one in (side.since, side.until))
    return since, until


@pytest.mark.parametrize(
    ("question", "topic", "sides"),
    [
        (
            "what changed between May and July in the nuclear talks?",
            "what changed in the nuclear talks",
            [("2022-05-01", "2022-06-01"), ("2022-07-01", "2022-08-01")],
        ),
        (
            "How did the price of gold change between 2010 and 2015?",
            "How did the price of gold change",
            [("2010-01-01", "2011-01-01"), ("2015-01-01", "2016-01-01")],
        ),
        (
            "please compare oil exports in 2011 with 2012",
            "oil exports",
            [("2011-01-01", "2012-01-01"), ("2012-01-01", "2013-01-01")],
        ),
        (
            "Compare oil exports in 2012 and 2011.",
            "oil exports",
            [("2011-01-01", "2012-01-01"), ("2012-01-01", "2013-01-01")],
        ),
        (
            "compare last year with this year for wheat imports",
            "for wheat imports",
            [("2022-01-01", "2023-01-01"), ("2023-01-01", "2024-01-01")],
        ),
        (
            "How did bread prices change between 1400 and 1401?",
            "How did bread prices change",
            [("2021-03-21", "2022-03-21"), ("2022-03-21", "2023-03-21")],
        ),
        (
            "قیمت دلار را در سال ۱۴۰۰ و ۱۴۰۱ مقایسه کن",
            "قیمت دلار",
            [("2021-03-21", "2022-03-21"), ("2022-03-21", "2023-03-21")],
        ),
        (
            "مقايسه كن قيمت دلار در ۱۴۰۱ و ۱۴۰۰",
            "قیمت دلار",
            [("2021-03-21", "2022-03-21"), ("2022-03-21", "2023-03-21")],
        ),
        (
            "قیمت دلار بین فروردین و خرداد ۱۴۰۲ چه تغییری کرد؟",
            "قیمت دلار چه تغییری کرد",
            [("2023-03-21", "2023-04-21"), ("2023-05-22", "2023-06-22")],
        ),
        (
            "نرخ تورم از ۱۳۹۸ تا ۱۴۰۰ چقدر تغییر کرد؟",
            "نرخ تورم چقدر تغییر کرد",
            [("2019-03-21", "2020-03-20"), ("2021-03-21", "2022-03-21")],
        ),
        (
            "قیمت دلار امسال را با پارسال مقایسه کنید",
            "قیمت دلار",
            [("2022-03-21", "2023-03-21"), ("2023-03-21", "2024-03-20")],
        ),
    ],
)
def test_times_are_compared(question: str, topic: str, sides: list[tuple[str, str]]) -> None:
    """Two times in a comparison are its sides, the earlier first, and no part of the topic."""
    plan = find_plan(question, NOW, OUTLETS)

    assert plan is not None
    assert plan.shape is Shape.COMPARISON
    assert [_days(side) for side in plan.sides] == sides
    assert plan.topic.removesuffix(" را") == topic


@pytest.mark.parametrize(
    ("question", "topic", "outlets"),
    [
        ("compare what Mehr and Tasnim said about Sukhoi jets", "Sukhoi jets", ["mehr", "tasnim"]),
        (
            "How did Mehr and Fars report the bridge collapse differently?",
            "the bridge collapse",
            ["mehr", "fars"],
        ),
        ("How do Mehr's and Tasnim's reports on drones differ?", "drones", ["mehr", "tasnim"]),
        (
            "What is the difference between Mehr's and Reuters's accounts of the accident?",
            "the accident",
            ["mehr", "reuters"],
        ),
        (
            "compare what Local Gazette and Mehr wrote about the dam",
            "the dam",
            ["local gazette", "mehr"],
        ),
        ("گزارش مهر و تسنیم درباره سوخو را مقایسه کن", "درباره سوخو", ["mehr", "tasnim"]),
        ("روایت ایسنا و فارس را از حادثه مقایسه کنید", "را از حادثه", ["isna", "fars"]),
    ],
)
def test_outlets_are_compared(question: str, topic: str, outlets: list[str]) -> None:
    """Outlets named together with a word of reporting are the sides, in the order named."""
    plan = find_plan(question, NOW, OUTLETS)

    assert plan is not None
    assert plan.shape is Shape.COMPARISON
    assert [sorted(side.sources) for side in plan.sides] == [[one] for one in outlets]
    assert plan.topic == topic


@pytest.mark.parametrize(
    ("question", "topic", "days"),
    [
        (
            "summarise what officials said about the bridge",
            "what officials said about the bridge",
            ("", ""),
        ),
        ("Give me a short summary of the news on drones in 2022", "drones",
         ("2022-01-01", "2023-01-01")),
        ("timeline of the bridge collapse", "the bridge collapse", ("", "")),
        ("how did the price of gold change since 1401?", "how did the price of gold change",
         ("2022-03-21", "")),
        ("How has the price of gold changed since 2020?", "How has the price of gold changed",
         ("2020-01-01", "")),
        ("خلاصه اظهارات مقامات درباره جت‌های سوخو", "اظهارات مقامات درباره جت های سوخو", ("", "")),
        ("خلاصه خبرهای سیل گلستان", "سیل گلستان", ("", "")),
        ("لطفاً خلاصه‌ای از سخنان وزیر درباره مذاکرات", "سخنان وزیر درباره مذاکرات", ("", "")),
        ("اظهارات مقامات درباره سوخو را خلاصه کن", "اظهارات مقامات درباره سوخو", ("", "")),
        ("گاه‌شمار مذاکرات هسته‌ای در سال ۱۴۰۱", "مذاکرات هسته ای", ("2022-03-21", "2023-03-21")),
        ("قیمت دلار از سال ۱۴۰۰ تاکنون چه تغییری کرده است؟", "قیمت دلار چه تغییری کرده است",
         ("2021-03-21", "")),
    ],
)  # fmt: skip
def test_overviews_are_asked_for(question: str, topic: str, days: tuple[str, str]) -> None:
    """An order to sum up, or a change since some time, is an overview of that time."""
    plan = find_plan(question, NOW, OUTLETS)

    assert plan is not None
    assert (plan.shape, plan.topic) == (Shape.OVERVIEW, topic)
    assert [_days(side) for side in plan.sides] == [days]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("latest news about the ferry", "the ferry"),
        ("Any news on the ferry strike?", "the ferry strike"),
        ("what's the latest on the ferry?", "the ferry"),
        ("What is new with Okhara?", "Okhara"),
        ("show me the latest headlines about wheat", "wheat"),
        ("آخرین خبر از کشتی", "کشتی"),
        ("آخرین خبرهای اعتصاب کشتی‌ها", "اعتصاب کشتی ها"),
        ("از اعتصاب چه خبر؟", "اعتصاب"),
        ("چه خبر از اعتصاب؟", "اعتصاب"),
        ("خبر جدیدی از قیمت گندم داری؟", "قیمت گندم"),
        ("جدیدترین خبر بندر رو بده", "بندر"),
        ("اخبار بندر", "بندر"),
    ],
)
def test_what_is_new_on_a_topic_is_asked_for(question: str, topic: str) -> None:
    """The topic is what is searched; what asks for news is not."""
    plan = find_plan(question, NOW, OUTLETS)

    assert plan is not None
    assert (plan.shape, plan.topic) == (Shape.LATEST, topic)


@pytest.mark.parametrize(
    "question",
    [
        "What news agency reported the crash?",
        "What is the latest model of the ferry?",
        "who broke the news?",
        "آخرین خبری که از او رسید چه بود؟",
        "خبر مرگ او کی منتشر شد؟",
        "خبرگزاری بندر چه گفت؟",
    ],
)
def test_news_in_other_questions_ask_for_no_news(question: str) -> None:
    """A question in which news occur is a question like any other."""
    assert find_plan(question, NOW, OUTLETS) is None


@pytest.mark.parametrize(
    "question",
    [
        "What is the difference between fusion and fission?",
        "compare the population of Iran and Iraq",
        "What changed?",
        "compare 2011 and 2012",
        "summarise",
        "Who compared the Shah to Cyrus?",
        "What was the summary of the report about?",
        "Who wrote the summary of 2011 and 2012?",
        "How did the Normans change their language?",
        "How did the city change in 1990?",
        "How many people lived there between 2010 and 2015?",
        "By how much did exports grow compared with 2011?",
        "What is the distance between Tehran and Mashhad?",
        "What did Mehr and Tasnim say about the jets?",
        "compare rain in Fars and Mehr",
        "What is on the timeline?",
        "تفاوت اکسیژن و ازون چیست؟",
        "خلاصه داستان فیلم جدایی نادر از سیمین چیست؟",
        "خلاصه کتاب را چه کسی نوشت؟",
        "بین مهر و آبان چه جشنی برگزار می‌شود؟",
        "در مقایسه با سال ۱۳۹۰ صادرات چند درصد رشد کرد؟",
        "جمعیت شهر نسبت به سال قبل چه تغییری کرد؟",
        "جمعیت ایران و عراق را مقایسه کن",
        "بارش فارس و مهر را مقایسه کن",
        "سیر تا پیاز چیست؟",
        "Was hat sich zwischen 2010 und 2015 geändert?",
        "",
        "؟",
        "compare " + "words " * 100 + "in 2011 and 2012",
    ],
)
def test_other_questions_are_left_alone(question: str) -> None:
    """Comparisons of things, figures beside figures and names that sound alike are no plans."""
    assert find_plan(question, NOW, OUTLETS) is None


@given(st.text(max_size=120), st.sampled_from(["compare ", "summarise ", "مقایسه ", "خلاصه خبر "]))
def test_any_text_may_follow(text: str, order: str) -> None:
    """Whatever is asked, a plan has a topic and as many sides as its shape allows."""
    plan = find_plan(order + text, NOW, OUTLETS)

    if plan is not None:
        assert plan.topic
        if plan.shape is Shape.OVERVIEW:
            assert len(plan.sides) == 1
        else:
            assert 2 <= len(plan.sides) <= 4
            assert EVERYTHING not in plan.sides
