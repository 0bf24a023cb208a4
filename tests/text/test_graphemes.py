"""Borders between graphemes: none falls into a flag, a family, a conjunct or an accented letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text import grapheme_border

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
CONJUNCT = "क्ष"


@pytest.mark.parametrize(
    "graphemes",
    [
        pytest.param(["🇮🇷", "🇮🇶", "🇮🇷"], id="flags in a run"),
        pytest.param(["a", FAMILY, "b"], id="emoji joined by U+200D"),
        pytest.param(["👍🏽", "🏴\U000e0067\U000e0062\U000e007f"], id="skin tone, tag sequence"),
        pytest.param([CONJUNCT, CONJUNCT, "म"], id="Devanagari conjuncts"),
        pytest.param(["م", "ی\u200c", "ش", "و", "د"], id="Persian with U+200C"),
        pytest.param(["e\u0301\u0323", "دّ", "x"], id="letters with marks"),
        pytest.param(["a", "\r\n", "b"], id="line break"),
    ],
)
def test_borders_lie_between_graphemes(graphemes: list[str]) -> None:
    """Every place leads to the last border up to it, or to the end of the one grapheme there."""
    text = "".join(graphemes)
    ends = [len("".join(graphemes[:count])) for count in range(1, len(graphemes) + 1)]

    for end in range(1, len(text) + 1):
        expected = max((border for border in ends if border <= end), default=ends[0])
        assert grapheme_border(text, 0, end) == expected


def test_the_range_begins_where_it_is_told() -> None:
    """Flags are paired from the start of the range, and a grapheme that fills it is kept whole."""
    text = "🇮🇷🇮🇶🇮🇷"

    assert grapheme_border(text, 2, 5) == 4
    assert grapheme_border(text, 2, 3) == 4


@given(st.lists(st.sampled_from(["🇮🇷", FAMILY, CONJUNCT, "ی\u200c", "ب", "한"]), min_size=1))
def test_cutting_on_and_on_loses_nothing(graphemes: list[str]) -> None:
    """Parts cut one after the other are whole graphemes, and together the text."""
    text = "".join(graphemes)
    parts, start = [], 0
    while start < len(text):
        end = grapheme_border(text, start, start + 3)
        parts.append(text[start:end])
        start = end

    assert "".join(parts) == text
    assert not any(part.startswith(("\u200c", "\u200d", "\u094d")) for part in parts)
    assert all(part.count("🇮") == part.count("🇷") for part in parts)
