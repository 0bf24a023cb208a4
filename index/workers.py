"""Process pool for large builds: work on articles in other processes or on a cluster.

The work is cut into pieces in order, results come back in order, and a worker computes a pure
function of its piece, so an index does not depend on the number of workers. Only a few pieces are
in flight at a time. A piece is all that a worker needs: it reads and writes no file of an index, so
it may run on another machine and be killed at any moment, and a piece may be done twice. When a
process of this machine dies (out of memory, or killed), only time is lost: this process does the
remaining pieces itself (for a cluster see `index.cluster`). Workers ignore an interrupt from the
keyboard, which this process handles alone; when this process dies, they end themselves.
"""

import logging
import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from itertools import chain, islice
from typing import Final, TypeVar

_log = logging.getLogger(__name__)

_Key = TypeVar("_Key")
_Sent = TypeVar("_Sent")
_Result = TypeVar("_Result")

_MAX_WORKERS: Final = 4
_PIECES_IN_FLIGHT: Final = 2
"""For each worker: one in work, one waiting."""


class Workers(AbstractContextManager["Workers"]):
    """Process pool that starts with the first piece; a context manager that ends it."""

    def __init__(
        self,
        count: int | None = None,
        *,
        is_eager: bool = False,
        executor: Executor | None = None,
    ) -> None:
        """Configure the pool; nothing is started yet.

        Args:
            count: Number of processes, none for fewer than 2; None for one per processor, but at
                most 4: this process writes their results and can keep no more of them busy.
            is_eager: Whether even small work is given to the workers.
            executor: Does the work instead of processes of this machine; it is not shut down.
        """
        self._count = min(usable_processors(), _MAX_WORKERS) if count is None else count
        self.is_eager: Final = is_eager
        self._executor = executor
        self._pool: ProcessPoolExecutor | None = None

    def __exit__(self, *_: object) -> None:
        """End all processes, after the pieces that they are working on."""
        self._stop()

    def map(
        self,
        function: Callable[[_Sent], _Result],
        pieces: Iterable[tuple[_Key, _Sent]],
        *,
        is_worth_it: bool,
    ) -> Iterator[tuple[_Key, _Result]]:
        """Yield each piece's key with the result of `function` for what was sent, in order.

        Args:
            function: Importable, and of the same effect if it is called twice, as pure ones are;
                what it is bound to is sent along with each piece.
            pieces: A key, which stays here, and what is sent; taken as they are needed.
            is_worth_it: Whether the work is so large that workers should be started.
        """
        remaining = iter(pieces)
        waiting: deque[tuple[_Key, _Sent]] = deque()
        futures: deque[Future[_Result]] = deque()
        is_shared = (is_worth_it or self.is_eager) and self._count > 1
        if is_shared:
            try:
                pickle.dumps(function)
            except (pickle.PicklingError, TypeError, AttributeError):
                is_shared = False
        try:
            while is_shared:
                for piece in islice(remaining, self._count * _PIECES_IN_FLIGHT - len(waiting)):
                    # Subtle: waiting first, because submitting to a broken pool raises.
                    waiting.append(piece)
                    futures.append(self._submit(function, piece[1]))
                if not waiting:
                    return
                result = futures[0].result()
                futures.popleft()
                yield waiting.popleft()[0], result
        except BrokenProcessPool:
            _log.warning("workers_died", extra={"waiting": len(waiting)})
            self._count = 0
            self._stop()
        for key, sent in chain(waiting, remaining):
            yield key, function(sent)

    def _submit(self, function: Callable[[_Sent], _Result], sent: _Sent) -> Future[_Result]:
        """Send a piece, starting the processes for the first one.

        Raises:
            BrokenProcessPool: If they have died or cannot be started.
        """
        executor = self._executor or self._pool
        try:
            with _uninterrupted():
                if executor is None:
                    # Subtle: not forked: forking a process with threads (FAISS, tantivy) may hang.
                    executor = self._pool = ProcessPoolExecutor(
                        self._count, multiprocessing.get_context("spawn"), initializer=_begin
                    )
                return executor.submit(function, sent)
        except (OSError, ImportError, NotImplementedError) as error:
            # Too little memory, too many processes, or a system without shared semaphores.
            raise BrokenProcessPool(str(error)) from error

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


NOBODY: Final = Workers(0)
"""No workers: this process does all."""


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Block SIGINT, so that processes started here ignore it before `_begin` makes them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Prepare a worker: it ignores the keyboard and ends when its parent process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def usable_processors() -> int:
    """Count the processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
