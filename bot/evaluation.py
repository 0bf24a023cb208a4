"""The real pipeline asked a whole set of questions, and what came of it in figures.

Every question goes through `Answerer.consider`, the same call that `answer` makes, so what is
measured is the product: its passages, its quotes, its confidence. Ranking is measured over
articles, each as high as its best passage. A question whose first ten passages come from fewer
than ten articles is searched once more, deeper, and only places after those ten are filled from
it: the product's own order is kept.
Does not: open, build or show anything.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from bot.answer.answerer import Answerer, Consideration
from bot.answer.cite import is_supported
from bot.question.question import Question, read_question
from index import Hit, Progress, Reranker, Snapshot
from index.evaluation import (
    RANKING_DEPTH,
    JudgedQuestion,
    QuestionSet,
    Ranked,
    RememberingEncoder,
    auroc,
    evenly,
    folded,
    holds_answer,
    percentiles,
    rank_measures,
    share_at_least,
    threshold_at,
)
from index.text import detect

MAX_QUOTES: Final = 3
"""Quotes in which the answer must stand."""

_DEEPER: Final = (20, 50)
_MAX_OTHERS: Final = 1000
_TIMED: Final = 100
_ANSWER_RATE: Final = 0.95
_PREPARED: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationFiles:
    """What to evaluate on.

    Attributes:
        corpora: Files or folders that together are the corpus.
        queries, qrels, related: The question set (`index.read_question_set`).
        other_queries: Questions that the corpus does not answer.
        limit: Ask so many questions, evenly spaced through the file; None for all.
    """

    corpora: tuple[Path, ...]
    queries: Path
    qrels: Path
    related: Path | None = None
    other_queries: Path | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one question brought.

    Attributes:
        articles: Ids, best first, each once, at most ten; of an unanswerable question only
            those of the product's ten passages.
        quotes: What would be quoted.
        n_verified: How many of the quotes stand verbatim in their article.
        has_answer: Whether a right answer stands in a quote; None where none is known.
        retrieval_ms: Time to search and rank, without encoding.
    """

    question: JudgedQuestion
    articles: tuple[str, ...]
    quotes: tuple[str, ...]
    n_verified: int
    has_answer: bool | None
    confidence: float
    retrieval_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All outcomes of a set, and the measures of each question's ranking by its id.

    Attributes:
        n_dropped: Unanswerable questions that repeat an answerable one: not asked.
        n_related_found: Unanswerable questions that found the text they were written for.
        n_related: Those for which that text is known.
        others: Outcomes of questions about something else, if any were asked.
        answer_ms: Times of whole answers, encoding included, of a sample of the questions.
    """

    name: str
    n_articles: int
    n_passages: int
    threshold: float
    outcomes: tuple[Outcome, ...]
    ranked: dict[str, Ranked]
    n_dropped: int
    n_related_found: int
    n_related: int
    others: tuple[Outcome, ...]
    answer_ms: tuple[float, ...]
    settings: dict[str, Any]

    def record(self) -> dict[str, Any]:
        """Return all figures as JSON values; see docs/evaluation.md."""
        asked = self.outcomes + self.others
        n_quotes = sum(len(outcome.quotes) for outcome in asked)
        return {
            "set": self.name,
            "n_questions": len(self.outcomes),
            "n_articles": self.n_articles,
            "n_passages": self.n_passages,
            "by_language": {
                language: self._row(group) for language, group in self._by_language().items()
            },
            "overall": self._row(self.outcomes),
            "quotes_verified": _share(sum(o.n_verified for o in asked), n_quotes),
            "n_quotes": n_quotes,
            "abstention": self._abstention(),
            "latency_ms": {
                "retrieval": percentiles([o.retrieval_ms for o in self.outcomes]),
                "answer": percentiles(self.answer_ms),
            },
            "settings": self.settings,
        }

    def _by_language(self) -> dict[str, list[Outcome]]:
        groups: defaultdict[str, list[Outcome]] = defaultdict(list)
        for outcome in self.outcomes:
            groups[outcome.question.language].append(outcome)
        return dict(sorted(groups.items()))

    def _row(self, outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
        ranked = [self.ranked[o.question.id] for o in outcomes if o.question.id in self.ranked]
        answered = [float(o.has_answer) for o in outcomes if o.has_answer is not None]
        return {
            "n": len(ranked),
            "ndcg@10": _mean(one.ndcg for one in ranked),
            "recall@10": _mean(one.recall for one in ranked),
            "mrr": _mean(one.mrr for one in ranked),
            "hit@1": _mean(one.hit for one in ranked),
            "answer_recall": _mean(answered),
        }

    def _abstention(self) -> dict[str, Any]:
        sure = [o.confidence for o in self.outcomes if o.question.is_answerable]
        unsure = [o.confidence for o in self.outcomes if not o.question.is_answerable]
        return {
            "threshold": self.threshold,
            "n_answerable": len(sure),
            "answer_rate": _round(share_at_least(sure, self.threshold)),
            "unanswerable": self._refusals(sure, unsure)
            | {
                "n_dropped": self.n_dropped,
                "related_found": _share(self.n_related_found, self.n_related),
            },
            "other": self._refusals(sure, [o.confidence for o in self.others]),
        }

    def _refusals(self, sure: Sequence[float], unsure: Sequence[float]) -> dict[str, Any]:
        """Return how well `unsure` is told from `sure`, and how much of it is refused."""
        at_95 = threshold_at(sure, _ANSWER_RATE) if sure else None
        return {
            "n": len(unsure),
            "auroc": _round(auroc(sure, unsure)),
            "refusal_rate": _refused(unsure, self.threshold),
            "refusal_rate_at_95": None if at_95 is None else _refused(unsure, at_95),
            "threshold_at_95": _round(at_95),
        }


def evaluate(  # noqa: PLR0913  # one argument for each thing that figures hang on
    snapshot: Snapshot,
    encoder: RememberingEncoder,
    questions: QuestionSet,
    *,
    article_of: Mapping[str, str],
    others: Sequence[JudgedQuestion],
    threshold: float | None,
    reranker: Reranker | None = None,
    settings: Mapping[str, object],
    progress: Progress,
) -> Evaluation:
    """Ask every question of a set, and some about something else.

    Args:
        snapshot: The index of the set's corpus.
        encoder: The encoder that made it, remembering questions.
        questions: The set.
        article_of: Record id to article id, for every record judged.
        others: Questions that the corpus does not answer; a thousand of them are asked.
        threshold: Least confidence to answer with; None for the calibrated default.
        reranker: Orders the best passages anew; None for none.
        settings: What else the figures hang on, recorded with them.
        progress: Told of the stages "questions" (encoded) and "ask".
    """
    kept, strange = _distinct(questions.questions, others)
    answerer = Answerer(snapshot, encoder, threshold=threshold, reranker=reranker)
    _prepare(encoder, [*kept, *strange], progress)
    outcomes: list[Outcome] = []
    for done, question in enumerate([*kept, *strange], start=1):
        outcomes.append(_outcome(answerer, question))
        progress("ask", done, len(kept) + len(strange))
    qrels = {
        question: {str(article_of[record]): grade for record, grade in row.items()}
        for question, row in questions.qrels.items()
    }
    asked = outcomes[: len(kept)]
    run = {o.question.id: o.articles for o in asked if o.question.is_answerable}
    related = [
        (o, {article_of[record] for record in questions.related[o.question.id]})
        for o in asked
        if o.question.id in questions.related
    ]
    return Evaluation(
        name=questions.name,
        n_articles=snapshot.manifest.n_articles,
        n_passages=snapshot.manifest.n_passages,
        threshold=answerer.threshold,
        outcomes=tuple(asked),
        ranked=rank_measures({q: row for q, row in qrels.items() if q in run}, run),
        n_dropped=len(questions.questions) - len(kept),
        n_related_found=sum(not wanted.isdisjoint(o.articles) for o, wanted in related),
        n_related=len(related),
        others=tuple(outcomes[len(kept) :]),
        answer_ms=_times(
            Answerer(snapshot, encoder.encoder, threshold=threshold, reranker=reranker), kept
        ),
        settings={
            "encoder": snapshot.manifest.encoder.fingerprint,
            "space": snapshot.manifest.space,
            "snapshot": snapshot.manifest.snapshot,
            "max_quotes": MAX_QUOTES,
            **settings,
        },
    )


def ranked_articles(answerer: Answerer, question: Question, seen: Consideration) -> tuple[str, ...]:
    """Return the ids of at most ten articles, best first: the product's, then those below."""
    articles = _articles(seen.found.hits)
    for k in _DEEPER if articles else ():
        if len(articles) >= RANKING_DEPTH:
            break
        deeper = answerer.retriever.retrieve(
            question.search_text, language=seen.language, k=k, vector=seen.found.vector
        )
        articles = list(dict.fromkeys([*articles, *_articles(deeper.hits)]))
    return tuple(articles[:RANKING_DEPTH])


def _articles(hits: Iterable[Hit]) -> list[str]:
    """Return the articles of hits, each once, where its best passage stands."""
    return list(dict.fromkeys(str(hit.article.id) for hit in hits))


def _distinct(
    questions: Sequence[JudgedQuestion], others: Sequence[JudgedQuestion]
) -> tuple[list[JudgedQuestion], list[JudgedQuestion]]:
    """Leave out what claims to have no answer but is worded like a question that has one."""
    answerable = {folded(one.text) for one in questions if one.is_answerable}
    kept = [one for one in questions if one.is_answerable or folded(one.text) not in answerable]
    strange = tuple(one for one in others if folded(one.text) not in answerable)
    return kept, list(evenly(strange, _MAX_OTHERS))


def _prepare(
    encoder: RememberingEncoder, questions: Sequence[JudgedQuestion], progress: Progress
) -> None:
    """Encode all questions in few large batches, which is several times faster than one by one."""
    asked = [(one.text.strip(), detect(one.text.strip()).tag) for one in questions]
    done = 0

    def count(n: int) -> None:
        nonlocal done
        done += n
        progress("questions", done, len(asked))

    for start in range(0, len(asked), _PREPARED):
        encoder.prepare(asked[start : start + _PREPARED], progress=count)


def _outcome(answerer: Answerer, question: JudgedQuestion) -> Outcome:
    """Ask one question."""
    asked = read_question(question.text)
    seen = answerer.consider(asked, k=MAX_QUOTES)
    quotes = tuple(draft.quote for draft in seen.drafts)
    is_known = question.is_answerable and bool(question.answers)
    return Outcome(
        question=question,
        articles=(
            ranked_articles(answerer, asked, seen)
            if question.is_answerable
            else tuple(_articles(seen.found.hits))
        ),
        quotes=quotes,
        n_verified=sum(
            is_supported(draft, answerer.snapshot.article(draft.article_id))
            for draft in seen.drafts
        ),
        has_answer=holds_answer(quotes, question.answers) if is_known else None,
        confidence=seen.confidence,
        retrieval_ms=seen.found.timings_ms["search"] + seen.found.timings_ms["rank"],
    )


def _times(answerer: Answerer, questions: Sequence[JudgedQuestion]) -> tuple[float, ...]:
    """Time whole answers to a sample of the questions; the answerer remembers nothing."""
    sample = evenly(tuple(questions), _TIMED)
    replies = [answerer.answer(read_question(question.text), k=MAX_QUOTES) for question in sample]
    return tuple(reply.timings_ms["total"] for reply in replies)


def _refused(scores: Sequence[float], threshold: float) -> float | None:
    answered = share_at_least(scores, threshold)
    return None if answered is None else _round(1 - answered)


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return _round(fmean(listed)) if listed else None


def _share(part: int, whole: int) -> float | None:
    """Return part / whole unrounded, so that 1 means all of them."""
    return part / whole if whole else None


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
