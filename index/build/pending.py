"""Work that a command left because it failed or was killed; the next build does it.

What was collected is indexed, and a removal that has begun is finished.
"""

from pathlib import Path

from index.build.verify import leftovers, still_indexed
from index.config import COLLECTED, ReadConfig
from index.corpus.drafts import left_drafts, sweep_drafts
from index.corpus.intake import scan
from index.corpus.ledger import Ledger
from index.corpus.removals import Removals, read_removals, removed_files
from index.disk.atomic import builder_lock, storage_errors
from index.disk.file_stamps import Stamps
from index.errors import SnapshotError
from index.snapshot.snapshot import LEDGER, current_folder


def needs_build(home: Path, reading: ReadConfig | None = None) -> bool:
    """Tell whether something collected is not in the serving snapshot, or something removed is.

    The user's own corpus is not looked at. Costs a stat for each collected file.

    Args:
        reading: How a build reads the files.

    Raises:
        CorpusError: If the collection cannot be listed.
        SnapshotCorrupt: If the list of what was removed by request cannot be read.
    """
    removals = read_removals(home)
    if left_drafts(home) or leftovers(home, removals) or _removed_files(home, removals):
        return True
    collected = home / COLLECTED
    roots = [collected] if collected.is_dir() else []
    files = scan(roots, Stamps.read(home), reading or ReadConfig())
    try:
        folder = current_folder(home)
        if still_indexed(folder, removals):
            return True
        with Ledger(folder / LEDGER, is_written=False) as ledger:
            known = {
                origin.path: checksum
                for origin, checksum in ledger.files().items()
                if origin.root == COLLECTED
            }
    except SnapshotError:  # there is none, or one that only a build can repair
        known = {}
    return known != {file.origin.path: file.checksum for file in files}


def sweep_collection(home: Path, *, wait_s: float) -> None:
    """Delete what is left in the collection: drafts, and files of removed articles alone.

    Raises:
        SnapshotLocked: If another process is building there still after `wait_s`.
        StorageError: If something cannot be deleted.
    """
    sweep_drafts(home)
    removals = read_removals(home)
    if _removed_files(home, removals):
        with storage_errors(home), builder_lock(home, wait_s=wait_s):
            for path in _removed_files(home, removals):
                path.unlink(missing_ok=True)


def _removed_files(home: Path, removals: Removals) -> list[Path]:
    """Return the collected files that hold nothing but removed articles and are still there."""
    if not removals.entries:
        return []
    try:
        with Ledger(current_folder(home) / LEDGER, is_written=False) as ledger:
            origins = removed_files(ledger, removals)
    except SnapshotError:
        return []
    paths = [home / COLLECTED / origin.path for origin in origins]
    return [path for path in paths if path.exists()]
