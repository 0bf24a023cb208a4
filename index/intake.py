"""The corpus compared with the ledger of the last build, and what is new read and divided.

Files whose bytes are known are not read again; what became of their items stands in the ledger.
Every item is either indexed, a duplicate or a reject; nothing is lost in silence. An article that
is indexed stays as it is while some file still holds the same record; of one wording in several
items the first in the order of paths is indexed, but one that is indexed already comes before. So
it is with two wordings under one address or one number of an outlet (see `identity`): a new wording
takes the place of the old one when the file that holds the old one changes.
Does not: encode, or touch the parts of the old index.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path
from typing import Final

from index.archive import ArchiveWriter
from index.chunk import split
from index.config import IndexConfig, ReadConfig
from index.disk import checksum
from index.ledger import Digests, Indexed, Kind, Ledger, Origin, Place, digests
from index.sources import RejectReason, corpus_files, read_file
from index.types import Article, ArticleId, Reject
from index.withdrawn import Withdrawals

TAKEN_OUT: Final = "taken out by request"


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """One file of the corpus and the checksum of its bytes, or why it has none."""

    path: Path
    origin: Origin
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What an update changes.

    Attributes:
        dropped: Articles indexed before whose rows are to be removed; some may have come back
            under the same id as another record.
        n_added: Articles under ids that were not there.
        n_changed: Articles under ids that were there, with another record.
        n_removed: Ids that are there no more.
        n_kept: Articles that stay as they are.
        withdraws: Whether an article is among the dropped because it was taken out by request.
    """

    dropped: tuple[ArticleId, ...]
    n_added: int
    n_changed: int
    n_removed: int
    n_kept: int
    withdraws: bool


def scan(corpora: Sequence[Path]) -> list[CorpusFile]:
    """List the files of all roots, in order, each with its checksum.

    The origins of the first root are relative to it; the others' bear the root's name, and one
    that is not there is skipped.

    Raises:
        CorpusError: If the first root is missing, or a folder cannot be listed.
    """
    return [
        CorpusFile(path, Origin(root.name if at else "", _storable(origin)), _checksum(path))
        for at, root in enumerate(corpora)
        if not at or root.exists()
        for path, origin in corpus_files(root)
    ]


def _checksum(path: Path) -> str:
    try:
        # A pipe would never end; the reader rejects what is no file.
        return checksum(path) if path.is_file() else "no file"
    except OSError as error:
        return f"unreadable: {error.strerror}"


def take_in(  # what is read, where to, and by which rules
    files: Sequence[CorpusFile],
    ledger: Ledger,
    writer: ArchiveWriter,
    *,
    withdrawals: Withdrawals,
    config: IndexConfig,
    count_tokens: Callable[[str], int],
    progress: Callable[[int], None],
) -> Intake:
    """Bring a ledger up to date with the files, writing what is new to an archive.

    Args:
        progress: Called with the number of articles written so far.
    """

    def divide(article: Article) -> bool:
        passages = split(article, config.chunk, count_tokens=count_tokens)
        if passages:
            writer.add(article, passages)
            progress(writer.n_articles)
        return bool(passages)

    sync = _Sync(ledger, withdrawals, divide, config.read)
    sync.strike(files)
    sync.withdraw()
    sync.read()
    sync.promote(files)
    return sync.result()


@dataclass(slots=True)
class _Sync:
    """One update of a ledger.

    Attributes:
        ledger: What is brought up to date.
        withdrawals: What may not be indexed.
        divide: Writes an article; False if it has no text to quote.
        reading: How files are read.
        loose: Articles that were indexed and that no item stands for any more, by record.
    """

    ledger: Ledger
    withdrawals: Withdrawals
    divide: Callable[[Article], bool]
    reading: ReadConfig
    loose: dict[bytes, Indexed] = field(default_factory=dict)
    _fresh: list[CorpusFile] = field(default_factory=list)
    _new_ids: set[ArticleId] = field(default_factory=set)

    def strike(self, files: Sequence[CorpusFile]) -> None:
        """Strike out the files that changed or are gone; remember those to read."""
        known = self.ledger.files()
        self._fresh = [file for file in files if known.get(file.origin) != file.checksum]
        gone = known.keys() - {file.origin for file in files}
        for origin in chain(sorted(gone), (file.origin for file in self._fresh)):
            for indexed in self.ledger.drop_file(origin):
                self.loose[indexed.digests.record] = indexed

    def withdraw(self) -> None:
        """Turn what was taken out by request and still stands in the ledger into rejects."""
        for entry in self.withdrawals.entries:
            held = self.ledger.article(entry.article)
            texts = {bytes.fromhex(entry.text), *([held.digests.text] if held else [])}
            for text in texts:
                self.loose |= {one.digests.record: one for one in self.ledger.articles(text)}
                for place, found in self.ledger.items(text):
                    origin = str(self.ledger.origin(place.file))
                    self.ledger.add_reject(place, _taken_out(origin), found)
            for place, found in self.ledger.named(map(bytes.fromhex, entry.names)):
                origin = str(self.ledger.origin(place.file))
                self.ledger.add_reject(place, _taken_out(origin), found)

    def read(self) -> None:
        """Read the files that are new or changed, in order."""
        for file in self._fresh:
            number = self.ledger.add_file(file.origin, file.checksum)
            for position, item in enumerate(self._items(file)):
                self._enter(Place(number, position), item)

    def promote(self, files: Sequence[CorpusFile]) -> None:
        """Index the items that repeated an article which is gone: their text is still there."""
        wanted: defaultdict[Origin, set[Place]] = defaultdict(set)
        for place in self.ledger.orphans() if self.loose else ():
            wanted[self.ledger.origin(place.file)].add(place)
        for file in files:
            if places := wanted.get(file.origin):
                self._read_again(file, {place.position: place for place in places})

    def _read_again(self, file: CorpusFile, places: Mapping[int, Place]) -> None:
        for position, item in enumerate(self._items(file)):
            if place := places.get(position):
                self._enter(place, item)

    def _enter(self, place: Place, item: Article | Reject) -> None:
        """Decide what becomes of an item."""
        item = replace(item, origin=_storable(item.origin))
        if isinstance(item, Reject):
            self.ledger.add_reject(place, replace(item, detail=_storable(item.detail)))
            return
        found = digests(item)
        if self.withdrawals.holds(item.id, found):
            self.ledger.add_reject(place, _taken_out(item.origin), found)
        elif self.ledger.repeats(found):
            self.ledger.add_duplicate(place, found)
        elif not self._keep(place, found):
            self._index(place, item, found)

    def _keep(self, place: Place, found: Digests) -> bool:
        """Let an article stay as it is indexed, if it is and its id was not given away."""
        held = self.loose.get(found.record)
        if held is None or self.ledger.has_article(held.article):
            return False
        del self.loose[found.record]
        # As found, since what was read back from the ledger does not know its identities.
        self.ledger.add_article(place, replace(held, digests=found))
        return True

    def _index(self, place: Place, article: Article, found: Digests) -> None:
        own = replace(article, id=self._own_id(article, found.text))
        if self.divide(own):
            self._new_ids.add(own.id)
            self.ledger.add_article(place, Indexed(own.id, found, " ".join(own.missing)))
        else:
            self.ledger.add_reject(place, Reject(origin=own.origin, reason=RejectReason.NO_TEXT))

    def _own_id(self, article: Article, text: bytes) -> ArticleId:
        """Keep ids unique: another text under a known id gets part of its hash appended.

        A number follows where that is known too, as a record may hold any id.
        """
        hashed = f"{article.id}-{text.hex()[:8]}"
        names = chain((article.id, hashed), (f"{hashed}-{n}" for n in count(2)))
        return ArticleId(next(name for name in names if not self.ledger.has_article(name)))

    def _items(self, file: CorpusFile) -> Iterator[Article | Reject]:
        yield from read_file(file.path, str(file.origin), self.reading)

    def result(self) -> Intake:
        """Say what changed."""
        dropped = {indexed.article for indexed in self.loose.values()}
        changed = dropped & self._new_ids
        return Intake(
            dropped=tuple(sorted(dropped)),
            n_added=len(self._new_ids - changed),
            n_changed=len(changed),
            n_removed=len(dropped - changed),
            n_kept=self.ledger.count(Kind.INDEXED) - len(self._new_ids),
            withdraws=any(
                self.withdrawals.holds(one.article, one.digests) for one in self.loose.values()
            ),
        )


def _taken_out(origin: str) -> Reject:
    return Reject(origin=origin, reason=RejectReason.REMOVED, detail=TAKEN_OUT)


def _storable(text: str) -> str:
    """Write out the bytes of a file name that are no UTF-8, e.g. as `udcff` behind a backslash."""
    return text.encode("utf-8", "backslashreplace").decode()
