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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path
from typing import Final

from index.config import ChunkConfig, IndexConfig, ReadConfig
from index.corpus.archive import ArchiveWriter, Stored, stored
from index.corpus.ledger import Digests, Indexed, Kind, Ledger, Origin, Place, digests
from index.corpus.withdrawals import Withdrawals
from index.disk.file_stamps import Stamps
from index.sources import RejectReason, corpus_files, read_file
from index.text.chunk import split
from index.types import Article, ArticleId, Reject
from index.workers import Workers

TAKEN_OUT: Final = "taken out by request"

_LARGE_BYTES: Final = 16 << 20
"""Of new files, about four thousand articles: ten seconds of work, for two of starting workers."""

_PIECE_ITEMS: Final = 64
_PIECE_CHARS: Final = 1 << 18


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


def scan(corpora: Sequence[Path], stamps: Stamps) -> list[CorpusFile]:
    """List the files of all roots, in order, each with its checksum.

    The origins of the first root are relative to it; the others' bear the root's name, and one
    that is not there is skipped. Files that `stamps` know are not read.

    Raises:
        CorpusError: If the first root is missing, or a folder cannot be listed.
    """
    return [
        CorpusFile(
            path, Origin(root.name if at else "", _storable(origin)), _checksum(path, stamps)
        )
        for at, root in enumerate(corpora)
        if not at or root.exists()
        for path, origin in corpus_files(root)
    ]


def _checksum(path: Path, stamps: Stamps) -> str:
    try:
        # A pipe would never end; the reader rejects what is no file.
        return stamps.checksum(path) if path.is_file() else "no file"
    except OSError as error:
        return f"unreadable: {error.strerror}"


def take_in(
    files: Sequence[CorpusFile],
    ledger: Ledger,
    writer: ArchiveWriter,
    *,
    withdrawals: Withdrawals,
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
    sync = _Sync(ledger, withdrawals, divide, add, workers, config.read)
    sync.strike(files)
    sync.withdraw()
    sync.read()
    sync.promote(files)
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
class _Found:
    """An item of a file, with its digests if it is an article; None for a file that begins."""

    file: CorpusFile
    position: int
    item: Article | Reject | None
    digests: Digests | None


@dataclass(slots=True)
class _Sync:
    """One update of a ledger.

    Attributes:
        ledger: What is brought up to date.
        withdrawals: What may not be indexed.
        divide: Divides articles.
        add: Writes an article.
        workers: Divide ahead where much is new.
        reading: How files are read.
        loose: Articles that were indexed and that no item stands for any more, by record.
    """

    ledger: Ledger
    withdrawals: Withdrawals
    divide: Divide
    add: Callable[[Article, Sequence[Stored]], None]
    workers: Workers
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
        is_large = self.workers.is_eager or sum(map(_size, self._fresh)) >= _LARGE_BYTES
        pieces = _pieces(self._found(), self._is_likely_new if is_large else _is_nothing)
        number = 0
        for piece, divided in self.workers.map(self.divide, pieces, is_worth_it=is_large):
            passages = iter(divided)
            for found, is_divided in piece:
                if found.item is None:
                    number = self.ledger.add_file(found.file.origin, found.file.checksum)
                else:
                    place = Place(number, found.position)
                    self._enter(place, found, next(passages) if is_divided else None)

    def _found(self) -> Iterator[_Found]:
        """Yield what is new: each file as it begins, then its items."""
        for file in self._fresh:
            yield _Found(file, 0, None, None)
            for position, item in enumerate(self._items(file)):
                yield _found(file, position, item)

    def _is_likely_new(self, found: _Found) -> bool:
        """Tell whether an item will be indexed, as far as can be seen before those ahead of it."""
        return found.digests is not None and not (
            found.digests.record in self.loose or self.ledger.repeats(found.digests)
        )

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
                self._enter(place, _found(file, position, item), None)

    def _enter(self, place: Place, entered: _Found, passages: Sequence[Stored] | None) -> None:
        """Decide what becomes of an item; its passages are None where it is not divided yet."""
        item, found = entered.item, entered.digests
        if isinstance(item, Reject):
            self.ledger.add_reject(place, replace(item, detail=_storable(item.detail)))
        elif item is None or found is None:
            return
        elif self.withdrawals.holds(item.id, found):
            self.ledger.add_reject(place, _taken_out(item.origin), found)
        elif self.ledger.repeats(found):
            self.ledger.add_duplicate(place, found)
        elif not self._keep(place, found):
            if passages is None:
                (passages,) = self.divide([item])
            self._index(place, item, found, passages)

    def _keep(self, place: Place, found: Digests) -> bool:
        """Let an article stay as it is indexed, if it is and its id was not given away."""
        held = self.loose.get(found.record)
        if held is None or self.ledger.has_article(held.article):
            return False
        del self.loose[found.record]
        # As found, since what was read back from the ledger does not know its identities.
        self.ledger.add_article(place, replace(held, digests=found))
        return True

    def _index(
        self, place: Place, article: Article, found: Digests, passages: Sequence[Stored]
    ) -> None:
        own = replace(article, id=self._own_id(article, found.text))
        if passages:
            self.add(own, passages)
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


def _found(file: CorpusFile, position: int, item: Article | Reject) -> _Found:
    """Return an item that was read as it is entered."""
    item = replace(item, origin=_storable(item.origin))
    return _Found(file, position, item, digests(item) if isinstance(item, Article) else None)


def _is_nothing(_found: _Found) -> bool:
    return False


def _pieces(
    found: Iterable[_Found], is_wanted: Callable[[_Found], bool]
) -> Iterator[tuple[list[tuple[_Found, bool]], list[Article]]]:
    """Yield items in pieces, each item with whether it is wanted, and the articles that are."""
    piece: list[tuple[_Found, bool]] = []
    wanted: list[Article] = []
    for one in found:
        is_one = isinstance(one.item, Article) and is_wanted(one)
        piece.append((one, is_one))
        if is_one and isinstance(one.item, Article):
            wanted.append(one.item)
        n_chars = sum(len(article.text) for article in wanted)
        if len(piece) >= _PIECE_ITEMS or n_chars >= _PIECE_CHARS:
            yield piece, wanted
            piece, wanted = [], []
    if piece:
        yield piece, wanted


def _size(file: CorpusFile) -> int:
    try:
        return file.path.stat().st_size
    except OSError:  # it is gone or shut: reading it will tell
        return 0


def _taken_out(origin: str) -> Reject:
    return Reject(origin=origin, reason=RejectReason.REMOVED, detail=TAKEN_OUT)


def _storable(text: str) -> str:
    """Write out the bytes of a file name that are no UTF-8, e.g. as `udcff` behind a backslash."""
    return text.encode("utf-8", "backslashreplace").decode()
