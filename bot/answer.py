"""The whole pipeline on one screen: retrieve, choose evidence, judge, quote, verify.

Does not: rank, score or render; each step lives in a module of its own.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.cite import cite_earliest, head, verified
from bot.confidence import DEFAULT_THRESHOLD, Signals, confidence
from bot.evidence import Quote, find_quotes
from bot.period import find_period
from bot.reader import ReaderConfig
from bot.scope import narrowed
from bot.types import Answer, Citation, Fingerprint, Headline, NoAnswer, Reason
from index import (
    EVERYTHING,
    Encoder,
    Hit,
    Reranker,
    Retrieval,
    Retriever,
    Scope,
    Snapshot,
    Vectors,
    VectorSpace,
    detect,
    stored_confidence,
)

MAX_QUESTION_CHARS: Final = 2000
"""What is read of a question; more than fits the encoder's window."""

_HITS: Final = 10
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
        self.retriever: Final = Retriever(snapshot, encoder, space=space, reranker=reranker)
        self.threshold: Final = DEFAULT_THRESHOLD if threshold is None else threshold
        self._clock = clock
        self._weights = stored_confidence(encoder.identity.name) if space.is_fitted else {}
        self._fingerprint = Fingerprint(
            snapshot=snapshot.manifest.snapshot, encoder=encoder.identity.fingerprint
        )

    def answer(self, question: str, *, k: int = 3, within: Scope = EVERYTHING) -> Answer | NoAnswer:
        """Answer with at most `k` verified quotes, or say why there is no answer.

        Only `within` is asked. A time in the question's own words is a wish: what was published
        then answers if it does so well, else all of `within`.
        """
        started = time.perf_counter()
        if not any(character.isalnum() for character in _asked(question)):
            return self._refuse(question, None, Reason.EMPTY_QUESTION, started)
        look = self._look(question, k, within)
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
        )

    def _look(self, question: str, k: int, within: Scope) -> _Look:
        """Consider a question, and once more in the time that its words name."""
        seen = self.consider(question, k=k, within=within)
        period = find_period(_asked(question), self._clock())
        inner = narrowed(within, period) if period else None
        if inner is None:
            return _Look(seen, within)
        inside = self.consider(question, k=k, within=inner, vector=seen.found.vector)
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

        Args:
            question: As it was asked.
            beyond: What was shown of its answer.
            k: Most quotes.
            within: The part of the archive that the answer came from.
        """
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
    ) -> Consideration:
        """Find passages, choose at most `k` quotes and say how sure they answer.

        Args:
            within: The part of the archive looked at, whatever time the question names.
            vector: The question's, where it was retrieved before.
            shown: Quotes that are not to be chosen again.
        """
        asked = _asked(question)
        language = detect(asked).tag
        found = self.retriever.retrieve(
            asked, language=language, k=_HITS, within=within, vector=vector
        )
        config = ReaderConfig(max_sentences=k)
        quotes = find_quotes(asked, found, self.snapshot, config, shown=shown)
        return Consideration(
            language=language,
            found=found,
            drafts=tuple(
                cite_earliest(
                    quote.hit.article,
                    quote.span,
                    self.snapshot.same_report(quote.hit.article.id),
                    number=number,
                    score=quote.score,
                )
                for number, quote in enumerate(quotes, start=1)
            ),
            confidence=confidence(_signals(found, quotes), self._weights) if quotes else 0.0,
        )

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


def _signals(found: Retrieval, quotes: list[Quote]) -> Signals:
    first, *others = found.hits
    return Signals(
        dense=first.parts.dense,
        sentence=max(quote.cosine for quote in quotes),
        n_passages=found.n_passages,
        lexical=first.parts.lexical if first.parts.is_same_language else None,
        names=first.parts.names,
        others=[hit.parts.dense for hit in others],
    )


def _nearest(hits: tuple[Hit, ...]) -> tuple[Headline, ...]:
    """Return the heads of the best articles, each once."""
    articles = {hit.article.id: hit.article for hit in hits}
    return tuple(head(article) for article in list(articles.values())[:_NEAREST])


def _timings(started: float, seen: Consideration | None) -> dict[str, float]:
    total = (time.perf_counter() - started) * 1e3
    return {**(seen.found.timings_ms if seen else {}), "total": total}
