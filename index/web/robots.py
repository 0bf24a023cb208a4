"""Rules of robots.txt files, after RFC 9309.

A file that is not there allows all, one that cannot be fetched for now allows nothing. Protego
reads them: it is scrapy's, typed, kept up and linear in time, and knows the wildcards of RFC 9309,
which Python's urllib.robotparser does not.

Source: RFC 9309, 2.2 to 2.4 (a day in the cache, 500 KiB read).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from index.web.address import Address
from index.web.problems import Failure, Problem
from index.web.request import Reply

_KEPT_S = 24 * 3_600.0
_KEPT_UNKNOWN_S = 600.0
_MAX_BYTES = 512 * 1024
# A host that asks for longer pauses is left alone: waiting them out would stall all others.
MAX_DELAY_S = 120.0


@dataclass(frozen=True, slots=True)
class _Rules:
    """Rules of one host; None for both where it allows all."""

    until: float
    file: Protego | None = None
    failure: Failure | None = None


class Robots:
    """The rules of all hosts met so far."""

    def __init__(self, get: Callable[[Address], Reply | Failure], user_agent: str) -> None:
        """Ask hosts through `get`, under the first word of a user agent."""
        self._get = get
        self._name = user_agent.partition("/")[0].split()[0]
        self._rules: dict[str, _Rules] = {}

    def pause_s(self, address: Address) -> float | Failure:
        """Return the least pause between requests that a host asks for, or why it is shut."""
        rules = self._rules.get(address.origin)
        if rules is None or rules.until < time.monotonic():
            rules = self._rules[address.origin] = self._ask(address)
        if rules.failure is not None:
            return rules.failure
        if rules.file is None:
            return 0.0
        if not rules.file.can_fetch(str(address), self._name):
            return Failure(Problem.ROBOTS)
        delay = rules.file.crawl_delay(self._name) or 0.0
        return delay if delay <= MAX_DELAY_S else Failure(Problem.TOO_SLOW, f"{delay:g}")

    def _ask(self, address: Address) -> _Rules:
        """Ask a host for its rules."""
        reply = self._get(address.robots)
        now = time.monotonic()
        if isinstance(reply, Reply):
            text = reply.data[:_MAX_BYTES].decode("utf-8-sig", "replace")
            return _Rules(now + _KEPT_S, file=Protego.parse(text))
        match reply.problem:
            case Problem.REFUSED | Problem.REDIRECTS | Problem.KIND | Problem.EMPTY:
                return _Rules(now + _KEPT_S)
            case Problem.PRIVATE | Problem.PORT | Problem.UNKNOWN_HOST | Problem.STOPPED:
                return _Rules(now, failure=reply)
            case _:
                detail = f"{reply.problem} {reply.detail}".strip()
                unknown = Failure(Problem.ROBOTS_UNKNOWN, detail, reply.wait_s)
                return _Rules(now + _KEPT_UNKNOWN_S, failure=unknown)
