"""Second look at claims by a language model: each beside its quotes, all in one request.

A claim stands only where the judge finds it supported and copies words of one of its quotes that it
rests on; a judge that an article talks into saying yes has no such words, and code has checked the
claim before. Whatever the judge finds, no claim that code refused is shown.

Does not: replace the checks by code, or correct a claim.
"""

import logging
import re
import time
from collections.abc import Sequence
from typing import Final

from bot.grounding.wording import gives_orders
from bot.llm.parse import Finding, Judgement, parse_judgements
from bot.llm.prompt import JUDGE_SCHEMA, judge_messages
from bot.llm.types import Generator, Unwritten
from bot.types import Citation, Claim
from index.evaluation import folded
from index.text import tokens

EVENT_JUDGED: Final = "judged"
_LEAST_WORDS: Final = 2
_ELLIPSIS: Final = re.compile(r"\.{3}|…")

_log = logging.getLogger(__name__)


class Judge:
    """Judges claims; safe for many threads as far as its model is."""

    def __init__(self, generator: Generator) -> None:
        """Judge with `generator`: the model that wrote the claims, or another."""
        self._generator = generator

    def judge(self, claims: Sequence[Claim], evidence: Sequence[Citation]) -> tuple[bool, ...]:
        """Tell of each claim whether it stands; one request for all.

        Args:
            claims: Those that code let stand, their numbers those of `evidence`.
            evidence: The quotes that were shown to the model that wrote them.

        Raises:
            Unwritten: If the model fails, takes too long, or writes no judgement.
        """
        started = time.perf_counter()
        known = {citation.number: citation for citation in evidence}
        outcome, stands = "judged", tuple[bool, ...]()
        try:
            text = self._generator.write(judge_messages(claims, known), schema=JUDGE_SCHEMA)
            found = parse_judgements(text, len(claims))
            stands = tuple(
                _stands(found.get(number), [known[n].quote for n in claim.numbers if n in known])
                for number, claim in enumerate(claims, start=1)
            )
        except Unwritten as failure:
            outcome = failure.why.value
            raise
        finally:
            fields = {  # without a word of a claim
                "model": self._generator.name,
                "ms": round((time.perf_counter() - started) * 1e3),
                "n_claims": len(claims),
                "n_refused": stands.count(False),
                "outcome": outcome,
            }
            _log.info(EVENT_JUDGED, extra={"fields": fields})
        return stands


def _stands(judgement: Judgement | None, quotes: Sequence[str]) -> bool:
    """Tell whether a claim is found supported, by words that stand in one of its quotes."""
    return (
        judgement is not None
        and judgement.finding is Finding.SUPPORTED
        and len(tokens(judgement.words)) >= _LEAST_WORDS
        and not gives_orders(judgement.words)
        and any(_has_words(quote, judgement.words) for quote in quotes)
    )


def _has_words(quote: str, words: str) -> bool:
    """Tell whether a quote has words letter by letter, but for marks and what an ellipsis omits."""
    told = f" {folded(quote)} "
    return all(f" {piece} " in told for piece in map(folded, _ELLIPSIS.split(words)) if piece)
