"""One article under several spellings of its address, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.identity import identities
from index.types import Article, ArticleId

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
