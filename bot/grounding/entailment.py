"""Probability that a quote entails a claim, by any NLI cross-encoder of sentence-transformers.

Optional. The model must know the languages of the archive and of the questions, e.g. one of the
multilingual XNLI cross-encoders. Loads sentence-transformers only once a model is opened.
"""

from collections.abc import Sequence
from typing import Final

from index import EncoderError
from index.search import load_cross_encoder

_ENTAILED: Final = "entail"


class Entailment:
    """An open cross-encoder that tells entailment from contradiction and neutral."""

    def __init__(self, model: str, *, device: str | None = None) -> None:
        """Load a model by hub name or folder.

        Raises:
            EncoderError: If sentence-transformers is not installed, cannot load it, or if it has no
                label whose name begins with "entail".
        """
        self._model: Final = load_cross_encoder(model, device=device)
        labels = dict(self._model.config.id2label)
        entailed = [int(row) for row, name in labels.items() if _ENTAILED in str(name).lower()]
        if len(entailed) != 1 or len(labels) < len(("entailed", "not")):
            raise EncoderError(
                f"Expected a cross-encoder with a label «entailment» at {model!r}, found the "
                f"labels {sorted(map(str, labels.values()))}; choose one that was trained for NLI."
            )
        self._label: Final = entailed[0]

    def probabilities(self, claims: Sequence[str], quotes: Sequence[str]) -> list[float]:
        """Return how likely each claim follows from the quote at its position, in [0, 1]."""
        if not claims:
            return []
        shares = self._model.predict(
            list(zip(quotes, claims, strict=True)),
            apply_softmax=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return [float(row[self._label]) for row in shares]
