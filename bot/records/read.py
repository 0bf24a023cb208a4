"""Reader of answers that `pasokh ask --json` wrote: one object, or several one after another.

Objects may be one to a line (JSON Lines) or span several lines, as they were printed. Unknown keys
are ignored; keys that came with a later version may be absent.
"""

import json
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Any, Final, cast, get_args, get_origin

from typing_extensions import get_type_hints, is_typeddict

from bot.records.write import Record
from index import PasokhError

_LATER: Final[Mapping[str, object]] = {
    "claims": [],
    "checks": [],
    "unworded": None,
    "model": "",
    "prompt": "",
    "shape": None,
    "sides": [],
    "differences": [],
}
"""Keys that not every version wrote, with their values where they are absent."""
_NAMES: Final[Mapping[object, str]] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    NoneType: "null",
}
_MAX_SHOWN: Final = 40


class ExportError(PasokhError):
    """A file is not what `pasokh ask --json` writes."""


class _Unfit(Exception):
    """A value of the wrong type; says where and what was expected."""


def read_records(text: str, name: str) -> list[tuple[int, Record]]:
    """Return each object of a text with the line it begins on, counted from 1.

    Args:
        text: Of the file.
        name: Of the file, for errors.

    Raises:
        ExportError: Naming line and key of what is not as docs/json.md says.
    """
    records = []
    for line, value in _objects(text, name):
        record = {**_LATER, **value} if isinstance(value, dict) else value
        try:
            _check(record, Record, "")
        except _Unfit as error:
            msg = f"{name}, line {line}: {error}; expected what `pasokh ask --json` prints."
            raise ExportError(msg) from None
        records.append((line, cast("Record", record)))
    if not records:
        raise ExportError(f"{name} is empty; expected what `pasokh ask --json` prints.")
    return records


def _objects(text: str, name: str) -> Iterator[tuple[int, object]]:
    """Yield each JSON value with its line."""
    decoder = json.JSONDecoder()
    start = _next(text, 0)
    line = 1 + text.count("\n", 0, start)
    while start < len(text):
        try:
            value, end = decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            raise ExportError(
                f"{name}, line {error.lineno}: expected JSON, but: {error.msg}."
            ) from None
        except (ValueError, RecursionError):
            raise ExportError(
                f"{name}, line {line}: expected JSON, got one too deep or with a number too long."
            ) from None
        yield line, value
        before, start = start, _next(text, end)
        line += text.count("\n", before, start)


def _next(text: str, position: int) -> int:
    """Return where the next value begins, behind white space and a byte order mark."""
    while position < len(text) and text[position] in " \t\r\n\ufeff":
        position += 1
    return position


def _check(value: object, kind: Any, path: str) -> None:  # noqa: ANN401  # a type hint
    """Compare a value with a type hint.

    Raises:
        _Unfit: With the path of the first value that is of another type.
    """
    if is_typeddict(kind):
        _expect(isinstance(value, dict), "an object", value, path)
        record = cast("dict[str, object]", value)
        for key, inner in get_type_hints(kind).items():
            inner_path = f"{path}.{key}" if path else key
            if key not in record and key in kind.__optional_keys__:
                continue
            if key not in record:
                raise _Unfit(f"the key {inner_path} is missing")
            _check(record[key], inner, inner_path)
    elif get_origin(kind) is list:
        _expect(isinstance(value, list), "a list", value, path)
        for position, item in enumerate(cast("list[object]", value)):
            _check(item, get_args(kind)[0], f"{path}[{position}]")
    elif get_origin(kind) is dict:
        _expect(isinstance(value, dict), "an object", value, path)
        for key, item in cast("dict[str, object]", value).items():
            _check(item, get_args(kind)[1], f"{path}.{key}")
    else:
        kinds = get_args(kind) if get_origin(kind) is UnionType else (kind,)
        is_fit = type(value) in kinds or (type(value) is int and float in kinds)
        _expect(is_fit, " or ".join(_NAMES[name] for name in kinds), value, path)


def _expect(holds: object, expected: str, value: object, path: str) -> None:
    """Raise `_Unfit` unless `holds`."""
    if not holds:
        shown = ascii(value)
        got = shown if len(shown) <= _MAX_SHOWN else f"{shown[:_MAX_SHOWN]}..."
        raise _Unfit(f"{path}: expected {expected}, got {got}" if path else f"got {got}")
