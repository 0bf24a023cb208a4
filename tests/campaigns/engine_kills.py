"""Builds that publish on a Qdrant server, killed at any moment: `python engine_kills.py [KILLS]`.

The corpus changes before each. After each kill the server serves the articles of before or of
after, all of them, and gives the same hits as its files where these are published; after the last
build nothing is left over. The server is that of the tests.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from platformdirs import user_cache_path
from qdrant_server import Qdrant, install
from small_archive import SmallArchive
from warm import WarmProcess

from index import SnapshotMissing
from index.encoders import BundledConfig, open_encoder

KILLED_BUILD = Path(__file__).parents[1] / "engine" / "killed_build.py"


def campaign(n_kills: int, seed: int, folder: Path) -> Counter[str]:
    """Kill `n_kills` builds; return how often the old and the new index served afterwards.

    Raises:
        AssertionError: Where something is not as it should be.
    """
    draw = Random(seed)  # noqa: S311  # the same each time
    program = install(user_cache_path("pasokh") / "qdrant")
    cache = user_cache_path("pasokh") / "campaigns"
    encoder = open_encoder(BundledConfig(cache_dir=cache / "encoder"))
    server = Qdrant(program, folder / "server").start()
    archive = SmallArchive(folder / "corpus", folder / "killed", server, encoder, cache)
    archive.corpus.mkdir()
    seen: Counter[str] = Counter()
    try:
        for number in range(20):
            archive.write(number)
        started = time.monotonic()
        archive.build()
        longest = time.monotonic() - started
        while seen.total() < n_kills:
            before = _articles(archive)
            for number in draw.sample(range(40), 4):
                archive.write(number, f"Minister {number} closed harbour {draw.randint(1, 999)}.")
            (archive.corpus / f"{draw.randrange(40):02}.jsonl").unlink(missing_ok=True)
            if not _is_killed(archive, draw.uniform(0, longest), folder / "said"):
                continue
            after = _articles(archive)
            in_files = {one.id: one.text for one in archive.open(archive.home).archive.articles()}
            assert after in (before, in_files)
            assert after or not before
            seen["new" if after == in_files else "old"] += 1
            sys.stderr.write(f"{dict(seen)}\n")
        archive.build()
        assert () == archive.problems()
    finally:
        server.kill()
    return seen


def _articles(archive: SmallArchive) -> dict[str, str]:
    """Return the texts of all articles that the server serves, by id; every one is whole."""
    try:
        snapshot = archive.open()
    except SnapshotMissing:
        return {}
    assert [] == snapshot.check()  # type: ignore[attr-defined]  # one on a server
    return {one.id: one.text for one in snapshot.archive.articles()}


def _is_killed(archive: SmallArchive, after_s: float, said: Path) -> bool:
    """Run a build and kill it after some seconds; tell whether it had not ended before."""
    given = {
        "corpus": str(archive.corpus),
        "home": str(archive.home),
        "cache": str(archive.cache_dir),
        "address": archive.server.address,
        "die_at": -1,
    }
    running = WarmProcess([KILLED_BUILD, json.dumps(given)], env=os.environ, stdout=said)
    time.sleep(after_s)
    if running.poll() is None:
        os.kill(running.pid or 0, signal.SIGKILL)
    return running.wait() == -signal.SIGKILL


def main() -> None:
    """Do what the arguments say."""
    n_kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(f"{dict(campaign(n_kills, 1, Path(folder)))}\n")


if __name__ == "__main__":
    main()
