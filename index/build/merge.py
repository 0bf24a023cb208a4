"""Merge of an old snapshot's parts with what is new.

The first parts are reused as they are, by hard links; the live articles of the others and the new
ones make one new part, copied with their vectors. How many parts are reused is chosen so that each
part holds at least twice the passages of the next: then an archive of n passages has at most
log2(n) parts, and over n updates each article is copied at most log2(n) times.
Source: the geometric merging of log-structured indexes, e.g. O'Neil et al., "The Log-Structured
Merge-Tree", 1996; and Lucene's segments.
"""

import os
import shutil
from collections.abc import Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from index.arrays import Rows
from index.corpus.archive import Archive, ArchiveWriter
from index.lexical.index import KeptRows, write_lexical
from index.snapshot.rows import write_layout
from index.snapshot.snapshot import ARCHIVE, LEXICAL, PARTS, FileSnapshot
from index.types import ArticleId
from index.workers import Workers

MAX_REMOVED: Final = 0.25
"""Share of a part's passages that may be of removed articles; above it the part is rewritten."""

_NEW = "new"


def _no_rows() -> Rows:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Plan of a merge: the rows of an old snapshot that stay, and those that move to the new part.

    Attributes:
        n_parts: Parts that stay.
        n_passages, n_articles: Rows of those parts.
        removed: Rows of the removed articles in those parts, sorted.
        newly_removed: Those of `removed` that are live in the old snapshot.
        articles, passages: Rows that move, without those of removed articles, sorted.
    """

    n_parts: int = 0
    n_passages: int = 0
    n_articles: int = 0
    removed: Rows = field(default_factory=_no_rows)
    newly_removed: Rows = field(default_factory=_no_rows)
    articles: Rows = field(default_factory=_no_rows)
    passages: Rows = field(default_factory=_no_rows)


def plan_merge(
    old: FileSnapshot | None, dropped: Sequence[ArticleId], n_new: int, *, compact: bool
) -> Merge:
    """Choose the parts that stay.

    Args:
        old: The serving snapshot; None where all is new.
        dropped: Its articles that are to be removed.
        n_new: Number of new passages.
        compact: Whether all parts are merged.
    """
    if old is None:
        return Merge()
    rows = [row for name in dropped if (row := old.archive.row(name)) is not None]
    is_removed = np.zeros(old.archive.n_rows, np.bool_)
    is_removed[rows] = True
    is_removed[old.layout.removed] = True
    live = ~is_removed[old.layout.owners]
    edges = np.cumsum([0, *(part.passages for part in old.manifest.parts)]).tolist()
    sizes = [int(live[start:end].sum()) for start, end in pairwise(edges)]
    totals = [part.passages for part in old.manifest.parts]
    n_parts = 0 if compact else first_merged(sizes, totals, n_new)
    n_passages = edges[n_parts]
    n_articles = sum(part.articles for part in old.manifest.parts[:n_parts])
    removed = np.flatnonzero(is_removed[:n_articles])
    return Merge(
        n_parts=n_parts,
        n_passages=n_passages,
        n_articles=n_articles,
        removed=removed,
        newly_removed=np.setdiff1d(removed, old.layout.removed),
        articles=np.flatnonzero(~is_removed[n_articles:]) + n_articles,
        passages=np.flatnonzero(live[n_passages:]) + n_passages,
    )


def first_merged(sizes: Sequence[int], totals: Sequence[int], n_new: int) -> int:
    """Return the first part that is merged into the new one; their number if none is.

    Args:
        sizes: Live passages of each part.
        totals: All passages of each part.
        n_new: Passages that are new.
    """
    first = next(
        (
            number
            for number, (live, total) in enumerate(zip(sizes, totals, strict=True))
            if total - live > MAX_REMOVED * total
        ),
        len(sizes),
    )
    merged = n_new + sum(sizes[first:])
    while first and sizes[first - 1] < 2 * merged:
        first -= 1
        merged += sizes[first]
    return first


def new_part(draft: Path) -> Path:
    """Make the folder in a draft where the new part is written."""
    folder = draft / PARTS / _NEW
    folder.mkdir(parents=True)
    return folder


def reuse_old(draft: Path, old: FileSnapshot, merge: Merge, writer: ArchiveWriter) -> None:
    """Append the articles that move to the new part's archive and link the files that stay."""
    old.archive.copy(writer, merge.articles)
    staying = tuple(f"{PARTS}/{number}/" for number in range(merge.n_parts))
    if merge.n_parts:
        staying += (f"{LEXICAL}/",)
    for name in old.manifest.files:
        if name.startswith(staying) and not name.endswith(".lock"):
            target = draft / name
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(old.folder / name, target)
            except OSError:  # a file system without hard links, or across a mount
                shutil.copyfile(old.folder / name, target)


def number_part(draft: Path, merge: Merge, n_passages: int) -> Path | None:
    """Rename the new part's folder to its number; delete it and return None if it is empty."""
    written = draft / PARTS / _NEW
    if not n_passages:
        shutil.rmtree(written)
        return None
    return written.rename(draft / PARTS / str(merge.n_parts))


def write_words(
    draft: Path, part: Path | None, old: FileSnapshot | None, merge: Merge, workers: Workers
) -> None:
    """Write the lexical index and the metadata columns."""
    removed = old.layout.rows_of(merge.newly_removed) if old else _no_rows()
    kept = KeptRows(
        n_passages=merge.n_passages,
        n_articles=merge.n_articles,
        removed_passages=removed.tolist(),
        removed_articles=merge.newly_removed.tolist(),
    )
    with closing(Archive(part / ARCHIVE)) if part else nullcontext() as archive:
        write_lexical(draft / LEXICAL, part, archive, kept, workers)
        write_layout(
            draft,
            archive,
            old=old.layout if old else None,
            keep=merge.n_passages,
            removed=merge.removed.tolist(),
        )
