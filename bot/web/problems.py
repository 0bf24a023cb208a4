"""Problems: why a request is refused, as an HTTP status and words for whoever sent it."""

from dataclasses import dataclass


@dataclass
class Problem(Exception):
    """A request that is not obeyed.

    Attributes:
        status: HTTP status.
        expected, got: What the request should have been, and what it was.
        todo: What to do.
        wait_s: Seconds after which the same may be obeyed; 0 where it never is.
    """

    status: int
    expected: str
    got: str
    todo: str
    wait_s: int = 0

    @property
    def record(self) -> dict[str, object]:
        """The problem as the API writes it."""
        words = {"expected": self.expected, "got": self.got, "to_do": self.todo}
        return {"error": {"status": self.status, **words}}

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the reply."""
        headers = {"Retry-After": str(self.wait_s)} if self.wait_s else {}
        if self.status == 401:  # noqa: PLR2004  # RFC 9110, 15.5.2
            headers["WWW-Authenticate"] = 'Bearer realm="pasokh"'
        return headers
