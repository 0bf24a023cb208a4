"""A real HTTP server on loopback whose pages change and misbehave as a test says."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

from patience import scaled

from index.web.config import WebConfig

# Lets the server be asked: its own number is allowed, and nothing else that is private.
CONFIG = WebConfig(
    user_agent="pasokh-test/1",
    timeout_s=scaled(0.75),
    max_bytes=200_000,
    delay_s=0.0,
    private_networks=(ip_network("127.0.0.1/32"),),
)

Handler = BaseHTTPRequestHandler
Act = Callable[[Handler], None]


@dataclass(frozen=True)
class Request:
    """What was asked for, when, and with which headers (names in small letters)."""

    path: str
    at: float
    headers: dict[str, str]


@dataclass
class Site:
    """Pages by path, each an act on a request; what is not there is a 404."""

    pages: dict[str, Act] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        """Address of the server, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def asked(self, path: str) -> list[Request]:
        """Return the requests for a path, in their order."""
        return [request for request in self.requests if request.path == path]


def send(
    handler: Handler, body: bytes, status: int = 200, headers: dict[str, str] | None = None
) -> None:
    """Answer a request; a header of "" is left out."""
    given = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
    handler.send_response(status)
    for name, value in (given | (headers or {})).items():
        if value:
            handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def body(text: str | bytes, status: int = 200, **headers: str) -> Act:
    """Return an act that answers with a body; `content_type` stands for Content-Type."""
    data = text.encode() if isinstance(text, str) else text
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return lambda handler: send(handler, data, status, named)


def redirect(target: str, status: int = 302) -> Act:
    """Return an act that leads elsewhere."""
    return body(b"", status, location=target)


def then(*acts: Act) -> Act:
    """Return an act that does each of these once, and the last one from then on."""
    left = list(acts)

    def act(handler: Handler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return act


def conditional(data: str, etag: str) -> Act:
    """Return an act that knows what the client has, as RFC 9110 says."""

    def act(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == etag:
            send(handler, b"", 304, {"Content-Length": "", "ETag": etag})
        else:
            send(handler, data.encode(), 200, {"Content-Type": "application/rss+xml", "ETag": etag})

    return act


def raw(*parts: bytes, pause_s: float = 0.0, over: threading.Event | None = None) -> Act:
    """Return an act that writes bytes to the connection as they are, pausing between them."""

    def act(handler: Handler) -> None:
        for part in parts:
            handler.wfile.write(part)
            handler.wfile.flush()
            if pause_s and (over or threading.Event()).wait(pause_s):
                break
        handler.close_connection = True

    return act


def endless(site: Site, head: bytes, part: bytes, pause_s: float = 0.0) -> Act:
    """Return an act that writes the same bytes until the client has had enough."""

    def act(handler: Handler) -> None:
        handler.wfile.write(head)
        while not site.over.wait(pause_s):
            handler.wfile.write(part)

    return act


@contextmanager
def serving(site: Site | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Serve a site, a new one if none is given, on a free port of loopback."""
    site = site or Site()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            site.requests.append(Request(self.path, time.monotonic(), headers))
            try:
                act = site.pages.get(self.path) or body(b"not here", 404)
                act(self)
            except OSError:
                pass  # the client has had enough, as tests mean it to

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
