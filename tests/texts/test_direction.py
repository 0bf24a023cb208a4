"""Tests of making text safe, wrapping it and putting it in order."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texts.direction import is_rtl, isolate, reorder, safe, width_of, wrap

_MIXED = st.text(
    st.characters() | st.sampled_from("\x1b\x00\x9b\u202e\u2066\u200c\n\r\u2028آبپ۱۲ ab12-")
)


@given(_MIXED)
def test_safe_leaves_nothing_a_terminal_obeys(text: str) -> None:
    """No control character, bidi control or lone surrogate survives, whatever the text."""
    shown = safe(text)

    kinds = {unicodedata.category(char) for char in shown if char != "\n"}
    assert kinds.isdisjoint({"Cc", "Cs"})
    assert {char for char in shown if unicodedata.category(char) == "Cf"} <= set(
        "\u200c\u200d\u200e\u200f"
    )
    assert safe(shown) == shown


def test_safe_shows_what_it_defuses() -> None:
    """An escape sequence stays visible as text; spelling joiners and line feeds stay."""
    assert safe("a\x1b[31mb\r\nنمی\u200cشود\u202e\tc\x85d") == "a\ufffd[31mb\nنمی\u200cشود c d"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("(۱) سلام a", True), ("123 a سلام", False), ("12 - 3", False), ("", False)],
    ids=["Persian first", "Latin first", "no letters", "empty"],
)
def test_is_rtl(text: str, *, expected: bool) -> None:
    """The first letter decides; digits and signs do not."""
    assert is_rtl(text) is expected


def test_isolate_wraps_latin_runs_in_persian_lines() -> None:
    """Names, dates and addresses in a Persian line are kept together; plain digits need not be."""
    assert isolate("تا 9 June 2023", rtl=True) == "\u2067تا \u20669 June 2023\u2069\u2069"
    assert isolate("با /lang en|fa یا --debug", rtl=True) == (
        "\u2067با \u2066/lang en|fa\u2069 یا \u2066--debug\u2069\u2069"
    )
    shown = isolate("سوخو Su-35 در 2023-06-09 با ۵ تن (F-16 و Al Jazeera).", rtl=True)

    assert shown == (
        "\u2067سوخو \u2066Su-35\u2069 در \u20662023-06-09\u2069 با ۵ تن "
        "(\u2066F-16\u2069 و \u2066Al Jazeera\u2069).\u2069"
    )


def test_isolate_wraps_persian_runs_in_english_lines() -> None:
    """A Persian date in an English line is one run, its day included."""
    shown = isolate("9 June 2023 (۱۹ خرداد ۱۴۰۲، ۱۸:۱۵)", rtl=False)

    assert shown == "9 June 2023 (\u2067۱۹ خرداد ۱۴۰۲، ۱۸:۱۵\u2069)"


@given(_MIXED, st.booleans())
def test_isolates_are_balanced_and_add_nothing_else(text: str, rtl: bool) -> None:  # noqa: FBT001
    """Each isolate that is opened is closed, and without them the text is as it was."""
    line = safe(text).replace("\n", " ")
    shown = isolate(line, rtl=rtl)

    opened = sum(char in "\u2066\u2067" for char in shown)
    assert opened == shown.count("\u2069")
    assert "".join(char for char in shown if char not in "\u2066\u2067\u2069") == line


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        ("نمی\u200cشود", 6),
        ("مُدَرِّس", 4),
        ("中文", 4),
        ("🇮🇷🇮🇶", 4),
        ("👨\u200d👩\u200d👧", 2),
        ("\u2067دو\u2069", 2),
        ("", 0),
    ],
    ids=["Latin", "joiner", "marks", "wide", "flags", "family", "isolate", "empty"],
)
def test_width_of(text: str, cells: int) -> None:
    """Marks and joiners take no cell, wide characters two."""
    assert width_of(text) == cells


@given(st.text("ab نمی\u200c\u064e中\n"), st.integers(2, 30))
def test_wrap_fits_and_loses_nothing(text: str, width: int) -> None:
    """No line is wider than asked, and the lines hold every character but the broken spaces."""
    lines = wrap(text, width)

    assert all(width_of(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_wrap_keeps_the_indent_and_breaks_at_spaces() -> None:
    """Leading spaces stay on the first line; a word that fits is never cut."""
    assert wrap("  one two three", 9) == ["  one two", "three"]
    assert wrap("abcdefg h", 3) == ["abc", "def", "g h"]


def test_wrap_cuts_no_web_address() -> None:
    """An address that is too long has a line of its own; a short one is a word like others."""
    address = "https://www.mehrnews.com/news/5805672"

    assert wrap(f"read {address} and go on", 12) == ["read", address, "and go on"]
    assert wrap(f"{address}\n  {address}", 12) == [address, address]
    assert wrap("at http://a.b or", 12) == ["at", "http://a.b", "or"]
    assert wrap(f"({address}), {address}.", 12) == [f"({address}),", f"{address}."]


def test_wrap_cuts_no_grapheme() -> None:
    """A word that is too long is cut between flags, conjuncts and letters with their marks."""
    assert wrap("🇮🇷🇮🇶🇮🇷", 5) == ["🇮🇷🇮🇶", "🇮🇷"]
    assert wrap("e\u0301" * 5, 2) == ["e\u0301e\u0301", "e\u0301e\u0301", "e\u0301"]
    assert wrap("", 10) == [""]
    assert wrap("a\n\nb", 10) == ["a", "", "b"]


def test_reorder_shapes_and_reverses() -> None:
    """A Persian line is seen from its right end, a Latin run in it from its left."""
    assert reorder("سلام Su-35 (دو)", rtl=True) == "(ﻭﺩ) Su-35 ﻡﻼﺳ"
    assert reorder("plain", rtl=False) == "plain"
    assert reorder("", rtl=True) == ""


def test_an_argument_in_persian_stays_with_its_command() -> None:
    """A command that sets a Persian name or date is one run, read from left to right."""
    line = "/only since=1402/03 source=مهر lang=fa - همه؛ /only since=۱۴۰۲/۰۳ source=مهر،فارس"

    assert isolate(line, rtl=True) == (
        "\u2067\u2066/only since=1402/03 source=مهر lang=fa\u2069 - همه؛ "
        "\u2066/only since=۱۴۰۲/۰۳ source=مهر،فارس\u2069\u2069"
    )
    assert reorder(line, rtl=True).endswith("ﻪﻤﻫ - /only since=1402/03 source=ﺮﻬﻣ lang=fa")


def test_reorder_keeps_quotation_marks_open_to_their_text() -> None:
    """Paired signs are mirrored in Persian text and left alone in Latin runs."""
    assert reorder("«دو [۱]» F(x) a.", rtl=True) == ".F(x) a «[۱] ﻭﺩ»"
    assert reorder("دو Su-35. [1]", rtl=True) == "[1] .Su-35 ﻭﺩ"
    assert reorder("دو (a (b) c)", rtl=True) == "(a (b) c) ﻭﺩ"


def test_reorder_keeps_marks_on_their_letters() -> None:
    """A diacritic comes after its letter also when letters come from the other end."""
    assert reorder("لطفاً", rtl=True) == "ﺎ\u064bﻔﻄﻟ"


def test_reorder_keeps_letters_apart_at_a_joiner() -> None:
    """U+200C still ends a letter's joining though the character itself is gone."""
    assert reorder("می\u200cشود", rtl=True) == "ﺩﻮﺷﯽﻣ"
