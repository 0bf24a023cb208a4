"""Pasokh beside LlamaIndex, Haystack, txtai and a plain script: the same articles and weights.

    python benchmarks/side_by_side.py --peers PEERS_VENV/bin/python [--articles 600] [-n 5]

Articles are drawn from ../shared/eval/news-fa.jsonl with a fixed seed, the seed article among
them; each is a text file. Every system builds its index in a process of its own, answers one cold
question as a whole process, and many warm ones in a third; builds come one after the other, cold
questions interleaved, so that a machine that slows down slows all alike. Wall seconds and peak
memory are the operating system's own account of a finished process. Peers run as their
documentation shows them, with their default splitting: each encodes the passages it makes. Pasokh
encodes every passage and every sentence, and its answers are chosen, verified quotes. Whether the
cold question's sentence is among what a system shows is told, too.

Writes benchmarks/results/side_by_side.json and the table in docs/results.md.
Does not: measure the quality of answers, or convert weights within a measured process.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from readme import RESULTS_PAGE, markdown, write_section

ROOT: Final = Path(__file__).resolve().parent.parent
DATA: Final = ROOT.parent / "shared" / "eval"
PEERS: Final = (
    "sentence_transformers_faiss",
    "llama_index_faiss",
    "haystack_memory",
    "txtai_content",
)
QUESTION: Final = "what did Kirby say about Sukhoi jets?"
FOUND: Final = "سوخو"
_WARM_HALF: Final = 60
_SEED: Final = 7


@dataclass(frozen=True, kw_only=True)
class System:
    """How one system is run: its commands, environment and the folder that it keeps."""

    build: list[str]
    ask: list[str]
    warm: list[str]
    environment: Mapping[str, str]
    store: Path


@dataclass(kw_only=True)
class Measured:
    """What was measured of one system."""

    build_s: float = 0.0
    build_mb: float = 0.0
    disk_mb: float = 0.0
    cold: list[tuple[float, float]] = field(default_factory=list)
    warm: dict[str, list[float]] = field(default_factory=dict)
    warm_mb: float = 0.0
    is_found: bool = False


def run(arguments: list[str], environment: Mapping[str, str]) -> tuple[float, float, str]:
    """Run a process to its end; return wall seconds, peak memory in MB and what it printed."""
    started = time.perf_counter()
    process = subprocess.Popen(
        arguments, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    output = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(f"{arguments} failed with {status}:\n{process.stderr.read().decode()[-2000:]}")
    return seconds, usage.ru_maxrss / 1024, output


def write_articles(folder: Path, n: int) -> list[str]:
    """Write `n` articles as text files, the seed article first; return questions to ask warm."""
    lines = (DATA / "news-fa.jsonl").read_text(encoding="utf-8").splitlines()
    drawn = random.Random(_SEED).sample([json.loads(line) for line in lines], n - 1)  # noqa: S311
    folder.mkdir()
    for seed in (ROOT / "seeds").glob("*.txt"):
        shutil.copy(seed, folder)
    for number, one in enumerate(drawn):
        text = f"{one['title']}\n\n{one['text']}\n"
        (folder / f"article-{number:05}.txt").write_text(text, encoding="utf-8")
    asked = (DATA / "parsquad-en2fa" / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    titles = [one["title"].replace("\n", " ") for one in drawn[:_WARM_HALF]]
    return [*titles, *(json.loads(line)["text"] for line in asked[:_WARM_HALF])]


def systems(python: str, work: Path, corpus: Path, questions: Path) -> dict[str, System]:
    """Return how each system is run, its weights converted."""
    model = work / "model"
    # Subtle: in a process of its own, since a child's peak memory begins with its parent's.
    exporting = "import sys; from pathlib import Path; import e5_export; "
    exporting += "e5_export.export_sentence_transformers(Path(sys.argv[1]))"
    folder = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    subprocess.run([sys.executable, "-c", exporting, str(model)], check=True, env=folder)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PASOKH_")}
    ours |= {
        "PYTHONPATH": str(ROOT),
        "PASOKH_CORPUS": str(corpus),
        "PASOKH_DATA_DIR": str(work / "pasokh"),
        "PASOKH_CACHE_DIR": str(work / "cache"),
    }
    pasokh = [sys.executable, "-m", "bot"]
    converting = ours | {"PASOKH_CORPUS": str(ROOT / "seeds"), "PASOKH_DATA_DIR": str(work / "x")}
    subprocess.run([*pasokh, "index", "build"], env=converting, check=True, capture_output=True)
    shutil.rmtree(work / "cache" / "vectors")
    script = str(ROOT / "benchmarks" / "peers" / "pasokh_answers.py")
    found = {
        "pasokh": System(
            build=[*pasokh, "index", "build"],
            ask=[*pasokh, "ask", QUESTION],
            warm=[sys.executable, script, "warm", str(questions)],
            environment=ours,
            store=work / "pasokh",
        )
    }
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    for peer in PEERS:
        script = str(ROOT / "benchmarks" / "peers" / f"{peer}.py")
        store = work / peer
        given = [str(model), str(store)]
        found[peer] = System(
            build=[python, script, "build", str(model), str(corpus), str(store)],
            ask=[python, script, "ask", *given, QUESTION],
            warm=[python, script, "warm", *given, str(questions)],
            environment={**offline, "HAYSTACK_TELEMETRY_ENABLED": "False"},
            store=store,
        )
    return found


def measure(found: Mapping[str, System], n_cold: int) -> dict[str, Measured]:
    """Build with each system, then ask cold in turns, then warm."""
    measured = {name: Measured() for name in found}
    for name, system in found.items():
        seconds, peak, _ = run(system.build, system.environment)
        one = measured[name]
        one.build_s, one.build_mb, one.disk_mb = seconds, peak, _size_mb(system.store)
        print(name, "built", round(seconds, 1), flush=True)
    for turn in range(n_cold + 1):
        for name, system in found.items():
            seconds, peak, output = run(system.ask, system.environment)
            measured[name].is_found = FOUND in output
            if turn:  # the first warms the disk cache
                measured[name].cold.append((seconds, peak))
    for name, system in found.items():
        _, peak, output = run(system.warm, system.environment)
        measured[name].warm_mb = peak
        measured[name].warm = json.loads(output.splitlines()[-1])
    return measured


def _size_mb(folder: Path) -> float:
    """Return the size of a folder in MB, a file with several names counted once."""
    held = {path.stat().st_ino: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    return sum(held.values()) / 1e6


def table(measured: Mapping[str, Measured], n_articles: int) -> list[dict[str, Any]]:
    """Return the figures of each system, and their ratio to Pasokh's."""
    ours = measured["pasokh"]
    rows = []
    for name, one in measured.items():
        figures = {
            "articles_per_s": n_articles / one.build_s,
            "build_peak_mb": one.build_mb,
            "disk_mb": one.disk_mb,
            "cold_s": statistics.median(seconds for seconds, _ in one.cold),
            "cold_peak_mb": statistics.median(peak for _, peak in one.cold),
            "warm_p50_ms": statistics.median(one.warm["total_ms"]),
            "warm_p95_ms": statistics.quantiles(one.warm["total_ms"], n=20)[-1],
            "encode_p50_ms": statistics.median(one.warm["encode_ms"]),
            "warm_peak_mb": one.warm_mb,
        }
        pairs = zip(one.cold, ours.cold, strict=True)
        ratios = {
            "throughput": one.build_s / ours.build_s,
            "cold": statistics.median(theirs[0] / own[0] for theirs, own in pairs),
            "warm": statistics.median(one.warm["total_ms"])
            / statistics.median(ours.warm["total_ms"]),
            "warm_memory": one.warm_mb / ours.warm_mb,
        }
        rows.append(
            {"system": name, "finds_the_sentence": one.is_found}
            | {key: round(value, 2) for key, value in figures.items()}
            | {"times_ours": {key: round(value, 2) for key, value in ratios.items()}}
        )
    return rows


def shown(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of docs/results.md."""
    header = [
        "system",
        "articles/s (ours: times that)",
        "cold s (times ours)",
        "warm ms p50 / p95 (times ours)",
    ]
    header += ["of it encoding", "memory cold / warm / build MB", "disk MB", "finds it"]
    lines = [
        [
            row["system"],
            f"{row['articles_per_s']} ({row['times_ours']['throughput']})",
            f"{row['cold_s']} ({row['times_ours']['cold']})",
            f"{row['warm_p50_ms']} / {row['warm_p95_ms']} ({row['times_ours']['warm']})",
            row["encode_p50_ms"],
            f"{row['cold_peak_mb']:.0f} / {row['warm_peak_mb']:.0f} / {row['build_peak_mb']:.0f}",
            row["disk_mb"],
            "yes" if row["finds_the_sentence"] else "no",
        ]
        for row in rows
    ]
    return markdown(header, lines)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", required=True, help="python with peers/requirements.txt")
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("-n", type=int, default=5, help="counted cold questions of each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        asked = write_articles(work / "corpus", options.articles)
        questions = work / "questions.txt"
        questions.write_text("\n".join(asked), encoding="utf-8")
        found = systems(options.peers, work, work / "corpus", questions)
        rows = table(measure(found, options.n), options.articles)
    for row in rows:
        print(json.dumps(row))
    settings = {"articles": options.articles, "cold_runs": options.n, "cores": os.cpu_count()}
    result = settings | {"load_before": os.getloadavg()[0], "systems": rows}
    target = ROOT / "benchmarks" / "results" / "side_by_side.json"
    target.write_text(f"{json.dumps(result, indent=1)}\n", encoding="utf-8")
    write_section("peers", shown(rows), RESULTS_PAGE)


if __name__ == "__main__":
    main()
