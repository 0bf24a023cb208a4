"""Checks of claims that others wrote: by hand, or by a real small model; by kind of claim.

The hand-made ones (shared/eval/claims) were written by somebody who had not seen the rules; half of
them were at hand while the rules were made, and that half is measured. Those of a model
(`model_claims`) were read beside their quotes, which gave `supported` and `kind`. Planted errors,
which a program made, are measured by `grounding`.

    python benchmarks/hand_claims.py [--cache FOLDER] [--verbose] [--source SOURCE]
                                     [--judge ADDRESS MODEL]

With --judge the claims also go to a language model, those of one answer in one request, through
the code that the program judges with; what it lets stand is kept in results/judged_claims.json,
so that a run that was broken off goes on, and stands in the table from then on. A judge that
writes no judgement leaves the claims of its request to the rules, as in the program.
`judge_by_reading` serves one as MODEL "a scripted judge".
Writes the table of `docs/grounding.md`.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from claims import EVAL
from grounding import PAGE, wilson
from model_claims import ARTICLES, AT_ONCE, CLAIMS, PATIENCE_S, citations
from readme import markdown, write_section

from bot.grounding.check import Grounder
from bot.llm.client import OpenAIGenerator, ServerConfig
from bot.llm.judge import Judge
from bot.llm.types import Unwritten
from bot.types import Citation, Claim, Unworded
from index import BundledConfig, open_encoder

JUDGED = Path(__file__).parent / "results" / "judged_claims.json"
TRUE = "true"
MOST_OF_ANSWER = 5
Stands = dict[str, dict[str, bool | None]]
"""For each judge, by the key of each claim: whether it stands; None where the judge failed."""


@dataclass(frozen=True, slots=True)
class Read:
    """A claim that was read beside the quotes it cites.

    Attributes:
        source: Who wrote it.
        answer: Names the answer it belongs to.
    """

    source: str
    answer: str
    kind: str
    claim: Claim
    evidence: tuple[Citation, ...]
    is_supported: bool

    @property
    def key(self) -> str:
        """Names the claim without a word of it."""
        quotes = [quote.quote for quote in self.evidence if quote.number in self.claim.numbers]
        return blake2b("\n".join([self.claim.text, *quotes]).encode(), digest_size=8).hexdigest()


def hand_made() -> Iterator[Read]:
    """Yield the claims that were written by hand."""
    path = EVAL / "claims" / "claims.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        evidence = tuple(citations(row["article"], [row["quote"]]))
        claim = Claim(text=row["claim"], numbers=(1,))
        yield Read("by hand", row["quote"], row["kind"], claim, evidence, row["supported"])


def written_by_model() -> Iterator[Read]:
    """Yield the claims that a model wrote and somebody has read."""
    articles = json.loads(ARTICLES.read_text(encoding="utf-8"))
    quotes = {article["id"]: article["quotes"] for article in articles}
    for line in CLAIMS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "supported" not in row:
            continue
        evidence = tuple(citations(row["article"], quotes[row["article"]]))
        claim = Claim(text=row["claim"], numbers=tuple(row["numbers"]))
        kind = TRUE if row["supported"] else row["kind"]
        yield Read("by a model", row["question"], kind, claim, evidence, row["supported"])


def ask_judge(address: str, model: str, claims: Sequence[Read], judged: Stands) -> None:
    """Let a judge see the claims it has not seen, an answer at a time."""
    config = ServerConfig(base_url=address, model=model, timeout_s=PATIENCE_S, max_tokens=800)
    judge, stands = Judge(OpenAIGenerator(config)), judged.setdefault(model, {})
    answers: dict[tuple[str, str], list[Read]] = defaultdict(list)
    for one in claims:
        if one.key not in stands:
            answers[one.source, one.answer].append(one)

    def ask(some: Sequence[Read]) -> Sequence[bool | None]:
        try:
            return judge.judge([one.claim for one in some], some[0].evidence)
        except Unwritten as failure:
            if failure.why is not Unworded.MALFORMED:
                raise
            return [None] * len(some)

    requests = [
        answer[at : at + MOST_OF_ANSWER]
        for answer in answers.values()
        for at in range(0, len(answer), MOST_OF_ANSWER)
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for some, found in zip(requests, pool.map(ask, requests), strict=True):
            stands.update(zip([one.key for one in some], found, strict=True))
            JUDGED.write_text(json.dumps(judged, indent=1) + "\n", encoding="utf-8")


def share(outcomes: Sequence[bool]) -> str:
    """Say how many of the outcomes are right."""
    return f"{sum(outcomes)} of {len(outcomes)} ({sum(outcomes) / len(outcomes):.2f})"


def main() -> None:
    """Check, print and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, default=Path("grounding-cache"))
    parser.add_argument("--judge", nargs=2, metavar=("ADDRESS", "MODEL"))
    parser.add_argument("--source", help="ask the judge about claims of this source only")
    parser.add_argument("--verbose", action="store_true", help="print each claim judged wrongly")
    options = parser.parse_args()
    claims = [*hand_made(), *written_by_model()]
    judged: Stands = json.loads(JUDGED.read_text(encoding="utf-8")) if JUDGED.exists() else {}
    if options.judge:
        asked = [one for one in claims if options.source in {None, one.source}]
        ask_judge(*options.judge, asked, judged)
    grounder = Grounder(open_encoder(BundledConfig(cache_dir=options.cache)))
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    by_judge: dict[tuple[str, str, bool], list[tuple[bool, bool]]] = defaultdict(list)
    for one in claims:
        (verdict,) = grounder.check([one.claim], one.evidence, language=None)
        is_right = verdict.is_supported is one.is_supported
        right[one.source, one.kind].append(is_right)
        for judge, stands in judged.items():
            if one.key in stands:
                alone = stands[one.key] is not False
                both = verdict.is_supported and alone
                outcome = (alone is one.is_supported, both is one.is_supported)
                by_judge[one.source, judge, one.is_supported].append(outcome)
        if options.verbose and not is_right:
            print(one.source, one.kind, "|", one.claim.text, "|", *verdict.faults)
    lines, sums = [], []
    for (source, kind), outcomes in right.items():
        low, high = wilson(sum(outcomes), len(outcomes))
        verb = "kept" if kind == TRUE else "caught"
        figure = f"{sum(outcomes) / len(outcomes):.3f} {verb}"
        lines.append((source, kind, len(outcomes), figure, f"{low:.3f}-{high:.3f}"))
    for source in dict.fromkeys(source for source, _ in right):
        caught = [
            outcome
            for (where, kind), outcomes in right.items()
            if where == source and kind != TRUE
            for outcome in outcomes
        ]
        sums.append((source, "rules alone", share(caught), share(right[source, TRUE])))
        for judge in judged:
            false, true = (by_judge[source, judge, supported] for supported in (False, True))
            if false and true:
                for way, checks in enumerate((f"{judge} alone", f"rules and {judge}")):
                    figures = (share([one[way] for one in some]) for some in (false, true))
                    sums.append((source, checks, *figures))
    summary = markdown(("claims", "checked by", "false ones caught", "true ones kept"), sums)
    kinds = markdown(("claims", "kind", "number", "rules alone", "95 % interval"), lines)
    text = f"{summary}\n\n{kinds}"
    print(text)
    write_section("hand", text, PAGE)


if __name__ == "__main__":
    main()
