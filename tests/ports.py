"""Ports for servers that must know theirs before they start, or keep it while they are down."""

import socket
from contextlib import suppress
from random import SystemRandom

_LOWEST, _HIGHEST = 20_000, 32_767
_CHANCE = SystemRandom()  # pytest-randomly gives `random` the same seed in every process


def free_port() -> int:
    """Return a port that nobody listens on; one that systems give to no outgoing connection."""
    while True:
        port = _CHANCE.randint(_LOWEST, _HIGHEST)
        with socket.socket() as bound, suppress(OSError):
            bound.bind(("127.0.0.1", port))
            return port
