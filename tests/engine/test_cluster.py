"""Asking and building while any of three Qdrant servers ends."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest
from qdrant_server import Qdrant
from small_archive import SmallArchive
from three_nodes import is_whole, start_nodes, wait_until


@pytest.fixture
def nodes(new_server: Callable[..., Qdrant]) -> list[Qdrant]:
    """Start three servers as one cluster that keeps each shard twice."""
    return start_nodes(new_server)


def test_any_of_three_servers_may_end_while_it_is_asked(
    archive_on: Callable[[Qdrant], SmallArchive], nodes: list[Qdrant]
) -> None:
    """Questions that are asked all the time are answered the same while a node is killed."""
    archive = archive_on(nodes[0])
    archive.build()
    wait_until(lambda: is_whole(nodes[0], archive.collections))
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
    wait_until(lambda: is_whole(nodes[1], archive.collections))
    nodes[0].kill()
    left = replace(archive, server=nodes[1])
    assert expected == left.hits()
    archive.write(20)  # two of three are enough to write
    left.build()
    assert () == left.problems()
