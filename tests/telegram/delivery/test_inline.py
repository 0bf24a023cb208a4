"""Inline questions: one update a keystroke, of which only the newest is worth an answer."""

import json
import time

from bot_api_server import BotApi
from bot_process import Bot

QUESTION = "What did Kirby say about Sukhoi jets, and what was Moscow's answer to him?"
N_KEYS = 45


def _type(api: BotApi, user_id: int, text: str) -> None:
    """Type something inline; the query has the id of its text's length."""
    user = {"id": user_id, "is_bot": False, "first_name": "Person", "language_code": "en"}
    query = {"id": f"{user_id}-{len(text)}", "from": user, "query": text, "offset": ""}
    api.push({"inline_query": query})


def _answered(api: BotApi, user_id: int) -> dict[str, int]:
    """Return the queries of a person that were answered, with the number of their results."""
    calls = api.accepted("answerInlineQuery")
    return {
        query: len(json.loads(call.params["results"]))
        for call in calls
        if (query := call.params["inline_query_id"]).startswith(f"{user_id}-")
    }


def test_keystrokes_cost_neither_the_last_one_nor_a_private_question(api: BotApi, bot: Bot) -> None:
    """Of 45 typed at once the last is answered, most are passed over, and so is no message."""
    bot.start(telegram_rate_per_minute=20)
    for n in range(1, N_KEYS + 1):
        _type(api, 7, QUESTION[:n])
    for _ in range(22):
        api.say(7, "/help")
    last = f"7-{N_KEYS}"
    api.wait_until(lambda: last in _answered(api, 7) and len(api.texts(7)) == 22)

    answered = _answered(api, 7)
    assert answered[last] > 0
    assert len(answered) <= 5
    assert bot.written.count('"state": "superseded"') == N_KEYS - len(answered)
    assert sum("Please ask again in" in text for text in api.texts(7)) <= 2
    assert "Traceback" not in bot.written


def test_who_types_on_past_the_limit_still_gets_the_last_one(api: BotApi, bot: Bot) -> None:
    """Letters that come one by one, more than a minute may have, wait instead of being refused."""
    bot.start(telegram_rate_per_minute=20)
    for n in range(1, N_KEYS + 1):
        _type(api, 7, QUESTION[:n])
        time.sleep(0.1)
    api.wait_until(lambda: f"7-{N_KEYS}" in _answered(api, 7))

    assert all(_answered(api, 7).values())
