"""FAISS index of a part's passage vectors: the nearest by inner product.

All vectors of a small part are compared. A larger part has, beside its vectors, codes of 4 bits for
every few dimensions (`pq_codes`): all codes are compared, and the best few times as many as asked
for are compared again by their vectors, which stay on disk. How many dimensions share a code
follows from a budget of memory. Codes are deleted if their recall@10 against the exact search, with
some of the part's own sentences as questions, is below `MIN_RECALL`.

Codes are searched in full, not by lists (IVF): for a question in another language than the archive,
lists of nearest centroids miss too much (200,000 real vectors, 128 of 1,024 lists: recall@10 .90 in
3.5 ms; all codes: 1.00 in 3.4 ms, see DECISIONS.md).

Sources: Johnson, Douze, Jégou, "Billion-scale similarity search with GPUs", arXiv 1702.08734; for
codes see `pq_codes`; the memory-mapped reading is FAISS' IO_FLAG_MMAP_IFC.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

import faiss
import numpy as np

from index.arrays import Mask, Rows, Vectors
from index.config import DenseConfig
from index.disk.mapped import Pieces
from index.errors import SnapshotCorrupt
from index.vectors.float16 import singles
from index.vectors.pq_codes import Codes, write_blocks
from index.vectors.store import MIN_RECALL, measured_recall

RESIDENT_BYTES: Final = 1 << 30
"""Most bytes of the vectors in memory: a question compares five times as many as it asks for, in
1 ms where they are in memory and 8 ms where not; those of 1.4 million passages fit."""

_TIE_MARGIN = 16
_WIDTHS = (2, 3, 4, 6, 8)  # dimensions that share a code
_EXACT_SHARE = 8
_SAMPLE = 16_384
_BLOCK = 65_536
_N_ROWS_OFFSET = 8  # in a file of FAISS: behind its kind and the dimensions
_MIN_CODED_ROWS = 256  # fewer are too few to train the codes


class DenseIndex:
    """Rows of unit vectors; immutable once written, safe for many threads.

    Vectors are stored in half precision: half the disk, half the time (5.1 ms instead of 10.4 over
    51,362 rows), and the nearest 300 are the same but for 3 in 10,000.
    """

    def __init__(self, flat: faiss.Index, path: Path, codes: Codes | None) -> None:
        """Wrap the FAISS index of the vectors, opened from `path`, and their codes if any."""
        self._flat = flat
        self._codes = codes
        self._pieces = Pieces(path, resident_bytes=RESIDENT_BYTES)
        self._row_bytes = self.dim * np.dtype(np.float16).itemsize
        # A file of FAISS ends with the vectors.
        self._first = self._pieces.size - self.n_rows * self._row_bytes

    @classmethod
    def open(cls, path: Path) -> Self:
        """Memory-map the index at `path` and the codes beside it, if any.

        Raises:
            SnapshotCorrupt: If a file is missing or FAISS cannot read it.
        """
        file, codes = path, None
        try:
            flat = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            file = codes_beside(path)
            if file.exists():
                codes = Codes.open(file)
        except (RuntimeError, OSError, ValueError) as error:
            raise _corrupt(file) from error
        if codes is not None and (codes.n_rows, codes.dim) != (flat.ntotal, flat.d):
            raise _corrupt(file)
        return cls(flat, path, codes)

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

        With codes some rows may be missed, most likely the last ones; the inner products are exact,
        and the same query finds the same rows.

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
        size = self._row_bytes
        starts = (self._first + rows * size).tolist()
        content = self._pieces.read((start, start + size) for start in starts)
        return singles(np.frombuffer(content, np.float16).reshape(-1, self.dim))

    def following(self, start: int, end: int) -> Vectors:
        """Return the stored vectors of the rows [start, end), shape (end - start, dim)."""
        span = (self._first + start * self._row_bytes, self._first + end * self._row_bytes)
        return singles(np.frombuffer(self._pieces.read([span]), np.float16).reshape(-1, self.dim))

    def _likely(self, query: Vectors, k: int, available: int, allowed: Mask | None) -> Rows | None:
        """Return the rows that are likely nearest by their codes; None for all allowed rows."""
        if self._codes is None:
            return None
        # Five times as many as asked for with two dimensions a code, ten times with three:
        # recall@300 .998 and .996. Three times would give .987 and save 0.5 ms.
        enough = 5 * (self._codes.width - 1) * (k + _TIE_MARGIN)
        limit = enough if allowed is None else enough * self.n_rows * 5 // (available * 4)
        while limit * _EXACT_SHARE < self.n_rows:
            rows = self._codes.search(query, limit)
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
        """Compare every allowed row.

        In a large part only few rows are allowed at this point, and only they are read.
        """
        if self._codes is not None and allowed is not None:
            rows = np.flatnonzero(allowed)
            blocks = np.split(rows, range(_BLOCK, len(rows), _BLOCK))
            return _best(rows, np.concatenate([self.scores(query, block) for block in blocks]), k)
        params = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            # Subtle: the types that FAISS ships are those of C++; its Python constructors take
            # these.
            selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
            params = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        queries = np.ascontiguousarray(query[None, :], np.float32)
        limit = k + _TIE_MARGIN
        while True:
            limit = min(limit, available)
            scores, rows = (array[0] for array in self._flat.search(queries, limit, params=params))
            # Subtle: FAISS keeps any of the rows that tie at the cut: none may tie with the k-th.
            if limit == available or scores[k - 1] > scores[-1]:
                return _best(rows, scores, k)
            limit *= 2


def _best(rows: Rows, scores: Vectors, k: int) -> tuple[Rows, Vectors]:
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]


def codes_beside(path: Path) -> Path:
    """Return the path of the codes of the index at `path`, if it has any."""
    return path.with_suffix(".codes")


def write_dense(path: Path, shards: Iterable[Vectors], dim: int) -> None:
    """Write an index over the rows of all `shards`, each of shape (n, dim), in the order given.

    Values beyond half precision's 65,504 become infinite; unit vectors are far below. The bytes are
    those that FAISS would write, but one shard at a time: a million vectors take 768 MB.

    Raises:
        OSError: If the file cannot be written in full.
    """
    flat = faiss.IndexScalarQuantizer(
        dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    head = faiss.serialize_index(flat).tobytes()
    rows = 0
    with path.open("wb") as file:
        file.write(head)
        for shard in shards:
            file.write(flat.sa_encode(np.ascontiguousarray(shard, np.float32)).tobytes())
            rows += len(shard)
        # An index without rows ends with the size of their codes, 0, and the codes would follow.
        for offset, number in ((_N_ROWS_OFFSET, rows), (len(head) - 8, rows * flat.code_size)):
            file.seek(offset)
            file.write(number.to_bytes(8, "little"))


def write_codes(path: Path, questions: Vectors, config: DenseConfig) -> float:
    """Write the codes of the index at `path` beside it, if it is large enough.

    Args:
        path: What `write_dense` wrote.
        questions: Vectors that are not in the index, to measure recall with, shape (n, dim).
        config: From what size on, and how large they may be.

    Returns:
        The recall@10 of a search by codes, 1 if there are no codes.

    Raises:
        OSError: If the file cannot be written in full.
    """
    plain = DenseIndex.open(path)
    width = _width(plain, config)
    if not width or not len(questions):
        return 1.0
    shards = (
        plain.following(start, min(start + _BLOCK, plain.n_rows))
        for start in range(0, plain.n_rows, _BLOCK)
    )
    spread = np.linspace(0, plain.n_rows - 1, min(plain.n_rows, _SAMPLE))
    sample = plain.vectors(np.unique(spread.astype(np.int64)))
    # One thread: with so many small steps the threads of FAISS mostly wait for each other. 5 s for
    # 200,000 rows; with two threads on cores that are busy otherwise, ten times that.
    n_threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        write_blocks(codes_beside(path), sample, shards, width)
    finally:
        faiss.omp_set_num_threads(n_threads)
    recall = measured_recall(DenseIndex.open(path), questions)
    if recall < MIN_RECALL:
        codes_beside(path).unlink()
        return 1.0
    return recall


def _width(plain: DenseIndex, config: DenseConfig) -> int:
    """Return how many dimensions share a code, 0 for no codes.

    If no width fits the budget, the largest: comparing all vectors takes even more memory.
    """
    if plain.n_rows <= max(config.exact_rows, _MIN_CODED_ROWS):
        return 0
    sizes = {width: plain.n_rows * plain.dim // width // 2 for width in _WIDTHS}
    budget = config.memory_mb << 20
    # Two codes make a byte.
    possible = [width for width in _WIDTHS if not plain.dim % (2 * width)]
    fitting = (width for width in possible if sizes[width] <= budget)
    return next(fitting, max(possible, default=0))


def _corrupt(path: Path) -> SnapshotCorrupt:
    msg = f"Expected a FAISS index at {path}, which cannot be read; run `pasokh index build`."
    return SnapshotCorrupt(msg)
