"""Pieces of a file: the same bytes however it is read, and little of a large one resident."""

import gc
from pathlib import Path

import numpy as np
import pytest

from index.dense import DenseIndex, write_dense
from index.pieces import MAPPED_BYTES, Pieces

ROWS, DIM = 400_000, 384


@pytest.mark.parametrize("mapped_bytes", [0, 1 << 20], ids=["read", "mapped"])
def test_pieces_are_the_files_bytes(tmp_path: Path, mapped_bytes: int) -> None:
    """They come in the order asked for, empty ones and repeats included."""
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)))

    pieces = Pieces(path, mapped_bytes=mapped_bytes)

    assert pieces.size == 256
    assert pieces.read([(250, 256), (3, 3), (0, 2), (0, 2)]) == bytes(
        [250, 251, 252, 253, 254, 255, 0, 1, 0, 1]
    )
    assert pieces.read([]) == b""


def test_an_empty_file_has_none(tmp_path: Path) -> None:
    """It can be opened, though not mapped."""
    (tmp_path / "file").touch()

    assert Pieces(tmp_path / "file").read([(0, 10)]) == b""


def test_a_file_is_closed_with_its_object(tmp_path: Path) -> None:
    """Opened a thousand times and dropped, it leaves no descriptor behind."""
    (tmp_path / "file").write_bytes(b"text")
    before = _descriptors()
    for _ in range(1000):
        Pieces(tmp_path / "file", mapped_bytes=0)
    gc.collect()

    assert _descriptors() <= before


def _descriptors() -> int:
    """Count the open files of this process; 0 where that cannot be told."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs /proc")
def test_questions_leave_nothing_of_a_large_file_resident(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Rows all over 300 MB of vectors are read as they stand, and the file is in no memory map."""
    path = tmp_path_factory.mktemp("large") / "passages.faiss"
    shard = np.random.default_rng(0).standard_normal((10_000, DIM)).astype(np.float32)
    write_dense(path, (shard for _ in range(ROWS // len(shard))), DIM)
    index = DenseIndex.open(path)
    rows = np.random.default_rng(1).integers(0, ROWS, 20_000)

    found = index.vectors(rows)

    assert path.stat().st_size > MAPPED_BYTES
    assert np.abs(found - shard[rows % len(shard)]).max() < 2e-3  # in half precision
    span = index.following(9_998, 10_003)
    assert np.array_equal(span, index.vectors(np.arange(9_998, 10_003)))
    assert _resident_mb(path) < 1


def _resident_mb(path: Path) -> float:
    """Return what is resident of a file that this process has mapped."""
    found, is_own = 0, False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        if "-" in line.split(" ", 1)[0] and not line.split(" ", 1)[0].endswith(":"):
            is_own = line.endswith(str(path))
        elif is_own and line.startswith("Rss:"):
            found += int(line.split()[1])
    return found / 1024
