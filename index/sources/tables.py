"""Articles from tables (CSV, TSV): a row of column names, then one article a row.

The delimiter is the one of , ; tab | with which most columns of the first row are known. One row
at a time is in memory. A row with broken quotes, too few or too many fields is a reject and is not
repaired; quotes that never close swallow rows up to the longest allowed, and the reject says which
lines.
"""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from index.config import ReadConfig
from index.sources.encoding import LineDecoder, any_utf8_stream, decode
from index.sources.records import Names, article_of
from index.sources.rejects import MAX_BYTES, Refused, RejectReason, Stream, lines
from index.types import Article, Reject

_DELIMITERS = ",;\t|"
_MAX_HEADER = 8_192  # a line of names is shorter
_MAX_NAME = 40
_KNOWN_ENOUGH = 2  # columns, for a file whose name says nothing


def is_table(head: bytes, suffix: str, config: ReadConfig) -> bool:
    """Tell a table by its name, or by a first line that names a text and other columns."""
    if suffix in {".csv", ".tsv"}:
        return True
    try:
        line = decode(head.partition(b"\n")[0]).text
    except Refused:
        return False
    names = Names.of(config)
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
    header, delimiter = _header(next(source, ""), names)
    if "text" not in names.known(header):
        came = ", ".join(repr(cell) for cell in header[:20])
        detail = f"no column of text among {came[:300]}; set PASOKH_COLUMNS=text=COLUMN"
        raise Refused(RejectReason.NO_TEXT, detail)
    rows = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        first = source.next_row()
        try:
            row = next(rows, None)
            if row is None:
                return
            if any(row):
                yield article_of(_record(header, row), names, f"{origin}:{source.number}")
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
