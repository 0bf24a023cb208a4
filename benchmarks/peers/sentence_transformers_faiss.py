"""The plain script many people write: sentence-transformers, FAISS, print the best passages.

Usage: `build MODEL CORPUS STORE`, `ask MODEL STORE QUESTION`, `warm MODEL STORE QUESTIONS`.
The same weights and job as `pasokh ask`, but no sentence choice, no verification, no refusal.
"""

import json
import sys
from pathlib import Path

import faiss
import numpy as np
from sentence_transformers import SentenceTransformer
from timing import paragraphs_of, warm


def build(model: str, corpus: str, store: str) -> None:
    """Encode every paragraph of every file in `corpus` and write a FAISS index."""
    paragraphs = paragraphs_of(corpus)
    vectors = SentenceTransformer(model).encode(
        ["passage: " + text for text in paragraphs], normalize_embeddings=True
    )
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    Path(store).mkdir(parents=True, exist_ok=True)
    faiss.write_index(index, f"{store}/passages.faiss")
    Path(store, "passages.json").write_text(json.dumps(paragraphs), encoding="utf-8")


class Asking:
    """An opened index."""

    def __init__(self, model: str, store: str) -> None:
        """Open the model, the index and the paragraphs."""
        self._index = faiss.read_index(f"{store}/passages.faiss")
        self._paragraphs = json.loads(Path(store, "passages.json").read_text(encoding="utf-8"))
        self._model = SentenceTransformer(model)

    def encode(self, question: str) -> np.ndarray:
        """Encode a question: float32 (1, dim)."""
        return self._model.encode(["query: " + question], normalize_embeddings=True)

    def ask(self, question: str) -> list[str]:
        """Return the four nearest paragraphs."""
        scores, rows = self._index.search(self.encode(question), 4)
        return [
            f"{score:.3f} {self._paragraphs[row]}"
            for score, row in zip(scores[0], rows[0], strict=True)
        ]


def ask(model: str, store: str, question: str) -> None:
    """Print the four nearest paragraphs."""
    print("\n".join(Asking(model, store).ask(question)))


if __name__ == "__main__":
    modes = {"build": build, "ask": ask, "warm": lambda *given: warm(Asking(*given[:2]), given[2])}
    modes[sys.argv[1]](*sys.argv[2:])
