"""A server for each test, and what fetches from it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.web.fetch import Fetcher

sys.path.insert(0, str(Path(__file__).parent))  # for what the tests share: `loopback`

from loopback import CONFIG, Site, serving


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve a site of no pages on loopback."""
    with serving() as running:
        yield running


@pytest.fixture
def fetcher() -> Fetcher:
    """Fetch from that server and from nothing else that is private."""
    return Fetcher(CONFIG)
