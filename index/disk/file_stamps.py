"""Cache of checksums of files, valid while a file's size, inode and times are unchanged.

A file with the size, inode and times of writing and change that were noted when it was hashed
still has the same bytes: a program that writes to a file cannot set its time of change back.
Only files left alone for some seconds before they were hashed are noted, for within one tick of
the clock a file may change twice.

`stamps.jsonl` in an index's home is no part of a snapshot; without it all is hashed again.
First line: a checksum of the others. Each other line: a path, its marks, and the checksum.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from xxhash import xxh3_128

from index.disk.atomic import checksum, replace_text

STAMPS: Final = "stamps.jsonl"

_SETTLED_NS: Final = 5 * 10**9
"""File systems tell times to two seconds at the coarsest (FAT)."""

Marks: TypeAlias = tuple[int, int, int, int]
"""Size in bytes, inode, and nanoseconds of the last writing and the last change."""


class Stamp(NamedTuple):
    """Marks of a file when it was hashed, and its checksum."""

    marks: Marks
    checksum: str


class Stamps:
    """The stamps of an index's home and those that this scan adds."""

    def __init__(
        self, known: Mapping[str, Stamp] | None = None, *, settled_ns: int = _SETTLED_NS
    ) -> None:
        """Start from what was read; a file left alone for `settled_ns` before is noted."""
        self._known = known or {}
        self._settled_ns = settled_ns
        self._now: dict[str, Stamp] = {}

    @classmethod
    def read(cls, home: Path, *, settled_ns: int = _SETTLED_NS) -> "Stamps":
        """Read the stamps; none where there are none or they are damaged."""
        try:
            first, _, rest = (home / STAMPS).read_text(encoding="utf-8").partition("\n")
            if first != _sum(rest):
                return cls(settled_ns=settled_ns)
            rows = map(json.loads, rest.splitlines())
            known = {path: Stamp(tuple(marks), digest) for path, marks, digest in rows}
            return cls(known, settled_ns=settled_ns)
        except (OSError, ValueError, TypeError):
            return cls(settled_ns=settled_ns)

    def checksum(self, path: Path) -> str:
        """Return the checksum of a file's bytes, reading them only if they may be others.

        Raises:
            OSError: If it cannot be read.
        """
        name, marks = str(path.absolute()), _marks(path)
        stamp = self._known.get(name)
        if stamp is None or stamp.marks != marks:
            started = time.time_ns()
            stamp = Stamp(marks, checksum(path))
            if started - max(marks[2:]) < self._settled_ns or _marks(path) != marks:
                return stamp.checksum
        self._now[name] = stamp
        return stamp.checksum

    def write(self, home: Path) -> None:
        """Write the stamps of the files seen, if they changed.

        Raises:
            OSError: If they cannot be written.
        """
        if self._now != self._known:
            lines = [json.dumps([path, *stamp]) for path, stamp in sorted(self._now.items())]
            rest = "".join(f"{line}\n" for line in lines)
            replace_text(home / STAMPS, f"{_sum(rest)}\n{rest}")


def _marks(path: Path) -> Marks:
    status = path.stat()
    return status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns


def _sum(text: str) -> str:
    return xxh3_128(text.encode("utf-8", "surrogateescape")).hexdigest()
