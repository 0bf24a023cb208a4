"""The whole program with its index on a real Qdrant server, there and gone."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qdrant_server import Qdrant

from bot import wire
from bot.answer.answerer import Answerer
from bot.question.question import read_question
from bot.settings import Settings
from bot.types import Answer
from index import EngineError

Pasokh = Callable[..., subprocess.CompletedProcess[str]]
NewServer = Callable[..., Qdrant]

QUESTION = "What did Kirby say about Sukhoi jets?"
PERSIAN = "کربی درباره جت‌های سوخو چه گفت؟"
KEY = "a-key-that-nobody-may-see"


def _answer(pasokh_here: Pasokh, question: str, **settings: str) -> dict[str, Any]:
    """Ask, and return what does not differ from run to run."""
    done = pasokh_here("ask", "--json", question, **settings)
    assert done.returncode == 0, done.stderr
    record: dict[str, Any] = json.loads(done.stdout)
    del record["timings_ms"], record["snapshot"]
    return record


def _nearly(record: object) -> object:
    """Let numbers be a little different, as a server computes them."""
    match record:
        case float():
            return pytest.approx(record, abs=5e-3)
        case dict():
            return {name: _nearly(value) for name, value in record.items()}
        case list():
            return [_nearly(value) for value in record]
        case _:
            return record


def _there(server: Qdrant) -> str:
    return f"qdrant://127.0.0.1:{server.port}/seeds"


def test_the_seed_answers_the_same_from_a_server(
    pasokh_here: Pasokh, new_server: NewServer
) -> None:
    """An index is published by a build that encodes nothing; both languages get their answers."""
    server = new_server(SERVICE__API_KEY=KEY)
    there = {"index": _there(server), "index_key": KEY}
    expected = [_answer(pasokh_here, question) for question in (QUESTION, PERSIAN)]
    refused = pasokh_here("ask", QUESTION, **there)
    built = pasokh_here("index", "build", **there)
    found = [_answer(pasokh_here, question, **there) for question in (QUESTION, PERSIAN)]

    assert refused.returncode == 1
    assert "Expected the index seeds on" in refused.stderr
    assert "run `pasokh index build`" in refused.stderr
    assert built.returncode == 0, built.stderr
    assert _nearly(expected) == found
    assert expected[0]["answer"] == found[0]["answer"]
    assert pasokh_here("index", "verify", **there).returncode == 0
    assert "served     from qdrant" in pasokh_here("index", "info", **there).stdout
    assert "پاسخ از: qdrant" in pasokh_here("index", "info", **there, language="fa").stdout
    assert len(server.collections()) == 2


@pytest.mark.parametrize(("language", "word"), [("en", "Error:"), ("fa", "خطا:")])
def test_asking_while_the_server_is_down(
    pasokh_here: Pasokh, new_server: NewServer, language: str, word: str
) -> None:
    """One line says what and where and what to do; there is no traceback, and the key nowhere."""
    server = new_server(SERVICE__API_KEY=KEY)
    there = {"index": _there(server), "index_key": KEY, "language": language}
    assert pasokh_here("index", "build", **there).returncode == 0
    server.kill()
    done = pasokh_here("ask", QUESTION, **there)
    whole = pasokh_here("--debug", "ask", QUESTION, **there)

    assert done.returncode == whole.returncode == 1
    assert done.stderr.startswith(f"{word} Expected the index on {server.address}")
    assert "start the server" in done.stderr
    assert "Traceback" not in done.stderr
    assert "EngineError" in whole.stderr
    assert KEY not in done.stderr + done.stdout + whole.stderr + whole.stdout


def test_a_key_that_is_refused(pasokh_here: Pasokh, new_server: NewServer) -> None:
    """The setting is named, its value is not."""
    server = new_server(SERVICE__API_KEY=KEY)
    done = pasokh_here("ask", QUESTION, index=_there(server), index_key="another")

    assert done.returncode == 1
    assert "set PASOKH_INDEX_KEY" in done.stderr
    assert "another" not in done.stderr


def test_a_question_asked_while_its_collections_are_deleted(
    seed_settings: Settings, new_server: NewServer, tmp_path: Path
) -> None:
    """Whoever asks the snapshot before a removal is answered from the one after it."""
    server = new_server()
    corpus = Path(shutil.copytree(seed_settings.corpus, tmp_path / "corpus"))
    (corpus / "other.jsonl").write_text('{"id": "gone", "text": "A bridge was opened."}\n')
    shutil.copytree(seed_settings.cache_dir, tmp_path / "cache")
    settings = seed_settings.model_copy(
        update={
            "corpus": corpus,
            "index": _there(server),
            "data_dir": tmp_path / "data",
            "cache_dir": tmp_path / "cache",
        }
    )
    wire.build(settings)
    serving = wire.open_answerer(settings)
    reopen = serving._reopen

    def slowly() -> Answerer:
        time.sleep(1.5)  # longer than a question waits for a new snapshot
        return reopen()

    serving._reopen = slowly
    wire.remove(settings, "gone", "")
    found = serving.answer(read_question(QUESTION))

    assert isinstance(found, Answer)
    assert found.fingerprint.snapshot == wire.info(settings).snapshot
    serving.close()


def test_an_answerer_outlives_an_outage(
    seed_settings: Settings, new_server: NewServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What was opened answers again once the server is back."""
    server = new_server()
    there = {"index": _there(server), "data_dir": tmp_path_factory.mktemp("there")}
    settings = seed_settings.model_copy(update=there)
    wire.build(settings)
    serving = wire.open_answerer(settings)
    server.kill()
    with pytest.raises(EngineError, match="no connection"):
        serving.answer(read_question(QUESTION))
    server.start()

    assert isinstance(serving.answer(read_question(QUESTION)), Answer)
    serving.close()
