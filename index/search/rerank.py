"""A cross-encoder that reads question and passage together, for those who have one.

Any sentence-transformers CrossEncoder, by hub name or local folder. It orders the best passages
anew; their scores stay where they stood, so that what reads them (which sentences are quoted)
finds its scale. It costs a forward pass a passage, some 20 ms each on a processor.
Does not: find passages, change how sure an answer is, or load unless asked for.
"""

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderError
from index.types import Hit

RERANKED: Final = 20
"""Passages that are read together with the question."""


class Reranker(Protocol):
    """What says how well passages answer a question."""

    def scores(self, question: str, passages: Sequence[str], /) -> NDArray[np.float32]:
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
        self._model = _load(model)
        self._turn = Lock()

    def scores(self, question: str, passages: Sequence[str], /) -> NDArray[np.float32]:
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
        found = np.asarray(rows, np.float32)
        if found.shape != (len(pairs),) or not np.isfinite(found).all():
            msg = (
                f"Expected a finite number for each of {len(pairs)} passages from {self._name}, "
                f"got shape {found.shape}; use a model with one output (num_labels=1)."
            )
            raise EncoderError(msg)
        return found


def reordered(question: str, hits: Sequence[Hit], reranker: Reranker) -> tuple[Hit, ...]:
    """Order hits by a reranker, ties as they were; the n-th keeps the n-th score and rank."""
    texts = [f"{hit.article.headline}\n{hit.passage.text}" for hit in hits]
    order = np.argsort(-reranker.scores(question, texts), kind="stable")
    return tuple(
        replace(hits[at], score=place.score, rank=place.rank)
        for place, at in zip(hits, order.tolist(), strict=True)
    )


def _load(model: str) -> Any:  # noqa: ANN401  # an optional library
    try:
        # Here because torch takes seconds to load, and only those pay who ask for it.
        from sentence_transformers import CrossEncoder
    except ImportError as error:
        msg = (
            f"Expected sentence-transformers to be installed for {model!r}, but: {error}; "
            "run: pip install 'pasokh[sentence-transformers]'"
        )
        raise EncoderError(msg) from error
    try:
        return CrossEncoder(model)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, ImportError) as error:
        msg = (
            f"Expected a sentence-transformers CrossEncoder (folder or hub name) at {model!r}, "
            f"but could not load it: {error}"
        )
        raise EncoderError(msg) from error
