"""Sender of Bot API calls: makes them, repeats them where that helps, or gives up with a reason.

Nothing in the Bot API tells a repeated `sendMessage` from a new one. So where the connection ends
between Telegram's accepting a message and our hearing of it, sending again is the only way not to
lose it, and a person may see it twice; such calls are counted as uncertain.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
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
    WebAppInfo,
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
    Button,
    Call,
    EditMessage,
    Incoming,
    Keyboard,
    SendDocument,
    SendMessage,
)

_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 30.0
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
# Errors before a request reached Telegram.
_UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class Undeliverable(Exception):  # it says what happened
    """Telegram will never take this call: the bot was blocked, the chat is gone or the like."""


class Sender:
    """Makes calls with one bot."""

    def __init__(self, bot: Bot, metrics: Metrics) -> None:
        """Send as `bot`, which is initialised before the first call."""
        self._bot = bot
        self._metrics = metrics

    async def make(self, call: Call, when_uncertain: Callable[[], Awaitable[None]]) -> int | None:
        """Make a call, as often as it takes; return the message it became, None for no message.

        Args:
            when_uncertain: Awaited before a call is repeated that may have been accepted.

        Raises:
            Undeliverable: If Telegram refuses it for good.
            InvalidToken: If the token is not accepted any more.
        """
        name = type(call).__name__
        try:
            message_id = await self._until_accepted(call, when_uncertain)
        except Undeliverable:
            self._metrics.called(name, "given_up")
            raise
        self._metrics.called(name, "sent")
        return message_id

    async def is_admin(self, incoming: Incoming) -> bool:
        """Ask Telegram whether who wrote or pressed administers the group.

        Raises:
            TelegramError: If it does not say.
        """
        if incoming.user_id is None:
            return incoming.is_as_chat
        # Of one member Telegram need not tell a bot that is no administrator itself.
        members = await self._bot.get_chat_administrators(incoming.chat_id)
        return incoming.user_id in {member.user.id for member in members}

    async def _until_accepted(
        self, call: Call, when_uncertain: Callable[[], Awaitable[None]]
    ) -> int | None:
        """Try until Telegram accepts the call or refuses it for good."""
        is_plain = False
        for wait_s in _waits(call):
            try:
                return await self._once(call, is_plain=is_plain)
            except RetryAfter:  # the rate limiter makes the next try wait
                self._metrics.retried("flood", is_uncertain=False)
            except ChatMigrated as error:
                match call:
                    case SendMessage() | SendDocument():  # messages are numbered anew there
                        call = replace(call, chat_id=error.new_chat_id, reply_to=0)
                    case EditMessage():
                        call = replace(call, chat_id=error.new_chat_id)
            except (BadRequest, Forbidden) as error:
                if is_plain or isinstance(error, Forbidden) or not _has_plain_form(call):
                    raise Undeliverable(error.message) from error
                self._metrics.retried("markup", is_uncertain=False)
                is_plain = True
            except InvalidToken:
                raise
            except TelegramError as error:
                is_uncertain = not isinstance(error.__cause__, _UNSENT)
                self._metrics.retried("network", is_uncertain=is_uncertain)
                if is_uncertain:
                    await when_uncertain()
                await asyncio.sleep(wait_s)
        raise Undeliverable("it is too late for this")

    async def _once(self, call: Call, *, is_plain: bool) -> int | None:
        """Make a call once."""
        match call:
            case SendMessage():
                message = await self._bot.send_message(
                    call.chat_id,
                    call.plain if is_plain else call.html,
                    parse_mode=None if is_plain else ParseMode.HTML,
                    link_preview_options=_NO_PREVIEW,
                    message_thread_id=call.thread_id or None,
                    reply_parameters=_replying(call.reply_to),
                    reply_markup=_markup(call.keyboard),
                )
                return message.message_id
            case SendDocument():
                message = await self._bot.send_document(
                    call.chat_id,
                    call.content.encode(),
                    filename=call.name,
                    caption=call.caption,
                    message_thread_id=call.thread_id or None,
                    reply_parameters=_replying(call.reply_to),
                )
                return message.message_id
            case EditMessage():
                try:
                    await self._bot.edit_message_text(
                        call.plain if is_plain else call.html,
                        chat_id=call.chat_id,
                        message_id=call.message_id,
                        parse_mode=None if is_plain else ParseMode.HTML,
                        link_preview_options=_NO_PREVIEW,
                        reply_markup=_markup(call.keyboard),
                    )
                except BadRequest as error:
                    if "not modified" not in error.message.lower():  # it reads so already
                        raise
                return call.message_id
            case AnswerButton():
                await self._bot.answer_callback_query(call.query_id, text=call.text or None)
            case AnswerInline():
                results = [
                    InlineQueryResultArticle(
                        result.id,
                        result.title,
                        InputTextMessageContent(
                            result.html,
                            parse_mode=ParseMode.HTML,
                            link_preview_options=_NO_PREVIEW,
                        ),
                        description=result.description,
                    )
                    for result in call.results
                ]
                await self._bot.answer_inline_query(
                    call.query_id, results, cache_time=call.cache_s, is_personal=True
                )
            case _:
                assert_never(call)
        return None


def _waits(call: Call) -> Iterator[float]:
    """Yield the seconds to wait after each try: endlessly for messages, twice for other calls."""
    yield (wait_s := _FIRST_WAIT_S)
    is_message = isinstance(call, SendMessage | SendDocument | EditMessage)
    while is_message or wait_s == _FIRST_WAIT_S:
        wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
        yield wait_s


def _has_plain_form(call: Call) -> bool:
    """Tell whether there is a form of it without markup."""
    return isinstance(call, SendMessage | EditMessage)


def _replying(message_id: int) -> ReplyParameters | None:
    """Return what a message replies to; one that is gone does not prevent the reply."""
    if not message_id:
        return None
    return ReplyParameters(message_id, allow_sending_without_reply=True)


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """Return buttons as the library's object; None for none."""
    rows = [[_button(button) for button in row] for row in keyboard]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    if button.web_app:
        return InlineKeyboardButton(button.label, web_app=WebAppInfo(button.web_app))
    return InlineKeyboardButton(button.label, callback_data=button.data)
