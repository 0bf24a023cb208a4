"""Generator of text, as the rest of the program sees a language model: messages in, text out.

Does not: talk to a server or know what is asked of a model.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from bot.types import Unworded


class Role(StrEnum):
    """Who speaks a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation with a model."""

    role: Role
    text: str


class Unwritten(Exception):
    """A model did not write what it was asked for; never shown to a person as it is."""

    def __init__(self, why: Unworded, detail: str) -> None:
        """Say why, and for the log what came; `detail` holds no secret and no question."""
        super().__init__(detail)
        self.why = why


class Generator(Protocol):
    """Writes text; safe for many threads."""

    @property
    def name(self) -> str:
        """Name of the model, for fingerprints."""
        ...

    def write(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> str:
        """Return what the model writes after `messages`.

        Args:
            messages: The conversation, oldest first.
            schema: JSON Schema of what is wanted, given to servers that can hold a model to it;
                what comes must be checked all the same.
            tell: Called with the whole text so far whenever more of it came.

        Raises:
            Unwritten: If the server fails, takes too long or the budget is spent.
        """
        ...
