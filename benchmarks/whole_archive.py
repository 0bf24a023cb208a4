"""All articles of ../shared/eval in one index: what became of each, and how long it took.

The 15,000 articles (news-fa, news-en, Hamshahri) are really read, divided, indexed by words and
compared with each other; the vectors are random, because encoding a quarter of a million texts
takes hours.

    python benchmarks/whole_archive.py

Writes `benchmarks/results/whole_archive.json`; fails if an article is neither indexed nor counted.
Does not: measure the encoder.
"""

import json
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from warm_retrieval import EVAL, ROOT, build_drawn

from index.build.verify import verify_snapshot

CORPORA = (EVAL / "news-fa.jsonl", EVAL / "news-en.jsonl", EVAL / "hamshahri-fa" / "corpus.jsonl")


def main() -> None:
    """Build, verify, count and write."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        _, report = build_drawn(work, CORPORA)
        verified = verify_snapshot(work / "home")
    n_in = sum(len(path.read_bytes().splitlines()) for path in CORPORA)
    n_out = report.n_articles + report.n_duplicates + len(report.rejects)
    rejects = dict(Counter(reject.reason for reject in report.rejects))
    record = {"n_in": n_in, "n_out": n_out} | asdict(report) | {"rejects": rejects}
    record["problems"] = verified.problems
    path = ROOT / "benchmarks" / "results" / "whole_archive.json"
    path.write_text(f"{json.dumps(record, indent=1)}\n", encoding="utf-8")
    print(json.dumps(record, indent=1))
    assert n_in == n_out, f"{n_in} articles came in, {n_out} are accounted for"
    assert not verified.problems


if __name__ == "__main__":
    main()
