"""A server for each test, and settings that let it be asked: only its own address is allowed."""

import sys
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from index.web.config import WebConfig
from index.web.fetch import Fetcher

sys.path.insert(0, str(Path(__file__).parent))

from loopback import Site, serving

CONFIG = WebConfig(
    user_agent="pasokh-test/1",
    timeout_s=1.5,
    max_bytes=200_000,
    delay_s=0.0,
    private_networks=(ip_network("127.0.0.1/32"),),
)


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve a site of no pages on loopback."""
    with serving() as running:
        yield running


@pytest.fixture
def fetcher() -> Fetcher:
    """Fetch from that server and from nothing else that is private."""
    return Fetcher(CONFIG)
