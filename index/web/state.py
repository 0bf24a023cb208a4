"""State of `watch` between rounds and runs, in one SQLite file.

    feeds   url, root, etag, last_modified, due (seconds since 1970), failures
    links   key (a hash of the address), url (while it waits), feed, state, problem, tries, due,
            published (as stated, else when it was found)

Of a link that waits no more there is only the hash: its article may be removed by request.
The root of a sitemap that another one lists is the address that the operator watches.
A link is waiting until it was fetched, then collected; or it was rejected, once and for all, or
given up after several tries. Times are the wall clock's: they hold across runs.

One process writes it at a time (the watcher's lock).
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from index.disk.atomic import storage_errors

STATE: Final = "watch.db"

_TABLES = """
CREATE TABLE IF NOT EXISTS feeds (
    url TEXT PRIMARY KEY, root TEXT NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL,
    due REAL NOT NULL, failures INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
    key BLOB PRIMARY KEY, url TEXT NOT NULL, feed TEXT NOT NULL, state TEXT NOT NULL,
    problem TEXT NOT NULL, tries INTEGER NOT NULL, due REAL NOT NULL, published REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS links_by_state ON links (state, due);
"""


class LinkState(StrEnum):
    """Stage that a link has reached."""

    WAITING = "waiting"
    COLLECTED = "collected"
    REJECTED = "rejected"
    GIVEN_UP = "given_up"


class FeedState(NamedTuple):
    """State of a feed or sitemap; `due` is when to ask again, in seconds since 1970."""

    url: str
    root: str
    etag: str = ""
    last_modified: str = ""
    due: float = 0.0
    failures: int = 0


class WaitingLink(NamedTuple):
    """A link to fetch, and how often that failed."""

    url: str
    tries: int


class WatchState:
    """The opened file.

    Every method raises StorageError where it cannot be read or written.
    """

    def __init__(self, home: Path) -> None:
        """Open the state under `home`, made if missing; only its owner may read it."""
        self._path = home / STATE
        with self._errors():
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(self._path, isolation_level=None)
            self._db.execute("PRAGMA secure_delete = ON")  # no address stays in a free page
            columns = [row[1] for row in self._db.execute("PRAGMA table_info(links)")]
            if columns and "key" not in columns:
                self._take_over(columns)
            self._db.executescript(_TABLES)

    def _take_over(self, columns: list[str]) -> None:
        """Take over the links of a file of an earlier version, which had all addresses."""
        published = "published" if "published" in columns else "0"
        self._db.create_function("key_of", 1, _key, deterministic=True)
        taken = (
            f"INSERT INTO links SELECT key_of(url), CASE state WHEN '{LinkState.WAITING}' THEN url"  # noqa: S608 (constants)
            f" ELSE '' END, feed, CASE state WHEN 'indexed' THEN '{LinkState.COLLECTED}'"
            f" ELSE state END, problem, tries, due, {published} FROM old;"
        )
        self._db.executescript(
            "BEGIN IMMEDIATE; ALTER TABLE links RENAME TO old; DROP INDEX IF EXISTS links_by_state;"
            f"{_TABLES} {taken} DROP TABLE old; COMMIT; VACUUM;"
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with storage_errors(self._path):
            yield

    def feeds(self, roots: Iterable[str]) -> list[FeedState]:
        """Return what is known of these addresses and of the sitemaps they list, by due time."""
        urls = list(dict.fromkeys(roots))
        marks = ", ".join("?" * len(urls))
        query = f"SELECT * FROM feeds WHERE root IN ({marks}) ORDER BY due, url"  # noqa: S608 (marks)
        with self._errors():
            known = [FeedState(*row) for row in self._db.execute(query, urls)]
        names = {feed.url for feed in known}
        return [FeedState(url, url) for url in urls if url not in names] + known

    def keep_feed(
        self,
        feed: FeedState,
        *,
        links: Mapping[str, float | None] | None = None,
        sitemaps: Iterable[str] = (),
    ) -> None:
        """Keep a feed's state and, at once with it, what it lists that is new.

        Args:
            links: Addresses, the newest first where they state no time of publication.
        """
        now = time.time()
        with self._errors(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?, ?, ?)", feed)
            self._db.executemany(
                "INSERT OR IGNORE INTO feeds VALUES (?, ?, '', '', 0, 0)",
                [(sitemap, feed.root) for sitemap in sitemaps],
            )
            self._db.executemany(
                "INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, '', 0, 0, ?)",
                [
                    # No later than now: a wrong clock gives no link a start. Ties by the order.
                    (
                        _key(link),
                        link,
                        feed.url,
                        LinkState.WAITING,
                        min(published or now, now) - row / 1_000,
                    )
                    for row, (link, published) in enumerate((links or {}).items())
                ],
            )

    def waiting(self, limit: int) -> list[WaitingLink]:
        """Return links that are due: from each feed in turn its newest, so that none starves."""
        with self._errors():
            rows = self._db.execute(
                "SELECT url, tries FROM (SELECT url, tries, published, row_number() OVER"
                " (PARTITION BY feed ORDER BY published DESC, url) AS turn"
                " FROM links WHERE state = ? AND due <= ?)"
                " ORDER BY turn, published DESC, url LIMIT ?",
                (LinkState.WAITING, time.time(), limit),
            )
            return [WaitingLink(*row) for row in rows]

    def keep_link(
        self, link: WaitingLink, state: LinkState, *, problem: str = "", due: float = 0.0
    ) -> None:
        """Keep where a link stands after it was tried."""
        with self._errors():
            self._db.execute(
                "UPDATE links SET url = ?, state = ?, problem = ?, tries = ?, due = ?"
                " WHERE key = ?",
                (
                    link.url if state is LinkState.WAITING else "",
                    state,
                    problem,
                    link.tries,
                    due,
                    _key(link.url),
                ),
            )

    def next_link_due(self) -> float | None:
        """Return when the next waiting link is due, in seconds since 1970."""
        with self._errors():
            query = "SELECT min(due) FROM links WHERE state = ?"
            due: float | None = self._db.execute(query, (LinkState.WAITING,)).fetchone()[0]
        return due


def _key(url: str) -> bytes:
    """Return what tells a link from others without its address."""
    return blake2b(url.encode(), digest_size=16).digest()
