"""How fast we may call: Telegram's limits, and each chat's own penalty.

In one chat about a message a second with short bursts, 20 a minute in a group, 30 a second in all.
Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
The library's own limiter stops every chat when one is told to wait; here the others go on.

Does not: repeat a call; whoever made it does, and then waits here as long as that chat must.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final, cast

from aiolimiter import AsyncLimiter
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

# Asks the library for times as timedelta, as all its next versions give them; without, it warns
# at every RetryAfter. To be removed with python-telegram-bot 23.
os.environ.setdefault("PTB_TIMEDELTA", "1")

_SPARE_S: Final = 0.1
_MANY_CHATS: Final = 1000
_UNPACED: Final = frozenset({"sendChatAction", "sendMessageDraft"})
"""Courtesies, which must never make an answer wait; `draft` limits its own."""

Result = bool | dict[str, Any] | list[dict[str, Any]]


class ChatPace(BaseRateLimiter[int]):
    """Lets a call pass when its chat and the bot as a whole may make one."""

    def __init__(self) -> None:
        """Begin with every limit unused."""
        self._all = AsyncLimiter(30, 1)
        self._chats: dict[int, AsyncLimiter] = {}
        self._paused_until: dict[int, float] = {}

    async def initialize(self) -> None:
        """Do nothing."""

    async def shutdown(self) -> None:
        """Do nothing."""

    async def process_request(  # the library's signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,  # noqa: ANN401
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,  # noqa: ARG002
    ) -> Result:
        """Make a call as soon as it may be made, and remember how long its chat must wait."""
        chat_id = data.get("chat_id")
        if not isinstance(chat_id, int) or endpoint in _UNPACED:
            return await callback(*args, **kwargs)
        await self._pause_over(chat_id)
        async with self._chat(chat_id), self._all:
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                wait_s = cast("timedelta", error.retry_after).total_seconds() + _SPARE_S
                self._paused_until[chat_id] = asyncio.get_running_loop().time() + wait_s
                raise

    async def _pause_over(self, chat_id: int) -> None:
        """Wait until Telegram lets us into a chat again."""
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(self._paused_until.pop(chat_id, now) - now)

    def _chat(self, chat_id: int) -> AsyncLimiter:
        """Return a chat's limiter; unused ones are forgotten when there are many."""
        if len(self._chats) >= _MANY_CHATS:
            self._chats = {
                chat: one for chat, one in self._chats.items() if not one.has_capacity(one.max_rate)
            }
        if chat_id not in self._chats:
            is_group = chat_id < 0
            self._chats[chat_id] = AsyncLimiter(20, 60) if is_group else AsyncLimiter(3, 3)
        return self._chats[chat_id]
