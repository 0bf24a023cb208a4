"""Tests of answers and articles as messages, whatever their texts hold."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer.cite import cite
from bot.telegram.dialog import markup
from bot.telegram.dialog.html import render, sendable
from bot.texts.direction import reads_rtl
from bot.texts.language import Language, say
from bot.texts.telegram import Phrase
from bot.types import Answer, Fingerprint
from index import Article, ArticleId, Moment, Span

CheckMessage = Callable[[str, str], str]

HARMFUL = st.sampled_from(
    ["<b>", "</blockquote>", "&amp;", "\x00", "\u202e", "\ud800", "\u2067", "\u2069", "\u200f",
     "e" + "\u0301" * 60, "👩‍👩‍👧‍👦", "🇮🇷", "می‌گوید که", "Su-35", "[1] (https://x.y)", "word ",
     ". ", "\n", "\n\n", "\r\n", "https://x.y/?a=1&b=2", "x" * 300]
)  # fmt: skip
TEXT = st.tuples(
    st.lists(st.one_of(HARMFUL, st.text(max_size=8)), min_size=1, max_size=30).map("".join),
    st.integers(1, 30),
).map(lambda pair: pair[0] * pair[1])
LANGUAGE = st.sampled_from(list(Language))


@st.composite
def _articles(draw: st.DrawFn) -> tuple[Article, list[Span]]:
    """Draw an article and disjoint spans of its body, in order."""
    text = draw(TEXT)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=6)))
    spans = [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False) if a < b]
    article = Article(
        id=ArticleId("x"),
        headline=draw(TEXT),
        text=text,
        body=(Span(0, len(text)),),
        language="fa",
        published=draw(st.sampled_from([None, Moment(datetime(2023, 6, 9, tzinfo=UTC))])),
        source=draw(TEXT),
        via=draw(st.sampled_from(["", "Al Jazeera"])),
        url=draw(st.one_of(TEXT, st.just("https://example.com/?a=1&b=<2>\"'"))),
    )
    return article, spans


@given(_articles(), LANGUAGE)
def test_any_answer_becomes_valid_messages_with_verbatim_quotes(
    check_message: CheckMessage, drawn: tuple[Article, list[Span]], language: Language
) -> None:
    """The parts are valid and hold, joined, every quote as it is but for what cannot be sent."""
    article, spans = drawn
    citations = tuple(cite(article, span, number=n, score=1.0) for n, span in enumerate(spans, 1))
    reply = Answer(
        question="?",
        language="fa",
        citations=citations,
        confidence=0.5,
        timings_ms={},
        fingerprint=Fingerprint(snapshot="s", encoder="e"),
    )

    parts = render(markup.answer(reply, language))

    joined = "".join(check_message(part.html, part.plain) for part in parts)
    for one in citations:
        assert sendable(one.quote) in joined


@given(_articles(), LANGUAGE)
def test_any_article_becomes_valid_pages(
    check_message: CheckMessage, drawn: tuple[Article, list[Span]], language: Language
) -> None:
    """Every page is one message, and short marked quotes stand in them verbatim."""
    article, spans = drawn
    pages = markup.article_pages(article, spans, language)

    shown = []
    for page in pages:
        (part,) = render(page)
        shown.append(check_message(part.html, part.plain))
    for span in spans:
        quote = sendable(span.cut(article.text))
        if len(quote) < 1000:
            assert any(quote in text for text in shown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("کربی گفت.", True),
        ("Su-35 را ایران خرید و خلبانان آموختند.", True),
        ("The word سوخو is Persian here.", False),
        ("123", False),
        ("", False),
    ],
)
def test_direction_is_that_of_most_letters(text: str, *, expected: bool) -> None:
    """A name at the beginning does not turn a sentence round."""
    assert reads_rtl(text) is expected


def test_a_quote_keeps_its_direction_in_the_other_language() -> None:
    """An English quote in a Persian answer begins with the mark of its own direction."""
    text = "Kirby said so."
    article = Article(
        id=ArticleId("x"), headline="H", text=text, body=(Span(0, len(text)),), language="en"
    )
    (block,) = markup.quotes([cite(article, Span(0, len(text)), number=1, score=1)], Language.FA)

    assert "".join(piece.text for piece in block.pieces) == f"{markup.LTR_MARK}[۱] {text}"


def test_the_persian_help_keeps_an_argument_in_order() -> None:
    """An argument with a Persian name is one run with the command that it belongs to."""
    help_text = markup.label(say(Phrase.HELP, Language.FA), Language.FA)

    assert "\u2066/only since=1402/03 source=مهر lang=fa\u2069 - " in help_text
