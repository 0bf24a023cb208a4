"""Work on the articles of a large corpus spread: other processes or a cluster, same results.

What is worked on is cut into pieces in order, results come back in order, and what a worker does is
a pure function of its piece, so that nothing of an index tells how many workers there were. Only a
few pieces are on their way at a time. A piece is all that a worker needs: it reads and writes no
file of an index, so that it may be on another machine, and killed at any moment leaves nothing
behind. A process of this machine that dies, for want of memory or killed, costs time only: what is
left is done by this process (of a cluster's see `cluster`). An interrupt from the keyboard is this
process' business alone, and when it dies, workers end themselves.
Does not: start anything before it is worth its while, or know what the work is.
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
from itertools import islice
from typing import Final, TypeVar

_log = logging.getLogger(__name__)

_Own = TypeVar("_Own")
_Sent = TypeVar("_Sent")
_Result = TypeVar("_Result")

_MOST: Final = 4
_AHEAD: Final = 2
"""Pieces on their way for each worker: one in work, one waiting."""


class Workers(AbstractContextManager["Workers"]):
    """Processes that start when first asked for; a context manager that ends them."""

    def __init__(
        self,
        count: int | None = None,
        *,
        is_eager: bool = False,
        executor: Executor | None = None,
    ) -> None:
        """Be ready to start processes.

        Args:
            count: How many, none for fewer than 2; None for one per processor, but at most 4:
                this process, which writes what they make, keeps no more of them busy.
            is_eager: Whether anything is worth it.
            executor: What does the work instead of processes of this machine; it is not ended.
        """
        self._count = min(usable_processors(), _MOST) if count is None else count
        self.is_eager: Final = is_eager
        self._executor = executor
        self._pool: ProcessPoolExecutor | None = None

    def __exit__(self, *_: object) -> None:
        """End all processes; what they are at is not waited for longer than it takes."""
        self._stop()

    def map(
        self,
        function: Callable[[_Sent], _Result],
        pieces: Iterable[tuple[_Own, _Sent]],
        *,
        is_worth_it: bool,
    ) -> Iterator[tuple[_Own, _Result]]:
        """Yield what stays here of each piece with what `function` made of the rest, in order.

        Args:
            function: Pure, and importable; what it is bound to is sent along with each piece.
            pieces: What stays here and what is sent; taken as they are needed.
            is_worth_it: Whether there is so much to do that others are to do it.
        """
        left = iter(pieces)
        if (is_worth_it or self.is_eager) and self._count > 1 and _can_be_sent(function):
            yield from self._spread(function, left)
        for own, sent in left:
            yield own, function(sent)

    def _spread(
        self, function: Callable[[_Sent], _Result], left: Iterator[tuple[_Own, _Sent]]
    ) -> Iterator[tuple[_Own, _Result]]:
        """Do the same by other processes while they live; afterwards `left` holds the rest."""
        waiting: deque[tuple[_Own, _Sent]] = deque()
        futures: deque[Future[_Result]] = deque()
        try:
            while True:
                for piece in islice(left, self._count * _AHEAD - len(waiting)):
                    # Subtle: waiting first, for to submit to a broken pool raises.
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
        for own, sent in waiting:
            yield own, function(sent)

    def _submit(self, function: Callable[[_Sent], _Result], sent: _Sent) -> Future[_Result]:
        """Give a piece to the others, starting them for the first one.

        Raises:
            BrokenProcessPool: If they have died or cannot be started.
        """
        try:
            with _uninterrupted():
                return self._started().submit(function, sent)
        except (OSError, ImportError, NotImplementedError) as error:
            # Too little memory, too many processes, or a system without shared semaphores.
            raise BrokenProcessPool(str(error)) from error

    def _started(self) -> Executor:
        if self._executor is not None:
            return self._executor
        if self._pool is None:
            # Subtle: not forked: a fork of a process with threads (FAISS, tantivy) may hang.
            self._pool = ProcessPoolExecutor(
                self._count, multiprocessing.get_context("spawn"), initializer=_begin
            )
        return self._pool

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


NOBODY: Final = Workers(0)
"""No workers: this process does all."""


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let processes start deaf to the keyboard, before they can say so themselves."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Prepare a worker: its end comes from the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    """End with the process that started this one, however that ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _can_be_sent(function: Callable[[_Sent], _Result]) -> bool:
    """Tell whether a function, with what it is bound to, can be sent to another process."""
    try:
        pickle.dumps(function)
    except (pickle.PicklingError, TypeError, AttributeError):
        return False
    return True


def usable_processors() -> int:
    """Count the processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
