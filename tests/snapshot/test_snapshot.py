"""A snapshot is published whole, opened whole, and never believed when it is damaged."""

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warm import run_warm

from index import (
    Article,
    BuildReport,
    IndexConfig,
    Reject,
    Retriever,
    SnapshotCorrupt,
    SnapshotMismatch,
    SnapshotMissing,
    VectorSpace,
    build_index,
    open_snapshot,
    read_manifest,
    verify_snapshot,
)
from index.encoders import Encoder
from index.snapshot.manifest import MANIFEST, SCHEMA, PartCounts, file_records, write_manifest
from index.snapshot.snapshot import Snapshot, current_folder, publish
from index.sources import read_articles
from index.text.calendars import TEHRAN
from index.text.chunk import encoder_text, split
from index.text.clean import clean
from index.types import ArticleId, Passage

BUILDER = Path(__file__).parents[1] / "build" / "builder.py"

Build = Callable[[Path, Path], BuildReport]
Write = Callable[..., Path]

# Every file of a snapshot, as a pattern: tantivy makes up names.
PARTS = (
    "manifest.json",
    "report.json",
    "ledger.db",
    "sentence_starts.npy",
    "languages.npy",
    "owners.npy",
    "published.npy",
    "outlets.npy",
    "removed.npy",
    "layout.json",
    "parts/0/archive.db",
    "parts/0/passages.faiss",
    "parts/0/sentences.npy",
    "parts/0/names.tsv",
    "parts/0/copies.db",
    "parts/0/passages.words",
    "parts/0/articles.words",
    *(
        f"lexical/{part}/{name}"
        for part in ("passages", "articles")
        for name in (
            "meta.json",
            ".managed.json",
            "*.fast",
            "*.fieldnorm",
            "*.idx",
            "*.pos",
            "*.store",
            "*.term",
        )
    ),
)


@pytest.fixture
def folder(home: Path) -> Path:
    """Return the folder of the seed's snapshot, free to be damaged."""
    return current_folder(home)


def _part(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def test_parts_are_all_the_files(folder: Path) -> None:
    """The list above names every file of a snapshot, so that each is damaged below."""
    files = {path for path in folder.rglob("*") if path.is_file()}
    recorded = {folder / name for name in read_manifest(folder.parents[1]).files}
    locks = {path for path in files if path.suffix == ".lock"}

    assert {_part(folder, pattern) for pattern in PARTS} == files - locks
    assert files - {folder / MANIFEST} == recorded
    assert {0} == {path.stat().st_size for path in locks}


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _remove(path: Path) -> None:
    path.unlink()


def _grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


@pytest.mark.parametrize("damage", [_flip, _truncate, _empty, _remove, _grow])
@pytest.mark.parametrize("pattern", PARTS)
def test_open_when_a_file_is_damaged(
    pattern: str, damage: Callable[[Path], None], folder: Path, home: Path, space: VectorSpace
) -> None:
    """A bit flipped, bytes cut or added, or a file emptied or gone: the snapshot is not opened."""
    path = _part(folder, pattern)
    damage(path)

    with pytest.raises(SnapshotCorrupt, match=path.name) as caught:
        open_snapshot(home, space=space)
    assert "run `pasokh index build`" in str(caught.value)
    if path.name != MANIFEST:
        report = verify_snapshot(home)
        assert 1 == len(report.problems)
        assert path.name in report.problems[0]


def test_verify_when_sound(seed_home: Path) -> None:
    """A sound snapshot has no problems, and its counts are the archive's."""
    report = verify_snapshot(seed_home)

    assert () == report.problems
    assert len(read_manifest(seed_home).files) == report.n_files >= len(PARTS) - 1
    assert 1 == report.n_articles


def _more(counts: PartCounts) -> PartCounts:
    """Count one passage and one sentence too many."""
    return replace(counts, passages=counts.passages + 1, sentences=counts.sentences + 1)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("n_articles", "articles in the archive: 1 instead of 2"),
        ("n_passages", "passages in the archive: "),
        ("n_sentences", "sentences in the archive: "),
        ("languages", "languages"),
        ("parts", "owners.npy"),
    ],
)
def test_verify_when_the_parts_disagree(field: str, words: str, folder: Path, home: Path) -> None:
    """A manifest that is whole but speaks of another archive is found out."""
    manifest = read_manifest(home)
    wrong: dict[str, Any] = {"languages": {"xx": 1}, "parts": (_more(manifest.parts[0]),)}
    value = wrong.get(field) or getattr(manifest, field) + 1
    write_manifest(folder, replace(manifest, **{field: value}))

    try:
        found = "; ".join(verify_snapshot(home).problems)
    except SnapshotCorrupt as error:
        found = str(error)
    assert words in found


def test_open_when_nothing_was_built(tmp_path: Path, space: VectorSpace) -> None:
    """An empty or absent home has no index, and the message says how to make one."""
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(SnapshotMissing, match="run `pasokh index build`"):
            open_snapshot(place, space=space)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"no-such-snapshot",
        b"..",
        b".",
        b"../snapshots",
        b"/etc",
        b"../../../../../../etc",
        b"a/../b",
        b"\xff\xfe\x00",
        b"a\x00b",
        b"x" * 5000,
        "نام".encode(),
        b".building",
    ],
    ids=lambda content: repr(content)[:24],
)
def test_open_when_the_pointer_is_garbage(content: bytes, home: Path, space: VectorSpace) -> None:
    """Whatever stands in the pointer file, nothing outside the snapshots is opened."""
    manifest = current_folder(home) / MANIFEST
    shutil.copy(manifest, home)  # so that `..` would lead to a manifest
    shutil.copytree(current_folder(home), home / "snapshots" / ".building")
    (home / "CURRENT").write_bytes(content)

    with pytest.raises(SnapshotCorrupt, match="CURRENT"):
        open_snapshot(home, space=space)


def test_a_changed_bit_in_the_pointer_is_noticed(home: Path) -> None:
    """Of any bit, though the changed name be that of another snapshot; an old pointer is read."""
    folder, pointer = current_folder(home), home / "CURRENT"
    numbered = shutil.copytree(folder, folder.with_name(f"{folder.name}-2"))
    for number in (0, 3, 6):  # one bit from 2
        shutil.copytree(folder, folder.with_name(f"{folder.name}-{number}"))
    pointer.write_text(f"{numbered.name}\n")  # as earlier versions did
    assert numbered == current_folder(home)
    draft = home / "snapshots" / "draft"
    shutil.copytree(folder, draft)
    shutil.rmtree(numbered)
    publish(home, draft, numbered.name, keep=9)
    whole = pointer.read_bytes()

    for at in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[at // 8] ^= 1 << at % 8
        pointer.write_bytes(changed)
        try:
            assert numbered == current_folder(home)
        except SnapshotCorrupt as error:
            assert "run `pasokh index build`" in str(error)  # noqa: PT017  # or nothing is said


def test_open_when_the_pointer_is_a_folder(home: Path, space: VectorSpace) -> None:
    """A folder in the pointer's place is a corrupt index, not an unknown failure."""
    (home / "CURRENT").unlink()
    (home / "CURRENT").mkdir()

    with pytest.raises(SnapshotCorrupt, match="CURRENT"):
        open_snapshot(home, space=space)


def test_open_when_the_encoder_is_another(seed_home: Path, encoder: Encoder) -> None:
    """Vectors of another encoder are never mixed: both are named, and how to go on."""
    other = replace(encoder.identity, name="bge-m3", revision="r2", dim=1024)

    with pytest.raises(SnapshotMismatch) as caught:
        open_snapshot(seed_home, space=VectorSpace(other))

    assert "'multilingual-e5-small'" in str(caught.value)
    assert "'bge-m3' (revision r2, 1024 dimensions)" in str(caught.value)
    assert "run `pasokh index build`" in str(caught.value)


def test_open_when_the_means_are_another(seed_home: Path, encoder: Encoder) -> None:
    """The same encoder placed with other means is refused too."""
    means = {"query/und": np.ones(384, np.float32)}

    with pytest.raises(SnapshotMismatch, match="ranking parameters"):
        open_snapshot(seed_home, space=VectorSpace(encoder.identity, means))


def test_open_when_the_schema_is_unknown(folder: Path, home: Path, space: VectorSpace) -> None:
    """A snapshot of a schema from another time is never read."""
    write_manifest(folder, replace(read_manifest(home), schema=SCHEMA + 1))

    with pytest.raises(SnapshotMismatch, match=f"schema {SCHEMA}.*{SCHEMA + 1}"):
        open_snapshot(home, space=space)


_sentences = st.sampled_from(
    [
        "کربی گفت می‌روند.",
        "قال كيربي إن الطائرات وصلت؟",
        "Кирби сказал: «нет».",
        "柯比说飞机来了。",
        "He left at 5 p.m. on Su-35.",
        "👩‍👩‍👧‍👦🇮🇷 ok!",
        "e\u0301\u0302 \u202egnp\u202c \ufeff",
        "x",
        "'; DROP TABLE article; --",
    ]
)
_records = st.fixed_dictionaries(
    {
        "title": _sentences | st.just(""),
        "text": st.lists(_sentences | st.text(max_size=30), min_size=1, max_size=8).flatmap(
            lambda parts: st.sampled_from([" ", "\n", "\r\n", "\n\n", "\u2028"]).map(
                lambda gap: gap.join(parts)
            )
        ),
    },
    optional={
        "id": st.sampled_from(["a", "b", "c"]),
        "date": st.sampled_from(["2023-06-09", "2023", "۱۹ خرداد ۱۴۰۲، ۱۸:۱۵", "2023-06"]),
        "url": st.sampled_from(["https://www.mehrnews.com/news/580567{}", "x"]),
        "source": st.sampled_from(["Mehr", "مهر", "Nobody"]),
        "language": st.sampled_from(["fa", "zh-Hant", "und"]),
    },
)


def _expected(corpus: Path, encoder: Encoder) -> list[tuple[Article, list[Passage]]]:
    """Read a corpus by the letter of the rules, without building anything."""
    config = IndexConfig().chunk
    found: dict[tuple[str, str], tuple[Article, list[Passage]]] = {}
    for item in read_articles(corpus):
        if isinstance(item, Reject) or (item.headline, item.text) in found:
            continue
        name, ids = item.id, {article.id for article, _ in found.values()}
        if name in ids:
            content = f"{item.headline}\0{item.text}".encode()
            name = ArticleId(f"{name}-{blake2b(content, digest_size=16).hexdigest()[:8]}")
        article = replace(item, id=name)
        if passages := split(article, config, count_tokens=encoder.count_tokens):
            found[item.headline, item.text] = article, passages
    return list(found.values())


@settings(max_examples=10)
@given(records=st.lists(_records, max_size=4))
def test_publish_and_open_is_the_identity(
    records: list[dict[str, Any]], build: Build, write_records: Write, encoder: Encoder
) -> None:
    """All of an archive comes back from disk, each row's texts beside their own vectors."""
    anchor = {"text": "A first article, so that there is one."}
    for number, record in enumerate(records):  # an address names one article
        if "url" in record:
            record["url"] = record["url"].format(number)
    with TemporaryDirectory() as name:
        corpus, home = write_records(Path(name, "corpus"), anchor, *records), Path(name, "home")
        report = build(corpus, home)
        space = VectorSpace(encoder.identity)
        expected = _expected(corpus, encoder)
        with closing(open_snapshot(home, space=space)) as snapshot:
            found = list(snapshot.archive.articles())
            rows = snapshot.archive.passages(range(snapshot.archive.n_passages))
            vectors = snapshot.vectors.passages(np.arange(len(rows)))
            held = snapshot.vectors.sentences(np.arange(len(rows)))
            sentences = np.concatenate(held).astype(np.float32)
        verified = verify_snapshot(home)

    pairs = [(article, passage) for article, passages in expected for passage in passages]
    assert [article for article, _ in expected] == found
    assert pairs == [(article, passage) for passage, article in rows]
    assert all(p.span.cut(a.text) == p.text for a, p in pairs)
    assert len(records) + 1 == report.n_articles + report.n_duplicates + len(report.rejects)
    assert () == verified.problems
    own = space.passages(
        encoder.encode_passages([encoder_text(*pair) for pair in pairs]),
        [passage.language for _, passage in pairs],
    )
    assert np.sum(own * vectors, axis=1).tolist() == pytest.approx([1] * len(pairs), abs=1e-3)
    cut = [(a, p, span) for a, p in pairs for span in p.sentences]
    own = space.passages(
        encoder.encode_passages([clean(span.cut(a.text), p.language).text for a, p, span in cut]),
        [p.language for _, p, _ in cut],
    )
    assert np.sum(own * sentences, axis=1).tolist() == pytest.approx([1] * len(cut), abs=1e-3)


def _found(snapshot: Snapshot, encoder: Encoder, space: VectorSpace) -> list[tuple[str, float]]:
    """Ask a snapshot for what it has on jets."""
    retriever = Retriever(snapshot, encoder, space=space)
    found = retriever.retrieve("جت‌های سوخو", language="fa")
    return [(hit.passage.text, hit.score) for hit in found.hits]


def test_an_opened_snapshot_outlives_two_builds(
    home: Path,
    corpus: Path,
    build: Build,
    write_records: Write,
    encoder: Encoder,
    space: VectorSpace,
) -> None:
    """What was opened answers the same after it was pruned; the last two snapshots are kept."""
    names = [read_manifest(home).snapshot]
    with closing(open_snapshot(home, space=space)) as opened:
        before = _found(opened, encoder, space)
        for number in range(3):
            write_records(corpus, {"text": f"News item {number}."}, name=f"{number}.jsonl")
            names.append(build(corpus, home).snapshot)
        after = _found(opened, encoder, space)
        article = opened.article(opened.archive.passages([0])[0][1].id)

    kept = {path.name for path in (home / "snapshots").iterdir()}
    assert 4 == len(set(names))
    assert set(names[2:]) == kept
    assert names[3] == read_manifest(home).snapshot
    assert before == after
    assert before
    assert article is not None
    assert datetime(2023, 6, 9, 18, 15, tzinfo=TEHRAN) == article.published.at


def test_publishing_leaves_other_folders_alone(
    home: Path, corpus: Path, build: Build, write_records: Write
) -> None:
    """What somebody keeps beside the snapshots is never removed."""
    mine = [home / "snapshots" / name for name in ("mine", "0123456789ab-copy", "notes.txt")]
    for path in mine:
        path.mkdir()
        (path / "file").write_text("precious")
    for number in range(3):
        write_records(corpus, {"text": f"News item {number}."}, name=f"{number}.jsonl")
        build(corpus, home)

    assert ["precious"] * 3 == [(path / "file").read_text() for path in mine]
    assert 2 + len(mine) == len(list((home / "snapshots").iterdir()))


def test_the_snapshot_that_served_is_kept(
    home: Path, folder: Path, corpus: Path, build: Build, write_records: Write
) -> None:
    """An orphan of a killed build, however new, never takes the place of what served."""
    orphan = folder.with_name("0123456789ab")
    shutil.copytree(folder, orphan, copy_function=shutil.copyfile)
    orphan.touch()
    write_records(corpus, {"text": "One more."})
    report = build(corpus, home)

    kept = {path.name for path in (home / "snapshots").iterdir()}
    assert {folder.name, report.snapshot} == kept


def test_open_when_a_part_fails_closes_the_others(
    folder: Path, home: Path, space: VectorSpace
) -> None:
    """A snapshot with a broken part leaves no file of its archive open."""
    manifest = read_manifest(home)
    (folder / "parts" / "0" / "sentences.npy").write_bytes(b"garbage")
    write_manifest(folder, replace(manifest, files=file_records(folder)))
    with pytest.raises(SnapshotCorrupt, match="sentence vectors") as caught:
        open_snapshot(home, space=space)

    assert caught.value.__traceback__ is not None  # which keeps alive what was not closed
    assert folder / "parts" / "0" / "archive.db" not in {
        path.resolve() for path in Path("/proc/self/fd").glob("*")
    }


def test_an_unchanged_corpus_needs_no_writing(
    home: Path, corpus: Path, build: Build, encoder: Encoder, tmp_path: Path
) -> None:
    """With its index in place, building is done where neither home nor cache can be written."""
    built = build(corpus, home)
    for path in (home / "lock", home / "lock.pid"):
        path.unlink()
        path.mkdir()  # so that taking the lock fails, even for root
    report = build_index(
        [corpus], home, encoder=encoder, config=IndexConfig(), cache_dir=tmp_path / "none"
    )

    assert (False, built.snapshot) == (report.changed, report.snapshot)
    assert not (tmp_path / "none").exists()


def test_build_tells_its_stages(corpus: Path, encoder: Encoder, tmp_path: Path) -> None:
    """Reading, words and encoding are told in this order, each up to its total."""
    told: list[tuple[str, int, int | None]] = []
    report = build_index(
        [corpus],
        tmp_path / "home",
        encoder=encoder,
        config=IndexConfig(),
        cache_dir=tmp_path / "cache",
        progress=lambda *state: told.append(state),
    )

    total = report.n_passages + report.n_sentences
    assert ["read", "words", "encode"] == list(dict.fromkeys(stage for stage, _, _ in told))
    assert [("read", 1, None), ("read", 1, 1), ("words", 0, 1), ("words", 1, 1)] == told[:4]
    assert ("encode", total, total) == told[-1]


def test_build_repairs_a_damaged_snapshot(home: Path, folder: Path, build: Build) -> None:
    """The remedy in the messages works, and takes no name that stands already."""
    _flip(folder / "parts" / "0" / "archive.db")
    report = build(Path(__file__).parents[2] / "seeds", home)

    assert (True, 0) == (report.changed, report.n_encoded)
    assert f"{folder.name}-2" == report.snapshot == read_manifest(home).snapshot
    assert () == verify_snapshot(home).problems


@pytest.fixture(scope="module")
def big_corpus(write_records: Write, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write sixty articles of five sentences: more texts than are encoded between two commits."""
    records = (
        {"id": str(n), "text": " ".join(f"Item {n} says thing {m}." for m in range(5))}
        for n in range(60)
    )
    return write_records(tmp_path_factory.mktemp("big"), *records)


@pytest.fixture(scope="module")
def n_texts(
    big_corpus: Path, encoder: Encoder, vectors_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> int:
    """Build the big corpus once, so that its vectors are known; return how many it has."""
    report = build_index(
        [big_corpus],
        tmp_path_factory.mktemp("big-home"),
        encoder=encoder,
        config=IndexConfig(),
        cache_dir=vectors_dir,
    )
    return report.n_passages + report.n_sentences


MOMENTS: dict[str, dict[str, Any]] = {
    "reading": {"die_after": ["read", 30]},
    "before the first vector": {"die_after": ["encode", 0]},
    "between two commits": {"die_after": ["encode", 256]},
    "before the manifest": {"die_at": ["os.rename", MANIFEST]},
    "before the folder has its name": {"die_at": ["os.rename", ".building"]},
    "before the pointer moves": {"die_at": ["os.rename", "CURRENT"]},
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_build(  # noqa: PLR0913, PLR0917 - real things only
    moment: str,
    home: Path,
    big_corpus: Path,
    n_texts: int,
    encoder: Encoder,
    cache_dir: Path,
    vectors_dir: Path,
    space: VectorSpace,
    tmp_path: Path,
) -> None:
    """Killed at any moment, the old snapshot serves and the next build resumes what was encoded."""
    is_fresh = "die_after" in MOMENTS[moment]
    cache = tmp_path / "cache" if is_fresh else vectors_dir
    serving = read_manifest(home).snapshot
    paths = {"corpus": big_corpus, "home": home, "encoder": cache_dir / "encoder", "cache": cache}
    task = {name: str(path) for name, path in paths.items()} | MOMENTS[moment]

    killed = run_warm([BUILDER, json.dumps(task)])
    with closing(open_snapshot(home, space=space)) as snapshot:
        answer = _found(snapshot, encoder, space)
        still = snapshot.manifest.snapshot
    was = verify_snapshot(home)
    resumed = build_index(
        [big_corpus], home, encoder=encoder, config=IndexConfig(), cache_dir=cache
    )

    kept = {"reading": 0, "before the first vector": 0, "between two commits": 256}
    assert -9 == killed.returncode
    assert (serving, ()) == (still, was.problems)
    assert "سوخو" in answer[0][0]
    assert n_texts - kept.get(moment, n_texts) == resumed.n_encoded
    assert (60, resumed.snapshot) == (resumed.n_articles, read_manifest(home).snapshot)
    assert () == verify_snapshot(home).problems
    assert not (home / "snapshots" / ".building").exists()


def test_a_build_killed_while_pruning(
    home: Path, corpus: Path, build: Build, write_records: Write, cache_dir: Path, vectors_dir: Path
) -> None:
    """Killed once the pointer has moved, the new snapshot serves and is whole."""
    first = read_manifest(home).snapshot
    write_records(corpus, {"text": "One more."})
    build(corpus, home)
    write_records(corpus, {"text": "Two more."}, name="two.jsonl")
    task = {
        "corpus": str(corpus),
        "home": str(home),
        "encoder": str(cache_dir / "encoder"),
        "cache": str(vectors_dir),
        "die_at": ["shutil.rmtree", first],
    }

    killed = run_warm([BUILDER, json.dumps(task)])

    assert -9 == killed.returncode
    assert 3 == verify_snapshot(home).n_articles
    assert () == verify_snapshot(home).problems
    assert not build(corpus, home).changed
