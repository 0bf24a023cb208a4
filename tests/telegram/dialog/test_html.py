"""Tests of cutting and writing Telegram's HTML."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.telegram.dialog.html import (
    LIMIT,
    Block,
    Piece,
    cut_at,
    linkable,
    n_units,
    render,
    sendable,
    shorten,
)

EVAL = Path(__file__).parents[4] / "shared" / "eval"

CheckMessage = Callable[[str, str], str]

HARMFUL = st.sampled_from(
    ["<b>", "</blockquote>", "&lt;", "&", '"', "\x00", "\u202e", "\ud800", "\u2066", "a\u0301",
     "e" + "\u0301" * 50, "👩‍👩‍👧‍👦", "🇮🇷", "👍🏽", "\u200c", "می‌گوید", "[1] (https://x.y)",
     "word ", ". ", "\n", "\r\n", "\u2028", "𝔘"]
)  # fmt: skip
TEXT = st.lists(st.one_of(HARMFUL, st.text(max_size=10)), max_size=60).map("".join)
LONG_TEXT = st.tuples(TEXT, st.integers(1, 40)).map(lambda pair: pair[0] * pair[1])
PIECE = st.builds(
    Piece,
    LONG_TEXT,
    is_bold=st.booleans(),
    is_italic=st.booleans(),
    url=st.sampled_from(["", 'https://example.com/?a=1&b=<">']),
)
QUOTE = st.builds(
    lambda text: Block((Piece("[1]", is_bold=True), Piece(text)), is_quote=True), LONG_TEXT
)
BLOCK = st.one_of(QUOTE, st.lists(PIECE, max_size=3).map(lambda pieces: Block(tuple(pieces))))


@given(st.lists(BLOCK, max_size=5))
def test_any_text_becomes_valid_messages(check_message: CheckMessage, blocks: list[Block]) -> None:
    """Whatever blocks hold, each message is valid, within the limits, and nothing is lost."""
    parts = render(blocks)

    texts = [check_message(part.html, part.plain) for part in parts]

    meant = "".join(sendable(piece.text) for block in blocks for piece in block.pieces)
    assert _visible("".join(texts)) == _visible(meant)


def _visible(text: str) -> str:
    """Leave out what cannot be seen: a message of nothing else is not sent."""
    return "".join(
        char for char in text if not char.isspace() and unicodedata.category(char) != "Cf"
    )


@given(TEXT.filter(str.strip), st.integers(2, 60))
@example("e" + "\u0301" * 500, 100)
def test_a_cut_parts_no_character(text: str, room: int) -> None:
    """A cut leaves room, makes way, and parts no sequence that fits."""
    at = cut_at(text, room)

    assert 1 <= at
    assert n_units(text[:at]) <= room
    if at < len(text) and unicodedata.category(text[at]) == "Mn":
        start = next((i for i in range(at, 0, -1) if unicodedata.category(text[i]) != "Mn"), 0)
        assert n_units(text[start:at]) > room // 4


@pytest.mark.parametrize(
    "grapheme",
    ["🇮🇷", "👨\u200d👩\u200d👧", "क्ष", "ی\u200c", "👍🏽"],
    ids=["flag", "family", "conjunct", "joiner", "skin tone"],
)
@pytest.mark.parametrize("room", [20, 21, 22, 23, 24])
def test_a_cut_leaves_graphemes_whole(grapheme: str, room: int) -> None:
    """Where no word ends, a message ends between two characters as the reader sees them."""
    at = cut_at(f"x{grapheme * 20}", room)

    assert n_units(f"x{grapheme}") <= at
    assert f"x{grapheme * 20}"[1:at].replace(grapheme, "") == ""


def test_a_long_quote_is_quoted_in_every_part() -> None:
    """The quotation is closed at the end of a message and opened again in the next."""
    text = "One sentence that says something. " * 300
    parts = render([Block((Piece("[1]", is_bold=True), Piece(text)), is_quote=True)])

    assert len(parts) == 3
    assert all(part.html.startswith("<blockquote") for part in parts)
    assert all(part.html.endswith("</blockquote>") for part in parts)
    assert "[1]" in parts[0].plain
    assert all(part.plain.rstrip().endswith("something.") for part in parts)
    assert "".join(part.plain for part in parts).replace("\n", "").count("One sentence") == 300


def test_long_quotes_are_folded_and_short_ones_are_not() -> None:
    """A long quotation can be expanded."""
    (short,) = render([Block((Piece("brief"),), is_quote=True)])
    (long,) = render([Block((Piece("word " * 300),), is_quote=True)])

    assert short.html == "<blockquote>brief</blockquote>"
    assert long.html.startswith("<blockquote expandable>word")


def test_many_entities_are_spread_over_messages(check_message: CheckMessage) -> None:
    """No message holds more entities than Telegram reads."""
    parts = render([Block((Piece("b", is_bold=True),)) for _ in range(250)])

    assert len(parts) == 3
    assert [check_message(part.html, part.plain) for part in parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x1b[31m", "a\ufffdb\ufffd[31m"),
        ("a\r\nb\rc\u2028d\te", "a\nb\nc d e"),
        ("\u202eabc\u202c", "abc"),
        ("half \ud83d", "half \ufffd"),
        ("می‌گوید \u2067x\u2069", "می‌گوید \u2067x\u2069"),
        ("🏴\U000e0067\U000e007f", "🏴\U000e0067\U000e007f"),
    ],
)
def test_only_what_cannot_be_sent_is_changed(text: str, expected: str) -> None:
    """Everything that Telegram delivers stays as it is."""
    assert sendable(text) == expected
    assert sendable(expected) == expected


@pytest.mark.parametrize(
    ("url", "is_linked"),
    [
        ("https://www.mehrnews.com/news/1?a=1&b=2", True),
        ("http://x.y/«خبر»", True),
        ("javascript:alert(1)", False),
        ("tg://user?id=1", False),
        ("https://", False),
        ("https://[", False),
        ("https://x.y/a b", False),
        ("https://x.y/\u202e", False),
        ("https://x.y/\u2066a\u2069", False),
        ("https://x.y/a\u200c\nb", False),
        ("https://x.y\u200c/a", False),
        ("https://x\u200b.y/a", False),
        ("ht\u200ctps://x.y/a", False),
        ("https://x.y/" + "\u200c" * 300, False),
        (f"https://x.y/{'a' * 3000}", False),
        ("", False),
    ],
)
def test_only_web_addresses_are_linked(url: str, *, is_linked: bool) -> None:
    """An article cannot make a link do something else."""
    assert linkable(url) == (url if is_linked else "")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.y/می\u200cشود", "https://x.y/می%E2%80%8Cشود"),
        (
            "https://x.y/%D8%A2\u200c%20b?q=\u200fa#\u200e",
            "https://x.y/%D8%A2%E2%80%8C%20b?q=%E2%80%8Fa#%E2%80%8E",
        ),
    ],
    ids=["joiner", "encoded_before"],
)
def test_addresses_with_joiners_are_linked(url: str, expected: str) -> None:
    """What nobody sees in an address is encoded, and what was encoded already stays as it is."""
    assert linkable(url) == expected
    assert linkable(linkable(url)) == linkable(url)


@given(st.lists(st.one_of(HARMFUL, st.text(max_size=5)), max_size=8).map("".join))
def test_no_control_is_in_a_link(path: str) -> None:
    """Whatever an address holds, its link has no control, no space and no invisible character."""
    link = linkable(f"https://x.y/{path}")

    assert not link or (link.isprintable() and " " not in link)
    assert unquote(link) == unquote(f"https://x.y/{path}" if link else "")


@pytest.mark.skipif(not EVAL.exists(), reason="../shared/eval is not here")
def test_the_addresses_of_real_news_are_linked() -> None:
    """Every web address of Persian articles; 425 of 6,419 have U+200C."""
    with (EVAL / "news-fa.jsonl").open(encoding="utf-8") as file:
        urls = [str(json.loads(line).get("url") or "") for line in file]
    web = [url for url in urls if url.startswith(("http://", "https://"))]

    assert web
    assert [] == [url for url in web if unquote(linkable(url)) != unquote(url)]


@given(TEXT, st.integers(4, 50))
def test_shortened_texts_fit(text: str, limit: int) -> None:
    """A shortened text takes no more room than allowed and says that it goes on."""
    short = shorten(text, limit)

    assert n_units(short) <= limit
    assert short == text or short.endswith("…")


def test_the_limit_leaves_room() -> None:
    """Messages stay below what Telegram takes."""
    assert LIMIT < 4096
