"""LlamaIndex over FAISS as its documentation shows it, retrieval only.

Usage: `build MODEL CORPUS STORE`, `ask MODEL STORE QUESTION`, `warm MODEL STORE QUESTIONS`.
"""

import sys
from pathlib import Path

import faiss
from llama_index.core import (
    Settings,
    SimpleDirectoryReader,
    StorageContext,
    VectorStoreIndex,
    load_index_from_storage,
)
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore
from timing import warm


def _use(model: str) -> None:
    Settings.llm = None
    Settings.embed_model = HuggingFaceEmbedding(
        model_name=model, query_instruction="query: ", text_instruction="passage: "
    )


def build(model: str, corpus: str, store: str) -> None:
    """Read, split, encode and persist `corpus`."""
    _use(model)
    documents = SimpleDirectoryReader(corpus, required_exts=[".txt"]).load_data()
    vectors = FaissVectorStore(faiss_index=faiss.IndexFlatIP(384))
    context = StorageContext.from_defaults(vector_store=vectors)
    index = VectorStoreIndex.from_documents(documents, storage_context=context)
    Path(store).mkdir(parents=True, exist_ok=True)
    index.storage_context.persist(persist_dir=store)


class Asking:
    """An opened index."""

    def __init__(self, model: str, store: str) -> None:
        """Open the model and the index."""
        _use(model)
        vectors = FaissVectorStore.from_persist_dir(store)
        context = StorageContext.from_defaults(vector_store=vectors, persist_dir=store)
        index = load_index_from_storage(context)
        self._retriever = index.as_retriever(similarity_top_k=4)

    def encode(self, question: str) -> list[float]:
        """Encode a question."""
        return Settings.embed_model.get_query_embedding(question)

    def ask(self, question: str) -> list[str]:
        """Return the four nearest nodes."""
        found = self._retriever.retrieve(question)
        return [f"{one.score:.3f} {one.node.get_content()}" for one in found]


def ask(model: str, store: str, question: str) -> None:
    """Print the four nearest nodes."""
    print("\n".join(Asking(model, store).ask(question)))


if __name__ == "__main__":
    modes = {"build": build, "ask": ask, "warm": lambda *given: warm(Asking(*given[:2]), given[2])}
    modes[sys.argv[1]](*sys.argv[2:])
