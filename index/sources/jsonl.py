"""Articles from JSON: one object a line, or one object or array of objects across lines.

An object that is no article but wraps a list of them, as `{"articles": [...]}` or
`{"hits": {"hits": [...]}}`, is read as the list; elsewhere in a document no records are looked for.
One record at a time is in memory.
"""

import json
import re
from collections.abc import Generator, Iterator, Mapping
from itertools import chain, islice

import ijson

from index.config import ReadConfig
from index.disk.json_lines import SUM, unsummed
from index.sources.encoding import LineDecoder, any_utf8_stream
from index.sources.json_events import Events as _Events
from index.sources.json_events import Guarded as _Guarded
from index.sources.json_events import events as _events
from index.sources.json_events import value as _value
from index.sources.records import Names, article_of
from index.sources.rejects import MAX_BYTES, Refused, RejectReason, Stream, lines
from index.types import Article, Reject

_CHUNK = 65_536
_LINES = frozenset({".jsonl", ".ndjson"})
_OBJECT = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*+\{[ \t]*"')
_BLANK = b" \t\r\n"
_LISTS = (
    "articles", "items", "results", "docs", "hits", "posts", "news", "entries", "records", "rows",
    "data", "documents", "objects", "stories", "edges",
)  # fmt: skip
_AROUND = (  # names of objects that hold such a list
    "hits", "response", "data", "result", "results", "feed", "channel", "articles", "posts",
)  # fmt: skip
_STRING = rb'"(?:[^"\\]|\\.)*+"'
# An object of short values and objects of these.
_FLAT = rb"\{(?:[^{}\[\]\"]|%(s)s|\{(?:[^{}\[\]\"]|%(s)s)*+\})*+\}" % {b"s": _STRING}
# An object that holds a list after nothing but short values, or holds such an object.
_LISTING = re.compile(
    rb"\{\s*+%(before)s(?:\"(?:%(around)s)\"\s*+:\s*+\{\s*+%(before)s){0,2}\"(?:%(lists)s)\"\s*+:\s*+\["
    % {
        b"before": rb"(?:%(s)s\s*+:\s*+(?:%(s)s|[\w.+-]++|%(flat)s)\s*+,\s*+)*+"
        % {b"s": _STRING, b"flat": _FLAT},
        b"around": "|".join(_AROUND).encode(),
        b"lists": "|".join(_LISTS).encode(),
    }
)


def is_lines(head: bytes, suffix: str) -> bool:
    """Tell JSON of one object a line, by the name of a file or by its first bytes."""
    return suffix in _LINES or suffix == ".json" or bool(_OBJECT.match(head))


def is_document(head: bytes, suffix: str) -> bool:
    """Tell JSON that spans lines, or a list on one, by the first bytes of a file."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)
    first, _, rest = start.partition(b"\n")
    if suffix in _LINES:
        return first.strip() in (b"{", b"[", b"[{") and bool(rest.strip())
    if _LISTING.match(start):
        return True
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
                yield refused.reject(place)


def _record(line: bytes | None, decoder: LineDecoder) -> object:
    """Parse a line."""
    if line is None:
        raise Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} bytes in one line")
    try:
        record: object = json.loads(decoder.decode(line).removeprefix("\ufeff"))
    except json.JSONDecodeError as exc:
        raise Refused(RejectReason.BROKEN_JSON, str(exc)) from None
    # RecursionError: brackets nested a thousand deep. ValueError: a number of 5,000 digits.
    except (RecursionError, ValueError) as exc:
        raise Refused(RejectReason.BAD_FIELD, str(exc)) from None
    if isinstance(record, dict) and SUM in record:
        try:
            return unsummed(record)
        except ValueError as exc:
            raise Refused(RejectReason.DAMAGED, f"{exc}; add it again") from None
    return record


def read_document(file: Stream, origin: str, *, config: ReadConfig) -> Iterator[Article | Reject]:
    """Read the articles of one object or of a list of objects, numbered from 1.

    Raises:
        Refused: Where the JSON breaks off, or a record is too long; what came before stays.
    """
    names, stream = Names.of(config), any_utf8_stream(file)
    head = stream.peek(_CHUNK)
    if head.startswith(b"\xef\xbb\xbf"):
        stream.read(3)
    guarded = _Guarded(stream)
    try:
        for number, record in enumerate(_records(guarded, names), start=1):
            place, guarded.taken = f"{origin}:{number}", 0
            try:
                yield article_of(record, names, place)
            except Refused as refused:
                yield refused.reject(place)
    except (ijson.JSONError, ValueError, RecursionError) as exc:
        detail = " ".join(str(exc).split())[:200] or type(exc).__name__
        raise Refused(RejectReason.BROKEN_JSON, detail) from None


def _records(file: "_Guarded", names: Names) -> Iterator[object]:
    """Yield the object of a document, or each item of its list.

    Built from events: `ijson.items` spells out the path to each value, which takes the square
    of the depth.
    """
    events = _events(file)
    for event, value in events:
        if event == "start_array":
            yield from _items(events)
        elif event == "start_map":
            record = yield from _object(events, names)
            if record is not None:
                yield record
        else:
            yield value


def _object(events: _Events, names: Names) -> Generator[object, None, dict[object, object] | None]:
    """Yield the items of the lists in an object that has begun; return the object if it is more.

    It is an article once it has a text, and a list is one of articles if its first item is. Fields
    before such a list are dropped, so that memory stays bounded; those that a JSON Feed states for
    all its items go with each.
    """
    record: dict[object, object] = {}
    has_list = False
    for event, key in events:
        if event == "end_map":
            break
        event, value = next(events)  # noqa: PLW2901  # the value of the key
        is_article = names.record(record) is not None
        if event == "start_map" and key in _AROUND and not is_article:
            inner = yield from _object(events, names)
            has_list |= inner is None
            record |= {} if inner is None else {key: inner}
        elif event == "start_array" and key in _LISTS and not is_article:
            items = _items(events)
            first = list(islice(items, 1))
            if first and names.record(first[0]) is not None:
                shared = _of_feed(record)
                has_list, record = True, {}
                for item in chain(first, items):
                    yield shared | item if isinstance(item, dict) else item
            else:
                record[key] = [*first, *items]
        else:
            record[key] = _value(event, value, events)
    return record if not has_list or names.record(record) is not None else None


def _of_feed(record: Mapping[object, object]) -> dict[object, object]:
    """Return what a JSON Feed states for all its items: its name and language."""
    if "jsonfeed.org" not in str(record.get("version", ""))[:99]:
        return {}
    return {"feed_title": record.get("title"), "language": record.get("language")}


def _items(events: _Events) -> Iterator[object]:
    """Yield the items of an array that has begun."""
    for event, value in events:
        if event == "end_array":
            return
        yield _value(event, value, events)
