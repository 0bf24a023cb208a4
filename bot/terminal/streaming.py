"""An answer on a terminal while a language model words it: its sentences one by one.

Does not: word or check anything; what is told has been checked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bot.session.protocols import Writing
from bot.terminal.render import below_claims, claim_lines, reply_lines
from bot.terminal.screen import BLANK, Line
from bot.texts.language import Language
from bot.types import Answer, Claim, NoAnswer

TellClaims: TypeAlias = Callable[[tuple[Claim, ...]], None]
"""Takes all claims that stand so far; see `Writing.word`."""


class Write(Protocol):
    """Writes lines where people see them, at once."""

    def __call__(self, *lines: Line) -> None:
        """Write lines."""
        ...


@dataclass(slots=True)
class ClaimsShowing:
    """What is shown of one answer up to now.

    Attributes:
        is_over: Whether nobody waits for it any more; nothing is shown from then on.
    """

    write: Write
    language: Language
    shown: tuple[Claim, ...] = ()
    is_over: bool = False

    def tell(self, claims: tuple[Claim, ...]) -> None:
        """Show the sentences that are new."""
        if not self.is_over:
            self.write(*claim_lines(claims, self.language, first=len(self.shown)))
            self.shown = claims

    def rest(self, reply: Answer | NoAnswer) -> list[Line]:
        """Return the lines of a reply that are not shown yet."""
        if not self.shown:
            return reply_lines(reply, self.language)
        if isinstance(reply, Answer) and reply.claims[: len(self.shown)] == self.shown:
            more = claim_lines(reply.claims, self.language, first=len(self.shown))
            return [*more, *below_claims(reply, self.language)]
        return [BLANK, *reply_lines(reply, self.language)]


def word(
    writing: Writing | None, found: Answer | NoAnswer, tell: TellClaims | None
) -> Answer | NoAnswer:
    """Have an answer worded where there is a language model; anything else stays as it is."""
    if writing is None or isinstance(found, NoAnswer):
        return found
    return writing.word(found, tell=tell)
