"""Tests of votes as a question set."""

import json
import stat
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.telegram.dialog.feedback import export
from bot.telegram.dialog.memory import Memory, Vote
from bot.terminal.cli import main
from index import StorageError
from index.evaluation import read_question_set


def _vote(turn: int, vote: int, *articles: str, chat_id: int = 1) -> Vote:
    return Vote(
        chat_id=chat_id,
        turn=turn,
        vote=vote,
        question=f"پرسش {turn}؟\nline",
        language="fa",
        article_ids=articles,
        snapshot="s",
        encoder="e",
    )


def test_votes_are_a_question_set(tmp_path: Path) -> None:
    """`pasokh eval` reads what was exported: liked is relevant, disliked is not."""
    queries, qrels = tmp_path / "feedback" / "queries.jsonl", tmp_path / "feedback" / "qrels.tsv"
    queries.parent.mkdir()
    votes = [
        _vote(1, 1, "a", "b"),
        _vote(2, 0, "c"),
        *(_vote(3, vote, "d") for vote in (1, 1, 0)),
        *(_vote(4, vote, "e") for vote in (1, 0)),
        _vote(4, 1, "f", chat_id=2),
    ]

    assert export(votes, queries, qrels) == 5

    read = read_question_set(queries, qrels)
    assert read.qrels == {
        "telegram-1": {"a": 1, "b": 1},
        "telegram-2": {"c": 0},
        "telegram-3": {"d": 1},
        "telegram-4": {"e": 0},
        "telegram-4-2": {"f": 1},
    }
    assert [one.is_answerable for one in read.questions] == [True, False, True, False, True]
    assert read.questions[0].text == "پرسش 1؟\nline"
    assert read.questions[0].language == "fa"
    assert stat.S_IMODE(queries.stat().st_mode) == 0o600


def test_no_votes_and_no_place_are_errors(tmp_path: Path) -> None:
    """Nothing to write, or nowhere, is said."""
    with pytest.raises(StorageError, match="nobody has pressed"):
        export([], tmp_path / "q", tmp_path / "r")
    with pytest.raises(StorageError, match="choose another place"):
        export([_vote(1, 1, "a")], tmp_path / "none" / "q", tmp_path / "r")


def test_the_command_needs_to_know_whose_votes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a token there is no bot whose file could be read."""
    monkeypatch.setenv("PASOKH_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    assert main(["feedback", "export", "--queries", "q.jsonl", "--qrels", "q.tsv"]) == 1
    assert "PASOKH_TELEGRAM_TOKEN is empty" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_command_exports_what_the_bot_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`pasokh feedback export` reads the data folder of the settings."""
    monkeypatch.setenv("PASOKH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PASOKH_TELEGRAM_TOKEN", f"4242:{'A' * 35}")
    monkeypatch.chdir(tmp_path)
    arguments = ["feedback", "export", "--queries", "q.jsonl", "--qrels", "q.tsv"]

    assert main(arguments) == 1
    assert "nobody has pressed" in capsys.readouterr().err

    memory = Memory(tmp_path / "telegram-memory-4242.db", retention_days=30)
    with memory._writing() as db:
        kept = asdict(_vote(1, 1, "a"))
        db.execute(
            "INSERT INTO votes VALUES (1, 1, 3, 0, ?, 1, ?)", (memory._clock(), json.dumps(kept))
        )
    memory.close()

    assert main(arguments) == 0
    assert "Judged questions: 1, written to q.jsonl and q.tsv" in capsys.readouterr().out
    assert read_question_set(Path("q.jsonl"), Path("q.tsv")).qrels == {"telegram-1": {"a": 1}}
