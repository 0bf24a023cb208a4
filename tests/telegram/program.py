"""`pasokh` with a conversation of a few lines over the real index, until the real one is there."""

import sys
from dataclasses import dataclass
from html import escape
from typing import Any

from bot import wire
from bot.cli import main
from bot.telegram.types import Incoming, Outgoing, SendMessage
from bot.types import Answer


@dataclass
class Plain:
    answerer: Any

    @property
    def snapshot(self) -> str:
        return self.answerer.snapshot.manifest.snapshot

    def respond(self, incoming: Incoming) -> tuple[Outgoing, ...]:
        if "explode" in incoming.text:
            raise ValueError(incoming.text)
        reply = self.answerer.answer(incoming.text)
        said = reply.citations[0].quote if isinstance(reply, Answer) else str(reply.reason)
        text = f"{incoming.text}: {said}"[:900]
        return (
            SendMessage(
                chat_id=incoming.chat_id,
                html=f"<b>{escape(text)}</b>",
                plain=text,
                reply_to=incoming.message_id,
            ),
        )


class Backend:
    def __getattr__(self, name: str) -> Any:
        return getattr(wire, name)

    def open_conversation(self, settings: Any) -> Plain:
        return Plain(wire.open_answerer(settings))


if __name__ == "__main__":
    sys.exit(main(backend=Backend()))
