"""Evaluation of the real pipeline on judged questions.

Every question goes through `Answerer.consider`, the same call that `answer` makes, so what is
measured is the product: its passages, its quotes, its confidence. Ranking is measured over
articles, each as high as its best passage. A question whose first ten passages come from fewer
than ten articles is searched once more, deeper, and only ranks after those are filled from it:
the product's own order does not change.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final

from bot.answer.answerer import Answerer, Consideration
from bot.answer.cite import is_supported
from bot.evaluation.files import MAX_QUOTES
from bot.question.question import Question, read_question
from index import Hit, Progress, Reader, Reranker, Snapshot
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

_DEEPER: Final = (20, 50)
_MAX_OTHERS: Final = 1000
_TIMED: Final = 100
_ANSWER_RATE: Final = 0.95
_PREPARED: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Result of one question.

    Attributes:
        articles: Ids, best first, each once, at most ten; of an unanswerable question only
            those of the product's ten passages.
        quotes: The quotes of the answer, also of one that is refused.
        n_verified: How many of the quotes are verbatim in their article.
        has_answer: Whether a quote contains a right answer; None if none is known.
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
class JudgedEvaluation:
    """All outcomes of a set, and the ranking measures of each question by its id.

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
        outcomes = self.outcomes + self.others
        n_quotes = sum(len(o.quotes) for o in outcomes)
        answerable = [o.confidence for o in self.outcomes if o.question.is_answerable]
        unanswerable = [o.confidence for o in self.outcomes if not o.question.is_answerable]
        related_found = _share(self.n_related_found, self.n_related)
        return {
            "set": self.name,
            "n_questions": len(self.outcomes),
            "n_articles": self.n_articles,
            "n_passages": self.n_passages,
            "by_language": {
                language: self._row([o for o in self.outcomes if o.question.language == language])
                for language in sorted({o.question.language for o in self.outcomes})
            },
            "overall": self._row(self.outcomes),
            "quotes_verified": _share(sum(o.n_verified for o in outcomes), n_quotes),
            "n_quotes": n_quotes,
            "abstention": {
                "threshold": self.threshold,
                "n_answerable": len(answerable),
                "answer_rate": _round(share_at_least(answerable, self.threshold)),
                "unanswerable": self._refusals(answerable, unanswerable)
                | {"n_dropped": self.n_dropped, "related_found": related_found},
                "other": self._refusals(answerable, [o.confidence for o in self.others]),
            },
            "latency_ms": {
                "retrieval": percentiles([o.retrieval_ms for o in self.outcomes]),
                "answer": percentiles(self.answer_ms),
            },
            "settings": self.settings,
        }

    def _row(self, outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
        ranked = [self.ranked[o.question.id] for o in outcomes if o.question.id in self.ranked]
        answered = [float(o.has_answer) for o in outcomes if o.has_answer is not None]
        return {
            "n": len(ranked),
            "ndcg@10": _mean(measures.ndcg for measures in ranked),
            "recall@10": _mean(measures.recall for measures in ranked),
            "mrr": _mean(measures.mrr for measures in ranked),
            "hit@1": _mean(measures.hit for measures in ranked),
            "answer_recall": _mean(answered),
        }

    def _refusals(self, answerable: Sequence[float], others: Sequence[float]) -> dict[str, Any]:
        """Return how well confidence separates `others` from `answerable`, and refusal rates."""
        at_95 = threshold_at(answerable, _ANSWER_RATE) if answerable else None
        return {
            "n": len(others),
            "auroc": _round(auroc(answerable, others)),
            "refusal_rate": _refused(others, self.threshold),
            "refusal_rate_at_95": None if at_95 is None else _refused(others, at_95),
            "threshold_at_95": _round(at_95),
        }


def evaluate(  # noqa: PLR0913  # one argument for each thing that the figures depend on
    snapshot: Snapshot,
    encoder: RememberingEncoder,
    questions: QuestionSet,
    *,
    article_of: Mapping[str, str],
    others: Sequence[JudgedQuestion],
    threshold: float | None,
    reranker: Reranker | None = None,
    reader: Reader | None = None,
    settings: dict[str, Any],
    progress: Progress,
) -> JudgedEvaluation:
    """Ask every question of a set, and some that its corpus does not answer.

    Unanswerable questions worded like an answerable one are not asked.

    Args:
        snapshot: The index of the set's corpus.
        encoder: The encoder that made it, remembering questions.
        questions: The set.
        article_of: Record id to article id, for every record judged.
        others: Questions that the corpus does not answer; a thousand of them are asked.
        threshold: Least confidence to answer with; None for the calibrated default.
        reranker: Reorders the best passages; None for none.
        reader: Reads the best sentences together with the question; None for none.
        settings: What the figures depend on, recorded with them.
        progress: Called with the stages "questions" (encoded) and "ask".
    """
    answerable = {folded(q.text) for q in questions.questions if q.is_answerable}
    judged = [q for q in questions.questions if q.is_answerable or folded(q.text) not in answerable]
    unrelated = evenly(tuple(q for q in others if folded(q.text) not in answerable), _MAX_OTHERS)
    all_questions = [*judged, *unrelated]
    _prepare(encoder, all_questions, progress)
    answerer = Answerer(snapshot, encoder, threshold=threshold, reranker=reranker, reader=reader)
    outcomes: list[Outcome] = []
    for done, question in enumerate(all_questions, start=1):
        outcomes.append(_outcome(answerer, question))
        progress("ask", done, len(all_questions))
    judged_outcomes = outcomes[: len(judged)]
    run = {o.question.id: o.articles for o in judged_outcomes if o.question.is_answerable}
    qrels = {
        question: {str(article_of[record]): grade for record, grade in row.items()}
        for question, row in questions.qrels.items()
        if question in run
    }
    related = [
        (o, {article_of[record] for record in questions.related[o.question.id]})
        for o in judged_outcomes
        if o.question.id in questions.related
    ]
    # Whole answers are timed with the encoder itself, which remembers no question.
    timed = Answerer(
        snapshot, encoder.encoder, threshold=threshold, reranker=reranker, reader=reader
    )
    sample = evenly(tuple(judged), _TIMED)
    answers = [timed.answer(read_question(q.text), k=MAX_QUOTES) for q in sample]
    return JudgedEvaluation(
        name=questions.name,
        n_articles=snapshot.manifest.n_articles,
        n_passages=snapshot.manifest.n_passages,
        threshold=answerer.threshold,
        outcomes=tuple(judged_outcomes),
        ranked=rank_measures(qrels, run),
        n_dropped=len(questions.questions) - len(judged),
        n_related_found=sum(not articles.isdisjoint(o.articles) for o, articles in related),
        n_related=len(related),
        others=tuple(outcomes[len(judged) :]),
        answer_ms=tuple(answer.timings_ms["total"] for answer in answers),
        settings=settings,
    )


def ranked_articles(
    answerer: Answerer, question: Question, consideration: Consideration
) -> tuple[str, ...]:
    """Return the ids of at most ten articles, best first: the product's, then deeper ones."""
    articles = _articles(consideration.found.hits)
    for k in _DEEPER if articles else ():
        if len(articles) >= RANKING_DEPTH:
            break
        deeper = answerer.retriever.retrieve(
            question.search_text,
            language=consideration.language,
            k=k,
            vector=consideration.found.vector,
        )
        articles = list(dict.fromkeys([*articles, *_articles(deeper.hits)]))
    return tuple(articles[:RANKING_DEPTH])


def _articles(hits: Iterable[Hit]) -> list[str]:
    """Return the articles of hits, each once, in the order of their best passages."""
    return list(dict.fromkeys(str(hit.article.id) for hit in hits))


def _prepare(
    encoder: RememberingEncoder, questions: Sequence[JudgedQuestion], progress: Progress
) -> None:
    """Encode all questions in large batches, which is several times faster than one by one."""
    read = [read_question(q.text) for q in questions]
    texts = [(question.search_text, question.language) for question in read]
    done = 0

    def count(n: int) -> None:
        nonlocal done
        done += n
        progress("questions", done, len(texts))

    for start in range(0, len(texts), _PREPARED):
        encoder.prepare(texts[start : start + _PREPARED], progress=count)


def _outcome(answerer: Answerer, question: JudgedQuestion) -> Outcome:
    """Ask one question."""
    asked = read_question(question.text)
    consideration = answerer.consider(asked, k=MAX_QUOTES)
    quotes = tuple(draft.quote for draft in consideration.drafts)
    is_known = question.is_answerable and bool(question.answers)
    return Outcome(
        question=question,
        articles=(
            ranked_articles(answerer, asked, consideration)
            if question.is_answerable
            else tuple(_articles(consideration.found.hits))
        ),
        quotes=quotes,
        n_verified=sum(
            is_supported(draft, answerer.snapshot.article(draft.article_id))
            for draft in consideration.drafts
        ),
        has_answer=holds_answer(quotes, question.answers) if is_known else None,
        confidence=consideration.confidence,
        retrieval_ms=consideration.found.timings_ms["search"]
        + consideration.found.timings_ms["rank"],
    )


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
