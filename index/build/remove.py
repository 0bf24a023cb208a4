"""One article taken out by request, of everything that is ours.

Its vectors are deleted from the cache, it is entered in the list of withdrawals, and all that is
left is copied into a new snapshot; every older one is deleted. Killed at any moment it is run
again, and a build in between takes the article out just so. It stays out: a later build rejects
its id and its wording. Run again for an article that is out, it deletes what came back of it.
Does not: change the user's own corpus or a collected file with other articles, where it may still
be; `verify` tells. Deleting a file does
not wipe the disk's blocks, and copies made elsewhere are out of reach.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.build.build import snapshot_key
from index.build.encode import texts_of
from index.build.update import Progress, Task, make_snapshot
from index.config import COLLECTED, IndexConfig
from index.corpus.archive import Archive
from index.corpus.intake import CorpusFile
from index.corpus.ledger import Indexed, Ledger, Origin, Place, digests
from index.corpus.withdrawals import Withdrawal, add_withdrawal, read_withdrawals
from index.disk.atomic import builder_lock, storage_errors
from index.encoders.vector_cache import forget_vectors, vector_key
from index.errors import CorpusError, SnapshotMissing
from index.snapshot.manifest import Manifest, check_store
from index.snapshot.snapshot import (
    LEDGER,
    Snapshot,
    current_folder,
    open_folder,
    part_folders,
    read_manifest,
)
from index.sources import RejectReason
from index.types import ArticleId
from index.vectors.files import FILES
from index.vectors.store import Shard, VectorStore
from index.workers import Workers


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalReport:
    """What became of a removal.

    Attributes:
        article: Its id.
        snapshot: What serves now; empty where it was the last article.
        unlinked: Files of what was collected that held no other article and were deleted.
        still_in: Items of the corpus that hold the article still, to be taken out by their owner.
        shared: Paths of what was collected that hold it still, beside other articles.
    """

    article: str
    snapshot: str
    unlinked: tuple[str, ...]
    still_in: tuple[str, ...]
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Whereabouts:
    """The files in which an article stands: `alone` are ours and hold nothing else."""

    alone: tuple[Origin, ...]
    shared: tuple[Origin, ...]
    still_in: tuple[Origin, ...]


def remove_article(
    home: Path,
    article_id: ArticleId,
    *,
    config: IndexConfig,
    cache_dir: Path,
    reason: str = "",
    progress: Progress | None = None,
    wait_s: float = 0,
    store: VectorStore = FILES,
) -> RemovalReport:
    """Take an article out of the index under `home`, for good.

    One that is out already is looked for again: collected files and vectors are deleted.

    Args:
        home: Where snapshots live.
        article_id: As an answer cites it.
        config: How articles were divided, to find its vectors.
        cache_dir: The vector cache.
        reason: Kept in the list of withdrawals.
        progress: Told how far the rewriting is.
        wait_s: How long a build there is waited for.
        store: Where the vectors of the index are.

    Raises:
        CorpusError: If there is no such article.
        SnapshotError: If there is no index, it is damaged or its vectors are elsewhere.
        VectorStoreError: If the store cannot be used; to be run again.
        StorageError: If something cannot be written.
    """
    before = _entries(home, article_id)
    try:
        current_folder(home)  # no lock is left where there is no index
    except SnapshotMissing:
        if not before:
            raise
        _forget(cache_dir, before)
        with storage_errors(home), builder_lock(home, wait_s=wait_s):
            store.sweep(home, part_folders(home))
        return RemovalReport(article=article_id, snapshot="", unlinked=(), still_in=(), shared=())
    with storage_errors(home), builder_lock(home, wait_s=wait_s):
        folder, manifest = current_folder(home), read_manifest(home)
        check_store(manifest, store.kind)
        with closing(open_folder(folder, manifest, store)) as old:
            with Ledger(folder / LEDGER, is_written=False) as ledger:
                held = ledger.article(article_id)
                if held is None and not before:
                    raise CorpusError(_no_such(article_id, home))
                found = _whereabouts(ledger, old, held)
                files = [
                    CorpusFile(Path(), origin, checksum)
                    for origin, checksum in ledger.files().items()
                    if origin not in found.alone
                ]
            _forget(cache_dir, before)
            if held is not None:
                _withdraw(home, old, held, config, cache_dir, reason)
            for origin in found.alone:
                (home / COLLECTED / origin.path).unlink(missing_ok=True)
            snapshot = manifest.snapshot
            if held is not None or found.alone:
                snapshot = _without(home, old, manifest, files, config, store, progress)
        store.sweep(home, part_folders(home))
    return RemovalReport(
        article=article_id,
        snapshot=snapshot,
        unlinked=tuple(map(str, found.alone)),
        still_in=tuple(map(str, found.still_in)),
        shared=tuple(str(home / COLLECTED / origin.path) for origin in found.shared),
    )


def _entries(home: Path, article_id: ArticleId) -> list[Withdrawal]:
    """Return what the list of withdrawals says of an article."""
    return [entry for entry in read_withdrawals(home).entries if entry.article == article_id]


def _forget(cache_dir: Path, entries: Iterable[Withdrawal]) -> None:
    """Delete the vectors of articles that are on the list."""
    forget_vectors(cache_dir, [bytes.fromhex(key) for entry in entries for key in entry.vectors])


def _whereabouts(ledger: Ledger, old: Snapshot, held: Indexed | None) -> _Whereabouts:
    """Find an article's files; for one that is out already, those of all that are out."""
    gone = {place for place, _ in ledger.refused(RejectReason.REMOVED)}
    asked = set(_places(ledger, old, held)) if held else gone
    n_gone = Counter(place.file for place in gone | asked)
    files = {place.file: ledger.origin(place.file) for place in asked}
    ours = {number for number, origin in files.items() if origin.root == COLLECTED}
    alone = {number for number in ours if ledger.count_in(number) == n_gone[number]}
    return _Whereabouts(
        *(
            tuple(sorted(files[number] for number in numbers))
            for numbers in (alone, ours - alone, files.keys() - ours)
        )
    )


def _places(ledger: Ledger, old: Snapshot, held: Indexed) -> Sequence[Place]:
    """Return the items of an article's wording or identities."""
    article = old.archive.article(held.article)
    names = digests(article).names if article else ()
    return [place for place, _ in (*ledger.items(held.digests.text), *ledger.named(names))]


def _no_such(article_id: ArticleId, home: Path) -> str:
    return (
        f"Expected the id of an article in the index at {home}, but none is called "
        f"{article_id!r}; `pasokh ask --json` names the ids."
    )


def _withdraw(  # as above
    home: Path,
    old: Snapshot,
    held: Indexed,
    config: IndexConfig,
    cache_dir: Path,
    reason: str,
) -> None:
    """Forget the article's vectors and enter it in the list, in this order.

    Subtle: so nothing of it is left that a list without texts could not lead to.
    """
    row = old.archive.row(held.article)
    rows = old.layout.rows_of(np.array([] if row is None else [row], np.int64))
    cut = old.archive.passages(rows.tolist())
    names = digests(cut[0][1]).names if cut else ()
    texts, _ = texts_of(cut, config.chunk)
    keys = [vector_key(text) for text in texts]
    forget_vectors(cache_dir, keys)
    add_withdrawal(
        home,
        Withdrawal(
            article=held.article,
            record=held.digests.record.hex(),
            text=held.digests.text.hex(),
            names=tuple(name.hex() for name in names),
            vectors=tuple(key.hex() for key in keys[: len(cut)]),
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            reason=reason,
        ),
    )


def _without(
    home: Path,
    old: Snapshot,
    manifest: Manifest,
    files: list[CorpusFile],
    config: IndexConfig,
    store: VectorStore,
    progress: Progress | None,
) -> str:
    """Publish what the index holds without what was withdrawn; return its name, "" if nothing."""
    withdrawals = read_withdrawals(home)
    task = Task(
        home=home,
        corpus=home,
        files=files,
        withdrawals=withdrawals,
        key=snapshot_key(manifest.made_by, files, withdrawals),
        made_by=manifest.made_by,
        encoder=manifest.encoder,
        space=manifest.space,
        config=config,
        count_tokens=len,
        encode=_nothing,
        store=store,
        keep=0,
        workers=Workers(),
        progress=progress or _silent,
    )
    try:
        return make_snapshot(task, old).snapshot
    except CorpusError:  # it was the last article
        return ""


def _nothing(_archive: Archive, _n_passages: int) -> Iterator[Shard]:
    """Encode nothing: nothing is new."""
    yield from ()


def _silent(_stage: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""
