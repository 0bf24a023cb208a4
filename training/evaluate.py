"""How well a checkpoint tells whether a paragraph answers a question, and where.

    python -m training.evaluate CHECKPOINT [...] [--number 300] [--rank 24]

For each set of ../shared/eval: AUROC of the best window of a question's own paragraphs, answerable
against not; share refused where 95 % of the answerable are answered; and of the answerable the
share whose likeliest sentence holds the answer. Only paragraphs that a question was written for,
or that were judged for it, are read: no retrieval.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from e5_export import tokenizer_json
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from training.data import SHARED, Pair, Reading, lines
from training.network import Reader
from training.train import padded

SETS = {"nomiracl-fa": "fa", "pquad": "fa", "parsquad-en2fa": "fa", "parsquad-fa": "fa"}
TOKENS = 2_000


def questions(
    name: str, number: int, seed: int
) -> Iterator[tuple[str, bool, list[str], list[tuple[str, str]]]]:
    """Yield question, whether it is answered, its answers, its paragraphs (headline, text)."""
    folder = SHARED / "eval" / name
    corpus = {row["id"]: row for row in lines(folder / "corpus.jsonl")}
    homes = defaultdict(list)
    for file in ("qrels.tsv", "related.tsv", "judged.tsv"):
        if (folder / file).exists():
            for line in (folder / file).read_text(encoding="utf-8").splitlines():
                query, article, *_ = line.split("\t")
                if article in corpus and article not in homes[query]:
                    homes[query].append(article)
    chance = np.random.default_rng(seed)
    rows = [row for row in lines(folder / "queries.jsonl") if homes[row["id"]]]
    for kind in (True, False):
        some = [row for row in rows if row["answerable"] is kind]
        for row in chance.permutation(np.array(some, dtype=object))[: number // 2]:
            home = [(corpus[one]["title"], corpus[one]["text"]) for one in homes[row["id"]]]
            yield row["text"], kind, row.get("answers") or [], home


@torch.no_grad()
def read(reader: Reader, pairs: Sequence[Pair]) -> list[tuple[float, np.ndarray]]:
    """Return of each pair the logit that it answers, and of each token that of a span around it."""
    order = sorted(range(len(pairs)), key=lambda row: len(pairs[row].ids))
    found: list[tuple[float, np.ndarray]] = [(0.0, np.empty(0))] * len(pairs)
    batch: list[int] = []
    for place, row in enumerate(order):
        batch.append(row)
        ended = place + 1 == len(order)
        if not ended and (len(batch) + 1) * len(pairs[order[place + 1]].ids) <= TOKENS:
            continue
        answers, span = reader(*padded([pairs[one] for one in batch]))
        for one, answer, ends in zip(batch, answers.tolist(), span.numpy(), strict=True):
            found[one] = answer, ends[: len(pairs[one].ids)]
        batch = []
    return found


def main() -> None:
    """Evaluate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--number", type=int, default=300)
    parser.add_argument("--rank", type=int, default=24)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    reading = Reading(Tokenizer.from_str(tokenizer_json()), seed=2)
    made = {}
    for name, language in SETS.items():
        made[name] = []
        for text, is_answered, answers, home in questions(name, options.number, options.seed):
            question = reading.question(text)
            pairs, places = [], []
            for headline, body in home:
                passage = reading.passage(headline, body, language)
                for first, end in reading.windows(passage):
                    head = [0, *question, 2, 2, *passage.headline, 2]
                    ids, sentences = [*head], []
                    for number in range(first, end):
                        at = len(ids)
                        ids += passage.tokens[number]
                        left, right = passage.spans[number]
                        sentences.append((at, len(ids), body[left:right]))
                    pairs.append(Pair([*ids[:300], 2], 0))
                    places.append(sentences)
            made[name].append((is_answered, answers, pairs, places))
    for path in options.checkpoints:
        reader = Reader(options.rank).eval()
        if path.exists():
            reader.load_state_dict(torch.load(path)["average"], strict=False)
        for name, asked in made.items():
            scores, labels, right = [], [], []
            flat = read(reader, [pair for _, _, pairs, _ in asked for pair in pairs])
            at = 0
            for is_answered, answers, pairs, places in asked:
                found = flat[at : at + len(pairs)]
                at += len(pairs)
                best = int(np.argmax([answer for answer, _ in found]))
                scores.append(found[best][0])
                labels.append(is_answered)
                if is_answered and answers:
                    held = [
                        (answer + float(ends[start:end, 0].max() + ends[start:end, 1].max()), text)
                        for (answer, ends), sentences in zip(found, places, strict=True)
                        for start, end, text in sentences
                        if start < min(end, len(ends))
                    ]
                    text = max(held)[1]
                    right.append(any(answer in text for answer in answers))
            marks, told = np.array(scores), np.array(labels)
            bar = np.quantile(marks[told], 0.05)
            print(
                f"{path.stem} {name}: AUROC {roc_auc_score(told, marks):.3f}, refused at .95 "
                f"{(marks[~told] < bar).mean():.3f}, sentence {np.mean(right) if right else 0:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
