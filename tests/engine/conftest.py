"""A small archive published on a real Qdrant server."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from qdrant_server import Qdrant
from small_archive import SmallArchive

from index.encoders import Encoder
from index.engine import publishing

N_ARTICLES = 12


@pytest.fixture(autouse=True)
def _nothing_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no build wait for questions under way, where there are none."""
    monkeypatch.setattr(publishing, "_UNDER_WAY_S", 0.0)


@pytest.fixture
def archive_on(
    encoder: Encoder, cache_dir: Path, tmp_path: Path
) -> Callable[[Qdrant], SmallArchive]:
    """Return a function that writes an archive in two languages, to be published on a server."""

    def make(server: Qdrant) -> SmallArchive:
        home = tmp_path / uuid4().hex  # which names the index among those of other tests
        archive = SmallArchive(tmp_path / "corpus", home, server, encoder, cache_dir)
        archive.corpus.mkdir()
        for number in range(N_ARTICLES):
            archive.write(number)
        return archive

    return make


@pytest.fixture
def archive(archive_on: Callable[[Qdrant], SmallArchive], qdrant: Qdrant) -> SmallArchive:
    """Write an archive to be published on the server that tests share."""
    return archive_on(qdrant)
