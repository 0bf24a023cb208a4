"""Checks of claims that others wrote: by hand, or by a real small model; by kind of claim.

The hand-made ones (shared/eval/claims) were written by somebody who had not seen the rules; half of
them were at hand while the rules were made, and that half is measured. Those of a model are
measured where benchmarks/data/model_claims.jsonl has any with `supported` as a reader found (see
`model_claims`). Planted
errors, which a program made, are measured by `grounding`.

    python benchmarks/hand_claims.py [--cache FOLDER] [--judge CAUGHT KEPT] [--verbose]

No language model judges here. What one would add is computed, not measured: a judge that finds a
share CAUGHT of the false claims and keeps a share KEPT of the true ones, whichever they are.
Writes the table of `docs/grounding.md`.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from claims import EVAL
from grounding import PAGE, wilson
from model_claims import ARTICLES, CLAIMS, citations
from readme import markdown

from bot.grounding.check import Grounder
from bot.types import Citation, Claim
from index import BundledConfig, open_encoder

BEGIN, END = "<!-- hand:begin -->", "<!-- hand:end -->"
TRUE = "true"


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim, the quotes it cites, and whether they support it."""

    source: str
    kind: str
    claim: Claim
    evidence: tuple[Citation, ...]
    is_supported: bool


def hand_made() -> Iterator[Judged]:
    """Yield the claims that were written by hand."""
    path = EVAL / "claims" / "claims.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        evidence = tuple(citations(row["article"], [row["quote"]]))
        claim = Claim(text=row["claim"], numbers=(1,))
        yield Judged("by hand", row["kind"], claim, evidence, row["supported"])


def written_by_model() -> Iterator[Judged]:
    """Yield the claims that a model wrote and somebody has read."""
    articles = json.loads(ARTICLES.read_text(encoding="utf-8"))
    quotes = {article["id"]: article["quotes"] for article in articles}
    for line in CLAIMS.read_text(encoding="utf-8").splitlines() if CLAIMS.exists() else ():
        row = json.loads(line)
        if "supported" not in row:
            continue
        evidence = tuple(citations(row["article"], quotes[row["article"]]))
        claim = Claim(text=row["claim"], numbers=tuple(row["numbers"]))
        kind = TRUE if row["supported"] else "false"
        yield Judged("by a small model", kind, claim, evidence, row["supported"])


def main() -> None:
    """Check, print and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, default=Path("grounding-cache"))
    parser.add_argument("--judge", type=float, nargs=2, default=(0.8, 0.97))
    parser.add_argument("--verbose", action="store_true", help="print each claim judged wrongly")
    options = parser.parse_args()
    grounder = Grounder(open_encoder(BundledConfig(cache_dir=options.cache)))
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for one in (*hand_made(), *written_by_model()):
        (verdict,) = grounder.check([one.claim], one.evidence, language=None)
        is_right = verdict.is_supported is one.is_supported
        right[one.source, one.kind].append(is_right)
        if options.verbose and not is_right:
            print(one.kind, "|", one.claim.text, "|", *verdict.faults)
    lines, sums = [], []
    for (source, kind), outcomes in right.items():
        low, high = wilson(sum(outcomes), len(outcomes))
        share = f"{sum(outcomes) / len(outcomes):.3f}"
        verb = "kept" if kind == TRUE else "caught"
        lines.append((source, kind, len(outcomes), f"{share} {verb}", f"{low:.3f}-{high:.3f}"))
    for source in dict.fromkeys(source for source, _ in right):
        kept = right[source, TRUE]
        caught = [
            outcome
            for (where, kind), outcomes in right.items()
            if where == source and kind != TRUE
            for outcome in outcomes
        ]
        by_rules = (sum(caught) / len(caught), sum(kept) / len(kept))
        catches, keeps = options.judge
        with_judge = (1 - (1 - by_rules[0]) * (1 - catches), by_rules[1] * keeps)
        sums.append(
            f"Claims {source}: {sum(caught)} of {len(caught)} false ones caught "
            f"({by_rules[0]:.2f}), {sum(kept)} of {len(kept)} true ones kept ({by_rules[1]:.2f}) "
            f"by rules alone. With a judge that finds {catches:.0%} of the false and keeps "
            f"{keeps:.0%} of the true ones, independently of the rules: {with_judge[0]:.2f} and "
            f"{with_judge[1]:.2f} (computed, not measured)."
        )
    header = ("claims", "kind", "number", "rules alone", "95 % interval")
    text = f"{' '.join(sums)}\n\n{markdown(header, lines)}"
    print(text)
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    PAGE.write_text(f"{head}{BEGIN}\n{text.strip()}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
