"""Vectors in files against NumPy's brute force."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.config import DenseConfig
from index.snapshot.parts import SnapshotVectors
from index.vectors.files import FileVectors, open_vectors, write_vectors
from index.vectors.float16 import singles
from index.vectors.store import Shard

Vectors = NDArray[np.float32]
Half = NDArray[np.float16]

DIM = 8
BASE = 7  # where the sentences of a part begin among those of all
TOLERANCE = 1e-3


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., FileVectors]:
    """Return a function that writes vectors into files and opens what was written."""

    def keep(passages: Half, sentences: list[Half], part: int = 0) -> FileVectors:
        folder = tmp_path / "snapshots" / "x" / "parts" / str(part)
        folder.mkdir(parents=True)
        counts = np.array([len(own) for own in sentences], np.int64)
        starts = np.cumsum([BASE, *counts])
        shards = [
            Shard(
                singles(passages[at : at + 1000]),
                np.concatenate([np.empty((0, DIM), np.float16), *sentences[at : at + 1000]]),
                counts[at : at + 1000],
                n_encoded=1,
            )
            for at in range(0, len(passages), 1000)
        ]
        shape = int(counts.sum()), DIM
        written = write_vectors(folder, shards, shape, DenseConfig())
        assert (len(shards), 1.0) == (written.n_encoded, written.recall)
        opened = open_vectors(folder, starts, DIM)
        assert (len(passages), DIM) == (opened.n_rows, opened.dim)
        return opened

    return keep


def _drawn(*shape: int, seed: int = 1) -> Half:
    rng = np.random.default_rng([seed, *shape])
    return (rng.standard_normal(shape) / np.sqrt(shape[-1])).astype(np.float16)


def _archive(n: int, seed: int = 1) -> tuple[Half, list[Half]]:
    """Draw passages and, of each, 0 to 4 sentences."""
    counts = np.random.default_rng([seed, n]).integers(0, 5, n)
    return _drawn(n, DIM, seed=seed), [
        _drawn(count, DIM, seed=100 + at) for at, count in enumerate(counts.tolist())
    ]


QUESTION: Vectors = singles(_drawn(DIM, seed=99))


def _check_nearest(
    found: tuple[NDArray[np.int64], Vectors], products: Vectors, rows: NDArray[np.int64], k: int
) -> None:
    """The best `k` of `rows` were found, but for what lies within rounding of the last."""
    near, scores = found
    wanted = np.sort(products[rows])[::-1][:k]
    assert len(wanted) == len(near) == len(set(near.tolist()))
    assert set(near.tolist()) <= set(rows.tolist())
    assert wanted.tolist() == pytest.approx(scores.tolist(), abs=TOLERANCE)
    assert products[near].tolist() == pytest.approx(scores.tolist(), abs=TOLERANCE)
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)


@pytest.mark.parametrize("k", [0, 1, 10, 300, 10_000])
def test_search_is_brute_force(kept: Callable[..., FileVectors], k: int) -> None:
    """The nearest are found, as many as asked for or there are."""
    passages, sentences = _archive(400)
    part = kept(passages, sentences)

    _check_nearest(part.search(QUESTION, k), singles(passages) @ QUESTION, np.arange(400), k)


@pytest.mark.parametrize("share", [0.0, 0.005, 0.2, 0.6, 0.97, 1.0])
def test_search_among_allowed_rows(kept: Callable[..., FileVectors], share: float) -> None:
    """Of any share of the rows the nearest are found, and no other row."""
    passages, sentences = _archive(3000)
    part = kept(passages, sentences)
    allowed = np.random.default_rng(5).random(3000) < share
    products = singles(passages) @ QUESTION

    for k in (1, 30):
        _check_nearest(part.search(QUESTION, k, allowed), products, np.flatnonzero(allowed), k)


def test_search_when_the_nearest_are_not_allowed(kept: Callable[..., FileVectors]) -> None:
    """Where the nearest half is masked the rest is found, however many that leaves to look at."""
    passages, sentences = _archive(3000)
    part = kept(passages, sentences)
    products = singles(passages) @ QUESTION
    allowed = products < np.median(products)

    found = part.search(QUESTION, 40, allowed)
    _check_nearest(found, products, np.flatnonzero(allowed), 40)


@pytest.mark.parametrize("is_masked", [False, True], ids=["all", "masked"])
def test_ties_go_by_row(kept: Callable[..., FileVectors], is_masked: bool) -> None:  # noqa: FBT001
    """Of equal passages, more than are asked for, those of the lowest rows are found, in order."""
    passages = np.repeat(_drawn(6, DIM), 100, axis=0)[np.random.default_rng(3).permutation(600)]
    part = kept(passages, [_drawn(0, DIM)] * 600)
    allowed = np.arange(600) % 5 > 0 if is_masked else np.full(600, True)
    products = singles(passages) @ QUESTION
    best = np.flatnonzero((products == products.max()) & allowed)

    rows, scores = part.search(QUESTION, 30, allowed)
    assert best[:30].tolist() == rows.tolist()
    assert 1 == len(set(scores.tolist()))


def test_scores_of_rows(kept: Callable[..., FileVectors]) -> None:
    """Any rows in any order, twice or not at all, get their own products."""
    passages, sentences = _archive(50)
    part = kept(passages, sentences)
    products = singles(passages) @ QUESTION

    for rows in ([], [49], [3, 0, 49, 3, 17]):
        found = part.scores(QUESTION, np.array(rows, np.int64))
        assert products[rows].tolist() == pytest.approx(found.tolist(), abs=TOLERANCE)


def test_best_sentences_of_rows(kept: Callable[..., FileVectors]) -> None:
    """Each passage gets the product of its best sentence, or what is said for one without."""
    passages, sentences = _archive(60)
    assert {0, 1} < {len(own) for own in sentences}
    part = kept(passages, sentences)
    rows = np.random.default_rng(2).permutation(60)[:40]
    missing = np.arange(40, dtype=np.float32) + 5
    expected = [
        float((singles(sentences[row]) @ QUESTION).max()) if len(sentences[row]) else lack
        for row, lack in zip(rows.tolist(), missing.tolist(), strict=True)
    ]

    found = part.best_sentences(QUESTION, rows, missing)
    assert expected == pytest.approx(found.tolist(), abs=TOLERANCE)
    assert np.float32 == found.dtype
    assert [] == part.best_sentences(QUESTION, rows[:0], missing[:0]).tolist()


def test_vectors_come_back_as_they_were_put(kept: Callable[..., FileVectors]) -> None:
    """Passages and sentences are the same to the last bit, in the order asked for."""
    passages, sentences = _archive(150)
    part = kept(passages, sentences)
    rows = np.array([*range(149, -1, -1), 4, 4])

    assert np.array_equal(singles(passages[rows]), part.passages(rows))
    found = part.sentences(rows)
    assert [sentences[row].shape for row in rows] == [own.shape for own in found]
    assert all(np.array_equal(sentences[row], own) for row, own in zip(rows, found, strict=True))
    assert {np.dtype(np.float16)} == {own.dtype for own in found}


def test_a_part_without_any_sentence(kept: Callable[..., FileVectors]) -> None:
    """Passages alone are enough."""
    passages = _drawn(20, DIM)
    part = kept(passages, [_drawn(0, DIM)] * 20)
    missing = np.full(20, -3, np.float32)

    assert [-3] * 20 == part.best_sentences(QUESTION, np.arange(20), missing).tolist()
    assert [(0, DIM)] * 20 == [own.shape for own in part.sentences(np.arange(20))]
    _check_nearest(part.search(QUESTION, 5), singles(passages) @ QUESTION, np.arange(20), 5)


def test_two_parts_read_as_one(kept: Callable[..., FileVectors]) -> None:
    """Rows are numbered through, and each part is asked for its own."""
    (first, some), (second, others) = _archive(90), _archive(40, seed=8)
    both = SnapshotVectors([kept(first, some), kept(second, others, part=1)])
    passages, sentences = np.concatenate((first, second)), some + others
    products = singles(passages) @ QUESTION
    rows = np.array([100, 3, 89, 90, 129, 0])
    missing = np.full(6, -1, np.float32)
    best = [(singles(sentences[row]) @ QUESTION).max(initial=-1) for row in rows]

    assert 130 == both.n_rows
    _check_nearest(both.search(QUESTION, 20), products, np.arange(130), 20)
    allowed = np.arange(130) % 2 == 0
    found = both.search(QUESTION, 20, allowed)
    _check_nearest(found, products, np.flatnonzero(allowed), 20)
    assert products[rows].tolist() == pytest.approx(both.scores(QUESTION, rows), abs=TOLERANCE)
    assert best == pytest.approx(
        both.best_sentences(QUESTION, rows, missing).tolist(), abs=TOLERANCE
    )
    assert np.array_equal(singles(passages[rows]), both.passages(rows))
    assert all(map(np.array_equal, [sentences[row] for row in rows], both.sentences(rows)))
