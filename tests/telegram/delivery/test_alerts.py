"""Alerts of a real bot: what is published is told to whoever follows it, whatever ends the bot."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from bot_api_server import BotApi, Call
from bot_process import Bot
from followers import FOLLOWED, REPORTS, Newsroom, Sizes, flood, open_newsroom


@pytest.fixture
def newsroom(bot: Bot, indexed: dict[str, str], tmp_path: Path) -> Newsroom:
    """Give the bot an archive of its own, which can grow."""
    opened = open_newsroom(tmp_path, Path(indexed["PASOKH_CACHE_DIR"]))
    bot.environment |= opened.environment
    return opened


def _alerts(api: BotApi, chat_id: int) -> list[Call]:
    return [call for call in api.accepted(chat_id=chat_id) if "New on" in call.text]


def test_what_is_published_is_told(api: BotApi, bot: Bot, newsroom: Newsroom) -> None:
    """Nobody asks again, and yet the chat that follows is told, once; others are told nothing."""
    bot.start()
    first, other, second = FOLLOWED[:3]
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
    assert REPORTS[first][0] in alert.text
    assert len(_alerts(api, 8)) == 1
    with closing(sqlite3.connect(bot.store)) as database:
        assert database.execute("SELECT count(*) FROM calls WHERE body != ''").fetchone() == (0,)


def test_what_is_published_while_the_bot_is_down_is_told(
    api: BotApi, bot: Bot, newsroom: Newsroom
) -> None:
    """The next start finds what is new, however many snapshots were published."""
    bot.start()
    api.say(7, f"/follow {FOLLOWED[0]}")
    api.wait_until(lambda: len(api.texts(7)) == 2)
    bot.stop(signal.SIGKILL)
    for question in FOLLOWED[:3]:
        newsroom.publish(question)
    bot.start()
    api.wait_until(lambda: bool(_alerts(api, 7)))
    assert bot.stop() == 0
    assert len(_alerts(api, 7)) == 1


def test_who_may_not_ask_is_not_told(api: BotApi, bot: Bot, newsroom: Newsroom) -> None:
    """A chat that is taken off the list of who may ask gets no alerts either, and no reason."""
    bot.start(telegram_allowed_users="7 8")
    for chat_id in (7, 8):
        api.say(chat_id, f"/follow {FOLLOWED[0]}")
    api.wait_until(lambda: all(len(api.texts(chat_id)) == 2 for chat_id in (7, 8)))
    assert bot.stop() == 0
    bot.start(telegram_allowed_users="8")
    newsroom.publish(FOLLOWED[0])
    api.wait_until(lambda: bool(_alerts(api, 8)))
    api.wait_until(lambda: '"kind": "alert"' in bot.written and bot.written.count('"alert"') == 2)
    assert bot.stop() == 0
    assert len(api.texts(7)) == 2


@pytest.mark.long
def test_a_flood_of_alerts_under_kills(api: BotApi, bot: Bot, newsroom: Newsroom) -> None:
    """Chats ask and follow while snapshots come, calls meet faults and the bot is killed.

    Every question is answered and every alert told, in order; again only where the bot could not
    know. `make flood` does the same with 200 chats and 20 kills.
    """
    sizes = Sizes(chats=10, asked=3, saved=20, snapshots=3, kills=2)
    outcome = flood(api, bot, newsroom, sizes)
    assert outcome.is_clean(sizes), outcome
