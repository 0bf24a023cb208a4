"""Articles without headline and address lead back to their file, on every surface."""

import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.question.question import read_question
from bot.settings import Settings
from bot.telegram.dialog import markup
from bot.telegram.dialog.html import render
from bot.texts.language import Language
from bot.types import Answer, NoAnswer
from bot.wire import open_answerer

Pasokh = Callable[..., subprocess.CompletedProcess[str]]

QUESTION = "Who opened the new bridge over the river?"
BRIDGE = "The minister opened the new bridge over the river on Monday. Trains cross it from May on."
RAIN = "It rained in the north of the country for three days and the fields were flooded."
OPENING = "The minister opened the new bridge over the river on Monday. Trains cross it…"


def _lines(*texts: str) -> str:
    return "".join(json.dumps({"text": text}) + "\n" for text in texts)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return a corpus of one article that is nothing but a text, on the second line of its file."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "news.jsonl").write_text(_lines(RAIN, BRIDGE), encoding="utf-8")
    return folder


def _given(corpus: Path, tmp_path: Path) -> dict[str, str]:
    return {"corpus": str(corpus), "data_dir": str(tmp_path / "own"), "answer_threshold": "0"}


def _first(record: dict[str, Any]) -> dict[str, Any]:
    (first, *_) = record["citations"]
    return dict(first)


def test_the_terminal_names_the_file_and_the_first_words(
    pasokh_here: Pasokh, corpus: Path, tmp_path: Path
) -> None:
    """Below the answer, and above the opened article in a chat, in both languages."""
    given = _given(corpus, tmp_path)
    asked = pasokh_here("ask", "-k", "1", QUESTION, **given).stdout
    chatted = pasokh_here(
        "chat", stdin=f"{QUESTION}\n/open 1\n/lang fa\n/sources\n", max_quotes="1", **given
    ).stdout

    assert f"[1] {OPENING}\n    date unknown\n    file: news.jsonl:2\n" in asked
    assert f"{OPENING}\ndate unknown\nfile: news.jsonl:2\n" in chatted
    assert f"[۱] {OPENING}\n    تاریخ نامعلوم\n    پرونده: news.jsonl:2\n" in chatted


def test_telegram_names_the_file_and_the_first_words(
    seed_settings: Settings, corpus: Path, tmp_path: Path
) -> None:
    """In the sources of an answer, in the nearest headlines and above the article."""
    given = {"corpus": corpus, "data_dir": tmp_path / "own", "answer_threshold": 0.0}
    serving = open_answerer(seed_settings.model_copy(update=given))
    reply = serving.answer(read_question(QUESTION), k=1)
    assert isinstance(reply, Answer)
    article = serving.article(reply.citations[0].article_id)
    strict = open_answerer(seed_settings.model_copy(update={**given, "answer_threshold": 1.0}))
    refusal = strict.answer(read_question("Who won the cup final in the capital?"))
    assert article is not None
    assert isinstance(refusal, NoAnswer)

    (answered,) = render(markup.answer(reply, Language.EN))
    (opened,) = render(markup.article_pages(article, (), Language.EN)[0])
    (refused,) = render(list(markup.refusal(refusal, Language.EN)))
    for part in (answered, opened, refused):
        assert f"<b>\u2068{OPENING}\u2069</b>\n" in part.html
        assert "\n\u200efile: news.jsonl:2" in part.plain


def test_json_names_the_file_and_old_answers_stand(
    pasokh_here: Pasokh, corpus: Path, tmp_path: Path
) -> None:
    """Also after the file got more lines and another name."""
    given = _given(corpus, tmp_path)
    file, kept = corpus / "news.jsonl", tmp_path / "kept.json"
    record = json.loads(pasokh_here("ask", "--json", QUESTION, **given).stdout)
    first = _first(record)
    kept.write_text(json.dumps(record), encoding="utf-8")
    file.write_text(_lines("A new line is above them all today.", RAIN, BRIDGE), encoding="utf-8")
    file.rename(corpus / "old.jsonl")
    assert "1 added" in pasokh_here("index", "build", **given).stdout

    assert ("news.jsonl:2", "", "") == (first["origin"], first["headline"], first["url"])
    assert 0 == pasokh_here("verify", str(kept), **given).returncode


def test_a_member_of_an_archive_is_named(pasokh_here: Pasokh, tmp_path: Path) -> None:
    """The way back is file, member and line."""
    folder = tmp_path / "packed"
    folder.mkdir()
    with zipfile.ZipFile(folder / "news.zip", "w") as packed:
        packed.writestr("2023/june.jsonl", _lines(RAIN, BRIDGE))
    record = json.loads(pasokh_here("ask", "--json", QUESTION, **_given(folder, tmp_path)).stdout)

    assert "news.zip!2023/june.jsonl:2" == _first(record)["origin"]
