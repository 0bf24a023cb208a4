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
from bot.telegram.delivery.access import Gate, Refusal, language_of, reply
from bot.telegram.delivery.admin import Admin
from bot.telegram.delivery.channel_posts import ChannelPosts
from bot.telegram.delivery.executor import AnswerExecutor
from bot.telegram.delivery.live_draft import LiveDrafts, TypingIndicator
from bot.telegram.delivery.metrics import Metrics
from bot.telegram.delivery.poll_health import PollHealth
from bot.telegram.delivery.queue import STORAGE_RETRY_S, UpdateQueue
from bot.telegram.delivery.queue_store import Store
from bot.telegram.delivery.send import Sender, Undeliverable
from bot.telegram.types import EraseQueued, Incoming, Kind, Outgoing
from bot.texts.language import say
from bot.texts.telegram import Phrase

_ANSWER_AGAIN_S: Final = (1.0, 4.0)
"""Seconds before a failed answer is tried again; after the last try the person is told."""

_MAX_TRIES: Final = 12
"""Tries of one answer, over all processes, before its update counts as what ends them."""

_INLINE_PATIENCE_S: Final = 8.0
"""How long an inline question may wait for its turn; Telegram gives it up soon after."""

_ADMIN_TIMEOUT_S: Final = 30.0

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
    posts: ChannelPosts
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
        progress = await self.store.do(queue_sql.progress, incoming.key)
        calls = progress.calls
        if calls is None and (answer := await self._answer(incoming)) is not None:
            await self.store.do(queue_sql.answer, incoming.key, answer)
            calls = dict(enumerate(answer))
        state = "superseded" if calls is None else await self._send(incoming, calls)
        await self.store.do(queue_sql.settle, incoming.key, state=state)
        seconds = time.time() - progress.received
        self.metrics.settled(state, seconds)
        fields = {
            "update_id": incoming.update_id,
            "kind": incoming.kind.value,
            "state": state,
            "calls": len(calls or ()),
            "seconds": round(seconds, 3),
            "waiting": len(self.queue),
        }
        _log.info("update", extra={"fields": fields})

    async def _answer(self, update: Incoming) -> tuple[Outgoing, ...] | None:
        """Return the calls that answer an update; an apology when every try failed.

        None where its asker has typed on since.
        """
        if update.kind is Kind.MOVED:
            self.gate.moves[update.moved_from] = update.moved_to
            if self.gate.names_chat(update.moved_from):
                await self.store.do(queue_sql.move, update.moved_from, update.moved_to)
        if update.kind is Kind.POST:
            await self.posts.keep(update)
            return ()
        incoming = self.gate.where_it_is_now(update)
        refusal = await self._refusal(incoming)
        if self.queue.is_superseded(incoming):
            return None
        if refusal:
            self.metrics.refused(refusal.why)
            return refusal.calls
        if self.gate.is_admin(incoming) and (calls := await self.admin.obey(incoming)) is not None:
            return calls
        loop = asyncio.get_running_loop()

        def is_admin() -> bool:
            asked = asyncio.run_coroutine_threadsafe(self.sender.is_admin(incoming), loop)
            return asked.result(_ADMIN_TIMEOUT_S)

        async with self.typing.showing(incoming), self.drafts.showing(incoming) as show:
            for wait_s in (*_ANSWER_AGAIN_S, None):
                try:
                    async with self.executor.free_thread:
                        if await self.store.do(queue_sql.count_try, update.key) > _MAX_TRIES:
                            break
                        with self.metrics.thinking():
                            return await self.executor.respond(incoming, show, is_admin)
                except Exception as error:  # noqa: BLE001  # whatever it is, somebody waits
                    self.metrics.failed()
                    log_failure("answer", error, update_id=incoming.update_id)
                if wait_s is not None:
                    await asyncio.sleep(wait_s)
        return reply(incoming, say(Phrase.FAILED, language_of(incoming)))

    async def _refusal(self, incoming: Incoming) -> Refusal | None:
        """Return why an update is refused, if it is; an inline question first waits a while.

        People type faster than they may ask: the last letter, not the first, is to be answered.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + _INLINE_PATIENCE_S
        while not self.queue.is_superseded(incoming):
            refusal = self.gate.refuse(incoming)
            may_wait = refusal is not None and incoming.kind is Kind.INLINE and refusal.wait_s
            if not may_wait or loop.time() + may_wait > end:
                return refusal
            await asyncio.sleep(may_wait)
        return None

    async def _send(self, incoming: Incoming, calls: Mapping[int, Outgoing]) -> str:
        """Make calls in order, marking each; return the state they leave the update in."""
        key = incoming.key
        for position, call in calls.items():
            message_id = None
            try:
                if isinstance(call, EraseQueued):
                    await self.store.do(
                        queue_sql.erase,
                        incoming.update_id,
                        chat_id=call.chat_id,
                        user_id=call.user_id,
                    )
                else:
                    note = partial(self.store.do, queue_sql.mark_uncertain, key, position)
                    message_id = await self.sender.make(call, note)
            except Undeliverable as error:
                fields = {
                    "call": type(call).__name__,
                    "update_id": incoming.update_id,
                    "why": str(error),
                }
                _log.warning("undeliverable", extra={"fields": fields})
                return "dropped"
            await self.store.do(queue_sql.mark_sent, key, position, message_id)
        return "done"
