"""Lexical index of a snapshot: BM25 of passages and of their articles, and names across scripts.

    lexical/
      passages/      postings, row n is passage n
      articles/      postings, row n is article n, headline and body
    parts/<k>/
      passages.words the same rows' terms by row, see `term_counts`
      articles.words
      names.tsv      see `names`

The postings hold the rows of all parts except those of removed articles; the others have a file a
part. Passages found by the postings and passages found by vectors are scored alike.
Does not: know languages, or weigh the words of a question against its meaning (see `fuse`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from index.arrays import Allowed, Mask, Rows, Scores
from index.corpus.archive import Archive
from index.lexical.bm25 import ceiling, idf, share
from index.lexical.names import NameIndex, NameIndexBuilder
from index.lexical.postings import (
    Group,
    PartOfPostings,
    Postings,
    PostingsWriter,
    unwritable,
)
from index.lexical.term_counts import TermCounts, TermCountsWriter, packed, terms_of
from index.text.tokenize import STOP_WORDS, Word, token_of, words
from index.workers import NOBODY, Workers

PASSAGES: Final = "passages"
ARTICLES: Final = "articles"
NAMES: Final = "names.tsv"
PASSAGE_WORDS: Final = "passages.words"
ARTICLE_WORDS: Final = "articles.words"

ARTICLE_WEIGHT: Final = 1.0
"""Weight of the article's score in a passage's: nDCG@10 of hamshahri-fa went from 0.84 to 0.87,
MRR of persianqa from 0.93 to 0.94, and no set lost (DECISIONS.md)."""

_CANDIDATES = 200
_PIECE = 256
_MANY_PASSAGES = 10_000
_MIN_PART = 2
_ENDINGS = frozenset(["ها", "های", "هایی", "ات", "ام", "اش", "ای", "اند", "ایم", "اید", "ان"])
"""Stop words that end a word and begin none."""
_COMPOUND = re.compile("(?<![^\\W\\d_])[^\\W\\d_]++(?:\u200c[^\\W\\d_]++)++")
"""Parts that a joiner joins, «کی‌نوش»."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalQuestion:
    """Words of a question as one archive spells them.

    Attributes:
        groups: All groups to search for, including words joined or split.
        base_groups: The groups of the words as asked, names in the archive's spellings.
        names: Terms of each name and number; an empty group for a name the archive lacks.
        weights: Token to idf, for `coverage`.
    """

    groups: Sequence[Group]
    base_groups: Sequence[Group]
    names: Sequence[Group]
    weights: dict[str, float]


class FoundWords(Protocol):
    """Rows found by their words; see `Postings`."""

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        ...

    @property
    def n_counted(self) -> int:
        """Number of rows that `frequency` counts."""
        ...

    def frequency(self, term: str, /) -> int:
        """Count the rows that contain `term`."""
        ...

    def most_frequent(self, group: Group) -> int:
        """Count the rows that contain the commonest term of a group; 0 for an empty group."""
        ...

    def search(
        self, groups: Sequence[Group], k: int, allowed: Allowed | None = None
    ) -> tuple[Rows, Scores]:
        """Return the `k` rows with the highest BM25 score, best first, ties by row."""
        ...


class ScoredWords(Protocol):
    """Rows found elsewhere and scored by their words; see `TermCounts`."""

    def score(self, groups: Sequence[Group], rows: Rows, idf: Mapping[str, float]) -> Scores:
        """Return the BM25 of rows, which rise, shape (n,)."""
        ...


class LexicalIndex:
    """Words of a snapshot: found and scored rows of passages and of articles, and names."""

    def __init__(
        self,
        found: tuple[FoundWords, FoundWords],
        scored: tuple[ScoredWords, ScoredWords],
        names: NameIndex,
    ) -> None:
        """Combine what is opened; in each pair passages come before articles."""
        self._passages, self._articles = found
        self._passage_words, self._article_words = scored
        self.names = names

    def _owners_of(self, rows: Rows) -> Rows:
        """Return the articles of passages, shape (n,)."""
        raise NotImplementedError

    def _owning(self, passages: Allowed) -> Allowed:
        """Return the articles that have some of these passages."""
        raise NotImplementedError

    def _together(self, *acts: Callable[[], Any]) -> list[Any]:
        """Return what some look-ups return, which may be made at the same time."""
        return [act() for act in acts]

    def _expect(self, terms: Sequence[str], rare: Sequence[str] = ()) -> None:
        """Prepare for being asked how frequent terms are; most of the `rare` ones are nowhere."""

    @property
    def n_counted(self) -> int:
        """Number of passages that `frequency` counts, see `Postings`."""
        return self._passages.n_counted

    @property
    def n_rows(self) -> int:
        """Number of passages without those of removed articles."""
        return self._passages.n_rows

    @property
    def n_articles(self) -> int:
        """Number of articles without removed ones."""
        return self._articles.n_rows

    def frequency(self, term: str) -> int:
        """Count the passages that hold `term`."""
        return self._passages.frequency(term)

    def question(self, text: str) -> LexicalQuestion:
        """Return what to search for: the words of a question and their spellings in the archive.

        A name is searched in the archive's spellings (see `names`). Instead of a word that the
        archive does not have the two are searched that it has and that make up the word, one of
        them perhaps a stop word; two neighbours, and parts that a joiner joins, that it has written
        as one word are also searched as that word. A word asked twice counts twice.
        """
        asked = words(text)
        neighbours = [
            left.surface + right.surface
            for left, right in pairwise(asked)
            if left.surface.isalpha() and right.surface.isalpha()
        ]
        compounds = (
            word.surface
            for match in _COMPOUND.finditer(text)
            for word in words(match[0].replace("\u200c", ""))
        )
        own = list(dict.fromkeys(word.token for word in asked))
        joined = [
            term
            for term in dict.fromkeys(token_of(word) for word in (*neighbours, *compounds))
            if term not in own
        ]
        self._expect(own, joined)
        split = {word.surface: self._split(word) for word in asked if word.surface.isalpha()}
        # Two words are likelier than one that sounds like them, where no capital tells a name.
        names = [
            name
            for name in self.names.expand(text)
            if name.word.isascii() or not split.get(name.word)
        ]
        known = [name.terms for name in names if name.terms]
        named = {word.surface for name in names if name.terms for word in words(name.word)}
        plain: list[Group] = [
            [(term, 1.0)]
            for word in asked
            if word.surface not in named
            for term in split.get(word.surface) or (word.token,)
        ]
        base: list[Group] = [*known, *plain]
        self._expect(list(terms_of(base)))
        extra: list[Group] = [[(term, 1.0)] for term in joined if self.frequency(term)]
        return LexicalQuestion(
            groups=[*base, *extra],
            base_groups=base,
            names=[name.terms for name in names],
            weights={
                group[0][0]: idf(self._passages.most_frequent(group), self._passages.n_counted)
                for group in base
            },
        )

    def search(
        self, groups: Sequence[Group], k: int, allowed: Allowed | None = None
    ) -> tuple[Rows, Scores]:
        """Return the `k` best passages, of those `allowed`, best first, ties by row.

        The score is the passage's BM25 and `ARTICLE_WEIGHT` of its article's, where the article
        is among the best `max(k, 200)`; only the best `max(2 k, 200)` passages are looked at.
        """
        owning = None if allowed is None else self._owning(allowed)
        (rows, scores), (articles, article_scores) = self._together(
            lambda: self._passages.search(groups, max(2 * k, _CANDIDATES), allowed),
            lambda: self._articles.search(groups, max(k, _CANDIDATES), owning),
        )
        bonus = dict(zip(articles.tolist(), article_scores.tolist(), strict=True))
        extra = [bonus.get(owner, 0.0) for owner in self._owners_of(rows).tolist()]
        total = scores + np.float32(ARTICLE_WEIGHT) * np.array(extra, np.float32)
        order = np.lexsort((rows, -total))[:k]
        return rows[order], total[order]

    def shares(self, question: LexicalQuestion, rows: Rows) -> Scores:
        """Return the lexical score of passages as a share of the most they could have, (n,).

        The mean of the passage's share and, with `ARTICLE_WEIGHT`, its article's. `rows` rise.
        """
        groups, base = question.groups, question.base_groups
        articles, inverse = np.unique(self._owners_of(rows), return_inverse=True)
        passage, article = self._together(
            lambda: _share(self._passages, self._passage_words, groups, base, rows),
            lambda: _share(self._articles, self._article_words, groups, base, articles)[inverse],
        )
        return np.asarray((passage + ARTICLE_WEIGHT * article) / (1 + ARTICLE_WEIGHT), np.float32)

    def name_shares(self, question: LexicalQuestion, rows: Rows) -> Scores:
        """Return the share of the question's names and numbers that passages contain, (n,).

        A name that the archive lacks counts as the rarest, and no passage has it. `rows` rise.
        """
        return _share(self._passages, self._passage_words, question.names, question.names, rows)

    def _split(self, word: Word) -> tuple[str, ...]:
        """Return the two words of the archive that make up a word it lacks, or none.

        The first may be a stop word that is no ending; it is left out, as the archive counts it
        nowhere. Chooses the split that maximises the document frequency of its rarer part.
        """
        if self.frequency(word.token):
            return ()
        surface = word.surface
        best: tuple[str, ...] = ()
        highest = 0
        halves = [
            (surface[:middle], surface[middle:])
            for middle in range(_MIN_PART, len(surface) - _MIN_PART + 1)
        ]
        splits = [
            (token_of(last),)
            if first in STOP_WORDS and first not in _ENDINGS and len(last) > _MIN_PART
            else (token_of(first), token_of(last))
            for first, last in halves
        ]
        self._expect([part for parts in splits for part in parts])
        for parts in splits:
            frequency = min(map(self.frequency, parts))
            if frequency > highest:
                highest, best = frequency, parts
        return best


class FileLexicalIndex(LexicalIndex):
    """The words of a snapshot in files."""

    def __init__(
        self,
        postings: tuple[Postings, Postings],
        words: tuple[TermCounts, TermCounts],
        owners: NDArray[np.int32],
        names: NameIndex,
    ) -> None:
        """Combine opened files; `owners` are the articles of the passages, by row."""
        super().__init__(postings, words, names)
        self._postings, self._words, self._owners = postings, words, owners

    @classmethod
    def open(cls, folder: Path, owners: NDArray[np.int32], parts: Sequence[Path]) -> Self:
        """Open what `write_lexical` wrote.

        Args:
            folder: The postings.
            owners: Row of each passage's article, see `index.snapshot.rows`.
            parts: The folder of each part.

        Raises:
            SnapshotCorrupt: If a file is missing, truncated or damaged.
        """
        postings = Postings.open(folder / PASSAGES), Postings.open(folder / ARTICLES)
        passages = TermCounts.open(*(part / PASSAGE_WORDS for part in parts))
        articles = TermCounts.open(*(part / ARTICLE_WORDS for part in parts))
        names = NameIndex.open(*(part / NAMES for part in parts))
        return cls(postings, (passages, articles), owners, names)

    @property
    def mean_lengths(self) -> tuple[float, float]:
        """Mean number of tokens of a passage and of an article."""
        passages, articles = self._words
        return passages.mean_length, articles.mean_length

    def only(self, passages: Mask) -> "FileLexicalIndex":
        """Return the index of some passages, as if there were no others, shape (n_rows,)."""
        chosen = passages, self._owning(passages)
        (passage_words, passage_frequency), (article_words, article_frequency) = (
            words.only(rows) for words, rows in zip(self._words, chosen, strict=True)
        )
        postings = (
            PartOfPostings(self._postings[0], chosen[0], passage_frequency),
            PartOfPostings(self._postings[1], chosen[1], article_frequency),
        )
        names = self.names.only(passage_frequency)
        return FileLexicalIndex(postings, (passage_words, article_words), self._owners, names)

    def _owners_of(self, rows: Rows) -> Rows:
        return np.asarray(self._owners[rows], np.int64)

    def _owning(self, passages: Mask) -> Mask:
        """Return the articles that have some of these passages, shape (n_articles,)."""
        owning = np.zeros(int(self._owners[-1]) + 1 if len(self._owners) else 0, np.bool_)
        owning[self._owners[passages]] = True
        return owning


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRows:
    """Rows that stay in a lexical index: the first ones, except some removed."""

    n_passages: int = 0
    n_articles: int = 0
    removed_passages: Sequence[int] = ()
    removed_articles: Sequence[int] = ()


NOTHING: Final = KeptRows()


def write_lexical(
    folder: Path,
    part: Path | None,
    archive: Archive | None,
    kept: KeptRows = NOTHING,
    workers: Workers = NOBODY,
) -> None:
    """Add the articles of a new part to the postings, and write their words to the part's folder.

    Args:
        folder: The postings; it must not exist where no row is kept.
        part: The part's folder, None where there is no new part.
        archive: The part's texts, likewise.
        kept: The rows that stay.
        workers: Used to tokenize where there are many texts.

    Raises:
        StorageError: If the disk is full or not ours to write.
    """
    try:
        folder.mkdir(parents=True, exist_ok=bool(kept.n_passages))
        with (
            PostingsWriter(folder / PASSAGES, kept.n_passages) as passages,
            PostingsWriter(folder / ARTICLES, kept.n_articles) as whole,
        ):
            passages.delete(kept.removed_passages)
            whole.delete(kept.removed_articles)
            if part is not None and archive is not None:
                _write_part(part, archive, (passages, whole), workers)
    except OSError as error:
        raise unwritable(folder, error) from error


def _write_part(
    part: Path, archive: Archive, postings: tuple[PostingsWriter, PostingsWriter], workers: Workers
) -> None:
    """Add the rows of a part to the postings and write its own files."""
    names = NameIndexBuilder()
    pieces = (
        (None, archive.texts(range(start, min(start + _PIECE, archive.n_articles))))
        for start in range(0, archive.n_articles, _PIECE)
    )
    is_worth_it = archive.n_passages >= _MANY_PASSAGES
    with (
        TermCountsWriter(part / PASSAGE_WORDS) as passage_words,
        TermCountsWriter(part / ARTICLE_WORDS) as article_words,
    ):
        for _, tokenized in workers.map(tokenized_articles, pieces, is_worth_it=is_worth_it):
            for rows, writer, counts in zip(
                tokenized.rows, postings, (passage_words, article_words), strict=True
            ):
                for row in rows:
                    writer.add(row.tokens)
                    counts.add(row.entries, row.n_tokens)
            names.merge(tokenized.names)
    names.write(part / NAMES)


class TokenizedRow(NamedTuple):
    """Tokens of a passage or article: joined by spaces, their number, and their `packed` counts."""

    tokens: str
    n_tokens: int
    entries: bytes


class _Tokenized(NamedTuple):
    """Tokenized articles: rows of passages and of articles, and counted words for `names`."""

    rows: tuple[list[TokenizedRow], list[TokenizedRow]]
    names: dict[str, int]


def tokenized_articles(texts: Sequence[tuple[str, Sequence[str]]]) -> _Tokenized:
    """Tokenize headlines, each with its article's passages; public for `workers` alone."""
    names = NameIndexBuilder()
    passages: list[TokenizedRow] = []
    articles: list[TokenizedRow] = []
    for title, passage_texts in texts:
        headline, contents = words(title), [words(text) for text in passage_texts]
        for content in contents:
            names.add([*headline, *content])
            passages.append(_row(headline, content))
        articles.append(_row(headline, *contents))
    return _Tokenized((passages, articles), names.counted())


def _row(*contents: Sequence[Word]) -> TokenizedRow:
    tokens = [word.token for content in contents for word in content]
    return TokenizedRow(" ".join(tokens), len(tokens), packed(tokens))


def _share(
    postings: FoundWords,
    words: ScoredWords,
    groups: Sequence[Group],
    base: Sequence[Group],
    rows: Rows,
) -> Scores:
    """Return BM25 by `groups` over the most that `base` could have earned, in [0, 1], (n,)."""
    n_rows = postings.n_counted
    frequencies = {term: postings.frequency(term) for term in terms_of((*groups, *base))}
    weights = {term: idf(frequency, n_rows) for term, frequency in frequencies.items() if frequency}
    highest = [max((frequencies[term] for term, _ in group), default=0) for group in base]
    return share(words.score(groups, rows, weights), ceiling(highest, n_rows))
