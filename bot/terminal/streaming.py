"""Claims of an answer on a terminal, one by one, while a language model words it."""

from dataclasses import dataclass
from typing import Protocol

from bot.terminal.render import below_claims, claim_lines, reply_lines
from bot.terminal.screen import BLANK, Line
from bot.texts.language import Language
from bot.types import Answer, Claim, NoAnswer


class Write(Protocol):
    """Writes lines where people see them, at once."""

    def __call__(self, *lines: Line) -> None:
        """Write lines."""
        ...


@dataclass(slots=True)
class ClaimsShowing:
    """The claims of one answer that are shown so far.

    Attributes:
        is_over: Whether nobody waits for it any more; nothing is shown from then on.
        public_url: Address of the pages that sources lead to; empty for none.
    """

    write: Write
    language: Language
    shown: tuple[Claim, ...] = ()
    is_over: bool = False
    public_url: str = ""

    def tell(self, claims: tuple[Claim, ...]) -> None:
        """Show the sentences that are new."""
        if not self.is_over:
            self.write(*claim_lines(claims, self.language, first=len(self.shown)))
            self.shown = claims

    def rest(self, reply: Answer | NoAnswer) -> list[Line]:
        """Return the lines of a reply that are not shown yet."""
        if not self.shown:
            return reply_lines(reply, self.language, public_url=self.public_url)
        if isinstance(reply, Answer) and reply.claims[: len(self.shown)] == self.shown:
            more = claim_lines(reply.claims, self.language, first=len(self.shown))
            return [*more, *below_claims(reply, self.language, public_url=self.public_url)]
        return [BLANK, *reply_lines(reply, self.language, public_url=self.public_url)]
