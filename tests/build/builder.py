"""Builds as a process of its own, under limits or to be killed at a moment: a program for tests.

    python builder.py '{"corpus": ..., "home": ..., "encoder": ..., "cache": ..., ...}'

prints one JSON object. Everything it runs is real; only the moment of death is arranged, by
progress or by what the interpreter tells its audit hooks.
"""

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from index import IndexConfig, PasokhError, build_index, verify_snapshot
from index.encoders import BundledConfig, open_encoder

_BLOCK = 4096


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arrange_death(event: str, words: str) -> None:
    """Kill this process just before an audited act on a path that ends so."""

    def watch(name: str, values: tuple[Any, ...]) -> None:
        if name == event and any(str(value).endswith(words) for value in values):
            _die()

    sys.addaudithook(watch)


def _build(given: dict[str, Any]) -> dict[str, Any]:
    """Build once and say how it went."""

    def progress(stage: str, done: int, _total: int | None) -> None:
        if given.get("die_after") == [stage, done]:
            _die()

    try:
        report = build_index(
            [Path(given["corpus"])],
            Path(given["home"]),
            encoder=open_encoder(BundledConfig(cache_dir=Path(given["encoder"]))),
            config=IndexConfig(),
            cache_dir=Path(given["cache"]),
            progress=progress,
        )
    except PasokhError as error:
        return {"error": type(error).__name__, "message": str(error)}
    return {
        "snapshot": report.snapshot,
        "n_articles": report.n_articles,
        "n_encoded": report.n_encoded,
        "rejects": [reject.reason for reject in report.rejects],
    }


def _peak_kib() -> int:
    """Return the most memory this program ever had resident.

    Subtle: Linux' `ru_maxrss` begins with what the parent had when it forked.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.read_text().partition("VmHWM:")[2].split()[0])


def _state(home: Path) -> dict[str, Any]:
    """Say what serves, what is wrong with it, and what lies about beside it."""
    found = verify_snapshot(home)
    litter = [path.name for path in (*home.glob(".*"), *home.glob("snapshots/.*"))]
    return {"serving": found.snapshot, "problems": list(found.problems), "litter": litter}


def _leave_free(folder: Path, size: int) -> None:
    """Fill the disk that holds `folder` but for `size` bytes."""
    filler = folder.parent / "filler"
    filler.unlink(missing_ok=True)
    disk = os.statvfs(folder)
    with filler.open("wb") as file:
        if (surplus := disk.f_bavail * disk.f_frsize - size) > 0:
            os.posix_fallocate(file.fileno(), 0, surplus)


def main() -> None:
    """Do what the JSON in the first argument says."""
    given = json.loads(sys.argv[1])
    home = Path(given["home"])
    if "die_at" in given:
        _arrange_death(*given["die_at"])
    found: Any
    if "file_limits" in given:
        found = []
        for limit in given["file_limits"]:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            found.append(_build(given) | _state(home) | {"limit": limit})
    elif "free_blocks" in given:
        found = []
        for blocks in given["free_blocks"]:
            _leave_free(home, blocks * _BLOCK)
            found.append(_build(given) | _state(home) | {"limit": blocks})
    else:
        found = _build(given)
        found["peak_kib"] = _peak_kib()
    print(json.dumps(found))  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main()
