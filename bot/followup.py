"""Questions that lean on those before them, made whole by rule: "and what did he answer?".

Does not: retrieve, or know more than the questions themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A question as it is put to the archive, and whether anything was added to it."""

    text: str
    was_resolved: bool


def resolve(question: str, before: Sequence[str]) -> Resolved:
    """Return a question with what it takes from the one before it, newest first in `before`."""
    del before
    return Resolved(text=question, was_resolved=False)
