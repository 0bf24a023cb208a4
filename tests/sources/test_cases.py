"""Inputs that public bug reports describe: each gives what the README beside them says."""

from pathlib import Path

import pytest

from index.sources import RejectReason, read_articles
from index.types import Article, Reject

CASES = Path(__file__).parents[3] / "shared/cases/ingest"
DAY = "2023-06-09"


def read(name: str) -> tuple[list[Article], list[Reject]]:
    """Read an input, articles and rejects apart."""
    if not (CASES / name).exists():
        pytest.skip(f"../shared/cases/ingest/{name} is not here")
    found = list(read_articles(CASES / name))
    articles = [item for item in found if isinstance(item, Article)]
    return articles, [item for item in found if isinstance(item, Reject)]


def day(article: Article) -> str:
    """Return the day of publication, or nothing."""
    return article.published.isoformat()[:10] if article.published else ""


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("04-wp-rest", [DAY]),
        ("05-scrapers", [DAY] * 6),
        ("06-json-shapes/elastic-hits.json", [DAY]),
        ("06-json-shapes/jsonfeed.json", [DAY, "2023-06-10"]),
        ("06-json-shapes/mongoexport.jsonl", [DAY, "2023-06-10"]),
        ("06-json-shapes/newsapi.json", [DAY, "2023-06-10"]),
        ("06-json-shapes/paragraph-list.jsonl", [DAY]),
        ("06-json-shapes/persian-columns.csv", [DAY]),
        ("06-json-shapes/pn_summary.jsonl", [""]),
        ("17-excel/excel-serial-date.csv", ["2023-06-10"]),
        ("17-excel/semicolon-bom.csv", [DAY, "2023-06-10"]),
        ("17-excel/sep-line.csv", [DAY, "2023-06-10"]),
    ],
)
def test_records_are_articles(name: str, days: list[str]) -> None:
    """Every record gives its text, headline, address and day, and no reject."""
    articles, rejects = read(name)

    assert (days, []) == (list(map(day, articles)), rejects)
    assert all(article.headline and article.url and article.text for article in articles)
    assert all("://" not in article.source for article in articles)


def test_fields_have_no_markup() -> None:
    """Tags, entities, escapes and misread letters are gone from text and headline."""
    articles, rejects = read("18-html-in-records")
    texts = [f"{article.headline}\n{article.text}".replace("R&D", "") for article in articles]

    assert (7, []) == (len(articles), rejects)
    assert not any(sign in text for text in texts for sign in ("<p", "</", "&", r"\n", "Ø"))
    assert sum("\u200c" in text for text in texts) >= 4


@pytest.mark.parametrize("folder", ["20-jsonld", "20b-html-dates"])
def test_pages_state_their_own_facts(folder: str) -> None:
    """Headline and day are those of the page's article, whatever else it describes."""
    articles, rejects = read(folder)

    assert (6, []) == (len(articles), rejects)
    assert {DAY} == set(map(day, articles))
    assert 1 == len({article.headline for article in articles})
    assert {"20-jsonld": 1, "20b-html-dates": 1}[folder] == len({a.source for a in articles})
    assert not any("<p>" in article.text for article in articles)


def test_front_matter() -> None:
    """Drafts are left out, an address is no outlet, and every day is read."""
    articles, rejects = read("26-front-matter")

    assert [RejectReason.DRAFT] * 2 == [reject.reason for reject in rejects]
    assert [DAY] * 4 == list(map(day, articles))
    assert {""} == {article.source for article in articles}
    assert 3 == sum(bool(article.url) for article in articles)
