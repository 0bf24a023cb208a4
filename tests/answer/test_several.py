"""Answers from several articles: by sides, in order of time, and never filled from elsewhere."""

import json
from datetime import datetime
from itertools import pairwise

import pytest

from bot.answer.answerer import Answerer
from bot.question.question import Question, read_question
from bot.records.write import record_of
from bot.telegram.dialog import markup
from bot.telegram.dialog.html import render
from bot.terminal.render import reply_lines
from bot.terminal.screen import Screen, paint
from bot.texts.language import Language
from bot.types import Answer, Citation, NoAnswer, Reason, Shape, Side
from index import EVERYTHING, Scope, Snapshot
from index.text import TEHRAN

NOW = datetime(2024, 2, 14, 12, tzinfo=TEHRAN)


def _read(text: str, scope: Scope = EVERYTHING) -> Question:
    """Read a question in February 2024, of the outlets of the archive."""
    return read_question(text, scope=scope, now=NOW, outlets={"mehr", "fars", "tasnim"})


def _answer(answerer: Answerer, question: str, k: int = 3, within: Scope = EVERYTHING) -> Answer:
    reply = answerer.answer(_read(question, within), k=k)
    assert isinstance(reply, Answer)
    return reply


def _of(answer: Answer, side: Side) -> list[str]:
    """Return the articles that a side quotes, each once."""
    numbered = {one.number: one for one in answer.citations}
    return list(dict.fromkeys(numbered[number].article_id for number in side.numbers))


def _when(citation: Citation) -> float:
    assert citation.published is not None
    return citation.published.at.timestamp()


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        (
            "what changed between May and July about the northern bridge?",
            [["bridge-may"], ["bridge-july"]],
        ),
        (
            "Compare what Mehr and Tasnim said about the northern bridge",
            [["bridge-may"], ["bridge-july"]],
        ),
        (
            "Compare what Tasnim and Mehr said about the northern bridge",
            [["bridge-july"], ["bridge-may"]],
        ),
        ("ذخیره آب سد کرج را در ۱۴۰۱ و ۱۴۰۲ مقایسه کن", [["dam-1401"], ["dam-1402"]]),
        (
            "گزارش مهر و تسنیم درباره حادثه قطار سمنان را مقایسه کن",
            [["train-mehr"], ["train-tasnim"]],
        ),
    ],
)
def test_each_side_speaks_from_its_own_articles(
    question: str, articles: list[list[str]], answerer: Answerer
) -> None:
    """A comparison quotes each side from that side's time or outlet and from nowhere else."""
    answer = _answer(answerer, question)

    assert answer.shape is Shape.COMPARISON
    assert [_of(answer, side) for side in answer.sides] == articles
    numbers = [number for side in answer.sides for number in side.numbers]
    assert numbers == [one.number for one in answer.citations] == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    ("question", "empty"),
    [
        ("Compare the northern bridge in May 2023 and August 2023", 1),
        ("Compare the northern bridge in May 2021 and in July 2023", 0),
        ("Compare what Mehr and Reuters said about the northern bridge", 1),
    ],
)
def test_a_side_without_anything_is_told(question: str, empty: int, answerer: Answerer) -> None:
    """A side that has nothing stays empty, and people and programs are told so."""
    answer = _answer(answerer, question)

    assert [not side.numbers for side in answer.sides] == [at == empty for at in range(2)]
    shown = paint(reply_lines(answer, Language.EN), Screen())
    assert shown.count("Here the archive has nothing about it.") == 1
    assert record_of(answer)["sides"][empty]["numbers"] == []


def test_sides_that_a_scope_shuts_out_are_empty(answerer: Answerer) -> None:
    """What the asker keeps to is an order: a side beyond it has nothing."""
    only_mehr = Scope(sources=frozenset({"mehr"}))
    answer = _answer(
        answerer, "Compare what Mehr and Tasnim said about the northern bridge", within=only_mehr
    )

    assert [_of(answer, side) for side in answer.sides] == [["bridge-may"], []]
    assert answer.within == only_mehr


def test_an_overview_is_in_order_of_time(answerer: Answerer) -> None:
    """An overview quotes every article on the topic, earliest first, at most two from each."""
    answer = _answer(answerer, "timeline of the northern bridge")

    assert answer.shape is Shape.OVERVIEW
    assert answer.sides == ()
    articles = [one.article_id for one in answer.citations]
    assert list(dict.fromkeys(articles)) == ["bridge-may", "bridge-june", "bridge-july"]
    assert all(articles.count(one) <= 2 for one in articles)
    assert all(_when(one) <= _when(other) for one, other in pairwise(answer.citations))


@pytest.mark.parametrize(
    "question", ["any news on the northern bridge?", "What's the latest on the northern bridge"]
)
def test_what_is_new_comes_first(question: str, answerer: Answerer) -> None:
    """Of the articles on a topic the latest is quoted first, each article once."""
    answer = _answer(answerer, question)

    assert answer.shape is Shape.LATEST
    articles = [one.article_id for one in answer.citations]
    assert articles == ["bridge-july", "bridge-june", "bridge-may"]


def test_of_what_is_not_reported_there_is_no_news(answerer: Answerer) -> None:
    """Asked for news of what no article has, what is near is no answer."""
    reply = answerer.answer(_read("any news of Quorvath?"))

    assert isinstance(reply, NoAnswer)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_an_overview_holds_twice_the_quotes(k: int, answerer: Answerer, dated: Snapshot) -> None:
    """Up to twice as many quotes as asked for, each from another article first, each verbatim."""
    answer = _answer(answerer, "summary of the news on the northern bridge", k=k)

    assert 0 < len(answer.citations) <= 2 * k
    assert len({one.article_id for one in answer.citations}) == min(2 * k, 3)
    for one in answer.citations:
        article = dated.article(one.article_id)
        assert article is not None
        assert one.span.cut(article.text) == one.quote


def test_an_overview_keeps_to_its_time(answerer: Answerer) -> None:
    """A change since some time is told from then on only."""
    answer = _answer(answerer, "How did the northern bridge change since June 2023?")

    assert answer.shape is Shape.OVERVIEW
    assert {one.article_id for one in answer.citations} == {"bridge-june", "bridge-july"}
    assert answer.within.since is not None


def test_nothing_is_summed_up_of_what_the_archive_does_not_hold(answerer: Answerer) -> None:
    """An overview of what nobody reported is refused as any other question."""
    reply = answerer.answer(_read("timeline of the Mars landings"))

    assert isinstance(reply, NoAnswer)
    assert (reply.reason, reply.is_missed) == (Reason.NOT_IN_ARCHIVE, False)


def test_where_no_side_has_anything_the_rest_is_told_to_be_the_rest(answerer: Answerer) -> None:
    """An ordinary answer stands in for a comparison without sides, and says where it is from."""
    answer = _answer(answerer, "Compare chess players from nine countries in 2019 and 2020")

    assert answer.shape is Shape.QUOTES
    assert answer.is_missed
    assert "from the rest of the archive" in paint(reply_lines(answer, Language.EN), Screen())


def test_the_terminal_shows_sides_and_days(answerer: Answerer) -> None:
    """Sides are headings, days stand before their quotes, numbers run through."""
    answer = _answer(answerer, "what changed between May and July about the northern bridge?", k=1)
    shown = paint(reply_lines(answer, Language.EN), Screen()).splitlines()

    assert shown[:7] == [
        "Comparison, each side from its own articles",
        "from 1 to 31 May 2023",
        "8 May 2023",
        "The governor said the northern bridge would cost nine million dollars. [1]",
        "from 1 to 31 July 2023",
        "16 July 2023",
        "The northern bridge will cost fourteen million dollars, the governor said on Sunday. [2]",
    ]


@pytest.mark.parametrize("language", Language)
def test_telegram_shows_the_same(language: Language, answerer: Answerer) -> None:
    """Every quote, side and day is in the messages, in either language."""
    answer = _answer(answerer, "Compare the northern bridge in May 2023 and August 2023", k=4)
    shown = "".join(part.plain for part in render(markup.answer(answer, language)))

    for one in answer.citations:
        assert one.quote in shown
    nothing = {Language.EN: "has nothing about it", Language.FA: "چیزی دربارهٔ آن ندارد"}
    assert nothing[language] in shown


def test_programs_read_shape_sides_and_differences(answerer: Answerer) -> None:
    """The JSON says what belongs together, and reads back the same."""
    answer = _answer(answerer, "گزارش مهر و تسنیم درباره حادثه قطار سمنان را مقایسه کن")
    record = json.loads(json.dumps(record_of(answer)))

    assert record["shape"] == "comparison"
    assert [side["within"]["sources"] for side in record["sides"]] == [["mehr"], ["tasnim"]]
    (difference,) = record["differences"]
    assert difference["said"] == ["۱۲ نفر", "۱۵ نفر"]


def test_sources_that_differ_are_told(answerer: Answerer) -> None:
    """Two reports of one day with another number are named as such under an ordinary answer."""
    answer = _answer(answerer, "در حادثه قطار سمنان چند نفر مجروح شدند؟")
    shown = paint(reply_lines(answer, Language.FA), Screen())

    assert answer.shape is Shape.QUOTES
    assert "منابع یکسان نمی‌گویند" in shown
    assert "«۱۲ نفر»" in shown
    assert "«۱۵ نفر»" in shown


def test_what_changed_with_time_is_no_contradiction(answerer: Answerer) -> None:
    """Nine million in May and fourteen in July can both be right."""
    assert _answer(answerer, "What does the northern bridge cost?").differences == ()
