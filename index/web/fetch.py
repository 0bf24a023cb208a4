"""Pages fetched politely: robots.txt obeyed, hosts not hurried, every hop of a redirect checked.

Does not: try again; `is_passing` of a failure says whether that may help. Not thread-safe.
"""

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message

from index.web.address import Address, read_address
from index.web.config import WebConfig
from index.web.problems import Failure, Problem
from index.web.request import NOT_MODIFIED, REDIRECTS, Client, Reply
from index.web.robots import Robots

# A host that is too busy and does not say for how long is left alone for this many pauses.
_REST_PAUSES = 10
_LONGEST_REST_S = 24 * 3_600.0
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A body that arrived whole.

    Attributes:
        address: Where it came from in the end.
        data: The body; in UTF-8 behind its mark where the encoding is sure, else as it came.
        charset: "utf-8" where it is sure, else empty.
        etag: What to ask with the next time, empty if the server gave none.
        last_modified: Likewise.
    """

    address: Address
    data: bytes
    charset: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The page is as it was when it had this etag or date."""


class Fetcher:
    """Fetches one page after the other; a host is never asked twice at the same time."""

    def __init__(self, config: WebConfig, stop: threading.Event | None = None) -> None:
        """Fetch with these settings until `stop` is set."""
        self._config = config
        self._client = Client(config)
        self._stop = stop or threading.Event()
        self._robots = Robots(self._robots_file, config.user_agent)
        self._asked_at: dict[str, float] = {}
        self._rests_until: dict[str, float] = {}

    def fetch(self, address: Address) -> Page | Failure:
        """Fetch a page."""
        last = self._followed(address, {}, is_page=True)
        return last if isinstance(last, Failure) else _page(*last)

    def fetch_newer(
        self, address: Address, *, etag: str, last_modified: str
    ) -> Page | NotModified | Failure:
        """Fetch a page, unless it is as it was when it had this etag or date."""
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        last = self._followed(address, headers, is_page=True)
        if isinstance(last, Failure):
            return last
        return NotModified() if last[1].status == NOT_MODIFIED else _page(*last)

    def _robots_file(self, address: Address) -> Reply | Failure:
        """Fetch a robots.txt, to which no robots.txt applies."""
        last = self._followed(address, {}, is_page=False)
        return last if isinstance(last, Failure) else last[1]

    def _followed(
        self, address: Address, headers: Mapping[str, str], *, is_page: bool
    ) -> tuple[Address, Reply] | Failure:
        """Ask for an address and for each that it leads to."""
        seen = {address}
        for _ in range(self._config.max_redirects + 1):
            reply = self._ask(address, headers, is_page=is_page)
            if isinstance(reply, Failure):
                return reply
            if reply.status == NOT_MODIFIED and not headers:
                return Failure(Problem.BROKEN, str(NOT_MODIFIED))
            if reply.status not in REDIRECTS:
                return address, reply
            target = read_address(reply.headers.get("location", ""), address)
            if isinstance(target, Failure):
                return target
            if target in seen:
                return Failure(Problem.REDIRECTS)
            seen.add(target)
            address = target
        return Failure(Problem.REDIRECTS)

    def _ask(
        self, address: Address, headers: Mapping[str, str], *, is_page: bool
    ) -> Reply | Failure:
        """Ask for one address when it is allowed and its host's turn."""
        rest_s = self._rests_until.get(address.host, 0.0) - time.monotonic()
        if rest_s > 0:
            return Failure(Problem.RESTING, wait_s=rest_s)
        pause_s = self._robots.pause_s(address) if is_page else 0.0
        if isinstance(pause_s, Failure):
            return pause_s
        last = self._asked_at.get(address.host, -math.inf)
        if (wait_s := last + max(pause_s, self._config.delay_s) - time.monotonic()) > 0:
            self._stop.wait(wait_s)
        if self._stop.is_set():
            return Failure(Problem.STOPPED)
        reply = self._client.get(address, headers)
        self._asked_at[address.host] = time.monotonic()
        if isinstance(reply, Failure) and reply.problem is Problem.BUSY:
            few_pauses_s = self._config.delay_s * _REST_PAUSES
            rest_s = min(few_pauses_s if reply.wait_s is None else reply.wait_s, _LONGEST_REST_S)
            self._rests_until[address.host] = time.monotonic() + rest_s
        return reply


def _page(address: Address, reply: Reply) -> Page:
    """Return the page that a last reply holds, in UTF-8 where its encoding is sure."""
    message = Message()
    message["Content-Type"] = reply.headers.get("content-type", "")
    data, charset = in_utf8(reply.data, str(message.get_param("charset", "") or ""))
    return Page(
        address=address,
        data=data,
        charset=charset,
        etag=reply.headers.get("etag", ""),
        last_modified=reply.headers.get("last-modified", ""),
    )


def in_utf8(data: bytes, charset: str) -> tuple[bytes, str]:
    """Return text in UTF-8 behind its mark, and "utf-8"; the bytes and "" where nothing is sure.

    Bytes that read as UTF-8 are UTF-8, whatever the server says: by accident longer text in
    another encoding never does. Else what the server says holds, if the bytes can be read so.
    """
    for encoding in ("utf-8-sig", charset):
        try:
            return _UTF8_MARK + data.decode(encoding).encode(), "utf-8"
        except (UnicodeError, LookupError, ValueError):
            continue
    return data, ""
