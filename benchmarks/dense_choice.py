"""Comparison of indexes for many passage vectors: time, recall, memory and build time.

Real vectors are those in the bundled encoder's cache (passages and sentences of what was indexed or
evaluated), centred as the product centres them, with the language guessed by the nearest mean;
questions are the cached questions. If more vectors are needed than there are, synthetic ones are
drawn: a real vector plus the difference between another real vector and one of its ten nearest,
times 0.5 to 1.2, scaled to length 1. So neighbours differ in the directions and by the lengths in
which real neighbours do. The row `drawn`, with as many vectors as the real set, drawn from 60,000
of them, shows whether synthetic sets behave like real ones.

    python benchmarks/dense_choice.py --vectors CACHE/vectors [--sizes 100000,300000,1000000]

Every question is searched alone by one thread; the best candidates are compared again in half
precision. Times are processor time. Writes `benchmarks/results/dense_choice.json`.
Does not: measure ranking; `pasokh eval` measures what recall costs there.
"""

import argparse
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.encoders.space import stored_means

ROOT = Path(__file__).parent.parent
NAME = "multilingual-e5-small"
DIM = 384
K = 300
QUESTIONS = 100
SAMPLE = 16_384
PARENTS = 60_000
HNSW_MOST = 100_000
IVF_MOST = 300_000

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Rows = np.ndarray[Any, np.dtype[np.int64]]


def cached(path: Path, side: str) -> Vectors:
    """Return the vectors of one cache file, centred and shuffled."""
    means = {key: mean for key, mean in stored_means(NAME).items() if key.startswith(f"{side}/")}
    centres = np.stack(list(means.values()))
    with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT data FROM vector ORDER BY key")
        raw = np.frombuffer(b"".join(data[: 2 * DIM] for (data,) in rows), np.float16)
    found = raw.reshape(-1, DIM).astype(np.float32)
    for start in range(0, len(found), 20_000):
        some = found[start : start + 20_000]
        some -= centres[((some @ centres.T) - 0.5 * (centres**2).sum(1)).argmax(1)]
        some /= np.linalg.norm(some, axis=1, keepdims=True)
    np.random.default_rng(0).shuffle(found)
    return found


def siblings(real: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Return all of `real` and as many drawn ones as make up `count`."""
    lists = faiss.index_factory(DIM, "IVF512,SQfp16", faiss.METRIC_INNER_PRODUCT)
    lists.train(real[:50_000])
    lists.add(real)
    faiss.ParameterSpace().set_index_parameter(lists, "nprobe", 8)
    some = rng.choice(len(real), 10_000, replace=False)
    _, near = lists.search(real[some], 11)
    found = np.empty((count, DIM), np.float32)
    found[: len(real)] = real
    for start in range(len(real), count, 20_000):
        n = min(20_000, count - start)
        pair, which = rng.integers(len(some), size=n), rng.integers(1, 11, size=n)
        apart = real[near[pair, which]] - real[some[pair]]
        scale = rng.uniform(0.5, 1.2, (n, 1)).astype(np.float32)
        drawn = real[rng.integers(len(real), size=n)] + scale * apart
        found[start : start + n] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return found


def candidates(n: int) -> Iterator[tuple[str, str, int, list[int]]]:
    """Yield (name, FAISS' description, lists or neighbours looked at, rows compared again)."""
    for width in (2, 3, 4):
        yield f"codes of {width} dimensions", f"PQ{DIM // width}x4fs", 0, [600, 900, 1500, 3000]
    yield "8 bits a dimension", "SQ8", 0, [400]
    lists = 1 << int(np.log2(4 * np.sqrt(n)))
    if n <= IVF_MOST:
        for probes in (32, 128):
            yield f"{lists} lists of 8 bits, {probes} read", f"IVF{lists},SQ8", probes, [400]
    if n <= HNSW_MOST:
        yield "graph (HNSW 32) of 8 bits, 600", "HNSW32,SQ8", 600, [400]


def built(kind: str, vectors: Vectors, sample: Vectors) -> tuple[faiss.Index, float]:
    """Build an index; return it and the processor seconds."""
    started = time.process_time()
    index = faiss.index_factory(DIM, kind.replace(",SQ8", "_SQ8") if "HNSW" in kind else kind, 0)
    index.train(sample)
    index.add(vectors)
    return index, time.process_time() - started


def measured(index: faiss.Index, questions: Vectors, truth: Rows) -> dict[str, Any]:
    """Search for every question."""
    spent, near, far = [], [], []
    for question, expected in zip(questions, truth, strict=True):
        started = time.thread_time()
        rows = index.search(question[None, :], K)[1][0]
        spent.append(1e3 * (time.thread_time() - started))
        near.append(len(np.intersect1d(rows[:10], expected[:10])) / 10)
        far.append(len(np.intersect1d(rows[:K], expected)) / K)
    return {
        "cpu_ms_p50": round(float(np.percentile(spent, 50)), 2),
        "cpu_ms_p95": round(float(np.percentile(spent, 95)), 2),
        "recall@10": round(float(np.mean(near)), 4),
        f"recall@{K}": round(float(np.mean(far)), 4),
    }


def rows_of(label: str, vectors: Vectors, questions: Vectors) -> Iterator[dict[str, Any]]:
    """Measure everything on one set."""
    n = len(vectors)
    exact = faiss.IndexScalarQuantizer(DIM, faiss.ScalarQuantizer.QT_fp16, 0)
    exact.add(vectors)
    truth = np.concatenate([exact.search(one[None, :], K)[1] for one in questions])
    about = {"vectors": label, "n": n}
    yield about | {
        "index": "exact, half precision",
        **measured(exact, questions, truth),
        "mb": round(n * DIM * 2 / 1e6),
    }
    sample = vectors[np.linspace(0, n - 1, SAMPLE).astype(np.int64)]
    last, seconds = "", 0.0
    index: faiss.Index = exact
    for name, kind, looked_at, again in candidates(n):
        if kind != last:
            big = vectors[:32_768] if "IVF" in kind else sample
            index, seconds = built(kind, vectors, big)
            last = kind
        if looked_at:
            name_of_it = "nprobe" if "IVF" in kind else "efSearch"
            faiss.ParameterSpace().set_index_parameter(index, name_of_it, looked_at)
        for count in again:
            refined = faiss.IndexRefine(index, exact)
            refined.k_factor = count / K
            yield about | {
                "index": name,
                "compared_again": count,
                **measured(refined, questions, truth),
                "mb": round(len(faiss.serialize_index(index)) / 1e6),
                "build_cpu_s": round(seconds, 1),
            }


def main() -> None:
    """Measure all sets, print and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--vectors", type=Path, required=True, help="folder of the vector caches")
    parser.add_argument("--sizes", default="100000,300000,1000000", help="of sets, first to last")
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    (passages,) = options.vectors.glob(f"{NAME}-[0-9a-f]*.db")
    (asked,) = options.vectors.glob(f"{NAME}-questions-*.db")
    real, questions = cached(passages, "passage"), cached(asked, "query")[:QUESTIONS]
    rng = np.random.default_rng(1)
    target = ROOT / "benchmarks" / "results" / "dense_choice.json"
    table: list[dict[str, Any]] = []
    sizes = [(f"drawn from {PARENTS}", 100_000)]
    sizes += [
        ("real" if n <= len(real) else "real and drawn", n)
        for n in map(int, options.sizes.split(","))
    ]
    for label, n in sizes:
        if label.startswith("drawn"):
            vectors = siblings(real[:PARENTS], n, rng)
        else:
            vectors = real[:n] if n <= len(real) else siblings(real, n, rng)
        for row in rows_of(label, vectors, questions):
            print(json.dumps(row), flush=True)
            table.append(row)
            target.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
