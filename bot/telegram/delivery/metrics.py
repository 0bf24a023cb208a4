"""Metrics of the running bot, and the loopback port that serves them and its health.

Does not: name users, chats or texts, or listen anywhere but on 127.0.0.1.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from socketserver import ThreadingMixIn
from statistics import quantiles
from threading import Thread
from typing import TYPE_CHECKING, Final, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, make_wsgi_app

from bot.telegram.types import Kind
from index import PasokhError

if TYPE_CHECKING:  # only there for type checkers
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_RECENT: Final = 1000
_BUCKETS: Final = (0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)


class Metrics:
    """Counters and times of one process."""

    def __init__(self) -> None:
        """Begin with every counter at zero."""
        self.registry: Final = CollectorRegistry()
        self.started: Final = time.time()
        self._last_contact = time.monotonic()
        self._recent: deque[float] = deque(maxlen=_RECENT)
        counter = partial(Counter, namespace="pasokh", registry=self.registry)
        histogram = partial(Histogram, namespace="pasokh", registry=self.registry, buckets=_BUCKETS)
        self._received = counter("updates", "Updates that asked for something", ["kind"])
        self._repeated = counter("repeated_updates", "Updates that had come before")
        self._settled = counter("settled_updates", "Updates done or dropped", ["state"])
        self._refused = counter("refused_updates", "Updates refused by a limit or list", ["why"])
        self._failed = counter("failed_answers", "Failures to answer, each tried again")
        self._sent = counter("calls", "Calls of the Bot API", ["call", "outcome"])
        self._retried = counter("retried_calls", "Calls made again", ["why"])
        self._uncertain = counter("uncertain_calls", "Calls made again that may have been obeyed")
        self._thinking = histogram("answer_seconds", "Making an answer, without waiting for a turn")
        self._waiting = histogram("settle_seconds", "From an update's arrival to its last message")

    def add_gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Serve a value that is read at each request."""
        Gauge(f"pasokh_{name}", text, registry=self.registry).set_function(value)

    def note_contact(self) -> None:
        """Note that Telegram answered."""
        self._last_contact = time.monotonic()

    @property
    def silence_s(self) -> float:
        """Seconds since Telegram last answered."""
        return time.monotonic() - self._last_contact

    def received(self, kind: Kind, *, is_new: bool) -> None:
        """Count an update that came in."""
        self._received.labels(kind).inc()
        if not is_new:
            self._repeated.inc()

    def settled(self, state: str, seconds: float) -> None:
        """Count an update that is over, and how long it took since it arrived."""
        self._settled.labels(state).inc()
        self._waiting.observe(seconds)
        self._recent.append(seconds)

    def refused(self, why: str) -> None:
        """Count an update that was not let through."""
        self._refused.labels(why).inc()

    def failed(self) -> None:
        """Count an answer that could not be made."""
        self._failed.inc()

    @contextmanager
    def thinking(self) -> Iterator[None]:
        """Time the making of an answer."""
        with self._thinking.time():
            yield

    def called(self, call: str, outcome: str) -> None:
        """Count a call that succeeded or was given up."""
        self._sent.labels(call, outcome).inc()

    def retried(self, why: str, *, is_uncertain: bool) -> None:
        """Count a call that is made again."""
        self._retried.labels(why).inc()
        if is_uncertain:
            self._uncertain.inc()

    def percentiles(self) -> tuple[float, float]:
        """Return p50 and p95 in seconds of the last thousand updates; zeros before two came."""
        if len(self._recent) < 2:  # noqa: PLR2004  # what quantiles need
            return 0.0, 0.0
        cuts = quantiles(self._recent, n=20, method="inclusive")
        return cuts[9], cuts[18]

    def total(self, name: str, **labels: str) -> float:
        """Read a counter, e.g. `total("settled_updates", state="done")`."""
        return self.registry.get_sample_value(f"pasokh_{name}_total", labels) or 0.0


class _Server(ThreadingMixIn, WSGIServer):
    """Answers each request on a thread of its own."""

    daemon_threads = True


class _Silent(WSGIRequestHandler):
    """Logs no requests."""

    def log_message(self, *_: object) -> None:
        """Write nothing."""


def serve_metrics(
    metrics: Metrics, port: int, is_healthy: Callable[[], bool]
) -> Callable[[], None]:
    """Serve /metrics and /healthz (200 or 503) on loopback; return a function that stops it.

    Raises:
        PasokhError: If the port is taken.
    """
    numbers = make_wsgi_app(metrics.registry)

    def respond(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                return cast("Iterable[bytes]", numbers(environ, start))
            case "/healthz":
                status = "200 OK" if is_healthy() else "503 Service Unavailable"
            case _:
                status = "404 Not Found"
        start(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{status}\n".encode()]

    try:
        server = make_server("127.0.0.1", port, respond, _Server, _Silent)
    except OSError as error:
        msg = f"PASOKH_METRICS_PORT: port {port} cannot be listened on: {error.strerror}."
        raise PasokhError(msg) from error
    Thread(target=server.serve_forever, name="pasokh-metrics", daemon=True).start()

    def close() -> None:
        server.shutdown()
        server.server_close()

    return close
