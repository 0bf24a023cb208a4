"""Confidence: a calibrated probability that the quoted evidence answers the question.

    confidence = sigmoid(b + 4.0 dense + 13.2 sentence - 1.1 log10(n passages)
                         + [same language] (6.0 lexical - 2.9) + 5.0 names min(1, log10(n) / 3))

Where a reader read the quotes (see `bot.answer.reading`) and they are in the question's language,
1.5 times its logit, less 0.5, is added to what the sigmoid takes.

Every signal means the same in an archive of one article and of a million: cosines in the centred
embedding space and shares in [0, 1]. The best of many random passages is closer than the best of
few, hence the archive's size. In a small archive a name that stands in every passage tells nothing.

For an encoder without fitted weights the height of its cosines is unknown, so confidence looks
at how far the best passage stands out from the others found, and at words and names.

The threshold is a setting.
Source: logistic regression on the dev sets, see index/params and DECISIONS.md.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

DEFAULT_THRESHOLD: Final = 0.25
"""Answered from here on, below `SURE` as "perhaps". Over PQuAD, English over Persian and twelve
languages over Persian .97, .93 and .83 of the questions are answered (.96, .86 and .75 from 0.4
on); of those about something else .93 and .98 are refused; see docs/questions.md."""

SURE: Final = 0.5
"""Answered without "perhaps" from here on."""

SURE_OF_EACH: Final = 0.4
"""Least confidence of each quote of an overview, which says nothing of how sure it is."""

FEATURES: Final = ("dense", "sentence", "log10_passages", "same_language", "lexical", "names")
"""Names of the fitted weights, beside `intercept`."""

_NAMES_TELL_FROM: Final = 3.0
"""log10 of the passages from which on a name's presence counts in full."""

# For other encoders. Not fitted: chosen so that words or names can answer alone, and so that a
# best passage three deviations above those found with it counts as half a match.
_UNFITTED: Final[Mapping[str, float]] = {
    "intercept": -2.5,
    "standout": 0.8,
    "lexical": 6.0,
    "names": 4.0,
}
_FEW: Final = 10
_MAX_STANDOUT: Final = 5.0


_READ: Final = 1.5
_READ_LEVEL: Final = 0.5
_MAX_READ: Final = 5.0
"""What the reader says counts from here on no more. Of PQuAD's questions whose articles it was not
trained on .962 are answered and .672 of the others refused, of nomiracl-fa's .880 and .488; with
weight 1 .966 and .642, .880 and .464, with 2 .958 and .687, .856 and .496. Across languages it
tells too little to count (docs/reader.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Signals of the best evidence.

    Attributes:
        dense: Dense score of the passage ranked first (`index.search.fuse.dense_scores`).
        sentence: Highest cosine among the quoted sentences.
        n_passages: Passages in the archive, at least 1.
        lexical: Lexical share in [0, 1] of the passage ranked first; None when its language is
            not the question's.
        names: Share in [0, 1] of the question's names in that passage; 0 where there are none.
        reads: Highest logit of the reader that a quote's window answers; None where none was read.
        others: Dense scores of the other passages found, any order; read only for encoders
            without fitted weights.
    """

    dense: float
    sentence: float
    n_passages: int
    lexical: float | None
    names: float
    reads: float | None = None
    others: Sequence[float] = ()


def confidence(signals: Signals, weights: Mapping[str, float]) -> float:
    """Return the probability in (0, 1) that the evidence answers the question.

    Args:
        signals: What is known of the best evidence.
        weights: The encoder's, from `index.stored_confidence`; empty when it has none.
    """
    if weights:
        pairs = zip(FEATURES, features(signals), strict=True)
        logit = weights["intercept"] + math.fsum(weights[name] * value for name, value in pairs)
    else:
        logit = (
            _UNFITTED["intercept"]
            + _UNFITTED["standout"] * _standout(signals.dense, signals.others)
            + _UNFITTED["lexical"] * (signals.lexical or 0.0)
            + _UNFITTED["names"] * (signals.names if signals.lexical is None else 0.0)
        )
    if signals.reads is not None and signals.lexical is not None:
        logit += _READ * min(max(signals.reads, -_MAX_READ), _MAX_READ) - _READ_LEVEL
    # Bounded, so that nothing overflows and the value stays strictly inside (0, 1).
    return 1.0 / (1.0 + math.exp(-min(max(logit, -30.0), 30.0)))


def features(signals: Signals) -> tuple[float, ...]:
    """Return the values that the fitted weights of `FEATURES` belong to, in that order."""
    size = math.log10(max(signals.n_passages, 1))
    is_same = signals.lexical is not None
    return (
        signals.dense,
        signals.sentence,
        size,
        float(is_same),
        signals.lexical or 0.0,
        0.0 if is_same else signals.names * min(1.0, size / _NAMES_TELL_FROM),
    )


def _standout(best: float, others: Sequence[float]) -> float:
    """Return how many deviations `best` stands above the others, in [0, 5].

    Below ten others their spread is no measure, and 0.02 to 0.1 of cosine is usual: a tenth of
    the best stands in for the deviation.
    """
    mean = math.fsum(others) / len(others) if others else best
    spread = math.sqrt(math.fsum((other - mean) ** 2 for other in others) / max(len(others), 1))
    if len(others) < _FEW:
        mean, spread = min(others, default=best), abs(best) / _FEW
    return min(max((best - mean) / max(spread, 1e-6), 0.0), _MAX_STANDOUT)
