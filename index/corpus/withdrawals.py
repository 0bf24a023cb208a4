"""The list of articles taken out by request, beside the snapshots: `removed.jsonl`.

A line an article: its id, hashes of its record, wording and identities, the keys of its passages'
vectors, when and why. No text, no headline, no address: what is removed does not stay here either.
Does not: take anything out; see `removal`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from index.corpus.ledger import Digests
from index.disk.atomic import replace_text
from index.errors import SnapshotCorrupt

WITHDRAWN: Final = "removed.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """One article taken out.

    Attributes:
        article: Its id.
        record: Hash of the record, hexadecimal.
        text: Hash of headline and text, hexadecimal.
        names: Hashes of its identities (address, outlet's number), hexadecimal.
        vectors: Keys of its passages in the vector cache, hexadecimal.
        at: When, ISO 8601.
        reason: As given by whoever removed it.
    """

    article: str
    record: str
    text: str
    names: tuple[str, ...]
    vectors: tuple[str, ...]
    at: str
    reason: str


class Withdrawals:
    """The whole list."""

    def __init__(self, entries: Sequence[Withdrawal]) -> None:
        """Hold `entries`."""
        self.entries: Final = tuple(entries)
        self._ids = {entry.article for entry in entries}
        self._texts = {entry.text for entry in entries}
        self._names = {name for entry in entries for name in entry.names}

    def holds(self, article_id: str, found: Digests) -> bool:
        """Tell whether an article is on the list, by its id, its wording or an identity."""
        if article_id in self._ids or found.text.hex() in self._texts:
            return True
        return any(name.hex() in self._names for name in found.names)


def read_withdrawals(home: Path) -> Withdrawals:
    """Read the list under `home`; an absent one is empty.

    Raises:
        SnapshotCorrupt: If it is no such list. It is never passed over: what was removed would
            come back.
    """
    path = home / WITHDRAWN
    if not path.exists():
        return Withdrawals(())
    try:
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        lists = ("names", "vectors")
        entries = [Withdrawal(**one | {key: tuple(one[key]) for key in lists}) for one in records]
    except (OSError, ValueError, TypeError, KeyError) as error:
        msg = (
            f"Expected the articles removed by request in {path}, but {error}; put the file back "
            "from a copy, or take the broken line out and remove its article again."
        )
        raise SnapshotCorrupt(msg) from error
    return Withdrawals(entries)


def add_withdrawal(home: Path, entry: Withdrawal) -> None:
    """Add one article to the list, durably, unless it is there.

    Raises:
        OSError: If it cannot be written.
    """
    known = read_withdrawals(home).entries
    if any((one.article, one.text) == (entry.article, entry.text) for one in known):
        return
    entries = [*known, entry]
    text = "".join(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in entries)
    replace_text(home / WITHDRAWN, text)
