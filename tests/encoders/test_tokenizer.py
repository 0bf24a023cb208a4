"""Token ids by words that are remembered: those of the whole text, however it is spelt."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.encoders.e5.tokenizer import E5Tokenizer, build_piece_hashes
from index.encoders.e5.weights import E5Weights, PieceTable, find_weights

_NASTY = (
    " ", "  ", "\u0301", "\u0653", "\u200c", "\u200d", "\u00a0", "\u3000", "\u2028", "\x1c", "\x85",
    "\n", "\u1100", "\u1161", "\u11a8", "\uac00", "\ufdfa", "\ufc5e", "\ufb01", "\u09c7", "\u09be",
    "\ud83d", "\U0001f1ee", "▁", "é", "ي", "آ", "کتاب‌ها", "1,234", "<s>", "a", "ﷲ", "\u0344",
    "\u2000",
)  # fmt: skip
_TEXTS = st.lists(st.sampled_from(_NASTY) | st.characters(codec=None)).map("".join)


@pytest.fixture(scope="module")
def pieces() -> PieceTable:
    """Return the vocabulary."""
    return E5Weights(find_weights()).pieces


@pytest.fixture(scope="module")
def tokenizer(pieces: PieceTable) -> E5Tokenizer:
    """Return a tokenizer that remembers what other examples had."""
    return E5Tokenizer(pieces, build_piece_hashes(pieces))


@pytest.fixture(scope="module")
def fresh(pieces: PieceTable) -> E5Tokenizer:
    """Return another."""
    return E5Tokenizer(pieces, build_piece_hashes(pieces))


@settings(deadline=None)
@given(text=_TEXTS)
def test_ids_are_those_of_the_whole_text(
    tokenizer: E5Tokenizer, fresh: E5Tokenizer, pieces: PieceTable, text: str
) -> None:
    """Composing and replacing the text and cutting it at spaces afterwards gives the same."""
    normal = unicodedata.normalize("NFC", text).translate(pieces.normaliser)
    words = [fresh._split(word) for word in re.findall(r"\S+", normal)]
    expected = [row for word in words for row in word]

    assert expected == tokenizer.ids(text)
    assert len(expected) == tokenizer.count(text)


def test_ids_after_many_words(pieces: PieceTable) -> None:
    """What is looked up in the dictionary, after thousands of words, is what the table has."""
    early = E5Tokenizer(pieces, build_piece_hashes(pieces))
    late = E5Tokenizer(pieces, build_piece_hashes(pieces))
    late.count(" ".join(f"w{number}" for number in range(6_000)))
    text = Path(__file__).read_text(encoding="utf-8")

    assert early.ids(text) == late.ids(text)
    assert early.ids("<s> <mask> </s> <pad>") == late.ids("<s> <mask> </s> <pad>")
