"""Growth of cost with the archive: indexes of 10,000, 100,000 and 1,000,000 passages.

Articles are made from real ones (see `grown_corpus`), their vectors drawn like real ones
(see `grown_vectors`); everything else is the product, `build_index` and `Retriever` with default
settings. 200 real questions (half of PQuAD, half English ones of ParSQuAD) were really encoded.

    python benchmarks/growth.py [--sizes 10000,100000,1000000] [--work FOLDER] [--again STEP,...]

For each size, every step in a process of its own:

    corpus   writes the articles
    fill     builds once, so that all vectors are in the cache; not counted
    build    builds into a new home from the cache: nothing is encoded
    open     opens it, twice after the files were dropped from the page cache, then twice warm
    serve    asks the questions
    together four processes serve one index at once, and report the memory of each
    add      one more article in a file of its own, `build_index` again

Seconds and peak memory of build and add are those of the whole process (`os.wait4`); USS is what no
other process shares (`/proc/self/smaps_rollup`), so without the memory-mapped files. What is found
under --work is used again, so that an interrupted run continues; --again repeats named steps.
Writes `benchmarks/results/growth.json`, the table in docs/growth.md and docs/growth.svg.
Does not: measure the encoder, or quality: synthetic articles answer nothing.
"""

import argparse
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from grown_corpus import EVAL, SOURCES, GrownCorpus, words_of, write_corpus
from grown_report import write_report
from grown_vectors import GrownEncoder, Siblings, language_of, related, resemblance
from warm_retrieval import questions

from index.arrays import Vectors
from index.build.build import build_index
from index.build.encode import texts_of
from index.config import ChunkConfig, IndexConfig
from index.corpus.archive import Archive
from index.encoders import BundledConfig, Encoder, EncoderIdentity, open_encoder
from index.encoders.space import VectorSpace
from index.encoders.vector_cache import VectorCache
from index.search.retrieve import Retriever
from index.snapshot.snapshot import Snapshot, current_folder, open_snapshot
from index.text.clean import clean
from index.vectors.faiss_index import DenseIndex

WORK = Path(tempfile.gettempdir()) / "pasokh-growth"
RESULTS = Path(__file__).parent / "results" / "growth.json"
PASSAGES_AN_ARTICLE = 4.64
BASE = {"news-fa": 1000, "news-en": 500, "hamshahri-fa": 400}
QUESTIONS = 100
HOLDERS = 4
TELL_S = 20
KINDS = {
    "archive.db": "texts", "passages.faiss": "passage vectors", "passages.codes": "codes",
    "sentences.npy": "sentence vectors", "copies.db": "near-duplicates", "ledger.db": "ledger",
    "names.tsv": "names",
}  # fmt: skip


def real_encoder(work: Path) -> Encoder:
    """Open the bundled encoder."""
    return open_encoder(BundledConfig(cache_dir=work / "encoder"))


def grown_encoder(work: Path) -> GrownEncoder:
    """Open the encoder that draws."""
    siblings = {}
    for tag in ("fa", "en"):
        with np.load(work / "base" / f"{tag}.npz") as held:
            siblings[tag] = Siblings(**held)
    return GrownEncoder(real_encoder(work), siblings)


def make_base(work: Path) -> dict[str, Any]:
    """Encode some real articles and the questions, and keep their vectors."""
    folder = work / "base" / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in BASE.items():
        lines = SOURCES[name][0].read_text(encoding="utf-8").splitlines()
        some = [lines[at * len(lines) // count] for at in range(count)]
        (folder / f"{name}.jsonl").write_text("\n".join(some) + "\n", encoding="utf-8")
    encoder = real_encoder(work)
    space, home = VectorSpace(encoder.identity), work / "base" / "home"
    build_index([folder], home, encoder=encoder, config=IndexConfig(), cache_dir=work / "real")
    texts, tags = _texts(current_folder(home) / "parts" / "0")
    with VectorCache(work / "real", encoder) as cache:
        raw, _ = cache.encode(texts)
    placed = space.passages(raw.astype(np.float32), tags)
    lengths = np.array([len(text) for text in texts])
    told = np.array([language_of(text) for text in texts])
    found = {}
    for tag in ("fa", "en"):
        own = np.flatnonzero((told == tag) & (np.array(tags) == tag))
        np.savez(work / "base" / f"{tag}.npz", **related(placed[own], lengths[own]))
        found[tag] = resemblance(placed[own], lengths[own])
    vectors = encoder.encode_queries([clean(text, tag).text for text, tag in asked_questions()])
    np.save(work / "base" / "questions.npy", vectors)
    drawing = grown_encoder(work).identity
    (work / "base" / "identity.json").write_text(json.dumps(asdict(drawing)))
    return {"resemblance": found}


def asked_questions() -> list[tuple[str, str]]:
    """Return the questions with their languages."""
    return questions(QUESTIONS)


def _texts(part: Path) -> tuple[list[str], list[str]]:
    """Return the texts of an archive that are encoded, and their languages."""
    archive = Archive(part / "archive.db")
    rows = archive.passages(range(archive.n_passages))
    return texts_of(rows, ChunkConfig())


def made_corpus(work: Path, size: int) -> dict[str, Any]:
    """Write a corpus and count its words beside Heaps' law."""
    corpus, folder = GrownCorpus(), work / str(size) / "corpus"
    articles = round(size / PASSAGES_AN_ARTICLE)
    write_corpus(corpus, folder, articles)
    words = {}
    for tag, (count, distinct) in words_of(folder).items():
        heaps = corpus.tongues[tag].heaps
        words[tag] = {
            "words": count,
            "distinct": distinct,
            "by_heaps": round(heaps.k * count**heaps.b),
            "k": round(heaps.k, 2),
            "b": round(heaps.b, 3),
        }
    return {"articles": articles, "words": words}


def build(work: Path, size: int, home: str) -> dict[str, Any]:
    """Build, and tell the seconds of each stage."""
    marks = [_mark("open")]
    last = 0.0

    def tell(stage: str, done: int, _total: int | None) -> None:
        nonlocal last
        name = "copies" if stage == "words" and marks[-1][0] == "words" else stage
        if marks[-1][0] != name:
            marks.append(_mark(name))
        if time.monotonic() - last > TELL_S:
            last = time.monotonic()
            print(f"  {size:,} {stage} {done:,}", file=sys.stderr, flush=True)

    own = work / str(size)
    report = build_index(
        [own / "corpus"],
        own / home,
        encoder=grown_encoder(work),
        config=IndexConfig(),
        cache_dir=own / "vectors",
        progress=tell,
    )
    marks.append(_mark("end"))
    stages = {
        name: {"seconds": round(wall, 2), "cpu": round(cpu, 2), "peak_mb": after[3]}
        for (name, *before), after in pairwise(marks)
        for wall, cpu in [(after[1] - before[0], after[2] - before[1])]
    }
    counts = {name: getattr(report, name) for name in ("n_articles", "n_passages", "n_sentences")}
    return {**counts, "n_encoded": report.n_encoded, "stages": stages}


def _mark(stage: str) -> tuple[str, float, float, float]:
    """Return a stage that begins with seconds, processor seconds and the most memory until now."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return stage, time.monotonic(), time.process_time(), round(most / 1024, 1)


def fill(work: Path, size: int) -> dict[str, Any]:
    """Build once, for the cache alone."""
    found = build(work, size, "filled")
    shutil.rmtree(work / str(size) / "filled")
    return found


def build_fresh(work: Path, size: int) -> dict[str, Any]:
    """Build from the cache."""
    shutil.rmtree(work / str(size) / "home", ignore_errors=True)
    for path in (work / str(size) / "corpus").glob("one-more*"):
        path.unlink()
    found = build(work, size, "home")
    assert not found["n_encoded"], found
    folder = current_folder(work / str(size) / "home")
    return found | {"bytes": _bytes(folder), "pairs_of_copies": _pairs(folder)}


def _bytes(folder: Path) -> dict[str, int]:
    """Return the bytes of each kind of file."""
    found: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file():
            name = path.relative_to(folder)
            is_word = name.suffix == ".words" or "lexical" in name.parts
            found["words" if is_word else KINDS.get(path.name, "other")] += path.stat().st_size
    return dict(found.most_common())


def _pairs(folder: Path) -> int:
    """Return how many articles were found to be copies of others."""
    with sqlite3.connect(folder / "parts" / "0" / "copies.db") as connection:
        return int(connection.execute("SELECT count(DISTINCT article) FROM copy").fetchone()[0])


def opened(work: Path, size: int) -> dict[str, Any]:
    """Open once with the files on disk only, once with them in the page cache."""
    home = work / str(size) / "home"
    if (from_disk := os.environ.get("DROP")) is not None:
        for path in current_folder(home).rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    identity = _Asked(work).identity
    started, cpu = time.monotonic(), time.process_time()
    snapshot = open_snapshot(home, space=VectorSpace(identity))
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    snapshot.close()
    return {"from_disk": from_disk is not None, "seconds": round(seconds, 3), "cpu": round(cpu, 3)}


class _Asked:
    """Encoder that returns stored vectors of the questions, so that no real encoder is open."""

    def __init__(self, work: Path) -> None:
        asked = [clean(text, tag).text for text, tag in asked_questions()]
        self._known = dict(zip(asked, np.load(work / "base" / "questions.npy"), strict=True))
        held = json.loads((work / "base" / "identity.json").read_text())
        self.identity = EncoderIdentity(**held)

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        return np.stack([self._known[text] for text in texts])


def serve(work: Path, size: int) -> dict[str, Any]:
    """Ask all questions."""
    asked = asked_questions()
    encoder = _Asked(work)
    space = VectorSpace(encoder.identity)
    before = _memory()
    snapshot = open_snapshot(work / str(size) / "home", space=space)
    after_opening = _memory()
    retriever = Retriever(snapshot, encoder, space=space)
    for text, language in asked[:10]:
        retriever.retrieve(text, language=language)
    timings = [retriever.retrieve(text, language=tag).timings_ms for text, tag in asked]
    memory = _memory()
    spent = [one["search"] + one["rank"] for one in timings]
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # before all vectors are compared
    return {
        "retrieval_ms": {f"p{p}": round(float(np.percentile(spent, p)), 2) for p in (50, 95, 99)},
        "memory_mb": {"process before": before, "opened": after_opening, "serving": memory},
        "peak_mb": round(most / 1024, 1),
        "recall@10": recall(snapshot, space, encoder, asked),
    }


def hold(work: Path, size: int) -> dict[str, Any]:
    """Ask all questions, wait until the others have, and report the memory then."""
    encoder = _Asked(work)
    space = VectorSpace(encoder.identity)
    retriever = Retriever(
        open_snapshot(work / str(size) / "home", space=space), encoder, space=space
    )
    for text, language in asked_questions():
        retriever.retrieve(text, language=language)
    print("asked", flush=True)
    sys.stdin.readline()
    found = _memory()
    print(json.dumps(found), flush=True)
    sys.stdin.readline()
    return found


def together(work: Path, size: int) -> dict[str, Any]:
    """Let several processes serve at once."""
    command = [sys.executable, __file__, "--work", str(work), "--sizes", str(size)]
    holders = [
        subprocess.Popen(
            [*command, "--step", "hold"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(HOLDERS)
    ]
    told = []
    for turn in ("asked", "held"):
        for holder in holders:
            assert holder.stdout is not None
            line = holder.stdout.readline()
            told += [json.loads(line)] if turn == "held" else []
        for holder in holders:
            assert holder.stdin is not None
            holder.stdin.write("\n")
            holder.stdin.flush()
    for holder in holders:
        holder.communicate()
    shares = round(sum(one["pss"] for one in told), 1)
    return {"processes": told, "pss_mb": shares}


def recall(
    snapshot: Snapshot, space: VectorSpace, encoder: _Asked, asked: list[tuple[str, str]]
) -> float:
    """Return the share of the nearest 10 that vector search finds."""
    found = []
    folders = [snapshot.folder / "parts" / str(at) for at in range(len(snapshot.manifest.parts))]
    parts = [DenseIndex.open(folder / "passages.faiss") for folder in folders]
    starts = np.cumsum([0, *(part.n_rows for part in parts)])
    for text, tag in asked:
        query = space.query(encoder.encode_queries([clean(text, tag).text])[0], tag)
        near = [part.exact(query, 10) for part in parts]
        rows = np.concatenate([own + start for (own, _), start in zip(near, starts, strict=False)])
        best = rows[np.argsort(-np.concatenate([scores for _, scores in near]))[:10]]
        found.append(len(np.intersect1d(snapshot.vectors.search(query, 10)[0], best)) / 10)
    return round(float(np.mean(found)), 4)


def _memory() -> dict[str, float]:
    """Return the memory of this process in MB: resident, and not shared."""
    fields: Counter[str] = Counter()
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]:
        name, value = line.split(":")
        fields[name] += int(value.split()[0])
    own = fields["Private_Clean"] + fields["Private_Dirty"]
    # Pages of a mapped file that no other process maps count as private, too.
    return {
        "rss": round(fields["Rss"] / 1024, 1),
        "uss": round(own / 1024, 1),
        "pss": round(fields["Pss"] / 1024, 1),
        "anonymous": round(fields["Anonymous"] / 1024, 1),
    }


def add(work: Path, size: int) -> dict[str, Any]:
    """Build with one article more."""
    record = {"id": "one-more", "text": "The minister opened the new bridge on Monday. Cars came."}
    path = work / str(size) / "corpus" / f"one-more-{os.environ['TURN']}.jsonl"
    record["text"] += f" It was day {os.environ['TURN']}."
    record["id"] += os.environ["TURN"]
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    return build(work, size, "home")


STEPS: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "corpus": made_corpus, "fill": fill, "build": build_fresh, "open": opened, "serve": serve,
    "together": together, "add": add,
}  # fmt: skip


def timed(work: Path, size: int, step: str, **environment: str) -> dict[str, Any]:
    """Do one step in a process of its own."""
    command = [sys.executable, __file__, "--work", str(work), "--sizes", str(size), "--step", step]
    started, load = time.monotonic(), os.getloadavg()[0]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | environment)
    assert process.stdout is not None
    lines = process.stdout.read().decode().splitlines()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{step} of {size} failed")
    found = json.loads(lines[-1]) | {
        "process": {
            "seconds": round(time.monotonic() - started, 2),
            "cpu": round(used.ru_utime + used.ru_stime, 2),
            "peak_mb": round(used.ru_maxrss / 1024, 1),
            "load_before": round(load, 2),
        }
    }
    print(size, step, json.dumps(found), flush=True)
    return found


def run(work: Path, size: int, again: set[str]) -> dict[str, Any]:
    """Do the steps of one size that are not done yet."""
    folder = work / str(size)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "steps.json"
    done: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    if not again.isdisjoint({"corpus", "fill", "build"}):
        again = again | {"build", "open", "serve", "together", "add"}
    # Forgotten at once, so that a run that is cut off is not taken for one that did them.
    done = {step: found for step, found in done.items() if step not in again}
    path.write_text(json.dumps(done, indent=1), encoding="utf-8")
    for step in STEPS:
        if step in done:
            continue
        if step == "open":
            cold = [timed(work, size, step, DROP="1") for _ in range(2)]
            done[step] = [*cold, *(timed(work, size, step) for _ in range(2))]
        elif step == "add":
            done[step] = [timed(work, size, step, TURN=str(turn)) for turn in (1, 2, 3)]
        else:
            done[step] = timed(work, size, step)
        path.write_text(json.dumps(done, indent=1), encoding="utf-8")
    return done


def main() -> None:
    """Measure all sizes, or do one step for the run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--work", type=Path, default=WORK, help=f"kept; default {WORK}")
    parser.add_argument("--again", default="", help="steps to do anew")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    options = parser.parse_args()
    work, sizes = options.work.resolve(), [int(size) for size in options.sizes.split(",")]
    if options.step:
        steps = STEPS | {"hold": hold, "base": lambda work, _size: make_base(work)}
        found = steps[options.step](work, sizes[0])
        print(json.dumps(found))
        return
    work.mkdir(parents=True, exist_ok=True)
    base_path = work / "base" / "steps.json"
    if not base_path.exists():
        base_path.parent.mkdir(exist_ok=True)
        base_path.write_text(json.dumps(timed(work, 0, "base")), encoding="utf-8")
    result = {
        "cores": os.cpu_count(),
        "eval": EVAL.name,
        "resemblance": json.loads(base_path.read_text())["resemblance"],
        "sizes": [run(work, size, set(filter(None, options.again.split(",")))) for size in sizes],
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    write_report(result)


if __name__ == "__main__":
    main()
