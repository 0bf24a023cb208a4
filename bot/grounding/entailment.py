"""Does a quote entail a claim: any NLI cross-encoder of sentence-transformers, as an option.

Does not: train, calibrate, or choose a model; a model that knows the languages of the archive and
of the askers is wanted, e.g. one of the multilingual XNLI cross-encoders.
"""

from collections.abc import Sequence
from typing import Final

from index import EncoderError
from index.search import load_cross_encoder

_ENTAILED: Final = "entail"


class Entailment:
    """An open cross-encoder that tells entailment from contradiction and neither."""

    def __init__(self, model: str, *, device: str | None = None) -> None:
        """Load a model by hub name or folder.

        Raises:
            EncoderError: If sentence-transformers is not installed, cannot load it, or if it has no
                label whose name begins with "entail".
        """
        self._model: Final = load_cross_encoder(model, device=device)
        labels = dict(self._model.config.id2label)
        found = [int(at) for at, name in labels.items() if _ENTAILED in str(name).lower()]
        if len(found) != 1 or len(labels) < len(("entailed", "not")):
            msg = (
                f"Expected a cross-encoder with a label «entailment» at {model!r}, found the "
                f"labels {sorted(map(str, labels.values()))}; choose one that was trained for NLI."
            )
            raise EncoderError(msg)
        self._label: Final = found[0]

    def probabilities(self, claims: Sequence[str], quotes: Sequence[str]) -> list[float]:
        """Return how likely each claim follows from the text beside it, in [0, 1]."""
        if not claims:
            return []
        shares = self._model.predict(
            list(zip(quotes, claims, strict=True)),
            apply_softmax=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return [float(row[self._label]) for row in shares]
