"""Identities of an article: two items of a corpus that share one are the same article.

An identity is the address, where it is that of a page and not of a whole site, or the outlet's own
number for the article. Texts of one identity may differ.
"""

from index.text.urls import page_of
from index.types import Article


def identities(article: Article) -> tuple[str, ...]:
    """Return the names an article is known by: none where it has neither address nor number."""
    names = []
    if address := page_of(article.url):
        names.append(f"address {address}")
    if article.source and article.code:
        names.append(f"code {article.source.casefold()} {article.code}")
    return tuple(names)
