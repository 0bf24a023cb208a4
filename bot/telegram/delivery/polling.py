"""Polling that goes on: the library's loop, begun again where an error has ended it.

Whatever is raised while an update is put into the queue ends the library's task, of which nobody
hears, and an `Updater` that has ended so cannot be started again. So each beginning has its own.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from telegram.error import InvalidToken
from telegram.ext import Updater

from bot.logs import log_failure
from bot.telegram.delivery.poll_health import PollHealth
from bot.telegram.delivery.updates import ALLOWED_UPDATES

_TASK: Final = "Updater:start_polling:polling_task"
"""The library's name of its task, which it keeps to itself."""

_POLL_TIMEOUT_S: Final = 25
_AGAIN_AFTER_S: Final = 5.0


class Polling:
    """Fetches updates until it is closed."""

    def __init__(self, new_updater: Callable[[], Updater], health: PollHealth) -> None:
        """Fetch with what `new_updater` makes."""
        self._new_updater = new_updater
        self._health = health
        self._updater: Updater | None = None
        self._watchdog: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when updates are being fetched."""
        task = await self._begin()
        self._watchdog = asyncio.create_task(self._watch(task))

    async def close(self) -> None:
        """Fetch no more, and acknowledge what was taken."""
        if self._watchdog is not None:
            self._watchdog.cancel()
            await asyncio.wait((self._watchdog,))
        if self._updater is not None and self._updater.running:
            await self._updater.stop()

    async def _begin(self) -> asyncio.Task[None]:
        """Start an updater and return its task."""
        updater = self._new_updater()
        await updater.initialize()
        earlier = asyncio.all_tasks()
        await updater.start_polling(
            timeout=_POLL_TIMEOUT_S,
            bootstrap_retries=-1,
            allowed_updates=ALLOWED_UPDATES,
            error_callback=lambda error: log_failure("polling", error, description=error.message),
        )
        self._updater = updater
        (task,) = [one for one in asyncio.all_tasks() - earlier if one.get_name() == _TASK]
        return task

    async def _watch(self, task: asyncio.Task[None]) -> None:
        """Begin again each time the task has ended by an error, until the token is refused."""
        try:
            while True:
                await asyncio.wait((task,))
                if (error := task.exception()) is None:
                    return
                self._updater = None  # it cannot even be stopped
                log_failure("polling", error, description=str(error))
                await asyncio.sleep(_AGAIN_AFTER_S)
                task = await self._begin()
        except InvalidToken as error:
            self._health.token_refused(error.message)
