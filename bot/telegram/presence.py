"""The sign that an answer is being written.

Does not: survive anything; it is a courtesy, never stored and never repeated.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.telegram.types import Incoming, Kind

_EVERY_S: Final = 4.0
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
                await asyncio.wait_for(is_over.wait(), _EVERY_S)
