"""The whole program over the seed article: settings, encoder, index and processes, all real."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from in_process import run_here
from warm import run_warm

from bot.answer.answerer import Answerer
from bot.settings import Settings
from bot.wire import open_answerer
from index.encoders import Encoder

SEEDS = Path(__file__).parents[2] / "seeds"

Done = subprocess.CompletedProcess[str]
Pasokh = Callable[..., Done]


@pytest.fixture(scope="session")
def seed_settings(
    encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Return the settings of a newcomer, but with folders of our own."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=SEEDS,
        data_dir=tmp_path_factory.mktemp("data"),
        cache_dir=cache_dir,
        answer_threshold=None,
    )


@pytest.fixture(scope="session")
def answerer(seed_settings: Settings) -> Iterator[Answerer]:
    """Answer from the seed, the index built as for a first question."""
    with open_answerer(seed_settings).using() as opened:
        yield opened


@pytest.fixture(scope="session")
def seed_text() -> str:
    """Return the seed file as it is, no line end translated."""
    (path,) = SEEDS.glob("*.txt")
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


@pytest.fixture
def surroundings(seed_settings: Settings, answerer: Answerer, tmp_path: Path) -> dict[str, str]:
    """Return the environment of a process that finds the seed's index, in a copy of its own."""
    assert answerer.threshold > 0  # the index stands
    shutil.copytree(seed_settings.data_dir, tmp_path / "data")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PASOKH_")}
    return kept | {
        "PASOKH_CORPUS": str(SEEDS),
        "PASOKH_DATA_DIR": str(tmp_path / "data"),
        "PASOKH_CACHE_DIR": str(seed_settings.cache_dir),
    }


@pytest.fixture
def pasokh(surroundings: dict[str, str], tmp_path: Path) -> Pasokh:
    """Return a function that runs the program outside the checkout."""
    (tmp_path / "elsewhere").mkdir()

    def run(*arguments: str, stdin: str = "", **settings: str) -> Done:
        given = {f"PASOKH_{name.upper()}": value for name, value in settings.items()}
        return run_warm(
            arguments, env=surroundings | given, cwd=tmp_path / "elsewhere", stdin=stdin
        )

    return run


@pytest.fixture
def pasokh_here(
    surroundings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Pasokh:
    """Return a function that does the same without a process."""
    (tmp_path / "elsewhere").mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path / "elsewhere")

    def run(*arguments: str, stdin: str = "", **settings: str) -> Done:
        given = {f"PASOKH_{name.upper()}": value for name, value in settings.items()}
        return run_here(surroundings | given, *arguments, stdin=stdin)

    return run
