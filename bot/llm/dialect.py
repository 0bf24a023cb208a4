"""Request parameters besides the messages: some servers refuse one that others cannot do without.

A request begins with all of them; each refusal drops or renames one, and what worked is remembered.

Source: OpenAI's reasoning models take `max_completion_tokens` and no `temperature`; Ollama takes
`max_tokens` alone; grammars (`json_schema`) are missing in older servers of every kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Shape(StrEnum):
    """How a server is told that JSON is wanted; the value is that of `response_format.type`."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The parameters that a server takes.

    Attributes:
        shape: How it is held to JSON; `TEXT` for not at all.
        limit: Name of the parameter that bounds the answer; empty for none.
        is_cold: Whether `temperature` may be 0.
        is_counted: Whether tokens used can be asked for.
    """

    shape: Shape = Shape.SCHEMA
    limit: str = "max_tokens"
    is_cold: bool = True
    is_counted: bool = True

    def parameters(self, schema: Mapping[str, Any] | None, max_tokens: int) -> dict[str, Any]:
        """Return the parameters besides the messages."""
        given: dict[str, Any] = {}
        if schema is not None and self.shape is not Shape.TEXT:
            given["response_format"] = {"type": self.shape.value}
            if self.shape is Shape.SCHEMA:
                named = {"name": "answer", "strict": True, "schema": dict(schema)}
                given["response_format"]["json_schema"] = named
        if self.limit:
            given[self.limit] = max_tokens
        if self.is_cold:
            given["temperature"] = 0
        if self.is_counted:
            given["stream_options"] = {"include_usage": True}
        return given

    def without(self, refusal: str) -> "Dialect | None":
        """Return the dialect to try after this refusal; None where nothing is left to drop."""
        if self.limit and self.limit in refusal:
            newer = "max_completion_tokens" if self.limit == "max_tokens" else ""
            return replace(self, limit=newer)
        if self.is_cold and "temperature" in refusal:
            return replace(self, is_cold=False)
        if self.is_counted and "stream_options" in refusal:
            return replace(self, is_counted=False)
        if self.shape is not Shape.TEXT:
            shape = Shape.OBJECT if self.shape is Shape.SCHEMA else Shape.TEXT
            return replace(self, shape=shape)
        bare = Dialect(shape=Shape.TEXT, limit=self.limit, is_cold=False, is_counted=False)
        return None if self == bare else bare
