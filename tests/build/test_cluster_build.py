"""Building on a real Ray cluster on this machine: nodes, workers, and what becomes of them."""

import json
import operator
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from patience import scaled
from qdrant_server import Qdrant
from small_archive import SmallArchive

from index import BuildReport, IndexConfig, Manifest, build_index, read_manifest
from index.cluster.opening import open_cluster
from index.config import ClusterConfig
from index.encoders import BundledConfig, Encoder
from index.errors import ClusterError
from index.snapshot.manifest import FileRecord
from index.workers import NOBODY, Workers

pytestmark = pytest.mark.ray

ARTICLES = 400
PROGRAM = """
import os, time
from index.cluster.ray import Cluster
from index.config import ClusterConfig
from index.workers import Workers
if __name__ == "__main__":
    with Cluster(ClusterConfig(address="local", workers=2)) as cluster:
        print(*cluster.each(os.getpid), flush=True)
        workers = Workers(2, executor=cluster)
        for _ in workers.map(time.sleep, ((None, 1) for n in range(1000)), is_worth_it=True):
            print("one", flush=True)
"""

Damage = Callable[[], None]


class Nodes(NamedTuple):
    """A cluster: where it is, and what adds and kills a node of one processor."""

    address: str
    add: Callable[[], object]
    kill: Callable[[object], None]


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    """Start a cluster of a head without processors and three nodes of one each."""
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    add = partial(made.add_node, num_cpus=1)
    try:
        for _ in range(3):
            add()
        yield Nodes(made.address, add, partial(made.remove_node, allow_graceful=False))
    finally:
        made.shutdown()


@pytest.fixture
def config(nodes: Nodes) -> ClusterConfig:
    """Return how that cluster is joined."""
    return ClusterConfig(address=nodes.address)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return articles of both languages, copies and rejects among them."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    body = "The minister opened the bridge. «پل» باز شد و وزیر می گوید که بزرگ تر است. "
    records = [
        {
            "id": f"a{n}",
            "title": f"عنوان {n}",
            "text": f"{body * (1 + n % 5)} نرخ ارز در روز {n // 2} {n * 7} تومان اعلام شد.",
            "source": ("Mehr", "Fars")[n % 2],
        }
        for n in range(ARTICLES)
    ]
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    (folder / "a.jsonl").write_text("\n".join([*lines, "{broken", '{"text": "..."}', lines[0]]))
    return folder


@pytest.fixture
def archive(encoder: Encoder, cache_dir: Path, qdrant: Qdrant, tmp_path: Path) -> SmallArchive:
    """Write a small archive that is to be published."""
    home = tmp_path / uuid4().hex
    made = SmallArchive(tmp_path / "articles", home, qdrant, encoder, cache_dir)
    made.corpus.mkdir()
    for number in range(12):
        made.write(number)
    return made


def _build(
    corpus: Path,
    home: Path,
    encoder: Encoder,
    workers: Workers,
    on_read: Damage | None = None,
) -> BuildReport:
    """Build with vectors of its own; do something once, when the first article is read."""
    waiting = [on_read] if on_read else []

    def tell(stage: str, _done: int, _total: int | None) -> None:
        if stage == "read" and waiting:
            waiting.pop()()

    return build_index(
        [corpus],
        home,
        encoder=encoder,
        config=IndexConfig(),
        cache_dir=home.parent / f"vectors-{home.name}",
        workers=workers,
        progress=tell,
    )


def _checked(home: Path) -> tuple[str, dict[str, FileRecord], Counter[tuple[str, FileRecord]]]:
    """Return the key of an index, its files, and those of tantivy, which names at random."""
    manifest: Manifest = read_manifest(home)
    files = {name: one for name, one in manifest.files.items() if name != "report.json"}
    named = {name: one for name, one in files.items() if not name.startswith("lexical/")}
    others = Counter(
        (Path(name).suffix, one)
        for name, one in files.items()
        if name not in named and not name.endswith(".json")
    )
    return manifest.key, named, others


@pytest.mark.parametrize("damage", ["none", "worker", "node"])
def test_a_build_on_a_cluster_is_the_build_of_this_machine(
    nodes: Nodes,
    config: ClusterConfig,
    corpus: Path,
    encoder: Encoder,
    cache_dir: Path,
    tmp_path: Path,
    damage: str,
) -> None:
    """Byte for byte, vectors too, though a worker dies with articles to divide, or a node."""
    from index.cluster.encoder import ClusterEncoder
    from index.cluster.ray import Cluster

    own = BundledConfig(cache_dir=cache_dir / "encoder")
    extra = None
    if damage == "node":
        extra = nodes.add()
        time.sleep(3)  # until all nodes know of it: who does not, places nothing there
    with Cluster(config) as cluster:
        spread = ClusterEncoder(cluster, own, encoder)
        pids = cluster.each(os.getpid)
        assert len(pids) == 3 + (damage == "node")
        assert len(set(cluster.each(os.getppid))) == len(pids)  # each its node's

        def kill() -> None:
            if extra is not None:
                nodes.kill(extra)
                _wait(lambda: not all(map(_lives, pids)))  # its worker notices by itself
            elif damage == "worker":
                os.kill(pids[2], signal.SIGKILL)

        if damage == "worker":
            os.kill(pids[2], signal.SIGSTOP)  # so that it has done none of its pieces
        workers = Workers(cluster.n_workers, is_eager=True, executor=cluster)
        report = _build(corpus, tmp_path / "spread", spread, workers, kill)
        assert len(set(pids) - set(cluster.each(os.getpid))) == (damage != "none")
    assert _build(corpus, tmp_path / "alone", encoder, NOBODY).n_articles == report.n_articles

    assert report.n_articles > ARTICLES / 2
    (key, named, others), alone = (_checked(tmp_path / name) for name in ("spread", "alone"))
    assert {"archive.db", "copies.db", "passages.faiss"} <= {Path(name).name for name in named}
    assert key == alone[0]
    assert named == alone[1]
    assert others == alone[2]


@pytest.mark.parametrize("damage", ["none", "worker"])
def test_a_cluster_publishes(
    archive: SmallArchive,
    config: ClusterConfig,
    damage: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its workers send the articles to the server; a share whose worker dies is sent by another."""
    from index.cluster.ray import Cluster

    monkeypatch.setattr("index.engine.publishing._ARTICLES_AT_ONCE", 1)
    with Cluster(config) as cluster:
        pids = cluster.each(os.getpid)
        stopped = pids[2] if damage == "worker" else 0

        def tell(stage: str, done: int, total: int | None) -> None:
            if stopped and stage == "words" and done == total:
                os.kill(stopped, signal.SIGSTOP)  # so that it has pieces that it has not sent
                threading.Timer(scaled(1), os.kill, (stopped, signal.SIGKILL)).start()

        workers = Workers(cluster.n_workers, is_eager=True, executor=cluster)
        archive.build(tell, workers)
        assert (stopped in cluster.each(os.getpid)) is False

    assert () == archive.problems()
    assert archive.hits(archive.home) == archive.hits()


def test_one_cluster_encodes_and_works(
    config: ClusterConfig, encoder: Encoder, cache_dir: Path
) -> None:
    """What a build is given encodes there, and its workers are processes of the cluster."""
    own = BundledConfig(cache_dir=cache_dir / "encoder")
    pieces = ((n, os.getpid) for n in range(12))
    with open_cluster(config, encoder, own) as spread:
        assert spread.workers is not None
        found = list(spread.workers.map(operator.call, pieces, is_worth_it=True))
        rows = spread.encoder.encode_passages(["پل باز شد"])

    assert [number for number, _ in found] == list(range(12))
    assert os.getpid() not in {pid for _, pid in found}
    assert rows.shape == (1, encoder.identity.dim)


def test_a_cluster_that_falls_silent_leaves_the_old_index(
    config: ClusterConfig, corpus: Path, encoder: Encoder, tmp_path: Path
) -> None:
    """The build ends with an error that says where to look."""
    from index.cluster.ray import Cluster

    _build(corpus, tmp_path / "home", encoder, NOBODY)
    before = read_manifest(tmp_path / "home")
    (corpus / "b.jsonl").write_text('{"id": "new", "title": "t", "text": "Something is new."}')
    with Cluster(config) as cluster:
        cluster._config = replace(config, timeout_s=1)
        pids = cluster.each(os.getpid)
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            workers = Workers(cluster.n_workers, is_eager=True, executor=cluster)
            with pytest.raises(ClusterError, match=r"in 1 s.*ray status"):
                _build(corpus, tmp_path / "home", encoder, workers)
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    assert read_manifest(tmp_path / "home") == before


def test_what_a_worker_meets_is_told_in_words(config: ClusterConfig) -> None:
    """With what it was and what to do."""
    from index.cluster.ray import Cluster

    with Cluster(config) as cluster:
        piece = cluster.submit(operator.truediv, 1, 0)
        with pytest.raises(ClusterError, match="ZeroDivisionError: division by zero; look at"):
            piece.result()
        assert cluster.submit(operator.truediv, 1, 2).result() == 0.5


def test_workers_with_other_code_are_refused(
    config: ClusterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before they do anything: what they make of a text may be something else."""
    from index.cluster import ray

    monkeypatch.setattr(ray, "code_digest", lambda: "another0")
    with pytest.raises(ClusterError, match=r"with the code another0.*the same version"):
        ray.Cluster(config)


def test_a_cluster_without_processors_is_refused(nodes: Nodes) -> None:
    """Or without the GPUs that were asked for."""
    from index.cluster.ray import Cluster

    with pytest.raises(ClusterError, match=r"with 0\.5 of a GPU.*found none"):
        Cluster(ClusterConfig(address=nodes.address, gpus_per_worker=0.5))


def test_an_interrupt_ends_all(tmp_path: Path) -> None:
    """A process with a cluster of its own that is interrupted leaves none of its workers."""
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, str(tmp_path / "program.py")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert process.stdout.readline() == "one\n"
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=scaled(60))
    _wait(lambda: not any(map(_lives, pids)))

    assert "KeyboardInterrupt" in error
    assert time.monotonic() - began < scaled(30)
    assert len(pids) == 2


def _wait(until: Callable[[], bool]) -> None:
    """Wait for something."""
    end = time.monotonic() + scaled(60)
    while not until():
        assert time.monotonic() < end
        time.sleep(0.1)


def _lives(pid: int) -> bool:
    """Tell whether a process is there and not merely waiting to be collected."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
