"""Comparison of the corpus with the ledger of the last build; new items are read and divided.

Files whose bytes are known are not read again, unless a library was missing when they were read;
the ledger has the state of their items. Every item is either indexed, a duplicate, an earlier
version or a reject; nothing is lost without a record. An article that is indexed stays as it is
while some file still holds the same record. Of several items with one wording the first in the
order of paths is indexed, but one that is indexed already comes first. Of several versions of one
article (see `identity`) the newest is indexed, in whatever order they are read, and no other item
in the wording of an earlier one.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path
from typing import Final

from index.config import COLLECTED, ChunkConfig, IndexConfig, ReadConfig
from index.corpus.archive import ArchiveWriter, Stored, stored
from index.corpus.identity import Age
from index.corpus.ledger import (
    Digests,
    Indexed,
    Kind,
    Ledger,
    Origin,
    Place,
    Repeat,
    digests,
)
from index.corpus.removals import Removals, items_of
from index.disk.file_stamps import Stamps
from index.sources import RejectReason, SourceFile, corpus_files, read_file
from index.sources.rejects import Refused
from index.text.chunk import split
from index.types import Article, ArticleId, Reject
from index.workers import Workers

_COPIED: Final = re.compile(r"files/([0-9a-f]{32})-")
"""Name of a file copied into the collection: the checksum of its bytes (see `web.collect`)."""

_REMOVED: Final = "taken out by request"

_LARGE_BYTES: Final = 16 << 20
"""Of new files, about four thousand articles: ten seconds of work, against two to start workers."""

_PIECE_ITEMS: Final = 64
_PIECE_CHARS: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """One file of the corpus and the checksum of its bytes, or why it has none.

    `seen` is when it was last written, in minutes since 1970; 0 where that cannot be told.
    """

    source: SourceFile
    origin: Origin
    checksum: str
    seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Counts of added, changed, removed and kept articles, and the articles to drop.

    Attributes:
        dropped: Articles indexed before whose rows are to be removed; some may have come back
            under the same id as another record.
        n_added: Articles under new ids.
        n_changed: Articles under known ids, with another record.
        n_removed: Ids that are gone.
        n_kept: Articles that stay as they are.
        has_removals: Whether an article is among the dropped because it was removed by request.
    """

    dropped: tuple[ArticleId, ...]
    n_added: int
    n_changed: int
    n_removed: int
    n_kept: int
    has_removals: bool


def scan(corpora: Sequence[Path], stamps: Stamps, reading: ReadConfig) -> list[CorpusFile]:
    """List the files of all roots, in order, each with its checksum.

    Origins in the first root are relative to it; those in the others begin with the root's name. A
    missing root other than the first is skipped. Files that `stamps` know are not read.

    Raises:
        CorpusError: If the first root is missing, or a folder cannot be listed.
    """
    files = []
    for number, root in enumerate(corpora):
        if number and not root.exists():
            continue
        for found in corpus_files(root, reading):
            path, unread, seen = found.path, found.unread, 0
            origin = Origin(root.name if number else "", _storable(found.origin))
            try:
                if unread:
                    checksum = str(unread.reason)
                else:
                    # A pipe would never end; the reader rejects what is no file.
                    checksum = stamps.checksum(path) if path.is_file() else "no file"
                    copied = _COPIED.match(origin.path) if origin.root == COLLECTED else None
                    if copied and copied[1] != checksum:
                        detail = "not as it was copied; delete it and add it again"
                        unread = Refused(RejectReason.DAMAGED, detail)
                    seen = int(path.stat().st_mtime // 60)
            except OSError as error:
                checksum = f"unreadable: {error.strerror}"
            source = replace(found, origin=str(origin), unread=unread)
            files.append(CorpusFile(source, origin, checksum, seen))
    return files


def take_in(
    files: Sequence[CorpusFile],
    ledger: Ledger,
    writer: ArchiveWriter,
    *,
    removals: Removals,
    config: IndexConfig,
    count_tokens: Callable[[str], int],
    workers: Workers,
    progress: Callable[[int], None],
) -> Intake:
    """Bring a ledger up to date with the files, writing what is new to an archive.

    Args:
        workers: They divide articles where much is new.
        progress: Called with the number of articles written so far.
    """

    def add(article: Article, passages: Sequence[Stored]) -> None:
        writer.add_stored(article, passages)
        progress(writer.n_articles)

    divide = Divide(config.chunk, count_tokens)
    sync = _Sync(ledger, removals, divide, add, writer.drop, workers, config.read)
    sync.drop_files(files)
    sync.drop_removed()
    sync.read()
    sync.promote(files)
    if sync.has_dropped_new:
        writer.renumber()
    return sync.result()


@dataclass(frozen=True, slots=True)
class Divide:
    """Divides articles into passages."""

    config: ChunkConfig
    count_tokens: Callable[[str], int]

    def __call__(self, articles: Sequence[Article]) -> list[list[Stored]]:
        """Return the passages of each article as they are stored."""
        return [
            stored(split(article, self.config, count_tokens=self.count_tokens))
            for article in articles
        ]


@dataclass(frozen=True, slots=True)
class _Item:
    """Article or reject of a file, with digests if it is an article; None where a file begins."""

    file: CorpusFile
    position: int
    value: Article | Reject | None
    digests: Digests | None


@dataclass(slots=True)
class _Sync:
    """One update of a ledger.

    Attributes:
        ledger: The ledger to bring up to date.
        removals: Articles that may not be indexed.
        divide: Divides articles.
        add: Writes an article.
        drop_new: Takes an article out again that was written in this update.
        workers: Divide ahead where much is new.
        reading: How files are read.
        loose: Articles that were indexed and whose items are gone, by record.
    """

    ledger: Ledger
    removals: Removals
    divide: Divide
    add: Callable[[Article, Sequence[Stored]], None]
    drop_new: Callable[[ArticleId], None]
    workers: Workers
    reading: ReadConfig
    loose: dict[bytes, Indexed] = field(default_factory=dict)
    has_dropped_new: bool = False
    _fresh: list[CorpusFile] = field(default_factory=list)
    _new_ids: set[ArticleId] = field(default_factory=set)

    def drop_files(self, files: Sequence[CorpusFile]) -> None:
        """Delete the files that changed or are gone from the ledger; remember those to read."""
        known = self.ledger.files()
        unread = self.ledger.refused(RejectReason.NO_LIBRARY)  # it may be installed by now
        for origin in {self.ledger.origin(place.file) for place, _ in unread}:
            known[origin] = ""
        self._fresh = [file for file in files if known.get(file.origin) != file.checksum]
        gone = known.keys() - {file.origin for file in files}
        for origin in chain(sorted(gone), (file.origin for file in self._fresh)):
            for indexed in self.ledger.drop_file(origin):
                self.loose[indexed.digests.record] = indexed

    def drop_removed(self) -> None:
        """Turn articles that were removed by request and still stand in the ledger into rejects."""
        for entry in self.removals.entries:
            listed = self.ledger.article(entry.article)
            texts = {bytes.fromhex(entry.text), *([listed.digests.text] if listed else [])}
            for indexed in chain.from_iterable(map(self.ledger.articles, texts)):
                self.loose[indexed.digests.record] = indexed
            for place, hashes in list(items_of(entry, self.ledger)):
                self.ledger.add_reject(place, _removed(self.ledger.origin_of(place)), hashes)

    def read(self) -> None:
        """Read the files that are new or changed, in order."""
        n_bytes = 0
        for file in self._fresh:
            with suppress(OSError):  # it is gone or unreadable: reading it will tell
                n_bytes += file.source.path.stat().st_size
        is_large = self.workers.is_eager or n_bytes >= _LARGE_BYTES
        pieces = self._pieces(is_large=is_large)
        number = 0
        for piece, divided in self.workers.map(self.divide, pieces, is_worth_it=is_large):
            passages = iter(divided)
            for item, is_divided in piece:
                if item.value is None:
                    number = self.ledger.add_file(
                        item.file.origin, item.file.checksum, item.file.seen
                    )
                else:
                    place = Place(number, item.position)
                    self._enter(place, item, next(passages) if is_divided else None)

    def _pieces(
        self, *, is_large: bool
    ) -> Iterator[tuple[list[tuple[_Item, bool]], list[Article]]]:
        """Yield the items of new files in pieces.

        Each item comes with whether it is divided ahead; the second list has those articles. They
        are the ones that will be indexed, as far as can be seen before the items ahead of them.
        """
        piece: list[tuple[_Item, bool]] = []
        ahead: list[Article] = []
        for file in self._fresh:
            for item in chain([_Item(file, 0, None, None)], self._items(file)):
                is_ahead = False
                if is_large and isinstance(item.value, Article) and item.digests is not None:
                    is_loose = item.digests.record in self.loose
                    is_known = self.ledger.article_of_wording(item.digests.text) is not None
                    is_ahead = not (is_loose or is_known)
                    ahead += [item.value] if is_ahead else []
                piece.append((item, is_ahead))
                n_chars = sum(len(article.text) for article in ahead)
                if len(piece) >= _PIECE_ITEMS or n_chars >= _PIECE_CHARS:
                    yield piece, ahead
                    piece, ahead = [], []
        if piece:
            yield piece, ahead

    def promote(self, files: Sequence[CorpusFile]) -> None:
        """Enter the items anew that repeated an article which is gone."""
        orphans: defaultdict[Origin, dict[int, Place]] = defaultdict(dict)
        gone = {indexed.article for indexed in self.loose.values()}
        for place in self.ledger.orphans(gone):
            orphans[self.ledger.origin(place.file)][place.position] = place
        for file in files:
            places = orphans.get(file.origin, {})
            for item in self._items(file) if places else ():
                if item.position in places:
                    self._enter(places[item.position], item, None)

    def _items(self, file: CorpusFile) -> Iterator[_Item]:
        """Read the items of a file."""
        for position, value in enumerate(read_file(file.source, self.reading)):
            stored_as = replace(value, origin=_storable(value.origin))
            hashes = digests(stored_as) if isinstance(stored_as, Article) else None
            yield _Item(file, position, stored_as, hashes)

    def _enter(self, place: Place, item: _Item, passages: Sequence[Stored] | None) -> None:
        """Index an item, or enter it as a duplicate, version or reject.

        Args:
            passages: None where it is not divided yet.
        """
        value, hashes = item.value, item.digests
        if isinstance(value, Reject):
            self.ledger.add_reject(place, replace(value, detail=_storable(value.detail)))
            return
        if value is None or hashes is None:
            return
        if self.removals.holds_article(value, hashes):
            self.ledger.add_reject(place, _removed(value.origin), hashes)
            return
        current = self.ledger.current(hashes)
        if current is None or current.has_letters:
            known = self.ledger.article_of_wording(hashes.text)
            repeated = current.indexed.article if current else known
            if repeated is None:
                self._index(place, item, passages)
            else:
                self._repeat(place, item, Kind.DUPLICATE, repeated)
            return
        age = Age(hashes.stated, item.file.seen, *item.file.origin, item.position)
        if age < current.age:
            self._repeat(place, item, Kind.VERSION, current.indexed.article)
            self._retire(hashes.text, Kind.DUPLICATE, current.indexed.article)
        else:
            self._replace(current.indexed, place, item, passages)

    def _replace(
        self, old: Indexed, place: Place, item: _Item, passages: Sequence[Stored] | None
    ) -> None:
        """Index a newer version of an article, or enter it as a duplicate of what has its wording.

        Other items in the wording of the old one become duplicates.
        """
        assert item.digests is not None  # noqa: S101  # only articles have versions
        self._drop(old, Kind.VERSION)
        known = self.ledger.article_of_wording(item.digests.text)
        if known is None:
            new = self._index(place, item, passages)
        else:
            new = known
            self._repeat(place, item, Kind.DUPLICATE, new)
        if new is not None:
            self.ledger.repoint(old.article, new)
            self._retire(old.digests.text, Kind.DUPLICATE, new)

    def _retire(self, text: bytes, kind: Kind, article: ArticleId) -> None:
        """Make what is indexed in a wording a duplicate or version of an article."""
        for old in self.ledger.articles(text):
            self._drop(old, kind)
            self.ledger.repoint(old.article, article)

    def _drop(self, indexed: Indexed, kind: Kind) -> None:
        """Take an article out of the index; the ledger keeps it as a duplicate or version."""
        self.ledger.retire(indexed.article, kind)
        if indexed.article in self._new_ids:
            self._new_ids.remove(indexed.article)
            self.drop_new(indexed.article)
            self.has_dropped_new = True
        else:
            self.loose[indexed.digests.record] = indexed

    def _repeat(self, place: Place, item: _Item, kind: Kind, article: ArticleId) -> None:
        """Enter an item as a duplicate or version of an article."""
        value, hashes = item.value, item.digests
        assert isinstance(value, Article)  # noqa: S101  # nothing else repeats one
        assert hashes is not None  # noqa: S101  # an article has them
        self.ledger.add_repeat(place, Repeat(kind, value.origin, article, value.id), hashes)

    def _index(
        self, place: Place, item: _Item, passages: Sequence[Stored] | None
    ) -> ArticleId | None:
        """Index an item and return its id; None where it has no passage and is a reject."""
        value, hashes = item.value, item.digests
        assert isinstance(value, Article)  # noqa: S101  # nothing else is indexed
        assert hashes is not None  # noqa: S101  # an article has them
        before = self.loose.get(hashes.record)
        # The article stays as it is indexed, unless its id has been given to another.
        if before is not None and not self.ledger.has_article(before.article):
            del self.loose[hashes.record]
            # With its new digests, since those from the ledger have no identities.
            self.ledger.add_article(place, replace(before, digests=hashes), value.origin)
            return before.article
        if passages is None:
            (passages,) = self.divide([value])
        if not passages:
            self.ledger.add_reject(place, Reject(origin=value.origin, reason=RejectReason.NO_TEXT))
            return None
        # Ids stay unique: another text under a known id gets part of its hash appended, and a
        # number where that is known too, as a record may hold any id.
        hashed = f"{value.id}-{hashes.text.hex()[:8]}"
        ids = chain((value.id, hashed), (f"{hashed}-{number}" for number in count(2)))
        free = next(name for name in ids if not self.ledger.has_article(name))
        article = replace(value, id=ArticleId(free))
        self.add(article, passages)
        self._new_ids.add(article.id)
        indexed = Indexed(article.id, hashes, " ".join(article.missing))
        self.ledger.add_article(place, indexed, article.origin)
        return article.id

    def result(self) -> Intake:
        """Return the counts."""
        dropped = {indexed.article for indexed in self.loose.values()}
        changed = dropped & self._new_ids
        return Intake(
            dropped=tuple(sorted(dropped)),
            n_added=len(self._new_ids - changed),
            n_changed=len(changed),
            n_removed=len(dropped - changed),
            n_kept=self.ledger.count(Kind.INDEXED) - len(self._new_ids),
            has_removals=any(
                self.removals.holds(indexed.article, indexed.digests)
                for indexed in self.loose.values()
            ),
        )


def _removed(origin: str) -> Reject:
    return Reject(origin=origin, reason=RejectReason.REMOVED, detail=_REMOVED)


def _storable(text: str) -> str:
    """Escape the bytes of a file name that are not UTF-8, e.g. as `udcff` after a backslash."""
    return text.encode("utf-8", "backslashreplace").decode()
