"""Hostile files of every kind through the dispatch: no crash, no hang, bounded memory.

Valid samples are bent (bytes changed, cut, doubled, joined, packed again) in a child process whose
address space is limited, so that a reader that asks for too much ends it.
"""

from pathlib import Path

import pytest
from patience import scaled
from warm import run_warm

_CHILD = Path(__file__).with_name("fuzz_child.py")


@pytest.mark.parametrize(
    ("seed", "n_inputs"),
    [(0, 1_000), *(pytest.param(n, 2_000, marks=pytest.mark.long) for n in (1, 2))],
)
def test_hostile_files_are_articles_or_rejects(seed: int, n_inputs: int) -> None:
    """Thousands of bent files: each gives articles and rejects, none takes 5 seconds."""
    done = run_warm([_CHILD, str(seed), str(n_inputs)], timeout=scaled(900))

    assert 0 == done.returncode, done.stderr[-3_000:]
    assert f"{n_inputs} inputs" in done.stdout
