"""Polling when updates come that no honest server sends: none ends it, none is lost unlogged."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from bot_api_server import TOKEN, BotApi
from bot_process import Bot
from mutated import SOUND, mutated
from patience import scaled
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, Updater

from bot.telegram.delivery import queue_sql
from bot.telegram.delivery.metrics import Metrics
from bot.telegram.delivery.poll_health import PollHealth, PollingRequest, readable
from bot.telegram.delivery.polling import Polling
from bot.telegram.delivery.queue import UpdateQueue
from bot.telegram.delivery.queue_store import Store
from bot.telegram.delivery.updates import parse
from bot.telegram.types import Incoming

_N_SERVED = 1_500


@pytest_asyncio.fixture
async def application(api: BotApi) -> AsyncIterator[Application]:
    """Return a bot that talks with the server and fetches nothing yet."""
    health = PollHealth(Metrics())
    built = (
        ApplicationBuilder()
        .updater(None)
        .token(TOKEN)
        .base_url(f"{api.url}/bot")
        .get_updates_request(PollingRequest(health, connection_pool_size=1))
        .build()
    )
    await built.initialize()
    yield built
    await built.shutdown()


@pytest.mark.asyncio
@pytest.mark.parametrize("n_mutated", [2_000, pytest.param(10_000, marks=pytest.mark.long)])
async def test_every_mutated_update_is_stored_or_logged(
    n_mutated: int, application: Application, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is stored, logged by its number or asks for nothing; all can be read back."""
    store = Store(tmp_path / "queue.db")
    update_queue = UpdateQueue(store, parse, Metrics(), size=2 * n_mutated)
    updates = [
        update | {"update_id": number}
        for number, update in enumerate([*SOUND, *mutated(n_mutated)])
    ]
    nothing = set()
    with caplog.at_level(logging.ERROR):
        for at in range(0, len(updates), 100):
            batch = readable(json.dumps({"ok": True, "result": updates[at : at + 100]}).encode())
            read = Update.de_list(json.loads(batch)["result"], application.bot)
            for update in read:
                n_logged = len(caplog.records)
                if parse(update) is None and len(caplog.records) == n_logged:
                    nothing.add(update.update_id)
            await asyncio.gather(*map(update_queue.put, read))
    stored = {one.update_id for one in await store.do(queue_sql.unsettled)}
    store.close()
    logged = {record.fields["update_id"] for record in caplog.records}

    assert {record.message for record in caplog.records} == {"unreadable"}
    assert stored | logged | nothing == {update["update_id"] for update in updates}
    assert set(range(len(SOUND))) <= stored
    assert min(len(stored), len(logged), len(nothing)) > n_mutated // 20


def test_a_bot_that_is_sent_mutated_updates_goes_on_answering(api: BotApi, bot: Bot) -> None:
    """After each hundred a question is answered, and so it is by the next process."""
    bot.start(telegram_allowed_users="7")
    for number, update in enumerate(mutated(_N_SERVED)):
        api.push(update)
        if number % 100 == 99:
            api.say(7, "/help")
    api.push({"message": {"message_id": 1, "date": 1, "text": "\ud83d who?", "from": {"id": 7}}})
    api.say(7, "/help")
    api.wait_until(lambda: len(api.texts(7)) == 16)
    assert bot.stop() == 0
    bot.start()
    api.say(7, "/help")
    api.wait_until(lambda: len(api.texts(7)) == 17)

    assert '"unreadable"' in bot.written
    assert "Traceback" not in bot.written


@pytest.mark.asyncio
async def test_polling_that_an_error_has_ended_begins_again(
    api: BotApi,
    application: Application,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An error nobody foresaw is logged, and the update that met it is taken at the next try."""
    monkeypatch.setattr("bot.telegram.delivery.polling._AGAIN_AFTER_S", 0.05)
    failures = [ArithmeticError("the disk is on fire")]

    def fails_once(item: object) -> Incoming | None:
        if failures:
            raise failures.pop()
        return parse(item)

    store = Store(tmp_path / "queue.db")
    update_queue = UpdateQueue(store, fails_once, Metrics(), size=9)
    polling = Polling(lambda: Updater(application.bot, update_queue), PollHealth(Metrics()))
    await polling.start()
    numbers = [api.say(7, "who?") for _ in range(3)]
    taken = [await asyncio.wait_for(_next(update_queue), scaled(30)) for _ in numbers]
    await polling.close()
    store.close()

    assert taken == numbers
    failed = [record.fields for record in caplog.records if record.message == "failure"]
    assert [(one["what"], one["error"]) for one in failed] == [("polling", "ArithmeticError")]


async def _next(update_queue: UpdateQueue) -> int:
    """Take the next update and return its number."""
    incoming = await update_queue.get()
    assert isinstance(incoming, Incoming)
    update_queue.release(incoming)
    return incoming.update_id


def test_an_update_without_a_number_is_left_out_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The others of its batch come; nothing but such updates is no answer at all."""
    odd = [{"update_id": "7"}, {"update_id": True}, {"update_id": 2**70}, {}, None, 5]
    batch = json.dumps({"ok": True, "result": [*odd, {"update_id": 8}]}).encode()

    assert json.loads(readable(batch))["result"] == [{"update_id": 8}]
    (record,) = [one for one in caplog.records if one.message == "unnumbered"]
    assert record.fields == {"updates": 6}
