"""A Qdrant server asked: tried again where that can help, its failures in our words.

Does not: know what is asked. No error of ours holds the key.
"""

import math
import re
import time
import weakref
from collections.abc import Callable
from itertools import count
from json import JSONDecodeError
from typing import Final, TypeVar

import httpx
from qdrant_client import QdrantClient
from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
from qdrant_client.http.exceptions import (
    ApiException,
    ResponseHandlingException,
    UnexpectedResponse,
)

from index.config import QdrantConfig
from index.errors import VectorStoreError

REBUILD: Final = "run `pasokh index build`"
_START: Final = "start the server, or check PASOKH_VECTORS and the network"

_ASKED_TRIES = 2
WRITTEN_TRIES: Final = 6
"""How often a request is sent that a build waits for."""

_FIRST_WAIT_S = 0.25
_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_KEY = re.compile(r"[!-~]+")
_SHOWN_CHARS = 200

T = TypeVar("T")


class Server:
    """A client whose failures are ours; safe for many threads."""

    def __init__(self, config: QdrantConfig) -> None:
        """Open it; nothing is asked.

        Raises:
            VectorStoreError: If the address or the key cannot be used.
        """
        self._config = config
        try:
            self._client = QdrantClient(
                url=config.address,
                # Subtle: as `api_key` the client would warn on standard error of plain http.
                headers=_headers(config),
                timeout=math.ceil(config.timeout_s),
                check_compatibility=False,
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise self._error("not a usable address", "set PASOKH_VECTORS again") from error
        weakref.finalize(self, self._client.close)

    def ask(self, act: Callable[[QdrantClient], T], *, tries: int = _ASKED_TRIES) -> T:
        """Return what `act` returns, doing it again where the trouble may pass.

        Raises:
            VectorStoreError: If it fails for good.
        """
        for attempt in count(1):
            try:
                return act(self._client)
            except (ApiException, QdrantException, ValueError, httpx.InvalidURL) as error:
                trouble, cure, may_pass = _trouble(error, self._config)
                if not may_pass or attempt >= tries:
                    raise self._error(trouble, cure) from error
            time.sleep(_FIRST_WAIT_S * 2 ** (attempt - 1))
        raise AssertionError("count does not end")

    def lacks(self, found: str) -> VectorStoreError:
        """Say that something is not as it was written."""
        return self._error(found, REBUILD)

    def _error(self, found: str, cure: str) -> VectorStoreError:
        # Subtle: the key is blotted out before the cut, or one across it would be shown in part.
        shown = self._blot(found)[:_SHOWN_CHARS]
        return VectorStoreError(
            f"Expected vectors from {self._config.address}, but got {shown}; {cure}."
        )

    def _blot(self, text: str) -> str:
        """Blot out the key, should a server echo it."""
        key = self._config.api_key
        return text.replace(key.get_secret_value(), "[key]") if key else text


def _headers(config: QdrantConfig) -> dict[str, str]:
    """Return the header that holds the key, if there is one."""
    if not config.api_key:
        return {}
    secret = config.api_key.get_secret_value()
    if not _KEY.fullmatch(secret):
        msg = "Expected PASOKH_VECTORS_KEY of ASCII letters without spaces, found others; set it."
        raise VectorStoreError(msg)
    return {"api-key": secret}


def _trouble(error: Exception, config: QdrantConfig) -> tuple[str, str, bool]:
    """Return what went wrong, what to do, and whether it may pass by itself."""
    match error:
        case UnexpectedResponse():
            return _refusal(error)
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


def _refusal(error: UnexpectedResponse) -> tuple[str, str, bool]:
    """Likewise, of an answer with a status of failure."""
    status = error.status_code
    match status:
        case 401 | 403:
            return f"a refusal (status {status})", "set PASOKH_VECTORS_KEY to a key it takes", False
        case 404:
            return f"none: {_said(error)}", REBUILD, False
        case _:
            return f"status {status}: {_said(error)}", "see the server's log", status in _RETRIED


def _said(error: UnexpectedResponse) -> str:
    """Return the server's words, the first of them."""
    try:
        return str(error.structured()["status"]["error"])
    except (ValueError, KeyError, TypeError):
        return error.reason_phrase
