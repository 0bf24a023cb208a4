"""Manifest of a snapshot: schema, encoder, counts and the checksum of every file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from xxhash import xxh3_128

from index.disk.atomic import checksum, replace_text
from index.encoders import EncoderIdentity
from index.errors import SnapshotCorrupt, SnapshotMismatch

SCHEMA = 8
MANIFEST = "manifest.json"
_CHECKSUM = "checksum"
_REBUILD = "run `pasokh index build`"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """Size and checksum (128-bit XXH3) of one file of a snapshot."""

    size: int
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartCounts:
    """Rows of one part, including those of articles removed since.

    `recall` is the share of the nearest 10 that its vector search finds, measured when the part
    was written; 1 where all vectors are compared (see `index.vectors.faiss_index`).
    """

    articles: int
    passages: int
    sentences: int
    recall: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The description of one snapshot.

    Attributes:
        schema: Number of the on-disk format; another number is never read.
        key: Hash of all that the snapshot was made from; equal keys mean nothing to build.
        made_by: Hash of the same without the corpus; where equal, an update is enough.
        space: Fingerprint of the centred embedding space of its vectors, see `VectorSpace`.
        n_articles, n_passages, n_sentences: Counts without those of removed articles.
        languages: Language tag to number of passages, likewise.
        parts: Rows of each part, in the order they are numbered.
        files: Path inside the snapshot, with forward slashes, to its record.
    """

    schema: int
    snapshot: str
    key: str
    made_by: str
    encoder: EncoderIdentity
    space: str
    n_articles: int
    n_passages: int
    n_sentences: int
    languages: dict[str, int]
    parts: tuple[PartCounts, ...]
    files: dict[str, FileRecord]

    @property
    def recall(self) -> float:
        """Share of the nearest 10 that vector search finds: the parts' mean, by their passages."""
        total = sum(part.passages for part in self.parts)
        weighted = sum(part.recall * part.passages for part in self.parts)
        return weighted / total if total else 1.0

    @property
    def size_bytes(self) -> int:
        """Bytes of all files named here."""
        return sum(record.size for record in self.files.values())


def file_records(
    folder: Path, known: Mapping[Path, FileRecord] | None = None
) -> dict[str, FileRecord]:
    """Measure every file below `folder` except the manifest itself.

    Args:
        folder: The folder of the snapshot.
        known: Files measured before; a hard link to one of the same name is not read again.
    """
    linked = {(path.name, path.stat().st_ino): record for path, record in (known or {}).items()}
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {
        path.relative_to(folder).as_posix(): linked.get((path.name, path.stat().st_ino))
        or file_record(path)
        for path in paths
    }


def file_record(path: Path) -> FileRecord:
    """Measure one file."""
    return FileRecord(size=path.stat().st_size, checksum=checksum(path))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest as indented JSON: `schema` first, a checksum of the rest last."""
    record = asdict(manifest)
    record[_CHECKSUM] = _checksum(record)
    replace_text(folder / MANIFEST, json.dumps(record, indent=2) + "\n")


def load_manifest(folder: Path) -> Manifest:
    """Read a snapshot's manifest.

    Raises:
        SnapshotCorrupt: If it is missing or not a manifest.
        SnapshotMismatch: If it has another schema.
    """
    path = folder / MANIFEST
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        schema = record["schema"]
    # RecursionError: brackets nested a thousand deep.
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        msg = f"Expected a manifest at {path}, but it cannot be read ({error}); {_REBUILD}."
        raise SnapshotCorrupt(msg) from error
    if schema != SCHEMA:
        msg = (
            f"Expected an index of schema {SCHEMA} at {folder}, but it has {schema!r}; {_REBUILD}."
        )
        raise SnapshotMismatch(msg)
    if record.pop(_CHECKSUM, None) != _checksum(record):
        msg = f"Expected {path} as it was written, but its checksum is another; {_REBUILD}."
        raise SnapshotCorrupt(msg)
    try:
        return manifest_of(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"Expected a whole manifest at {path}, but {error!r} is wrong in it; {_REBUILD}."
        raise SnapshotCorrupt(msg) from error


def _checksum(record: dict[str, object]) -> str:
    """Hash the fields of a manifest, whatever the white space in the file."""
    return xxh3_128(json.dumps(record).encode()).hexdigest()


def manifest_of(record: Mapping[str, object]) -> Manifest:
    """Make a manifest of its fields as `asdict` has them.

    Raises:
        TypeError: If they are others; or KeyError, ValueError or AttributeError.
    """
    fields = dict(record)
    encoder, files, parts = (fields.pop(name) for name in ("encoder", "files", "parts"))
    if not isinstance(encoder, dict) or not isinstance(files, dict) or not isinstance(parts, list):
        raise TypeError("encoder, files and parts")
    return Manifest(
        encoder=EncoderIdentity(**encoder),
        parts=tuple(PartCounts(**counts) for counts in parts),
        files={name: FileRecord(**values) for name, values in files.items()},
        **fields,  # type: ignore[arg-type]  # a wrong name raises TypeError, which the caller maps
    )


def check_space(manifest: Manifest, identity: EncoderIdentity, space: str) -> None:
    """Refuse vectors of another encoder or another centred embedding space.

    Raises:
        SnapshotMismatch: If name, revision, dimension or space differ.
    """
    if manifest.encoder == identity and manifest.space == space:
        return
    if manifest.encoder == identity:
        msg = f"The index was built with older ranking parameters; {_REBUILD} (quick: no encoding)."
        raise SnapshotMismatch(msg)
    msg = (
        f"The index was built with encoder {_describe(manifest.encoder)}, the settings ask for "
        f"{_describe(identity)}; {_REBUILD} to encode the archive anew, or set PASOKH_ENCODER back."
    )
    raise SnapshotMismatch(msg)


def _describe(encoder: EncoderIdentity) -> str:
    return f"{encoder.name!r} (revision {encoder.revision}, {encoder.dim} dimensions)"


def check_files(folder: Path, files: dict[str, FileRecord], *, full_bytes: int) -> list[str]:
    """Compare the files with their records.

    Sizes are always compared; content only of files of at most `full_bytes`, so that opening
    a large archive does not read all of it.

    Returns:
        What is wrong, in words; empty when all is as recorded.
    """
    problems = []
    for path, record in ((folder / name, record) for name, record in files.items()):
        try:
            size = path.stat().st_size
            if size != record.size:
                problems.append(f"{path.name} has {size} bytes instead of {record.size}")
            elif size <= full_bytes and checksum(path) != record.checksum:
                problems.append(f"{path.name} is altered: its checksum is not the recorded one")
        except OSError as error:
            problems.append(f"{path.name} cannot be read ({error.strerror})")
    return problems
