"""One question set asked of the product with its vectors in files and in Qdrant, side by side.

    python benchmarks/vector_store.py (--binary FILE | --address http://HOST:PORT) [--set SET ...]

Both indexes are built from one cache of vectors, as `pasokh eval` does; all questions of a set are
asked of each. `--binary` starts that Qdrant server on loopback, storage in a temporary folder. Sets
are named as in `eval_all.py`, e.g. parsquad-en2fa or parsquad-en2fa+news-fa. Retrieval milliseconds
are from the question's vector to ranked passages, one question at a time.
Writes benchmarks/results/vector_store.json; exits with 1 where a figure differs by more than 0.01.
Does not: change a setting of the product but where its vectors are.
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

from eval_all import CASES, Case, files_of

from bot import wire
from bot.evaluation import Evaluation
from bot.settings import Settings, read_settings

ROOT: Final = Path(__file__).resolve().parent.parent
RESULT: Final = ROOT / "benchmarks" / "results" / "vector_store.json"
MEASURES: Final = ("ndcg@10", "recall@10", "hit@1", "answer_recall")
ALLOWED: Final = 0.01

sys.path.append(str(ROOT / "tests" / "vectors"))
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
    cases = [case for case in CASES if case.name in options.names]
    with tempfile.TemporaryDirectory() as name, _server(options, Path(name)) as address:
        found = [_compare(case, settings, address, options.limit) for case in cases]
    record = {"cpus": os.cpu_count(), "load_at_end": round(os.getloadavg()[0], 2), "sets": found}
    RESULT.write_text(f"{json.dumps(record, indent=1)}\n", encoding="utf-8")
    print(json.dumps(record, indent=1))
    return int(
        any(abs(gap) > ALLOWED for one in found for gap in one["qdrant_minus_files"].values())
    )


@contextmanager
def _server(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Yield the address of the server, started if need be."""
    if options.address:
        yield options.address
        return
    server = Qdrant(options.binary.resolve(), folder).start()
    try:
        yield server.address
    finally:
        server.kill()


def _compare(case: Case, settings: Settings, address: str, limit: int | None) -> dict[str, Any]:
    """Evaluate one case on both stores and take their figures apart."""
    rows = {
        store: _run(case, settings, store, vectors, limit)
        for store, vectors in (("files", "files"), ("qdrant", address))
    }
    files, qdrant = rows["files"][0], rows["qdrant"][0]
    same = sum(
        one.articles == other.articles and one.quotes == other.quotes
        for one, other in zip(files.outcomes, qdrant.outcomes, strict=True)
    )
    overall = {name: evaluation.record()["overall"] for name, (evaluation, _) in rows.items()}
    return {
        "set": case.name,
        "n_passages": files.n_passages,
        "n_questions": len(files.outcomes),
        "same_ranking_and_quotes": same,
        **{
            name: {one: overall[name][one] for one in MEASURES}
            | {
                "retrieval_ms": evaluation.record()["latency_ms"]["retrieval"],
                "build_and_questions_s": round(seconds, 1),
            }
            for name, (evaluation, seconds) in rows.items()
        },
        "qdrant_minus_files": {
            one: round(overall["qdrant"][one] - overall["files"][one], 4) for one in MEASURES
        },
    }


def _run(
    case: Case, settings: Settings, store: str, vectors: str, limit: int | None
) -> tuple[Evaluation, float]:
    """Evaluate one case on one store, each with an index of its own."""
    folder = settings.data_dir / "vector-store" / store
    own = settings.model_copy(update={"vectors": vectors, "data_dir": folder})
    files = files_of(case, settings.data_dir / "benchmark", 3000)
    files = replace(files, limit=limit)
    started = time.monotonic()

    def tell(stage: str, done: int, total: int | None) -> None:
        if done == total:
            print(f"  {case.name} {store}: {stage} {done}", flush=True)

    return wire.evaluate(own, files, tell), time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
