"""Sentences chosen as evidence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer.evidence import Evidence, ReaderConfig, choose, evidence_scores
from index.search import AGREEMENT


def test_evidence_by_hand() -> None:
    """Own cosine and words, the passage around it, and a bonus; half where languages agree."""
    scores = evidence_scores(
        np.array([0.5, 0.2], np.float32),
        np.array([0.25, 0.0], np.float32),
        np.array([1.0, 0.5], np.float32),
        owners=np.array([1, 0]),
        is_same_language=np.array([True, False]),
        bonus=np.array([0.0, 0.1], np.float32),
        config=ReaderConfig(sentence=0.4, lexical=1.0),
    )
    assert scores == pytest.approx(
        [AGREEMENT * 0.4 * 0.75 + 0.6 * 0.5, 0.4 * 0.2 + 0.6 * 1.0 + 0.1]
    )


def test_the_best_are_chosen_best_first() -> None:
    """As many as asked for, ties in the order given."""
    chosen = choose(np.array([0.1, 0.3, 0.2, 0.3], np.float32), np.eye(4, dtype=np.float32))
    assert [evidence.position for evidence in chosen] == [1, 3, 2]


def test_far_below_the_first_is_not_quoted() -> None:
    """One good sentence is not diluted with bad ones."""
    config = ReaderConfig(max_gap=0.3)
    scores = np.array([0.9, 0.7, 0.5], np.float32)
    chosen = choose(scores, np.eye(3, dtype=np.float32), config)
    assert [evidence.position for evidence in chosen] == [0, 1]


def test_a_repeated_sentence_is_passed_over() -> None:
    """The same report in two articles is quoted once, and the next one takes its place."""
    vectors = np.array([[1, 0], [0.99, 0.1411], [0, 1]], np.float32)
    chosen = choose(np.array([0.5, 0.45, 0.4], np.float32), vectors)
    assert [evidence.position for evidence in chosen] == [0, 2]


def test_nothing_to_choose_from() -> None:
    """No sentences, no evidence."""
    assert choose(np.empty(0, np.float32), np.empty((0, 4), np.float32)) == []


@pytest.mark.parametrize("count", [0, 5])
def test_an_answer_holds_one_to_four(count: int) -> None:
    """Other numbers are refused."""
    with pytest.raises(ValueError, match="1 to 4"):
        ReaderConfig(max_sentences=count)


@given(st.lists(st.floats(-1, 2, width=32), max_size=12), st.integers(1, 4), st.floats(0, 1))
def test_whatever_is_chosen_is_best_first_and_near_the_first(
    scores: list[float], count: int, gap: float
) -> None:
    """At most `count`, each once, none far below the first, and none better left out."""
    config = ReaderConfig(max_sentences=count, max_gap=gap)
    values = np.array(scores, np.float32)
    chosen: list[Evidence] = choose(values, np.eye(len(scores), 13, dtype=np.float32), config)
    found = [evidence.score for evidence in chosen]
    assert bool(found) == bool(scores)
    assert len({evidence.position for evidence in chosen}) == len(chosen) <= count
    assert found == sorted(found, reverse=True)
    assert all(score >= found[0] - gap for score in found)
    assert found == sorted(values.tolist(), reverse=True)[: len(found)]
