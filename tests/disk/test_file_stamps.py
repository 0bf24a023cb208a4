"""Files that are as they were noted are not read again; all others are."""

import os
from pathlib import Path

import pytest

from index.disk.atomic import checksum
from index.disk.file_stamps import STAMPS, Stamps


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of a corpus."""
    path = tmp_path / "\udcff a.txt"
    path.write_text("one", encoding="utf-8")
    return path


def _noted(home: Path, file: Path) -> None:
    """Note a file."""
    stamps = Stamps.read(home, settled_ns=0)
    stamps.checksum(file)
    stamps.write(home)


def test_a_noted_file_is_not_read(tmp_path: Path, file: Path) -> None:
    """What is noted is believed, which shows when a wrong checksum is noted."""
    _noted(tmp_path, file)
    before = Stamps.read(tmp_path, settled_ns=0)
    right = before.checksum(file)
    wrong = Stamps({name: one._replace(checksum="f") for name, one in before._known.items()})

    assert checksum(file) == right
    assert "f" == wrong.checksum(file)


def test_a_changed_file_is_read(tmp_path: Path, file: Path) -> None:
    """Even where its size and its time of writing are as they were."""
    _noted(tmp_path, file)
    was = file.stat()
    file.write_text("two", encoding="utf-8")
    os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))

    assert checksum(file) == Stamps.read(tmp_path).checksum(file)


def test_a_file_in_the_place_of_another_is_read(tmp_path: Path, file: Path) -> None:
    """It has another inode."""
    _noted(tmp_path, file)
    other = tmp_path / "other"
    other.write_text("two", encoding="utf-8")
    other.replace(file)

    assert checksum(file) == Stamps.read(tmp_path).checksum(file)


def test_a_file_that_was_just_written_is_not_noted(tmp_path: Path, file: Path) -> None:
    """Within one tick of the clock it may change again."""
    stamps = Stamps.read(tmp_path)
    stamps.checksum(file)
    stamps.write(tmp_path)

    assert not (tmp_path / STAMPS).exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-3],
        lambda _: b"",
        lambda data: data.replace(b"3", b"4"),
        lambda _: b"\xff",
    ],
    ids=["cut", "emptied", "altered", "no text"],
)
def test_damaged_stamps_are_none(tmp_path: Path, file: Path, damage) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Then everything is read again."""
    _noted(tmp_path, file)
    path = tmp_path / STAMPS
    path.write_bytes(damage(path.read_bytes()))

    assert not Stamps.read(tmp_path)._known
    assert checksum(file) == Stamps.read(tmp_path).checksum(file)


def test_a_file_that_is_gone_is_forgotten(tmp_path: Path, file: Path) -> None:
    """Stamps do not pile up."""
    _noted(tmp_path, file)
    stamps = Stamps.read(tmp_path, settled_ns=0)
    stamps.write(tmp_path)

    assert not Stamps.read(tmp_path)._known
