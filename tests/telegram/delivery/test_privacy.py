"""What the bot's files hold of people, and what is left of it when they say so."""

import json
from pathlib import Path

from bot_api_server import BotApi, Call
from bot_process import Bot

from bot.settings import Settings
from bot.texts.language import Language, say
from bot.texts.telegram import Phrase

QUESTION = "What did Kirby say about Sukhoi jets?"
GROUP = -100


def _ask_in_group(api: BotApi, user_id: int, words: str) -> None:
    """Ask by command in the group."""
    text = f"/ask {QUESTION} {words}"
    user = {"id": user_id, "is_bot": False, "first_name": "Person", "language_code": "en"}
    message = {
        "message_id": user_id,
        "date": 1_700_000_000,
        "chat": {"id": GROUP, "type": "supergroup", "title": "Group"},
        "from": user,
        "text": text,
        "entities": [{"type": "bot_command", "offset": 0, "length": 4}],
    }
    api.push({"message": message})


def _press(api: BotApi, call: Call, user_id: int, label: str) -> None:
    """Press a button of a message in a private chat."""
    rows = json.loads(call.params["reply_markup"])["inline_keyboard"]
    (data,) = [one["callback_data"] for row in rows for one in row if label in one["text"]]
    user = {"id": user_id, "is_bot": False, "first_name": "Person", "language_code": "en"}
    message = {
        "message_id": call.message_id,
        "date": 1_700_000_000,
        "chat": {"id": user_id, "type": "private", "first_name": "Person"},
    }
    query = {"id": "q", "from": user, "chat_instance": "c", "data": data, "message": message}
    api.push({"callback_query": query})


def _kept(bot: Bot) -> bytes:
    """Return all bytes of the data folder."""
    return b"".join(path.read_bytes() for path in bot.memory.parent.glob("telegram-*"))


def test_a_reset_leaves_no_word_in_any_file(api: BotApi, bot: Bot) -> None:
    """After /reset neither question nor vote is in the files of memory and queue."""
    bot.start()
    api.say(7, f"{QUESTION} xyzzy")
    api.wait_until(lambda: len(api.texts(7)) == 1)
    _press(api, api.accepted(chat_id=7)[0], 7, "👍")
    api.wait_until(lambda: bool(api.accepted("answerCallbackQuery")))
    assert b"xyzzy" in _kept(bot)
    api.say(7, "/reset")
    api.wait_until(lambda: len(api.texts(7)) == 2)

    assert bot.stop() == 0
    assert b"xyzzy" not in _kept(bot)


def test_delete_everything_reaches_what_still_waits(api: BotApi, bot: Bot) -> None:
    """What a person wrote in a group that Telegram holds up is erased, and never answered."""
    api.scripted["sendMessage"] = ["500"] * 5
    bot.start()
    for number, user_id in enumerate((7, 7, 8)):
        _ask_in_group(api, user_id, f"xyzzy{number}")
    api.wait_until(lambda: not api.scripted["sendMessage"])
    api.say(7, "/privacy")
    api.wait_until(lambda: bool(api.texts(7)))
    _press(api, api.accepted(chat_id=7)[0], 7, "🗑")
    api.wait_until(lambda: len(api.texts(7)) == 2)
    assert say(Phrase.FORGOTTEN, Language.EN) in api.texts(7)[1]
    assert len(api.texts(GROUP)) == 0
    api.wait_until(lambda: bot.written.count('"state": "done"') == 5)

    assert len(api.texts(GROUP)) == 2  # that which was being sent, and the other person's
    assert bot.stop() == 0
    assert b"xyzzy0" not in _kept(bot)
    assert b"xyzzy1" not in _kept(bot)
    assert b"xyzzy2" in _kept(bot)


def test_two_bots_share_a_folder_and_no_file(tmp_path: Path) -> None:
    """Queue and memory carry the public half of the token."""
    one, two = (
        Settings(
            _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
            data_dir=tmp_path,
            telegram_token=f"{number}:{'A' * 35}",
        )
        for number in (4242, 4343)
    )

    files = {one.telegram_store, one.telegram_memory, two.telegram_store, two.telegram_memory}
    assert len(files) == 4
    assert {path.parent for path in files} == {tmp_path}
