"""Calls against a server that refuses, delays and cuts: made once, made again or given up."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
import pytest_asyncio
from bot_api_server import TOKEN, BotApi
from patience import scaled
from telegram.error import InvalidToken
from telegram.ext import ApplicationBuilder

from bot.telegram.delivery.metrics import Metrics
from bot.telegram.delivery.rate_limiter import ChatRateLimiter
from bot.telegram.delivery.send import Sender, Undeliverable
from bot.telegram.types import (
    AnswerButton,
    AnswerInline,
    Button,
    Call,
    EditMessage,
    InlineResult,
    SendDocument,
    SendMessage,
)

Make = Callable[[Call], Awaitable[int | None]]


def hello(chat_id: int = 1, html: str = "<b>hi</b>") -> SendMessage:
    """Return a message."""
    return SendMessage(chat_id=chat_id, html=html, plain="hi", keyboard=((Button("a", "b"),),))


class Trial:
    """A sender on the server, and how often it was uncertain."""

    def __init__(self, sender: Sender, metrics: Metrics) -> None:
        self.sender, self.metrics, self.n_uncertain = sender, metrics, 0

    async def make(self, call: Call) -> int | None:
        """Make a call."""
        return await self.sender.make(call, self._note)

    async def _note(self) -> None:
        self.n_uncertain += 1


@pytest_asyncio.fixture
async def trial(api: BotApi) -> AsyncIterator[Trial]:
    """Return a sender as the program builds it."""
    builder = (
        ApplicationBuilder().token(TOKEN).base_url(f"{api.url}/bot").rate_limiter(ChatRateLimiter())
    )
    application = builder.build()
    await application.initialize()
    metrics = Metrics()
    yield Trial(Sender(application.bot, metrics), metrics)
    await application.shutdown()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "n_taken", "n_uncertain"),
    [
        ("", 1, 0),
        ("429", 1, 0),
        ("500", 1, 1),
        ("cut_before", 1, 1),
        ("cut_after", 2, 1),
        ("malformed", 2, 1),
    ],
)
async def test_a_fault_is_overcome(
    api: BotApi, trial: Trial, fault: str, n_taken: int, n_uncertain: int
) -> None:
    """Each fault ends in a message; only where nobody can know are there two, and it is counted."""
    api.scripted["sendMessage"] = [fault]
    message_id = await trial.make(hello())
    taken = api.accepted()

    assert message_id == taken[-1].message_id
    assert (len(taken), trial.n_uncertain) == (n_taken, n_uncertain)


@pytest.mark.asyncio
async def test_a_chat_that_must_wait_holds_up_no_other(api: BotApi, trial: Trial) -> None:
    """While one chat is told to wait, others are written to."""
    api.faults.retry_after_s = math.ceil(scaled(1))
    api.scripted["sendMessage"] = ["429"]
    first = asyncio.create_task(trial.make(hello(1)))
    await asyncio.to_thread(api.wait_until, lambda: not api.scripted["sendMessage"])
    await trial.make(hello(2))
    assert not first.done()
    await first

    chats = [call.params["chat_id"] for call in api.accepted()]
    assert chats == ["2", "1"]


@pytest.mark.asyncio
async def test_a_button_opens_a_mini_app(api: BotApi, trial: Trial) -> None:
    """A button with an address opens it inside Telegram and sends no data back."""
    button = Button("Page", "", web_app="https://news.example/article/1")
    await trial.make(replace(hello(), keyboard=((button,),)))

    (call,) = api.accepted()
    (row,) = json.loads(call.params["reply_markup"])["inline_keyboard"]
    assert row == [{"text": "Page", "web_app": {"url": "https://news.example/article/1"}}]


@pytest.mark.asyncio
async def test_markup_that_is_refused_is_sent_plain(api: BotApi, trial: Trial) -> None:
    """A message whose markup cannot be read arrives as plain text, once."""
    await trial.make(hello(html="<blink>no</blink> & <b>"))

    assert api.texts(1) == ["hi"]


@pytest.mark.asyncio
async def test_a_message_that_is_never_taken_is_given_up(api: BotApi, trial: Trial) -> None:
    """A blocked bot, or a text refused in both forms, is an error that says so, at once."""
    api.blocked.add(1)
    with pytest.raises(Undeliverable, match="blocked"):
        await trial.make(hello(1))
    with pytest.raises(Undeliverable, match="too long"):
        await trial.make(SendMessage(chat_id=2, html="x" * 4097, plain="x" * 4097))

    assert trial.metrics.total("calls", call="SendMessage", outcome="given_up") == 2


@pytest.mark.asyncio
async def test_an_edit_that_changes_nothing_is_done(api: BotApi, trial: Trial) -> None:
    """An edit that is made twice, as after a crash, succeeds twice."""
    message_id = await trial.make(hello())
    assert message_id is not None
    edit = EditMessage(chat_id=1, message_id=message_id, html="<i>so</i>", plain="so")

    assert [await trial.make(edit), await trial.make(edit)] == [message_id, message_id]
    assert len(api.accepted("editMessageText")) == 1


@pytest.mark.asyncio
async def test_answers_to_buttons_and_inline_questions(api: BotApi, trial: Trial) -> None:
    """They are made with what Telegram wants of them, and given up after a few tries."""
    result = InlineResult(id="1", title="t", description="d", html="<b>x</b>", plain="x")
    await trial.make(AnswerInline(query_id="q", results=(result,)))
    await trial.make(AnswerButton(query_id="q", text="done"))
    api.scripted["answerCallbackQuery"] = ["500", "500"]
    with pytest.raises(Undeliverable):
        await trial.make(AnswerButton(query_id="q"))

    assert len(api.accepted("answerInlineQuery")) == 1
    assert len(api.accepted("answerCallbackQuery")) == 1


@pytest.mark.asyncio
async def test_a_file_is_sent_as_often_as_it_takes(api: BotApi, trial: Trial) -> None:
    """It arrives with its name, its text and its caption, whatever comes between."""
    api.scripted["sendDocument"] = ["500", "429"]
    file = SendDocument(
        chat_id=1, name="a.csv", content="نقل,1\r\n", caption="c", thread_id=3, reply_to=2
    )
    message_id = await trial.make(file)
    (call,) = api.accepted("sendDocument")

    assert message_id == call.message_id
    assert (call.params["document"], call.params["document name"]) == (file.content, "a.csv")
    assert (call.params["caption"], call.params["message_thread_id"]) == ("c", "3")
    assert json.loads(call.params["reply_parameters"])["message_id"] == 2


@pytest.mark.asyncio
async def test_a_refused_token_is_no_lost_message(api: BotApi, trial: Trial) -> None:
    """A token that is not accepted is told apart from a message that is not."""
    api.scripted["sendMessage"] = ["401"]

    with pytest.raises(InvalidToken):
        await trial.make(hello())
