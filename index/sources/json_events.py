"""JSON of any size as a stream of events, and values built from them, within limits.

Built from events: `ijson.items` spells out the path to each value, which takes the square of the
depth.
"""

from collections.abc import Iterator
from typing import TypeAlias

import ijson

from index.sources.rejects import MAX_BYTES, Refused, RejectReason, Stream

Events: TypeAlias = Iterator[tuple[str, object]]

_CHUNK = 65_536
_MAX_DEPTH = 100
_STEP = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}


class Guarded:
    """A stream that refuses a record that is too long."""

    def __init__(self, file: Stream) -> None:
        self._file = file
        self.taken = 0

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        chunk = self._file.read(size)
        self.taken += len(chunk)
        if self.taken > MAX_BYTES + _CHUNK:
            raise Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} bytes in one record")
        return chunk


def events(file: Guarded) -> Events:
    """Yield the events of the parser.

    Raises:
        Refused: If it is nested too deep.
    """
    depth = 0
    for event, value in ijson.basic_parse(
        file, use_float=True, buf_size=_CHUNK, multiple_values=True
    ):
        depth += _STEP.get(event, 0)
        if depth > _MAX_DEPTH:
            raise Refused(RejectReason.BAD_FIELD, f"nested more than {_MAX_DEPTH} deep")
        yield event, value


def value(event: str, value: object, events: Events) -> object:
    """Build the value that begins with an event."""
    builder, depth = ijson.ObjectBuilder(), _STEP.get(event, 0)
    builder.event(event, value)
    while depth:
        event, value = next(events)
        depth += _STEP.get(event, 0)
        builder.event(event, value)
    built: object = builder.value
    return built


def skip(event: str, events: Events) -> None:
    """Pass over the value that begins with an event."""
    depth = _STEP.get(event, 0)
    while depth:
        event, _ = next(events)
        depth += _STEP.get(event, 0)
