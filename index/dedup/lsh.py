"""LSH table of a part in SQLite: its articles' signatures, and the copies of a given article.

The tables:

    sketch  an article's MinHash signature: its shingles, its values, and the article's outlet
    band    key of an LSH bucket to article, see `buckets_of`
    copy    pairs of articles that are one report, see `groups`
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
from index.dedup.minhash import N_BANDS, Signature, buckets_of, is_same_report, similarities

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

_PER_BUCKET: Final = 64
"""Articles looked at in one bucket: a line that thousands end with has a bucket of its own, and
real copies share other buckets."""

_COMPARED: Final = 256

_MET: Final = 64
"""Candidates of an article, summed over its buckets, that are kept in memory during a write."""

_ALL_ROWS: Final = range(1 << 62)

_SORTED: Final = 1 << 18
"""Keys sorted at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An article that is the same report: its row, and the estimated similarity."""

    row: int
    similarity: float


class Signed(NamedTuple):
    """An article's row, signature, outlet and LSH buckets."""

    row: int
    signature: Signature
    outlet: str
    buckets: list[int]


class SignatureWriter:
    """Adds signatures to a file and finds the copies among them.

    The copies are those that `find_copies` would give before each article is added. But all keys
    are sorted and inserted in their order: inserted article by article each goes to a random page
    of a table of 48 keys an article, and every bucket is queried.
    """

    def __init__(self, connection: sqlite3.Connection, scratch: BinaryIO) -> None:
        """Write to `connection`, with an empty file `scratch` for keys, 384 bytes an article."""
        self._connection = connection
        self._scratch = scratch
        self._rows: list[int] = []

    def add(self, signed: Signed) -> None:
        """Store a signature; rows rise, and none of the file lies between them."""
        row, signature, outlet, buckets = signed
        values = signature.values.astype("<u4").tobytes()
        self._connection.execute(
            "INSERT INTO sketch VALUES (?, ?, ?, ?)",
            (row, signature.n_shingles, values, outlet.casefold()),
        )
        self._scratch.write(np.array(buckets, np.int64).tobytes())
        self._rows.append(row)

    def finish(self) -> Iterator[tuple[int, list[Copy]]]:
        """Store the keys; yield each added row that has copies.

        Yields:
            A row, and the added rows before it that are the same report, most alike first, then
            by row.
        """
        rows = np.array(self._rows, np.int64)
        n_met, met = self._store_keys(rows)
        ends = np.searchsorted(met[:, 0], np.arange(len(rows) + 1))
        for position in np.flatnonzero(n_met).tolist():
            row = int(rows[position])
            if n_met[position] > _MET:
                self._scratch.seek(8 * N_BANDS * position)
                keys = np.frombuffer(self._scratch.read(8 * N_BANDS), np.int64).tolist()
                candidates = _candidates(self._connection, keys, range(self._rows[0], row))
            else:
                shared = met[ends[position] : ends[position + 1], 2]
                candidates = _most_met(rows[shared].tolist())
            ((_, n_shingles, values, outlet),) = _stored(self._connection, [row])
            signature = Signature(n_shingles, np.frombuffer(values, "<u4"))
            if copies := _copies(self._connection, candidates, signature, outlet):
                yield row, copies

    def _store_keys(self, rows: Rows) -> tuple[Rows, Rows]:
        """Insert the keys in `scratch` in ascending order, a range at a time.

        Returns:
            How many earlier articles each shares buckets with, counted per bucket, shape (n,); and
            (article, band, earlier article), sorted, of those that share at most `_MET`. Articles
            are positions in `rows`.
        """
        self._scratch.flush()
        n_met, met = np.zeros(len(rows), np.int64), [np.empty((0, 3), np.int64)]
        count = -(-len(rows) * N_BANDS // _SORTED)
        # About equally many keys in each range [low, high).
        edges = [-(1 << 63) + (number << 64) // count for number in range(count)]
        for low, high in pairwise([*edges, 1 << 63]):
            keys, places = self._keys_between(len(rows) * N_BANDS, low, high)
            self._connection.executemany(
                "INSERT INTO band VALUES (?, ?)",
                zip(keys.tolist(), rows[places // N_BANDS].tolist(), strict=True),
            )
            some = _sharing(keys, places)
            n_met += np.bincount(some[:, 0], minlength=len(rows))
            # Subtle: where thousands share buckets, those with too many candidates are dropped.
            met.append(some[n_met[some[:, 0]] <= _MET])
        triples = np.concatenate(met)
        triples = triples[n_met[triples[:, 0]] <= _MET]
        return n_met, triples[np.lexsort((triples[:, 2], triples[:, 1], triples[:, 0]))]

    def _keys_between(self, size: int, low: int, high: int) -> tuple[Rows, Rows]:
        """Return the keys in [low, high), ascending, with their places; equal keys by place."""
        self._scratch.seek(0)
        keys, places = [], []
        for start in range(0, size, _SORTED):
            some = np.frombuffer(self._scratch.read(8 * min(_SORTED, size - start)), np.int64)
            chosen = np.flatnonzero((some >= low) & (some <= high - 1))
            keys.append(some[chosen])
            places.append(chosen + start)
        key, place = np.concatenate(keys), np.concatenate(places)
        order = np.argsort(key, kind="stable")
        return key[order], place[order]


def _sharing(keys: Rows, places: Rows) -> Rows:
    """Return (article, band, earlier article) for keys of two or more articles, shape (n, 3).

    Of many articles with one key only the first are returned, as by `_candidates`.
    """
    starts = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))
    lengths = np.diff(starts, append=len(keys))
    # How many come before each under its key, as far as they are looked at.
    before = np.minimum(np.arange(len(keys)) - np.repeat(starts, lengths), _PER_BUCKET)
    firsts = np.repeat(np.repeat(starts, lengths), before)
    steps = np.arange(before.sum()) - np.repeat(np.cumsum(before) - before, before)
    later = np.repeat(places, before)
    return np.stack((later // N_BANDS, later % N_BANDS, places[firsts + steps] // N_BANDS), axis=1)


def take_signatures(connection: sqlite3.Connection, path: Path, moved: Mapping[int, int]) -> None:
    """Copy signatures and keys from another file, under other rows.

    Args:
        connection: Opened with `uri=True`, no transaction begun.
        path: The other file.
        moved: Row there to row here, of articles with a signature or without.
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


def find_copies(connection: sqlite3.Connection, signature: Signature, outlet: str) -> list[Copy]:
    """Return the stored articles that are the same report, most alike first, then by row."""
    candidates = _candidates(connection, buckets_of(signature))
    return _copies(connection, candidates, signature, outlet)


def _copies(
    connection: sqlite3.Connection, candidates: Sequence[int], signature: Signature, outlet: str
) -> list[Copy]:
    """Return the candidates that are the same report, most alike first, then by row."""
    stored = _stored(connection, candidates)
    values = (np.frombuffer(values, "<u4") for _, _, values, _ in stored)
    estimates = similarities(signature, values)
    copies = [
        Copy(row=row, similarity=similarity)
        for (row, n_shingles, values, its_outlet), similarity in zip(
            stored, estimates.tolist(), strict=True
        )
        if is_same_report(
            similarity,
            is_short=signature.is_short or Signature(n_shingles, values).is_short,
            is_same_outlet=its_outlet == outlet.casefold(),
        )
    ]
    return sorted(copies, key=lambda copy: (-copy.similarity, copy.row))


def _stored(connection: sqlite3.Connection, rows: Sequence[int]) -> list[tuple[int, int, Any, str]]:
    query = f"SELECT * FROM sketch WHERE article IN ({', '.join('?' * len(rows))})"  # noqa: S608 - marks only
    return connection.execute(query, rows).fetchall()


def _candidates(
    connection: sqlite3.Connection, keys: Sequence[int], rows: range = _ALL_ROWS
) -> list[int]:
    """Return the rows that are in the buckets, those that are in most of them first."""
    query = "SELECT article FROM band WHERE key = ? AND article >= ? AND article < ? LIMIT ?"
    return _most_met(
        row
        for key in keys
        for (row,) in connection.execute(query, (key, rows.start, rows.stop, _PER_BUCKET))
    )


def _most_met(rows: Iterable[int]) -> list[int]:
    return [row for row, _ in Counter(rows).most_common(_COMPARED)]
