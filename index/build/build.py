"""From a corpus to a published snapshot: all anew, or the serving one brought up to date.

What changed in the corpus is read into a new part, its words go into the lexical index, its
passages and sentences are encoded (what was encoded before comes from the cache), and the whole is
published. An update costs what changed, and now and then the merging of parts (see `assemble`).
Does not: answer, or touch the serving snapshot before the new one is whole.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path

from xxhash import xxh3_128

from index.build.encode import encoded
from index.build.update import BuildReport, Progress, Task, make_snapshot
from index.build.verify import leftovers
from index.config import ChunkConfig, IndexConfig
from index.corpus.archive import Archive
from index.corpus.intake import CorpusFile, scan
from index.corpus.withdrawals import Withdrawals, read_withdrawals
from index.disk.atomic import builder_lock, storage_errors
from index.disk.file_stamps import Stamps
from index.encoders import Encoder
from index.encoders.space import VectorSpace
from index.encoders.vector_cache import VectorCache
from index.errors import PasokhError, SnapshotCorrupt, SnapshotError
from index.snapshot.manifest import SCHEMA, check_files, load_manifest
from index.snapshot.snapshot import (
    READ_ON_OPEN_BYTES,
    REPORT,
    Snapshot,
    current_folder,
    open_folder,
    part_folders,
)
from index.sources import RejectReason, missing_packages
from index.types import Reject
from index.vectors.files import FILES
from index.vectors.store import Shard, StoreKind, VectorStore
from index.workers import Workers

# Headline of 200 characters, date, prefix and markers: news-fa's 6,637 need at most 66.
_CONTEXT_TOKENS = 80
_LEAST_TOKENS = 32
_KEEP = 2


def build_index(  # noqa: PLR0913  # what is built, where, with what and how
    corpora: Sequence[Path],
    home: Path,
    *,
    encoder: Encoder,
    config: IndexConfig,
    cache_dir: Path,
    progress: Progress | None = None,
    wait_s: float = 0,
    keep: int = _KEEP,
    store: VectorStore = FILES,
    workers: Workers | None = None,
) -> BuildReport:
    """Build and publish a snapshot of `corpora` under `home`, unless it is there already.

    Args:
        corpora: Files or folders of articles. Origins in the first are relative to it; those in
            the others bear its name, and one that is not there is skipped.
        home: Where snapshots live; made if missing.
        encoder: What makes the vectors.
        config: How articles are divided.
        cache_dir: Where encoded vectors are kept between builds.
        progress: Told how far each stage is.
        wait_s: How long another build there is waited for.
        keep: How many snapshots stay, at least 1; the one that served before is always kept.
        store: Where vectors go.
        workers: They work on articles where many are new; None for processes of this machine.

    Raises:
        ClusterError: If encoder or workers are a cluster's and it fails; the old snapshot stays.
        CorpusError: If the first corpus is missing or there is no article; the old snapshot stays.
        SnapshotLocked: If another process is building there still.
        StorageError: If something cannot be written; the old snapshot stays.
        VectorStoreError: If the store cannot be used; the old snapshot stays, unless only what is
            no longer needed could not be deleted.
    """
    started = time.monotonic()
    space = VectorSpace(encoder.identity)
    config = replace(config, chunk=_within_window(config.chunk, encoder.max_tokens))
    withdrawals = read_withdrawals(home)
    made_by = _made_by(space, config, store.kind)
    stamps = Stamps.read(home)
    files = scan(corpora, stamps)
    task = Task(
        home=home,
        corpus=corpora[0],
        files=files,
        withdrawals=withdrawals,
        key=snapshot_key(made_by, files, withdrawals),
        made_by=made_by,
        encoder=space.identity,
        space=space.fingerprint,
        config=config,
        count_tokens=encoder.count_tokens,
        encode=_encoding(encoder, space, config.chunk, cache_dir, progress or _silent),
        store=store,
        keep=max(keep, 1),
        workers=workers or Workers(),
        progress=progress or _silent,
    )
    # Before anything is written or locked too, so that it works where nothing may be written.
    report = _unchanged(task)
    if report is None or leftovers(home, withdrawals) or store.strays(home, part_folders(home)):
        with storage_errors(home):
            home.mkdir(parents=True, exist_ok=True)
            with builder_lock(home, wait_s=wait_s):
                stamps.write(home)
                report = _build(_with_withdrawals(task))
    return replace(report, seconds=round(time.monotonic() - started, 3))


def _with_withdrawals(task: Task) -> Task:
    """Read the list of withdrawals again, now that the lock is held."""
    withdrawals = read_withdrawals(task.home)
    key = snapshot_key(task.made_by, task.files, withdrawals)
    return replace(task, withdrawals=withdrawals, key=key)


def _build(task: Task) -> BuildReport:
    """Update the serving snapshot, or build anew where none can be; the lock is held."""
    for folder in leftovers(task.home, task.withdrawals):
        shutil.rmtree(folder)
    task.store.sweep(task.home, part_folders(task.home))
    report = _unchanged(task)
    if report is not None:
        return report
    old = _usable(task)
    if old is not None:
        # What opening does not read may be damaged still: then nothing of it is taken over.
        with closing(old), suppress(SnapshotCorrupt):
            return make_snapshot(task, old)
    return make_snapshot(task, None)


def _usable(task: Task) -> Snapshot | None:
    """Open the serving snapshot if it can be updated: whole, and made by the same.

    One with the key that is wanted was found damaged just before.
    """
    try:
        folder = current_folder(task.home)
        manifest = load_manifest(folder)
        if manifest.made_by != task.made_by or manifest.key == task.key:
            return None
        if check_files(folder, manifest.files, full_bytes=READ_ON_OPEN_BYTES):
            return None
        snapshot = open_folder(folder, manifest, task.store)
    except SnapshotError:
        return None
    if snapshot.vectors.check():
        snapshot.close()
        return None
    return snapshot


def _encoding(
    encoder: Encoder, space: VectorSpace, chunk: ChunkConfig, cache_dir: Path, tell: Progress
) -> Callable[[Archive, int], Iterator[Shard]]:
    """Return how passages get their vectors: from the cache, else from the encoder."""

    def encode(archive: Archive, n_passages: int) -> Iterator[Shard]:
        with VectorCache(cache_dir, encoder) as cache:
            yield from encoded(
                archive,
                n_passages,
                cache=cache,
                space=space,
                config=chunk,
                progress=lambda done, total: tell("encode", done, total),
            )

    return encode


def _silent(_stage: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""


def _within_window(chunk: ChunkConfig, window: int) -> ChunkConfig:
    """Shorten passages so that they, headline and date fit an encoder's window of tokens."""
    room = max(window - _CONTEXT_TOKENS, _LEAST_TOKENS)
    return replace(chunk, max_tokens=min(chunk.max_tokens, room))


def _made_by(space: VectorSpace, config: IndexConfig, store: StoreKind) -> str:
    """Hash what makes a snapshot of a corpus: code, vectors and where they are, settings."""
    made_by = [SCHEMA, metadata.version("pasokh"), space.fingerprint, asdict(config), store]
    return xxh3_128(json.dumps(made_by).encode()).hexdigest()


def snapshot_key(made_by: str, files: Sequence[CorpusFile], withdrawals: Withdrawals) -> str:
    """Hash all that a snapshot is made from: what makes it, the corpus and what may not be in."""
    taken_out = [(entry.article, entry.text) for entry in withdrawals.entries]
    digest = xxh3_128(json.dumps([made_by, taken_out]).encode())
    for file in files:
        digest.update(json.dumps([*file.origin, file.checksum]).encode())
    return digest.hexdigest()


def _unchanged(task: Task) -> BuildReport | None:
    """Return the serving snapshot's report if it has the key wanted and is whole, every byte."""
    try:
        folder = current_folder(task.home)
        manifest = load_manifest(folder)
        if manifest.key != task.key or check_files(
            folder, manifest.files, full_bytes=manifest.size_bytes
        ):
            return None
        with closing(open_folder(folder, manifest, task.store)) as snapshot:
            if snapshot.vectors.check():
                return None
        fields = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        rejects = tuple(Reject(**reject) for reject in fields.pop("rejects"))
        is_unread = any(reject.reason == RejectReason.NO_LIBRARY for reject in rejects)
        if is_unread and not missing_packages():  # they are installed now
            return None
        nothing = dict.fromkeys(("n_encoded", "n_added", "n_changed", "n_removed"), 0)
        nothing |= {"n_kept": manifest.n_articles, "changed": False}
        return BuildReport(**fields | nothing | {"rejects": rejects})
    except (PasokhError, OSError, ValueError, TypeError, KeyError):
        return None  # missing or unusable: build it anew
