"""What all tests share: the real bundled encoder and a real index of the seed article."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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
