"""Real indexes of small archives: built once, copied for every test that damages one."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index import BuildReport, IndexConfig, VectorSpace, build_index
from index.encoders import Encoder

SEEDS = Path(__file__).parents[2] / "seeds"

Build = Callable[[Path, Path], BuildReport]
Write = Callable[..., Path]


@pytest.fixture(scope="session")
def space(encoder: Encoder) -> VectorSpace:
    """Return where the bundled encoder's vectors are compared."""
    return VectorSpace(encoder.identity)


@pytest.fixture(scope="session")
def vectors_dir(cache_dir: Path) -> Path:
    """Return the folder of encoded vectors that all builds of a test run share."""
    return cache_dir / "vectors"


@pytest.fixture(scope="session")
def build(encoder: Encoder, vectors_dir: Path) -> Build:
    """Return a function that builds the index of a corpus under a home."""

    def run(corpus: Path, home: Path) -> BuildReport:
        return build_index(
            [corpus], home, encoder=encoder, config=IndexConfig(), cache_dir=vectors_dir
        )

    return run


@pytest.fixture(scope="session")
def seed_home(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the index of the seed article; tests only read it."""
    home = tmp_path_factory.mktemp("seed") / "home"
    build(SEEDS, home)
    return home


@pytest.fixture
def home(seed_home: Path, tmp_path: Path) -> Path:
    """Return a copy of the seed's index, free to be damaged."""
    return Path(shutil.copytree(seed_home, tmp_path / "home"))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return a copy of the seed corpus, free to be added to."""
    return Path(shutil.copytree(SEEDS, tmp_path / "corpus"))


@pytest.fixture(scope="session")
def write_records() -> Write:
    """Return a function that writes records as JSON Lines into a new or known folder."""

    def write(folder: Path, *records: dict[str, object], name: str = "news.jsonl") -> Path:
        folder.mkdir(exist_ok=True, parents=True)
        lines = (json.dumps(record) + "\n" for record in records)
        (folder / name).write_text("".join(lines), encoding="utf-8")
        return folder

    return write
