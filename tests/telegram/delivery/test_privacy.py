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


def _ask_in_group(api: BotApi, user_id: int, words: str, command: str = "/ask") -> None:
    """Ask by command in the group."""
    text = f"{command} {QUESTION} {words}"
    user = {"id": user_id, "is_bot": False, "first_name": "Person", "language_code": "en"}
    message = {
        "message_id": user_id,
        "date": 1_700_000_000,
        "chat": {"id": GROUP, "type": "supergroup", "title": "Group"},
        "from": user,
        "text": text,
        "entities": [{"type": "bot_command", "offset": 0, "length": len(command)}],
    }
    api.push({"message": message})


def _press(api: BotApi, call: Call, user_id: int, label: str, chat_id: int | None = None) -> None:
    """Press a button of a message, in a private chat or in the group."""
    rows = json.loads(call.params["reply_markup"])["inline_keyboard"]
    (data,) = [one["callback_data"] for row in rows for one in row if label in one["text"]]
    user = {"id": user_id, "is_bot": False, "first_name": "Person", "language_code": "en"}
    message = {
        "message_id": call.message_id,
        "date": 1_700_000_000,
        "chat": {"id": user_id, "type": "private", "first_name": "Person"},
    }
    if chat_id is not None:
        message["chat"] = {"id": chat_id, "type": "supergroup", "title": "Group"}
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


def test_only_an_administrator_deletes_what_others_said(api: BotApi, bot: Bot) -> None:
    """A member's button and /reset delete the member's own; an administrator's all of the group."""
    api.admins.add(9)
    bot.start(telegram_rate_per_minute=1000)
    for user_id in (7, 8, 9):
        _ask_in_group(api, user_id, f"xyzzy{user_id}")
    api.wait_until(lambda: len(api.texts(GROUP)) == 3)
    _ask_in_group(api, 7, "", "/privacy")
    api.wait_until(lambda: len(api.texts(GROUP)) == 4)
    _press(api, api.accepted(chat_id=GROUP)[3], 7, "🗑", GROUP)
    api.wait_until(lambda: len(api.texts(GROUP)) == 5)
    assert say(Phrase.FORGOTTEN_OWN, Language.EN) in api.texts(GROUP)[4]
    assert b"xyzzy7" not in bot.memory.read_bytes()
    assert b"xyzzy8" in bot.memory.read_bytes()
    _ask_in_group(api, 8, "", "/reset")
    api.wait_until(lambda: len(api.texts(GROUP)) == 6)
    assert say(Phrase.RESET_OWN, Language.EN) in api.texts(GROUP)[5]
    assert b"xyzzy8" not in bot.memory.read_bytes()
    assert b"xyzzy9" in bot.memory.read_bytes()
    _ask_in_group(api, 8, "xyzzy8")
    api.wait_until(lambda: len(api.texts(GROUP)) == 7)
    _press(api, api.accepted(chat_id=GROUP)[3], 9, "🗑", GROUP)
    api.wait_until(lambda: len(api.texts(GROUP)) == 8)

    assert say(Phrase.FORGOTTEN, Language.EN) in api.texts(GROUP)[7]
    assert b"xyzzy" not in bot.memory.read_bytes()
    assert bot.stop() == 0


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
