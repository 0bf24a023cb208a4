"""What all tests share: the real bundled encoder, and real Qdrant servers."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from qdrant_server import Qdrant, install, why_not

from index.encoders import BundledConfig, Encoder, open_encoder

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
EVAL = ROOT.parent / "shared" / "eval"

# `dev` looks at new examples every time; CI looks at the same many, and never at the clock.
settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci",
    max_examples=200,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for converted weights and vectors, shared by one test run."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def encoder(cache_dir: Path) -> Encoder:
    """Open the bundled encoder."""
    return open_encoder(BundledConfig(cache_dir=cache_dir / "encoder"))


@pytest.fixture(scope="session")
def qdrant_program(pytestconfig: pytest.Config) -> Path:
    """Install the server into pytest's cache, where it stays."""
    if reason := why_not():
        pytest.skip(reason)
    cache = pytestconfig.cache
    assert cache is not None
    try:
        return install(cache.mkdir("qdrant"))
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = (error.stderr or b"").decode()[-200:]
        pytest.skip(f"npm cannot install Qdrant's server: {said or error}")


@pytest.fixture(scope="session")
def qdrant(qdrant_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Qdrant]:
    """Run a server for all tests that do not hurt it."""
    server = Qdrant(qdrant_program, tmp_path_factory.mktemp("qdrant")).start()
    yield server
    server.kill()


@pytest.fixture
def new_server(qdrant_program: Path, tmp_path: Path) -> Iterator[Callable[..., Qdrant]]:
    """Return a function that starts a server of the test's own; as `Qdrant` is made."""
    started: list[Qdrant] = []

    def start(*arguments: str, **config: str) -> Qdrant:
        folder = tmp_path / f"server-{len(started)}"
        started.append(Qdrant(qdrant_program, folder, config, arguments))
        return started[-1].start()

    yield start
    for server in started:
        server.kill()
