"""Building from good and bad corpora, on full and forbidden disks: the old index always serves."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import (
    BuildReport,
    ChunkConfig,
    CorpusError,
    IndexConfig,
    Retriever,
    SnapshotLocked,
    SnapshotMissing,
    StorageError,
    VectorSpace,
    build_index,
    open_snapshot,
    read_manifest,
    verify_snapshot,
)
from index.build.build import _within_window
from index.disk.atomic import builder_lock
from index.encoders import Encoder
from index.snapshot.snapshot import check_draft, current_folder
from index.sources import RejectReason

SEEDS = Path(__file__).parents[2] / "seeds"
BUILDER = Path(__file__).with_name("builder.py")

Build = Callable[[Path, Path], BuildReport]
Write = Callable[..., Path]
Run = Callable[..., Any]

GOOD = {"id": "good", "text": "The minister opened the new bridge on Monday."}


@pytest.fixture
def still_answers(home: Path, encoder: Encoder, space: VectorSpace) -> Callable[[], None]:
    """Return a check that the seed's index serves as it did, whole and with its best passage."""
    serving = read_manifest(home).snapshot

    def check() -> None:
        with closing(open_snapshot(home, space=space)) as snapshot:
            retriever = Retriever(snapshot, encoder, space=space)
            hit = retriever.retrieve("جت‌های سوخو", language="fa").hits[0]
        assert "سوخو" in hit.passage.text
        assert (serving, ()) == (snapshot.manifest.snapshot, verify_snapshot(home).problems)
        assert [serving] == [path.name for path in (home / "snapshots").iterdir()]

    return check


@pytest.fixture
def run_builder(home: Path, cache_dir: Path, vectors_dir: Path) -> Run:
    """Return a function that builds over the seed's index in another process."""

    def run(corpus: Path, *, prefix: tuple[str, ...] = (), **task: Any) -> Any:  # noqa: ANN401
        paths = {"corpus": corpus, "home": home, "encoder": cache_dir / "encoder"}
        paths["cache"] = vectors_dir
        given_task = {name: str(path) for name, path in paths.items()} | task
        done = subprocess.run(
            [*prefix, sys.executable, BUILDER, json.dumps(given_task)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_build_of_the_seed(seed_home: Path, build: Build) -> None:
    """The seed is one article with nothing missing, and building it again changes nothing."""
    report = build(SEEDS, seed_home)

    assert not report.changed
    assert (1, 0, 0) == (report.n_articles, report.n_duplicates, report.n_encoded)
    assert ((), {}) == (report.rejects, report.missing)
    assert read_manifest(seed_home).snapshot == report.snapshot


def test_build_when_nothing_changed_touches_no_file(home: Path, corpus: Path, build: Build) -> None:
    """An unchanged corpus leaves every file of the index as it is, the pointer too."""
    build(corpus, home)

    def state() -> dict[Path, tuple[int, int, bytes]]:
        kept = [home / "CURRENT", *(home / "snapshots").rglob("*")]
        return {
            path: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
            for path in kept
            if path.is_file()
        }

    before = state()
    (corpus / "000_90bc660f97e81928.txt").touch()
    report = build(corpus, home)

    assert not report.changed
    assert before == state()


def test_build_when_something_changed_encodes_only_new_text(
    home: Path, corpus: Path, build: Build, write_records: Write
) -> None:
    """A new article costs the encoding of its own passages and sentences only."""
    build(corpus, home)
    write_records(corpus, {"text": "بند نخست از خبر تازه است. بند دوم هم رسید."})
    report = build(corpus, home)
    again = build(corpus, home)

    assert (True, 2, 3) == (report.changed, report.n_articles, report.n_encoded)
    assert (False, 0) == (again.changed, again.n_encoded)
    assert report.snapshot == again.snapshot


@pytest.mark.parametrize("mask", [0o022, 0o027])
def test_all_files_of_an_index_have_one_mode(
    home: Path, corpus: Path, build: Build, mask: int
) -> None:
    """Who may open one file of an index may open all, after a first build and after an update."""
    before = os.umask(mask)
    try:
        build(corpus, home.parent / "other")
        (corpus / "more.txt").write_text("A short item about rain.")
        build(corpus, home.parent / "other")
    finally:
        os.umask(before)
    files = [path for path in (home.parent / "other").rglob("*") if path.is_file()]

    assert {0o666 & ~mask} == {path.stat().st_mode & 0o777 for path in files}


def test_build_when_the_settings_changed(home: Path, corpus: Path, encoder: Encoder) -> None:
    """Other settings make another snapshot of the same corpus."""
    config = IndexConfig()
    smaller = type(config)(chunk=type(config.chunk)(max_tokens=60))
    reports = [
        build_index([corpus], home, encoder=encoder, config=one, cache_dir=home.parent / "cache")
        for one in (config, smaller)
    ]

    assert reports[1].changed
    assert reports[0].n_passages < reports[1].n_passages


def test_build_counts_duplicates_and_keeps_ids_apart(
    tmp_path: Path, build: Build, write_records: Write, space: VectorSpace
) -> None:
    """The same text twice is one article; another text under the same id is an article too."""
    corpus = write_records(
        tmp_path / "corpus",
        {"id": "a", "text": "One text."},
        {"id": "b", "text": "One text."},
        {"id": "a", "text": "Another text."},
        {"id": "a", "text": "A third text."},
        {"id": "a", "title": "But a headline", "text": "One text."},
    )
    report = build(corpus, tmp_path / "home")
    with closing(open_snapshot(tmp_path / "home", space=space)) as snapshot:
        found = {article.id: article.text for article in snapshot.archive.articles()}

    assert (4, 1) == (report.n_articles, report.n_duplicates)
    assert ["One text.", "Another text.", "A third text.", "One text."] == list(found.values())
    assert next(iter(found)) == "a"
    assert all(name.startswith("a-") for name in list(found)[1:])


_texts = st.sampled_from(["One.", "Two.", "سه.", "...", "", "\ud800", "a\0b", "\ufeff"])
_lines = st.one_of(
    st.fixed_dictionaries({"text": _texts}, optional={"id": _texts, "title": _texts}).map(
        json.dumps
    ),
    st.sampled_from(["{", "[]", "null", '{"text": 5}', '{"text": ["x"]}', "\x00", "{}", '"text"']),
)


@settings(max_examples=15)
@given(lines=st.lists(_lines, max_size=12))
def test_nothing_is_lost_in_silence(
    lines: list[str], build: Build, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Lines read = articles indexed + duplicates + rejects, whatever the lines are."""
    folder = tmp_path_factory.mktemp("lines")
    (folder / "corpus").mkdir()
    content = "\n".join([json.dumps(GOOD), *lines])
    (folder / "corpus" / "news.jsonl").write_text(content, encoding="utf-8")
    is_binary = "\0" in content[:8192]
    if is_binary:  # one raw NUL makes the file no text at all
        with pytest.raises(CorpusError, match=r"1 file was rejected \(binary\)"):
            build(folder / "corpus", folder / "home")
        return
    report = build(folder / "corpus", folder / "home")

    assert len(lines) + 1 == report.n_articles + report.n_duplicates + len(report.rejects)


REJECTS: dict[str, tuple[str, bytes, RejectReason]] = {
    "zero bytes": ("empty.txt", b"", RejectReason.EMPTY),
    "white space": ("blank.txt", b" \r\n\t \n", RejectReason.NO_TEXT),
    "not UTF-8": ("cut.txt", "خبر تازه".encode()[:-1], RejectReason.ENCODING),
    "UTF-16": ("wide.txt", "خبر".encode("utf-16")[:-1], RejectReason.ENCODING),
    "binary as txt": ("image.txt", b"\x89PNG\r\n\x1a\n" + bytes(200), RejectReason.NO_PROSE),
    "random as txt": ("noise.txt", bytes(range(256)) * 40, RejectReason.BINARY),
    "broken JSON": ("broken.jsonl", b'{"text": "a', RejectReason.BROKEN_JSON),
    "lone surrogate": ("half.jsonl", b'{"text": "a \\ud83d b"}', RejectReason.BAD_FIELD),
    "lone surrogate in id": (
        "id.jsonl", b'{"id": "\\udc00", "text": "a"}', RejectReason.BAD_FIELD,
    ),
    "deep JSON": ("deep.jsonl", b'{"text": ' + b"[" * 100_000, RejectReason.BAD_FIELD),
    "long line": ("long.jsonl", b'{"text": "' + b"a" * 9_000_000 + b'"}', RejectReason.TOO_LONG),
}  # fmt: skip


@pytest.mark.parametrize("case", REJECTS)
def test_build_counts_a_bad_file(
    case: str, home: Path, corpus: Path, build: Build, still_answers: Callable[[], None]
) -> None:
    """A bad file beside good ones is one counted reject; alone it is an error that says why."""
    name, content, reason = REJECTS[case]
    (corpus / name).write_bytes(content)
    alone = corpus.parent / "alone"
    alone.mkdir()
    shutil.copy(corpus / name, alone)

    with pytest.raises(CorpusError, match=rf"1 file was rejected \({reason}\)"):
        build(alone, home)
    still_answers()
    report = build(corpus, home)

    assert 1 == report.n_articles
    assert [(name, reason)] == [
        (reject.origin.partition(":")[0], reject.reason) for reject in report.rejects
    ]
    assert report.rejects[0].detail
    assert () == verify_snapshot(home).problems


@pytest.mark.parametrize("escape", ["\\u0000", "\\u202e", "\\ufeff", "\\u001b[31m"], ids=ascii)
def test_build_keeps_odd_characters(
    escape: str, tmp_path: Path, build: Build, space: VectorSpace
) -> None:
    """NUL and control characters in any field of a record come back as they were."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    line = f'{{"id": "i{escape}d", "title": "H{escape}h", "text": "A{escape} b.{escape} C d."}}'
    (corpus / "odd.jsonl").write_text(line)
    build(corpus, tmp_path / "home")
    odd = json.loads(f'"{escape}"')
    with closing(open_snapshot(tmp_path / "home", space=space)) as snapshot:
        (found,) = snapshot.archive.articles()
        by_id = snapshot.article(found.id)

    assert f"A{odd} b.{odd} C d." == found.text
    assert f"H{odd}h" == found.headline
    assert found == by_id


def test_build_when_a_file_name_is_not_utf8(
    home: Path, corpus: Path, build: Build, space: VectorSpace
) -> None:
    """Names that are no UTF-8 are read all the same, and written out in escapes."""
    try:
        Path(os.fsdecode(bytes(corpus) + b"/\xff good.txt")).write_text("A good text.")
        Path(os.fsdecode(bytes(corpus) + b"/\xfe bad.txt")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    report = build(corpus, home)
    with closing(open_snapshot(home, space=space)) as snapshot:
        origins = [article.origin for article in snapshot.archive.articles()]

    assert r"\udcff good.txt" in origins
    assert [r"\udcfe bad.txt"] == [reject.origin for reject in report.rejects]


@pytest.mark.parametrize("name", ["none", "none/deeper"], ids=["missing", "no folder either"])
def test_build_when_the_corpus_is_missing(
    name: str, home: Path, tmp_path: Path, build: Build, still_answers: Callable[[], None]
) -> None:
    """A path with nothing there is an error that names it and the setting."""
    with pytest.raises(CorpusError, match=f"{name}.*PASOKH_CORPUS"):
        build(tmp_path / name, home)

    still_answers()


def test_build_when_the_corpus_is_empty(
    home: Path, tmp_path: Path, build: Build, still_answers: Callable[[], None]
) -> None:
    """A folder without articles is an error, and no reason to drop the index there is."""
    (tmp_path / "empty" / "deeper").mkdir(parents=True)
    (tmp_path / "empty" / "README.md").write_text("Put articles here.")

    with pytest.raises(CorpusError, match=r"there are none.*PASOKH_CORPUS"):
        build(tmp_path / "empty", home)

    still_answers()


def test_a_failed_first_build_leaves_no_index(tmp_path: Path, build: Build) -> None:
    """Where nothing was built, a failed build leaves nothing that opens and no litter."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError):
        build(tmp_path / "empty", tmp_path / "home")

    with pytest.raises(SnapshotMissing):
        read_manifest(tmp_path / "home")
    assert [] == list((tmp_path / "home" / "snapshots").iterdir())


def test_build_of_a_huge_line_in_bounded_memory(corpus: Path, run_builder: Run) -> None:
    """A line of 50 MB is one reject, and costs a fraction of its size in memory."""
    (corpus / "news.jsonl").write_text(json.dumps(GOOD) + "\n")
    without = run_builder(corpus)
    with (corpus / "news.jsonl").open("ab") as file:
        file.write(b'{"text": "' + b"a" * 50_000_000 + b'"}\n' + b'{"text": "After it."}\n')
    found = run_builder(corpus)

    assert [RejectReason.TOO_LONG] == found["rejects"]
    assert (2, 3) == (without["n_articles"], found["n_articles"])
    assert found["peak_kib"] - without["peak_kib"] < 30_000  # 9,000 measured


def test_build_when_a_file_may_not_grow(
    corpus: Path, run_builder: Run, write_records: Write
) -> None:
    """Cut off at any size of any file, a build says so and the old index serves; then it works."""
    write_records(corpus, *({"text": f"News item {n} of today."} for n in range(12)))
    limits = [0, 1, 100, 1000, 2000, 4000, 5000, 9000, 12_000, 16_000, 20_000, 24_000, 28_000]
    limits += [30_000, 40_000, 50_000, 100_000, 1_000_000_000]

    found = run_builder(corpus, file_limits=limits)

    failed = [one for one in found if "error" in one]
    assert {"StorageError"} == {one["error"] for one in failed}
    assert 1 == len({one["serving"] for one in failed})
    assert [] == [problem for one in found for problem in one["problems"] + one["litter"]]
    assert len(failed) >= 8
    assert "error" not in found[-1]
    assert {13} == {one["n_articles"] for one in found if "error" not in one}


@pytest.mark.parametrize("lost", [1, 500, 2000], ids=["a byte", "some", "more"])
def test_a_draft_that_lost_its_last_bytes_is_refused(
    build: Build, corpus: Path, tmp_path: Path, lost: int
) -> None:
    """FAISS keeps silent when the end of its file is lost; what was lost is never published."""
    build(corpus, tmp_path / "home")
    draft = current_folder(tmp_path / "home")
    check_draft(draft)
    vectors = draft / "parts" / "0" / "passages.faiss"
    with vectors.open("r+b") as file:
        file.truncate(vectors.stat().st_size - lost)

    with pytest.raises(StorageError, match="not whole"):
        check_draft(draft)


def _on_its_own_disk(size: str, folder: Path, *, source: Path) -> tuple[str, ...]:
    """Return what to put before a command so that `folder` is a small disk, with a copy in it."""
    script = (
        f"mount -t tmpfs -o size={size} tmpfs '{folder}' && cp -a '{source}' '{folder}/home' && "
        'exec "$@"'
    )
    return ("unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh")


def _read_only(folder: Path) -> tuple[str, ...]:
    """Return what to put before a command so that it cannot write to `folder`."""
    script = f"mount --bind '{folder}' '{folder}' && mount -o remount,bind,ro '{folder}' && "
    script += 'exec "$@"'
    return ("unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh")


def _can_mount(folder: Path) -> bool:
    """Tell whether this machine lets us mount in a namespace of our own."""
    if shutil.which("unshare") is None:
        return False
    command = [*_read_only(folder), "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_build_on_a_full_disk(
    home: Path, corpus: Path, run_builder: Run, write_records: Write, tmp_path: Path
) -> None:
    """On a real disk that fills up at any point, the error says so and the old index serves."""
    if not _can_mount(tmp_path):
        pytest.skip("mounts are not permitted here")
    write_records(corpus, *({"text": f"News item {n} of today."} for n in range(12)))
    disk = tmp_path / "disk"
    disk.mkdir()
    blocks = [*range(0, 40, 3), 60, 100]

    found = run_builder(
        corpus,
        prefix=_on_its_own_disk("3m", disk, source=home),
        home=str(disk / "home"),
        free_blocks=blocks,
    )

    failed = [one for one in found if "error" in one]
    assert {"StorageError"} == {one["error"] for one in failed}
    assert all("space" in one["message"] or "full" in one["message"] for one in failed)
    assert {read_manifest(home).snapshot} == {one["serving"] for one in failed}
    assert [] == [problem for one in found for problem in one["problems"] + one["litter"]]
    assert len(failed) >= 8
    assert 13 == found[-1]["n_articles"]


def test_build_when_the_cache_disk_is_full(
    home: Path, corpus: Path, run_builder: Run, write_records: Write, tmp_path: Path
) -> None:
    """No room for encoded vectors is told as a full disk as well."""
    if not _can_mount(tmp_path):
        pytest.skip("mounts are not permitted here")
    write_records(corpus, *({"text": f"News item {n} of today."} for n in range(40)))
    disk = tmp_path / "disk"
    disk.mkdir()

    found = run_builder(
        corpus,
        prefix=_on_its_own_disk("600k", disk, source=home),
        cache=str(disk / "cache"),
        home=str(disk / "home"),
        free_blocks=[0],
    )

    assert "StorageError" == found[0]["error"]
    assert "full" in found[0]["message"]
    assert (read_manifest(home).snapshot, []) == (found[0]["serving"], found[0]["problems"])


@pytest.mark.parametrize("part", ["", "snapshots"], ids=["home", "snapshots"])
def test_build_in_a_read_only_folder(
    part: str, home: Path, corpus: Path, run_builder: Run, still_answers: Callable[[], None]
) -> None:
    """A folder that may not be written is an error with advice, and the old index serves."""
    (corpus / "more.txt").write_text("One more article, so that there is something to do.")
    if not _can_mount(home):
        pytest.skip("mounts are not permitted here")

    found = run_builder(corpus, prefix=_read_only(home / part))

    assert "StorageError" == found["error"]
    assert "read-only" in found["message"]
    assert "choose another place" in found["message"]
    still_answers()


def test_opening_from_a_read_only_disk(home: Path) -> None:
    """An index on a disk that cannot be written opens whole and is found sound."""
    if not _can_mount(home):
        pytest.skip("mounts are not permitted here")
    script = (
        "import sys; from pathlib import Path; from index import *;"
        "manifest = read_manifest(Path(sys.argv[1]));"
        "assert not verify_snapshot(Path(sys.argv[1])).problems; print(manifest.snapshot)"
    )
    command = [*_read_only(home), sys.executable, "-c", script, str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert f"{read_manifest(home).snapshot}\n" == done.stdout, done.stderr


def test_build_when_a_file_stands_in_the_way(tmp_path: Path, build: Build) -> None:
    """A file where the home or its folder should be is an error that says so."""
    (tmp_path / "file").write_text("")

    for place in (tmp_path / "file", tmp_path / "file" / "home"):
        with pytest.raises(StorageError, match="a file"):
            build(SEEDS, place)


def test_two_builders_at_once(
    home: Path, corpus: Path, build: Build, run_builder: Run, still_answers: Callable[[], None]
) -> None:
    """While one process builds, another is told which, and disturbs nothing."""
    (corpus / "more.txt").write_text("One more article, so that there is something to do.")
    with builder_lock(home):
        found = run_builder(corpus)
        with pytest.raises(SnapshotLocked, match=f"process {os.getpid()} is building"):
            build(corpus, home)
        still_answers()
    report = build(corpus, home)

    assert "SnapshotLocked" == found["error"]
    assert f"process {os.getpid()} is building" in found["message"]
    assert 2 == report.n_articles


def test_build_beside_a_pipe(corpus: Path, tmp_path: Path, build: Build) -> None:
    """A named pipe in the corpus is one reject; nothing waits for somebody to write to it."""
    os.mkfifo(corpus / "pipe.txt")
    previous = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("the build hangs"))
    signal.alarm(30)
    try:
        reports = [build(corpus, tmp_path / "home") for _ in range(2)]
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)

    assert [True, False] == [report.changed for report in reports]
    assert [("pipe.txt", RejectReason.UNREADABLE)] == [
        (reject.origin, reject.reason) for reject in reports[0].rejects
    ]


def test_build_when_a_suffix_is_not_utf8(home: Path, corpus: Path, build: Build) -> None:
    """A reject whose detail names a suffix that is no UTF-8 is written out in escapes."""
    try:
        Path(os.fsdecode(bytes(corpus) + b"/page.h\xff")).write_text('<?xml version="1.0"?><x/>')
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    report = build(corpus, home)

    assert [r"page.h\udcff"] == [reject.origin for reject in report.rejects]
    assert r".h\udcff" in report.rejects[0].detail
    assert report.rejects == build(corpus, home).rejects


def test_build_when_the_id_to_give_is_taken(
    tmp_path: Path, build: Build, write_records: Write, space: VectorSpace
) -> None:
    """Another text under a known id is an article even where the id made for it is in use."""
    clash = {"id": "a", "text": "Another text."}
    write_records(tmp_path / "first", {"id": "a", "text": "One text."}, clash)
    build(tmp_path / "first", tmp_path / "home")
    with closing(open_snapshot(tmp_path / "home", space=space)) as snapshot:
        *_, made = [article.id for article in snapshot.archive.articles()]
    taken = ({"id": "a", "text": "One text."}, {"id": made, "text": "A third text."})
    write_records(tmp_path / "second", *taken, {"id": f"{made}-2", "text": "A fourth."}, clash)
    report = build(tmp_path / "second", tmp_path / "home")

    assert (4, ()) == (report.n_articles, report.rejects)


@pytest.mark.parametrize(("window", "expected"), [(512, 160), (200, 120), (64, 32)])
def test_passages_fit_the_encoders_window(window: int, expected: int) -> None:
    """A short window shortens passages, so that nothing of one is cut off unseen."""
    assert expected == _within_window(ChunkConfig(max_tokens=160), window).max_tokens
