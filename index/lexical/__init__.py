"""Words of a part: BM25 postings and names across scripts."""

from index.lexical.names import name_likeness
from index.lexical.phonetics import script_of

__all__ = [
    "name_likeness",
    "script_of",
]
