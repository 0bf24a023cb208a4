"""Removal of one article on request, from everything that is ours.

Its vectors are deleted from the cache, it is entered in the list of removals, and what is left
is copied into a new snapshot; every older one is deleted. If it is killed at any moment it can be
run again, and a build in between removes the article just the same. It stays out: a later build
rejects its id and its wording. Run again for a removed article, it deletes what came back of it.
Does not: change the user's own corpus, or a collected file with other articles, where it may still
be; `verify` reports both. Deleting a file does not wipe the disk's blocks, and copies made
elsewhere are out of reach.
"""

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.build.build import snapshot_key
from index.build.encode import texts_of
from index.build.update import Progress, Task, make_snapshot, no_progress
from index.config import COLLECTED, IndexConfig, QdrantConfig
from index.corpus.drafts import sweep_drafts
from index.corpus.intake import CorpusFile
from index.corpus.ledger import Indexed, Ledger, Origin, digests
from index.corpus.removals import (
    Removal,
    Removals,
    add_removal,
    read_removals,
    removed_files,
    removed_places,
    telling_phrases,
)
from index.disk.atomic import builder_lock, storage_errors
from index.encoders.vector_cache import forget_vectors, vector_key
from index.engine.opening import publish
from index.errors import CorpusError, SnapshotMissing
from index.snapshot.snapshot import (
    LEDGER,
    FileSnapshot,
    current_folder,
    open_folder,
    read_manifest,
)
from index.sources import SourceFile
from index.types import ArticleId
from index.workers import Workers


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalReport:
    """Outcome of a removal.

    Attributes:
        article: Its id.
        snapshot: The snapshot that serves now; empty where it was the last article.
        unlinked: Collected files that held no other article and were deleted.
        still_in: Items of the corpus that still hold the article, for their owner to delete.
        shared: Paths of collected files that still hold it, beside other articles.
    """

    article: str
    snapshot: str
    unlinked: tuple[str, ...]
    still_in: tuple[str, ...]
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _ArticleFiles:
    """Files that hold an article: collected ones alone or with others, and the user's."""

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
    engine: QdrantConfig | None = None,
) -> RemovalReport:
    """Remove an article from the index under `home`, for good.

    One that is removed already is looked for again: collected files and vectors are deleted.

    Args:
        home: Where snapshots live.
        article_id: As an answer cites it, or the address of its page; of an article that was
            corrected since, all versions go.
        config: How articles were divided, to find its vectors.
        cache_dir: The vector cache.
        reason: Kept in the list of removals.
        progress: Called with the progress of the rewriting.
        wait_s: How long to wait for a build there.
        engine: The server that the index is published on too: all of it is written there anew.

    Raises:
        CorpusError: If there is no such article.
        SnapshotError: If there is no index, or it is damaged.
        EngineError: If the server cannot be used; to be run again.
        StorageError: If something cannot be written.
    """
    sweep_drafts(home)
    before = read_removals(home).of(article_id)
    vectors_before = [bytes.fromhex(key) for entry in before for key in entry.vectors]
    try:
        current_folder(home)  # no lock is left where there is no index
    except SnapshotMissing:
        if not before:
            raise
        forget_vectors(cache_dir, vectors_before)
        with storage_errors(home), builder_lock(home, wait_s=wait_s):
            if engine is not None:
                publish(home, engine, Workers())
        return RemovalReport(article=article_id, snapshot="", unlinked=(), still_in=(), shared=())
    with storage_errors(home), builder_lock(home, wait_s=wait_s):
        folder, manifest = current_folder(home), read_manifest(home)
        with closing(open_folder(folder, manifest)) as old:
            with Ledger(folder / LEDGER, is_written=False) as ledger:
                if len(found_there := ledger.at_address(article_id)) > 1:
                    msg = (
                        f"Expected one article at {article_id!r}, but there are several; name one "
                        f"by its id: {', '.join(found_there)}."
                    )
                    raise CorpusError(msg)
                named = found_there[0] if found_there else ledger.successor(article_id)
                # An id of an earlier answer may be that of an earlier version.
                indexed = ledger.article(named or article_id)
                if indexed is None and not before:
                    msg = (
                        f"Expected an id or address of an article in the index at {home}, but none "
                        f"is {article_id!r}; `pasokh ask --json` names the ids."
                    )
                    raise CorpusError(msg)
                forget_vectors(cache_dir, vectors_before)
                if indexed is not None:
                    _remove(home, old, ledger, indexed, config, cache_dir, reason)
                found = _files_of(ledger, indexed, read_removals(home))
                files = [
                    CorpusFile(SourceFile(Path(), origin.path), origin, checksum)
                    for origin, checksum in ledger.files().items()
                    if origin not in found.alone
                ]
            for origin in found.alone:
                (home / COLLECTED / origin.path).unlink(missing_ok=True)
            snapshot = manifest.snapshot
            if indexed is not None or found.alone:
                snapshot = _publish_rest(home, old, files, config, progress or no_progress)
        if engine is not None:
            publish(home, engine, Workers())
    return RemovalReport(
        article=article_id,
        snapshot=snapshot,
        unlinked=tuple(map(str, found.alone)),
        still_in=tuple(map(str, found.still_in)),
        shared=tuple(str(home / COLLECTED / origin.path) for origin in found.shared),
    )


def _files_of(ledger: Ledger, indexed: Indexed | None, removals: Removals) -> _ArticleFiles:
    """Find an article's files; for one that is removed already, those of all removed articles.

    Files to delete are those of all, since an earlier removal may have been killed.
    """
    places = removed_places(ledger, removals)
    if indexed:
        places = set(ledger.places(indexed.article))
    alone = removed_files(ledger, removals)
    others = sorted({ledger.origin(place.file) for place in places} - set(alone))
    return _ArticleFiles(
        alone=tuple(alone),
        shared=tuple(origin for origin in others if origin.root == COLLECTED),
        still_in=tuple(origin for origin in others if origin.root != COLLECTED),
    )


def _remove(
    home: Path,
    old: FileSnapshot,
    ledger: Ledger,
    indexed: Indexed,
    config: IndexConfig,
    cache_dir: Path,
    reason: str,
) -> None:
    """Delete the article's vectors from the cache and enter it in the list, in this order.

    Its earlier versions are entered too. A name that other articles share is entered as such, since
    they stay.

    Subtle: the list has no texts, so vectors of sentences could not be found by it afterwards.
    """
    row = old.archive.row(indexed.article)
    rows = old.layout.rows_of(np.array([] if row is None else [row], np.int64))
    passages = old.archive.passages(rows.tolist())
    names = digests(passages[0][1]).names if passages else ()
    shared = tuple(name for name in names if ledger.is_shared(name))
    sharing = {one for name in shared for one in ledger.indexed_under(name)} - {indexed.article}
    others = filter(None, map(old.archive.article, sharing))
    texts, _ = texts_of(passages, config.chunk)
    keys = [vector_key(text) for text in texts]
    forget_vectors(cache_dir, keys)
    entry = Removal(
        article=indexed.article,
        record=indexed.digests.record.hex(),
        text=indexed.digests.text.hex(),
        names=tuple(name.hex() for name in names if name not in shared),
        vectors=tuple(key.hex() for key in keys[: len(passages)]),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        reason=reason.encode("utf-8", "backslashreplace").decode(),
        shared=tuple(name.hex() for name in shared),
        phrases=telling_phrases(passages[0][1], others) if shared else (),
    )
    # The article last: once it is on the list the next command finishes what was begun.
    for former, hashes in ledger.versions(indexed.article):
        record, text = hashes.record.hex(), hashes.text.hex()
        version = replace(entry, article=former, record=record, text=text, names=(), vectors=())
        add_removal(home, replace(version, shared=(), phrases=()))
    add_removal(home, entry)


def _publish_rest(
    home: Path,
    old: FileSnapshot,
    files: list[CorpusFile],
    config: IndexConfig,
    progress: Progress,
) -> str:
    """Publish the index without what was removed; return the snapshot's name, "" for none."""
    removals, manifest = read_removals(home), old.manifest
    task = Task(
        home=home,
        corpus=home,
        files=files,
        removals=removals,
        key=snapshot_key(manifest.made_by, files, removals),
        made_by=manifest.made_by,
        encoder=manifest.encoder,
        space=manifest.space,
        config=config,
        count_tokens=len,
        encode=lambda _archive, _n_passages: (),  # no passage is new
        keep=0,
        workers=Workers(),
        progress=progress,
    )
    try:
        return make_snapshot(task, old).snapshot
    except CorpusError:  # it was the last article
        return ""
