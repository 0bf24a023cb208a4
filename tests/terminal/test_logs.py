"""Tests of the log."""

import io
import json
import logging
from pathlib import Path

import pytest

from bot.logs import log_reply, report_failure, set_up
from bot.question.question import read_question
from bot.session.protocols import Answering
from bot.texts.language import Language
from index import PasokhError, StorageError


def _entries(path: Path) -> list[dict[str, object]]:
    """Read a log."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_question_leaves_one_line_without_its_text(tmp_path: Path, answerer: Answering) -> None:
    """At INFO a question is counted and measured, not quoted."""
    set_up("INFO", tmp_path / "log")
    log_reply(answerer.answer(read_question("Su-35")), 4)

    [entry] = _entries(tmp_path / "log")
    assert (entry["event"], entry["outcome"], entry["n_quotes"]) == ("question", "answered", 1)
    assert "Su-35" not in (tmp_path / "log").read_text(encoding="utf-8")


def test_the_text_of_a_question_is_for_debugging(tmp_path: Path, answerer: Answering) -> None:
    """At DEBUG the text is there, under the same id."""
    set_up("DEBUG", tmp_path / "log")
    log_reply(answerer.answer(read_question("Su-35")), 4)

    first, second = _entries(tmp_path / "log")
    assert second["question"] == "Su-35"
    assert first["question_id"] == second["question_id"]


def test_secrets_are_struck_out(tmp_path: Path) -> None:
    """A secret is in no line, not even as JSON writes it."""
    stream = io.StringIO()
    set_up("INFO", tmp_path / "log", secrets=['se"cret'], debug=stream)
    logging.getLogger("x").error("key %s", 'se"cret', extra={"fields": {"key": 'se"cret'}})

    [entry] = _entries(tmp_path / "log")
    assert (entry["event"], entry["key"]) == ("key ***", "***")
    assert stream.getvalue() == "ERROR x key *** {'key': '***'}\n"


def test_addresses_of_httpx_are_not_logged(tmp_path: Path) -> None:
    """The library httpx stays silent below WARNING, also when debugging."""
    set_up("DEBUG", tmp_path / "log", debug=io.StringIO())
    logging.getLogger("httpx").info("GET https://host/bot123:token")

    assert _entries(tmp_path / "log") == []


def test_the_log_is_private(tmp_path: Path) -> None:
    """Only its owner may read the log, whose folders are made."""
    set_up("INFO", tmp_path / "a" / "log")

    assert (tmp_path / "a" / "log").stat().st_mode & 0o777 == 0o600


def test_a_log_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """The error names the variable and the path."""
    (tmp_path / "file").touch()

    with pytest.raises(StorageError, match=r"^PASOKH_LOG_FILE: .*/file/log cannot be written: "):
        set_up("INFO", tmp_path / "file" / "log")


def test_failures_are_told_in_a_line_and_logged_whole(tmp_path: Path) -> None:
    """People see our message, or only the kind of an unforeseen error; the log has all."""
    log = tmp_path / "log"
    set_up("INFO", log)

    assert report_failure(PasokhError("do this"), Language.FA, log) == "خطا: do this"
    assert report_failure(ValueError("inner"), Language.EN, log) == (
        f"Internal error (ValueError). Details are in {log}"
    )
    assert "ValueError: inner" in str(_entries(log)[1]["traceback"])


@pytest.mark.parametrize("to", ["file", "terminal"])
def test_wordy_loggers_are_not_quoted(tmp_path: Path, to: str) -> None:
    """Of the Telegram library's records the message stays unfilled and errors keep only a name."""
    stream, path, words = io.StringIO(), tmp_path / "log", "what a person wrote"
    set_up("INFO", path if to == "file" else None, debug=stream if to == "terminal" else None)
    try:
        int(words)
    except ValueError:
        logging.getLogger("telegram.ext.Updater").exception("Got %s", words)

    text = path.read_text(encoding="utf-8") if to == "file" else stream.getvalue()
    assert "Got %s" in text
    assert "ValueError" in text
    assert words not in text


def test_parts_of_a_token_are_struck_out(tmp_path: Path) -> None:
    """The half behind the colon and the form in an address are secrets too; a short half is not."""
    set_up("INFO", tmp_path / "log", secrets=["4242:AAAbbbCCCddd", "key:", "key2:x"])
    logging.getLogger("x").warning("bot4242%3AAAAbbbCCCddd and AAAbbbCCCddd, extra text")

    text = (tmp_path / "log").read_text(encoding="utf-8")
    assert "AAAbbb" not in text
    assert "extra text" in text
