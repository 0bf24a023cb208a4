"""Reasons why an address gave nothing."""

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """Stable codes, kept in the state of `watch`."""

    BAD_ADDRESS = "bad_address"
    PASSWORD = "password"  # noqa: S105  # the name of a reason
    PRIVATE = "private"
    PORT = "port"
    UNKNOWN_HOST = "unknown_host"
    NO_CONNECTION = "no_connection"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    REFUSED = "refused"
    BUSY = "busy"
    RESTING = "resting"
    SERVER = "server"
    REDIRECTS = "redirects"
    ROBOTS = "robots"
    ROBOTS_UNKNOWN = "robots_unknown"
    TOO_SLOW = "too_slow"
    TOO_LONG = "too_long"
    KIND = "kind"
    ENCODING = "encoding"
    EMPTY = "empty"
    NO_ARTICLE = "no_article"
    NO_FEED = "no_feed"
    MISSING = "missing"
    REMOVED = "removed"
    UNREADABLE = "unreadable"
    OUTSIDE_LINK = "outside_link"
    STOPPED = "stopped"


_PASSING = frozenset(
    {
        Problem.UNKNOWN_HOST,
        Problem.NO_CONNECTION,
        Problem.TIMEOUT,
        Problem.BROKEN,
        Problem.BUSY,
        Problem.RESTING,
        Problem.SERVER,
        Problem.ROBOTS_UNKNOWN,
        Problem.EMPTY,
        Problem.STOPPED,
    }
)


@dataclass(frozen=True, slots=True)
class Failure:
    """The failure of one address.

    Attributes:
        detail: A status, a kind of body or the like; never the address.
        wait_s: How long the server asks to be left alone, if it says.
    """

    problem: Problem
    detail: str = ""
    wait_s: float | None = None

    @property
    def is_passing(self) -> bool:
        """Whether another try, later, may go better."""
        return self.problem in _PASSING
