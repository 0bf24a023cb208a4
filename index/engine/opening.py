"""Opening an index wherever it is: in a folder, or on a server."""

from collections import Counter
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Protocol, TypeAlias

from index.config import QdrantConfig
from index.encoders.space import VectorSpace
from index.errors import EngineError, how_to_install
from index.snapshot import snapshot as files
from index.snapshot.labels import Labels
from index.snapshot.manifest import Manifest, check_space, load_manifest
from index.snapshot.snapshot import FileSnapshot, Snapshot
from index.types import Rights
from index.workers import Workers

Place: TypeAlias = Path | QdrantConfig
"""Home folder of an index, or where it is on a server."""


class Labelled(Protocol):
    """The articles of a snapshot by their labels."""

    def count(self) -> Counter[tuple[str, ...]]:
        """Count articles by their labels."""
        ...

    def part(self, rights: Rights) -> Snapshot:
        """Return what of the snapshot is seen with these rights."""
        ...


def open_snapshot(place: Place, *, space: VectorSpace) -> Snapshot:
    """Open the serving snapshot, whose vectors must be of `space`.

    Raises:
        SnapshotMissing: If there is none.
        SnapshotCorrupt: If a file is missing, truncated or altered.
        SnapshotMismatch: If it was built with another encoder or schema.
        EngineError: If the server cannot be asked.
    """
    if isinstance(place, Path):
        return files.open_snapshot(place, space=space)
    snapshot: Snapshot = _hosted(place).open_serving(place)
    check_space(snapshot.manifest, space.identity, space.fingerprint)
    return snapshot


def read_manifest(place: Place) -> Manifest:
    """Read the manifest of the serving snapshot.

    Raises:
        SnapshotError: If there is none, or it cannot be read.
        EngineError: If the server cannot be asked.
    """
    if isinstance(place, Path):
        return files.read_manifest(place)
    manifest: Manifest = _hosted(place).serving_record(place).manifest
    return manifest


def serving_name(place: Place) -> str:
    """Return `Snapshot.name` of the serving snapshot.

    Raises:
        SnapshotError: If there is none.
        EngineError: If the server cannot be asked.
    """
    if isinstance(place, Path):
        return files.current_folder(place).name
    name: str = _hosted(place).serving_record(place).name
    return name


def open_labels(snapshot: Snapshot) -> Labelled:
    """Read the labels of a snapshot's articles."""
    if isinstance(snapshot, FileSnapshot):
        return Labels(snapshot)
    from index.engine.hosted import HostedLabels, HostedSnapshot

    assert isinstance(snapshot, HostedSnapshot), "there is no third kind"  # noqa: S101
    return HostedLabels(snapshot)


def count_labels(place: Place) -> Counter[tuple[str, ...]]:
    """Count the articles of the serving snapshot by their labels.

    Raises:
        SnapshotError: If there is no index, or it is damaged.
        EngineError: If the server cannot be asked.
    """
    if isinstance(place, Path):
        folder = files.current_folder(place)
        opened: Snapshot = files.open_folder(folder, load_manifest(folder))
    else:
        opened = _hosted(place).open_serving(place)
    with closing(opened):
        return open_labels(opened).count()


def is_published(home: Path, config: QdrantConfig) -> bool:
    """Tell whether the server serves what the files of an index say, and nothing is left over.

    Raises:
        EngineError: If it cannot be asked.
    """
    return not wrong_on(home, config)


def wrong_on(home: Path, config: QdrantConfig) -> list[str]:
    """Return in words what is wrong with an index on a server, beside the files it was made from.

    Raises:
        EngineError: If it cannot be asked.
    """
    _hosted(config)
    from index.engine.publishing import problems

    return problems(home, config)


def publish(home: Path, config: QdrantConfig, workers: Workers) -> None:
    """Let a server serve what the files of an index hold; see `publishing`. Under the lock.

    Raises:
        ClusterError: If the workers are a cluster's and it fails.
        EngineError: If it cannot be written; it goes on serving what it served.
    """
    _hosted(config)
    from index.engine import publishing

    publishing.publish(home, config, workers)


def _hosted(config: QdrantConfig) -> ModuleType:
    """Load what reads an index on a server: it takes 0.8 s, and only its users install it.

    Raises:
        EngineError: If the package for it is missing.
    """
    try:
        from index.engine import hosted
    except ImportError as error:
        msg = (
            f"Expected the package qdrant-client to reach {config.address}, which is not "
            f"installed; {how_to_install('qdrant')}, or empty PASOKH_INDEX."
        )
        raise EngineError(msg) from error
    return hosted
