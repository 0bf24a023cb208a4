"""Alerts of a real bot: what is published is told to whoever follows it, whatever ends the bot."""

import json
import random
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from bot_api_server import BotApi, Call
from bot_process import Bot
from flood import could_not_know

from bot.settings import Settings
from bot.wire import build

_PATIENCE_S = 240
_REPORTS = {
    "Why was the airport of Ardabil closed?": (
        "The airport of Ardabil was closed because snow covered both of its runways.",
        "Travellers waited in the hall until the evening.",
    ),
    "How many ships did the port of Bushehr unload?": (
        "The port of Bushehr unloaded forty ships of grain last week.",
        "Dockers worked through three nights, said their union.",
    ),
    "Who opened the museum of carpets in Kerman?": (
        "The museum of carpets in Kerman was opened by the mayor on Friday.",
        "Its oldest piece was woven for a shah.",
    ),
    "What did archaeologists find near Qazvin?": (
        "Archaeologists found a bronze sword near Qazvin under a shepherd's hut.",
        "A laboratory in the capital will date it.",
    ),
    "Why did the bakers of Yazd strike?": (
        "The bakers of Yazd went on strike because flour had become too dear.",
        "Bread was brought from two other towns.",
    ),
}
"""Questions, each with the report that answers it."""

_QUESTIONS = tuple(_REPORTS)
_CHATS = range(201, 221)
_N_KILLS = 3


@dataclass
class Newsroom:
    """An archive that grows under a running bot."""

    settings: Settings

    def publish(self, question: str) -> None:
        """Publish the report that answers a question."""
        number = _QUESTIONS.index(question)
        text = " ".join(_REPORTS[question])
        record = {"id": f"r{number}", "title": f"Report {number}", "text": text, "source": "ISNA"}
        path = self.settings.corpus / f"{number}.jsonl"
        path.write_text(json.dumps(record), encoding="utf-8")
        build(self.settings)


@pytest.fixture
def newsroom(bot: Bot, indexed: dict[str, str], tmp_path: Path) -> Newsroom:
    """Give the bot an archive of its own, the seed article."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    shutil.copytree(indexed["PASOKH_CORPUS"], corpus)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=corpus,
        index_dir=home,
        cache_dir=Path(indexed["PASOKH_CACHE_DIR"]),
    )
    build(settings)
    bot.environment |= {"PASOKH_CORPUS": str(corpus), "PASOKH_INDEX_DIR": str(home)}
    return Newsroom(settings)


def _alerts(api: BotApi, chat_id: int) -> list[Call]:
    return [call for call in api.accepted(chat_id=chat_id) if "New on" in call.text]


def test_what_is_published_is_told(api: BotApi, bot: Bot, newsroom: Newsroom) -> None:
    """Nobody asks again, and yet the chat that follows is told, once; others are told nothing."""
    bot.start()
    first, other, second = _QUESTIONS[:3]
    api.say(7, f"/follow {first}")
    api.say(8, f"/follow {second}")
    api.wait_until(lambda: all(len(api.texts(chat_id)) == 2 for chat_id in (7, 8)))
    newsroom.publish(first)
    api.wait_until(lambda: bool(_alerts(api, 7)))
    newsroom.publish(other)
    newsroom.publish(second)
    api.wait_until(lambda: bool(_alerts(api, 8)))
    assert bot.stop() == 0

    (alert,) = _alerts(api, 7)
    assert _REPORTS[first][0] in alert.text
    assert len(_alerts(api, 8)) == 1
    with closing(sqlite3.connect(bot.store)) as database:
        assert database.execute("SELECT count(*) FROM calls WHERE body != ''").fetchone() == (0,)


def test_what_is_published_while_the_bot_is_down_is_told(
    api: BotApi, bot: Bot, newsroom: Newsroom
) -> None:
    """The next start finds what is new, however many snapshots were published."""
    bot.start()
    api.say(7, f"/follow {_QUESTIONS[0]}")
    api.wait_until(lambda: len(api.texts(7)) == 2)
    bot.stop(signal.SIGKILL)
    for question in _QUESTIONS[:3]:
        newsroom.publish(question)
    bot.start()
    api.wait_until(lambda: bool(_alerts(api, 7)))
    assert bot.stop() == 0
    assert len(_alerts(api, 7)) == 1


def test_who_may_not_ask_is_not_told(api: BotApi, bot: Bot, newsroom: Newsroom) -> None:
    """A chat that is taken off the list of who may ask gets no alerts either, and no reason."""
    bot.start(telegram_allowed_users="7 8")
    for chat_id in (7, 8):
        api.say(chat_id, f"/follow {_QUESTIONS[0]}")
    api.wait_until(lambda: all(len(api.texts(chat_id)) == 2 for chat_id in (7, 8)))
    assert bot.stop() == 0
    bot.start(telegram_allowed_users="8")
    newsroom.publish(_QUESTIONS[0])
    api.wait_until(lambda: bool(_alerts(api, 8)))
    api.wait_until(lambda: '"kind": "alert"' in bot.written and bot.written.count('"alert"') == 2)
    assert bot.stop() == 0
    assert len(api.texts(7)) == 2


def test_a_flood_of_alerts_under_kills(api: BotApi, bot: Bot, newsroom: Newsroom) -> None:
    """20 chats follow 3 questions each while 5 snapshots come and the bot is killed 3 times.

    Every chat is told what it follows, in the order in which it was found; twice only where the
    bot was killed before it could know that Telegram took it.
    """
    bot.start(telegram_total_per_minute=100000, telegram_rate_per_minute=1000)
    followed = {
        chat_id: [_QUESTIONS[(chat_id + step) % len(_QUESTIONS)] for step in range(3)]
        for chat_id in _CHATS
    }
    for chat_id in _CHATS:
        for question in followed[chat_id]:
            api.say(chat_id, f"/follow {question}")
    api.wait_until(lambda: all(len(api.texts(chat_id)) == 6 for chat_id in _CHATS), _PATIENCE_S)
    chance, kills = random.Random(7), []  # noqa: S311  # moments, not secrets
    for number, question in enumerate(_QUESTIONS):
        seen = len(api.accepted())
        newsroom.publish(question)
        if number < _N_KILLS:
            api.wait_until(lambda seen=seen: len(api.accepted()) > seen, _PATIENCE_S)
            time.sleep(chance.uniform(0, 0.4))
            bot.stop(signal.SIGKILL)
            kills.append(time.monotonic())
            bot.start()

    def told(chat_id: int) -> list[str]:
        """Return what a chat was told, in order: the questions, one as often as it came."""
        sent = [call.text for call in _alerts(api, chat_id)]
        return [one for text in sent for one in _QUESTIONS if _REPORTS[one][0] in text]

    api.wait_until(
        lambda: all(set(told(chat_id)) >= set(followed[chat_id]) for chat_id in _CHATS),
        _PATIENCE_S,
    )
    assert bot.stop() == 0
    query = (
        "SELECT question FROM alerts JOIN saved ON saved.number = saved"
        " WHERE chat_id = ? AND record ->> '$.places[0]' NOT NULL ORDER BY alerts.number"
    )
    with closing(sqlite3.connect(bot.store.parent / "telegram-following-4242.db")) as database:
        found = {
            chat_id: [one for (one,) in database.execute(query, (chat_id,))] for chat_id in _CHATS
        }
    for chat_id in _CHATS:
        sent = _alerts(api, chat_id)
        again = [pair for pair in pairwise(sent) if pair[0].text == pair[1].text]
        assert all(could_not_know(*pair, kills) for pair in again)
        assert len(sent) == 3 + len(again)
        assert list(dict.fromkeys(told(chat_id))) == found[chat_id]
