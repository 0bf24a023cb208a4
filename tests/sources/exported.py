"""What the tests of exports share: reading bytes as a file, and the text of a report."""

from index.sources import read_bytes
from index.types import Article, Reject

FIRST = "شهردار گفت که پل تازه شهر پس از سه سال ساخت امروز باز شد و رفت و آمد در آن آزاد است."
SECOND = "The council said on Monday that the second tram line would open in October after tests."


def read(data: bytes | str, name: str) -> tuple[list[Article], list[Reject]]:
    """Return the articles and the rejects of a file."""
    found = list(read_bytes(data if isinstance(data, bytes) else data.encode(), name))
    articles = [item for item in found if isinstance(item, Article)]
    return articles, [item for item in found if isinstance(item, Reject)]


def body(article: Article) -> str:
    """Return the report alone."""
    return "\n".join(span.cut(article.text) for span in article.body)


def day(article: Article) -> str:
    """Return the day of publication, or nothing."""
    return article.published.isoformat()[:10] if article.published else ""
