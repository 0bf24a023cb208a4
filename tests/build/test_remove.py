"""An article taken out by request is in no file any more, and does not come back."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from index import (
    ArticleId,
    BuildReport,
    CorpusError,
    IndexConfig,
    RemovalReport,
    SnapshotCorrupt,
    SnapshotLocked,
    SnapshotMissing,
    VectorSpace,
    build_index,
    needs_build,
    open_snapshot,
    read_manifest,
    remove_article,
    verify_snapshot,
)
from index.corpus.removals import Removal, add_removal, read_removals
from index.encoders import Encoder
from index.snapshot.snapshot import current_folder

SUED = "Zanzibar quagmire embroiled the plaintiff yesterday evening."
RECORDS = (
    {"id": "one", "title": "First", "text": "The harbour was opened on Monday. Ships came."},
    {"id": "two", "title": "Unmentionable headline", "text": SUED},
    {"id": "three", "title": "Third", "text": "Bread became dearer in the capital."},
)

Write = Callable[..., Path]
Sync = Callable[[], BuildReport]
Remove = Callable[[str], RemovalReport]


@pytest.fixture
def corpus(tmp_path: Path, write_records: Write) -> Path:
    """Write three articles."""
    return write_records(tmp_path / "corpus", *RECORDS)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return a folder for vectors of this test alone."""
    return tmp_path / "vectors"


@pytest.fixture
def sync(corpus: Path, tmp_path: Path, encoder: Encoder, cache: Path) -> Sync:
    """Return a function that brings the index up to date."""

    def run() -> BuildReport:
        home = tmp_path / "home"
        roots = [corpus, home / "collected"]
        return build_index(roots, home, encoder=encoder, config=IndexConfig(), cache_dir=cache)

    return run


@pytest.fixture
def home(tmp_path: Path, sync: Sync) -> Path:
    """Build the index twice, so that there is an older snapshot and two parts."""
    sync()
    (tmp_path / "corpus" / "more.txt").write_text("A short item about rain.")
    sync()
    return tmp_path / "home"


@pytest.fixture
def remove(home: Path, cache: Path) -> Remove:
    """Return a function that removes an article."""

    def run(name: str) -> RemovalReport:
        return remove_article(
            home, ArticleId(name), config=IndexConfig(), cache_dir=cache, reason="court order"
        )

    return run


def _holding(folder: Path, *words: str) -> list[str]:
    """Return the files with any of the words, in any case and as names are filed."""
    wanted = [word.lower().encode() for word in words]
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in paths if any(one in path.read_bytes().lower() for one in wanted)]


def _n_vectors(cache: Path) -> int:
    (path,) = cache.glob("*.db")
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM vector").fetchone()[0])


def test_removed_text_is_in_no_file(home: Path, remove: Remove, cache: Path) -> None:
    """No byte of text or headline is left under the home, nor its vectors in the cache."""
    assert _holding(home, "quagmire", "unmentionable")
    before = _n_vectors(cache)
    report = remove("two")
    found = verify_snapshot(home, cache_dir=cache)

    assert [] == _holding(home, "quagmire", "zanzibar", "unmentionable", "plaintiff")
    assert 2 == before - _n_vectors(cache)
    assert [report.snapshot] == [path.name for path in (home / "snapshots").iterdir()]
    assert ((), 1) == (found.problems, found.n_removed)
    assert ("news.jsonl",) == report.still_in


def test_a_removed_article_is_not_found(home: Path, remove: Remove, space: VectorSpace) -> None:
    """The others are found as before; of the removed one there is no article and no word."""
    remove("two")
    with closing(open_snapshot(home, space=space)) as snapshot:
        ids = {str(article.id) for article in snapshot.archive.articles()}
        gone = snapshot.article(ArticleId("two"))
        frequency = snapshot.lexical.frequency("quagmire")

    assert {"one", "three"} < ids
    assert 3 == len(ids) == read_manifest(home).n_articles
    assert (None, 0) == (gone, frequency)


def test_a_removed_article_does_not_come_back(
    home: Path, remove: Remove, sync: Sync, corpus: Path, cache: Path
) -> None:
    """Neither an unchanged corpus nor its text under another id brings it back."""
    snapshot = remove("two").snapshot
    unchanged = sync()
    (corpus / "again.jsonl").write_text(json.dumps(RECORDS[1] | {"id": "other"}))
    report = sync()
    found = verify_snapshot(home, cache_dir=cache)

    assert (False, snapshot) == (unchanged.changed, unchanged.snapshot)
    assert ["removed", "removed"] == [reject.reason for reject in report.rejects]
    assert "taken out by request" == report.rejects[0].detail
    assert 3 == report.n_articles
    assert () == found.problems
    assert ["again.jsonl:1", "news.jsonl:2"] == sorted(found.still_in)


def test_duplicates_of_a_removed_article_go_with_it(
    home: Path, corpus: Path, sync: Sync, remove: Remove
) -> None:
    """A copy in another file does not take its place."""
    (corpus / "copy.jsonl").write_text(json.dumps(RECORDS[1] | {"id": "copy"}))
    sync()
    report = remove("two")

    assert ("copy.jsonl", "news.jsonl") == report.still_in
    assert 3 == read_manifest(home).n_articles
    assert [] == _holding(home, "quagmire")


def test_collected_files_of_its_own_are_deleted(
    home: Path, sync: Sync, remove: Remove, cache: Path
) -> None:
    """A collected file that holds nothing else is deleted, one that holds more is told."""
    (home / "collected").mkdir()
    alone, shared = home / "collected" / "alone.jsonl", home / "collected" / "shared.jsonl"
    records = [{"id": f"c{n}", "text": f"Collected item {n} of the day."} for n in range(3)]
    alone.write_text(json.dumps(records[0]))
    shared.write_text("\n".join(map(json.dumps, records[1:])))
    sync()
    reports = [remove("c0"), remove("c1")]

    assert (("collected/alone.jsonl",), ()) == (reports[0].unlinked, reports[0].still_in)
    assert ((), (), (str(shared),)) == (
        reports[1].unlinked,
        reports[1].still_in,
        reports[1].shared,
    )
    assert (False, True) == (alone.exists(), shared.exists())
    assert not sync().changed
    found = verify_snapshot(home, cache_dir=cache)
    assert ((), (), (str(shared),)) == (found.problems, found.still_in, found.shared)


def test_a_collected_file_goes_with_the_last_of_its_articles(
    home: Path, sync: Sync, remove: Remove, cache: Path
) -> None:
    """A file that holds nothing but removed articles is deleted."""
    (home / "collected").mkdir()
    shared = home / "collected" / "shared.jsonl"
    records = [{"id": f"c{n}", "text": f"Collected item {n} of the day."} for n in range(2)]
    shared.write_text("\n".join(map(json.dumps, records)))
    sync()
    remove("c0")
    report = remove("c1")

    assert (("collected/shared.jsonl",), ()) == (report.unlinked, report.shared)
    assert not shared.exists()
    assert () == verify_snapshot(home, cache_dir=cache).shared


def test_removing_again_deletes_what_came_back(
    home: Path, remove: Remove, sync: Sync, corpus: Path, cache: Path
) -> None:
    """A second removal deletes a collected copy, tells where else it is, and changes no more."""
    (corpus / "news.jsonl").unlink()
    (home / "collected").mkdir()
    (home / "collected" / "all.jsonl").write_text("\n".join(map(json.dumps, RECORDS)))
    sync()
    remove("two")
    (home / "collected" / "again.jsonl").write_text(json.dumps(RECORDS[1]))
    sync()
    reports = [remove("two"), remove("two")]

    assert [("collected/again.jsonl",), ()] == [report.unlinked for report in reports]
    assert [(str(home / "collected" / "all.jsonl"),)] * 2 == [one.shared for one in reports]
    assert reports[0].snapshot == reports[1].snapshot == read_manifest(home).snapshot
    assert ["all.jsonl"] == _holding(home, "quagmire")
    assert not sync().changed
    assert () == verify_snapshot(home, cache_dir=cache).problems


def test_collected_copies_under_the_same_address_are_deleted_too(
    home: Path, sync: Sync, remove: Remove
) -> None:
    """A page that was saved and added twice leaves neither wording in the collection."""
    (home / "collected").mkdir()
    page = {"url": "https://news.example/1", "date": "2023-06-09"}
    for number, text in enumerate(("Eleven flew in a zeppelin.", "Twelve flew in a zeppelin.")):
        path = home / "collected" / f"page{number}.jsonl"
        path.write_text(json.dumps({"id": f"p{number}", "text": text} | page))
    sync()
    report = remove("p0")

    assert ("collected/page0.jsonl", "collected/page1.jsonl") == report.unlinked
    assert () == report.still_in
    assert [] == _holding(home, "zeppelin")


def test_vectors_that_another_index_has_are_no_damage(
    home: Path, remove: Remove, corpus: Path, encoder: Encoder, cache: Path
) -> None:
    """Encoded again elsewhere, the text's vector is told, and another removal deletes it."""
    remove("two")
    before = verify_snapshot(home, cache_dir=cache)
    other = home.parent / "other"
    build_index([corpus], other, encoder=encoder, config=IndexConfig(), cache_dir=cache)
    again = verify_snapshot(home, cache_dir=cache)
    remove("two")
    after = verify_snapshot(home, cache_dir=cache)

    assert ((), (), ()) == (before.problems, again.problems, after.problems)
    assert ({}, {"two": 1}, {}) == (before.cached, again.cached, after.cached)
    assert () == verify_snapshot(other, cache_dir=cache).problems


def test_remove_when_there_is_no_such_article(home: Path, remove: Remove) -> None:
    """An unknown id is an error and changes nothing."""
    serving = read_manifest(home).snapshot
    with pytest.raises(CorpusError, match="'nobody'"):
        remove("nobody")

    assert serving == read_manifest(home).snapshot
    assert () == read_removals(home).entries


def test_remove_when_there_is_no_index(tmp_path: Path, cache: Path) -> None:
    """Without an index there is nothing to remove, and nothing is made."""
    with pytest.raises(SnapshotMissing):
        remove_article(tmp_path / "none", ArticleId("a"), config=IndexConfig(), cache_dir=cache)
    assert not (tmp_path / "none").exists()


def test_removing_the_last_article_leaves_no_index(home: Path, remove: Remove, sync: Sync) -> None:
    """With its last article an index is gone, and a build says why there is none."""
    with closing(sqlite3.connect(current_folder(home) / "parts" / "1" / "archive.db")) as rows:
        ((last,),) = rows.execute("SELECT id FROM article").fetchall()
    reports = [remove(name) for name in ("one", "two", "three", last)]

    assert "" == reports[-1].snapshot == remove("two").snapshot
    with pytest.raises(SnapshotMissing):
        read_manifest(home)
    assert [] == list((home / "snapshots").iterdir())
    with pytest.raises(CorpusError, match="removed"):
        sync()


def test_an_unfinished_removal_is_finished_by_a_build(home: Path, sync: Sync, cache: Path) -> None:
    """Killed once the article is on the list, the next build takes it out for good."""
    serving = current_folder(home)
    with closing(sqlite3.connect(serving / "ledger.db")) as ledger:
        query = "SELECT record, text FROM item WHERE article = 'two'"
        ((record, text),) = ledger.execute(query).fetchall()
    entry = Removal(
        article="two",
        record=record.hex(),
        text=text.hex(),
        names=(),
        vectors=(),
        at="",
        reason="",
    )
    add_removal(home, entry)
    pending = verify_snapshot(home, cache_dir=cache)
    report = sync()

    assert any("taken out by request" in problem for problem in pending.problems)
    assert 3 == report.n_articles
    assert [] == _holding(home, "quagmire")
    assert () == verify_snapshot(home, cache_dir=cache).problems


_KILLED_REMOVAL = """
import os, signal, sys
from pathlib import Path
from index import ArticleId, IndexConfig, remove_article
from index.build import remove

add = remove.add_removal
remove.add_removal = lambda *entry: (add(*entry), os.kill(os.getpid(), signal.SIGKILL))
home, cache = map(Path, sys.argv[1:])
remove_article(home, ArticleId("c0"), config=IndexConfig(), cache_dir=cache)
"""


@pytest.mark.parametrize("next_command", ["build", "remove"])
def test_a_killed_removal_is_finished_by_the_next_command(
    home: Path, sync: Sync, remove: Remove, cache: Path, next_command: str
) -> None:
    """Killed once the article is on the list, its collected file is deleted by what runs next."""
    (home / "collected").mkdir()
    record = {"id": "c0", "text": "Eleven flew in a zeppelin."}
    (home / "collected" / "alone.jsonl").write_text(json.dumps(record))
    sync()
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED_REMOVAL, str(home), str(cache)], check=False
    )
    is_pending = needs_build(home)
    if next_command == "build":
        sync()
    else:
        remove("one")

    assert (-signal.SIGKILL, True) == (killed.returncode, is_pending)
    assert [] == _holding(home, "zeppelin")
    assert () == verify_snapshot(home, cache_dir=cache).problems
    assert not needs_build(home)


_SLOW_REMOVAL = """
import sys
from pathlib import Path
from index import ArticleId, IndexConfig, remove_article
from index.build import remove

add = remove.add_removal
remove.add_removal = lambda *entry: (add(*entry), print(flush=True), sys.stdin.readline())
home, cache = map(Path, sys.argv[1:])
remove_article(home, ArticleId("two"), config=IndexConfig(), cache_dir=cache)
"""


def test_a_removal_under_way_is_no_damage(home: Path, cache: Path) -> None:
    """Between the list and the new snapshot, `verify` says that another process is at work."""
    with subprocess.Popen(
        [sys.executable, "-c", _SLOW_REMOVAL, str(home), str(cache)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as removal:
        assert removal.stdin is not None
        assert removal.stdout is not None
        removal.stdout.readline()
        with pytest.raises(SnapshotLocked, match=str(removal.pid)):
            verify_snapshot(home, cache_dir=cache, wait_s=0)
        removal.stdin.write(b"\n")

    assert 0 == removal.returncode
    assert () == verify_snapshot(home, cache_dir=cache).problems


_KILLED_COLLECTING = """
import os, signal, sys
from pathlib import Path
from index.sources import read_bytes
from index.web.address import read_address
from index.web.collect import Collection

os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
home, file = map(Path, sys.argv[1:])
collection = Collection(home, None)
if file.suffix == ".txt":
    collection.keep_file(file)
(article,) = read_bytes(file.read_bytes(), file.name)
collection.keep_article(article, read_address("https://news.example/1"))
"""


@pytest.mark.parametrize("next_command", ["build", "remove"])
@pytest.mark.parametrize("name", ["copied.txt", "page.html"])
def test_a_draft_left_by_a_kill_is_deleted(
    home: Path, sync: Sync, remove: Remove, cache: Path, name: str, next_command: str
) -> None:
    """Killed while it writes a copy or an article, a command leaves a draft; the next deletes it.

    Until then `verify` names it.
    """
    remove("two")
    text = "A zeppelin was seen over the harbour. Eleven people were in it, said the mayor."
    file = home.parent / name
    file.write_text(f"<html><body><h1>News</h1><p>{text}</p></body></html>")
    if name == "copied.txt":
        file.write_text(text)
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED_COLLECTING, str(home), str(file)], check=False
    )
    (draft,) = _holding(home, "zeppelin")
    (problem,) = verify_snapshot(home, cache_dir=cache).problems
    is_pending = needs_build(home)
    if next_command == "build":
        sync()
    else:
        remove("one")

    assert (-signal.SIGKILL, True, True) == (killed.returncode, draft in problem, is_pending)
    assert [] == _holding(home, "zeppelin")
    assert () == verify_snapshot(home, cache_dir=cache).problems


def test_an_older_snapshot_left_behind_is_deleted(
    home: Path, remove: Remove, sync: Sync, cache: Path
) -> None:
    """Killed before the old snapshots were deleted, a removal is finished by the next build."""
    old = current_folder(home)
    copy = home.parent / old.name
    shutil.copytree(old, copy)
    remove("two")
    shutil.move(copy, old)
    found = verify_snapshot(home, cache_dir=cache)
    report = sync()

    assert any(old.name in problem for problem in found.problems)
    assert not report.changed
    assert [] == _holding(home, "quagmire")
    assert () == verify_snapshot(home, cache_dir=cache).problems


def test_an_edited_article_of_a_shared_address_stays_out(
    home: Path, sync: Sync, remove: Remove, corpus: Path, cache: Path
) -> None:
    """Edited, it is the removed one still; others at the address are indexed, also new ones."""
    texts = {
        "removed": "The ferry to the island of Hormuz was stopped on Friday because of high waves. "
        "Its passengers spent the night in a school near the old harbour of the town.",
        "other": "The ferry to the island of Kish goes twice a day from Monday on. Tickets are "
        "sold at the old harbour of the town and cost as much as they did last year.",
        "edited": "The ferry to the island of Hormuz was stopped on Friday because of high waves. "
        "Its passengers spent two nights in a school near the old harbour of the town.",
        "new": "A third ferry for the island of Kish was bought in Norway for nine million euros. "
        "It is expected at the old harbour of the town before the end of the summer.",
    }

    def write(*names: str) -> BuildReport:
        lines = [
            json.dumps({"text": texts[name], "url": "https://news.example/live"}) for name in names
        ]
        (corpus / "live.jsonl").write_text("\n".join(lines))
        return sync()

    write("removed", "other")
    with closing(sqlite3.connect(current_folder(home) / "ledger.db")) as ledger:
        query = "SELECT article FROM item WHERE kind = 'indexed' AND origin = 'live.jsonl:1'"
        ((removed,),) = ledger.execute(query)
    remove(removed)
    report = write("edited", "other", "new")

    assert ["live.jsonl:1"] == [one.origin for one in report.rejects]
    assert ["removed"] == [one.reason for one in report.rejects]
    assert (4 + 2) == report.n_articles
    assert [] == _holding(home, "hormuz")
    assert () == verify_snapshot(home, cache_dir=cache).problems


def test_an_article_removed_by_its_address_can_be_removed_again(
    sync: Sync, remove: Remove, corpus: Path
) -> None:
    """As after a kill: the address still names it, though no article is there any more."""
    record = {"id": "page", "text": "A page of rain.", "url": "https://news.example/rain"}
    (corpus / "rain.jsonl").write_text(json.dumps(record))
    sync()
    reports = [remove("https://news.example/rain") for _ in range(2)]

    assert ("rain.jsonl",) == reports[0].still_in
    assert reports[0].snapshot == reports[1].snapshot


def test_a_changed_bit_in_the_list_is_noticed(tmp_path: Path) -> None:
    """Of any bit, unless the list says the same; a list of an earlier version is read."""
    made = {"record": "a1", "names": ("b2",), "vectors": ("c3",), "at": "2023-06-09", "reason": "x"}
    entry = Removal(article="one", text="d4", **made)  # type: ignore[arg-type]  # as above
    path = tmp_path / "removed.jsonl"
    path.write_text(json.dumps(asdict(entry)) + "\n", encoding="utf-8")
    other = replace(entry, article="two", reason="a line\u2028and \x85 another")
    add_removal(tmp_path, other)
    whole = path.read_bytes()

    assert (entry, other) == read_removals(tmp_path).entries
    for at in range(0, len(whole) * 8, 3):
        changed = bytearray(whole)
        changed[at // 8] ^= 1 << at % 8
        path.write_bytes(changed)
        try:
            assert (entry, other) == read_removals(tmp_path).entries
        except SnapshotCorrupt as error:
            assert "put the file back from a copy" in str(error)  # noqa: PT017  # or nothing is said


def test_a_broken_list_is_never_passed_over(home: Path, remove: Remove, sync: Sync) -> None:
    """What was removed would come back: so no build goes on without the list."""
    remove("two")
    with (home / "removed.jsonl").open("a") as file:
        file.write("{")

    with pytest.raises(SnapshotCorrupt, match=r"removed\.jsonl"):
        sync()
