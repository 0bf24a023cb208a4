"""Checks of claims against the quotes they cite, by code: no model's word is taken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.grounding.added import is_added
from bot.grounding.counts import are_exchanged, find_counts, is_miscounted, is_near
from bot.grounding.entailment import Entailment
from bot.grounding.hedges import is_unhedged
from bot.grounding.meaning import SUPPORTED_FROM, Closeness
from bot.grounding.names import Evidence, unsupported_names
from bot.grounding.numbers import find_numbers, is_supported
from bot.grounding.opposites import are_opposed
from bot.grounding.polarity import is_contradicted
from bot.grounding.roles import is_misattributed
from bot.grounding.times import TimeWord, find_times, is_told, known_times
from bot.grounding.types import Fault, Verdict
from bot.grounding.wording import is_quoted, is_unsafe, quotations
from bot.types import Citation, Claim
from index import Encoder
from index.text import clean_text, detect

SURE_LANGUAGE: Final = 0.9
"""Least certainty that a claim is in another language than the requested one."""
_MIN_LETTERS: Final = 20


@dataclass(frozen=True, slots=True)
class _Case:
    """A claim and what it cites, read once for all checks.

    Attributes:
        language: Primary subtag of the claim's language.
        is_foreign: Whether the claim is surely in another language than the requested one.
        quote_languages: Of the quotes of `cited`, in their order.
    """

    text: str
    language: str
    is_foreign: bool
    cited: tuple[Citation, ...]
    quote_languages: tuple[str, ...]
    times: list[TimeWord]


class Grounder:
    """Checks claims; safe for many threads as far as its encoder is."""

    def __init__(self, encoder: Encoder, *, entailment: Entailment | None = None) -> None:
        """Compare meanings by `encoder`, the archive's or another.

        Args:
            entailment: A cross-encoder that is also asked; the lower of the two values counts.
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
            language: The requested one (BCP 47); None where any will do.

        Returns:
            A verdict for each claim, in their order; `()` for none, without an encoder call.
        """
        if not claims:
            return ()
        known = {citation.number: citation for citation in evidence}
        cases = [_case(claim, known, language) for claim in claims]
        texts = [case.text for case in cases]
        quotes = [[citation.quote for citation in case.cited] for case in cases]
        meanings = self._closeness.meanings(texts, quotes)
        if self._entailment is not None:
            entailed = self._entailment.probabilities(texts, [" ".join(some) for some in quotes])
            meanings = list(map(min, meanings, entailed))
        verdicts = []
        for claim, case, meaning in zip(claims, cases, meanings, strict=True):
            if not claim.numbers or any(number not in known for number in claim.numbers):
                faults = [Fault.DEAD_CITATION]  # without evidence nothing else can be checked
            else:
                faults = list(_faults(case))
                if meaning < SUPPORTED_FROM:
                    faults.append(Fault.MEANING)
            verdicts.append(Verdict(faults=tuple(faults), meaning=meaning))
        return tuple(verdicts)


def _case(claim: Claim, known: Mapping[int, Citation], requested: str | None) -> _Case:
    cited = tuple(known[number] for number in dict.fromkeys(claim.numbers) if number in known)
    detected = detect(claim.text)
    is_sure = detected.confidence >= SURE_LANGUAGE
    language = requested if requested and not is_sure else detected.tag
    return _Case(
        text=claim.text,
        language=language.partition("-")[0],
        is_foreign=(
            requested is not None
            and is_sure
            and detected.tag.partition("-")[0] != requested.partition("-")[0]
            and sum(char.isalpha() for char in claim.text) >= _MIN_LETTERS
        ),
        cited=cited,
        quote_languages=tuple(detect(citation.quote).tag for citation in cited),
        times=find_times(claim.text, language),
    )


def _faults(case: _Case) -> Iterator[Fault]:
    """Yield what is wrong with a claim that cites evidence, its meaning apart."""
    quotes = [citation.quote for citation in case.cited]
    heads = [
        text for cited in case.cited for text in (cited.headline, cited.source, cited.via) if text
    ]
    languages = case.quote_languages
    joined = " \n ".join(quotes)
    everything = "\n".join([joined, *heads])
    if is_unsafe(case.text, everything):
        yield Fault.UNSAFE

    date_spans = [(word.start, word.end) for word in case.times if word.is_sure]
    published = [citation.published for citation in case.cited]
    known_dates = known_times(zip(quotes, languages, published, strict=True))
    known_numbers = [number for quote in quotes for number in find_numbers(quote)]
    numbers = find_numbers(case.text, apart=date_spans)
    supported_dates = [
        word
        for word in case.times
        if is_told(word, known_dates)
        # A year alone may also stand in the quotes as a mere figure.
        or (
            (word.year and not word.day and not word.month)
            and any(word.year in number.readings for number in known_numbers)
        )
    ]
    maybe_years = {word.start for word in supported_dates if not word.is_sure}
    counts = {count.number: count for count in find_counts(case.text, case.language)}
    if any(
        number.is_sure
        and number.start not in maybe_years
        and not is_supported(number, known_numbers)
        and not (number in counts and is_near(counts[number], known_numbers))
        for number in numbers
    ):
        yield Fault.NUMBER
    if any(word.is_sure and word not in supported_dates for word in case.times):
        yield Fault.DATE
    if not all(is_quoted(text, quotes, heads) for text in quotations(case.text)):
        yield Fault.QUOTE

    evidence = Evidence(
        text=clean_text(everything).text,
        languages=tuple(dict.fromkeys(languages)),
        quotes=clean_text(joined).text,
        same_language=tuple(
            quote for quote, tag in zip(quotes, languages, strict=True) if tag == case.language
        ),
    )
    apart = [*date_spans, *((number.start, number.end) for number in numbers)]
    if unsupported_names(case.text, case.language, evidence, apart):
        yield Fault.NAME
    is_one_language = len(set(languages)) == 1
    if is_one_language and is_contradicted(case.text, case.language, quotes, languages[0]):
        yield Fault.NEGATION
    tags = tuple(tag.partition("-")[0] for tag in languages)
    told = (case.text, case.language, quotes, tags)
    if is_miscounted(*told) or are_exchanged(*told):
        yield Fault.COUNT
    if are_opposed(*told):
        yield Fault.OPPOSITE
    if is_added(*told):
        yield Fault.ADDED
    if len(quotes) == 1:
        if is_misattributed(case.text, case.language, quotes[0], tags[0]):
            yield Fault.ROLE
        if is_unhedged(case.text, case.language, quotes[0], tags[0]):
            yield Fault.HEDGE
    if case.is_foreign:
        yield Fault.LANGUAGE
