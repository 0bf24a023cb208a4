"""Cleaning: exact foldings, idempotence and the way back to the original."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.text.clean import clean
from index.types import Span

TEXTS = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=("Cs",)),
        st.sampled_from("كيىةۀآ‌‍ًّـ٠۵٫«»’ \t\n\ufeff\u200f\u0301éｅ́ﻻﷲ가\u1100\u1161"),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("original", "cleaned"),
    [
        pytest.param("كتابي", "کتابی", id="arabic letters"),
        pytest.param("بی‌سابقه", "بی سابقه", id="joiner is a space"),
        pytest.param("بیسابقه", "بیسابقه", id="a lost joiner stays lost"),
        pytest.param("خانهٔ خانۀ مدرسة", "خانه خانه مدرسه", id="heh forms"),
        pytest.param("۱۴۰۲ ٢٠٢٣ ۳٫۵ ۵٪", "1402 2023 3.5 5%", id="digits"),
        pytest.param("احتمالاً مُحَمَّد کـــتاب", "احتمالا محمد کتاب", id="vowel signs and tatweel"),
        pytest.param("«الف» “b” ‘c’", '"الف" "b" \'c\'', id="quotes"),
        pytest.param("\ufeff \u200fسلام\u202c \n\n دنیا ", "سلام دنیا", id="bidi marks, spaces"),
        pytest.param("cafe\u0301", "café", id="composed"),
        pytest.param("ا\u0653ب", "آب", id="madda is part of the letter"),
        pytest.param("ﻻ ﷲ", "لا الله", id="presentation forms"),
        pytest.param("e\u200d\u0301", "é", id="composed across an invisible sign"),
        pytest.param("", "", id="empty"),
        pytest.param(" \u200c\n", "", id="nothing but space"),
        pytest.param("Kirby: 北京 🇮🇷 Сухой", "Kirby: 北京 🇮🇷 Сухой", id="other scripts"),
    ],
)
def test_clean_folds(original: str, cleaned: str) -> None:
    """Each kind of spelling has one outcome."""
    assert cleaned == clean(original).text


def test_clean_keeps_letters_of_another_language() -> None:
    """Text said to be Arabic keeps ي, ك and ة, which the encoder knows it by."""
    assert "كتاب في المدرسة 5" == clean("كتاب في المدرسة ٥", "ar").text


@given(TEXTS, st.sampled_from(["fa", "ar"]))
@example("e\u200d\u0301 \u0670 a", "fa")
def test_clean_is_idempotent(text: str, language: str) -> None:
    """Cleaning a cleaned text changes nothing."""
    once = clean(text, language).text

    assert once == clean(once, language).text


@given(TEXTS)
def test_clean_gives_composed_text_with_single_spaces(text: str) -> None:
    """The output is NFC, without runs of white space and without any at its ends."""
    cleaned = clean(text).text

    assert unicodedata.is_normalized("NFC", cleaned)
    assert "  " not in cleaned
    assert cleaned == cleaned.strip(" ")


@given(TEXTS)
def test_clean_keeps_every_letter_and_digit(text: str) -> None:
    """No letter or digit is lost; those left alone are the same in the same order."""
    kept = [c for c in clean(text, "ar").text if c.isascii() and c.isalnum()]
    plain = unicodedata.normalize("NFC", text)
    wanted = [str(unicodedata.digit(c)) if c in "٠۵" else c for c in plain]
    wanted_ascii = [c for c in wanted if c.isascii() and c.isalnum()]

    if not any("\u0660" <= c <= "\u06f9" and c.isdigit() and c not in "٠۵" for c in text):
        assert wanted_ascii == kept


@given(TEXTS)
def test_to_original_is_monotone_and_in_bounds(text: str) -> None:
    """Later characters come from later places, and every place lies in the original."""
    cleaned = clean(text)
    spans = [cleaned.to_original(i, i + 1) for i in range(len(cleaned.text))]

    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(a.start <= b.start and a.end <= b.end for a, b in pairwise(spans))
    assert cleaned.to_original(0, 0).start >= 0


@given(TEXTS, st.data())
def test_to_original_round_trip(text: str, data: st.DataObject) -> None:
    """Cleaning what a range came from gives the range again, spaces at its ends aside."""
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text))
    cleaned = clean(text)
    start = data.draw(st.integers(0, len(cleaned.text)))
    end = data.draw(st.integers(start, len(cleaned.text)))
    piece = cleaned.to_original(start, end).cut(text)

    if not any(unicodedata.category(c) in ("Mn", "Mc", "Me", "Cf") for c in text):
        assert cleaned.text[start:end].strip() == clean(piece).text


def test_to_original_gives_the_printed_words() -> None:
    """A word found in clean text is quoted as printed, with its marks and joiners."""
    text = "در كتابِ  «بی‌سابقه‌ای» ۱۲"
    cleaned = clean(text)
    start = cleaned.text.index("کتاب")
    quoted = cleaned.text.index("بی سابقه ای")

    assert "كتابِ" == cleaned.to_original(start, start + 4).cut(text)
    assert "بی‌سابقه‌ای" == cleaned.to_original(quoted, quoted + len("بی سابقه ای")).cut(text)
    assert Span(0, len(text)) == cleaned.to_original(0, len(cleaned.text))


def test_to_original_outside_the_text_is_refused() -> None:
    """A range beyond the text is an error and not a silent slice."""
    with pytest.raises(ValueError, match="does not lie in"):
        clean("سلام").to_original(2, 9)
