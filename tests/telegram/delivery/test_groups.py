"""Topics, in groups and in private, and groups that become supergroups."""

import json
import sqlite3
from contextlib import closing

from bot_api_server import BotApi, Call
from bot_process import Bot

from bot.texts.language import Language, say
from bot.texts.telegram import Phrase

QUESTION = "What did Kirby say about Sukhoi jets?"
FOLLOW_UP = "and what did Moscow answer?"
GROUP, SUPERGROUP = -100, -1001


def _in_group(api: BotApi, text: str, chat_id: int = GROUP, **more: object) -> int:
    """Let somebody write a command in a group."""
    message = {
        "message_id": 50,
        "date": 1_700_000_000,
        "chat": {"id": chat_id, "type": "group", "title": "Group"},
        "from": {"id": 7, "is_bot": False, "first_name": "Person", "language_code": "en"},
        "text": text,
        "entities": [{"type": "bot_command", "offset": 0, "length": len(text.partition(" ")[0])}],
        **more,
    }
    return api.push({"message": message})


def _thread(number: int) -> dict[str, object]:
    """Return what a message in a topic has."""
    return {"message_thread_id": number, "is_topic_message": True}


def _threads(calls: list[Call]) -> list[str]:
    """Return the topics that calls name."""
    return [call.params.get("message_thread_id", "") for call in calls]


def test_a_private_chat_s_topics_are_conversations_of_their_own(api: BotApi, bot: Bot) -> None:
    """Replies, typing, memory and /only stay in their topic; buttons work there."""
    bot.start()
    api.say(7, "/only lang=fa", **_thread(3))
    api.say(7, QUESTION, **_thread(3))
    api.say(7, FOLLOW_UP, **_thread(4))
    api.say(7, FOLLOW_UP, **_thread(3))
    api.say(7, "/only")
    api.say(7, "/only", **_thread(3))
    api.wait_until(lambda: len(api.texts(7)) == 6)
    chosen, _, alone, following, everything, still = api.texts(7)

    assert _threads(api.accepted(chat_id=7)) == ["3", "3", "4", "3", "", "3"]
    assert set(_threads(api.accepted("sendChatAction", 7))) == {"3", "4", ""}
    assert "Read as going on" not in alone
    assert "Read as going on" in following
    assert "whole archive" in everything
    assert still == chosen
    button = json.loads(api.accepted(chat_id=7)[1].params["reply_markup"])["inline_keyboard"][0][0]
    _press(api, button["callback_data"], _thread(3))
    api.wait_until(lambda: len(api.texts(7)) == 7)
    assert _threads(api.accepted(chat_id=7))[6] == "3"
    api.say(7, "/reset", **_thread(4))
    api.say(7, "/sources", **_thread(3))
    api.wait_until(lambda: len(api.texts(7)) == 9)
    assert "Sources" in api.texts(7)[8]
    assert bot.stop() == 0


def _press(api: BotApi, data: str, more: dict[str, object]) -> None:
    """Press a button in the private chat."""
    user = {"id": 7, "is_bot": False, "first_name": "Person", "language_code": "en"}
    chat = {"id": 7, "type": "private", "first_name": "Person"}
    message = {"message_id": 60, "date": 1_700_000_000, "chat": chat, "text": "an answer", **more}
    query = {"id": "q", "from": user, "chat_instance": "c", "data": data, "message": message}
    api.push({"callback_query": query})


def test_a_thread_of_replies_is_no_topic(api: BotApi, bot: Bot) -> None:
    """A forum's topic is answered in it; where there are none Telegram would refuse its number."""
    bot.start()
    forum = {"chat": {"id": GROUP, "type": "supergroup", "title": "Forum", "is_forum": True}}
    _in_group(api, f"/ask {QUESTION}", **forum, **_thread(5))
    _in_group(api, f"/ask {QUESTION}", message_thread_id=44)
    api.wait_until(lambda: len(api.texts(GROUP)) == 2)

    assert _threads(api.accepted(chat_id=GROUP)) == ["5", ""]
    assert bot.stop() == 0


def test_a_mention_in_reply_asks_about_somebody_s_message(api: BotApi, bot: Bot) -> None:
    """The message or the part quoted is asked, in a group and in private; a poll gets a word."""
    bot.start()
    mention = [{"type": "mention", "offset": 0, "length": 16}]
    person = {"id": 8, "is_bot": False, "first_name": "Other"}
    claim = "Kirby said that Iranian pilots learn to fly Sukhoi jets in Russia."
    theirs = {"message_id": 40, "date": 1, "chat": {"id": GROUP, "type": "group"}, "from": person}
    theirs |= {"text": claim}
    for text in ("@pasokh_test_bot", "@pasokh_test_bot is this true?"):
        _in_group(api, text, entities=mention, reply_to_message=theirs)
    quote = {"text": "Iranian pilots learn to fly Sukhoi jets", "position": 16}
    _in_group(api, "@pasokh_test_bot", entities=mention, quote=quote)
    forwarded = {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "X"}}
    api.say(7, "is this true?", reply_to_message=theirs | forwarded)
    api.wait_until(lambda: len(api.texts(GROUP)) == 3 and len(api.texts(7)) == 1)

    for text in (*api.texts(GROUP), *api.texts(7)):
        assert say(Phrase.ABOUT, Language.EN) in text
        assert "سوخو" in text
    poll = {"id": "1", "question": "who?", "options": [], "total_voter_count": 0, "type": "quiz"}
    poll |= {"is_closed": False, "is_anonymous": True, "allows_multiple_answers": False}
    chat = {"id": 9, "type": "private", "first_name": "Person"}
    message = {"date": 1, "chat": chat, "from": person | {"id": 9}}
    for number, content in enumerate(({"poll": poll}, {"thing_of_next_year": {}}, {})):
        api.push({"message": message | content | {"message_id": 70 + number}})
    api.say(9, "/help")
    api.wait_until(lambda: len(api.texts(9)) == 2)
    assert say(Phrase.NO_TEXT, Language.EN) in api.texts(9)[0]
    assert bot.stop() == 0


def test_a_group_that_becomes_a_supergroup_goes_on(api: BotApi, bot: Bot) -> None:
    """Settings, memory and the place on the list of chats are kept, also by the next process."""
    bot.start(telegram_allowed_chats=GROUP, telegram_rate_per_minute=1000)
    _in_group(api, "/lang fa")
    _in_group(api, "/only lang=fa")
    _in_group(api, f"/ask {QUESTION}")
    api.wait_until(lambda: len(api.texts(GROUP)) == 3)
    api.moved[GROUP] = SUPERGROUP
    _in_group(api, f"/ask {FOLLOW_UP}")  # said before, fetched after
    api.push(_moved(GROUP, migrate_to_chat_id=SUPERGROUP))
    api.push(_moved(SUPERGROUP, migrate_from_chat_id=GROUP))
    api.wait_until(lambda: len(api.texts(SUPERGROUP)) == 1)
    _in_group(api, "/only", SUPERGROUP)
    _in_group(api, "/sources", SUPERGROUP)
    api.wait_until(lambda: len(api.texts(SUPERGROUP)) == 3)
    assert bot.stop() == 0
    bot.start()
    _in_group(api, "/lang en", SUPERGROUP)
    _in_group(api, f"/ask {QUESTION}", -200)
    _in_group(api, "/only")  # a straggler
    api.wait_until(lambda: len(api.texts(SUPERGROUP)) == 5)
    answered, only, sources, *last = api.texts(SUPERGROUP)

    assert "reply_parameters" not in api.accepted(chat_id=SUPERGROUP)[0].params
    assert "منابع" in answered
    assert "\u2066fa\u2069" in only
    assert "منابع" in sources
    with closing(sqlite3.connect(bot.memory)) as memory:
        assert memory.execute("SELECT DISTINCT chat_id FROM turns").fetchall() == [(SUPERGROUP,)]
    assert any(say(Phrase.LANG_SET, Language.EN) in text for text in last)
    assert any("only off" in text for text in last)
    assert api.texts(-200) == []
    assert bot.stop() == 0


def _moved(chat_id: int, **fields: int) -> dict[str, object]:
    """Return what Telegram says of a move in one of the two chats."""
    chat = {"id": chat_id, "type": "group", "title": "Group"}
    return {"message": {"message_id": 51, "date": 1_700_000_000, "chat": chat, **fields}}
