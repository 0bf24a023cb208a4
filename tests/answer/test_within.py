"""Questions of a part of the archive, by order or by the time they name."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.answer.answerer import Answerer
from bot.question.question import Question, read_question
from bot.types import Answer, NoAnswer, Reason
from index import EVERYTHING, IndexConfig, Scope, Snapshot, VectorSpace, build_index
from index import open_snapshot as open_it
from index.encoders import Encoder
from index.text import TEHRAN

NOW = datetime(2023, 6, 14, 12, tzinfo=TEHRAN)

ARTICLES: Sequence[dict[str, str]] = (
    {
        "id": "winter",
        "title": "Governor opens the northern bridge",
        "text": "The governor opened the northern bridge on Sunday. It cost nine million dollars.",
        "date": "2022-12-18",
        "source": "Mehr",
    },
    {
        "id": "summer",
        "title": "Governor opens the southern bridge",
        "text": "The governor opened the southern bridge on Friday. It cost four million dollars.",
        "date": "2023-06-09T10:00:00+03:30",
        "source": "Fars",
    },
    {
        "id": "month",
        "title": "Fishermen count their boats",
        "text": "The fishermen of the bay counted their boats. There were forty of them left.",
        "date": "2023-03",
        "source": "Fars",
    },
    {
        "id": "undated",
        "title": "A recipe for saffron rice",
        "text": "Wash the rice three times. Steep the saffron in hot water before you serve it.",
    },
)
QUESTION = "Which bridge did the governor open"


def _read(text: str, scope: Scope = EVERYTHING) -> Question:
    """Read a question on that day."""
    return read_question(text, scope=scope, now=NOW)


@pytest.fixture(scope="module")
def dated(
    encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    """Open an index of four articles, one of them without a date."""
    folder = tmp_path_factory.mktemp("dated")
    corpus = folder / "news.jsonl"
    corpus.write_text("".join(f"{json.dumps(one)}\n" for one in ARTICLES), encoding="utf-8")
    home = folder / "home"
    build_index(
        [corpus], home, encoder=encoder, config=IndexConfig(), cache_dir=cache_dir / "vectors"
    )
    opened = open_it(home, space=VectorSpace(encoder.identity))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def answerer(dated: Snapshot, encoder: Encoder) -> Answerer:
    """Answer from the four articles, on a day in June 2023."""
    return Answerer(dated, encoder)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TEHRAN)


def _quoted(reply: Answer | NoAnswer) -> set[str]:
    """Return the ids of the articles quoted."""
    assert isinstance(reply, Answer)
    return {str(one.article_id) for one in reply.citations}


@pytest.mark.parametrize(
    ("words", "article"),
    [
        ("in December 2022", "winter"),
        ("last December", "winter"),
        ("before 2023", "winter"),
        ("last week", "summer"),
        ("on 9 June 2023", "summer"),
        ("in Khordad 1402", "summer"),
        ("since March 2023", "summer"),
    ],
)
def test_a_time_in_the_question_chooses_the_article(
    words: str, article: str, answerer: Answerer
) -> None:
    """Of two reports alike the one published in the time named is quoted, and that is told."""
    reply = answerer.answer(_read(f"{QUESTION} {words}?"))

    assert {article} == _quoted(reply)
    assert EVERYTHING != reply.within
    assert not reply.is_missed


def test_a_question_without_a_time_is_asked_of_everything(answerer: Answerer) -> None:
    """Nothing is said of time where the question says nothing of it."""
    reply = answerer.answer(_read(f"{QUESTION}?"))

    assert _quoted(reply) == {"winter", "summer"}
    assert (EVERYTHING, False) == (reply.within, reply.is_missed)


@pytest.mark.parametrize("words", ["in 2021", "yesterday", "in March 2023"])
def test_a_time_that_has_no_answer_is_told(words: str, answerer: Answerer) -> None:
    """Where the time named has nothing to say, the rest answers, and the reader is told."""
    everywhere = answerer.answer(_read(f"{QUESTION}?"))
    reply = answerer.answer(_read(f"{QUESTION} {words}?"))

    assert _quoted(reply) == _quoted(everywhere)
    assert EVERYTHING != reply.within
    assert reply.is_missed


@pytest.mark.parametrize(
    ("within", "article"),
    [
        (Scope(until=_at("2023-01-01")), "winter"),
        (Scope(since=_at("2023-01-01")), "summer"),
        (Scope(sources=frozenset({"mehr"})), "winter"),
        (Scope(sources=frozenset({"fars"})), "summer"),
        (Scope(since=_at("2022-12-18"), until=_at("2022-12-19")), "winter"),
    ],
)
def test_what_is_ordered_is_kept(within: Scope, article: str, answerer: Answerer) -> None:
    """A part asked for by order is the only one asked, whatever time the question names."""
    for question in (f"{QUESTION}?", f"{QUESTION} in 2021?", f"{QUESTION} since 2020?"):
        assert {article} == _quoted(answerer.answer(_read(question, scope=within)))


@pytest.mark.parametrize(
    "within",
    [
        Scope(since=_at("2022-12-19"), until=_at("2023-02-01")),
        Scope(sources=frozenset({"irna"})),
        Scope(languages=frozenset({"fa"})),
    ],
)
def test_a_part_with_nothing_in_it(within: Scope, answerer: Answerer) -> None:
    """Where a part holds no article there is no answer, with the part named."""
    reply = answerer.answer(_read(f"{QUESTION} in 2021?", scope=within))

    assert isinstance(reply, NoAnswer)
    assert Reason.NOTHING_FOUND is reply.reason
    assert within.sources == reply.within.sources
    assert within.languages == reply.within.languages


def test_a_time_within_what_is_ordered(answerer: Answerer) -> None:
    """A time in the words narrows the part ordered."""
    reply = answerer.answer(
        _read(f"{QUESTION} in December 2022?", scope=Scope(sources=frozenset({"mehr"})))
    )

    assert {"winter"} == _quoted(reply)
    assert reply.within == Scope(
        since=_at("2022-12-01"), until=_at("2023-01-01"), sources=frozenset({"mehr"})
    )


def test_a_month_known_lies_in_every_part_of_it(answerer: Answerer) -> None:
    """An article known by its month may have come on any day of it."""
    question = "How many boats did the fishermen count?"
    within = Scope(since=_at("2023-03-30"), until=_at("2023-03-31"))

    assert {"month"} == _quoted(answerer.answer(_read(question, scope=within)))


def test_no_bound_holds_an_article_without_a_date(answerer: Answerer) -> None:
    """What has no date is found by no time."""
    question = "How should the saffron be steeped?"
    reply = answerer.answer(_read(question, scope=Scope(since=_at("1990-01-01"))))

    assert {"undated"} == _quoted(answerer.answer(_read(question)))
    assert "undated" not in {str(one.article_id) for one in getattr(reply, "citations", ())}


class _Counting:
    """The real encoder, and how many questions it was given."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.n_queries = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the encoder has
        return getattr(self.encoder, name)

    def encode_queries(self, texts: Sequence[str]) -> Any:  # noqa: ANN401 - as the encoder's
        """Encode, and count."""
        self.n_queries += len(texts)
        return self.encoder.encode_queries(texts)


def test_a_question_is_encoded_once(dated: Snapshot, encoder: Encoder) -> None:
    """Looking twice costs one encoding."""
    counting = _Counting(encoder)
    reply = Answerer(dated, counting).answer(_read(f"{QUESTION} last week?"))  # type: ignore[arg-type]

    assert {"summer"} == _quoted(reply)
    assert counting.n_queries == 1
