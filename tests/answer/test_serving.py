"""A running bot and the builds that go on under it, with real indexes."""

import logging
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest

from bot.answer.answerer import Answerer
from bot.answer.serving import EVENT_NOT_RELOADED, Serving
from bot.question.question import read_question
from bot.session.session import Lack, Session
from bot.session.turns import turn_of
from bot.types import Answer, NoAnswer, Reason
from index import (
    EVERYTHING,
    ArticleId,
    IndexConfig,
    SnapshotCorrupt,
    SnapshotError,
    VectorSpace,
    build_index,
    current_folder,
    open_snapshot,
    remove_article,
)
from index.encoders import Encoder

QUESTION = "Which bridge was opened by the governor?"
N_BUILDS = 6
N_THREADS = 4


class _Archive:
    """A corpus that grows, its index, and everything that was ever opened of it."""

    def __init__(self, folder: Path, encoder: Encoder, cache_dir: Path) -> None:
        self.corpus = folder / "corpus"
        self.home = folder / "home"
        self.corpus.mkdir()
        self.opened: list[Answerer] = []
        self._encoder = encoder
        self._cache_dir = cache_dir

    def add(self, number: int) -> str:
        """Add an article, build, and return the name of the snapshot."""
        text = f"The governor opened bridge number {number} over the river. He spoke for an hour."
        path = self.corpus / f"{number}.txt"
        path.write_text(f"Bridge number {number} is open\n{text}\n", encoding="utf-8")
        return self.build()

    def build(self) -> str:
        """Build and return the name of the snapshot."""
        return build_index(
            [self.corpus],
            self.home,
            encoder=self._encoder,
            config=IndexConfig(),
            cache_dir=self._cache_dir,
        ).snapshot

    def remove(self, article_id: ArticleId) -> None:
        """Remove an article by request."""
        remove_article(self.home, article_id, config=IndexConfig(), cache_dir=self._cache_dir)

    def open(self) -> Answerer:
        """Open what is published."""
        snapshot = open_snapshot(self.home, space=VectorSpace(self._encoder.identity))
        self.opened.append(Answerer(snapshot, self._encoder, threshold=0))
        return self.opened[-1]

    def serve(self) -> Serving:
        """Serve what is published, now and later."""
        return Serving(self.open(), home=self.home, reopen=self.open)


@pytest.fixture
def archive(tmp_path: Path, encoder: Encoder, cache_dir: Path) -> _Archive:
    """Build the index of one article."""
    made = _Archive(tmp_path, encoder, cache_dir / "vectors")
    made.add(0)
    return made


def _is_closed(answerer: Answerer, article: str) -> bool:
    """Tell whether an answerer's files were released."""
    try:
        answerer.snapshot.article(article)  # type: ignore[arg-type]
    except SnapshotCorrupt:
        return True
    return False


def test_questions_while_builds_publish(archive: _Archive) -> None:
    """Threads that ask without a pause see six builds go by without one failed question."""
    serving = archive.serve()
    is_over = Event()

    def ask() -> list[Answer]:
        replies: list[Answer] = []
        while not is_over.is_set():
            reply = serving.answer(read_question(QUESTION))
            assert isinstance(reply, Answer)
            for one in reply.citations:
                article = serving.article(one.article_id)
                assert article is not None
                assert one.quote == one.span.cut(article.text)
            replies.append(reply)
        return replies

    with ThreadPoolExecutor(N_THREADS) as pool:
        asking = [pool.submit(ask) for _ in range(N_THREADS)]
        built = [archive.add(number) for number in range(1, N_BUILDS + 1)]
        newest = _until(
            lambda: serving.answer(read_question(QUESTION)).fingerprint.snapshot, built[-1]
        )
        is_over.set()
        replies = [one.result() for one in asking]

    assert newest == built[-1] == serving.manifest.snapshot
    order = [archive.opened[0].snapshot.manifest.snapshot, *built]
    for thread in replies:
        seen = [order.index(reply.fingerprint.snapshot) for reply in thread]
        assert all(earlier <= later for earlier, later in pairwise(seen))
    quote = replies[0][0].citations[0]
    assert all(_is_closed(old, quote.article_id) for old in archive.opened[:-1])
    serving.close()
    assert _is_closed(archive.opened[-1], quote.article_id)
    assert len(list((archive.home / "snapshots").iterdir())) <= 2


def _until(ask: Callable[[], str], wanted: str) -> str:
    """Ask until the answer is the one wanted; a test that never ends is one that fails."""
    while (found := ask()) != wanted:
        pass
    return found


def test_a_question_outlives_its_snapshot(archive: _Archive) -> None:
    """What is being answered goes on in the old snapshot, pruned or not, until it is done."""
    serving = archive.serve()
    with serving.using() as old:
        for number in range(1, 4):
            archive.add(number)
            _until(
                lambda: serving.answer(read_question(QUESTION)).fingerprint.snapshot,
                archive_name(archive),
            )
        assert not (archive.home / "snapshots" / old.snapshot.manifest.snapshot).exists()
        reply = old.answer(read_question(QUESTION))
        assert isinstance(reply, Answer)
        article = reply.citations[0].article_id
        assert not _is_closed(old, article)
    assert _is_closed(old, article)
    serving.close()


def archive_name(archive: _Archive) -> str:
    """Return the name of what is published."""
    return current_folder(archive.home).name


def test_nothing_is_opened_twice(archive: _Archive) -> None:
    """While nothing new is published, nothing is opened."""
    serving = archive.serve()
    archive.build()
    for _ in range(3):
        serving.answer(read_question(QUESTION))
    serving.close()

    assert len(archive.opened) == 1


def test_the_old_one_answers_while_the_new_one_is_opened(archive: _Archive) -> None:
    """A question does not wait for a snapshot that is slow to open; a later one gets it."""
    may_open = Event()

    def open_slowly() -> Answerer:
        may_open.wait()
        return archive.open()

    first = archive.open()
    serving = Serving(first, home=archive.home, reopen=open_slowly)
    before, after = archive_name(archive), archive.add(1)

    assert [before] * 3 == [
        serving.answer(read_question(QUESTION)).fingerprint.snapshot for _ in range(3)
    ]
    may_open.set()
    assert after == _until(
        lambda: serving.answer(read_question(QUESTION)).fingerprint.snapshot, after
    )
    serving.close()
    assert len(archive.opened) == 2


def test_an_article_that_is_gone_is_none(archive: _Archive) -> None:
    """An older answer's article is looked up in the archive as it is now."""
    archive.add(1)
    serving = archive.serve()
    reply = serving.answer(read_question("Which bridge has number 0?"))
    assert isinstance(reply, Answer)
    gone = next(one for one in reply.citations if "number 0" in one.headline)
    assert serving.article(gone.article_id) is not None

    (archive.corpus / "0.txt").unlink()
    wanted = archive.build()
    _until(lambda: serving.answer(read_question(QUESTION)).fingerprint.snapshot, wanted)

    assert serving.article(gone.article_id) is None
    assert serving.manifest.n_articles == 1
    serving.close()


def test_a_removed_article_is_shown_no_more(archive: _Archive) -> None:
    """Removed by request, an article is shown by no look back, without a question in between."""
    archive.add(1)
    session = Session(answering=archive.serve())
    found = session.find("Which bridge has number 0?")
    turn = turn_of("Which bridge has number 0?", found.reply, EVERYTHING)
    session.remember(turn)
    (gone,) = {one.article_id for one in session.recall(turn) if "number 0" in one.headline}
    archive.remove(gone)
    sources = session.sources()

    assert session.article(turn, gone) is None
    assert isinstance(sources, Lack) or gone not in {one.article_id for one in sources}
    assert gone not in {one.article_id for one in session.further(turn)[1]}


def test_a_removed_article_answers_no_more(archive: _Archive) -> None:
    """It is not quoted while the archive without it cannot be opened: nothing is, instead."""
    serving = archive.serve()
    (citation,) = serving.answer(read_question(QUESTION)).citations  # type: ignore[union-attr]
    archive.remove(citation.article_id)  # it was the last: no archive is left
    reply = serving.answer(read_question(QUESTION))
    serving.close()

    assert isinstance(reply, NoAnswer)
    assert ((), Reason.UNVERIFIED) == (reply.nearest, reply.reason)


def test_a_damaged_snapshot_is_left_alone(
    archive: _Archive, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be opened is told in one line, the old goes on, and the next one serves."""
    serving = archive.serve()
    before = archive_name(archive)
    damaged = archive.add(1)
    (archive.home / "snapshots" / damaged / "manifest.json").write_text("{}", encoding="utf-8")
    with caplog.at_level(logging.WARNING, "bot.answer.serving"):
        replies = [serving.answer(read_question(QUESTION)) for _ in range(3)]
    told = [record for record in caplog.records if record.message == EVENT_NOT_RELOADED]

    assert {before} == {reply.fingerprint.snapshot for reply in replies}
    assert [damaged] == [record.fields["snapshot"] for record in told]  # type: ignore[attr-defined]

    repaired = archive.add(2)
    assert repaired == _until(
        lambda: serving.answer(read_question(QUESTION)).fingerprint.snapshot, repaired
    )
    serving.close()


def test_a_refresh_waits_and_says_what_is_wrong(archive: _Archive) -> None:
    """What is published serves at once; a damaged one is told each time, until it is mended."""
    serving = archive.serve()
    serving.refresh()
    assert len(archive.opened) == 1
    before = archive.add(1)
    serving.refresh()
    assert serving.manifest.snapshot == before

    manifest = archive.home / "snapshots" / archive.add(2) / "manifest.json"
    whole = manifest.read_bytes()
    manifest.write_text("{}", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(SnapshotError, match="manifest"):
            serving.refresh()
    assert serving.manifest.snapshot == before
    manifest.write_bytes(whole)
    serving.refresh()

    assert serving.manifest.snapshot == archive_name(archive) != before
    shutil.rmtree(archive.home)
    with pytest.raises(SnapshotError):
        serving.refresh()
    serving.close()


def test_an_index_that_is_removed_serves_on(archive: _Archive) -> None:
    """Where the folder of the index is gone, what was opened goes on answering."""
    serving = archive.serve()
    before = archive_name(archive)
    shutil.rmtree(archive.home)

    assert before == serving.answer(read_question(QUESTION)).fingerprint.snapshot
    serving.close()
