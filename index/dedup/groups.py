"""Groups of articles that are one report: pairs found when an article is added, kept part by part.

Each part has a file of its own (see `lsh`). A pair is stored with the part that was written later;
it names its own article by the row in the part and the other by the row over all parts, which is
in the same part or in an earlier one. Rows of earlier parts never change while a part stands, so
pairs stay right until both move into a new part, where they are rewritten. Rows of articles
changed or removed since are never returned.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from copy import copy
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final, NamedTuple, Self

import numpy as np

from index.arrays import Mask, Rows
from index.corpus.archive import Archive
from index.dedup.lsh import SCHEMA, Copy, SignatureWriter, Signed, find_copies, take_signatures
from index.dedup.minhash import Signature, buckets_of, signature_of
from index.errors import SnapshotCorrupt
from index.workers import NOBODY, Workers

COPIES: Final = "copies.db"

_PAIRS: Final = 8
"""Pairs kept of an article: enough to lead from copy to copy, however many there are."""

_MAX_GROUP: Final = 64
"""Articles of one group that are looked for."""

_BATCH: Final = 128
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
        self._parts: list[_Part] = []
        edges = np.cumsum([0, *counts]).tolist()
        self._is_removed = np.zeros(edges[-1], np.bool_)
        self._is_removed[np.asarray(removed, np.int64)] = True
        with ExitStack() as stack:
            stack.callback(self.close)
            for path, (start, end) in zip(paths, pairwise(edges), strict=True):
                uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
                try:
                    connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
                    self._parts.append(_Part(path, connection, start, end))
                    connection.execute("SELECT 1 FROM sketch, band, copy LIMIT 0")
                except sqlite3.Error as error:
                    msg = (
                        f"Expected the sketches of articles at {path}, but: {error}; "
                        "run `pasokh index build`."
                    )
                    raise SnapshotCorrupt(msg) from error
            stack.pop_all()

    def close(self) -> None:
        """Release the files."""
        for part in self._parts:
            part.connection.close()

    def only(self, articles: Mask) -> Self:
        """Return the same files with all other articles masked, shape (n_rows,)."""
        part = copy(self)
        part._is_removed = ~articles  # noqa: SLF001  # a copy of this one
        return part

    def group(self, row: int) -> list[int]:
        """Return the rows of the articles that are one report with that of `row`, ascending.

        It is among them; at most some 64 are found.
        """
        members = [row]
        for member in members:  # grows as it is read
            if len(members) >= _MAX_GROUP:
                break
            paired: set[int] = set()
            for part in self._parts:
                if part.start <= member < part.end:
                    query = "SELECT other FROM copy WHERE article = ?"
                    paired.update(other for (other,) in _rows(part, query, member - part.start))
                if member < part.end:
                    query = "SELECT article FROM copy WHERE other = ?"
                    paired.update(part.start + own for (own,) in _rows(part, query, member))
            present = {row for row in paired if not self._is_removed[row]}
            members += sorted(present - set(members))
        return sorted(members)

    def find(self, signature: Signature, outlet: str, before: int) -> list[Copy]:
        """Return the articles below row `before`, where a part ends, that are the same report."""
        with _readable():
            return [
                Copy(row=part.start + copy.row, similarity=copy.similarity)
                for part in self._parts
                if part.end <= before
                for copy in find_copies(part.connection, signature, outlet)
            ]

    def move(self, rows: Rows, connection: sqlite3.Connection, *, first: int, start: int) -> None:
        """Copy the signatures and pairs of rows that move into a new part.

        Args:
            rows: Rows here, ascending.
            connection: The new part's file.
            first: Row in the new part of the first that moves; the others follow.
            start: Rows of the parts that stay lie below; row of the new part's first article.
        """
        moved = {row: start + first + n for n, row in enumerate(rows.tolist())}
        for part in self._parts:
            local = {
                row - part.start: new - start
                for row, new in moved.items()
                if part.start <= row < part.end
            }
            if local:
                with _readable():
                    take_signatures(connection, part.path, local)
            for row, new in local.items():
                others = _rows(part, "SELECT other FROM copy WHERE article = ?", row)
                kept = [moved.get(row, row) for (row,) in others if row in moved or row < start]
                _add_pairs(connection, new, kept)

    def check(self, first: int = 0) -> list[str]:
        """Return what is wrong with the files from part `first` on, in words; empty when sound."""
        problems = []
        for number, part in enumerate(self._parts[first:], start=first):
            messages = [str(message) for (message,) in _rows(part, "PRAGMA integrity_check")]
            query = "SELECT count(*) FROM sketch WHERE article NOT BETWEEN 0 AND ?"
            ((beyond,),) = _rows(part, query, part.end - part.start - 1)
            if beyond:
                messages.append(f"{beyond} sketches of no article")
            problems += [f"part {number}, {COPIES}: {text}" for text in messages if text != "ok"]
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
        workers: They compute signatures where many are new.
    """
    n_new = archive.n_articles - len(moved)
    removed_rows = frozenset(removed.tolist())
    with (
        closing(sqlite3.connect(path.resolve().as_uri(), uri=True)) as connection,
        TemporaryFile(dir=path.parent) as scratch,
    ):
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
        if old is not None:
            old.move(moved, connection, first=n_new, start=start)
        writer = SignatureWriter(connection, scratch)
        older_copies: dict[int, list[Copy]] = {}
        for article in _signed(archive, n_new, workers):
            older = old.find(article.signature, article.outlet, start) if old else []
            if len(moved):  # the writer stores no key before it finishes: only moved ones are found
                here = find_copies(connection, article.signature, article.outlet)
                older += _numbered_from(start, here)
            if older:
                older_copies[article.row] = _most_similar(older, removed_rows)
            writer.add(article)
        for row, new in writer.finish():
            copies = [*_numbered_from(start, new), *older_copies.pop(row, [])]
            _add_pairs(connection, row, [copy.row for copy in _most_similar(copies, removed_rows)])
        for row, copies in older_copies.items():
            _add_pairs(connection, row, [copy.row for copy in copies])
        connection.commit()


def _signed(archive: Archive, n_new: int, workers: Workers) -> Iterator[Signed]:
    """Yield the first `n_new` articles that have a signature."""
    batches = (range(start, min(start + _BATCH, n_new)) for start in range(0, n_new, _BATCH))
    pieces = (
        (list(zip(rows, outlets, strict=True)), bodies)
        for rows in batches
        for outlets, bodies in [zip(*archive.bodies(rows), strict=True)]
    )
    is_worth_it = n_new >= _MANY_ARTICLES
    for heads, signatures in workers.map(signed, pieces, is_worth_it=is_worth_it):
        for (row, outlet), signature in zip(heads, signatures, strict=True):
            if signature is not None:
                yield Signed(row, signature[0], outlet, signature[1])


def signed(bodies: Sequence[str]) -> list[tuple[Signature, list[int]] | None]:
    """Return the signature and buckets of each body that can have them; public for `workers`."""
    signatures = map(signature_of, bodies)
    return [
        None if signature is None else (signature, buckets_of(signature))
        for signature in signatures
    ]


def _numbered_from(start: int, copies: Sequence[Copy]) -> list[Copy]:
    """Number rows of the new part over all parts."""
    return [Copy(row=start + copy.row, similarity=copy.similarity) for copy in copies]


def _most_similar(copies: Sequence[Copy], removed: frozenset[int]) -> list[Copy]:
    """Return the copies to pair with, without removed ones: the most similar first, then by row."""
    live = [copy for copy in copies if copy.row not in removed]
    return sorted(live, key=lambda copy: (-copy.similarity, copy.row))[:_PAIRS]


def _add_pairs(connection: sqlite3.Connection, row: int, others: Sequence[int]) -> None:
    connection.executemany("INSERT INTO copy VALUES (?, ?)", ((row, other) for other in others))


def _rows(part: _Part, query: str, *values: int) -> list[tuple[Any, ...]]:
    with _readable():
        return part.connection.execute(query, values).fetchall()


@contextmanager
def _readable() -> Iterator[None]:
    """Turn SQLite's errors about a damaged file into ours; a full disk is none."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
            raise
        msg = f"Expected readable sketches of articles, but: {error}; run `pasokh index build`."
        raise SnapshotCorrupt(msg) from error
