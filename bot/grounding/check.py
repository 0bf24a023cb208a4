"""Checks claims against the quotes they cite, by code: no model's word is taken.

Does not: word claims, or decide what is shown in place of one that fails.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.grounding.entailment import Entailment
from bot.grounding.meaning import STANDS_FROM, Closeness
from bot.grounding.names import Evidence, unborne_names
from bot.grounding.numbers import Number, find_numbers, is_borne_out
from bot.grounding.polarity import is_contradicted
from bot.grounding.times import TimeWord, find_times, is_told, known_times
from bot.grounding.types import Fault, Verdict
from bot.grounding.wording import is_quoted, is_unsafe, quotations
from bot.types import Citation, Claim
from index import Encoder
from index.text import clean_text, detect

SURE_LANGUAGE: Final = 0.9
"""Least certainty that a claim is in another language than the one asked for."""
_MIN_LETTERS: Final = 20


@dataclass(frozen=True, slots=True)
class _Case:
    """A claim and what it cites, read once for all checks."""

    text: str
    language: str
    asked: str | None
    cited: tuple[Citation, ...]
    spoken: tuple[str, ...]
    times: list[TimeWord]

    @property
    def quotes(self) -> str:
        return " \n ".join(citation.quote for citation in self.cited)

    @property
    def heads(self) -> list[str]:
        return [text for one in self.cited for text in (one.headline, one.source, one.via) if text]

    @property
    def apart(self) -> list[tuple[int, int]]:
        """Where dates stand in the cleaned claim."""
        return [(word.start, word.end) for word in self.times if word.is_sure]


class Grounder:
    """Checks claims; safe for many threads as far as its encoder is."""

    def __init__(self, encoder: Encoder, *, entailment: Entailment | None = None) -> None:
        """Compare meanings by `encoder`, the archive's or another.

        Args:
            entailment: Also asked, where there is one; the lower of the two counts.
        """
        self._closeness: Final = Closeness(encoder)
        self._entailment: Final = entailment

    def check(
        self, claims: Sequence[Claim], evidence: Sequence[Citation], *, language: str | None
    ) -> tuple[Verdict, ...]:
        """Judge each claim by the quotes that it cites, and by no others.

        Args:
            claims: What a language model wrote.
            evidence: The quotes that were shown to it.
            language: That was asked for (BCP 47); None where any will do.

        Returns:
            A verdict for each claim, in their order; `()` for none, without an encoder call.
        """
        if not claims:
            return ()
        known = {citation.number: citation for citation in evidence}
        cases = [_case(claim, known, language) for claim in claims]
        meanings = self._meanings(cases)
        return tuple(
            Verdict(faults=_faults(claim, case, known, meaning), meaning=meaning)
            for claim, case, meaning in zip(claims, cases, meanings, strict=True)
        )

    def _meanings(self, cases: Sequence[_Case]) -> list[float]:
        """Return how close each claim is to what it cites."""
        texts = [case.text for case in cases]
        quotes = [[citation.quote for citation in case.cited] for case in cases]
        close = self._closeness.meanings(texts, quotes)
        if self._entailment is None:
            return close
        entailed = self._entailment.probabilities(texts, [" ".join(some) for some in quotes])
        return list(map(min, close, entailed))


def _case(claim: Claim, known: Mapping[int, Citation], asked: str | None) -> _Case:
    cited = tuple(known[number] for number in dict.fromkeys(claim.numbers) if number in known)
    found = detect(claim.text)
    language = found.tag if found.confidence >= SURE_LANGUAGE or not asked else asked
    return _Case(
        text=claim.text,
        language=language.partition("-")[0],
        asked=asked,
        cited=cited,
        spoken=tuple(detect(citation.quote).tag for citation in cited),
        times=find_times(claim.text, language),
    )


def _faults(
    claim: Claim, case: _Case, known: Mapping[int, Citation], meaning: float
) -> tuple[Fault, ...]:
    """Return what is wrong with a claim; without evidence nothing else is asked."""
    if not claim.numbers or any(number not in known for number in claim.numbers):
        return (Fault.DEAD_CITATION,)
    found = [fault for fault, fails in _CHECKS.items() if fails(case)]
    return tuple([*found, Fault.MEANING] if meaning < STANDS_FROM else found)


def _has_wrong_number(case: _Case) -> bool:
    known = _known_numbers(case)
    asked = (one for one in find_numbers(case.text, apart=case.apart) if one.is_sure)
    loose = {word.start for word in case.times if not word.is_sure and _is_told(word, case)}
    return any(one.start not in loose and not is_borne_out(one, known) for one in asked)


def _known_numbers(case: _Case) -> list[Number]:
    return [number for one in case.cited for number in find_numbers(one.quote)]


def _has_wrong_date(case: _Case) -> bool:
    return any(word.is_sure and not _is_told(word, case) for word in case.times)


def _is_told(word: TimeWord, case: _Case) -> bool:
    """Tell whether the quotes bear a date out, or state its year in figures."""
    texts = [
        (one.quote, spoken, one.published)
        for one, spoken in zip(case.cited, case.spoken, strict=True)
    ]
    if is_told(word, known_times(texts)):
        return True
    only_year = word.year and not word.day and not word.month
    return bool(only_year) and any(word.year in number.readings for number in _known_numbers(case))


def _has_wrong_quote(case: _Case) -> bool:
    quotes = [one.quote for one in case.cited]
    return any(not is_quoted(text, quotes, case.heads) for text in quotations(case.text))


def _has_wrong_name(case: _Case) -> bool:
    evidence = Evidence(
        text=clean_text("\n".join([case.quotes, *case.heads])).text,
        languages=tuple(dict.fromkeys(case.spoken)),
        quotes=clean_text(case.quotes).text,
        spoken=tuple(
            one.quote
            for one, tag in zip(case.cited, case.spoken, strict=True)
            if tag == case.language
        ),
    )
    return bool(unborne_names(case.text, case.language, evidence, case.apart))


def _is_negated(case: _Case) -> bool:
    spoken = set(case.spoken)
    if len(spoken) > 1:
        return False
    quotes = [one.quote for one in case.cited]
    return is_contradicted(case.text, case.language, quotes, spoken.pop())


def _is_foreign(case: _Case) -> bool:
    """Tell whether a claim is surely in another language than the one asked for."""
    if case.asked is None or sum(char.isalpha() for char in case.text) < _MIN_LETTERS:
        return False
    found = detect(case.text)
    wanted = case.asked.partition("-")[0]
    return found.confidence >= SURE_LANGUAGE and found.tag.partition("-")[0] != wanted


def _is_unsafe(case: _Case) -> bool:
    return is_unsafe(case.text, "\n".join([case.quotes, *case.heads]))


_CHECKS: Final[Mapping[Fault, Callable[[_Case], bool]]] = {
    Fault.UNSAFE: _is_unsafe,
    Fault.NUMBER: _has_wrong_number,
    Fault.DATE: _has_wrong_date,
    Fault.QUOTE: _has_wrong_quote,
    Fault.NAME: _has_wrong_name,
    Fault.NEGATION: _is_negated,
    Fault.LANGUAGE: _is_foreign,
}
