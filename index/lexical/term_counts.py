"""Term counts by row (a forward index): BM25 of given rows in one call.

Postings find rows by terms; to score rows found elsewhere they must be queried row by row (tantivy
took 2.5 to 5 ms for 400 rows, this 0.5). So the terms of each row are stored a second time, by row.

    entries   5 bytes each, row by row, in a row by hash: the term's hash (uint32) and its count,
              255 at most (uint8)
    starts    int64 (n + 1,): the entries of row r are [starts[r], starts[r + 1])
    lengths   int64 (n,): tokens of each row
    trailer   n (int64), then a mark

Hashes of 32 bits may collide: between the terms of 400 passages and 20 of a question that happens
once in 8,000 questions, and then one passage scores a word too much.
Source: the formula of BM25, and the rounded lengths in it, are tantivy's, see `postings`.
"""

import mmap
from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh32_intdigest

from index.arrays import Mask, Rows, Scores
from index.disk.mapped import Pieces
from index.errors import SnapshotCorrupt
from index.lexical.bm25 import BM25_K1
from index.lexical.postings import Group

_B: Final = 0.75
_MARK: Final = b"pasokh words 1\n\0"
_ENTRY: Final = np.dtype([("term", "<u4"), ("count", "u1")])
_MOST: Final = 255
_COUNTED: Final = 20_000  # rows whose terms are counted at a time


# The lengths that tantivy can store in a byte: all to 40, then eight steps each of 2, 4, 8 ...
_STEPS: Final = [1] * 40 + [1 << power for power in range(1, 28) for _ in range(8)]
_LENGTHS: Final = np.cumsum([0, *_STEPS])


class TermCountsWriter(AbstractContextManager["TermCountsWriter"]):
    """Writes the file of a part row by row; a context manager, whole only on success."""

    def __init__(self, path: Path) -> None:
        """Create or replace `path`."""
        self._file = path.open("wb")
        self._starts = array("q", [0])
        self._lengths = array("q")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write the end of the file, or leave one that does not open."""
        with self._file as file:
            if kind is None:
                for numbers in (self._starts, self._lengths, [len(self._lengths)]):
                    file.write(np.array(numbers, "<i8").tobytes())
                file.write(_MARK)

    def add(self, entries: bytes, n_tokens: int) -> None:
        """Add the next row as `packed` gave it."""
        self._file.write(entries)
        self._starts.append(self._starts[-1] + len(entries) // _ENTRY.itemsize)
        self._lengths.append(n_tokens)


def packed(tokens: Sequence[str]) -> bytes:
    """Return the entries of a row: each distinct token's hash and count, by hash."""
    hashes = np.fromiter(map(hash_of, tokens), np.uint32, len(tokens))
    hashes.sort()
    is_last = np.ones(len(hashes), np.bool_)
    np.not_equal(hashes[1:], hashes[:-1], out=is_last[:-1])
    lasts = np.flatnonzero(is_last)
    counts = lasts.copy()
    counts[1:] -= lasts[:-1]
    counts[:1] += 1
    entries = np.empty(len(lasts), _ENTRY)
    entries["term"] = hashes[lasts]
    entries["count"] = np.minimum(counts, _MOST)
    return entries.tobytes()


class _Part(NamedTuple):
    """One opened file."""

    entries: Pieces
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]


class Frequencies:
    """Number of rows that hold each term, by the terms' hashes."""

    def __init__(self, hashes: NDArray[np.uint32], counts: NDArray[np.int64]) -> None:
        """Hold the hashes, which rise, and the rows of each."""
        self._hashes, self._counts = hashes, counts

    def __call__(self, term: str) -> int:
        """Return the number of rows that hold a term."""
        place = int(np.searchsorted(self._hashes, hash_of(term)))
        is_found = place < len(self._hashes) and self._hashes[place] == hash_of(term)
        return int(self._counts[place]) if is_found else 0


class TermCounts:
    """Term counts of the rows of all parts; immutable, safe for many threads."""

    def __init__(self, parts: Sequence[_Part], mean_length: float | None = None) -> None:
        """Number the rows of all `parts` consecutively.

        Args:
            mean_length: Tokens of a row that scores are held against; None for the mean of all.
        """
        self._parts = tuple(parts)
        self._edges = np.cumsum([0, *(len(part.starts) - 1 for part in parts)])
        if mean_length is None:
            n_tokens = sum(int(part.lengths.sum()) for part in parts)
            mean_length = n_tokens / max(int(self._edges[-1]), 1)
        self.mean_length: Final = mean_length
        """Tokens of a row that scores are held against."""

    @classmethod
    def open(cls, *paths: Path) -> Self:
        """Memory-map the files at `paths`.

        Raises:
            SnapshotCorrupt: If one is missing or not such a file.
        """
        parts = []
        for path in paths:
            try:
                with path.open("rb") as file:
                    data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except (OSError, ValueError) as error:  # an empty file cannot be mapped
                raise _corrupt(path, error) from error
            if data[-len(_MARK) :] != _MARK:
                raise _corrupt(path, "it is cut or altered")
            end = len(data) - len(_MARK) - 8
            n_rows = int.from_bytes(data[end : end + 8], "little")
            lengths_at = end - 8 * n_rows
            starts = np.frombuffer(data, "<i8", n_rows + 1, lengths_at - 8 * (n_rows + 1))
            lengths = np.frombuffer(data, "<i8", n_rows, lengths_at)
            parts.append(_Part(Pieces(path), starts, lengths))
        return cls(parts)

    @property
    def n_rows(self) -> int:
        """Number of rows, including those of removed articles."""
        return int(self._edges[-1])

    def only(self, rows: Mask) -> tuple[Self, Frequencies]:
        """Return the same with the mean length of some rows, and how many of them hold each term.

        Every entry of these rows is read: 0.2 s for 100,000 passages of 60 words.

        Args:
            rows: Which, shape (n_rows,).
        """
        n_tokens = 0
        found: list[tuple[NDArray[np.uint32], NDArray[np.int64]]] = []
        for one, first in zip(self._parts, self._edges.tolist(), strict=False):
            seen = np.flatnonzero(rows[first : first + len(one.lengths)])
            n_tokens += int(one.lengths[seen].sum())
            for at in range(0, len(seen), _COUNTED):
                chunk = seen[at : at + _COUNTED]
                spans = np.stack((one.starts[chunk], one.starts[chunk + 1])) * _ENTRY.itemsize
                entries = np.frombuffer(one.entries.read(zip(*spans.tolist(), strict=True)), _ENTRY)
                found.append(np.unique(entries["term"], return_counts=True))
        mean_length = n_tokens / max(int(np.count_nonzero(rows)), 1)
        hashes, places = np.unique(
            np.concatenate([np.empty(0, np.uint32), *(terms for terms, _ in found)]),
            return_inverse=True,
        )
        counts = np.concatenate([np.empty(0, np.int64), *(numbers for _, numbers in found)])
        totals = np.bincount(places, counts, minlength=len(hashes)).astype(np.int64)
        return type(self)(self._parts, mean_length), Frequencies(hashes, totals)

    def score(self, groups: Sequence[Group], rows: Rows, idf: Mapping[str, float]) -> Scores:
        """Return the BM25 of rows, shape (n,), equal to the scores of `Postings.search`.

        Args:
            groups: As for `Postings.search`.
            rows: Row numbers, ascending, shape (n,).
            idf: The weight of each term; terms that it lacks are in no row.
        """
        known = [[(term, boost) for term, boost in group if term in idf] for group in groups]
        known = [group for group in known if group]
        if not known or len(rows) == 0:
            return np.zeros(len(rows), np.float32)
        column = {term: number for number, term in enumerate(terms_of(known))}
        hashes = np.array(list(map(hash_of, column)), np.uint32)
        counts, lengths = np.zeros((len(rows), len(column)), np.float32), np.zeros(len(rows))
        cuts = pairwise(np.searchsorted(rows, self._edges))
        for part, (low, high), first in zip(self._parts, cuts, self._edges, strict=False):
            if high > low:
                local = rows[low:high] - first
                counts[low:high] = _counts(part, local, hashes)
                lengths[low:high] = part.lengths[local]
        saturated = term_parts(counts, lengths[:, None], self.mean_length)
        weights = np.array([idf[term] * (BM25_K1 + 1) for term in column], np.float32)
        columns = [column[term] for group in known for term, _ in group]
        boosts = np.array([boost for group in known for _, boost in group], np.float32)
        firsts = np.cumsum([0, *(len(group) for group in known[:-1])])
        # The best term of each group counts.
        best = np.maximum.reduceat((saturated * weights)[:, columns] * boosts, firsts, axis=1)
        return np.asarray(best.sum(axis=1), np.float32)


def term_parts(counts: Scores, lengths: NDArray[np.float64], mean_length: float) -> Scores:
    """Return the part of BM25 that a term's count in a row of a length makes, in [0, 1).

    Of the same shape as `counts`.
    """
    stored = _LENGTHS[np.searchsorted(_LENGTHS, lengths, side="right") - 1]
    norms = BM25_K1 * (1 - _B + _B * stored / max(mean_length, 1e-9))
    return np.asarray(counts / (counts + norms), np.float32)


def unpacked(entries: bytes) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Return the hashes and the counts of the terms of a row that was `packed`."""
    read = np.frombuffer(entries, _ENTRY)
    return read["term"], read["count"]


def _counts(part: _Part, rows: Rows, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Count terms in rows of a part, shape (rows, terms), by one binary search for all at once."""
    bounds = np.stack((part.starts[rows], part.starts[rows + 1]))
    spans = (bounds * _ENTRY.itemsize).tolist()
    entries = np.frombuffer(part.entries.read(zip(*spans, strict=True)), _ENTRY)
    edges = np.cumsum([0, *(bounds[1] - bounds[0])])
    starts, ends = edges[:-1, None], edges[1:, None]
    most = int((ends - starts).max(initial=0))
    if not most:
        return np.zeros((len(rows), len(hashes)), np.int64)
    lasts = np.maximum(ends - 1, 0)
    terms = np.ascontiguousarray(entries["term"])
    # All terms of the row before `place` are less than the hash; each step is tried on all at once.
    place = np.repeat(starts, len(hashes), axis=1)
    for step in (1 << power for power in reversed(range(most.bit_length()))):
        tried = np.minimum(place + (step - 1), lasts)
        is_less = terms[tried] < hashes
        place = np.where(is_less, tried + 1, place)
    position = np.minimum(place, lasts)
    is_found = (place < ends) & (terms[position] == hashes)
    return np.where(is_found, entries["count"][position], 0)


@lru_cache(maxsize=1 << 18)
def hash_of(term: str) -> int:
    """Hash a term to 32 bits."""
    return xxh32_intdigest(term.encode())


def _corrupt(path: Path, why: object) -> SnapshotCorrupt:
    msg = f"Expected the words of passages at {path}, but {why}; run `pasokh index build`."
    return SnapshotCorrupt(msg)


def terms_of(groups: Iterable[Group]) -> list[str]:
    """Return the terms of some groups, each once."""
    return list(dict.fromkeys(term for term, _ in chain.from_iterable(groups)))
