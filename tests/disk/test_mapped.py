"""Pieces of a file: its bytes, and of a large one little that stays resident."""

import gc
from pathlib import Path

import numpy as np
import pytest

from index.disk.mapped import Pieces

SIZE = 200_000_000


@pytest.mark.parametrize("resident_bytes", [0, 1 << 20], ids=["let go", "kept"])
def test_pieces_are_the_files_bytes(tmp_path: Path, resident_bytes: int) -> None:
    """They come in the order asked for, empty ones and repeats included."""
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)))

    pieces = Pieces(path, resident_bytes=resident_bytes)

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
        Pieces(tmp_path / "file")
    gc.collect()

    assert _descriptors() <= before


def _descriptors() -> int:
    """Count the open files of this process; 0 where that cannot be told."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs /proc")
@pytest.mark.parametrize(("bound_mb", "is_kept"), [(50, False), (1000, True)])
def test_what_a_large_file_leaves_resident(large: Path, bound_mb: int, is_kept: bool) -> None:  # noqa: FBT001
    """Pieces read all over it stay up to the bound; beyond it the map lets go after each reading.

    The second case shows that it is the bound which keeps the first one small.
    """
    pieces = Pieces(large, resident_bytes=bound_mb << 20)
    places = np.random.default_rng(1).integers(0, SIZE - 800, (20, 1500)).tolist()

    for some in places:
        assert len(pieces.read((place, place + 800) for place in some)) == 1500 * 800

    resident = _resident_mb(large)
    assert resident > 150 if is_kept else resident < 5


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a file of 200 MB."""
    path = tmp_path_factory.mktemp("large") / "file"
    path.write_bytes(bytes(SIZE))
    return path


def _resident_mb(path: Path) -> float:
    """Return what is resident of a file that this process has mapped."""
    found, is_own = 0, False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        if "-" in line.split(" ", 1)[0] and not line.split(" ", 1)[0].endswith(":"):
            is_own = line.endswith(str(path))
        elif is_own and line.startswith("Rss:"):
            found += int(line.split()[1])
    return found / 1024
