"""A server for each test, and what fetches from it."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import CONFIG, Site, serving

from index.web.fetch import Fetcher


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve a site of no pages on loopback."""
    with serving() as running:
        yield running


@pytest.fixture
def fetcher() -> Fetcher:
    """Fetch from that server and from nothing else that is private."""
    return Fetcher(CONFIG)


@pytest.fixture
def tls_site(site: Site, tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Serve the site by TLS under the name news.example; yield the port and the certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=news.example"
    made = [*command.split(), "-addext", "subjectAltName=DNS:news.example"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(site, context):
        yield site.port, certificate
