"""`pasokh serve`: the library's application built around the durable queue, and its life.

Telegram is asked first, so that a wrong token is reported at once; then the index is opened; then
updates are fetched until a signal, or until Telegram refuses for good.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from functools import partial
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from filelock import FileLock, Timeout
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, TypeHandler, Updater
from telegram.request import HTTPXRequest

from bot.logs import log_failure
from bot.settings import Settings
from bot.telegram.delivery import queue_sql
from bot.telegram.delivery.access import Gate, Rules
from bot.telegram.delivery.admin import Admin
from bot.telegram.delivery.alerts import watch
from bot.telegram.delivery.channel_posts import ChannelPosts
from bot.telegram.delivery.executor import AnswerExecutor
from bot.telegram.delivery.handler import UpdateHandler
from bot.telegram.delivery.live_draft import LiveDrafts, TypingIndicator
from bot.telegram.delivery.metrics import Metrics, serve_metrics
from bot.telegram.delivery.poll_health import PollHealth, PollingRequest, Refused
from bot.telegram.delivery.polling import Polling
from bot.telegram.delivery.queue import MAX_CHATS, UpdateQueue
from bot.telegram.delivery.queue_store import Store
from bot.telegram.delivery.rate_limiter import ChatRateLimiter
from bot.telegram.delivery.send import Sender
from bot.telegram.delivery.updates import ALLOWED_UPDATES, parse
from bot.telegram.dialog.conversation import Conversation, commands
from bot.telegram.types import Incoming
from bot.texts.language import Language
from index import StorageError
from index.proxy import client_options

STOP_S: Final = 20.0
"""How long answers under way may take at the end; later ones are left to the next start."""

_UNHEALTHY_AFTER_S: Final = 90.0
_HEARTBEAT_S: Final = 5.0
_CLEANUP_EVERY_S: Final = 3600.0
_DAY_S: Final = 86400
_CONNECTIONS: Final = 64
_LONGEST_RETRY_S: Final = 30.0
_WEBHOOK_RETRIES: Final = 3

_log = logging.getLogger(__name__)

Tell = Callable[[str], None]

_Application = Application[Any, Any, Any, Any, Any, Any]
_T = TypeVar("_T")


def serve(settings: Settings, open_conversation: Callable[[str], Conversation], tell: Tell) -> None:
    """Serve until a signal says to stop.

    Args:
        open_conversation: Opens the conversation of the bot of a name.
        tell: Shows a line to the person who started the program.

    Raises:
        PasokhError: If the bot cannot run: no token, one that is refused, another instance.
    """
    with _only_instance(settings):
        asyncio.run(_serve(settings, open_conversation, tell))


@contextmanager
def _only_instance(settings: Settings) -> Iterator[None]:
    """Hold the lock of this bot on this machine; the system frees it when the process dies."""
    path = settings.telegram_store.with_suffix(".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(path, timeout=0).acquire()
    except Timeout as error:
        msg = f"This bot is already being served from {path.parent}; stop that process first."
        raise Refused(msg) from error
    except OSError as error:
        msg = f"Expected to write in {path.parent}, but: {error.strerror}."
        raise StorageError(msg) from error
    with lock:
        yield


class _Stopped(Exception):  # it says what happened
    """A signal came before the bot was serving."""


async def _serve(
    settings: Settings, open_conversation: Callable[[str], Conversation], tell: Tell
) -> None:
    """Put the parts together and run them."""
    asyncio.get_running_loop().set_exception_handler(_log_stray)
    async with AsyncExitStack() as stack:
        store = Store(settings.telegram_store)
        stack.callback(store.close)
        executor = AnswerExecutor(open_conversation, settings.telegram_workers)
        service = _Service(settings, store, executor)
        with suppress(_Stopped):
            await service.start(stack, tell)
            await service.wait()


def _log_stray(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error that no task handled, without its words."""
    if (error := context.get("exception")) is not None:
        log_failure("stray", error)


class _Service:
    """One run of the bot."""

    def __init__(self, settings: Settings, store: Store, executor: AnswerExecutor) -> None:
        """Build everything, but touch nothing outside yet; needs a running loop."""
        self._settings = settings
        self._store = store
        self._executor = executor
        self._heartbeat = time.monotonic()
        self._metrics = Metrics()
        self._health = PollHealth(self._metrics)
        parse_wanted = partial(parse, channels=settings.telegram_channels)
        self._queue = UpdateQueue(store, parse_wanted, self._metrics, size=settings.telegram_queue)
        self._posts = ChannelPosts(settings)
        self._application = _build_application(settings, self._queue, self._health)
        self._polling = Polling(self._new_updater, self._health)
        self._webhook = self._new_updater()
        self._typing = TypingIndicator(self._application.bot)
        self._drafts = LiveDrafts(self._application.bot, self._metrics)
        rules = Rules(
            users=settings.telegram_allowed_users,
            chats=settings.telegram_allowed_chats,
            admins=settings.telegram_admins,
            per_minute=settings.telegram_rate_per_minute,
            total_per_minute=settings.telegram_total_per_minute,
        )
        self._gate = Gate(rules)
        self._handler = UpdateHandler(
            store=store,
            queue=self._queue,
            gate=self._gate,
            admin=Admin(settings, executor, self._metrics, self._queue),
            executor=executor,
            typing=self._typing,
            drafts=self._drafts,
            sender=Sender(self._application.bot, self._metrics),
            metrics=self._metrics,
            poll_health=self._health,
            posts=self._posts,
        )
        self._application.add_handler(TypeHandler(Incoming, self._handler.handle))
        loop = asyncio.get_running_loop()
        # The first SIGTERM or SIGINT cancels this future; later ones change nothing.
        self._stop: asyncio.Future[None] = loop.create_future()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.cancel)

    async def start(self, stack: AsyncExitStack, tell: Tell) -> None:
        """Reach Telegram, open the index, and begin; what is begun is ended by `stack`.

        Raises:
            PasokhError: If the token, the index, the webhook or a port cannot be used.
        """
        await self._unless_stopped(self._reach_telegram(tell))
        stack.push_async_callback(self._application.shutdown)
        await self._unless_stopped(self._executor.load(self._application.bot.username))
        await self._forget_old()
        self._gate.moves |= await self._store.do(queue_sql.moves)
        n_left = await self._queue.recover()
        metrics, queue = self._metrics, self._queue
        metrics.add_gauge("waiting_updates", "Updates that wait", lambda: len(queue))
        metrics.add_gauge("busy_chats", "Chats being attended to", lambda: queue.n_busy)
        metrics.add_gauge(
            "silence_seconds", "Since Telegram last answered", lambda: metrics.silence_s
        )
        if self._settings.metrics_port:
            stack.callback(serve_metrics(metrics, self._settings.metrics_port, self._is_healthy))
        self._posts.start()
        stack.push_async_callback(self._posts.close)
        for work in (self._clean_up(), watch(self._executor, self._queue)):
            stack.callback(asyncio.create_task(work).cancel)
        await self._application.start()
        stack.push_async_callback(self._finish)
        await self._unless_stopped(self._fetch())
        name = self._application.bot.username
        fields = {"bot": name, "snapshot": self._executor.snapshot, "left_over": n_left}
        _log.info("serving", extra={"fields": fields})
        tell(f"@{name} answers from {self._executor.snapshot}; Ctrl-C stops it.")

    async def wait(self) -> None:
        """Wait for a signal, or for Telegram to refuse us.

        Raises:
            Refused: Then.
        """
        await asyncio.wait((self._stop, self._health.fatal), return_when=asyncio.FIRST_COMPLETED)
        if self._health.fatal.done():
            self._health.fatal.result()

    async def _unless_stopped(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Return what `work` returns, unless a signal comes first."""
        task = asyncio.create_task(work)
        await asyncio.wait((task, self._stop), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            raise _Stopped
        return task.result()

    async def _reach_telegram(self, tell: Tell) -> None:
        """Ask Telegram who we are, again until it answers; say once that it does not."""
        wait_s = 1.0
        while True:
            try:
                await self._application.initialize()
            except InvalidToken as error:
                # The library's own words, which quote the token, hide Telegram's.
                cause = error.__cause__
                said = cause.message if isinstance(cause, TelegramError) else ""
                self._health.token_refused(said)
                self._health.fatal.result()
            except TelegramError as error:
                if wait_s == 1:
                    where = self._settings.telegram_base_url
                    tell(
                        f"Telegram cannot be reached at {where} ({error.message}); trying again. "
                        "Where it is blocked, PASOKH_PROXY names a way (docs/operating.md)."
                    )
                log_failure("start", error, description=error.message)
            else:
                self._metrics.note_contact()
                return
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_RETRY_S)

    def _is_healthy(self) -> bool:
        """Tell whether the event loop runs and, with polling, whether Telegram answers."""
        runs = time.monotonic() - self._heartbeat < _UNHEALTHY_AFTER_S
        has_webhook = self._settings.telegram_webhook_url is not None
        return runs and (has_webhook or self._metrics.silence_s < _UNHEALTHY_AFTER_S)

    async def _fetch(self) -> None:
        """Give Telegram the menus of commands, then take updates by polling or by a webhook."""
        settings = self._settings
        menus = commands(translates=settings.llm_base_url is not None)
        for language, menu in menus.items():
            code = "" if language is Language.EN else language.value
            try:
                await self._application.bot.set_my_commands(menu, language_code=code)
            except TelegramError as error:  # a menu is not worth a failed start
                log_failure("menu", error, description=error.message)
        if settings.telegram_webhook_url is None:
            await self._polling.start()
            return
        assert settings.telegram_webhook_secret is not None, "the settings see to it"  # noqa: S101
        try:
            await self._webhook.initialize()
            await self._webhook.start_webhook(
                listen=settings.telegram_webhook_listen,
                port=settings.telegram_webhook_port,
                url_path=urlsplit(settings.telegram_webhook_url).path,
                webhook_url=settings.telegram_webhook_url,
                secret_token=settings.telegram_webhook_secret.get_secret_value(),
                allowed_updates=ALLOWED_UPDATES,
                bootstrap_retries=_WEBHOOK_RETRIES,
            )
        except (TelegramError, OSError) as error:
            words = error.strerror if isinstance(error, OSError) else error.message
            msg = f"The webhook cannot be opened ({words}); check PASOKH_TELEGRAM_WEBHOOK_*."
            raise Refused(msg) from error

    def _new_updater(self) -> Updater:
        """Return the library's part that takes updates and puts them into our queue."""
        return Updater(self._application.bot, self._application.update_queue)

    async def _finish(self) -> None:
        """Stop taking updates, let answers under way arrive, leave the rest to the next start."""
        self._queue.close()
        await self._polling.close()
        if self._webhook.running:
            await self._webhook.stop()
        if not await self._queue.drain(STOP_S):
            await self._handler.cancel()
        await self._typing.close()
        await self._drafts.close()
        await self._application.stop()
        _log.info("stopped", extra={"fields": {"left_over": len(self._queue)}})

    async def _clean_up(self) -> None:
        """Keep the heartbeat and, every hour, delete what is old."""
        due = time.monotonic() + _CLEANUP_EVERY_S
        while True:
            self._heartbeat = time.monotonic()
            if self._heartbeat >= due:
                due = self._heartbeat + _CLEANUP_EVERY_S
                await self._forget_old()
            await asyncio.sleep(_HEARTBEAT_S)

    async def _forget_old(self) -> None:
        """Delete old numbers of updates, unanswered updates and conversations."""
        now, retention = time.time(), self._settings.retention_days
        try:
            await self._store.do(queue_sql.expire, now - retention * _DAY_S)
            await self._store.do(
                queue_sql.prune, now - min(queue_sql.KEPT_DAYS, retention) * _DAY_S
            )
            await self._executor.forget_old()
        except StorageError as error:
            log_failure("tidy", error)


def _build_application(settings: Settings, queue: UpdateQueue, health: PollHealth) -> _Application:
    """Build the library's application around our queue."""
    assert settings.telegram_token is not None, "its files are named by it"  # noqa: S101
    address = settings.telegram_base_url.rstrip("/")
    options = client_options(settings.proxy_for("telegram", address))
    return (
        ApplicationBuilder()
        .updater(None)  # `Polling` and the webhook have their own
        .token(settings.telegram_token.get_secret_value())
        .base_url(f"{address}/bot")
        .base_file_url(f"{address}/file/bot")
        .request(
            HTTPXRequest(
                connection_pool_size=_CONNECTIONS,
                pool_timeout=_LONGEST_RETRY_S,
                httpx_kwargs=options,
            )
        )
        .get_updates_request(PollingRequest(health, connection_pool_size=1, httpx_kwargs=options))
        .rate_limiter(ChatRateLimiter())
        .update_queue(cast("asyncio.Queue[object]", queue))
        .concurrent_updates(MAX_CHATS)
        .build()
    )
