"""Tests of `pasokh eval` on questions with patterns and on dialogues, with the real encoder."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.terminal.cli import main

Capture = pytest.CaptureFixture[str]

pytestmark = pytest.mark.usefixtures("own_surroundings")


def _figures(folder: Path, *arguments: str) -> dict[str, Any]:
    out = folder / "figures.json"
    assert main(["eval", *arguments, "--json", str(out)]) == 0
    figures: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return figures


def _asked(folder: Path) -> list[str]:
    return [
        *("--corpus", str(folder / "corpus.jsonl")),
        *("--queries", str(folder / "questions.jsonl")),
    ]


def test_questions_with_patterns_are_counted_by_kind(folder: Path, capsys: Capture) -> None:
    """Each kind is counted with what became of it, and "typed !!!" as "typed" too."""
    found = _figures(folder, *_asked(folder))
    shown = capsys.readouterr().out

    one = {"n": 1, "answered": 1, "perhaps": 0, "some_quote": 1, "first_quote": 1}
    one |= {"refused": 0, "small_talk": 0}
    wrong = one | {"some_quote": 0, "first_quote": 0}
    refused = dict.fromkeys(one, 0) | {"n": 1, "refused": 1}
    kinds = found["by_kind"]
    assert kinds["answerable"] == one
    assert kinds["typed !!!"] == wrong
    assert kinds["typed"]["n"] == kinds["typed"]["answered"] == 2
    assert kinds["typed"]["some_quote"] == kinds["typed ..."]["some_quote"] == 1
    assert kinds["off-topic"] == refused
    assert list(kinds) == [
        "answerable",
        "off-topic",
        "small-talk",
        "typed",
        "typed !!!",
        "typed ...",
    ]
    assert (found["answerable"]["n"], found["unanswerable"]["n"]) == (3, 2)
    assert found["set"] == "seed-set"
    assert set(found["settings"]) >= {"encoder", "snapshot", "threshold", "max_quotes", "limit"}
    assert (
        f"{'typed !!!':<28}     1         1           0            0        0           0" in shown
    )


def test_dialogues_are_asked_in_four_ways(folder: Path, capsys: Capture) -> None:
    """Dialogues bring their articles; a follow-up is right with its history, refused without."""
    found = _figures(folder, "--queries", str(folder / "dialogues.jsonl"))
    shown = capsys.readouterr().out

    assert (found["n_dialogues"], found["n_questions"], found["n_articles"]) == (2, 3, 2)
    for way in ("history", "gold", "titled", "alone"):
        first = found["by_turn"]["1"][way]
        assert first["n"] == first["answered"] == first["answer_recall"] == 1
        assert 0 < first["f1"] < 1
        assert first["n_unanswerable"] == 1
    assert found["by_turn"]["1"]["history"]["refused"] == 1
    later = found["later"]
    right = {way: later[way]["answer_recall"] for way in ("history", "gold", "titled", "alone")}
    assert right == {"history": 1, "gold": 1, "titled": 1, "alone": 0}
    assert (later["alone"]["answered"], later["alone"]["f1"]) == (0, 0)
    assert (later["gold"]["n_unanswerable"], later["gold"]["refused"]) == (0, None)
    assert later["share_of_gold"] == later["share_of_titled"] == found["all"]["share_of_gold"] == 1
    assert found["all"]["alone"]["answer_recall"] == 0.5
    assert "seed-set: 3 questions, 2 articles, 2 passages" in shown
    assert "all     alone         2     0.500          0.500" in shown
    assert "of that with the gold rewrites 1.000, with titles 1.000" in shown


def test_a_corpus_is_added_to_the_articles_of_dialogues(folder: Path) -> None:
    """Articles given beside dialogues are searched too."""
    more = folder / "more.jsonl"
    more.write_text('{"id": "m", "text": "Rye bread rises slowly. It is warm."}', encoding="utf-8")
    queries = ("--queries", str(folder / "dialogues.jsonl"))

    assert _figures(folder, *queries, "--corpus", str(more))["n_articles"] == 3


def test_a_limit_holds_fewer_dialogues(folder: Path) -> None:
    """With --limit so many dialogues are held, all their turns, and so many questions asked."""
    held = _figures(folder, "--queries", str(folder / "dialogues.jsonl"), "--limit", "1")
    asked = _figures(folder, *_asked(folder), "--limit", "2")

    assert (held["n_dialogues"], held["n_questions"], held["n_articles"]) == (1, 2, 2)
    assert asked["n_questions"] == 2


@pytest.mark.parametrize(
    ("queries", "more", "message"),
    [
        (
            "queries.jsonl",
            [],
            "queries.jsonl holds judged questions: expected --corpus and --qrels",
        ),
        ("questions.jsonl", [], "questions.jsonl holds questions with patterns: expected --corpus"),
        (
            "dialogues.jsonl",
            ["--qrels", "x"],
            "dialogues.jsonl holds dialogues: expected no --qrels",
        ),
    ],
)
def test_what_goes_with_each_form(
    folder: Path, capsys: Capture, queries: str, more: list[str], message: str
) -> None:
    """What a form needs and lacks is named, and so is what nothing would be done with."""
    assert main(["eval", "--queries", str(folder / queries), *more]) == 1
    assert message in capsys.readouterr().err
