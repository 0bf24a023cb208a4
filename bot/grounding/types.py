"""What a check of a claim finds.

Does not: check.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.types import Citation, Claim


class Fault(StrEnum):
    """What is wrong with a claim.

    `UNSAFE`: it holds an address, markup, a control character or an order that no quote has.
    """

    DEAD_CITATION = "dead_citation"
    NUMBER = "number"
    DATE = "date"
    QUOTE = "quote"
    NAME = "name"
    NEGATION = "negation"
    MEANING = "meaning"
    LANGUAGE = "language"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the checks of one claim found.

    Attributes:
        faults: Each kind once; empty for a claim that stands.
        meaning: How close claim and evidence are, calibrated, in [0, 1].
    """

    faults: tuple[Fault, ...]
    meaning: float

    @property
    def stands(self) -> bool:
        """Whether the claim may be shown."""
        return not self.faults


class Checking(Protocol):
    """What decides whether quotes bear claims out: `bot.grounding.Grounder`."""

    def check(
        self, claims: Sequence[Claim], evidence: Sequence[Citation], *, language: str | None
    ) -> tuple[Verdict, ...]:
        """Return what was found of each claim, in their order."""
        ...
