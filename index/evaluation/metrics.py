"""Measures of a ranking, a quote or a confidence: pure functions, each with its source.

Sources: ir-measures (MacAvaney, Macdonald and Ounis, ECIR 2022, arXiv 2111.13466), which calls
trec_eval's code: nDCG with linear gains. AUROC as the Mann-Whitney statistic (Hanley and McNeil,
Radiology 1982, doi 10.1148/radiology.143.1.7063747).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.text.clean import clean

DEPTH: Final = 10
"""Articles of a ranking that are judged."""

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
    import ir_measures as ir

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
        ir.nDCG @ DEPTH: "ndcg",
        ir.R @ DEPTH: "recall",
        ir.RR @ DEPTH: "mrr",
        ir.Success @ 1: "hit",
    }
    # A question without a ranking is not measured by the library, but counts 0.
    values = {question: dict.fromkeys(names.values(), 0.0) for question in relevant}
    for metric in ir.iter_calc(list(names), relevant, scored):
        values[metric.query_id][names[metric.measure]] = float(metric.value)
    return {question: Ranked(**row) for question, row in values.items()}


def holds_answer(quotes: Sequence[str], answers: Sequence[str]) -> bool:
    """Tell whether any answer is contained in any single quote, after folding.

    Letters are compared after folding (Persian and Arabic forms, case, accents), digits as
    ASCII; joiners, punctuation and white space are ignored. A number is found only as a whole
    number: 5 is not contained in 1945. An answer without a letter or digit is never found.
    """
    patterns = []
    for answer in answers:
        letters = folded(answer).replace(" ", "")
        if letters:
            before = r"(?<!\d)" if letters[0].isdigit() else ""
            after = r"(?!\d)" if letters[-1].isdigit() else ""
            patterns.append(re.compile(before + " ?".join(map(re.escape, letters)) + after))
    return any(pattern.search(folded(quote)) for quote in quotes for pattern in patterns)


def folded(text: str) -> str:
    """Fold case, accents and letter forms; keep letters and digits, one space between words."""
    # Subtle: case is folded again, as NFKD makes capitals of compatibility forms such as "𝕬".
    plain = unicodedata.normalize("NFKD", clean(text).text.casefold()).casefold()
    letters = (
        char if char.isalnum() else " "
        for char in plain
        if char.isalnum() or not unicodedata.category(char).startswith("M")
    )
    # Subtle: cleaned again, as NFKD takes «ئ» apart into an Arabic yeh and a mark.
    return clean(" ".join("".join(letters).split())).text


def token_f1(text: str, answers: Sequence[str]) -> float:
    """Return how far the folded words of `text` are those of the answer they fit best, in [0, 1].

    The harmonic mean of the words' precision and recall, each word counted as often as it stands;
    0 where nothing is common. Source: SQuAD (Rajpurkar et al., EMNLP 2016, arXiv 1606.05250).
    """
    said = Counter(folded(text).split())
    best = 0.0
    for answer in answers:
        wanted = Counter(folded(answer).split())
        best = max(best, 2 * (said & wanted).total() / max((said + wanted).total(), 1))
    return best


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Return how often a positive scores above a negative, ties half; None if either is empty."""
    if not positive or not negative:
        return None
    scores = np.sort(negative)
    below = np.searchsorted(scores, positive, side="left")
    not_above = np.searchsorted(scores, positive, side="right")
    return float((below + not_above).sum() / (2 * len(negative) * len(positive)))


def threshold_at(positive: Sequence[float], rate: float) -> float:
    """Return the highest score that at least a share `rate` of `positive` (not empty) reaches."""
    rank = max(int(np.ceil(rate * len(positive) - 1e-9)), 1)
    return sorted(positive, reverse=True)[rank - 1]


def share_at_least(scores: Sequence[float], threshold: float) -> float | None:
    """Return the share of scores that reach a threshold; None if there are none."""
    if not scores:
        return None
    return sum(score >= threshold for score in scores) / len(scores)


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
    # A multinomial count of each question is the same sample, in a hundredth of the memory.
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
    return {f"p{rank}": round(float(np.percentile(values, rank)), 2) for rank in (50, 95, 99)}
