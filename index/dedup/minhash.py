"""Near-duplicate articles: MinHash signatures, and the rule by which two of them are one report.

A signature is the MinHash of the word triples (shingles) of an article's body. Words are those of
`tokenize`, so spellings (ي/ك), joiners, digits and stop words make no difference, and the headline,
which every outlet writes itself, is left out. Two articles that share an LSH bucket are candidates;
the share of equal signature values estimates the Jaccard similarity of their triples, and
`is_same_report` decides.

The outlets count too. Outlets take over each other's text within the hour; one outlet repeats
paragraphs of background in its own reports for years. So reports of one outlet must be nearly
identical to count as one, and so must short texts, of which a licence line or a price list is
half.

`find_wording` finds an article's own wording of a sentence quoted from a copy.

Sources: A. Broder, "On the resemblance and containment of documents", SEQUENCES 1997; the
permutations are those of rensa (fast similarity sketching, arXiv 1704.04370), whose estimates we
found without bias, with a standard deviation of .03 to .04 (tests/dedup/test_minhash.py).
Thresholds: benchmarks/near_duplicates.py.
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

N_PERMUTATIONS: Final = 128
"""Values of a signature."""

N_BANDS: Final = 48
"""LSH bands of a signature; each puts it into one bucket."""

_VALUES_PER_BAND: Final = 2
"""Two articles with similarity s share a bucket with probability 1 - (1 - s^2)^48: .989 at .3."""

_WORDS_PER_SHINGLE: Final = 3
_MIN_SHINGLES: Final = 5
"""Shorter texts («خبرگزاری فارس: ...») say nothing, or what many say."""

_SHORT: Final = 60
_MIN_SIMILARITY: Final = 0.3
_NEARLY_IDENTICAL: Final = 0.7

_SEED: Final = 1
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)

SignatureValues = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """MinHash signature of an article's body.

    Attributes:
        n_shingles: Distinct word triples of the body.
        values: Shape (N_PERMUTATIONS,); the share equal to another's estimates their similarity.
    """

    n_shingles: int
    values: SignatureValues

    @property
    def is_short(self) -> bool:
        """Whether only a nearly identical text is the same report."""
        return self.n_shingles < _SHORT


def signature_of(text: str) -> Signature | None:
    """Return the signature of an article's body; None where it is too short to be compared."""
    hashes = shingles(text)
    if len(hashes) < _MIN_SHINGLES:
        return None
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        hashes, [0, len(hashes)], N_PERMUTATIONS, _SEED
    )
    return Signature(len(hashes), np.array(matrix.to_rows()[0], np.uint32))


def shingles(text: str) -> NDArray[np.uint64]:
    """Return the hashes of the distinct word triples of a text, ascending; none below 3 words."""
    words = np.array([_hash(token) for token in tokens(text)], np.uint64)
    n_shingles = max(len(words) - _WORDS_PER_SHINGLE + 1, 0)
    hashes = np.zeros(n_shingles, np.uint64)
    for offset in range(_WORDS_PER_SHINGLE):
        hashes = hashes * _ODD + words[offset : offset + n_shingles]
    return np.unique(hashes)


@lru_cache(maxsize=1 << 16)
def _hash(token: str) -> int:
    return xxh3_64_intdigest(token.encode())


def buckets_of(signature: Signature) -> list[int]:
    """Return the LSH bucket of each band as a 64-bit signed key.

    Keys of another version of the algorithm never equal these, so an old index finds too little
    and nothing wrong.
    """
    used = signature.values[: N_BANDS * _VALUES_PER_BAND].astype("<u4")
    seed = N_BANDS * RMinHash.ALGORITHM_VERSION
    unsigned = [
        xxh3_64_intdigest(values.tobytes(), seed=band + seed)
        for band, values in enumerate(used.reshape(N_BANDS, _VALUES_PER_BAND))
    ]
    return [int(key) for key in np.array(unsigned, np.uint64).astype(np.int64)]


def similarities(signature: Signature, others: Iterable[SignatureValues]) -> NDArray[np.float64]:
    """Estimate the Jaccard similarity of one article's word triples with each of the others'."""
    rows = list(others)
    if not rows:
        return np.zeros(0)
    return np.asarray((np.stack(rows) == signature.values).mean(axis=1))


def is_same_report(similarity: float, *, is_short: bool, is_same_outlet: bool) -> bool:
    """Tell whether two articles are one report.

    Args:
        similarity: Their estimated similarity.
        is_short: Whether either of them is short.
        is_same_outlet: Whether one outlet published both, or it is not known of either.
    """
    return similarity >= (_NEARLY_IDENTICAL if is_short or is_same_outlet else _MIN_SIMILARITY)


def find_wording(article: Article, quote: str) -> Span | None:
    """Return where the body of an article has the words of a quote, or None.

    Spellings, digits and the kinds of quotation marks and spaces make no difference (see `clean`);
    every word, its order and the other signs do. The text at the span is verbatim the article's.
    """
    wanted = clean(quote).text
    for paragraph in article.body if wanted else ():
        cleaned = clean(paragraph.cut(article.text))
        for match in re.finditer(f"(?<!\\w){re.escape(wanted)}(?!\\w)", cleaned.text):
            span = cleaned.to_original(*match.span())
            return Span(paragraph.start + span.start, paragraph.start + span.end)
    return None
