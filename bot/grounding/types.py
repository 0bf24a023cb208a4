"""Verdicts on claims and the faults they list."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.types import Citation, Claim


class Fault(StrEnum):
    """Kind of error in a claim.

    `COUNT`: a number is right, but not its unit, its bound or what it counts.
    `OPPOSITE`: it says the opposite of a word of the quotes: "rose" for "fell".
    `ROLE`: somebody else said or did it.
    `HEDGE`: it states as done what is only planned, expected or possible.
    `ADDED`: it gives a cause or circumstance of its own.
    `UNSAFE`: it holds an address, markup, a control character or an instruction that no quote has.
    """

    DEAD_CITATION = "dead_citation"
    NUMBER = "number"
    DATE = "date"
    QUOTE = "quote"
    NAME = "name"
    NEGATION = "negation"
    COUNT = "count"
    OPPOSITE = "opposite"
    ROLE = "role"
    HEDGE = "hedge"
    ADDED = "added"
    MEANING = "meaning"
    LANGUAGE = "language"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Result of the checks of one claim.

    Attributes:
        faults: Each kind once; empty for a supported claim.
        meaning: Closeness of claim and evidence, calibrated, in [0, 1].
    """

    faults: tuple[Fault, ...]
    meaning: float

    @property
    def is_supported(self) -> bool:
        """Whether the claim may be shown."""
        return not self.faults


class Checking(Protocol):
    """Protocol of the checks of claims against quotes: `bot.grounding.check.Grounder`."""

    def check(
        self, claims: Sequence[Claim], evidence: Sequence[Citation], *, language: str | None
    ) -> tuple[Verdict, ...]:
        """Return a verdict for each claim, in their order."""
        ...
