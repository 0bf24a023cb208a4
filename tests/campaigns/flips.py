"""One bit changed in each file of an index and of what is kept beside it: `python flips.py [BITS]`.

Each of BITS places of each file in turn (3): what was changed is told by `index verify` or by the
next command, or it changes nothing: the articles are those that they were, and none comes back that
was removed by request.
"""

import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from archive import Trial, trial
from kills import start

from index import PasokhError


def campaign(n_bits: int, seed: int, folder: Path, *, only_state: bool = False) -> Counter[str]:
    """Change bits of each file; return how many were noticed, and how many harmless.

    Args:
        n_bits: Changed bits of each file.
        seed: Of the places.
        folder: An empty folder.
        only_state: Leave out the snapshots, whose files `verify` reads whole.

    Raises:
        AssertionError: Naming the file and bit, where one is neither.
    """
    outcomes: Counter[str] = Counter()
    draw = random.Random(seed)  # noqa: S311  # a series to repeat, no secret
    with trial(folder, seed) as archive:
        start(archive)
        kept = folder / "kept"
        shutil.copytree(archive.home, kept / "home")
        shutil.copytree(folder / "cache" / "vectors", kept / "vectors")
        paths = sorted(one for one in kept.rglob("*") if one.is_file() and one.stat().st_size)
        for path in paths:
            if only_state and "snapshots" in path.parts:
                continue
            for at in draw.sample(range(path.stat().st_size * 8), n_bits):
                name = path.relative_to(kept)
                try:
                    outcomes[_flipped(archive, kept, name, at)] += 1
                except AssertionError as error:
                    raise AssertionError(f"bit {at} of {name}: {error}") from error
    return outcomes


def _flipped(archive: Trial, kept: Path, name: Path, at: int) -> str:
    """Change one bit of one file in a fresh copy of everything; return what became of it."""
    places = {"home": archive.home, "vectors": archive.folder / "cache" / "vectors"}
    for part, place in places.items():
        shutil.rmtree(place, ignore_errors=True)  # a closed word index may still touch its lock
        shutil.copytree(kept / part, place, dirs_exist_ok=True)
    path = places[name.parts[0]] / Path(*name.parts[1:])
    data = bytearray(path.read_bytes())
    data[at // 8] ^= 1 << at % 8
    path.write_bytes(data)
    try:
        if archive.problems():
            return "noticed by verify"
        assert archive.serving == archive.held()
    except PasokhError:
        return "noticed by verify"
    if "snapshots" in name.parts:
        return "harmless"  # every file there is read by verify
    commands = ["build"] if "watch.db" not in name.parts else ["watch", "--once"]
    ended = archive.run("index", *commands)
    assert ended.status in {0, 1}, ended.said
    assert "Internal error" not in ended.said, ended.said
    assert "Traceback" not in ended.said, ended.said
    is_told = ended.status == 1 or any(
        f" x {reason}" in ended.said for reason in ("damaged", "broken_json", "binary", "encoding")
    )
    held = archive.held()
    assert not held & {piece.title for piece in archive.removed}, "a removed article is back"
    assert held == archive.serving or (is_told and held < archive.serving), ended.said
    return "noticed by the next command" if is_told else "harmless"


def main(n_bits: int = 3, seed: int = 1) -> None:
    """Run the campaign in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        outcomes = campaign(n_bits, seed, Path(folder))
    sys.stdout.write(f"{outcomes.total()} changed bits: {dict(outcomes)}\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
