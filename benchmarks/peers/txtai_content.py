"""txtai with content storage and its default index, as its documentation shows it.

Usage: `build MODEL CORPUS STORE`, `ask MODEL STORE QUESTION`, `warm MODEL STORE QUESTIONS`.
"""

import sys

from timing import paragraphs_of, warm
from txtai import Embeddings


def build(model: str, corpus: str, store: str) -> None:
    """Encode and save every paragraph of every file in `corpus`."""
    embeddings = Embeddings(
        path=model, content=True, instructions={"query": "query: ", "data": "passage: "}
    )
    embeddings.index(list(enumerate(paragraphs_of(corpus))))
    embeddings.save(store)


class Asking:
    """An opened index."""

    def __init__(self, _model: str, store: str) -> None:
        """Open the index, which names its model."""
        self._embeddings = Embeddings()
        self._embeddings.load(store)

    def encode(self, question: str) -> object:
        """Encode a question."""
        return self._embeddings.transform(question, "query")

    def ask(self, question: str) -> list[str]:
        """Return the four nearest paragraphs."""
        found = self._embeddings.search(question, 4)
        return [f"{one['score']:.3f} {one['text']}" for one in found]


def ask(model: str, store: str, question: str) -> None:
    """Print the four nearest paragraphs."""
    print("\n".join(Asking(model, store).ask(question)))


if __name__ == "__main__":
    modes = {"build": build, "ask": ask, "warm": lambda *given: warm(Asking(*given[:2]), given[2])}
    modes[sys.argv[1]](*sys.argv[2:])
