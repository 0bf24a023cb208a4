"""Server: uvicorn on one port, with limits on connections and on how long a client may take."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Thread
from typing import ClassVar, Final

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.settings import Settings, SettingsError
from bot.web.app import open_app
from bot.web.service import Service

_MOST_CONNECTIONS: Final = 512
_STOP_S: Final = 20
_BACKLOG: Final = 512


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose client sends or reads too slowly.

    uvicorn itself waits without end for a request to arrive and for a reply to be read.

    Attributes:
        request_s: Seconds for one request to arrive, at most twice that.
        reply_s: Seconds for one reply to be made and read, likewise.
    """

    request_s: ClassVar[float] = 10.0
    reply_s: ClassVar[float] = 300.0
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch, unless there are as many connections as may be."""
        super().connection_made(transport)
        if len(self.connections) > _MOST_CONNECTIONS:
            transport.abort()
            return
        self._look(self._state(), 0.0)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def _state(self) -> tuple[int, bool]:
        """Return which request the connection is at, and whether all of it has arrived."""
        is_waiting = self.conn.their_state in {h11.IDLE, h11.SEND_BODY}
        return id(self.cycle), not is_waiting

    def _look(self, before: tuple[int, bool], since_s: float) -> None:
        """Close the connection where nothing has changed for too long; look again later."""
        state = self._state()
        lasted_s = since_s + self.request_s if state == before else 0.0
        _, has_arrived = state
        if lasted_s > (self.reply_s if has_arrived else self.request_s):
            self.transport.abort()
            return
        self._watch = self.loop.call_later(self.request_s, self._look, state, lasted_s)


def config_of(service: Service) -> uvicorn.Config:
    """Return how a service is served."""
    return uvicorn.Config(
        open_app(service),
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        backlog=_BACKLOG,
        h11_max_incomplete_event_size=32_768,
        timeout_graceful_shutdown=_STOP_S,
        access_log=False,  # it would keep who asked what
        log_config=None,
        log_level="warning",
        server_header=False,
    )


def serve(service: Service, listening: socket.socket) -> None:
    """Serve until a signal says to stop."""
    # uvicorn stops at these and then raises them again, for whoever was to take them before.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config_of(service)).run([listening])


@contextmanager
def beside(service: Service, listening: socket.socket) -> Iterator[None]:
    """Serve on a thread as long as something else runs, which takes the signals."""
    server = uvicorn.Server(config_of(service))
    thread = Thread(target=server.run, args=([listening],), name="pasokh-web")
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def listen(settings: Settings) -> socket.socket:
    """Listen where the settings say.

    Raises:
        SettingsError: If that cannot be done, or is open to others without keys.
    """
    host, port = settings.web_host, settings.web_port
    is_local = host == "localhost" or ip_address(host).is_loopback
    if not is_local and not settings.api_keys:
        raise SettingsError(
            f"PASOKH_WEB_HOST is {host!r}, which other machines can reach, but PASOKH_API_KEYS is "
            "empty; make a key with `pasokh web key NAME`, or leave the host at 127.0.0.1 behind a "
            "reverse proxy (docs/web.md)"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise SettingsError(
            f"Expected to listen on {host} port {port}, but: {error.strerror}; set PASOKH_WEB_PORT "
            "or PASOKH_WEB_HOST to another"
        ) from error
    # Subtle: asyncio leaves Nagle's algorithm on for sockets that it did not make, and the second
    # part of each answer waits 40 ms for the client's acknowledgement; connections inherit this.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def address_of(listening: socket.socket) -> str:
    """Return where a browser on this machine finds the pages."""
    host, port, *_ = listening.getsockname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
