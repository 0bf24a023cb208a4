"""Times in questions: what is recognised, what it means, and what is left alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.question.period import find_period, read_days
from index import Moment, Precision
from index.text import TEHRAN, format_gregorian, format_jalali

NOW = datetime(2023, 6, 14, 12, tzinfo=TEHRAN)
"""A Wednesday, 24 Khordad 1402."""

# What is asked, the first day meant, and the last; a dash where there is no such bound.
NAMED = """
What happened today? | 2023-06-14 | 2023-06-14
What did the minister say yesterday about oil? | 2023-06-13 | 2023-06-13
Who was killed last night in Gaza? | 2023-06-13 | 2023-06-13
What was announced the day before yesterday? | 2023-06-12 | 2023-06-12
What happened in Tehran this week? | 2023-06-12 | 2023-06-18
Which ships were seized last week? | 2023-06-05 | 2023-06-11
What did Kirby say this month? | 2023-06-01 | 2023-06-30
How much oil was sold last month? | 2023-05-01 | 2023-05-31
Who resigned this year? | 2023-01-01 | 2023-12-31
How high was inflation last year? | 2022-01-01 | 2022-12-31
Which bills passed the previous year? | 2022-01-01 | 2022-12-31
Who visited Iran in the last 3 days? | 2023-06-11 | 2023-06-14
Who visited Iran in the past three days? | 2023-06-11 | 2023-06-14
What changed over the past week? | 2023-06-07 | 2023-06-14
What changed in the last month? | 2023-05-14 | 2023-06-14
Any news of the past 24 hours? | 2023-06-13 | 2023-06-14
Who was arrested in the last two weeks? | 2023-05-31 | 2023-06-14
What did OPEC decide in the past 6 months? | 2022-12-14 | 2023-06-14
How did the rial fall over the past year? | 2022-06-14 | 2023-06-14
Who met Raisi 3 days ago? | 2023-06-11 | 2023-06-11
Which bridge fell a week ago? | 2023-06-05 | 2023-06-11
What was the dollar's price two years ago? | 2021-01-01 | 2021-12-31
What did the court rule last Friday? | 2023-06-09 | 2023-06-09
What did the court rule last Wednesday? | 2023-06-07 | 2023-06-07
Which law passed last December? | 2022-12-01 | 2022-12-31
What did Kirby say on 9 June 2023? | 2023-06-09 | 2023-06-09
What did Kirby say on June 9, 2023? | 2023-06-09 | 2023-06-09
What did Kirby say on the 9th of June 2023? | 2023-06-09 | 2023-06-09
What did Kirby say on June 9th? | 2023-06-09 | 2023-06-09
What did Kirby say on 9 June? | 2023-06-09 | 2023-06-09
Who was elected on 20 June? | 2022-06-20 | 2022-06-20
Who died on 2023-06-09? | 2023-06-09 | 2023-06-09
Who died on 2023/6/9? | 2023-06-09 | 2023-06-09
Who died on 1402/03/19? | 2023-06-09 | 2023-06-09
Which flights were cancelled on 25.12.2022? | 2022-12-25 | 2022-12-25
Who won the cup in December 2022? | 2022-12-01 | 2022-12-31
Who won the cup in Dec. 2022? | - | -
Who won the cup in Dec 2022? | 2022-12-01 | 2022-12-31
Who protested in early December 2022? | 2022-12-01 | 2022-12-31
Which treaty was signed in November of 2022? | 2022-11-01 | 2022-11-30
Who became president in 2021? | 2021-01-01 | 2021-12-31
In 2021, who became president? | 2021-01-01 | 2021-12-31
Who led the talks during 2021 and why? | 2021-01-01 | 2021-12-31
Which sanctions were lifted in the year 2016? | 2016-01-01 | 2016-12-31
What has Iran exported since 2021? | 2021-01-01 | -
What has Iran exported since June 2022? | 2022-06-01 | -
What has he said since yesterday? | 2023-06-13 | -
What was said after 9 June 2023? | 2023-06-10 | -
What was said after June 1? | 2023-06-02 | -
Who was in office before March 2022? | - | 2022-02-28
Who was in office prior to 2020? | - | 2019-12-31
Who was in office until 2020? | - | 2020-12-31
How did prices move between 2020 and 2022? | 2020-01-01 | 2022-12-31
How did prices move from 2020 to 2022? | 2020-01-01 | 2022-12-31
How did prices move in 2020-2022? | 2020-01-01 | 2022-12-31
How did prices move between June and October 2022? | 2022-06-01 | 2022-10-31
How did prices move from 1 to 9 June 2023? | 2023-06-01 | 2023-06-09
How did prices move June 1-9, 2023? | 2023-06-01 | 2023-06-09
How did prices move between 1 May and 9 June 2023? | 2023-05-01 | 2023-06-09
How did prices move from May 2022 to June 2023? | 2022-05-01 | 2023-06-30
How did prices move from June 2022 to now? | 2022-06-01 | -
How did prices move between last week and today? | 2023-06-05 | 2023-06-14
What was said in Khordad 1402? | 2023-05-22 | 2023-06-21
What was said on 19 Khordad 1402? | 2023-06-09 | 2023-06-09
How much did it rain in spring 1402? | 2023-03-21 | 2023-06-21
How much did it rain in the winter of 1401? | 2022-12-22 | 2023-03-20
How much did it rain in summer 2022? | 2022-06-01 | 2022-08-31
How much did it rain this spring? | - | -
Who fasted in Ramadan 1444? | 2023-03-23 | 2023-04-20
What did Raisi say in May this year? | 2023-05-01 | 2023-05-31
What did Raisi say in May last year? | 2022-05-01 | 2022-05-31
امروز چه خبر است؟ | 2023-06-14 | 2023-06-14
دیروز وزیر نفت چه گفت؟ | 2023-06-13 | 2023-06-13
ديروز وزير نفت چه گفت؟ | 2023-06-13 | 2023-06-13
دیشب چه کسی برنده شد؟ | 2023-06-13 | 2023-06-13
پریروز چه شد؟ | 2023-06-12 | 2023-06-12
در روز گذشته چند نفر جان باختند؟ | 2023-06-13 | 2023-06-13
این هفته چه کسی به تهران آمد؟ | 2023-06-10 | 2023-06-16
هفته جاری چه کسی به تهران آمد؟ | 2023-06-10 | 2023-06-16
هفته گذشته چه کسی به تهران آمد؟ | 2023-06-03 | 2023-06-09
هفتهٔ گذشته چه کسی به تهران آمد؟ | 2023-06-03 | 2023-06-09
هفته‌ی پیش چه کسی به تهران آمد؟ | 2023-06-03 | 2023-06-09
هفته ی قبل چه کسی به تهران آمد؟ | 2023-06-03 | 2023-06-09
این ماه تورم چقدر بود؟ | 2023-05-22 | 2023-06-21
ماه گذشته تورم چقدر بود؟ | 2023-04-21 | 2023-05-21
ماه پیش تورم چقدر بود؟ | 2023-04-21 | 2023-05-21
امسال تورم چقدر بود؟ | 2023-03-21 | 2024-03-19
در سال جاری تورم چقدر بود؟ | 2023-03-21 | 2024-03-19
پارسال تورم چقدر بود؟ | 2022-03-21 | 2023-03-20
سال گذشته تورم چقدر بود؟ | 2022-03-21 | 2023-03-20
سال قبل تورم چقدر بود؟ | 2022-03-21 | 2023-03-20
در ۳ روز اخیر چه گذشت؟ | 2023-06-11 | 2023-06-14
در ٣ روز اخير چه گذشت؟ | 2023-06-11 | 2023-06-14
طی سه روز گذشته چه گذشت؟ | 2023-06-11 | 2023-06-14
در ۲۴ ساعت گذشته چه شد؟ | 2023-06-13 | 2023-06-14
در یک هفته اخیر چه شد؟ | 2023-06-07 | 2023-06-14
در هفته اخیر چه شد؟ | 2023-06-07 | 2023-06-14
در شش ماه گذشته چه شد؟ | 2022-12-14 | 2023-06-14
در ۲ سال اخیر چه شد؟ | 2021-06-14 | 2023-06-14
سه روز پیش چه شد؟ | 2023-06-11 | 2023-06-11
دو هفته قبل چه شد؟ | 2023-05-27 | 2023-06-02
یک سال پیش چه شد؟ | 2022-03-21 | 2023-03-20
جمعه گذشته چه شد؟ | 2023-06-09 | 2023-06-09
سه‌شنبه گذشته چه شد؟ | 2023-06-13 | 2023-06-13
شنبه هفته پیش چه شد؟ | 2023-06-03 | 2023-06-09
مرداد ماه گذشته چه شد؟ | 2022-07-23 | 2022-08-22
کربی در ۱۹ خرداد ۱۴۰۲ چه گفت؟ | 2023-06-09 | 2023-06-09
كربي در ١٩ خرداد ١٤٠٢ چه گفت؟ | 2023-06-09 | 2023-06-09
کربی در 19 خرداد 1402 چه گفت؟ | 2023-06-09 | 2023-06-09
کربی در۱۹ خرداد سال ۱۴۰۲ چه گفت؟ | 2023-06-09 | 2023-06-09
کربی نوزدهم خرداد ۱۴۰۲ چه گفت؟ | 2023-06-09 | 2023-06-09
کربی روز جمعه ۱۹ خرداد ۱۴۰۲ چه گفت؟ | 2023-06-09 | 2023-06-09
کربی در ۱۹ خرداد چه گفت؟ | 2023-06-09 | 2023-06-09
۱۹ خرداد کربی چه گفت؟ | - | -
در ۱۴۰۲/۰۳/۱۹ چه شد؟ | 2023-06-09 | 2023-06-09
در ۱۴۰۲/۰۳ چه شد؟ | 2023-05-22 | 2023-06-21
در ۱۹/۰۳/۱۴۰۲ چه شد؟ | 2023-06-09 | 2023-06-09
در خرداد ۱۴۰۲ چه شد؟ | 2023-05-22 | 2023-06-21
در خردادماه ۱۴۰۲ چه شد؟ | 2023-05-22 | 2023-06-21
اخبار خرداد ماه سال ۱۴۰۲ | 2023-05-22 | 2023-06-21
در دی‌ماه ۱۴۰۱ چه شد؟ | 2022-12-22 | 2023-01-20
در دیماه ۱۴۰۱ چه شد؟ | 2022-12-22 | 2023-01-20
در اوایل دی ماه ۱۴۰۱ چه شد؟ | 2022-12-22 | 2023-01-20
در اردی‌بهشت ۱۴۰۲ چه شد؟ | 2023-04-21 | 2023-05-21
در سال ۱۴۰۱ چه شد؟ | 2022-03-21 | 2023-03-20
در سال۱۴۰۱ چه شد؟ | 2022-03-21 | 2023-03-20
در ۱۴۰۱ چه شد؟ | 2022-03-21 | 2023-03-20
در سال ۲۰۲۲ میلادی چه شد؟ | 2022-01-01 | 2022-12-31
در ۲۰۲۲ چه شد؟ | 2022-01-01 | 2022-12-31
در دسامبر ۲۰۲۲ چه شد؟ | 2022-12-01 | 2022-12-31
در ۹ ژوئن ۲۰۲۳ چه شد؟ | 2023-06-09 | 2023-06-09
در ماه مه ۲۰۲۳ چه شد؟ | 2023-05-01 | 2023-05-31
در رمضان ۱۴۴۴ چه شد؟ | 2023-03-23 | 2023-04-20
در بهار ۱۴۰۲ چه شد؟ | 2023-03-21 | 2023-06-21
در پاییز سال ۱۴۰۱ چه شد؟ | 2022-09-23 | 2022-12-21
در بهار امسال چه شد؟ | 2023-03-21 | 2023-06-21
در خرداد امسال چه شد؟ | 2023-05-22 | 2023-06-21
در ۱۹ خرداد پارسال چه شد؟ | 2022-06-09 | 2022-06-09
از خرداد تا مهر ۱۴۰۱ چه شد؟ | 2022-05-22 | 2022-10-22
از ۱ تا ۹ خرداد ۱۴۰۲ چه شد؟ | 2023-05-22 | 2023-05-30
بین سال‌های ۱۳۹۹ و ۱۴۰۱ چه شد؟ | 2020-03-20 | 2023-03-20
از سال ۱۳۹۹ تا ۱۴۰۱ چه شد؟ | 2020-03-20 | 2023-03-20
از دیروز تا امروز چه شد؟ | 2023-06-13 | 2023-06-14
قبل از خرداد ۱۴۰۲ چه شد؟ | - | 2023-05-21
پیش از سال ۱۴۰۰ چه شد؟ | - | 2021-03-20
پس از ۱۹ خرداد ۱۴۰۲ چه شد؟ | 2023-06-10 | -
بعد از خرداد ۱۴۰۱ چه شد؟ | 2022-06-22 | -
از خرداد ۱۴۰۱ به بعد چه شد؟ | 2022-05-22 | -
از خرداد ۱۴۰۱ تاکنون چه شد؟ | 2022-05-22 | -
از هفته گذشته چه شد؟ | 2023-06-03 | -
تا خرداد ۱۴۰۱ چند نفر رفتند؟ | - | 2022-06-21
"""

UNNAMED = """
Where is 17 Shahrivar street?
What happened in the September 11 attacks?
Who planned the 7 October attack?
Who was behind September 11?
What is Windows 2000?
Who directed 500 Days of Summer?
How many of the 2000 were freed?
Did 2000 people die in 1999 villages?
How many people live in 2000 villages?
Who won the 2022 World Cup?
Who scored in the 2022 World Cup?
Who died in 2022 earthquakes?
What did USA Today write?
What did the Russia Today reporter say?
What is the world today?
What began 2.5 million years ago?
What was built 2500 years ago?
What changed in the last 6000 years?
Who led in the last year of the war?
What happened in the last days of the war?
Who was the last president?
How many years ago?
Who won in the 2010-11 season?
Who ruled in 1402?
Who conducted an experiment on August 4, 1774?
What may 2 people do?
What did they march 5 km for?
What is planned for 2030?
What will happen in July 2023?
Which summer is the hottest?
What happened in December?
What happened in recent years?
Compare June 2022 with June 2023
What did he say yesterday about the attack on 3 June 2022?
Is Flight 1402 late?
Did he score 19 in 20?
خیابان ۱۷ شهریور کجاست؟
میدان ۲۲ بهمن کجاست؟
میدان ۱۵ خرداد ۱۳۴۲ کجاست؟
بیمارستان ۱۷ شهریور مشهد
بنیاد ۱۵ خرداد چه گفت؟
در ۲۲ بهمن چه شد؟
حملات ۱۱ سپتامبر کار که بود؟
کودتای ۲۸ مرداد ۱۳۳۲ را چه کسی انجام داد؟
جام جهانی ۲۰۲۲ قطر را که برد؟
پژو ۲۰۶ مدل ۱۳۹۵ چند؟
قیمت پراید ۱۳۹۰
۲۵۰۰ سال پیش چه شد؟
دو هزار سال پیش چه شد؟
بیست و پنج سال پیش چه شد؟
در ۶۰۰۰ سال گذشته چه شد؟
چند سال گذشته است؟
در چند سال گذشته چه شد؟
سال‌های اخیر چگونه بود؟
در گذشته چه بود؟
سال پیش از انقلاب چه شد؟
یک روز قبل از جنگ چه شد؟
سال ۱۴۰۰ پیش از میلاد چه شد؟
دنیای امروز چگونه است؟
فیل‌های امروزی کدام‌اند؟
امروزه چند کشور عضوند؟
پیشرفت امسالی
تا به امروز چند حلقه کشف شده؟
در آب ۲ به ۱ است؟
در ۲۰۰۰ روستا چه شد؟
۱۴۰۲ نفر بازداشت شدند
خبرگزاری مهر ۱۴۰۲
در مهر ۱۴۰۲ چه خواهد شد؟
هفته آینده چه خواهد شد؟
در خرداد چه شد؟
۳ خرداد چه روزی است؟
"""


def _day(text: str) -> datetime | None:
    """Read a day of the table."""
    return None if text == "-" else datetime.fromisoformat(text).replace(tzinfo=TEHRAN)


def _cases() -> list[tuple[str, datetime | None, datetime | None]]:
    rows = [row.rsplit(" | ", 2) for row in NAMED.strip().split("\n")]
    return [(question, _day(first), _day(last)) for question, first, last in rows]


@pytest.mark.parametrize(("question", "first", "last"), _cases())
def test_a_time_is_found(question: str, first: datetime | None, last: datetime | None) -> None:
    """A time is recognised in its words and means the days it says."""
    period = find_period(question, NOW)

    if first is last is None:
        assert period is None
    else:
        assert period is not None
        assert first == period.since
        assert (last and last + timedelta(days=1)) == period.until
        assert period.words in question


@pytest.mark.parametrize("question", UNNAMED.strip().split("\n"))
def test_no_time_is_invented(question: str) -> None:
    """Names, quantities, times to come and two times at once are left alone."""
    assert find_period(question, NOW) is None


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who won the cup in December 2022?", "in December 2022"),
        ("هفته‌ی پیش چه شد؟", "هفته‌ی پیش"),
        ("كربي در ١٩ خرداد ١٤٠٢ چه گفت؟", "در ١٩ خرداد ١٤٠٢"),
        ("از خرداد ۱۴۰۱ به بعد چه شد؟", "از خرداد ۱۴۰۱ به بعد"),
        ("between 1 May and 9 June 2023, who?", "between 1 May and 9 June 2023"),
    ],
)
def test_the_words_are_those_of_the_question(question: str, words: str) -> None:
    """What said the time is quoted as it was typed, with what binds it."""
    period = find_period(question, NOW)

    assert period is not None
    assert words == period.words


def test_the_day_changes_at_midnight_in_tehran() -> None:
    """Today is told by Tehran's clock, three and a half hours ahead of Greenwich's."""
    late = datetime(2023, 6, 14, 20, 30, tzinfo=UTC)
    before, after = (find_period("today", late + timedelta(minutes=n)) for n in (-1, 0))

    assert before is not None
    assert after is not None
    assert datetime(2023, 6, 14, tzinfo=TEHRAN) == before.since
    assert datetime(2023, 6, 15, tzinfo=TEHRAN) == after.since


_days = st.dates(date(1922, 1, 1), NOW.date() - timedelta(days=1))


@given(
    _days,
    st.sampled_from(["gregorian", "jalali", "iso", "american"]),
    st.sampled_from(["on", "", "در", "Kirby:"]),
    st.sampled_from(["", "?", " what?", " چه شد؟"]),
)
def test_every_day_is_found_in_every_writing(day: date, form: str, before: str, after: str) -> None:
    """A whole date means its day wherever it stands."""
    at = datetime(day.year, day.month, day.day, tzinfo=TEHRAN)
    moment = Moment(at, Precision.DAY)
    written = {
        "gregorian": format_gregorian(moment),
        "jalali": format_jalali(moment),
        "iso": day.isoformat(),
        "american": f"{day:%B} {day.day}, {day.year}",
    }[form]
    period = find_period(f"{before} {written}{after}".strip(), NOW)

    assert period is not None
    assert (at, at + timedelta(days=1)) == (period.since, period.until)


@given(_days, _days)
def test_a_period_holds_both_its_ends(one: date, other: date) -> None:
    """From one day to a later one is all the days between, the two included."""
    first, last = sorted((one, other))
    moments = [
        Moment(datetime(day.year, day.month, day.day, tzinfo=TEHRAN), Precision.DAY)
        for day in (first, last)
    ]
    for text in (
        f"from {format_gregorian(moments[0])} to {format_gregorian(moments[1])}",
        f"از {format_jalali(moments[0])} تا {format_jalali(moments[1])}",
    ):
        period = find_period(text, NOW)

        assert period is not None
        assert moments[0].at == period.since
        assert moments[1].at + timedelta(days=1) == period.until


_REWRITINGS = {
    "Arabic letters": str.maketrans("یک", "يك"),
    "ASCII digits": str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
    "Arabic digits": str.maketrans("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"),
    "joiners lost": str.maketrans({"\u200c": ""}),
    "joiners as spaces": str.maketrans("\u200c", " "),
}


@pytest.mark.parametrize("rewriting", _REWRITINGS)
def test_spelling_makes_no_difference(rewriting: str) -> None:
    """Every row of the table means the same in other letters, digits and joiners."""
    table = _REWRITINGS[rewriting]
    lost = [
        question
        for question, first, last in _cases()
        # «هفته‌ی» without its joiner is a word that nobody writes.
        if (first or last)
        and not (rewriting == "joiners lost" and "ه\u200cی " in question)
        and find_period(question, NOW).since  # type: ignore[union-attr]
        != getattr(find_period(question.translate(table), NOW), "since", 0)
    ]

    assert lost == []


_WORDS = (
    "in on since between and to the of last past 3 9 12 2022 1402 30 may June yesterday ago week",
    "خرداد سال ماه در از تا و بین ۱۹ ۱۴۰۲ گذشته پیش هفته امروز بهار - / : , ؟ days spring",
)
_words = st.sampled_from(" ".join(_WORDS).split())


@given(st.text(max_size=80) | st.lists(_words, max_size=14).map(" ".join))
def test_any_text_is_read_without_failing(text: str) -> None:
    """Whatever is typed names no time or a past one whose words stand in the text."""
    period = find_period(text, NOW)

    if period is not None:
        assert period.words
        assert period.words in text
        assert period.since or period.until
        if period.since is None:
            assert period.until is not None
            assert period.until <= NOW
        else:
            assert period.since <= NOW
            assert period.until is None or period.since < period.until


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023-06-09", "2023-06-09", "2023-06-09"),
        ("1402/03/19", "2023-06-09", "2023-06-09"),
        ("۱۴۰۲/۰۳/۱۹", "2023-06-09", "2023-06-09"),
        ("2023-06", "2023-06-01", "2023-06-30"),
        ("1402/03", "2023-05-22", "2023-06-21"),
        ("2022", "2022-01-01", "2022-12-31"),
        ("last week", "2023-06-05", "2023-06-11"),
        ("هفته گذشته", "2023-06-03", "2023-06-09"),
        ("خرداد ۱۴۰۲", "2023-05-22", "2023-06-21"),
        ("9 June", "2023-06-09", "2023-06-09"),
    ],
)
def test_read_days_of_a_text_that_is_a_time(text: str, first: str, last: str) -> None:
    """A time alone is read with less ado than one amid a question."""
    days = read_days(text, NOW)

    assert days is not None
    assert (first, last) == (days.first.isoformat(), days.last.isoformat())


@pytest.mark.parametrize(
    "text", ["", "soon", "in 2022 or so", "03/04/2023", "2023-13", "31 مهر ۱۴۰۲"]
)
def test_read_days_of_anything_else(text: str) -> None:
    """What is no time, could be two or does not exist gives none."""
    assert read_days(text, NOW) is None
