"""Handler of one update: check access, answer, store the answer, send it, settle.

All calls of an answer are stored before the first is made, and each is marked when it was made;
so whenever the process ends, the next one goes on from there.

Does not: fetch updates or choose their order (`queue`), or make calls (`send`).
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from telegram.error import InvalidToken

from bot.logs import log_failure
from bot.telegram.delivery import queue_sql
from bot.telegram.delivery.access import Gate, language_of, reply
from bot.telegram.delivery.admin import Admin
from bot.telegram.delivery.executor import AnswerExecutor
from bot.telegram.delivery.live_draft import LiveDrafts, TypingIndicator
from bot.telegram.delivery.metrics import Metrics
from bot.telegram.delivery.poll_health import PollHealth
from bot.telegram.delivery.queue import STORAGE_RETRY_S, UpdateQueue
from bot.telegram.delivery.queue_store import Store
from bot.telegram.delivery.send import Sender, Undeliverable
from bot.telegram.types import EraseQueued, Incoming, Outgoing
from bot.texts.language import say
from bot.texts.telegram import Phrase

_ANSWER_AGAIN_S: Final = (1.0, 4.0)
"""Seconds before a failed answer is tried again; after the last try the person is told."""

_MAX_TRIES: Final = 12
"""Tries of one answer, over all processes, before its update counts as what ends them."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateHandler:
    """Handles updates, one task each."""

    store: Store
    queue: UpdateQueue
    gate: Gate
    admin: Admin
    executor: AnswerExecutor
    typing: TypingIndicator
    drafts: LiveDrafts
    sender: Sender
    metrics: Metrics
    poll_health: PollHealth
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set, init=False)

    async def handle(self, incoming: Incoming, _context: object = None) -> None:
        """Settle an update, trying until nothing but a refused token prevents it.

        Then its chat may have its next update. An update that is not settled stays in the store
        for the next process.
        """
        task = asyncio.current_task()
        assert task is not None, "the library runs each update in a task"  # noqa: S101
        self._tasks.add(task)
        try:
            while True:
                try:
                    return await self._settle(incoming)
                except InvalidToken as error:
                    return self.poll_health.token_refused(error.message)
                except Exception as error:  # noqa: BLE001  # an update is never lost to an error
                    log_failure("update", error, update_id=incoming.update_id)
                await asyncio.sleep(STORAGE_RETRY_S)
        finally:
            self._tasks.discard(task)
            self.queue.release(incoming)

    async def cancel(self) -> None:
        """Leave what is not settled to the next process."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _settle(self, incoming: Incoming) -> None:
        """Do what remains to be done for an update, and log that it is over."""
        progress = await self.store.do(queue_sql.progress, incoming.update_id)
        calls = progress.calls
        if calls is None:
            answer = await self._answer(incoming)
            await self.store.do(queue_sql.answer, incoming.update_id, answer)
            calls = dict(enumerate(answer))
        state = await self._send(incoming.update_id, calls)
        await self.store.do(queue_sql.settle, incoming.update_id, state=state)
        seconds = time.time() - progress.received
        self.metrics.settled(state, seconds)
        fields = {
            "update_id": incoming.update_id,
            "kind": incoming.kind.value,
            "state": state,
            "calls": len(calls),
            "seconds": round(seconds, 3),
            "waiting": len(self.queue),
        }
        _log.info("update", extra={"fields": fields})

    async def _answer(self, incoming: Incoming) -> tuple[Outgoing, ...]:
        """Return the calls that answer an update; an apology when every try failed."""
        if refusal := self.gate.refuse(incoming):
            self.metrics.refused(refusal.why)
            return refusal.calls
        if self.gate.is_admin(incoming) and (calls := await self.admin.obey(incoming)) is not None:
            return calls
        async with self.typing.showing(incoming), self.drafts.showing(incoming) as show:
            for wait_s in (*_ANSWER_AGAIN_S, None):
                try:
                    async with self.executor.free_thread:
                        if (
                            await self.store.do(queue_sql.count_try, incoming.update_id)
                            > _MAX_TRIES
                        ):
                            break
                        with self.metrics.thinking():
                            return await self.executor.respond(incoming, show)
                except Exception as error:  # noqa: BLE001  # whatever it is, somebody waits
                    self.metrics.failed()
                    log_failure("answer", error, update_id=incoming.update_id)
                if wait_s is not None:
                    await asyncio.sleep(wait_s)
        return reply(incoming, say(Phrase.FAILED, language_of(incoming)))

    async def _send(self, update_id: int, calls: Mapping[int, Outgoing]) -> str:
        """Make calls in order, marking each; return the state they leave the update in."""
        for position, call in calls.items():
            message_id = None
            try:
                if isinstance(call, EraseQueued):
                    ids = {"chat_id": call.chat_id, "user_id": call.user_id}
                    await self.store.do(queue_sql.erase, update_id, **ids)
                else:
                    note = partial(self.store.do, queue_sql.mark_uncertain, update_id, position)
                    message_id = await self.sender.make(call, note)
            except Undeliverable as error:
                fields = {"call": type(call).__name__, "update_id": update_id, "why": str(error)}
                _log.warning("undeliverable", extra={"fields": fields})
                return "dropped"
            await self.store.do(queue_sql.mark_sent, update_id, position, message_id)
        return "done"
