"""One request to one address: connected to a checked number, bounded in time and in bytes.

httpcore, the engine of httpx, is used by itself: only there can the connection be given its
number and its deadline, while the certificate is still checked for the name. Every connection
serves one request, so that nothing of one host is ever reused for another.

A proxy looks names up itself, and only it can check where it connects to. So the settings must
name it: proxies of the environment are not used.

Does not: follow redirects, wait, try again or know robots.txt.
"""

import ssl
import time
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from io import BytesIO
from typing import Final

import httpcore
import httpx

from index.proxy import client_options
from index.retry import retry_after_s
from index.web.address import Address, looked_up, refusal_through_proxy
from index.web.config import WebConfig
from index.web.problems import Failure, Problem

OK: Final = frozenset({200, 203})
NOT_MODIFIED: Final = 304
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 503})
_SERVER_ERROR = 500
# Some servers ask for a second try by these, as others do by 503.
_TRY_AGAIN = frozenset({408, 409, 425})
_GZIP = b"\x1f\x8b\x08"
_LAYERS = 2  # a file that is gzip, sent as gzip
_NO_TEXT = frozenset({"image", "audio", "video", "font", "model"})
_NO_CODING = frozenset({"", "identity", "gzip", "x-gzip"})


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer of a server with a status of success, 304, or a redirect."""

    status: int
    headers: Mapping[str, str]
    data: bytes = b""


class _Timed(httpcore.NetworkStream):
    """A stream that ends at a deadline, however often a little arrives."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def _left_s(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has arrived, waiting to the deadline at most."""
        del timeout
        return self._stream.read(max_bytes, self._left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all, waiting to the deadline at most."""
        del timeout
        self._stream.write(buffer, self._left_s())

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Encrypt the connection, checking the certificate for the host's name."""
        del timeout
        inner = self._stream.start_tls(ssl_context, server_hostname, self._left_s())
        return _Timed(inner, self._deadline)

    def get_extra_info(self, info: str) -> object:
        """Tell what the inner stream knows."""
        return self._stream.get_extra_info(info)


class _Pinned(httpcore.NetworkBackend):
    """Connects to checked numbers only, or to a proxy, whatever name it is given."""

    def __init__(self, numbers: tuple[str, ...], deadline: float) -> None:
        self._numbers = numbers
        self._deadline = deadline
        self._system = httpcore.SyncBackend()
        self._streams: list[httpcore.NetworkStream] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first number that answers; each has its share of the time."""
        del host, timeout
        trouble: Exception = httpcore.ConnectError()
        for position, number in enumerate(self._numbers):
            left = self._deadline - time.monotonic()
            share = max(left / (len(self._numbers) - position), 0.001)
            try:
                stream = self._system.connect_tcp(
                    number, port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
            else:
                self._streams.append(stream)
                return _Timed(stream, self._deadline)
        raise trouble

    def close(self) -> None:
        """Close what was connected: httpcore leaves open what a SOCKS proxy has refused."""
        for stream in self._streams:
            stream.close()


class Client:
    """Sends single requests."""

    def __init__(self, config: WebConfig) -> None:
        self._config = config
        self._ssl = httpx.create_ssl_context(trust_env=False)
        self._proxy: httpcore.Proxy | None = None
        if given := client_options(config.proxy).get("proxy"):
            read = httpx.Proxy(given)  # which takes user name and password out of the address
            self._proxy = httpcore.Proxy(str(read.url), read.raw_auth)

    def get(self, address: Address, extra: Mapping[str, str]) -> Reply | Failure:
        """Ask for one address, with headers beside our own.

        Returns:
            The reply of a success, a 304 or a redirect; everything else is a failure.
        """
        deadline = time.monotonic() + self._config.timeout_s
        networks = self._config.private_networks
        if self._proxy is None:
            numbers = looked_up(address, networks)
        else:
            refusal = refusal_through_proxy(address, networks)
            numbers = refusal or (self._proxy.url.host.decode("ascii"),)
        if isinstance(numbers, Failure):
            return numbers
        headers = [
            ("Host", address.url.netloc.decode("ascii")),
            ("User-Agent", self._config.user_agent),
            ("Accept", "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5"),
            ("Accept-Encoding", "gzip"),
            ("Connection", "close"),
            *extra.items(),
        ]
        try:
            with (
                closing(_Pinned(numbers, deadline)) as backend,
                httpcore.ConnectionPool(
                    ssl_context=self._ssl,
                    proxy=self._proxy,
                    max_keepalive_connections=0,
                    network_backend=backend,
                ) as pool,
                pool.stream("GET", str(address), headers=headers) as response,
            ):
                return self._reply(response)
        except httpcore.TimeoutException:
            return Failure(Problem.TIMEOUT, f"{self._config.timeout_s:g} s")
        except httpcore.ProxyError as error:
            return Failure(Problem.NO_CONNECTION, _words(error))
        except httpcore.NetworkError as error:
            is_made = not isinstance(error, httpcore.ConnectError)
            problem = Problem.BROKEN if is_made else Problem.NO_CONNECTION
            return Failure(problem, _words(error))
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            return Failure(Problem.BROKEN, _words(error))

    def _reply(self, response: httpcore.Response) -> Reply | Failure:
        """Read the status, and the body where one is of use."""
        # By their names in small letters, the last of each.
        headers = {
            name.decode("latin-1").lower(): value.decode("utf-8", "replace")
            for name, value in response.headers
        }
        status = response.status
        if status == NOT_MODIFIED or status in REDIRECTS:
            return Reply(status, headers)
        if status not in OK:
            wait_s = retry_after_s(headers.get("retry-after"))
            if status in _BUSY:
                return Failure(Problem.BUSY, str(status), wait_s)
            if status >= _SERVER_ERROR or status in _TRY_AGAIN:
                return Failure(Problem.SERVER, str(status), wait_s)
            return Failure(Problem.REFUSED, str(status))
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind.partition("/")[0] in _NO_TEXT or kind == "application/pdf":
            return Failure(Problem.KIND, kind)
        coding = headers.get("content-encoding", "").strip().lower()
        if coding not in _NO_CODING:
            return Failure(Problem.ENCODING, coding[:40])
        body = self._body(response, headers)
        return Reply(status, headers, body) if isinstance(body, bytes) else body

    def _body(self, response: httpcore.Response, headers: Mapping[str, str]) -> bytes | Failure:
        """Read a body, never more than is allowed."""
        limit = self._config.max_bytes
        too_long = Failure(Problem.TOO_LONG, f"{limit:,}")
        stated = headers.get("content-length", "")
        if stated.isdecimal() and int(stated[:20]) > limit:
            return too_long
        parts: list[bytes] = []
        size = 0
        for part in response.iter_stream():
            size += len(part)
            if size > limit:
                return too_long
            parts.append(part)
        body = b"".join(parts)
        for _ in range(_LAYERS):
            if not body.startswith(_GZIP):  # gzip by its first bytes, whatever the headers say
                break
            try:
                # One byte more than allowed at most, so that a bomb is seen and never unpacked.
                body = GzipFile(fileobj=BytesIO(body)).read(limit + 1)
            except (BadGzipFile, EOFError, zlib.error):
                return Failure(Problem.ENCODING, "gzip")
        if len(body) > limit:
            return too_long
        return body if body.strip() else Failure(Problem.EMPTY)


def _words(error: Exception) -> str:
    """Return the library's words for an error, which never hold the address."""
    return str(error)[:100] or type(error).__name__
