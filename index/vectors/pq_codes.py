"""Product-quantised codes of vectors, memory-mapped: finds rows that are likely near a query.

    codes       uint8, 4 bits for every few dimensions of a row, in FAISS' blocks of 32 rows; the
                last block is padded
    rows        int64 (blocks * 32,): 0, 1, ...; -1 for padding
    centroids   float32 (codes of a row, 16, dimensions that share a code)
    trailer     rows, dimensions, codes of a row (int64 each), then a mark

FAISS reads such an index into the memory of each process. So the codes are given to it as the only
list of an inverted file on disk: the same kernel over the same blocks finds the same rows in the
same time, and all processes share the pages (DECISIONS.md). `faiss_index` compares the rows found
here by their vectors.

Sources: André, Kermarrec, Le Scouarnec, "Quicker ADC", arXiv 1812.09162, as FAISS' PQ FastScan; the
list on disk is FAISS' OnDiskInvertedLists.
"""

from collections.abc import Iterable
from pathlib import Path
from struct import Struct
from typing import Any, Final, Self

import faiss
import numpy as np

from index.arrays import Rows, Vectors

_BLOCK_ROWS: Final = 32
_CENTROIDS: Final = 16
_MARK: Final = b"pasokh codes 1\n\0"
_TRAILER: Final = Struct("<qqq16s")


class Codes:
    """Opened codes of a part's rows; immutable, safe for many threads."""

    def __init__(self, index: faiss.Index, n_rows: int, width: int) -> None:
        """Wrap an index whose rows beyond `n_rows` are -1; `width` dimensions share a code."""
        self._index = index
        self.n_rows: Final = n_rows
        self.width: Final = width

    @classmethod
    def open(cls, path: Path) -> Self:
        """Memory-map what `write_blocks` wrote.

        Raises:
            OSError: If it cannot be read.
            ValueError: If it is truncated, or of another kind.
        """
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(size - _TRAILER.size, 0))
            trailer = file.read(_TRAILER.size)
            if len(trailer) != _TRAILER.size or not trailer.endswith(_MARK):
                raise ValueError("it is cut or altered")
            n_rows, dim, per_row, _ = _TRAILER.unpack(trailer)
            listed = _blocks(n_rows) * _BLOCK_ROWS
            n_floats = _CENTROIDS * dim
            expected = listed * (per_row // 2 + 8) + 4 * n_floats + _TRAILER.size
            if min(n_rows, dim, per_row) < 1 or dim % per_row or size != expected:
                msg = f"it has {size} bytes where {expected} belong to what its end tells"
                raise ValueError(msg)
            file.seek(listed * (per_row // 2 + 8))
            centroids = np.frombuffer(file.read(4 * n_floats), "<f4", n_floats)
        index = _index_on_disk(path, size, listed, centroids, per_row)
        return cls(index, n_rows, dim // per_row)

    @property
    def dim(self) -> int:
        """Dimensions of the vectors that are coded."""
        return int(self._index.d)

    def search(self, query: Vectors, k: int) -> Rows:
        """Return at most `k` rows that are likely the nearest to `query`, likeliest first."""
        # Subtle: the padding of the last block is scored, too, and must not displace a row.
        limit = min(k + _BLOCK_ROWS, int(self._index.ntotal))
        faiss.omp_set_num_threads(1)  # for this thread: more threads cannot share one list
        rows: Rows = self._index.search(query[None, :].astype(np.float32), limit)[1][0]
        return rows[rows >= 0][:k]


def write_blocks(path: Path, sample: Vectors, shards: Iterable[Vectors], width: int) -> None:
    """Write the codes of the rows of `shards`, each of shape (n, dim), learned from `sample`.

    Args:
        path: Where.
        sample: Shape (m, dim).
        shards: All rows, in order.
        width: How many dimensions share a code; it divides `dim`, and `dim / width` is even.

    Raises:
        OSError: If the file cannot be written in full.
    """
    dim = sample.shape[1]
    per_row = dim // width
    codes = faiss.IndexPQFastScan(dim, per_row, 4, faiss.METRIC_INNER_PRODUCT)
    codes.train(sample)
    for shard in shards:
        codes.add(shard)
    n_rows = int(codes.ntotal)
    rows = np.arange(_blocks(n_rows) * _BLOCK_ROWS)
    rows[n_rows:] = -1
    # Subtle: the type of `codes.codes` depends on the index class, which FAISS' types do not say.
    content = faiss.rev_swig_ptr(codes.codes.get(), len(rows) * per_row // 2)
    with path.open("wb") as file:
        file.write(content.tobytes())
        file.write(rows.astype("<i8").tobytes())
        file.write(faiss.vector_to_array(codes.pq.centroids).astype("<f4").tobytes())
        file.write(_TRAILER.pack(n_rows, dim, per_row, _MARK))


def _blocks(n_rows: int) -> int:
    return -(-n_rows // _BLOCK_ROWS)


def _index_on_disk(
    path: Path, size: int, listed: int, centroids: Vectors, per_row: int
) -> faiss.Index:
    """Return an inverted file whose only list is the mapped codes of `listed` rows, read-only.

    Raises:
        OSError: If the file cannot be mapped.
    """
    only = faiss.OnDiskOneList()
    only.size, only.capacity, only.offset = listed, listed, 0
    lists: Any = faiss.OnDiskInvertedLists(1, per_row // 2, str(path))
    lists.lists.clear()
    lists.lists.push_back(only)
    lists.totsize, lists.read_only = size, True
    try:
        lists.do_mmap()
    except RuntimeError as error:
        raise OSError(str(error)) from error
    dim = len(centroids) // _CENTROIDS
    quantizer = faiss.IndexFlatIP(dim)
    quantizer.add(np.zeros((1, dim), np.float32))
    index = faiss.IndexIVFPQFastScan(
        quantizer, dim, 1, per_row, 4, faiss.METRIC_INNER_PRODUCT, _BLOCK_ROWS
    )
    index.by_residual = False
    faiss.copy_array_to_vector(centroids, index.pq.centroids)
    index.is_trained = True
    index.replace_invlists(lists, True)
    lists.this.disown()  # the index frees it
    index.ntotal = listed
    return index
