"""One built index on disk: published whole, opened whole, checked before use.

    home/
      CURRENT                name of the snapshot that serves; replaced atomically
      lock, lock.pid         one builder at a time
      snapshots/<name>/
        manifest.json        what this is: encoder, counts, checksums
        report.json          how the build went: rejects, missing fields, seconds
        archive.db           articles and passages
        passages.faiss       a vector per passage
        sentences.npy        a vector per sentence, half precision, (n_sentences, dim)
        sentence_starts.npy, languages.npy   see `layout`
        lexical/             postings and vocabulary

Does not: build any of it.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.archive import Archive
from index.calibration import VectorSpace
from index.dense import DenseIndex
from index.disk import replace_text, sync_folder, sync_tree
from index.errors import SnapshotCorrupt, SnapshotError, SnapshotMissing, StorageError
from index.layout import Layout, open_layout
from index.lexical import LexicalIndex
from index.manifest import Manifest, check_files, check_space, load_manifest
from index.types import Article, ArticleId

ARCHIVE = "archive.db"
PASSAGES = "passages.faiss"
SENTENCES = "sentences.npy"
LEXICAL = "lexical"
REPORT = "report.json"

_POINTER = "CURRENT"
_SNAPSHOTS = "snapshots"
_DRAFT = ".building"
_NAME = re.compile(r"[0-9a-f]{12}(-[0-9]{1,6})?")  # as `free_name` makes them
# Files up to this size are read through whenever a snapshot is opened (some 20 ms when cached);
# of larger ones only the size is compared. `verify_snapshot` reads everything.
_READ_ON_OPEN_BYTES = 1 << 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An opened index; immutable, and safe to share between threads."""

    manifest: Manifest
    archive: Archive
    dense: DenseIndex
    lexical: LexicalIndex
    layout: Layout
    sentence_vectors: NDArray[np.float16]

    def article(self, article_id: ArticleId) -> Article | None:
        """Return the article with this id, or None."""
        return self.archive.article(article_id)

    def close(self) -> None:
        """Release the files."""
        self.archive.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What a full check of the serving snapshot found."""

    snapshot: str
    n_files: int
    n_articles: int
    n_passages: int
    problems: tuple[str, ...]


def current_folder(home: Path) -> Path:
    """Return the folder of the serving snapshot.

    Raises:
        SnapshotMissing: If nothing has been published under `home`.
        SnapshotCorrupt: If the pointer leads nowhere.
    """
    pointer = home / _POINTER
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        msg = f"Expected an index under {home}, but there is none; run `pasokh index build`."
        raise SnapshotMissing(msg) from error
    except (OSError, ValueError) as error:
        msg = f"Expected a snapshot's name in {pointer}, but it cannot be read ({error})."
        raise SnapshotCorrupt(msg) from error
    folder = home / _SNAPSHOTS / name
    if not _NAME.fullmatch(name) or not folder.is_dir():
        msg = (
            f"Expected {pointer} to name a snapshot, but it says {name!r} and there is no such "
            "snapshot; run `pasokh index build`."
        )
        raise SnapshotCorrupt(msg)
    return folder


def read_manifest(home: Path) -> Manifest:
    """Read the manifest of the serving snapshot."""
    return load_manifest(current_folder(home))


def open_snapshot(home: Path, *, space: VectorSpace) -> Snapshot:
    """Open the serving snapshot, whose vectors must stand in `space`.

    Raises:
        SnapshotMissing: If there is none.
        SnapshotCorrupt: If a file is missing, truncated or altered.
        SnapshotMismatch: If it was built with another encoder or schema.
    """
    folder = current_folder(home)
    manifest = load_manifest(folder)
    check_space(manifest, space.identity, space.fingerprint)
    problems = check_files(folder, manifest.files, full_bytes=_READ_ON_OPEN_BYTES)
    if problems:
        msg = (
            f"Expected the index at {folder} as it was built, but {'; '.join(problems)}; "
            "run `pasokh index build`."
        )
        raise SnapshotCorrupt(msg)
    return _open(folder, manifest)


def _open(folder: Path, manifest: Manifest) -> Snapshot:
    with ExitStack() as opened:
        snapshot = Snapshot(
            manifest=manifest,
            archive=opened.enter_context(closing(Archive(folder / ARCHIVE))),
            dense=DenseIndex.open(folder / PASSAGES),
            lexical=LexicalIndex.open(folder / LEXICAL),
            layout=open_layout(
                folder, n_passages=manifest.n_passages, tags=tuple(manifest.languages)
            ),
            sentence_vectors=_open_sentences(folder / SENTENCES, manifest),
        )
        opened.pop_all()  # all parts are there, so the archive stays open
    return snapshot


def _open_sentences(path: Path, manifest: Manifest) -> NDArray[np.float16]:
    shape = (manifest.n_sentences, manifest.encoder.dim)
    try:
        # Subtle: an empty array cannot be memory-mapped.
        vectors = np.load(path, mmap_mode="r" if manifest.n_sentences else None, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        msg = f"Expected sentence vectors at {path}, but {error}; run `pasokh index build`."
        raise SnapshotCorrupt(msg) from error
    if vectors.shape != shape or vectors.dtype != np.float16:
        msg = (
            f"Expected half-precision vectors of shape {shape} at {path}, but found "
            f"{vectors.dtype} {vectors.shape}; run `pasokh index build`."
        )
        raise SnapshotCorrupt(msg)
    return vectors  # type: ignore[no-any-return]  # np.load is untyped; checked above


def verify_snapshot(home: Path) -> VerifyReport:
    """Check every byte of the serving snapshot and that its parts agree."""
    folder = current_folder(home)
    manifest = load_manifest(folder)
    problems = check_files(folder, manifest.files, full_bytes=manifest.size_bytes)
    if not problems:
        with closing(_open(folder, manifest)) as snapshot:
            problems = _check_parts(snapshot)
    return VerifyReport(
        snapshot=manifest.snapshot,
        n_files=len(manifest.files),
        n_articles=manifest.n_articles,
        n_passages=manifest.n_passages,
        problems=tuple(problems),
    )


def _check_parts(snapshot: Snapshot) -> list[str]:
    manifest = snapshot.manifest
    counts = {
        "articles in the archive": (snapshot.archive.n_articles, manifest.n_articles),
        "passages in the archive": (snapshot.archive.n_passages, manifest.n_passages),
        "passage vectors": (snapshot.dense.n_rows, manifest.n_passages),
        "passages in the lexical index": (snapshot.lexical.n_rows, manifest.n_passages),
        "dimensions of a vector": (snapshot.dense.dim, manifest.encoder.dim),
        "languages": (snapshot.archive.languages(), manifest.languages),
    }
    problems = [
        f"{found} {what} instead of {expected}"
        for what, (found, expected) in counts.items()
        if found != expected
    ]
    return problems + snapshot.archive.check()


@contextmanager
def draft_folder(home: Path) -> Iterator[Path]:
    """Yield an empty folder to build in, removed again unless it is published.

    What a killed build left there is removed first.
    """
    draft = home / _SNAPSHOTS / _DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def check_draft(draft: Path) -> None:
    """Read back what was written, before anybody relies on it.

    Subtle: FAISS does not tell of a disk that becomes full with the last 4 KiB of a file; it
    prints a line and leaves the file short.

    Raises:
        StorageError: If a part is not whole.
    """
    try:
        with closing(_open(draft, load_manifest(draft))) as snapshot:
            problems = _check_parts(snapshot)
    except SnapshotCorrupt as error:
        problems = [str(error)]
    if problems:
        raise StorageError(
            "Expected to read back the index just written, but it is not whole, as on a full disk; "
            f"free some space and run it again ({'; '.join(problems)})"
        )


def publish(home: Path, draft: Path, name: str) -> None:
    """Make `draft` the serving snapshot under `name`, atomically, and prune old ones.

    A reader, or a crash at any point, sees the old snapshot or the new one, never a mixture.
    The one that served until now is kept, for readers about to open it.
    """
    kept = {name, _serving(home)}
    sync_tree(draft)
    folder = home / _SNAPSHOTS / name
    draft.rename(folder)
    sync_folder(folder.parent)
    replace_text(home / _POINTER, f"{name}\n")
    _prune(home, kept)


def _serving(home: Path) -> str | None:
    """Return the name that the pointer holds, or None if it leads nowhere."""
    try:
        return current_folder(home).name
    except SnapshotError:
        return None


def free_name(home: Path, key: str) -> str:
    """Return a snapshot name for `key` that no folder has yet, e.g. `5f2a81c09d3e-2`."""
    stem = key[:12]
    names = chain([stem], (f"{stem}-{n}" for n in count(2)))
    return next(name for name in names if not (home / _SNAPSHOTS / name).exists())


def _prune(home: Path, kept: set[str | None]) -> None:
    """Remove our other snapshots; one still open elsewhere stays readable there.

    Folders with names that we do not make are somebody's own and stay.
    """
    for folder in (home / _SNAPSHOTS).iterdir():
        if _NAME.fullmatch(folder.name) and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
