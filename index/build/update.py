"""Update: a new snapshot made from an old one and the changes of the corpus, then published.

What is new is read into a new part, its words go into the lexical index, its passages and
sentences are encoded, and the rest comes from the old snapshot (see `merge`), which is left alone
until the new one is whole.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path

from index.build.encode import copied
from index.build.merge import (
    Merge,
    new_part,
    number_part,
    plan_merge,
    reuse_old,
    write_words,
)
from index.config import IndexConfig
from index.corpus.archive import Archive, ArchiveWriter
from index.corpus.intake import CorpusFile, Intake, take_in
from index.corpus.ledger import Kind, Ledger
from index.corpus.removals import Removals
from index.dedup.groups import COPIES, write_copies
from index.disk.atomic import replace_text
from index.encoders import EncoderIdentity
from index.errors import CorpusError
from index.snapshot.manifest import (
    SCHEMA,
    Manifest,
    PartCounts,
    file_record,
    file_records,
    write_manifest,
)
from index.snapshot.rows import open_layout
from index.snapshot.snapshot import (
    ARCHIVE,
    LEDGER,
    REPORT,
    FileSnapshot,
    check_draft,
    draft_folder,
    free_name,
    publish,
    unpublish,
)
from index.sources import RejectReason
from index.types import Reject
from index.vectors.files import write_vectors
from index.vectors.store import Shard, Written
from index.workers import Workers

Progress = Callable[[str, int, int | None], None]
"""Called with a stage, "read", "words" or "encode", how much is done, and of how much if known."""


def no_progress(_stage: str, _done: int, _total: int | None) -> None:
    """Ignore the progress of a build."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """Outcome of a build.

    Attributes:
        changed: False when corpus, settings and encoder are those of the serving snapshot,
            so that nothing was done.
        n_articles: Articles in the index: added, changed and kept.
        n_added: Articles with a new id; all of them after a build from scratch.
        n_changed: Articles with an old id and another record.
        n_removed: Old ids that are no longer in the index.
        n_kept: Articles that stayed as they were.
        n_duplicates: Articles left out because an earlier one has the same text.
        n_versions: Earlier versions of articles.
        n_encoded: Texts that went through the encoder; the rest came from the cache or stayed.
        missing: Field name to the number of articles without it.
    """

    snapshot: str
    changed: bool
    n_articles: int
    n_added: int
    n_changed: int
    n_removed: int
    n_kept: int
    n_duplicates: int
    n_versions: int
    n_passages: int
    n_sentences: int
    n_encoded: int
    rejects: tuple[Reject, ...]
    missing: dict[str, int]
    seconds: float
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Input of a build; `build_index` explains most of it.

    Attributes:
        home: Where snapshots live.
        corpus: The corpus as error messages name it.
        files: All files of the corpus.
        removals: The removed articles, which must not be in the index.
        key, made_by, encoder, space: For the manifest.
        config: How articles are read and divided.
        count_tokens: The encoder's count of a text's tokens.
        encode: Yields the vectors of the first passages of an archive.
        keep: How many snapshots stay.
        workers: Used where many articles are new.
        progress: Called with the progress of each stage.
    """

    home: Path
    corpus: Path
    files: Sequence[CorpusFile]
    removals: Removals
    key: str
    made_by: str
    encoder: EncoderIdentity
    space: str
    config: IndexConfig
    count_tokens: Callable[[str], int]
    encode: Callable[[Archive, int], Iterable[Shard]]
    keep: int
    workers: Workers
    progress: Progress


def make_snapshot(task: Task, old: FileSnapshot | None) -> BuildReport:
    """Make a snapshot in a draft and publish it; the caller holds the lock.

    Raises:
        CorpusError: If no article is left; the old snapshot stays, unless its last articles were
            removed by request.
        SnapshotCorrupt: If `old` cannot be read.
    """
    started = time.monotonic()
    with draft_folder(task.home) as draft:
        with task.workers as workers:
            new = _read(task, draft, old, workers)
            n_new = new.intake.n_added + new.intake.n_changed
            task.progress("words", 0, n_new)
            write_words(draft, new.part, old, new.merge, workers)
            task.progress("words", n_new, n_new)
            if new.part is not None:
                with closing(Archive(new.part / ARCHIVE)) as archive:
                    write_copies(
                        new.part / COPIES,
                        archive,
                        old=old.copies if old else None,
                        moved=new.merge.articles,
                        removed=new.merge.removed,
                        start=new.merge.n_articles,
                        workers=workers,
                    )
        written = _write_vectors(task, old, new)
        manifest = _manifest(task, draft, old, new, written.recall)
        seconds = time.monotonic() - started
        report = _report(draft, manifest, new.intake, written.n_encoded, seconds)
        text = json.dumps(asdict(report), ensure_ascii=False, indent=1)
        replace_text(draft / REPORT, f"{text}\n")
        files = manifest.files | {REPORT: file_record(draft / REPORT)}
        write_manifest(draft, replace(manifest, files=files))
        check_draft(draft, first=new.merge.n_parts)
        # An index built from scratch does not tell what was removed from the one before.
        is_clean = not (new.intake.has_removals or (old is None and task.removals.entries))
        publish(task.home, draft, manifest.snapshot, keep=task.keep if is_clean else 0)
    return report


@dataclass(frozen=True, slots=True)
class _NewPart:
    """Result of reading a corpus: the changes, the plan of the merge, and the new part.

    Attributes:
        intake: Counts of the changes.
        merge: Which rows of the old snapshot stay.
        part: Folder of the new part; None where there is none.
        n_fresh: Passages of the part that are to be encoded, its first ones.
    """

    intake: Intake
    merge: Merge
    part: Path | None
    n_fresh: int


def _read(task: Task, draft: Path, old: FileSnapshot | None, workers: Workers) -> _NewPart:
    """Read what is new into the archive of a new part and copy the articles that move there.

    Raises:
        CorpusError: If there is no article; it names the first reject, which may show the cure.
    """
    if old is not None:
        shutil.copyfile(old.folder / LEDGER, draft / LEDGER)
    archive = new_part(draft) / ARCHIVE
    with Ledger(draft / LEDGER) as ledger, ArchiveWriter(archive) as writer:
        intake = take_in(
            task.files,
            ledger,
            writer,
            removals=task.removals,
            config=task.config,
            count_tokens=task.count_tokens,
            workers=workers,
            progress=lambda done: task.progress("read", done, None),
        )
        if not ledger.count(Kind.INDEXED):
            if intake.has_removals:
                unpublish(task.home)
            why = "there are none"
            passed_over = {RejectReason.HIDDEN, RejectReason.READ_ME}
            rejects = [reject for reject in ledger.rejects() if reject.reason not in passed_over]
            if rejects:
                reasons = ", ".join(sorted({reject.reason for reject in rejects}))
                were = "1 file was" if len(rejects) == 1 else f"{len(rejects)} files were"
                why = f"{were} rejected ({reasons}), the first: "
                why += rejects[0].detail
            msg = (
                f"Expected articles in {task.corpus}, but {why}; put text files or JSON Lines "
                "there, or set PASOKH_CORPUS or --corpus to where they are."
            )
            raise CorpusError(msg)
        task.progress("read", writer.n_articles, writer.n_articles)
        n_fresh = writer.n_passages
        merge = plan_merge(old, intake.dropped, n_fresh, compact=intake.has_removals)
        if old is not None:
            reuse_old(draft, old, merge, writer)
    return _NewPart(intake, merge, number_part(draft, merge, writer.n_passages), n_fresh)


def _write_vectors(task: Task, old: FileSnapshot | None, new: _NewPart) -> Written:
    """Write the vectors of the new part."""
    if new.part is None:
        return Written(n_encoded=0, recall=1.0)
    with closing(Archive(new.part / ARCHIVE)) as archive:
        fresh = task.encode(archive, new.n_fresh) if new.n_fresh else ()
        vectors = chain(fresh, copied(old, new.merge.passages) if old else ())
        shape = archive.n_sentences, task.encoder.dim
        return write_vectors(new.part, vectors, shape, task.config.dense)


def _manifest(
    task: Task, draft: Path, old: FileSnapshot | None, new: _NewPart, recall: float
) -> Manifest:
    """Return the manifest of `draft`, whose new part is searched with `recall`."""
    parts = list(old.manifest.parts[: new.merge.n_parts]) if old else []
    if new.part is not None:
        with closing(Archive(new.part / ARCHIVE)) as archive:
            counts = PartCounts(
                articles=archive.n_articles,
                passages=archive.n_passages,
                sentences=archive.n_sentences,
                recall=recall,
            )
        parts.append(counts)
    layout = open_layout(draft, n_passages=sum(part.passages for part in parts))
    old_files = (
        {old.folder / name: file for name, file in old.manifest.files.items()} if old else {}
    )
    return Manifest(
        schema=SCHEMA,
        snapshot=free_name(task.home, task.key),
        key=task.key,
        made_by=task.made_by,
        encoder=task.encoder,
        space=task.space,
        n_articles=sum(part.articles for part in parts) - len(layout.removed),
        n_passages=layout.n_live,
        n_sentences=layout.n_live_sentences,
        languages=layout.count_languages(),
        parts=tuple(parts),
        files=file_records(draft, old_files),
    )


def _report(
    draft: Path, manifest: Manifest, intake: Intake, n_encoded: int, seconds: float
) -> BuildReport:
    with Ledger(draft / LEDGER, is_written=False) as ledger:
        rejects = tuple(ledger.rejects())
        n_duplicates, n_versions = ledger.count(Kind.DUPLICATE), ledger.count(Kind.VERSION)
        missing = ledger.missing()
    return BuildReport(
        snapshot=manifest.snapshot,
        changed=True,
        n_articles=manifest.n_articles,
        n_added=intake.n_added,
        n_changed=intake.n_changed,
        n_removed=intake.n_removed,
        n_kept=intake.n_kept,
        n_duplicates=n_duplicates,
        n_versions=n_versions,
        n_passages=manifest.n_passages,
        n_sentences=manifest.n_sentences,
        n_encoded=n_encoded,
        rejects=rejects,
        missing=dict(sorted(missing.items())),
        seconds=round(seconds, 3),
        size_bytes=manifest.size_bytes,
    )
