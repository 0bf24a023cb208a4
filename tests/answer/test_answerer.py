"""The answerer: verified quotes or a reason, never anything between."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answer.answerer import Answerer
from bot.answer.confidence import SURE
from bot.llm.writer import MOST_EVIDENCE
from bot.question.question import MAX_QUESTION_CHARS, read_question
from bot.types import Answer, NoAnswer, Reason
from index import (
    Article,
    ArticleId,
    BuildReport,
    IndexConfig,
    Snapshot,
    VectorSpace,
    build_index,
    open_snapshot,
    read_manifest,
)
from index.encoders import Encoder
from index.snapshot.manifest import file_records, write_manifest

Build = Callable[[Path, Path], BuildReport]

QUESTION = "what did Kirby say about Sukhoi jets?"
OFF_TOPIC = "Who won the 2022 World Cup?"


@pytest.fixture(scope="session")
def answerer(snapshot: Snapshot, encoder: Encoder) -> Answerer:
    """Answer from the seed as people are answered."""
    return Answerer(snapshot, encoder)


def _without_times(reply: Answer | NoAnswer) -> Answer | NoAnswer:
    """Return a reply without what differs from run to run."""
    return replace(reply, timings_ms={})


def test_answer_says_what_it_was_made_from(
    answerer: Answerer, snapshot: Snapshot, encoder: Encoder
) -> None:
    """Answers and refusals of every kind bear the snapshot's name and the encoder's fingerprint."""
    for question in (QUESTION, OFF_TOPIC, "?!"):
        reply = answerer.answer(read_question(question))

        assert question == reply.question
        assert snapshot.manifest.snapshot == reply.fingerprint.snapshot
        assert encoder.identity.fingerprint == reply.fingerprint.encoder
        assert reply.timings_ms["total"] >= 0


def test_further_quotes_may_be_few_after_one(answerer: Answerer) -> None:
    """After an answer of one quote as many more may be asked for as a language model takes."""
    asked = read_question(QUESTION)
    answer = answerer.answer(asked, k=1)
    assert isinstance(answer, Answer)

    further = answerer.further(asked, beyond=answer.citations, k=MOST_EVIDENCE - 1)
    assert 0 < len(further) < MOST_EVIDENCE
    assert further[0].number == len(answer.citations) + 1


def test_answer_times_every_stage(answerer: Answerer) -> None:
    """An answer says how long each stage took, and the whole took at least as long."""
    timings = dict(answerer.answer(read_question(QUESTION)).timings_ms)
    total = timings.pop("total")

    assert {"encode", "search", "rank"} == set(timings)
    assert 0 < sum(timings.values()) <= total


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_answer_has_at_most_k_quotes(k: int, answerer: Answerer, article: Article) -> None:
    """Quotes are at most `k`, numbered from 1, verbatim; fewer asked are the first of more."""
    reply = answerer.answer(read_question(QUESTION), k=k)
    more = answerer.answer(read_question(QUESTION), k=4)

    assert isinstance(reply, Answer)
    assert isinstance(more, Answer)
    assert more.citations[:k] == reply.citations
    assert list(range(1, len(reply.citations) + 1)) == [one.number for one in reply.citations]
    assert all(one.span.cut(article.text) == one.quote for one in reply.citations)


@pytest.mark.parametrize("question", [QUESTION, OFF_TOPIC], ids=["on topic", "off topic"])
def test_answer_with_a_threshold_of_zero_always_answers(
    question: str, snapshot: Snapshot, encoder: Encoder
) -> None:
    """A threshold of 0 refuses nothing that finds a passage."""
    assert isinstance(
        Answerer(snapshot, encoder, threshold=0).answer(read_question(question)), Answer
    )


def test_answer_with_a_threshold_of_one_never_answers(snapshot: Snapshot, encoder: Encoder) -> None:
    """A threshold of 1 refuses everything, with the confidence it had and the nearest headline."""
    sure = Answerer(snapshot, encoder).answer(read_question(QUESTION))
    reply = Answerer(snapshot, encoder, threshold=1).answer(read_question(QUESTION))

    assert isinstance(reply, NoAnswer)
    assert Reason.NOT_IN_ARCHIVE is reply.reason
    assert sure.confidence == reply.confidence < 1
    assert 1 == len(reply.nearest)


def test_answer_exactly_at_the_threshold(snapshot: Snapshot, encoder: Encoder) -> None:
    """A confidence equal to the threshold answers; the next number above it refuses."""
    sure = Answerer(snapshot, encoder).answer(read_question(QUESTION)).confidence
    at = Answerer(snapshot, encoder, threshold=sure).answer(read_question(QUESTION))
    above = Answerer(snapshot, encoder, threshold=sure + 1e-9).answer(read_question(QUESTION))

    assert (Answer, NoAnswer) == (type(at), type(above))


def test_refusal_shows_the_nearest_headline(answerer: Answerer, article: Article) -> None:
    """A refusal names the nearest article once, by the article's own head."""
    reply = answerer.answer(read_question(OFF_TOPIC))

    assert isinstance(reply, NoAnswer)
    (nearest,) = reply.nearest
    assert (article.id, article.headline, article.url, article.source, article.published) == (
        nearest.article_id,
        nearest.headline,
        nearest.url,
        nearest.source,
        nearest.published,
    )


@pytest.mark.parametrize(
    "question",
    ["", "   ", "؟", "?!...", "2+2=?", "\x00", "\u202e\u202d\ufeff", "—«»", "\n\r\t"],
    ids=ascii,
)
def test_answer_of_no_question(question: str, answerer: Answerer) -> None:
    """What holds no letter and no long number asks nothing."""
    reply = answerer.answer(read_question(question))

    assert isinstance(reply, NoAnswer)
    assert Reason.EMPTY_QUESTION is reply.reason
    assert (0.0, ()) == (reply.confidence, reply.nearest)


@settings(max_examples=40)
@given(
    question=st.text(max_size=60)
    | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Co", "Mn"]), max_size=40)
    | st.lists(st.sampled_from(['"', "AND", "OR", "NOT", "(", ")", "*", "کربی", "a:b", "^", "~2",
                                "[a TO z]", "'; DROP TABLE article; --", "\\", "\0"])
               ).map(" ".join),
    k=st.integers(1, 4),
)  # fmt: skip
def test_answer_never_fails(question: str, k: int, answerer: Answerer, article: Article) -> None:
    """Any text at all is answered with verified quotes or refused with a reason."""
    reply = answerer.answer(read_question(question), k=k)

    if isinstance(reply, Answer):
        assert 1 <= len(reply.citations) <= k
        assert all(one.span.cut(article.text) == one.quote for one in reply.citations)
    else:
        assert reply.reason in Reason


def test_answer_reads_the_first_part_of_a_long_question(answerer: Answerer) -> None:
    """What lies beyond the limit of a question changes nothing."""
    start = f"{QUESTION} ".ljust(MAX_QUESTION_CHARS, ".")
    one, other = (
        answerer.answer(read_question(start)),
        answerer.answer(read_question(start + "World Cup " * 9000)),
    )

    assert isinstance(one, Answer)
    assert one.citations == replace(other, question="").citations  # type: ignore[union-attr]


def test_answer_from_many_threads(answerer: Answerer) -> None:
    """One answerer serves threads at once, each getting the answer it would have had alone."""
    questions = [QUESTION, OFF_TOPIC, "کربی درباره جت‌های سوخو چه گفت؟", "نظر شما"]
    alone = [_without_times(answerer.answer(read_question(question))) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = [
            _without_times(one)
            for one in pool.map(answerer.answer, map(read_question, questions * 8))
        ]

    assert alone * 8 == together


@dataclass(frozen=True)
class _Archive:
    """Stands between the answerer and its snapshot: articles as they are now on disk."""

    snapshot: Snapshot
    changed: dict[str, Any]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the snapshot has
        return getattr(self.snapshot, name)

    def article(self, article_id: ArticleId) -> Article | None:
        """Return the article as it is now."""
        found = self.snapshot.article(article_id)
        return replace(found, **self.changed) if found and self.changed else None


@pytest.mark.parametrize(
    "changed",
    [{}, {"text": "Other words."}, {"body": ()}, {"headline": "Another"}, {"url": "https://x"}],
    ids=["gone", "text", "body", "headline", "url"],
)
def test_answer_when_the_article_does_not_bear_it_out(
    changed: dict[str, Any], snapshot: Snapshot, encoder: Encoder
) -> None:
    """Where no quote holds against the article as it stands, there is no answer at all."""
    reply = Answerer(_Archive(snapshot, changed), encoder).answer(read_question(QUESTION))  # type: ignore[arg-type]

    assert isinstance(reply, NoAnswer)
    assert Reason.UNVERIFIED is reply.reason
    assert not hasattr(reply, "citations")


@pytest.fixture
def moved(encoder: Encoder, cache_dir: Path, tmp_path: Path) -> Iterator[Snapshot]:
    """Open an index whose article's body is not where its passages were cut."""
    seeds = Path(__file__).parents[2] / "seeds"
    build_index(
        [seeds], tmp_path, encoder=encoder, config=IndexConfig(), cache_dir=cache_dir / "vectors"
    )
    manifest = read_manifest(tmp_path)
    folder = tmp_path / "snapshots" / manifest.snapshot
    with closing(sqlite3.connect(folder / "parts" / "0" / "archive.db")) as connection, connection:
        connection.execute("UPDATE article SET body = '[0, 10]'")
    write_manifest(folder, replace(manifest, files=file_records(folder)))
    opened = open_snapshot(tmp_path, space=VectorSpace(encoder.identity))
    yield opened
    opened.close()


def test_answer_when_the_body_is_elsewhere(moved: Snapshot, encoder: Encoder) -> None:
    """Sentences that lie outside the body their article has now are not quoted."""
    reply = Answerer(moved, encoder).answer(read_question(QUESTION))

    assert isinstance(reply, NoAnswer)
    assert Reason.UNVERIFIED is reply.reason


@pytest.mark.parametrize(
    ("announced", "names", "question"),
    [
        (
            "بازیکنان دعوت‌شده به اردوی تیم ملی بسکتبال نوجوانان به شرح زیر هستند:",
            "سام امینی\nکیان راد\nپویا سهرابی",
            "چه کسانی به اردوی تیم ملی بسکتبال نوجوانان دعوت شدند؟",
        ),
        (
            "The players invited to the camp of the junior basketball team are as follows.",
            "Sam Amini\nKian Rad\nPouya Sohrabi",
            "Who was invited to the camp of the junior basketball team?",
        ),
    ],
    ids=["fa", "en"],
)
def test_an_announcement_alone_is_no_sure_answer(
    announced: str, names: str, question: str, build: Build, tmp_path: Path, encoder: Encoder
) -> None:
    """Where the list comes, it is quoted; where an article ends before it, we are not sure."""
    confidences = []
    for number, text in enumerate((f"{announced}\n{names}", announced)):
        corpus = tmp_path / f"corpus-{number}"
        corpus.mkdir()
        (corpus / "camp.jsonl").write_text(json.dumps({"id": "camp", "text": text}))
        build(corpus, tmp_path / f"home-{number}")
        space = VectorSpace(encoder.identity)
        with closing(open_snapshot(tmp_path / f"home-{number}", space=space)) as snapshot:
            reply = Answerer(snapshot, encoder).answer(read_question(question))
        confidences.append(reply.confidence)
        if not number:
            assert isinstance(reply, Answer)
            assert reply.citations[0].quote.endswith(names.splitlines()[-1])

    assert confidences[0] > SURE > confidences[1]
