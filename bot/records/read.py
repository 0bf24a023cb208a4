"""Answers that `pasokh ask --json` wrote, read back: one object, or several one after another.

Objects may stand one to a line (JSON Lines) or over several lines, as they were printed. Keys that
are not ours are left out of account; those that came with a later version may be absent.
Does not: check what the answers say; `recheck` does.
"""

import json
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Any, Final, cast, get_args, get_origin, get_type_hints, is_typeddict

from bot.records.write import Record
from index import PasokhError

_LATER: Final[Mapping[str, object]] = {
    "claims": [],
    "unworded": None,
    "model": "",
    "prompt": "",
    "shape": None,
    "sides": [],
    "differences": [],
}
"""Keys that not every version wrote, and what they say where they are absent."""
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
    """A value that is not of its kind; says where and what was expected."""


def read_records(text: str, name: str) -> list[tuple[int, Record]]:
    """Return each object of a text with the line it begins on, counted from 1.

    Args:
        text: Of the file.
        name: Of the file, for errors.

    Raises:
        ExportError: Naming line and key of what is not as docs/json.md says.
    """
    records = [(line, _record(value, name, line)) for line, value in _objects(text, name)]
    if not records:
        msg = f"{name} is empty; expected what `pasokh ask --json` prints."
        raise ExportError(msg)
    return records


def _objects(text: str, name: str) -> Iterator[tuple[int, object]]:
    """Yield each JSON value with its line."""
    decoder = json.JSONDecoder()
    at = _next(text, 0)
    line = 1 + text.count("\n", 0, at)
    while at < len(text):
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            msg = f"{name}, line {error.lineno}: expected JSON, but: {error.msg}."
            raise ExportError(msg) from None
        except (ValueError, RecursionError):
            msg = f"{name}, line {line}: expected JSON, got one too deep or with a number too long."
            raise ExportError(msg) from None
        yield line, value
        begun, at = at, _next(text, end)
        line += text.count("\n", begun, at)


def _next(text: str, at: int) -> int:
    """Return where the next value begins, behind white space and a byte order mark."""
    while at < len(text) and text[at] in " \t\r\n\ufeff":
        at += 1
    return at


def _record(value: object, name: str, line: int) -> Record:
    """Return a value as an answer or refusal."""
    given = {**_LATER, **value} if isinstance(value, dict) else value
    try:
        _check(given, Record, "")
    except _Unfit as error:
        msg = f"{name}, line {line}: {error}; expected what `pasokh ask --json` prints."
        raise ExportError(msg) from None
    return cast("Record", given)


def _check(value: object, kind: Any, path: str) -> None:  # noqa: ANN401  # a type hint
    """Hold a value to a type hint.

    Raises:
        _Unfit: With the path of the first value that is of another kind.
    """
    if is_typeddict(kind):
        _check_keys(value, kind, path)
    elif get_origin(kind) is list:
        _expect(isinstance(value, list), "a list", value, path)
        for position, one in enumerate(cast("list[object]", value)):
            _check(one, get_args(kind)[0], f"{path}[{position}]")
    elif get_origin(kind) is dict:
        _expect(isinstance(value, dict), "an object", value, path)
        for key, one in cast("dict[str, object]", value).items():
            _check(one, get_args(kind)[1], f"{path}.{key}")
    else:
        _check_plain(value, kind, path)


def _check_keys(value: object, kind: type, path: str) -> None:
    """Hold an object to the keys of a typed dictionary."""
    _expect(isinstance(value, dict), "an object", value, path)
    given = cast("dict[str, object]", value)
    for key, inner in get_type_hints(kind).items():
        here = f"{path}.{key}" if path else key
        if key not in given:
            msg = f"the key {here} is missing"
            raise _Unfit(msg)
        _check(given[key], inner, here)


def _check_plain(value: object, kind: Any, path: str) -> None:  # noqa: ANN401  # a type hint
    """Hold a value to a text, number or the like, or to one of several."""
    kinds = get_args(kind) if get_origin(kind) is UnionType else (kind,)
    is_fit = type(value) in kinds or (type(value) is int and float in kinds)
    _expect(is_fit, " or ".join(_NAMES[one] for one in kinds), value, path)


def _expect(holds: object, expected: str, value: object, path: str) -> None:
    """Raise for what does not hold."""
    if not holds:
        shown = ascii(value)
        came = shown if len(shown) <= _MAX_SHOWN else f"{shown[:_MAX_SHOWN]}..."
        msg = f"{path}: expected {expected}, got {came}" if path else f"got {came}"
        raise _Unfit(msg)
