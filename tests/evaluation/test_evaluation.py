"""Tests that what is measured is the product."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answer.answerer import Answerer
from bot.evaluation.files import MAX_QUOTES
from bot.evaluation.judged import JudgedEvaluation, evaluate, ranked_articles
from bot.question.question import read_question
from bot.types import Answer
from index import Encoder, IndexConfig, Snapshot, VectorSpace, build_index, open_snapshot
from index.evaluation import RememberingEncoder, find_articles, read_question_set

_MORE = "\n".join(
    f'{{"id": "m{n}", "text": "The jets of squadron {n} flew to base {n}. Pilots train there."}}'
    for n in range(30)
)


@pytest.fixture
def snapshot(folder: Path, encoder: Encoder, cache_dir: Path) -> Iterator[Snapshot]:
    """Index the set's paragraphs and thirty short articles more."""
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write(_MORE)
    build_index(
        [folder / "corpus.jsonl"],
        folder / "home",
        encoder=encoder,
        config=IndexConfig(),
        cache_dir=cache_dir / "vectors",
    )
    opened = open_snapshot(folder / "home", space=VectorSpace(encoder.identity))
    yield opened
    opened.close()


def _evaluate(
    folder: Path, snapshot: Snapshot, encoder: Encoder, threshold: float
) -> JudgedEvaluation:
    """Ask the set's questions."""
    questions = read_question_set(folder / "queries.jsonl", folder / "qrels.tsv")
    with RememberingEncoder(encoder, folder / "vectors") as remembering:
        return evaluate(
            snapshot,
            remembering,
            questions,
            article_of=find_articles(folder / "corpus.jsonl", snapshot, questions.record_ids),
            others=(),
            threshold=threshold,
            settings={},
            progress=lambda _stage, _done, _total: None,
        )


def test_outcomes_are_what_the_product_answers(
    folder: Path, snapshot: Snapshot, encoder: Encoder
) -> None:
    """Quotes and confidence of an outcome are those of the answer to the same question."""
    answerer = Answerer(snapshot, encoder, threshold=0.0)
    found = _evaluate(folder, snapshot, encoder, 0.0)

    assert len(found.outcomes) == 3
    for outcome in found.outcomes:
        reply = answerer.answer(read_question(outcome.question.text), k=MAX_QUOTES)
        assert isinstance(reply, Answer)
        assert outcome.quotes == tuple(citation.quote for citation in reply.citations)
        assert outcome.n_verified == len(reply.citations)
        assert outcome.confidence == pytest.approx(reply.confidence, abs=1e-3)


def test_refused_questions_are_measured_too(
    folder: Path, snapshot: Snapshot, encoder: Encoder
) -> None:
    """A threshold that refuses everything changes no ranking and no quote."""
    lax, strict = (_evaluate(folder, snapshot, encoder, limit) for limit in (0.0, 1.0))

    assert strict.record()["abstention"]["answer_rate"] == 0
    assert strict.ranked == lax.ranked
    assert [o.quotes for o in strict.outcomes] == [o.quotes for o in lax.outcomes]


def test_a_deeper_search_keeps_the_order_of_the_first(snapshot: Snapshot, encoder: Encoder) -> None:
    """Ten different articles are ranked, and the product's own come first in its order."""
    answerer = Answerer(snapshot, encoder)
    question = "Which jets flew to base 7?"
    seen = answerer.consider(read_question(question))
    ranked = ranked_articles(answerer, read_question(question), seen)

    assert len(ranked) == len(set(ranked)) == 10
    own = list(dict.fromkeys(hit.article.id for hit in seen.found.hits))
    assert list(ranked[: len(own)]) == own
