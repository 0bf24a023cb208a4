"""The sketches of a file's articles in SQLite, and the articles like a given one.

    sketch   an article's slots, how long it is and who published it
    band     key to article, see `alike.band_keys`
    copy     pairs of articles that are one report: one of this file and another (see `copies`)

Does not: decide what is alike (see `alike`), or read texts.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from index.alike import Sketch, band_keys, is_same_report, similarities

SCHEMA: Final = """
CREATE TABLE sketch (
    article INTEGER PRIMARY KEY, n_shingles INTEGER NOT NULL, slots BLOB NOT NULL,
    outlet TEXT NOT NULL
) STRICT;
CREATE TABLE band (
    key INTEGER NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (key, article)
) STRICT, WITHOUT ROWID;
CREATE TABLE copy (
    article INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY (article, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX copy_other ON copy(other);
"""

_OF_A_KEY: Final = 64
"""Articles looked at under one key: a line that thousands end with has a key of its own, and real
copies share other keys."""

_COMPARED: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """An article that is the same report: its row, and the estimated similarity."""

    row: int
    similarity: float


def add_sketch(connection: sqlite3.Connection, row: int, sketched: Sketch, outlet: str) -> None:
    """Store the sketch of the article in `row`."""
    connection.execute(
        "INSERT INTO sketch VALUES (?, ?, ?, ?)",
        (row, sketched.n_shingles, sketched.slots.astype("<u4").tobytes(), outlet.casefold()),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO band VALUES (?, ?)", ((key, row) for key in band_keys(sketched))
    )


def take_sketches(connection: sqlite3.Connection, path: Path, moved: Mapping[int, int]) -> None:
    """Store sketches and keys as they stand in another file, under other rows.

    Args:
        connection: Opened with `uri=True`, no transaction begun.
        path: The other file.
        moved: Row there to row here, of articles with a sketch or without.
    """
    connection.execute("ATTACH ? AS other", (f"{path.resolve().as_uri()}?mode=ro&immutable=1",))
    connection.execute("CREATE TEMP TABLE moved (old INTEGER PRIMARY KEY, new INTEGER)")
    connection.executemany("INSERT INTO moved VALUES (?, ?)", moved.items())
    # Subtle: CROSS JOIN keeps the order of the tables, and keys added in their order go in fast.
    connection.execute(
        "INSERT INTO sketch SELECT new, n_shingles, slots, outlet "
        "FROM other.sketch CROSS JOIN moved ON old = article"
    )
    connection.execute(
        "INSERT INTO band SELECT key, new FROM other.band CROSS JOIN moved ON old = article"
    )
    connection.execute("DROP TABLE moved")
    connection.commit()
    connection.execute("DETACH other")


def find_alike(connection: sqlite3.Connection, sketched: Sketch, outlet: str) -> list[Alike]:
    """Return the stored articles that are the same report, most alike first, then by row."""
    rows = _candidates(connection, sketched)
    query = f"SELECT * FROM sketch WHERE article IN ({', '.join('?' * len(rows))})"  # noqa: S608 - marks only
    stored = connection.execute(query, rows).fetchall()
    estimates = similarities(sketched, (np.frombuffer(slots, "<u4") for _, _, slots, _ in stored))
    found = [
        Alike(row=row, similarity=similarity)
        for (row, n_shingles, slots, its_outlet), similarity in zip(
            stored, estimates.tolist(), strict=True
        )
        if is_same_report(
            similarity,
            is_short=sketched.is_short or Sketch(n_shingles, slots).is_short,
            is_same_outlet=its_outlet == outlet.casefold(),
        )
    ]
    return sorted(found, key=lambda alike: (-alike.similarity, alike.row))


def _candidates(connection: sqlite3.Connection, sketched: Sketch) -> list[int]:
    """Return the rows that share keys with a sketch, those that share most first."""
    query = "SELECT article FROM band WHERE key = ? LIMIT ?"
    shared = Counter(
        row for key in band_keys(sketched) for (row,) in connection.execute(query, (key, _OF_A_KEY))
    )
    return [row for row, _ in shared.most_common(_COMPARED)]
