"""Client of a language model behind an OpenAI-compatible API: OpenAI, vLLM, Ollama, llama.cpp, ...

Each answer has one deadline from the first connection to the last word, retries included, and
half of it for the first word. What a server says in its errors is in no error of ours, for it may
repeat the key or the question.

What a server sends is bounded before it is parsed: a stream, a body, and the body of an error.

Does not: validate the answer beyond its length.
Source: https://platform.openai.com/docs/api-reference/chat/create
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk
from pydantic import BaseModel, SecretStr

from bot.llm.budget import DailyBudget
from bot.llm.dialect import Dialect
from bot.llm.types import Message, Unwritten
from bot.types import Unworded
from index.proxy import client_options
from index.retry import backoff_s, retry_after_s

_RETRIED: Final = frozenset({408, 409, 429, 500, 502, 503, 504})
_REFUSED: Final = frozenset({400, 404, 415, 422, 501})
_MOST_RETRIES: Final = 3
_FIRST_WAIT_S: Final = 0.5
_FIRST_WORD_SHARE: Final = 0.5
_MOST_CHARS: Final = 40_000
"""Most characters of one answer; a longer one is garbage, whatever the server was asked for."""
_MOST_BYTES: Final = 16 * _MOST_CHARS
"""Most bytes of an answer that is not streamed, as JSON."""
_MOST_STREAMED: Final = 8_000_000
"""Most bytes of any reply as received: a stream with a chunk for each token of a long thought."""
_MOST_ERROR_BYTES: Final = 16_384
"""Most bytes that are read of an error; it is only looked at for the name of a parameter."""
_BYTES_PER_TOKEN: Final = 2.6
"""For servers that do not count: UTF-8 bytes, from 2.6 (Persian) to 4 (English) in cl100k."""
_NO_CREDIT: Final = "insufficient_quota"
"""OpenAI's code for an account without money, which waiting does not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """Address of a server, its model, and the limits of use.

    Attributes:
        base_url: Address up to `/v1`.
        timeout_s: Seconds for a whole answer.
        max_tokens: Most tokens of an answer.
        proxy: See `index.proxy`.
    """

    base_url: str
    model: str
    api_key: SecretStr | None = None
    timeout_s: float = 60.0
    max_tokens: int = 800
    budget: DailyBudget | None = None
    proxy: SecretStr | None = None


class _Bounded(httpx2.AsyncByteStream):
    """Bytes of a reply up to a limit.

    Those of an error just end there. Beyond the limit of another reply `Unwritten` is raised.
    """

    def __init__(self, stream: httpx2.AsyncByteStream, limit: int, *, is_error: bool) -> None:
        self._stream = stream
        self._limit = limit
        self._is_error = is_error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._limit
        async for part in self._stream:
            yield part[:left]
            left -= len(part)
            if left < 0 and not self._is_error:
                raise Unwritten(Unworded.MALFORMED, f"over {self._limit} bytes")
            if left < 0:
                return

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx2.Response) -> None:
    """Limit what is read of a reply."""
    limit = _MOST_ERROR_BYTES if response.is_error else _MOST_STREAMED
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream, limit, is_error=response.is_error)


class _Words(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    delta: _Words | None = None
    message: _Words | None = None
    finish_reason: str | None = None


class _Usage(BaseModel):
    total_tokens: int = 0


class _Piece(BaseModel):
    """The fields we read of a chunk of a stream, or of a whole completion."""

    choices: list[_Choice] = []
    usage: _Usage | None = None

    @property
    def text(self) -> str:
        """The text in it."""
        parts = [choice.delta or choice.message for choice in self.choices[:1]]
        return "".join(part.content or "" for part in parts if part)

    @property
    def is_last(self) -> bool:
        """Whether the answer ends with it."""
        return any(choice.finish_reason for choice in self.choices[:1])


@dataclass(slots=True)
class _Draft:
    """The part of an answer received so far.

    Attributes:
        is_begun: Whether a server accepted the question, which then costs tokens.
        tokens: As counted by the server; 0 where it did not count.
    """

    tell: Callable[[str], None] | None
    text: str = ""
    is_begun: bool = False
    is_whole: bool = False
    tokens: int = 0

    def add(self, piece: _Piece) -> None:
        """Append a piece and call `tell`.

        Raises:
            Unwritten: If the answer is too long.
        """
        self.text += piece.text
        self.is_whole = self.is_whole or piece.is_last
        self.tokens = max(self.tokens, piece.usage.total_tokens if piece.usage else 0)
        if len(self.text) > _MOST_CHARS:
            raise Unwritten(Unworded.MALFORMED, f"over {_MOST_CHARS} characters")
        if piece.text and self.tell:
            self.tell(self.text)


class OpenAIGenerator:
    """A model on a server; safe for many threads."""

    def __init__(self, config: ServerConfig) -> None:
        """Connect to no server yet."""
        self._config = config
        self._dialect = Dialect()

    def __repr__(self) -> str:
        """Name server and model, never the key."""
        return f"OpenAIGenerator(base_url={self._config.base_url!r}, model={self.name!r})"

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._config.model

    def write(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> str:
        """Return what the model writes after `messages`; see `Generator`.

        Raises:
            Unwritten: If the server fails, takes too long or breaks off, or the budget is spent.
                `tell` has then had the text until there.
        """
        if self._config.budget:
            self._config.budget.check()
        draft = _Draft(tell)
        try:
            asyncio.run(self._write(draft, messages, schema))
        finally:
            if self._config.budget and draft.is_begun:
                # Where the server does not count, an estimate from above.
                texts = [*(message.text for message in messages), draft.text]
                estimate = math.ceil(sum(len(text.encode()) for text in texts) / _BYTES_PER_TOKEN)
                self._config.budget.spend(draft.tokens or estimate)
        return draft.text

    async def _write(
        self, draft: _Draft, messages: Sequence[Message], schema: Mapping[str, Any] | None
    ) -> None:
        """Fill `draft` in time; ask again, or with fewer parameters, where that can help."""
        key = self._config.api_key
        dialect, n_failed = self._dialect, 0
        try:
            # One client for each answer, as connections belong to an event loop.
            client = openai.AsyncOpenAI(
                base_url=self._config.base_url,
                api_key=key.get_secret_value() if key else "none",
                timeout=self._config.timeout_s,
                max_retries=0,
                http_client=openai.DefaultAsyncHttpxClient(
                    event_hooks={"response": [_bound]}, **client_options(self._config.proxy)
                ),
            )
            async with asyncio.timeout(self._config.timeout_s) as whole, client:
                while True:
                    try:
                        await self._ask(client, dialect, draft, messages, schema)
                    except openai.APIStatusError as refusal:
                        may_be_parameter = refusal.status_code in _REFUSED
                        if may_be_parameter and (simpler := dialect.without(str(refusal))):
                            dialect = simpler
                            continue
                        n_failed += 1
                        left_s = (whole.when() or math.inf) - asyncio.get_running_loop().time()
                        await asyncio.sleep(_pause_s(refusal, n_failed, left_s))
                    else:
                        self._dialect = dialect
                        break
        except TimeoutError:
            raise Unwritten(Unworded.SLOW, f"over {self._config.timeout_s} s") from None
        except openai.APIStatusError as error:
            why = Unworded.OVER_BUDGET if error.code == _NO_CREDIT else Unworded.UNREACHABLE
            raise Unwritten(why, f"status {error.status_code}") from None
        except openai.APITimeoutError:
            raise Unwritten(Unworded.SLOW, "no connection, or no word for too long") from None
        except openai.APIResponseValidationError as error:
            raise Unwritten(Unworded.MALFORMED, type(error).__name__) from None
        except openai.OpenAIError as error:
            raise Unwritten(Unworded.UNREACHABLE, type(error).__name__) from None
        except httpx2.InvalidURL:
            raise Unwritten(Unworded.UNREACHABLE, "not a usable address") from None
        if not draft.is_whole:
            raise Unwritten(Unworded.UNREACHABLE, "the answer broke off")

    async def _ask(
        self,
        client: openai.AsyncOpenAI,
        dialect: Dialect,
        draft: _Draft,
        messages: Sequence[Message],
        schema: Mapping[str, Any] | None,
    ) -> None:
        """Fill `draft` with the answer to one request; its first word must come by half time."""
        config = self._config
        sent: list[Any] = [
            {"role": message.role.value, "content": message.text} for message in messages
        ]
        # Headers that the environment sets for other programs that use OpenAI.
        dropped = ["OpenAI-Organization", "OpenAI-Project"]
        if config.api_key is None:
            dropped.append("Authorization")
        asking = client.chat.completions.with_streaming_response.create(
            model=config.model,
            messages=sent,
            stream=True,
            extra_headers={name: openai.Omit() for name in dropped},
            **dialect.parameters(schema, config.max_tokens),
        )
        async with asyncio.timeout(config.timeout_s * _FIRST_WORD_SHARE) as first:
            async with asking as response:
                draft.is_begun = True
                async for piece in _pieces(response):
                    if piece.text:
                        first.reschedule(None)
                    draft.add(piece)


async def _pieces(response: openai.AsyncAPIResponse[Any]) -> AsyncIterator[_Piece]:
    """Yield the pieces of an answer; one where the server does not stream.

    Raises:
        Unwritten: If it is no piece of an answer, or too long.
    """
    try:
        if "json" in response.headers.get("content-type", ""):
            body = b""
            async for part in response.iter_bytes():
                body += part
                if len(body) > _MOST_BYTES:
                    raise Unwritten(Unworded.MALFORMED, f"over {_MOST_BYTES} bytes")
            yield _Piece.model_validate_json(body)
            return
        stream: Any = await response.parse()
        # The client does not check what it parses: anything may be in the place of a chunk.
        async for chunk in stream:
            if chunk is None:
                return
            is_chunk = isinstance(chunk, ChatCompletionChunk)
            yield _Piece.model_validate(chunk.to_dict(warnings=False) if is_chunk else chunk)
    except (ValueError, RecursionError) as error:
        raise Unwritten(Unworded.MALFORMED, type(error).__name__) from None


def _pause_s(refusal: openai.APIStatusError, n_failed: int, left_s: float) -> float:
    """Return how long to wait before asking again.

    Raises:
        APIStatusError: The refusal itself, where asking again cannot help in time.
    """
    asked_s = retry_after_s(refusal.response.headers.get("Retry-After"))
    wait_s = backoff_s(n_failed, _FIRST_WAIT_S) if asked_s is None else asked_s
    is_passing = refusal.status_code in _RETRIED and refusal.code != _NO_CREDIT
    if not is_passing or n_failed > _MOST_RETRIES or wait_s >= left_s:
        raise refusal
    return wait_s
