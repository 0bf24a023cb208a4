"""A first question builds the index, whoever else does, and whatever cannot be shown or read."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from patience import scaled

from bot import wire
from bot.evaluation.files import EvaluationFiles
from bot.question.question import read_question
from bot.settings import Settings
from bot.terminal.progress import progress_on
from bot.texts.language import Language
from bot.types import Answer
from index import SnapshotMissing, read_manifest
from index.disk.atomic import builder_lock

Done = subprocess.CompletedProcess[str]
Pasokh = Callable[..., Done]

QUESTION = "What did Kirby say about Sukhoi jets?"
BRIDGE = "The minister opened the new bridge over the river on Monday."


@pytest.fixture
def fresh(seed_settings: Settings, tmp_path: Path) -> Settings:
    """Return settings of a newcomer: nothing was built yet."""
    return seed_settings.model_copy(update={"data_dir": tmp_path / "fresh"})


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return a corpus of one article and two files that cannot be read."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "good.jsonl").write_text(json.dumps({"id": "bridge", "text": BRIDGE}))
    (folder / "empty.txt").write_bytes(b"")
    (folder / "noise.txt").write_bytes(b"\x00\x01\xff" * 50)
    return folder


def test_a_first_question_waits_for_another_build(fresh: Settings) -> None:
    """While another builds, a first question waits, says so, and is answered afterwards."""
    fresh.index_home.mkdir(parents=True)
    waits = Event()
    with ThreadPoolExecutor(1) as pool:
        with builder_lock(fresh.index_home):
            opening = pool.submit(
                wire.open_answerer,
                fresh,
                progress=lambda stage, _done, _total: waits.set() if stage == "wait" else None,
            )
            assert waits.wait(scaled(60)), opening.exception(1)
        reply = opening.result(scaled(60)).answer(read_question(QUESTION))

    assert isinstance(reply, Answer)


def test_two_first_questions_at_once(pasokh: Pasokh, tmp_path: Path) -> None:
    """Two people who ask first at the same time are both answered."""

    def ask(_: int) -> Done:
        return pasokh("ask", "--json", QUESTION, data_dir=str(tmp_path / "new"))

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(ask, range(2)))

    assert [0, 0] == [one.returncode for one in done], [one.stderr for one in done]
    assert 1 == len({json.loads(one.stdout)["snapshot"] for one in done})


def test_a_first_question_tells_of_rejects(pasokh: Pasokh, corpus: Path, tmp_path: Path) -> None:
    """What a build that nobody asked for rejected is one line on stderr and one in the log."""
    log = tmp_path / "the.log"
    done = pasokh("ask", "--json", BRIDGE, corpus=str(corpus), log_file=str(log))

    told = [line for line in done.stderr.splitlines() if "rejected" in line]
    (built,) = [
        entry
        for entry in map(json.loads, log.read_text(encoding="utf-8").splitlines())
        if entry["event"] == "index_built"
    ]
    assert 0 == done.returncode
    assert ["rejected (`pasokh index build` lists them): 2"] == told
    assert ("INFO", 1, {"empty": 1, "binary": 1}) == (
        built["level"],
        built["n_articles"],
        built["rejects"],
    )


def test_a_first_question_without_rejects_says_nothing_of_them(
    fresh: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """A clean build is logged, and its stages are all that is told."""
    told: list[str] = []
    with caplog.at_level(logging.INFO, "bot.wire"):
        wire.open_answerer(fresh, progress=lambda stage, *_: told.append(stage))

    assert ["read", "words", "encode"] == list(dict.fromkeys(told))
    assert ["index_built"] == [record.getMessage() for record in caplog.records]


def test_a_first_question_when_stderr_is_closed(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    """Progress that nobody reads any more does not stop the build or the answer."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [Path(sys.executable).with_name("pasokh"), "ask", "--json", QUESTION],
        stdout=subprocess.PIPE,
        stderr=writing,
        check=False,
        cwd=tmp_path,
        env=surroundings | {"PASOKH_DATA_DIR": str(tmp_path / "new")},
    )
    os.close(writing)

    assert 0 == done.returncode
    assert json.loads(done.stdout)["answered"]


def test_progress_on_a_broken_pipe() -> None:
    """What reports its progress never learns that nobody reads it, from start to end."""
    reading, writing = os.pipe()
    os.close(reading)
    stream = open(writing, "w", buffering=1, encoding="utf-8")  # noqa: PTH123, SIM115 - a descriptor
    with progress_on(stream, Language.EN) as tell:
        tell("read", 1, None)
        tell("encode", 7, 7)

    with pytest.raises(BrokenPipeError):
        stream.close()


def test_an_evaluation_leaves_the_index_of_its_corpus_alone(
    fresh: Settings, corpus: Path, tmp_path: Path
) -> None:
    """Evaluating on the corpus one asks about builds its own index, not theirs."""
    settings = fresh.model_copy(update={"corpus": corpus})
    (tmp_path / "queries.jsonl").write_text(
        json.dumps({"id": "q", "text": "Who opened the bridge?", "answers": ["minister"]})
    )
    (tmp_path / "qrels.tsv").write_text("q\tbridge\t1\n")
    files = EvaluationFiles(
        corpora=(corpus,), queries=tmp_path / "queries.jsonl", qrels=tmp_path / "qrels.tsv"
    )
    found = wire.evaluate(settings, files, lambda _stage, _done, _total: None)
    apart = wire.evaluation_settings(settings, corpus)

    assert 1 == found.record()["overall"]["hit@1"]
    with pytest.raises(SnapshotMissing):
        read_manifest(settings.index_home)
    assert 1 == read_manifest(apart.index_home).n_articles
    assert settings.data_dir / "evaluation" in apart.index_home.parents
