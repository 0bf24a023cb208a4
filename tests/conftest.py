"""What all tests share: the real bundled encoder, small real indexes, and real Qdrant servers."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from one_encoder import sharing
from qdrant_server import Qdrant, install, why_not

from index import BuildReport, IndexConfig, VectorSpace, build_index
from index.encoders import Encoder

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
EVAL = ROOT.parent / "shared" / "eval"

# Processes that tests start import our modules from source; compiling them anew is half their time.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# What is ignored here, as under nohup, would be ignored by every process that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return the processes of `-n auto`: two more than processors, for many tests wait."""
    return (os.cpu_count() or 1) + 2


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for converted weights and vectors, shared by one test run."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def encoder(cache_dir: Path) -> Iterator[Encoder]:
    """Open the bundled encoder, which programs within this process and its forks share."""
    with sharing(cache_dir / "encoder") as opened:
        yield opened


@pytest.fixture(scope="session")
def qdrant_program(pytestconfig: pytest.Config) -> Path:
    """Install the server into pytest's cache, where it stays."""
    if reason := why_not():
        pytest.skip(reason)
    cache = pytestconfig.cache
    assert cache is not None
    try:
        folder = cache.mkdir("qdrant")
        with FileLock(folder / "lock"):  # another process of this run may be at it
            return install(folder)
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
