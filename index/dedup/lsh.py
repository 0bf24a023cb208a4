"""The sketches of a file's articles in SQLite, and the articles like a given one.

    sketch   an article's slots, how long it is and who published it
    band     key to article, see `alike.band_keys`
    copy     pairs of articles that are one report: one of this file and another (see `copies`)

Does not: decide what is alike (see `alike`), or read texts.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np

from index.arrays import Rows
from index.dedup.minhash import BANDS, Sketch, band_keys, is_same_report, similarities

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

_MET: Final = 64
"""Articles under all its keys that are kept in memory of an article while a file is written."""

_SORTED: Final = 1 << 18
"""Keys sorted at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """An article that is the same report: its row, and the estimated similarity."""

    row: int
    similarity: float


class Sketched(NamedTuple):
    """The row of an article, its sketch, who published it, and the sketch's keys."""

    row: int
    sketch: Sketch
    outlet: str
    keys: list[int]


def add_sketch(connection: sqlite3.Connection, row: int, sketched: Sketch, outlet: str) -> None:
    """Store the sketch of the article in `row`."""
    _add_slots(connection, row, sketched, outlet)
    connection.executemany(
        "INSERT OR IGNORE INTO band VALUES (?, ?)", ((key, row) for key in band_keys(sketched))
    )


def _add_slots(connection: sqlite3.Connection, row: int, sketched: Sketch, outlet: str) -> None:
    connection.execute(
        "INSERT INTO sketch VALUES (?, ?, ?, ?)",
        (row, sketched.n_shingles, sketched.slots.astype("<u4").tobytes(), outlet.casefold()),
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


def add_sketches(
    connection: sqlite3.Connection, sketches: Iterable[Sketched], scratch: BinaryIO
) -> Iterator[tuple[int, list[Alike]]]:
    """Store the sketches of a file that has none yet; yield the rows that have some like them.

    What comes of it is what `find_alike` and `add_sketch`, one row after the other, give; but keys
    are added in their order, not each in its place in a table of millions.

    Args:
        connection: The file.
        sketches: Rows rising.
        scratch: An empty file for the keys, 384 bytes an article.

    Yields:
        A row, and the rows before it that are the same report, most alike first, then by row.
    """
    rows = []
    for row, own, outlet, keys in sketches:
        _add_slots(connection, row, own, outlet)
        scratch.write(np.array(keys, np.int64).tobytes())
        rows.append(row)
    for row, candidates in _meetings(connection, np.array(rows, np.int64), scratch):
        ((_, n_shingles, slots, outlet),) = _stored(connection, [row])
        own = Sketch(n_shingles, np.frombuffer(slots, "<u4"))
        if found := _alike(connection, candidates, own, outlet):
            yield row, found


def _meetings(
    connection: sqlite3.Connection, rows: Rows, scratch: BinaryIO
) -> Iterator[tuple[int, list[int]]]:
    """Add the keys in `scratch`; yield each row whose keys rows before it have, and these."""
    scratch.flush()
    size, found = len(rows) * BANDS, [np.empty((0, 3), np.int64)]
    n_met = np.zeros(len(rows), np.int64)
    for low, high in _ranges(-(-size // _SORTED)):
        keys, places = _between(scratch, size, low, high)
        connection.executemany(
            "INSERT INTO band VALUES (?, ?)",
            zip(keys.tolist(), rows[places // BANDS].tolist(), strict=True),
        )
        met = _met(keys, places)
        n_met += np.bincount(met[:, 0], minlength=len(rows))
        # Subtle: where thousands share their keys only those are kept that have not met too many.
        found.append(met[n_met[met[:, 0]] <= _MET])
    met = np.concatenate(found)
    met = met[n_met[met[:, 0]] <= _MET]
    met = met[np.lexsort((met[:, 2], met[:, 1], met[:, 0]))]
    ends = np.searchsorted(met[:, 0], np.arange(len(rows) + 1))
    for at in np.flatnonzero(n_met).tolist():
        row = int(rows[at])
        if n_met[at] > _MET:
            yield row, _candidates(connection, _keys_of(scratch, at), before=row)
        else:
            yield row, _most_met(rows[met[ends[at] : ends[at + 1], 2]].tolist())


def _ranges(count: int) -> Iterator[tuple[int, int]]:
    """Yield ranges [low, high) that all keys lie in, about equally many in each."""
    edges = [-(1 << 63) + (at << 64) // max(count, 1) for at in range(count)]
    yield from pairwise([*edges, 1 << 63])


def _between(scratch: BinaryIO, size: int, low: int, high: int) -> tuple[Rows, Rows]:
    """Return the keys in [low, high), ascending, with their places; of one key by place."""
    scratch.seek(0)
    keys, places = [], []
    for start in range(0, size, _SORTED):
        some = np.frombuffer(scratch.read(8 * min(_SORTED, size - start)), np.int64)
        chosen = np.flatnonzero((some >= low) & (some <= high - 1))
        keys.append(some[chosen])
        places.append(chosen + start)
    key, place = np.concatenate(keys), np.concatenate(places)
    order = np.argsort(key, kind="stable")
    return key[order], place[order]


def _met(keys: Rows, places: Rows) -> Rows:
    """Return (article, band, article before it) for keys of two or more, shape (n, 3).

    Of many articles with one key the first are met, as by `_candidates`.
    """
    starts = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))
    lengths = np.diff(starts, append=len(keys))
    # How many come before each one under its key, as far as they are looked at.
    before = np.minimum(np.arange(len(keys)) - np.repeat(starts, lengths), _OF_A_KEY)
    firsts = np.repeat(np.repeat(starts, lengths), before)
    steps = np.arange(before.sum()) - np.repeat(np.cumsum(before) - before, before)
    own = np.repeat(places, before)
    return np.stack((own // BANDS, own % BANDS, places[firsts + steps] // BANDS), axis=1)


def _keys_of(scratch: BinaryIO, at: int) -> list[int]:
    """Return the keys of the article in a place."""
    scratch.seek(8 * BANDS * at)
    return [int(key) for key in np.frombuffer(scratch.read(8 * BANDS), np.int64)]


def find_alike(connection: sqlite3.Connection, sketched: Sketch, outlet: str) -> list[Alike]:
    """Return the stored articles that are the same report, most alike first, then by row."""
    rows = _candidates(connection, band_keys(sketched))
    return _alike(connection, rows, sketched, outlet)


def _alike(
    connection: sqlite3.Connection, rows: Sequence[int], sketched: Sketch, outlet: str
) -> list[Alike]:
    """Return those of some rows that are the same report, most alike first, then by row."""
    stored = _stored(connection, rows)
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


def _stored(connection: sqlite3.Connection, rows: Sequence[int]) -> list[tuple[int, int, Any, str]]:
    query = f"SELECT * FROM sketch WHERE article IN ({', '.join('?' * len(rows))})"  # noqa: S608 - marks only
    return connection.execute(query, rows).fetchall()


def _candidates(
    connection: sqlite3.Connection, keys: Sequence[int], *, before: int = 1 << 62
) -> list[int]:
    """Return the rows below `before` that share keys, those that share most first."""
    query = "SELECT article FROM band WHERE key = ? AND article < ? LIMIT ?"
    return _most_met(
        row for key in keys for (row,) in connection.execute(query, (key, before, _OF_A_KEY))
    )


def _most_met(rows: Iterable[int]) -> list[int]:
    return [row for row, _ in Counter(rows).most_common(_COMPARED)]
