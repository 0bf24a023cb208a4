"""Checks of claims: which planted errors they catch, and which true claims they drop.

Claims are made by program from news-fa and news-en, and from the parallel sentences of SIB-200 with
a Persian quote for a claim in another language (see `claims`, `planted`). By a checksum of the
quote, half of them were used to fit the weights of meaning and were read while the rules were
written; the other half is reported. A claim is caught if it has any fault. Intervals are Wilson's,
95 %.

    python benchmarks/grounding.py [--most 50] [--cache FOLDER] [--fit]

Writes `benchmarks/results/grounding.json` and the tables of `docs/grounding.md`; with `--fit`, the
weights into index/params.
Does not: measure claims that a language model wrote; these have one error each.
"""

import argparse
import json
import math
import random
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from claims import Case, news, parallel
from planted import make_cases
from readme import markdown

from bot.grounding import meaning
from bot.grounding.check import Grounder
from bot.types import Claim
from index import BundledConfig, Encoder, EncoderIdentity, open_encoder
from index.arrays import Vectors
from index.encoders.space import parameters_name
from index.encoders.vector_cache import VectorCache

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "grounding.md"
BEGIN, END = "<!-- tables:begin -->", "<!-- tables:end -->"
OTHERS = ("ar", "de", "es", "fr", "ru", "tr", "zh")
BATCH = 64
KEPT = 0.995
"""Share of the true claims that the threshold of meaning keeps, on the half that fits it."""


@dataclass(frozen=True, slots=True)
class Remembering:
    """The encoder with its vectors kept in a folder, so that a second run takes minutes less."""

    encoder: Encoder
    cache: VectorCache

    @property
    def identity(self) -> EncoderIdentity:
        """That of the encoder."""
        return self.encoder.identity

    @property
    def max_tokens(self) -> int:
        """That of the encoder."""
        return self.encoder.max_tokens

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Encode questions, which no claim is."""
        return self.encoder.encode_queries(texts)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Look texts up, encoding those never seen."""
        return self.cache.encode(texts, progress=progress)[0].astype(np.float32)

    def count_tokens(self, text: str, /) -> int:
        """Count as the encoder does."""
        return self.encoder.count_tokens(text)


def is_for_fitting(case: Case) -> bool:
    """Tell whether a quote is in the half used for weights and rules; no quote is in both."""
    return zlib.crc32(case.evidence[0].quote.encode()) % 2 == 0


def fit(cases: Sequence[Case], encoder: Encoder) -> dict[str, float]:
    """Fit meaning: true claims against those that cite another passage."""
    told = [case for case in cases if case.is_true or case.kind.startswith("citation to")]
    rows = []
    closeness = meaning.Closeness(encoder)
    for case in told:
        quotes = [one.quote for one in case.evidence if one.number in case.numbers]
        signals = closeness.signals([case.text], [quotes])[0]
        assert signals is not None  # each cites a quote
        rows.append(signals[: len(meaning.FEATURES)])
    labels = np.array([float(case.is_true) for case in told])
    weights = logistic(np.array([[1.0, *row] for row in rows]), labels)
    scores = np.array([[1.0, *row] for row in rows]) @ weights
    weights[0] -= np.quantile(scores[labels == 1], 1 - KEPT)
    return dict(zip(("intercept", *meaning.FEATURES), weights.round(3).tolist(), strict=True))


def logistic(matrix: np.ndarray, labels: np.ndarray, *, ridge: float = 1.0) -> np.ndarray:
    """Fit by Newton's method, both labels with equal weight; `ridge` leaves the intercept alone."""
    shares = np.where(labels == 1, 0.5 / labels.mean(), 0.5 / (1 - labels.mean()))
    penalty = ridge * np.diag([0.0, *[1.0] * (matrix.shape[1] - 1)])
    weights = np.zeros(matrix.shape[1])
    for _ in range(50):
        odds = 1 / (1 + np.exp(-matrix @ weights))
        slope = matrix.T @ (shares * (odds - labels)) + penalty @ weights
        bend = (matrix * (shares * odds * (1 - odds))[:, None]).T @ matrix + penalty
        weights = weights - np.linalg.solve(bend, slope)
    return weights


def store(weights: dict[str, float], encoder: Encoder) -> None:
    """Write the weights beside those of the confidence."""
    path = ROOT / "index" / "params" / f"{parameters_name(encoder.identity.name)}.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["grounding"] = weights
    path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def judge(cases: Sequence[Case], encoder: Encoder) -> list[tuple[str, ...]]:
    """Return the faults found in each claim."""
    grounder = Grounder(encoder)
    found = []
    for case in cases:
        claim = Claim(text=case.text, numbers=case.numbers)
        verdict = grounder.check([claim], case.evidence, language=None)[0]
        found.append(tuple(fault.value for fault in verdict.faults))
    return found


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    z = 1.959964
    middle = (hits + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(hits * (n - hits) / n + z * z / 4)
    return max(0.0, round(middle - half, 4)), min(1.0, round(middle + half, 4))


def summed(cases: Sequence[Case], found: Sequence[tuple[str, ...]]) -> list[dict[str, object]]:
    """Count by kind and language pair."""
    groups: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for case, faults in zip(cases, found, strict=True):
        groups.setdefault((case.kind, case.pair), []).append(faults)
    return [
        {
            "kind": kind,
            "pair": pair,
            "claims": len(rows),
            "faulted": (hits := sum(bool(row) for row in rows)),
            "share": round(hits / len(rows), 4),
            "interval": wilson(hits, len(rows)),
            "by": dict(Counter(fault for row in rows for fault in row).most_common()),
        }
        for (kind, pair), rows in sorted(groups.items())
    ]


def table(rows: Sequence[dict[str, object]], *, is_true: bool) -> str:
    """Return the lines of true or of wrong claims as Markdown."""
    share = "dropped" if is_true else "caught"
    header = ("claims", "languages", "number", share, "95 % interval", "found by")
    lines = []
    for row in rows:
        if str(row["kind"]).startswith("true") is not is_true:
            continue
        low, high = row["interval"]  # type: ignore[misc]
        by = ", ".join(f"{fault} {n}" for fault, n in row["by"].items())  # type: ignore[attr-defined]
        name = str(row["kind"]).removeprefix("true: ")
        lines.append(
            (name, row["pair"], row["claims"], f"{row['share']:.3f}", f"{low:.3f}-{high:.3f}", by)
        )
    return markdown(header, lines)


def total(rows: Sequence[dict[str, object]], *, is_true: bool) -> str:
    """Return one sentence on all of them."""
    kept = [row for row in rows if str(row["kind"]).startswith("true") is is_true]
    n, hits = sum(int(row["claims"]) for row in kept), sum(int(row["faulted"]) for row in kept)  # type: ignore[call-overload]
    low, high = wilson(hits, n)
    what = "true claims were dropped" if is_true else "claims with an error were caught"
    return f"{hits} of {n} {what}: {hits / n:.3f} ({low:.3f}-{high:.3f})."


def main() -> None:
    """Make claims, fit if asked, judge, print and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=50, help="of each kind and language pair")
    parser.add_argument("--cache", type=Path, default=Path("grounding-cache"))
    parser.add_argument("--fit", action="store_true", help="fit meaning anew and store it")
    options = parser.parse_args()
    rng = random.Random(6)  # noqa: S311 - repeatable
    sources = news("news-fa.jsonl", "fa", 1200, rng) + news("news-en.jsonl", "en", 450, rng)
    cases = make_cases([*sources, *parallel(["en"])], options.most, rng)
    others = make_cases(parallel(OTHERS), options.most // 2, rng)
    cases += [case for case in others if case.is_true or case.kind.startswith("wrong number")]
    inner = open_encoder(BundledConfig(cache_dir=options.cache))
    with VectorCache(options.cache, inner) as cache:
        encoder = Remembering(inner, cache)
        if options.fit:
            store(fit([case for case in cases if is_for_fitting(case)], encoder), inner)
        reported = [case for case in cases if not is_for_fitting(case)]
        rows = summed(reported, judge(reported, encoder))
    text = (
        f"{total(rows, is_true=False)} {total(rows, is_true=True)}\n\n"
        f"{table(rows, is_true=False)}\n\n{table(rows, is_true=True)}\n"
    )
    print(text)
    RESULTS.joinpath("grounding.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    PAGE.write_text(f"{head}{BEGIN}\n{text.strip()}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
