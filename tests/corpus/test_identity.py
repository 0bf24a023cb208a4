"""One article under several spellings of its address, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.identity import Sketch, identities
from index.types import Article, ArticleId, Span

PAGE = "https://www.mehrnews.com/news/5805672/کاخ-سفید?a=1&b=2"


def names(**fields: str) -> tuple[str, ...]:
    """Return the identities of an article with these fields."""
    return identities(
        Article(id=ArticleId("1"), headline="", text="", body=(), language="fa", **fields)
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://mehrnews.com/news/5805672/کاخ-سفید?a=1&b=2",
        "https://WWW.MehrNews.com:443/news/5805672/کاخ-سفید/?b=2&a=1#comments",
        "https://m.mehrnews.com/news/5805672/کاخ-سفید?utm_source=x&a=1&fbclid=9&b=2",
        " https://www.mehrnews.com/news/5805672/%DA%A9%D8%A7%D8%AE-%D8%B3%D9%81%DB%8C%D8%AF?a=1&b=2\n",
    ],
)
def test_spellings_of_one_address(url: str) -> None:
    """Scheme, www, port, case of the host, slash, fragment and tracking make no difference."""
    assert names(url=url) == names(url=PAGE)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.mehrnews.com/news/5805673/کاخ-سفید?a=1&b=2",
        "https://www.mehrnews.com/News/5805672/کاخ-سفید?a=1&b=2",
        "https://www.mehrnews.com/news/5805672/کاخ-سفید?a=1",
        "https://en.mehrnews.com/news/5805672/کاخ-سفید?a=1&b=2",
        "https://mehrnews.com:8080/news/5805672/کاخ-سفید?a=1&b=2",
    ],
)
def test_other_pages(url: str) -> None:
    """Another path, parameter, host or port is another page."""
    assert names(url=url) != names(url=PAGE)


@pytest.mark.parametrize(
    "url",
    ["", "https://www.mehrnews.com", "https://www.mehrnews.com/", "news/5", "http://[::1", "x:"],
)
def test_no_address_of_a_page(url: str) -> None:
    """The front page of a site, a path alone and a broken address name no article."""
    assert names(url=url) == ()


def test_the_number_counts_within_its_outlet() -> None:
    """The same number in two outlets names two articles; without an outlet it names none."""
    assert names(source="Fars", code="12") == names(source="fars", code="12") != ()
    assert names(source="Fars", code="12") != names(source="Mehr", code="12")
    assert names(code="12") == names(source="Fars") == ()


@given(st.text(max_size=60))
def test_any_text_may_stand_where_an_address_should(url: str) -> None:
    """No text in the place of an address breaks the reading of a corpus."""
    assert len(names(url=url)) <= 1


FIRST = "The harbour authority said that the pier would open in May. It cost 64 million euros."
REPORT = " ".join(
    f"Sentence {n} of the report names minister {n} and town {n * 7}." for n in range(90)
)


def sketch(text: str) -> Sketch:
    """Return the sketch of an article of this text."""
    body = (Span(0, len(text)),)
    return Sketch.of(Article(id=ArticleId("1"), headline="", text=text, body=body, language="en"))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (FIRST, FIRST.replace("64", "46")),
        (FIRST, f"{FIRST} Correction: an earlier version gave another sum for the pier."),
        (REPORT, REPORT[:400]),
        (REPORT[:1_000], f"A new beginning of the report. {REPORT}"),
        ("زلزله‌ای ۵ ریشتری کرمان را لرزاند", "زلزله‌ای ۵.۲ ریشتری کرمان را لرزاند"),
    ],
)
def test_versions_are_alike(text: str, other: str) -> None:
    """A corrected figure, an added note, and a report that grew from a few lines are alike."""
    assert sketch(text).is_alike(sketch(other))
    assert sketch(other).is_alike(Sketch.read(sketch(text).stored()))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (FIRST, REPORT),
        (FIRST, "Fire burnt the timber hall on the quay in 1951. A hall of stone took its place."),
    ],
)
def test_other_texts_are_not_alike(text: str, other: str) -> None:
    """Two pages of one report, and what shares only common words, are not alike."""
    assert not sketch(text).is_alike(sketch(other))


def test_spelling_makes_no_other_letters() -> None:
    """Joiners, Arabic letters and white space leave the letters as they are."""
    assert sketch("می‌گوید كه یک").letters == sketch("می‌گوید  که یک").letters
    assert sketch("۱۲ نفر").letters != sketch("۱۳ نفر").letters
