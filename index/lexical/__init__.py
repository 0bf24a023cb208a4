"""Words of a part: BM25 postings and names across scripts."""

from index.lexical.names import name_likeness

__all__ = [
    "name_likeness",
]
