"""Small runs of the campaigns; `make campaigns` runs them whole (an hour or more)."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import engine_kills
import engine_nodes
import flips
import full_disk
import hostile_files
import kills
import pytest

from index.encoders import Encoder

pytestmark = pytest.mark.long


@pytest.fixture
def prepared(encoder: Encoder, cache_dir: Path) -> Callable[[Path], Path]:
    """Return a function that links converted weights into a campaign's folder."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now

    def prepare(folder: Path) -> Path:
        (folder / "cache").mkdir()
        (folder / "cache" / "encoder").symlink_to(cache_dir / "encoder")
        return folder

    return prepare


def test_killed_commands(prepared: Callable[[Path], Path], tmp_path: Path) -> None:
    """Five kills, one of each command: the index stays whole and nothing removed is left."""
    killed = kills.campaign(len(kills.COMMANDS), 7, prepared(tmp_path))

    assert dict.fromkeys(kills.COMMANDS, 1) == killed


def test_commands_on_a_full_disk(prepared: Callable[[Path], Path], tmp_path: Path) -> None:
    """With 48 kB free each command fails in words, the old index serves, and nothing is lost."""
    try:
        with full_disk.small_disk(tmp_path / "disk") as disk:
            outcomes = full_disk.campaign((48,), 7, prepared(disk))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a small file system may not be mounted here: {error}")

    assert len(kills.COMMANDS) == outcomes.total()


def test_changed_bits_beside_the_snapshots(
    prepared: Callable[[Path], Path], tmp_path: Path
) -> None:
    """A bit of each state file: it is noticed, or it changes nothing."""
    outcomes = flips.campaign(1, 7, prepared(tmp_path), only_state=True)

    assert outcomes.total() > 5


def test_killed_publishing(
    encoder: Encoder, cache_dir: Path, qdrant_program: Path, tmp_path: Path
) -> None:
    """Two builds killed on their way to a server: nothing half serves, the next build mends all."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now

    assert 2 == engine_kills.campaign(2, 7, tmp_path, qdrant_program, cache_dir).total()


def test_a_node_killed_among_questions(
    encoder: Encoder, cache_dir: Path, qdrant_program: Path, tmp_path: Path
) -> None:
    """Questions asked all the while are answered the same, and none fails."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now

    seen = engine_nodes.campaign(5, 6, tmp_path, qdrant_program, cache_dir)

    assert (30, 0) == (seen["asked"], seen["failed"])


def test_hostile_files(encoder: Encoder, cache_dir: Path) -> None:
    """Every tenth of 245, of 100 kB: none takes 5 seconds, or 300 MB more than the process has."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now

    assert [] == hostile_files.campaign(10, 100_000, cache_dir / "encoder")
