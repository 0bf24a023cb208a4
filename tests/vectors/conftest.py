"""Real Qdrant servers, and small archives indexed into them."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from qdrant_server import Qdrant, install, why_not

from index import BuildReport, IndexConfig, QdrantConfig, VectorSpace, VectorStore, build_index
from index.encoders import Encoder
from index.stores import open_store

Build = Callable[..., BuildReport]
NewServer = Callable[..., Qdrant]


@pytest.fixture(scope="session")
def qdrant_program(pytestconfig: pytest.Config) -> Path:
    """Install the server into pytest's cache, where it stays."""
    if reason := why_not():
        pytest.skip(reason)
    cache = pytestconfig.cache
    assert cache is not None
    try:
        return install(cache.mkdir("qdrant"))
    except subprocess.CalledProcessError as error:
        pytest.skip(f"npm cannot install Qdrant's server: {error.stderr.decode()[-200:]}")


@pytest.fixture(scope="session")
def qdrant(qdrant_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Qdrant]:
    """Run a server for all tests that do not hurt it."""
    server = Qdrant(qdrant_program, tmp_path_factory.mktemp("qdrant")).start()
    yield server
    server.kill()


@pytest.fixture
def new_server(qdrant_program: Path, tmp_path: Path) -> Iterator[NewServer]:
    """Return a function that starts a server of the test's own, `config` as in `Qdrant`."""
    started: list[Qdrant] = []

    def start(**config: str) -> Qdrant:
        folder = tmp_path / f"server-{len(started)}"
        started.append(Qdrant(qdrant_program, folder, config))
        return started[-1].start()

    yield start
    for server in started:
        server.kill()


@pytest.fixture
def store(qdrant: Qdrant) -> VectorStore:
    """Keep vectors on the shared server."""
    return open_store(QdrantConfig(address=qdrant.address))


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
    """Return a function that builds the index of a corpus under a home, vectors in a store."""

    def run(corpus: Path, home: Path, store: VectorStore, *, keep: int = 2) -> BuildReport:
        return build_index(
            [corpus],
            home,
            encoder=encoder,
            config=IndexConfig(),
            cache_dir=vectors_dir,
            keep=keep,
            store=store,
        )

    return run


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Write an archive of twelve short articles in two languages."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(12):
        write_article(folder, number)
    return folder


def write_article(folder: Path, number: int, text: str = "") -> None:
    """Write one article into a file of its own."""
    english = f"Minister {number} opened bridge {number * 7}. It is {number * 3} metres long."
    persian = f"وزیر شماره {number} پل {number * 7} را گشود. درازای آن {number * 3} متر است."
    record = {"id": f"a{number}", "text": text or (persian if number % 3 else english)}
    line = json.dumps(record, ensure_ascii=False) + "\n"
    (folder / f"{number:02}.jsonl").write_text(line, encoding="utf-8")
