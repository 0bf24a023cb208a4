"""Ablation of ranking: the real pipeline with one part switched off at a time.

    python benchmarks/ablation.py [--limit N] [--only SET ...]

Each question set of `CASES` is indexed as `pasokh eval` indexes it (in the data folder, from
cached vectors) and its questions are asked once with the whole ranking and once for each variant.
Writes benchmarks/results/ablation.json and docs/ablation.md: nDCG@10, and what it loses without the
part, with the 95% interval of 10,000 paired bootstrap samples of the questions.
Does not: measure the quotes of answers, or a part that cannot be left out without another index.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from eval_all import ROOT, Case, files_of

import index.search.retrieve
from bot import wire
from bot.settings import Settings, read_settings
from index import Retriever, Snapshot, VectorSpace, open_encoder, open_snapshot
from index.evaluation import (
    QuestionSet,
    RememberingEncoder,
    evenly,
    find_articles,
    join_corpora,
    paired_interval,
    rank_measures,
    read_question_set,
)
from index.search.fuse import DEFAULT_WEIGHTS, FusionWeights
from index.text import detect

RESULT: Final = ROOT / "benchmarks" / "results" / "ablation.json"
TABLE: Final = ROOT / "docs" / "ablation.md"
_DEPTHS: Final = (10, 20, 50)

CASES: Final = (
    Case(questions="pquad"),
    Case(questions="persianqa", mixed=("news-fa",)),
    Case(questions="parsquad-en2fa", mixed=("news-fa",)),
    Case(questions="parsquad-x2fa", mixed=("news-fa",)),
    Case(questions="hamshahri-fa"),
)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A ranking with a part switched off.

    Attributes:
        weights: Of the parts of a score.
        near: Passages taken from the vectors.
        worded: Passages taken from the words.
    """

    name: str
    weights: FusionWeights = field(default=DEFAULT_WEIGHTS)
    near: int = index.search.retrieve.NEAR
    worded: int = index.search.retrieve.WORDED


def _with(name: str, **changes: float) -> Variant:
    return Variant(name=name, weights=replace(DEFAULT_WEIGHTS, **changes))


WHOLE: Final = Variant(name="all parts")
VARIANTS: Final = (
    _with("no sentence vectors", sentence=0.0),
    _with("sentence vectors only", sentence=1.0),
    _with("no words", lexical=0.0),
    _with("words of few as of many (1.5)", lexical=1.5, few_words=0.0),
    _with("no words of the best sentence", lexical_sentence=0.0),
    _with("no names", names=0.0),
    Variant(name="candidates from vectors only", worded=0),
    Variant(name="100 candidates from vectors", near=100),
)


def main() -> None:
    """Measure the cases asked for and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--limit", type=int, help="questions asked of each set; all without")
    parser.add_argument("--only", nargs="*", help="names of sets, e.g. parsquad-en2fa+news-fa")
    options = parser.parse_args()
    settings = read_settings()
    found = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    for case in CASES:
        if not options.only or case.name in options.only:
            found[case.name] = _measure(case, settings, options.limit)
            RESULT.write_text(f"{json.dumps(found, indent=1)}\n", encoding="utf-8")
            TABLE.write_text(_page(found), encoding="utf-8")
            print(case.name, json.dumps(found[case.name]), flush=True)


def _measure(case: Case, settings: Settings, limit: int | None) -> dict[str, Any]:
    """Return the figures of all variants on one case."""
    files = files_of(case, settings.data_dir / "benchmark", 3000)
    every = read_question_set(files.queries, files.qrels)
    answerable = tuple(one for one in every.questions if one.id in every.qrels)
    asked = replace(every, questions=tuple(evenly(answerable, limit)))
    corpus = join_corpora(files.corpora, settings.data_dir / "evaluation")
    own = wire.evaluation_settings(settings, corpus)
    wire.build(own)
    encoder = open_encoder(wire.encoder_config(own))
    with RememberingEncoder(encoder, own.cache_dir / "vectors") as remembering:
        snapshot = open_snapshot(own.index_home, space=VectorSpace(encoder.identity))
        article_of = find_articles(corpus, snapshot, asked.record_ids)
        qrels = {
            one.id: {str(article_of[record]): n for record, n in asked.qrels[one.id].items()}
            for one in asked.questions
        }
        ranked = {
            variant.name: _ask(asked, snapshot, remembering, variant)
            for variant in (WHOLE, *VARIANTS)
        }
    return _record({name: _ndcg(qrels, run) for name, run in ranked.items()})


def _ask(
    asked: QuestionSet, snapshot: Snapshot, encoder: RememberingEncoder, variant: Variant
) -> dict[str, list[str]]:
    """Return ten articles for each question, ranked by a variant."""
    space = VectorSpace(encoder.identity)
    with _taken(variant):
        retriever = Retriever(snapshot, encoder, space=space, weights=variant.weights)
        run = {one.id: _articles(retriever, one.text.strip()) for one in asked.questions}
    print(f"  {asked.name}: {variant.name}", flush=True)
    return run


def _ndcg(qrels: dict[str, dict[str, int]], run: dict[str, list[str]]) -> list[float]:
    measured = rank_measures(qrels, run)
    return [measured[question].ndcg for question in sorted(measured)]


def _record(values: dict[str, list[float]]) -> dict[str, Any]:
    """Return the score of the whole ranking and what it loses without each part."""
    whole = values.pop(WHOLE.name)
    return {
        "n": len(whole),
        "ndcg@10": round(sum(whole) / len(whole), 4),
        "without": {
            name: [round(value, 4) for value in paired_interval(whole, other)]
            for name, other in values.items()
        },
    }


@contextmanager
def _taken(variant: Variant) -> Iterator[None]:
    """Take as many candidates as a variant does; the numbers are the module's own."""
    before = index.search.retrieve.NEAR, index.search.retrieve.WORDED
    _set(variant.near, variant.worded)
    try:
        yield
    finally:
        _set(*before)


def _set(near: int, worded: int) -> None:
    vars(index.search.retrieve).update(NEAR=near, WORDED=worded)


def _articles(retriever: Retriever, question: str) -> list[str]:
    """Return ten articles by their best passages, as `bot.evaluation.ranked_articles` does."""
    found: list[str] = []
    for k in _DEPTHS:
        hits = retriever.retrieve(question, language=detect(question).tag, k=k).hits
        found = list(dict.fromkeys([*found, *(str(hit.article.id) for hit in hits)]))
        if len(found) >= _DEPTHS[0]:
            break
    return found[: _DEPTHS[0]]


def _page(found: dict[str, Any]) -> str:
    """Return the Markdown page: a row for each variant, a column for each set."""
    names = [case.name for case in CASES if case.name in found]
    rows = [
        _row(["ranking", *names]),
        _row(["---"] * (1 + len(names))),
        _row(["questions", *(f"{found[name]['n']:,}" for name in names)]),
        _row([WHOLE.name, *(f"{found[name]['ndcg@10']:.3f}" for name in names)]),
    ]
    rows += [
        _row([variant.name, *(_loss(found[name], variant.name) for name in names)])
        for variant in VARIANTS
    ]
    return (
        "# Ablation\n\nWritten by `python benchmarks/ablation.py`: nDCG@10 of the whole ranking, "
        "and what it loses where one part is off (more than 0: the part helps), with the 95% "
        "interval of a paired bootstrap. Sets as in [evaluation.md](evaluation.md).\n\n"
        + "\n".join(rows)
        + "\n"
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _loss(record: dict[str, Any], variant: str) -> str:
    loss, low, high = record["without"][variant]
    return f"{loss:+.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
