"""The dense index against a brute force in NumPy."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.dense import DenseIndex, Rows, Vectors, write_dense
from index.errors import SnapshotCorrupt

# Small whole numbers: products are exact in any order of summing, and ties are many.
_whole = st.integers(-2, 2).map(float)


def _opened(folder: Path, vectors: Vectors) -> DenseIndex:
    """Write and open an index."""
    write_dense(folder / "passages.faiss", [vectors], vectors.shape[1])
    return DenseIndex.open(folder / "passages.faiss")


def _brute_force(vectors: Vectors, query: Vectors, k: int) -> tuple[Rows, Vectors]:
    """Score every row, best first, ties by row."""
    scores = vectors @ query
    order = np.lexsort((np.arange(len(scores)), -scores))[:k]
    return order, scores[order]


@given(
    st.integers(1, 6).flatmap(
        lambda dim: st.tuples(
            arrays(np.float32, st.tuples(st.integers(0, 40), st.just(dim)), elements=_whole),
            arrays(np.float32, dim, elements=_whole),
        )
    ),
    st.integers(0, 50),
)
def test_search_equals_brute_force(given_arrays: tuple[Vectors, Vectors], k: int) -> None:
    """Rows and scores are those of the brute force, ties by row, k above n giving all."""
    vectors, query = given_arrays
    expected_rows, expected_scores = _brute_force(vectors, query, k)
    with TemporaryDirectory() as folder:
        rows, scores = _opened(Path(folder), vectors).search(query, k)

    assert expected_rows.tolist() == rows.tolist()
    assert expected_scores.tolist() == scores.tolist()
    assert (np.int64, np.float32) == (rows.dtype, scores.dtype)


@pytest.mark.parametrize("k", [1, 99, 100, 500, 3000, 5000])
def test_search_among_many_equals_brute_force(k: int, tmp_path: Path) -> None:
    """The ways in which FAISS selects from many rows give the same, whatever `k`."""
    rng = np.random.default_rng(7)
    vectors = rng.integers(-4, 5, (3000, 64)).astype(np.float32)
    query = rng.integers(-4, 5, 64).astype(np.float32)
    expected, expected_scores = _brute_force(vectors, query, k)

    rows, scores = _opened(tmp_path, vectors).search(query, k)

    assert expected.tolist() == rows.tolist()
    assert expected_scores.tolist() == scores.tolist()


@pytest.mark.parametrize("k", [1, 10, 99, 100, 101, 250])
def test_search_when_all_rows_tie(k: int, tmp_path: Path) -> None:
    """Rows that tie at the cut are the first ones, whichever way FAISS selects."""
    rows, _ = _opened(tmp_path, np.ones((300, 4), np.float32)).search(np.ones(4, np.float32), k)

    assert list(range(k)) == rows.tolist()


def test_vectors_come_back_in_the_order_asked(tmp_path: Path) -> None:
    """Stored vectors are those written, in half precision, repeats and no rows included."""
    exact = np.random.default_rng(1).standard_normal((9, 5), np.float32)
    vectors = exact.astype(np.float16).astype(np.float32)
    opened = _opened(tmp_path, vectors)

    assert (9, 5) == (opened.n_rows, opened.dim)
    assert vectors[[8, 0, 3, 3]].tolist() == opened.vectors(np.array([8, 0, 3, 3])).tolist()
    assert (0, 5) == opened.vectors(np.empty(0, np.int64)).shape


@pytest.mark.parametrize("kept", [0, 1, 20, 60, -4, -1])
def test_open_when_truncated(kept: int, tmp_path: Path) -> None:
    """A file that ends early is corrupt, however little is missing."""
    path = tmp_path / "passages.faiss"
    write_dense(path, [np.ones((3, 4), np.float32)], 4)
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(SnapshotCorrupt, match=r"passages\.faiss"):
        DenseIndex.open(path)


def test_open_when_missing(tmp_path: Path) -> None:
    """A missing file is corrupt, not an unknown failure."""
    with pytest.raises(SnapshotCorrupt, match=r"none\.faiss.*run `pasokh index build`"):
        DenseIndex.open(tmp_path / "none.faiss")


def test_write_when_there_is_no_folder(tmp_path: Path) -> None:
    """What FAISS cannot write is the operating system's error, as for any other file."""
    with pytest.raises(OSError, match=r"no/f\.faiss"):
        write_dense(tmp_path / "no" / "f.faiss", [np.ones((1, 4), np.float32)], 4)
