"""Addresses of articles on the pages that `pasokh web` serves."""

from urllib.parse import quote

from index import Span


def article_path(article_id: str) -> str:
    """Return the path of an article's page.

    Browsers resolve a last part of dots, however it is written, and servers stop at a line's end,
    so such an id stands behind "?".
    """
    named = quote(article_id, safe="", errors="replace")
    is_odd = article_id in {".", ".."} or "\n" in article_id
    return f"/article?id={named}" if is_odd else f"/article/{named}"


def article_link(public_url: str, article_id: str, span: Span | None = None) -> str:
    """Return the address of an article, of the quote at `span` where one is given.

    Empty where the pages have no public address.
    """
    if not public_url:
        return ""
    place = f"#quote={span.start}-{span.end}" if span else ""
    return f"{public_url.rstrip('/')}{article_path(article_id)}{place}"
