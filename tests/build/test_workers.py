"""Work spread over processes: the same results in the same order, whatever becomes of them."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from threading import Lock

import pytest
from patience import scaled

from index.build.merge import Merge
from index.config import IndexConfig, ReadConfig
from index.corpus.archive import Archive, ArchiveWriter
from index.corpus.intake import CorpusFile, scan, take_in
from index.corpus.ledger import Ledger
from index.corpus.removals import Removals
from index.dedup.groups import COPIES, write_copies
from index.disk.file_stamps import Stamps
from index.encoders import Encoder
from index.lexical.index import ARTICLE_WORDS, NAMES, NOTHING, PASSAGE_WORDS, write_lexical
from index.snapshot.snapshot import ARCHIVE, LEDGER
from index.workers import NOBODY, Workers

PROGRAM = """
import os, sys, time
from index.workers import Workers
from tests_workers_piece import slow
if __name__ == "__main__":
    with Workers(2, is_eager=True) as workers:
        for _, pid in workers.map(slow, ((None, n) for n in range(1000)), is_worth_it=True):
            print(pid, flush=True)
"""
PIECE = "import os, time\ndef slow(n):\n    time.sleep(0.1)\n    return os.getpid()\n"


def _squared(number: int) -> tuple[int, int]:
    """Return a square and who worked it out."""
    return number * number, os.getpid()


def _deadly(number: int) -> int:
    """Kill the worker that does the seventh piece; the process that asks survives."""
    if number == 7 and os.environ.get("PYTEST_PROCESS") != str(os.getpid()):
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _failing(number: int) -> int:
    """Fail at one piece."""
    return 1 // (number - 3)


def test_results_are_in_order_and_from_others() -> None:
    """Each piece comes back with what stayed here of it."""
    pieces = [(str(number), number) for number in range(40)]
    with Workers(2) as workers:
        found = list(workers.map(_squared, pieces, is_worth_it=True))

    assert [(str(number), number * number) for number in range(40)] == [
        (own, square) for own, (square, _) in found
    ]
    assert os.getpid() not in {pid for _, (_, pid) in found}


@pytest.mark.parametrize("count", [0, 1, 2], ids=["none", "one", "not worth it"])
def test_nothing_is_started_for_little(count: int) -> None:
    """Or where there is but one processor."""
    with Workers(count) as workers:
        found = list(workers.map(_squared, [(None, 3)], is_worth_it=count < 2))

    assert [(None, (9, os.getpid()))] == found


def test_what_cannot_be_sent_is_done_here() -> None:
    """A function bound to a lock, say."""
    lock = Lock()
    with Workers(2) as workers:
        found = workers.map(lambda number: (number, lock.locked()), [(1, 1)], is_worth_it=True)

        assert [(1, (1, False))] == list(found)


def test_a_worker_that_dies_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is done by this process, in order, and so is what comes afterwards."""
    monkeypatch.setenv("PYTEST_PROCESS", str(os.getpid()))
    pieces = [(number, number) for number in range(60)]
    with Workers(2) as workers:
        found = list(workers.map(_deadly, pieces, is_worth_it=True))
        again = list(workers.map(_squared, [(None, 2)], is_worth_it=True))

    assert pieces == found
    assert [(None, (4, os.getpid()))] == again


def test_without_processes_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system starts none, for want of memory or semaphores, a build goes on alone."""

    def refuse(*_given: object, **_named: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("index.workers.ProcessPoolExecutor", refuse)
    with Workers(2) as workers:
        found = list(workers.map(len, [(n, "x" * n) for n in range(9)], is_worth_it=True))

    assert [(n, n) for n in range(9)] == found


def test_no_machine_starts_more_than_it_can_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many processors four get a worker."""
    monkeypatch.setattr("index.workers.usable_processors", lambda: 64)

    assert 4 == Workers()._count


def test_an_error_is_told_here() -> None:
    """It is the piece's own, as without workers."""
    with Workers(2) as workers, pytest.raises(ZeroDivisionError):
        list(workers.map(_failing, [(None, number) for number in range(9)], is_worth_it=True))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_their_process(tmp_path: Path, number: signal.Signals) -> None:
    """Interrupted or killed, it leaves no process behind."""
    (tmp_path / "tests_workers_piece.py").write_text(PIECE)
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, str(tmp_path / "program.py")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pids = {int(process.stdout.readline()) for _ in range(6)}
        _end(process, number)
    until = time.monotonic() + scaled(20)
    while any(map(_lives, pids)) and time.monotonic() < until:
        time.sleep(0.05)

    assert not [pid for pid in pids if _lives(pid)]


def _end(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Send a signal until it has its effect: an interrupt may fall into a callback and be lost."""
    for _ in range(5):
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=scaled(10))
            return
    raise AssertionError(f"still there after {number!r}")


def _lives(pid: int) -> bool:
    """Tell whether a process is there and not merely waiting to be collected."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _written(folder: Path, files: list[CorpusFile], encoder: Encoder, workers: Workers) -> Path:
    """Read and write a part."""
    folder.mkdir()
    with Ledger(folder / LEDGER) as ledger, ArchiveWriter(folder / ARCHIVE) as writer:
        take_in(
            files,
            ledger,
            writer,
            removals=Removals([]),
            config=IndexConfig(),
            count_tokens=encoder.count_tokens,
            workers=workers,
            progress=lambda _: None,
        )
    merge = Merge()
    with closing(Archive(folder / ARCHIVE)) as archive:
        write_lexical(folder / "lexical", folder, archive, NOTHING, workers)
        write_copies(
            folder / COPIES, archive, old=None, moved=merge.articles, removed=merge.removed,
            start=0, workers=workers,
        )  # fmt: skip
    return folder


def test_a_part_is_the_same_with_workers(tmp_path: Path, encoder: Encoder, corpus: Path) -> None:
    """Byte for byte, with duplicates, rejects, empty articles and files, and copies among them."""
    body = "The minister opened the bridge. «پل» باز شد و وزیر می گوید که بزرگ تر است. "
    records = [
        {"id": f"a{n % 290}", "title": f"عنوان {n}", "text": f"{body * (n % 7)} {n % 280} 漢字かな"}
        for n in range(300)
    ]
    lines = [json.dumps(record) for record in records]
    (corpus / "a.jsonl").write_text("\n".join([*lines[:150], "{broken", '{"text": "..."}']))
    (corpus / "b.txt").write_text("")
    (corpus / "c.jsonl").write_text("\n".join(lines[150:]))
    files = scan([corpus], Stamps(), ReadConfig())
    with Workers(2, is_eager=True) as workers:
        spread = _written(tmp_path / "spread", files, encoder, workers)
    alone = _written(tmp_path / "alone", files, encoder, NOBODY)

    for name in (ARCHIVE, LEDGER, PASSAGE_WORDS, ARTICLE_WORDS, NAMES, COPIES):
        assert (spread / name).read_bytes() == (alone / name).read_bytes(), name
    with closing(Archive(alone / ARCHIVE)) as archive:
        assert archive.n_articles > 200
