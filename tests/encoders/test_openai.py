"""The client for embedding servers, against a real server on loopback."""

import gc
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from patience import scaled
from proxy_server import Proxy, proxying
from pydantic import SecretStr

from index.encoders import Encoder, OpenAIConfig, open_encoder
from index.errors import EncoderError

KEY = "sk-very-secret-0123"
TEXTS = ["تهران پایتخت ایران است.", "The match ended two to one.", "", "نرخ ارز"]


@dataclass
class Reply:
    """One scripted answer: a status alone, or a body in place of the true one."""

    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0


class EmbeddingServer:
    """A real HTTP server on loopback; answers as scripted, then truthfully."""

    def __init__(self, encoder: Encoder) -> None:
        """Listen on a free port."""
        self.script: list[Reply] = []
        self.requests: list[dict[str, object]] = []
        self.keys: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append({"path": self.path, **sent})
                outer.keys.append(self.headers.get("Authorization"))
                reply = outer.script.pop(0) if outer.script else Reply()
                outer.stopping.wait(reply.delay_s)
                rows = encoder.encode_passages(sent["input"])
                data = [
                    {"object": "embedding", "index": i, "embedding": (3 * row).tolist()}
                    for i, row in enumerate(rows)
                ]
                # Out of order on purpose: only `index` says which text a vector belongs to.
                true = json.dumps({"object": "list", "data": data[::-1]}).encode()
                body = true if reply.body is None else reply.body
                try:
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # The client has given up waiting, as one test means it to.

            def log_message(self, *_args: object) -> None:
                """Keep quiet."""

        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server(bundled: Encoder) -> Iterator[EmbeddingServer]:
    """Yield an embedding server backed by the bundled encoder."""
    running = EmbeddingServer(bundled)
    yield running
    running.stop()


def _open(server: EmbeddingServer, **settings: Any) -> Encoder:  # noqa: ANN401 (any field)
    base: dict[str, Any] = {
        "base_url": server.url,
        "model": "e5",
        "api_key": SecretStr(KEY),
        "dim": 384,
        "max_wait_s": 0.01,
        "timeout_s": scaled(30),
    }
    return open_encoder(OpenAIConfig(**base | settings))


def _body(rows: list[Any]) -> bytes:
    data = [{"index": i, "embedding": row} for i, row in enumerate(rows)]
    return json.dumps({"data": data}).encode()


@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_a_server_may_be_behind_a_proxy(
    server: EmbeddingServer, bundled: Encoder, scheme: str
) -> None:
    """Texts go through the proxy, which looks the server's name up."""
    port = urlsplit(server.url).port
    with proxying(Proxy({("vectors.example", 80): port or 0}, has_password=True)) as proxy:
        given = SecretStr(proxy.address(scheme))
        remote = _open(server, base_url="http://vectors.example/v1", proxy=given)
        rows = remote.encode_queries(TEXTS)

    np.testing.assert_allclose(rows, bundled.encode_passages(TEXTS), atol=1e-5)
    assert proxy.asked == [("vectors.example", 80)]


def test_none_goes_past_the_proxy_of_the_environment(
    server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a setting the environment's proxy is asked, with "none" no proxy at all."""
    with proxying() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address("http"))
        monkeypatch.delenv("NO_PROXY", raising=False)
        _open(server, proxy=SecretStr("none")).encode_queries(TEXTS)
        assert proxy.asked == []
        with pytest.raises(EncoderError, match="status 502"):
            _open(server, max_retries=0).encode_queries(TEXTS)
        assert len(proxy.asked) == 1


def test_vectors_come_back_in_order(server: EmbeddingServer, bundled: Encoder) -> None:
    """Rows match the texts although the server answers in reverse, and have length 1."""
    seen: list[int] = []
    encoder = _open(server, batch_size=3)
    rows = encoder.encode_passages(TEXTS, progress=seen.append)
    assert np.allclose(rows, bundled.encode_passages(TEXTS), atol=2e-3)
    assert np.abs(np.linalg.norm(rows, axis=1) - 1).max() < 1e-5
    assert seen == [3, 1]
    assert encoder.encode_queries([]).shape == (0, 384)
    assert {request["path"] for request in server.requests} == {"/v1/embeddings"}
    assert set(server.keys) == {f"Bearer {KEY}"}


def test_prefixes_are_sent(server: EmbeddingServer) -> None:
    """Each side's prefix goes before each text, and into the identity."""
    encoder = _open(server, query_prefix="q: ", passage_prefix="p: ")
    encoder.encode_queries(["a"])
    encoder.encode_passages(["b"])
    assert [request["input"] for request in server.requests] == [["q: a"], ["p: b"]]
    assert encoder.identity != _open(server).identity


def test_the_dimension_is_asked_for(server: EmbeddingServer) -> None:
    """Without a configured dimension one request finds it."""
    assert _open(server, dim=None).identity.dim == 384
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_trouble_is_retried(server: EmbeddingServer, status: int) -> None:
    """Two refusals, then an answer."""
    server.script = [Reply(status=status), Reply(status=status)]
    assert _open(server).encode_queries(["a"]).shape == (1, 384)
    assert len(server.requests) == 3


def test_retries_are_bounded(server: EmbeddingServer) -> None:
    """A server that never recovers is given up on, with its words in the error."""
    server.script = [Reply(status=500, body=b"out of memory")] * 9
    with pytest.raises(EncoderError, match="500: out of memory, after 3 tries"):
        _open(server, max_retries=2).encode_queries(["a"])
    assert len(server.requests) == 3


def test_retry_after_is_honoured(server: EmbeddingServer) -> None:
    """The pause is what the server asks for, up to the bound."""
    server.script = [Reply(status=429, headers={"Retry-After": "1"})]
    encoder = _open(server, max_wait_s=5.0)
    start = time.monotonic()
    encoder.encode_queries(["a"])
    assert time.monotonic() - start >= 1.0


def test_long_retry_after_is_capped(server: EmbeddingServer) -> None:
    """An hour's pause is not waited for."""
    server.script = [Reply(status=429, headers={"Retry-After": "3600"})]
    start = time.monotonic()
    _open(server).encode_queries(["a"])
    assert time.monotonic() - start < scaled(30)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_refusals_are_not_retried(server: EmbeddingServer, status: int) -> None:
    """What will not pass by waiting fails at once."""
    server.script = [Reply(status=status, body=b"no")]
    with pytest.raises(EncoderError, match=f"status {status}: no"):
        _open(server).encode_queries(["a"])
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>gateway</html>",
        b"[]",
        b"{}",
        b'{"data": null}',
        b'{"data": [{"index": 0}]}',
        b'{"data": [{"index": 0, "embedding": "AAAA"}]}',
        b"\xff\xfe",
        _body([]),
        _body([[0.1] * 384, [0.1] * 384]),
        _body([[0.1] * 383]),
        _body([[0.0] * 384]),
        _body([[float("nan")] + [0.1] * 383]),
        _body([[float("inf")] + [0.1] * 383]),
        _body([[1e300] * 384]),
        _body([[[0.1] * 384]]),
        json.dumps({"data": [{"index": 7, "embedding": [0.1] * 384}]}).encode(),
        json.dumps({"data": [{"index": "0", "embedding": [0.1] * 384}]}).encode(),
        b"[" * 100_000,
    ],
)
def test_bad_answers_are_refused(server: EmbeddingServer, body: bytes) -> None:
    """Nothing but the right number of finite vectors of the right length gets through."""
    server.script = [Reply(body=body)]
    with pytest.raises(EncoderError, match="Expected embeddings by 'e5'"):
        _open(server).encode_queries(["a"])


def test_a_slow_server_times_out(server: EmbeddingServer) -> None:
    """Waiting is bounded, tried again, and then an error of ours."""
    server.script = [Reply(delay_s=5.0)] * 2
    with pytest.raises(EncoderError, match=r"ReadTimeout.*after 2 tries"):
        _open(server, timeout_s=0.2, max_retries=1).encode_queries(["a"])


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "ftp://x/v1", "http://[", "nonsense"])
def test_no_server_is_explained(server: EmbeddingServer, url: str) -> None:
    """An address without a server, or that is none, is named in the error."""
    with pytest.raises(EncoderError, match="check the address"):
        _open(server, base_url=url, max_retries=1).encode_queries(["a"])


def test_the_key_is_never_shown(server: EmbeddingServer) -> None:
    """Neither representations nor errors hold the key, even if the server echoes it."""
    server.script = [Reply(status=401, body=f"bad key {KEY}".encode())]
    encoder = _open(server)
    with pytest.raises(EncoderError) as caught:
        encoder.encode_queries(["a"])
    assert "bad key [key]" in str(caught.value)
    config = OpenAIConfig(base_url="u", model="m", api_key=SecretStr(KEY))
    for shown in (repr(encoder), repr(config), str(caught.value), repr(caught.value.__cause__)):
        assert KEY not in shown


@pytest.mark.parametrize("status", [401, 200, 503])
def test_a_key_at_the_cut_is_never_shown(server: EmbeddingServer, status: int) -> None:
    """A key that a long reply echoes across the cut is struck out whole, also as JSON writes it."""
    key = 'sk-/"very"/secret-0123'
    body = "x" * 165 + json.dumps({"sent": f"Bearer {key}"}) + key
    server.script = [Reply(status=status, body=body.encode())]
    encoder = _open(server, api_key=SecretStr(key), max_retries=0)
    with pytest.raises(EncoderError) as caught:
        encoder.encode_queries(["a"])
    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize("key", [f"{KEY}\n", f" {KEY}", "sk-é", "sk-\x7f"])
def test_a_key_that_no_header_takes_is_not_shown(server: EmbeddingServer, key: str) -> None:
    """A key with a space, a line's end or a letter beyond ASCII is refused without being shown."""
    with pytest.raises(EncoderError, match="Expected an API key") as caught:
        _open(server, api_key=SecretStr(key))
    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize("password", ["hunter2", "hun@ter2", "hun/ter2"])
def test_a_password_in_the_address_is_never_shown(server: EmbeddingServer, password: str) -> None:
    """Neither representations, errors nor the identity hold a password from the address."""
    url = server.url.replace("//", f"//me:{password}@")
    server.script = [Reply(status=404, body=b"no")]
    encoder = _open(server, base_url=url, max_retries=0)
    with pytest.raises(EncoderError) as caught:
        encoder.encode_queries(["a"])
    shown = f"{caught.value} {encoder!r} {OpenAIConfig(base_url=url, model='m')!r}"
    assert "hun" not in shown
    assert "ter2" not in shown
    assert server.url in repr(encoder)
    assert encoder.identity == _open(server).identity


def test_connections_end_with_the_encoder(server: EmbeddingServer) -> None:
    """An encoder nobody holds any more leaves no connection open."""
    encoder = _open(server)
    client = encoder._client  # type: ignore[attr-defined]  # nothing public shows it
    encoder.encode_queries(["a"])
    assert not client.is_closed
    del encoder
    gc.collect()
    assert client.is_closed
