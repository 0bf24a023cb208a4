"""One update from beginning to end: let through, answered, stored, sent, settled.

What is to be said is stored whole before the first call is made, and each call is ticked off when
it was made; so whenever the process ends, the next one goes on from there.

Does not: fetch updates, choose whose turn it is or know how a call is made.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from telegram.error import InvalidToken

from bot.logs import log_failure
from bot.telegram.delivery import queue_sql
from bot.telegram.delivery.access import Gate, language_of, reply
from bot.telegram.delivery.admin import Admin
from bot.telegram.delivery.executor import Desk
from bot.telegram.delivery.live_draft import Drafts, Presence
from bot.telegram.delivery.metrics import Metrics
from bot.telegram.delivery.poll_health import Watch
from bot.telegram.delivery.queue import STORAGE_RETRY_S, Inbox
from bot.telegram.delivery.queue_store import Store
from bot.telegram.delivery.send import Sender, Undeliverable
from bot.telegram.types import EraseQueued, Incoming, Outgoing, Show
from bot.texts.language import say
from bot.texts.telegram import Phrase

_ANSWER_AGAIN_S: Final = (1.0, 4.0)
"""Waits before a failed answer is tried again; after the last the person is told."""

_MAX_TRIES: Final = 12
"""How often an answer is tried before its update is held to be what ends the process."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendant:
    """Attends to updates, one task each."""

    store: Store
    inbox: Inbox
    gate: Gate
    admin: Admin
    desk: Desk
    presence: Presence
    drafts: Drafts
    sender: Sender
    metrics: Metrics
    watch: Watch
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set, init=False)

    async def attend(self, incoming: Incoming, _context: object = None) -> None:
        """Settle an update, however often that must be tried, then let its chat go on.

        Where it cannot be, it stays in the store for the next process.
        """
        task = asyncio.current_task()
        assert task is not None, "the library runs each update in a task"  # noqa: S101
        self._tasks.add(task)
        try:
            await self._settle_at_last(incoming)
        except InvalidToken:
            self.watch.token_refused()
        finally:
            self._tasks.discard(task)
            self.inbox.release(incoming)

    async def abandon(self) -> None:
        """Leave what is not settled to the next process."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _settle_at_last(self, incoming: Incoming) -> None:
        """Settle an update, again until nothing but a refused token prevents it."""
        while True:
            try:
                return await self._settle(incoming)
            except InvalidToken:
                raise
            except Exception as error:  # noqa: BLE001  # an update is never lost to an error
                log_failure("update", error, update_id=incoming.update_id)
            await asyncio.sleep(STORAGE_RETRY_S)

    async def _settle(self, incoming: Incoming) -> None:
        """Go on from where an update has got to."""
        progress = await self.store.do(queue_sql.progress, incoming.update_id)
        calls = progress.calls
        if calls is None:
            said = await self._answer(incoming)
            await self.store.do(queue_sql.answer, incoming.update_id, said)
            calls = dict(enumerate(said))
        state = await self._send(incoming.update_id, calls)
        await self.store.do(queue_sql.settle, incoming.update_id, state=state)
        self._tell(incoming, state, len(calls), time.time() - progress.received)

    async def _answer(self, incoming: Incoming) -> tuple[Outgoing, ...]:
        """Say what an update is answered with."""
        if refusal := self.gate.refuse(incoming):
            self.metrics.refused(refusal.why)
            return refusal.calls
        if self.gate.is_admin(incoming) and (calls := await self.admin.obey(incoming)) is not None:
            return calls
        async with self.presence.typing(incoming), self.drafts.showing(incoming) as show:
            return await self._respond(incoming, show)

    async def _respond(self, incoming: Incoming, show: Show) -> tuple[Outgoing, ...]:
        """Ask the conversation, again where it fails; at last say that it failed."""
        for wait_s in (*_ANSWER_AGAIN_S, None):
            try:
                return await self._try(incoming, show)
            except Exception as error:  # noqa: BLE001  # whatever it is, somebody waits
                self.metrics.failed()
                log_failure("answer", error, update_id=incoming.update_id)
            if wait_s is not None:
                await asyncio.sleep(wait_s)
        return _apology(incoming)

    async def _try(self, incoming: Incoming, show: Show) -> tuple[Outgoing, ...]:
        """Ask the conversation when a thread is free; give up what ended the process before."""
        async with self.desk.seat():
            if await self.store.do(queue_sql.count_try, incoming.update_id) > _MAX_TRIES:
                return _apology(incoming)
            with self.metrics.thinking():
                return await self.desk.respond(incoming, show)

    async def _send(self, update_id: int, calls: Mapping[int, Outgoing]) -> str:
        """Make calls in order, ticking each off; return the state they leave the update in."""
        for position, call in calls.items():

            async def note(position: int = position) -> None:
                await self.store.do(queue_sql.mark_uncertain, update_id, position)

            try:
                message_id = await self._make(update_id, call, note)
            except Undeliverable as error:
                fields = {"call": type(call).__name__, "update_id": update_id, "why": str(error)}
                _log.warning("undeliverable", extra={"fields": fields})
                return "dropped"
            await self.store.do(queue_sql.mark_sent, update_id, position, message_id)
        return "done"

    async def _make(
        self, update_id: int, call: Outgoing, note: Callable[[], Awaitable[None]]
    ) -> int | None:
        """Make a call, or erase what is to be erased; return the message it became."""
        if not isinstance(call, EraseQueued):
            return await self.sender.make(call, note)
        whose = {"chat_id": call.chat_id, "user_id": call.user_id}
        await self.store.do(queue_sql.erase, update_id, **whose)
        return None

    def _tell(self, incoming: Incoming, state: str, n_calls: int, seconds: float) -> None:
        """Count and log that an update is over."""
        self.metrics.settled(state, seconds)
        fields = {
            "update_id": incoming.update_id,
            "kind": incoming.kind.value,
            "state": state,
            "calls": n_calls,
            "seconds": round(seconds, 3),
            "waiting": len(self.inbox),
        }
        _log.info("update", extra={"fields": fields})


def _apology(incoming: Incoming) -> tuple[Outgoing, ...]:
    """Say that something went wrong."""
    return reply(incoming, say(Phrase.FAILED, language_of(incoming)))
