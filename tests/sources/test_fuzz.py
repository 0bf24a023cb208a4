"""Hostile files of every kind through the dispatch: no crash, no hang, bounded memory.

Valid samples are bent (bytes changed, cut, doubled, joined, packed again) in a child process whose
address space is limited, so that a reader that asks for too much ends it.
"""

from pathlib import Path

import pytest
from patience import scaled
from warm import run_warm

_CHILD = Path(__file__).with_name("fuzz_child.py")
_INPUTS = 4_000
_ROUNDS = 2


@pytest.mark.parametrize("seed", range(_ROUNDS))
def test_hostile_files_are_articles_or_rejects(seed: int) -> None:
    """4,000 bent files: each gives articles and rejects, none takes 5 seconds."""
    done = run_warm([_CHILD, str(seed), str(_INPUTS // _ROUNDS)], timeout=scaled(900))

    assert 0 == done.returncode, done.stderr[-3_000:]
    assert f"{_INPUTS // _ROUNDS} inputs" in done.stdout
