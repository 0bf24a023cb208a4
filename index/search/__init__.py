"""Question to hits: dense and lexical retrieval, fusion and reranking."""
