"""A question in, ranked passages out: the whole of retrieval in one screen.

Candidates come from the vectors and from the words; each is then scored by both (see `fuse`), so
that neither list's order counts. The best few are read and scored once more by their sentences'
words, which is too slow for hundreds.
Does not: choose what to quote, or judge whether it answers.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.arrays import Rows, Scores
from index.encoders import Encoder
from index.encoders.space import VectorSpace
from index.lexical.index import LexicalQuestion
from index.search.fuse import (
    DEFAULT_WEIGHTS,
    FusionWeights,
    coverage,
    dense_scores,
    fuse,
    lexical_scores,
    order,
)
from index.search.rerank import RERANKED, Reranker, reordered
from index.snapshot.snapshot import Snapshot
from index.text.clean import clean
from index.text.tokenize import token_set
from index.types import EVERYTHING, Article, Hit, Passage, Scope, ScoreParts

NEAR: Final = 300
"""Passages taken from the vectors. Over 3,515 passages the right one is among the nearest 100 for
.966 of English and .922 of other languages' questions, among 200 for .976 and .957."""

WORDED: Final = 100
"""Passages taken from the words."""

_AT_ONCE: Final = 16  # questions whose vectors are searched at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """What was found for one question.

    Attributes:
        hits: Best first, ranks from 1.
        vector: The question in the placed space, shape (dim,).
        words: Token of the question to its weight (idf), as `tokenize` makes them.
        names: Tokens that stand for the names of the question in this archive.
        n_passages: Passages in the archive that the scope allows.
        timings_ms: Milliseconds by stage: encode, search, rank.
    """

    hits: tuple[Hit, ...]
    vector: Scores
    words: dict[str, float]
    names: frozenset[str]
    n_passages: int
    timings_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Passages being ranked, in parallel arrays of shape (n,), for a question of `n_words`."""

    rows: Rows
    dense: Scores
    lexical: Scores
    names: Scores
    is_same_language: NDArray[np.bool_]
    n_words: int

    def ranked(self, weights: FusionWeights) -> Rows:
        """Return the positions of all, by fused score, the highest first."""
        scores = fuse(
            self.dense,
            self.lexical,
            self.names,
            is_same_language=self.is_same_language,
            n_words=self.n_words,
            weights=weights,
        )
        return order(scores, self.rows)

    def at(self, top: Rows) -> "_Candidates":
        """Keep those at the positions `top`, in their order."""
        return _Candidates(
            self.rows[top],
            self.dense[top],
            self.lexical[top],
            self.names[top],
            self.is_same_language[top],
            self.n_words,
        )


class Retriever:
    """Searches one snapshot; safe for many threads as far as its encoder is.

    Of a report that stands in several articles only one gives hits.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        encoder: Encoder,
        *,
        space: VectorSpace,
        weights: FusionWeights = DEFAULT_WEIGHTS,
        reranker: Reranker | None = None,
    ) -> None:
        """Search `snapshot`, whose vectors `encoder` made and `space` placed.

        `reranker` orders the best passages anew, if one is given.
        """
        self._snapshot = snapshot
        self._encoder = encoder
        self._space = space
        self._weights = weights
        self._reranker = reranker
        # While vectors are searched, by FAISS or a server, words are looked up here.
        self._beside = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="pasokh-vectors")

    def retrieve(
        self,
        question: str,
        *,
        language: str,
        k: int = 10,
        within: Scope = EVERYTHING,
        vector: Scores | None = None,
    ) -> Retrieval:
        """Return the `k` best passages for a question in a language (BCP 47).

        Only passages in the scope `within` are looked at, as if there were no others; how rare a
        word is still counts over the whole archive. `vector` is that of an earlier retrieval for
        the same question and language, which then is not encoded again.
        """
        started = time.perf_counter()
        if vector is None:
            text = clean(question, language).text
            vector = self._space.query(self._encoder.encode_queries([text])[0], language)
        encoded = time.perf_counter()
        allowed = self._snapshot.layout.within(within)
        searching = self._beside.submit(self._snapshot.vectors.search, vector, NEAR, allowed)
        asked = self._snapshot.lexical.question(question)
        worded, _ = self._snapshot.lexical.search(asked.groups, WORDED, allowed)
        rows, cosines = self._joined(vector, searching.result(), worded)
        candidates = self._candidates(vector, rows, cosines, asked, language)
        searched = time.perf_counter()
        ranked = candidates.ranked(self._weights)
        n_read = max(k, RERANKED) if self._reranker else k
        best = candidates.at(self._each_report_once(candidates.rows, ranked, n_read))
        hits = self._hits(best, asked)
        if self._reranker:
            hits = reordered(question, hits, self._reranker)[:k]
        done = time.perf_counter()
        return Retrieval(
            hits=hits,
            vector=vector,
            words=asked.weights,
            names=frozenset(term for group in asked.names for term, _ in group),
            n_passages=self._snapshot.layout.n_rows if allowed is None else int(allowed.sum()),
            timings_ms={
                "encode": (encoded - started) * 1e3,
                "search": (searched - encoded) * 1e3,
                "rank": (done - searched) * 1e3,
            },
        )

    def _joined(
        self, vector: Scores, near: tuple[Rows, Scores], worded: Rows
    ) -> tuple[Rows, Scores]:
        """Return the passages near the question or sharing its words, rising, and cosines."""
        others = np.setdiff1d(worded, near[0])
        rows = np.concatenate((near[0], others))
        cosines = np.concatenate((near[1], self._snapshot.vectors.scores(vector, others)))
        rising = np.argsort(rows)
        return rows[rising], cosines[rising]

    def _candidates(
        self, vector: Scores, rows: Rows, cosines: Scores, asked: LexicalQuestion, language: str
    ) -> _Candidates:
        """Score passages near the question or sharing its words by both."""
        snapshot = self._snapshot
        best = snapshot.vectors.best_sentences(vector, rows, missing=cosines)
        dense = dense_scores(cosines, best, self._weights)
        is_same_language = snapshot.layout.is_language(rows, language)
        # Words are read of one kind of passage and names of the other: nothing is scored in vain.
        lexical, names = np.zeros((2, len(rows)), np.float32)
        lexical[is_same_language] = snapshot.lexical.shares(asked, rows[is_same_language])
        names[~is_same_language] = snapshot.lexical.name_shares(asked, rows[~is_same_language])
        return _Candidates(rows, dense, lexical, names, is_same_language, len(asked.base_groups))

    def _each_report_once(self, rows: Rows, ranked: Rows, k: int) -> Rows:
        """Return the first `k` positions, of one report in several articles those of the best.

        Copies say nothing new: twenty outlets with one report would fill every place.
        """
        owners = self._snapshot.layout.owners[rows]
        told_by: dict[int, int] = {}
        kept: list[int] = []
        for position in ranked.tolist():
            owner = int(owners[position])
            if owner not in told_by:
                group = self._snapshot.copies.group(owner)
                told_by = dict.fromkeys(group, owner) | told_by
            if told_by[owner] == owner:
                kept.append(position)
                if len(kept) == k:
                    break
        return np.array(kept, np.int64)

    def _hits(self, best: _Candidates, asked: LexicalQuestion) -> tuple[Hit, ...]:
        """Read the best passages and order them by all that is known of them."""
        read = self._snapshot.archive.passages(best.rows.tolist())
        covered = [
            _best_coverage(asked, passage, article) if agrees else 0.0
            for (passage, article), agrees in zip(read, best.is_same_language, strict=True)
        ]
        lexical = lexical_scores(best.lexical, np.array(covered, np.float32), self._weights)
        scores = fuse(
            best.dense,
            lexical,
            best.names,
            is_same_language=best.is_same_language,
            n_words=best.n_words,
            weights=self._weights,
        )
        return tuple(
            Hit(
                passage=read[at][0],
                article=read[at][1],
                row=int(best.rows[at]),
                score=float(scores[at]),
                rank=rank,
                parts=ScoreParts(
                    dense=float(best.dense[at]),
                    lexical=float(lexical[at]),
                    names=float(best.names[at]),
                    is_same_language=bool(best.is_same_language[at]),
                ),
            )
            for rank, at in enumerate(order(scores, best.rows).tolist(), start=1)
        )


def _best_coverage(asked: LexicalQuestion, passage: Passage, article: Article) -> float:
    """Return the largest share of the question's words that one sentence of a passage holds."""
    sentences = [token_set(span.cut(article.text)) for span in passage.sentences]
    return float(coverage(asked.weights, sentences).max(initial=0.0))
