"""Three Qdrant servers as one cluster that keeps each shard twice, by the servers' own settings."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx
from patience import scaled
from ports import free_port
from qdrant_server import Qdrant


def start_nodes(new_server: Callable[..., Qdrant]) -> list[Qdrant]:
    """Start the servers by a function that is given their arguments and configuration."""
    ports = [free_port() for _ in range(3)]
    peers = [f"http://127.0.0.1:{port}" for port in ports]
    config = {"CLUSTER__ENABLED": "true", "STORAGE__COLLECTION__REPLICATION_FACTOR": "2"}
    first = new_server("--uri", peers[0], CLUSTER__P2P__PORT=str(ports[0]), **config)
    others = [
        new_server("--bootstrap", peers[0], "--uri", peer, CLUSTER__P2P__PORT=str(port), **config)
        for peer, port in zip(peers[1:], ports[1:], strict=True)
    ]
    url = f"{first.address}/cluster"
    wait_until(lambda: len(httpx.get(url).json()["result"]["peers"]) == 3)
    return [first, *others]


def is_whole(server: Qdrant, names: Sequence[str]) -> bool:
    """Tell whether a server knows two active copies of each of the three shards of collections."""
    return all(
        [(shard, "Active") for shard in range(3) for _ in range(2)] == sorted(_shards(server, name))
        for name in names
    )


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait a minute at most."""
    end = time.monotonic() + scaled(60)
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def _shards(server: Qdrant, name: str) -> list[tuple[int, str]]:
    """Return number and state of every copy of a shard that a server knows, its own first."""
    url = f"{server.address}/collections/{name}/cluster"
    found: dict[str, Any] = httpx.get(url).json()["result"]
    return [(one["shard_id"], one["state"]) for one in found["local_shards"]] + [
        (one["shard_id"], one["state"]) for one in found["remote_shards"]
    ]
