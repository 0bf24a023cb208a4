"""`pasokh serve`: the library's application put together around the durable queue, and its life.

Telegram is asked first, so that a wrong token is said at once; then the index is opened; then
updates are fetched until a signal, or until Telegram says that there is no use in going on.

Does not: answer updates (`attend`), or parse, store or send anything.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
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
from bot.telegram.delivery.executor import Conversation, Desk
from bot.telegram.delivery.handler import Attendant
from bot.telegram.delivery.live_draft import Drafts, Presence
from bot.telegram.delivery.metrics import Metrics, listen
from bot.telegram.delivery.poll_health import PollingRequest, Refused, Watch
from bot.telegram.delivery.queue import MAX_CHATS, Inbox
from bot.telegram.delivery.queue_store import Store
from bot.telegram.delivery.rate_limiter import ChatPace
from bot.telegram.delivery.send import Sender
from bot.telegram.delivery.updates import ALLOWED_UPDATES, parse
from bot.telegram.dialog.conversation import commands
from bot.telegram.types import Incoming
from bot.texts.language import Language
from index import StorageError

STOP_S: Final = 20.0
"""How long answers in flight may take at the end; what takes longer is left to the next start."""

_POLL_S: Final = 25
_SILENCE_S: Final = 90.0
_BEAT_S: Final = 5.0
_TIDY_S: Final = 3600.0
_DAY_S: Final = 86400
_CONNECTIONS: Final = 64
_SLOWEST_RETRY_S: Final = 30.0
_WEBHOOK_RETRIES: Final = 3

_log = logging.getLogger(__name__)

Tell = Callable[[str], None]

_Application = Application[Any, Any, Any, Any, Any, Any]
_T = TypeVar("_T")


def serve(settings: Settings, open_conversation: Callable[[str], Conversation], tell: Tell) -> None:
    """Serve until a signal says to stop.

    Args:
        open_conversation: Opens what answers for the bot of a name.
        tell: Shows a line to whoever started the program.

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
        service = _Service(settings, store, Desk(open_conversation, settings.telegram_workers))
        with suppress(_Stopped):
            await service.start(stack, tell)
            await service.wait()


def _log_stray(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error that no task handled, without its words."""
    if (error := context.get("exception")) is not None:
        log_failure("stray", error)


class _Service:
    """One run of the bot."""

    def __init__(self, settings: Settings, store: Store, desk: Desk) -> None:
        """Build everything, but touch nothing outside yet."""
        self._settings = settings
        self._store = store
        self._desk = desk
        self._stop = _stop_signal()
        self._beat = time.monotonic()
        self._metrics = Metrics()
        self._watch = Watch(self._metrics)
        self._inbox = Inbox(store, parse, self._metrics, size=settings.telegram_queue)
        self._application = _build(settings, self._inbox, self._watch)
        self._presence = Presence(self._application.bot)
        self._drafts = Drafts(self._application.bot, self._metrics)
        self._attendant = self._attend_with(_rules(settings))
        self._application.add_handler(TypeHandler(Incoming, self._attendant.attend))

    def _attend_with(self, rules: Rules) -> Attendant:
        """Give the attendant all it needs."""
        return Attendant(
            store=self._store,
            inbox=self._inbox,
            gate=Gate(rules),
            admin=Admin(self._desk, self._metrics, self._load),
            desk=self._desk,
            presence=self._presence,
            drafts=self._drafts,
            sender=Sender(self._application.bot, self._metrics),
            metrics=self._metrics,
            watch=self._watch,
        )

    def _load(self) -> tuple[int, int]:
        """Count the updates that wait and those being attended to."""
        return len(self._inbox), self._inbox.n_busy

    async def start(self, stack: AsyncExitStack, tell: Tell) -> None:
        """Reach Telegram, open the index, and begin; what is begun is ended by `stack`.

        Raises:
            PasokhError: If the token, the index, the webhook or a port cannot be used.
        """
        await self._unless_stopped(self._reach_telegram(tell))
        stack.push_async_callback(self._application.shutdown)
        await self._unless_stopped(self._desk.load(self._application.bot.username))
        await self._forget_old()
        n_left = await self._inbox.recover()
        self._listen(stack)
        tidying = asyncio.create_task(self._tidy())
        stack.callback(tidying.cancel)
        await self._application.start()
        stack.push_async_callback(self._finish)
        await self._unless_stopped(self._show_menu())
        await self._unless_stopped(self._fetch())
        name = self._application.bot.username
        fields = {"bot": name, "snapshot": self._desk.snapshot, "left_over": n_left}
        _log.info("serving", extra={"fields": fields})
        tell(f"@{name} answers from {self._desk.snapshot}; Ctrl-C stops it.")

    async def wait(self) -> None:
        """Wait for a signal, or for Telegram to refuse us.

        Raises:
            Refused: Then.
        """
        await asyncio.wait((self._stop, self._watch.fatal), return_when=asyncio.FIRST_COMPLETED)
        if self._watch.fatal.done():
            self._watch.fatal.result()

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
            except InvalidToken:
                self._watch.token_refused()
                self._watch.fatal.result()
            except TelegramError as error:
                if wait_s == 1:
                    where, kind = self._settings.telegram_base_url, type(error).__name__
                    tell(f"Telegram cannot be reached at {where} ({kind}); trying again.")
                log_failure("start", error)
            else:
                self._metrics.contact()
                return
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _SLOWEST_RETRY_S)

    async def _show_menu(self) -> None:
        """Give Telegram the menu of commands in each language; a menu is worth no failed start."""
        menus = commands(translates=self._settings.llm_base_url is not None)
        for language, menu in menus.items():
            code = "" if language is Language.EN else language.value
            try:
                await self._application.bot.set_my_commands(menu, language_code=code)
            except TelegramError as error:
                log_failure("menu", error)

    def _listen(self, stack: AsyncExitStack) -> None:
        """Open the port of health and metrics, where one is set."""
        metrics, inbox = self._metrics, self._inbox
        metrics.watch("waiting_updates", "Updates that wait", lambda: len(inbox))
        metrics.watch("busy_chats", "Chats being attended to", lambda: inbox.n_busy)
        metrics.watch("silence_seconds", "Since Telegram last answered", lambda: metrics.silence_s)
        if self._settings.metrics_port:
            stack.callback(listen(metrics, self._settings.metrics_port, self._is_healthy))

    def _is_healthy(self) -> bool:
        """Tell whether the loop turns and, with polling, whether Telegram answers."""
        turns = time.monotonic() - self._beat < _SILENCE_S
        is_called = self._settings.telegram_webhook_url is not None
        return turns and (is_called or self._metrics.silence_s < _SILENCE_S)

    async def _fetch(self) -> None:
        """Begin to take updates: ask for them, or let Telegram call."""
        updater = self._application.updater
        assert updater is not None, "the builder makes one"  # noqa: S101
        if self._settings.telegram_webhook_url is None:
            await updater.start_polling(
                timeout=_POLL_S,
                bootstrap_retries=-1,
                allowed_updates=ALLOWED_UPDATES,
                error_callback=lambda error: log_failure("polling", error),
            )
            return
        try:
            await self._open_webhook(updater, self._settings.telegram_webhook_url)
        except (TelegramError, OSError) as error:
            words = error.strerror if isinstance(error, OSError) else error.message
            msg = f"The webhook cannot be opened ({words}); check PASOKH_TELEGRAM_WEBHOOK_*."
            raise Refused(msg) from error

    async def _open_webhook(self, updater: Updater, url: str) -> None:
        """Listen, and tell Telegram where."""
        settings = self._settings
        assert settings.telegram_webhook_secret is not None, "the settings see to it"  # noqa: S101
        await updater.start_webhook(
            listen=settings.telegram_webhook_listen,
            port=settings.telegram_webhook_port,
            url_path=urlsplit(url).path,
            webhook_url=url,
            secret_token=settings.telegram_webhook_secret.get_secret_value(),
            allowed_updates=ALLOWED_UPDATES,
            bootstrap_retries=_WEBHOOK_RETRIES,
        )

    async def _finish(self) -> None:
        """Stop taking updates, let answers in flight arrive, leave the rest to the next start."""
        updater = self._application.updater
        self._inbox.close()
        if updater is not None and updater.running:
            await updater.stop()
        if not await self._inbox.drain(STOP_S):
            await self._attendant.abandon()
        await self._presence.close()
        await self._drafts.close()
        await self._application.stop()
        _log.info("stopped", extra={"fields": {"left_over": len(self._inbox)}})

    async def _tidy(self) -> None:
        """Show that the loop turns; now and then delete what is old."""
        due = time.monotonic() + _TIDY_S
        while True:
            self._beat = time.monotonic()
            if self._beat >= due:
                due = self._beat + _TIDY_S
                await self._forget_old()
            await asyncio.sleep(_BEAT_S)

    async def _forget_old(self) -> None:
        """Delete numbers of updates, updates nobody could answer and conversations, when old."""
        now, retention = time.time(), self._settings.retention_days
        try:
            await self._store.do(queue_sql.expire, now - retention * _DAY_S)
            await self._store.do(
                queue_sql.prune, now - min(queue_sql.KEPT_DAYS, retention) * _DAY_S
            )
            await self._desk.forget_old()
        except StorageError as error:
            log_failure("tidy", error)


def _stop_signal() -> asyncio.Future[None]:
    """Return what is resolved by the first SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[None] = loop.create_future()

    def resolve() -> None:
        if not stop.done():
            stop.set_result(None)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, resolve)
    return stop


def _rules(settings: Settings) -> Rules:
    """Read who may ask and how much."""
    return Rules(
        users=settings.telegram_allowed_users,
        chats=settings.telegram_allowed_chats,
        admins=settings.telegram_admins,
        per_minute=settings.telegram_rate_per_minute,
        total_per_minute=settings.telegram_total_per_minute,
    )


def _build(settings: Settings, inbox: Inbox, watch: Watch) -> _Application:
    """Build the library's application around our queue."""
    assert settings.telegram_token is not None, "its files are named by it"  # noqa: S101
    address = settings.telegram_base_url.rstrip("/")
    return (
        ApplicationBuilder()
        .token(settings.telegram_token.get_secret_value())
        .base_url(f"{address}/bot")
        .base_file_url(f"{address}/file/bot")
        .request(HTTPXRequest(connection_pool_size=_CONNECTIONS, pool_timeout=_SLOWEST_RETRY_S))
        .get_updates_request(PollingRequest(watch, connection_pool_size=1))
        .rate_limiter(ChatPace())
        .update_queue(cast("asyncio.Queue[object]", inbox))
        .concurrent_updates(MAX_CHATS)
        .build()
    )
