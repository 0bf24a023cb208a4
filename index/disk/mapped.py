"""Bounded reader of a memory-mapped file: many small pieces, of which few stay resident.

A piece that is read makes the kernel map what is cached around it (180 to 700 KiB were seen), so
that questions, which read some 2,000 pieces each all over the vectors and words of an archive,
would soon have all files resident, 3 GB at a million passages. The pages belong to the page cache
and cost nobody else anything, but they count as the process' own wherever memory is limited or
watched. So a map that is larger than a bound releases its pages now and then: they stay in the
cache, and a piece costs 5 microseconds more the next time.

Calls (`pread`) would map nothing and take 2 microseconds, but each gives other threads of Python a
chance to go first: beside one that computes, reading 400 pieces took 20 ms instead of 1.3.

Does not: empty the page cache.
"""

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import Final

RESIDENT_BYTES: Final = 1 << 27

_AROUND: Final = 1 << 19  # what a piece may make resident
_LETS_GO: Final = getattr(mmap, "MADV_DONTNEED", None)


class Pieces:
    """An opened file, only read; safe for many threads."""

    def __init__(self, path: Path, *, resident_bytes: int = RESIDENT_BYTES) -> None:
        """Map it; a file of more than `resident_bytes` releases its pages before they are more.

        Raises:
            OSError: If it cannot be read.
        """
        self.size: Final = path.stat().st_size
        self._map: mmap.mmap | bytes = b""  # what is empty cannot be mapped
        if self.size:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._most = resident_bytes
        self._may_hold = 0

    def read(self, spans: Iterable[tuple[int, int]]) -> bytes:
        """Return the bytes [start, end) of each span, one behind the other."""
        mapped = self._map
        pieces = [mapped[start:end] for start, end in spans]
        if self.size > self._most:
            # Subtle: threads may lose a count to each other; the next ones make up for it.
            self._may_hold += len(pieces) * _AROUND
            if self._may_hold > self._most and _LETS_GO and isinstance(mapped, mmap.mmap):
                self._may_hold = 0
                mapped.madvise(_LETS_GO)
        return b"".join(pieces)
