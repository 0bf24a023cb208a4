"""BM25 as shares of the most that a question could earn.

Source: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009, as Lucene smooths it.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from index.arrays import Scores

BM25_K1: Final = 1.2
"""Saturation of term frequency, as tantivy and Lucene fix it."""


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
            which then weigh most: a word of the question is missing.
        n_rows: Rows in the index.
        k1: Saturation of term frequency.
    """
    return (k1 + 1) * sum(idf(frequency, n_rows) for frequency in frequencies)


def idf(frequency: int, n_rows: int) -> float:
    """Return the weight of a word that `frequency` of `n_rows` rows contain.

    Source: the idf of Robertson and Zaragoza 2009 as Lucene smooths it, ln(1 + (N-n+.5)/(n+.5)).
    """
    df = min(frequency, n_rows)
    return math.log1p((n_rows - df + 0.5) / (df + 0.5))
