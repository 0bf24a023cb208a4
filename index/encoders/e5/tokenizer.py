"""XLM-R unigram tokenizer over a memory-mapped vocabulary: nothing to load, few MB of memory.

A text is brought to NFC, its code points replaced by the model's table, cut at spaces, and each
word split into the pieces of highest summed log probability (Viterbi). Words recur, so splits
are cached by the raw word between two spaces: none of the steps before the split looks across a
space (tests/encoders), so after the first hundred articles nearly every word is one dictionary
look-up, without normalisation.
The vocabulary is searched through a table of hashes sorted by bucket.

Libraries were tried first: loading the same vocabulary took 0.7 s and 63 MB (sentencepiece) or
1.1 s and 289 MB (tokenizers) of processor time and memory, more than all the rest of a cold
question; token ids are the same (tests/encoders).
Does not: turn "<s>" or "<mask>" in a text into a control token; they are split as any text.

Source: Kudo, ACL 2018, arXiv 1804.10959 (unigram segmentation).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate, chain
from zlib import crc32

import numpy as np

from index.encoders.e5.weights import PieceTable
from index.text.memo import Recurring

# 2^18 buckets for 250,002 pieces: about one hash comparison for a look-up.
_BUCKET_BITS = 18
_N_BUCKETS = 1 << _BUCKET_BITS
# sentencepiece gives an unknown character the lowest score less 10.
_UNKNOWN_PENALTY = 10.0
_MARK = "\u2581"
_WORD = re.compile(r"\S+")
# Most cached words, in each of two generations: normalised, and as they are spelt in texts. 100 MB
# at most, reached by builds of a million passages only. Scripts without spaces give long "words"
# that never recur.
_MAX_WORDS = 131_072
_MAX_SPELT = 65_536
_MAX_WORD_CHARS = 24
_MAX_LONG = 64
_MANY_SPLIT = 5_000
_PREFIX_BYTES = 4


def build_piece_hashes(pieces: PieceTable) -> bytes:
    """Hash the vocabulary: uint32 bucket starts (2^18 + 1), then n hashes, then n piece ids.

    Special pieces are left out, so n is five less than the number of pieces.
    """
    special = pieces.special
    rows = np.array([row for row in range(len(pieces)) if row not in special], dtype=np.uint32)
    hashes = np.array([crc32(pieces.piece(row)) for row in rows.tolist()], dtype=np.uint32)
    order = np.argsort(hashes, kind="stable")
    buckets = hashes[order] >> np.uint32(32 - _BUCKET_BITS)
    starts = np.searchsorted(buckets, np.arange(_N_BUCKETS + 1)).astype(np.uint32)
    return b"".join(part.tobytes() for part in (starts, hashes[order], rows[order]))


class E5Tokenizer:
    """Text to token ids; safe to share between threads (a race only splits a word twice)."""

    def __init__(self, pieces: PieceTable, piece_hashes: bytes) -> None:
        """Open over `pieces` and what `build_piece_hashes` made of them."""
        table = memoryview(piece_hashes).cast("I")
        n = (len(table) - _N_BUCKETS - 1) // 2
        self._starts = table[: _N_BUCKETS + 1]
        self._hashes = table[_N_BUCKETS + 1 : _N_BUCKETS + 1 + n]
        self._rows = table[_N_BUCKETS + 1 + n :]
        self._offsets = pieces.offsets.data
        self._blob = pieces.blob
        self._scores = pieces.scores.data
        self._unknown = pieces.unknown
        self._unknown_score = float(pieces.scores.min()) - _UNKNOWN_PENALTY
        # Bytes of the longest piece that begins with these bytes, and with any others.
        self._longest = dict[bytes, int](), int(np.diff(pieces.offsets).max())
        self._normaliser = pieces.normaliser
        self._pieces = pieces
        self._finds: Callable[[bytes, int], int] = self._find
        self._n_split = 0
        # Many sentences of one text may be one long word, cut from the same repetition.
        self._long = lru_cache(maxsize=_MAX_LONG)(self._best)
        self._words = Recurring(self._split, limit=_MAX_WORDS, longest=_MAX_WORD_CHARS)
        self._spelt = Recurring(self._replaced, limit=_MAX_SPELT, longest=_MAX_WORD_CHARS)

    def ids(self, text: str) -> list[int]:
        """Split `text` into token ids, without markers; empty for blank text."""
        return list(chain.from_iterable(map(self._spelt.__getitem__, text.split(" "))))

    def count(self, text: str) -> int:
        """Count the ids of `text`."""
        return sum(map(len, map(self._spelt.__getitem__, text.split(" "))))

    def _replaced(self, spelt: str) -> tuple[int, ...]:
        """Return the ids of the text between two spaces, which may normalise to several words."""
        normal = unicodedata.normalize("NFC", spelt).translate(self._normaliser)
        words = _WORD.findall(normal)
        if len(words) == 1:
            return self._words[words[0]]
        return tuple(chain.from_iterable(map(self._words.__getitem__, words)))

    def _split(self, word: str) -> tuple[int, ...]:
        """Return the pieces of `word`; the latest long ones are remembered apart."""
        return (self._long if len(word) > _MAX_WORD_CHARS else self._best)(word)

    def _best(self, word: str) -> tuple[int, ...]:
        """Return the best pieces of `word`; runs of unknown characters become one token."""
        letters = [letter.encode("utf-8", "replace") for letter in _MARK + word]
        n = len(letters)
        self._n_split += 1 + n * n // 100  # a word of 400 letters takes as long as 1,600 usual ones
        if self._n_split >= _MANY_SPLIT and not self._longest[0]:
            # A build splits so many words that a dictionary of all pieces is worth the 0.2 s and
            # 35 MB that it takes: a word takes half the time, a long one a tenth.
            pieces, special = self._pieces, self._pieces.special
            ids = {pieces.piece(row): row for row in range(len(pieces)) if row not in special}
            self._finds = ids.get
            self._longest = _longest_pieces(pieces), _PREFIX_BYTES
        find, (longest, others) = self._finds, self._longest
        data, ends = b"".join(letters), [0, *accumulate(map(len, letters))]
        best = [float("-inf")] * (n + 1)
        best[0] = 0.0
        came = [(0, self._unknown)] * (n + 1)
        for start in range(n):
            score = best[start]
            if score + self._unknown_score > best[start + 1]:
                best[start + 1] = score + self._unknown_score
                came[start + 1] = (start, self._unknown)
            first = ends[start]
            last = first + longest.get(data[first : first + _PREFIX_BYTES], others)
            for end in range(start + 1, n + 1):
                if ends[end] > last:
                    break
                row = find(data[first : ends[end]], -1)
                if row >= 0 and score + self._scores[row] > best[end]:
                    best[end] = score + self._scores[row]
                    came[end] = (start, row)
        # The best path, followed back to front; neighbouring unknowns become one.
        split: list[int] = []
        end = n
        while end > 0:
            end, row = came[end]
            if not (split and row == split[-1] == self._unknown):
                split.append(row)
        return tuple(split[::-1])

    def _find(self, piece: bytes, missing: int = -1) -> int:
        """Return the id of `piece`, or `missing`."""
        hashed = crc32(piece)
        bucket = hashed >> (32 - _BUCKET_BITS)
        for slot in range(self._starts[bucket], self._starts[bucket + 1]):
            if self._hashes[slot] == hashed:
                row = self._rows[slot]
                if self._blob[self._offsets[row] : self._offsets[row + 1]] == piece:
                    return row
        return missing


def _longest_pieces(pieces: PieceTable) -> dict[bytes, int]:
    """Return, for the first bytes of pieces that have so many, the length of the longest one."""
    lengths = np.diff(pieces.offsets)
    rows = np.flatnonzero(lengths >= _PREFIX_BYTES)
    rows = rows[np.argsort(lengths[rows])]  # so that the longest is written last
    starts = pieces.offsets[rows][:, np.newaxis]
    prefixes = np.frombuffer(pieces.blob, np.uint8)[starts + np.arange(_PREFIX_BYTES)]
    return dict(zip(map(bytes, prefixes), lengths[rows].tolist(), strict=True))
