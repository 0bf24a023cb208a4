"""Passages: whole sentences within the limit, nothing lost, context for the encoder."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.config import ChunkConfig
from index.text.calendars import TEHRAN
from index.text.chunk import encoder_text, split
from index.types import Article, ArticleId, Moment, Span

TEXT = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=("Cs",)), st.sampled_from("کربی گفت. ؟\n« »، 北京。\u0301")
    ),
    max_size=400,
)


def words(text: str) -> int:
    """Count words, in place of the encoder's tokens."""
    return len(text.split())


def make(text: str, *body: Span) -> Article:
    """Make an article whose body is all of its text, or the given spans."""
    return Article(
        id=ArticleId("mehr-1"),
        headline="روایت «کاخ سفید».",
        text=text,
        body=body or (Span(0, len(text)),),
        language="fa",
        published=Moment(datetime(2023, 6, 9, 18, 15, tzinfo=TEHRAN)),
    )


def test_split_packs_whole_sentences() -> None:
    """Sentences share a passage while they fit; the next one starts a new passage."""
    article = make("یک دو سه. چهار پنج. شش هفت هشت نه.\nده.")
    passages = split(article, ChunkConfig(max_tokens=5), count_tokens=words)

    assert ["یک دو سه. چهار پنج.", "شش هفت هشت نه.\nده."] == [p.text for p in passages]
    assert ["mehr-1:0-19", "mehr-1:20-38"] == [p.id for p in passages]
    assert 2 == len(passages[1].sentences)


def test_split_repeats_sentences_when_asked() -> None:
    """With an overlap of one, a passage begins with the last sentence of the one before."""
    article = make("یک دو. سه چهار. پنج شش. هفت.")
    config = ChunkConfig(max_tokens=4, overlap_sentences=1)
    passages = split(article, config, count_tokens=words)

    assert ["یک دو. سه چهار.", "سه چهار. پنج شش.", "پنج شش. هفت."] == [p.text for p in passages]


def test_split_never_crosses_a_gap_in_the_body() -> None:
    """Page furniture between two stretches of body is in no passage."""
    text = "متن نخست.\nاشتراک‌گذاری\nمتن دوم."
    article = make(text, Span(0, 9), Span(text.index("متن دوم"), len(text)))
    passages = split(article, ChunkConfig(), count_tokens=words)

    assert ["متن نخست.", "متن دوم."] == [p.text for p in passages]


def test_split_cuts_a_sentence_beyond_the_limit_at_spaces() -> None:
    """A sentence longer than a passage is divided between words."""
    article = make("یک دو سه چهار پنج شش هفت")
    passages = split(article, ChunkConfig(max_tokens=2), count_tokens=words)

    assert article.text.split() == " ".join(p.text for p in passages).split()
    assert all(words(p.text) <= 2 for p in passages)


def test_split_tags_a_passage_with_its_own_language() -> None:
    """A long quotation in Arabic inside a Persian article is tagged as Arabic."""
    persian = "کاخ سفید امروز در بیانیه‌ای اعلام کرد که همکاری دفاعی میان روسیه و ایران شکل گرفت."
    arabic = "قال المتحدث باسم البيت الأبيض إن روسيا تستخدم الطائرات المسيرة الإيرانية في أوكرانيا."
    passages = split(make(f"{persian}\n{arabic}"), ChunkConfig(max_tokens=16), count_tokens=words)

    assert ["fa", "ar"] == [p.language for p in passages]


@given(TEXT, st.integers(1, 12), st.integers(0, 2))
def test_split_loses_no_letter(text: str, max_tokens: int, overlap: int) -> None:
    """Passages slice to the text, stay in the limit and hold every letter of the body."""
    article = make(text)
    config = ChunkConfig(max_tokens=max_tokens, overlap_sentences=overlap)
    passages = split(article, config, count_tokens=words)
    covered = {place for p in passages for s in p.sentences for place in range(s.start, s.end)}

    assert all(p.text == p.span.cut(text) for p in passages)
    assert all(words(p.text) <= max_tokens for p in passages)
    assert all(place in covered for place, c in enumerate(text) if c.isalnum())
    assert all(
        p.span.start <= s.start <= s.end <= p.span.end for p in passages for s in p.sentences
    )
    assert len({p.id for p in passages}) == len(passages)


def test_encoder_text_gives_headline_and_date_as_context() -> None:
    """The encoder sees headline, day and cleaned text; a Persian day beside Persian text."""
    article = make("کربی درباره جت‌های ۱۲گانه گفت.")
    passage = split(article, ChunkConfig(), count_tokens=words)[0]
    english = replace(passage, language="en", text="Kirby  said so.")

    assert 'روایت "کاخ سفید", 19 خرداد 1402. کربی درباره جت های 12گانه گفت.' == encoder_text(
        article, passage
    )
    assert 'روایت "کاخ سفید", 9 June 2023. Kirby said so.' == encoder_text(article, english)


def test_encoder_text_without_context() -> None:
    """An article without headline and date gives the passage alone."""
    article = replace(make("متن خبر."), headline="", published=None)
    passage = split(article, ChunkConfig(), count_tokens=words)[0]

    assert "متن خبر." == encoder_text(article, passage)


@pytest.mark.parametrize("field", ["max_tokens", "overlap_sentences", "max_headline_chars"])
def test_config_refuses_impossible_limits(field: str) -> None:
    """A limit below zero is an error at once."""
    with pytest.raises(ValueError, match="max_tokens at least 1"):
        replace(ChunkConfig(), **{field: -1})
