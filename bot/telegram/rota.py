"""Whose turn it is: one update at a time from each chat, the chats one after another.

Does not: wait, store anything or know what an update says.
"""

from collections import deque
from heapq import heappop, heappush

from bot.telegram.types import Incoming


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
