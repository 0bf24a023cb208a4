"""Every item of the corpus that the serving snapshot does not search, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from index.corpus.ledger import Kind, Ledger
from index.snapshot.snapshot import LEDGER, current_folder
from index.sources import LEFT_OUT


class Fate(StrEnum):
    """Why an item is not searched."""

    REJECTED = "rejected"
    LEFT_OUT = "left_out"
    DUPLICATE = "duplicate"
    VERSION = "version"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSearched:
    """An item that is not searched.

    Attributes:
        origin: Where it was read from, as an article's.
        reason, detail: Those of its reject; empty for a duplicate or version.
        article: Id of the indexed article that it repeats; empty for a reject.
        of: Where that article was read from.
    """

    fate: Fate
    origin: str
    reason: str = ""
    detail: str = ""
    article: str = ""
    of: str = ""


def not_searched(home: Path) -> Iterator[NotSearched]:
    """Yield the rejects, what was left out, the duplicates and the earlier versions, in order.

    Raises:
        SnapshotError: If there is no index, or it is damaged.
    """
    with Ledger(current_folder(home) / LEDGER, is_written=False) as ledger:
        rejects = ledger.rejects()
        for is_left_out in (False, True):
            fate = Fate.LEFT_OUT if is_left_out else Fate.REJECTED
            for reject in rejects:
                if (reject.reason in LEFT_OUT) == is_left_out:
                    yield NotSearched(
                        fate=fate,
                        origin=reject.origin,
                        reason=reject.reason,
                        detail=reject.detail,
                    )
        for kind, fate in ((Kind.DUPLICATE, Fate.DUPLICATE), (Kind.VERSION, Fate.VERSION)):
            for repeat in ledger.repeats(kind=kind):
                yield NotSearched(
                    fate=fate, origin=repeat.origin, article=repeat.article, of=repeat.of
                )
