"""Conversations of readers, in memory only: they end with the process.

Each is known by a random number in a cookie and holds the turns that a follow-up may refer to,
never quotes or articles (see `bot.session.turns`).
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from bot.session.turns import Turn

_MOST: Final = 10_000
_IDLE_S: Final = 24 * 3600.0


class Conversations:
    """The newest conversations; used by one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with none; `clock` returns seconds."""
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, tuple[Turn, ...]]] = OrderedDict()

    def turns(self, name: str) -> tuple[Turn, ...]:
        """Return the turns of a conversation, newest first; () for one that is not known."""
        at, turns = self._kept.get(name, (0.0, ()))
        return turns if self._clock() - at < _IDLE_S else ()

    def keep(self, name: str, turns: tuple[Turn, ...]) -> str:
        """Keep turns under a name, a new one where that is not known; return the name."""
        name = name if name in self._kept else secrets.token_urlsafe(18)
        self._kept[name] = self._clock(), turns
        self._kept.move_to_end(name)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return name

    def forget(self, name: str) -> None:
        """Forget a conversation."""
        self._kept.pop(name, None)
