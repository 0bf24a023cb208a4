"""Drafts of answers on their way: shown where they can be, never in the way of the answer."""

import asyncio
import time
from collections.abc import AsyncIterator
from threading import Thread

import pytest
import pytest_asyncio
from bot_api_server import TOKEN, BotApi
from patience import scaled
from telegram.ext import ApplicationBuilder

from bot.telegram.delivery.live_draft import LiveDrafts
from bot.telegram.delivery.metrics import Metrics
from bot.telegram.delivery.rate_limiter import ChatRateLimiter
from bot.telegram.delivery.send import Sender
from bot.telegram.types import Incoming, Kind, Part, SendMessage


class Trial:
    """Drafts and a sender on the server."""

    def __init__(self, drafts: LiveDrafts, sender: Sender, metrics: Metrics) -> None:
        self.drafts, self.sender, self.metrics = drafts, sender, metrics

    async def answer(self, *texts: str, every_s: float = 1.1, **more: object) -> float:
        """Show texts one after another, send a message, and return how long sending took."""
        values: dict[str, object] = {"update_id": 9, "chat_id": 7, "is_private": True}
        values |= {"kind": Kind.TEXT, "user_id": 7} | more
        incoming = Incoming(**values)  # type: ignore[arg-type]
        async with self.drafts.showing(incoming) as show:
            for text in texts:
                thread = Thread(target=show, args=(Part(f"<b>{text}</b>", text),))
                thread.start()
                thread.join()
                await asyncio.sleep(every_s)
        began = time.monotonic()
        message = SendMessage(chat_id=incoming.chat_id, html="done", plain="done")
        await self.sender.make(message, _nothing)
        return time.monotonic() - began


async def _nothing() -> None:
    """Note nothing."""


@pytest_asyncio.fixture
async def trial(api: BotApi) -> AsyncIterator[Trial]:
    """Return drafts as the program builds them."""
    builder = (
        ApplicationBuilder().token(TOKEN).base_url(f"{api.url}/bot").rate_limiter(ChatRateLimiter())
    )
    application = builder.build()
    await application.initialize()
    metrics = Metrics()
    drafts = LiveDrafts(application.bot, metrics)
    yield Trial(drafts, Sender(application.bot, metrics), metrics)
    await drafts.close()
    await application.shutdown()


def _shown(api: BotApi) -> list[str]:
    return [call.text for call in api.accepted("sendMessageDraft")]


def _tried(api: BotApi) -> int:
    return sum(call.method == "sendMessageDraft" for call in api.calls)


@pytest.mark.asyncio
async def test_an_answer_grows_before_it_comes(api: BotApi, trial: Trial) -> None:
    """Each text is shown under the same number in place of the one before, then the message."""
    await trial.answer("one", "one two")

    assert _shown(api) == ["one", "one two"]
    assert {call.params["draft_id"] for call in api.accepted("sendMessageDraft")} == {"9"}
    assert api.texts(7) == ["done"]
    assert trial.metrics.total("calls", call="Draft", outcome="sent") == 2


@pytest.mark.asyncio
async def test_a_draft_stays_in_its_topic(api: BotApi, trial: Trial) -> None:
    """It is shown in the topic that asked."""
    await trial.answer("one", thread_id=3)

    assert [call.params["message_thread_id"] for call in api.accepted("sendMessageDraft")] == ["3"]


@pytest.mark.asyncio
async def test_what_comes_too_fast_is_left_out(api: BotApi, trial: Trial) -> None:
    """Of many texts within a second the first is shown and then the newest."""
    await trial.answer(*(f"text {n}" for n in range(30)), every_s=0.05)

    first, *others = _shown(api)
    assert first == "text 0"
    assert 1 <= len(others) <= 2
    assert _shown(api) == sorted(_shown(api), key=lambda text: int(text.split()[1]))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "more",
    [{"is_private": False, "chat_id": -5}, {"kind": Kind.BUTTON}, {"kind": Kind.INLINE}],
    ids=["group", "button", "inline"],
)
async def test_only_questions_in_private_have_drafts(
    api: BotApi, trial: Trial, more: dict[str, object]
) -> None:
    """Telegram takes drafts in private chats alone, so that elsewhere none is tried."""
    await trial.answer("one", every_s=scaled(0.3), **more)

    assert _tried(api) == 0
    assert len(api.accepted()) == 1


@pytest.mark.asyncio
async def test_a_chat_that_refuses_is_not_asked_again(api: BotApi, trial: Trial) -> None:
    """A refusal ends drafts in that chat, and in no other."""
    api.scripted["sendMessageDraft"] = ["400"]
    await trial.answer("one", "two")
    await trial.answer("three")
    await trial.answer("four", chat_id=8)

    assert _shown(api) == ["four"]
    assert _tried(api) == 2
    assert (api.texts(7), api.texts(8)) == (["done", "done"], ["done"])


@pytest.mark.asyncio
async def test_a_server_that_knows_no_drafts_is_not_asked_again(api: BotApi, trial: Trial) -> None:
    """An older Bot API server ends drafts everywhere; the token is not taken to be refused."""
    api.knows_drafts = False
    await trial.answer("one", "two")
    await trial.answer("three", chat_id=8)

    assert _tried(api) == 1
    assert (api.texts(7), api.texts(8)) == (["done"], ["done"])


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["429", "500", "slow", "cut_before", "cut_after", "malformed"])
async def test_a_failing_draft_never_delays_the_answer(
    api: BotApi, trial: Trial, fault: str
) -> None:
    """Whatever happens to a draft, the message goes out at once and drafts go on next time."""
    api.faults.slow_s, api.faults.retry_after_s = scaled(2), 30
    api.scripted["sendMessageDraft"] = [fault]
    took_s = await trial.answer("one", every_s=scaled(0.2))
    await trial.answer("two", every_s=scaled(0.3))

    assert api.texts(7) == ["done", "done"]
    assert took_s < scaled(1)
    assert "two" in _shown(api)


@pytest.mark.asyncio
async def test_many_chats_leave_room_for_messages(api: BotApi, trial: Trial) -> None:
    """Forty answers at once make few drafts, and their messages are all sent."""
    await asyncio.gather(
        *(trial.answer("one", every_s=0.5, chat_id=100 + n, update_id=n) for n in range(40))
    )

    assert 1 <= _tried(api) <= 20
    assert len(api.accepted()) == 40
