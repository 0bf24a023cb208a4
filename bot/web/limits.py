"""Limits: requests a minute of each caller, and bytes of a request."""

import math
from ipaddress import IPv6Address, ip_address
from typing import Final

from aiolimiter import AsyncLimiter
from starlette.requests import Request

from bot.session.access import PUBLIC, Caller
from bot.web.problems import Problem

_MANY: Final = 1000
_MINUTE_S: Final = 60
_PREFIX: Final = 64
"""Bits of an IPv6 address that one household or machine has."""


class RateLimits:
    """Limits of all callers, each by its API key or address; used by one event loop."""

    def __init__(self, per_minute: int) -> None:
        """Let each caller make `per_minute` requests a minute, and as many at once."""
        self._per_minute = per_minute
        self._limiters: dict[str, AsyncLimiter] = {}

    async def take(self, request: Request, caller: Caller = PUBLIC) -> None:
        """Count a request of a key, or of the address of whoever has none.

        Raises:
            Problem: If the caller has to wait.
        """
        counted = _address_of(request) if caller == PUBLIC else str(caller)
        if len(self._limiters) >= _MANY:  # forget the limiters that are as good as new
            self._limiters = {
                name: limiter
                for name, limiter in self._limiters.items()
                if not limiter.has_capacity(limiter.max_rate)
            }
        limiter = self._limiters.setdefault(counted, AsyncLimiter(self._per_minute, _MINUTE_S))
        if not limiter.has_capacity():
            wait_s = math.ceil(_MINUTE_S / self._per_minute)
            raise Problem(
                429,
                f"at most {self._per_minute} questions, searches, lists and checks a minute",
                "more",
                f"wait {wait_s} s; PASOKH_WEB_RATE_PER_MINUTE sets the limit",
                wait_s,
            )
        await limiter.acquire()


def _address_of(request: Request) -> str:
    """Return what is limited of a client's address: of IPv6 the network that one holder has."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> (128 - _PREFIX) << (128 - _PREFIX)))
    return host


async def read_body(request: Request, max_bytes: int) -> bytes:
    """Return the body of a request.

    Raises:
        Problem: If it is longer than `max_bytes`; the rest is not read.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise Problem(413, f"at most {max_bytes:,} bytes", "more", "send less at a time")
    return body
