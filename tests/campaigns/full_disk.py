"""Commands on a disk that is almost full: `python full_disk.py [SEED]`; as root, on Linux.

An index on a small file system (tmpfs) whose free space is taken but for 4 to 400 kB: each command
ends well or with an error in words, the old index serves, and when there is room again the same
command finishes and nothing is lost.
"""

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive import Trial, trial
from kills import COMMANDS, after, finish, prepared, start

FREE_KB = (4, 12, 24, 48, 96, 160, 240, 400)
_DISK_MB = 48


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a small file system at a folder.

    Raises:
        OSError, subprocess.CalledProcessError: Where that is not allowed.
    """
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m", "tmpfs", str(folder)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)  # noqa: S607  # as mount


def campaign(sizes: tuple[int, ...], seed: int, folder: Path) -> Counter[str]:
    """Run each command with each size left free; return how many failed in words, and passed.

    Raises:
        AssertionError: Where something is not as it should be.
    """
    outcomes: Counter[str] = Counter()
    with trial(folder, seed) as archive:
        start(archive)
        for free_kb in sizes:
            for command in COMMANDS:
                try:
                    outcomes[_round(archive, command, free_kb)] += 1
                except AssertionError as error:
                    raise AssertionError(f"{command} with {free_kb} kB free: {error}") from error
    return outcomes


def _round(archive: Trial, command: str, free_kb: int) -> str:
    """Run a command with little room, then again with room; return how the first one ended."""
    archive.change_corpus()
    argv, piece = prepared(archive, command)
    filler = archive.folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            file.truncate(file.tell() - free_kb * 1024)
    ended = archive.run(*argv)
    assert ended.status in {0, 1}, ended.said
    assert "Internal error" not in ended.said, ended.said
    assert "Traceback" not in ended.said, ended.said
    if ended.status:
        assert "Error: Expected" in ended.said, ended.said
    held = archive.held()
    assert held in (archive.serving, after(archive, command, piece)), ended.said
    problems = [one for one in archive.problems() if "taken out by request" not in one]
    assert [] == problems, problems
    filler.unlink()
    finish(archive, command, argv, piece)
    return "failed in words" if ended.status else "passed"


def main(seed: int = 1) -> None:
    """Run the campaign on a disk of its own."""
    with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder, "disk")) as disk:
        outcomes = campaign(FREE_KB, seed, disk)
    sys.stdout.write(f"{outcomes.total()} commands on full disks: {dict(outcomes)}\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
