"""Rights of chats on a running bot: a private folder, and a setting that cannot be read."""

import shutil
from pathlib import Path

from bot_api_server import BotApi
from bot_process import Bot

QUESTION = "How much did the new pier at Brackwater cost?"
READER, STRANGER, GROUP = 7, 8, -100
_PIER = "Pier audit\n\nThe new pier at Brackwater cost 91 million euros, the auditor found.\n"


def _ask(api: BotApi, chat_id: int) -> str:
    """Let somebody ask in private, or the reader in a group; return the answer."""
    n_before = len(api.texts(chat_id))
    if chat_id > 0:
        api.say(chat_id, QUESTION)
    else:
        message = {
            "message_id": 50,
            "date": 1_700_000_000,
            "chat": {"id": chat_id, "type": "group", "title": "Group"},
            "from": {"id": READER, "is_bot": False, "first_name": "Reader"},
            "text": f"/ask {QUESTION}",
            "entities": [{"type": "bot_command", "offset": 0, "length": 4}],
        }
        api.push({"message": message})
    api.wait_until(lambda: len(api.texts(chat_id)) > n_before)
    return api.texts(chat_id)[-1]


def test_a_folder_is_for_those_who_are_named(
    api: BotApi, bot: Bot, indexed: dict[str, str], tmp_path: Path
) -> None:
    """It is not shown to a stranger, nor in a group to its reader; a wrong label is logged."""
    corpus = tmp_path / "corpus"
    shutil.copytree(indexed["PASOKH_CORPUS"], corpus)
    (corpus / "Internal").mkdir()
    (corpus / "Internal" / "pier.txt").write_text(_PIER, encoding="utf-8")
    bot.start(
        access=f"internal=user:{READER}; intrenal=", corpus=corpus, index_dir=tmp_path / "home"
    )
    seen, *hidden = (_ask(api, chat_id) for chat_id in (READER, STRANGER, GROUP))

    for said in ("91 million", "Pier audit"):
        assert said in seen
        assert not any(said in text for text in hidden)
    (warning,) = [line for line in bot.log if line.get("event") == "access_to_no_article"]
    assert warning["labels"] == ["intrenal"]
    assert bot.stop() == 0


def test_a_bot_does_not_start_with_rights_that_cannot_be_read(api: BotApi, bot: Bot) -> None:
    """It ends with one line that says what was expected, and answers nobody."""
    bot.start(access="internal=usr:7")
    api.say(READER, QUESTION)

    assert bot.ends() == 1
    assert "Expected user:ID, chat:ID, key:NAME or * behind internal=" in bot.written
    assert "Traceback" not in bot.written
    assert api.texts(READER) == []
