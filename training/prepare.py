"""Make the pairs that `training.train` reads.

    python -m training.prepare OUT [--pquad]

Writes OUT/pairs.pkl: a list of groups, shuffled by a fixed seed. Nothing of it may be committed.
"""

import argparse
import pickle
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random

from e5_export import tokenizer_json
from tokenizers import Tokenizer

from index import BundledConfig
from training.data import (
    SHARED,
    Reading,
    comprehension,
    is_trained_on,
    judged,
    lines,
    pquad,
    translated,
)
from training.lexicon import build_lexicon, put


def main() -> None:
    """Prepare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--pquad",
        action="store_true",
        help="two thirds of PQuAD's dev half, and a fifth of the rest",
    )
    options = parser.parse_args()
    tokenizer = Tokenizer.from_str(tokenizer_json())
    reading = Reading(tokenizer, seed=1)
    train = SHARED / "train"
    rows = lines(train / "reading-comprehension.jsonl.gz")
    # Questions on privacy policies and on medicine are far from news.
    few = Random(1).sample([row for row in rows if row["source"] == "policyqa"], 2_000)
    rows = [row for row in rows if row["source"] not in {"covid-qa", "policyqa"}] + few
    parallel = lines(train / "parallel-en-fa.jsonl.gz")
    groups = list(comprehension(reading, rows))
    groups += judged(reading, lines(train / "nomiracl.jsonl.gz"))
    groups += translated(reading, parallel)
    if options.pquad:
        folder = SHARED / "eval" / "pquad"
        articles = [
            row["text"] for row in lines(folder / "corpus.jsonl") if is_trained_on(row["id"])
        ]
        english = [row["passage"] for row in rows if row["lang"].startswith("en")]
        lexicon = build_lexicon(
            articles + [row["fa"] for row in parallel],
            english + [row["en"] for row in parallel],
            BundledConfig(cache_dir=options.out / "cache"),
        )
        groups = reading.random.sample(groups, len(groups) // 5)
        groups += pquad(reading, folder, partial(put, lexicon))
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
