"""Reranker (optional): a cross-encoder that reads question and passage together.

Any sentence-transformers CrossEncoder, by hub name or local folder. It reorders the best passages
only: the n-th passage gets the score that stood n-th before, so that the later choice of sentences
still sees scores of the scale it was fitted to. It costs a forward pass per passage, some 20 ms
each on a processor.
"""

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, Final, Protocol

import numpy as np

from index.arrays import Scores
from index.encoders.sentence_transformer import load_model
from index.errors import EncoderError
from index.types import Hit

RERANKED: Final = 20
"""Best passages that the cross-encoder reads together with the question."""


class Reranker(Protocol):
    """Scores how well passages answer a question."""

    def scores(self, question: str, passages: Sequence[str], /) -> Scores:
        """Return a score for each passage, shape (n,); higher is better.

        Raises:
            EncoderError: If the model fails.
        """
        ...


class CrossEncoderReranker:
    """An open sentence-transformers CrossEncoder; threads take turns."""

    def __init__(self, model: str) -> None:
        """Load the model, from the hub if it is no folder.

        Raises:
            EncoderError: If sentence-transformers is not installed or cannot load the model.
        """
        self._name = model
        self._model = load_cross_encoder(model)
        self._turn = Lock()

    def scores(self, question: str, passages: Sequence[str], /) -> Scores:
        """Score passages as `Reranker.scores` says."""
        if not passages:
            return np.empty(0, np.float32)
        pairs = [(question, passage) for passage in passages]
        try:
            with self._turn:  # a fast tokenizer that is asked twice at once raises
                rows = self._model.predict(pairs, show_progress_bar=False)
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            msg = f"Expected {self._name} to score {len(pairs)} passages, but: {error}"
            raise EncoderError(msg) from error
        scores = np.asarray(rows, np.float32)
        if scores.shape != (len(pairs),) or not np.isfinite(scores).all():
            msg = (
                f"Expected a finite number for each of {len(pairs)} passages from {self._name}, "
                f"got shape {scores.shape}; use a model with one output (num_labels=1)."
            )
            raise EncoderError(msg)
        return scores


def load_cross_encoder(model: str, *, device: str | None = None) -> Any:  # noqa: ANN401  # no types
    """Load a sentence-transformers CrossEncoder by hub name or folder.

    Raises:
        EncoderError: If sentence-transformers is not installed or cannot load the model.
    """
    return load_model("CrossEncoder", model, device=device)


def reordered(question: str, hits: Sequence[Hit], reranker: Reranker) -> tuple[Hit, ...]:
    """Order hits by a reranker, ties as they were; the n-th gets the n-th score and rank."""
    texts = [f"{hit.article.headline}\n{hit.passage.text}" for hit in hits]
    order = np.argsort(-reranker.scores(question, texts), kind="stable")
    return tuple(
        replace(hits[row], score=before.score, rank=before.rank)
        for before, row in zip(hits, order.tolist(), strict=True)
    )
