"""Nothing is lost, doubled without need or mixed up, whatever the network and the system do."""

import random
import signal
import time

import pytest
from bot_api_server import BotApi, Faults
from bot_process import Bot
from flood import account, ask_all, is_over, undisturbed

_FIRST_CHAT = 101
_PATIENCE_S = 240


@pytest.fixture(params=[8, pytest.param(25, marks=pytest.mark.long)])
def chats(request: pytest.FixtureRequest) -> range:
    """Return the numbers of the chats that ask."""
    return range(_FIRST_CHAT, _FIRST_CHAT + request.param)


def test_a_flood_with_faults(api: BotApi, bot: Bot, chats: range) -> None:
    """Chats ask 5 questions each while a twentieth of calls meet each fault."""
    bot.start(telegram_total_per_minute=100000, telegram_rate_per_minute=1000)
    expected = undisturbed(api, 5)
    api.faults = Faults(rate=0.05)
    ask_all(api, chats, 5)
    api.wait_until(lambda: is_over(api, chats, expected), _PATIENCE_S)

    result = account(api, chats, expected)
    assert result.is_clean, result
    assert result.n_answered == 5 * len(chats)


def test_kills_in_the_middle_of_a_flood(api: BotApi, bot: Bot, chats: range) -> None:
    """The bot is killed with signal 9 again and again, and still every question is answered."""
    bot.start(telegram_total_per_minute=100000, telegram_rate_per_minute=1000)
    expected = undisturbed(api, 5)
    chance, kills = random.Random(5), []  # noqa: S311  # moments, not secrets
    ask_all(api, chats, 5)
    for _ in range(len(chats) // 8):
        seen = len(api.accepted())
        api.wait_until(lambda seen=seen: len(api.accepted()) > seen, _PATIENCE_S)
        time.sleep(chance.uniform(0, 0.8))
        bot.stop(signal.SIGKILL)
        kills.append(time.monotonic())
        bot.start()
    api.wait_until(lambda: is_over(api, chats, expected), _PATIENCE_S)

    result = account(api, chats, expected, kills)
    assert result.is_clean, result
    assert result.n_answered == 5 * len(chats)


def test_a_stop_in_the_middle_leaves_the_rest_to_the_next_start(
    api: BotApi, bot: Bot, chats: range
) -> None:
    """SIGTERM during a flood ends the program in time, and nothing is doubled or lost."""
    bot.start(telegram_total_per_minute=100000, telegram_rate_per_minute=1000)
    expected = undisturbed(api, 5)
    ask_all(api, chats, 5)
    api.wait_until(lambda: len(api.accepted()) > len(chats), _PATIENCE_S)
    assert bot.stop() == 0
    bot.start()
    api.wait_until(lambda: is_over(api, chats, expected), _PATIENCE_S)

    result = account(api, chats, expected)
    assert result.is_clean, result
    assert result.n_explained == 0
