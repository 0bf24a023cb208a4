"""Full check of the serving snapshot: every byte, every part, every article removed by request."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from index.config import COLLECTED, QdrantConfig
from index.corpus.drafts import left_drafts
from index.corpus.ledger import Ledger
from index.corpus.removals import Removals, read_removals
from index.disk.atomic import builder_lock
from index.encoders.vector_cache import held_vectors
from index.engine.opening import wrong_on
from index.errors import SnapshotCorrupt
from index.snapshot.manifest import check_files, load_manifest
from index.snapshot.snapshot import (
    LEDGER,
    FileSnapshot,
    check_parts,
    current_folder,
    older_folders,
    open_folder,
)
from index.sources import RejectReason

_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """Result of a full check of the serving snapshot.

    Attributes:
        n_removed: Articles removed by request; of each it was proved that no part and no ledger
            holds it, or `problems` says which does.
        still_in: Items of the corpus that hold such an article: they are never indexed, but the
            corpus is not ours to change.
        shared: Paths of collected files that still hold such an article.
        cached: Id of such an article to the number of its vectors in the cache: a removal deletes
            them, but another index, or another article with the same passage, may need them.
    """

    snapshot: str
    n_files: int
    n_articles: int
    n_passages: int
    problems: tuple[str, ...]
    n_removed: int
    still_in: tuple[str, ...]
    shared: tuple[str, ...]
    cached: dict[str, int]


def verify_snapshot(
    home: Path,
    *,
    cache_dir: Path | None = None,
    engine: QdrantConfig | None = None,
    wait_s: float = _PATIENCE_S,
) -> VerifyReport:
    """Check every byte of the serving snapshot, that its parts agree, and the removed articles.

    Args:
        home: Where snapshots live.
        cache_dir: The vector cache to search for removed articles; None to leave it alone.
        engine: The server that the index is published on too.
        wait_s: How long to wait for a build or removal there before something is called wrong.

    Raises:
        SnapshotLocked: If something looks wrong, and another process is building there still.
        SnapshotError: If there is none, not even its manifest can be read.
        EngineError: If the server cannot be asked.
    """
    with suppress(SnapshotCorrupt, OSError):
        report = _verify(home, cache_dir, engine)
        if not report.problems:
            return report
    # Subtle: a removal under way looks like damage. Under its lock nothing changes.
    with ExitStack() as locked:
        with suppress(OSError):  # nobody changes anything in a read-only folder
            locked.enter_context(builder_lock(home, wait_s=wait_s))
        return _verify(home, cache_dir, engine)


def _verify(home: Path, cache_dir: Path | None, engine: QdrantConfig | None) -> VerifyReport:
    """Check the serving snapshot as it is now."""
    folder = current_folder(home)
    manifest = load_manifest(folder)
    removals = read_removals(home)
    problems = check_files(folder, manifest.files, full_bytes=manifest.size_bytes)
    still_in: list[str] = []
    shared: list[str] = []
    if not problems:
        with closing(open_folder(folder, manifest)) as snapshot:
            problems = check_parts(snapshot)
            if removals.entries:
                problems += _remains(snapshot, removals)
                problems += [
                    f"{path.name}, an older snapshot, may hold what was taken out by request"
                    for path in leftovers(home, removals)
                ]
                problems += [
                    f"{path.relative_to(home)}, left by a killed command, may hold what was taken "
                    "out by request"
                    for path in left_drafts(home)
                ]
                with Ledger(folder / LEDGER, is_written=False) as ledger:
                    refused = ledger.refused(RejectReason.REMOVED)
                    files = {place.file: ledger.origin(place.file) for place, _ in refused}
                is_ours = {number: file.root == COLLECTED for number, file in files.items()}
                still_in += [origin for place, origin in refused if not is_ours[place.file]]
                paths = [home / COLLECTED / files[n].path for n in files if is_ours[n]]
                shared += [str(path) for path in paths if path.exists()]
    if engine is not None:
        problems += wrong_on(home, engine)
    cached: dict[str, int] = {}
    if cache_dir:
        for entry in removals.entries:
            keys = [bytes.fromhex(key) for key in entry.vectors]
            if n_held := held_vectors(cache_dir, keys):
                cached[entry.article] = n_held
    return VerifyReport(
        snapshot=manifest.snapshot,
        n_files=len(manifest.files),
        n_articles=manifest.n_articles,
        n_passages=manifest.n_passages,
        problems=tuple(problems),
        n_removed=len(removals.entries),
        still_in=tuple(still_in),
        shared=tuple(shared),
        cached=cached,
    )


def leftovers(home: Path, removals: Removals) -> list[Path]:
    """Return the snapshots that no longer serve and still hold a removed article.

    A removal deletes them; killed at the wrong moment it may leave one.
    """
    folders = []
    for folder in older_folders(home) if removals.entries else ():
        try:
            is_clean = not still_indexed(folder, removals)
        except SnapshotCorrupt:
            is_clean = False  # nobody can tell, so it must go
        if not is_clean:
            folders.append(folder)
    return folders


def still_indexed(folder: Path, removals: Removals) -> list[str]:
    """Return the removed articles that a snapshot's ledger still calls indexed."""
    with Ledger(folder / LEDGER, is_written=False) as ledger:
        return [
            entry.article
            for entry in removals.entries
            if ledger.article(entry.article) or ledger.articles(bytes.fromhex(entry.text))
        ]


def _remains(snapshot: FileSnapshot, removals: Removals) -> Iterator[str]:
    """Yield where something of the removed articles is left.

    The postings need no search of their own: they have a row for each live passage and no other.
    """
    for number, part in enumerate(snapshot.archive.parts):
        for article in part.articles():
            if removals.holds_article(article):
                yield f"part {number} holds {article.id}, which was taken out by request"
    for name in still_indexed(snapshot.folder, removals):
        yield f"the ledger indexes {name}, which was taken out by request"
