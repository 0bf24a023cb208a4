"""Progress of gathering: each address or file and its outcome.

Light to import, unlike the modules that do the work: it is part of the public face of `index`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from index.web.problems import Failure


class Kept(StrEnum):
    """Outcome of keeping an article or a file."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class ListFound:
    """A feed or sitemap that lists this many addresses."""

    n_listed: int


Outcome: TypeAlias = Kept | ListFound | Failure


@dataclass(frozen=True, slots=True)
class Step:
    """Outcome of one address or file; `place` is safe to show."""

    place: str
    outcome: Outcome


class Watching(Protocol):
    """A watcher of feeds: rounds to run, and when the next is due."""

    def round(self) -> Iterator[Step]:
        """Do what is due now and yield each step; ends early when told to stop."""
        ...

    def pause_s(self) -> float:
        """Return the seconds until something is due, at least 0."""
        ...
