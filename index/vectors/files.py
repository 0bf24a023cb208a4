"""Vectors of one part of a snapshot in files.

A part's folder holds a FAISS index of its passages (see `faiss_index`) and an .npy array of its
sentences.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from index.arrays import HalfVectors, Mask, Rows, Scores, Vectors
from index.config import DenseConfig
from index.disk.mapped import Pieces
from index.errors import SnapshotCorrupt
from index.vectors.faiss_index import DenseIndex, write_codes, write_dense
from index.vectors.float16 import singles
from index.vectors.store import Shard, Written, held_out


def best_of_rows(scores: Scores, owners: Rows, n_rows: int, *, missing: Scores) -> Scores:
    """Return the highest score among the sentences of each passage.

    Args:
        scores: Of sentences, shape (n_sentences,).
        owners: Position in 0..n_rows-1 of each sentence's passage, any order.
        n_rows: Number of passages.
        missing: What a passage without sentences gets, shape (n_rows,).
    """
    best = np.full(n_rows, -np.inf, np.float32)
    np.maximum.at(best, owners, scores)
    return np.where(np.isneginf(best), missing, best).astype(np.float32)


PASSAGES: Final = "passages.faiss"
SENTENCES: Final = "sentences.npy"


class FileVectors:
    """Opened FAISS index of a part's passages and array of their sentences."""

    def __init__(self, dense: DenseIndex, sentences: Pieces, first_byte: int, starts: Rows) -> None:
        """Wrap both.

        Args:
            dense: The passages.
            sentences: The array.
            first_byte: Start of its first row.
            starts: As in `open_vectors`.
        """
        self.dense: Final = dense
        self._sentences = sentences
        self._first_byte = first_byte
        self._row_bytes = dense.dim * np.dtype(np.float16).itemsize
        self._starts = starts
        self._base = int(starts[0])

    @property
    def n_rows(self) -> int:
        """Number of passages."""
        return self.dense.n_rows

    @property
    def dim(self) -> int:
        """Length of each vector."""
        return self.dense.dim

    def search(self, query: Vectors, k: int, allowed: Mask | None = None) -> tuple[Rows, Vectors]:
        """Return the `k` passages nearest to `query`, best first, ties by row."""
        return self.dense.search(query, k, allowed)

    def scores(self, query: Vectors, rows: Rows) -> Vectors:
        """Return the inner products of `query` with passages, shape (n,)."""
        return self.dense.scores(query, rows)

    def best_sentences(self, query: Vectors, rows: Rows, missing: Vectors) -> Vectors:
        """Return the best inner product of `query` with a sentence of each passage, shape (n,)."""
        counts = self._starts[rows + 1] - self._starts[rows]
        owners = np.repeat(np.arange(len(rows)), counts)
        products = np.einsum("ij,j->i", singles(self._read(rows)), query)
        return best_of_rows(products, owners, len(rows), missing=missing)

    def passages(self, rows: Rows) -> Vectors:
        """Return the vectors of passages, shape (n, dim)."""
        return self.dense.vectors(rows)

    def sentences(self, rows: Rows) -> list[HalfVectors]:
        """Return the vectors of each passage's sentences."""
        counts = self._starts[rows + 1] - self._starts[rows]
        return np.split(self._read(rows), np.cumsum(counts)[:-1])

    def _read(self, rows: Rows) -> HalfVectors:
        """Return the vectors of all sentences of passages, in the order of the passages."""
        size, first = self._row_bytes, self._first_byte - self._base * self._row_bytes
        starts = (first + self._starts[rows] * size).tolist()
        ends = (first + self._starts[rows + 1] * size).tolist()
        content = self._sentences.read(zip(starts, ends, strict=True))
        return np.frombuffer(content, np.float16).reshape(-1, self.dim)


def write_vectors(
    folder: Path, shards: Iterable[Shard], shape: tuple[int, int], config: DenseConfig
) -> Written:
    """Write both files of a new part, and the codes of a large one.

    Args:
        folder: Of the part.
        shards: The vectors of the whole part, in order.
        shape: Sentences of the part, and the length of a vector.
        config: How they are to be searched.

    Raises:
        OSError: If a file cannot be written in full.
    """
    n_encoded = 0
    with (folder / SENTENCES).open("wb") as file:
        header = {"descr": "<f2", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)

        def passages() -> Iterator[Vectors]:
            nonlocal n_encoded
            for shard in shards:
                n_encoded += shard.n_encoded
                # Subtle: plain writes, as with a memory map a full disk ends us with SIGBUS.
                file.write(shard.sentences.tobytes())
                yield shard.passages

        write_dense(folder / PASSAGES, passages(), shape[1])
    sentences, first = _open_sentences(folder / SENTENCES, shape)
    size = shape[1] * np.dtype(np.float16).itemsize
    starts = (first + held_out(shape[0]) * size).tolist()
    content = sentences.read((start, start + size) for start in starts)
    questions = singles(np.frombuffer(content, np.float16).reshape(-1, shape[1]))
    recall = write_codes(folder / PASSAGES, questions, config)
    return Written(n_encoded=n_encoded, recall=recall)


def open_vectors(folder: Path, starts: Rows, dim: int) -> FileVectors:
    """Open what was written to a part's `folder`.

    Args:
        folder: Of the part.
        starts: First sentence of each passage, and the end of the last passage's, in any
            consecutive numbering; shape (n_passages + 1,).
        dim: Length of a vector.

    Raises:
        SnapshotCorrupt: If it is missing or not of this shape.
    """
    shape = int(starts[-1] - starts[0]), dim
    dense = DenseIndex.open(folder / PASSAGES)
    return FileVectors(dense, *_open_sentences(folder / SENTENCES, shape), starts)


def _open_sentences(path: Path, shape: tuple[int, int]) -> tuple[Pieces, int]:
    """Open the half-precision array of one part; return it and the start of its first row.

    Raises:
        SnapshotCorrupt: If it is missing or not of this shape.
    """
    size = shape[0] * shape[1] * np.dtype(np.float16).itemsize
    try:
        with path.open("rb") as file:
            if np.lib.format.read_magic(file) != (1, 0):
                raise ValueError("it is not of NumPy's format 1.0")  # noqa: TRY301
            *form, kind = np.lib.format.read_array_header_1_0(file)
            first = file.tell()
        pieces = Pieces(path)
    except (OSError, ValueError) as error:
        msg = f"Expected sentence vectors at {path}, but {error}; run `pasokh index build`."
        raise SnapshotCorrupt(msg) from error
    found = tuple(form), kind, pieces.size - first
    if found != ((shape, False), np.dtype("<f2"), size):
        msg = (
            f"Expected half-precision vectors of shape {shape} at {path}, but found "
            f"{kind} {form[0]} in {pieces.size} bytes; run `pasokh index build`."
        )
        raise SnapshotCorrupt(msg)
    return pieces, first
