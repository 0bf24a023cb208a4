"""Calls of the Bot API: made, made again where that helps, or given up with a reason.

Nothing in the Bot API tells a repeated `sendMessage` from a new one. So where the connection ends
between Telegram's accepting a message and our hearing of it, sending again is the only way not to
lose it, and a person may see it twice; such calls are counted as uncertain.

Does not: store anything or choose what is said.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, assert_never

import httpx
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.telegram.delivery.metrics import Metrics
from bot.telegram.types import (
    AnswerButton,
    AnswerInline,
    Call,
    EditMessage,
    InlineResult,
    Keyboard,
    SendMessage,
)

_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 30.0
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
# What surely never reached Telegram.
_UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Undeliverable(Exception):  # it says what happened
    """Telegram will never take this call: the bot was blocked, the chat is gone or the like."""


@dataclass(frozen=True, slots=True)
class _Try:
    """A call as it is made next."""

    call: Call
    is_plain: bool = False


class Sender:
    """Makes calls with one bot."""

    def __init__(self, bot: Bot, metrics: Metrics) -> None:
        """Send as `bot`, which is initialised before the first call."""
        self._bot = bot
        self._metrics = metrics

    async def make(self, call: Call, when_uncertain: Callable[[], Awaitable[None]]) -> int | None:
        """Make a call, as often as it takes; return the message it became, None for no message.

        Args:
            when_uncertain: Awaited before a call is repeated that may have been obeyed.

        Raises:
            Undeliverable: If Telegram refuses it for good.
            InvalidToken: If the token is not accepted any more.
        """
        name = type(call).__name__
        try:
            message_id = await self._until_taken(call, when_uncertain)
        except Undeliverable:
            self._metrics.called(name, "given_up")
            raise
        self._metrics.called(name, "sent")
        return message_id

    async def _until_taken(
        self, call: Call, when_uncertain: Callable[[], Awaitable[None]]
    ) -> int | None:
        """Try until Telegram takes the call or refuses it for good."""
        attempt = _Try(call)
        for wait_s in _waits(call):
            try:
                return await self._once(attempt)
            except (RetryAfter, ChatMigrated, BadRequest, Forbidden) as error:
                attempt = self._told_otherwise(attempt, error)
            except InvalidToken:
                raise
            except TelegramError as error:
                await self._wait(error, wait_s, when_uncertain)
        raise Undeliverable("it is too late for this")

    def _told_otherwise(
        self, attempt: _Try, error: RetryAfter | ChatMigrated | BadRequest | Forbidden
    ) -> _Try:
        """Return what to try after an answer that says what was wrong.

        Raises:
            Undeliverable: If there is nothing left to try.
        """
        match error:
            case RetryAfter():  # `pace` makes the next try wait
                self._metrics.retried("flood", is_uncertain=False)
                return attempt
            case ChatMigrated():
                return replace(attempt, call=_moved(attempt.call, error.new_chat_id))
            case BadRequest() if _has_plain_form(attempt.call) and not attempt.is_plain:
                self._metrics.retried("markup", is_uncertain=False)
                return replace(attempt, is_plain=True)
            case _:
                raise Undeliverable(error.message) from error

    async def _wait(
        self, error: TelegramError, wait_s: float, when_uncertain: Callable[[], Awaitable[None]]
    ) -> None:
        """Wait before a call is repeated, and say so where it may have been obeyed."""
        is_uncertain = not isinstance(error.__cause__, _UNSENT)
        self._metrics.retried("network", is_uncertain=is_uncertain)
        if is_uncertain:
            await when_uncertain()
        await asyncio.sleep(wait_s)

    async def _once(self, attempt: _Try) -> int | None:
        """Make a call once; a message that already reads so is as good as changed."""
        match attempt.call:
            case SendMessage():
                return await self._send(attempt.call, is_plain=attempt.is_plain)
            case EditMessage():
                try:
                    return await self._edit(attempt.call, is_plain=attempt.is_plain)
                except BadRequest as error:
                    if "not modified" not in error.message.lower():
                        raise
                    return attempt.call.message_id
            case AnswerButton(query_id=query_id, text=text):
                await self._bot.answer_callback_query(query_id, text=text or None)
            case AnswerInline(query_id=query_id, cache_s=cache_s):
                results = [_article(one) for one in attempt.call.results]
                await self._bot.answer_inline_query(
                    query_id, results, cache_time=cache_s, is_personal=True
                )
            case _:
                assert_never(attempt.call)
        return None

    async def _send(self, call: SendMessage, *, is_plain: bool) -> int:
        """Send a message; one to be answered that is gone is no obstacle."""
        answered = ReplyParameters(call.reply_to, allow_sending_without_reply=True)
        message = await self._bot.send_message(
            call.chat_id,
            call.plain if is_plain else call.html,
            parse_mode=None if is_plain else ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_parameters=answered if call.reply_to else None,
            reply_markup=_markup(call.keyboard),
        )
        return message.message_id

    async def _edit(self, call: EditMessage, *, is_plain: bool) -> int:
        """Replace the text and buttons of a message."""
        await self._bot.edit_message_text(
            call.plain if is_plain else call.html,
            chat_id=call.chat_id,
            message_id=call.message_id,
            parse_mode=None if is_plain else ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_markup=_markup(call.keyboard),
        )
        return call.message_id


def _waits(call: Call) -> Iterator[float]:
    """Yield the seconds to wait after each try: for ever, but twice for what is soon stale."""
    yield (wait_s := _FIRST_WAIT_S)
    while _has_plain_form(call) or wait_s == _FIRST_WAIT_S:
        wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
        yield wait_s


def _has_plain_form(call: Call) -> bool:
    """Tell messages from answers to buttons and inline questions."""
    return isinstance(call, SendMessage | EditMessage)


def _moved(call: Call, chat_id: int) -> Call:
    """Return a call for the chat that its own has become."""
    return replace(call, chat_id=chat_id) if isinstance(call, SendMessage | EditMessage) else call


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """Return buttons as the library wants them."""
    rows = [
        [InlineKeyboardButton(one.label, callback_data=one.data) for one in row] for row in keyboard
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def _article(result: InlineResult) -> InlineQueryResultArticle:
    """Return one inline result as the library wants it."""
    content = InputTextMessageContent(
        result.html, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW
    )
    return InlineQueryResultArticle(
        result.id, result.title, content, description=result.description
    )
