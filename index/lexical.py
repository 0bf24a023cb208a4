"""Words to rows: BM25 over tantivy, for passages and for the articles they stand in.

    lexical/
      passages/      a tantivy index, row n is passage n
      articles/      a tantivy index, row n is the n-th article that has passages, headline and body
      owners.npy     the row in articles/ of every passage, int32
      names.tsv      see `names`

BM25 is S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
2009, with the idf and the constants that Lucene and tantivy fix (k1 = 1.2, b = 0.75).

Does not: tokenize questions, know languages, or parse a query language: queries are built from
terms, so nothing that is typed has a meaning other than itself. The only importer of tantivy.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, NamedTuple, Self, TypeAlias

import numpy as np
import tantivy
from numpy.typing import NDArray

from index.archive import Archive
from index.errors import SnapshotCorrupt, StorageError
from index.names import NameBridge, NameBridgeBuilder
from index.tokenize import Word, token_of, words

Rows: TypeAlias = NDArray[np.int64]
Scores: TypeAlias = NDArray[np.float32]
Group: TypeAlias = Sequence[tuple[str, float]]
"""Terms that stand for one another, each with a weight; only the best of them counts."""

PASSAGES: Final = "passages"
ARTICLES: Final = "articles"
OWNERS: Final = "owners.npy"
NAMES: Final = "names.tsv"

ARTICLE_WEIGHT: Final = 1.0
"""Share of the article's own score in a passage's: nDCG@10 of hamshahri-fa went from 0.84 to 0.87,
MRR of persianqa from 0.93 to 0.94, and no set lost (DECISIONS.md)."""

_CANDIDATES = 200
_ROW = "row"
_WORDS = "words"
_HEAP_BYTES = 128_000_000
_BATCH = 256
_TIE_MARGIN = 16
_MIN_PART = 2
_JOINED_WEIGHT = 1.0
_NO_ROWS: Rows = np.empty(0, np.int64)
_NO_SCORES: Scores = np.empty(0, np.float32)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field(_ROW, fast=True)
    builder.add_text_field(_WORDS, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


_SCHEMA = _schema()


class Postings:
    """One opened tantivy index of rows; immutable, safe for many threads."""

    def __init__(self, searcher: tantivy.Searcher, folder: Path) -> None:
        """Wrap an opened index; `folder` is for messages."""
        self._searcher = searcher
        self._folder = folder

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Memory-map the index in `folder`.

        Raises:
            SnapshotCorrupt: If it is missing, truncated or not a tantivy index.
        """
        try:
            opened = tantivy.Index.open(str(folder))
            # The default watches the folder in a thread; a snapshot never changes.
            opened.config_reader(reload_policy="manual")
            return cls(opened.searcher(), folder)
        except (ValueError, OSError) as error:  # tantivy raises nothing else on opening
            raise _corrupt(folder, error) from error

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self._searcher.num_docs

    def frequency(self, term: str) -> int:
        """Count the rows that hold `term`."""
        return self._searcher.doc_freq(_WORDS, term)

    def search(self, groups: Sequence[Group], k: int) -> tuple[Rows, Scores]:
        """Return the `k` rows with the highest BM25 score, best first, ties by row.

        A row's score is the sum, over the groups, of the best weighted term of each.

        Args:
            groups: Terms to look for; a plain word is a group of one with weight 1.
            k: How many at most; rows that hold none of the terms are never returned.

        Raises:
            ValueError: If `k` is negative.
            SnapshotCorrupt: If the files cannot be read.
        """
        if k < 0:
            msg = f"expected k >= 0, got {k}"
            raise ValueError(msg)
        parts = [part for group in groups if (part := _any_of(group)) is not None]
        k = min(k, self.n_rows)
        if not parts or k == 0:
            return _NO_ROWS, _NO_SCORES
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])
        try:
            rows, scores = self._best(query, k)
        except (ValueError, OSError) as error:
            raise _corrupt(self._folder, error) from error
        order = np.lexsort((rows, -scores))[:k]
        return rows[order], scores[order]

    def _best(self, query: tantivy.Query, k: int) -> tuple[Rows, Scores]:
        """Return at least `k` rows, no row left out that ties with the k-th."""
        limit = k + _TIE_MARGIN
        while True:
            hits = self._searcher.search(query, limit, count=False).hits
            if len(hits) < limit or hits[k - 1][0] > hits[-1][0]:
                break
            limit *= 2
        scores = np.array([score for score, _ in hits], np.float32)
        rows = self._searcher.fast_field_values(_ROW, [address for _, address in hits])
        return np.array(rows, np.int64), scores


class LexicalIndex:
    """The words of a snapshot: passages in the light of their articles, and names."""

    def __init__(
        self, passages: Postings, articles: Postings, owners: NDArray[np.int32], names: NameBridge
    ) -> None:
        """Put the opened parts together."""
        self._passages = passages
        self._articles = articles
        self._owners = owners
        self.names = names

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open what `write_lexical` wrote.

        Raises:
            SnapshotCorrupt: If a part is missing, truncated or does not fit the others.
        """
        passages = Postings.open(folder / PASSAGES)
        try:
            # Subtle: an empty array cannot be memory-mapped.
            mode: Literal["r"] | None = "r" if passages.n_rows else None
            owners = np.load(folder / OWNERS, mmap_mode=mode, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise _corrupt(folder / OWNERS, error) from error
        if owners.shape != (passages.n_rows,) or owners.dtype != np.int32:
            raise _corrupt(folder / OWNERS, f"{passages.n_rows} int32 expected, got {owners!r:.80}")
        articles = Postings.open(folder / ARTICLES)
        return cls(passages, articles, owners, NameBridge.open(folder / NAMES))

    @property
    def n_rows(self) -> int:
        """Number of passages."""
        return self._passages.n_rows

    def frequency(self, term: str) -> int:
        """Count the passages that hold `term`."""
        return self._passages.frequency(term)

    def groups(self, question: str) -> list[Group]:
        """Return the terms of a question, words written together or apart among them.

        A word that the archive does not know is split into two that it knows; two neighbours
        that it knows written together are also looked for so. Repeats count once each time.
        """
        asked = words(question)
        found: list[Group] = [[(word.token, 1.0)] for word in asked]
        found += [[(term, _JOINED_WEIGHT)] for term in self._joined(asked)]
        for word in asked:
            if word.surface.isalpha() and not self.frequency(word.token):
                found += [[(term, 1.0)] for term in self._split(word.surface)]
        return found

    def search(self, groups: Sequence[Group], k: int) -> tuple[Rows, Scores]:
        """Return the `k` best passages, best first, ties by row.

        The score is the passage's BM25 and `ARTICLE_WEIGHT` of its article's, where the article
        is among the best `max(k, 200)`; only the best `max(2 k, 200)` passages are looked at.
        """
        rows, scores = self._passages.search(groups, max(2 * k, _CANDIDATES))
        articles, article_scores = self._articles.search(groups, max(k, _CANDIDATES))
        bonus = dict(zip(articles.tolist(), article_scores.tolist(), strict=True))
        extra = [bonus.get(int(owner), 0.0) for owner in self._owners[rows]]
        total = scores + np.float32(ARTICLE_WEIGHT) * np.array(extra, np.float32)
        order = np.lexsort((rows, -total))[:k]
        return rows[order], total[order]

    def _joined(self, asked: Sequence[Word]) -> Iterator[str]:
        """Yield the neighbouring words that the archive knows written together."""
        for left, right in pairwise(asked):
            if left.surface.isalpha() and right.surface.isalpha():
                together = token_of(left.surface + right.surface)
                if self.frequency(together):
                    yield together

    def _split(self, surface: str) -> tuple[str, ...]:
        """Return the two known words that make up an unknown one, or none.

        Of several ways the one whose rarer part is commonest.
        """
        best: tuple[str, ...] = ()
        most = 0
        for at in range(_MIN_PART, len(surface) - _MIN_PART + 1):
            parts = token_of(surface[:at]), token_of(surface[at:])
            common = min(self.frequency(part) for part in parts)
            if common > most:
                most, best = common, parts
        return best


def write_lexical(folder: Path, archive: Archive) -> None:
    """Write the lexical index of an archive into `folder`, which must not exist.

    Raises:
        StorageError: If the disk is full or not ours to write.
    """
    names = NameBridgeBuilder()
    owners: list[int] = []
    try:
        folder.mkdir(parents=True)
        with (
            PostingsWriter(folder / PASSAGES) as passages,
            PostingsWriter(folder / ARTICLES) as whole,
        ):
            for owner, contents in enumerate(_articles(archive)):
                for found in contents.passages:
                    names.add([*contents.headline, *found])
                    passages.add(_tokens(contents.headline, found))
                    owners.append(owner)
                whole.add(_tokens(contents.headline, *contents.passages))
        np.save(folder / OWNERS, np.array(owners, np.int32), allow_pickle=False)
        names.write(folder / NAMES)
    except OSError as error:
        raise _unwritable(folder, error) from error


class PostingsWriter:
    """Writes a new tantivy index row by row; a context manager that commits on success."""

    def __init__(self, folder: Path) -> None:
        """Create `folder`, which must not exist.

        Raises:
            StorageError: If the disk is full or not ours to write.
        """
        self._folder = folder
        try:
            folder.mkdir()
            new = tantivy.Index(_SCHEMA, path=str(folder), reuse=False)
            # One thread: the same input gives the same segments.
            self._writer = new.writer(heap_size=_HEAP_BYTES, num_threads=1)
        except (ValueError, OSError) as error:
            raise _unwritable(folder, error) from error
        self._n_rows = 0

    def __enter__(self) -> Self:
        """Return the writer itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit, or leave a folder that does not open."""
        if error is not None:
            self._writer.rollback()
            return
        try:
            self._writer.commit()
            self._writer.wait_merging_threads()
        except (ValueError, OSError) as why:
            raise _unwritable(self._folder, why) from why

    def add(self, tokens: Iterable[str]) -> None:
        """Add the next row; tokens hold no white space, and over 64 KiB they are lost."""
        document = tantivy.Document()
        document.add_unsigned(_ROW, self._n_rows)
        document.add_text(_WORDS, " ".join(tokens))
        try:
            self._writer.add_document(document)
        except (ValueError, OSError) as error:
            raise _unwritable(self._folder, error) from error
        self._n_rows += 1


def plain(tokens: Iterable[str]) -> list[Group]:
    """Make each token a group of its own."""
    return [[(token, 1.0)] for token in tokens]


def _any_of(group: Group) -> tantivy.Query | None:
    """Return the query for the best term of a group, None for an empty group."""
    terms = [_term(term, weight) for term, weight in group if weight > 0]
    if len(terms) > 1:
        return tantivy.Query.disjunction_max_query(terms)
    return terms[0] if terms else None


def _term(term: str, weight: float) -> tantivy.Query:
    query = tantivy.Query.term_query(_SCHEMA, _WORDS, term, "freq")
    return query if weight == 1 else tantivy.Query.boost_query(query, weight)


class _Contents(NamedTuple):
    """The words of an article that has passages."""

    headline: list[Word]
    passages: list[list[Word]]


def _articles(archive: Archive) -> Iterator[_Contents]:
    """Yield the words of each article that has passages, in the order of the passages."""
    contents: _Contents | None = None
    last = None
    for start in range(0, archive.n_passages, _BATCH):
        rows = range(start, min(start + _BATCH, archive.n_passages))
        for passage, article, _ in archive.passages(rows):
            if contents is None or article.id != last:
                if contents is not None:
                    yield contents
                contents, last = _Contents(words(article.headline), []), article.id
            contents.passages.append(words(passage.text))
    if contents is not None:
        yield contents


def _tokens(*parts: Sequence[Word]) -> list[str]:
    return [word.token for part in parts for word in part]


def _corrupt(place: Path, why: object) -> SnapshotCorrupt:
    msg = f"Expected a lexical index at {place}, but: {why}; run `pasokh index build`."
    return SnapshotCorrupt(msg)


def _unwritable(place: Path, why: object) -> StorageError:
    msg = f"Expected to write a lexical index to {place}, but: {why}; free space or check rights."
    return StorageError(msg)
