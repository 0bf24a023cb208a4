"""What an answer says so far, shown while a language model words the rest: `sendMessageDraft`.

A draft is a courtesy, as the sign of `presence` is: it stands in no queue, is never repeated, and
whatever becomes of it, the answer is stored and sent as always. The newest text is shown, at most
once a second in a chat and ten times a second in all, and never again where Telegram refuses.

Does not: choose what is shown.
Source: https://core.telegram.org/bots/api#sendmessagedraft: private chats only, every bot since
Bot API 9.5, at most 4,096 units, gone after 30 seconds or when the message comes.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from aiolimiter import AsyncLimiter
from telegram import Bot
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.telegram.delivery.metrics import Metrics
from bot.telegram.types import Incoming, Kind, Part, Show

_EVERY_S: Final = 1.0
_PATIENCE_S: Final = 5.0
_IN_ALL: Final = 10
_CALL: Final = "Draft"


@dataclass(slots=True, kw_only=True)
class _Draft:
    """The draft of one answer: the newest text, and whether there will be more."""

    incoming: Incoming
    newest: Part | None = None
    is_over: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, part: Part) -> None:
        """Let a text be the newest."""
        self.newest = part
        self.news.set()

    def end(self) -> None:
        """Show nothing more."""
        self.is_over = True
        self.news.set()


class Drafts:
    """Shows drafts with one bot."""

    def __init__(self, bot: Bot, metrics: Metrics) -> None:
        """Show them as `bot`."""
        self._bot = bot
        self._metrics = metrics
        self._limit = AsyncLimiter(_IN_ALL, 1)
        self._refused: set[int] = set()
        self._is_known = True
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def showing(self, incoming: Incoming) -> AsyncIterator[Show]:
        """Yield what shows a text until the answer is made.

        Subtle: at the end a call that is on its way is left to arrive, as that of `presence` is;
        it was made before the message and so comes before it, as a rule.
        """
        if not self._may(incoming):
            yield _show_nothing
            return
        draft, loop = _Draft(incoming=incoming), asyncio.get_running_loop()
        task = asyncio.create_task(self._show(draft))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

        def show(part: Part) -> None:
            with suppress(RuntimeError):  # the loop may have ended before the thread that asks
                loop.call_soon_threadsafe(draft.take, part)

        try:
            yield show
        finally:
            draft.end()

    async def close(self) -> None:
        """Take back what is still on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _may(self, incoming: Incoming) -> bool:
        """Tell whether Telegram lets us show a draft there, as far as we know."""
        is_question = incoming.kind in {Kind.TEXT, Kind.EDITED}
        is_open = self._is_known and incoming.chat_id not in self._refused
        return is_question and incoming.is_private and is_open

    async def _show(self, draft: _Draft) -> None:
        """Show what is newest until it is over or something goes wrong."""
        while (part := await self._next(draft)) is not None:
            try:
                await self._call(draft.incoming, part)
            except TelegramError as error:
                self._metrics.called(_CALL, "given_up")
                self._note(draft.incoming.chat_id, error)
                return
            self._metrics.called(_CALL, "sent")
            await asyncio.sleep(_EVERY_S)

    async def _next(self, draft: _Draft) -> Part | None:
        """Wait for a text that was not shown; None when there is no use in one."""
        while True:
            await draft.news.wait()
            draft.news.clear()
            if draft.is_over:
                return None
            if draft.newest is not None and self._limit.has_capacity():
                part, draft.newest = draft.newest, None
                return part

    async def _call(self, incoming: Incoming, part: Part) -> None:
        """Show a text once, in good time or not at all."""
        async with self._limit:
            await self._bot.send_message_draft(
                incoming.chat_id,
                incoming.update_id,
                part.html,
                parse_mode=ParseMode.HTML,
                connect_timeout=_PATIENCE_S,
                read_timeout=_PATIENCE_S,
                write_timeout=_PATIENCE_S,
                pool_timeout=_PATIENCE_S,
            )

    def _note(self, chat_id: int, error: TelegramError) -> None:
        """Remember a refusal; what went wrong otherwise ends this draft only."""
        match error:
            case InvalidToken():  # so the library calls a method that the server does not know
                self._is_known = False
            case BadRequest() | Forbidden():
                self._refused.add(chat_id)


def _show_nothing(_part: Part) -> None:
    """Show nothing."""


_TYPING_EVERY_S: Final = 4.0
"""Telegram shows it for five seconds or until a message comes.

Source: https://core.telegram.org/bots/api#sendchataction.
"""


class Presence:
    """Shows that the bot is at work."""

    def __init__(self, bot: Bot) -> None:
        """Show it as `bot`."""
        self._bot = bot
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def typing(self, incoming: Incoming) -> AsyncIterator[None]:
        """Show at once and every four seconds that an answer is being made.

        Subtle: at the end a call that is on its way is left to arrive, since taking it back would
        close a connection that the answer can use.
        """
        if incoming.kind not in {Kind.TEXT, Kind.EDITED}:
            yield
            return
        is_over = asyncio.Event()
        task = asyncio.create_task(self._show(incoming.chat_id, is_over))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            yield
        finally:
            is_over.set()

    async def close(self) -> None:
        """Take back what is still on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _show(self, chat_id: int, is_over: asyncio.Event) -> None:
        """Show it until it is over; what Telegram makes of it does not matter."""
        while not is_over.is_set():
            with suppress(TelegramError):
                await self._bot.send_chat_action(chat_id, ChatAction.TYPING)
            with suppress(TimeoutError):
                await asyncio.wait_for(is_over.wait(), _TYPING_EVERY_S)
