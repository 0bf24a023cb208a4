"""Remembered results are those that the function gives, in bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from index.text.memo import Recurring


@given(st.lists(st.text(max_size=4)), st.integers(1, 5), st.integers(0, 3))
def test_a_result_is_the_function_s(words: list[str], limit: int, longest: int) -> None:
    """Whatever was asked before, and never more than two generations are held."""
    recurring = Recurring(str.upper, limit=limit, longest=longest)

    assert [word.upper() for word in words] == list(map(recurring.__getitem__, words))
    assert len(recurring) <= limit
    assert all(len(word) <= longest for word in recurring)


def test_a_word_that_recurs_is_worked_out_once() -> None:
    """However many others come between, if it comes again within a generation."""
    asked = []

    def kept(word: str) -> str:
        asked.append(word)
        return word

    recurring = Recurring(kept, limit=3, longest=9)
    for number in range(20):
        _ = recurring["often"]
        _ = recurring[f"seldom {number}"[:9]]

    assert 1 == asked.count("often")
