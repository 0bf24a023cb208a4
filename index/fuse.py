"""One score for a passage from its vectors, its words and its names.

    score = dense + 1.5 (lexical - 0.2)   where question and passage share a language
    score = dense + 0.2 names            where they do not
    dense = 0.4 passage + 0.6 best sentence       (cosines in the placed space, see `calibration`)

`lexical` and `names` are BM25 divided by the most it could have been, so they lie in [0, 1] and
mean the same for a short and a long question, in an archive of ten sentences and of a million.
No statistic of the other hits is used (ranks, z-scores): they tell nothing when there are few.

Where languages differ, words cannot agree, and their absence is no evidence. So a passage of the
question's language gains by its words only beyond what passages with the usual cosine share with
a question anyway: 0.2. Without that, 1,000 English articles cost English questions over Persian
answers 0.133 of nDCG@10, with it 0.001; in an archive of one language it changes no ranking.

Does not: search, or know where scores come from.
Source of the numbers: our experiments, see DECISIONS.md; refitted by benchmarks/fit_parameters.py.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Rows = NDArray[np.int64]

BM25_K1: Final = 1.2
"""Saturation of term frequency, as tantivy and Lucene fix it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionWeights:
    """How much each part counts; the defaults are flat optima of four dev sets.

    Attributes:
        sentence: Share of the best sentence's cosine in `dense`; with 3,000 news leads about,
            0.5 loses 0.008 nDCG@10 on x2fa, 0.7 wins 0.002 there and loses 0.002 on en2fa.
        lexical: Weight of the words of a passage in the question's language; 1.2 to 2 within 0.003.
        lexical_sentence: Share of the best sentence's words in a passage's lexical score.
        expected_lexical: Lexical score that a passage of another language is taken to have: the
            mean of Persian passages whose dense score is about that of a best hit (0.4).
        names: Weight of bridged names in another language; 0.15 to 0.3 within 0.003, 0.5 hurts.
    """

    sentence: float = 0.6
    lexical: float = 1.5
    lexical_sentence: float = 0.3
    expected_lexical: float = 0.2
    names: float = 0.2


DEFAULT_WEIGHTS: Final = FusionWeights()


def share(scores: Scores, ceiling: float) -> Scores:
    """Return BM25 scores as shares in [0, 1] of the most the question could have earned.

    Args:
        scores: BM25 of some rows, shape (n,).
        ceiling: See `ceiling`; zero or less (no known word) gives zeros.
    """
    if ceiling <= 0:
        return np.zeros(len(scores), np.float32)
    # Bounded before it is divided: a share of next to nothing would overflow.
    bounded = np.clip(scores.astype(np.float64), 0, ceiling)
    return np.asarray(bounded / ceiling, np.float32)


def ceiling(frequencies: Sequence[int], n_rows: int, *, k1: float = BM25_K1) -> float:
    """Return the least upper bound of a question's BM25: (k1 + 1) times the sum of its idf.

    Args:
        frequencies: Rows that hold each word of the question; 0 for words the archive lacks,
            which then weigh most: what was asked for is not there.
        n_rows: Rows in the index.
        k1: Saturation of term frequency.
    """
    return (k1 + 1) * sum(idf(frequency, n_rows) for frequency in frequencies)


def idf(frequency: int, n_rows: int) -> float:
    """Return the weight of a word that `frequency` of `n_rows` rows hold.

    Source: the idf of Robertson and Zaragoza 2009 as Lucene smooths it, ln(1 + (N-n+.5)/(n+.5)).
    """
    held = min(frequency, n_rows)
    return math.log1p((n_rows - held + 0.5) / (held + 0.5))


def coverage(
    question: Mapping[str, float], sentences: Sequence[frozenset[str] | set[str]]
) -> Scores:
    """Return the share of a question's words, by weight, that each sentence holds, shape (n,).

    Args:
        question: Token to weight (its idf), both from the one tokenizer; empty gives zeros.
        sentences: The tokens of each sentence.
    """
    total = sum(question.values())
    if total <= 0:
        return np.zeros(len(sentences), np.float32)
    held = [sum(question[token] for token in question if token in text) for text in sentences]
    return np.array(held, np.float32) / np.float32(total)


def best_of_rows(scores: Scores, owners: Rows, n_rows: int, *, missing: Scores) -> Scores:
    """Return the highest score among the sentences of each passage.

    Args:
        scores: Of sentences, shape (n_sentences,).
        owners: Position in 0..n_rows-1 of each sentence's passage, any order.
        n_rows: Number of passages.
        missing: What a passage without sentences gets, shape (n_rows,).
    """
    best = np.full(n_rows, -np.inf, np.float32)
    np.maximum.at(best, owners, scores)
    return np.where(np.isneginf(best), missing, best).astype(np.float32)


def dense_scores(
    passages: Scores, best_sentences: Scores, weights: FusionWeights = DEFAULT_WEIGHTS
) -> Scores:
    """Mix the cosines of passages with those of their best sentences, both of shape (n,)."""
    mixed = (1 - weights.sentence) * passages + weights.sentence * best_sentences
    return np.asarray(mixed, dtype=np.float32)


def lexical_scores(
    passages: Scores, best_sentences: Scores, weights: FusionWeights = DEFAULT_WEIGHTS
) -> Scores:
    """Mix the lexical shares of passages with those of their best sentences, shape (n,)."""
    part = weights.lexical_sentence
    return np.asarray((1 - part) * passages + part * best_sentences, dtype=np.float32)


def fuse(
    dense: Scores,
    lexical: Scores,
    names: Scores,
    *,
    is_same_language: NDArray[np.bool_],
    weights: FusionWeights = DEFAULT_WEIGHTS,
) -> Scores:
    """Return one score per passage, comparable across languages; higher is better.

    Args:
        dense: From `dense_scores`, shape (n,).
        lexical: Lexical shares in [0, 1], shape (n,); read where the languages agree.
        names: Shares in [0, 1] of the question's names, shape (n,); read where they do not.
        is_same_language: Whether each passage is in the question's language, shape (n,).
        weights: How much each part counts.
    """
    words = weights.lexical * (lexical - weights.expected_lexical)
    return np.asarray(
        dense + np.where(is_same_language, words, weights.names * names), dtype=np.float32
    )


def order(scores: Scores, rows: Rows) -> NDArray[np.int64]:
    """Return positions from the highest score to the lowest, ties by row number."""
    return np.lexsort((rows, -scores)).astype(np.int64)
