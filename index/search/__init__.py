"""Question to hits: dense and lexical retrieval, fusion and reranking."""

from index.search.fuse import AGREEMENT, coverage
from index.search.rerank import CrossEncoderReranker, Reranker, load_cross_encoder
from index.search.retrieve import Retrieval, Retriever

__all__ = [
    "AGREEMENT",
    "CrossEncoderReranker",
    "Reranker",
    "Retrieval",
    "Retriever",
    "coverage",
    "load_cross_encoder",
]
