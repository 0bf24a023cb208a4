"""A real HTTP server on loopback that speaks /v1/chat/completions, with scripted faults.

It is the foreign side: what it says is scripted, everything of ours that listens is real.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-very-secret-0123"

Handler = BaseHTTPRequestHandler
Act = Callable[[Handler], None]


@dataclass
class ModelServer:
    """What is said to each request, in turn, the last from then on; and what was asked."""

    acts: list[Act] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        """Address up to /v1."""
        return f"http://127.0.0.1:{self.port}/v1"

    def asked(self, n: int = -1) -> str:
        """Return all that a request said to the model."""
        return "\n".join(one["content"] for one in self.requests[n]["messages"])


def claims(*told: tuple[str, Sequence[int]], answered: bool = True) -> str:
    """Return the JSON that the prompt asks for."""
    listed = [{"text": text, "numbers": list(numbers)} for text, numbers in told]
    return json.dumps({"answered": answered, "claims": listed}, ensure_ascii=False)


def event(text: str | None = None, finish: str | None = None, **beside: object) -> bytes:
    """Return one event of a stream."""
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "x", "object": "chat.completion.chunk", "choices": [choice], **beside}
    return f"data: {json.dumps(chunk)}\n\n".encode()


USAGE = event(choices=[], usage={"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100})
DONE = b"data: [DONE]\n\n"


def pieces(text: str, size: int = 7) -> list[str]:
    """Cut a text as a model's tokens might."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def begin(handler: Handler, kind: str = "text/event-stream", status: int = 200) -> None:
    """Send the head of a reply whose length nobody knows."""
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True


def says(text: str) -> Act:
    """Return an act that streams a text as a well-behaved server does."""

    def act(handler: Handler) -> None:
        begin(handler)
        handler.wfile.write(event("", role="assistant"))
        for piece in pieces(text):
            handler.wfile.write(event(piece))
        handler.wfile.write(event(finish="stop") + USAGE + DONE)

    return act


def says_at_once(text: str) -> Act:
    """Return an act of a server that does not stream."""
    choice = {"index": 0, "message": {"content": text}, "finish_reason": "stop"}
    body = {"object": "chat.completion", "choices": [choice], "usage": {"total_tokens": 7}}
    return replies(json.dumps(body).encode())


def replies(body: bytes, status: int = 200, **headers: str) -> Act:
    """Return an act that sends one body; `retry_after` stands for Retry-After."""

    def act(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-").title(), value)
        handler.end_headers()
        handler.wfile.write(body)

    return act


def refuses(status: int, message: str = "no", code: str = "", **headers: str) -> Act:
    """Return an act that refuses as OpenAI does."""
    body = {"error": {"message": message, "type": "error", "code": code}}
    return replies(json.dumps(body).encode(), status, **headers)


def streams(*parts: bytes, pause_s: float = 0.0, server: "ModelServer | None" = None) -> Act:
    """Return an act that sends these bytes as a stream, pausing after each."""
    over = server.over if server else threading.Event()

    def act(handler: Handler) -> None:
        begin(handler)
        for part in parts:
            handler.wfile.write(part)
            handler.wfile.flush()
            if over.wait(pause_s):
                return

    return act


def endless(server: ModelServer, part: bytes, pause_s: float = 0.0) -> Act:
    """Return an act that sends the same bytes until the client has had enough."""

    def act(handler: Handler) -> None:
        begin(handler)
        while not server.over.wait(pause_s):
            handler.wfile.write(part)

    return act


def hangs(server: ModelServer) -> Act:
    """Return an act that never answers."""
    return lambda _handler: server.over.wait() and None


@contextmanager
def serving() -> Iterator[ModelServer]:
    """Serve on a free port of loopback."""
    site = ModelServer()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            site.requests.append(json.loads(body) | {"path": self.path})
            site.headers.append({name.lower(): value for name, value in self.headers.items()})
            with suppress(OSError):  # the client has had enough, as tests mean it to
                (site.acts.pop(0) if len(site.acts) > 1 else site.acts[0])(self)

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
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
