"""How long tests wait: every wait of the suite is given for a free machine and scaled here.

A wait ends as soon as what it waits for has happened, so a large factor costs only a test that
fails.
"""

import os

FACTOR = float(
    os.environ.get("TEST_PATIENCE") or max(2.0, 2.0 * os.getloadavg()[0] / (os.cpu_count() or 1))
)
"""TEST_PATIENCE; by default twice what a free machine needs, more where others use it."""


def scaled(seconds: float) -> float:
    """Return how long to wait here for what takes at most `seconds` on a free machine."""
    return FACTOR * seconds
