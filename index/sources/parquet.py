"""Articles from Parquet files, a row each, as of any table; the extra `parquet` (pyarrow, 55 MB).

Row groups are read in small batches, and columns of strings as dictionaries, since one string may
stand in a million rows of a small file.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import IO

# Imported by `index.sources` only when such a file is read.
import pyarrow as pa
from pyarrow import parquet

from index.config import ReadConfig
from index.sources.containers import Budget
from index.sources.records import Names, article_of
from index.sources.rejects import Refused, RejectReason, Stream, whole
from index.types import Article, Reject

_MAX_IN_MEMORY = 64 * 1024**2
_BATCH_ROWS = 256


def read(file: Stream, origin: str, *, config: ReadConfig) -> Iterator[Article | Reject]:
    """Read the articles of a file, labelled by row.

    Raises:
        Refused: If it is broken, beyond the limits, or no column is known to hold the text.
    """
    source: IO[bytes] = file if file.seekable() else BytesIO(whole(file, _MAX_IN_MEMORY))
    stored = source.seek(0, 2)
    source.seek(0)
    budget, names = Budget(lambda: stored), Names.of(config)
    number = 0
    try:
        schema = parquet.read_schema(source)
        if "text" not in names.known(schema.names):
            came = ", ".join(map(repr, schema.names[:20]))
            detail = f"no column of text among {came[:300]}; set PASOKH_COLUMNS=text=COLUMN"
            raise Refused(RejectReason.NO_TEXT, detail)
        strings = [one.name for one in schema if pa.types.is_string(one.type)]
        with parquet.ParquetFile(source, read_dictionary=strings, pre_buffer=False) as table:
            for batch in table.iter_batches(_BATCH_ROWS):
                for row in range(batch.num_rows):
                    number += 1
                    record = {
                        name: column[row].as_py()
                        for name, column in zip(batch.schema.names, batch.columns, strict=True)
                    }
                    budget.take(sum(len(one) for one in record.values() if isinstance(one, str)))
                    yield _item(record, names, f"{origin}:{number}")
    except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError, MemoryError) as exc:
        detail = " ".join(str(exc).split())[:200] or type(exc).__name__
        raise Refused(RejectReason.UNREADABLE, f"broken Parquet: {detail}") from None


def _item(record: dict[str, object], names: Names, where: str) -> Article | Reject:
    """Return the article of a row; days and times as they are written after ISO 8601."""
    values = {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in record.items()
    }
    try:
        return article_of(values, names, where)
    except Refused as refused:
        return refused.reject(where)
