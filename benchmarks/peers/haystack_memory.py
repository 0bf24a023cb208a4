"""Haystack with the store it comes with, as its documentation shows it, retrieval only.

Usage: `build MODEL CORPUS STORE`, `ask MODEL STORE QUESTION`, `warm MODEL STORE QUESTIONS`.
"""

import sys
from pathlib import Path

from haystack import Document
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from timing import texts_of, warm


def build(model: str, corpus: str, store: str) -> None:
    """Split, encode and save every file of `corpus`."""
    documents = [Document(content=text) for text in texts_of(corpus)]
    parts = DocumentSplitter().run(documents=documents)["documents"]
    embedder = SentenceTransformersDocumentEmbedder(model=model, prefix="passage: ")
    embedder.warm_up()
    kept = InMemoryDocumentStore(embedding_similarity_function="cosine")
    kept.write_documents(embedder.run(documents=parts)["documents"])
    Path(store).mkdir(parents=True, exist_ok=True)
    kept.save_to_disk(f"{store}/store.json")


class Asking:
    """An opened store."""

    def __init__(self, model: str, store: str) -> None:
        """Open the model and the store."""
        self._embedder = SentenceTransformersTextEmbedder(model=model, prefix="query: ")
        self._embedder.warm_up()
        kept = InMemoryDocumentStore.load_from_disk(f"{store}/store.json")
        self._retriever = InMemoryEmbeddingRetriever(kept, top_k=4)

    def encode(self, question: str) -> list[float]:
        """Encode a question."""
        return self._embedder.run(text=question)["embedding"]

    def ask(self, question: str) -> list[str]:
        """Return the four nearest parts."""
        found = self._retriever.run(query_embedding=self.encode(question))["documents"]
        return [f"{one.score:.3f} {one.content}" for one in found]


def ask(model: str, store: str, question: str) -> None:
    """Print the four nearest parts."""
    print("\n".join(Asking(model, store).ask(question)))


if __name__ == "__main__":
    modes = {"build": build, "ask": ask, "warm": lambda *given: warm(Asking(*given[:2]), given[2])}
    modes[sys.argv[1]](*sys.argv[2:])
