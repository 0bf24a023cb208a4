"""The whole pipeline on one screen: retrieve, choose evidence, judge, quote, verify.

Does not: rank, score or render; each step lives in a module of its own.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.answer.cite import cite_earliest, cite_itself, head, in_time, verified
from bot.answer.confidence import DEFAULT_THRESHOLD, Signals, confidence
from bot.answer.contradictions import differences
from bot.answer.evidence import Quote, ReaderConfig, find_quotes, spread_quotes
from bot.question.followup import asked_both_ways
from bot.question.overview import Plan, find_plan
from bot.question.period import find_period
from bot.question.scope import hull, narrowed, overlap
from bot.types import Answer, Citation, Fingerprint, Headline, NoAnswer, Reason, Shape, Side
from index import (
    EVERYTHING,
    Encoder,
    Hit,
    Reranker,
    Retrieval,
    Retriever,
    Scope,
    Snapshot,
    VectorSpace,
)
from index.arrays import Vectors
from index.encoders import stored_confidence
from index.text import detect

MAX_QUESTION_CHARS: Final = 2000
"""What is read of a question; more than fits the encoder's window."""

_HITS: Final = 10
_HITS_OF_SEVERAL: Final = 40
_QUOTES_OF_ONE: Final = 2
_LEAST_OF_SEVERAL: Final = 0.25
"""Share of the threshold that each quote of an overview reaches by itself. Asked for the news on
each of PQuAD's 109 titles, 0.97 of what is quoted stands under that title and 4.1 quotes are left;
without it 0.94 and 5.0, with the whole threshold 0.99 and 2.3."""
_NEAREST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Consideration:
    """What was found for a question, before anything is decided.

    Attributes:
        drafts: What would be quoted, not verified yet.
        confidence: Probability in [0, 1] that the drafts answer; 0 where nothing was found.
    """

    language: str
    found: Retrieval
    drafts: tuple[Citation, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class _Look:
    """What is decided on, the part of the archive asked for, and whether that had nothing."""

    seen: Consideration
    within: Scope
    is_missed: bool = False


def _now() -> datetime:
    return datetime.now(UTC)


class Answerer:
    """Answers questions from one snapshot; safe for many threads as far as its encoder is."""

    def __init__(
        self,
        snapshot: Snapshot,
        encoder: Encoder,
        *,
        threshold: float | None = None,
        clock: Callable[[], datetime] = _now,
        reranker: Reranker | None = None,
    ) -> None:
        """Answer from `snapshot`, whose vectors `encoder` made.

        Args:
            threshold: Least confidence to answer with; None for the calibrated default.
            clock: Tells the aware time that "last week" is told by.
            reranker: Orders the best passages anew; None for none.
        """
        space = VectorSpace(encoder.identity)
        self.snapshot: Final = snapshot
        self.encoder: Final = encoder
        self.retriever: Final = Retriever(snapshot, encoder, space=space, reranker=reranker)
        self.threshold: Final = DEFAULT_THRESHOLD if threshold is None else threshold
        self._clock = clock
        self._weights = stored_confidence(encoder.identity.name) if space.is_fitted else {}
        self._fingerprint = Fingerprint(
            snapshot=snapshot.manifest.snapshot, encoder=encoder.identity.fingerprint
        )

    def answer(
        self, question: str, *, k: int = 3, within: Scope = EVERYTHING, alone: str = ""
    ) -> Answer | NoAnswer:
        """Answer with at most `k` verified quotes, or say why there is no answer.

        Only `within` is asked. A time in the question's own words is a wish: what was published
        then answers if it does so well, else all of `within`. A question that asks for several
        articles (see `overview`) gets up to twice as many quotes.

        Args:
            question: As it was asked, or as it is meant.
            k: Most quotes.
            within: The part of the archive that is asked.
            alone: The question without what the conversation added to it; empty for the same.
        """
        started = time.perf_counter()
        if not any(character.isalnum() for character in _asked(question)):
            return self._refuse(question, None, Reason.EMPTY_QUESTION, started)
        plan = find_plan(_asked(question), self._clock(), self.snapshot.outlets)
        several = self._several(question, plan, 2 * k, within, started) if plan else None
        if several:
            return several
        look = self._look(question, k, within, alone)
        if plan and (asked := hull(plan.sides)) != EVERYTHING:
            look = replace(look, within=asked, is_missed=True)
        seen = look.seen
        if not seen.found.hits:
            return self._refuse(question, look, Reason.NOTHING_FOUND, started)
        if seen.confidence < self.threshold:
            return self._refuse(question, look, Reason.NOT_IN_ARCHIVE, started)
        citations = verified(seen.drafts, self.snapshot.article)
        if not citations:
            return self._refuse(question, look, Reason.UNVERIFIED, started)
        return Answer(
            question=question,
            language=seen.language,
            citations=citations,
            confidence=seen.confidence,
            timings_ms=_timings(started, seen),
            fingerprint=self._fingerprint,
            within=look.within,
            is_missed=look.is_missed,
            differences=differences(citations),
        )

    def _several(
        self, question: str, plan: Plan, most: int, within: Scope, started: float
    ) -> Answer | None:
        """Answer with quotes of several articles, None where no part asked for has any.

        A side is answered by itself or not at all: each must reach the threshold.
        """
        citations: list[Citation] = []
        sides: list[Side] = []
        stand: list[Consideration] = []
        for side, seen in self._considered(plan, most, within):
            is_enough = seen is not None and seen.confidence >= self.threshold
            drafts = in_time(seen.drafts) if seen and is_enough else ()
            kept = verified(drafts, self.snapshot.article, first=len(citations) + 1)
            citations += kept
            sides.append(Side(within=side, numbers=tuple(one.number for one in kept)))
            stand += [seen] if seen and kept else []
        if not citations:
            return None
        return Answer(
            question=question,
            language=stand[0].language,
            citations=tuple(citations),
            confidence=min(seen.confidence for seen in stand),
            timings_ms=_timings(started, stand[0]),
            fingerprint=self._fingerprint,
            within=within if plan.shape is Shape.COMPARISON else sides[0].within,
            shape=plan.shape,
            sides=tuple(sides) if plan.shape is Shape.COMPARISON else (),
            differences=differences(citations),
        )

    def _considered(
        self, plan: Plan, most: int, within: Scope
    ) -> Iterator[tuple[Scope, Consideration | None]]:
        """Yield each side of a plan and what was found of its topic there."""
        vector = None
        for side in plan.sides:
            inner = overlap(within, side)
            if inner is None:
                yield side, None
                continue
            share = max(most // len(plan.sides), 1)
            seen = self.survey(plan.topic, most=share, within=inner, vector=vector)
            vector = seen.found.vector
            yield inner, seen

    def _look(self, question: str, k: int, within: Scope, alone: str) -> _Look:
        """Consider a question, and once more in the time that its words name."""
        seen = self.consider(question, k=k, within=within, alone=alone)
        period = find_period(_asked(question), self._clock())
        inner = narrowed(within, period) if period else None
        if inner is None:
            return _Look(seen, within)
        inside = self.consider(question, k=k, within=inner, vector=seen.found.vector, alone=alone)
        if _is_preferred(inside, seen, self.threshold):
            return _Look(inside, inner)
        return _Look(seen, inner, is_missed=True)

    def further(
        self,
        question: str,
        *,
        beyond: Sequence[Citation],
        k: int = 3,
        within: Scope = EVERYTHING,
    ) -> tuple[Citation, ...]:
        """Return at most `k` verified quotes that come after those of `beyond`, numbered on.

        None come after a comparison, whose sides hold what they have.

        Args:
            question: As it was asked.
            beyond: What was shown of its answer.
            k: Most quotes.
            within: The part of the archive that the answer came from.
        """
        plan = find_plan(_asked(question), self._clock(), self.snapshot.outlets)
        if plan and plan.shape is Shape.COMPARISON:
            return ()
        shown = [one.quote for one in beyond]
        drafts = self.consider(question, k=k, within=within, shown=shown).drafts
        return verified(drafts, self.snapshot.article, first=len(beyond) + 1)

    def consider(
        self,
        question: str,
        *,
        k: int = 3,
        within: Scope = EVERYTHING,
        vector: Vectors | None = None,
        shown: Sequence[str] = (),
        alone: str = "",
    ) -> Consideration:
        """Find passages, choose at most `k` quotes and say how sure they answer.

        Args:
            within: The part of the archive looked at, whatever time the question names.
            vector: The question's, where it was retrieved before.
            shown: Quotes that are not to be chosen again.
            alone: As in `answer`.
        """
        language = detect(_asked(alone or question)).tag
        found = self._retrieve(question, language, _HITS, within, vector)
        if alone and alone != question:
            found = asked_both_ways(found, self._retrieve(alone, language, _HITS, within))
        config = ReaderConfig(max_sentences=k)
        quotes = find_quotes(_asked(question), found, self.snapshot, config, shown=shown)
        return self._consideration(language, found, quotes)

    def survey(
        self,
        topic: str,
        *,
        most: int = 6,
        within: Scope = EVERYTHING,
        vector: Vectors | None = None,
    ) -> Consideration:
        """Find what several articles say of a topic, best first; else as `consider`.

        Args:
            most: Quotes in all, at most two of an article.
        """
        language = detect(_asked(topic)).tag
        found = self._retrieve(topic, language, _HITS_OF_SEVERAL, within, vector)
        chosen = spread_quotes(
            _asked(topic), found, self.snapshot, most=most, per_article=_QUOTES_OF_ONE
        )
        quotes = [
            one for one in chosen if self._confidence(found, one.hit, [one]) >= self.threshold
        ]
        return self._consideration(language, found, quotes, is_side=within != EVERYTHING)

    def _retrieve(
        self,
        question: str,
        language: str,
        n_hits: int,
        within: Scope,
        vector: Vectors | None = None,
    ) -> Retrieval:
        return self.retriever.retrieve(
            _asked(question), language=language, k=n_hits, within=within, vector=vector
        )

    def _consideration(
        self, language: str, found: Retrieval, quotes: list[Quote], *, is_side: bool = False
    ) -> Consideration:
        """Return chosen quotes as drafts; those of a side from where they were found there."""
        cited = cite_itself if is_side else cite_earliest
        return Consideration(
            language=language,
            found=found,
            drafts=tuple(
                cited(
                    quote.hit.article,
                    quote.span,
                    self.snapshot.same_report(quote.hit.article.id),
                    number=number,
                    score=quote.score,
                )
                for number, quote in enumerate(quotes, start=1)
            ),
            confidence=self._confidence(found, found.hits[0], quotes) if quotes else 0.0,
        )

    def _confidence(self, found: Retrieval, hit: Hit, quotes: Sequence[Quote]) -> float:
        return confidence(_signals(found, hit, quotes), self._weights)

    def _refuse(
        self, question: str, look: _Look | None, reason: Reason, started: float
    ) -> NoAnswer:
        seen = look.seen if look else None
        return NoAnswer(
            question=question,
            language=seen.language if seen else detect(_asked(question)).tag,
            reason=reason,
            nearest=_nearest(seen.found.hits) if seen else (),
            confidence=seen.confidence if seen else 0.0,
            timings_ms=_timings(started, seen),
            fingerprint=self._fingerprint,
            within=look.within if look else EVERYTHING,
            is_missed=bool(look and look.is_missed),
        )


def _is_preferred(inside: Consideration, everywhere: Consideration, threshold: float) -> bool:
    """Tell whether what was published in the time that a question names is to answer it.

    It is where that is at least as sure, confidence being told of a part by the part's size. Of
    523 questions that name a time, over undated paragraphs and dated news, none lost its answer
    and 2 of 116 without one were given one; of 249 headlines asked with their month 223 found
    theirs instead of 138, of 236 asked with another year none was lost.
    """
    return bool(inside.drafts) and inside.confidence >= max(threshold, everywhere.confidence)


def _asked(question: str) -> str:
    """Return the part of a question that is read, bytes that were no UTF-8 as question marks."""
    return question.strip()[:MAX_QUESTION_CHARS].encode("utf-8", "replace").decode()


def _signals(found: Retrieval, hit: Hit, quotes: Sequence[Quote]) -> Signals:
    """Return what is known of quotes, of which `hit` is the best passage."""
    return Signals(
        dense=hit.parts.dense,
        sentence=max(quote.cosine for quote in quotes),
        n_passages=found.n_passages,
        lexical=hit.parts.lexical if hit.parts.is_same_language else None,
        names=hit.parts.names,
        others=[other.parts.dense for other in found.hits if other is not hit],
    )


def _nearest(hits: tuple[Hit, ...]) -> tuple[Headline, ...]:
    """Return the heads of the best articles, each once."""
    articles = {hit.article.id: hit.article for hit in hits}
    return tuple(head(article) for article in list(articles.values())[:_NEAREST])


def _timings(started: float, seen: Consideration | None) -> dict[str, float]:
    total = (time.perf_counter() - started) * 1e3
    return {**(seen.found.timings_ms if seen else {}), "total": total}
