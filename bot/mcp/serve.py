"""Serving over MCP: on standard input and output, or over HTTP on this machine alone."""

import logging
import os
import signal
import socket
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Final, Self

import uvicorn

from bot.mcp.server import Caller, open_server
from bot.session.protocols import Answering
from bot.texts.language import LanguageChoice
from index import PasokhError, Progress

HOST: Final = "127.0.0.1"

_PATIENCE_S: Final = 45.0
"""How long a call waits for the archive to open: clients give up after 60 seconds."""


class Opening:
    """Archive that opens on a thread of its own, so that tools are listed meanwhile.

    One that could not be opened is tried again by the next call.
    """

    def __init__(self, open_archive: Callable[[Progress], Answering]) -> None:
        """Begin to open; `open_archive` is given what it tells of its progress to."""
        self._open = open_archive
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

    def archive_for(self, _caller: Caller) -> Answering:
        """Return the archive, whole for everybody.

        Raises:
            PasokhError: If it cannot be opened, or takes long.
        """
        with self._lock:
            if self._future.done() and self._future.exception() is not None:
                self._future = self._begin()
            future = self._future
        try:
            return future.result(_PATIENCE_S)
        except TimeoutError:
            raise PasokhError(
                f"The archive is still being opened or indexed{self._stage}; ask again in a minute."
            ) from None

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
    """Serve one client until it closes our standard input."""
    # Subtle: nothing else ends a thread that waits for a line of standard input.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with opening:
        open_server(opening.archive_for, choice=choice, max_quotes=max_quotes).run("stdio")


def serve_http(
    opening: Opening,
    port: int,
    *,
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
        choice, max_quotes: As those of `open_server`.
        tell: Takes the address once it is listened on.

    Raises:
        PasokhError: If the port is in use.
    """
    server = open_server(opening.archive_for, choice=choice, max_quotes=max_quotes)
    # Every request stands alone, so a client goes on after a restart.
    app = server.streamable_http_app(host=HOST, stateless_http=True, json_response=True)
    try:
        listening = socket.create_server((HOST, port))
    except OSError as error:
        raise PasokhError(
            f"Expected port {port} of {HOST} to be free, but: {error.strerror}; name another "
            "with --port."
        ) from error
    with listening, opening:
        tell(f"http://{HOST}:{listening.getsockname()[1]}/mcp")
        config = uvicorn.Config(app, log_config=None, access_log=False)
        uvicorn.Server(config).run(sockets=[listening])
