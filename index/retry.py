"""Pauses before asking a server again: exponential backoff and Retry-After.

Source: RFC 9110, 10.2.3 (Retry-After).
"""

import math
import random
import time
from email.utils import parsedate_to_datetime


def backoff_s(n_failed: int, first_s: float) -> float:
    """Return a pause that doubles with every failure, beginning at `first_s`, with jitter."""
    doublings = min(n_failed - 1, 32)  # a float's exponent is not endless
    return float(first_s * 2**doublings * random.uniform(0.75, 1.25))  # noqa: S311 (no secret)


def retry_after_s(value: str | None) -> float | None:
    """Read Retry-After: seconds or an HTTP date; None if absent or odd."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
