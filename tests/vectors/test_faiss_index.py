"""The dense index against a brute force in NumPy."""

from pathlib import Path
from tempfile import TemporaryDirectory

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.config import DenseConfig
from index.errors import SnapshotCorrupt
from index.vectors.faiss_index import (
    DenseIndex,
    Rows,
    Vectors,
    codes_beside,
    write_codes,
    write_dense,
)
from index.vectors.float16 import singles
from index.vectors.store import MIN_RECALL

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


def _real_like(count: int, dim: int, seed: int) -> Vectors:
    """Draw unit vectors about centres, so that some are much nearer to each other than others."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((50, dim), np.float32)
    drawn = centres[rng.integers(50, size=count)] + 0.7 * rng.standard_normal(
        (count, dim), np.float32
    )
    unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit.astype(np.float32)


@pytest.fixture(name="coded", scope="module")
def fixture_coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write an index of 6,000 rows with codes."""
    path = tmp_path_factory.mktemp("coded") / "passages.faiss"
    write_dense(path, [_real_like(6000, 64, 1)], 64)
    assert MIN_RECALL <= write_codes(path, _real_like(32, 64, 2), DenseConfig(exact_rows=1000)) <= 1
    return path


def test_codes_find_what_the_exact_search_finds(coded: Path) -> None:
    """The nearest rows are found, with their exact inner products, best first, always the same."""
    index = DenseIndex.open(coded)
    questions = _real_like(40, 64, 3)
    hits = 0
    for question in questions:
        rows, scores = index.search(question, 20)
        expected, _ = index.exact(question, 20)
        hits += len(set(rows.tolist()) & set(expected.tolist()))
        assert scores.tolist() == sorted(scores.tolist(), reverse=True)
        assert scores == pytest.approx(index.vectors(rows) @ question, abs=1e-6)
        assert rows.tolist() == DenseIndex.open(coded).search(question, 20)[0].tolist()

    assert index.is_coded
    assert hits >= MIN_RECALL * 20 * len(questions)


@pytest.mark.parametrize("share", [0.9, 0.3, 0.01, 0.0])
def test_codes_are_searched_within_a_scope(coded: Path, share: float) -> None:
    """Only allowed rows are found, all that are asked for, whatever part of the whole they are."""
    index = DenseIndex.open(coded)
    allowed = np.random.default_rng(4).random(6000) < share
    for question in _real_like(10, 64, 5):
        rows, scores = index.search(question, 20, allowed)
        brute = np.where(allowed, index.vectors(np.arange(6000)) @ question, -np.inf)
        expected = np.argsort(-brute)[: min(20, np.count_nonzero(allowed))]
        assert allowed[rows].all()
        assert len(expected) == len(rows) == len(scores)
        assert len(set(rows.tolist()) & set(expected.tolist())) >= 0.9 * len(expected)


def test_codes_are_searched_within_a_scope_far_from_the_question(coded: Path) -> None:
    """Where the codes lead past everything that is allowed, the allowed rows are still found."""
    index = DenseIndex.open(coded)
    question = _real_like(1, 64, 6)[0]
    far = index.exact(question, 6000)[0][-3000:]
    allowed = np.zeros(6000, np.bool_)
    allowed[far] = True

    rows, _ = index.search(question, 10, allowed)

    assert far[:10].tolist() == rows.tolist()


def test_a_search_for_much_of_an_index_is_exact(coded: Path) -> None:
    """So many rows are compared that codes would save nothing."""
    index = DenseIndex.open(coded)
    question = _real_like(1, 64, 7)[0]

    assert index.exact(question, 2000)[0].tolist() == index.search(question, 2000)[0].tolist()


@pytest.mark.parametrize(
    ("config", "widths"),
    [
        pytest.param(DenseConfig(exact_rows=300_000), [], id="exact while it is fast"),
        pytest.param(DenseConfig(exact_rows=1000), [2], id="small enough for the best"),
    ],
)
def test_size_decides_on_codes(tmp_path: Path, config: DenseConfig, widths: list[int]) -> None:
    """An index has codes from a size on, and they are within the budget."""
    path = tmp_path / "passages.faiss"
    write_dense(path, [_real_like(2000, 16, 1)], 16)

    write_codes(path, _real_like(8, 16, 2), config)

    sizes = [2000 * 16 // width // 2 for width in widths]
    assert bool(sizes) == codes_beside(path).exists() == DenseIndex.open(path).is_coded
    assert all(codes_beside(path).stat().st_size < size + 100_000 for size in sizes)


@pytest.mark.parametrize("count", [0, 1, 20, 256])
def test_few_rows_have_no_codes(tmp_path: Path, count: int) -> None:
    """What is too little to learn codes from is searched exactly, whatever is asked for."""
    path = tmp_path / "passages.faiss"
    write_dense(path, [_real_like(count, 16, 1)], 16)

    assert 1 == write_codes(path, _real_like(8, 16, 2), DenseConfig(exact_rows=0))
    assert not codes_beside(path).exists()


def test_codes_that_find_too_little_are_not_kept(tmp_path: Path) -> None:
    """Of four dimensions two codes are made, which hundreds of rows have in common."""
    rng = np.random.default_rng(1)
    path = tmp_path / "passages.faiss"
    write_dense(path, [rng.standard_normal((20_000, 4)).astype(np.float32)], 4)

    recall = write_codes(
        path, rng.standard_normal((8, 4)).astype(np.float32), DenseConfig(exact_rows=0)
    )

    assert recall == 1
    assert not codes_beside(path).exists()


@pytest.mark.parametrize("kept", [0, 20, -4])
def test_open_when_codes_are_cut(coded: Path, tmp_path: Path, kept: int) -> None:
    """Codes that end early are corrupt, not left out."""
    path = tmp_path / "passages.faiss"
    path.write_bytes(coded.read_bytes())
    codes_beside(path).write_bytes(codes_beside(coded).read_bytes()[:kept])

    with pytest.raises(SnapshotCorrupt, match=r"passages\.codes"):
        DenseIndex.open(path)


def test_open_when_codes_are_of_other_vectors(coded: Path, tmp_path: Path) -> None:
    """Codes of another index are corrupt, never a wrong answer."""
    path = tmp_path / "passages.faiss"
    write_dense(path, [_real_like(10, 64, 1)], 64)
    codes_beside(path).write_bytes(codes_beside(coded).read_bytes())

    with pytest.raises(SnapshotCorrupt, match=r"passages\.codes"):
        DenseIndex.open(path)


def test_singles_are_what_numpy_makes() -> None:
    """All finite half-precision numbers come out as NumPy casts them, bit by bit."""
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)]

    assert np.array_equal(
        finite.astype(np.float32).view(np.uint32), singles(finite).view(np.uint32)
    )


@pytest.mark.parametrize("sizes", [(), (3,), (5, 0, 700)], ids=["no rows", "few", "three shards"])
def test_the_file_is_that_of_faiss(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    """Written a shard at a time it has the bytes that FAISS gives all rows at once."""
    rng = np.random.default_rng(0)
    shards = [rng.standard_normal((size, 24), np.float32) for size in sizes]
    whole = faiss.IndexScalarQuantizer(24, faiss.ScalarQuantizer.QT_fp16, 0)
    whole.add(np.concatenate([np.empty((0, 24), np.float32), *shards]))
    write_dense(tmp_path / "passages.faiss", shards, 24)

    assert faiss.serialize_index(whole).tobytes() == (tmp_path / "passages.faiss").read_bytes()


@pytest.mark.parametrize("dim", [100, 250, 300])
def test_widths_fill_bytes(tmp_path: Path, dim: int) -> None:
    """Where no width gives an even number of codes there are none, else they can be opened."""
    path = tmp_path / "passages.faiss"
    write_dense(path, [_real_like(3000, dim, 1)], dim)

    write_codes(path, _real_like(8, dim, 2), DenseConfig(exact_rows=1000))

    assert DenseIndex.open(path).search(_real_like(1, dim, 3)[0], 10)[0].shape == (10,)


def test_rows_that_follow_each_other_are_read_at_once(coded: Path) -> None:
    """They are the same as one by one."""
    index = DenseIndex.open(coded)

    assert np.array_equal(index.vectors(np.arange(7, 12)), index.following(7, 12))
