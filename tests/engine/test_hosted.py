"""An index on a real Qdrant server beside the same in files: hits, scopes, rights and answers."""

import json
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import numpy as np
import pytest
from private_corpus import QUESTIONS, marks_in, write_corpus
from qdrant_server import Qdrant
from warm import run_warm

from bot import wire
from bot.question.question import read_question
from bot.session.access import PUBLIC, Access
from bot.session.session import Session
from bot.settings import Settings
from bot.texts.language import Language
from bot.types import Answer, NoAnswer
from bot.web.holdings import holdings
from index import (
    ArticleId,
    IndexConfig,
    QdrantConfig,
    Retrieval,
    Retriever,
    Scope,
    Snapshot,
    SnapshotMismatch,
    VectorSpace,
    build_index,
    open_snapshot,
)
from index.encoders import Encoder, EncoderIdentity

N_ARTICLES = 240
OUTLETS = ("Tavan", "Borna", "Daily Post", "")
PERSIAN = "آب باد خاک شهر کوه دریا نان سنگ راه پل کار سال بازار باران دشت".split()  # noqa: SIM905
ENGLISH = "water wind earth city mountain sea bread stone road bridge work".split()  # noqa: SIM905


def _name(draw: random.Random) -> tuple[str, str]:
    """Make up a name in Latin and in Persian letters."""
    sounds = [("k", "ک"), ("m", "م"), ("r", "ر"), ("s", "س"), ("n", "ن"), ("b", "ب"), ("d", "د")]
    some = [draw.choice(sounds) for _ in range(3)]
    vowels = [draw.choice([("a", "ا"), ("i", "ی"), ("u", "و")]) for _ in some]
    pairs = [pair for both in zip(some, vowels, strict=True) for pair in both]
    return "".join(one for one, _ in pairs).title(), "".join(one for _, one in pairs)


def _write(path: Path) -> list[tuple[str, str]]:
    """Write articles in two languages; return questions about some, each with its language."""
    draw = random.Random(7)  # noqa: S311  # the same each time
    questions = []
    with path.open("w", encoding="utf-8") as file:
        for number in range(N_ARTICLES):
            latin, persian = _name(draw)
            is_persian = number % 3 > 0
            words = PERSIAN if is_persian else ENGLISH
            spoken = persian if is_persian else latin
            sentences = [
                f"{spoken} {' '.join(draw.sample(words, 5))} {draw.randint(1, 999)}."
                for _ in range(draw.randint(2, 5))
            ]
            record = {
                "id": f"n{number}",
                "title": f"{draw.choice(words)} {spoken}",
                "text": " ".join(sentences),
                "source": OUTLETS[number % 4],
                "date": f"2023-{number % 12 + 1:02}-{number % 28 + 1:02}" if number % 7 else "",
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            if number % 4 == 0:
                asked = f"what did {latin} say of {' and '.join(draw.sample(ENGLISH, 2))}?"
                questions.append((asked, "en"))
                asked = f"{persian} درباره {' و '.join(draw.sample(PERSIAN, 2))} چه گفت؟"
                questions.append((asked, "fa"))
    return questions


@dataclass(frozen=True)
class Both:
    """The same index in files and on a server, and questions about it."""

    files: Snapshot
    hosted: Snapshot
    place: QdrantConfig
    encoder: Encoder
    questions: list[tuple[str, str]]

    @property
    def retrievers(self) -> tuple[Retriever, Retriever]:
        """What searches either."""
        space = VectorSpace(self.encoder.identity)
        files, hosted = (Retriever(one, self.encoder, space=space) for one in self.opened)
        return files, hosted

    @property
    def opened(self) -> tuple[Snapshot, Snapshot]:
        """Both snapshots."""
        return self.files, self.hosted


@pytest.fixture(scope="module")
def both(
    encoder: Encoder, cache_dir: Path, qdrant: Qdrant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    """Index some hundred articles in files and publish them."""
    folder = tmp_path_factory.mktemp("both")
    questions = _write(folder / "corpus.jsonl")
    place = QdrantConfig(address=qdrant.address, name=uuid4().hex)
    build_index(
        [folder / "corpus.jsonl"],
        folder / "home",
        encoder=encoder,
        config=IndexConfig(),
        cache_dir=cache_dir / "vectors",
        engine=place,
    )
    space = VectorSpace(encoder.identity)
    files, hosted = open_snapshot(folder / "home", space=space), open_snapshot(place, space=space)
    yield Both(files, hosted, place, encoder, questions)
    files.close()
    hosted.close()


def _check_hits(expected: Retrieval, found: Retrieval) -> bool:
    """Check that two retrievals have the same scores; tell whether they have the same hits."""
    scores = [hit.score for hit in expected.hits]
    assert scores == pytest.approx([hit.score for hit in found.hits], abs=1e-3)
    assert expected.n_passages == found.n_passages
    assert expected.words == pytest.approx(found.words)
    assert expected.names == found.names
    return [hit.passage for hit in expected.hits] == [hit.passage for hit in found.hits]


def test_hits_are_those_of_files(both: Both) -> None:
    """For 99 of 100 questions in two languages the same passages, for all the same scores."""
    files, hosted = both.retrievers
    same = [
        _check_hits(
            files.retrieve(question, language=language, vector=vector),
            hosted.retrieve(question, language=language, vector=vector),
        )
        for question, language in both.questions
        for vector in files.vectors([question], [language])
    ]

    assert 120 == len(same)
    assert sum(same) >= 119


@pytest.mark.parametrize(
    "scope",
    [
        Scope(since=datetime(2023, 6, 1, tzinfo=UTC)),
        Scope(until=datetime(2023, 3, 5, tzinfo=UTC)),
        Scope(sources=frozenset({"tavan", "daily post"})),
        Scope(languages=frozenset({"fa"}), since=datetime(2023, 2, 1, tzinfo=UTC)),
        Scope(sources=frozenset({"nobody"})),
    ],
    ids=["since", "until", "outlets", "language", "none"],
)
def test_hits_within_a_scope(both: Both, scope: Scope) -> None:
    """Time, outlet and language choose the same passages."""
    files, hosted = both.retrievers
    for question, language in both.questions[:6]:
        expected = files.retrieve(question, language=language, within=scope)
        found = hosted.retrieve(question, language=language, within=scope, vector=expected.vector)
        assert _check_hits(expected, found)


def test_a_large_choice_is_searched(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a choice is too large to compare all of it, vectors and words are searched in it."""
    monkeypatch.setattr("index.search.retrieve.FEW", 0)
    files, hosted = both.retrievers
    scope = Scope(languages=frozenset({"fa"}))
    for question, language in both.questions[:6]:
        expected, found = (
            retriever.retrieve(
                question,
                language=language,
                within=scope,
                among=snapshot.layout.of_articles(np.unique(snapshot.layout.owners_of(rows))),
            )
            for retriever, snapshot in zip((files, hosted), both.opened, strict=True)
            for rows, _ in [snapshot.lexical.search([[("آب", 1.0)], [("سنگ", 1.0)]], 40)]
        )
        assert [hit.passage.id for hit in expected.hits] == [hit.passage.id for hit in found.hits]


def test_everything_else_is_read_as_from_files(both: Both) -> None:
    """Articles, words, names, outlets and counts are the same."""
    files, hosted = both.opened
    expected = {article.id: article for article in files.archive.articles()}

    assert expected == {article.id: article for article in hosted.archive.articles()}
    assert expected[ArticleId("n5")] == hosted.article(ArticleId("n5"))
    assert hosted.article(ArticleId("other")) is None
    assert dict(files.wordings()) == dict(hosted.wordings())
    assert set(files.outlets) == set(hosted.outlets)
    for term in ("water", "آب", "nothing"):
        assert files.lexical.frequency(term) == hosted.lexical.frequency(term)
    spelt = [one.lexical.names.spell("kamira") for one in both.opened]
    assert spelt[0] == spelt[1]
    for language in Language:
        shown = [
            replace(holdings(one, set(files.outlets), language), updated=datetime.now(UTC))
            for one in both.opened
        ]
        assert replace(shown[0], updated=shown[1].updated) == shown[1]
    rows = hosted.lexical.search([[("water", 1.0)]], 5)[0]
    others = files.lexical.search([[("water", 1.0)]], 5)[0]
    vectors = [one.vectors.passages(some) for one, some in ((hosted, rows), (files, others))]
    assert sorted(vectors[0].sum(axis=1).tolist()) == pytest.approx(
        sorted(vectors[1].sum(axis=1).tolist()), abs=1e-2
    )


def test_a_question_sends_few_requests(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most nine where its words are known, and none for what of its hits an answer reads."""
    sent = []
    send = httpx.Client.send

    def counted(client: httpx.Client, request: httpx.Request) -> httpx.Response:
        sent.append(request.url.path)
        return send(client, request)

    monkeypatch.setattr(httpx.Client, "send", counted)
    _, hosted = both.retrievers
    for question, language in both.questions[:10]:
        hosted.retrieve(question, language=language)
        sent.clear()
        hits = hosted.retrieve(question, language=language).hits
        assert len(sent) <= 9
        sent.clear()
        for hit in hits:
            assert hit.article == both.hosted.article(hit.article.id)
            assert () == both.hosted.earlier(hit.article.id)
        both.hosted.vectors.sentences(np.array([hit.row for hit in hits]))
        assert not sent


def test_another_encoder_is_refused(both: Both) -> None:
    """An index of other vectors is not opened."""
    other = EncoderIdentity(name="other", revision="1", dim=384)
    with pytest.raises(SnapshotMismatch, match="other"):
        open_snapshot(both.place, space=VectorSpace(other))


def _settings(folder: Path, cache_dir: Path, index: str) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=folder / "corpus",
        data_dir=folder / "data",
        cache_dir=cache_dir,
        index=index,
    )


@pytest.fixture(scope="module")
def private(
    encoder: Encoder, cache_dir: Path, qdrant: Qdrant, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Session, Session, Settings]:
    """Open an archive of open and private articles in files and on a server."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    folder = tmp_path_factory.mktemp("private")
    write_corpus(folder / "corpus", has_private=True)
    there = f"qdrant://127.0.0.1:{qdrant.port}/{uuid4().hex}"
    settings = _settings(folder, cache_dir, there)
    wire.build(settings)
    files = wire.open_session(settings.model_copy(update={"index": "files"}))
    return files, wire.open_session(settings), settings


def _comparable(reply: Answer | NoAnswer) -> dict[str, object]:
    """Return what a person sees of a reply."""
    quotes: Sequence[object] = ()
    if isinstance(reply, Answer):
        quotes = [(one.article_id, one.quote, one.origin) for one in reply.citations]
    return {"kind": type(reply), "quotes": quotes}


def test_answers_are_those_of_files(private: tuple[Session, Session, Settings]) -> None:
    """All of an archive, and the part that somebody may see, answer with the same quotes."""
    files, hosted, _ = private
    access = Access.parse("private=user:1")
    assert wire.count_labels(private[2]) == wire.count_labels(
        private[2].model_copy(update={"index": "files"})
    )
    for text in QUESTIONS:
        question = read_question(text)
        expected, found = (_comparable(one.answering.answer(question)) for one in (files, hosted))
        assert expected == found
        expected, found = (
            _comparable(access.archive_for(PUBLIC, one.answering).answer(question))
            for one in (files, hosted)
        )
        assert expected == found
        assert [] == marks_in(found)


def test_a_part_is_as_if_there_were_nothing_else(
    private: tuple[Session, Session, Settings],
) -> None:
    """Numbers, words, names, versions and copies of the part are its own."""
    files, hosted, _ = private
    access = Access.parse("private=user:1")
    expected, found = (access.archive_for(PUBLIC, one.answering) for one in (files, hosted))
    mine, other = expected.manifest, found.manifest

    assert (mine.n_articles, mine.n_passages, mine.n_sentences, mine.languages) == (
        other.n_articles,
        other.n_passages,
        other.n_sentences,
        other.languages,
    )
    assert set(expected.outlets) - {""} == set(found.outlets) - {""}
    assert [one.id for one in found.same_report(ArticleId("flood"))] == ["flood"]
    with found.edition() as snapshot, hosted.answering.edition() as everything:
        assert everything.earlier(ArticleId("dam")) == ("private/zyxfile.jsonl:3",)
        assert everything.successor(ArticleId("dam-draft")) == "dam"
        assert snapshot.earlier(ArticleId("dam")) == ()
        assert snapshot.successor(ArticleId("dam-draft")) is None
        assert not any(map(snapshot.lexical.frequency, ("zyxandeh", "zyxolith")))
        assert snapshot.lexical.names.spell("ziksarandeh") != "زیکسرنده"
        assert everything.lexical.names.spell("ziksarandeh") == "زیکسرنده"


def test_a_process_with_an_empty_disk_answers(
    private: tuple[Session, Session, Settings], cache_dir: Path, tmp_path: Path
) -> None:
    """It needs the setting and the encoder's weights, and leaves no file of the index."""
    _, _, settings = private
    shutil.copytree(cache_dir / "encoder", tmp_path / "cache" / "encoder")
    done = run_warm(
        ["ask", "--json", "Who opened the northern bridge of Shiraz?"],
        env={
            "HOME": str(tmp_path),
            "PASOKH_INDEX": settings.index,
            "PASOKH_CACHE_DIR": str(tmp_path / "cache"),
            "PASOKH_DATA_DIR": str(tmp_path / "data"),
            "PASOKH_CORPUS": str(tmp_path / "nothing"),
        },
        cwd=tmp_path,
    )

    assert done.returncode == 0, done.stderr
    assert "northern bridge" in json.dumps(json.loads(done.stdout)["citations"])
    assert not [*tmp_path.glob("data/**/manifest.json"), *tmp_path.glob("**/*.db")]
