"""Second questions that lean on a first: what retrieval finds with and without resolving them.

Pairs are built by program: two questions on the same text, the longest run of words that the
second shares with the first replaced by a pronoun ("it", «آن») or, in every other pair, left out
behind "And" or «و». The control is the same second questions untouched, after a question on
another text: resolving should leave them alone.

    python benchmarks/followups.py [--pairs N] [--only SET ...]

Writes `benchmarks/results/followups.json`.
Does not: measure answers, or follow-ups as people type them; no set at hand has those.
"""

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bot import wire
from bot.evaluation import EvaluationFiles
from bot.followup import resolve
from bot.settings import read_settings
from index import (
    JudgedQuestion,
    QuestionSet,
    Ranked,
    RememberingEncoder,
    Retriever,
    VectorSpace,
    detect,
    find_articles,
    open_encoder,
    open_snapshot,
    paired_interval,
    rank_measures,
    read_question_set,
    token_set,
)

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "eval"
RESULT = ROOT / "benchmarks" / "results" / "followups.json"
SETS = ("pquad", "parsquad-en2fa")
PRONOUNS = {"fa": ("آن", "و"), "en": ("it", "And")}
_WORD = re.compile(r"[^\W_](?:[\u200c'’-]?[^\W_])*")
_TOP = 10


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A first question, a second on the same text as it leans and as it stood, and a stranger."""

    first: str
    leaning: str
    whole: JudgedQuestion
    stranger: str


def pairs(questions: QuestionSet, n: int) -> list[Pair]:
    """Return about `n` pairs, evenly spread."""
    asked = [one for one in questions.questions if questions.qrels.get(one.id)]
    found = [
        (first.text, cut, second, asked[(at + len(asked) // 2) % len(asked)].text)
        for at, (first, second) in enumerate(pairwise(asked))
        if questions.qrels[first.id].keys() == questions.qrels[second.id].keys()
        and (cut := shared_run(first.text, second.text))
    ]
    chosen = [found[row * len(found) // n] for row in range(n)] if n < len(found) else found
    return [
        Pair(
            first=first,
            leaning=lean(second.text, cut, second.language, with_pronoun=at % 2 == 0),
            whole=second,
            stranger=stranger,
        )
        for at, (first, cut, second, stranger) in enumerate(chosen)
    ]


def shared_run(first: str, second: str) -> tuple[int, int] | None:
    """Return where the longest run of words of `second` stands whose tokens are all in `first`."""
    held = token_set(first)
    runs: list[tuple[int, int]] = []
    start: int | None = None
    end = 0
    for match in _WORD.finditer(second):
        told = token_set(match[0])
        if told and told <= held:
            start, end = match.start() if start is None else start, match.end()
        elif told:
            runs += [(start, end)] if start is not None else []
            start = None
    runs += [(start, end)] if start is not None else []
    return max(runs, key=lambda run: run[1] - run[0], default=None)


def lean(question: str, cut: tuple[int, int], language: str, *, with_pronoun: bool) -> str:
    """Return a question without what it shares with the one before."""
    pronoun, link = PRONOUNS[language]
    head, tail = question[: cut[0]], question[cut[1] :]
    if with_pronoun:
        return f"{head}{pronoun}{tail}"
    return f"{link} {' '.join(f'{head[:1].lower()}{head[1:]}{tail}'.split())}"


def main() -> None:
    """Build, ask, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=300, help="Pairs of each set.")
    parser.add_argument("--only", nargs="*", default=SETS, help="Names of sets.")
    options = parser.parse_args()
    results = {name: measure(name, options.pairs) for name in options.only}
    RESULT.write_text(f"{json.dumps(results, indent=1)}\n", encoding="utf-8")
    print(json.dumps(results, indent=1))


def measure(name: str, n: int) -> dict[str, Any]:
    """Ask the pairs of one set in each way."""
    files = EvaluationFiles(
        corpora=(DATA / name / "corpus.jsonl",),
        queries=DATA / name / "queries.jsonl",
        qrels=DATA / name / "qrels.tsv",
        related=None,
        other_queries=None,
    )
    questions = read_question_set(files.queries, files.qrels)
    chosen = pairs(questions, n)
    ways = {
        "whole": [one.whole.text for one in chosen],
        "leaning": [one.leaning for one in chosen],
        "resolved": [resolve(one.leaning, [one.first]).text for one in chosen],
        "all of the first added": [f"{one.first} {one.leaning}" for one in chosen],
        "control": [resolve(one.whole.text, [one.stranger]).text for one in chosen],
    }
    ranked = dict(zip(ways, ask(files, questions, chosen, list(ways.values())), strict=True))
    ids = sorted(ranked["whole"])
    gain = paired_interval(
        [ranked["resolved"][one].ndcg for one in ids], [ranked["leaning"][one].ndcg for one in ids]
    )
    return {
        "n_pairs": len(chosen),
        "leaning told": share(resolve(one.leaning, [one.first]).was_resolved for one in chosen),
        "whole left alone": share(
            not resolve(one.whole.text, [one.stranger]).was_resolved for one in chosen
        ),
        "ndcg@10": {way: mean(row.ndcg for row in rows.values()) for way, rows in ranked.items()},
        "hit@1": {way: mean(row.hit for row in rows.values()) for way, rows in ranked.items()},
        "gain of resolving, 95%": [round(value, 4) for value in gain],
    }


def ask(
    files: EvaluationFiles, questions: QuestionSet, chosen: Sequence[Pair], ways: list[list[str]]
) -> Iterator[dict[str, Ranked]]:
    """Yield what is found for the second questions, worded in each way."""
    settings = wire.evaluation_settings(read_settings(), files.corpora[0])
    wire.build(settings)
    encoder = open_encoder(wire.encoder_config(settings))
    space = VectorSpace(encoder.identity)
    snapshot = open_snapshot(settings.index_home, space=space)
    article_of = find_articles(files.corpora[0], snapshot, questions.record_ids)
    qrels = {
        one.whole.id: {
            str(article_of[record]): grade
            for record, grade in questions.qrels[one.whole.id].items()
        }
        for one in chosen
    }
    with RememberingEncoder(encoder, settings.cache_dir / "vectors") as remembering:
        retriever = Retriever(snapshot, remembering, space=space)
        for texts in ways:
            run = {
                one.whole.id: found(retriever, text)
                for one, text in zip(chosen, texts, strict=True)
            }
            yield rank_measures(qrels, run)


def found(retriever: Retriever, question: str) -> list[str]:
    """Return the articles found, best first."""
    hits = retriever.retrieve(question, language=detect(question).tag, k=_TOP).hits
    return list(dict.fromkeys(str(hit.article.id) for hit in hits))


def mean(values: Iterator[float]) -> float:
    """Return a rounded mean."""
    return round(float(np.mean(list(values))), 4)


def share(told: Iterator[bool]) -> float:
    """Return the share of what is true."""
    return mean(map(float, told))


if __name__ == "__main__":
    main()
