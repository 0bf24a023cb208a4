"""Words of a part: BM25 postings and names across scripts."""

from index.lexical.names import bridged

__all__ = [
    "bridged",
]
