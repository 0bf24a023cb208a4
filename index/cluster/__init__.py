"""Encoding and building on a Ray cluster."""

from index.cluster.opening import Spread, open_cluster

__all__ = [
    "Spread",
    "open_cluster",
]
