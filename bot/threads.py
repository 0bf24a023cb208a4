"""Background threads, so that neither Ctrl-C nor an event loop waits for what runs on them.

A running call cannot be stopped in Python: after Ctrl-C its result is dropped.
"""

from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

_T = TypeVar("_T")

# Subtle: an endless wait cannot be interrupted on Windows, so waiting is done in short turns.
_TURN_S = 0.2


class Worker:
    """Runs calls in order on daemon threads, one by default; they never delay the program's end."""

    def __init__(self, n_threads: int = 1) -> None:
        """Start the threads."""
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        for _ in range(n_threads):
            Thread(target=self._work, name="pasokh-worker", daemon=True).start()

    def submit(self, call: Callable[[], _T]) -> Future[_T]:
        """Queue `call` behind those before it; a call not begun yet can be cancelled."""
        future: Future[_T] = Future()
        self._calls.put((future, call))
        return future

    def run(self, call: Callable[[], _T]) -> _T:
        """Run `call` after those before it and return its value or raise its error.

        Raises:
            KeyboardInterrupt: At once on Ctrl-C; a call not begun yet is never begun.
        """
        future = self.submit(call)
        try:
            while not wait((future,), timeout=_TURN_S).done:
                pass
        except KeyboardInterrupt:
            future.cancel()
            raise
        return future.result()

    def _work(self) -> None:
        """Run calls endlessly."""
        while True:
            future, call = self._calls.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                value = call()
            except BaseException as error:  # noqa: BLE001  # carried to the waiting thread
                future.set_exception(error)
            else:
                future.set_result(value)
