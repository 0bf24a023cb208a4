"""Citations: made from a place in an article, and checked against it before anybody sees them.

Does not: choose what to quote.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.types import Citation
from index import Article, ArticleId, Span


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
    )


def is_borne_out(citation: Citation, article: Article | None) -> bool:
    """Tell whether the article says exactly this at exactly this place of its body.

    A quote must hold a letter or digit, stand verbatim at its span, and lie inside the body:
    page furniture is never evidence. Headline, outlet, date and address must be the article's.
    """
    if article is None or not any(character.isalnum() for character in citation.quote):
        return False
    return (
        citation.span.cut(article.text) == citation.quote
        and any(
            part.start <= citation.span.start and citation.span.end <= part.end
            for part in article.body
        )
        and citation == cite(article, citation.span, number=citation.number, score=citation.score)
    )


def verified(
    citations: Iterable[Citation],
    find_article: Callable[[ArticleId], Article | None],
    *,
    first: int = 1,
) -> tuple[Citation, ...]:
    """Keep the citations that their articles bear out, numbered anew from `first` in order."""
    kept = (
        citation
        for citation in citations
        if is_borne_out(citation, find_article(citation.article_id))
    )
    return tuple(replace(citation, number=n) for n, citation in enumerate(kept, start=first))
