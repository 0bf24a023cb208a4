"""Tests of answers as people and programs get them."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from bot.question.question import read_question
from bot.records.write import record_of, to_json
from bot.session.protocols import Answering
from bot.terminal.render import article_lines, full_source_lines, reply_lines, source_lines
from bot.terminal.screen import Kind, Line, Order, Screen, paint
from bot.texts.labels import dates
from bot.texts.language import Language
from bot.types import Answer, Citation, Claim, Headline, Unworded
from index import ArticleId, Moment, Scope
from index.text import TEHRAN

_KEYS = [
    "question",
    "language",
    "answered",
    "answer",
    "reason",
    "confidence",
    "citations",
    "nearest",
    "timings_ms",
    "snapshot",
    "encoder",
    "within",
    "within_missed",
    "claims",
    "checks",
    "unworded",
    "model",
    "prompt",
    "shape",
    "sides",
    "differences",
    "reply",
    "unsure",
]


def test_answer_in_english(answerer: Answering) -> None:
    """An English question gets English labels and the Gregorian date first."""
    reply = answerer.answer(read_question("Su-35"))

    assert paint(reply_lines(reply, Language.EN), Screen()) == (
        "کربی گفت خلبانان ایرانی پرواز با Su-35 را از 2023-04-01 آموخته‌اند. [1]\n"
        "Confidence: 88%\n"
        "\n"
        "Sources\n"
        "[1] روایت کاخ سفید\n"
        "    Mehr, reporting Al Jazeera\n"
        "    9 June 2023, 18:15 (۱۹ خرداد ۱۴۰۲، ۱۸:۱۵)\n"
        "    https://www.mehrnews.com/news/5805672\n"
        "    characters 25-92\n"
    )


def test_answer_in_persian(answerer: Answering) -> None:
    """A Persian question gets Persian labels and digits and the Jalali date first."""
    reply = answerer.answer(read_question("کربی"))

    assert paint(reply_lines(reply, Language.FA), Screen()) == (
        "کربی گفت خلبانان ایرانی پرواز با Su-35 را از 2023-04-01 آموخته‌اند. [۱]\n"
        "اطمینان: ۸۸٪\n"
        "\n"
        "منابع\n"
        "[۱] روایت کاخ سفید\n"
        "    مهر، به نقل از الجزیره\n"
        "    ۱۹ خرداد ۱۴۰۲، ۱۸:۱۵ (9 June 2023, 18:15)\n"
        "    https://www.mehrnews.com/news/5805672\n"
        "    نویسه‌های ۲۵ تا ۹۲\n"
    )


FARS = Headline(
    article_id=ArticleId("fars-7"),
    headline="کاخ سفید چه گفت",
    source="Fars",
    published=Moment(datetime(2023, 6, 10, 8, 30, tzinfo=TEHRAN)),
    url="https://www.farsnews.ir/news/7",
)
AGAIN = replace(FARS, article_id=ArticleId("mehr-8"), source="Mehr", published=None, url="")


def _carried(answerer: Answering, *others: Headline) -> Answer:
    """Return an answer whose report stands in other articles too."""
    reply = answerer.answer(read_question("Su-35"))
    assert isinstance(reply, Answer)
    return replace(reply, citations=(replace(reply.citations[0], also_in=others),))


def test_the_outlets_of_one_report_are_counted_and_named(answerer: Answering) -> None:
    """Each outlet is named once, in both languages, before the place of the quote."""
    reply = _carried(answerer, FARS, AGAIN)

    english = paint(source_lines(reply.citations, Language.EN), Screen()).splitlines()
    persian = paint(source_lines(reply.citations, Language.FA), Screen()).splitlines()
    assert english[-2:] == ["    same report in 2 outlets: Mehr, Fars", "    characters 25-92"]
    assert persian[-2] == "    همین گزارش در ۲ رسانه: مهر، فارس"


def test_sources_lead_to_their_pages(answerer: Answering) -> None:
    """Where the pages have an address, each source is followed by that of its quote."""
    reply = _carried(answerer)
    shown = paint(
        reply_lines(reply, Language.EN, public_url="https://news.example/"), Screen()
    ).splitlines()

    assert shown[-1] == "    https://news.example/article/mehr-5805672#quote=25-92"
    assert "/article/" not in paint(reply_lines(reply, Language.EN), Screen())


def test_earlier_versions_are_told_with_the_time_of_the_edit(answerer: Answering) -> None:
    """Without a stated edit the other version is not called an earlier one."""
    (cited, *_) = _carried(answerer).citations
    known = replace(cited, earlier=("a.jsonl:1", "b.jsonl:7"))
    edited = replace(known, edited=Moment(datetime(2023, 6, 10, 8, 30, tzinfo=TEHRAN)))

    def told(citation: Citation, language: Language) -> str:
        return paint(source_lines([citation], language), Screen())

    assert "version" not in told(replace(edited, earlier=()), Language.EN)
    assert "    another version, not quoted: b.jsonl:7\n" in told(known, Language.EN)
    assert "    edited 10 June 2023, 08:30 (" in told(edited, Language.EN)
    assert "    an earlier version, not quoted: b.jsonl:7\n" in told(edited, Language.EN)
    assert "ویرایش: ۲۰ خرداد ۱۴۰۲" in told(edited, Language.FA)


def test_copies_in_one_outlet_are_counted_as_articles(answerer: Answering) -> None:
    """Where no second outlet is known, nothing is said of outlets."""
    reply = _carried(answerer, AGAIN)

    assert "    other articles with the same report: 1" in paint(
        source_lines(reply.citations, Language.EN), Screen()
    )
    assert "    خبرهای دیگر با همین گزارش: ۱" in paint(
        source_lines(reply.citations, Language.FA), Screen()
    )


def test_the_articles_of_one_report_can_be_listed(answerer: Answering) -> None:
    """The full list gives each article's headline, outlet, date and address."""
    shown = paint(
        full_source_lines(_carried(answerer, FARS, AGAIN).citations, Language.EN), Screen()
    )

    assert shown.endswith(
        "    same report in 2 outlets: Mehr, Fars\n"
        "      - کاخ سفید چه گفت\n"
        "        Fars, 10 June 2023, 08:30 (۲۰ خرداد ۱۴۰۲، ۰۸:۳۰)\n"
        "        https://www.farsnews.ir/news/7\n"
        "      - کاخ سفید چه گفت\n"
        "        Mehr, date unknown\n"
        "    characters 25-92\n"
    )


def test_json_names_the_articles_of_one_report(answerer: Answering) -> None:
    """Each citation lists the other articles, as the nearest headlines are listed."""
    (citation,) = record_of(_carried(answerer, FARS))["citations"]

    assert citation["also_in"] == [
        {
            "article_id": "fars-7",
            "headline": "کاخ سفید چه گفت",
            "source": "Fars",
            "published": "2023-06-10T08:30+03:30",
            "url": "https://www.farsnews.ir/news/7",
            "origin": "",
        }
    ]


def test_refusal_shows_the_nearest_headlines(answerer: Answering) -> None:
    """Without an answer the reason comes first, then what is nearest, defused."""
    reply = answerer.answer(read_question("football"))

    assert paint(reply_lines(reply, Language.EN), Screen()) == (
        "The archive does not answer this question.\n"
        "\n"
        "Nearest headlines\n"
        "- روایت کاخ سفید\n"
        "  Mehr, 9 June 2023, 18:15 (۱۹ خرداد ۱۴۰۲، ۱۸:۱۵)\n"
        "  https://www.mehrnews.com/news/5805672\n"
        "- Head\ufffd]0;pwned\ufffdline\n"
        "  date unknown\n"
    )


def test_hostile_quote_cannot_steer_a_terminal(answerer: Answering) -> None:
    """Escapes, overrides and nulls of an article are shown, not obeyed; markup is just text."""
    reply = answerer.answer(read_question("opened"))
    shown = paint(reply_lines(reply, Language.EN), Screen(width=80, order=Order.ISOLATED))

    first = shown.splitlines()[0]
    assert first == (
        "The \ufffd[31mred\ufffd[0m minister\ufffd opened gpj.exe & <b>bold</b>\ufffd2J. [1]"
    )


def _worded(answerer: Answering, *claims: Claim) -> Answer:
    """Return an answer in a language model's words."""
    reply = answerer.answer(read_question("Su-35"))
    assert isinstance(reply, Answer)
    made_by = replace(reply.fingerprint, model="m-7b", prompt="answer-1")
    return replace(reply, claims=claims, fingerprint=made_by)


CLAIMS = (
    Claim(text="Pilots have been\nlearning to fly the Su-35, Kirby said.", numbers=(1,)),
    Claim(text="Su-35 را خلبانان می‌آموزند.", numbers=(1, 2)),
)


def test_claims_come_first_and_are_labelled(answerer: Answering) -> None:
    """A model's sentences stand under their label, each with its numbers; the quotes follow."""
    reply = _worded(answerer, *CLAIMS)

    english = paint(reply_lines(reply, Language.EN), Screen()).splitlines()
    persian = paint(reply_lines(reply, Language.FA), Screen()).splitlines()
    assert english[:6] == [
        "Worded by a language model from the quotes below; each sentence was checked against them.",
        "Pilots have been learning to fly the Su-35, Kirby said. [1]",
        "Su-35 را خلبانان می‌آموزند. [1] [2]",
        "",
        "In the original",
        "کربی گفت خلبانان ایرانی پرواز با Su-35 را از 2023-04-01 آموخته‌اند. [1]",
    ]
    assert (persian[2], persian[4]) == ("Su-35 را خلبانان می‌آموزند. [۱] [۲]", "متن اصلی")


def test_a_claim_has_the_direction_of_its_letters(answerer: Answering) -> None:
    """A Persian sentence that begins with a Latin name is set from right to left."""
    rows = paint(
        reply_lines(_worded(answerer, *CLAIMS), Language.EN),
        Screen(width=80, order=Order.ISOLATED),
    ).splitlines()

    assert "\u2067\u2066Su-35\u2069 را خلبانان می‌آموزند. [1] [2]\u2069" in rows


@pytest.mark.parametrize("why", Unworded)
def test_quotes_alone_say_why(answerer: Answering, why: Unworded) -> None:
    """Where a model was to word an answer and could not, one line before the quotes says why."""
    plain = answerer.answer(read_question("Su-35"))
    assert isinstance(plain, Answer)
    reply = replace(plain, unworded=why)

    for language in Language:
        first, *rest = reply_lines(reply, language)
        assert rest == reply_lines(plain, language)
        assert first.text


def test_json_of_a_worded_answer(answerer: Answering) -> None:
    """The claims come with their numbers, what made them beside; `answer` stays the quotes."""
    worded = record_of(_worded(answerer, *CLAIMS))
    plain = record_of(answerer.answer(read_question("Su-35")))

    assert worded["claims"][1] == {"text": "Su-35 را خلبانان می‌آموزند.", "numbers": [1, 2]}
    assert (worded["model"], worded["prompt"], worded["unworded"]) == ("m-7b", "answer-1", None)
    assert worded["answer"] == plain["answer"]
    assert (plain["claims"], plain["unworded"], plain["model"]) == ([], None, "")


def test_json_says_why_there_are_quotes_alone(answerer: Answering) -> None:
    """`unworded` is the reason."""
    plain = answerer.answer(read_question("Su-35"))
    assert isinstance(plain, Answer)

    assert record_of(replace(plain, unworded=Unworded.SLOW))["unworded"] == "slow"


def test_json_of_an_answer(answerer: Answering) -> None:
    """The object has its keys in order and the quote verbatim at its place."""
    record = record_of(answerer.answer(read_question("Su-35")))

    assert list(record) == _KEYS
    assert record["citations"] == [
        {
            "number": 1,
            "article_id": "mehr-5805672",
            "headline": "روایت کاخ سفید",
            "source": "Mehr",
            "via": "Al Jazeera",
            "published": "2023-06-09T18:15+03:30",
            "url": "https://www.mehrnews.com/news/5805672",
            "start": 25,
            "end": 92,
            "quote": "کربی گفت خلبانان ایرانی پرواز با Su-35 را از 2023-04-01 آموخته‌اند.",
            "score": 0.875,
            "also_in": [],
            "origin": "",
            "edited": None,
            "earlier": [],
        }
    ]
    assert record["answer"] == f"{record['citations'][0]['quote']} [1]"
    assert (record["answered"], record["reason"], record["nearest"]) == (True, None, [])
    assert record["timings_ms"] == {"total": 1.235}
    assert (record["snapshot"], record["encoder"]) == ("0001-abc", "small@1")


def test_json_of_a_refusal(answerer: Answering) -> None:
    """The object of a refusal has the same keys; reason and nearest say why."""
    record = record_of(answerer.answer(read_question("football")))

    assert list(record) == _KEYS
    assert (record["answered"], record["answer"], record["citations"]) == (False, "", [])
    assert record["reason"] == "not_in_archive"
    assert record["reply"] == "The archive does not answer this question."
    assert record["nearest"][1] == {
        "article_id": "hostile",
        "headline": "Head\x1b]0;pwned\x07line",
        "source": "",
        "published": None,
        "url": "",
        "origin": "",
    }


def test_json_is_verbatim_and_harmless(answerer: Answering) -> None:
    """JSON reads back to the very quote, and nothing in it can steer a terminal."""
    record = record_of(answerer.answer(read_question("opened")))
    text = to_json(record)

    assert json.loads(text) == record
    assert not set(text) & set("\x1b\x00\x9b\u202e\x07")


def test_json_holds_lone_surrogates_as_escapes() -> None:
    """A text that UTF-8 cannot hold is still valid JSON."""
    assert to_json("a\ud800\u2028") == '"a\\ud800\\u2028"'


def test_dates_of_an_undated_article() -> None:
    """An article without a date says so."""
    assert dates(None, Language.EN) == "date unknown"
    assert dates(None, Language.FA) == "تاریخ نامعلوم"


def test_article_is_shown_whole_with_the_quote_marked(answerer: Answering) -> None:
    """The quote stands on lines of its own behind a bar; nothing of the text is lost."""
    reply = answerer.answer(read_question("Su-35"))
    assert isinstance(reply, Answer)
    article = answerer.article(ArticleId("mehr-5805672"))
    assert article is not None

    assert paint(article_lines(article, reply.citations[0].span, Language.EN), Screen()) == (
        "روایت کاخ سفید\n"
        "Mehr, reporting Al Jazeera\n"
        "9 June 2023, 18:15 (۱۹ خرداد ۱۴۰۲، ۱۸:۱۵)\n"
        "https://www.mehrnews.com/news/5805672\n"
        "\n"
        "روایت کاخ سفید\n"
        "آغاز خبر.\n"
        "▌ کربی گفت خلبانان ایرانی پرواز با Su-35 را از 2023-04-01 آموخته‌اند.\n"
        "پایان خبر.\n"
    )


def test_visual_order_is_wrapped_before_it_is_reversed() -> None:
    """The first words stand on the first row, at the right edge, the mark to their right."""
    screen = Screen(width=20, order=Order.VISUAL)
    text = "یک دو سه چهار پنج شش"

    assert paint([Line(Kind.MARKED, text)], screen) == (
        " ﺞﻨﭘ ﺭﺎﻬﭼ ﻪﺳ ﻭﺩ ﮏﯾ ▌\n                ﺶﺷ ▌\n"
    )


def test_a_terminal_is_told_the_direction_of_each_row() -> None:
    """Its first letter tells it, or we do where that misleads; afterwards all is as it was."""
    screen = Screen(width=14, order=Order.TOLD)
    lines = [Line(Kind.QUOTE, "جنگندهٔ روسی Su-35 رفت", 2, rtl=True), Line(Kind.BODY, "In short.")]

    assert paint(lines, screen) == (
        "\x1b[?2501h  جنگندهٔ روسی\n"
        "\x1b[?2501l\x1b[2 k  Su-35 رفت\n"
        "\x1b[?2501hIn short.\n"
        "\x1b[?2501l\x1b[0 k"
    )
    assert paint([Line(Kind.BODY, "«مهر» reports", rtl=False)], screen).startswith(
        "\x1b[?2501l\x1b[1 k«مهر» reports\n"
    )
    assert paint([], screen) == ""


@pytest.mark.parametrize("order", Order)
def test_addresses_are_never_broken(order: Order) -> None:
    """An address longer than the screen stays in one piece."""
    url = "https://example.org/" + "a" * 60

    assert f"    {url}\n" in paint([Line(Kind.ADDRESS, url, 4)], Screen(width=20, order=order))


def test_colour_is_reset_on_every_row() -> None:
    """A style never leaks out of its row, and plain kinds have none."""
    screen = Screen(width=12, has_colour=True)

    assert paint([Line(Kind.HEADING, "one two three")], screen) == (
        "\x1b[1mone two\x1b[0m\n\x1b[1mthree\x1b[0m\n"
    )
    assert paint([Line(Kind.QUOTE, "q")], screen) == "q\n"


@pytest.mark.parametrize("order", Order)
def test_an_indentation_has_no_style(order: Order) -> None:
    """The underline of an address begins with the address, not at the edge of the screen."""
    screen = Screen(width=40, has_colour=True, order=order)
    line = Line(Kind.ADDRESS, "https://example.org/a", 4)

    assert "    \x1b[4mhttps://example.org/a\x1b[0m\n" in paint([line], screen)


@pytest.mark.parametrize("order", Order)
def test_an_address_in_a_text_is_never_broken(order: Order) -> None:
    """In a quote or an article an address stays whole, however narrow the screen."""
    address = "https://www.mehrnews.com/news/5805672"
    lines = [Line(kind, f"نشانی {address} این است", 2) for kind in (Kind.QUOTE, Kind.BODY)]

    assert paint(lines, Screen(width=20, order=order)).count(address) == 2


_KHORDAD = Scope(
    since=datetime(2023, 5, 22, tzinfo=TEHRAN),
    until=datetime(2023, 6, 22, tzinfo=TEHRAN),
    sources=frozenset({"mehr"}),
)


@pytest.mark.parametrize(
    ("language", "is_missed", "line"),
    [
        (Language.EN, False, "Asked of: from 22 May to 21 June 2023, Mehr"),
        (Language.FA, False, "محدوده: از ۱ تا ۳۱ خرداد ۱۴۰۲، مهر"),
        (Language.EN, True, "Nothing in the time asked about (from 22 May to 21 June 2023, Mehr)"),
        (Language.FA, True, "در زمانی که پرسیدید (از ۱ تا ۳۱ خرداد ۱۴۰۲، مهر) پاسخی پیدا نشد؛"),
    ],
)  # fmt: skip
def test_an_answer_says_what_was_asked(
    language: Language,
    is_missed: bool,  # noqa: FBT001 - a column of the table
    line: str,
    answerer: Answering,
) -> None:
    """Below the confidence stands the part of the archive, or that it had nothing."""
    reply = replace(answerer.answer(read_question("Su-35")), within=_KHORDAD, is_missed=is_missed)

    assert paint(reply_lines(reply, language), Screen()).split("\n")[2].startswith(line)


def test_a_refusal_says_what_was_asked(answerer: Answering) -> None:
    """A part that was asked alone is named; where all was asked in the end, nothing is said."""
    reply = replace(answerer.answer(read_question("football")), within=_KHORDAD)
    lines = paint(reply_lines(reply, Language.EN), Screen()).split("\n")
    missed = paint(reply_lines(replace(reply, is_missed=True), Language.EN), Screen())

    assert lines[1] == "Asked of: from 22 May to 21 June 2023, Mehr"
    assert "Asked of" not in missed


def test_json_of_a_part(answerer: Answering) -> None:
    """The object gives the bounds with their zone."""
    reply = replace(answerer.answer(read_question("Su-35")), within=_KHORDAD, is_missed=True)
    record = record_of(reply)

    assert record["within_missed"] is True
    assert record["within"] == {
        "since": "2023-05-22T00:00+03:30",
        "until": "2023-06-22T00:00+03:30",
        "sources": ["mehr"],
        "languages": [],
    }
    assert record_of(answerer.answer(read_question("Su-35")))["within"] == {
        "since": None,
        "until": None,
        "sources": [],
        "languages": [],
    }
