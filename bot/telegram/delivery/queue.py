"""The durable queue between Telegram and the handler, in the shape of an asyncio queue.

The library puts every update here before it acknowledges it (with the next `getUpdates`, or with
the webhook's 200) and waits for `put` to return; so once `put` has stored it, nothing that ends
this process loses it. When the queue is full `put` waits, so that Telegram keeps the rest.

Does not: answer anything, or import the library; what it needs of an update is parsed by a
function that is handed in.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Final

from bot.telegram.delivery import queue_sql
from bot.telegram.delivery.metrics import Metrics
from bot.telegram.delivery.queue_store import Store
from bot.telegram.types import Incoming
from index import StorageError


class Rota:
    """Updates that wait, by chat.

    Of one chat the lowest update id comes first, which is the order in which Telegram numbered
    them even where they arrived in another, and nothing more until `release`.
    """

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._waiting: dict[int, list[tuple[int, Incoming]]] = {}
        self._ready: deque[int] = deque()
        self._busy: set[int] = set()
        self._n_waiting = 0

    def __len__(self) -> int:
        """Count the updates that wait, those of busy chats too."""
        return self._n_waiting

    @property
    def n_busy(self) -> int:
        """Number of chats that have an update out."""
        return len(self._busy)

    @property
    def has_next(self) -> bool:
        """Whether `next` would return an update."""
        return bool(self._ready)

    def add(self, incoming: Incoming) -> None:
        """Put an update in its chat's line, and the chat at the end of the round if it is new."""
        line = self._waiting.setdefault(incoming.chat_id, [])
        if not line and incoming.chat_id not in self._busy:
            self._ready.append(incoming.chat_id)
        heappush(line, (incoming.update_id, incoming))
        self._n_waiting += 1

    def next(self) -> Incoming | None:
        """Take the first update of the next chat that is not busy, and make that chat busy."""
        if not self._ready:
            return None
        chat_id = self._ready.popleft()
        line = self._waiting[chat_id]
        _, incoming = heappop(line)
        if not line:
            del self._waiting[chat_id]
        self._busy.add(chat_id)
        self._n_waiting -= 1
        return incoming

    def release(self, chat_id: int) -> None:
        """Let a chat have its next turn; nothing happens where it is not busy."""
        if chat_id in self._busy:
            self._busy.remove(chat_id)
            if chat_id in self._waiting:
                self._ready.append(chat_id)


MAX_CHATS: Final = 256
"""Chats that may be worked on at once; most of them wait for Telegram, not for an answer."""

STORAGE_RETRY_S: Final = 5.0

_log = logging.getLogger(__name__)

Parse = Callable[[object], Incoming | None]


class Inbox:
    """Updates in order within a chat and in turns across chats; see `asyncio.Queue`."""

    def __init__(self, store: Store, parse: Parse, metrics: Metrics, *, size: int) -> None:
        """Begin empty; `recover` brings back what an earlier process left.

        Args:
            parse: Makes an update of what the library puts, None where it asks for nothing;
                raises TypeError for what is no update at all.
            size: How many updates may wait.
        """
        self._store = store
        self._parse = parse
        self._metrics = metrics
        self._size = size
        self._rota = Rota()
        self._signals: deque[object] = deque()
        self._changed = asyncio.Event()
        self._is_open = True

    def __len__(self) -> int:
        """Count the updates that wait."""
        return len(self._rota)

    @property
    def n_busy(self) -> int:
        """Number of chats that are being worked on."""
        return self._rota.n_busy

    async def recover(self) -> int:
        """Let what an earlier process did not finish wait again; return how much that is."""
        found = await self._store.do(queue_sql.unsettled)
        for incoming in found:
            self._rota.add(incoming)
        return len(found)

    async def put(self, item: object) -> None:
        """Store an update and return when it is safe; a signal of the library's passes through."""
        try:
            incoming = self._parse(item)
        except TypeError:
            self._signals.append(item)
        else:
            if incoming is None:
                return
            await self._wait_for(lambda: len(self._rota) < self._size)
            if await self._is_new(incoming):
                self._rota.add(incoming)
        self._tell()

    async def get(self) -> object:
        """Return a signal, or the first update of the chat whose turn it is."""
        await self._wait_for(self._has_next)
        item = self._signals.popleft() if self._signals else self._rota.next()
        self._tell()
        return item

    def release(self, incoming: Incoming) -> None:
        """Let the chat of an update that `get` returned have its next turn."""
        self._rota.release(incoming.chat_id)
        self._tell()

    def close(self) -> None:
        """Hand out no more updates; they wait for the next process."""
        self._is_open = False

    async def drain(self, timeout_s: float) -> bool:
        """Wait until no chat is worked on; return whether that came about in time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._wait_for(lambda: self._rota.n_busy == 0)
        except TimeoutError:
            return False
        return True

    def task_done(self) -> None:
        """Do nothing: `release` says which update is done with."""

    async def join(self) -> None:
        """Return at once: `drain` is what waits, and for a bounded time."""

    def empty(self) -> bool:
        """Claim that nothing waits: the library asks only in order to drop what does."""
        return True

    def get_nowait(self) -> object:
        """Refuse, as an empty queue does."""
        raise asyncio.QueueEmpty

    def _has_next(self) -> bool:
        """Tell whether `get` has something to return."""
        may_take = self._is_open and self._rota.n_busy < MAX_CHATS
        return bool(self._signals) or (may_take and self._rota.has_next)

    async def _is_new(self, incoming: Incoming) -> bool:
        """Store an update, however long the disk refuses; tell whether it came before.

        Subtle: an error would end the library's polling for good, and going on would acknowledge
        the update; so this waits, and Telegram keeps what comes meanwhile.
        """
        while True:
            try:
                is_new = await self._store.do(queue_sql.add, incoming)
            except StorageError as error:
                _log.error("storage", extra={"fields": {"error": str(error)}})
                await asyncio.sleep(STORAGE_RETRY_S)
            else:
                self._metrics.received(incoming.kind, is_new=is_new)
                return is_new

    async def _wait_for(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        while not holds():
            await self._changed.wait()

    def _tell(self) -> None:
        """Wake all who wait; whoever waits from now on waits for the next time."""
        self._changed.set()
        self._changed = asyncio.Event()
