"""Follow-up questions: retrieval with and without the context of the first question.

Pairs are built by program: two questions on the same text, or on two texts with one title. In the
second question the longest run of words shared with the first is replaced by a pronoun ("it",
«آن») or, in every other pair, left out behind "And" or «و». The controls are the same second
questions unchanged, after a question on another text, once as they are and once behind "And":
resolving should not change the former and not harm the latter.

    python benchmarks/followups.py [--pairs N] [--only SET ...]

Writes `benchmarks/results/followups.json`.
Does not: measure answers, or follow-ups as people type them (`pcoqa` in eval_all.py). The words a
question shares with the one before often carry less meaning than the words left, more so on two
texts.
"""

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bot import wire
from bot.answer.answerer import Answerer
from bot.evaluation.files import EvaluationFiles
from bot.question.followup import resolve_by_rule
from bot.question.question import read_question
from bot.settings import read_settings
from index import VectorSpace, open_encoder, open_snapshot
from index.evaluation import (
    JudgedQuestion,
    QuestionSet,
    Ranked,
    RememberingEncoder,
    find_articles,
    paired_interval,
    rank_measures,
    read_question_set,
)
from index.text import token_set

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "eval"
RESULT = ROOT / "benchmarks" / "results" / "followups.json"
SETS = ("pquad", "parsquad-en2fa")
PRONOUNS = {"fa": ("آن", "و"), "en": ("it", "And")}
_WORD = re.compile(r"[^\W_](?:[\u200c'’-]?[^\W_])*")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A first question, a second with and without its context words, and an unrelated first."""

    first: str
    leaning: str
    whole: JudgedQuestion
    stranger: str


def on_one_text(
    questions: QuestionSet, asked: Sequence[JudgedQuestion]
) -> Iterator[tuple[JudgedQuestion, JudgedQuestion]]:
    """Yield neighbouring questions on the same text."""
    for first, second in pairwise(asked):
        if questions.qrels[first.id].keys() == questions.qrels[second.id].keys():
            yield first, second


def on_one_title(
    questions: QuestionSet, asked: Sequence[JudgedQuestion], titles: Mapping[str, str]
) -> Iterator[tuple[JudgedQuestion, JudgedQuestion]]:
    """Yield for each question the first after it, in a circle, on another text with its title."""
    by_title: defaultdict[str, list[tuple[str, JudgedQuestion]]] = defaultdict(list)
    for one in asked:
        text = min(questions.qrels[one.id])
        by_title[titles[text]].append((text, one))
    for group in by_title.values():
        for at, (text, second) in enumerate(group):
            around = (*group[at + 1 :], *group[:at])
            others = (one for other, one in around if other != text)
            fit = (one for one in others if shared_run(one.text, second.text))
            yield from ((first, second) for first in islice(fit, 1))


def pairs(
    asked: Sequence[JudgedQuestion],
    found_pairs: Iterator[tuple[JudgedQuestion, JudgedQuestion]],
    n: int,
) -> list[Pair]:
    """Return about `n` pairs, evenly spread."""
    found = [
        (first.text, cut, second, asked[(at + len(asked) // 2) % len(asked)].text)
        for at, (first, second) in enumerate(found_pairs)
        if (cut := shared_run(first.text, second.text))
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
    """Return the longest run of words of `second` whose tokens are all in `first`."""
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
    """Return a question without the words it shares with the one before."""
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
    asked = [one for one in questions.questions if questions.qrels.get(one.id)]
    one_text = pairs(asked, on_one_text(questions, asked), n)
    one_title = pairs(asked, on_one_title(questions, asked, titles_of(files.corpora[0])), n)
    with asking(files, questions) as ask:
        return {
            "one text": compare(ask, one_text, leaning_ways(one_text)),
            "two texts of one title": compare(ask, one_title, leaning_ways(one_title)),
            "control": compare(ask, one_text, control_ways(one_text)),
            "leaning told": share(
                resolve_by_rule(one.leaning, [one.first]).was_resolved for one in one_text
            ),
            "whole left alone": share(
                not resolve_by_rule(one.whole.text, [one.stranger]).was_resolved for one in one_text
            ),
        }


def titles_of(corpus: Path) -> dict[str, str]:
    """Return the title of each text."""
    with corpus.open(encoding="utf-8") as lines:
        return {row["id"]: row["title"] for row in map(json.loads, lines)}


Asked = tuple[str, str]
"""A question as it is put to the archive, and as it is put beside; the same for one way only."""


def leaning_ways(chosen: Sequence[Pair]) -> dict[str, list[Asked]]:
    """Return the second questions unchanged, shortened, and resolved in several ways."""
    leaning = [one.leaning for one in chosen]
    resolved = [resolve_by_rule(one.leaning, [one.first]).text for one in chosen]
    whole = [f"{one.first} {one.leaning}" for one in chosen]
    return {
        "whole": [(one.whole.text, one.whole.text) for one in chosen],
        "leaning": list(zip(leaning, leaning, strict=True)),
        "resolved, words added only": list(zip(resolved, resolved, strict=True)),
        "resolved, asked both ways": list(zip(resolved, leaning, strict=True)),
        "all of the first added": list(zip(whole, whole, strict=True)),
    }


def control_ways(chosen: Sequence[Pair]) -> dict[str, list[Asked]]:
    """Return second questions that are complete, as they are and behind "And"."""
    whole = [one.whole.text for one in chosen]
    led = [
        f"{PRONOUNS[one.whole.language][1]} {one.whole.text[:1].lower()}{one.whole.text[1:]}"
        for one in chosen
    ]
    resolved, led_resolved = (
        [
            resolve_by_rule(text, [one.stranger]).text
            for text, one in zip(texts, chosen, strict=True)
        ]
        for texts in (whole, led)
    )
    return {
        "alone": list(zip(whole, whole, strict=True)),
        "resolved, asked both ways": list(zip(resolved, whole, strict=True)),
        "behind And": list(zip(led, led, strict=True)),
        "behind And, words added only": list(zip(led_resolved, led_resolved, strict=True)),
        "behind And, asked both ways": list(zip(led_resolved, led, strict=True)),
    }


Ask = Callable[[Sequence[Pair], list[Asked]], dict[str, Ranked]]


def compare(ask: Ask, chosen: Sequence[Pair], ways: Mapping[str, list[Asked]]) -> dict[str, Any]:
    """Ask in each way and return the articles found."""
    ranked = {way: ask(chosen, texts) for way, texts in ways.items()}
    base = "leaning" if "leaning" in ranked else "alone"
    before, after = (
        [ranked[way][str(at)].ndcg for at in range(len(chosen))]
        for way in (base, "resolved, asked both ways")
    )
    gain = paired_interval(after, before)
    return {
        "n_pairs": len(chosen),
        "ndcg@10": {way: mean(row.ndcg for row in rows.values()) for way, rows in ranked.items()},
        "hit@1": {way: mean(row.hit for row in rows.values()) for way, rows in ranked.items()},
        "gain of resolving, 95%": [round(value, 4) for value in gain],
    }


@contextmanager
def asking(files: EvaluationFiles, questions: QuestionSet) -> Iterator[Ask]:
    """Yield the requests for the second questions of pairs, worded in one way."""
    settings = wire.evaluation_settings(read_settings(), files.corpora[0])
    wire.build(settings)
    encoder = open_encoder(wire.encoder_config(settings))
    space = VectorSpace(encoder.identity)
    snapshot = open_snapshot(settings.index_home, space=space)
    article_of = find_articles(files.corpora[0], snapshot, questions.record_ids)
    with RememberingEncoder(encoder, settings.cache_dir / "vectors") as remembering:
        answerer = Answerer(snapshot, remembering)

        def ask(chosen: Sequence[Pair], texts: list[Asked]) -> dict[str, Ranked]:
            qrels = {
                str(at): {
                    str(article_of[record]): grade
                    for record, grade in questions.qrels[one.whole.id].items()
                }
                for at, one in enumerate(chosen)
            }
            run = {str(at): found(answerer, *asked) for at, asked in enumerate(texts)}
            return rank_measures(qrels, run)

        yield ask
    snapshot.close()


def found(answerer: Answerer, question: str, alone: str) -> list[str]:
    """Return the articles found, best first."""
    hits = answerer.consider(read_question(question, typed=alone)).found.hits
    return list(dict.fromkeys(str(hit.article.id) for hit in hits))


def mean(values: Iterator[float]) -> float:
    """Return a rounded mean."""
    return round(float(np.mean(list(values))), 4)


def share(told: Iterator[bool]) -> float:
    """Return the share of what is true."""
    return mean(map(float, told))


if __name__ == "__main__":
    main()
