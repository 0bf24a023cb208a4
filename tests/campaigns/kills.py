"""Commands killed (SIGKILL) at any moment: `python kills.py [KILLS] [SEED]`.

`index add` of a path and of an address, `index watch`, `index remove` and `index build`, with a
corpus that changes between them. After each kill the index opens, verifies and holds the articles
of before or of after; after the next command it holds what it should, and of articles removed by
request no byte is left under the folders of data and cache.
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from archive import Piece, Trial, trial

COMMANDS = ("add path", "add address", "watch", "remove", "build")


def campaign(n_kills: int, seed: int, folder: Path) -> Counter[str]:
    """Kill `n_kills` commands, the kinds in turn; return how many of each kind were killed.

    Raises:
        AssertionError: With the round's number, where something is not as it should be.
    """
    killed: Counter[str] = Counter()
    with trial(folder, seed) as archive:
        longest = start(archive)
        for number in range(4 * n_kills):
            if killed.total() == n_kills:
                return killed
            command = COMMANDS[killed.total() % len(COMMANDS)]
            try:
                killed[command] += _round(archive, command, longest)
                if number % 20 == 19:
                    sys.stderr.write(f"{killed.total()} kills in {number + 1} rounds\n")
            except AssertionError as error:
                raise AssertionError(f"round {number} of seed {seed}, {command}") from error
    raise AssertionError(f"only {killed} of {n_kills} were killed in time")


def start(archive: Trial) -> dict[str, float]:
    """Build the index and run each command once; return the seconds that each takes."""
    seconds = {}
    for command in ("build", *COMMANDS):
        archive.change_corpus()
        argv, piece = prepared(archive, command)
        seconds[command] = finish(archive, command, argv, piece)
    return seconds


def _round(archive: Trial, command: str, seconds: dict[str, float]) -> bool:
    """Change the corpus, kill a command, run the next; tell whether it was killed in time."""
    draw = archive.draw
    archive.change_corpus()
    argv, piece = prepared(archive, command)
    before = archive.serving
    ended = archive.run(*argv, kill_after=draw.uniform(0, seconds[command]))
    is_killed = ended.status < 0
    assert is_killed or ended.status == 0, ended.said
    held, whole = archive.held(), after(archive, command, piece)
    assert held in (before, whole), _difference(held, whole)
    # A removal that was begun is told as such.
    problems = [one for one in archive.problems() if "taken out by request" not in one]
    assert [] == problems
    if is_killed and draw.random() < 0.5:  # another command comes first
        again = archive.run("index", "build")
        assert 0 == again.status, again.said
        held = archive.held()
        without = archive.expected()
        _done(archive, command, piece)
        assert held in (without, archive.expected()), _difference(held, archive.expected())
        if command == "remove" and piece.title not in held:
            _check_finished(archive)
            return True
        # Else it was killed before it began.
    taken = finish(archive, command, argv, piece)
    seconds[command] = 0.8 * seconds[command] + 0.2 * taken
    return is_killed


def finish(archive: Trial, command: str, argv: list[str], piece: Piece) -> float:
    """Run a command to its end and check what it has done; return its seconds."""
    ended = archive.run(*argv)
    assert 0 == ended.status, ended.said
    _done(archive, command, piece)
    if command == "remove":
        assert [] == archive.remains(), archive.remains()
        assert [] == archive.problems(), archive.problems()
        # It leaves changes of the corpus to the next build.
        built = archive.run("index", "build")
        assert 0 == built.status, built.said
    _check_finished(archive)
    return ended.seconds


def prepared(archive: Trial, command: str) -> tuple[list[str], Piece]:
    """Return a command's arguments and the article that it is about."""
    match command:
        case "add path":
            piece = archive.new()
            path = archive.folder / "elsewhere" / "one.jsonl"
            path.parent.mkdir(exist_ok=True)
            path.write_text(archive.record(piece), encoding="utf-8")
            return ["index", "add", str(path)], piece
        case "add address":
            piece = archive.put_page()
            return ["index", "add", archive.url(piece.path)], piece
        case "watch":
            piece = archive.put_page()
            archive.listed = [piece, *archive.listed[:4]]
            return ["index", "watch", "--once"], piece
        case "remove":
            pieces = [*archive.corpus.values(), *archive.collected]
            held = [one for one in pieces if one.title in archive.serving]
            piece = archive.draw.choice(sorted(held, key=lambda one: one.word))
            by_page = piece in archive.pages.values()
            return ["index", "remove", archive.url(piece.path) if by_page else piece.id], piece
        case _:
            return ["index", "build"], archive.new()


def after(archive: Trial, command: str, piece: Piece) -> set[str]:
    """Return the headlines after a command that was not killed."""
    if command == "remove":
        return archive.serving - {piece.title}
    expected = archive.expected()
    return expected if command == "build" else expected | {piece.title}


def _done(archive: Trial, command: str, piece: Piece) -> None:
    """Note what a command has done."""
    if command == "remove":
        archive.removed.add(piece)
        archive.serving = archive.serving - {piece.title}
    elif command != "build":
        archive.collected.add(piece)


def _check_finished(archive: Trial) -> None:
    """Check the index after a command that was not killed."""
    held = archive.held()
    archive.serving = held
    # A removal leaves changes of the corpus to the next build.
    assert archive.expected() == held, _difference(held, archive.expected())
    assert [] == archive.problems(), archive.problems()
    assert [] == archive.remains(), archive.remains()


def _difference(held: set[str], expected: set[str]) -> str:
    return f"held {sorted(held - expected)}, lacks {sorted(expected - held)}"


def main(n_kills: int = 200, seed: int = 1) -> None:
    """Run the campaign in a folder of its own."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        killed = campaign(n_kills, seed, Path(folder))
    seconds = time.monotonic() - started
    sys.stdout.write(
        f"{killed.total()} of {n_kills} kills passed in {seconds:.0f} s: {dict(killed)}\n"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
