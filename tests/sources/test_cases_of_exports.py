"""Exports after public bug reports, where ../shared is there: each gives what its README says."""

from pathlib import Path

import pytest
from exported import body, day

from index.sources import LEFT_OUT, read_articles
from index.types import Article, Reject

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "ingest"


@pytest.mark.parametrize(
    ("case", "n_articles", "outlet", "address"),
    [
        ("01-telegram-json", 3, "خبرگزاری نمونه", "https://t.me/c/"),
        ("02-telegram-html", 3, "خبرگزاری نمونه", ""),
        ("03-wxr", 2, "روزنامه نمونه", "https://"),
        ("05-scrapers/trafilatura/out.xml", 1, "خبرگزاری نمونه", "https://"),
        ("09-mail", 2, "خبرنامه نمونه", ""),
        ("10-warc/crawl.warc", 2, "خبرگزاری نمونه", "https://"),
        ("10-warc/crawl.warc.gz", 2, "خبرگزاری نمونه", "https://"),
        ("10-warc/crawl.warc.wet", 1, "", "https://"),
    ],
)
def test_case_gives_its_articles(case: str, n_articles: int, outlet: str, address: str) -> None:
    """The articles have their day, outlet and address; what is not read was left out on purpose."""
    path = CASES / case
    if not path.exists():
        pytest.skip(f"no {case} in ../shared/cases/ingest")
    found = list(read_articles(path))
    articles = [item for item in found if isinstance(item, Article)]

    assert n_articles == len(articles)
    assert {outlet} == {article.source for article in articles}
    assert all(article.url.startswith(address) for article in articles)
    assert all(day(article).startswith("2023-06-") for article in articles if outlet)
    assert all(article.headline for article in articles if outlet)
    for sign in ("</", "HTTP/", "[gallery", "<!--", "=\n", "منتشر نشده"):
        assert all(sign not in body(article) for article in articles)
    assert all(item.reason in LEFT_OUT for item in found if isinstance(item, Reject))
