"""The encoder over a real Ray cluster on this machine: nodes, workers, and what kills them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Manifest, read_manifest
from index.cluster.opening import open_cluster
from index.config import ClusterConfig
from index.encoders import BundledConfig, Encoder, EncoderIdentity
from index.errors import ClusterError, EncoderError
from index.snapshot.manifest import FileRecord

pytestmark = pytest.mark.ray

SEEDS = Path(__file__).parents[2] / "seeds"
TEXTS = [f"خبر شماره {n}: نرخ ارز امروز {n * 7} تومان اعلام شد." * (1 + n % 3) for n in range(400)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Start a cluster of a head without processors and three nodes of one each; its address."""
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    try:
        for _ in range(3):
            made.add_node(num_cpus=1)
        yield made.address
    finally:
        made.shutdown()


@pytest.fixture(scope="module")
def config(cluster: str) -> ClusterConfig:
    """Return how the cluster is joined."""
    return ClusterConfig(address=cluster)


@pytest.fixture(scope="module")
def opened_there(encoder_cache: Path) -> BundledConfig:
    """Return how a worker opens the bundled encoder."""
    return BundledConfig(cache_dir=encoder_cache)


def test_the_cluster_gives_the_vectors_of_one_machine(
    config: ClusterConfig, bundled: Encoder, opened_there: BundledConfig
) -> None:
    """Three workers on three nodes encode as one process does, each text in its place."""
    told: list[int] = []
    with open_cluster(config, bundled, opened_there) as spread:
        rows = spread.encoder.encode_passages(TEXTS, progress=told.append)
        assert spread.encoder.identity == bundled.identity
        assert spread.encoder.encode_passages([]).shape == (0, bundled.identity.dim)
    assert sum(told) == len(TEXTS)
    assert len(told) > 3
    expected = bundled.encode_passages(TEXTS)
    assert (rows * expected).sum(axis=1).min() > 1 - 1e-4


def test_a_killed_worker_costs_no_text(
    config: ClusterConfig, bundled: Encoder, opened_there: BundledConfig
) -> None:
    """A worker that is killed while it encodes is replaced, and its texts are encoded again."""
    from index.cluster.encoder import ClusterEncoder
    from index.cluster.ray import Cluster

    killed: list[int] = []
    with Cluster(config) as joined:
        spread = ClusterEncoder(joined, opened_there, bundled)
        pids = joined.each(os.getpid)

        def kill_one(_done: int) -> None:
            if not killed:
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        rows = spread.encode_passages(TEXTS, progress=kill_one)
        again = joined.each(os.getpid)
    assert killed == pids[:1]
    assert again[0] != pids[0]
    assert again[1:] == pids[1:]
    assert (rows * bundled.encode_passages(TEXTS)).sum(axis=1).min() > 1 - 1e-4


def test_a_worker_of_another_space_is_refused(
    config: ClusterConfig, bundled: Encoder, opened_there: BundledConfig
) -> None:
    """Vectors of two spaces never mix: a node with other weights ends the build with the reason."""

    class Other:
        """The real encoder under another revision, as a newer version would be."""

        identity = EncoderIdentity(
            name=bundled.identity.name, revision="newer", dim=bundled.identity.dim
        )

    with (
        pytest.raises(EncoderError, match="same version of pasokh"),
        open_cluster(config, Other(), opened_there),  # type: ignore[arg-type]
    ):
        pass


def test_no_cluster_there_is_an_error_that_says_what_to_give(
    bundled: Encoder, opened_there: BundledConfig
) -> None:
    """An address where nothing listens is named, with what would do."""
    with (
        pytest.raises(ClusterError, match=r"127\.0\.0\.1:9.*'local'"),
        open_cluster(ClusterConfig(address="127.0.0.1:9"), bundled, opened_there),
    ):
        pass


def test_a_build_on_a_cluster_is_the_build_of_one_machine(
    encoder_cache: Path, tmp_path: Path
) -> None:
    """`pasokh index build` makes the same index with PASOKH_CLUSTER=local as without."""
    manifests = []
    for cluster in ("", "local"):
        env = {name: value for name, value in os.environ.items() if not name.startswith("PASOKH_")}
        env |= {
            "PASOKH_CORPUS": str(SEEDS),
            "PASOKH_DATA_DIR": str(tmp_path / f"data-{cluster}"),
            "PASOKH_CACHE_DIR": str(tmp_path / f"cache-{cluster}"),
            "PASOKH_CLUSTER": cluster,
        }
        (tmp_path / f"cache-{cluster}").mkdir()
        (tmp_path / f"cache-{cluster}" / "encoder").symlink_to(encoder_cache)
        subprocess.run([sys.executable, "-m", "bot", "index", "build"], env=env, check=True)
        (home,) = (tmp_path / f"data-{cluster}" / "indexes").iterdir()
        manifests.append(read_manifest(home))
    alone, spread = manifests
    assert alone.n_passages == spread.n_passages > 0
    assert alone.key == spread.key
    assert _of_parts(alone) == _of_parts(spread) != {}


def _of_parts(manifest: Manifest) -> dict[str, FileRecord]:
    """Return the files of an archive's parts, its vectors among them."""
    return {name: one for name, one in manifest.files.items() if name.startswith("parts/")}
