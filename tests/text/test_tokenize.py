"""Tokens: one token for every spelling of a word, the same before and after cleaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.clean import clean
from index.text.tokenize import (
    _RUN,
    MAX_WORD_CHARS,
    Word,
    _folded,
    _words_of,
    token_of,
    tokens,
    words,
)

_PIECES = ["بی", "می", "تر", "های", "ات", "\u200c", " ", "1,234", "'", "é", "ี", "عِلم", "ٔ", "\u0300"]
_TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(_PIECES) | st.characters()).map("".join))


@pytest.mark.parametrize(
    ("spellings", "expected"),
    [
        pytest.param(("بی‌سابقه", "بیسابقه", "بی سابقه"), ["بیسابقه"], id="prefix"),
        pytest.param(("جت‌های", "جتهای", "جت های", "جت", "جت‌هایشان"), ["جت"], id="plural"),
        pytest.param(("می‌گوید", "میگوید", "می گوید", "مي‌گويد"), ["میگوید"], id="verb"),
        pytest.param(("نمی‌شناسد", "نمیشناسد", "نمی شناسد"), ["نمیشناسد"], id="negated verb"),
        pytest.param(("بزرگ‌تر", "بزرگتر", "بزرگ تر"), ["بزرگتر"], id="comparative"),
        pytest.param(("كتابي", "کتابی", "کتاب", "الكتاب"), ["کتاب"], id="Arabic letters"),
        pytest.param(("انتخابات", "انتخابات‌ها"), ["انتخاب"], id="Arabic plural"),
        pytest.param(("مُحَمَّد", "محمد", "محـــمد"), ["محمد"], id="vowel signs and tatweel"),
        pytest.param(("المپیک", "المپیکی", "المپیک‌ها"), ["مپیک"], id="one article for all endings"),
        pytest.param(("آمریکا", "امریکا"), ["امریکا"], id="alef with madda"),
        pytest.param(("أحمد", "احمد"), ["احمد"], id="hamza"),
        pytest.param(("۱۴۰۲", "١٤٠٢", "1402", "१४०२"), ["1402"], id="digits"),
        pytest.param(("1,234,567", "۱٬۲۳۴٬۵۶۷"), ["1234567"], id="thousands"),
        pytest.param(("Jets", "jet", "JETS", "jet's"), ["jet"], id="English plural"),
        pytest.param(("countries", "Country"), ["country"], id="English ies"),
        pytest.param(("Éric", "eric", "E\u0301ric"), ["eric"], id="accents"),
        pytest.param(("İstanbul", "ıstanbul", "ISTANBUL"), ["istanbul"], id="Turkish i"),
        pytest.param(("Ёлка", "елка"), ["елка"], id="Russian yo"),
    ],
)
def test_tokens_agree_when_only_the_spelling_differs(
    spellings: tuple[str, ...], expected: list[str]
) -> None:
    """Every spelling of a word gives the same token."""
    found = {spelling: tokens(spelling) for spelling in spellings}

    assert dict.fromkeys(spellings, expected) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="empty"),
        pytest.param("؟! … «»", [], id="no letters"),
        pytest.param("این چیست و آن کجاست؟", [], id="stop words"),
        pytest.param("سوخو-۳۵ و F16", ["سوخو", "35", "f", "16"], id="letters beside digits"),
        pytest.param("سدها سال‌ها", ["سد", "سال"], id="short stems"),
        pytest.param("诺曼人", ["诺曼", "曼人"], id="Chinese pairs"),
        pytest.param("城", ["城"], id="one Chinese character"),
        pytest.param("नॉर्मन महल", ["नॉर्मन", "महल"], id="Hindi vowel signs"),
        pytest.param("ภาษา", ["ภา", "าษ", "ษา"], id="Thai pairs"),
        pytest.param("bus glass es", ["bus", "glass", "es"], id="no English plurals"),
    ],
)
def test_tokens_by_script(text: str, expected: list[str]) -> None:
    """Each script is cut by its own rules."""
    assert expected == tokens(text)


def test_words_keep_the_surface_beside_the_token() -> None:
    """A name keeps its ending, which a stem loses, for those who compare sounds."""
    assert [Word("نرماندی", "نرماند"), Word("jets", "jet")] == words("نرماندی Jets")


def test_token_of_when_two_words_are_written_together() -> None:
    """A joined word is stemmed like any other."""
    assert token_of("بین" + "المللی") == tokens("بینالمللی")[0]


@given(_TEXTS)
def test_tokens_are_the_same_before_and_after_cleaning(text: str) -> None:
    """Both sides may be cleaned or not: their tokens agree."""
    assert tokens(text) == tokens(clean(text).text)


@given(_TEXTS)
def test_tokens_are_fit_for_the_postings(text: str) -> None:
    """No token is empty, holds white space, or is longer than the limit."""
    found = tokens(text)

    assert [one for one in found if one.split() != [one] or len(one) > MAX_WORD_CHARS] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a" + "\u0301" * 4096 + "b", ["ab"], id="4,096 combining marks"),
        pytest.param("\u0301" * 4096, [], id="marks alone"),
        pytest.param("سو\x00خو", ["سوخو"], id="null inside a word"),
        pytest.param("\u202eسوخو\u202c jet\u2066s", ["سوخو", "jet"], id="RTL override"),
        pytest.param("x" * 10_000, ["x" * MAX_WORD_CHARS], id="endless word"),
        pytest.param("9" * 10_000, ["9" * MAX_WORD_CHARS], id="endless number"),
        pytest.param(
            'words:"a b"~2^3 AND NOT [x TO y]',
            ["word", "b", "2", "3", "not", "x", "y"],
            id="query syntax",
        ),
        pytest.param("😀👩‍👩‍👧 jet", ["jet"], id="emoji"),
        pytest.param("\ud800 jet", ["jet"], id="lone surrogate"),
    ],
)
def test_tokens_when_the_text_is_hostile(text: str, expected: list[str]) -> None:
    """Hostile text is only text."""
    assert expected == tokens(text)


@given(_TEXTS)
def test_words_are_those_of_the_whole_text(text: str) -> None:
    """What is remembered between two spaces adds nothing and loses nothing."""
    runs = _RUN.findall(_folded(clean(text).text))

    assert [word for run in runs for word in _words_of(run)] == words(text)
