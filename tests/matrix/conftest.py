"""A homeserver and the bot as a process that talks to it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bot_process import Bot
from filelock import FileLock
from homeserver import Homeserver, Person, install

from bot.settings import Settings
from bot.wire import build
from index.encoders import Encoder

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="session")
def homeserver(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Homeserver]:
    """Run Synapse, which is installed into pytest's cache, where it stays."""
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("synapse")
    try:
        with FileLock(folder / "lock"):  # another process of this run may be at it
            python = install(folder)
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"pip cannot install Synapse: {error}")
    server = Homeserver(python, tmp_path_factory.mktemp("synapse"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def indexed(
    encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Return settings under which the seed's index is already built."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    home = tmp_path_factory.mktemp("index") / "seeds"
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=SEEDS,
        index_dir=home,
        cache_dir=cache_dir,
    )
    build(settings)
    return {
        "PASOKH_CORPUS": str(SEEDS),
        "PASOKH_INDEX_DIR": str(home),
        "PASOKH_CACHE_DIR": str(cache_dir),
    }


@pytest.fixture
def new_bot(indexed: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Bot]]:
    """Return a function that makes bots, not started yet; all are ended afterwards."""
    made: list[Bot] = []

    def new(address: str, token: str, allowed: str) -> Bot:
        kept = {name: one for name, one in os.environ.items() if not name.startswith("PASOKH_")}
        environment = (
            kept
            | indexed
            | {
                "PASOKH_MATRIX_HOMESERVER": address,
                "PASOKH_MATRIX_TOKEN": token,
                "PASOKH_MATRIX_ALLOWED": allowed,
                "PASOKH_DATA_DIR": str(tmp_path / f"data-{len(made)}"),
            }
        )
        command = [sys.executable, "-m", "bot", "matrix"]
        made.append(Bot(command, environment, tmp_path / f"output-{len(made)}"))
        return made[-1]

    yield new
    for one in made:
        if one.is_running:
            one.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def people(homeserver: Homeserver) -> Callable[..., Person]:
    """Return a function that makes a user whom nobody else talks to."""
    numbers = iter(range(1000))
    return lambda name: homeserver.register(f"{name}{next(numbers)}")
