"""What one person says over the archive: each once, in order of time, and nobody else's words."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.answer.answerer import Answerer
from bot.answer.statements import find_statements
from bot.question.question import read_question
from bot.question.scope import parse_scope
from bot.types import Answer, NoAnswer, Reason, Shape
from index import EVERYTHING, IndexConfig, Scope, VectorSpace, build_index, open_snapshot
from index.encoders import Encoder

ARTICLES = (
    {
        "title": "Factory to close",
        "date": "2024-03-02",
        "source": "Post",
        "text": "Mayor Oskar Brandl said the factory in Velden must close. “Its smoke harms the "
        "town. Nobody can deny it,” he added. Ida Rehm, the owner, said she would appeal.",
    },
    {
        "title": "Bridge planned",
        "date": "2024-01-10",
        "source": "Post",
        "text": "A bridge over the Ems is planned in Velden. “We begin in May,” said Oskar Brandl. "
        "Brandl's lawyer said the land had been bought.",
    },
    {
        "title": "Bridge planned",
        "date": "2024-01-11",
        "source": "Herald",
        "text": "Velden wants a bridge over the Ems. “We begin in May,” said Oskar Brandl. "
        "Many in the town have waited for it.",
    },
    {
        "title": "سفر شهردار",
        "date": "2024-05-05",
        "source": "Post",
        "text": "اسکار براندل در سفر به تهران گفت: پل تازه در بهار باز می‌شود. مردم شادمان شدند.",
    },
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Answerer:
    """An archive with a mayor in it."""
    folder: Path = tmp_path_factory.mktemp("town")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, ARTICLES)), encoding="utf-8")
    build_index(
        [folder / "a.jsonl"], folder / "home", encoder=encoder, config=IndexConfig(),
        cache_dir=folder / "cache",
    )  # fmt: skip
    return Answerer(open_snapshot(folder / "home", space=VectorSpace(encoder.identity)), encoder)


def _said(
    town: Answerer, speaker: str, about: str = "", *, scope: Scope = EVERYTHING, most: int = 99
) -> list[str]:
    topic = read_question(about) if about else None
    reply = find_statements(town, speaker, topic, scope=scope, most=most)
    return [cited.quote for cited in reply.citations] if isinstance(reply, Answer) else []


BRIDGE = "“We begin in May,” said Oskar Brandl."
CLOSE = "Mayor Oskar Brandl said the factory in Velden must close."
SMOKE = "“Its smoke harms the town. Nobody can deny it,” he added."
SPRING = "اسکار براندل در سفر به تهران گفت: پل تازه در بهار باز می‌شود."


def test_statements_stand_in_order_of_time(town: Answerer) -> None:
    """Everything the person says is listed once, quotations whole, nobody else's words."""
    reply = find_statements(town, "Oskar Brandl", None, scope=EVERYTHING, most=99)

    assert isinstance(reply, Answer)
    assert reply.shape is Shape.STATEMENTS
    assert [cited.quote for cited in reply.citations] == [BRIDGE, CLOSE, SMOKE, SPRING]
    assert [cited.number for cited in reply.citations] == [1, 2, 3, 4]
    assert reply.citations[0].source == "Post"


def test_the_newest_are_kept(town: Answerer) -> None:
    """Where there are more than asked for the newest are listed."""
    assert _said(town, "Brandl", most=2) == [SMOKE, SPRING]


def test_a_topic_and_a_part_of_the_archive(town: Answerer) -> None:
    """Only what is about the topic and in the part that is asked is listed."""
    assert _said(town, "Brandl", "the factory and its smoke") == [CLOSE, SMOKE]
    assert _said(town, "Brandl", "football") == []
    scope = parse_scope("until=2024-02", datetime(2024, 6, 1, tzinfo=UTC))
    assert _said(town, "Brandl", scope=scope) == [BRIDGE]


def test_another_person(town: Answerer) -> None:
    """Another speaker has words of her own; who says nothing has none."""
    assert _said(town, "Ida Rehm") == ["Ida Rehm, the owner, said she would appeal."]
    reply = find_statements(town, "Robert Brandl", None, scope=EVERYTHING, most=9)
    assert isinstance(reply, NoAnswer)
    assert reply.reason is Reason.NOT_SAID
    assert reply.missing == ("Robert Brandl",)
    assert isinstance(find_statements(town, "", None, scope=EVERYTHING, most=9), NoAnswer)
