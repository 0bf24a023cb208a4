"""A language model on a server of the OpenAI kind: OpenAI, vLLM, Ollama, llama.cpp and others.

Each answer has one deadline from the first connection to the last word, retries included, and
half of it for the first word. What a server says in its errors is in no error of ours, for it may
repeat the key or the question.

Does not: know what is asked; trust what comes.
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
from index.retry import backoff_s, retry_after_s

_RETRIED: Final = frozenset({408, 409, 429, 500, 502, 503, 504})
_REFUSED: Final = frozenset({400, 404, 415, 422, 501})
_MOST_RETRIES: Final = 3
_FIRST_WAIT_S: Final = 0.5
_FIRST_WORD_SHARE: Final = 0.5
_MOST_CHARS: Final = 40_000
"""Of one answer; what is longer is rubbish, whatever the server was asked for."""
_MOST_BYTES: Final = 16 * _MOST_CHARS
"""Of an answer that is not streamed, as JSON."""
_BYTES_PER_TOKEN: Final = 2.6
"""Where a server does not count: UTF-8 bytes from 2.6 (Persian) to 4 (English) in cl100k."""
_NO_CREDIT: Final = "insufficient_quota"
"""OpenAI's code for an account without money, which waiting does not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """Which model on which server, and its bounds.

    Attributes:
        base_url: Address up to `/v1`.
        timeout_s: Seconds for a whole answer.
        max_tokens: Most tokens of an answer.
    """

    base_url: str
    model: str
    api_key: SecretStr | None = None
    timeout_s: float = 60.0
    max_tokens: int = 800
    budget: DailyBudget | None = None


class _Words(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    delta: _Words | None = None
    message: _Words | None = None
    finish_reason: str | None = None


class _Usage(BaseModel):
    total_tokens: int = 0


class _Piece(BaseModel):
    """What we read of a chunk of a stream, or of a whole completion."""

    choices: list[_Choice] = []
    usage: _Usage | None = None

    @property
    def text(self) -> str:
        """The words in it."""
        said = [one.delta or one.message for one in self.choices[:1]]
        return "".join(one.content or "" for one in said if one)

    @property
    def is_last(self) -> bool:
        """Whether the model has said all that it will."""
        return any(one.finish_reason for one in self.choices[:1])


@dataclass(frozen=True, slots=True)
class _Call:
    """What is asked, over which connections and until when."""

    client: openai.AsyncOpenAI
    messages: Sequence[Message]
    schema: Mapping[str, Any] | None
    until: asyncio.Timeout

    @property
    def left_s(self) -> float:
        """Seconds until the deadline."""
        return (self.until.when() or math.inf) - asyncio.get_running_loop().time()


@dataclass(slots=True)
class _Draft:
    """What has come of an answer so far.

    Attributes:
        is_begun: Whether a server took the question, which then costs tokens.
        tokens: That it counted; 0 where it did not.
    """

    tell: Callable[[str], None] | None
    text: str = ""
    is_begun: bool = False
    is_whole: bool = False
    tokens: int = 0

    def add(self, piece: _Piece) -> None:
        """Take in a piece and tell of it.

        Raises:
            Unwritten: If it never ends.
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
        """Ask no server yet."""
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
                What was told until then is what came.
        """
        if self._config.budget:
            self._config.budget.check()
        draft = _Draft(tell)
        try:
            asyncio.run(self._write(draft, messages, schema))
        finally:
            if self._config.budget and draft.is_begun:
                self._config.budget.spend(draft.tokens or _estimate(messages, draft.text))
        return draft.text

    async def _write(
        self, draft: _Draft, messages: Sequence[Message], schema: Mapping[str, Any] | None
    ) -> None:
        """Fill `draft` in time, or say what failed."""
        try:
            async with asyncio.timeout(self._config.timeout_s) as whole, self._client() as client:
                await self._persist(_Call(client, messages, schema, whole), draft)
        except TimeoutError:
            raise Unwritten(Unworded.SLOW, f"over {self._config.timeout_s} s") from None
        except openai.OpenAIError as error:
            raise _failed(error) from None
        except httpx2.InvalidURL:
            raise Unwritten(Unworded.UNREACHABLE, "not a usable address") from None
        if not draft.is_whole:
            raise Unwritten(Unworded.UNREACHABLE, "the answer broke off")

    def _client(self) -> openai.AsyncOpenAI:
        """Return a client; one for each answer, as connections belong to an event loop."""
        key = self._config.api_key
        return openai.AsyncOpenAI(
            base_url=self._config.base_url,
            api_key=key.get_secret_value() if key else "none",
            timeout=self._config.timeout_s,
            max_retries=0,
        )

    async def _persist(self, call: _Call, draft: _Draft) -> None:
        """Ask, and ask again or with fewer parameters where that can help."""
        dialect, n_failed = self._dialect, 0
        while True:
            try:
                await self._ask(call, dialect, draft)
            except openai.APIStatusError as refusal:
                simpler = dialect.without(str(refusal)) if _is_refused(refusal) else None
                if simpler is not None:
                    dialect = simpler
                    continue
                n_failed += 1
                await asyncio.sleep(_pause_s(refusal, n_failed, call.left_s))
            else:
                self._dialect = dialect
                return

    async def _ask(self, call: _Call, dialect: Dialect, draft: _Draft) -> None:
        """Fill `draft` with the answer to one request; its first word must come by half time."""
        config = self._config
        sent: list[Any] = [{"role": one.role.value, "content": one.text} for one in call.messages]
        # What the environment says of OpenAI to other programs is none of ours.
        dropped = ["OpenAI-Organization", "OpenAI-Project"]
        if config.api_key is None:
            dropped.append("Authorization")
        asking = call.client.chat.completions.with_streaming_response.create(
            model=config.model,
            messages=sent,
            stream=True,
            extra_headers={name: openai.Omit() for name in dropped},
            **dialect.parameters(call.schema, config.max_tokens),
        )
        async with asyncio.timeout(config.timeout_s * _FIRST_WORD_SHARE) as first:
            async with asking as response:
                draft.is_begun = True
                if "json" in response.headers.get("content-type", ""):
                    draft.add(await _whole(response))
                    return
                stream: Any = await response.parse()
                chunks = aiter(stream)
                while piece := await _next(chunks):
                    if piece.text:
                        first.reschedule(None)
                    draft.add(piece)


async def _next(chunks: AsyncIterator[ChatCompletionChunk]) -> _Piece | None:
    """Return what comes next in a stream, None at its end.

    Raises:
        Unwritten: If it is no piece of an answer.
    """
    try:
        chunk: object = await anext(chunks, None)
        # The client does not check what it parses: anything may stand where a chunk should.
        read = chunk.to_dict(warnings=False) if isinstance(chunk, ChatCompletionChunk) else chunk
        return None if read is None else _Piece.model_validate(read)
    except (ValueError, RecursionError) as error:
        raise Unwritten(Unworded.MALFORMED, type(error).__name__) from None


async def _whole(response: openai.AsyncAPIResponse[Any]) -> _Piece:
    """Read an answer that a server does not stream."""
    body = b""
    async for part in response.iter_bytes():
        body += part
        if len(body) > _MOST_BYTES:
            raise Unwritten(Unworded.MALFORMED, f"over {_MOST_BYTES} bytes")
    try:
        return _Piece.model_validate_json(body)
    except ValueError as error:
        raise Unwritten(Unworded.MALFORMED, type(error).__name__) from None


def _is_refused(refusal: openai.APIStatusError) -> bool:
    """Tell whether a server may have refused a parameter."""
    return refusal.status_code in _REFUSED


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


def _failed(error: openai.OpenAIError) -> Unwritten:
    """Say what failed in words of our own: a server's may repeat the key or the question."""
    match error:
        case openai.APIStatusError():
            is_spent = error.code == _NO_CREDIT
            why = Unworded.OVER_BUDGET if is_spent else Unworded.UNREACHABLE
            return Unwritten(why, f"status {error.status_code}")
        case openai.APITimeoutError():
            return Unwritten(Unworded.SLOW, "no connection, or no word for too long")
        case openai.APIResponseValidationError():
            return Unwritten(Unworded.MALFORMED, type(error).__name__)
        case _:
            return Unwritten(Unworded.UNREACHABLE, type(error).__name__)


def _estimate(messages: Sequence[Message], answer: str) -> int:
    """Count tokens from above, where the server does not."""
    n_bytes = sum(len(one.text.encode()) for one in messages) + len(answer.encode())
    return math.ceil(n_bytes / _BYTES_PER_TOKEN)
