"""Sounds: spellings of one name in several scripts share a reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical.phonetics import MAX_READINGS, is_abjad, likeness, readings, script_of, skeleton


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("normandy", "NoRMaNDi", id="English"),
        pytest.param("نرماندی", "NRMaNDi", id="Persian"),
        pytest.param("кирби", "KiRBi", id="Russian"),
        pytest.param("σουχόι", "SoXoi", id="Greek"),
        pytest.param("schröder", "YRoDeR", id="German"),
        pytest.param("şimşek", "YiMYeK", id="Turkish"),
        pytest.param("नॉर्मन", "NoRMN", id="Hindi"),
        pytest.param("נורמן", "NoRMN", id="Hebrew"),
        pytest.param("hannah", "HaNa", id="h at the beginning only, doubles once"),
    ],
)
def test_readings_begin_with_the_likeliest(word: str, expected: str) -> None:
    """The first reading follows the first sound of every letter."""
    assert expected == readings(word)[0]


def test_readings_when_letters_are_doubtful() -> None:
    """A soft g is read both ways."""
    assert readings("genghis") == ("GeNGiS", "JeNGiS", "GeNiS", "JeNiS")


@pytest.mark.parametrize("word", ["", "诺曼", "ภาษา", "123", "😀"])
def test_readings_are_empty_when_the_script_has_no_rules(word: str) -> None:
    """A script without rules has no readings and no name."""
    assert (readings(word), script_of(word), is_abjad(word)) == ((), "", False)


def test_skeleton_when_a_word_is_all_vowels() -> None:
    """Vowels leave nothing."""
    assert [skeleton("ae"), skeleton("NoRMaNDi")] == ["", "NRMND"]


@pytest.mark.parametrize(
    ("asked", "known", "expected"),
    [
        pytest.param("DeNveR", "DNoR", 1.0, id="v is written with the letter of o"),
        pytest.param("SoXoi", "SoXoi", 1.0, id="the same"),
        pytest.param("KiRBi", "KRBi", 0.9125, id="an unwritten i: 1 - 0.35 / 4"),
        pytest.param("DeveR", "DaR", 0.7, id="a v that is not written: 1 - 0.9 / 3"),
        pytest.param("SPaiN", "aSPaN", 0.95625, id="help before S; a backs i half: 1 - 0.175 / 4"),
    ],
)
def test_likeness_charges_what_is_not_backed(asked: str, known: str, expected: float) -> None:
    """The cost of the vowels is divided by the number of places for them."""
    assert likeness(asked, known, abjad=True) == pytest.approx(expected)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzкирбσουχαبپتسخو", min_size=1, max_size=40))
def test_readings_are_few_and_like_themselves(word: str) -> None:
    """There are at most `MAX_READINGS`, and each is fully like itself."""
    found = readings(word)

    assert 1 <= len(found) <= MAX_READINGS
    assert {likeness(sounds, sounds, abjad=True) for sounds in found} == {1.0}
