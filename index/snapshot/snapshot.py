"""Snapshot: one built index, and how it lies on disk: published whole, opened whole, checked.

home/
  CURRENT                name of the snapshot that serves and its checksum; replaced atomically
  lock, lock.pid         one builder at a time
  stamps.jsonl           files of the corpus as they were when hashed, see `disk.file_stamps`
  removed.jsonl          articles removed by request, see `corpus.removals`
  collected/             articles collected from the web, see `web`
  collected.lock         one writer there at a time, see `corpus.drafts`
  snapshots/<name>/
    manifest.json        what this is: encoder, counts, checksums
    report.json          how the build went: rejects, missing fields, seconds
    ledger.db            what became of every item of the corpus, see `corpus.ledger`
    *.npy, layout.json   metadata columns of the passages, see `rows`
    lexical/             postings over all passages, see `lexical.index`
    parts/<k>/           from 0; never changed once written, shared by hard links between
                         snapshots; rows are numbered over all parts in this order, see `parts`
      archive.db         articles and passages
      passages.faiss     a vector per passage; passages.codes in a large part, see `vectors`
      sentences.npy      a vector per sentence, half precision, (n_sentences, dim)
      names.tsv, *.words see `lexical.index`
      copies.db          which articles are one report, see `dedup.groups`
"""

import math
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, count, pairwise
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from xxhash import xxh3_128_hexdigest

from index.arrays import Mask, Rows, Scores
from index.corpus.archive import Archive
from index.corpus.ledger import Kind, Ledger, Repeat, wording_of
from index.dedup.groups import COPIES, Copies
from index.disk.atomic import replace_text, sync_folder, sync_tree
from index.encoders.space import VectorSpace
from index.errors import (
    SnapshotCorrupt,
    SnapshotError,
    SnapshotMissing,
    StorageError,
)
from index.lexical.index import FileLexicalIndex, LexicalIndex, LexicalQuestion
from index.snapshot.manifest import (
    MANIFEST,
    Manifest,
    PartCounts,
    check_files,
    check_space,
    load_manifest,
)
from index.snapshot.parts import Archives, SnapshotVectors
from index.snapshot.reading import Columns, Reports, Texts, Versions
from index.snapshot.rows import Layout, open_layout
from index.text.calendars import period
from index.types import Article, ArticleId
from index.vectors.files import open_vectors
from index.vectors.store import PassageVectors

PARTS = "parts"
ARCHIVE = "archive.db"
LEXICAL = "lexical"
LEDGER = "ledger.db"
REPORT = "report.json"

_POINTER = "CURRENT"
_SNAPSHOTS = "snapshots"
_DRAFT = ".building"
_NAME = re.compile(r"[0-9a-f]{12}(-[0-9]{1,6})?")  # as `free_name` makes them
# Files up to this size are read through whenever a snapshot is opened (some 20 ms when cached);
# of larger ones only the size is compared. `verify_snapshot` reads everything.
READ_ON_OPEN_BYTES = 1 << 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of articles.

    Attributes:
        days: By the day of publication, in days since 1970 in Tehran; without those of articles
            whose date is unknown or vaguer than a month.
        outlets: By the outlet's name as it is written, "" for none.
        languages: By tag of the first passage.
    """

    n_articles: int
    days: Mapping[int, int]
    outlets: Mapping[str, int]
    languages: Mapping[str, int]


class Scored(NamedTuple):
    """Passages, which rise, with what a question scores them by; each of shape (n,).

    Attributes:
        cosines, best_sentences: Inner products of the question's vector with theirs.
        lexical: See `LexicalIndex.shares`; read where the languages agree.
        names: See `LexicalIndex.name_shares`; read where they do not.
    """

    rows: Rows
    cosines: Scores
    best_sentences: Scores
    is_same_language: Mask
    lexical: Scores
    names: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An opened index; immutable, and safe to share between threads."""

    manifest: Manifest
    archive: Texts
    vectors: PassageVectors
    lexical: LexicalIndex
    layout: Columns
    copies: Reports
    ledger: Versions

    @property
    def name(self) -> str:
        """Name that no other snapshot in its place ever has."""
        return self.manifest.snapshot

    @property
    def published_at(self) -> datetime:
        """When it was published."""
        raise NotImplementedError

    def tally(self, outlets: Collection[str]) -> Tally:
        """Count the articles of some outlets, by case-folded name."""
        raise NotImplementedError

    def former_sentences(
        self, wordings: Mapping[ArticleId, Collection[bytes]]
    ) -> Iterator[tuple[ArticleId, str]]:
        """Yield (article, sentence) of what articles of older snapshots said in these wordings.

        Does not: find those of snapshots that are kept no longer.
        """
        raise NotImplementedError

    @property
    def outlets(self) -> tuple[str, ...]:
        """Case-folded names of its articles' outlets; "" stands for an unnamed one."""
        return self.layout.outlet_names

    def article(self, article_id: ArticleId) -> Article | None:
        """Return the article with this id, or None."""
        return self.archive.article(article_id)

    def same_report(self, article_id: ArticleId) -> tuple[Article, ...]:
        """Return the articles that are one report with this one, itself among them.

        Earliest first; an imprecise date counts as its end, and undated articles come last.
        Empty where there is no article with this id.
        """
        row = self.archive.row(article_id)
        articles = [] if row is None else self.archive.articles_at(self.copies.group(row))
        ends = [
            (period(article.published)[1].timestamp() if article.published else math.inf, article)
            for article in articles
        ]
        return tuple(article for _, article in sorted(ends, key=itemgetter(0)))

    def scored(
        self,
        question: LexicalQuestion,
        vector: Scores,
        language: str,
        near: tuple[Rows, Scores],
        others: Rows,
    ) -> Scored:
        """Score passages by all that tells how near a question is.

        Args:
            question: Its words.
            vector: Its vector, shape (dim,).
            language: Its tag.
            near: Passages with their inner products with the vector.
            others: More of them.
        """
        rows = np.concatenate((near[0], others))
        cosines = np.concatenate((near[1], self.vectors.scores(vector, others)))
        rising = np.argsort(rows)
        rows, cosines = rows[rising], cosines[rising]
        best = self.vectors.best_sentences(vector, rows, missing=cosines)
        is_same = self.layout.is_language(rows, language)
        # A passage needs its words or its names, never both (see `index.search.fuse`).
        lexical, names = np.zeros((2, len(rows)), np.float32)
        lexical[is_same] = self.lexical.shares(question, rows[is_same])
        names[~is_same] = self.lexical.name_shares(question, rows[~is_same])
        return Scored(rows, cosines, best, is_same, lexical, names)

    def former_ids(self, article_id: ArticleId) -> tuple[ArticleId, ...]:
        """Return the ids of an article's earlier versions."""
        return tuple(ArticleId(version.former) for version in self.versions(article_id))

    def earlier(self, article_id: ArticleId) -> tuple[str, ...]:
        """Return the origins of an article's earlier versions, which are not searched."""
        return tuple(version.origin for version in self.versions(article_id))

    def versions(self, article_id: ArticleId) -> Iterator[Repeat]:
        """Yield an article's earlier versions."""
        yield from self.ledger.repeats(article_id, kind=Kind.VERSION)

    def successor(self, article_id: ArticleId) -> ArticleId | None:
        """Return the article that replaced an earlier version of this id, None for none."""
        return self.ledger.successor(article_id)

    def wordings(self) -> Iterator[tuple[ArticleId, bytes]]:
        """Yield every article's id with a digest of its headline and text."""
        return self.ledger.wordings()

    def close(self) -> None:
        """Release the files."""
        self.archive.close()
        self.ledger.close()
        self.copies.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSnapshot(Snapshot):
    """A snapshot in files."""

    folder: Path
    archive: Archives
    vectors: SnapshotVectors
    lexical: FileLexicalIndex
    layout: Layout
    copies: Copies
    ledger: Ledger

    @property
    def published_at(self) -> datetime:
        """When it was published."""
        return datetime.fromtimestamp((self.folder / MANIFEST).stat().st_mtime, UTC)

    def tally(self, outlets: Collection[str]) -> Tally:
        """Count the articles of some outlets, by case-folded name."""
        layout = self.layout
        seen = [code for code, name in enumerate(layout.outlet_names) if name in outlets]
        shown = np.isin(layout.outlets, seen)
        if layout.live is not None:
            shown &= layout.live
        rows = np.flatnonzero(shown)
        _, firsts = np.unique(layout.owners[rows], return_index=True)
        rows = rows[firsts]
        days, counts = np.unique(layout.days(rows), return_counts=True)
        tags = np.bincount(layout.languages[rows], minlength=len(layout.tags)).tolist()
        _, examples, numbers = np.unique(
            layout.outlets[rows], return_index=True, return_counts=True
        )
        # The columns have names case-folded; an article has its outlet's as it is written.
        written = [
            article.source
            for article in self.archive.articles_at(layout.owners[rows[examples]].tolist())
        ]
        return Tally(
            n_articles=len(rows),
            days=dict(zip(days.tolist(), counts.tolist(), strict=True)),
            outlets=dict(zip(written, numbers.tolist(), strict=True)),
            languages=dict(zip(layout.tags, tags, strict=True)),
        )

    def former_sentences(
        self, wordings: Mapping[ArticleId, Collection[bytes]]
    ) -> Iterator[tuple[ArticleId, str]]:
        """Yield (article, sentence) of what articles of older snapshots said in these wordings.

        Does not: find those of snapshots that are no longer on disk.
        """
        for folder in older_folders(self.folder.parent.parent):
            for path in folder.glob(f"{PARTS}/*/{ARCHIVE}") if folder != self.folder else ():
                with suppress(SnapshotCorrupt), closing(Archive(path)) as archive:  # pruned
                    for article_id, known in wordings.items():
                        article = archive.article(article_id)
                        if article is not None and wording_of(article) in known:
                            for sentence in archive.sentences(article_id):
                                yield article_id, sentence


def current_folder(home: Path) -> Path:
    """Return the folder of the serving snapshot.

    Raises:
        SnapshotMissing: If nothing has been published under `home`.
        SnapshotCorrupt: If the pointer leads nowhere.
    """
    pointer = home / _POINTER
    try:
        name, *stated = pointer.read_text(encoding="utf-8").split() or [""]
    except FileNotFoundError as error:
        msg = f"Expected an index under {home}, but there is none; run `pasokh index build`."
        raise SnapshotMissing(msg) from error
    except (OSError, ValueError) as error:
        msg = (
            f"Expected a snapshot's name in {pointer}, but it cannot be read ({error}); run "
            "`pasokh index build`."
        )
        raise SnapshotCorrupt(msg) from error
    folder = home / _SNAPSHOTS / name
    # Earlier versions stated no checksum.
    is_whole = _NAME.fullmatch(name) and stated in ([], [_sum(name)])
    if not is_whole or not folder.is_dir():
        says = " ".join((name, *stated))[:80]
        msg = (
            f"Expected {pointer} to name a snapshot, but it says {says!r}, "
            f"{'and there is no such snapshot' if is_whole else 'which is damaged'}; run "
            "`pasokh index build`."
        )
        raise SnapshotCorrupt(msg)
    return folder


def read_manifest(home: Path) -> Manifest:
    """Read the manifest of the serving snapshot."""
    return load_manifest(current_folder(home))


def open_snapshot(home: Path, *, space: VectorSpace) -> FileSnapshot:
    """Open the serving snapshot, whose vectors must be of `space`.

    Raises:
        SnapshotMissing: If there is none.
        SnapshotCorrupt: If a file is missing, truncated or altered.
        SnapshotMismatch: If it was built with another encoder or schema.
    """
    folder = current_folder(home)
    manifest = load_manifest(folder)
    check_space(manifest, space.identity, space.fingerprint)
    problems = check_files(folder, manifest.files, full_bytes=READ_ON_OPEN_BYTES)
    if problems:
        msg = (
            f"Expected the index at {folder} as it was built, but {'; '.join(problems)}; "
            "run `pasokh index build`."
        )
        raise SnapshotCorrupt(msg)
    return open_folder(folder, manifest)


def open_folder(folder: Path, manifest: Manifest) -> FileSnapshot:
    """Open a snapshot's folder without checking its files."""
    counts, dim = manifest.parts, manifest.encoder.dim
    parts = [folder / PARTS / str(number) for number in range(len(counts))]
    with ExitStack() as opened:
        layout = open_layout(folder, n_passages=sum(part.passages for part in counts))
        texts = [opened.enter_context(closing(Archive(part / ARCHIVE))) for part in parts]
        copies = Copies(
            [part / COPIES for part in parts],
            [part.articles for part in counts],
            layout.removed.tolist(),
        )
        opened.enter_context(closing(copies))
        ledger = opened.enter_context(closing(Ledger(folder / LEDGER, is_written=False)))
        edges = np.cumsum([0, *(part.passages for part in counts)]).tolist()
        snapshot = FileSnapshot(
            manifest=manifest,
            folder=folder,
            archive=Archives(texts, layout.removed.tolist()),
            vectors=SnapshotVectors(
                [
                    open_vectors(part, layout.starts[start : end + 1], dim)
                    for part, (start, end) in zip(parts, pairwise(edges), strict=True)
                ]
            ),
            lexical=FileLexicalIndex.open(folder / LEXICAL, layout.owners, parts),
            layout=layout,
            copies=copies,
            ledger=ledger,
        )
        opened.pop_all()  # all parts are there, so the archives stay open
    return snapshot


def check_parts(snapshot: FileSnapshot, *, first: int = 0) -> list[str]:
    """Return in words where the parts of a snapshot disagree.

    Args:
        snapshot: The snapshot.
        first: Texts of parts before this one are not read.
    """
    manifest, layout = snapshot.manifest, snapshot.layout
    parts = [
        PartCounts(articles=part.n_articles, passages=part.n_passages, sentences=part.n_sentences)
        for part in snapshot.archive.parts
    ]
    counts = {
        "articles in the archive": (snapshot.archive.n_articles, manifest.n_articles),
        "passages in the archive": (layout.n_live, manifest.n_passages),
        "sentences in the archive": (layout.n_live_sentences, manifest.n_sentences),
        "rows in the archives": (parts, [replace(part, recall=1.0) for part in manifest.parts]),
        "passage vectors": (snapshot.vectors.n_rows, layout.n_rows),
        "passages in the lexical index": (snapshot.lexical.n_rows, manifest.n_passages),
        "articles in the lexical index": (snapshot.lexical.n_articles, manifest.n_articles),
        "dimensions of a vector": (snapshot.vectors.dim, manifest.encoder.dim),
        "languages": (layout.count_languages(), manifest.languages),
    }
    problems = [
        f"{what}: {actual} instead of {expected}"
        for what, (actual, expected) in counts.items()
        if actual != expected
    ]
    problems += [problem for part in snapshot.archive.parts[first:] for problem in part.check()]
    return problems + snapshot.copies.check(first)


@contextmanager
def draft_folder(home: Path) -> Iterator[Path]:
    """Yield an empty folder to build in, removed again unless it is published.

    What a killed build left there is deleted first.
    """
    draft = home / _SNAPSHOTS / _DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def check_draft(draft: Path, *, first: int = 0) -> None:
    """Read back what was written, before it is published.

    Args:
        draft: The folder.
        first: The first part that was written; those before it come from an older snapshot.

    Raises:
        StorageError: If a part is not whole.
    """
    try:
        with closing(open_folder(draft, load_manifest(draft))) as snapshot:
            problems = check_parts(snapshot, first=first)
    except SnapshotCorrupt as error:
        problems = [str(error)]
    if problems:
        raise StorageError(
            "Expected to read back the index just written, but it is not whole, as on a full disk; "
            f"free some space and run it again ({'; '.join(problems)})"
        )


def publish(home: Path, draft: Path, name: str, *, keep: int) -> None:
    """Make `draft` the serving snapshot under `name`, atomically, and prune old ones.

    A reader, or a crash at any point, sees the old snapshot or the new one, never a mixture.

    Args:
        home: Where snapshots live.
        draft: The folder that is published.
        name: A free name.
        keep: How many snapshots stay, the newest. The one that served until now is kept in any
            case, for readers about to open it, unless `keep` is 0: then only the new one stays.
    """
    served = _serving(home)
    sync_tree(draft)
    folder = home / _SNAPSHOTS / name
    draft.rename(folder)
    sync_folder(folder.parent)
    replace_text(home / _POINTER, f"{name} {_sum(name)}\n")
    prune(home, {name, served if keep else None}, keep)


def _sum(name: str) -> str:
    """Return the checksum that stands behind a snapshot's name."""
    return xxh3_128_hexdigest(name.encode())


def unpublish(home: Path) -> None:
    """Delete all snapshots."""
    (home / _POINTER).unlink(missing_ok=True)
    sync_folder(home)
    prune(home, set(), 0)


def older_folders(home: Path) -> list[Path]:
    """Return the folders of our snapshots that do not serve."""
    serving = _serving(home)
    folders = (home / _SNAPSHOTS).iterdir() if (home / _SNAPSHOTS).is_dir() else ()
    return [path for path in folders if _NAME.fullmatch(path.name) and path.name != serving]


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


def prune(home: Path, kept: set[str | None], keep: int) -> None:
    """Delete our snapshots except those `kept` and, up to `keep` in all, the newest.

    One that cannot be deleted stays; where `keep` is 0 this raises. One that is still open in
    another process stays readable there. Folders with names that we do not make are not ours and
    stay.
    """
    ours = [path for path in (home / _SNAPSHOTS).iterdir() if _NAME.fullmatch(path.name)]
    others = [path for path in ours if path.name not in kept]
    others.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for folder in others[max(keep - len(kept), 0) :]:
        shutil.rmtree(folder, ignore_errors=keep > 0)
