"""A server for each test, and what fetches from it."""

from collections.abc import Iterator

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
