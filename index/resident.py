"""Memory that a mapped file takes, kept within bounds.

A place that is read of a mapped file makes the kernel map what is cached around it (64 KiB on
Linux, where it cached in larger pieces up to 700), so that questions, which read hundreds of places
each, would soon have whole files resident: 3 GB at a million passages. The pages belong to the page
cache and cost nobody else anything, but they count as the process' own wherever memory is limited
or watched. So the map of a large file lets go of them now and then: in the cache they stay, and
reading a place anew costs half a microsecond.

Does not: read, or empty the page cache.
"""

import mmap
from typing import Any, Final

from numpy.typing import NDArray

_AROUND: Final = 1 << 19  # what a place may make resident: 180 to 700 KiB were seen
_MOST: Final = 1 << 28  # 256 MiB; smaller files are left alone
_LETS_GO: Final = getattr(mmap, "MADV_DONTNEED", None)


class Resident:
    """Lets go of a large map's pages before they are many; safe for many threads."""

    def __init__(self, mapped: mmap.mmap | None) -> None:
        """Watch over `mapped`, a file that is only read; over nothing if it is None."""
        is_large = mapped is not None and len(mapped) > _MOST
        self._mapped = mapped if is_large else None
        self._may_hold = 0

    def touch(self, places: int) -> None:
        """Note that so many places were read, wherever they are."""
        # Subtle: threads may lose a count to each other; the next ones make up for it.
        self._may_hold += places * _AROUND
        if self._may_hold > _MOST and _LETS_GO is not None and self._mapped is not None:
            self._may_hold = 0
            self._mapped.madvise(_LETS_GO)


def resident_of(array: NDArray[Any]) -> Resident:
    """Watch over the file that an array is mapped from, if it is."""
    mapped: object = array.base
    return Resident(mapped if isinstance(mapped, mmap.mmap) else None)
