"""The same report in several outlets: how like two articles are, from a small sketch of each.

A sketch is a MinHash of the word triples of an article's body. Words are those of `tokenize`, so
spellings (ي/ك), joiners, digits and stop words make no difference, and the headline, which every
outlet writes anew, takes no part. Two articles that share a band key are candidates; the share of
equal slots estimates the Jaccard similarity of their triples, and `is_same_report` decides.

Who published counts too. Outlets take over each other's text within the hour; one outlet repeats
paragraphs of background in its own reports for years. So reports of one outlet must be nearly
identical to count as one, and so must short texts, of which a licence line or a price list is
half.

An article's own wording of another's sentence is found by `find_wording`.

Does not: read or store anything, compare meanings, or know about dates.
Sources: A. Broder, "On the resemblance and containment of documents", SEQUENCES 1997; the slots
are those of rensa (fast similarity sketching, arXiv 1704.04370), whose estimates we found without
bias, with a standard deviation of .03 to .04 (tests/reading/test_alike.py). Thresholds:
benchmarks/near_duplicates.py.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash
from xxhash import xxh3_64_intdigest

from index.text.clean import clean
from index.text.tokenize import tokens
from index.types import Article, Span

SLOTS: Final = 128
"""Numbers in a sketch."""

_WORDS: Final = 3
BANDS: Final = 48
"""Keys of a sketch."""

_SLOTS_OF_BAND: Final = 2
"""Two articles with similarity s share a key with probability 1 - (1 - s^2)^48: .989 at .3."""

_LEAST_SHINGLES: Final = 5
"""Shorter texts («خبرگزاری فارس: ...») say nothing, or what many say."""

_SHORT: Final = 60
_ALIKE: Final = 0.3
_NEARLY_IDENTICAL: Final = 0.7

_SEED: Final = 1
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)

Slots = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """What is kept of an article's words.

    Attributes:
        n_shingles: Distinct word triples of its body.
        slots: Shape (SLOTS,); equal to another's in a share that estimates their similarity.
    """

    n_shingles: int
    slots: Slots

    @property
    def is_short(self) -> bool:
        """Whether only a nearly identical text is the same report."""
        return self.n_shingles < _SHORT


def sketch(text: str) -> Sketch | None:
    """Sketch the body of an article; None where it is too short to be compared."""
    hashes = shingles(text)
    if len(hashes) < _LEAST_SHINGLES:
        return None
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, [0, len(hashes)], SLOTS, _SEED)
    return Sketch(len(hashes), np.array(matrix.to_rows()[0], np.uint32))


def shingles(text: str) -> NDArray[np.uint64]:
    """Return the hashes of the distinct word triples of a text, ascending; none below 3 words."""
    words = np.array([_hash(token) for token in tokens(text)], np.uint64)
    n_shingles = max(len(words) - _WORDS + 1, 0)
    hashes = np.zeros(n_shingles, np.uint64)
    for place in range(_WORDS):
        hashes = hashes * _ODD + words[place : place + n_shingles]
    return np.unique(hashes)


@lru_cache(maxsize=1 << 16)
def _hash(token: str) -> int:
    return xxh3_64_intdigest(token.encode())


def band_keys(sketched: Sketch) -> list[int]:
    """Return the keys (64 bits, signed) under which like articles are found.

    Keys of another version of the algorithm never meet these, so an old index finds too little
    and nothing wrong.
    """
    used = sketched.slots[: BANDS * _SLOTS_OF_BAND].astype("<u4").reshape(BANDS, _SLOTS_OF_BAND)
    version = RMinHash.ALGORITHM_VERSION
    unsigned = [
        xxh3_64_intdigest(slots.tobytes(), seed=band + BANDS * version)
        for band, slots in enumerate(used)
    ]
    return [int(key) for key in np.array(unsigned, np.uint64).astype(np.int64)]


def similarities(one: Sketch, others: Iterable[Slots]) -> NDArray[np.float64]:
    """Estimate the Jaccard similarity of one article's word triples with each of the others'."""
    rows = list(others)
    if not rows:
        return np.zeros(0)
    return np.asarray((np.stack(rows) == one.slots).mean(axis=1))


def is_same_report(similarity: float, *, is_short: bool, is_same_outlet: bool) -> bool:
    """Tell whether two articles are one report.

    Args:
        similarity: Their estimated similarity.
        is_short: Whether either of them is short.
        is_same_outlet: Whether one outlet published both, or it is not known of either.
    """
    least = _NEARLY_IDENTICAL if is_short or is_same_outlet else _ALIKE
    return similarity >= least


def find_wording(article: Article, quote: str) -> Span | None:
    """Return where the body of an article says the same words, or None.

    Spellings, digits and the kinds of quotation marks and spaces make no difference (see `clean`);
    every word, its order and the other signs do. What the place holds is verbatim the article's.
    """
    wanted = clean(quote).text
    for part in article.body if wanted else ():
        cleaned = clean(part.cut(article.text))
        for found in re.finditer(f"(?<!\\w){re.escape(wanted)}(?!\\w)", cleaned.text):
            place = cleaned.to_original(*found.span())
            return Span(part.start + place.start, part.start + place.end)
    return None
