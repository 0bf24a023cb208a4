"""Postings over tantivy: rows of tokens found by BM25; the only importer of tantivy.

BM25 is S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
2009, with the idf and the constants that Lucene and tantivy fix (k1 = 1.2, b = 0.75).

Does not: score given rows (see `term_counts`), or parse a query language: queries are built from
terms, so query syntax in a question has no effect.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self, TypeAlias

import numpy as np
import tantivy

from index.arrays import Mask, Rows, Scores
from index.errors import PasokhError, SnapshotCorrupt, StorageError

Group: TypeAlias = Sequence[tuple[str, float]]
"""Alternative terms, each with a weight; only the best of them counts."""

_LOCK = ".tantivy-meta.lock"
_ROW = "row"
_WORDS = "words"
_HEAP_BYTES = 128_000_000
_TIE_MARGIN = 16
_NO_ROWS: Rows = np.empty(0, np.int64)
_NO_SCORES: Scores = np.empty(0, np.float32)


_SCHEMA = (
    tantivy.SchemaBuilder()
    .add_unsigned_field(_ROW, fast=True, indexed=True)
    .add_text_field(_WORDS, tokenizer_name="whitespace", index_option="freq")
    .build()
)


class Postings:
    """One opened tantivy index of rows; immutable, safe for many threads."""

    def __init__(self, searcher: tantivy.Searcher, folder: Path, n_counted: int) -> None:
        """Wrap an opened index; `folder` is for error messages, `n_counted` as below."""
        self._searcher = searcher
        self._folder = folder
        self.n_counted: Final = n_counted
        """Rows that frequencies and idf are counted over, including those deleted since tantivy
        wrote its segments."""

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Memory-map the index in `folder`.

        Raises:
            SnapshotCorrupt: If it is missing, truncated or not a tantivy index.
        """
        try:
            with _lockable(folder) as mapped:
                opened = tantivy.Index.open(str(mapped))
                # The default watches the folder in a thread; a snapshot never changes.
                opened.config_reader(reload_policy="manual")
                segments = json.loads((folder / "meta.json").read_bytes())["segments"]
                n_counted = sum(segment["max_doc"] for segment in segments)
                return cls(opened.searcher(), folder, n_counted)
        # tantivy raises only ValueError and OSError on opening; the others are meta.json's.
        except (ValueError, OSError, KeyError, TypeError) as error:
            raise corrupt(folder, error) from error

    @property
    def n_rows(self) -> int:
        """Number of rows without deleted ones."""
        return self._searcher.num_docs

    def frequency(self, term: str) -> int:
        """Count the rows that contain `term`.

        Raises:
            SnapshotCorrupt: If the files cannot be read.
        """
        with _errors_as(corrupt, self._folder):
            return self._searcher.doc_freq(_WORDS, term)

    def most_frequent(self, group: Group) -> int:
        """Count the rows that contain the commonest term of a group; 0 for an empty group."""
        return max((self.frequency(term) for term, _ in group), default=0)

    def search(
        self, groups: Sequence[Group], k: int, allowed: Mask | None = None
    ) -> tuple[Rows, Scores]:
        """Return the `k` rows with the highest BM25 score, best first, ties by row.

        A row's score is the sum, over the groups, of the best weighted term of each.

        Args:
            groups: Terms to look for; a plain word is a group of one with weight 1.
            k: How many at most; rows that contain none of the terms are never returned.
            allowed: The rows to choose from, by row; None for all.

        Raises:
            ValueError: If `k` is negative.
            SnapshotCorrupt: If the files cannot be read.
        """
        if k < 0:
            msg = f"expected k >= 0, got {k}"
            raise ValueError(msg)
        parts = []
        for group in groups:
            terms = []
            for term, weight in group:
                if weight > 0:
                    query = tantivy.Query.term_query(_SCHEMA, _WORDS, term, "freq")
                    terms.append(query if weight == 1 else tantivy.Query.boost_query(query, weight))
            if terms:
                best_of = tantivy.Query.disjunction_max_query
                parts.append(best_of(terms) if len(terms) > 1 else terms[0])
        k = min(k, self.n_rows)
        if not parts or k == 0:
            return _NO_ROWS, _NO_SCORES
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])
        with _errors_as(corrupt, self._folder):
            rows, scores = self._best(query, k, allowed)
        order = np.lexsort((rows, -scores))[:k]
        return rows[order], scores[order]

    def _best(self, query: tantivy.Query, k: int, allowed: Mask | None) -> tuple[Rows, Scores]:
        """Return at least `k` allowed rows, or all, including every row that ties with the k-th."""
        limit = k + _TIE_MARGIN
        while True:
            hits = self._searcher.search(query, limit, count=False).hits
            scores = np.array([score for score, _ in hits], np.float32)
            numbers = self._searcher.fast_field_values(_ROW, [address for _, address in hits])
            rows = np.array(numbers, np.int64)
            is_all = len(hits) < limit
            # Subtle: some of the rows that tie with the last hit may be missing.
            is_sure = np.full(len(rows), True) if is_all else scores > scores[-1]
            if allowed is not None:
                is_sure &= allowed[rows]
            if is_all or np.count_nonzero(is_sure) >= k:
                return rows[is_sure], scores[is_sure]
            limit *= 4


class PartOfPostings(Postings):
    """Some rows of an index, as if there were no others."""

    def __init__(self, whole: Postings, rows: Mask, frequency: Callable[[str], int]) -> None:
        """Find only `rows`, shape (n_rows,), of which `frequency` counts those that hold a term."""
        super().__init__(whole._searcher, whole._folder, int(np.count_nonzero(rows)))  # noqa: SLF001
        self._rows = rows
        self._frequency = frequency

    @property
    def n_rows(self) -> int:
        """Number of these rows."""
        return self.n_counted

    def frequency(self, term: str) -> int:
        """Count those of them that contain `term`."""
        return self._frequency(term)

    def search(
        self, groups: Sequence[Group], k: int, allowed: Mask | None = None
    ) -> tuple[Rows, Scores]:
        """Return the best of them, see `Postings.search`."""
        return super().search(groups, k, self._rows if allowed is None else self._rows & allowed)


class PostingsWriter(AbstractContextManager["PostingsWriter"]):
    """Writes a tantivy index row by row; a context manager that commits on success.

    Subtle: tantivy replaces its small files and never changes its large ones, so that a folder of
    hard links can be written to without changing what they were linked from.
    """

    def __init__(self, folder: Path, keep: int = 0) -> None:
        """Create `folder`, or open the index there if rows of it are kept.

        Args:
            folder: It must not exist if `keep` is 0.
            keep: Number of rows that stay; later ones are deleted, and the next row added is this.

        Raises:
            StorageError: If the disk is full or not ours to write.
        """
        self._folder = folder
        self._n_rows = keep
        with _errors_as(unwritable, folder):
            if not keep:
                folder.mkdir()
                tantivy.Index(_SCHEMA, path=str(folder), reuse=False)
            # One thread: the same input gives the same segments.
            self._writer = tantivy.Index.open(str(folder)).writer(_HEAP_BYTES, num_threads=1)
        if keep:
            unsigned = tantivy.FieldType.Unsigned
            self._delete(tantivy.Query.range_query(_SCHEMA, _ROW, unsigned, keep))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Commit, or leave a folder that does not open."""
        if kind is not None:
            self._writer.rollback()
            return
        with _errors_as(unwritable, self._folder):
            self._writer.commit()
            self._writer.wait_merging_threads()
            # tantivy makes some files for their owner alone; they get the mode of all others.
            mode = self._folder.stat().st_mode & 0o666
            for path in self._folder.iterdir():
                if path.stat().st_mode & 0o777 != mode:
                    path.chmod(mode)

    def delete(self, rows: Iterable[int]) -> None:
        """Delete rows."""
        self._delete(tantivy.Query.term_set_query(_SCHEMA, _ROW, list(rows)))

    def _delete(self, query: tantivy.Query) -> None:
        with _errors_as(unwritable, self._folder):
            self._writer.delete_documents_by_query(query)

    def add(self, tokens: str) -> None:
        """Add the next row, its tokens separated by spaces; tokens over 64 KiB are lost."""
        document = tantivy.Document()
        document.add_unsigned(_ROW, self._n_rows)
        document.add_text(_WORDS, tokens)
        with _errors_as(unwritable, self._folder):
            self._writer.add_document(document)
        self._n_rows += 1


@contextmanager
def _lockable(folder: Path) -> Iterator[Path]:
    """Yield a folder in which tantivy may take its lock while it maps the files.

    Even to read, tantivy opens `.tantivy-meta.lock` for writing and fails where it may not: on a
    read-only disk, or in an index built by another user. A temporary folder of links to the same
    files is used there; it is not needed any more once they are mapped.
    See https://github.com/quickwit-oss/tantivy (directory/mmap_directory.rs, acquire_lock).
    """
    if not folder.is_dir() or os.access(folder / _LOCK, os.W_OK):
        yield folder
        return
    with TemporaryDirectory(prefix="pasokh-") as name:
        for path in folder.iterdir():
            if path.name != _LOCK:
                (Path(name) / path.name).symlink_to(path.resolve())
        yield Path(name)


@contextmanager
def _errors_as(make: Callable[[Path, object], PasokhError], folder: Path) -> Iterator[None]:
    """Turn the errors that tantivy raises on a folder into ours."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise make(folder, error) from error


def corrupt(folder: Path, why: object) -> SnapshotCorrupt:
    """Make the error for a part of the lexical index that cannot be read."""
    msg = f"Expected a lexical index at {folder}, but: {why}; run `pasokh index build`."
    return SnapshotCorrupt(msg)


def unwritable(folder: Path, why: object) -> StorageError:
    """Make the error for a part of the lexical index that cannot be written."""
    msg = f"Expected to write a lexical index to {folder}, but: {why}; free space or check rights."
    return StorageError(msg)
