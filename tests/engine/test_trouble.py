"""What goes wrong with a Qdrant server, in our words: addresses, keys, silence, rubbish."""

import importlib
import inspect
import pkgutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import qdrant_client
from patience import scaled
from ports import free_port
from pydantic import SecretStr
from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
from qdrant_client.http.exceptions import (
    ApiException,
    ResponseHandlingException,
    UnexpectedResponse,
)
from qdrant_server import Qdrant

from index import EngineError, QdrantConfig, SnapshotMissing, read_manifest
from index.engine.points import Edition, serving_edition, stray_collections
from index.engine.server import server_of

NewServer = Callable[..., Qdrant]

KEY = "s3cret-key/with.signs"


def _index(address: str, key: str | None = None, timeout_s: float = 10) -> QdrantConfig:
    return QdrantConfig(
        address=address, name="x", api_key=SecretStr(key) if key else None, timeout_s=timeout_s
    )


@pytest.mark.parametrize("key", [None, "wrong", KEY], ids=["none", "wrong", "right"])
def test_a_server_with_a_key(new_server: NewServer, key: str | None) -> None:
    """Without its key nothing is told, and the error says which setting, never the key."""
    server = new_server(SERVICE__API_KEY=KEY)
    config = _index(server.address, key)
    if key == KEY:
        with pytest.raises(SnapshotMissing):
            read_manifest(config)
        return
    with pytest.raises(EngineError, match=r"status 401.*PASOKH_INDEX_KEY") as caught:
        read_manifest(config)

    assert "wrong" not in str(caught.value)
    assert KEY not in repr(config)


def test_a_key_that_fits_no_header() -> None:
    """It is refused at once and not shown."""
    with pytest.raises(EngineError, match="PASOKH_INDEX_KEY") as caught:
        read_manifest(_index("http://127.0.0.1:1", "ن ن"))

    assert "ن ن" not in str(caught.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1:99999", "http://[::1", "http://a:b"])
def test_an_address_that_is_none(address: str) -> None:
    """It is refused, when it is opened or first asked, with the setting's name."""
    with pytest.raises(EngineError, match="PASOKH_INDEX"):
        read_manifest(_index(address))


def test_a_server_that_never_answers(new_server: NewServer) -> None:
    """A request ends after its time, and the error says how long that was."""
    server = new_server()
    server.freeze()
    started = time.monotonic()
    with pytest.raises(EngineError, match="no answer within 1 s"):
        stray_collections(server_of(_index(server.address, timeout_s=1)), "x")

    assert time.monotonic() - started < scaled(5)


class _Act(BaseHTTPRequestHandler):
    """Answers as its server says."""

    def do_GET(self) -> None:
        """Send the next answer; the last again and again."""
        answers: list[tuple[int, dict[str, str], bytes]] = self.server.answers  # type: ignore[attr-defined]  # set below
        status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep silent."""


GOOD = (200, {}, b'{"result": {"aliases": []}, "status": "ok", "time": 0.1}')


@pytest.fixture
def acting() -> Iterator[Callable[..., Edition | None]]:
    """Return a function that asks a server with these answers what serves."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Act)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def ask(*answers: tuple[int, dict[str, str], bytes]) -> Edition | None:
        server.answers = list(answers)  # type: ignore[attr-defined]  # read above
        address = f"http://127.0.0.1:{server.server_port}"
        return serving_edition(server_of(_index(address, KEY, timeout_s=scaled(2))), "x")

    yield ask
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b"no"),
        (503, {}, b""),
        (429, {}, b"{}"),
        (429, {"Retry-After": "1"}, b'{"status": {"error": "slow"}}'),
    ],
    ids=["500", "503", "429", "429 with a time"],
)
def test_trouble_that_passes(
    acting: Callable[..., Edition | None], answer: tuple[int, dict[str, str], bytes]
) -> None:
    """Once is not told; twice is."""
    assert acting(answer, GOOD) is None
    with pytest.raises(EngineError, match=str(answer[0])):
        acting(answer, answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((400, {}, b'{"status": {"error": "bad dimension"}}'), "status 400: bad dimension"),
        ((403, {}, b""), "PASOKH_INDEX_KEY"),
        ((404, {}, b'{"status": {"error": "no such"}}'), "no such.*index build"),
        ((404, {}, b"<html>"), "Not Found.*index build"),
        ((200, {}, b"<html>"), "none of Qdrant's"),
        ((200, {}, b'{"result": 5}'), "none of Qdrant's"),
        ((429, {"Retry-After": "soon"}, b"{}"), "Retry-After"),
        ((400, {}, f'{{"status": {{"error": "key {KEY} bad"}}}}'.encode()), r"\[key\] bad"),
        ((400, {}, f'{{"status": {{"error": "{"x" * 180}{KEY}"}}}}'.encode()), r"x\[ke"),
    ],
    ids=[
        "400",
        "403",
        "404",
        "404 page",
        "page",
        "another shape",
        "odd time",
        "echo",
        "echo across the cut",
    ],
)
def test_trouble_that_stays(
    acting: Callable[..., Edition | None], answer: tuple[int, dict[str, str], bytes], words: str
) -> None:
    """It is told at once, with the server's words but never with the key."""
    with pytest.raises(EngineError, match=words) as caught:
        acting(answer, GOOD)

    assert KEY[:4] not in str(caught.value)


def _exceptions() -> set[type[Exception]]:
    """Return every exception that the library defines."""
    found: set[type[Exception]] = set()
    for info in pkgutil.walk_packages(qdrant_client.__path__, "qdrant_client."):
        if ".grpc" in info.name or "fastembed" in info.name:
            continue  # neither is used
        module = importlib.import_module(info.name)
        found |= {
            one
            for _, one in inspect.getmembers(module, inspect.isclass)
            if issubclass(one, Exception) and one.__module__.startswith("qdrant_client")
        }
    return found


MADE: dict[type[Exception], Exception] = {
    ApiException: ApiException("x"),
    UnexpectedResponse: UnexpectedResponse(418, "teapot", b"short", httpx.Headers()),
    ResponseHandlingException: ResponseHandlingException(ValueError("x")),
    QdrantException: QdrantException("x"),
    ResourceExhaustedResponse: ResourceExhaustedResponse("x", 1),
}


def test_no_exception_of_the_library_is_unmapped() -> None:
    """Each one that it defines becomes ours, and the list here has no other."""
    assert set(MADE) == _exceptions()
    server = server_of(_index("http://127.0.0.1:1"))
    for error in MADE.values():

        def fail(_client: object, error: Exception = error) -> None:
            raise error

        with pytest.raises(EngineError) as caught:
            server.ask(fail)
        assert error is caught.value.__cause__


def test_the_library_is_imported_only_when_chosen() -> None:
    """Who asks files pays nothing for it, and needs it not."""
    script = "import sys, bot.wire\n"
    script += "sys.exit('qdrant_client' in sys.modules or 'grpc' in sys.modules)"
    assert 0 == subprocess.run([sys.executable, "-c", script], check=False).returncode


def test_when_the_library_is_missing(tmp_path: Path) -> None:
    """The error says which extra to install."""
    (tmp_path / "qdrant_client.py").write_text("raise ImportError('not here')")
    script = (
        "from index import QdrantConfig, read_manifest\n"
        f"read_manifest(QdrantConfig(address='http://127.0.0.1:{free_port()}', name='x'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "EngineError" in done.stderr
    assert "pip install -c constraints.txt -e '.[qdrant]'" in done.stderr
