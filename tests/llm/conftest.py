"""A scripted model server for each test."""

from collections.abc import Iterator

import pytest
from model_server import ModelServer, serving


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """Serve on loopback; nothing is said before a test says what."""
    with serving() as running:
        yield running
