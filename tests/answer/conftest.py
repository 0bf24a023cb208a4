"""The seed article and its opened index, built once for these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Article, IndexConfig, Snapshot, VectorSpace, build_index, open_snapshot
from index.encoders import Encoder

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="session")
def snapshot(
    encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    """Open the index of the seed article."""
    home = tmp_path_factory.mktemp("answers")
    build_index(
        [SEEDS], home, encoder=encoder, config=IndexConfig(), cache_dir=cache_dir / "vectors"
    )
    opened = open_snapshot(home, space=VectorSpace(encoder.identity))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def article(snapshot: Snapshot) -> Article:
    """Return the seed article."""
    return next(snapshot.archive.articles())
