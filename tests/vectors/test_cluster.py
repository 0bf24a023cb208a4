"""Two Qdrant servers as a cluster that keeps each shard twice, by the servers' own settings."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
from patience import scaled
from ports import free_port
from qdrant_server import Qdrant
from small_archive import SmallArchive


def _shards(server: Qdrant, name: str) -> list[tuple[int, str]]:
    """Return number and state of every copy of a shard that a server knows, its own first."""
    url = f"{server.address}/collections/{name}/cluster"
    found: dict[str, Any] = httpx.get(url).json()["result"]
    return [(one["shard_id"], one["state"]) for one in found["local_shards"]] + [
        (one["shard_id"], one["state"]) for one in found["remote_shards"]
    ]


def _wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + scaled(60)
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_either_of_two_servers_may_end(
    archive_on: Callable[[Qdrant], SmallArchive], new_server: Callable[..., Qdrant]
) -> None:
    """A collection has two shards on two servers; whichever is left gives the same answers."""
    ports = free_port(), free_port()
    peers = [f"http://127.0.0.1:{port}" for port in ports]
    config = {"CLUSTER__ENABLED": "true", "STORAGE__COLLECTION__REPLICATION_FACTOR": "2"}
    first = new_server("--uri", peers[0], CLUSTER__P2P__PORT=str(ports[0]), **config)
    joining = "--bootstrap", peers[0], "--uri", peers[1]
    second = new_server(*joining, CLUSTER__P2P__PORT=str(ports[1]), **config)
    url = f"{first.address}/cluster"
    _wait_until(lambda: len(httpx.get(url).json()["result"]["peers"]) == 2)
    here = archive_on(first)
    there = replace(here, server=second)
    here.build()
    (name,) = here.collections
    expected = here.hits()
    whole = [(0, "Active"), (0, "Active"), (1, "Active"), (1, "Active")]
    assert whole == sorted(_shards(first, name))
    assert expected == there.hits()

    second.kill()
    assert expected == here.hits()
    assert () == here.problems()
    second.start()
    _wait_until(lambda: whole == sorted(_shards(second, name)))
    first.kill()
    assert expected == there.hits()
    assert () == there.problems()
