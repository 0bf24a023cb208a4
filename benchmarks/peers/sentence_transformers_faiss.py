"""The plain script many people write: sentence-transformers, FAISS, print the best passages.

Usage: `build MODEL CORPUS STORE` once, then `ask MODEL STORE QUESTION`.
The same weights and job as `pasokh ask`, but no sentence choice, no verification, no refusal.
"""

import json
import sys
from pathlib import Path

import faiss
from sentence_transformers import SentenceTransformer


def build(model: str, corpus: str, store: str) -> None:
    """Encode every paragraph of every file in `corpus` and write a FAISS index."""
    paragraphs = [
        paragraph
        for path in sorted(Path(corpus).glob("*.txt"))
        for paragraph in path.read_text(encoding="utf-8").split("\n\n")
        if paragraph.strip()
    ]
    vectors = SentenceTransformer(model).encode(
        ["passage: " + text for text in paragraphs], normalize_embeddings=True
    )
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    Path(store).mkdir(parents=True, exist_ok=True)
    faiss.write_index(index, f"{store}/passages.faiss")
    Path(store, "passages.json").write_text(json.dumps(paragraphs), encoding="utf-8")


def ask(model: str, store: str, question: str) -> None:
    """Print the four nearest paragraphs."""
    index = faiss.read_index(f"{store}/passages.faiss")
    paragraphs = json.loads(Path(store, "passages.json").read_text(encoding="utf-8"))
    vector = SentenceTransformer(model).encode(["query: " + question], normalize_embeddings=True)
    scores, rows = index.search(vector, 4)
    for score, row in zip(scores[0], rows[0], strict=True):
        print(f"{score:.3f} {paragraphs[row]}")


if __name__ == "__main__":
    {"build": build, "ask": ask}[sys.argv[1]](*sys.argv[2:])
