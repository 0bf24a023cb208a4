"""Citations: made from a place in an article, and checked against it before anybody sees them.

Of a report that stands in several articles the earliest is cited and the others are named.
Does not: choose what to quote, or find out what is the same report.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from bot.texts.direction import safe
from bot.types import Citation, Headline
from index import Article, ArticleId, Span
from index.dedup import find_wording
from index.text import grapheme_border

_MAX_OPENING: Final = 80


def cite(article: Article, span: Span, *, number: int, score: float) -> Citation:
    """Quote `span` of `article`, verbatim."""
    return Citation(
        number=number,
        article_id=article.id,
        headline=article.headline,
        source=article.source,
        via=article.via,
        published=article.published,
        url=article.url,
        span=span,
        quote=span.cut(article.text),
        score=score,
        origin=article.origin,
        opening=opening(article),
        edited=article.edited,
        page=article.page_of(span),
    )


def digest_of(quote: str) -> str:
    """Return what tells a quote from another."""
    return blake2b(quote.encode(), digest_size=8).hexdigest()


def cite_earliest(
    article: Article, span: Span, reports: Sequence[Article], *, number: int, score: float
) -> Citation:
    """Quote the earliest article that says what stands at `span` of `article`.

    Args:
        article: Where the quote was found.
        span: Its place.
        reports: All articles that are the same report, earliest first, `article` among them.
        number, score: The citation's.

    The quote is in the cited article's own characters: of «كشور» and «کشور» those it has.
    """
    quote = span.cut(article.text)
    for report in reports:
        place = span if report.id == article.id else find_wording(report, quote)
        if place is not None:
            return with_others(cite(report, place, number=number, score=score), reports)
    return cite(article, span, number=number, score=score)


def cite_itself(
    article: Article, span: Span, reports: Sequence[Article], *, number: int, score: float
) -> Citation:
    """Quote the article where the quote was found, whichever of its report came first.

    Arguments as those of `cite_earliest`: of a side of a comparison no other side is cited.
    """
    return with_others(cite(article, span, number=number, score=score), reports)


def in_time(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Return citations in order of publication, those of an article in its order, undated last."""

    def when(citation: Citation) -> tuple[bool, float, str, Span]:
        published = citation.published
        at = published.at.timestamp() if published else 0.0
        return published is None, at, citation.article_id, citation.span

    return tuple(sorted(citations, key=when))


def newest_first(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Return citations with the latest published first, those of a day in their order."""

    def age(citation: Citation) -> tuple[bool, float]:
        published = citation.published
        return published is None, -published.at.timestamp() if published else 0.0

    return tuple(sorted(citations, key=age))


def with_others(citation: Citation, reports: Iterable[Article]) -> Citation:
    """Name beside a citation the other articles of its report."""
    others = (head(report) for report in reports if report.id != citation.article_id)
    return replace(citation, also_in=tuple(others))


def head(article: Article) -> Headline:
    """Return what is shown of an article that is only named."""
    return Headline(
        article_id=article.id,
        headline=article.headline,
        source=article.source,
        published=article.published,
        url=article.url,
        origin=article.origin,
        opening=opening(article),
    )


def opening(article: Article) -> str:
    """Return the first words of the body, on one line of at most 80 characters.

    Empty where the article has a headline. What is cut ends in an ellipsis, after a word where
    there is a space in the second half.
    """
    if safe(article.headline).strip() or not article.body:
        return ""
    start = article.body[0].cut(article.text).lstrip()[: 4 * _MAX_OPENING]
    line = " ".join(start.split())
    if len(line) <= _MAX_OPENING:
        return line
    space = line.rfind(" ", _MAX_OPENING // 2, _MAX_OPENING)
    end = space if space > 0 else grapheme_border(line, 0, _MAX_OPENING - 1)
    return f"{line[:end]}…"


def is_supported(citation: Citation, article: Article | None) -> bool:
    """Tell whether the article says exactly this at exactly this place of its body.

    A quote must hold a letter or digit, stand verbatim at its span, and lie inside the body:
    page furniture is never evidence. Headline, outlet, date and address must be the article's.
    Other articles and versions are not looked at; see `verified`.
    """
    if article is None or not any(character.isalnum() for character in citation.quote):
        return False
    return (
        citation.span.cut(article.text) == citation.quote
        and any(
            part.start <= citation.span.start and citation.span.end <= part.end
            for part in article.body
        )
        and replace(citation, also_in=(), earlier=())
        == cite(article, citation.span, number=citation.number, score=citation.score)
    )


def verified(
    citations: Iterable[Citation],
    find_article: Callable[[ArticleId], Article | None],
    *,
    first: int = 1,
) -> tuple[Citation, ...]:
    """Keep the citations that their articles support, numbered anew from `first` in order.

    Entries of `also_in` whose metadata no longer match the archive are dropped.
    """
    supported = (
        citation
        for citation in citations
        if is_supported(citation, find_article(citation.article_id))
    )
    return tuple(
        replace(
            citation,
            number=number,
            also_in=tuple(
                named
                for named in citation.also_in
                if (article := find_article(named.article_id)) and head(article) == named
            ),
        )
        for number, citation in enumerate(supported, start=first)
    )
