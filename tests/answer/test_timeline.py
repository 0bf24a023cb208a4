"""The events of a topic: one line each, in order of time."""

import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.answer.answerer import Answerer
from bot.answer.timeline import find_timeline
from bot.question.question import Question, read_question
from bot.question.scope import parse_scope
from bot.session.picture import timeline_svg
from bot.texts.language import Language
from bot.types import Answer, NoAnswer, Reason, Shape
from index import IndexConfig, VectorSpace, build_index, open_snapshot
from index.encoders import Encoder

EVENTS = (
    ("Crack found in the Karun dam", "2024-01-10", "Post",
     "Engineers found a crack in the eastern wall of the Karun dam. The lake was lowered at once."),
    ("Karun dam: a crack", "2024-01-11", "Herald",
     "A crack was found by engineers in the Karun dam's eastern wall. Visitors were sent home."),
    ("Karun dam closed", "2024-02-20", "Post",
     "The Karun dam was closed for repair on Tuesday. Divers will look at its foundations."),
    ("Karun dam opens again", "2024-06-01", "Herald",
     "The Karun dam was opened again after its wall had been repaired. The lake is full <again>."),
    ("A dam without a day", "", "Post", "The Karun dam holds three billion cubic metres of water."),
    ("Chess in Shiraz", "2024-03-01", "Post",
     "Chess players from nine countries met in Shiraz. The youngest was eleven years old."),
    ("Bread is dearer", "2024-03-05", "Herald",
     "Bakers raised the price of bread by a tenth. Flour had become dear in winter."),
)  # fmt: skip


@pytest.fixture(scope="module")
def dam(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Answerer:
    """An archive with a dam in it, and other news."""
    folder: Path = tmp_path_factory.mktemp("dam")
    names = ("title", "date", "source", "text")
    lines = (json.dumps(dict(zip(names, event, strict=True))) for event in EVENTS)
    (folder / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build_index(
        [folder / "a.jsonl"], folder / "home", encoder=encoder, config=IndexConfig(),
        cache_dir=folder / "cache",
    )  # fmt: skip
    return Answerer(open_snapshot(folder / "home", space=VectorSpace(encoder.identity)), encoder)


def _topic(text: str, scope: str = "") -> Question:
    now = datetime(2024, 7, 1, tzinfo=UTC)
    return read_question(text, scope=parse_scope(scope, now), now=now)


def test_events_stand_in_order_of_time(dam: Answerer) -> None:
    """Each dated event is one line, named by the earliest outlet beside the others."""
    reply = find_timeline(dam, _topic("Karun dam"), most=50)

    assert isinstance(reply, Answer)
    assert reply.shape is Shape.TIMELINE
    titles = [cited.headline for cited in reply.citations]
    assert titles == ["Crack found in the Karun dam", "Karun dam closed", "Karun dam opens again"]
    assert [other.source for other in reply.citations[0].also_in] == ["Herald"]
    assert [cited.number for cited in reply.citations] == [1, 2, 3]


def test_a_timeline_keeps_to_what_is_asked(dam: Answerer) -> None:
    """Only the part that is asked is read; where it has nothing on the topic that is said."""
    reply = find_timeline(dam, _topic("Karun dam", "since=2024-02"), most=50)
    assert isinstance(reply, Answer)
    assert [cited.headline for cited in reply.citations] == [
        "Karun dam closed",
        "Karun dam opens again",
    ]
    nothing = find_timeline(dam, _topic("volcano on Iceland"), most=50)
    assert isinstance(nothing, NoAnswer)
    assert nothing.reason is Reason.NOT_IN_ARCHIVE
    assert nothing.nearest


@pytest.mark.parametrize("language", Language)
def test_the_picture_is_whole(dam: Answerer, language: Language) -> None:
    """It is well-formed, holds each headline once, and nothing that runs or is fetched."""
    reply = find_timeline(dam, _topic("Karun dam"), most=50)
    assert isinstance(reply, Answer)
    drawn = timeline_svg(reply, language)
    root = ET.fromstring(drawn)  # noqa: S314  # our own
    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    for cited in reply.citations:
        assert texts.count(cited.headline) == 1
    assert {one.get("direction") for one in root.iter() if one.tag.endswith("}text")} == {
        "rtl" if language is Language.FA else None
    }
    assert not {"script", "image", "a", "use"} & {one.tag.split("}")[1] for one in root.iter()}
