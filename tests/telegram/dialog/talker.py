"""Somebody who talks with the bot without Telegram in between, and how to read what is said."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

from bot.telegram.dialog.conversation import Conversation
from bot.telegram.types import Incoming, Kind, Outgoing

Check: TypeAlias = Callable[[tuple[Outgoing, ...]], list[str]]
"""Holds calls to Telegram's limits and returns the texts that a person reads."""


def bare(text: str) -> str:
    """Leave out marks and isolates."""
    return re.sub("[\u200e\u200f\u2066-\u2069]", "", text)


@dataclass
class Talker:
    """Somebody who talks with the bot, and what it last answered."""

    conversation: Conversation
    chat_id: int = 7
    language_code: str = "en"
    updates: Iterator[int] = count(1)  # noqa: RUF009  # shared on purpose: update ids are unique

    def send(self, text: str = "", kind: Kind = Kind.TEXT, **more: object) -> tuple[Outgoing, ...]:
        """Send one update and return what is answered."""
        number = next(self.updates)
        values: dict[str, object] = {
            "update_id": number,
            "chat_id": self.chat_id,
            "user_id": self.chat_id,
            "is_private": True,
            "language_code": self.language_code,
            "message_id": number,
        }
        values["query_id"] = "q" if kind in {Kind.BUTTON, Kind.INLINE} else ""
        return self.conversation.respond(
            Incoming(kind=kind, text=text, **values | more)  # type: ignore[arg-type]
        )

    def press(
        self, calls: tuple[Outgoing, ...], label: str, **more: object
    ) -> tuple[Outgoing, ...]:
        """Press the button whose label holds `label` under the last of `calls` that has one."""
        rows = [getattr(call, "keyboard", ()) for call in calls]
        found = [one for keyboard in rows for row in keyboard for one in row if label in one.label]
        assert found, f"no button {label!r} in {rows}"
        return self.send(found[0].data, Kind.BUTTON, **more)
