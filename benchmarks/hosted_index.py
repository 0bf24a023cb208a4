"""One question set answered by the product from files and from a Qdrant server, side by side.

    python benchmarks/hosted_index.py (--binary FILE | --address http://HOST:PORT) [--set SET ...]

Both indexes are built from one cache of vectors, as `pasokh eval` does; all questions of a set are
asked of each. `--binary` starts that Qdrant server on loopback, with storage in a temporary folder,
and a second one that makes its graph and 8-bit vectors for such small collections too
("qdrant_graph"): by default it does so from 10 MB a segment on. Sets are folders of questions, or
named as in `eval_all.py`, e.g. parsquad-en2fa+news-fa. Retrieval milliseconds are from the
question's vector to ranked passages, one question at a time.
Writes benchmarks/results/hosted_index.json; exits with 1 if a figure differs by more than 0.002, or
the quotes of more than 1 in 100 questions.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from eval_all import CASES, DATA, Case, files_of

from bot import wire
from bot.evaluation.judged import JudgedEvaluation
from bot.settings import Settings, read_settings

ROOT: Final = Path(__file__).resolve().parent.parent
RESULT: Final = ROOT / "benchmarks" / "results" / "hosted_index.json"
MEASURES: Final = ("ndcg@10", "recall@10", "hit@1", "answer_recall")
ALLOWED: Final = 0.002
SAME: Final = 0.99
GRAPH: Final = {
    "STORAGE__OPTIMIZERS__INDEXING_THRESHOLD_KB": "100",
    "STORAGE__HNSW_INDEX__FULL_SCAN_THRESHOLD_KB": "10",
}

sys.path += [str(ROOT / "tests" / "engine"), str(ROOT / "tests")]
from qdrant_server import Qdrant  # noqa: E402  # a module of the tests


def main() -> int:
    """Measure, print and write; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--binary", type=Path, help="A Qdrant server to be started.")
    where.add_argument("--address", help="A Qdrant server that runs.")
    parser.add_argument("--set", nargs="*", default=["parsquad-en2fa"], dest="names")
    parser.add_argument("--limit", type=int, help="Questions asked of each set.")
    options = parser.parse_args()
    settings = read_settings()
    known = {case.name: case for case in CASES}
    cases = [known.get(name) or Case(questions=name) for name in options.names]
    for case in cases:
        if not (DATA / case.questions).is_dir():
            parser.error(f"expected sets of {DATA}, got {case.name!r}")
    with tempfile.TemporaryDirectory() as name, _stores(options, Path(name)) as stores:
        found = [_compare(case, settings, stores, options.limit) for case in cases]
    record = {"cpus": os.cpu_count(), "load_at_end": round(os.getloadavg()[0], 2), "sets": found}
    RESULT.write_text(f"{json.dumps(record, indent=1)}\n", encoding="utf-8")
    print(json.dumps(record, indent=1))
    gaps = [gap for one in found for row in one["minus_files"].values() for gap in row.values()]
    same = [n / one["n_questions"] for one in found for n in one["same_quotes"].values()]
    return int(max(map(abs, gaps)) > ALLOWED or min(same) < SAME)


@contextmanager
def _stores(options: argparse.Namespace, folder: Path) -> Iterator[dict[str, str]]:
    """Yield values of PASOKH_INDEX by name, with servers started where needed."""
    if options.address:
        yield {"files": "files", "qdrant": _index(options.address)}
        return
    servers = {
        "qdrant": Qdrant(options.binary.resolve(), folder / "plain").start(),
        "qdrant_graph": Qdrant(options.binary.resolve(), folder / "graph", GRAPH).start(),
    }
    try:
        yield {"files": "files"} | {name: _index(one.address) for name, one in servers.items()}
    finally:
        for server in servers.values():
            server.kill()


def _index(address: str) -> str:
    return f"{address.replace('http', 'qdrant', 1)}/benchmark"


def _compare(
    case: Case, settings: Settings, stores: dict[str, str], limit: int | None
) -> dict[str, Any]:
    """Evaluate one case on each store and compare their figures."""
    runs = {name: _run(case, settings, name, place, limit) for name, place in stores.items()}
    files, _ = runs["files"]
    overall = {name: evaluation.record()["overall"] for name, (evaluation, _) in runs.items()}
    others = [name for name in runs if name != "files"]
    return {
        "set": case.name,
        "n_passages": files.n_passages,
        "n_questions": len(files.outcomes),
        "rows": {name: _row(*run) for name, run in runs.items()},
        "same_ranking": {name: _n_same(files, runs[name][0], "articles") for name in others},
        "same_quotes": {name: _n_same(files, runs[name][0], "quotes") for name in others},
        "minus_files": {
            name: {one: round(overall[name][one] - overall["files"][one], 4) for one in MEASURES}
            for name in others
        },
    }


def _row(evaluation: JudgedEvaluation, seconds: float) -> dict[str, Any]:
    """Return the figures of one store."""
    record = evaluation.record()
    return {one: record["overall"][one] for one in MEASURES} | {
        "retrieval_ms": record["latency_ms"]["retrieval"],
        "build_and_questions_s": round(seconds, 1),
    }


def _n_same(files: JudgedEvaluation, other: JudgedEvaluation, what: str) -> int:
    """Count the questions that found the same articles, or quotes, in the same order."""
    pairs = zip(files.outcomes, other.outcomes, strict=True)
    return sum(getattr(one, what) == getattr(two, what) for one, two in pairs)


def _run(
    case: Case, settings: Settings, store: str, place: str, limit: int | None
) -> tuple[JudgedEvaluation, float]:
    """Evaluate one case on one store, each with an index of its own."""
    folder = settings.data_dir / "hosted-index" / store
    own = settings.model_copy(update={"index": place, "data_dir": folder})
    files = files_of(case, settings.data_dir / "benchmark", 3000)
    files = replace(files, limit=limit)
    started = time.monotonic()

    def tell(stage: str, done: int, total: int | None) -> None:
        if done == total:
            print(f"  {case.name} {store}: {stage} {done}", flush=True)

    return wire.evaluate_judged(own, files, tell), time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
