"""A real proxy on loopback, with or without a password: SOCKS5 (RFC 1928, 1929) and HTTP.

It alone knows the hosts of a test's internet: their names are looked up nowhere else.
"""

import base64
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from urllib.parse import urlsplit

USER, PASSWORD = "reza", "s3cret:p@ss/word"
IN_ADDRESS = "reza:s3cret%3Ap%40ss%2Fword"

_SOCKS, _BY_PASSWORD, _REFUSED, _UNREACHABLE = 5, 2, 0xFF, 4
_NAME, _IPV4 = 3, 1


@dataclass
class Proxy:
    """The proxy, the hosts it knows (by name and port, with their port here), and who came.

    Attributes:
        asked: Host and port of each connection, in order, whether it was made or not.
    """

    hosts: dict[tuple[str, int], int] = field(default_factory=dict)
    has_password: bool = False
    asked: list[tuple[str, int]] = field(default_factory=list)
    port: int = 0

    def address(self, scheme: str) -> str:
        """Return the proxy's address for a setting."""
        user = f"{IN_ADDRESS}@" if self.has_password else ""
        return f"{scheme}://{user}127.0.0.1:{self.port}"


class _Visit(StreamRequestHandler):
    """One connection: a tunnel, or a plain HTTP request that is passed on."""

    proxy: Proxy

    def handle(self) -> None:
        with suppress(OSError):
            first = self.connection.recv(1, socket.MSG_PEEK)
            self._socks() if first == bytes([_SOCKS]) else self._http()

    def _socks(self) -> None:
        _, n_methods = self.rfile.read(2)
        methods = self.rfile.read(n_methods)
        wanted = _BY_PASSWORD if self.proxy.has_password else 0
        self._send(_SOCKS, wanted if wanted in methods else _REFUSED)
        if wanted not in methods:
            return
        if self.proxy.has_password:
            self.rfile.read(1)
            user = self.rfile.read(self.rfile.read(1)[0]).decode()
            password = self.rfile.read(self.rfile.read(1)[0]).decode()
            is_right = (user, password) == (USER, PASSWORD)
            self._send(1, 0 if is_right else 1)
            if not is_right:
                return
        _, _, _, kind = self.rfile.read(4)
        assert kind in {_NAME, _IPV4}
        if kind == _NAME:
            host = self.rfile.read(self.rfile.read(1)[0]).decode()
        else:
            host = socket.inet_ntoa(self.rfile.read(4))
        (port,) = struct.unpack(">H", self.rfile.read(2))
        target = self._connected(host, port)
        self._send(_SOCKS, 0 if target else _UNREACHABLE, 0, _IPV4, 0, 0, 0, 0, 0, 0)
        if target:
            self._tunnel(target)

    def _http(self) -> None:
        line, *headers = iter(lambda: self.rfile.readline().decode("latin-1").rstrip("\r\n"), "")
        method, address, version = line.split()
        given = [one.partition(": ")[2] for one in headers if one.lower().startswith("proxy-auth")]
        right = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"
        if self.proxy.has_password and given != [right]:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        url = urlsplit(f"//{address}" if method == "CONNECT" else address)
        target = self._connected(url.hostname or "", url.port or 80)
        if target is None:
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            return
        if method == "CONNECT":
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = url.path + (f"?{url.query}" if url.query else "")
            kept = [one for one in headers if not one.lower().startswith("proxy-")]
            head = "\r\n".join([f"{method} {path} {version}", *kept, "", ""])
            target.sendall(head.encode("latin-1"))
        self._tunnel(target)

    def _connected(self, host: str, port: int) -> socket.socket | None:
        self.proxy.asked.append((host, port))
        here = self.proxy.hosts.get((host, port))
        return None if here is None else socket.create_connection(("127.0.0.1", here))

    def _tunnel(self, target: socket.socket) -> None:
        back = Thread(target=_copy, args=(target, self.connection), daemon=True)
        back.start()
        with target:
            with suppress(OSError):
                while part := self.rfile.read1(65536):
                    target.sendall(part)
                target.shutdown(socket.SHUT_WR)
            back.join()

    def _send(self, *numbers: int) -> None:
        self.wfile.write(bytes(numbers))


def _copy(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            to.sendall(part)
    with suppress(OSError):
        to.shutdown(socket.SHUT_WR)


@contextmanager
def proxying(proxy: Proxy | None = None) -> Iterator[Proxy]:
    """Run a proxy on a free port."""
    running = proxy or Proxy()
    handler = type("Visit", (_Visit,), {"proxy": running})
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        running.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()
