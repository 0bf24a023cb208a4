"""Client of a Qdrant server: retries where that can help, and turns failures into our errors.

No error of ours holds the key.
"""

import math
import re
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from http import HTTPStatus
from itertools import count
from json import JSONDecodeError
from typing import Any, Final, TypeVar

import httpx
from qdrant_client import QdrantClient
from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
from qdrant_client.http.exceptions import (
    ApiException,
    ResponseHandlingException,
    UnexpectedResponse,
)

from index.config import QdrantConfig
from index.errors import EngineError

REBUILD: Final = "run `pasokh index build`"
_START: Final = "start the server, or check PASOKH_INDEX and the network"

_ASKED_TRIES = 2
_WRITTEN_TRIES = 6

_FIRST_WAIT_S = 0.25
_THREADS = 32  # most requests that are under way together, of all questions
_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_KEY = re.compile(r"[!-~]+")
_SHOWN_CHARS = 200

T = TypeVar("T")


class Server:
    """A client that raises only our errors; safe for many threads."""

    def __init__(self, config: QdrantConfig) -> None:
        """Open the client; no request is sent.

        Raises:
            EngineError: If the address or the key cannot be used.
        """
        self._config = config
        self._key = config.api_key.get_secret_value() if config.api_key else ""
        if config.api_key and not _KEY.fullmatch(self._key):
            msg = "Expected PASOKH_INDEX_KEY of ASCII letters without spaces, found others; set it."
            raise EngineError(msg)
        try:
            self._client = QdrantClient(
                url=config.address,
                # Subtle: as `api_key` the client would warn on standard error of plain http.
                headers={"api-key": self._key} if self._key else {},
                timeout=math.ceil(config.timeout_s),
                check_compatibility=False,
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise self._error("not a usable address", "set PASOKH_INDEX again") from error
        weakref.finalize(self, self._client.close)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="pasokh-server")

    def ask(self, act: Callable[[QdrantClient], T], *, tries: int = _ASKED_TRIES) -> T:
        """Return what `act` returns; repeat it after failures that may be temporary.

        Raises:
            EngineError: If it fails finally.
        """
        for attempt in count(1):
            try:
                return act(self._client)
            except (ApiException, QdrantException, ValueError, httpx.InvalidURL) as error:
                failure, advice, is_temporary = _diagnosis(error, self._config)
                if not is_temporary or attempt >= tries:
                    raise self._error(failure, advice) from error
            time.sleep(_FIRST_WAIT_S * 2 ** (attempt - 1))
        raise AssertionError("count does not end")

    def together(self, *acts: Callable[[], Any]) -> list[Any]:
        """Return what functions return that ask at the same time.

        Only the first may call this again: the others would wait for a thread that they hold.

        Raises:
            EngineError: If one of them fails.
        """
        running = [self._threads.submit(act) for act in acts[1:]]
        return [act() for act in acts[:1]] + [one.result() for one in running]

    def write(self, act: Callable[[QdrantClient], T]) -> T:
        """Do what a build does: it is tried longer than a question.

        Raises:
            EngineError: If it fails finally.
        """
        return self.ask(act, tries=_WRITTEN_TRIES)

    @property
    def address(self) -> str:
        """Where it is."""
        return self._config.address

    def lacks(self, received: str) -> EngineError:
        """Make the error for data that is not as it was written."""
        return self._error(received, REBUILD)

    def _error(self, received: str, advice: str) -> EngineError:
        # Subtle: the key, should a server echo it, is masked before the cut, or one across the cut
        # would be shown in part.
        shown = (received.replace(self._key, "[key]") if self._key else received)[:_SHOWN_CHARS]
        return EngineError(
            f"Expected the index on {self._config.address}, but got {shown}; {advice}."
        )


@lru_cache(maxsize=8)
def server_of(config: QdrantConfig) -> Server:
    """Return the one client of a server."""
    return Server(config)


def _diagnosis(error: Exception, config: QdrantConfig) -> tuple[str, str, bool]:
    """Return what went wrong, what to do, and whether a retry may help."""
    match error:
        case UnexpectedResponse(status_code=401 | 403 as status):
            return f"a refusal (status {status})", "set PASOKH_INDEX_KEY to a key it takes", False
        case UnexpectedResponse(status_code=status):
            try:
                reason = str(error.structured()["status"]["error"])
            except (ValueError, KeyError, TypeError):
                reason = error.reason_phrase
            if status == HTTPStatus.NOT_FOUND:
                return f"none: {reason}", REBUILD, False
            return f"status {status}: {reason}", "see the server's log", status in _RETRIED
        case ResourceExhaustedResponse():
            return "that it is too busy (status 429)", "try again later", True
        case ResponseHandlingException(source=httpx.TimeoutException()):
            return f"no answer within {config.timeout_s:g} s", _START, True
        case ResponseHandlingException(source=httpx.TransportError() as source):
            return f"no connection ({type(source).__name__}: {source})", _START, True
        case ResponseHandlingException() | JSONDecodeError():
            return "an answer that is none of Qdrant's", _START, False
        case _:
            return f"{type(error).__name__} ({error})", _START, False
