"""Build of a snapshot from a corpus: from scratch, or as an update of the serving one.

What changed in the corpus is read into a new part, its words go into the lexical index, its
passages and sentences are encoded (unless the cache has them), and the whole is published. An
update costs as much as what changed, and from time to time a merge of parts (see `merge`). The
serving snapshot is left alone until the new one is whole.
"""

import json
import shutil
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import asdict, replace
from functools import partial
from importlib import metadata
from pathlib import Path

from xxhash import xxh3_128

from index.build.encode import encoded
from index.build.pending import sweep_collection
from index.build.update import BuildReport, Progress, Task, make_snapshot, no_progress
from index.build.verify import leftovers
from index.config import ChunkConfig, IndexConfig, QdrantConfig
from index.corpus.intake import CorpusFile, scan
from index.corpus.removals import Removals, read_removals
from index.disk.atomic import builder_lock, storage_errors
from index.disk.file_stamps import Stamps
from index.encoders import Encoder
from index.encoders.space import VectorSpace
from index.engine.opening import is_published, publish
from index.errors import PasokhError, SnapshotCorrupt, SnapshotError
from index.snapshot.manifest import SCHEMA, check_files, load_manifest
from index.snapshot.snapshot import (
    READ_ON_OPEN_BYTES,
    REPORT,
    FileSnapshot,
    current_folder,
    open_folder,
)
from index.sources import RejectReason, missing_packages
from index.types import Reject
from index.workers import Workers

# Headline of 200 characters, date, prefix and markers: news-fa's 6,637 articles need at most 66.
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
    engine: QdrantConfig | None = None,
    workers: Workers | None = None,
) -> BuildReport:
    """Build and publish a snapshot of `corpora` under `home`, unless it is there already.

    Args:
        corpora: Files or folders of articles. Origins in the first are relative to it; those in
            the others begin with the folder's name, and a missing one is skipped.
        home: Where snapshots live; made if missing.
        encoder: Makes the vectors.
        config: How articles are divided.
        cache_dir: Where encoded vectors are kept between builds.
        progress: Called with the progress of each stage.
        wait_s: How long to wait for another build in `home`.
        keep: How many snapshots stay, at least 1; the one that served before is always kept.
        engine: The server that the index is published on too; None for none.
        workers: Used where many articles are new; None for processes of this machine.

    Raises:
        ClusterError: If encoder or workers are a cluster's and it fails; the old snapshot stays.
        CorpusError: If the first corpus is missing or there is no article; the old snapshot stays.
        SnapshotLocked: If another process is building there still.
        StorageError: If something cannot be written; the old snapshot stays.
        EngineError: If the server cannot be used: it serves what it served, and the next
            build publishes there what is in the files.
    """
    started = time.monotonic()
    space = VectorSpace(encoder.identity)
    config = replace(config, chunk=_within_window(config.chunk, encoder.max_tokens))
    sweep_collection(home, wait_s=wait_s)
    removals = read_removals(home)
    # What makes a snapshot of a corpus: the code, the vectors and the settings.
    maker = [SCHEMA, metadata.version("pasokh"), space.fingerprint, asdict(config)]
    made_by = xxh3_128(json.dumps(maker).encode()).hexdigest()
    progress = progress or no_progress
    stamps = Stamps.read(home)
    files = scan(corpora, stamps, config.read)
    task = Task(
        home=home,
        corpus=corpora[0],
        files=files,
        removals=removals,
        key=snapshot_key(made_by, files, removals),
        made_by=made_by,
        encoder=space.identity,
        space=space.fingerprint,
        config=config,
        count_tokens=encoder.count_tokens,
        encode=partial(
            encoded,
            encoder=encoder,
            cache_dir=cache_dir,
            space=space,
            config=config.chunk,
            progress=partial(progress, "encode"),
        ),
        keep=max(keep, 1),
        workers=workers or Workers(),
        progress=progress,
    )
    # Checked before anything is written or locked, so that it works in a read-only folder.
    report = _unchanged(task)
    is_behind = engine is not None and not is_published(home, engine)
    if report is None or leftovers(home, removals) or is_behind:
        with storage_errors(home):
            home.mkdir(parents=True, exist_ok=True)
            with builder_lock(home, wait_s=wait_s):
                stamps.write(home)
                # Another process may have added to the list before the lock was held.
                removals = read_removals(home)
                key = snapshot_key(made_by, files, removals)
                report = _build(replace(task, removals=removals, key=key))
                if engine is not None:
                    publish(home, engine, task.workers)
    return replace(report, seconds=round(time.monotonic() - started, 3))


def _build(task: Task) -> BuildReport:
    """Update the serving snapshot, or build from scratch if it cannot be updated; locked."""
    for folder in leftovers(task.home, task.removals):
        shutil.rmtree(folder)
    report = _unchanged(task)
    if report is not None:
        return report
    old = _usable(task)
    if old is not None:
        # What opening does not read may still be damaged: then nothing of it is reused.
        with closing(old), suppress(SnapshotCorrupt):
            return make_snapshot(task, old)
    return make_snapshot(task, None)


def _usable(task: Task) -> FileSnapshot | None:
    """Open the serving snapshot if it is whole, and made by the same code and settings.

    Returns None if the key matches: `_unchanged` has just found that snapshot damaged.
    """
    try:
        folder = current_folder(task.home)
        manifest = load_manifest(folder)
        if manifest.made_by != task.made_by or manifest.key == task.key:
            return None
        if check_files(folder, manifest.files, full_bytes=READ_ON_OPEN_BYTES):
            return None
        return open_folder(folder, manifest)
    except SnapshotError:
        return None


def _within_window(chunk: ChunkConfig, window: int) -> ChunkConfig:
    """Shorten passages so that they, headline and date fit an encoder's window of tokens."""
    room = max(window - _CONTEXT_TOKENS, _LEAST_TOKENS)
    return replace(chunk, max_tokens=min(chunk.max_tokens, room))


def snapshot_key(made_by: str, files: Sequence[CorpusFile], removals: Removals) -> str:
    """Hash all that a snapshot is made from: code and settings, corpus, removed articles."""
    removed = [(entry.article, entry.text) for entry in removals.entries]
    digest = xxh3_128(json.dumps([made_by, removed]).encode())
    for file in files:
        digest.update(json.dumps([*file.origin, file.checksum]).encode())
    return digest.hexdigest()


def _unchanged(task: Task) -> BuildReport | None:
    """Return the serving snapshot's report if it has the task's key and every byte is right."""
    try:
        folder = current_folder(task.home)
        manifest = load_manifest(folder)
        if manifest.key != task.key or check_files(
            folder, manifest.files, full_bytes=manifest.size_bytes
        ):
            return None
        open_folder(folder, manifest).close()
        fields = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        rejects = tuple(Reject(**reject) for reject in fields.pop("rejects"))
        unread = [one.detail for one in rejects if one.reason == RejectReason.NO_LIBRARY]
        missing = missing_packages() if unread else ()
        if not all(any(how in detail for how in missing) for detail in unread):
            return None  # a library of some is installed now
        nothing = dict.fromkeys(("n_encoded", "n_added", "n_changed", "n_removed"), 0)
        nothing |= {"n_kept": manifest.n_articles, "changed": False}
        return BuildReport(**fields | nothing | {"rejects": rejects})
    except (PasokhError, OSError, ValueError, TypeError, KeyError):
        return None  # missing or unusable: it is built again
