"""Per-passage metadata columns (doc values): arrays over all rows, memory-mapped.

    sentence_starts.npy   int64 (n + 1,): sentences of row r are [starts[r], starts[r + 1])
    languages.npy         uint16 (n,): position in the tags of layout.json
    owners.npy            int32 (n,): row of the passage's article; never falls from row to row
    published.npy         int64 (n, 2): the seconds since 1970 [start, end) in which its article was
                          published; both the least number there is where the date is unknown
    outlets.npy           int32 (n,): position in the outlets of layout.json
    removed.npy           int32 (m,): rows of articles that were changed or removed since, sorted
    layout.json           the language tags and the case-folded names of outlets

Ranking reads hundreds of passages a question, and a scope all of them, without reading a text.
"""

import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from index.arrays import Mask, Rows
from index.corpus.archive import Archive
from index.errors import SnapshotCorrupt
from index.text.calendars import period
from index.types import EVERYTHING, Scope

STARTS: Final = "sentence_starts.npy"
LANGUAGES: Final = "languages.npy"
OWNERS: Final = "owners.npy"
PUBLISHED: Final = "published.npy"
OUTLETS: Final = "outlets.npy"
REMOVED: Final = "removed.npy"
TABLES: Final = "layout.json"


VAGUE_S: Final = 32 * 86_400
"""A time of publication that is longer is of no day."""
TEHRAN_S: Final = 16_200
"""A day in Tehran begins 3.5 or 4.5 hours before that in UTC."""
DAY_S: Final = 86_400

_UNDATED: Final = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Layout:
    """The opened columns, named as their files, and the tables of their codes.

    `live` masks the passages of articles that are not removed; None where none is removed.
    """

    starts: NDArray[np.int64]
    languages: NDArray[np.uint16]
    owners: NDArray[np.int32]
    published: NDArray[np.int64]
    outlets: NDArray[np.int32]
    removed: NDArray[np.int32]
    tags: tuple[str, ...]
    outlet_names: tuple[str, ...]
    live: Mask | None

    @property
    def n_rows(self) -> int:
        """Number of passages, including those of removed articles."""
        return len(self.owners)

    @property
    def n_live(self) -> int:
        """Number of passages without those of removed articles."""
        return self.n_rows if self.live is None else int(np.count_nonzero(self.live))

    @property
    def n_live_sentences(self) -> int:
        """Number of sentences without those of removed articles."""
        counts = np.diff(self.starts)
        return int(counts.sum() if self.live is None else counts[self.live].sum())

    def is_language(self, rows: Rows, tag: str) -> Mask:
        """Tell which passages are in a language, shape (n,)."""
        code = self.tags.index(tag) if tag in self.tags else -1
        return np.asarray(self.languages[rows] == code)

    def within(self, scope: Scope) -> Mask | None:
        """Tell which passages a question of `scope` may find, shape (n_rows,); None for all."""
        if scope == EVERYTHING:
            return self.live
        allowed = np.full(self.n_rows, True) if self.live is None else self.live.copy()
        starts, ends = self.published[:, 0], self.published[:, 1]
        if scope.since is not None:
            allowed &= ends > scope.since.timestamp()
        if scope.until is not None:
            # An unknown date starts before every bound.
            allowed &= (starts < scope.until.timestamp()) & (starts != _UNDATED)
        if scope.sources:
            allowed &= np.isin(self.outlets, _codes(self.outlet_names, scope.sources))
        if scope.languages:
            allowed &= np.isin(self.languages, _codes(self.tags, scope.languages))
        return allowed

    def count(self, allowed: Mask | None) -> int:
        """Count the passages of a choice, all rows for None."""
        return self.n_rows if allowed is None else int(np.count_nonzero(allowed))

    def rows(self, allowed: Mask) -> Rows:
        """Return the passages of a choice, which rise."""
        return np.flatnonzero(allowed)

    def owners_of(self, rows: Rows) -> Rows:
        """Return the articles of passages, shape (n,)."""
        return np.asarray(self.owners[rows], np.int64)

    def of_articles(self, articles: Rows | Sequence[int]) -> Mask:
        """Choose the passages of articles."""
        return np.isin(self.owners, articles)

    def among_articles(self, articles: Rows) -> "Layout":
        """Return the same where only passages of these articles are found."""
        live = np.zeros(self.n_rows, np.bool_)
        live[self.rows_of(articles)] = True
        return replace(self, live=live)

    def only(self, articles: Mask) -> "Layout":
        """Return the columns with the passages of all other articles masked, shape (n_articles,).

        Outlets that have no other articles lose their names.
        """
        live = np.asarray(articles[self.owners])
        codes = np.bincount(self.outlets[live], minlength=len(self.outlet_names))
        names = zip(self.outlet_names, codes.tolist(), strict=True)
        return replace(
            self,
            live=live,
            removed=np.flatnonzero(~articles).astype(np.int32),
            outlet_names=tuple(name if count else "" for name, count in names),
        )

    def days(self, rows: Rows) -> NDArray[np.int64]:
        """Return the days on which passages were published, without those not known so well."""
        starts, ends = self.published[rows, 0], self.published[rows, 1]
        # Unknown dates span nothing at the least number there is.
        is_dated = (ends > starts) & (ends - starts <= VAGUE_S)
        return np.asarray((starts[is_dated] + TEHRAN_S) // DAY_S)

    def count_languages(self) -> dict[str, int]:
        """Count passages not of removed articles by language tag, most frequent first."""
        codes = self.languages if self.live is None else self.languages[self.live]
        counts = zip(self.tags, np.bincount(codes, minlength=len(self.tags)).tolist(), strict=True)
        present = ((tag, count) for tag, count in counts if count)
        return dict(sorted(present, key=lambda pair: (-pair[1], pair[0])))

    def rows_of(self, articles: Rows) -> Rows:
        """Return the passages of articles, ordered as these are."""
        starts = np.searchsorted(self.owners, articles, side="left")
        ends = np.searchsorted(self.owners, articles, side="right")
        rows = [np.arange(start, end) for start, end in zip(starts, ends, strict=True)]
        return np.concatenate(rows) if rows else np.empty(0, np.int64)


def _codes(table: Sequence[str], names: Iterable[str]) -> list[int]:
    return [table.index(name) for name in names if name in table]


def write_layout(
    folder: Path,
    archive: Archive | None,
    *,
    old: Layout | None = None,
    keep: int = 0,
    removed: Sequence[int] = (),
) -> None:
    """Write the columns: the first `keep` rows of `old`, then those of an archive.

    Args:
        folder: Where they are written.
        archive: The new part, None where there is none.
        old: The columns whose first rows stay; needed where `keep` is not 0.
        keep: Passages that stay, always whole articles.
        removed: Rows of the removed articles among those that stay.
    """
    # Names are numbered in the order in which they first come.
    tags = {tag: code for code, tag in enumerate(old.tags if old else ())}
    outlets = {name: code for code, name in enumerate(old.outlet_names if old else ())}
    n_articles = int(old.owners[keep - 1]) + 1 if old and keep else 0
    n_sentences = int(old.starts[keep]) if old and keep else 0
    outlet_codes, seconds = array("q"), array("q")
    for _, published, outlet in archive.heads() if archive else ():
        outlet_codes.append(outlets.setdefault(outlet.casefold(), len(outlets)))
        bounds = period(published) if published else ()
        seconds.extend([int(moment.timestamp()) for moment in bounds] or (_UNDATED, _UNDATED))
    owners, firsts, codes = array("q"), array("q"), array("q")
    for owner, first, tag in archive.places() if archive else ():
        owners.append(owner)
        firsts.append(n_sentences + first)
        codes.append(tags.setdefault(tag, len(tags)))
    owner_rows = np.array(owners, np.int64)
    n_total = n_sentences + (archive.n_sentences if archive else 0)
    columns: dict[str, NDArray[Any]] = {
        STARTS: np.append(np.array(firsts, np.int64), n_total),
        LANGUAGES: np.array(codes, np.uint16),
        OWNERS: np.asarray(n_articles + owner_rows, np.int32),
        PUBLISHED: np.array(seconds, np.int64).reshape(-1, 2)[owner_rows],
        OUTLETS: np.array(outlet_codes, np.int32)[owner_rows],
    }
    if old is not None:
        before: tuple[Any, ...] = old.starts, old.languages, old.owners, old.published, old.outlets
        for (name, column), rows in zip(columns.items(), before, strict=True):
            columns[name] = np.concatenate((rows[:keep], column))
    columns[REMOVED] = np.array(sorted(removed), np.int32)
    for name, column in columns.items():
        with (folder / name).open("wb") as file:
            np.save(file, column, allow_pickle=False)
    tables = json.dumps({"tags": list(tags), "outlets": list(outlets)}, ensure_ascii=False)
    (folder / TABLES).write_text(f"{tables}\n", encoding="utf-8")


def open_layout(folder: Path, *, n_passages: int) -> Layout:
    """Open what `write_layout` wrote.

    Raises:
        SnapshotCorrupt: If a file is missing, or an array not of the expected shape and type.
    """
    path = folder / TABLES
    try:
        tables = json.loads(path.read_text(encoding="utf-8"))
        tags, outlets = tuple(tables["tags"]), tuple(tables["outlets"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"Expected tables at {path}, but {error}; run `pasokh index build`."
        raise SnapshotCorrupt(msg) from error
    owners = _open(folder / OWNERS, (n_passages,), np.int32)
    removed = _open(folder / REMOVED, None, np.int32)
    return Layout(
        starts=_open(folder / STARTS, (n_passages + 1,), np.int64),
        languages=_open(folder / LANGUAGES, (n_passages,), np.uint16),
        owners=owners,
        published=_open(folder / PUBLISHED, (n_passages, 2), np.int64),
        outlets=_open(folder / OUTLETS, (n_passages,), np.int32),
        removed=removed,
        tags=tags,
        outlet_names=outlets,
        live=~np.isin(owners, removed) if len(removed) else None,
    )


def _open(path: Path, shape: tuple[int, ...] | None, kind: type[np.generic]) -> NDArray[Any]:
    """Memory-map an array; one of unknown length may be empty, so it is read."""
    try:
        mode: Literal["r"] | None = "r" if shape else None
        array: NDArray[Any] = np.load(path, mmap_mode=mode, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        msg = f"Expected an array at {path}, but {error}; run `pasokh index build`."
        raise SnapshotCorrupt(msg) from error
    if array.shape != (shape or (array.size,)) or array.dtype != kind:
        msg = (
            f"Expected numbers of type {kind.__name__} and shape {shape} at {path}, but found "
            f"{array.dtype} {array.shape}; run `pasokh index build`."
        )
        raise SnapshotCorrupt(msg)
    return array
