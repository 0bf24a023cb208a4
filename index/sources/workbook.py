"""Articles from Excel workbooks (.xlsx): in each sheet a row of names, then an article a row.

Rows are read one at a time, dates as dates. Shared strings are in memory, so they are limited.
Does not: read .xls, or formulas (the values that Excel last computed are taken).
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from typing import IO

# Imported by `index.sources` only when a workbook is read.
from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from index.config import ReadConfig
from index.sources.containers import MAX_RATIO
from index.sources.records import Names, article_of
from index.sources.rejects import Refused, RejectReason, Stream, whole
from index.types import Article, Reject

_MAX_ZIP = 64 * 1024**2
_MAX_STRINGS = 64 * 1024**2  # bytes of shared strings, unpacked; they take five times as much
_MAX_PARTS = 2 * 1024**3
_FREE_BYTES = 16 * 1024**2  # below, any ratio is allowed
_MAX_BLANK = 10_000  # rows
_HEADER_ROWS = 20  # among which that of the names stands
_MAX_COLUMNS = 500


def read(file: Stream, origin: str, *, config: ReadConfig) -> Iterator[Article | Reject]:
    """Read the articles of all sheets, labelled by sheet and row.

    Raises:
        Refused: If it is encrypted, broken or beyond the limits, or no sheet has a column of text.
    """
    try:
        source: IO[bytes] = file if file.seekable() else BytesIO(whole(file, _MAX_ZIP))
        _check_size(source)
        workbook = load_workbook(source, read_only=True, data_only=True, keep_links=False)
    except Refused:
        raise
    except Exception as exc:  # noqa: BLE001  # of a broken file the library raises anything
        raise _broken(exc) from None
    is_read = False
    try:
        for sheet in workbook.worksheets:
            for item in _sheet(sheet, f"{origin}!{' '.join(str(sheet.title).split())}", config):
                is_read = True
                yield item
    except Refused:
        raise
    except Exception as exc:  # noqa: BLE001
        raise _broken(exc) from None
    finally:
        workbook.close()
    if not is_read:
        detail = "no sheet has a column of text; set PASOKH_COLUMNS=text=COLUMN"
        raise Refused(RejectReason.NO_TEXT, detail)


def _broken(exc: Exception) -> Refused:
    detail = " ".join(str(exc).split())[:200] or type(exc).__name__
    return Refused(RejectReason.BROKEN_ARCHIVE, f"a workbook: {detail}")


def _check_size(source: IO[bytes]) -> None:
    """Refuse what would unpack to too much, by the sizes that the zip states and holds to.

    Raises:
        Refused: If it is too much.
    """
    with zipfile.ZipFile(source) as archive:
        infos = archive.infolist()
        if any(info.flag_bits & 0x1 for info in infos):
            raise Refused(RejectReason.ENCRYPTED, "needs a password")
        total = sum(info.file_size for info in infos)
        stored = sum(info.compress_size for info in infos)
        strings = sum(info.file_size for info in infos if "sharedstrings" in info.filename.lower())
        for info in infos:
            if info.filename.endswith((".xml", ".rels")):
                with archive.open(info) as part:
                    if b"<!DOCTYPE" in part.read(4_096):
                        detail = "a document type, which Excel never writes"
                        raise Refused(RejectReason.BROKEN_ARCHIVE, detail)
    is_bomb = total > _FREE_BYTES and total > MAX_RATIO * stored
    if is_bomb or total > _MAX_PARTS or strings > _MAX_STRINGS:
        detail = f"unpacks to {total:,} bytes; export its sheets as CSV"
        raise Refused(RejectReason.ARCHIVE_LIMIT, detail)
    source.seek(0)


def _sheet(sheet: ReadOnlyWorksheet, origin: str, config: ReadConfig) -> Iterator[Article | Reject]:
    """Read the articles of a sheet; a reject for one with rows and no column of text."""
    names = Names.of(config)
    rows = enumerate(sheet.iter_rows(max_col=_MAX_COLUMNS, values_only=True), start=1)
    header: list[str] = []
    has_values = False
    for _, row in islice(rows, _HEADER_ROWS):
        cells = [_cell(value) for value in row]
        has_values |= any(cells)
        if "text" in names.known([str(cell) for cell in cells]):
            header = [str(cell).strip() for cell in cells]
            break
    if not header:
        if has_values:
            detail = "no column of text in this sheet; set PASOKH_COLUMNS=text=COLUMN"
            yield Refused(RejectReason.NO_TEXT, detail).reject(origin)
        return
    n_blank = 0
    for number, row in rows:
        cells = [_cell(value) for value in row]
        if not any(cells):
            n_blank += 1
            if n_blank > _MAX_BLANK:  # a cell at the last row of Excel makes a million
                return
            continue
        n_blank = 0
        record: dict[str, str | int | float] = {}
        for name, cell in zip(header, cells, strict=False):
            if name:
                record.setdefault(name, cell)
        try:
            yield article_of(record, names, f"{origin}:{number}")
        except Refused as refused:
            yield refused.reject(f"{origin}:{number}")


def _cell(value: object) -> str | int | float:
    """Return a value as a record has it; dates without a time as days."""
    if isinstance(value, datetime):
        is_day = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if is_day else value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        return value.replace("_x000D_", "")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else ""
