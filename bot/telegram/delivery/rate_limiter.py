"""Rate limiter of calls: Telegram's limits per chat and in all, and each chat's own penalty.

In one chat about a message a second with short bursts, 20 a minute in a group, 30 a second in all.
Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
The library's own limiter stops every chat when one is told to wait; here the others go on.

Does not: repeat a call; `send` does, and its next try waits here as long as its chat must.
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
_UNLIMITED: Final = frozenset({"sendChatAction", "sendMessageDraft"})
"""Optional calls, which must never make an answer wait; `live_draft` limits its own."""

Result = bool | dict[str, Any] | list[dict[str, Any]]


class ChatRateLimiter(BaseRateLimiter[int]):
    """Delays each call until its chat and the bot as a whole may make one."""

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
        if not isinstance(chat_id, int) or endpoint in _UNLIMITED:
            return await callback(*args, **kwargs)
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(self._paused_until.pop(chat_id, now) - now)
        if len(self._chats) >= _MANY_CHATS:  # forget the limiters that are as good as new
            self._chats = {
                chat: limiter
                for chat, limiter in self._chats.items()
                if not limiter.has_capacity(limiter.max_rate)
            }
        if chat_id not in self._chats:
            is_group = chat_id < 0
            self._chats[chat_id] = AsyncLimiter(20, 60) if is_group else AsyncLimiter(3, 3)
        async with self._chats[chat_id], self._all:
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                wait_s = cast("timedelta", error.retry_after).total_seconds() + _SPARE_S
                self._paused_until[chat_id] = asyncio.get_running_loop().time() + wait_s
                raise
