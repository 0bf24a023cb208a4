"""One score for a passage from its vectors, its words and its names.

    score = 0.48 (dense + w lexical)      where question and passage share a language
    score = dense + 0.2 names            where they do not
    dense = 0.4 passage + 0.6 best sentence       (cosines in the centred space, see `space`)
    w = 2.5 n / (n + 5)                   for a question of n words

`lexical` and `names` are BM25 divided by its upper bound, so they lie in [0, 1] and mean the same
for a short and a long question, in an archive of ten sentences and of a million. No statistic of
the other hits is used (ranks, z-scores): they mean nothing when there are few.

A few words are weak evidence: a passage that happens to contain two of a question's three words has
most of them. So w grows with their number.

Where languages differ, words cannot agree, and their absence is no evidence; and cosines within a
language vary more. Scores are therefore about halved where languages agree, which changes no
ranking in an archive of one language. 3,000 English articles beside 3,000 Persian ones cost English
questions over Persian answers 0.019 of nDCG@10 and Persian questions 0.025; with 1.5 (lexical -
0.2) instead, which was enough for 1,000, it was 0.065 and 0.016.

Source of the numbers: our experiments, see DECISIONS.md; refitted by benchmarks/fit_parameters.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.arrays import Rows, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionWeights:
    """Weights of the parts of a score; the defaults are flat optima of four dev sets.

    Attributes:
        sentence: Share of the best sentence's cosine in `dense`; with 3,000 news leads about,
            0.5 loses 0.008 nDCG@10 on x2fa, 0.7 wins 0.002 there and loses 0.002 on en2fa.
        lexical: Weight of the words of a passage in the language of a question of many words.
        few_words: Words of a question at which they weigh half of that. nDCG@10 of hamshahri-fa
            0.874 with 1.5 for all questions, 0.894 with this; pquad and persianqa gain 0.001.
        lexical_sentence: Share of the best sentence's words in a passage's lexical score; instead
            of 0.3 it gains 0.002 on hamshahri-fa and 0.001 on pquad.
        agreement: Factor of a score where languages agree; elsewhere it is 1. A larger factor
            favours passages in the question's language: 0.5 costs English questions over Persian
            answers 0.024, 0.46 0.016, and Persian questions 0.016 and 0.033.
        names: Weight of bridged names in another language; 0.15 to 0.3 within 0.003, 0.5 hurts.
    """

    sentence: float = 0.6
    lexical: float = 2.5
    few_words: float = 5.0
    lexical_sentence: float = 0.15
    agreement: float = 0.48
    names: float = 0.2

    def words(self, n_words: int) -> float:
        """Return the weight of the words of a question of `n_words`."""
        return self.lexical * n_words / (n_words + self.few_words)


DEFAULT_WEIGHTS: Final = FusionWeights()
AGREEMENT: Final = DEFAULT_WEIGHTS.agreement
"""Factor of a score where question and passage share a language."""


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
    shared = [sum(question[token] for token in question if token in text) for text in sentences]
    return np.array(shared, np.float32) / np.float32(total)


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
    n_words: int,
    weights: FusionWeights = DEFAULT_WEIGHTS,
) -> Scores:
    """Return one score per passage, comparable across languages; higher is better.

    Args:
        dense: From `dense_scores`, shape (n,).
        lexical: Lexical shares in [0, 1], shape (n,); read where the languages agree.
        names: Shares in [0, 1] of the question's names, shape (n,); read where they do not.
        is_same_language: Whether each passage is in the question's language, shape (n,).
        n_words: Words of the question that are searched for.
        weights: Weights of the parts.
    """
    agreeing = weights.agreement * (dense + weights.words(n_words) * lexical)
    return np.where(is_same_language, agreeing, dense + weights.names * names).astype(np.float32)


def order(scores: Scores, rows: Rows) -> NDArray[np.int64]:
    """Return positions from the highest score to the lowest, ties by row number."""
    return np.lexsort((rows, -scores)).astype(np.int64)
