"""Serving over MCP: on standard input and output, or over HTTP on this machine alone."""

import logging
import os
import signal
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextvars import ContextVar
from functools import partial
from threading import Lock, Thread
from typing import Final, Self

import uvicorn
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.mcp.server import open_server
from bot.session.access import NO_LIMITS, PUBLIC, TERMINAL, Access, Caller
from bot.session.protocols import Answering
from bot.texts.language import LanguageChoice
from bot.web.keys import caller_of
from bot.web.problems import Problem
from index import ALL_RIGHTS, PasokhError, Progress

HOST: Final = "127.0.0.1"

_PATIENCE_S: Final = 45.0
"""How long a call waits for the archive to open: clients give up after 60 seconds."""


class Opening:
    """Archive that opens on a thread of its own, so that tools are listed meanwhile.

    One that could not be opened is tried again by the next call.
    """

    def __init__(
        self, open_archive: Callable[[Progress], Answering], access: Access = NO_LIMITS
    ) -> None:
        """Begin to open; `open_archive` is given what it tells of its progress to."""
        self._open = open_archive
        self._access = access
        self._lock = Lock()
        self._stage = ""
        self._future = self._begin()

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        """End the process at once where the archive is still being opened.

        Subtle: native code on a thread that outlives the interpreter aborts the process. An index
        that was being built is as after `kill -9`: the old one, or none.
        """
        if not self._future.done():
            logging.shutdown()
            os._exit(0 if kind is None else 1)

    def archive_for(self, caller: Caller) -> Answering:
        """Return what a caller may see of the archive.

        Raises:
            PasokhError: If it cannot be opened, or takes long.
        """
        with self._lock:
            if self._future.done() and self._future.exception() is not None:
                self._future = self._begin()
            future = self._future
        try:
            archive = future.result(_PATIENCE_S)
        except TimeoutError:
            # It counts articles of which some may not be for this caller.
            stage = self._stage if self._access.rights(caller) == ALL_RIGHTS else ""
            raise PasokhError(
                f"The archive is still being opened or indexed{stage}; ask again in a minute."
            ) from None
        return self._access.archive_for(caller, archive)

    def _begin(self) -> Future[Answering]:
        future: Future[Answering] = Future()
        # A daemon, so that a long build does not outlive the client.
        Thread(target=self._run, args=(future,), name="pasokh-open", daemon=True).start()
        return future

    def _run(self, future: Future[Answering]) -> None:
        try:
            future.set_result(self._open(self._tell))
        except Exception as error:  # noqa: BLE001  # a thread's one catch; who asks is told
            future.set_exception(error)

    def _tell(self, stage: str, done: int, total: int | None) -> None:
        self._stage = f" ({stage}: {done} of {total})" if total else f" ({stage}: {done})"


def serve_stdio(opening: Opening, *, choice: LanguageChoice, max_quotes: int) -> None:
    """Serve whoever started the program until it closes our standard input."""
    # Subtle: nothing else ends a thread that waits for a line of standard input.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with opening:
        archive = partial(opening.archive_for, TERMINAL)
        open_server(archive, choice=choice, max_quotes=max_quotes).run("stdio")


_caller: Final = ContextVar[Caller]("caller", default=PUBLIC)
"""Who sent the HTTP request that is answered."""


class Gate:
    """Lets in whoever shows a key, or everybody where no key is set, and notes who it is."""

    def __init__(self, app: ASGIApp, keys: Mapping[str, str]) -> None:
        """Stand before `app`; `keys` as for `caller_of`."""
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http":
            try:
                sent = Headers(scope=scope).get("authorization", "")
                _caller.set(caller_of(sent, self._keys))  # each request is a task of its own
            except Problem as problem:
                refusal = JSONResponse(problem.record, problem.status, problem.headers)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def serve_http(
    opening: Opening,
    port: int,
    *,
    keys: Mapping[str, str],
    choice: LanguageChoice,
    max_quotes: int,
    tell: Callable[[str], None],
) -> None:
    """Serve clients of this machine until a signal says to stop.

    Requests whose Host or Origin is not this machine are refused, so that no web page can ask
    through a browser (DNS rebinding).

    Args:
        opening: The archive.
        port: Port to listen on; 0 for a free one.
        keys: SHA-256 of each API key by its name; without any, whoever asks is the public.
        choice, max_quotes: As those of `open_server`.
        tell: Takes the address once it is listened on.

    Raises:
        PasokhError: If the port is in use.
    """
    server = open_server(
        lambda: opening.archive_for(_caller.get()), choice=choice, max_quotes=max_quotes
    )
    # Every request stands alone, so a client goes on after a restart.
    app = server.streamable_http_app(host=HOST, stateless_http=True, json_response=True)
    try:
        listening = socket.create_server((HOST, port))
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # see `bot.web.server`
    except OSError as error:
        raise PasokhError(
            f"Expected port {port} of {HOST} to be free, but: {error.strerror}; name another "
            "with --port."
        ) from error
    with listening, opening:
        tell(f"http://{HOST}:{listening.getsockname()[1]}/mcp")
        config = uvicorn.Config(Gate(app, keys), log_config=None, access_log=False)
        uvicorn.Server(config).run(sockets=[listening])
