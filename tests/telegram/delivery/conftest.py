"""A Bot API server of our own and the bot as a real process that talks to it."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bot_api_server import TOKEN, BotApi
from bot_process import Bot

from bot.settings import Settings
from bot.wire import build
from index.encoders import Encoder

SEEDS = Path(__file__).parents[3] / "seeds"


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
def api() -> Iterator[BotApi]:
    """Run a Bot API server for one test."""
    server = BotApi()
    yield server
    server.close()


@pytest.fixture
def new_bot(api: BotApi, indexed: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Bot]]:
    """Return a function that makes bots, not started yet; all are ended afterwards."""
    made: list[Bot] = []

    def new(data: str = "data") -> Bot:
        kept = {name: one for name, one in os.environ.items() if not name.startswith("PASOKH_")}
        environment = (
            kept
            | indexed
            | {
                "PASOKH_TELEGRAM_TOKEN": TOKEN,
                "PASOKH_TELEGRAM_BASE_URL": api.url,
                "PASOKH_DATA_DIR": str(tmp_path / data),
            }
        )
        command = [sys.executable, "-m", "bot", "serve"]
        made.append(Bot(command, environment, tmp_path / f"output-{len(made)}"))
        return made[-1]

    yield new
    for one in made:
        if one.is_running:
            one.stop(signal.SIGKILL)


@pytest.fixture
def bot(new_bot: Callable[..., Bot]) -> Bot:
    """Return the bot, not started yet."""
    return new_bot()
