"""The texts of a snapshot in one SQLite file: articles and the passages cut from them.

Passages are numbered from 0 without gaps; the same row number leads to the passage's vector
and its postings. Sentences are numbered likewise over the whole archive.
Does not: rank, or change a file once it is written.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from index.errors import SnapshotCorrupt
from index.types import Article, ArticleId, Moment, Passage, Precision, Span, passage_id

_SCHEMA = """
CREATE TABLE article (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, headline TEXT NOT NULL,
    text TEXT NOT NULL, body TEXT NOT NULL, language TEXT NOT NULL,
    published TEXT, precision TEXT, source TEXT NOT NULL, via TEXT NOT NULL,
    code TEXT NOT NULL, url TEXT NOT NULL, origin TEXT NOT NULL
) STRICT;
CREATE TABLE passage (
    row INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES article(row),
    start INTEGER NOT NULL, end INTEGER NOT NULL, language TEXT NOT NULL,
    first_sentence INTEGER NOT NULL, sentences TEXT NOT NULL
) STRICT;
CREATE INDEX passage_article ON passage(article);
"""

_ARTICLE = (
    "id, headline, text, body, language, published, precision, source, via, code, url, origin"
)
_PASSAGE = "article, start, end, language, first_sentence, sentences"


class ArchiveWriter:
    """Writes a new archive file; a context manager that commits on success."""

    def __init__(self, path: Path) -> None:
        """Create the file; it must not exist."""
        self._connection = sqlite3.connect(path)
        self._connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA
        )
        self.n_articles = 0
        self.n_passages = 0
        self.n_sentences = 0

    def __enter__(self) -> Self:
        """Return the writer itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit unless something failed, and close."""
        try:
            if kind is None:
                self._connection.commit()
        finally:
            self._connection.close()

    def add(self, article: Article, passages: Iterable[Passage]) -> None:
        """Append an article and its passages, in order."""
        row = self.n_articles
        self._connection.execute(
            f"INSERT INTO article (row, {_ARTICLE}) VALUES (?{', ?' * 12})",  # noqa: S608 - a constant
            (row, *_article_values(article)),
        )
        self.n_articles += 1
        for passage in passages:
            self._add_passage(row, passage)

    def _add_passage(self, article_row: int, passage: Passage) -> None:
        self._connection.execute(
            "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                self.n_passages,
                article_row,
                passage.span.start,
                passage.span.end,
                passage.language,
                self.n_sentences,
                _dump_spans(passage.sentences),
            ),
        )
        self.n_passages += 1
        self.n_sentences += len(passage.sentences)


class Archive:
    """A written archive, read by row or id; safe to share between threads.

    Texts are read from disk when asked for, so memory does not grow with the archive.
    """

    def __init__(self, path: Path) -> None:
        """Open read-only.

        Raises:
            SnapshotCorrupt: If the file is missing or not an archive.
        """
        self._path = path
        try:
            self._connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise self._corrupt(error) from error
        try:
            self.n_articles = int(self._one("SELECT count(*) FROM article")[0])
            self.n_passages = int(self._one("SELECT count(*) FROM passage")[0])
            self.n_sentences = self._count_sentences()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def article(self, article_id: ArticleId) -> Article | None:
        """Return the article with this id, or None."""
        found = self._rows(f"SELECT {_ARTICLE} FROM article WHERE id = ?", (article_id,))  # noqa: S608 - a constant
        return _article(found[0]) if found else None

    def articles(self) -> Iterator[Article]:
        """Yield all articles in the order they were added."""
        for row in range(self.n_articles):
            yield self._article_at(row)

    def passages(self, rows: Sequence[int]) -> list[tuple[Passage, Article, int]]:
        """Return (passage, its article, number of its first sentence) for each row, in order.

        Passages of one article share one object, so that a long text is read and held once.
        """
        query = f"SELECT {_PASSAGE} FROM passage WHERE row = ?"  # noqa: S608 - a constant
        found = [self._one(query, (int(row),)) for row in rows]
        articles = {row: self._article_at(row) for row in {row for row, *_ in found}}
        return [_passage(articles[row], *values) for row, *values in found]

    def places(self) -> Iterator[tuple[int, str]]:
        """Yield (number of its first sentence, language) of each passage, by row."""
        query = "SELECT first_sentence, language FROM passage ORDER BY row"
        try:
            yield from self._connection.execute(query)
        except sqlite3.Error as error:
            raise self._corrupt(error) from error

    def _article_at(self, row: int) -> Article:
        return _article(self._one(f"SELECT {_ARTICLE} FROM article WHERE row = ?", (row,)))  # noqa: S608 - a constant

    def _count_sentences(self) -> int:
        last = self._rows("SELECT first_sentence, sentences FROM passage ORDER BY row DESC LIMIT 1")
        return sum(first + len(_load_spans(sentences)) for first, sentences in last)

    def languages(self) -> dict[str, int]:
        """Count passages by language tag, most frequent first."""
        return dict(
            self._rows(
                "SELECT language, count(*) FROM passage GROUP BY language ORDER BY 2 DESC, 1"
            )
        )

    def check(self) -> list[str]:
        """Return what is wrong with the file, in words; empty when it is sound."""
        return [
            f"{self._path.name}: {message}"
            for (message,) in self._rows("PRAGMA integrity_check")
            if message != "ok"
        ]

    def _one(self, query: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        found = self._rows(query, values)
        if not found:
            raise self._corrupt(f"no row for {values!r}")
        return found[0]

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._corrupt(error) from error

    def _corrupt(self, why: object) -> SnapshotCorrupt:
        return SnapshotCorrupt(
            f"Expected a readable archive at {self._path}, but: {why}; run `pasokh index build`."
        )


def _article_values(article: Article) -> tuple[str | None, ...]:
    published = article.published
    return (
        article.id,
        article.headline,
        article.text,
        _dump_spans(article.body),
        article.language,
        published.at.isoformat() if published else None,
        published.precision if published else None,
        article.source,
        article.via,
        article.code,
        article.url,
        article.origin,
    )


def _article(values: tuple[Any, ...]) -> Article:
    (id_, headline, text, body, language, at, precision, source, via, code, url, origin) = values
    return Article(
        id=ArticleId(id_),
        headline=headline,
        text=text,
        body=_load_spans(body),
        language=language,
        published=Moment(datetime.fromisoformat(at), Precision(precision)) if at else None,
        source=source,
        via=via,
        code=code,
        url=url,
        origin=origin,
    )


def _passage(
    article: Article, start: int, end: int, language: str, first_sentence: int, sentences: str
) -> tuple[Passage, Article, int]:
    span = Span(start, end)
    passage = Passage(
        id=passage_id(article.id, span),
        article_id=article.id,
        span=span,
        text=span.cut(article.text),
        language=language,
        sentences=_load_spans(sentences),
    )
    return passage, article, first_sentence


def _dump_spans(spans: Iterable[Span]) -> str:
    """Write spans as flat JSON numbers, e.g. `[0, 10, 11, 20]`."""
    return json.dumps([edge for span in spans for edge in (span.start, span.end)])


def _load_spans(text: str) -> tuple[Span, ...]:
    edges = json.loads(text)
    return tuple(Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True))
