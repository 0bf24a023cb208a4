"""Measure what HTTP costs: /api/v1/ask beside the session's own answers, one at a time and 50.

    .venv/bin/python benchmarks/web.py --json benchmarks/results/web.json

The same questions go to a session in this process and to `pasokh web` in another, in turns, so
that neither has a quieter machine than the other. Processor time tells what HTTP costs on a busy
one; that of the answers here includes the client's.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median

import httpx

from bot.settings import read_settings
from bot.wire import open_session

ROOT = Path(__file__).parents[1]
QUESTIONS = (
    "what did Kirby say about Sukhoi jets?",
    "What did Russia offer Iran?",
    "کربی درباره سوخو چه گفت؟",
    "Who said that Iran sends drones?",
    "روسیه چند پهپاد دریافت کرد؟",
)
ASKING = 50
"""How many ask at once."""


def main() -> None:
    """Measure and print; write the figures to a file if one is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = _measured(Path(folder), options.rounds)
    print(json.dumps(figures, indent=2))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


def _measured(folder: Path, rounds: int) -> dict[str, float]:
    settings = read_settings(None, corpus=ROOT / "seeds").model_copy(update={"data_dir": folder})
    session = open_session(settings)  # builds the index, which the server then opens

    def ask_here(question: str) -> None:
        one = replace(session)
        one.word(one.find(question, context=()))

    environment = os.environ | {
        "PASOKH_CORPUS": str(ROOT / "seeds"),
        "PASOKH_DATA_DIR": str(folder),
        "PASOKH_WEB_PORT": "0",
        "PASOKH_WEB_RATE_PER_MINUTE": "1000000",
    }
    command = [sys.executable, "-m", "bot", "web"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        told = next(line for line in server.stderr if "http://" in line)
        address = "http://" + told.split("http://")[1].split("/")[0]
        # Nobody must wait for a full pipe.
        ThreadPoolExecutor(1).submit(server.stderr.read)
        limits = httpx.Limits(max_connections=ASKING, max_keepalive_connections=ASKING)
        client = httpx.Client(base_url=address, timeout=120, trust_env=False, limits=limits)

        def ask_there(question: str) -> None:
            reply = client.post("/api/v1/ask", json={"question": question})
            assert reply.status_code == httpx.codes.OK, reply.text

        try:
            for ask in (ask_here, ask_there):
                for question in QUESTIONS:
                    ask(question)
            return _compared(ask_here, ask_there, rounds, server.pid)
        finally:
            server.terminate()


def _processor_s(pid: int) -> float:
    """Return the processor time that a process has taken (proc(5), /proc/PID/stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _compared(
    ask_here: Callable[[str], None], ask_there: Callable[[str], None], rounds: int, server: int
) -> dict[str, float]:
    here, there, shares, clients = [], [], [], []
    used = {process: -_processor_s(process) for process in (os.getpid(), server)}
    for number in range(rounds):
        question = QUESTIONS[number % len(QUESTIONS)]
        for ask, times in ((ask_here, here), (ask_there, there)):
            started = time.perf_counter()
            ask(question)
            times.append(1000 * (time.perf_counter() - started))
    used = {process: spent + _processor_s(process) for process, spent in used.items()}
    many = [QUESTIONS[number % len(QUESTIONS)] for number in range(4 * ASKING)]
    for _ in range(5):
        # The answerer with as many threads as the server's, the server with 50 that ask.
        alone = _per_second(ask_here, many, 2)
        started, spent = time.perf_counter(), -_processor_s(os.getpid())
        shares.append(_per_second(ask_there, many, ASKING) / alone)
        spent += _processor_s(os.getpid())
        clients.append(spent / (time.perf_counter() - started) / (os.cpu_count() or 1))
    return {
        "answer_p50_ms": round(median(here), 2),
        "api_p50_ms": round(median(there), 2),
        "added_p50_ms": round(median(t - h for h, t in zip(here, there, strict=True)), 2),
        "answer_processor_ms": round(1000 * used[os.getpid()] / rounds, 1),
        "api_processor_ms": round(1000 * used[server] / rounds, 1),
        "answers_per_second": round(alone, 1),
        "share_of_throughput_at_50": round(median(shares), 3),
        "share_of_processors_that_asking_took": round(median(clients), 3),
    }


def _per_second(ask: Callable[[str], None], questions: list[str], n_threads: int) -> float:
    started = time.perf_counter()
    with ThreadPoolExecutor(n_threads) as threads:
        list(threads.map(ask, questions))
    return len(questions) / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
