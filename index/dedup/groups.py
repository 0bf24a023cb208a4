"""Which articles of the archive are one report: found when an article is added, kept as pairs.

Each part has a file of its own (see `bands`). A pair stands with the part that was written later;
it names its own article by the row in the part and the other by the row over all parts, which is
in the same part or in an earlier one. Rows of earlier parts never change while a part stands, so
pairs stay right until both move into a new part, where they are written anew. Articles changed or
removed since are rows that nothing leads to.
Does not: decide what is alike (see `alike`), or read an article that is not new.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np

from index.arrays import Rows
from index.corpus.archive import Archive
from index.dedup.lsh import (
    SCHEMA,
    Alike,
    Sketched,
    add_sketch,
    add_sketches,
    find_alike,
    take_sketches,
)
from index.dedup.minhash import Sketch, band_keys, sketch
from index.errors import SnapshotCorrupt
from index.workers import NOBODY, Workers

COPIES: Final = "copies.db"


_PAIRS: Final = 8
"""Pairs kept of an article: enough to lead from copy to copy, however many there are."""

_MOST: Final = 64
"""Articles of one group that are looked for."""


_PIECE: Final = 128
_MANY_ARTICLES: Final = 3_000


class _Part(NamedTuple):
    """The file of one part and the rows [start, end) of its articles."""

    path: Path
    connection: sqlite3.Connection
    start: int
    end: int


class Copies:
    """The files of all parts, read as one; safe to share between threads."""

    def __init__(
        self, paths: Sequence[Path], counts: Sequence[int], removed: Sequence[int] = ()
    ) -> None:
        """Open the files of parts with so many articles, the rows `removed` masked.

        Raises:
            SnapshotCorrupt: If one is missing or no such file.
        """
        self._removed = frozenset(map(int, removed))
        edges = np.cumsum([0, *counts]).tolist()
        self._parts: list[_Part] = []
        try:
            for path, (start, end) in zip(paths, pairwise(edges), strict=True):
                self._parts.append(_Part(path, _opened(path), start, end))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Release the files."""
        for part in self._parts:
            part.connection.close()

    def group(self, row: int) -> list[int]:
        """Return the rows of the articles that are one report with that of `row`, ascending.

        It is among them; at most some 64 are found.
        """
        found = [row]
        for member in found:  # grows as it is read
            if len(found) >= _MOST:
                break
            found += sorted(set(self._paired(member)) - self._removed - set(found))
        return sorted(found)

    def _paired(self, row: int) -> Iterator[int]:
        """Yield the rows that pairs lead to from a row, in either direction."""
        for part in self._parts:
            if part.start <= row < part.end:
                for (other,) in _rows(
                    part, "SELECT other FROM copy WHERE article = ?", row - part.start
                ):
                    yield other
            if row < part.end:
                for (own,) in _rows(part, "SELECT article FROM copy WHERE other = ?", row):
                    yield part.start + own

    def find(self, sketched: Sketch, outlet: str, before: int) -> list[Alike]:
        """Return the articles below row `before`, where a part ends, that are the same report."""
        with _readable():
            return [
                Alike(row=part.start + alike.row, similarity=alike.similarity)
                for part in self._parts
                if part.end <= before
                for alike in find_alike(part.connection, sketched, outlet)
            ]

    def move(self, rows: Rows, connection: sqlite3.Connection, *, first: int, start: int) -> None:
        """Take over the sketches and pairs of rows that move into a new part.

        Args:
            rows: Rows here, ascending.
            connection: The new part's file.
            first: Row in the new part of the first that moves; the others follow.
            start: Rows of the parts that stay lie below; row of the new part's first article.
        """
        moved = {row: start + first + at for at, row in enumerate(rows.tolist())}
        for part in self._parts:
            own = {row: new for row, new in moved.items() if part.start <= row < part.end}
            if own:
                self._move_from(part, own, moved, connection, start)

    def _move_from(
        self,
        part: _Part,
        own: Mapping[int, int],
        moved: Mapping[int, int],
        connection: sqlite3.Connection,
        start: int,
    ) -> None:
        """Take over what stands in one part."""
        local = {row - part.start: new - start for row, new in own.items()}
        with _readable():
            take_sketches(connection, part.path, local)
        for row, new in own.items():
            others = _rows(part, "SELECT other FROM copy WHERE article = ?", row - part.start)
            kept = [
                moved.get(other, other) for (other,) in others if other in moved or other < start
            ]
            _add_pairs(connection, new - start, kept)

    def check(self, first: int = 0) -> list[str]:
        """Return what is wrong with the files from part `first` on, in words; empty when sound."""
        problems = []
        for number, part in enumerate(self._parts[first:], start=first):
            found = [str(message) for (message,) in _rows(part, "PRAGMA integrity_check")]
            query = "SELECT count(*) FROM sketch WHERE article NOT BETWEEN 0 AND ?"
            ((beyond,),) = _rows(part, query, part.end - part.start - 1)
            if beyond:
                found.append(f"{beyond} sketches of no article")
            problems += [f"part {number}, {COPIES}: {one}" for one in found if one != "ok"]
        return problems


def write_copies(
    path: Path,
    archive: Archive,
    *,
    old: Copies | None,
    moved: Rows,
    removed: Rows,
    start: int,
    workers: Workers = NOBODY,
) -> None:
    """Write the file of a new part.

    Args:
        path: Where; it must not exist.
        archive: The new part's articles: those that are new, then those that moved.
        old: The parts that stay and those that the moved ones come from; None where all is new.
        moved: Rows that moved, ascending.
        removed: Rows of the parts that stay that are removed by now.
        start: Articles in the parts that stay.
        workers: They sketch where many are new.
    """
    n_new = archive.n_articles - len(moved)
    with closing(sqlite3.connect(path.resolve().as_uri(), uri=True)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
        new = _New(
            connection=connection,
            archive=archive,
            n_new=n_new,
            old=old,
            gone=frozenset(removed.tolist()),
            start=start,
            workers=workers,
        )
        if old is not None and len(moved):
            old.move(moved, connection, first=n_new, start=start)
            new.pair_one_by_one()
        else:
            with TemporaryFile(dir=path.parent) as scratch:
                new.pair_all(scratch)
        connection.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    """The new articles of a part and where they look for others; see `write_copies`."""

    connection: sqlite3.Connection
    archive: Archive
    n_new: int
    old: Copies | None
    gone: frozenset[int]
    start: int
    workers: Workers

    def pair_one_by_one(self) -> None:
        """Pair each article with those of the parts that stay, that moved or came before it."""
        for one in self._sketches():
            own = find_alike(self.connection, one.sketch, one.outlet)
            add_sketch(self.connection, one.row, one.sketch, one.outlet)
            self._pair(one.row, own, self._elsewhere(one))

    def pair_all(self, scratch: BinaryIO) -> None:
        """Do the same where nothing moved, all keys at once."""
        elsewhere: dict[int, list[Alike]] = {}

        def looked_up() -> Iterator[Sketched]:
            for one in self._sketches():
                if found := self._elsewhere(one):
                    elsewhere[one.row] = found
                yield one

        for row, own in add_sketches(self.connection, looked_up(), scratch):
            self._pair(row, own, elsewhere.pop(row, []))
        for row, found in elsewhere.items():
            self._pair(row, [], found)

    def _sketches(self) -> Iterator[Sketched]:
        """Yield the new articles that have a sketch."""
        is_worth_it = self.n_new >= _MANY_ARTICLES
        for heads, found in self.workers.map(sketched, self._pieces(), is_worth_it=is_worth_it):
            for (row, outlet), own in zip(heads, found, strict=True):
                if own is not None:
                    yield Sketched(row, own[0], outlet, own[1])

    def _pieces(self) -> Iterator[tuple[list[tuple[int, str]], list[str]]]:
        """Yield the row and outlet of some new articles, and their bodies."""
        for start in range(0, self.n_new, _PIECE):
            rows = range(start, min(start + _PIECE, self.n_new))
            outlets, bodies = zip(*self.archive.bodies(rows), strict=True)
            yield list(zip(rows, outlets, strict=True)), list(bodies)

    def _elsewhere(self, one: Sketched) -> list[Alike]:
        """Return the articles like one in the parts that stay, those kept if there are many."""
        found = self.old.find(one.sketch, one.outlet, self.start) if self.old else []
        return _likest(found, self.gone)

    def _pair(self, row: int, own: Sequence[Alike], elsewhere: Sequence[Alike]) -> None:
        found = [replace(alike, row=self.start + alike.row) for alike in own]
        others = [alike.row for alike in _likest([*found, *elsewhere], self.gone)]
        _add_pairs(self.connection, row, others)


def sketched(bodies: Sequence[str]) -> list[tuple[Sketch, list[int]] | None]:
    """Return the sketch of each body that can have one, and its keys; public for `workers`."""
    sketches = map(sketch, bodies)
    return [None if own is None else (own, band_keys(own)) for own in sketches]


def _likest(found: Sequence[Alike], gone: frozenset[int]) -> list[Alike]:
    """Return the articles to be paired with, most alike first, those that are gone left out."""
    there = [alike for alike in found if alike.row not in gone]
    return sorted(there, key=lambda alike: (-alike.similarity, alike.row))[:_PAIRS]


def _add_pairs(connection: sqlite3.Connection, row: int, others: Sequence[int]) -> None:
    connection.executemany("INSERT INTO copy VALUES (?, ?)", ((row, other) for other in others))


def _opened(path: Path) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        try:
            connection.execute("SELECT 1 FROM sketch, band, copy LIMIT 0")
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        msg = (
            f"Expected the sketches of articles at {path}, but: {error}; run `pasokh index build`."
        )
        raise SnapshotCorrupt(msg) from error
    return connection


def _rows(part: _Part, query: str, *values: int) -> list[tuple[Any, ...]]:
    with _readable():
        return part.connection.execute(query, values).fetchall()


@contextmanager
def _readable() -> Iterator[None]:
    """Turn what SQLite says of a damaged file into ours; a full disk is none."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
            raise
        msg = f"Expected readable sketches of articles, but: {error}; run `pasokh index build`."
        raise SnapshotCorrupt(msg) from error
