"""Articles as JSON objects for programs, with the keys of docs/json.md, their texts verbatim."""

from collections.abc import Sequence
from typing import Final

from typing_extensions import TypedDict

from bot.answer.cite import head
from bot.records.write import HeadlineRecord, headline_record, iso
from index import Article, Span

MAX_CHARS: Final = 20_000
"""Most characters of an article's text in one object."""


class ArticleFacts(TypedDict):
    """What is known of an article. `body` are the ranges of its text that hold the report.

    What lies around them, date line or menu, is never quoted. `same_report` are other articles of
    the same report.
    """

    article_id: str
    headline: str
    source: str
    via: str
    published: str | None
    edited: str | None
    url: str
    origin: str
    language: str
    body: list[tuple[int, int]]
    same_report: list[HeadlineRecord]


class ArticleRecord(ArticleFacts):
    """An article and a part of its text, from `start` to `end`, verbatim.

    `length` counts the characters of the whole text, `next_start` is where the rest begins, null
    at the end.
    """

    length: int
    start: int
    end: int
    text: str
    next_start: int | None


def article_facts(article: Article, reports: Sequence[Article]) -> ArticleFacts:
    """Return what is known of an article as JSON.

    Args:
        article: The article.
        reports: The articles of the same report, itself among them or not.
    """
    return {
        "article_id": article.id,
        "headline": article.headline,
        "source": article.source,
        "via": article.via,
        "published": iso(article.published),
        "edited": iso(article.edited),
        "url": article.url,
        "origin": article.origin,
        "language": article.language,
        "body": [(span.start, span.end) for span in article.body],
        "same_report": [headline_record(head(one)) for one in reports if one.id != article.id],
    }


def article_record(article: Article, part: Span, reports: Sequence[Article]) -> ArticleRecord:
    """Return an article as JSON, and of its text the first `MAX_CHARS` characters of a part.

    Args:
        article: The article.
        part: What of its text is wanted; it may end beyond the text.
        reports: The articles of the same report, itself among them or not.
    """
    length = len(article.text)
    start = min(part.start, length)
    end = min(part.end, length, start + MAX_CHARS)
    return {
        **article_facts(article, reports),
        "length": length,
        "start": start,
        "end": end,
        "text": article.text[start:end],
        "next_start": end if end < length else None,
    }
