"""Articles that are one report: near-duplicates by MinHash."""

from index.dedup.minhash import find_wording

__all__ = [
    "find_wording",
]
