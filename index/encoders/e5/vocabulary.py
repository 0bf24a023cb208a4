"""Frequencies of spellings: the log probabilities of whole words in the bundled vocabulary.

The vocabulary was learnt from text of a hundred languages with its capitals, so "turkey" beside
"Turkey" tells a name from a word, in any script that has capitals.

It does not need the configured encoder: the file of the bundled weights is always there.
Source: the unigram table of multilingual-e5-small (XLM-R, Conneau et al., arXiv 1911.02116).
"""

import math
from zlib import crc32

import numpy as np

from index.encoders.e5.weights import E5Weights, find_weights

_MARK = "\u2581"


class Vocabulary:
    """The whole words that the encoder has a piece for; immutable, safe for many threads."""

    def __init__(self) -> None:
        """Hash the vocabulary, in 0.2 s and 2 MB.

        Raises:
            EncoderError: If the package with the weights is not there.
        """
        self._pieces = E5Weights(find_weights()).pieces
        pieces, special = self._pieces, self._pieces.special
        rows = range(len(pieces))
        crcs = [0 if row in special else crc32(pieces.piece(row)) for row in rows]
        hashes = np.array(crcs, dtype=np.uint32)
        self._order = np.argsort(hashes, kind="stable").astype(np.uint32)
        self._hashes = hashes[self._order]

    def weight(self, word: str) -> float:
        """Return the log probability of a word in this very spelling; -inf for none."""
        wanted = f"{_MARK}{word}".encode()
        key = np.uint32(crc32(wanted))
        first, last = np.searchsorted(self._hashes, [key, key + np.uint32(1)])
        for row in self._order[first:last].tolist():
            if self._pieces.piece(row) == wanted:
                return float(self._pieces.scores[row])
        return -math.inf
