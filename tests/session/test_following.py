"""Saved questions over real updates of a real index: what is new is told, once."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.answer.serving import Serving
from bot.session.following import Following, Saved
from bot.session.session import Session
from bot.session.turns import turn_of
from bot.settings import Settings
from bot.wire import build, open_answerer
from index import EVERYTHING, ArticleId, BuildReport, Scope
from index.encoders import Encoder

DAM = "Why was the Karun dam closed?"
BEES = "How much honey did the bee keepers of Sabalan sell?"
OLD = {
    "id": "old",
    "title": "Karun dam closed for repair",
    "text": (
        "The Karun dam was closed because engineers found a crack in its eastern wall. "
        "Visitors were sent home in the afternoon by the guards of the park. "
        "The weather in the province stayed dry for the whole week."
    ),
    "source": "ISNA",
    "date": "2023-05-01",
}
NEW = {
    "id": "new",
    "title": "Second crack at the Karun dam",
    "text": (
        "The Karun dam was closed again because divers discovered a second crack near the gate. "
        "The minister of energy promised to pay for the work."
    ),
    "source": "Mehr",
    "date": "2023-06-01",
}
HONEY = {
    "id": "honey",
    "title": "Honey of Sabalan",
    "text": (
        "Bee keepers of Sabalan sold ninety tonnes of honey in the last season. "
        "Their association wants better roads to the mountain."
    ),
    "source": "ISNA",
    "date": "2023-06-02",
}
FILLER = [
    {
        "id": f"filler-{number}",
        "title": f"Match number {number} of the league",
        "text": f"Team {number} won its match by {number} goals. The coach praised the players.",
        "source": "Varzesh3",
        "date": "2023-04-01",
    }
    for number in range(12)
]


@dataclass
class Archive:
    """A corpus that changes, what answers from it, and the questions that are followed."""

    settings: Settings
    serving: Serving
    following: Following
    articles: dict[str, dict[str, str]] = field(default_factory=dict)
    now: float = 1_700_000_000.0

    def put(self, *articles: dict[str, str]) -> BuildReport:
        """Write articles, changed ones in the place of old, and publish; the bot sees it later."""
        for article in articles:
            path = self.settings.corpus / f"{article['id']}.jsonl"
            path.write_text(json.dumps(article), encoding="utf-8")
        return build(self.settings)

    def follow(self, question: str, scope: Scope = EVERYTHING, *, chat_id: int = 7) -> int | None:
        """Ask a question and follow it."""
        self.following.take_up(self.serving)
        session = Session(answering=self.serving, scope=scope)
        turn = turn_of(question, session.find(question).reply, scope)
        saved = Saved(
            chat_id=chat_id, user_id=chat_id, language="en", question=question, scope=scope
        )
        return self.following.follow(self.serving, saved, turn)

    def told(self) -> list[tuple[str, list[str]]]:
        """Ask all that is followed; return (question, quotes) of what is told."""
        self.following.ask(self.serving, self.following.all())
        session = Session(answering=self.serving)
        alerts = [alert for (alert,) in self.following.pending()]
        for alert in alerts:
            self.following.told(alert.message)
        return [
            (alert.saved.question, [cited.quote for cited in session.recall(alert.turn)])
            for alert in alerts
        ]


@pytest.fixture
def archive(encoder: Encoder, cache_dir: Path, tmp_path: Path) -> Archive:
    """Build the index of the old articles."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=tmp_path / "corpus",
        data_dir=tmp_path / "data",
        cache_dir=cache_dir,
    )
    settings.corpus.mkdir()
    for article in (OLD, *FILLER):
        path = settings.corpus / f"{article['id']}.jsonl"
        path.write_text(json.dumps(article), encoding="utf-8")
    serving = open_answerer(settings)
    following = Following(
        tmp_path / "following.db", most=3, retention_days=30, clock=lambda: made.now
    )
    made = Archive(settings, serving, following)
    return made


def test_what_is_new_is_told_once(archive: Archive) -> None:
    """A new article that answers is told, once; what was there before is not."""
    archive.follow(DAM)
    archive.follow(BEES)
    assert archive.told() == []

    archive.put(NEW)
    ((question, quotes),) = archive.told()
    assert question == DAM
    assert quotes == [NEW["text"].split(". ")[0] + "."]
    assert archive.told() == []


def test_nothing_new_is_silence(archive: Archive) -> None:
    """An update that answers no saved question tells nothing, nor does one that removes."""
    archive.follow(DAM)
    archive.put(HONEY)
    assert archive.told() == []
    (archive.settings.corpus / "honey.jsonl").unlink()
    build(archive.settings)
    assert archive.told() == []


def test_several_updates_with_merged_parts_are_one_look(archive: Archive) -> None:
    """However many snapshots came and parts were merged, all that is new is found and no more."""
    archive.follow(DAM)
    archive.follow(BEES)
    archive.put(NEW)
    for article in FILLER[:3]:
        archive.put(article | {"id": f"{article['id']}-b", "text": f"{article['text']} It rained."})
    archive.put(HONEY)

    assert {question for question, _ in archive.told()} == {DAM, BEES}
    assert archive.told() == []


def test_an_index_built_anew_brings_nothing_new(archive: Archive) -> None:
    """Where the index is lost and built from scratch, old articles stay old."""
    archive.follow(DAM)
    shutil.rmtree(archive.settings.index_home)
    archive.put(HONEY)
    archive.serving.refresh()
    assert archive.told() == []
    archive.put(NEW)
    assert [question for question, _ in archive.told()] == [DAM]


def test_a_copy_of_an_old_report_is_no_news(archive: Archive) -> None:
    """Another outlet's copy of what was there before is not told; two new copies are told once."""
    archive.follow(DAM)
    archive.put(OLD | {"id": "copy", "source": "Fars", "date": "2023-06-03"})
    assert archive.told() == []

    archive.put(NEW, NEW | {"id": "new-copy", "source": "Fars", "date": "2023-06-03"})
    ((_, quotes),) = archive.told()
    assert len(quotes) == 1
    archive.put(NEW | {"id": "later-copy", "source": "Tasnim", "date": "2023-06-04"})
    assert archive.told() == []


def test_a_corrected_article_is_news_by_its_new_wording(archive: Archive) -> None:
    """A correction elsewhere in an article is silence, one of the sentence that answers is told."""
    archive.follow(DAM)
    archive.put(OLD | {"text": OLD["text"].replace("stayed dry", "stayed wet")})
    assert archive.told() == []

    corrected = OLD["text"].replace("a crack in its eastern wall", "two holes in its main gate")
    archive.put(OLD | {"text": corrected})
    ((_, quotes),) = archive.told()
    assert quotes == [
        "The Karun dam was closed because engineers found two holes in its main gate."
    ]


def test_a_correction_sent_as_a_new_item_is_news_by_its_new_wording(archive: Archive) -> None:
    """Where a correction has another id and the same address, the earlier wording still counts."""
    page = {"url": "https://news.example/dam/1"}
    archive.put(OLD | page | {"id": "first"})
    (archive.settings.corpus / "old.jsonl").unlink()
    build(archive.settings)
    archive.follow(DAM)
    wet = OLD["text"].replace("stayed dry", "stayed wet")
    archive.put(OLD | page | {"id": "second", "text": wet, "modified": "2023-05-02"})
    assert archive.told() == []


def test_only_the_part_it_was_asked_of_is_looked_at(archive: Archive) -> None:
    """A question that is followed within an outlet is told nothing of another's news."""
    archive.follow(DAM, Scope(sources=frozenset({"isna"})))
    archive.put(NEW)
    assert archive.told() == []
    archive.put(
        NEW
        | {
            "id": "isna-2",
            "source": "ISNA",
            "text": "The Karun dam was closed on Sunday because its turbine caught fire.",
        }
    )
    ((_, quotes),) = archive.told()
    assert quotes == ["The Karun dam was closed on Sunday because its turbine caught fire."]


def test_what_came_while_it_was_answered_is_new(archive: Archive) -> None:
    """A question knows the snapshot that answered it, also where another is published by then."""
    archive.following.take_up(archive.serving)
    session = Session(answering=archive.serving)
    turn = turn_of(DAM, session.find(DAM).reply, EVERYTHING)
    archive.put(NEW)
    archive.following.take_up(archive.serving)
    saved = Saved(chat_id=7, user_id=7, language="en", question=DAM, scope=EVERYTHING)
    archive.following.follow(archive.serving, saved, turn)

    assert [question for question, _ in archive.told()] == [DAM]


def test_a_process_that_ends_before_it_tells_tells_later(archive: Archive, tmp_path: Path) -> None:
    """What was found stays until it was told, and is not found again."""
    archive.follow(DAM)
    archive.put(NEW)
    archive.following.ask(archive.serving, archive.following.all())
    archive.following.close()
    archive.following = Following(tmp_path / "following.db", most=3, retention_days=30)
    assert len(archive.told()) == 1
    assert archive.told() == []


def test_a_chat_follows_so_many_and_the_same_once(archive: Archive) -> None:
    """Over the bound nothing is saved; the same question again keeps its number."""
    numbers = [archive.follow(question) for question in (DAM, BEES, "Who won?")]
    assert len(set(numbers)) == 3
    assert archive.follow("Who lost?") is None
    assert archive.follow(DAM) == numbers[0]
    assert archive.follow("Who lost?", chat_id=8) is not None


def test_saved_questions_are_forgotten(archive: Archive) -> None:
    """With their chat, their person or their time they go, and alerts with them; a chat moves."""

    def chats() -> list[int]:
        return [saved.chat_id for saved in archive.following.all()]

    for chat_id in (7, 8, 9):
        archive.follow(DAM, chat_id=chat_id)
    archive.put(NEW)
    archive.following.ask(archive.serving, archive.following.all())
    archive.following.move(9, -100)
    archive.following.forget(chat_id=7)
    assert chats() == [8, -100]
    archive.following.forget(user_id=8)
    assert chats() == [-100]
    assert len(archive.following.pending()) == 1
    archive.now += 31 * 86_400
    archive.following.purge()
    assert (chats(), archive.following.pending()) == ([], [])


def test_alerts_of_one_message_stay_together(archive: Archive) -> None:
    """What a message tells is settled once: what comes before it is told goes into another."""
    for question in (DAM, BEES):
        archive.follow(question)
    archive.follow(DAM, chat_id=8)
    archive.put(NEW, HONEY)
    archive.following.ask(archive.serving, archive.following.all())
    digest = {(7, 0)}
    assert archive.following.pending(together=digest, held={(7, 0), (8, 0)}) == []
    first, other = archive.following.pending(together=digest)
    assert [alert.saved.question for alert in first] == [DAM, BEES]
    assert [alert.saved.chat_id for alert in other] == [8]

    later = "The Karun dam was closed again because an inspector had found a second crack in it."
    archive.put({**NEW, "id": "later", "text": later, "date": "2023-06-03"})
    archive.following.ask(archive.serving, archive.following.all())
    again, *_ = archive.following.pending(together=digest)
    assert [alert.number for alert in again] == [alert.number for alert in first]
    archive.following.told(again[0].message)
    left = archive.following.pending(together=digest)
    (second,) = [group for group in left if group[0].saved.chat_id == 7]
    assert [alert.saved.question for alert in second] == [DAM]
    assert len(archive.following.message(first[0].message)) == 2


def test_the_same_text_under_another_id_is_no_news(archive: Archive) -> None:
    """Where another item with the very text takes an article's place, nothing new was said."""
    archive.follow(DAM)
    archive.put(OLD | {"id": "same", "date": "2023-04-01"})
    (archive.settings.corpus / "old.jsonl").unlink()
    build(archive.settings)
    archive.serving.refresh()
    assert archive.serving.article(ArticleId("same")) is not None
    assert archive.told() == []
