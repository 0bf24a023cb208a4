"""Make the pairs that `training.train` reads.

    python -m training.prepare OUT [--pquad]

Writes OUT/pairs.pkl: a list of groups, shuffled by a fixed seed. Nothing of it may be committed.
"""

import argparse
import pickle
from collections import Counter
from pathlib import Path
from random import Random

from e5_export import tokenizer_json
from tokenizers import Tokenizer

from training.data import (
    SHARED,
    Reading,
    comprehension,
    judged,
    lines,
    pquad,
    translated,
)


def main() -> None:
    """Prepare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--pquad", action="store_true", help="PQuAD's dev half instead")
    options = parser.parse_args()
    tokenizer = Tokenizer.from_str(tokenizer_json())
    reading = Reading(tokenizer, seed=1)
    if options.pquad:
        groups = list(pquad(reading, SHARED / "eval" / "pquad"))
    else:
        rows = lines(SHARED / "train" / "reading-comprehension.jsonl.gz")
        # Questions on privacy policies and on medicine are far from news.
        few = Random(1).sample([row for row in rows if row["source"] == "policyqa"], 2_000)
        rows = [row for row in rows if row["source"] not in {"covid-qa", "policyqa"}] + few
        groups = list(comprehension(reading, rows))
        groups += judged(reading, lines(SHARED / "train" / "nomiracl.jsonl.gz"))
        groups += translated(reading, lines(SHARED / "train" / "parallel-en-fa.jsonl.gz"))
    reading.random.shuffle(groups)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "pairs.pkl").write_bytes(pickle.dumps(groups))
    sizes = [len(pair.ids) for group in groups for pair in group.pairs]
    print(
        Counter(group.source for group in groups), len(sizes), sum(sizes) / len(sizes), max(sizes)
    )
    print(Counter(pair.answers for group in groups if not group.is_bag for pair in group.pairs))


if __name__ == "__main__":
    main()
