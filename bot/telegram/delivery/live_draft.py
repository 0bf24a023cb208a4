"""Signs of work while an answer is made: "typing..." and the text so far (`sendMessageDraft`).

Both are optional: they stand in no queue, are never repeated, and the answer is stored and sent
whatever becomes of them. Of a draft the newest text is shown, at most once a second in a chat and
ten times a second in all, and never again where Telegram refuses.

Sources: https://core.telegram.org/bots/api#sendmessagedraft: private chats only, every bot since
Bot API 9.5, at most 4,096 units, gone after 30 seconds or when the message comes.
https://core.telegram.org/bots/api#sendchataction: shown for five seconds or until a message comes.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from aiolimiter import AsyncLimiter
from telegram import Bot
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.telegram.delivery.metrics import Metrics
from bot.telegram.types import Incoming, Kind, Part, Show

_TYPING_EVERY_S: Final = 4.0
_DRAFT_EVERY_S: Final = 1.0
_DRAFT_TIMEOUT_S: Final = 5.0
_DRAFTS_PER_S: Final = 10
_DRAFT_CALL: Final = "Draft"


class _Background:
    """Tasks that run beside the answers.

    Subtle: a call that is under way when the answer is made is left to finish, since cancelling
    it would close a connection that the answer can use. It was made before the message and so
    arrives before it, as a rule.
    """

    def __init__(self) -> None:
        """Begin with no task."""
        self._tasks: set[asyncio.Task[None]] = set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` as a task."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Cancel the calls that are still under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class TypingIndicator(_Background):
    """Shows that the bot is at work."""

    def __init__(self, bot: Bot) -> None:
        """Show it as `bot`."""
        super().__init__()
        self._bot = bot

    @asynccontextmanager
    async def showing(self, incoming: Incoming) -> AsyncIterator[None]:
        """Show at once and every four seconds that an answer is being made."""
        is_over = asyncio.Event()
        if incoming.kind in {Kind.TEXT, Kind.EDITED}:
            self._start(self._show(incoming, is_over))
        try:
            yield
        finally:
            is_over.set()

    async def _show(self, incoming: Incoming, is_over: asyncio.Event) -> None:
        """Show it until it is over; errors of Telegram do not matter."""
        while not is_over.is_set():
            with suppress(TelegramError):
                await self._bot.send_chat_action(
                    incoming.chat_id,
                    ChatAction.TYPING,
                    message_thread_id=incoming.thread_id or None,
                )
            with suppress(TimeoutError):
                await asyncio.wait_for(is_over.wait(), _TYPING_EVERY_S)


@dataclass(slots=True, kw_only=True)
class _Draft:
    """The draft of one answer: its newest text, and whether the answer is complete."""

    incoming: Incoming
    newest: Part | None = None
    is_over: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def update(self, part: Part) -> None:
        """Replace the newest text."""
        self.newest = part
        self.changed.set()

    def end(self) -> None:
        """Show nothing more."""
        self.is_over = True
        self.changed.set()


class LiveDrafts(_Background):
    """Shows drafts with one bot."""

    def __init__(self, bot: Bot, metrics: Metrics) -> None:
        """Show them as `bot`."""
        super().__init__()
        self._bot = bot
        self._metrics = metrics
        self._limit = AsyncLimiter(_DRAFTS_PER_S, 1)
        self._refused: set[int] = set()
        self._is_supported = True

    @asynccontextmanager
    async def showing(self, incoming: Incoming) -> AsyncIterator[Show]:
        """Yield what shows a text until the answer is made; it does nothing without drafts."""
        draft, loop = _Draft(incoming=incoming), asyncio.get_running_loop()
        is_question = incoming.is_private and incoming.kind in {Kind.TEXT, Kind.EDITED}
        if is_question and self._is_supported and incoming.chat_id not in self._refused:
            self._start(self._show(draft))

        def show(part: Part) -> None:
            with suppress(RuntimeError):  # the loop may have ended before the thread that calls
                loop.call_soon_threadsafe(draft.update, part)

        try:
            yield show
        finally:
            draft.end()

    async def _show(self, draft: _Draft) -> None:
        """Show the newest text until the answer is complete or something goes wrong."""
        incoming = draft.incoming
        while True:
            await draft.changed.wait()
            draft.changed.clear()
            if draft.is_over:
                return
            if draft.newest is None or not self._limit.has_capacity():
                continue
            part, draft.newest = draft.newest, None
            try:
                async with self._limit:
                    await self._bot.send_message_draft(
                        incoming.chat_id,
                        incoming.update_id,
                        part.html,
                        message_thread_id=incoming.thread_id or None,
                        parse_mode=ParseMode.HTML,
                        connect_timeout=_DRAFT_TIMEOUT_S,
                        read_timeout=_DRAFT_TIMEOUT_S,
                        write_timeout=_DRAFT_TIMEOUT_S,
                        pool_timeout=_DRAFT_TIMEOUT_S,
                    )
            except TelegramError as error:
                self._metrics.called(_DRAFT_CALL, "given_up")
                match error:
                    case InvalidToken():  # the library's error for a method the server lacks
                        self._is_supported = False
                    case BadRequest() | Forbidden():
                        self._refused.add(incoming.chat_id)
                return
            self._metrics.called(_DRAFT_CALL, "sent")
            await asyncio.sleep(_DRAFT_EVERY_S)
