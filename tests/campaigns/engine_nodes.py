"""Questions at a steady rate while a node is killed: `python engine_nodes.py [RATE [SECONDS]]`.

Three Qdrant servers keep each shard twice. Questions are due at a rate, whether those before are
answered or not; a third of the time passes, one server is killed, another third passes, it starts
again. Told are the rate that was reached, milliseconds from when a question was due to its answer
before and after the kill, how many failed, and the longest time in which questions failed; every
answer is that of before. Vectors of questions are made before. RATE is 50 a second, SECONDS is 60.
"""

import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path
from qdrant_server import Qdrant, install
from small_archive import SmallArchive
from three_nodes import is_whole, start_nodes, wait_until

from index import EngineError, Retriever
from index.encoders import BundledConfig, open_encoder

N_ARTICLES = 200
THREADS = 16


@dataclass(frozen=True)
class _Asked:
    """A question: seconds from the start when it was due and when it was done, and whether well."""

    due: float
    done: float
    is_answered: bool


def campaign(
    rate: float, seconds: float, folder: Path, program: Path, cache: Path
) -> dict[str, Any]:
    """Ask for some seconds and kill a node meanwhile; return what was seen.

    Raises:
        AssertionError: If an answer is another than before.
    """
    encoder = open_encoder(BundledConfig(cache_dir=cache / "encoder"))
    started: list[Qdrant] = []

    def new_server(*arguments: str, **config: str) -> Qdrant:
        started.append(Qdrant(program, folder / f"node-{len(started)}", config, arguments))
        return started[-1].start()

    try:
        nodes = start_nodes(new_server)
        archive = SmallArchive(folder / "corpus", folder / "nodes", nodes[0], encoder, cache)
        archive.corpus.mkdir()
        for number in range(N_ARTICLES):
            archive.write(number)
        archive.build()
        wait_until(lambda: is_whole(nodes[0], archive.collections))
        asked = _ask(archive, nodes[1], rate, seconds)
    finally:
        for server in started:
            server.kill()
    thirds = [[one for one in asked if third == int(3 * one.due / seconds)] for third in range(3)]
    ended = max(one.done for one in asked)
    return {
        "asked": len(asked),
        "a_second": round(len(asked) / ended, 1),
        "ms": [_percentiles(third) for third in thirds],
        "failed": sum(not one.is_answered for one in asked),
        "longest_failing_s": round(_longest_failing(asked), 2),
        "load": round(os.getloadavg()[0], 1),
    }


def _ask(archive: SmallArchive, victim: Qdrant, rate: float, seconds: float) -> list[_Asked]:
    """Ask, kill a server after a third of the time, and start it after another."""
    retriever = Retriever(archive.open(), archive.encoder, space=archive.space)
    texts = [f"who opened bridge {7 * number}?" for number in range(0, N_ARTICLES, 3)]
    vectors = retriever.vectors(texts, ["en"] * len(texts))

    def hits(number: int) -> list[str]:
        text, vector = texts[number % len(texts)], vectors[number % len(texts)]
        found = retriever.retrieve(text, language="en", k=5, vector=vector)
        return [hit.passage.id for hit in found.hits]

    expected = [hits(number) for number in range(len(texts))]
    numbers, begin = count(), time.monotonic()

    def ask_on() -> list[_Asked]:
        done: list[_Asked] = []
        while (due := (number := next(numbers)) / rate) < seconds:
            time.sleep(max(0.0, begin + due - time.monotonic()))
            try:
                assert hits(number) == expected[number % len(texts)]
                is_answered = True
            except EngineError:
                is_answered = False
            done.append(_Asked(due, time.monotonic() - begin, is_answered))
        return done

    with ThreadPoolExecutor(THREADS) as threads:
        asking = [threads.submit(ask_on) for _ in range(THREADS)]
        time.sleep(seconds / 3)
        victim.kill()
        time.sleep(seconds / 3)
        victim.start()
        return sorted((one for some in asking for one in some.result()), key=lambda one: one.done)


def _longest_failing(asked: list[_Asked]) -> float:
    """Return the longest time from when a question that failed was due to the next answer."""
    longest, since = 0.0, None
    for one in asked:
        if one.is_answered:
            longest, since = max(longest, one.done - since if since is not None else 0.0), None
        elif since is None:
            since = one.due
    return max(longest, asked[-1].done - since if since is not None else 0.0)


def _percentiles(asked: list[_Asked]) -> dict[str, float]:
    spent = [1e3 * (one.done - one.due) for one in asked]
    return {f"p{p}": round(float(np.percentile(spent, p)), 1) for p in (50, 95, 100)}


def main() -> None:
    """Do what the arguments say."""
    rate, seconds = (float(given) for given in (*sys.argv[1:3], *("50", "60")[len(sys.argv) - 1 :]))
    cache = user_cache_path("pasokh")
    program = install(cache / "qdrant")
    with tempfile.TemporaryDirectory() as folder:
        found = campaign(rate, seconds, Path(folder), program, cache / "campaigns")
    sys.stdout.write(f"{json.dumps(found, indent=1)}\n")


if __name__ == "__main__":
    main()
