"""Vectors placed: what a language's texts have in common taken off."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from index.arrays import Vectors
from index.encoders import EncoderIdentity
from index.encoders.space import VectorSpace, parameters_name, stored_confidence, stored_means

BUNDLED = EncoderIdentity(name="multilingual-e5-small", revision="1", dim=384)
SMALL = EncoderIdentity(name="small", revision="1", dim=2)


def _vectors(*rows: tuple[float, float]) -> Vectors:
    return np.array(rows, np.float32)


def test_each_side_and_language_has_its_own_mean() -> None:
    """Questions lose the questions' mean of their language, passages theirs."""
    space = VectorSpace(
        SMALL,
        {
            "query/en": np.array([1, 0], np.float32),
            "passage/fa": np.array([0, 1], np.float32),
            "passage/und": np.array([0, 2], np.float32),
        },
    )
    assert space.query(np.array([1, 1], np.float32), "en") == pytest.approx([0, 1])
    placed = space.passages(_vectors((3, 5), (0, 1)), ["fa", "de"])
    np.testing.assert_allclose(placed, [(0.6, 0.8), (0, -1)], atol=1e-6)


def test_a_language_without_mean_stays_where_it_is() -> None:
    """Where not even a mean for other languages is known."""
    space = VectorSpace(SMALL, {"query/en": np.array([1, 0], np.float32)})
    assert space.query(np.array([0.6, 0.8], np.float32), "tr") == pytest.approx([0.6, 0.8])


def test_regions_share_their_language() -> None:
    """«zh-Hant» is placed as «zh»."""
    space = VectorSpace(SMALL, {"query/zh": np.array([1, 0], np.float32)})
    assert space.query(np.array([1, 1], np.float32), "zh-Hant") == pytest.approx([0, 1])


def test_an_unknown_encoder_is_left_alone() -> None:
    """No means, no shift, and it says so."""
    space = VectorSpace(SMALL)
    assert not space.is_fitted
    assert space.query(np.array([0.6, 0.8], np.float32), "en") == pytest.approx([0.6, 0.8])
    assert stored_confidence("small") == {}


def test_a_namesake_of_another_dimension_is_unknown() -> None:
    """A model of that name with other vectors cannot use the stored means."""
    assert not VectorSpace(EncoderIdentity(name=BUNDLED.name, revision="1", dim=8)).is_fitted


def test_given_means_must_fit() -> None:
    """A mean of another dimension is a mistake of the caller."""
    with pytest.raises(ValueError, match="shape"):
        VectorSpace(SMALL, {"query/en": np.zeros(3, np.float32)})


def test_every_vector_needs_a_language() -> None:
    """One language for two vectors is refused."""
    with pytest.raises(ValueError, match="language"):
        VectorSpace(SMALL).queries(_vectors((1, 0), (0, 1)), ["en"])


def test_the_bundled_encoder_is_fitted() -> None:
    """Its means and weights are in the package, under any owner's name."""
    space = VectorSpace(BUNDLED)
    assert space.is_fitted
    assert {"query/fa", "query/en", "query/und", "passage/fa", "passage/und"} <= set(
        stored_means("intfloat/multilingual-e5-small")
    )
    assert set(stored_confidence("intfloat/multilingual-e5-small")) >= {"intercept", "dense"}


def test_fingerprint_changes_with_the_means() -> None:
    """So that an index placed with other means is never searched."""
    plain = VectorSpace(SMALL, {})
    one = VectorSpace(SMALL, {"query/en": np.array([1, 0], np.float32)})
    other = VectorSpace(SMALL, {"query/en": np.array([0, 1], np.float32)})
    again = VectorSpace(SMALL, {"query/en": np.array([1, 0], np.float32)})
    assert len({plain.fingerprint, one.fingerprint, other.fingerprint}) == 3
    assert one.fingerprint == again.fingerprint


@pytest.mark.parametrize(
    ("encoder", "name"),
    [
        ("multilingual-e5-small", "multilingual-e5-small"),
        ("/models/Multilingual_E5-small/", "multilingual-e5-small"),
        ("BAAI/bge-m3", "bge-m3"),
        ("///", "encoder"),
    ],
)
def test_parameters_are_found_by_the_model_s_own_name(encoder: str, name: str) -> None:
    """Owner, folder and case do not matter."""
    assert parameters_name(encoder) == name


@given(
    arrays.arrays(
        np.float32, st.tuples(st.integers(0, 6), st.just(2)), elements=st.floats(-2, 2, width=32)
    )
)
def test_placed_vectors_have_length_one_or_nought(vectors: Vectors) -> None:
    """And the vectors given are not changed."""
    before = vectors.copy()
    space = VectorSpace(SMALL, {"passage/fa": np.array([0.5, 0.25], np.float32)})
    placed = space.passages(vectors, ["fa"] * len(vectors))
    lengths = np.linalg.norm(placed, axis=1)
    assert (np.isclose(lengths, 1, atol=1e-4) | (lengths < 1)).all()
    assert placed.dtype == np.float32
    np.testing.assert_array_equal(vectors, before)


@given(st.lists(st.sampled_from(["fa", "en", "tr"]), min_size=1, max_size=8))
def test_placing_together_is_placing_one_by_one(languages: list[str]) -> None:
    """No vector depends on its neighbours."""
    space = VectorSpace(
        SMALL,
        {"passage/fa": np.array([0.5, 0], np.float32), "passage/und": np.array([0, 1], np.float32)},
    )
    vectors = np.random.default_rng(1).normal(size=(len(languages), 2)).astype(np.float32)
    together = space.passages(vectors, languages)
    apart = [
        space.passages(vector[None], [tag])[0]
        for vector, tag in zip(vectors, languages, strict=True)
    ]
    np.testing.assert_array_equal(together, np.stack(apart))
