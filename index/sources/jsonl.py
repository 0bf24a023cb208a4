"""Articles from JSON: one object a line, or one object or array of objects across lines.

Does not: hold more than one record in memory, or look for records deeper in a document.
"""

import json
from collections.abc import Iterator

import ijson

from index.config import ReadConfig
from index.sources.encoding import LineDecoder, any_utf8_stream
from index.sources.records import Names, article_of
from index.sources.rejects import MAX_BYTES, Refused, RejectReason, Stream, lines
from index.types import Article, Reject

_CHUNK = 65_536
_STEP = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}
_MAX_DEPTH = 100
_LINES = frozenset({".jsonl", ".ndjson"})
_BLANK = b" \t\r\n"


def is_document(head: bytes, suffix: str) -> bool:
    """Tell JSON that spans lines, or an array on one, by the first bytes of a file."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)
    first, _, rest = start.partition(b"\n")
    if suffix in _LINES:
        return first.strip() in (b"{", b"[", b"[{") and bool(rest.strip())
    if start.startswith(b"["):
        return start[1:].lstrip(_BLANK)[:1] in (b"{", b"]") or suffix == ".json"
    opens_only = first.rstrip()[-1:] in (b"{", b"[", b",") and bool(rest.strip())
    return start.startswith(b"{") and opens_only and start[1:].lstrip(_BLANK)[:1] == b'"'


def read(file: Stream, origin: str, *, config: ReadConfig) -> Iterator[Article | Reject]:
    """Read the articles of a file of lines, in order; each bad line is one reject."""
    names, decoder = Names.of(config), LineDecoder()
    for number, line in enumerate(lines(file), start=1):
        place = f"{origin}:{number}"
        if line is None or line.strip():
            try:
                yield article_of(_record(line, decoder), names, place)
            except Refused as refused:
                yield Reject(origin=place, reason=refused.reason, detail=refused.detail)


def _record(line: bytes | None, decoder: LineDecoder) -> object:
    """Return what a line holds."""
    if line is None:
        raise Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} bytes in one line")
    try:
        record: object = json.loads(decoder.decode(line).removeprefix("\ufeff"))
    except json.JSONDecodeError as exc:
        raise Refused(RejectReason.BROKEN_JSON, str(exc)) from None
    # RecursionError: brackets nested a thousand deep. ValueError: a number of 5,000 digits.
    except (RecursionError, ValueError) as exc:
        raise Refused(RejectReason.BAD_FIELD, str(exc)) from None
    return record


def read_document(file: Stream, origin: str, *, config: ReadConfig) -> Iterator[Article | Reject]:
    """Read the articles of one object or of an array of objects, numbered from 1.

    Raises:
        Refused: Where the JSON breaks off, or a record is too long; what came before stays.
    """
    names, stream = Names.of(config), any_utf8_stream(file)
    head = stream.peek(_CHUNK)
    if head.startswith(b"\xef\xbb\xbf"):
        stream.read(3)
    guarded = _Guarded(stream)
    try:
        for number, record in enumerate(_records(guarded), start=1):
            place = f"{origin}:{number}"
            try:
                yield article_of(record, names, place)
            except Refused as refused:
                yield Reject(origin=place, reason=refused.reason, detail=refused.detail)
    except (ijson.JSONError, ValueError, RecursionError) as exc:
        detail = " ".join(str(exc).split())[:200] or type(exc).__name__
        raise Refused(RejectReason.BROKEN_JSON, detail) from None


def _records(file: "_Guarded") -> Iterator[object]:
    """Yield the object of a document, or each item of its array.

    Built from events: `ijson.items` spells out the path to each value, which takes the square
    of the depth.
    """
    base, depth = -1, 0
    builder = ijson.ObjectBuilder()
    for event, value in ijson.basic_parse(file, use_float=True, buf_size=_CHUNK):
        if base < 0:
            base = int(event == "start_array")
            if base:
                depth = 1
                continue
        depth += _STEP.get(event, 0)
        if depth > _MAX_DEPTH:
            raise Refused(RejectReason.BAD_FIELD, f"nested more than {_MAX_DEPTH} deep")
        if depth >= base:
            builder.event(event, value)
        if depth == base and event != "map_key":
            yield builder.value
            builder, file.taken = ijson.ObjectBuilder(), 0


class _Guarded:
    """A stream that refuses to go on when one record takes too much."""

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
