"""Updates and calls as JSON for the store, and back.

Does not: know when they are stored, or read anything that this module did not write.
"""

import json
from dataclasses import asdict
from typing import Any, Final

from pydantic import TypeAdapter

from bot.telegram.types import (
    AnswerButton,
    AnswerInline,
    EditMessage,
    EraseQueued,
    Incoming,
    Outgoing,
    SendMessage,
)

_INCOMING: Final = TypeAdapter(Incoming)
_CALLS: Final[dict[str, TypeAdapter[Any]]] = {
    kind.__name__: TypeAdapter(kind)
    for kind in (SendMessage, EditMessage, AnswerButton, AnswerInline, EraseQueued)
}


def pack_incoming(incoming: Incoming) -> str:
    """Write an update."""
    return json.dumps(asdict(incoming))


def unpack_incoming(body: str) -> Incoming:
    """Read what `pack_incoming` wrote."""
    return _INCOMING.validate_json(body)


def pack_call(call: Outgoing) -> str:
    """Write a call, under its name."""
    return json.dumps([type(call).__name__, asdict(call)])


def unpack_call(body: str) -> Outgoing:
    """Read what `pack_call` wrote."""
    name, values = json.loads(body)
    call: Outgoing = _CALLS[name].validate_python(values)
    return call
