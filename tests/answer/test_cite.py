"""A quote that its article does not bear out, word for word and at its place, is never shown."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.answer.cite import cite, cite_earliest, head, is_supported, opening, verified
from bot.types import Citation
from index import Article, ArticleId, Moment, Precision, Snapshot, Span

MOMENT = Moment(datetime(2023, 6, 9, tzinfo=UTC))
HEAD, FRAME = "Headline.\n", "\nyour comment\n"
PARTS = ("کربی گفت می‌روند. ", "He left; she came.", "\r\nСу-35 — 👩‍👩‍👧‍👦 ok")
TEXT = HEAD + PARTS[0] + PARTS[1] + FRAME + PARTS[2] + FRAME
_first = Span(len(HEAD), len(HEAD) + len(PARTS[0]) + len(PARTS[1]))
_second = Span(_first.end + len(FRAME), _first.end + len(FRAME) + len(PARTS[2]))
ARTICLE = Article(
    id=ArticleId("mehr-1"),
    headline="Headline.",
    text=TEXT,
    body=(_first, _second),
    language="fa",
    published=MOMENT,
    source="Mehr",
    via="Al Jazeera",
    code="1",
    url="https://www.mehrnews.com/news/1",
)
OTHER = replace(ARTICLE, id=ArticleId("mehr-2"), text=TEXT.replace("left", "stayed"))
ARTICLES = {article.id: article for article in (ARTICLE, OTHER)}

spans = st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(
    lambda edges: Span(min(edges), max(edges))
)


def _is_quotable(span: Span) -> bool:
    """Tell, letter by letter, whether a span of the article may be quoted."""
    inside = [
        all(part.start <= at < part.end for at in range(span.start, span.end))
        for part in ARTICLE.body
    ]
    return any(inside) and any(map(str.isalnum, TEXT[span.start : span.end]))


@st.composite
def _quotable(draw: st.DrawFn) -> Span:
    """Draw a stretch of one part of the body, too long to be an emoji alone."""
    part = draw(st.sampled_from(ARTICLE.body))
    start = draw(st.integers(part.start, part.end - 12))
    return Span(start, draw(st.integers(start + 12, part.end)))


quotable_spans = _quotable()


@given(quotable_spans)
def test_quotable_spans_are_quotable(span: Span) -> None:
    """The strategy above draws what the literal rule allows."""
    assert _is_quotable(span)


@given(spans | quotable_spans)
def test_cite_is_verbatim_and_borne_out_inside_the_body(span: Span) -> None:
    """A citation made from a place holds under verification exactly where it may be quoted."""
    citation = cite(ARTICLE, span, number=1, score=0.5)

    assert TEXT[span.start : span.end] == citation.quote
    assert _is_quotable(span) == is_supported(citation, ARTICLE)


@pytest.mark.parametrize(
    ("headline", "report", "expected"),
    [
        ("Headline.", "Rain fell.", ""),
        ("", " Rain  fell\n on Monday. ", "Rain fell on Monday."),
        ("\u202e", "Rain fell.", "Rain fell."),
        ("", "می‌رود " * 30, "می‌رود " * 10 + "می‌رود…"),
        ("", "雨" * 200, "雨" * 79 + "…"),
        ("", "👩‍👩‍👧‍👦" * 40, "👩‍👩‍👧‍👦" * 11 + "…"),
    ],
    ids=["headline", "short", "invisible", "words", "no_spaces", "graphemes"],
)
def test_first_words_stand_for_a_missing_headline(
    headline: str, report: str, expected: str
) -> None:
    """The body's first words, on one line, cut after a word or else between graphemes."""
    text = f"By our reporter\n{report}"
    body = (Span(16, len(text)),)

    assert expected == opening(replace(ARTICLE, headline=headline, text=text, body=body))


_CHANGES: dict[str, Callable[[Citation], st.SearchStrategy[Any]]] = {
    "quote": lambda one: st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            [
                one.quote + " ",
                one.quote[1:],
                one.quote[:-1],
                one.quote.upper(),
                one.quote.replace("ی", "ي"),
                one.quote.replace("\u200c", ""),
                one.quote.replace("\r\n", "\n"),
                one.quote + "\u202e",
            ]
        ),
    ),
    "span": lambda _: spans,
    "headline": lambda _: st.text(max_size=10),
    "source": lambda _: st.text(max_size=10),
    "via": lambda _: st.text(max_size=10),
    "origin": lambda _: st.text(max_size=10),
    "url": lambda one: st.sampled_from([one.url + "5", "", "javascript:alert(1)", one.url.upper()]),
    "article_id": lambda _: st.sampled_from(["mehr-2", "mehr-3", "", "MEHR-1"]),
    "published": lambda _: st.sampled_from(
        [
            None,
            Moment(MOMENT.at, Precision.YEAR),
            Moment(MOMENT.at + timedelta(minutes=1)),
        ]
    ),
}


@pytest.mark.parametrize("field", _CHANGES)
@given(data=st.data())
def test_verified_drops_what_is_corrupted(field: str, data: st.DataObject) -> None:
    """Any one part of a citation changed, the citation is gone, and the others close ranks."""
    places = data.draw(st.lists(quotable_spans, min_size=1, max_size=4))
    good = [cite(ARTICLE, span, number=n, score=0.5) for n, span in enumerate(places, start=1)]
    victim = data.draw(st.integers(0, len(good) - 1))
    value = data.draw(_CHANGES[field](good[victim]))
    # Where two articles say the same at the same place, naming the other one is no corruption.
    assume(getattr(good[victim], field) != value)
    bad = replace(good[victim], **{field: value})
    other = ARTICLES.get(bad.article_id)
    assume(other is None or bad != cite(other, bad.span, number=bad.number, score=bad.score))
    drafts = [*good[:victim], bad, *good[victim + 1 :]]

    kept = verified(drafts, ARTICLES.get)

    expected = [one.span for at, one in enumerate(good) if at != victim]
    assert expected == [one.span for one in kept]
    assert list(range(1, len(kept) + 1)) == [one.number for one in kept]
    assert all(one.span.cut(TEXT) == one.quote for one in kept)


@given(st.lists(st.tuples(spans | quotable_spans, st.booleans()), max_size=8))
def test_verified_numbers_without_gaps(drafts: list[tuple[Span, bool]]) -> None:
    """Of any drafts the sound ones stay, in order, numbered from 1, and else unchanged."""
    made = [
        replace(cite(ARTICLE, span, number=7, score=0.5), headline="Headline." if sound else "No.")
        for span, sound in drafts
    ]
    kept = verified(made, ARTICLES.get)

    expected = [one for one, (span, sound) in zip(made, drafts, strict=True)
                if sound and _is_quotable(span)]  # fmt: skip
    assert [replace(one, number=n) for n, one in enumerate(expected, start=1)] == list(kept)


@pytest.mark.parametrize(
    "span",
    [
        Span(0, len(HEAD) - 1),
        Span(_first.end + 1, _second.start - 1),
        Span(_first.start, _second.end),
        Span(_first.end - 3, _first.end + 3),
        Span(_first.start - 1, _first.end),
        Span(_second.end, len(TEXT)),
        Span(_first.start, _first.start),
        Span(len(TEXT) + 5, len(TEXT) + 9),
    ],
    ids=["headline", "frame", "both bodies", "end", "one before", "tail", "nothing", "beyond"],
)
def test_verified_drops_what_lies_outside_the_body(span: Span) -> None:
    """Headline, furniture and whatever reaches across them is never evidence, though verbatim."""
    drafts = [cite(ARTICLE, span, number=1, score=0.9), cite(ARTICLE, _first, number=2, score=0.5)]

    kept = verified(drafts, ARTICLES.get)

    assert [replace(drafts[1], number=1)] == list(kept)


def test_furniture_of_the_seed_is_never_borne_out(snapshot: Snapshot, article: Article) -> None:
    """No line of the seed page's frame can be cited, however it came to be proposed."""
    lines = ["برچسبها", "نظر شما", "captcha", "کد خبر 5805672", "نظرات حاوی توهین"]
    starts = [article.text.index(line) for line in lines]
    drafts = [
        cite(article, Span(start, start + len(line)), number=n, score=1)
        for n, (start, line) in enumerate(zip(starts, lines, strict=True), start=1)
    ]

    assert lines == [draft.quote for draft in drafts]
    assert () == verified(drafts, snapshot.article)


SENTENCE = "کربی گفت ۲۵ جت می‌روند."
EARLY = replace(
    ARTICLE,
    id=ArticleId("isna-1"),
    source="ISNA",
    text="سرآغاز.\n«كربي» آمد. كربي گفت 25 جت مي روند. پايان.",
    body=(Span(8, 49),),
)
LATE = replace(ARTICLE, id=ArticleId("fars-1"), text=f"{SENTENCE} ادامه.", body=(Span(0, 30),))
PLACE = Span(0, len(SENTENCE))


def test_the_earliest_article_that_says_it_is_cited_in_its_own_letters() -> None:
    """A sentence found in a later copy is quoted from the first, whose spelling it keeps."""
    citation = cite_earliest(LATE, PLACE, (EARLY, LATE), number=1, score=0.5)

    assert citation.article_id == "isna-1"
    assert citation.quote == "كربي گفت 25 جت مي روند."
    assert citation.also_in == (head(LATE),)
    assert is_supported(citation, EARLY)


def test_an_earlier_article_without_the_sentence_is_only_named() -> None:
    """Where the earliest lacks the sentence, the next that has it is cited."""
    without = replace(EARLY, text=EARLY.text.replace("25", "24"))

    citation = cite_earliest(LATE, PLACE, (without, LATE), number=1, score=0.5)

    assert (citation.article_id, citation.quote) == ("fars-1", SENTENCE)
    assert citation.also_in == (head(without),)


def test_an_article_of_its_own_is_cited_as_before() -> None:
    """Without copies a citation is that of its article, none named beside it."""
    expected = cite(LATE, PLACE, number=1, score=0.5)

    assert cite_earliest(LATE, PLACE, (LATE,), number=1, score=0.5) == expected
    assert expected.also_in == ()


def test_verified_names_no_article_that_the_archive_lacks() -> None:
    """Of other articles those stay whose head is the archive's own."""
    articles = {one.id: one for one in (EARLY, LATE)}
    draft = cite_earliest(LATE, PLACE, (LATE, EARLY), number=1, score=0.5)
    forged = replace(head(EARLY), source="Another")
    gone = replace(head(EARLY), article_id=ArticleId("gone"))

    (kept,) = verified([replace(draft, also_in=(gone, forged, head(EARLY)))], articles.get)

    assert kept.also_in == (head(EARLY),)
