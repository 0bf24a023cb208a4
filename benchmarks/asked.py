"""What became of each question of a kind, as people type them.

    python benchmarks/asked.py KIND ...

Evaluates ../shared/eval/asked as `pasokh eval` does and prints the questions of these kinds, of
"typed" and "exchanged" every kind that begins so: kind, question, and why it was refused or which
of its quotes hold the answer.
"""

import argparse

from eval_all import Case, files_of

from bot import wire
from bot.settings import read_settings


def main() -> None:
    """Ask everything and print the kinds asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kinds", nargs="+", metavar="KIND")
    kinds = set(parser.parse_args().kinds)
    settings = read_settings()
    files = files_of(Case(questions="asked"), settings.data_dir / "benchmark", 0)
    for outcome in wire.evaluate(settings, files, lambda _stage, _done, _total: None).outcomes:
        kind = outcome.question.kind
        if kinds & {kind, kind.partition(" ")[0]}:
            print(kind, outcome.question.text, outcome.reason or outcome.held, sep=" | ")


if __name__ == "__main__":
    main()
