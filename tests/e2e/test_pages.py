"""A quote from a PDF names its page, on every surface."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pdf_maker import Text, make

from bot.question.question import read_question
from bot.session.export import Finding, Format, export
from bot.settings import Settings
from bot.telegram.dialog import markup
from bot.telegram.dialog.html import render
from bot.texts.language import Language
from bot.types import Answer
from bot.wire import open_answerer

Pasokh = Callable[..., subprocess.CompletedProcess[str]]

QUESTION = "Who opened the new bridge over the river?"
PAGES = (
    [
        "Annual report on roads",
        "It rained for three days and the fields of the north were flooded.",
    ],
    ["The minister opened the new bridge over the river on Monday morning."],
    ["Trains of the state line will cross it from the month of May onwards."],
)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return a corpus of one PDF of three pages, the answer on the second."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    pages = [[Text(50, 700 - 40 * row, line) for row, line in enumerate(page)] for page in PAGES]
    (folder / "roads.pdf").write_bytes(make(pages))
    return folder


def _given(corpus: Path, tmp_path: Path) -> dict[str, str]:
    return {"corpus": str(corpus), "data_dir": str(tmp_path / "own"), "answer_threshold": "0"}


def test_terminal_and_json_name_the_page(pasokh: Pasokh, corpus: Path, tmp_path: Path) -> None:
    """Beside the characters in both languages, and as a number for programs."""
    given = _given(corpus, tmp_path)
    asked = pasokh("ask", "-k", "1", QUESTION, **given).stdout
    chatted = pasokh("chat", stdin=f"{QUESTION}\n/lang fa\n/sources\n", max_quotes="1", **given)
    record = json.loads(pasokh("ask", "--json", "-k", "1", QUESTION, **given).stdout)
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps(record), encoding="utf-8")

    assert "file: roads.pdf" in asked
    assert "page 2, characters" in asked
    assert "صفحهٔ ۲، نویسه‌های" in chatted.stdout
    assert [2] == [citation["page"] for citation in record["citations"]]
    assert 0 == pasokh("verify", str(kept), **given).returncode


def test_telegram_and_files_name_the_page(
    seed_settings: Settings, corpus: Path, tmp_path: Path
) -> None:
    """Under the source in a message; in the CSV file in a column of its own."""
    given = {"corpus": corpus, "data_dir": tmp_path / "own", "answer_threshold": 0.0}
    serving = open_answerer(seed_settings.model_copy(update=given))
    reply = serving.answer(read_question(QUESTION), k=1)
    assert isinstance(reply, Answer)
    (message,) = render(markup.answer(reply, Language.EN))
    finding = Finding(question=QUESTION, snapshot="x", citations=reply.citations)

    assert "\n\u200epage 2" in message.plain
    assert ",roads.pdf,2," in export([finding], Format.CSV, Language.EN)
    assert "page 2, characters" in export([finding], Format.MARKDOWN, Language.EN)
