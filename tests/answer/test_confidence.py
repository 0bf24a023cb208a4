"""The probability that the evidence answers."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer.confidence import FEATURES, Signals, confidence, features
from index.encoders import stored_confidence

FITTED = stored_confidence("multilingual-e5-small")
SIGNALS = Signals(dense=0.3, sentence=0.4, n_passages=100, lexical=0.5, names=0.5)

_shares = st.floats(0, 1)
_cosines = st.floats(-1, 1)
_signals = st.builds(
    Signals,
    dense=_cosines,
    sentence=_cosines,
    n_passages=st.integers(0, 10**7),
    lexical=st.none() | _shares,
    names=_shares,
    reads=st.none() | st.floats(-50, 50),
    others=st.lists(_cosines, max_size=30),
)


def test_features_by_hand() -> None:
    """In the same language names are not read, in another words are not."""
    assert features(SIGNALS) == pytest.approx((0.3, 0.4, 2.0, 1.0, 0.5, 0.0))
    foreign = replace(SIGNALS, lexical=None)
    assert features(foreign) == pytest.approx((0.3, 0.4, 2.0, 0.0, 0.0, 0.5 * 2 / 3))


def test_confidence_by_hand() -> None:
    """The logistic function of the weighted sum."""
    weights = dict.fromkeys(FEATURES, 0.0) | {"intercept": -1.0, "sentence": 5.0}
    assert confidence(SIGNALS, weights) == pytest.approx(1 / (1 + math.exp(-1.0)))


def test_a_single_article_s_names_tell_nothing() -> None:
    """In an archive of one passage the name that is everywhere adds no confidence."""
    alone = replace(SIGNALS, n_passages=1, lexical=None)
    assert confidence(alone, FITTED) == confidence(replace(alone, names=0.0), FITTED)


def test_what_the_reader_says_counts_in_the_questions_language() -> None:
    """Its logit counts 1.5 times, less .5; across languages, and where none read, it does not."""
    weights = dict.fromkeys(FEATURES, 0.0) | {"intercept": 0.0}
    assert confidence(replace(SIGNALS, reads=2.0), weights) == pytest.approx(
        1 / (1 + math.exp(-2.5))
    )
    assert confidence(replace(SIGNALS, reads=1 / 3), weights) == pytest.approx(
        confidence(SIGNALS, weights)
    )
    foreign = replace(SIGNALS, lexical=None)
    assert confidence(replace(foreign, reads=9.0), FITTED) == confidence(foreign, FITTED)


@given(_signals, st.sampled_from([FITTED, {}]))
def test_it_is_a_probability(signals: Signals, weights: dict[str, float]) -> None:
    """Strictly between nought and one, for any signals and any encoder."""
    assert 0 < confidence(signals, weights) < 1


@given(_signals, _cosines, _shares)
def test_more_evidence_never_means_less_confidence(
    signals: Signals, sentence: float, names: float
) -> None:
    """A nearer sentence or more names found cannot lower it."""
    near = replace(signals, sentence=max(signals.sentence, sentence))
    assert confidence(near, FITTED) >= confidence(signals, FITTED)
    named = replace(signals, names=max(signals.names, names))
    assert confidence(named, FITTED) >= confidence(signals, FITTED)


@given(_signals, st.integers(0, 10**7))
def test_the_best_of_more_passages_is_worth_less(signals: Signals, size: int) -> None:
    """The same closeness tells less in a larger archive, names apart."""
    small = replace(signals, names=0.0, n_passages=min(signals.n_passages, size))
    large = replace(small, n_passages=max(signals.n_passages, size))
    assert confidence(large, FITTED) <= confidence(small, FITTED)


def test_an_unknown_encoder_answers_by_words_or_by_standing_out() -> None:
    """All words found, or a passage far above the others, is enough; neither is not."""
    others = [0.80, 0.81, 0.79] * 5
    plain = Signals(dense=0.81, sentence=0.8, n_passages=15, lexical=0.0, names=0.0, others=others)
    assert confidence(plain, {}) < 0.4
    assert confidence(replace(plain, lexical=0.8), {}) > 0.4
    assert confidence(replace(plain, dense=0.9), {}) > 0.4
