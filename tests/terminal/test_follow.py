"""`pasokh follow` over a real archive: saved questions, what is new on them, and exit codes."""

import json
from pathlib import Path

import pytest

from bot.terminal.cli import main
from index.encoders import Encoder

Capture = pytest.CaptureFixture[str]
QUESTION = "Why was the Karun dam closed?"
OLD = "The museum of glass shows three hundred cups. Children pay nothing on Fridays."
CLOSED = "The Karun dam was closed because engineers found a crack in its eastern wall."


def _write(name: str, text: str) -> None:
    record = {"id": name, "title": f"Report {name}", "text": text, "source": "ISNA"}
    Path("corpus", f"{name}.jsonl").write_text(json.dumps(record), encoding="utf-8")


@pytest.fixture(autouse=True)
def _archive(encoder: Encoder, cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with one article, in the folder of the test."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    monkeypatch.setenv("PASOKH_CORPUS", "corpus")
    monkeypatch.setenv("PASOKH_CACHE_DIR", str(cache_dir))
    monkeypatch.setenv("PASOKH_FOLLOWED_PER_CHAT", "2")
    Path("corpus").mkdir()
    _write("glass", OLD)


def test_what_is_new_is_printed_once(capsys: Capture) -> None:
    """It answers and saves; then nothing and 3, the news and 0, nothing and 3 again."""
    assert main(["follow", QUESTION]) == 0
    assert "Saved. `pasokh follow` tells what is new on it" in capsys.readouterr().out
    assert main(["follow"]) == 3
    assert capsys.readouterr().out == ""

    _write("dam", CLOSED)
    assert main(["index", "build"]) == 0
    capsys.readouterr()
    assert main(["follow"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"New on “{QUESTION}”\n")
    assert f"{CLOSED} [1]" in printed
    assert "Report dam" in printed
    assert main(["follow"]) == 3


def test_the_list_is_numbered_and_bounded(capsys: Capture) -> None:
    """Saved questions are listed and taken away by number; more than the setting are refused."""
    for question in (QUESTION, "Who won in Shiraz?"):
        assert main(["follow", question]) == 0
    assert main(["follow", "Who sings tonight?"]) == 1
    assert "take one away with pasokh follow --remove N" in capsys.readouterr().err
    assert main(["follow", "--remove", "3"]) == 1
    assert "Expected a number from 1 to 2, got 3" in capsys.readouterr().err
    assert main(["follow", "--remove", "1"]) == 0
    capsys.readouterr()
    assert main(["follow", "--list"]) == 0
    assert capsys.readouterr().out == "1. Who won in Shiraz?\n"


def test_what_asks_nothing_is_not_saved(capsys: Capture) -> None:
    """Small talk is answered with 3 and not saved; a question beside --list is wrong usage."""
    assert main(["follow", "thank", "you!"]) == 3
    assert main(["follow", "--list"]) == 0
    assert main(["follow", "--list", QUESTION]) == 2
    assert "take no QUESTION" in capsys.readouterr().err
