"""Thread pool that answers updates, so that the event loop never waits for an answer."""

import asyncio
from collections.abc import Callable
from typing import Final

from bot.telegram.dialog.conversation import Conversation
from bot.telegram.types import Incoming, IsAdmin, Outgoing, Show
from bot.threads import Worker


class AnswerExecutor:
    """A conversation and the threads that it answers on."""

    def __init__(self, open_conversation: Callable[[str], Conversation], n_threads: int) -> None:
        """Start the threads; `load` opens the conversation."""
        self.free_thread: Final = asyncio.Semaphore(n_threads)
        """To be held around `respond`; handed out in the order of asking."""
        self._open = open_conversation
        self._worker = Worker(n_threads)
        self._loader = Worker()
        self._conversation: Conversation | None = None

    @property
    def snapshot(self) -> str:
        """Name of the snapshot that answers; empty before `load`."""
        return self._conversation.snapshot if self._conversation is not None else ""

    async def load(self, username: str) -> None:
        """Open the conversation of the bot of that name."""
        future = self._loader.submit(lambda: self._open(username))
        self._conversation = await asyncio.wrap_future(future)

    async def refresh(self) -> None:
        """Answer from the published snapshot; the one before answers until it is open."""
        if self._conversation is not None:
            await asyncio.wrap_future(self._loader.submit(self._conversation.refresh))

    async def forget_old(self) -> None:
        """Delete what is older than the retention time."""
        if self._conversation is not None:
            await asyncio.wrap_future(self._loader.submit(self._conversation.forget_old))

    async def ask_due(self) -> tuple[tuple[Incoming, ...], bool]:
        """Ask saved questions that are due; return alerts, and whether more are due."""
        if self._conversation is None:
            return (), False
        return await asyncio.wrap_future(self._loader.submit(self._conversation.ask_due))

    async def queued(self, alert: Incoming) -> None:
        """Keep that an alert is in the queue."""
        if (conversation := self._conversation) is not None:
            await asyncio.wrap_future(self._loader.submit(lambda: conversation.queued(alert)))

    async def respond(
        self, incoming: Incoming, show: Show, is_admin: IsAdmin
    ) -> tuple[Outgoing, ...]:
        """Answer an update on a thread; begins at once for who holds `free_thread`."""
        conversation = self._conversation
        assert conversation is not None, "load() comes before the first update"  # noqa: S101
        future = self._worker.submit(lambda: conversation.respond(incoming, show, is_admin))
        return await asyncio.wrap_future(future)
