"""Tests of `pasokh eval` with the real encoder on paragraphs of the seed article."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.terminal.cli import main

Capture = pytest.CaptureFixture[str]

pytestmark = pytest.mark.usefixtures("own_surroundings")

ROW_KEYS = ["n", "ndcg@10", "recall@10", "mrr", "hit@1", "answer_recall"]


def _arguments(folder: Path) -> list[str]:
    """Return the arguments that every evaluation needs."""
    named = {"corpus": "corpus.jsonl", "queries": "queries.jsonl", "qrels": "qrels.tsv"}
    pairs = ((f"--{name}", str(folder / file)) for name, file in named.items())
    return ["eval", *(text for pair in pairs for text in pair)]


def _figures(folder: Path, *more: str) -> dict[str, Any]:
    """Evaluate and return what the JSON holds."""
    out = folder / "figures.json"
    assert main([*_arguments(folder), *more, "--json", str(out)]) == 0
    figures: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return figures


def test_the_real_pipeline_is_measured(folder: Path, capsys: Capture) -> None:
    """The seed's questions are answered, quotes hold, and questions about baking are refused."""
    related = ("--related", str(folder / "related.tsv"))
    found = _figures(folder, *related, "--other-queries", str(folder / "others.jsonl"))

    assert found["set"] == "seed-set"
    assert found["n_questions"] == 3
    records = (folder / "corpus.jsonl").read_text(encoding="utf-8").count("\n")
    assert found["n_passages"] >= found["n_articles"] == records - 1  # one repeats another
    assert list(found["by_language"]) == ["en", "fa"]
    assert [list(row) for row in found["by_language"].values()] == [ROW_KEYS, ROW_KEYS]
    assert found["by_language"]["en"] == dict.fromkeys(ROW_KEYS, 1)
    assert found["by_language"]["fa"]["recall@10"] == 1
    assert found["by_language"]["fa"]["answer_recall"] == 1
    assert found["overall"]["n"] == 2
    assert found["quotes_verified"] == 1
    abstention = found["abstention"]
    assert abstention["answer_rate"] == 1
    assert abstention["unanswerable"]["n_dropped"] == 1
    assert abstention["unanswerable"]["related_found"] == 1
    assert abstention["other"]["refusal_rate"] == abstention["other"]["auroc"] == 1
    assert set(found["latency_ms"]["retrieval"]) == {"p50", "p95", "p99"}
    assert set(found["settings"]) >= {"encoder", "space", "snapshot", "max_quotes", "limit"}
    shown = capsys.readouterr().out
    assert f"seed-set: 3 questions, {records - 1} articles" in shown
    assert "quotes found verbatim: 1.000 of" in shown
    assert "about something else: 1.000 of 1 refused" in shown
    assert "Written to" in shown


def test_a_record_that_repeats_another_counts_as_it(folder: Path) -> None:
    """A judgement may name a record that was left out of the index as a duplicate."""
    assert _figures(folder)["by_language"]["fa"]["hit@1"] == 1


def test_a_second_run_encodes_nothing(folder: Path, capfd: Capture) -> None:
    """Run again, figures are the same and the index and questions come from disk."""
    first = _figures(folder)
    capfd.readouterr()
    second = _figures(folder)

    for name in ("by_language", "abstention", "settings", "quotes_verified"):
        assert first[name] == second[name]
    assert "reading articles" not in capfd.readouterr().err


def test_distractors_are_a_second_corpus(folder: Path) -> None:
    """Articles of another file are searched too; an id that they share is another record."""
    more = folder / "more.jsonl"
    more.write_text(
        '{"id": "p0", "text": "Rye bread rises slowly. It wants a warm place."}\n', encoding="utf-8"
    )
    alone, mixed = _figures(folder), _figures(folder, "--corpus", str(more))

    assert mixed["n_articles"] == alone["n_articles"] + 1
    assert mixed["by_language"]["en"]["hit@1"] == 1


def test_a_limit_asks_fewer(folder: Path) -> None:
    """With --limit so many questions are asked."""
    assert _figures(folder, "--limit", "1")["n_questions"] == 1


def test_progress_is_told(folder: Path, capfd: Capture) -> None:
    """Building, encoding questions and asking report how far they are."""
    _figures(folder)

    told = capfd.readouterr().err
    assert "encoding questions: 3 of 3" in told
    assert "asking questions: 3 of 3" in told


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(folder: Path, capsys: Capture, name: str) -> None:
    """A file that is not there ends the run with one line that names it."""
    (folder / name).unlink()

    assert main(_arguments(folder)) == 1
    assert name in capsys.readouterr().err


def test_a_judgement_of_an_unknown_record_is_an_error(folder: Path, capsys: Capture) -> None:
    """A record that no corpus holds is named, with what to do."""
    with (folder / "qrels.tsv").open("a", encoding="utf-8") as file:
        file.write("\nen-1\tp99\t1\n")

    assert main(_arguments(folder)) == 1
    shown = capsys.readouterr().err
    assert "'p99'" in shown
    assert "--corpus" in shown


def test_figures_that_cannot_be_written(folder: Path, capsys: Capture) -> None:
    """The table is shown even where the JSON cannot be written."""
    assert main([*_arguments(folder), "--json", str(folder / "no" / "x.json")]) == 1

    shown = capsys.readouterr()
    assert "nDCG@10" in shown.out
    assert "x.json" in shown.err


def test_usage(capsys: Capture) -> None:
    """Questions must be given."""
    assert main(["eval"]) == 2
    assert "--queries" in capsys.readouterr().err
