"""Indexes published on a real Qdrant server: updated, cut down, killed, damaged."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from qdrant_server import Qdrant
from small_archive import SmallArchive
from warm import run_warm

from index import ArticleId, EngineError, SnapshotMissing, read_manifest
from index.engine import publishing
from index.workers import Workers

NewServer = Callable[..., Qdrant]
ArchiveOn = Callable[[Qdrant], SmallArchive]

KILLED_BUILD = Path(__file__).with_name("killed_build.py")


def _nearly(hits: list[tuple[str, float]]) -> object:
    """Return hits as those of an index that weighs words by other lengths and counts."""
    return {name: pytest.approx(score, abs=0.02) for name, score in hits}


def _points(archive: SmallArchive, collection: str) -> dict[Any, dict[str, Any]]:
    """Return all points of a collection with their payloads."""
    url = f"{archive.server.address}/collections/{collection}/points/scroll"
    found = httpx.post(url, json={"limit": 10_000, "with_payload": True}).json()
    return {point["id"]: point["payload"] for point in found["result"]["points"]}


def test_an_index_is_published_and_asked_as_its_files(archive: SmallArchive) -> None:
    """Two collections hold all of it, and what is found is what files give."""
    report = archive.build()

    assert 12 == report.n_articles
    assert 2 == len(archive.collections)
    assert () == archive.problems()
    assert read_manifest(archive.home).snapshot == read_manifest(archive.place).snapshot
    assert 1.0 == read_manifest(archive.place).recall
    assert 10 == len(archive.hits())
    assert archive.hits(archive.home) == archive.hits()


class _Mortal(Workers):
    """Two processes that are killed once they have sent some articles."""

    def map(self, function: Any, pieces: Any, *, is_worth_it: bool) -> Iterator[Any]:  # noqa: ANN401
        """Do as `Workers.map`, and kill after the first piece that was sent."""
        for one in super().map(function, pieces, is_worth_it=is_worth_it):
            if isinstance(function, publishing._Put) and self._pool:
                for process in [*(self._pool._processes or {}).values()]:
                    process.kill()
            yield one


@pytest.mark.long
@pytest.mark.parametrize("kind", [Workers, _Mortal])
def test_workers_publish_their_shares(
    archive: SmallArchive, kind: type[Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes send the articles, and what those that are killed leave is sent by this one."""
    monkeypatch.setattr(publishing, "_ARTICLES_AT_ONCE", 1)
    archive.build(workers=kind(2, is_eager=True))

    assert () == archive.problems()
    assert archive.hits(archive.home) == archive.hits()


def test_nothing_is_written_of_an_unchanged_corpus(archive: SmallArchive) -> None:
    """The same generation serves on."""
    archive.build()
    name = archive.open().name

    assert not archive.build().changed
    assert name == archive.open().name


def test_an_update_writes_what_changed(archive: SmallArchive) -> None:
    """Points of what stayed stay; a reader of before sees what it saw, the next the new one."""
    archive.build()
    articles, passages = archive.collections
    before = _points(archive, passages)
    with closing(archive.open()) as reader:
        seen = archive.hits_of(reader)
        archive.write(3, "Minister 3 opened bridge 21. The bridge is made of stone.")
        archive.write(20)
        (archive.corpus / "04.jsonl").unlink()
        report = archive.build()
        assert seen == archive.hits_of(reader)
        assert reader.article("a4") is not None
    after = _points(archive, passages)
    (wording,) = (digest for name, digest in reader.wordings() if name == "a3")
    former = archive.open().former_sentences({ArticleId("a3"): [wording]})
    assert [("a3", "Minister 3 opened bridge 21."), ("a3", "It is 9 metres long.")] == [*former]

    assert (1, 1, 1) == (report.n_added, report.n_changed, report.n_removed)
    assert [articles, passages] == archive.collections
    assert 12 == len(before)
    assert 14 == len(after)
    unchanged = [number for number, payload in before.items() if after[number] == payload]
    assert 10 == len(unchanged)
    assert {2} == {payload["since"] for number, payload in after.items() if number not in before}
    assert _nearly(archive.hits(archive.home)) == dict(archive.hits())
    assert seen != archive.hits()
    assert archive.open().article("a4") is None
    assert () == archive.problems()

    for number in (21, 22):
        archive.write(number)
        archive.build()
    assert 14 == len(_points(archive, passages))  # what ended with generation 2 is deleted
    assert _nearly(archive.hits(archive.home)) == dict(archive.hits())


def test_copies_of_a_report_are_told_after_updates(archive: SmallArchive) -> None:
    """A copy that comes later makes one report with what is there, and leads back when it goes."""
    text = " ".join(
        f"Room {at} of the old mill burned down and was {at} metres." for at in range(9)
    )
    archive.write(30, f"{text} A witness saw it.")
    archive.build()
    assert 1 == len(archive.open().same_report("a30"))
    archive.write(31, f"{text} The mayor came too.")
    archive.build()
    archive.write(32, f"{text} Rain fell.")
    archive.build()

    names = [one.id for one in archive.open(archive.home).same_report("a31")]
    assert ["a30", "a31", "a32"] == sorted(names)
    for name in ("a30", "a31", "a32"):
        assert sorted(names) == sorted(one.id for one in archive.open().same_report(name))
    (archive.corpus / "31.jsonl").unlink()
    archive.build()
    assert ["a30", "a32"] == sorted(one.id for one in archive.open().same_report("a32"))


def test_a_removed_article_is_in_no_collection(archive: SmallArchive, tmp_path: Path) -> None:
    """A removal writes collections without it and deletes those that had it, stray ones too."""
    archive.build()
    archive.write(20)
    archive.build()
    before = archive.collections
    shutil.copytree(archive.cache_dir / "vectors", tmp_path / "cache")  # the shared one stays
    archive.remove("a3", tmp_path / "cache")

    assert 2 == len(archive.collections)
    assert not set(before) & set(archive.collections)
    assert "bridge 21." not in json.dumps([_points(archive, name) for name in archive.collections])
    assert 12 == read_manifest(archive.place).n_articles
    assert () == archive.problems()
    sizes = {"vectors": {"size": 4, "distance": "Dot"}}
    for again in (archive.build, lambda: archive.remove("a3", tmp_path / "cache")):
        # As if the removal had been killed before it was deleted.
        url = f"{archive.server.address}/collections/{before[0]}"
        httpx.put(url, json=sizes).raise_for_status()
        assert any(before[0] in problem for problem in archive.problems())
        again()
        assert before[0] not in archive.collections
        assert () == archive.problems()


def test_a_removal_that_could_not_reach_the_server_is_finished(
    archive_on: ArchiveOn, new_server: NewServer, tmp_path: Path
) -> None:
    """The next build writes all anew, so that nothing of the article stays on the server."""
    server = new_server()
    archive = archive_on(server)
    archive.build()
    before = archive.collections
    shutil.copytree(archive.cache_dir / "vectors", tmp_path / "cache")
    server.kill()
    with pytest.raises(EngineError, match="no connection"):
        archive.remove("a3", tmp_path / "cache")
    server.start()
    assert () != archive.problems()
    archive.build()

    assert () == archive.problems()
    assert not set(before) & set(archive.collections)


def test_removing_the_last_article_deletes_all(archive: SmallArchive, tmp_path: Path) -> None:
    """No index and no collection is left."""
    for path in archive.corpus.glob("*"):
        path.unlink()
    archive.write(31)
    archive.build()
    shutil.copytree(archive.cache_dir / "vectors", tmp_path / "cache")

    assert "" == archive.remove("a31", tmp_path / "cache")
    assert [] == archive.collections
    with pytest.raises(SnapshotMissing, match="index build"):
        archive.open()


def _kill(archive: SmallArchive, die_at: int) -> int:
    """Let a build be killed at a request; return how often it asked where it ended before."""
    given = {
        "corpus": str(archive.corpus),
        "home": str(archive.home),
        "cache": str(archive.cache_dir),
        "address": archive.server.address,
        "die_at": die_at,
    }
    done = run_warm([KILLED_BUILD, json.dumps(given)])
    assert done.returncode in {0, -9}, done.stderr
    return int(done.stdout) if done.returncode == 0 else 0


def test_first_builds_killed_at_their_requests(archive: SmallArchive) -> None:
    """Whichever request is the last, nothing serves until all is there, and no stray stays."""
    for die_at in (9, 31):
        assert 0 == _kill(archive, die_at)
        with pytest.raises(SnapshotMissing):
            archive.open()
        assert len(archive.collections) <= 2
    archive.build()

    assert 2 == len(archive.collections)
    assert () == archive.problems()
    assert archive.hits(archive.home) == archive.hits()


def test_updates_killed_at_their_requests(archive: SmallArchive) -> None:
    """Whichever request is the last, the old or the new generation serves, and the rest goes."""
    archive.build()
    reader = archive.open()
    old = archive.hits()
    archive.write(3, "Minister 3 closed a harbour.")
    (archive.corpus / "05.jsonl").unlink()
    n_asked, served = 0, set()
    for die_at in range(9, 60, 5):
        n_asked = _kill(archive, die_at)
        snapshot = archive.open()
        served.add(snapshot.name)
        if snapshot.name == reader.name:
            assert old == archive.hits_of(snapshot)
        else:
            assert _nearly(archive.hits(archive.home)) == dict(archive.hits_of(snapshot))
        assert old == archive.hits_of(reader)
        if n_asked:
            break
    assert n_asked
    assert len(served) == 2
    assert () == archive.problems()


def test_what_is_lost_on_the_server_is_told_and_mended(archive: SmallArchive) -> None:
    """A lost point or collection is told by verify; a build mends it and encodes nothing."""
    archive.build()
    articles, passages = archive.collections
    url = f"{archive.server.address}/collections/{passages}"
    point = next(iter(_points(archive, passages)))
    httpx.post(f"{url}/points/delete?wait=true", json={"points": [point]}).raise_for_status()
    assert (f"11 passages of {articles} instead of 12",) == archive.problems()
    report = archive.build()
    assert (False, 0) == (report.changed, report.n_encoded)
    assert () == archive.problems()

    for position, told in ((1, "no collection"), (0, "there is none")):
        lost = archive.collections[position]
        httpx.delete(f"{archive.server.address}/collections/{lost}").raise_for_status()
        assert any(told in problem for problem in archive.problems())
        archive.build()
        assert () == archive.problems()
    assert archive.hits(archive.home) == archive.hits()


def test_words_are_weighed_anew_when_articles_get_longer(
    archive: SmallArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the mean length has changed by a tenth, all is written into another edition.

    That of before is deleted last, and later, so that questions under way are answered.
    """
    archive.build()
    before, reader = archive.collections, archive.open()
    hits, waited = archive.hits_of(reader), []

    def wait(seconds: float) -> None:
        if seconds == publishing._UNDER_WAY_S:
            assert archive.open().name != reader.name
            waited.append(archive.hits_of(reader))

    monkeypatch.setattr(publishing, "_UNDER_WAY_S", 10.0)
    monkeypatch.setattr(publishing.time, "sleep", wait)
    for number in range(40, 46):
        archive.write(number, " ".join(f"Bridge {number} has arch {at}." for at in range(40)))
    archive.build()

    assert waited == [hits]
    assert not set(before) & set(archive.collections)
    assert archive.hits(archive.home) == archive.hits()


def test_while_the_server_is_down(archive_on: ArchiveOn, new_server: NewServer) -> None:
    """Everything says so; what could not be published is published by the next build."""
    server = new_server()
    archive = archive_on(server)
    archive.build()
    reader, hits = archive.open(), archive.hits()
    server.kill()
    archive.write(20)
    for attempt in (archive.build, archive.problems, archive.hits):
        with pytest.raises(EngineError, match=rf"{server.address}.*no connection.*start"):
            attempt()

    server.start()
    assert hits == archive.hits_of(reader)
    archive.build()
    assert 13 == read_manifest(archive.place).n_articles
    assert () == archive.problems()


def test_a_server_that_ends_while_it_is_written_to(
    archive_on: ArchiveOn, new_server: NewServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is back in seconds costs the build only those."""
    server = new_server()
    archive = archive_on(server)
    back = threading.Thread(target=lambda: (time.sleep(1), server.start()))
    create = publishing._create

    def and_kill(*values: object) -> None:
        create(*values)
        server.kill()
        back.start()

    monkeypatch.setattr(publishing, "_create", and_kill)
    archive.build()
    back.join()

    assert () == archive.problems()
    assert archive.hits(archive.home) == archive.hits()
