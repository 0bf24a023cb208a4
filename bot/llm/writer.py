"""Answers written by a model from quotes, of which code decides what is shown.

Quotes go to the model, claims come back, and only those that the quotes support are shown. The
quotes that claims cite come first, the answer's other quotes after them. Whatever fails, the quotes
alone are an answer.

Does not: check claims itself (`bot.grounding` does), or find evidence.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.answer.contradictions import differences
from bot.grounding.types import Checking, Fault, Verdict
from bot.grounding.wording import gives_orders
from bot.llm.judge import Judge
from bot.llm.parse import MOST_CLAIMS, Written, parse, parse_so_far
from bot.llm.prompt import ANSWER_SCHEMA, VERSION, answer_messages
from bot.llm.types import Generator, Unwritten
from bot.question.question import read_question
from bot.session.protocols import Answering
from bot.types import (
    Answer,
    Check,
    Citation,
    Claim,
    Fingerprint,
    Headline,
    NoAnswer,
    Reason,
    Shape,
    Unworded,
)

EVENT_WORDED: Final = "worded"
MOST_EVIDENCE: Final = 6
"""Most quotes given to a model: more than are shown, so that it can combine several, and few
enough for the context window and the speed of a small model."""

_log = logging.getLogger(__name__)

_UNKNOWN: Final = "und"

Tell = Callable[[tuple[Claim, ...]], None]


@dataclass(slots=True)
class _Sifting:
    """Claims of one answer as they arrive: the supported ones, and the faults of the others.

    Attributes:
        supported: As the model wrote them, their numbers those of the evidence.
        first: Numbers of the evidence that come first in any case.
        n_unusable: Claims left out because of their form.
        n_read: Characters read of the text so far.
    """

    check: Callable[[Sequence[Claim]], tuple[Verdict, ...]]
    tell: Tell | None
    seen: set[Claim] = field(default_factory=set)
    supported: list[Claim] = field(default_factory=list)
    faults: Counter[Fault] = field(default_factory=Counter)
    first: list[int] = field(default_factory=list)
    n_unusable: int = 0
    n_read: int = 0

    def read(self, so_far: str) -> None:
        """Take the complete claims of a text that is being written."""
        fresh, self.n_read = so_far[self.n_read :], len(so_far)
        if "}" in fresh and len(self.seen) < MOST_CLAIMS:
            self.take(parse_so_far(so_far))

    def take(self, written: Written) -> None:
        """Check the claims not seen before and tell the supported ones."""
        fresh = [claim for claim in written.claims if written.has_answer and claim not in self.seen]
        self.seen.update(fresh)
        self.n_unusable = written.n_unusable
        for claim, verdict in zip(fresh, self.check(fresh) if fresh else (), strict=True):
            self.faults.update(verdict.faults)
            if verdict.is_supported:
                self.supported.append(claim)
                if self.tell:
                    self.tell(self.shown())

    def order(self) -> list[int]:
        """Return the numbers of the evidence, in the order in which claims first cite it."""
        cited = (number for claim in self.supported for number in claim.numbers)
        return list(dict.fromkeys([*self.first, *cited]))

    def shown(self) -> tuple[Claim, ...]:
        """Return the supported claims, their numbers positions in `order`, from 1."""
        order = self.order()
        return tuple(
            replace(claim, numbers=tuple(order.index(number) + 1 for number in claim.numbers))
            for claim in self.supported
        )


class Writer:
    """Words answers; safe for many threads as far as its parts are."""

    def __init__(
        self,
        generator: Generator,
        grounder: Checking,
        archive: Answering,
        *,
        judge: Judge | None = None,
    ) -> None:
        """Write with `generator`, check with `grounder`, look for more quotes in `archive`.

        Args:
            judge: Looks at the claims once more, after which they are told, all at once.
        """
        self._generator = generator
        self._grounder = grounder
        self._archive = archive
        self._judge = judge

    def over(self, archive: Answering) -> "Writer":
        """Return what words answers from an archive alone; see `Writing`."""
        return Writer(self._generator, self._grounder, archive, judge=self._judge)

    def word(self, answer: Answer, *, tell: Tell | None = None) -> Answer | NoAnswer:
        """Return an answer with claims, or the quotes alone; see `Writing`."""
        started = time.perf_counter()
        quotes = answer.citations
        is_ordered = answer.shape is not Shape.QUOTES  # in order of time or by sides
        n_more = MOST_EVIDENCE - len(quotes)
        # Quotes of another time must not be added where there was no answer for the time of the
        # question, nor anything to quotes in an order.
        if n_more > 0 and not answer.is_missed and not is_ordered:
            archive = self._archive
            question = read_question(answer.question, scope=answer.within, outlets=archive.outlets)
            quotes = (*quotes, *archive.further(question, beyond=quotes, k=n_more))
        # A quote that gives orders to a model is shown as any other, but not given to the model.
        evidence = [quote for quote in quotes if not gives_orders(quote.quote)]
        language = None if answer.language == _UNKNOWN else answer.language
        sifting = _Sifting(
            lambda claims: self._grounder.check(claims, evidence, language=language),
            None if self._judge else tell,
            # Quotes in an order keep their numbers.
            first=[quote.number for quote in answer.citations] if is_ordered else [],
        )
        trouble = self._write(answer, evidence, sifting)
        checks = self._judged(sifting, evidence)
        if self._judge and tell and sifting.supported:
            tell(sifting.shown())
        took_ms = (time.perf_counter() - started) * 1e3
        self._log(sifting, trouble, took_ms)
        timings = answer.timings_ms | {"word": took_ms}
        answer = replace(answer, timings_ms=timings | {"total": timings.get("total", 0) + took_ms})
        made = replace(answer.fingerprint, model=self._generator.name, prompt=VERSION)
        if sifting.supported:
            numbered = {quote.number: quote for quote in quotes}
            order = sifting.order()
            uncited = [quote for quote in answer.citations if quote.number not in order]
            shown = [*(numbered[number] for number in order), *uncited]
            citations = tuple(replace(quote, number=n) for n, quote in enumerate(shown, start=1))
            return replace(
                answer,
                claims=sifting.shown(),
                checks=checks,
                citations=citations,
                differences=differences(citations),
                fingerprint=made,
            )
        if isinstance(trouble, Reason):
            return _refusal(answer, trouble, made)
        return replace(answer, unworded=trouble.why if trouble else Unworded.UNSUPPORTED)

    def _write(
        self, answer: Answer, evidence: Sequence[Citation], sifting: _Sifting
    ) -> Unwritten | Reason | None:
        """Let the model write, check its claims, and return what went wrong."""
        if not evidence:
            return Unwritten(Unworded.UNSUPPORTED, "no quote that may be worded")
        messages = answer_messages(answer.question, evidence, language=answer.language)
        try:
            text = self._generator.write(messages, schema=ANSWER_SCHEMA, tell=sifting.read)
            written = parse(text)
        except Unwritten as failure:
            return failure
        sifting.take(written)
        return None if written.has_answer else Reason.MODEL_FOUND_NONE

    def _judged(self, sifting: _Sifting, evidence: Sequence[Citation]) -> tuple[Check, ...]:
        """Drop the claims that the judge refuses, and return what the others have passed.

        A judge that fails leaves what code let stand.
        """
        if self._judge is None or not sifting.supported:
            return (Check.RULES,)
        try:
            stands = self._judge.judge(sifting.supported, evidence)
        except Unwritten:
            return (Check.RULES,)
        sifting.supported = [
            claim for claim, stand in zip(sifting.supported, stands, strict=True) if stand
        ]
        return (Check.RULES, Check.JUDGE)

    def _log(self, sifting: _Sifting, trouble: Unwritten | Reason | None, took_ms: float) -> None:
        """Log one line for each answer written, without a word of it."""
        why = trouble.why if isinstance(trouble, Unwritten) else trouble
        fields = {
            "model": self._generator.name,
            "prompt": VERSION,
            "ms": round(took_ms),
            "n_claims": len(sifting.supported),
            "n_dropped": len(sifting.seen) - len(sifting.supported),
            "n_unusable": sifting.n_unusable,
            "faults": {fault.value: n for fault, n in sorted(sifting.faults.items())},
            "trouble": why.value if why else "",
            "detail": str(trouble) if isinstance(trouble, Unwritten) else "",
        }
        _log.info(EVENT_WORDED, extra={"fields": fields})


def _refusal(answer: Answer, reason: Reason, made: Fingerprint) -> NoAnswer:
    """Return that there is no answer, with the articles of the quotes as the nearest."""
    nearest = {
        quote.article_id: Headline(
            article_id=quote.article_id,
            headline=quote.headline,
            source=quote.source,
            published=quote.published,
            url=quote.url,
            origin=quote.origin,
            opening=quote.opening,
        )
        for quote in answer.citations
    }
    return NoAnswer(
        question=answer.question,
        language=answer.language,
        reason=reason,
        nearest=tuple(nearest.values()),
        confidence=answer.confidence,
        timings_ms=answer.timings_ms,
        fingerprint=made,
        within=answer.within,
        is_missed=answer.is_missed,
    )
