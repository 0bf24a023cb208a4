"""Growth of cost with the archive on a Qdrant server, beside files: made indexes of any size.

    python benchmarks/hosted_growth.py --binary FILE [--sizes 10000,100000] [--work FOLDER]

Corpora, vectors and questions are those of `growth.py`, in its --work folder: what it has not made
yet is made here by its steps. For each size the index is built in files from the cache and
published on a server that is started for it on loopback; all questions are asked of both in turn,
twice of the server, first with nothing known of its words; then three times one more article is
added and published. Milliseconds are from the question's vector to ranked passages. Times of the
server are its processor seconds. Writes benchmarks/results/hosted_growth.json.
"""

import argparse
import json
import os
import shutil
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import growth
import numpy as np

from index import IndexConfig, QdrantConfig, Retriever, Snapshot, VectorSpace, build_index
from index.engine.opening import open_snapshot, publish, wrong_on
from index.workers import Workers

ROOT: Final = Path(__file__).resolve().parent.parent
RESULT: Final = ROOT / "benchmarks" / "results" / "hosted_growth.json"
TICKS: Final = os.sysconf("SC_CLK_TCK")

sys.path += [str(ROOT / "tests" / "engine"), str(ROOT / "tests")]
from qdrant_server import Qdrant  # noqa: E402  # a module of the tests


def main() -> None:
    """Measure all sizes and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--sizes", default="10000")
    parser.add_argument("--work", type=Path, default=growth.WORK)
    options = parser.parse_args()
    if not (options.work / "base" / "identity.json").exists():
        growth.make_base(options.work)
    found = {}
    for size in map(int, options.sizes.split(",")):
        server = Qdrant(options.binary.resolve(), options.work / str(size) / "server")
        shutil.rmtree(server.folder, ignore_errors=True)
        server.start()
        try:
            found[str(size)] = measured(options.work, size, server)
        finally:
            server.kill()
        print(size, json.dumps(found[str(size)], indent=1), flush=True)
    RESULT.write_text(f"{json.dumps(found, indent=1)}\n", encoding="utf-8")


def measured(work: Path, size: int, server: Qdrant) -> dict[str, Any]:
    """Build, publish, ask and add to the index of one size."""
    own = work / str(size)
    if not (own / "corpus").exists():
        own.mkdir(parents=True, exist_ok=True)
        growth.made_corpus(work, size)
        growth.fill(work, size)
    for path in (own / "corpus").glob("one-more*"):
        path.unlink()
    place = QdrantConfig(address=server.address, name="growth", timeout_s=60)
    home = own / "hosted"
    shutil.rmtree(home, ignore_errors=True)
    found: dict[str, Any] = {"load": round(os.getloadavg()[0], 1)}

    def build(engine: QdrantConfig | None) -> None:
        build_index(
            [own / "corpus"],
            home,
            encoder=growth.grown_encoder(work),
            config=IndexConfig(),
            cache_dir=own / "vectors",
            engine=engine,
        )

    found["build_files"] = spent(server, lambda: build(None))
    found["publish"] = spent(server, lambda: publish(home, place, Workers()))
    assert not wrong_on(home, place)
    identity = growth._Asked(work).identity  # noqa: SLF001  # a script beside this one
    space = VectorSpace(identity)
    for name, where, turns in (("files", home, 1), ("hosted", place, 2)):
        before = growth._memory()["rss"]  # noqa: SLF001
        with closing(open_snapshot(where, space=space)) as snapshot:
            asked = [ask(work, snapshot) for _ in range(turns)]
            found[name] = {
                "n_passages": snapshot.manifest.n_passages,
                "recall": snapshot.manifest.recall,
                "ms": [one["ms"] for one in asked],
                "client_mb": round(growth._memory()["rss"] - before, 1),  # noqa: SLF001
            }
            found.setdefault("hits", []).append(asked[-1]["hits"])
    here, there = found.pop("hits")
    found["same_hits"] = sum(one == two for one, two in zip(here, there, strict=True))
    found["server_mb"] = resident(server)
    found["server_disk_mb"] = sum(
        path.stat().st_blocks * 512 for path in server.folder.rglob("*") if path.is_file()
    ) // (1 << 20)
    found["add"] = []
    for turn in range(3):
        record = {"id": f"one-more-{turn}", "text": f"The new bridge was opened on day {turn}."}
        path = own / "corpus" / f"one-more-{turn}.jsonl"
        path.write_text(json.dumps(record) + "\n", encoding="utf-8")
        found["add"].append(spent(server, lambda: build(place)))
    return found


def ask(work: Path, snapshot: Snapshot) -> dict[str, Any]:
    """Ask all questions; return what was found and how long it took."""
    encoder = growth._Asked(work)  # noqa: SLF001
    retriever = Retriever(snapshot, encoder, space=VectorSpace(encoder.identity))
    found = [retriever.retrieve(text, language=tag) for text, tag in growth.asked_questions()]
    spent = [one.timings_ms["search"] + one.timings_ms["rank"] for one in found]
    return {
        "ms": {f"p{p}": round(float(np.percentile(spent, p)), 1) for p in (50, 95)},
        "hits": [[hit.passage.id for hit in one.hits] for one in found],
    }


def spent(server: Qdrant, act: Any) -> dict[str, float]:  # noqa: ANN401  # any function
    """Return seconds on the clock, and processor seconds here and of the server."""
    clock, here, there = time.monotonic(), time.process_time(), processor(server)
    act()
    return {
        "seconds": round(time.monotonic() - clock, 1),
        "cpu": round(time.process_time() - here, 1),
        "server_cpu": round(processor(server) - there, 1),
    }


def processor(server: Qdrant) -> float:
    """Return the processor seconds of a server until now."""
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(server: Qdrant) -> float:
    """Return the memory of a server in MB."""
    assert server.process is not None
    lines = Path(f"/proc/{server.process.pid}/smaps_rollup").read_text().splitlines()
    return round(int(next(one for one in lines if one.startswith("Rss")).split()[1]) / 1024, 1)


if __name__ == "__main__":
    main()
