"""A scripted model server for each test, and a real index of the seed and of hostile articles."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from made_articles import ARTICLES
from model_server import KEY, ModelServer
from model_server import serving as serving_model
from patience import scaled

from bot.answer.serving import Serving
from bot.llm.opening import session_over
from bot.question.question import read_question
from bot.session.protocols import Writing
from bot.settings import Settings
from bot.types import Answer
from bot.wire import open_answerer
from index.encoders import Encoder

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """Serve on loopback; nothing is said before a test says what."""
    with serving_model() as running:
        yield running


@pytest.fixture(scope="session")
def llm_settings(
    encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Return settings whose archive is the seed and some articles made to mislead."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    corpus = tmp_path_factory.mktemp("corpus")
    for seed in SEEDS.glob("*.txt"):
        shutil.copy(seed, corpus)
    lines = "\n".join(json.dumps(article) for article in ARTICLES)
    (corpus / "made.jsonl").write_text(lines, encoding="utf-8")
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=corpus,
        data_dir=tmp_path_factory.mktemp("data"),
        cache_dir=cache_dir,
    )


@pytest.fixture(scope="session")
def answering(llm_settings: Settings) -> Iterator[Serving]:
    """Answer from that archive."""
    opened = open_answerer(llm_settings)
    yield opened
    opened.close()


@pytest.fixture
def ask(answering: Serving) -> Callable[[str], Answer]:
    """Return a function that asks what has an answer."""

    def answer(question: str) -> Answer:
        found = answering.answer(read_question(question))
        assert isinstance(found, Answer), found
        return found

    return answer


@pytest.fixture
def writer(
    llm_settings: Settings, answering: Serving, server: ModelServer
) -> Callable[..., Writing]:
    """Return a function that opens, as the program does, what words answers."""

    def opened(**given: Any) -> Writing:  # noqa: ANN401  # any setting
        base: dict[str, Any] = {
            "llm_base_url": server.url,
            "llm_model": "small",
            "llm_api_key": KEY,
            "llm_timeout_s": scaled(20),
            "llm_check": False,
        }
        fields = llm_settings.model_dump() | base | given
        writing = session_over(Settings(_env_file=None, **fields), answering).writing  # type: ignore[call-arg]
        assert writing is not None
        return writing

    return opened
