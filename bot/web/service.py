"""Service: what the pages and the API stand on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.records.recheck import Rechecker
from bot.session.access import Caller
from bot.session.protocols import Answering
from bot.session.session import Session
from bot.settings import Settings
from index import NotSearched


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One archive as it is served.

    Attributes:
        session: What every conversation is made from.
        archive_for: Returns what a caller may read. Every route reads the archive it returns
            and no other.
        rechecker_for: Returns what holds earlier answers against such an archive.
        not_searched: Yields what the index leaves out.
    """

    settings: Settings
    session: Session
    archive_for: Callable[[Caller], Answering]
    rechecker_for: Callable[[Answering], Rechecker]
    not_searched: Callable[[], Iterator[NotSearched]]
