"""The whole pipeline on one screen: retrieve, choose evidence, judge, quote, verify.

Does not: rank, score or render; each step lives in a module of its own.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from bot.cite import cite, verified
from bot.confidence import DEFAULT_THRESHOLD, Signals, confidence
from bot.evidence import Quote, find_quotes
from bot.reader import ReaderConfig
from bot.types import Answer, Citation, Fingerprint, Headline, NoAnswer, Reason
from index import (
    ArticleId,
    Encoder,
    Hit,
    Retrieval,
    Retriever,
    Snapshot,
    Span,
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


class Answerer:
    """Answers questions from one snapshot; safe for many threads as far as its encoder is."""

    def __init__(
        self, snapshot: Snapshot, encoder: Encoder, *, threshold: float | None = None
    ) -> None:
        """Answer from `snapshot`, whose vectors `encoder` made.

        Args:
            threshold: Least confidence to answer with; None for the calibrated default.
        """
        space = VectorSpace(encoder.identity)
        self.snapshot: Final = snapshot
        self.retriever: Final = Retriever(snapshot, encoder, space=space)
        self.threshold: Final = DEFAULT_THRESHOLD if threshold is None else threshold
        self._weights = stored_confidence(encoder.identity.name) if space.is_fitted else {}
        self._fingerprint = Fingerprint(
            snapshot=snapshot.manifest.snapshot, encoder=encoder.identity.fingerprint
        )

    def answer(self, question: str, *, k: int = 3) -> Answer | NoAnswer:
        """Answer with at most `k` verified quotes, or say why there is no answer."""
        started = time.perf_counter()
        if not any(character.isalnum() for character in _asked(question)):
            return self._refuse(question, None, Reason.EMPTY_QUESTION, started)
        seen = self.consider(question, k=k)
        if not seen.found.hits:
            return self._refuse(question, seen, Reason.NOTHING_FOUND, started)
        if seen.confidence < self.threshold:
            return self._refuse(question, seen, Reason.NOT_IN_ARCHIVE, started)
        citations = verified(seen.drafts, self.snapshot.article)
        if not citations:
            return self._refuse(question, seen, Reason.UNVERIFIED, started)
        return Answer(
            question=question,
            language=seen.language,
            citations=citations,
            confidence=seen.confidence,
            timings_ms=_timings(started, seen),
            fingerprint=self._fingerprint,
        )

    def further(
        self, question: str, *, beyond: Sequence[Citation], k: int = 3
    ) -> tuple[Citation, ...]:
        """Return at most `k` verified quotes that come after those of `beyond`, numbered on."""
        shown = {(one.article_id, one.span) for one in beyond}
        drafts = self.consider(question, k=k, shown=shown).drafts
        return verified(drafts, self.snapshot.article, first=len(beyond) + 1)

    def consider(
        self, question: str, *, k: int = 3, shown: Collection[tuple[ArticleId, Span]] = ()
    ) -> Consideration:
        """Find passages, choose at most `k` quotes not `shown`, say how sure they answer."""
        asked = _asked(question)
        language = detect(asked).tag
        found = self.retriever.retrieve(asked, language=language, k=_HITS)
        quotes = find_quotes(
            asked, found, self.snapshot, ReaderConfig(max_sentences=k), shown=shown
        )
        return Consideration(
            language=language,
            found=found,
            drafts=tuple(
                cite(quote.hit.article, quote.span, number=number, score=quote.score)
                for number, quote in enumerate(quotes, start=1)
            ),
            confidence=confidence(_signals(found, quotes), self._weights) if quotes else 0.0,
        )

    def _refuse(
        self, question: str, seen: Consideration | None, reason: Reason, started: float
    ) -> NoAnswer:
        return NoAnswer(
            question=question,
            language=seen.language if seen else detect(_asked(question)).tag,
            reason=reason,
            nearest=_nearest(seen.found.hits) if seen else (),
            confidence=seen.confidence if seen else 0.0,
            timings_ms=_timings(started, seen),
            fingerprint=self._fingerprint,
        )


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
    return tuple(
        Headline(
            article_id=article.id,
            headline=article.headline,
            source=article.source,
            published=article.published,
            url=article.url,
        )
        for article in list(articles.values())[:_NEAREST]
    )


def _timings(started: float, seen: Consideration | None) -> dict[str, float]:
    total = (time.perf_counter() - started) * 1e3
    return {**(seen.found.timings_ms if seen else {}), "total": total}
