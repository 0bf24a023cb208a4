"""Answers in the asker's language: a model words them, code decides what of it is shown.

Quotes go to the model, claims come back, and only those that the quotes bear out are ever told.
The quotes that claims stand on come first, the answer's other quotes stay behind them. Whatever
fails, the quotes alone are an answer.

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
from bot.llm.parse import Written, parse, parse_so_far
from bot.llm.prompt import ANSWER_SCHEMA, VERSION, answer_messages
from bot.llm.types import Generator, Unwritten
from bot.types import (
    Answer,
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
"""Quotes that a model is given: more than are shown, so that it can put several together, and few
enough for the window and the patience of a small model."""

_log = logging.getLogger(__name__)

_UNKNOWN: Final = "und"

Tell = Callable[[tuple[Claim, ...]], None]


@dataclass(slots=True)
class _Sifting:
    """Claims of one answer as they come, those that stand and what was wrong with the others.

    Attributes:
        standing: Numbered by `order`, the evidence in the order in which claims came to need it.
        n_unusable: Claims left out for their form.
        heard: Characters read of what is being written.
    """

    check: Callable[[Sequence[Claim]], tuple[Verdict, ...]]
    tell: Tell | None
    seen: set[Claim] = field(default_factory=set)
    standing: list[Claim] = field(default_factory=list)
    faults: Counter[Fault] = field(default_factory=Counter)
    order: list[int] = field(default_factory=list)
    n_unusable: int = 0
    heard: int = 0

    def hear(self, so_far: str) -> None:
        """Take what is whole of a text that is being written."""
        fresh, self.heard = so_far[self.heard :], len(so_far)
        if "}" in fresh:
            self.take(parse_so_far(so_far))

    def take(self, written: Written) -> None:
        """Check the claims not seen before and tell those that stand."""
        fresh = [one for one in written.claims if written.has_answer and one not in self.seen]
        self.seen.update(fresh)
        self.n_unusable = written.n_unusable
        for claim, verdict in zip(fresh, self.check(fresh) if fresh else (), strict=True):
            self.faults.update(verdict.faults)
            if verdict.is_supported:
                self._keep(claim)

    def _keep(self, claim: Claim) -> None:
        self.order += [number for number in claim.numbers if number not in self.order]
        numbers = tuple(self.order.index(number) + 1 for number in claim.numbers)
        self.standing.append(replace(claim, numbers=numbers))
        if self.tell:
            self.tell(tuple(self.standing))


class Writer:
    """Words answers; safe for many threads as far as its parts are."""

    def __init__(
        self,
        generator: Generator,
        grounder: Checking,
        *,
        further: Callable[[Answer], tuple[Citation, ...]],
    ) -> None:
        """Word with `generator` what `grounder` lets stand.

        Args:
            further: Returns verified quotes that come after those of an answer, numbered on; ()
                where those are enough.
        """
        self._generator = generator
        self._grounder = grounder
        self._further = further

    def word(self, answer: Answer, *, tell: Tell | None = None) -> Answer | NoAnswer:
        """Return an answer with claims, or the quotes alone; see `Writing`."""
        started = time.perf_counter()
        # What an article says to a model is quoted to people as any other sentence, and not worded.
        quotes = (*answer.citations, *self._further(answer))
        evidence = [one for one in quotes if not gives_orders(one.quote)]
        language = None if answer.language == _UNKNOWN else answer.language
        sifting = _Sifting(
            lambda claims: self._grounder.check(claims, evidence, language=language),
            tell,
            # Quotes in order of time or by sides keep their numbers.
            order=[] if answer.shape is Shape.QUOTES else [one.number for one in answer.citations],
        )
        trouble = self._write(answer, evidence, sifting)
        took_ms = (time.perf_counter() - started) * 1e3
        self._log(sifting, trouble, took_ms)
        timings = answer.timings_ms | {"word": took_ms}
        timed = replace(answer, timings_ms=timings | {"total": timings.get("total", 0) + took_ms})
        return self._settle(timed, quotes, sifting, trouble)

    def _write(
        self, answer: Answer, evidence: Sequence[Citation], sifting: _Sifting
    ) -> Unwritten | Reason | None:
        """Let the model write, sift what it writes, and return what went wrong."""
        if not evidence:
            return Unwritten(Unworded.UNSUPPORTED, "no quote that may be worded")
        messages = answer_messages(answer.question, evidence, language=answer.language)
        try:
            text = self._generator.write(messages, schema=ANSWER_SCHEMA, tell=sifting.hear)
            written = parse(text)
        except Unwritten as failure:
            return failure
        sifting.take(written)
        return None if written.has_answer else Reason.MODEL_FOUND_NONE

    def _settle(
        self,
        answer: Answer,
        quotes: Sequence[Citation],
        sifting: _Sifting,
        trouble: Unwritten | Reason | None,
    ) -> Answer | NoAnswer:
        """Return the claims that stand, if any; else what the trouble leaves."""
        made = replace(answer.fingerprint, model=self._generator.name, prompt=VERSION)
        if sifting.standing:
            citations = _ordered(answer.citations, quotes, sifting.order)
            return replace(
                answer,
                claims=tuple(sifting.standing),
                citations=citations,
                differences=differences(citations),
                fingerprint=made,
            )
        match trouble:
            case Unwritten():
                return replace(answer, unworded=trouble.why)
            case Reason():
                return _refusal(answer, trouble, made)
            case None:
                return replace(answer, unworded=Unworded.UNSUPPORTED)

    def _log(self, sifting: _Sifting, trouble: Unwritten | Reason | None, took_ms: float) -> None:
        """Leave one line for each wording, without a word of it."""
        why = trouble.why if isinstance(trouble, Unwritten) else trouble
        fields = {
            "model": self._generator.name,
            "prompt": VERSION,
            "ms": round(took_ms),
            "n_claims": len(sifting.standing),
            "n_dropped": len(sifting.seen) - len(sifting.standing),
            "n_unusable": sifting.n_unusable,
            "faults": {fault.value: n for fault, n in sorted(sifting.faults.items())},
            "trouble": why.value if why else "",
            "detail": str(trouble) if isinstance(trouble, Unwritten) else "",
        }
        _log.info(EVENT_WORDED, extra={"fields": fields})


def _ordered(
    shown: Sequence[Citation], evidence: Sequence[Citation], order: Sequence[int]
) -> tuple[Citation, ...]:
    """Return the quotes of `order` first, then those of the answer that no claim stands on."""
    numbered = {one.number: one for one in evidence}
    others = [one for one in shown if one.number not in order]
    quotes = [*(numbered[number] for number in order), *others]
    return tuple(replace(one, number=n) for n, one in enumerate(quotes, start=1))


def _refusal(answer: Answer, reason: Reason, made: Fingerprint) -> NoAnswer:
    """Return that there is no answer, with the articles that came nearest."""
    heads = {
        one.article_id: Headline(
            article_id=one.article_id,
            headline=one.headline,
            source=one.source,
            published=one.published,
            url=one.url,
        )
        for one in answer.citations
    }
    return NoAnswer(
        question=answer.question,
        language=answer.language,
        reason=reason,
        nearest=tuple(heads.values()),
        confidence=answer.confidence,
        timings_ms=answer.timings_ms,
        fingerprint=made,
        within=answer.within,
        is_missed=answer.is_missed,
    )
