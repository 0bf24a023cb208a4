"""Where questions are answered: a conversation on a few threads, so that no loop waits for it.

Does not: know what a conversation says, or send it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from bot.telegram.types import Incoming, Outgoing, Show
from bot.threads import Worker


class Conversation(Protocol):
    """Answers updates from the published snapshot; called from several threads at once."""

    @property
    def snapshot(self) -> str:
        """Name of the snapshot that answers."""
        ...

    def refresh(self) -> None:
        """Let the snapshot that is published answer.

        Raises:
            PasokhError: If it cannot be opened; the one before goes on.
        """
        ...

    def forget_old(self) -> None:
        """Delete what has been remembered longer than it may be."""
        ...

    def respond(self, incoming: Incoming, show: Show | None = None) -> tuple[Outgoing, ...]:
        """Return the calls that answer an update, none where nothing is to be said.

        Args:
            show: Takes what the answer says so far, while it is being worded.
        """
        ...


class Desk:
    """Answers on threads."""

    def __init__(self, open_conversation: Callable[[str], Conversation], n_threads: int) -> None:
        """Answer with what `open_conversation` returns, once `load` has called it."""
        self._open = open_conversation
        self._seats = asyncio.Semaphore(n_threads)
        self._worker = Worker(n_threads)
        self._loader = Worker()
        self._conversation: Conversation | None = None

    @property
    def snapshot(self) -> str:
        """Name of the snapshot that answers; empty before `load`."""
        return self._conversation.snapshot if self._conversation is not None else ""

    async def load(self, username: str) -> None:
        """Open the conversation of the bot of that name."""
        opening = self._loader.submit(lambda: self._open(username))
        self._conversation = await asyncio.wrap_future(opening)

    async def refresh(self) -> None:
        """Let the snapshot that is published answer; until it can, the one before does."""
        if self._conversation is not None:
            await asyncio.wrap_future(self._loader.submit(self._conversation.refresh))

    async def forget_old(self) -> None:
        """Delete what has been remembered longer than it may be."""
        if self._conversation is not None:
            await asyncio.wrap_future(self._loader.submit(self._conversation.forget_old))

    @asynccontextmanager
    async def seat(self) -> AsyncIterator[None]:
        """Wait for a thread to be free, in the order of asking, and keep it."""
        async with self._seats:
            yield

    async def respond(self, incoming: Incoming, show: Show) -> tuple[Outgoing, ...]:
        """Answer an update; at once, for whoever has a seat."""
        conversation = self._conversation
        assert conversation is not None, "load() comes before the first update"  # noqa: S101
        future = self._worker.submit(lambda: conversation.respond(incoming, show))
        return await asyncio.wrap_future(future)
