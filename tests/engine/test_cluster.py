"""Three Qdrant servers as a cluster that keeps each shard twice, by the servers' own settings."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import httpx
import pytest
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


@pytest.fixture
def nodes(new_server: Callable[..., Qdrant]) -> list[Qdrant]:
    """Start three servers as one cluster that keeps each shard twice."""
    ports = [free_port() for _ in range(3)]
    peers = [f"http://127.0.0.1:{port}" for port in ports]
    config = {"CLUSTER__ENABLED": "true", "STORAGE__COLLECTION__REPLICATION_FACTOR": "2"}
    first = new_server("--uri", peers[0], CLUSTER__P2P__PORT=str(ports[0]), **config)
    others = [
        new_server("--bootstrap", peers[0], "--uri", peer, CLUSTER__P2P__PORT=str(port), **config)
        for peer, port in zip(peers[1:], ports[1:], strict=True)
    ]
    url = f"{first.address}/cluster"
    _wait_until(lambda: len(httpx.get(url).json()["result"]["peers"]) == 3)
    return [first, *others]


def _is_whole(server: Qdrant, names: Sequence[str]) -> bool:
    return all(
        [(shard, "Active") for shard in range(3) for _ in range(2)] == sorted(_shards(server, name))
        for name in names
    )


def test_any_of_three_servers_may_end_while_it_is_asked(
    archive_on: Callable[[Qdrant], SmallArchive], nodes: list[Qdrant]
) -> None:
    """Questions that are asked all the time are answered the same while a node is killed."""
    archive = archive_on(nodes[0])
    archive.build()
    _wait_until(lambda: _is_whole(nodes[0], archive.collections))
    expected = archive.hits()
    assert expected == replace(archive, server=nodes[2]).hits()
    snapshot, is_over = archive.open(), Event()

    def ask() -> list[list[tuple[str, float]]]:
        found = [archive.hits_of(snapshot)]
        while not is_over.is_set():
            found.append(archive.hits_of(snapshot))
        return found

    with ThreadPoolExecutor() as threads:
        asking = [threads.submit(ask) for _ in range(3)]
        nodes[1].kill()
        time.sleep(2)
        assert expected == archive.hits()
        is_over.set()
        assert all(found == expected for asked in asking for found in asked.result())
    assert () == archive.problems()

    nodes[1].start()
    _wait_until(lambda: _is_whole(nodes[1], archive.collections))
    nodes[0].kill()
    left = replace(archive, server=nodes[1])
    assert expected == left.hits()
    archive.write(20)  # two of three are enough to write
    left.build()
    assert () == left.problems()
