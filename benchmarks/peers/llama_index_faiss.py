"""LlamaIndex over FAISS as its documentation shows it, retrieval only.

Usage: `build MODEL CORPUS STORE` once, then `ask MODEL STORE QUESTION`.
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


def ask(model: str, store: str, question: str) -> None:
    """Print the four nearest nodes."""
    _use(model)
    vectors = FaissVectorStore.from_persist_dir(store)
    context = StorageContext.from_defaults(vector_store=vectors, persist_dir=store)
    index = load_index_from_storage(context)
    for found in index.as_retriever(similarity_top_k=4).retrieve(question):
        print(f"{found.score:.3f} {found.node.get_content()}")


if __name__ == "__main__":
    {"build": build, "ask": ask}[sys.argv[1]](*sys.argv[2:])
