"""Lines of JSON that state a checksum of themselves: readable, and lines without one pass.

For small files that are kept for years and read line by line. Earlier versions wrote none.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from xxhash import xxh3_128

SUM: Final = "pasokh_xxh3"
"""Key of the checksum: 128-bit XXH3, hexadecimal, of the JSON of all other fields."""


def summed(record: Mapping[str, object]) -> str:
    """Return a record as a line of JSON, without its end, that states its checksum."""
    return json.dumps({**record, SUM: _sum(record)}, ensure_ascii=False)


def unsummed(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record that was read without its checksum.

    Raises:
        ValueError: If the checksum is not that of the record.
    """
    rest = {key: value for key, value in record.items() if key != SUM}
    if SUM in record and record[SUM] != _sum(rest):
        raise ValueError("its checksum is another")
    return rest


def _sum(record: Mapping[str, object]) -> str:
    text = json.dumps(record, ensure_ascii=False)
    return xxh3_128(text.encode("utf-8", "surrogatepass")).hexdigest()
