"""Retrieval: a question in, ranked passages out.

Candidates come from the vectors and from the words; each is then scored by both (see `fuse`), so
that neither list's order matters. The best few are read and scored once more by their sentences'
words, which is too slow for hundreds.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.arrays import Allowed, Rows, Scores, Vectors
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
from index.types import EVERYTHING, Hit, Scope, ScoreParts

NEAR: Final = 300
"""Passages taken from the vectors. Over 3,515 passages the right one is among the nearest 100 for
.966 of English and .922 of other languages' questions, among 200 for .976 and .957."""

WORDED: Final = 100
"""Passages taken from the words."""

FEW: Final = 2_000
"""Passages of a scope up to which all are candidates and none is searched for."""

_THREADS: Final = 16  # most questions whose vectors are searched at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """Result of one question.

    Attributes:
        hits: Best first, ranks from 1.
        vector: The question in the centred embedding space, shape (dim,).
        words: Token of the question to its weight (idf), as `tokenize` makes them.
        names: Tokens of this archive that match the names of the question.
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
        """Return all positions, by fused score, the highest first."""
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
        """Return the candidates at the positions `top`, in their order."""
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

    Of several articles with the same report only one gives hits.
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
        """Search `snapshot`, whose vectors `encoder` made and `space` centred.

        `reranker` reorders the best passages, if one is given.
        """
        self._snapshot = snapshot
        self._encoder = encoder
        self._space = space
        self._weights = weights
        self._reranker = reranker
        # Searches vectors, by FAISS or a server, while the caller's thread looks up words.
        self._vector_threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="pasokh-vectors")

    def retrieve(
        self,
        question: str,
        *,
        language: str,
        k: int = 10,
        within: Scope = EVERYTHING,
        vector: Scores | None = None,
        among: Allowed | None = None,
    ) -> Retrieval:
        """Return the `k` best passages for a question in a language (BCP 47).

        Only passages in the scope `within` are searched, as if there were no others, but word
        frequencies are those of the whole archive. `vector` is that of an earlier retrieval for
        the same question and language, which then is not encoded again. `among` are the
        passages that may be found besides; what is found is scored as if all might.
        """
        started = time.perf_counter()
        if vector is None:
            vector = self.vectors([question], [language])[0]
        encoded = time.perf_counter()
        snapshot = self._snapshot
        allowed = snapshot.layout.within(within)
        n_allowed = n_passages = snapshot.layout.count(allowed)
        if among is not None:
            allowed = among if allowed is None else among & allowed
            n_allowed = snapshot.layout.count(allowed)
        lexical = snapshot.lexical.question(question)
        if allowed is not None and n_allowed <= FEW:
            rows = snapshot.layout.rows(allowed)
            near, worded = (rows, snapshot.vectors.scores(vector, rows)), rows
        else:
            search = snapshot.vectors.search
            searching = self._vector_threads.submit(search, vector, NEAR, allowed)
            worded, _ = snapshot.lexical.search(lexical.groups, WORDED, allowed)
            near = searching.result()
        candidates = self._candidates(vector, near, worded, lexical, language)
        searched = time.perf_counter()
        ranked = candidates.ranked(self._weights)
        n_read = max(k, RERANKED) if self._reranker else k
        best = candidates.at(self._each_report_once(candidates.rows, ranked, n_read))
        hits = self._hits(best, lexical)
        if self._reranker:
            hits = reordered(question, hits, self._reranker)[:k]
        done = time.perf_counter()
        return Retrieval(
            hits=hits,
            vector=vector,
            words=lexical.weights,
            names=frozenset(term for group in lexical.names for term, _ in group),
            n_passages=n_passages,
            timings_ms={
                "encode": (encoded - started) * 1e3,
                "search": (searched - encoded) * 1e3,
                "rank": (done - searched) * 1e3,
            },
        )

    def vectors(self, questions: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Return questions, each in its language, in the centred embedding space, (n, dim)."""
        texts = [clean(*pair).text for pair in zip(questions, languages, strict=True)]
        return self._space.queries(self._encoder.encode_queries(texts), languages)

    def _candidates(
        self,
        vector: Scores,
        near: tuple[Rows, Scores],
        worded: Rows,
        question: LexicalQuestion,
        language: str,
    ) -> _Candidates:
        """Score the passages `near` the question and those that share its words by both."""
        others = np.setdiff1d(worded, near[0])
        scored = self._snapshot.scored(question, vector, language, near, others)
        return _Candidates(
            scored.rows,
            dense_scores(scored.cosines, scored.best_sentences, self._weights),
            scored.lexical,
            scored.names,
            scored.is_same_language,
            len(question.base_groups),
        )

    def _each_report_once(self, rows: Rows, ranked: Rows, k: int) -> Rows:
        """Return the first `k` positions, each report only from its best-ranked article.

        Without this, twenty outlets with the same report would fill all places.
        """
        owners = self._snapshot.layout.owners_of(rows)
        article_of_report: dict[int, int] = {}
        chosen: list[int] = []
        for position in ranked.tolist():
            owner = int(owners[position])
            if owner not in article_of_report:
                group = self._snapshot.copies.group(owner)
                article_of_report = dict.fromkeys(group, owner) | article_of_report
            if article_of_report[owner] == owner:
                chosen.append(position)
                if len(chosen) == k:
                    break
        return np.array(chosen, np.int64)

    def _hits(self, best: _Candidates, question: LexicalQuestion) -> tuple[Hit, ...]:
        """Read the best passages and order them by their scores with their sentences' words."""
        read = self._snapshot.archive.passages(best.rows.tolist())
        # The largest share of the question's words that one sentence of a passage has.
        covered = np.zeros(len(read), np.float32)
        for position in np.flatnonzero(best.is_same_language).tolist():
            passage, article = read[position]
            sentences = [token_set(span.cut(article.text)) for span in passage.sentences]
            covered[position] = coverage(question.weights, sentences).max(initial=0.0)
        lexical = lexical_scores(best.lexical, covered, self._weights)
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
                passage=read[position][0],
                article=read[position][1],
                row=int(best.rows[position]),
                score=float(scores[position]),
                rank=rank,
                parts=ScoreParts(
                    dense=float(best.dense[position]),
                    lexical=float(lexical[position]),
                    names=float(best.names[position]),
                    is_same_language=bool(best.is_same_language[position]),
                ),
            )
            for rank, position in enumerate(order(scores, best.rows).tolist(), start=1)
        )
