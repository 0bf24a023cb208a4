"""Reading all over a large file leaves little of it resident."""

from pathlib import Path

import numpy as np
import pytest

from index.dense import DenseIndex, write_dense
from index.resident import resident_of

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps").exists(), reason="needs /proc to tell what is resident"
)
ROWS, DIM = 500_000, 384


def _resident_mb(path: Path) -> float:
    """Return what is resident of a file that this process has mapped."""
    found, is_own = 0, False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        if "-" in line.split(" ", 1)[0] and not line.split(" ", 1)[0].endswith(":"):
            is_own = line.endswith(str(path))
        elif is_own and line.startswith("Rss:"):
            found += int(line.split()[1])
    return found / 1024


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 384 MB of vectors."""
    path = tmp_path_factory.mktemp("large") / "passages.faiss"
    shard = np.random.default_rng(0).standard_normal((10_000, DIM)).astype(np.float32)
    write_dense(path, (shard for _ in range(ROWS // len(shard))), DIM)
    return path


def test_questions_leave_little_resident(large: Path) -> None:
    """Rows all over the file are read as they stand, and let go of after each question."""
    index = DenseIndex.open(large)
    chosen = np.random.default_rng(1)
    most = 0.0
    for _ in range(20):
        rows = chosen.integers(0, ROWS, 1500)
        found = index.vectors(rows)
        most = max(most, _resident_mb(large))

        assert np.array_equal(found, index.vectors(rows))

    assert most < 100  # measured once a question was answered


def test_a_map_without_a_guard_becomes_resident(large: Path) -> None:
    """Without letting go the same reads hold the whole file: the guard is what bounds them."""
    start = large.stat().st_size - ROWS * DIM * 2
    array = np.memmap(large, np.float16, "r", offset=start, shape=(ROWS, DIM))
    chosen = np.random.default_rng(1)
    for _ in range(20):
        array[chosen.integers(0, ROWS, 1500)].sum()

    assert _resident_mb(large) > 300


def test_arrays_in_memory_are_left_alone() -> None:
    """What is not mapped has nothing to let go of."""
    guard = resident_of(np.zeros((4, 4)))

    guard.touch(1 << 30)

    assert guard._mapped is None
