"""A cold question as a whole process: Pasokh beside the plain scripts of `peers/`.

Each answers the seed question from an index that is already there; the runs are interleaved, so
that a machine that slows down slows all alike. Wall seconds and peak memory are the operating
system's own account of the finished process.

    python benchmarks/cold_ask.py --pasokh .venv/bin/pasokh --peers PEERS_VENV/bin/python

Writes `benchmarks/results/cold_ask.json` and README's table, and prints medians and ratios.
Does not: measure the build of the indexes, or answers' quality.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from readme import markdown, write_section

ROOT = Path(__file__).parent.parent
QUESTION = "what did Kirby say about Sukhoi jets?"
PEERS = ("sentence_transformers_faiss", "llama_index_faiss")

Command = tuple[list[str], Mapping[str, str]]


def run(command: Command) -> tuple[float, float]:
    """Run a process to its end; return wall seconds and peak memory in MB."""
    arguments, environment = command
    started = time.perf_counter()
    process = subprocess.Popen(
        arguments, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    output = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status or "سوخو" not in output:
        sys.exit(f"{arguments} did not find the sentence: status {status}\n{output}")
    return seconds, usage.ru_maxrss / 1024


def commands(pasokh: str, python: str, work: Path) -> dict[str, Command]:
    """Build every index and return the command that asks each system."""
    model = work / "model"
    # Subtle: in a process of its own, since a child's peak memory begins with its parent's.
    exporting = "import sys; from pathlib import Path; from index.encoders import e5_export; "
    exporting += "e5_export.export_sentence_transformers(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", exporting, str(model)], check=True)
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    ours = os.environ | {
        "PASOKH_DATA_DIR": str(work / "data"),
        "PASOKH_CORPUS": str(ROOT / "seeds"),
    }
    subprocess.run([pasokh, "index", "build"], env=ours, check=True, stdout=subprocess.DEVNULL)
    found: dict[str, Command] = {"pasokh": ([pasokh, "ask", QUESTION], ours)}
    for peer in PEERS:
        script = [python, str(ROOT / "benchmarks" / "peers" / f"{peer}.py")]
        store = str(work / peer)
        building = [*script, "build", str(model), str(ROOT / "seeds"), store]
        subprocess.run(building, env=offline, check=True, capture_output=True)
        found[peer] = ([*script, "ask", str(model), store, QUESTION], offline)
    return found


def table(runs: Mapping[str, Sequence[tuple[float, float]]]) -> list[dict[str, object]]:
    """Return medians per system and the ratio of each to Pasokh, pair by pair."""
    rows: list[dict[str, object]] = []
    for name, measured in runs.items():
        pairs = list(zip(measured, runs["pasokh"], strict=True))
        rows.append(
            {
                "system": name,
                "seconds": round(statistics.median(seconds for seconds, _ in measured), 3),
                "peak_mb": round(statistics.median(peak for _, peak in measured), 1),
                "times_slower": round(statistics.median(a[0] / b[0] for a, b in pairs), 2),
                "times_memory": round(statistics.median(a[1] / b[1] for a, b in pairs), 2),
            }
        )
    return rows


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pasokh", default=str(ROOT / ".venv/bin/pasokh"))
    parser.add_argument("--peers", required=True, help="python with peers/requirements.txt")
    parser.add_argument("-n", type=int, default=7, help="counted runs of each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asked = commands(options.pasokh, options.peers, Path(folder))
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
        for turn in range(options.n + 1):
            for name, command in asked.items():
                measured = run(command)
                if turn:  # the first warms the disk cache
                    runs[name].append(measured)
    rows = table(runs)
    for row in rows:
        print(json.dumps(row))
    result = {"question": QUESTION, "runs": options.n, "cores": os.cpu_count(), "systems": rows}
    target = ROOT / "benchmarks" / "results" / "cold_ask.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    header = ["system", "seconds", "peak MB", "times slower", "times memory"]
    write_section("cold", markdown(header, [list(row.values()) for row in rows]))


if __name__ == "__main__":
    main()
