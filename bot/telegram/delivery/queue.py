"""Durable queue between Telegram and the handler, in the shape of an `asyncio.Queue`.

The library puts every update here before it acknowledges it (with the next `getUpdates`, or with
the webhook's 200) and waits for `put` to return; so once `put` has stored it, it is not lost
whenever this process ends. When the queue is full `put` waits, so that Telegram keeps the rest.

Does not: import the library; updates are parsed by a function that is passed in.
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
from bot.telegram.types import Incoming, Key, Kind, Lane
from index import StorageError


class FairQueue:
    """Fair queue: one update per lane at a time, round-robin over lanes.

    Within a lane the lowest update id comes first, which is the order in which Telegram numbered
    them even if they arrived in another; the next one comes after `release`. A group that becomes
    a supergroup keeps its lane, so that what was said in the old chat comes before.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._waiting: dict[Lane, list[tuple[int, Incoming]]] = {}
        self._ready: deque[Lane] = deque()
        self._busy: dict[Key, Lane] = {}
        self._moves: dict[int, int] = {}
        self._n_waiting = 0

    def __len__(self) -> int:
        """Count the updates that wait, those of busy lanes too."""
        return self._n_waiting

    @property
    def n_busy(self) -> int:
        """Number of lanes with an update taken and not released."""
        return len(self._busy)

    @property
    def has_next(self) -> bool:
        """Whether `next` would return an update."""
        return bool(self._ready)

    def add(self, incoming: Incoming) -> None:
        """Add an update to its lane, and the lane to the end of the round if it has no other."""
        if incoming.kind is Kind.MOVED:
            self._moves[incoming.moved_to] = incoming.moved_from
        chat_id, is_inline = incoming.lane
        lane = self._moves.get(chat_id, chat_id), is_inline
        updates = self._waiting.setdefault(lane, [])
        if not updates and lane not in self._busy.values():
            self._ready.append(lane)
        heappush(updates, (incoming.update_id, incoming))
        self._n_waiting += 1

    def next(self) -> Incoming | None:
        """Take the first update of the next lane that is not busy, and make that lane busy."""
        if not self._ready:
            return None
        lane = self._ready.popleft()
        updates = self._waiting[lane]
        _, incoming = heappop(updates)
        if not updates:
            del self._waiting[lane]
        self._busy[incoming.key] = lane
        self._n_waiting -= 1
        return incoming

    def release(self, incoming: Incoming) -> None:
        """Let the lane of an update have its next turn; does nothing if it is not busy with it."""
        lane = self._busy.pop(incoming.key, None)
        if lane in self._waiting:
            self._ready.append(lane)


MAX_CHATS: Final = 256
"""Chats handled at once; most of them wait for Telegram, not for an answer."""

STORAGE_RETRY_S: Final = 5.0

_log = logging.getLogger(__name__)

Parse = Callable[[object], Incoming | None]


class UpdateQueue:
    """Stored updates in the order of a `FairQueue`; the methods are those of `asyncio.Queue`."""

    def __init__(self, store: Store, parse: Parse, metrics: Metrics, *, size: int) -> None:
        """Begin empty; `recover` adds what an earlier process left.

        Args:
            parse: Parses what the library puts; returns None for an update that asks for
                nothing and raises TypeError for what is no update.
            size: How many updates may wait.
        """
        self._store = store
        self._parse = parse
        self._metrics = metrics
        self._size = size
        self._waiting = FairQueue()
        self._newest_inline: dict[int, int] = {}
        self._signals: deque[object] = deque()
        self._changed = asyncio.Event()
        self._is_open = True

    def __len__(self) -> int:
        """Count the updates that wait."""
        return len(self._waiting)

    @property
    def n_busy(self) -> int:
        """Number of chats that are being handled."""
        return self._waiting.n_busy

    async def recover(self) -> int:
        """Queue what an earlier process did not settle; return how many updates that is."""
        unsettled = await self._store.do(queue_sql.unsettled)
        for incoming in unsettled:
            self._add(incoming)
        return len(unsettled)

    def is_superseded(self, incoming: Incoming) -> bool:
        """Tell whether its asker has typed on since: Telegram shows only the newest's answer."""
        newest = self._newest_inline.get(incoming.chat_id, 0)
        return incoming.kind is Kind.INLINE and newest > incoming.update_id

    async def put(self, item: object) -> None:
        """Store an update and return when it is safe; a signal of the library is only queued.

        Subtle: an error would end the library's polling for good, and going on would acknowledge
        the update; so while the disk refuses this waits, and Telegram keeps what comes meanwhile.
        """
        try:
            incoming = item if isinstance(item, Incoming) else self._parse(item)
        except TypeError:
            self._signals.append(item)
            self._wake()
            return
        if incoming is None:
            return
        await self._wait_for(lambda: len(self._waiting) < self._size)
        while True:
            try:
                is_new = await self._store.do(queue_sql.add, incoming)
                break
            except StorageError as error:
                _log.error("storage", extra={"fields": {"error": str(error)}})
                await asyncio.sleep(STORAGE_RETRY_S)
        self._metrics.received(incoming.kind, is_new=is_new)
        if is_new:
            self._add(incoming)
        self._wake()

    def _add(self, incoming: Incoming) -> None:
        """Let an update wait for its turn."""
        if incoming.kind is Kind.INLINE:
            newest = self._newest_inline.get(incoming.chat_id, 0)
            self._newest_inline[incoming.chat_id] = max(newest, incoming.update_id)
        self._waiting.add(incoming)

    async def get(self) -> object:
        """Return a signal, or the first update of the lane whose turn it is."""
        waiting = self._waiting
        await self._wait_for(
            lambda: (
                self._signals or (self._is_open and waiting.n_busy < MAX_CHATS and waiting.has_next)
            )
        )
        item = self._signals.popleft() if self._signals else waiting.next()
        self._wake()
        return item

    def release(self, incoming: Incoming) -> None:
        """Let the lane of an update that `get` returned have its next turn."""
        if self._newest_inline.get(incoming.chat_id) == incoming.update_id:
            del self._newest_inline[incoming.chat_id]
        self._waiting.release(incoming)
        self._wake()

    def close(self) -> None:
        """Return no more updates; they wait for the next process."""
        self._is_open = False

    async def drain(self, timeout_s: float) -> bool:
        """Wait until no chat is busy; return whether that happened in time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._wait_for(lambda: self._waiting.n_busy == 0)
        except TimeoutError:
            return False
        return True

    def task_done(self) -> None:
        """Do nothing: `release` does it."""

    async def join(self) -> None:
        """Return at once: `drain` waits, for a bounded time."""

    def empty(self) -> bool:
        """Return True always: the library asks only in order to drop what waits."""
        return True

    def get_nowait(self) -> object:
        """Raise, as an empty queue does."""
        raise asyncio.QueueEmpty

    async def _wait_for(self, holds: Callable[[], object]) -> None:
        """Wait until `holds` returns something true."""
        while not holds():
            await self._changed.wait()

    def _wake(self) -> None:
        """Wake all that wait now; a later wait is for the next change."""
        self._changed.set()
        self._changed = asyncio.Event()
