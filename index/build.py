"""From a corpus to a published snapshot.

The corpus is read into the archive, its words go into the lexical index, every passage and
sentence is encoded (what was encoded before comes from the cache), and the whole is published.
Does not: answer, or touch the serving snapshot before the new one is whole.
"""

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path

from xxhash import xxh3_128

from index.archive import Archive
from index.calibration import VectorSpace
from index.config import ChunkConfig, IndexConfig
from index.disk import builder_lock, checksum, replace_text, storage_errors
from index.encode import write_vectors
from index.encoders import Encoder
from index.errors import CorpusError, PasokhError
from index.intake import Intake, take_in
from index.layout import write_layout
from index.lexical import write_lexical
from index.manifest import (
    SCHEMA,
    Manifest,
    check_files,
    file_record,
    file_records,
    load_manifest,
    write_manifest,
)
from index.snapshot import (
    ARCHIVE,
    LEXICAL,
    PASSAGES,
    REPORT,
    SENTENCES,
    check_draft,
    current_folder,
    draft_folder,
    free_name,
    publish,
)
from index.sources import corpus_files
from index.types import Reject
from index.vectors import VectorCache

# Headline of 200 characters, date, prefix and markers: news-fa's 6,637 need at most 66.
_CONTEXT_TOKENS = 80
_LEAST_TOKENS = 32

Progress = Callable[[str, int, int | None], None]
"""Called with a stage, "read", "words" or "encode", how much is done, and of how much if known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """How a build went.

    Attributes:
        changed: False when corpus, settings and encoder are those of the serving snapshot,
            so that nothing was done.
        n_duplicates: Articles left out because the same text came before.
        n_encoded: Texts that went through the encoder; the rest came from the cache.
        missing: Field name to the number of articles in which it was not found.
    """

    snapshot: str
    changed: bool
    n_articles: int
    n_duplicates: int
    n_passages: int
    n_sentences: int
    n_encoded: int
    rejects: tuple[Reject, ...]
    missing: dict[str, int]
    seconds: float
    size_bytes: int


def build_index(
    corpus: Path,
    home: Path,
    *,
    encoder: Encoder,
    config: IndexConfig,
    cache_dir: Path,
    progress: Progress | None = None,
    wait_s: float = 0,
) -> BuildReport:
    """Build and publish a snapshot of `corpus` under `home`, unless it is there already.

    Args:
        corpus: A file or a folder of articles.
        home: Where snapshots live; made if missing.
        cache_dir: Where encoded vectors are kept between builds.
        progress: Told how far each stage is.
        wait_s: How long another build there is waited for.

    Raises:
        CorpusError: If `corpus` is missing or holds no article; the old snapshot stays.
        SnapshotLocked: If another process is building there still.
        StorageError: If something cannot be written; the old snapshot stays.
    """
    started = time.monotonic()
    space = VectorSpace(encoder.identity)
    config = replace(config, chunk=_within_window(config.chunk, encoder.max_tokens))
    key = _key(corpus, space, config)
    # Before anything is written or locked too, so that it works where nothing may be written.
    report = _unchanged(home, key)
    if report is None:
        with storage_errors(home):
            home.mkdir(parents=True, exist_ok=True)
            with builder_lock(home, wait_s=wait_s):
                report = _unchanged(home, key) or _build_anew(
                    _Task(corpus, home, key, encoder, space, config, cache_dir),
                    progress or _silent,
                )
    return replace(report, seconds=round(time.monotonic() - started, 3))


@dataclass(frozen=True, slots=True)
class _Task:
    """What is built, from what, and where."""

    corpus: Path
    home: Path
    key: str
    encoder: Encoder
    space: VectorSpace
    config: IndexConfig
    cache_dir: Path


def _build_anew(task: _Task, tell: Progress) -> BuildReport:
    """Build in a draft and publish it; the lock is held."""
    started = time.monotonic()
    with draft_folder(task.home) as draft:
        intake = _read(task, draft / ARCHIVE, tell)
        n_encoded = _write_parts(task, draft, tell)
        manifest = _describe(draft, free_name(task.home, task.key), task.key, task.space)
        report = _report(manifest, intake, n_encoded, time.monotonic() - started)
        _seal(draft, manifest, report)
        publish(task.home, draft, manifest.snapshot)
    return report


def _read(task: _Task, archive: Path, tell: Progress) -> Intake:
    """Read the corpus into a new archive.

    Raises:
        CorpusError: If it holds no article.
    """
    intake = take_in(
        task.corpus,
        archive,
        config=task.config,
        count_tokens=task.encoder.count_tokens,
        progress=lambda done: tell("read", done, None),
    )
    if not intake.n_articles:
        raise CorpusError(_nothing_read(task.corpus, intake))
    tell("read", intake.n_articles, intake.n_articles)
    return intake


def _silent(_stage: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""


def _within_window(chunk: ChunkConfig, window: int) -> ChunkConfig:
    """Shorten passages so that they, headline and date fit an encoder's window of tokens."""
    room = max(window - _CONTEXT_TOKENS, _LEAST_TOKENS)
    return replace(chunk, max_tokens=min(chunk.max_tokens, room))


def _key(corpus: Path, space: VectorSpace, config: IndexConfig) -> str:
    """Hash all that a snapshot is made from: code, vectors, settings and the corpus' bytes."""
    made_by = [SCHEMA, metadata.version("pasokh"), space.fingerprint, asdict(config)]
    digest = xxh3_128(json.dumps(made_by).encode())
    for path, origin in corpus_files(corpus):
        try:
            # A pipe would never end; the reader rejects what is no file.
            content = checksum(path) if path.is_file() else "no file"
        except OSError as error:
            content = f"unreadable: {error.strerror}"
        digest.update(json.dumps([origin, content]).encode())
    return digest.hexdigest()


def _unchanged(home: Path, key: str) -> BuildReport | None:
    """Return the serving snapshot's report if it has this key and every byte is as recorded."""
    try:
        folder = current_folder(home)
        manifest = load_manifest(folder)
        if manifest.key != key or check_files(
            folder, manifest.files, full_bytes=manifest.size_bytes
        ):
            return None
        fields = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        rejects = tuple(Reject(**reject) for reject in fields.pop("rejects"))
        return BuildReport(**fields | {"rejects": rejects, "changed": False, "n_encoded": 0})
    except (PasokhError, OSError, ValueError, TypeError, KeyError):
        return None  # missing or unusable: build it anew


def _nothing_read(corpus: Path, intake: Intake) -> str:
    reasons = sorted({reject.reason for reject in intake.rejects})
    why = f"{len(intake.rejects)} files were rejected ({', '.join(reasons)})" if reasons else "none"
    return (
        f"Expected articles in {corpus}, but {why if reasons else 'there are none'}; "
        "put text files or JSON Lines there, or set PASOKH_CORPUS to where they are."
    )


def _write_parts(task: _Task, draft: Path, tell: Progress) -> int:
    """Write the lexical index and the vectors of the archive in `draft`; return n_encoded."""
    with (
        closing(Archive(draft / ARCHIVE)) as archive,
        VectorCache(task.cache_dir, task.encoder) as cache,
    ):
        tell("words", 0, archive.n_articles)
        write_lexical(draft / LEXICAL, archive)
        write_layout(draft, archive)
        tell("words", archive.n_articles, archive.n_articles)
        return write_vectors(
            archive,
            draft / PASSAGES,
            draft / SENTENCES,
            cache=cache,
            space=task.space,
            config=task.config.chunk,
            progress=lambda done, total: tell("encode", done, total),
        )


def _describe(draft: Path, name: str, key: str, space: VectorSpace) -> Manifest:
    """Return the manifest of what stands in `draft`."""
    with closing(Archive(draft / ARCHIVE)) as archive:
        return Manifest(
            schema=SCHEMA,
            snapshot=name,
            key=key,
            encoder=space.identity,
            space=space.fingerprint,
            n_articles=archive.n_articles,
            n_passages=archive.n_passages,
            n_sentences=archive.n_sentences,
            languages=archive.languages(),
            files=file_records(draft),
        )


def _seal(draft: Path, manifest: Manifest, report: BuildReport) -> None:
    """Write the report and the manifest, and read the whole back."""
    text = json.dumps(asdict(report), ensure_ascii=False, indent=1)
    replace_text(draft / REPORT, f"{text}\n")
    files = manifest.files | {REPORT: file_record(draft / REPORT)}
    write_manifest(draft, replace(manifest, files=files))
    check_draft(draft)


def _report(manifest: Manifest, intake: Intake, n_encoded: int, seconds: float) -> BuildReport:
    return BuildReport(
        snapshot=manifest.snapshot,
        changed=True,
        n_articles=manifest.n_articles,
        n_duplicates=intake.n_duplicates,
        n_passages=manifest.n_passages,
        n_sentences=manifest.n_sentences,
        n_encoded=n_encoded,
        rejects=tuple(intake.rejects),
        missing=dict(sorted(intake.missing.items())),
        seconds=round(seconds, 3),
        size_bytes=manifest.size_bytes,
    )
