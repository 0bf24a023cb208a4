"""The bundled encoder and the folder its weights are converted into."""

from pathlib import Path

import pytest

from index.encoders import Encoder


@pytest.fixture(scope="session")
def encoder_cache(cache_dir: Path, encoder: Encoder) -> Path:
    """Return the folder of converted weights, filled; tests only read it."""
    folder = cache_dir / "encoder"
    assert folder.is_dir(), encoder
    return folder


@pytest.fixture(scope="session")
def bundled(encoder: Encoder) -> Encoder:
    """Return the real default encoder."""
    return encoder
