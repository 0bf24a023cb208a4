"""Desk: the threads that answer, and what they say meanwhile.

Questions wait for one of a few threads; more than may wait are refused.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from typing import Final, TypeAlias, TypeVar

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from bot.records.write import to_json
from bot.web.problems import Problem

_MOST_WAITING: Final = 200
_READING: Final = 4
_STILL_HERE_S: Final = 15.0
_T = TypeVar("_T")
_Event: TypeAlias = tuple[str, object]
Tell: TypeAlias = Callable[[str, object], None]
"""Sends an event of a name with a value as JSON; from the thread that answers."""


class Desk:
    """The threads that answer."""

    def __init__(self, n_threads: int) -> None:
        """Let `n_threads` calls run at the same time."""
        self._limiter = anyio.CapacityLimiter(n_threads)
        self._reading = anyio.CapacityLimiter(_READING)

    async def run(self, call: Callable[[], _T]) -> _T:
        """Return what a call returns that needs the encoder.

        Raises:
            Problem: If too many wait already.
        """
        if self._limiter.statistics().tasks_waiting >= _MOST_WAITING:
            raise Problem(
                503, "fewer questions at a time", f"{_MOST_WAITING} that wait", "ask later"
            )
        return await anyio.to_thread.run_sync(call, limiter=self._limiter)

    async def read(self, call: Callable[[], _T]) -> _T:
        """Return what a call returns that only reads the archive."""
        return await anyio.to_thread.run_sync(call, limiter=self._reading)

    async def events(
        self, call: Callable[[Tell], object], failed: Callable[[Exception], object]
    ) -> AsyncIterator[bytes]:
        """Yield what a call tells while it runs, as server-sent events.

        A comment shows every 15 seconds that the call still runs.

        Args:
            call: Gets a function to tell with.
            failed: Returns the value of the event `error` for what went wrong.
        """
        send, receive = anyio.create_memory_object_stream[_Event](float("inf"))

        def put(event: _Event) -> None:
            with suppress(anyio.BrokenResourceError):  # who asked is gone
                send.send_nowait(event)

        def tell(name: str, value: object) -> None:
            anyio.from_thread.run_sync(put, (name, value))

        async def work() -> None:
            async with send:
                try:
                    await self.run(partial(call, tell))
                except Exception as error:  # noqa: BLE001  # told as the last event
                    put(("error", failed(error)))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work)
            async for part in _written(receive):
                yield part


def event(name: str, value: object) -> bytes:
    """Write a server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
    return f"event: {name}\ndata: {to_json(value, indent=None)}\n\n".encode()


async def _written(receive: MemoryObjectReceiveStream[_Event]) -> AsyncIterator[bytes]:
    """Yield each event as it is sent, and comments while there is none."""
    async with receive:
        while True:
            said: _Event | None = None
            try:
                with anyio.move_on_after(_STILL_HERE_S):
                    said = await receive.receive()
            except anyio.EndOfStream:
                return
            if said is None:
                yield b":\n\n"
            else:
                yield event(*said)
