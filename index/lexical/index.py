"""What an archive's words say about a question: passages in the light of their articles, and names.

    lexical/
      passages/      postings, row n is passage n
      articles/      postings, row n is article n, headline and body
    parts/<k>/
      passages.words the same rows' terms by row, see `forward`
      articles.words
      names.tsv      see `names`

The postings hold the rows of all parts but removed articles'; the others have a file a part. What
is found by the postings and what by the vectors is scored alike.
Does not: know languages, or what the words of a question weigh beside its meaning (see `fuse`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from index.arrays import Mask, Rows, Scores
from index.corpus.archive import Archive
from index.lexical.bm25 import ceiling, idf, share
from index.lexical.names import NameBridge, NameBridgeBuilder
from index.lexical.postings import Group, Postings, PostingsWriter, unwritable
from index.lexical.term_counts import Forward, ForwardWriter, packed, terms_of
from index.text.tokenize import Word, token_of, words
from index.workers import NOBODY, Workers

PASSAGES: Final = "passages"
ARTICLES: Final = "articles"
NAMES: Final = "names.tsv"
PASSAGE_WORDS: Final = "passages.words"
ARTICLE_WORDS: Final = "articles.words"

ARTICLE_WEIGHT: Final = 1.0
"""Share of the article's own score in a passage's: nDCG@10 of hamshahri-fa went from 0.84 to 0.87,
MRR of persianqa from 0.93 to 0.94, and no set lost (DECISIONS.md)."""

_CANDIDATES = 200
_PIECE = 256
_MANY_PASSAGES = 10_000
_MIN_PART = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalQuestion:
    """What the words of a question mean to one archive.

    Attributes:
        groups: All that is searched for, words written together or apart among it.
        asked: The groups of what was asked itself, names by the archive's spellings.
        names: Terms of each name and number; an empty group for a name the archive lacks.
        weights: Token to idf, for `coverage`.
    """

    groups: Sequence[Group]
    asked: Sequence[Group]
    names: Sequence[Group]
    weights: dict[str, float]


class LexicalIndex:
    """The words of a snapshot: passages in the light of their articles, and names."""

    def __init__(
        self,
        postings: tuple[Postings, Postings],
        words: tuple[Forward, Forward],
        owners: NDArray[np.int32],
        names: NameBridge,
    ) -> None:
        """Put the opened parts together, what is of passages before what is of articles."""
        self._passages, self._articles = postings
        self._passage_words, self._article_words = words
        self._owners = owners
        self.names = names

    @classmethod
    def open(cls, folder: Path, owners: NDArray[np.int32], parts: Sequence[Path]) -> Self:
        """Open what `write_lexical` wrote.

        Args:
            folder: The postings.
            owners: Row of each passage's article, see `layout`.
            parts: The folder of each part.

        Raises:
            SnapshotCorrupt: If a file is missing, truncated or damaged.
        """
        postings = Postings.open(folder / PASSAGES), Postings.open(folder / ARTICLES)
        passages = Forward.open(*(part / PASSAGE_WORDS for part in parts))
        articles = Forward.open(*(part / ARTICLE_WORDS for part in parts))
        names = NameBridge.open(*(part / NAMES for part in parts))
        return cls(postings, (passages, articles), owners, names)

    @property
    def n_rows(self) -> int:
        """Number of passages, those of removed articles left out."""
        return self._passages.n_rows

    @property
    def n_articles(self) -> int:
        """Number of articles, removed ones left out."""
        return self._articles.n_rows

    def frequency(self, term: str) -> int:
        """Count the passages that hold `term`."""
        return self._passages.frequency(term)

    def question(self, text: str) -> LexicalQuestion:
        """Return what to search for: the words of a question and what stands for them here.

        A name is looked for in the archive's spellings (see `names`). A word that the archive
        does not know is split into two that it knows; two neighbours that it knows written
        together are also looked for so. A word asked twice counts twice.
        """
        asked = words(text)
        names = self.names.expand(text)
        known = [name.terms for name in names if name.terms]
        named = {word.surface for name in names if name.terms for word in words(name.asked)}
        own: list[Group] = [[(word.token, 1.0)] for word in asked if word.surface not in named]
        extra: list[Group] = [[(term, 1.0)] for term in self._joined(asked)]
        for word in asked:
            if word.surface.isalpha() and word.surface not in named:
                extra += [[(term, 1.0)] for term in self._split(word)]
        return LexicalQuestion(
            groups=[*known, *own, *extra],
            asked=[*known, *own],
            names=[name.terms for name in names],
            weights={
                group[0][0]: idf(self._passages.most_frequent(group), self._passages.n_counted)
                for group in (*known, *own)
            },
        )

    def search(
        self, groups: Sequence[Group], k: int, allowed: Mask | None = None
    ) -> tuple[Rows, Scores]:
        """Return the `k` best passages, of those `allowed`, best first, ties by row.

        The score is the passage's BM25 and `ARTICLE_WEIGHT` of its article's, where the article
        is among the best `max(k, 200)`; only the best `max(2 k, 200)` passages are looked at.
        """
        rows, scores = self._passages.search(groups, max(2 * k, _CANDIDATES), allowed)
        articles, article_scores = self._articles.search(
            groups, max(k, _CANDIDATES), self._owning(allowed)
        )
        bonus = dict(zip(articles.tolist(), article_scores.tolist(), strict=True))
        extra = [bonus.get(int(owner), 0.0) for owner in self._owners[rows]]
        total = scores + np.float32(ARTICLE_WEIGHT) * np.array(extra, np.float32)
        order = np.lexsort((rows, -total))[:k]
        return rows[order], total[order]

    def shares(self, question: LexicalQuestion, rows: Rows) -> Scores:
        """Return the lexical score of passages as a share of the most they could have, (n,).

        The mean of the passage's share and, with `ARTICLE_WEIGHT`, its article's. `rows` rise.
        """
        groups, asked = question.groups, question.asked
        own = _share(self._passages, self._passage_words, groups, asked, rows)
        articles, place = np.unique(np.asarray(self._owners[rows], np.int64), return_inverse=True)
        whole = _share(self._articles, self._article_words, groups, asked, articles)[place]
        return np.asarray((own + ARTICLE_WEIGHT * whole) / (1 + ARTICLE_WEIGHT), np.float32)

    def name_shares(self, question: LexicalQuestion, rows: Rows) -> Scores:
        """Return the share of the question's names and numbers that passages hold, (n,).

        Names that the archive does not know count as the rarest, and no passage has them. `rows`
        rise.
        """
        return _share(self._passages, self._passage_words, question.names, question.names, rows)

    def _owning(self, allowed: Mask | None) -> Mask | None:
        """Tell which articles have a passage that is allowed."""
        if allowed is None:
            return None
        owning = np.zeros(int(self._owners[-1]) + 1 if len(self._owners) else 0, np.bool_)
        owning[self._owners[allowed]] = True
        return owning

    def _joined(self, asked: Sequence[Word]) -> Iterator[str]:
        """Yield the neighbouring words that the archive knows written together."""
        for left, right in pairwise(asked):
            if left.surface.isalpha() and right.surface.isalpha():
                together = token_of(left.surface + right.surface)
                if self.frequency(together):
                    yield together

    def _split(self, word: Word) -> tuple[str, ...]:
        """Return the two known words that make up an unknown one, or none.

        Of several ways the one whose rarer part is commonest.
        """
        if self.frequency(word.token):
            return ()
        surface = word.surface
        best: tuple[str, ...] = ()
        most = 0
        for at in range(_MIN_PART, len(surface) - _MIN_PART + 1):
            parts = token_of(surface[:at]), token_of(surface[at:])
            common = min(self.frequency(part) for part in parts)
            if common > most:
                most, best = common, parts
        return best


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What stays of the rows that stand in a lexical index: the first ones, but some removed."""

    n_passages: int = 0
    n_articles: int = 0
    removed_passages: Sequence[int] = ()
    removed_articles: Sequence[int] = ()


NOTHING: Final = Kept()


def write_lexical(
    folder: Path,
    part: Path | None,
    archive: Archive | None,
    kept: Kept = NOTHING,
    workers: Workers = NOBODY,
) -> None:
    """Put the articles of a new part into the lexical index, and their words into its folder.

    Args:
        folder: The index; it must not exist where nothing is kept.
        part: The part's folder, None where there is no new part.
        archive: Its texts, likewise.
        kept: What stays of the rows that are there.
        workers: They take texts apart where there are many.

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
    names = NameBridgeBuilder()
    pieces = (
        (None, archive.texts(range(start, min(start + _PIECE, archive.n_articles))))
        for start in range(0, archive.n_articles, _PIECE)
    )
    is_worth_it = archive.n_passages >= _MANY_PASSAGES
    with (
        ForwardWriter(part / PASSAGE_WORDS) as passage_words,
        ForwardWriter(part / ARTICLE_WORDS) as article_words,
    ):
        for _, found in workers.map(taken_apart, pieces, is_worth_it=is_worth_it):
            for rows, writer, forward in zip(
                found.rows, postings, (passage_words, article_words), strict=True
            ):
                for row in rows:
                    writer.add(row.tokens)
                    forward.add(row.entries, row.n_tokens)
            names.merge(found.names)
    names.write(part / NAMES)


class _Row(NamedTuple):
    """The tokens of a passage or article: parted by spaces, how many, and as `packed` gives."""

    tokens: str
    n_tokens: int
    entries: bytes


class _Apart(NamedTuple):
    """What the words of some articles become: rows of passages and of articles, and names."""

    rows: tuple[list[_Row], list[_Row]]
    names: dict[str, int]


def taken_apart(texts: Sequence[tuple[str, Sequence[str]]]) -> _Apart:
    """Take headlines, each with its article's passages, apart; public for `workers` alone."""
    names = NameBridgeBuilder()
    passages: list[_Row] = []
    articles: list[_Row] = []
    for title, cut in texts:
        headline, contents = words(title), [words(text) for text in cut]
        for found in contents:
            names.add([*headline, *found])
            passages.append(_row(_tokens(headline, found)))
        articles.append(_row(_tokens(headline, *contents)))
    return _Apart((passages, articles), names.counted())


def _row(tokens: list[str]) -> _Row:
    return _Row(" ".join(tokens), len(tokens), packed(tokens))


def _share(
    postings: Postings,
    words: Forward,
    groups: Sequence[Group],
    asked: Sequence[Group],
    rows: Rows,
) -> Scores:
    """Return BM25 by `groups` over the most that `asked` could have earned, in [0, 1], (n,)."""
    n_rows = postings.n_counted
    held = {term: postings.frequency(term) for term in terms_of((*groups, *asked))}
    weights = {term: idf(frequency, n_rows) for term, frequency in held.items() if frequency}
    most = ceiling([max((held[term] for term, _ in one), default=0) for one in asked], n_rows)
    return share(words.score(groups, rows, weights), most)


def _tokens(*parts: Sequence[Word]) -> list[str]:
    return [word.token for part in parts for word in part]
