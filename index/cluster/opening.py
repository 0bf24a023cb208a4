"""Joining a Ray cluster for a build."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from index.config import ClusterConfig
from index.encoders.config import EncoderConfig
from index.encoders.protocol import Encoder
from index.errors import ClusterError, how_to_install
from index.workers import Workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Encoder and workers of a build.

    Attributes:
        encoder: The encoder; passages may be encoded on a cluster.
        workers: None for processes of this machine.
    """

    encoder: Encoder
    workers: Workers | None = None


@contextmanager
def open_cluster(
    config: ClusterConfig, local: Encoder, encoder_config: EncoderConfig
) -> Iterator[Spread]:
    """Join a cluster for the time of a build, to encode and to work on articles there.

    Args:
        config: The cluster.
        local: The encoder of this machine.
        encoder_config: How a worker opens the same; paths in it are paths of its node.

    Raises:
        ClusterError: If ray is missing, or the cluster cannot be used.
        EncoderError: If a worker cannot open the encoder, or has another vector space.
    """
    try:
        # Here because ray takes a second to load, and only users of a cluster install it.
        from index.cluster import encoder, ray
    except ImportError as error:
        msg = (
            "Expected the package ray for a build on a cluster, which is not installed; "
            f"{how_to_install('ray')}"
        )
        raise ClusterError(msg) from error
    with ray.Cluster(config) as cluster:
        workers = Workers(cluster.n_workers, executor=cluster)
        yield Spread(
            encoder=encoder.ClusterEncoder(cluster, encoder_config, local),
            workers=workers,
        )
