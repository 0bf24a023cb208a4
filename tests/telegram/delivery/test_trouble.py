"""`pasokh serve` as a process when its memory fails: typing, trying again, and at last a word."""

import sqlite3
from contextlib import closing
from itertools import pairwise

from bot_api_server import BotApi
from bot_process import Bot

from bot.texts.language import Language, say
from bot.texts.telegram import Phrase

QUESTION = "What did Kirby say about Sukhoi jets?"


def test_a_slow_answer_shows_typing_every_four_seconds(api: BotApi, bot: Bot) -> None:
    """While another program holds the memory the sign goes on; then the question is answered."""
    bot.start()
    api.wait_until(lambda: '"serving"' in bot.written)
    with closing(sqlite3.connect(bot.memory, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        api.say(7, QUESTION)
        api.wait_until(lambda: len(api.accepted("sendChatAction", 7)) == 3)
        other.execute("ROLLBACK")
    api.wait_until(lambda: bool(api.texts(7)))

    assert "سوخو" in api.texts(7)[0]
    shown = [call.at for call in api.accepted("sendChatAction", 7)]
    assert all(later - sooner > 3.5 for sooner, later in pairwise(shown))
    assert '"failure"' in bot.written  # SQLite waits five seconds, then the answer is tried again


def test_a_failure_is_tried_again_and_then_told(api: BotApi, bot: Bot) -> None:
    """Where the memory cannot be mended the person hears so, once; where it can, an answer."""
    bot.start()
    api.wait_until(lambda: '"serving"' in bot.written)
    with closing(sqlite3.connect(bot.memory)) as other:
        other.execute("ALTER TABLE turns RENAME TO elsewhere")
        api.say(7, QUESTION)
        api.wait_until(lambda: bool(api.texts(7)))
        n_failed = bot.written.count('"failure"')
        api.say(8, QUESTION, language="fa")
        api.wait_until(lambda: bot.written.count('"failure"') > n_failed)
        other.execute("ALTER TABLE elsewhere RENAME TO turns")
        api.wait_until(lambda: bool(api.texts(8)))

    assert n_failed == 3
    assert api.texts(7) == [say(Phrase.FAILED, Language.EN)]
    assert "سوخو" in api.texts(8)[0]
