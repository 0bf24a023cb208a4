"""Answers from an archive that holds one report in several outlets."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.answer.answerer import Answerer
from bot.question.question import read_question
from bot.records.write import record_of
from bot.types import Answer
from index import Article, IndexConfig, VectorSpace, build_index, open_snapshot
from index.encoders import Encoder

QUESTION = "What did Kirby say about Iranian pilots and Sukhoi jets?"
RESPELT = str.maketrans("یک", "يك", "\u200c")


@pytest.fixture(scope="module")
def answerer(
    article: Article, encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Answerer]:
    """Open an archive of the seed's report in four outlets, the earliest in Arabic letters."""
    work = tmp_path_factory.mktemp("copies")
    body = "\n".join(part.cut(article.text) for part in article.body)
    outlets = (
        ("fars-1", "Fars", "2023-06-10", body),
        ("isna-1", "ISNA", "2023-06-09", body.translate(RESPELT)),
        ("irna-1", "IRNA", "", body.replace("کاخ سفید", "خانه سفید")),
        ("tasnim-1", "Tasnim", "2023-06-08", body[len(body) // 2 :].replace("سوخو", "جنگنده")),
    )
    records = [
        {"id": name, "title": f"Of {source}", "source": source, "date": date, "text": text}
        for name, source, date, text in outlets
    ]
    lines = "".join(f"{json.dumps(one)}\n" for one in records)
    corpus = work / "news.jsonl"
    corpus.write_text(lines, encoding="utf-8")
    vectors = cache_dir / "vectors"
    build_index((corpus,), work / "home", encoder=encoder, config=IndexConfig(), cache_dir=vectors)
    with closing(open_snapshot(work / "home", space=VectorSpace(encoder.identity))) as snapshot:
        yield Answerer(snapshot, encoder)


@pytest.fixture(scope="module")
def answer(answerer: Answerer) -> Answer:
    """Return the answer to a question about the report."""
    reply = answerer.answer(read_question(QUESTION))
    assert isinstance(reply, Answer)
    return reply


def test_the_earliest_that_has_the_sentence_is_cited(answerer: Answerer, answer: Answer) -> None:
    """The words are those of the earliest article that says them so, in its own letters."""
    for citation in answer.citations:
        article = answerer.snapshot.article(citation.article_id)
        assert article is not None
        assert citation.span.cut(article.text) == citation.quote
    kirby = next(one for one in answer.citations if "سوخو" in one.quote)
    assert kirby.article_id == "isna-1"
    assert "ك" in kirby.quote


def test_the_other_outlets_are_named_in_order(answer: Answer) -> None:
    """Every citation names the three other articles, earliest first, the undated one last."""
    in_order = ["tasnim-1", "isna-1", "fars-1", "irna-1"]
    for citation in answer.citations:
        others = [one.article_id for one in citation.also_in]
        assert others == [name for name in in_order if name != citation.article_id]


def test_copies_do_not_fill_the_answer(answerer: Answerer, answer: Answer) -> None:
    """No two quotes say the same, and all passages found are of one of the copies."""
    quotes = {one.quote.translate(RESPELT) for one in answer.citations}
    assert len(quotes) == len(answer.citations) > 1
    found = answerer.consider(read_question(QUESTION)).found
    assert len({hit.article.id for hit in found.hits}) == 1


def test_json_has_them_too(answer: Answer) -> None:
    """The JSON of an answer lists the same articles as the answer."""
    for record, citation in zip(record_of(answer)["citations"], answer.citations, strict=True):
        assert [one["source"] for one in record["also_in"]] == [
            one.source for one in citation.also_in
        ]
