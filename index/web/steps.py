"""What is told of gathering: each address or file and what became of it.

Light to import, unlike what does the work: it is part of the public face of `index`.
Does not: put anything in words for people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from index.web.problems import Failure


class Kept(StrEnum):
    """What became of something that was to be kept."""

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
    """What became of one address or file; `place` is safe to show."""

    place: str
    outcome: Outcome


class Watching(Protocol):
    """A watcher of feeds: rounds to run, and when a build is due."""

    def round(self) -> Iterator[Step]:
        """Do what is due now, and tell of every step; ends early when told to stop."""
        ...

    @property
    def needs_build(self) -> bool:
        """Whether something was collected, in this run or an earlier one, and not built yet."""
        ...

    def built(self) -> None:
        """Take note that the index was built from all that was collected."""
        ...

    def pause_s(self) -> float:
        """Return the seconds until something is due, at least 0."""
        ...
