"""Followed questions in a chat: what is saved, listed, stopped and told."""

import json
import re
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from talker import Check, Talker, bare

from bot.session.following import Following
from bot.session.session import Session
from bot.settings import Settings
from bot.telegram.types import EraseQueued, Incoming, Kind, Outgoing, SendMessage
from bot.wire import build, open_answerer
from index.encoders import Encoder

SEEDS = Path(__file__).parents[3] / "seeds"
DAM = "Why was the Karun dam closed?"
DAM_FA = "چرا سد کارون بسته شد؟"
KIRBY = "What did Kirby say about Sukhoi jets?"
CLOSED = "The Karun dam was closed on Monday because engineers found a crack in its eastern wall."
AGAIN = "The Karun dam was closed once more on Tuesday because water came through its tunnel."
HONEY = "How much honey did the beekeepers of Sabalan sell?"
SOLD = "The beekeepers of Sabalan sold ninety tonnes of honey in the last season."
CLOSED_FA = "سد کارون روز دوشنبه بسته شد، چون مهندسان در دیوار شرقی آن ترکی پیدا کردند."


@dataclass
class Newsroom:
    """An archive that grows under a conversation whose clock is set by hand."""

    settings: Settings
    talker: Talker
    check: Check
    at: datetime

    def publish(self, name: str, text: str, date: str = "") -> None:
        """Add an article and publish."""
        self.put(name, text, date)
        build(self.settings)

    def put(self, name: str, text: str, date: str = "", title: str = "") -> None:
        """Put an article into the archive's folder."""
        title = title or f"Report {name}"
        record = {"id": name, "title": title, "text": text, "source": "ISNA", "date": date}
        path = self.settings.corpus / f"{name}.jsonl"
        path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")

    def told(self) -> list[str]:
        """Ask what is due and return the messages that tell of it."""
        return [text for calls in self.alerts() for text in self.check(calls)]

    def alerts(self) -> list[tuple[Outgoing, ...]]:
        """Ask what is due and return the calls of each alert."""
        conversation = self.talker.conversation
        found, _ = conversation.ask_due()
        calls = [conversation.respond(alert) for alert in found]
        for alert in found:
            conversation.queued(alert)
        return calls

    def said(self, text: str, **more: object) -> str:
        """Return what is answered to a text, without marks."""
        return bare("\n".join(self.check(self.talker.send(text, **more))))


@pytest.fixture
def newsroom(
    talker: Talker, check: Check, encoder: Encoder, cache_dir: Path, tmp_path: Path
) -> Newsroom:
    """Talk about the seed article, and what is published meanwhile."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=tmp_path / "corpus",
        data_dir=tmp_path / "data",
        cache_dir=cache_dir,
    )
    shutil.copytree(SEEDS, settings.corpus)
    made = Newsroom(settings, talker, check, datetime(2023, 11, 14, 12, tzinfo=UTC))
    session = Session(answering=open_answerer(settings), clock=lambda: made.at)
    talker.conversation = replace(talker.conversation, session=session)
    talker.conversation.following._clock = lambda: made.at.timestamp()  # noqa: PLW0108  # it changes
    return made


def test_what_is_followed_is_told(newsroom: Newsroom) -> None:
    """/follow answers and saves; the alert names the question and quotes with their sources."""
    answered = newsroom.said(f"/follow {DAM}")
    assert f"I will tell you when the archive has something new on “{DAM}”." in answered
    assert newsroom.told() == []

    newsroom.publish("dam", CLOSED)
    (told,) = newsroom.told()
    assert bare(told).startswith(f"🔔 New on “{DAM}”\n")
    assert CLOSED in told
    assert "Report dam" in told
    assert newsroom.told() == []


def test_buttons_follow_open_and_stop(newsroom: Newsroom) -> None:
    """Answers and refusals have a button to follow; an alert opens its article and stops."""
    talker = newsroom.talker
    refused = talker.send(DAM)
    followed = talker.press(refused, "🔔")
    newsroom.publish("dam", CLOSED)
    (alert,) = newsroom.alerts()
    opened = "\n".join(newsroom.check(talker.press(alert, "📄")))
    assert CLOSED in opened

    stopped = bare("\n".join(newsroom.check(talker.press(alert, "🔕"))))
    assert f"Stopped. I will tell no more of “{DAM}”." in stopped
    assert "Nothing is followed here." in newsroom.said("/following")
    newsroom.publish("again", CLOSED.replace("Monday", "Friday").replace("a crack", "two holes"))
    assert newsroom.told() == []
    assert "Which one?" in "\n".join(newsroom.check(talker.press(followed, "🔕")))
    assert "🔔" in talker.send(KIRBY)[-1].keyboard[-1][0].label  # type: ignore[union-attr]


def test_small_talk_cannot_be_followed(newsroom: Newsroom) -> None:
    """Where nothing was asked there is no button, and /follow says what it wants."""
    (answered,) = newsroom.talker.send("Thank you!")
    assert isinstance(answered, SendMessage)
    assert answered.keyboard == ()
    for text in ("/follow", "/follow hello", "/follow 2+2"):
        assert "What shall I watch out for?" in newsroom.said(text)
    newsroom.talker.send(KIRBY)
    assert f"“{KIRBY}”" in newsroom.said("/follow")


def test_the_list_is_numbered_and_bounded(newsroom: Newsroom) -> None:
    """/following numbers what a topic follows, and /unfollow takes such a number."""
    for question in (DAM, KIRBY, "Who won the match in Shiraz?"):
        newsroom.talker.send(f"/follow {question}")
    assert "I already follow 3 questions here" in newsroom.said("/follow Where is Sabalan?")
    assert f"1. “{DAM}”\n2. “{KIRBY}”\n3. " in newsroom.said("/following")
    assert "Which one?" in newsroom.said("/unfollow 4")
    assert f"“{KIRBY}”" in newsroom.said("/unfollow ۲")
    assert f"1. “{DAM}”\n2. “Who won" in newsroom.said("/following")
    assert "Nothing is followed here." in newsroom.said("/following", thread_id=9)


def test_it_speaks_persian(newsroom: Newsroom) -> None:
    """Persian names of the commands work as text, and the alert is in the asker's language."""
    newsroom.talker.language_code = "fa"
    assert f"هر وقت چیز تازه‌ای دربارهٔ «{DAM_FA}»" in newsroom.said(f"/دنبال {DAM_FA}")
    assert f"۱. «{DAM_FA}»" in newsroom.said("/دنبال‌ها")
    assert "ساعت ۰۸:۰۰ (Asia/Tehran)" in newsroom.said("/چکیده ۸:۰۰")
    newsroom.said("/چکیده حالا")
    newsroom.publish("dam", CLOSED_FA)
    (told,) = newsroom.told()
    assert bare(told).startswith(f"🔔 خبر تازه دربارهٔ «{DAM_FA}»\n")
    assert f"برداشته شد. دیگر دربارهٔ «{DAM_FA}» خبر نمی‌دهم." in newsroom.said("/رها ۱")


def test_the_part_of_the_archive_is_kept(newsroom: Newsroom) -> None:
    """What is followed under /only stays within that part when the chat asks all again."""
    newsroom.talker.send("/only lang=fa")
    newsroom.talker.send(f"/follow {DAM}")
    newsroom.talker.send("/only off")
    assert f"1. “{DAM}” (fa)" in newsroom.said("/following")
    newsroom.publish("dam", CLOSED)
    assert newsroom.told() == []


def test_a_follow_up_is_followed_as_it_was_understood(newsroom: Newsroom) -> None:
    """A question that takes words from the one before is saved with them."""
    newsroom.talker.send(KIRBY)
    newsroom.talker.send("/follow and what did Moscow answer?")
    assert re.search(r"1\. “and what did Moscow answer\?.*Sukhoi", newsroom.said("/following"))


def test_an_alert_is_no_turn_of_the_conversation(newsroom: Newsroom) -> None:
    """What is said after an alert still belongs to what the person asked."""
    newsroom.talker.send(f"/follow {DAM}")
    newsroom.talker.send(KIRBY)
    newsroom.publish("dam", CLOSED)
    assert len(newsroom.told()) == 1
    sources = newsroom.said("/sources")
    assert "Mehr" in sources
    assert "Report dam" not in sources


def test_a_digest_and_quiet_hours(newsroom: Newsroom) -> None:
    """News waits for the time of the digest and the end of quiet hours, and is not lost."""
    said = newsroom.said
    said(f"/follow {DAM}")
    assert "once a day, at 08:00 (Europe/Berlin)" in said("/digest 8:00 Europe/Berlin")
    newsroom.publish("dam", CLOSED)
    assert newsroom.told() == []
    newsroom.at = datetime(2023, 11, 15, 6, 59, tzinfo=UTC)
    assert newsroom.told() == []
    newsroom.at = datetime(2023, 11, 15, 7, 0, tzinfo=UTC)
    assert len(newsroom.told()) == 1

    newsroom.publish("late", CLOSED.replace("Monday", "Friday").replace("a crack", "two holes"))
    assert newsroom.told() == []
    assert "I tell news at once." in said("/digest now")
    assert "from 23:00 to 07:00 (Europe/Berlin)" in said("/quiet")
    newsroom.at = datetime(2023, 11, 15, 22, 30, tzinfo=UTC)
    assert newsroom.told() == []
    newsroom.at = datetime(2023, 11, 16, 6, 0, tzinfo=UTC)
    assert len(newsroom.told()) == 1
    assert "I tell news at once." in said("/quiet off")


def _at_eight(newsroom: Newsroom) -> list[tuple[Outgoing, ...]]:
    """Let the next morning come; return the calls of each alert."""
    newsroom.at = datetime(2023, 11, 15, 7, 0, tzinfo=UTC)
    return newsroom.alerts()


def test_a_digest_is_one_message(newsroom: Newsroom) -> None:
    """All questions of a chat in one, those with the newest first, each button for one of them."""
    for question in (DAM, HONEY):
        newsroom.talker.send(f"/follow {question}")
    newsroom.talker.send("/digest 8:00 Europe/Berlin")
    newsroom.publish("dam", CLOSED, date="2023-11-12")
    newsroom.publish("dam-again", AGAIN, date="2023-11-14")
    newsroom.publish("honey", SOLD, date="2023-11-13")
    (calls,) = _at_eight(newsroom)
    (text,) = newsroom.check(calls)
    places = [
        bare(text).index(one)
        for one in (
            "🔔 News on 2 questions followed here\n", f"“{DAM}”", "[1] " + AGAIN,
            "Report dam-again", "14 November 2023", "[2] " + CLOSED, "Report dam\n",
            f"“{HONEY}”", "[3] " + SOLD,
        )
    ]  # fmt: skip
    assert places == sorted(places)
    assert "Report honey" in bare(text)[places[-1] :]

    assert SOLD in "\n".join(newsroom.check(newsroom.talker.press(calls, "[3]")))
    stopped = newsroom.check(newsroom.talker.press(calls, HONEY[:20]))
    assert f"no more of “{HONEY}”" in bare("\n".join(stopped))
    assert f"1. “{DAM}”" in newsroom.said("/following")
    assert newsroom.alerts() == []


def test_a_long_digest_is_cut_between_articles(newsroom: Newsroom) -> None:
    """Each part begins with the question it is about and has the buttons of its own articles."""
    names = ("Karun", "Dez", "Karkheh")
    questions = [DAM.replace("Karun", name) for name in names]
    for question in questions:
        newsroom.talker.send(f"/follow {question}")
    newsroom.talker.send("/digest 8:00 Europe/Berlin")
    texts = [text.replace("Karun", name) for name in names for text in (CLOSED, AGAIN)]
    for number, text in enumerate(texts):
        said = ", ".join(f"witness {number}{one}" for one in range(100, 180))
        newsroom.put(str(number), text.removesuffix(".") + f", said {said}.", title=said)
    build(newsroom.settings)
    (calls,) = _at_eight(newsroom)
    parts = [bare(text) for text in newsroom.check(calls)]
    assert len(parts) == 2
    opened = []
    for call, text in zip(calls, parts, strict=True):
        assert isinstance(call, SendMessage)
        assert any(f"“{question}”" in text[:200] for question in questions)
        labels = [one.label for row in call.keyboard for one in row]
        numbers = re.findall(r"^\[(\d)\]", text, re.MULTILINE)
        assert all(any(f"[{number}]" in label for label in labels) for number in numbers)
        opened += [label for label in labels if "📄" in label]
    assert len(opened) == len(set(opened)) > 4


@pytest.mark.parametrize(
    "text",
    ["/digest", "/digest 25", "/digest 8-9", "/digest 8:00 Mars", "/quiet 23", "/quiet 1-2-3"],
)
def test_a_time_that_cannot_be_read(newsroom: Newsroom, text: str) -> None:
    """What is no time of day or no time zone changes nothing and shows how to write it."""
    assert "Write it like this: /digest 8:00" in newsroom.said(text)
    assert "I tell news at once." in newsroom.said("/quiet off")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/digest 8am", "at 08:00 (Asia/Tehran)"),
        ("/digest at 8:30 pm", "at 20:30 (Asia/Tehran)"),
        ("/digest 8:00 berlin", "at 08:00 (Europe/Berlin)"),
        ("/digest 9 new york", "at 09:00 (America/New_York)"),
        ("/چکیده ساعت ۸ صبح", "ساعت ۰۸:۰۰ (Asia/Tehran)"),
        ("/چکیده ۹ شب", "ساعت ۲۱:۰۰ (Asia/Tehran)"),
        ("/چکیده ۱۲ شب", "ساعت ۰۰:۰۰ (Asia/Tehran)"),
        ("/quiet 11pm to 7am", "from 23:00 to 07:00 (Asia/Tehran)"),
        ("/quiet 23 7", "from 23:00 to 07:00 (Asia/Tehran)"),
        ("/quiet night", "from 23:00 to 07:00 (Asia/Tehran)"),
        ("/سکوت از ۲۲ تا ۶", "از ۲۲:۰۰ تا ۰۶:۰۰ (Asia/Tehran)"),
    ],
)
def test_times_as_people_write_them(newsroom: Newsroom, text: str, told: str) -> None:
    """Halves of the day, words between and before, and cities are understood in two languages."""
    assert told in newsroom.said(text)


def test_what_is_stopped_or_followed_without_a_number(newsroom: Newsroom) -> None:
    """A word such as "this" is the last question; a word of a question, or "all", stops."""
    newsroom.talker.send(KIRBY)
    assert f"something new on “{KIRBY}”" in newsroom.said("/follow this")
    newsroom.talker.send(f"/follow {DAM}")
    newsroom.talker.send(f"/follow {HONEY}")
    assert f"no more of “{DAM}”" in newsroom.said("/unfollow karun")
    assert "Which one?" in newsroom.said("/unfollow d")
    assert newsroom.said("/unfollow all").count("Stopped") == 2
    assert "Nothing is followed here." in newsroom.said("/following")


def test_a_group_has_its_own(newsroom: Newsroom) -> None:
    """Only who followed, or an administrator, stops it; the alert goes to the topic."""
    group = {"chat_id": -5, "is_private": False, "thread_id": 3}
    newsroom.talker.send(f"/follow {DAM}", **group)
    assert "Only who followed this" in newsroom.said("/unfollow 1", **group | {"user_id": 8})
    newsroom.publish("dam", CLOSED)
    (calls,) = newsroom.alerts()
    (sent,) = calls
    assert isinstance(sent, SendMessage)
    assert (sent.chat_id, sent.thread_id, sent.reply_to) == (-5, 3, 0)

    moved = Incoming(
        update_id=10_000, kind=Kind.MOVED, chat_id=-5, user_id=None, is_private=False,
        moved_from=-5, moved_to=-1005,
    )  # fmt: skip
    newsroom.talker.conversation.respond(moved)
    assert f"1. “{DAM}”" in newsroom.said("/following", **group | {"chat_id": -1005})


def test_everything_is_deleted(newsroom: Newsroom, following: Following) -> None:
    """The button of /privacy deletes what is followed, and what of it still waits is not told."""
    newsroom.talker.send(f"/follow {DAM}")
    newsroom.publish("dam", CLOSED)
    conversation = newsroom.talker.conversation
    ((alert,), _) = conversation.ask_due()
    calls = newsroom.talker.press(newsroom.talker.send("/privacy"), "🗑")
    assert any(isinstance(call, EraseQueued) for call in calls)
    assert following.all() == []
    assert conversation.respond(alert) == ()


def test_what_was_removed_since_is_not_told(newsroom: Newsroom) -> None:
    """An alert whose article has gone before it is told says nothing."""
    newsroom.talker.send(f"/follow {DAM}")
    newsroom.publish("dam", CLOSED)
    conversation = newsroom.talker.conversation
    ((alert,), _) = conversation.ask_due()
    (newsroom.settings.corpus / "dam.jsonl").unlink()
    build(newsroom.settings)
    conversation.refresh()
    assert conversation.respond(alert) == ()
