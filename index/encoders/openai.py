"""An embedding server that speaks OpenAI's API, as an encoder.

Count, order, length and finiteness of the server's vectors are checked. No error of ours, and no
representation, holds the key or a password in the address.

Source: https://platform.openai.com/docs/api-reference/embeddings/create
"""

import json
import math
import re
import time
import weakref
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import httpx
import numpy as np

from index.arrays import Vectors
from index.encoders.config import OpenAIConfig
from index.encoders.protocol import TEXTS_AT_ONCE, EncoderIdentity, Progress, unit_rows
from index.errors import EncoderError
from index.proxy import client_options
from index.retry import backoff_s, retry_after_s

_RETRIED = frozenset({408, 409, 429, 500, 502, 503, 504})
_FIRST_WAIT_S = 0.5
_KEY = re.compile(r"[!-~]+")  # what a header takes after "Bearer " (RFC 6750, 2.1, and more)
_SHOWN_CHARS = 200
# UTF-8 bytes per token: from 4 (English) to 2.6 (Persian) in OpenAI's cl100k vocabulary.
_BYTES_PER_TOKEN = 2.6


class OpenAIEncoder:
    """A client of one embedding model on one server.

    Its connections stay open until the encoder is garbage-collected, or the program ends.
    """

    def __init__(self, config: OpenAIConfig) -> None:
        """Open the client; where `config.dim` is None, ask the server for one vector.

        Raises:
            EncoderError: If the key fits no header, or the server has to be asked and does not
                answer well.
        """
        self._config = config
        self._url = config.base_url.rstrip("/") + "/embeddings"
        # Without user name and password, up to the last @ because a password may hold a slash.
        self._shown_base = re.sub(r"\A(?>(.*?//)).*@", r"\1", config.base_url, flags=re.DOTALL)
        headers = {}
        if config.api_key:
            secret = config.api_key.get_secret_value()
            # Checked here, as httpx would quote the key in its own error.
            if not _KEY.fullmatch(secret):
                msg = (
                    "Expected an API key of ASCII letters without spaces, found others; "
                    "set it again."
                )
                raise EncoderError(msg)
            headers["Authorization"] = f"Bearer {secret}"
        self._client = httpx.Client(
            headers=headers, timeout=config.timeout_s, **client_options(config.proxy)
        )
        weakref.finalize(self, self._client.close)
        dim = config.dim or self._request(["."], dim=None).shape[1]
        space = (self._shown_base, config.model, config.query_prefix, config.passage_prefix)
        self._identity = EncoderIdentity(
            name=config.model,
            revision=blake2b("\0".join(space).encode(), digest_size=6).hexdigest(),
            dim=dim,
        )

    def __repr__(self) -> str:
        """Name server and model, never the key."""
        return f"OpenAIEncoder(base_url={self._shown_base!r}, model={self._config.model!r})"

    @property
    def identity(self) -> EncoderIdentity:
        """The vector space: server, model and prefixes. The server tells no revision."""
        return self._identity

    @property
    def max_tokens(self) -> int:
        """As configured."""
        return self._config.max_tokens

    @property
    def texts_at_once(self) -> int:
        """Texts per call that keep the server busy."""
        return TEXTS_AT_ONCE

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Encode questions: float32 (n, dim), unit rows in the order given; (0, dim) for none."""
        return self._encode([self._config.query_prefix + text for text in texts], None)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Progress | None = None
    ) -> Vectors:
        """Encode passages as `encode_queries` does; `progress` gets the number newly done."""
        return self._encode([self._config.passage_prefix + text for text in texts], progress)

    def count_tokens(self, text: str, /) -> int:
        """Estimate, from above: the API does not count without charging."""
        return math.ceil(len(text.encode()) / _BYTES_PER_TOKEN)

    def _encode(self, texts: list[str], progress: Progress | None) -> Vectors:
        rows = np.zeros((len(texts), self._identity.dim), dtype=np.float32)
        for start in range(0, len(texts), self._config.batch_size):
            # The API refuses an empty string; a space means as little.
            part = [text or " " for text in texts[start : start + self._config.batch_size]]
            rows[start : start + len(part)] = self._request(part, dim=self._identity.dim)
            if progress:
                progress(len(part))
        return unit_rows(rows)

    def _request(self, texts: list[str], *, dim: int | None) -> Vectors:
        """Post one batch, trying again where that can help.

        Raises:
            EncoderError: If trying again cannot help, or has not.
        """
        body = {"model": self._config.model, "input": texts, "encoding_format": "float"}
        tries = self._config.max_retries + 1
        failure = ""
        for attempt in range(1, tries + 1):
            wait_s = None
            try:
                reply = self._client.post(self._url, json=body)
                if reply.is_success:
                    return self._vectors(reply, n=len(texts), dim=dim)
                failure = f"status {reply.status_code}: {self._beginning(reply)}"
                if reply.status_code not in _RETRIED:
                    raise self._error(failure)
                wait_s = retry_after_s(reply.headers.get("Retry-After"))
            except httpx.UnsupportedProtocol as error:
                raise self._error(f"not a usable address ({error})") from None
            except httpx.TransportError as error:
                failure = f"{type(error).__name__} ({error})"
            except httpx.InvalidURL:  # its text may quote a piece of a password
                raise self._error("not a usable address") from None
            except httpx.HTTPError as error:
                raise self._error(f"{type(error).__name__} ({error})") from None
            if attempt < tries:
                if wait_s is None:
                    wait_s = backoff_s(attempt, _FIRST_WAIT_S)
                time.sleep(min(wait_s, self._config.max_wait_s))
        raise self._error(f"{failure}, after {tries} tries")

    def _vectors(self, reply: httpx.Response, *, n: int, dim: int | None) -> Vectors:
        """Read a reply: float32 (n, dim), checked, in the order of the texts."""
        try:
            items: list[dict[str, Any]] = reply.json()["data"]
            if sorted(item["index"] for item in items) != list(range(n)):
                raise self._error(f"{len(items)} vectors, or wrong numbering, for {n} texts")
            ordered = sorted(items, key=lambda item: int(item["index"]))
            with np.errstate(over="ignore"):  # Beyond float32 is infinite, and refused below.
                rows = np.array([item["embedding"] for item in ordered], dtype=np.float32)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._error(f"{type(error).__name__} in: {self._beginning(reply)}") from None
        if rows.shape != (n, rows.size // n) or not rows.size or dim not in {None, rows.shape[1]}:
            raise self._error(f"vectors of shape {rows.shape}, not ({n}, {dim or 'dim'})")
        if not np.isfinite(rows).all() or not rows.any(axis=1).all():
            raise self._error("a vector that is zero or not finite")
        return rows

    def _beginning(self, reply: httpx.Response) -> str:
        """Return the first characters of a reply.

        Subtle: the key is masked before the cut, or a key across it would be shown in part.
        """
        return self._masked(reply.text)[:_SHOWN_CHARS]

    def _masked(self, text: str) -> str:
        """Mask the key, also as JSON writes it, should a server echo it."""
        key = self._config.api_key
        if not key:
            return text
        secret = key.get_secret_value()
        escaped = json.dumps(secret)[1:-1]
        for form in (escaped.replace("/", "\\/"), escaped, secret):
            text = text.replace(form, "[key]")
        return text

    def _error(self, received: str) -> EncoderError:
        """Make the error that says what came instead of vectors."""
        msg = (
            f"Expected embeddings by {self._config.model!r} from {self._shown_base}, but got "
            f"{self._masked(received)}; "
            "check the address, the model's name and the key, and that the server is up."
        )
        return EncoderError(msg)
