"""Database of the durable queue: one thread owns it, and calls that coincide share a commit.

Every commit is synced to the disk (`synchronous=FULL`) before its caller goes on, because what
Telegram was told to forget must be ours even when the machine loses power. That costs one sync
for each group of calls that wait at the same time, not one for each call.

The statements are in `queue_sql`.
"""

import os
import sqlite3
from asyncio import wrap_future
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.telegram.delivery.queue_sql import prepare
from index import StorageError

_MAX_GROUP = 256
_IDLE_S = 10.0

_T = TypeVar("_T")
_P = ParamSpec("_P")
_Call = tuple[Future[Any], Callable[[sqlite3.Connection], Any]]


class Store:
    """SQLite file that only its owner may read, it and the files beside it."""

    def __init__(self, path: Path) -> None:
        """Open or create the file with its tables.

        Raises:
            StorageError: If it cannot be opened, or is no database of ours.
        """
        self._path = path
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="pasokh-store", daemon=True)
        with self._our_errors():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("PRAGMA secure_delete = ON")
            self._database.execute("PRAGMA foreign_keys = ON")
            prepare(self._database)
        self._thread.start()

    async def do(
        self,
        act: Callable[Concatenate[sqlite3.Connection, _P], _T],
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _T:
        """Run `act` in a transaction and return its value once that is on the disk.

        Raises:
            StorageError: If the disk is full, the file damaged or the like; nothing was changed.
        """
        future: Future[_T] = Future()
        self._calls.put((future, lambda database: act(database, *args, **kwargs)))
        return await wrap_future(future)

    def close(self) -> None:
        """Finish the calls that were made and close the file."""
        self._calls.put(None)
        self._thread.join()
        self._database.close()

    def _work(self) -> None:
        """Run calls in groups until `close`; when there are none, empty the write-ahead log.

        Subtle: the log still holds what was erased from the database.
        """
        is_over = False
        while not is_over:
            try:
                group = [self._calls.get(timeout=_IDLE_S)]
            except Empty:
                with suppress(sqlite3.Error):  # tried again after the next idle time
                    self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                continue
            while not self._calls.empty() and len(group) < _MAX_GROUP:
                group.append(self._calls.get())
            is_over = None in group
            self._commit(
                [call for call in group if call and call[0].set_running_or_notify_cancel()]
            )

    def _commit(self, group: list[_Call]) -> None:
        """Run a group in one transaction; if that fails, each call in one of its own."""
        try:
            with self._our_errors(), self._database:
                self._database.execute("BEGIN IMMEDIATE")
                values = [act(self._database) for _, act in group]
        except Exception as error:  # noqa: BLE001  # raised where `do` waits
            if len(group) > 1:
                for call in group:
                    self._commit([call])
            elif group:
                group[0][0].set_exception(error)
        else:
            for (future, _), value in zip(group, values, strict=True):
                future.set_result(value)

    @contextmanager
    def _our_errors(self) -> Iterator[None]:
        """Turn failures into a `StorageError`."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            msg = f"Expected to keep the bot's queue in {self._path}, but: {error}."
            raise StorageError(msg) from error
