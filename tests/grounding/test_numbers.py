"""Numbers are the same in every spelling, and wrong ones are told from right ones."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grounding.number_words import CARDINALS
from bot.grounding.numbers import find_numbers, is_supported

_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_UNITS_FA = {value: word for word, value in CARDINALS.items() if not word.isascii()}
_UNITS_EN = {value: word for word, value in CARDINALS.items() if word.isascii()}


def _readings(text: str) -> frozenset[Fraction]:
    return frozenset(value for one in find_numbers(text) for value in one.readings)


def _persian(value: int) -> str:
    """Spell a number below a billion as Persian does."""
    parts = []
    for scale, word in ((10**6, "میلیون"), (1000, "هزار")):
        if value >= scale:
            parts.append(f"{_persian(value // scale)} {word}")
            value %= scale
    for step in (value // 100 * 100, value % 100 // 10 * 10 if value % 100 >= 20 else 0):
        if step:
            parts.append(_UNITS_FA[step])
            value -= step
    if value or not parts:
        parts.append(_UNITS_FA[value])
    return " و ".join(parts)


def _english(value: int) -> str:
    """Spell a number below a billion as English does."""
    for scale, word in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if value >= scale:
            rest = f" {_english(value % scale)}" if value % scale else ""
            return f"{_english(value // scale)} {word}{rest}"
    tens, unit = value // 10 * 10, value % 10
    if value < 20 or not unit:
        return _UNITS_EN[value]
    return f"{_UNITS_EN[tens]}-{_UNITS_EN[unit]}"


@given(st.integers(min_value=0, max_value=10**9 - 1))
def test_a_number_is_read_back_from_every_spelling(value: int) -> None:
    """Digits of three scripts, grouped or not, and the words of two languages are one number."""
    grouped = f"{value:,}"
    spellings = [
        str(value), grouped, str(value).translate(_PERSIAN), str(value).translate(_ARABIC),
        grouped.translate(_PERSIAN).replace(",", "٬"), _persian(value), _english(value),
    ]  # fmt: skip
    for spelling in spellings:
        for text in (spelling, f"در پایان {spelling} رسید", f"it reached {spelling} at the end"):
            assert value in _readings(text), text


@given(st.integers(min_value=1, max_value=9999), st.integers(min_value=1, max_value=99))
def test_decimals_are_read_in_the_marks_of_both_languages(whole: int, part: int) -> None:
    """A point, the Persian mark, its slash and a European comma part the same decimal."""
    value = Fraction(f"{whole}.{part:02}")
    for mark in (".", "٫", "/", ","):
        assert value in _readings(f"{whole}{mark}{part:02} درصد")


@given(st.integers(min_value=1, max_value=999))
def test_magnitudes_multiply(value: int) -> None:
    """A magnitude beside digits or words is the number written out."""
    for words, scale in (("thousand", 10**3), ("میلیون", 10**6), ("میلیارد", 10**9)):
        assert value * scale in _readings(f"{value} {words}")
    assert value * 10**12 in _readings(f"{value} هزار میلیارد تومان")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.2 thousand", Fraction(1200)), ("۳ میلیون و ۲۰۰ هزار", Fraction(3_200_000)),
        ("two-thirds", Fraction(2, 3)), ("دو سوم", Fraction(2, 3)),
        ("half a million", Fraction(500_000)), ("دو و نیم میلیون", Fraction(2_500_000)),
        ("بیست و یکم", Fraction(21)), ("21st", Fraction(21)), ("6:30 pm", Fraction(18)),
        ("1.200.000", Fraction(1_200_000)), ("3.200,50", Fraction(6401, 2)),
        ("zeroth", Fraction(0)), ("صفرم", Fraction(0)),
    ],
)  # fmt: skip
def test_what_newspapers_write(text: str, value: Fraction) -> None:
    """Composed numbers, fractions, ordinals and clocks."""
    assert value in _readings(text)


@pytest.mark.parametrize(
    "text", ["no one came", "یک روز", "one of them", "نه تنها او", "a second later"]
)
def test_words_that_may_mean_something_else_are_asked_of_no_quote(text: str) -> None:
    """«یک», "one" and «نه» alone are not surely numbers."""
    assert not any(one.is_sure for one in find_numbers(text))


@pytest.mark.parametrize("text", ["two goals in the first half", "half of the town", "second half"])
def test_a_half_that_is_counted_is_no_fraction(text: str) -> None:
    """The first half of a match is a time, half of a town a share."""
    assert (Fraction(1, 2) in _readings(text)) == text.startswith("half")


def test_a_percentage_is_supported_by_a_percentage_only() -> None:
    """Five men are not five per cent; the range «۵ تا ۱۰ درصد» has both of its ends."""
    (claimed,) = find_numbers("5 percent")
    assert is_supported(claimed, find_numbers("۵ تا ۱۰ درصد"))
    assert not is_supported(claimed, find_numbers("۵ نفر"))


@given(st.integers(min_value=2, max_value=10**6), st.integers(min_value=2, max_value=10**6))
def test_another_number_is_never_supported(one: int, other: int) -> None:
    """Two whole numbers are one only if they are equal, in whichever script."""
    (claimed,) = find_numbers(f"{one:,}")
    known = find_numbers(str(other).translate(_PERSIAN))
    assert is_supported(claimed, known) is (one == other)
