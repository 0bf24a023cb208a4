"""All question sets of ../shared/eval asked of the product at default settings, and the tables.

    python benchmarks/eval_all.py [--only SET ...] [--distractors N] [--limit N] [--tables]

Writes benchmarks/results/eval/<set>.json, the tables of docs/results.md and the short one of
README.md. `--tables` only writes the tables, from the results there are. Sets run in the order
below, those with the most to encode last. Raw dense is computed here, from the same vectors.
"""

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from readme import README, RESULTS_PAGE, markdown, write_section

from bot import wire
from bot.evaluation.files import EvaluationFiles
from bot.evaluation.judged import JudgedEvaluation
from bot.settings import Settings, read_settings
from index import Snapshot, VectorSpace, open_encoder, open_snapshot
from index.encoders.vector_cache import VectorCache
from index.evaluation import (
    Form,
    QuestionSet,
    Ranked,
    RememberingEncoder,
    find_articles,
    form_of,
    join_corpora,
    paired_interval,
    rank_measures,
    read_question_set,
    share_at_least,
    threshold_at,
)
from index.text import detect
from index.text.chunk import encoder_text
from index.text.clean import clean

ROOT: Final = Path(__file__).resolve().parent.parent
DATA: Final = ROOT.parent / "shared" / "eval"
RESULTS: Final = ROOT / "benchmarks" / "results" / "eval"
QUESTIONS: Final = RESULTS / "questions"
_DEPTH: Final = 10
_MANY: Final = 10


# Large language models on NoMIRACL's Persian sets, ten passages given: share of the answerable
# answered, share of the unanswerable refused (../shared/train/README.md).
MODELS: Final = {"GPT-4": (0.864, 0.560), "GPT-3.5": (0.956, 0.236), "Mixtral 8x7B": (0.464, 0.812)}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A set, the news added to its corpus, and the set whose questions it must refuse.

    Attributes:
        answer_rates: Shares of the answerable to be answered, at each of which it is told how many
            unanswerable questions are refused. A set that has some is one for refusals only: its
            judgements do not say which article answers.
    """

    questions: str
    mixed: tuple[str, ...] = ()
    others: str = ""
    is_split: bool = False
    answer_rates: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """Name of the result: the set and what was added."""
        return "+".join((self.questions + ("-half" if self.is_split else ""), *self.mixed))


CASES: Final = (
    Case(questions="pquad", others="parsquad-fa"),
    Case(questions="parsquad-en2fa", others="persianqa"),
    Case(questions="parsquad-fa", others="pquad"),
    Case(questions="asked"),
    Case(questions="pcoqa"),
    Case(questions="nomiracl-fa", answer_rates=(0.95, 0.864)),
    Case(questions="parsquad-en2fa", is_split=True),
    Case(questions="parsquad-fa", is_split=True),
    Case(questions="parsquad-en2fa", mixed=("news-fa",), others="persianqa"),
    Case(questions="parsquad-x2fa", mixed=("news-fa",)),
    Case(questions="persianqa", mixed=("news-fa",), others="pquad"),
    Case(questions="pquad", mixed=("news-fa",), others="parsquad-fa"),
    Case(questions="parsquad-fa", mixed=("news-fa",), others="pquad"),
    Case(questions="parsquad-en2fa", is_split=True, mixed=("news-fa",)),
    Case(questions="parsquad-endisfl2fa"),
    Case(questions="sib200-sent2fa"),
    Case(questions="parsquad-en2fa", mixed=("news-fa", "news-en")),
    Case(questions="hamshahri-fa"),
)

# Sets in README.md, in plain words.
SHORT: Final = {
    "pquad+news-fa": "Persian, written for Persian texts",
    "parsquad-fa+news-fa": "Persian, translated with their texts",
    "parsquad-en2fa+news-fa": "English, over Persian articles",
    "parsquad-x2fa+news-fa": "twelve languages, over Persian articles",
    "asked": "in six languages, as people type them",
    "pcoqa": "Persian follow-ups in dialogues",
}


def main() -> None:
    """Run the cases asked for and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", help="Names of results, e.g. pquad+news-fa.")
    parser.add_argument(
        "--distractors", type=int, default=3000, help="Articles added of each kind."
    )
    parser.add_argument("--limit", type=int, help="Questions asked of each set.")
    parser.add_argument("--tables", action="store_true", help="Only write the tables.")
    options = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    settings = read_settings()
    for case in () if options.tables else CASES:
        if not options.only or case.name in options.only:
            record = _run(case, settings, options.distractors, options.limit)
            path = RESULTS / f"{case.name}.json"
            path.write_text(f"{json.dumps(record, indent=1)}\n", encoding="utf-8")
            _write_tables()
            print(case.name, *(json.dumps(part) for part in _heads(record)), flush=True)
    _write_tables()


def _run(case: Case, settings: Settings, n_mixed: int, limit: int | None) -> dict[str, Any]:
    """Evaluate one case, and the raw dense baseline beside it where a ranking is judged."""
    files = replace(files_of(case, settings.data_dir / "benchmark", n_mixed), limit=limit)
    told: dict[str, int] = {}

    def tell(stage: str, done: int, total: int | None) -> None:
        if done == total or done >= told.get(stage, -1) + 2000:
            told[stage] = done
            print(f"  {case.name}: {stage} {done} of {total}", flush=True)

    if form_of(files.queries) is not Form.JUDGED:
        return wire.evaluate(settings, files, tell).record()
    evaluation = wire.evaluate_judged(settings, files, tell)
    raw = _raw_dense(settings, files)
    record = evaluation.record() | {"set": case.name}
    record["raw_dense"] = _means(raw, evaluation)
    record["gain"] = {
        name: _interval(evaluation.ranked, raw, sorted(raw), name) for name in ("ndcg", "hit")
    }
    record["intervals"] = _intervals(evaluation)
    record["refused_at"] = _refused_at(evaluation, case.answer_rates)
    _write_questions(case.name, {q: one.ndcg for q, one in sorted(evaluation.ranked.items())})
    foreign = [
        o.question.id for o in evaluation.outcomes if o.question.language not in ("en", "fa")
    ]
    if judged := [question for question in foreign if question in raw]:
        record["gain"]["ndcg, neither en nor fa"] = _interval(
            evaluation.ranked, raw, judged, "ndcg"
        )
    return record


def files_of(case: Case, folder: Path, n_mixed: int) -> EvaluationFiles:
    """Name the files of a case, cutting those that are only partly used."""
    source = DATA / case.questions
    mixed = tuple(_sample(DATA / f"{name}.jsonl", folder, n_mixed) for name in case.mixed)
    if case.is_split:
        files = _half(source, folder / case.questions)
        return replace(files, corpora=(*files.corpora, *mixed))
    corpus, qrels, related = (
        path if (path := source / name).exists() else None
        for name in ("corpus.jsonl", "qrels.tsv", "related.tsv")
    )
    return EvaluationFiles(
        corpora=(*([corpus] if corpus else []), *mixed),
        queries=next(
            path
            for name in ("queries", "questions", "dialogues")
            if (path := source / f"{name}.jsonl").exists()
        ),
        qrels=qrels,
        related=related,
        other_queries=DATA / case.others / "queries.jsonl" if case.others else None,
    )


def _sample(path: Path, folder: Path, n: int) -> Path:
    """Write `n` lines of a file, drawn at random with a fixed seed, in their order."""
    lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line]
    rows = sorted(random.Random(0).sample(range(len(lines)), min(n, len(lines))))  # noqa: S311 - no secret
    folder.mkdir(parents=True, exist_ok=True)
    sample = folder / f"{path.stem}-{n}.jsonl"
    sample.write_text("".join(f"{lines[row]}\n" for row in rows), encoding="utf-8")
    return sample


def _half(source: Path, folder: Path) -> EvaluationFiles:
    """Keep the texts of every other title; questions on the rest are about something else.

    Whole titles, since another paragraph under the same title may well hold an answer.
    """
    texts = list(_records(source / "corpus.jsonl"))
    titles = list(dict.fromkeys(text["title"] for text in texts))
    kept = {text["id"] for text in texts if titles.index(text["title"]) % 2 == 0}
    rows = (source / "qrels.tsv").read_text(encoding="utf-8").split("\n")
    home = {row.split("\t")[0]: row.split("\t")[1] for row in rows if row}
    questions = [one for one in _records(source / "queries.jsonl") if one["id"] in home]
    inside = [one for one in questions if home[one["id"]] in kept]
    outside = [one for one in questions if home[one["id"]] not in kept and one["answerable"]]
    folder.mkdir(parents=True, exist_ok=True)
    _write_records(folder / "corpus.jsonl", [text for text in texts if text["id"] in kept])
    _write_records(folder / "queries.jsonl", inside)
    _write_records(folder / "others.jsonl", outside)
    judged = [row for row in rows if row and home[row.split("\t")[0]] in kept]
    (folder / "qrels.tsv").write_text("\n".join(judged), encoding="utf-8")
    return EvaluationFiles(
        corpora=(folder / "corpus.jsonl",),
        queries=folder / "queries.jsonl",
        qrels=folder / "qrels.tsv",
        other_queries=folder / "others.jsonl",
    )


def _records(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            yield json.loads(line)


def _write_records(path: Path, records: Sequence[dict[str, Any]]) -> None:
    lines = (f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)
    path.write_text("".join(lines), encoding="utf-8")


def _raw_dense(settings: Settings, files: EvaluationFiles) -> dict[str, Ranked]:
    """Rank by the encoder's own cosine of question and passage, and nothing else."""
    questions = read_question_set(files.queries, files.qrels, limit=files.limit)
    corpus = join_corpora(files.corpora, settings.data_dir / "evaluation")
    asked = wire.evaluation_settings(settings, corpus)
    encoder = open_encoder(wire.encoder_config(asked))
    vectors = asked.cache_dir / "vectors"
    space = VectorSpace(encoder.identity)
    snapshot = open_snapshot(asked.index_home, space=space)
    shown = snapshot.archive.passages(range(snapshot.archive.n_passages))
    owners = np.array([str(article.id) for _, article in shown])
    with VectorCache(vectors, encoder) as cache:
        passages, _ = cache.encode([encoder_text(article, one) for one, article in shown])
    answerable = [one for one in questions.questions if one.is_answerable]
    texts = [clean(one.text.strip(), detect(one.text.strip()).tag).text for one in answerable]
    with RememberingEncoder(encoder, vectors) as remembering:
        rows = remembering.encode_queries(texts)
    matrix = passages.astype(np.float32)
    run = {one.id: _best(owners, matrix @ row) for one, row in zip(answerable, rows, strict=True)}
    return _measured(questions, run, corpus, snapshot)


def _best(owners: np.ndarray, scores: np.ndarray) -> list[str]:
    """Return the ten articles whose best passages score highest."""
    return list(dict.fromkeys(owners[np.argsort(-scores, kind="stable")].tolist()))[:_DEPTH]


def _measured(
    questions: QuestionSet, run: dict[str, list[str]], corpus: Path, snapshot: Snapshot
) -> dict[str, Ranked]:
    article_of = find_articles(corpus, snapshot, questions.record_ids)
    qrels = {
        question: {str(article_of[record]): grade for record, grade in row.items()}
        for question, row in questions.qrels.items()
        if question in run
    }
    return rank_measures(qrels, run)


def _heads(record: dict[str, Any]) -> list[Any]:
    """Return the figures of a record that are printed."""
    keys = ("overall", "gain", "answerable", "unanswerable", "all", "later")
    return [record[key] for key in keys if key in record]


def _refused_at(evaluation: JudgedEvaluation, rates: Sequence[float]) -> list[dict[str, float]]:
    """Return the shares of answerable answered and of unanswerable refused, at each rate."""
    answerable, unanswerable = (
        [o.confidence for o in evaluation.outcomes if o.question.is_answerable is wanted]
        for wanted in (True, False)
    )
    rows = []
    for rate in rates:
        threshold = threshold_at(answerable, rate)
        answered, wrongly = (share_at_least(ones, threshold) for ones in (answerable, unanswerable))
        rows.append(
            {
                "threshold": round(threshold, 4),
                "answered": round(answered, 4),
                "refused": round(1 - wrongly, 4),
            }
        )
    return rows


def _means(raw: dict[str, Ranked], evaluation: JudgedEvaluation) -> dict[str, dict[str, float]]:
    """Return raw dense's nDCG@10 and hit@1 by question language."""
    groups: dict[str, list[Ranked]] = {}
    for outcome in evaluation.outcomes:
        if outcome.question.id in raw:
            groups.setdefault(outcome.question.language, []).append(raw[outcome.question.id])
    groups["all"] = list(raw.values())
    return {
        language: {
            "ndcg@10": round(float(np.mean([one.ndcg for one in group])), 4),
            "hit@1": round(float(np.mean([one.hit for one in group])), 4),
        }
        for language, group in groups.items()
    }


def _interval(
    ours: dict[str, Ranked], raw: dict[str, Ranked], questions: Sequence[str], name: str
) -> list[float]:
    """Return the mean gain over raw dense and its 95% interval."""
    first = [getattr(ours[question], name) for question in questions]
    second = [getattr(raw[question], name) for question in questions]
    return [round(value, 4) for value in paired_interval(first, second)]


def _intervals(evaluation: JudgedEvaluation) -> dict[str, list[float]]:
    """Return mean and 95% interval of our own measures over all questions."""
    ranked = list(evaluation.ranked.values())
    values = {
        "ndcg@10": [one.ndcg for one in ranked],
        "hit@1": [one.hit for one in ranked],
        "answer_recall": [
            float(o.has_answer) for o in evaluation.outcomes if o.has_answer is not None
        ],
    }
    return {
        name: [round(part, 4) for part in paired_interval(row, [0.0] * len(row))]
        for name, row in values.items()
        if row
    }


def _write_tables() -> None:
    """Write the tables of all results there are into docs/results.md and README.md."""
    records = [
        json.loads(path.read_text(encoding="utf-8"))
        for case in CASES
        if (path := RESULTS / f"{case.name}.json").exists()
    ]
    judged = [record for record in records if "overall" in record]
    tables = (
        _ranking_table([record for record in judged if not record.get("refused_at")]),
        _refusal_table(judged),
        _mixed_note(),
        *(_models_table(record) for record in judged if record.get("refused_at")),
        *(_asked_table(record) for record in records if "by_kind" in record),
        *(_dialogue_table(record) for record in records if "by_turn" in record),
    )
    write_section("eval", "\n\n".join(filter(None, tables)), RESULTS_PAGE)
    write_section("eval", _short_table(records), README)


def _short_table(records: Sequence[dict[str, Any]]) -> str:
    """Return the README's table: some of the sets, whatever their form."""
    by_name = {record["set"]: record for record in records}
    rows = [
        [f"{asked} (`{name}`)", *_short_row(record)]
        for name, asked in SHORT.items()
        if (record := by_name.get(name))
    ]
    return markdown(
        (
            "questions",
            "number",
            "passages",
            "nDCG@10 (encoder alone)",
            "right answer among the quotes",
            "answered at all",
            "refused where there is no answer",
            "quotes verified",
        ),
        rows,
    )


def _short_row(record: dict[str, Any]) -> list[str]:
    """Return the figures of one set in the README's table."""
    passages = f"{record['n_passages']:,}"
    if "by_kind" in record:
        row, others = record["answerable"], record["unanswerable"]
        shares = (row["some_quote"] / row["n"], row["answered"] / row["n"])
        refused = others["refused"] / others["n"]
        return [f"{row['n']:,}", passages, "-", *map(_shown, (*shares, refused)), "-"]
    if "by_turn" in record:
        row = record["all"]["history"]
        figures = (row[key] for key in ("answer_recall", "answered", "refused"))
        return [f"{row['n']:,}", passages, "-", *map(_shown, figures), "-"]
    row, sure = record["overall"], record["abstention"]
    return [
        f"{row['n']:,}",
        passages,
        f"{_shown(row['ndcg@10'])} ({_shown(_raw_ndcg(record))})",
        _shown(row["answer_recall"]),
        _shown(sure["answer_rate"]),
        _shown(sure["unanswerable"]["refusal_rate"]),
        _shown(record["quotes_verified"]),
    ]


def _raw_ndcg(record: dict[str, Any]) -> float:
    figure: float = record["raw_dense"]["all"]["ndcg@10"]
    return figure


def _ranking_table(records: Sequence[dict[str, Any]]) -> str:
    rows = [
        (
            "| set | passages | questions | nDCG@10 | raw dense | gain [95%] | recall@10 | hit@1 "
            "| answer recall | verified |"
        ),
        "|---|---:|---:|---:|---:|---|---:|---:|---:|---:|",
    ]
    for record in records:
        ours, gain = record["overall"], record["gain"]["ndcg"]
        rows.append(
            f"| {record['set']} | {record['n_passages']:,} | {ours['n']:,} "
            f"| {_shown(ours['ndcg@10'])} | {_shown(_raw_ndcg(record))} "
            f"| {gain[0]:+.3f} [{gain[1]:.3f}, {gain[2]:.3f}] | {_shown(ours['recall@10'])} "
            f"| {_shown(ours['hit@1'])} | {_shown(ours['answer_recall'])} "
            f"| {_shown(record['quotes_verified'])} |"
        )
    return "\n".join(rows)


def _refusal_table(records: Sequence[dict[str, Any]]) -> str:
    rows = [
        (
            "| set | answered of answerable | refused of unanswerable (AUROC) | at 95% answered "
            "| refused of other questions (AUROC) | at 95% answered |"
        ),
        "|---|---:|---:|---:|---:|---:|",
    ]
    for record in records:
        sure = record["abstention"]
        near, far = sure["unanswerable"], sure["other"]
        rows.append(
            f"| {record['set']} | {_shown(sure['answer_rate'])} "
            f"| {_shown(near['refusal_rate'])} ({_shown(near['auroc'])}) "
            f"| {_shown(near['refusal_rate_at_95'])} "
            f"| {_shown(far['refusal_rate'])} ({_shown(far['auroc'])}) "
            f"| {_shown(far['refusal_rate_at_95'])} |"
        )
    return "\n".join(rows)


def _models_table(record: dict[str, Any]) -> str:
    """Compare refusals with those of language models that were given the right passages."""
    sure = record["abstention"]
    ours = [("default", sure["answer_rate"], sure["unanswerable"]["refusal_rate"])]
    ours += [
        (f"{row['threshold']:.2f}", row["answered"], row["refused"]) for row in record["refused_at"]
    ]
    rows = [
        (f"Pasokh over all passages, threshold {name}", _shown(answered), _shown(refused))
        for name, answered, refused in ours
    ]
    rows += [
        (f"{name}, given the ten passages judged", *map(_shown, row))
        for name, row in MODELS.items()
    ]
    return markdown(
        (f"`{record['set']}`", "answered of answerable", "refused of unanswerable"), rows
    )


def _asked_table(record: dict[str, Any]) -> str:
    """Return the counts of each kind; of "typed" also the forms asked ten times or more."""
    columns = ("n", "answered", "some_quote", "first_quote", "refused", "small_talk")
    rows = [
        (kind, *(row[column] for column in columns))
        for kind, row in record["by_kind"].items()
        if " " not in kind or row["n"] >= _MANY
    ]
    names = (column.replace("_", " ") for column in columns)
    return markdown((f"`{record['set']}`", *names), rows)


def _dialogue_table(record: dict[str, Any]) -> str:
    """Return how turns are answered in each way, all of them and those after the first."""
    rows = []
    for turns, name in (("all", "all turns"), ("later", "turns after the first")):
        for way in ("history", "gold", "titled", "alone"):
            row = record[turns][way]
            figures = (row[key] for key in ("answered", "answer_recall", "f1", "refused"))
            rows.append((f"{name}, {way}", row["n"], *map(_shown, figures)))
        for way in ("gold", "titled"):
            share = _shown(record[turns][f"share_of_{way}"])
            rows.append((f"{name}, history / {way}", "", "", share, "", ""))
    names = ("answerable", "answered", "answer recall", "F1", "refused of unanswerable")
    return markdown((f"`{record['set']}`", *names), rows)


def _write_questions(name: str, ndcg: dict[str, float]) -> None:
    """Keep each question's figure for paired comparisons; git ignores it."""
    QUESTIONS.mkdir(parents=True, exist_ok=True)
    (QUESTIONS / f"{name}.json").write_text(json.dumps(ndcg), encoding="utf-8")


def _read_questions(name: str) -> dict[str, float]:
    path = QUESTIONS / f"{name}.json"
    found: dict[str, float] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def _mixed_note() -> str:
    """Say how much English questions over Persian articles lose when English articles are added."""
    alone = _read_questions("parsquad-en2fa+news-fa")
    mixed = _read_questions("parsquad-en2fa+news-fa+news-en")
    both = sorted(set(alone) & set(mixed))
    if not both:
        return ""
    lost = paired_interval([alone[q] for q in both], [mixed[q] for q in both])
    return (
        "English articles added to the Persian archive cost English questions "
        f"{lost[0]:.3f} [{lost[1]:.3f}, {lost[2]:.3f}] of nDCG@10."
    )


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
