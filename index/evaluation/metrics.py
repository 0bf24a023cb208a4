"""How good a ranking, a quote or a confidence is: pure measures, each with its source.

Does not: ask questions or read files.
Sources: ir-measures (MacAvaney, Macdonald and Ounis, ECIR 2022, arXiv 2111.13466), which calls
trec_eval's code: nDCG with linear gains. AUROC as the Mann-Whitney statistic (Hanley and McNeil,
Radiology 1982, doi 10.1148/radiology.143.1.7063747).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.text.clean import clean

DEPTH: Final = 10
"""Articles of a ranking that are looked at."""

Run = Mapping[str, Sequence[str]]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """How well one question's articles were ranked; each in [0, 1], higher is better.

    Attributes:
        ndcg: nDCG@10.
        recall: Share of the relevant articles among the first ten.
        mrr: Reciprocal rank of the first relevant article, 0 below the tenth.
        hit: 1 if the first article is relevant, else 0.
    """

    ndcg: float
    recall: float
    mrr: float
    hit: float


def rank_measures(qrels: Mapping[str, Mapping[str, int]], run: Run) -> dict[str, Ranked]:
    """Measure each question's ranking; questions without a relevant article are left out.

    Args:
        qrels: Question id to article id to relevance; more than 0 is relevant.
        run: Question id to article ids, best first, each once; none for a question counts 0.
    """
    # Here because it loads SciPy, which only an evaluation needs.
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    relevant = {
        question: dict(row) for question, row in qrels.items() if any(v > 0 for v in row.values())
    }
    if not relevant:
        return {}
    scored = {
        question: {article: float(-rank) for rank, article in enumerate(run.get(question, ()))}
        for question in relevant
    }
    names = {
        nDCG @ DEPTH: "ndcg",
        R @ DEPTH: "recall",
        RR @ DEPTH: "mrr",
        Success @ 1: "hit",
    }
    found: dict[str, dict[str, float]] = {
        question: dict.fromkeys(names.values(), 0.0) for question in relevant
    }
    for metric in ir_measures.iter_calc(list(names), relevant, scored):
        found[metric.query_id][names[metric.measure]] = float(metric.value)
    return {question: Ranked(**values) for question, values in found.items()}


def holds_answer(quotes: Sequence[str], answers: Sequence[str]) -> bool:
    """Tell whether any answer stands in any one quote, spelling aside.

    Letters are compared after folding (Persian and Arabic forms, case, accents), digits as
    ASCII; joiners, punctuation and white space are left out of account. A number is found only
    as a whole number: 5 does not stand in 1945.
    """
    patterns = [pattern for answer in answers if (pattern := _pattern(answer)) is not None]
    return any(pattern.search(folded(quote)) for quote in quotes for pattern in patterns)


def folded(text: str) -> str:
    """Spell a text so that equal wordings are equal: one space between words, nothing else."""
    plain = unicodedata.normalize("NFKD", clean(text).text.casefold())
    letters = "".join(char if char.isalnum() else _gap(char) for char in plain)
    return " ".join(letters.split())


def _gap(char: str) -> str:
    """Return what stands for a sign: nothing for a mark on a letter, else a space."""
    return "" if unicodedata.category(char).startswith("M") else " "


def _pattern(answer: str) -> re.Pattern[str] | None:
    """Return what finds an answer in folded text; None for one without a letter or digit."""
    letters = folded(answer).replace(" ", "")
    if not letters:
        return None
    before = r"(?<!\d)" if letters[0].isdigit() else ""
    after = r"(?!\d)" if letters[-1].isdigit() else ""
    return re.compile(before + " ?".join(map(re.escape, letters)) + after)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Return how often a positive scores above a negative, ties half; None if either is empty."""
    if not positive or not negative:
        return None
    scores = np.sort(np.asarray(negative, np.float64))
    values = np.asarray(positive, np.float64)
    below = np.searchsorted(scores, values, side="left")
    not_above = np.searchsorted(scores, values, side="right")
    return float((below + not_above).sum() / (2 * len(scores) * len(values)))


def threshold_at(positive: Sequence[float], rate: float) -> float:
    """Return the highest score that at least a share `rate` of `positive` (not empty) reaches."""
    scores = np.sort(np.asarray(positive, np.float64))[::-1]
    return float(scores[max(int(np.ceil(rate * len(scores) - 1e-9)), 1) - 1])


def share_at_least(scores: Sequence[float], threshold: float) -> float | None:
    """Return the share of scores that reach a threshold; None if there are none."""
    if not scores:
        return None
    return float((np.asarray(scores, np.float64) >= threshold).mean())


def paired_interval(
    first: Sequence[float], second: Sequence[float], *, seed: int = 0, n_draws: int = 10_000
) -> tuple[float, float, float]:
    """Return the mean of first - second and its 95% interval by paired bootstrap.

    Args:
        first: One value per question, not empty.
        second: The other system's, for the same questions in the same order.
        seed: The same seed gives the same interval.
        n_draws: Samples of the questions, with replacement.

    Source: Efron and Tibshirani 1993, percentile interval; Sakai, SIGIR 2006, for retrieval.
    """
    gains = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    generator = np.random.default_rng(seed)
    # A multinomial count of each question is the same draw, in a hundredth of the memory.
    chances = np.full(len(gains), 1 / len(gains))
    means = np.array(
        [generator.multinomial(len(gains), chances) @ gains / len(gains) for _ in range(n_draws)]
    )
    low, high = np.percentile(means, (2.5, 97.5))
    return float(gains.mean()), float(low), float(high)


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return the 50th, 95th and 99th percentile, rounded to 0.01; {} if there are no values."""
    if not values:
        return {}
    found = np.percentile(np.asarray(values, np.float64), (50, 95, 99))
    return {name: round(float(v), 2) for name, v in zip(("p50", "p95", "p99"), found, strict=True)}
