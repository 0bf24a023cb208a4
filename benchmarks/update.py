"""Updates of an index of 100,000 passages: seconds of a whole process for one article.

Texts, words and names are real (news-fa and Hamshahri of ../shared/eval), repeated with a number
added to each so that none is a duplicate. The vectors are random, unit and uniform, because
encoding them would take hours and an update does not depend on their values. Each step is a process
of its own, timed from its start to its end as for a user: it opens the encoder, compares the
corpus with the ledger and publishes.

    python benchmarks/update.py [--passages N] [--work FOLDER]

Writes `benchmarks/results/update.json`.
Does not: measure the encoder, except for opening it and counting tokens.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from warm_retrieval import CORPORA, DrawnEncoder

from index import (
    ArticleId,
    IndexConfig,
    build_index,
    read_manifest,
    remove_article,
    verify_snapshot,
)
from index.encoders import BundledConfig, open_encoder

ROOT = Path(__file__).parent.parent
RECORDS_A_FILE = 1000
PASSAGES_A_RECORD = 3.4  # of these corpora


def varied(count: int) -> Iterator[dict[str, str]]:
    """Yield `count` records: all there are, then all again under other ids, and so on."""
    lines = [line for path in CORPORA for line in path.read_text(encoding="utf-8").splitlines()]
    records = [json.loads(line) for line in lines]
    for number in range(count):
        record, turn = records[number % len(records)], number // len(records)
        name = f"{record['id']}-{turn}" if turn else record["id"]
        text = f"{record['text']}\n({turn})" if turn else record["text"]
        # One address is one article, so the repeats have none.
        yield record | {"id": name, "text": text} | ({"url": ""} if turn else {})


def write_corpus(folder: Path, passages: int) -> None:
    """Write enough records for about that many passages, a thousand a file."""
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    count = int(passages / PASSAGES_A_RECORD)
    for number, record in enumerate(varied(count), start=1):
        lines.append(json.dumps(record, ensure_ascii=False))
        if number % RECORDS_A_FILE == 0 or number == count:
            name = f"{(number - 1) // RECORDS_A_FILE:04d}.jsonl"
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
            lines.clear()


def step(work: Path, name: str) -> dict[str, Any]:
    """Do one step in this process."""
    home = work / "home"
    if name == "remove":
        report = remove_article(
            home, ArticleId("one-more"), config=IndexConfig(), cache_dir=work / "vectors"
        )
        return asdict(report)
    encoder = DrawnEncoder(open_encoder(BundledConfig(cache_dir=work / "encoder")))
    stages: dict[str, float] = {}

    def tell(stage: str, _done: int, _total: int | None) -> None:
        stages.setdefault(stage, time.perf_counter())

    built = build_index(
        [work / "corpus"],
        home,
        encoder=encoder,
        config=IndexConfig(),
        cache_dir=work / "vectors",
        progress=tell,
    )
    return asdict(built) | {"rejects": len(built.rejects), "stages": stages}


def timed(work: Path, name: str) -> dict[str, Any]:
    """Do one step in a process of its own and time it."""
    command = [sys.executable, __file__, "--work", str(work), "--step", name]
    before = _cpu_seconds()
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    cpu = _cpu_seconds() - before
    if done.returncode:
        raise SystemExit(done.stderr)
    found = json.loads(done.stdout.splitlines()[-1])
    kept = {
        key: found[key] for key in ("n_added", "n_changed", "n_removed", "n_kept") if key in found
    }
    print(name, round(seconds, 2), found, flush=True)
    return {"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), **kept}


def _cpu_seconds() -> float:
    """Return the processor time of all finished steps: it hardly depends on what else runs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(work: Path, passages: int) -> dict[str, Any]:
    """Build, then change one thing after the other."""
    corpus = work / "corpus"
    write_corpus(corpus, passages)
    result = {"build": timed(work, "build")}
    manifest = read_manifest(work / "home")
    text = "The minister opened the new bridge on Monday. Traffic began at noon."
    alone = corpus / "one-more.jsonl"
    alone.write_text(json.dumps({"id": "one-more", "text": text}), encoding="utf-8")
    result["add one article"] = timed(work, "add")
    alone.write_text(json.dumps({"id": "one-more", "text": f"{text} It rained."}), encoding="utf-8")
    result["change one article"] = timed(work, "change")
    with (corpus / "0000.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "appended", "text": f"Appended: {text}"}) + "\n")
    result["append one article to a file of 1,000"] = timed(work, "append")
    result["nothing to do"] = timed(work, "nothing")
    result["remove one article for good"] = timed(work, "remove")
    assert not verify_snapshot(work / "home", cache_dir=work / "vectors").problems
    counts = {"n_articles": manifest.n_articles, "n_passages": manifest.n_passages}
    counts["n_sentences"] = manifest.n_sentences
    load = round(os.getloadavg()[1], 1)
    return {**counts, "cores": os.cpu_count(), "load_5_min": load, "steps": result}


def main() -> None:
    """Run all steps, or one of them for the run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--passages", type=int, default=100_000, help="about so many")
    parser.add_argument("--work", type=Path, help="a folder to work in, kept")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(step(options.work, options.step)))
        return
    with tempfile.TemporaryDirectory() as name:
        result = run(options.work or Path(name), options.passages)
    print(json.dumps(result, indent=1))
    target = ROOT / "benchmarks" / "results" / "update.json"
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
