"""Scores of passages put together."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from index.arrays import Scores
from index.lexical.bm25 import ceiling, idf, share
from index.search.fuse import FusionWeights, coverage, dense_scores, fuse, lexical_scores, order
from index.vectors.files import best_of_rows


def _floats(*values: float) -> Scores:
    return np.array(values, np.float32)


_scores = arrays.arrays(
    np.float32, st.integers(1, 20), elements=st.floats(-1, 1, width=32, allow_nan=False)
)


def test_scores_by_hand() -> None:
    """One passage in the question's language and one in another, worked out by hand."""
    dense = dense_scores(_floats(0.4, 0.2), _floats(0.6, 0.4))
    assert dense == pytest.approx([0.52, 0.32])
    lexical = lexical_scores(_floats(0.5, 0.0), _floats(1.0, 0.0))
    assert lexical == pytest.approx([0.575, 0.0])
    fused = fuse(
        dense, lexical, _floats(1.0, 1.0), is_same_language=np.array([True, False]), n_words=5
    )
    assert fused == pytest.approx([0.48 * (0.52 + 1.25 * 0.575), 0.32 + 0.2])


def test_more_words_of_a_question_weigh_more() -> None:
    """None nothing, as many as `few_words` half, and never more than `lexical`."""
    weights = FusionWeights(lexical=2.0, few_words=4.0)
    assert [weights.words(n) for n in (0, 4, 12)] == [0.0, 1.0, 1.5]


@given(_scores, st.floats(0, 1), st.floats(0, 1))
def test_names_never_count_where_words_do(dense: Scores, first: float, second: float) -> None:
    """In the question's own language the names' score changes nothing, elsewhere words'."""
    same = np.ones(len(dense), np.bool_)
    some, other = np.full(len(dense), first, np.float32), np.full(len(dense), second, np.float32)
    np.testing.assert_array_equal(
        fuse(dense, some, some, is_same_language=same, n_words=6),
        fuse(dense, some, other, is_same_language=same, n_words=6),
    )
    np.testing.assert_array_equal(
        fuse(dense, some, some, is_same_language=~same, n_words=6),
        fuse(dense, other, some, is_same_language=~same, n_words=6),
    )


@given(_scores, st.floats(0.1, 1), st.integers(0, 40))
def test_in_one_language_its_weight_moves_no_rank(
    dense: Scores, agreement: float, n_words: int
) -> None:
    """Scores of one language are all changed by the same factor."""
    same, words = np.ones(len(dense), np.bool_), np.linspace(0, 1, len(dense), dtype=np.float32)

    def fused(counts: float) -> Scores:
        weights = FusionWeights(agreement=counts)
        return fuse(dense, words, words, is_same_language=same, n_words=n_words, weights=weights)

    assert fused(agreement) == pytest.approx(agreement * fused(1.0), abs=1e-6)


def test_idf_and_ceiling_by_hand() -> None:
    """A word of 2 rows in 10 weighs ln(1 + 8.5 / 2.5); two words' ceiling is 2.2 times the sum."""
    assert idf(2, 10) == pytest.approx(math.log(1 + 8.5 / 2.5))
    assert ceiling([2, 0], 10) == pytest.approx(2.2 * (math.log(4.4) + math.log(22)))
    assert ceiling([], 10) == 0


@given(st.integers(1, 1000), st.integers(0, 2000), st.integers(0, 2000))
def test_rarer_words_weigh_more(n_rows: int, one: int, other: int) -> None:
    """Never less than a commoner word, never negative, even when counts disagree."""
    low, high = sorted((one, other))
    assert idf(low, n_rows) >= idf(high, n_rows) > 0


@given(
    arrays.arrays(np.float32, st.integers(0, 20), elements=st.floats(0, 50, width=32)),
    st.floats(-1, 100),
)
def test_shares_lie_between_nought_and_one(scores: Scores, most: float) -> None:
    """Whatever the scores and their bound."""
    shares = share(scores, most)
    assert shares.shape == scores.shape
    assert ((shares >= 0) & (shares <= 1)).all()
    assert most > 0 or not shares.any()


def test_best_sentence_of_each_passage() -> None:
    """Sentences in any order; a passage without any keeps what it is given."""
    best = best_of_rows(
        _floats(0.1, 0.9, 0.3), np.array([2, 0, 2]), 3, missing=_floats(0.0, 0.5, 0.0)
    )
    assert best == pytest.approx([0.9, 0.5, 0.3])


def test_no_sentences_at_all() -> None:
    """Then every passage keeps its own."""
    none = np.empty(0, np.float32)
    assert best_of_rows(none, np.empty(0, np.int64), 2, missing=_floats(0.5, 0.1)) == pytest.approx(
        [0.5, 0.1]
    )


def test_coverage_is_the_weight_of_the_words_held() -> None:
    """Words of the question that a sentence lacks count as what they weigh."""
    covered = coverage({"سوخو": 3.0, "گفت": 1.0}, [{"سوخو", "جت"}, {"گفت"}, set()])
    assert covered == pytest.approx([0.75, 0.25, 0.0])
    assert coverage({}, [{"گفت"}]) == pytest.approx([0.0])


@given(
    arrays.arrays(np.float32, 12, elements=st.sampled_from([0.0, 0.5, 1.0])),
    st.permutations(range(12)),
)
def test_order_does_not_depend_on_how_rows_arrive(scores: Scores, shuffled: list[int]) -> None:
    """Highest first, ties by row."""
    rows = np.arange(12)
    moved = np.array(shuffled)
    np.testing.assert_array_equal(
        rows[order(scores, rows)], moved[order(scores[moved], rows[moved])]
    )
