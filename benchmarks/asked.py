"""What people type as it comes: polite, in capitals, beside the topic, or no question at all.

    python benchmarks/asked.py [--show KIND ...]

Asks the questions of ../shared/eval/asked of the archive beside them, each as the first of a
conversation, at default settings. Writes benchmarks/results/asked.json: by kind, how many were
answered, in how many of those a quote (the first one) holds the answer, and how many were refused
or answered as small talk. A kind "typed ..." is an answerable question in another form, a kind
"exchanged ..." one with a name, place, year or thing that the archive does not have.
"""

import argparse
import json
import re
from collections import Counter, defaultdict
from typing import Any, Final

from eval_all import DATA, ROOT

from bot import wire
from bot.session.session import Session
from bot.settings import read_settings
from bot.types import Answer

RESULT: Final = ROOT / "benchmarks" / "results" / "asked.json"


def main() -> None:
    """Ask everything and write the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--show", nargs="*", default=[], help="print the questions of these kinds")
    options = parser.parse_args()
    settings = read_settings()
    own: dict[str, object] = {
        "corpus": DATA / "asked" / "corpus.jsonl",
        "data_dir": settings.data_dir / "asked",
    }
    settings = settings.model_copy(update=own)
    session = wire.open_session(settings)
    lines = (DATA / "asked" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for question in map(json.loads, lines):
        kind = re.sub("^(typed|exchanged) .*", r"\1", question["kind"])
        outcome = _outcome(session, question)
        counts[kind].update(outcome)
        if kind in options.show or question["kind"] in options.show:
            print(question["kind"], "|", question["text"], "|", *outcome)
    result = {kind: dict(sorted(row.items())) for kind, row in sorted(counts.items())}
    RESULT.write_text(f"{json.dumps(result, indent=1)}\n", encoding="utf-8")
    for kind, row in result.items():
        print(f"{kind:24} {row}")


def _outcome(session: Session, question: dict[str, Any]) -> list[str]:
    """Return what became of a question, as the names of the counts it adds to."""
    reply = session.find(question["text"]).reply
    if not isinstance(reply, Answer):
        return ["n", reply.reason.value]
    outcome = ["n", "answered"]
    if question["answer"]:
        held = [re.search(question["answer"], cited.quote) is not None for cited in reply.citations]
        outcome += ["some_quote"] * any(held) + ["first_quote"] * held[0]
    return outcome


if __name__ == "__main__":
    main()
