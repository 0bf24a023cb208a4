"""Ledger of every item of every file of the corpus, so that an update reads only what changed.

A file is known by its root (see `Origin`) and path and by the checksum of its bytes; each item in
it, by its position, is an indexed article, a duplicate or an earlier version of one, or a reject.
Of texts there are only hashes. `intake` decides which of the four an item is.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from index.corpus.identity import (
    NUMBER,
    Age,
    Sketch,
    address_name,
    identities,
    published_day,
    stated_age,
)
from index.corpus.transaction import Transaction
from index.errors import SnapshotCorrupt
from index.text.urls import page_of
from index.types import Article, ArticleId, Reject

_SCHEMA = """
CREATE TABLE IF NOT EXISTS file (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, origin TEXT NOT NULL, checksum TEXT NOT NULL,
    seen INTEGER NOT NULL, UNIQUE (root, origin)
) STRICT;
CREATE TABLE IF NOT EXISTS item (
    file INTEGER NOT NULL REFERENCES file(id), position INTEGER NOT NULL, kind TEXT NOT NULL,
    record BLOB, text BLOB, article TEXT, missing TEXT,
    former TEXT, stated INTEGER, day INTEGER, sketch BLOB,
    reason TEXT, detail TEXT, origin TEXT,
    PRIMARY KEY (file, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS name (
    name BLOB NOT NULL, file INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (name, file, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS name_item ON name(file, position);
CREATE INDEX IF NOT EXISTS item_text ON item(text);
CREATE UNIQUE INDEX IF NOT EXISTS item_article ON item(article) WHERE kind = 'indexed';
CREATE INDEX IF NOT EXISTS item_repeats ON item(article) WHERE article IS NOT NULL;
CREATE INDEX IF NOT EXISTS item_former ON item(former) WHERE former IS NOT NULL;
"""
_NAMED = "FROM name JOIN item USING (file, position)"
_REPEATS = "kind IN ('duplicate', 'version')"
_HASH_BYTES = 16
_MOST_OF_A_NAME = 32
"""A name that more articles have, unlike each other, is the address of no page."""


class Kind(StrEnum):
    """State of an item."""

    INDEXED = "indexed"
    DUPLICATE = "duplicate"
    VERSION = "version"
    REJECT = "reject"


class Origin(NamedTuple):
    """Path of a file: `root` is "" for the user's corpus, else a name; `path` is below it."""

    root: str
    path: str

    def __str__(self) -> str:
        """Return both as an article's origin has them."""
        return f"{self.root}/{self.path}" if self.root else self.path


class Digests(NamedTuple):
    """Hashes of an article: of all its fields but the origin, its wording and its identities.

    `numbers` are those of `names` that hold for any day. Digests read back from a ledger have no
    names and no sketch; without names there is none.
    """

    record: bytes
    text: bytes
    names: tuple[bytes, ...] = ()
    numbers: frozenset[bytes] = frozenset()
    stated: int = 0
    day: int | None = None
    sketch: Sketch | None = None


@dataclass(frozen=True, slots=True)
class Indexed:
    """An article of the index."""

    article: ArticleId
    digests: Digests
    missing: str


@dataclass(frozen=True, slots=True)
class Current:
    """The indexed article that another item is a version of.

    Attributes:
        has_letters: Whether both have the same letters and digits.
    """

    indexed: Indexed
    age: Age
    has_letters: bool


@dataclass(frozen=True, slots=True)
class Repeat:
    """An item that is not indexed because an article is: a duplicate or an earlier version.

    Attributes:
        origin: Where it was read from, as an article's.
        article: Id of the indexed article.
        former: Id that a version had, or would have.
        of: Where the indexed article was read from; only where it is read back.
    """

    kind: Kind
    origin: str
    article: ArticleId
    former: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Key of an item: its file's number and its position there."""

    file: int
    position: int


class Ledger(Transaction):
    """The ledger of one snapshot; a context manager that commits on success."""

    def __init__(self, path: Path, *, is_written: bool = True) -> None:
        """Open a file, or create it; an existing one is required if it is not written.

        Raises:
            SnapshotCorrupt: If it is no ledger.
        """
        self._path = path
        self._is_written = is_written
        with self._damage_told():
            if is_written:
                super().__init__(sqlite3.connect(path, isolation_level=None))
                self._connection.execute("PRAGMA journal_mode = OFF")
                self._connection.execute("PRAGMA synchronous = OFF")
                self._connection.executescript(_SCHEMA)
                self._connection.execute("BEGIN")
            else:
                uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
                super().__init__(sqlite3.connect(uri, uri=True, check_same_thread=False))
                self._connection.execute("SELECT count(*) FROM file, item LIMIT 0")

    def files(self) -> dict[Origin, str]:
        """Return the checksum of every file."""
        rows = self._rows("SELECT root, origin, checksum FROM file ORDER BY root, origin")
        return {Origin(root, path): checksum for root, path, checksum in rows}

    def origin(self, file: int) -> Origin:
        """Return the root and path of a file."""
        ((root, path),) = self._rows("SELECT root, origin FROM file WHERE id = ?", file)
        return Origin(root, path)

    def origin_of(self, place: Place) -> str:
        """Return where an item was read from."""
        query = "SELECT origin FROM item WHERE file = ? AND position = ?"
        return str(self._rows(query, place.file, place.position)[0][0])

    def add_file(self, origin: Origin, checksum: str, seen: int) -> int:
        """Enter a file, written `seen` minutes after 1970, and return its number."""
        query = "INSERT INTO file (root, origin, checksum, seen) VALUES (?, ?, ?, ?) RETURNING id"
        ((number,),) = self._rows(query, *origin, checksum, seen)
        return int(number)

    def drop_file(self, origin: Origin) -> list[Indexed]:
        """Delete a file with its items; return the articles that were indexed from it."""
        rows = self._rows("SELECT id FROM file WHERE root = ? AND origin = ?", *origin)
        if not rows:
            return []
        ((number,),) = rows
        articles = self._indexed("file = ?", number)
        self._connection.execute("DELETE FROM name WHERE file = ?", (number,))
        self._connection.execute("DELETE FROM item WHERE file = ?", (number,))
        self._connection.execute("DELETE FROM file WHERE id = ?", (number,))
        return articles

    def add_article(self, place: Place, indexed: Indexed, origin: str) -> None:
        """Enter an indexed article that was read from `origin`."""
        self._put(place, Kind.INDEXED, indexed.digests, indexed.article, indexed.missing)
        self._set(place, former=None, origin=origin)

    def add_repeat(self, place: Place, repeat: Repeat, digests: Digests) -> None:
        """Enter a duplicate or version of an indexed article."""
        self._put(place, repeat.kind, digests, repeat.article)
        self._set(place, former=repeat.former, origin=repeat.origin)

    def add_reject(self, place: Place, reject: Reject, digests: Digests | None = None) -> None:
        """Enter a reject; `digests` where it was an article."""
        self._put(place, Kind.REJECT, digests)
        self._set(place, reason=str(reject.reason), detail=reject.detail, origin=reject.origin)
        # Nothing of its words stays.
        self._set(place, former=None, stated=None, day=None, sketch=None)

    def _put(
        self,
        place: Place,
        kind: Kind,
        digests: Digests | None,
        article: str | None = None,
        missing: str | None = None,
    ) -> None:
        self._connection.executemany(
            "INSERT OR IGNORE INTO name VALUES (?, ?, ?)",
            ((name, place.file, place.position) for name in (digests.names if digests else ())),
        )
        self._connection.execute(
            "INSERT INTO item (file, position, kind, article, missing) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (file, position) DO UPDATE SET "
            "kind = excluded.kind, article = excluded.article, missing = excluded.missing",
            (place.file, place.position, str(kind), article, missing),
        )
        if digests:
            self._set(place, record=digests.record, text=digests.text)
            if digests.sketch:
                self._set(place, stated=digests.stated, day=digests.day)
                self._set(place, sketch=digests.sketch.stored())

    def _set(self, place: Place, **values: object) -> None:
        columns = ", ".join(f"{column} = ?" for column in values)
        self._connection.execute(
            f"UPDATE item SET {columns} WHERE file = ? AND position = ?",  # noqa: S608 - constants
            (*values.values(), place.file, place.position),
        )

    def current(self, digests: Digests) -> Current | None:
        """Return the indexed article of which this one is a version, newer or older; None for none.

        Of several the one that is most alike.
        """
        query = (
            "SELECT article, record, text, missing, sketch, ifnull(stated, 0), seen, root, "
            "file.origin, position "
            f"{_NAMED} JOIN file ON file.id = file WHERE name = ? AND kind = 'indexed' "
            "AND (? OR ifnull(day, ?) IS ifnull(?, day)) "
            f"LIMIT {_MOST_OF_A_NAME + 1}"
        )
        found: list[tuple[float, Current]] = []
        for name in digests.names:
            rows = self._rows(query, name, name in digests.numbers, digests.day, digests.day)
            for article, record, text, missing, stored, *age in rows[:_MOST_OF_A_NAME]:
                sketch = Sketch.read(stored)
                if digests.sketch is None or not sketch.is_alike(digests.sketch):
                    continue
                current = Current(
                    indexed=Indexed(ArticleId(article), Digests(record, text), missing),
                    age=Age(*age),
                    has_letters=sketch.letters == digests.sketch.letters,
                )
                found.append((sketch.likeness(digests.sketch), current))
        return max(found, key=lambda pair: (pair[0], pair[1].age))[1] if found else None

    def article_of_wording(self, text: bytes) -> ArticleId | None:
        """Return the article that is indexed in this wording, or whose earlier version had it."""
        query = (
            "SELECT article FROM item AS one WHERE text = ? AND (kind = 'indexed' OR "
            "kind = 'version' AND EXISTS "
            "(SELECT 1 FROM item WHERE article = one.article AND kind = 'indexed')) LIMIT 1"
        )
        rows = self._rows(query, text)
        return ArticleId(rows[0][0]) if rows else None

    def retire(self, article: ArticleId, kind: Kind) -> None:
        """Make an indexed article a duplicate or version, of the one that `repoint` names next."""
        query = "UPDATE item SET kind = ?, former = article WHERE article = ? AND kind = 'indexed'"
        self._connection.execute(query, (str(kind), article))

    def repoint(self, before: ArticleId, article: ArticleId) -> None:
        """Make the duplicates and versions of one article those of another."""
        query = f"UPDATE item SET article = ? WHERE article = ? AND {_REPEATS}"  # noqa: S608 - a constant
        self._connection.execute(query, (article, before))

    def has_article(self, article_id: str) -> bool:
        """Tell whether an article is indexed under this id."""
        query = "SELECT 1 FROM item WHERE article = ? AND kind = 'indexed'"
        return bool(self._rows(query, article_id))

    def article(self, article_id: str) -> Indexed | None:
        """Return the article indexed under this id, or None."""
        articles = self._indexed("article = ?", article_id)
        return articles[0] if articles else None

    def items(self, text: bytes) -> list[tuple[Place, Digests]]:
        """Return the items of this wording that are indexed or duplicates."""
        query = "SELECT file, position, record FROM item WHERE text = ? AND kind <> 'reject'"
        return [
            (Place(file, position), Digests(record, text))
            for file, position, record in self._rows(query, text)
        ]

    def articles(self, text: bytes) -> list[Indexed]:
        """Return the articles indexed with this wording: one or none."""
        return self._indexed("text = ?", text)

    def wordings(self) -> Iterator[tuple[ArticleId, bytes]]:
        """Yield every indexed article with the hash of its wording."""
        with self._damage_told():
            yield from self._connection.execute(
                "SELECT article, text FROM item WHERE kind = 'indexed'"
            )

    def indexed(self) -> Iterator[tuple[ArticleId, Digests]]:
        """Yield every indexed article with its hashes."""
        with self._damage_told():
            query = "SELECT article, record, text FROM item WHERE kind = 'indexed'"
            for article, record, text in self._connection.execute(query):
                yield ArticleId(article), Digests(record, text)

    def origins(self) -> Iterator[tuple[ArticleId, str]]:
        """Yield every indexed article with its origin, then with those of the same record."""
        copies = (
            "SELECT one.article, other.origin FROM item AS one JOIN item AS other "
            "ON other.article = one.article AND other.record = one.record "
            "WHERE one.kind = 'indexed' AND other.kind = 'duplicate'"
        )
        with self._damage_told():
            for query in ("SELECT article, origin FROM item WHERE kind = 'indexed'", copies):
                yield from self._connection.execute(query)

    def orphans(self, articles: Iterable[ArticleId]) -> list[Place]:
        """Return the duplicates and versions of articles that are not indexed any more."""
        query = f"SELECT file, position FROM item WHERE article = ? AND {_REPEATS}"  # noqa: S608 - a constant
        return sorted(
            (Place(*row) for article in articles for row in self._rows(query, article)),
            key=lambda place: (place.file, place.position),
        )

    def repeats(self, article: ArticleId | None = None, *, kind: Kind) -> Iterator[Repeat]:
        """Yield the duplicates or versions of one article or of all, by file and position."""
        query = (
            "SELECT item.kind, item.origin, item.article, ifnull(item.former, ''), "  # noqa: S608 - constants
            "ifnull(whole.origin, '') FROM item LEFT JOIN item AS whole "
            "ON whole.article = item.article AND whole.kind = 'indexed' "
            f"WHERE item.kind = ? {'AND item.article = ? ' if article else ''}"
            "ORDER BY item.file, item.position"
        )
        values = (kind, article) if article else (kind,)
        with self._damage_told():
            for found, *rest in self._connection.execute(query, values):
                yield Repeat(Kind(found), *rest)

    def successor(self, former: str) -> ArticleId | None:
        """Return the article whose earlier version had this id."""
        query = "SELECT article FROM item WHERE former = ? AND kind = 'version' LIMIT 1"
        rows = self._rows(query, former)
        return ArticleId(rows[0][0]) if rows else None

    def places(self, article: ArticleId) -> list[Place]:
        """Return the places of an indexed article, its duplicates and versions."""
        query = "SELECT file, position FROM item WHERE article = ? AND kind <> 'reject'"
        return [Place(*row) for row in self._rows(query, article)]

    def versions(self, article: ArticleId) -> list[tuple[str, Digests]]:
        """Return (id it had, digests) of each earlier version of an article."""
        query = "SELECT former, record, text FROM item WHERE article = ? AND kind = 'version'"
        return [
            (former, Digests(record, text)) for former, record, text in self._rows(query, article)
        ]

    def at_address(self, url: str) -> list[ArticleId]:
        """Return the articles indexed under the address of a page, at most a few."""
        name = hash_of_address(url)
        query = f"SELECT DISTINCT article {_NAMED} WHERE name = ? AND kind = 'indexed' LIMIT 9"
        return [ArticleId(article) for (article,) in (self._rows(query, name) if name else [])]

    def indexed_under(self, name: bytes) -> list[ArticleId]:
        """Return all indexed articles that have a name."""
        query = f"SELECT DISTINCT article {_NAMED} WHERE name = ? AND kind = 'indexed'"
        return [ArticleId(article) for (article,) in self._rows(query, name)]

    def is_shared(self, name: bytes) -> bool:
        """Tell whether several articles, which are no versions of each other, have a name."""
        query = f"SELECT DISTINCT article {_NAMED} WHERE name = ? AND kind <> 'reject' LIMIT 2"
        return len(self._rows(query, name)) > 1

    def named(self, names: Iterable[bytes]) -> list[tuple[Place, Digests]]:
        """Return the items of these identities that are indexed or duplicates."""
        query = f"SELECT file, position, record, text {_NAMED} WHERE name = ? AND kind <> 'reject'"
        return [
            (Place(file, position), Digests(record, text))
            for name in names
            for file, position, record, text in self._rows(query, name)
        ]

    def refused(self, reason: str) -> list[tuple[Place, str]]:
        """Return the items that were rejected for a reason, each with the origin of its reject."""
        query = (
            "SELECT file, position, origin FROM item WHERE kind = 'reject' AND reason = ? "
            "ORDER BY file, position"
        )
        return [
            (Place(file, position), origin) for file, position, origin in self._rows(query, reason)
        ]

    def count(self, kind: Kind) -> int:
        """Count the items of a kind."""
        return int(self._rows("SELECT count(*) FROM item WHERE kind = ?", str(kind))[0][0])

    def count_in(self, file: int) -> int:
        """Count the items of a file."""
        return int(self._rows("SELECT count(*) FROM item WHERE file = ?", file)[0][0])

    def rejects(self) -> list[Reject]:
        """Return all rejects, by root, path and position."""
        query = (
            "SELECT reason, detail, item.origin FROM item JOIN file ON file.id = item.file "
            "WHERE kind = 'reject' ORDER BY file.root, file.origin, position"
        )
        return [
            Reject(origin=origin, reason=reason, detail=detail)
            for reason, detail, origin in self._rows(query)
        ]

    def missing(self) -> Counter[str]:
        """Count the fields that indexed articles lack."""
        counts: Counter[str] = Counter()
        query = "SELECT missing, count(*) FROM item WHERE kind = 'indexed' GROUP BY missing"
        for fields, count in self._rows(query):
            counts.update(dict.fromkeys(fields.split(), count))
        return counts

    def _indexed(self, condition: str, value: object) -> list[Indexed]:
        query = f"SELECT article, record, text, missing FROM item WHERE {condition} AND kind = 'indexed'"  # noqa: S608, E501 - constants
        return [
            Indexed(ArticleId(article_id), Digests(record, text), missing)
            for article_id, record, text, missing in self._rows(query, value)
        ]

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._damage_told():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _damage_told(self) -> Iterator[None]:
        """Turn errors of a damaged file into `SnapshotCorrupt`; a full disk stays what it is."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and self._is_written:
                raise
            msg = f"Expected a ledger at {self._path}, but: {error}; run `pasokh index build`."
            raise SnapshotCorrupt(msg) from error


def digests(article: Article) -> Digests:
    """Hash an article: the same wording or identity is one article, the same record one row."""
    published, edited = article.published, article.edited
    named = {name: _hash(name) for name in identities(article)}
    names = tuple(named.values())
    fields: Iterable[object] = (
        article.id,
        article.headline,
        article.text,
        [(span.start, span.end) for span in article.body],
        article.language,
        published and (published.at.isoformat(), published.precision),
        edited and (edited.at.isoformat(), edited.precision),
        article.source,
        article.via,
        article.code,
        article.url,
    )
    return Digests(
        _hash(repr(tuple(fields))),
        wording_of(article),
        names,
        frozenset(hashed for name, hashed in named.items() if name.startswith(NUMBER)),
        stated_age(article),
        published_day(article),
        Sketch.of(article) if names else None,
    )


def hash_of_address(url: str) -> bytes | None:
    """Return the hashed name that an address gives an article; None where it is of no page."""
    page = page_of(url)
    return _hash(address_name(page)) if page else None


def wording_of(article: Article) -> bytes:
    """Hash the headline and the text of an article."""
    return _hash(f"{article.headline}\0{article.text}")


def _hash(content: str) -> bytes:
    return blake2b(content.encode(), digest_size=_HASH_BYTES).digest()
