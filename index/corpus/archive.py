"""Texts of one part of a snapshot in one SQLite file: articles and the passages cut from them.

Articles, passages and sentences are numbered from 0 without gaps; a passage's vector has the same
row number. `snapshot.parts` reads several files as one. A written file is never changed.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from index.corpus.transaction import Transaction
from index.errors import SnapshotCorrupt
from index.types import Article, ArticleId, Moment, Passage, Precision, Span, passage_id

_SCHEMA = """
CREATE TABLE article (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, headline TEXT NOT NULL,
    text TEXT NOT NULL, body TEXT NOT NULL, language TEXT NOT NULL,
    published TEXT, precision TEXT, edited TEXT, edited_precision TEXT,
    source TEXT NOT NULL, via TEXT NOT NULL, code TEXT NOT NULL, url TEXT NOT NULL,
    origin TEXT NOT NULL
) STRICT;
CREATE TABLE passage (
    row INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES article(row),
    start INTEGER NOT NULL, end INTEGER NOT NULL, language TEXT NOT NULL,
    first_sentence INTEGER NOT NULL, sentences TEXT NOT NULL
) STRICT;
CREATE INDEX passage_article ON passage(article);
"""

_ARTICLE = (
    "id, headline, text, body, language, published, precision, edited, edited_precision, "
    "source, via, code, url, origin"
)
_PASSAGE = "article, start, end, language, sentences"


_RENUMBER = """
CREATE TEMP TABLE moved AS
    SELECT row AS old, row_number() OVER (ORDER BY row) - 1 AS new FROM article;
CREATE UNIQUE INDEX moved_old ON moved(old);
CREATE TEMP TABLE cut AS
    SELECT row AS old, row_number() OVER (ORDER BY row) - 1 AS new,
        ifnull(sum(json_array_length(sentences) / 2)
            OVER (ORDER BY row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS first
    FROM passage;
CREATE UNIQUE INDEX cut_old ON cut(old);
UPDATE article SET row = -1 - (SELECT new FROM moved WHERE old = row);
UPDATE article SET row = -1 - row;
UPDATE passage SET (row, article, first_sentence) =
    (SELECT -1 - cut.new, moved.new, cut.first
     FROM cut, moved WHERE cut.old = passage.row AND moved.old = passage.article);
UPDATE passage SET row = -1 - row;
DROP TABLE moved;
DROP TABLE cut;
"""

Stored: TypeAlias = tuple[int, int, str, int, str]
"""A passage as it is stored: start, end, language, number of sentences and their spans."""


def stored(passages: Iterable[Passage]) -> list[Stored]:
    """Return passages as they are stored."""
    return [
        (
            passage.span.start,
            passage.span.end,
            passage.language,
            len(passage.sentences),
            _dump_spans(passage.sentences),
        )
        for passage in passages
    ]


class ArchiveWriter(Transaction):
    """Writer of a new archive file; a context manager that commits on success."""

    def __init__(self, path: Path) -> None:
        """Create the file; it must not exist."""
        super().__init__(sqlite3.connect(path))
        self._connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA
        )
        self.n_articles = 0
        self.n_passages = 0
        self.n_sentences = 0

    def add(self, article: Article, passages: Iterable[Passage]) -> None:
        """Append an article and its passages, in order."""
        self.add_stored(article, stored(passages))

    def add_stored(self, article: Article, passages: Iterable[Stored]) -> None:
        """Append an article and its passages as `stored` gave them."""
        values = (
            article.id,
            article.headline,
            article.text,
            _dump_spans(article.body),
            article.language,
            *_dump_moment(article.published),
            *_dump_moment(article.edited),
            article.source,
            article.via,
            article.code,
            article.url,
            article.origin,
        )
        self._add(values, passages)

    def copy(self, archive: "Archive", article_rows: Iterable[int]) -> None:
        """Append articles of another archive as they stand there, with their passages."""
        for values, passages in archive.stored(article_rows):
            self._add(values, passages)

    def _add(self, article: tuple[Any, ...], passages: Iterable[Stored]) -> None:
        """Append rows as they are stored: passages by start, end, language, number and spans."""
        self._connection.execute(
            f"INSERT INTO article (row, {_ARTICLE}) VALUES (?{', ?' * 14})",  # noqa: S608 - a constant
            (self.n_articles, *article),
        )
        rows = []
        for start, end, language, n_sentences, spans in passages:
            first = (self.n_passages, self.n_articles, start, end, language, self.n_sentences)
            rows.append((*first, spans))
            self.n_passages += 1
            self.n_sentences += n_sentences
        self._connection.executemany("INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self.n_articles += 1

    def drop(self, article_id: ArticleId) -> None:
        """Take an added article out again; rows have gaps until `renumber`."""
        row = "(SELECT row FROM article WHERE id = ?)"
        self._connection.execute(f"DELETE FROM passage WHERE article = {row}", (article_id,))  # noqa: S608 - a constant
        self._connection.execute("DELETE FROM article WHERE id = ?", (article_id,))

    def renumber(self) -> None:
        """Close the gaps that `drop` left."""
        # Subtle: first below zero, as a row's new number may still be another's.
        self._connection.executescript(_RENUMBER)
        counts = "SELECT count(*), (SELECT count(*) FROM passage), {} FROM article"
        sentences = "(SELECT ifnull(sum(json_array_length(sentences) / 2), 0) FROM passage)"
        row = self._connection.execute(counts.format(sentences)).fetchone()
        self.n_articles, self.n_passages, self.n_sentences = row


class Archive:
    """A written archive, read by row or id; safe to share between threads.

    Texts are read from disk when needed, so memory does not grow with the archive.
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
            self.n_articles = int(self._one("SELECT ifnull(max(row) + 1, 0) FROM article")[0])
            self.n_passages = int(self._one("SELECT ifnull(max(row) + 1, 0) FROM passage")[0])
            self.n_sentences = self.sentences_before(self.n_passages)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def article(self, article_id: ArticleId) -> Article | None:
        """Return the article with this id, or None."""
        rows = self._rows(f"SELECT {_ARTICLE} FROM article WHERE id = ?", (article_id,))  # noqa: S608 - a constant
        return article_of(rows[0]) if rows else None

    def articles(self) -> Iterator[Article]:
        """Yield all articles in the order they were added."""
        for row in range(self.n_articles):
            yield self.article_at(row)

    def texts(self, article_rows: range) -> list[tuple[str, list[str]]]:
        """Return (headline, texts of its passages) of consecutive articles."""
        articles = self._between("article", "row, headline, text", article_rows)
        whole = {row: text for row, _, text in articles}
        passages: dict[int, list[str]] = {row: [] for row in whole}
        query = "SELECT article, start, end FROM passage WHERE article BETWEEN ? AND ? ORDER BY row"
        for row, start, end in self._rows(query, (article_rows[0], article_rows[-1])):
            passages[row].append(whole[row][start:end])
        return [(headline, passages[row]) for row, headline, _ in articles]

    def bodies(self, article_rows: range) -> list[tuple[str, str]]:
        """Return (outlet, body) of consecutive articles, without page furniture."""
        return [
            (source, "\n".join(span.cut(text) for span in spans_of(body)))
            for source, text, body in self._between("article", "source, text, body", article_rows)
        ]

    def _between(self, table: str, columns: str, rows: range) -> list[tuple[Any, ...]]:
        """Return columns of consecutive rows, at least one, in one query."""
        query = f"SELECT {columns} FROM {table} WHERE row BETWEEN ? AND ? ORDER BY row"  # noqa: S608 - constants
        values = self._rows(query, (rows[0], rows[-1]))
        if len(values) != len(rows):
            raise self._corrupt(f"no row for some of {rows}")
        return values

    def passages(self, rows: Sequence[int]) -> list[tuple[Passage, Article]]:
        """Return (passage, its article) for each row, in order.

        Passages of one article share one object, so that a long text is read only once.
        """
        if isinstance(rows, range) and rows.step == 1 and rows:  # as builds read them
            values = self._between("passage", _PASSAGE, rows)
        else:
            query = f"SELECT {_PASSAGE} FROM passage WHERE row = ?"  # noqa: S608 - a constant
            values = [self._one(query, (int(row),)) for row in rows]
        articles = {row: self.article_at(row) for row in {row for row, *_ in values}}
        passages = []
        for row, start, end, language, sentences in values:
            article = articles[row]
            passages.append((passage_of(article, Span(start, end), language, sentences), article))
        return passages

    def sentences(self, article_id: ArticleId) -> list[str]:
        """Return the sentences of the article with this id, none where there is no such."""
        row = self.row(article_id)
        rows = (
            () if row is None else self._rows("SELECT row FROM passage WHERE article = ?", (row,))
        )
        return [
            span.cut(article.text)
            for passage, article in self.passages([row for (row,) in rows])
            for span in passage.sentences
        ]

    def row(self, article_id: ArticleId) -> int | None:
        """Return the row of the article with this id, or None."""
        rows = self._rows("SELECT row FROM article WHERE id = ?", (article_id,))
        return int(rows[0][0]) if rows else None

    def stored(self, article_rows: Iterable[int]) -> Iterator[tuple[tuple[Any, ...], list[Stored]]]:
        """Yield articles as they are stored, each with its passages, for `ArchiveWriter.copy`."""
        article = f"SELECT {_ARTICLE} FROM article WHERE row = ?"  # noqa: S608 - a constant
        passage = (
            "SELECT start, end, language, json_array_length(sentences) / 2, sentences FROM passage "
            "WHERE article = ? ORDER BY row"
        )
        for row in article_rows:
            yield self._one(article, (row,)), self._rows(passage, (row,))

    def places(self) -> Iterator[tuple[int, int, str]]:
        """Yield (row of its article, number of its first sentence, language) of each passage."""
        yield from self._all("SELECT article, first_sentence, language FROM passage ORDER BY row")

    def heads(self) -> Iterator[tuple[ArticleId, Moment | None, str]]:
        """Yield (id, moment of publication, outlet) of each article, by row."""
        query = "SELECT id, published, precision, source FROM article ORDER BY row"
        for article_id, at, precision, source in self._all(query):
            yield ArticleId(article_id), _moment(at, precision), source

    def addresses(self) -> Iterator[tuple[ArticleId, str, str]]:
        """Yield (id, origin, address) of each article, by row."""
        yield from self._all("SELECT id, origin, url FROM article ORDER BY row")

    def article_at(self, row: int) -> Article:
        """Return the article of a row."""
        return article_of(self._one(f"SELECT {_ARTICLE} FROM article WHERE row = ?", (row,)))  # noqa: S608 - a constant

    def sentences_before(self, passage_row: int) -> int:
        """Count the sentences of the passages before a row."""
        query = "SELECT first_sentence, sentences FROM passage WHERE row = ?"
        before = self._rows(query, (passage_row - 1,))
        return sum(first + len(spans_of(sentences)) for first, sentences in before)

    def check(self) -> list[str]:
        """Return what is wrong with the file, in words; empty when it is sound."""
        problems = [message for (message,) in self._rows("PRAGMA integrity_check")]
        for table, expected in (("article", self.n_articles), ("passage", self.n_passages)):
            (count,) = self._one(f"SELECT count(*) FROM {table}")  # noqa: S608 - a constant
            if count != expected:
                problems.append(f"rows of {table}: {count} instead of {expected}")
        return [f"{self._path.name}: {message}" for message in problems if message != "ok"]

    def _one(self, query: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        rows = self._rows(query, values)
        if not rows:
            raise self._corrupt(f"no row for {values!r}")
        return rows[0]

    def _all(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query one by one."""
        try:
            yield from self._connection.execute(query)
        except sqlite3.Error as error:
            raise self._corrupt(error) from error

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._corrupt(error) from error

    def _corrupt(self, why: object) -> SnapshotCorrupt:
        return SnapshotCorrupt(
            f"Expected a readable archive at {self._path}, but: {why}; run `pasokh index build`."
        )


def article_of(values: Sequence[Any]) -> Article:
    """Return the article that is stored as these values."""
    (id_, headline, text, body, language, *moments, source, via, code, url, origin) = values
    at, precision, edited, edited_precision = moments
    return Article(
        id=ArticleId(id_),
        headline=headline,
        text=text,
        body=spans_of(body),
        language=language,
        published=_moment(at, precision),
        edited=_moment(edited, edited_precision),
        source=source,
        via=via,
        code=code,
        url=url,
        origin=origin,
    )


def _moment(at: str | None, precision: str | None) -> Moment | None:
    return Moment(datetime.fromisoformat(at), Precision(precision)) if at and precision else None


def _dump_moment(moment: Moment | None) -> tuple[str | None, str | None]:
    return (moment.at.isoformat(), moment.precision) if moment else (None, None)


def _dump_spans(spans: Iterable[Span]) -> str:
    """Write spans as flat JSON numbers, e.g. `[0, 10, 11, 20]`."""
    return str([edge for span in spans for edge in (span.start, span.end)])


def passage_of(article: Article, span: Span, language: str, sentences: str) -> Passage:
    """Return a passage of an article, its sentences as they are stored."""
    return Passage(
        id=passage_id(article.id, span),
        article_id=article.id,
        span=span,
        text=span.cut(article.text),
        language=language,
        sentences=spans_of(sentences),
    )


def spans_of(text: str) -> tuple[Span, ...]:
    """Read spans as they are stored, flat JSON numbers."""
    edges = json.loads(text)
    return tuple(Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True))
