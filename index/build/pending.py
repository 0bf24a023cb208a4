"""Work that the next build has to do, since a command failed or was killed before its own."""

from pathlib import Path

from index.config import COLLECTED
from index.corpus.intake import scan
from index.corpus.ledger import Ledger
from index.disk.file_stamps import Stamps
from index.errors import SnapshotError
from index.snapshot.snapshot import LEDGER, current_folder


def needs_build(home: Path) -> bool:
    """Tell whether the serving snapshot lacks something that was collected.

    The user's own corpus is not looked at. Costs a stat for each collected file.

    Raises:
        CorpusError: If the collection cannot be listed.
    """
    collected = home / COLLECTED
    files = scan([collected], Stamps.read(home)) if collected.is_dir() else []
    try:
        with Ledger(current_folder(home) / LEDGER, is_written=False) as ledger:
            known = {
                origin.path: checksum
                for origin, checksum in ledger.files().items()
                if origin.root == COLLECTED
            }
    except SnapshotError:  # there is none, or one that only a build can repair
        known = {}
    return known != {file.origin.path: file.checksum for file in files}
