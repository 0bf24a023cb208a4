"""Closeness of a claim to the quotes it cites: a calibrated probability in (0, 1).

    meaning = sigmoid(b + w1 best + w2 joint)

`best` is the highest cosine of the claim with one of its quotes, `joint` that with their sum, in
the centred embedding space, where the language of either plays no part: parallel sentences in two
languages lie at 0.42 to 0.78, parts of a sentence with the whole at 0.48 to 0.98, other sentences
of its article at 0.60 and less, other articles' at 0.40 and less.

For an encoder without fitted weights the range of its cosines is unknown: a claim must then be
closer to its quotes than to sentences about something else.

Does not: notice a wrong name, number or "not"; cosines hardly move for those.
Source: logistic regression on real sentences, benchmarks/grounding.py; docs/grounding.md.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from index import Encoder, VectorSpace
from index.encoders import stored_grounding
from index.text import clean_text, detect

FEATURES: Final = ("best", "joint")
"""Names of the fitted weights, beside `intercept`."""
SUPPORTED_FROM: Final = 0.5
"""Least meaning of a supported claim; the fitted intercept is chosen for this threshold."""

_ELSEWHERE: Final = (
    "The team won the match with two goals in the second half.",
    "قیمت مسکن در ماه گذشته افزایش یافت.",
    "The plant grows best in warm and wet soil.",
    "وزیر امور خارجه وارد کشور همسایه شد.",
)
"""Sentences about something else, for encoders without fitted weights."""
# Not fitted: a claim as close to its quotes as to anything else scores 0.27.
_UNFITTED: Final = {"intercept": -1.0, "lead": 12.0}


class Closeness:
    """Compares claims with their quotes; safe for many threads as far as its encoder is."""

    def __init__(self, encoder: Encoder) -> None:
        """Take the encoder and the weights that were fitted for it, if any."""
        self._encoder: Final = encoder
        self._space: Final = VectorSpace(encoder.identity)
        self._weights: Final = (
            stored_grounding(encoder.identity.name) if self._space.is_fitted else {}
        )

    def meanings(self, claims: Sequence[str], quotes: Sequence[Sequence[str]]) -> list[float]:
        """Return how close each claim is to its quotes, 0 where it has none; one encoder call."""
        meanings = []
        for row in self.signals(claims, quotes):
            if row is None:
                meanings.append(0.0)
            elif self._weights:
                meanings.append(probability(row[:-1], self._weights))
            else:
                meanings.append(_sigmoid(_UNFITTED["intercept"] + _UNFITTED["lead"] * row[-1]))
        return meanings

    def signals(
        self, claims: Sequence[str], quotes: Sequence[Sequence[str]]
    ) -> list[tuple[float, ...] | None]:
        """Return `FEATURES` and the lead over other sentences, None for a claim without quotes."""
        cited = list(dict.fromkeys(quote for some in quotes for quote in some))
        texts = [*claims, *cited, *_ELSEWHERE]
        languages = [detect(text).tag for text in texts]
        cleaned = [clean_text(text, tag).text for text, tag in zip(texts, languages, strict=True)]
        vectors = self._space.passages(self._encoder.encode_passages(cleaned), languages)
        row_of = {quote: len(claims) + row for row, quote in enumerate(cited)}
        others = vectors[len(claims) + len(cited) :]
        rows: list[tuple[float, ...] | None] = []
        for claim, some in zip(vectors, quotes, strict=False):
            if not some:
                rows.append(None)
                continue
            own = vectors[[row_of[quote] for quote in some]]
            together = own.sum(axis=0)
            joint = float(claim @ together / max(float(np.linalg.norm(together)), 1e-12))
            best = float((own @ claim).max())
            rows.append((best, joint, best - float((others @ claim).max())))
        return rows


def probability(row: Sequence[float], weights: Mapping[str, float]) -> float:
    """Return the probability for the values of `FEATURES`."""
    terms = (weights[name] * value for name, value in zip(FEATURES, row, strict=True))
    return _sigmoid(weights["intercept"] + math.fsum(terms))


def _sigmoid(logit: float) -> float:
    bounded = min(max(logit, -30.0), 30.0)
    return 1.0 / (1.0 + math.exp(-bounded))
