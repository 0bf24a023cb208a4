"""Nearest vectors by inner product, over FAISS; the only importer of faiss.

All vectors of a part are compared while that is fast. A larger part has, beside its vectors, codes
of 4 bits for every few dimensions: all codes are compared, and the best few times as many as asked
for are compared once more by their vectors, which stay on disk. How many dimensions share a code
follows from a budget of memory. No codes are kept whose nearest 10, for some of the part's own
sentences, are not those of the exact search in `MIN_RECALL` of the places.

Codes are searched in full, not by lists (IVF): of a question in another language than the archive
lists of nearest centroids miss too much (200,000 real vectors, 128 of 1,024 lists: recall@10 .90 in
3.5 ms; all codes: 1.00 in 3.4 ms, see DECISIONS.md).

Does not: encode text or know what a row stands for.
Sources: Johnson, Douze, Jégou, "Billion-scale similarity search with GPUs", arXiv 1702.08734;
codes are André, Kermarrec, Le Scouarnec, "Quicker ADC", arXiv 1812.09162, as FAISS' PQ FastScan;
the memory-mapped reading is FAISS' IO_FLAG_MMAP_IFC.
"""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import NDArray

from index.config import DenseConfig
from index.errors import SnapshotCorrupt
from index.half import singles
from index.vector_store import MIN_RECALL, measured_recall

Vectors = NDArray[np.float32]
Half = NDArray[np.float16]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

_TIE_MARGIN = 16
_WIDTHS = (2, 3, 4, 6, 8)  # dimensions that share a code
_EXACT_SHARE = 8
_SAMPLE = 16_384
_BLOCK = 65_536
_FEWEST = 256  # rows; of fewer nothing can be learned


class DenseIndex:
    """Rows of unit vectors; immutable once written, safe for many threads.

    Vectors are held in half precision: half the disk, half the time (5.1 ms for 10.4 over 51,362
    rows), and the nearest 300 are the same but for 3 in 10,000.
    """

    def __init__(self, flat: faiss.Index, codes: faiss.Index | None = None) -> None:
        """Wrap opened FAISS indexes: of the vectors, and of their codes if there are any."""
        self._flat = flat
        self._codes = codes
        size = self.n_rows * self.dim * np.dtype(np.float16).itemsize
        # Subtle: FAISS gives each index with its own class, which its types do not tell.
        held = faiss.rev_swig_ptr(flat.codes.data(), size) if size else np.empty(0, np.uint8)  # type: ignore[attr-defined]
        self._halves: Half = held.view(np.float16).reshape(self.n_rows, self.dim)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Memory-map the index at `path`; codes that stand beside it are read into memory.

        Raises:
            SnapshotCorrupt: If a file is missing or FAISS cannot read it.
        """
        flat = _read(path)
        codes = _read(codes_beside(path)) if codes_beside(path).exists() else None
        if codes is not None and (codes.ntotal, codes.d) != (flat.ntotal, flat.d):
            raise _corrupt(codes_beside(path))
        return cls(flat, codes)

    def with_codes(self, codes: faiss.Index) -> Self:
        """Return the same index searched by codes."""
        return type(self)(self._flat, codes)

    @property
    def n_rows(self) -> int:
        """Number of vectors."""
        return int(self._flat.ntotal)

    @property
    def dim(self) -> int:
        """Length of each vector."""
        return int(self._flat.d)

    @property
    def is_coded(self) -> bool:
        """Whether there are codes, so that a search may miss a row."""
        return self._codes is not None

    def search(self, query: Vectors, k: int, allowed: Mask | None = None) -> tuple[Rows, Vectors]:
        """Return the `k` rows with the largest inner product with `query`, best first.

        Where there are codes some rows may be missed, the last ones likeliest; the inner products
        are exact, and the same query finds the same rows.

        Args:
            query: Shape (dim,).
            k: How many; more than there are gives all.
            allowed: The rows to choose from, shape (n_rows,); None for all.

        Returns:
            Row numbers and inner products, both of shape (min(k, rows to choose from),); ties by
            row.
        """
        available = self.n_rows if allowed is None else int(np.count_nonzero(allowed))
        k = min(k, available)
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        chosen = None if available == self.n_rows else allowed
        rows = self._likely(query, k, available, chosen)
        if rows is None:
            return self._exact(query, k, available, chosen)
        return _best(rows, self.scores(query, rows), k)

    def exact(self, query: Vectors, k: int) -> tuple[Rows, Vectors]:
        """Return what `search` does where there are no codes: every row is compared."""
        return self._exact(query, min(k, self.n_rows), self.n_rows, None)

    def scores(self, query: Vectors, rows: Rows) -> Vectors:
        """Return the inner products of `query` with the vectors of `rows`, shape (n,)."""
        # Subtle: einsum, as BLAS wakes threads that cost more than so small a product.
        products: Vectors = np.einsum("ij,j->i", self.vectors(rows), query)
        return products

    def vectors(self, rows: Rows) -> Vectors:
        """Return the stored vectors of `rows`, shape (n, dim)."""
        return singles(self._halves[rows])

    def _likely(self, query: Vectors, k: int, available: int, allowed: Mask | None) -> Rows | None:
        """Return the rows to compare by their vectors, by their codes; None for all allowed."""
        if self._codes is None:
            return None
        enough = _reread(self._codes) * (k + _TIE_MARGIN)
        limit = enough if allowed is None else enough * self.n_rows * 5 // (available * 4)
        while limit * _EXACT_SHARE < self.n_rows:
            _, found = self._codes.search(query[None, :].astype(np.float32), limit)
            rows: Rows = found[0]
            if allowed is None:
                return rows
            rows = rows[allowed[rows]]
            if len(rows) >= enough:
                return rows
            limit *= 4
        return None

    def _exact(
        self, query: Vectors, k: int, available: int, allowed: Mask | None
    ) -> tuple[Rows, Vectors]:
        """Compare every allowed row."""
        chosen = None if allowed is None else _selection(allowed)
        wanted = np.ascontiguousarray(query[None, :], np.float32)
        limit = k + _TIE_MARGIN
        while True:
            limit = min(limit, available)
            scores, rows = (found[0] for found in self._flat.search(wanted, limit, params=chosen))
            # Subtle: of rows that tie at the cut FAISS keeps any, so none may tie with the k-th.
            if limit == available or scores[k - 1] > scores[-1]:
                return _best(rows, scores, k)
            limit *= 2


def _best(rows: Rows, scores: Vectors, k: int) -> tuple[Rows, Vectors]:
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]


def _selection(allowed: Mask) -> faiss.SearchParameters:
    """Tell FAISS which rows to look at."""
    bits = np.packbits(allowed, bitorder="little")
    # Subtle: the types that FAISS ships are those of C++; its Python constructors take these.
    chosen = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
    return faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]


def _reread(codes: faiss.Index) -> int:
    """Return how many times as many rows as asked for are compared by their vectors.

    Five times with two dimensions a code, ten with three: recall@300 .998 and .996. Three times
    would give .987 and save 0.5 ms.
    """
    return 5 * (int(codes.d // codes.M) - 1)  # type: ignore[attr-defined]


def codes_beside(path: Path) -> Path:
    """Return where the codes of the index at `path` stand, if it has any."""
    return path.with_suffix(".codes")


def write_dense(path: Path, shards: Iterable[Vectors], dim: int) -> None:
    """Write an index over the rows of all `shards`, each of shape (n, dim), in the order given.

    Values beyond half precision's 65,504 become infinite; unit vectors are far below.

    Raises:
        OSError: If the file cannot be written in full.
    """
    flat = faiss.IndexScalarQuantizer(
        dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    for shard in shards:
        flat.add(np.ascontiguousarray(shard, np.float32))
    _write(flat, path)


def write_codes(path: Path, questions: Vectors, config: DenseConfig) -> float:
    """Write the codes of the index at `path` beside it, if its size asks for them.

    Args:
        path: What `write_dense` wrote.
        questions: What to measure with, shape (n, dim): vectors that are not in the index.
        config: From what size on, and how large they may be.

    Returns:
        The share of the nearest 10 that is found, 1 where there are no codes.

    Raises:
        OSError: If the file cannot be written in full.
    """
    plain = DenseIndex.open(path)
    width = _width(plain, config)
    if not width or not len(questions):
        return 1.0
    codes = faiss.IndexPQFastScan(plain.dim, plain.dim // width, 4, faiss.METRIC_INNER_PRODUCT)
    with _one_thread():
        codes.train(plain.vectors(_spread(plain.n_rows, _SAMPLE)))
        for start in range(0, plain.n_rows, _BLOCK):
            codes.add(plain.vectors(np.arange(start, min(start + _BLOCK, plain.n_rows))))
    recall = measured_recall(plain.with_codes(codes), questions)
    if recall < MIN_RECALL:
        return 1.0
    _write(codes, codes_beside(path))
    return recall


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep FAISS to this thread: of so many small steps its threads mostly wait for each other.

    5 s for 200,000 rows; with two threads on cores that are busy otherwise, ten times that.
    """
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _width(plain: DenseIndex, config: DenseConfig) -> int:
    """Return how many dimensions share a code, 0 for no codes."""
    if plain.n_rows <= max(config.exact_rows, _FEWEST):
        return 0
    sizes = {width: plain.n_rows * plain.dim // width // 2 for width in _WIDTHS}
    budget = config.memory_mb << 20
    fitting = (width for width in _WIDTHS if not plain.dim % width and sizes[width] <= budget)
    return next(fitting, 0)


def _spread(total: int, count: int) -> Rows:
    """Return `count` of `total` rows, or all, spread evenly."""
    return np.unique(np.linspace(0, total - 1, min(total, count)).astype(np.int64))


def _read(path: Path) -> faiss.Index:
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise _corrupt(path) from error


def _corrupt(path: Path) -> SnapshotCorrupt:
    msg = f"Expected a FAISS index at {path}, which cannot be read; run `pasokh index build`."
    return SnapshotCorrupt(msg)


def _write(index: faiss.Index, path: Path) -> None:
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        # FAISS tells a full disk only in prose: "write error ... (No space left on device)".
        raise OSError(_errno_in(str(error)), str(error)) from error


def _errno_in(message: str) -> int:
    """Guess the errno behind FAISS' message by the C library's words for it."""
    known = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)
    return next((code for code in known if os.strerror(code) in message), errno.EIO)
