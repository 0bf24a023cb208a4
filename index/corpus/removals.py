"""List of the articles removed by request, beside the snapshots: `removed.jsonl`.

One line for each article: its id, hashes of its record, wording and identities, the keys of its
passages' vectors, when and why it was removed, and the line's checksum. There is no text, no
headline, no address: what is removed does not stay here either. `index.build.remove` does the
removal.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from index.config import COLLECTED
from index.corpus.identity import phrases_of
from index.corpus.ledger import Digests, Ledger, Origin, Place, digests, hash_of_address
from index.disk.atomic import replace_text
from index.disk.json_lines import summed, unsummed
from index.errors import SnapshotCorrupt
from index.sources import RejectReason
from index.types import Article

REMOVED: Final = "removed.jsonl"
_PHRASES: Final = 64
_LEAST_PHRASES: Final = 3
_EDITED: Final = 0.25
"""Share of the phrases that an edited article still has; if every twentieth word is another, three
of four phrases stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One article that was removed.

    Attributes:
        article: Its id.
        record: Hash of the record, hexadecimal.
        text: Hash of headline and text, hexadecimal.
        names: Hashes of its identities (address, outlet's number), hexadecimal.
        shared: Those that other articles had too, so that they alone do not tell it.
        phrases: Hashes of some runs of its words that no other article of those names had, to tell
            the edited article; only with `shared`.
        vectors: Keys of its passages in the vector cache, hexadecimal.
        at: Time of the removal, ISO 8601.
        reason: As given by the person who removed it.
    """

    article: str
    record: str
    text: str
    names: tuple[str, ...]
    vectors: tuple[str, ...]
    at: str
    reason: str
    shared: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


class Removals:
    """The whole list."""

    def __init__(self, entries: Sequence[Removal]) -> None:
        """Hold `entries`."""
        self.entries: Final = tuple(entries)
        self._ids = {entry.article for entry in entries}
        self._texts = {entry.text for entry in entries}
        self._names = {name for entry in entries for name in entry.names}
        self._shared = defaultdict[str, list[Removal]](list)
        for entry in entries:
            for name in entry.shared:
                self._shared[name].append(entry)

    def of(self, named: str) -> list[Removal]:
        """Return the entries of an article by its id, or by the address of its page."""
        address = hash_of_address(named)
        return [
            entry
            for entry in self.entries
            if entry.article == named or (address and address.hex() in entry.names)
        ]

    def holds(self, article_id: str, hashes: Digests) -> bool:
        """Tell whether an article is on the list, by its id, its wording or an identity."""
        if article_id in self._ids or hashes.text.hex() in self._texts:
            return True
        return any(name.hex() in self._names for name in hashes.names)

    def holds_article(self, article: Article, hashes: Digests | None = None) -> bool:
        """Tell the same of an article with its text: also whether it is one that was edited.

        Args:
            article: The article.
            hashes: Its digests, where they are known.
        """
        if not self.entries:
            return False
        hashes = hashes or digests(article)
        edited = [
            entry.phrases for name in hashes.names for entry in self._shared.get(name.hex(), ())
        ]
        if self.holds(article.id, hashes):
            return True
        found = {phrase.hex() for phrase in phrases_of(article)} if any(edited) else set()
        return any(
            len(found.intersection(one)) >= max(_EDITED * len(one), _LEAST_PHRASES)
            for one in edited
        )


def read_removals(home: Path) -> Removals:
    """Read the list under `home`; an absent one is empty.

    Raises:
        SnapshotCorrupt: If it is no such list. It is never ignored, since removed articles would
            come back.
    """
    path = home / REMOVED
    if not path.exists():
        return Removals(())
    entries: list[Removal] = []
    try:
        # Subtle: not splitlines(), which also breaks at U+2028 and U+0085 inside a reason.
        for line in filter(None, path.read_text(encoding="utf-8").split("\n")):
            record = unsummed(json.loads(line))
            lists = {key: tuple(value) for key, value in record.items() if isinstance(value, list)}
            entries.append(Removal(**record | lists))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        msg = (
            f"Expected the articles removed by request in {path}, but after {len(entries)} of them "
            f"{error}; put the file back from a copy, or take the broken line out and remove its "
            "article again."
        )
        raise SnapshotCorrupt(msg) from error
    return Removals(entries)


def telling_phrases(article: Article, others: Iterable[Article]) -> tuple[str, ...]:
    """Return `Removal.phrases` of an article, given the others of its shared names."""
    own = phrases_of(article).difference(*map(phrases_of, others))
    return tuple(phrase.hex() for phrase in sorted(own)[:_PHRASES])


def items_of(entry: Removal, ledger: Ledger) -> Iterator[tuple[Place, Digests]]:
    """Yield the items that hold a removed article, by its id, wording or identities.

    Those that are entered as removed already are left out.
    """
    listed = ledger.article(entry.article)
    for text in {bytes.fromhex(entry.text), *([listed.digests.text] if listed else [])}:
        yield from ledger.items(text)
    yield from ledger.named(map(bytes.fromhex, entry.names))


def removed_places(ledger: Ledger, removals: Removals) -> set[Place]:
    """Return the places of all items that hold a removed article, entered as removed or not yet."""
    pending = chain.from_iterable(items_of(entry, ledger) for entry in removals.entries)
    return {place for place, _ in (*ledger.refused(RejectReason.REMOVED), *pending)}


def removed_files(ledger: Ledger, removals: Removals) -> list[Origin]:
    """Return the collected files that hold nothing but removed articles, sorted."""
    n_removed = Counter(place.file for place in removed_places(ledger, removals))
    origins = {number: ledger.origin(number) for number in n_removed}
    return sorted(
        origin
        for number, origin in origins.items()
        if origin.root == COLLECTED and ledger.count_in(number) == n_removed[number]
    )


def add_removal(home: Path, entry: Removal) -> None:
    """Add one article to the list, durably, unless it is there.

    Raises:
        OSError: If it cannot be written.
    """
    known = read_removals(home).entries
    if any((other.article, other.text) == (entry.article, entry.text) for other in known):
        return
    lines = (summed(asdict(listed)) for listed in (*known, entry))
    replace_text(home / REMOVED, "".join(f"{line}\n" for line in lines))
