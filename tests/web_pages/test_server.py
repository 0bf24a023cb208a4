"""The server: as a process, against slow clients and many connections."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from in_process import run_here
from patience import scaled
from ports import free_port
from site_maker import KIRBY, SEED, Serve, Site

import bot.web
from bot.settings import Settings
from bot.web.server import PatientProtocol, listen

ROOT = Path(__file__).parents[2]


def test_the_command_serves_until_it_is_told_to_stop(cache_dir: Path, tmp_path: Path) -> None:
    """`pasokh web` builds the index, says where it answers, and ends in order at SIGTERM."""
    port = free_port()
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PASOKH_CORPUS": str(ROOT / "seeds"),
        "PASOKH_DATA_DIR": str(tmp_path),
        "PASOKH_CACHE_DIR": str(cache_dir),
        "PASOKH_WEB_PORT": str(port),
    }
    errors = tmp_path / "errors"
    with errors.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "web"], env=environment, stdout=output, stderr=output
        )
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + scaled(60)
    while "Answering at" not in errors.read_text() and time.monotonic() < until:
        assert process.poll() is None, errors.read_text()
        time.sleep(0.05)
    page = httpx.get(f"{address}/article/{SEED}", trust_env=False)
    busy = run_here(environment, "web")
    process.send_signal(signal.SIGTERM)

    assert process.wait(scaled(40)) == 0
    assert page.status_code == 200
    assert f"Answering at {address}/" in errors.read_text()
    assert KIRBY not in errors.read_text()
    assert (busy.returncode, "set PASOKH_WEB_PORT" in busy.stderr) == (1, True)


def test_other_machines_need_keys(tmp_path: Path) -> None:
    """An address that others can reach is refused where no key is set."""
    environment = {"PASOKH_DATA_DIR": str(tmp_path), "PASOKH_WEB_HOST": "0.0.0.0"}  # noqa: S104
    refused = run_here(environment, "web")

    assert refused.returncode == 1
    assert "PASOKH_API_KEYS is empty" in refused.stderr


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the extra `web` the command says how to install it."""
    for name in ("server", "app", "api"):
        monkeypatch.delitem(sys.modules, f"bot.web.{name}", raising=False)
        monkeypatch.delattr(bot.web, name, raising=False)
    monkeypatch.setitem(sys.modules, "fastapi", None)
    refused = run_here({"PASOKH_DATA_DIR": str(tmp_path)}, "web")

    assert refused.returncode == 1
    assert "'fastapi' is not installed" in refused.stderr
    assert "[web]" in refused.stderr


def _connect(site: Site) -> socket.socket:
    url = httpx.URL(site.address)
    return socket.create_connection((url.host, url.port), timeout=scaled(30))


def test_slow_clients_are_let_go(serve_with: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred connections that send nothing, or a part, are closed; others are answered."""
    monkeypatch.setattr(PatientProtocol, "request_s", 1.0)
    begun = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nq="
    with serve_with() as site, ExitStack() as stack:
        slow = [stack.enter_context(_connect(site)) for _ in range(200)]
        for number, one in enumerate(slow):
            one.sendall((b"", b"GET / HT", begun)[number % 3])
        with site.client() as client:
            answered = client.post("/", data={"q": KIRBY})
        ends = [one.recv(4096) for one in slow]

    assert "<blockquote" in answered.text
    assert set(ends) == {b""}


def test_a_long_address_is_refused(site: Site) -> None:
    """Whether or not it arrives at once."""
    with site.client() as client:
        shorter = client.get("/?q=" + "x" * 20_000)
        longer = client.get("/?q=" + "x" * 60_000)

    assert shorter.status_code == 200
    assert longer.status_code in {400, 414}


def test_long_requests_are_refused(site: Site) -> None:
    """A body that is too long is refused before it is read, also where no length is stated."""
    with site.client() as client:
        stated = client.post("/api/v1/ask", content=b"x" * 1_100_000)
        unstated = client.post("/api/v1/verify", content=iter([b"x" * 100_000] * 11))
        form = client.post("/", data={"q": "x" * 40_000})

    assert stated.status_code == unstated.status_code == form.status_code == 413


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """Small packets are sent at once, which asyncio sees to for its own sockets only."""
    settings = Settings(_env_file=None, web_port=0)  # type: ignore[call-arg]  # the source's own
    with listen(settings) as listening:
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
