"""Indexes whose vectors are in a real Qdrant server: built, updated, cut down, killed, moved."""

import json
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
from qdrant_server import Qdrant
from small_archive import SmallArchive
from warm import run_warm

from index import (
    QdrantConfig,
    SnapshotCorrupt,
    SnapshotMismatch,
    VectorStoreError,
    current_folder,
    open_snapshot,
    read_manifest,
    remove_article,
    verify_snapshot,
)
from index.config import DenseConfig, IndexConfig
from index.types import ArticleId
from index.vectors.files import FILES
from index.vectors.float16 import singles
from index.vectors.opening import open_store
from index.vectors.store import Shard

NewServer = Callable[..., Qdrant]
ArchiveOn = Callable[[Qdrant], SmallArchive]

KILLED_BUILD = Path(__file__).with_name("killed_build.py")


def test_vectors_are_in_no_file_and_the_same_is_found(
    archive: SmallArchive, tmp_path: Path
) -> None:
    """A part names one collection instead of vector files; what is found is what files give."""
    report = archive.build()
    archive.build(FILES, home=tmp_path / "other")
    kept = {path.name for path in (current_folder(archive.home) / "parts" / "0").iterdir()}
    expected = archive.hits(FILES, home=tmp_path / "other")
    found = archive.hits()

    assert "collection.json" in kept
    assert not {"passages.faiss", "sentences.npy"} & kept
    assert (12, 1.0) == (report.n_articles, read_manifest(archive.home).recall)
    assert 1 == len(archive.collections)
    assert archive.collections == archive.named
    assert () == archive.problems()
    assert 10 == len(found)
    assert [name for name, _ in expected] == [name for name, _ in found]
    assert [score for _, score in expected] == pytest.approx([one for _, one in found], abs=1e-3)


def test_updates_merge_parts_and_drop_what_nothing_names(
    archive: SmallArchive, tmp_path: Path
) -> None:
    """Small parts are copied together on the server; what pruned snapshots named is deleted."""
    archive.build()
    archive.build(FILES, home=tmp_path / "other")
    n_parts = set()
    for number in range(20, 28):
        archive.write(number)
        report = archive.build()
        archive.build(FILES, home=tmp_path / "other")
        n_parts.add(len(read_manifest(archive.home).parts))
        assert (1, number - 20 + 12) == (report.n_added, report.n_kept)
        assert archive.named == archive.collections
        assert 2 == len(list((archive.home / "snapshots").iterdir()))
    (archive.corpus / "03.jsonl").unlink()
    archive.build()
    archive.build(FILES, home=tmp_path / "other")

    assert {1, 2} <= n_parts
    assert () == archive.problems()
    expected = dict(archive.hits(FILES, home=tmp_path / "other"))
    assert expected == pytest.approx(dict(archive.hits()), abs=1e-3)


def test_an_unchanged_corpus_is_not_sent_again(archive: SmallArchive) -> None:
    """The same collection serves on."""
    archive.build()
    before = archive.collections

    assert not archive.build().changed
    assert before == archive.collections


def test_a_copy_of_the_index_answers_elsewhere(archive: SmallArchive, tmp_path: Path) -> None:
    """A copy serves from the same collections; a build there deletes none that was made since."""
    archive.build()
    copy = Path(shutil.copytree(archive.home, tmp_path / "copy"))
    expected = archive.hits()
    for number in range(20, 40):
        archive.write(number, f"The weather was fine on day {number}. It rained later.")
    archive.build()
    assert expected == archive.hits(home=copy)
    for path in archive.corpus.glob("2*"):
        path.unlink()
    archive.build()
    archive.write(41, "The weather was fine.")
    archive.build()
    with pytest.raises(VectorStoreError, match="run `pasokh index build`"):
        archive.hits(home=copy)

    hits, collections = archive.hits(), archive.collections
    archive.build(home=copy)
    assert (hits, collections) == (archive.hits(), archive.collections)
    assert [name for name, _ in hits] == [name for name, _ in archive.hits(home=copy)]


def test_a_removed_article_is_on_no_server(archive: SmallArchive, tmp_path: Path) -> None:
    """A removal leaves only collections made after it, and a stray one is told and deleted."""
    archive.build()
    archive.write(20)
    archive.build()
    before = archive.collections
    shutil.copytree(archive.cache_dir / "vectors", tmp_path / "cache")  # the shared one stays
    shutil.copyfile(archive.home / "collections.txt", tmp_path / "made")
    archive.remove("a3", tmp_path / "cache")
    (after,) = archive.collections

    assert after not in before
    assert 12 == read_manifest(archive.home).n_articles
    assert () == archive.problems()
    assert [after] == (archive.home / "collections.txt").read_text().split()
    stray = before[0]
    sizes = {"vectors": {"size": 4, "distance": "Dot"}}
    for again in (archive.build, lambda: archive.remove("a3", tmp_path / "cache")):
        # As if the removal had been killed before it was deleted.
        shutil.copyfile(tmp_path / "made", archive.home / "collections.txt")
        httpx.put(f"{archive.server.address}/collections/{stray}", json=sizes).raise_for_status()
        (problem,) = archive.problems()
        assert stray in problem
        again()
        assert stray not in archive.collections
        assert archive.named == archive.collections


def test_removing_the_last_article_deletes_all(archive: SmallArchive, tmp_path: Path) -> None:
    """No snapshot and no collection is left."""
    for path in archive.corpus.glob("*"):
        path.unlink()
    archive.write(31)
    archive.build()
    shutil.copytree(archive.cache_dir / "vectors", tmp_path / "cache")

    assert "" == archive.remove("a31", tmp_path / "cache")
    assert [] == archive.collections


@pytest.mark.parametrize(
    "requests", [(1, 7, 40), pytest.param((1, 4, 6, 7, 8, 9, 40), marks=pytest.mark.long)], ids=len
)
def test_builds_killed_at_their_requests(archive: SmallArchive, requests: tuple[int, ...]) -> None:
    """Whichever request is the last, the old index serves, and the next build leaves no stray."""
    archive.build()
    before, hits = read_manifest(archive.home), archive.hits()
    archive.write(20, "Minister 20 closed a harbour.")
    given = {
        "corpus": str(archive.corpus),
        "home": str(archive.home),
        "cache": str(archive.cache_dir),
        "address": archive.server.address,
    }
    n_strays = set()
    for die_at in requests:
        assert -9 == run_warm([KILLED_BUILD, json.dumps(given | {"die_at": die_at})]).returncode
        assert before == read_manifest(archive.home)
        assert hits == archive.hits()
        assert () == archive.problems()
        n_strays.add(len(archive.collections) - len(archive.named))
    report = archive.build()

    assert {0, 1} == n_strays  # what one build left the next deleted
    assert 1 == report.n_added
    assert archive.named == archive.collections


def test_a_damaged_collection_is_told_and_mended(archive: SmallArchive) -> None:
    """A lost point or collection is told by verify; a build mends it and encodes nothing."""
    archive.build()
    (name,) = archive.collections
    url = f"{archive.server.address}/collections/{name}"
    httpx.post(f"{url}/points/delete?wait=true", json={"points": [3]}).raise_for_status()
    assert (
        f"11 passages in the collection {name} instead of 12",
        f"11 passages with sentences in the collection {name} instead of 12",
    ) == archive.problems()
    httpx.delete(url).raise_for_status()
    assert (f"the vector database has no collection {name}",) == archive.problems()

    report = archive.build()
    assert (True, 0) == (report.changed, report.n_encoded)
    assert () == archive.problems()


def test_an_update_when_the_collection_is_gone_makes_all_anew(archive: SmallArchive) -> None:
    """No snapshot is published that names a collection which is not there."""
    archive.build()
    (name,) = archive.collections
    httpx.delete(f"{archive.server.address}/collections/{name}").raise_for_status()
    with pytest.raises(VectorStoreError, match=rf"{name}.*run `pasokh index build`"):
        archive.hits()
    archive.write(20)

    assert 13 == archive.build().n_added
    assert () == archive.problems()


def test_switching_stores_encodes_nothing(archive: SmallArchive) -> None:
    """An index opened with the wrong setting says which to set; a build moves it."""
    home, space = archive.home, archive.space
    archive.build(FILES)
    for attempt in (
        lambda: open_snapshot(home, space=space, store=archive.store),
        archive.problems,
        lambda: archive.remove("a3", home / "none"),
    ):
        with pytest.raises(SnapshotMismatch, match=r"in files.*set PASOKH_VECTORS to files"):
            attempt()

    moved = archive.build()
    assert (True, 0) == (moved.changed, moved.n_encoded)
    config = IndexConfig()
    for attempt in (
        lambda: open_snapshot(home, space=space),
        lambda: verify_snapshot(home),
        lambda: remove_article(home, ArticleId("a3"), config=config, cache_dir=home / "none"),
    ):
        with pytest.raises(SnapshotMismatch, match=r"Qdrant.*set PASOKH_VECTORS to the address"):
            attempt()

    back = archive.build(FILES)
    assert (True, 0) == (back.changed, back.n_encoded)
    open_snapshot(home, space=space).close()
    assert 1 == len(archive.collections)  # the snapshot before is kept, and names it


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"name": "x"}'])
def test_open_when_the_file_is_broken(archive: SmallArchive, content: str) -> None:
    """What names the collection is checked like any file, and cannot be half read."""
    archive.build()
    part = current_folder(archive.home) / "parts" / "0"
    (part / "collection.json").write_text(content)

    with pytest.raises(SnapshotCorrupt, match=r"collection\.json"):
        archive.store.open(part, np.arange(13), 384)
    assert ["collection.json"] == [one.split()[0] for one in archive.problems()]
    archive.build()
    assert () == archive.problems()


def test_open_when_it_names_other_counts(archive: SmallArchive) -> None:
    """A collection of another part is refused before it is asked."""
    archive.build()
    part = current_folder(archive.home) / "parts" / "0"

    archive.store.open(part, np.arange(13) * 2, 384)
    for starts, dim in ((np.arange(14) * 2, 384), (np.arange(13), 384), (np.arange(13) * 2, 8)):
        with pytest.raises(SnapshotCorrupt, match=r"but found \(12, 24, 384\)"):
            archive.store.open(part, starts, dim)


def test_while_the_server_is_down(archive_on: ArchiveOn, new_server: NewServer) -> None:
    """Everything says so and leaves the old index, which answers once the server is back."""
    server = new_server()
    archive = archive_on(server)
    archive.build()
    hits, before = archive.hits(), read_manifest(archive.home)
    server.kill()
    archive.write(20)
    for attempt in (archive.build, archive.problems, archive.hits):
        with pytest.raises(VectorStoreError, match=rf"{server.address}.*no connection.*start"):
            attempt()
    assert before == read_manifest(archive.home)

    server.start()
    assert hits == archive.hits()
    assert 1 == archive.build().n_added


@pytest.mark.parametrize("comes_back", [True, False], ids=["comes back", "stays away"])
def test_a_server_that_ends_while_it_is_written_to(
    archive_on: ArchiveOn,
    new_server: NewServer,
    comes_back: bool,  # noqa: FBT001
) -> None:
    """One that is back in seconds costs the build only those; otherwise nothing is published."""
    server = new_server()
    archive = archive_on(server)
    back = threading.Thread(target=lambda: (time.sleep(1), server.start()))

    def kill(stage: str, _done: int, _total: int | None) -> None:
        if stage == "encode" and not archive.named and not back.ident:
            server.kill()
            if comes_back:
                back.start()

    if comes_back:
        assert 12 == archive.build(progress=kill).n_added
        back.join()
    else:
        with pytest.raises(VectorStoreError, match="no connection"):
            archive.build(progress=kill)
        assert [] == list((archive.home / "snapshots").iterdir())
        server.start()
        assert 1 == len(archive.collections)
        assert 12 == archive.build().n_added
    assert archive.named == archive.collections
    assert () == archive.problems()


def _clustered(n: int, dim: int) -> np.ndarray:
    """Draw unit vectors around 60 centres, as texts lie around subjects."""
    rng = np.random.default_rng(4)
    drawn = rng.standard_normal((60, dim))[rng.integers(0, 60, n)]
    drawn += 0.5 * rng.standard_normal((n, dim))
    return (drawn / np.linalg.norm(drawn, axis=1)[:, None]).astype(np.float16)


@pytest.mark.parametrize("is_good", [True, False], ids=["good graph", "bad graph"])
def test_a_large_part_is_published_when_it_is_indexed(
    new_server: NewServer,
    tmp_path: Path,
    is_good: bool,  # noqa: FBT001
) -> None:
    """The server's graph is there, what it finds was measured, and a bad one is not used."""
    bad = {"STORAGE__HNSW_INDEX__M": "2", "STORAGE__HNSW_INDEX__EF_CONSTRUCT": "4"}
    small = {
        "STORAGE__OPTIMIZERS__INDEXING_THRESHOLD_KB": "100",
        "STORAGE__HNSW_INDEX__FULL_SCAN_THRESHOLD_KB": "10",
    }
    server = new_server(**small | ({} if is_good else bad))
    store = open_store(QdrantConfig(address=server.address))
    halves = _clustered(9000, 32)
    counts = np.arange(9000) % 2
    (tmp_path / "part").mkdir()
    shard = Shard(singles(halves), halves[counts == 1], counts)
    written = store.write(tmp_path, tmp_path / "part", [shard], (4500, 32), DenseConfig())
    part = store.open(tmp_path / "part", np.cumsum([0, *counts]), 32)
    (name,) = server.collections()
    info = httpx.get(f"{server.address}/collections/{name}").json()["result"]
    questions = singles(_clustered(9020, 32)[-20:])
    found = [
        len(np.intersect1d(part.search(one, 300)[0], np.argsort(-(singles(halves) @ one))[:300]))
        for one in questions
    ]

    assert ("green", 9000) == (info["status"], info["points_count"])
    assert info["indexed_vectors_count"] >= 9000
    assert 0.97 <= written.recall <= 1
    is_exact = json.loads((tmp_path / "part" / "collection.json").read_text())["is_exact"]
    assert is_good is not is_exact
    assert min(found) > (285 if is_good else 298)
