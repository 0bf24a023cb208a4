"""Articles from tables (CSV, TSV): a row of column names, then one article a row.

The delimiter is the one of , ; tab | with which most columns of the first row are known, or that of
a line `sep=;` before it, as Excel writes. A table without column names is read where its first row
shows one long text, and an address or a date. One row at a time is in memory. A row with broken
quotes, too few or too many fields is a reject and is not repaired; quotes that never close swallow
rows up to the longest allowed, and the reject says which lines.
"""

import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import chain
from typing import BinaryIO

from index.config import ReadConfig
from index.sources.encoding import LineDecoder, any_utf8_stream, decode
from index.sources.records import Names, article_of
from index.sources.rejects import MAX_BYTES, Refused, RejectReason, Stream, lines
from index.text.calendars import TEHRAN
from index.text.dates import parse
from index.types import Article, Moment, Precision, Reject

_DELIMITERS = ",;\t|"
_MAX_HEADER = 8_192  # a line of names is shorter
_MAX_NAME = 40
_KNOWN_ENOUGH = 2  # columns, for a file whose name says nothing
_SEPARATOR = re.compile(r'\ufeff?"?sep=(?P<delimiter>[,;\t|])"?\s*')
_ADDRESS = re.compile(r"https?://[^\s/]+/\S+")
_LEAST_TEXT = 200  # characters of the text in a table without column names
# Days since 30 December 1899, as Excel stores them: of 1954 to 2064.
_SERIAL = re.compile(r"(?P<days>[2-5]\d{4})(?P<part>[.,]\d{1,12})?")


def is_table(head: bytes, suffix: str, config: ReadConfig) -> bool:
    """Tell a table by its name, or by a first line that names a text and other columns."""
    if suffix in {".csv", ".tsv"}:
        return True
    try:
        line, _, rest = decode(head).text.partition("\n")
    except Refused:
        return False
    names = Names.of(config)
    line = rest.partition("\n")[0] if _SEPARATOR.fullmatch(line) else line
    cells, _ = _header(line, names)
    known = names.known(cells)
    is_short = all(len(cell) <= _MAX_NAME for cell in cells)
    return is_short and "text" in known and len(known) >= _KNOWN_ENOUGH


def read(file: Stream, origin: str, *, config: ReadConfig) -> Iterator[Article | Reject]:
    """Read the articles of a table, in order, labelled by the line on which a row ends.

    Raises:
        Refused: If no column is known to hold the text.
    """
    csv.field_size_limit(MAX_BYTES)  # one for the whole process; nothing else here reads tables
    names, source = Names.of(config), _Lines(any_utf8_stream(file))
    first_line = next(source, "")
    stated = _SEPARATOR.fullmatch(first_line)
    header, delimiter = _header(next(source, "") if stated else first_line, names)
    delimiter = stated["delimiter"] if stated else delimiter
    rows: Iterator[list[str]] = csv.reader(source, delimiter=delimiter, strict=True)
    begun: list[list[str]] = []
    if "text" not in names.known(header):
        came = ", ".join(repr(cell) for cell in header[:20])
        delimiter = max(_DELIMITERS, key=lambda delimiter: _facts(first_line, delimiter))
        rows = csv.reader(chain([first_line], source), delimiter=delimiter, strict=True)
        with suppress(csv.Error):
            begun = [next(rows, [])]
        header = _guessed(begun[0], names) if begun else []
        if not header:
            detail = f"no column of text among {came[:300]}; set PASOKH_COLUMNS=text=COLUMN"
            raise Refused(RejectReason.NO_TEXT, detail)
    while True:
        first = source.next_row()
        try:
            row = begun.pop() if begun else next(rows, None)
            if row is None:
                return
            if any(row):
                place = f"{origin}:{source.number}"
                yield article_of(_record(header, row), names, place, _date)
        except (csv.Error, Refused) as exc:
            bad = exc if isinstance(exc, Refused) else Refused(RejectReason.BROKEN_ROW, str(exc))
            detail = f"{bad.detail} (lines {first} to {source.number})"
            yield Refused(bad.reason, detail).reject(f"{origin}:{source.number}")


def _header(line: str, names: Names) -> tuple[list[str], str]:
    """Return the column names of a first line, and the delimiter with the most known columns."""
    line = line.removeprefix("\ufeff").strip("\r\n")[:_MAX_HEADER]
    best: tuple[list[str], str] = ([line], ",")
    for delimiter in _DELIMITERS:
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
        except csv.Error:
            continue
        if _worth(cells, names) > _worth(best[0], names):
            best = cells, delimiter
    return best


def _facts(line: str, delimiter: str) -> int:
    """Count the cells of a line that are addresses or dates."""
    try:
        cells = next(csv.reader([line[:_MAX_HEADER]], delimiter=delimiter), [])
    except csv.Error:
        return 0
    return sum(bool(_ADDRESS.fullmatch(cell) or _is_date(cell)) for cell in cells)


def _is_date(cell: str) -> bool:
    return not cell.isdigit() and parse(cell) is not None


def _guessed(row: list[str], names: Names) -> list[str]:
    """Return the names of columns by what a row without names shows; empty where that is unsure."""
    longest = max(row, key=len, default="")
    fields = {longest: "text"} if len(longest) >= _LEAST_TEXT and " " in longest else {}
    for field, cells in (
        ("url", filter(_ADDRESS.fullmatch, row)),
        ("date", filter(_is_date, row)),
        ("headline", (cell for cell in row if " " in cell and len(cell) < _LEAST_TEXT)),
    ):
        cell = next((cell for cell in cells if cell not in fields), "")
        fields |= {cell: field} if cell else {}
    if "text" not in fields.values() or not {"url", "date"}.intersection(fields.values()):
        return []
    columns = [fields.pop(cell, "") for cell in row]
    return [names.by_field[column][0] if column else "" for column in columns]


def _date(text: str) -> Moment | None:
    """Read a date of a table, written or as the serial number of Excel's 1900 system."""
    match = _SERIAL.fullmatch(text.strip())
    if match is None:
        return parse(text)
    part = float(f"0{match['part'].replace(',', '.')}") if match["part"] else 0.0
    day = datetime(1899, 12, 30, tzinfo=TEHRAN) + timedelta(days=int(match["days"]))
    minutes = round(part * 24 * 60)
    at = day.replace(hour=0) + timedelta(minutes=minutes)
    return Moment(at, Precision.MINUTE if match["part"] else Precision.DAY)


def _worth(cells: list[str], names: Names) -> tuple[int, int]:
    return len(names.known(cells)), len(cells)


def _record(header: list[str], row: list[str]) -> dict[str, str]:
    """Return a row by column names; empty fields beyond the last column are dropped."""
    fields, beyond = row[: len(header)], row[len(header) :]
    if len(fields) < len(header) or any(beyond):
        detail = f"{len(row)} fields in a table of {len(header)} columns"
        raise Refused(RejectReason.BROKEN_ROW, detail)
    if any("\0" in field for field in fields):
        raise Refused(RejectReason.BAD_FIELD, "a NUL character in a field")
    record: dict[str, str] = {}
    for name, field in zip(header, fields, strict=True):
        record.setdefault(name, field)
    return record


class _Lines:
    """Lines of a table as text; a row that is too long is refused."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = lines(file)
        self._decoder = LineDecoder()
        self._taken = 0
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def next_row(self) -> int:
        """Begin a new row and return the number of its first line."""
        self._taken = 0
        return self.number + 1

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self._taken += MAX_BYTES + 1 if line is None else len(line)
        if line is None or self._taken > MAX_BYTES:
            raise Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} bytes in one row")
        return self._decoder.decode(line)
