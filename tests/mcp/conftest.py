"""Small archives behind the MCP server, asked by the SDK's own client."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answer.answerer import Answerer
from bot.answer.serving import Serving
from index import BuildReport, VectorSpace, open_snapshot
from index.encoders import Encoder

Build = Callable[[Path, Path], BuildReport]
SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="session")
def seed_text() -> str:
    """Return the seed file as it is, no line end translated."""
    (path,) = SEEDS.glob("*.txt")
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


@pytest.fixture
def serve(encoder: Encoder) -> Callable[[Path], Serving]:
    """Return a function that answers from what is published under a home, now and later."""

    def run(home: Path) -> Serving:
        def reopen() -> Answerer:
            return Answerer(open_snapshot(home, space=VectorSpace(encoder.identity)), encoder)

        return Serving(reopen(), home=home, reopen=reopen)

    return run


@pytest.fixture
def two_languages(build: Build, tmp_path: Path) -> tuple[Path, Path]:
    """Return a corpus of the seed and an English article, and the home of its index."""
    corpus = Path(shutil.copytree(SEEDS, tmp_path / "corpus"))
    record = {
        "url": "https://news.example/ferry",
        "title": "Ferry carries a record number",
        "text": "On Monday the ferry Aurora carried 412 passengers to the island of Veyra. The "
        "harbour office said that the sea was calm for the whole day.",
        "date": "2024-05-06",
        "source": "Island Post",
    }
    (corpus / "ferry.json").write_text(json.dumps([record]), encoding="utf-8")
    build(corpus, tmp_path / "home")
    return corpus, tmp_path / "home"
