"""Sentences: borders per script, exact spans, nothing lost."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.text.sentences import MAX_CHARS, sentences

TEXTS = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=("Cs",)),
        st.sampled_from("کتابا می‌رود. ؟!؛،«»()۱۲3.5。！\n\r\u2028 \u0301\u200d😀हिदी।ไทย\"'"),
    ),
    max_size=120,
)
TAGS = st.sampled_from(["fa", "ar", "en", "zh", "hi", "th", "und", "xx", "zh-Hant", ""])


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("fa", ["او گفت: «ما می‌رویم.»", "سپس رفت.", "چرا؟", "بله!"]),
        ("fa", ["قیمت ۳٫۵ دلار و 3.5 تومان بود.", "ساعت ۱۸.۳۰ رسید."]),
        ("fa", ["ج. بوش آمد.", "م. ر. شجریان نیامد."]),
        ("fa", ["شبکه سی. ان. ان گفت.", "حضور پدر، مادر و... است.", "آيت ا... خاتمی آمد."]),
        ("fa", ["25. کلینی آمد.", "او رفت.", "سال ۲۰۲۰."]),
        ("fa", ["سایت www.isna.ir گزارش داد.", "تمام شد."]),
        ("ar", ["ماذا قال كيربي؟", "قال: لا.", "ثم ذهب!"]),
        ("en", ['Dr. Smith of the U.S. Army said "Go."', "It cost 3.5 dollars."]),
        ("ru", ["В 2023 г. А. С. Пушкин сказал.", "Да?", "Нет!"]),
        ("zh", ["他说：“走。”", "然后走了。", "真的吗？"]),
        ("hi", ["यह एक वाक्य है।", "दूसरा वाक्य।"]),
        ("el", ["Τι είναι αυτό;", "Δεν ξέρω."]),
    ],
)
def test_sentences_of_a_script(language: str, parts: list[str]) -> None:
    """Numbers, initials, addresses and quotations stay whole; terminators divide."""
    text = ("" if language == "zh" else " ").join(parts)

    assert parts == [span.cut(text) for span in sentences(text, language)]


def test_sentences_end_at_line_breaks() -> None:
    """A heading without a full stop does not run into the paragraph."""
    text = "تیتر خبر\r\n\r\nمتن خبر است.\u2028بند بعد"

    assert ["تیتر خبر", "متن خبر است.", "بند بعد"] == [s.cut(text) for s in sentences(text, "fa")]


@pytest.mark.parametrize("text", ["", "  \n", "***\n...", "«»"])
def test_sentences_without_letters(text: str) -> None:
    """Punctuation alone is no sentence."""
    assert [] == sentences(text, "fa")


def test_long_sentence_is_cut_at_the_strongest_mark() -> None:
    """An over-long sentence is cut after a semicolon rather than at a comma."""
    text = "الف " * 60 + "ب، " + "پ " * 30 + "ت؛ " + "ث، " + "ج " * 60 + "د."
    parts = [span.cut(text) for span in sentences(text, "fa")]

    assert parts[0].endswith("ت؛")
    assert text == " ".join(parts)


def test_long_text_without_spaces_is_cut_between_graphemes() -> None:
    """Where there is no white space at all, no letter is parted from its marks."""
    text = "e\u0301" * MAX_CHARS
    parts = [span.cut(text) for span in sentences(text, "und")]

    assert text == "".join(parts)
    assert all(len(part) <= MAX_CHARS and part[0] == "e" for part in parts)


@pytest.mark.parametrize("grapheme", ["🇮🇷", "👩\u200d👧", "क्ष", "ی\u200c"])
def test_long_text_without_spaces_keeps_flags_and_conjuncts(grapheme: str) -> None:
    """A cut leaves flags, families, conjuncts and the joiner after a letter whole."""
    text = "ا" + grapheme * MAX_CHARS
    parts = [span.cut(text) for span in sentences(text, "und")]

    assert text == "".join(parts)
    assert len(parts) > 1
    assert all(part.removeprefix("ا").replace(grapheme, "") == "" for part in parts)


@given(TEXTS, TAGS)
@example("a." + "b" * 900, "en")
@example("»" * 10 + "الف.»", "fa")
def test_sentences_cover_every_letter(text: str, language: str) -> None:
    """Spans are ordered, disjoint, trimmed, short, and hold every letter and digit."""
    spans = sentences(text, language)
    parts = [span.cut(text) for span in spans]

    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(part and part == part.strip() and len(part) <= MAX_CHARS for part in parts)
    assert [c for c in text if c.isalnum()] == [c for part in parts for c in part if c.isalnum()]


@given(st.text(alphabet="اب. \u064b\u200d\u0301", min_size=350, max_size=1_500))
def test_sentences_stay_within_the_limit(text: str) -> None:
    """Long texts with few places to cut keep every letter and the limit."""
    parts = [span.cut(text) for span in sentences(text, "fa")]

    assert all(len(part) <= MAX_CHARS for part in parts if len(part.split()) > 1)
    assert text.count("ا") == sum(part.count("ا") for part in parts)
