"""Posts of channels that reach the archive while the bot runs."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

from bot_api_server import BotApi
from bot_process import Bot

QUESTION = "How much did the new pier at Brackwater cost?"
TEXT = (
    "Pier opens in September\n\n"
    "The new pier at Brackwater cost 64 million euros, its director Ines Halvorsen said.\n"
    "Boats may use the basin from Monday.\n\n@harbour_news"
)
CHANNEL = {
    "id": -1001234567,
    "type": "channel",
    "title": "Harbour News",
    "username": "Harbour_News",
}
OTHER = {"id": -1007654321, "type": "channel", "title": "Rumours", "username": "rumours"}


def _post(
    text: str, number: int, *, chat: dict[str, object] = CHANNEL, at: int = 0
) -> dict[str, object]:
    """Return a post as the Bot API writes it."""
    return {
        "message_id": number,
        "date": at or int(time.time()),
        "chat": chat,
        "sender_chat": chat,
        "text": text,
        "entities": [{"type": "bold", "offset": 0, "length": 23}],
    }


def _ask_until(api: BotApi, says: Callable[[str], bool]) -> str:
    """Ask the same until an answer is as expected, and return it."""
    for _ in range(60):
        n_before = len(api.texts(7))
        api.say(7, QUESTION)
        api.wait_until(lambda n=n_before: len(api.texts(7)) > n)  # type: ignore[misc]
        if says(api.texts(7)[-1]):
            return api.texts(7)[-1]
        time.sleep(2)
    msg = f"the last answer was {api.texts(7)[-1]!r}"
    raise TimeoutError(msg)


def test_a_post_is_answered_from_and_so_is_its_correction(
    api: BotApi, bot: Bot, tmp_path: Path
) -> None:
    """A new post is quoted with its channel, then its edited wording, then none as it is removed.

    Posts of a channel that is not listed are left alone.
    """
    bot.start(
        telegram_channels="@harbour_news",
        telegram_admins=9,
        index_dir=tmp_path / "home",
        telegram_rate_per_minute=999,
    )
    at = int(time.time()) - 60
    api.push({"channel_post": _post(TEXT.replace("80", "70"), 5, chat=OTHER)})
    api.push({"channel_post": _post(TEXT, 12, at=at)})
    first = _ask_until(api, lambda text: "64 million" in text)
    edited = _post(TEXT.replace("64", "46"), 12, at=at) | {"edit_date": at + 30}
    api.push({"edited_channel_post": edited})
    second = _ask_until(api, lambda text: "46 million" in text)

    api.say(9, "/remove https://t.me/Harbour_News/12")
    api.wait_until(lambda: bool(api.texts(9)))
    gone = _ask_until(api, lambda text: "46 million" not in text)

    assert "Removed for good" in api.texts(9)[-1]
    assert "Harbour News" not in gone
    assert "Harbour News" in first
    assert "64 million" not in second
    assert not any("70 million" in text for text in api.texts(7))
    assert bot.stop() == 0


def test_a_post_taken_before_a_kill_is_built_by_the_next_start(
    api: BotApi, bot: Bot, tmp_path: Path
) -> None:
    """What Telegram was told to forget is in the archive after the bot was killed at once."""
    settings = {"telegram_channels": "-1001234567", "index_dir": tmp_path / "home"}
    bot.start(**settings, telegram_rate_per_minute=999)
    api.say(7, "hello")
    api.wait_until(lambda: bool(api.texts(7)))
    number = api.push({"channel_post": _post(TEXT, 12)})
    api.wait_until(lambda: any(line.get("update_id") == number for line in bot.log))
    bot.stop(signal.SIGKILL)
    bot.start()

    assert "Harbour News" in _ask_until(api, lambda text: "64 million" in text)
