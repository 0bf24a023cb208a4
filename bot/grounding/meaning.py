"""How close a claim is to the quotes it cites: a calibrated probability in (0, 1).

    meaning = sigmoid(b + w1 best + w2 joint)

`best` is the highest cosine of the claim with one of its quotes, `joint` that with their sum, in
the placed space, where the language of either plays no part: parallel sentences in two languages
lie at 0.42 to 0.78, parts of a sentence with the whole at 0.48 to 0.98, other sentences of its
article at 0.60 and less, other articles' at 0.40 and less.

For an encoder without fitted weights the height of its cosines is unknown: a claim must then be
closer to its quotes than to sentences about something else.

Does not: notice a wrong name, number or "not"; cosines hardly move for those.
Source: logistic regression on real sentences, benchmarks/grounding.py; docs/grounding.md.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from index import Encoder, VectorSpace
from index.arrays import Vectors
from index.encoders import stored_grounding
from index.text import clean_text, detect

FEATURES: Final = ("best", "joint")
"""Names of the fitted weights, beside `intercept`."""
STANDS_FROM: Final = 0.5
"""Least meaning of a claim that stands; the fitted intercept places it."""

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
        """Take the encoder and what was fitted for it."""
        self._encoder: Final = encoder
        self._space: Final = VectorSpace(encoder.identity)
        self._weights: Final = (
            stored_grounding(encoder.identity.name) if self._space.is_fitted else {}
        )

    def meanings(self, claims: Sequence[str], quotes: Sequence[Sequence[str]]) -> list[float]:
        """Return how close each claim is to its quotes, 0 where it has none; one encoder call."""
        rows = self.signals(claims, quotes)
        return [0.0 if row is None else self._meaning(row) for row in rows]

    def signals(
        self, claims: Sequence[str], quotes: Sequence[Sequence[str]]
    ) -> list[tuple[float, ...] | None]:
        """Return `FEATURES` and the lead over other sentences, None for a claim without quotes."""
        cited = list(dict.fromkeys(quote for some in quotes for quote in some))
        texts = [*claims, *cited, *_ELSEWHERE]
        languages = [detect(text).tag for text in texts]
        spelt = [clean_text(text, tag).text for text, tag in zip(texts, languages, strict=True)]
        placed = self._space.passages(self._encoder.encode_passages(spelt), languages)
        place = {quote: len(claims) + row for row, quote in enumerate(cited)}
        others = placed[len(claims) + len(cited) :]
        return [
            _signals(placed[row], placed[[place[quote] for quote in some]], others)
            if some
            else None
            for row, some in enumerate(quotes)
        ]

    def _meaning(self, row: tuple[float, ...]) -> float:
        """Return the probability for one claim."""
        if self._weights:
            return probability(row[:-1], self._weights)
        return _sigmoid(_UNFITTED["intercept"] + _UNFITTED["lead"] * row[-1])


def probability(row: Sequence[float], weights: Mapping[str, float]) -> float:
    """Return the probability for the values of `FEATURES`."""
    terms = (weights[name] * value for name, value in zip(FEATURES, row, strict=True))
    return _sigmoid(weights["intercept"] + math.fsum(terms))


def _signals(claim: Vectors, quotes: Vectors, others: Vectors) -> tuple[float, ...]:
    """Return the features of one claim, vectors of shape (dim,) and (n, dim)."""
    together = quotes.sum(axis=0)
    joint = float(claim @ together / max(float(np.linalg.norm(together)), 1e-12))
    best = float((quotes @ claim).max())
    return best, joint, best - float((others @ claim).max())


def _sigmoid(logit: float) -> float:
    bounded = min(max(logit, -30.0), 30.0)
    return 1.0 / (1.0 + math.exp(-bounded))
