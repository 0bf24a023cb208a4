"""Builds that publish on a Qdrant server, killed at any moment: `python engine_kills.py [KILLS]`.

The corpus changes before each. After each kill the server serves the articles of before or of
after, all of them, a reader that was open before finds what it found, and the next build publishes
everything and leaves nothing over. The server is that of the tests.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from random import Random

from patience import scaled
from platformdirs import user_cache_path
from qdrant_server import Qdrant, install
from small_archive import SmallArchive
from warm import WarmProcess

from index import SnapshotMissing
from index.encoders import BundledConfig, open_encoder

STAGES = ("nothing", "in files", "published")
KILLED_BUILD = Path(__file__).parents[1] / "engine" / "killed_build.py"


def campaign(n_kills: int, seed: int, folder: Path, program: Path, cache: Path) -> Counter[str]:
    """Kill `n_kills` builds; return how often each of `STAGES` had been reached.

    Args:
        n_kills: How many.
        seed: Of what is written and of when they are killed.
        folder: An empty one.
        program: The server.
        cache: Where the encoder's weights and the vectors are kept.

    Raises:
        AssertionError: Where something is not as it should be.
    """
    draw = Random(seed)  # noqa: S311  # the same each time
    encoder = open_encoder(BundledConfig(cache_dir=cache / "encoder"))
    server = Qdrant(program, folder / "server").start()
    archive = SmallArchive(folder / "corpus", folder / "killed", server, encoder, cache)
    archive.corpus.mkdir()
    seen: Counter[str] = Counter()
    try:
        for number in range(20):
            archive.write(number)
        archive.build()
        longest = scaled(120)  # the first is let end
        is_first = True
        while seen.total() < n_kills:
            before, reader = _articles(archive), archive.open()
            hits = archive.hits_of(reader)
            in_files = _in_files(archive)
            for number in draw.sample(range(40), 4):
                archive.write(number, f"Minister {number} closed harbour {draw.randint(1, 999)}.")
            (archive.corpus / f"{draw.randrange(40):02}.jsonl").unlink(missing_ok=True)
            started = time.monotonic()
            # Half of them once files are built, as publishing is the shorter part.
            is_late = not is_first and draw.random() < 1 / 2
            after_s = longest if is_first else draw.uniform(0, longest / (4 if is_late else 1))
            is_killed = _is_killed(archive, after_s, folder / "said", is_late=is_late)
            is_first = False
            if not (is_killed or is_late):
                longest = 1.2 * (time.monotonic() - started)
            after = _articles(archive)
            if reader.name.partition("/")[0] in archive.collections:  # all is not written anew
                assert hits == archive.hits_of(reader)
            if is_killed:
                assert after in (before, _in_files(archive))
                is_built = in_files != _in_files(archive)
                seen[STAGES[is_built + (after != before)]] += 1
                sys.stderr.write(f"{dict(seen)}\n")
            archive.build()
            assert _articles(archive) == _in_files(archive)
            assert () == archive.problems()
    finally:
        server.kill()
    return seen


def _in_files(archive: SmallArchive) -> dict[str, str]:
    """Return the texts of all articles in the files, by id."""
    with closing(archive.open(archive.home)) as snapshot:
        return {one.id: one.text for one in snapshot.archive.articles()}


def _articles(archive: SmallArchive) -> dict[str, str]:
    """Return the texts of all articles that the server serves, by id; every one is whole."""
    try:
        snapshot = archive.open()
    except SnapshotMissing:
        return {}
    assert [] == snapshot.check()  # type: ignore[attr-defined]  # one on a server
    return {one.id: one.text for one in snapshot.archive.articles()}


def _is_killed(archive: SmallArchive, after_s: float, said: Path, *, is_late: bool) -> bool:
    """Run a build and kill it after some seconds; tell whether it had not ended before.

    Args:
        archive: What is built.
        after_s: Seconds from its start, or from when its files are built where it `is_late`.
        said: What it says is added here.
        is_late: See `after_s`.
    """
    serving = archive.home / "CURRENT"
    before = serving.read_bytes()
    given = {
        "corpus": str(archive.corpus),
        "home": str(archive.home),
        "cache": str(archive.cache_dir),
        "address": archive.server.address,
        "die_at": -1,
    }
    running = WarmProcess([KILLED_BUILD, json.dumps(given)], env=os.environ, stdout=said)
    while is_late and running.poll() is None and serving.read_bytes() == before:
        time.sleep(0.005)
    with suppress(subprocess.TimeoutExpired):
        return running.wait(after_s) == -signal.SIGKILL
    running.send_signal(signal.SIGKILL)
    return running.wait() == -signal.SIGKILL


def main() -> None:
    """Do what the arguments say."""
    n_kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        cache = user_cache_path("pasokh")
        program = install(cache / "qdrant")
        found = campaign(n_kills, 1, Path(folder), program, cache / "campaigns")
        sys.stdout.write(f"{dict(found)}\n")


if __name__ == "__main__":
    main()
