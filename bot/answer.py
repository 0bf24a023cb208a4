"""The whole pipeline on one screen: retrieve, choose evidence, judge, quote, verify.

Does not: rank, score or render; each step lives in a module of its own.
"""

import time
from typing import Final

from bot.cite import cite, verified
from bot.confidence import DEFAULT_THRESHOLD, Signals, confidence
from bot.evidence import Quote, find_quotes
from bot.reader import ReaderConfig
from bot.types import Answer, Fingerprint, Headline, NoAnswer, Reason
from index import (
    Encoder,
    Hit,
    Retrieval,
    Retriever,
    Snapshot,
    VectorSpace,
    detect,
    stored_confidence,
)

MAX_QUESTION_CHARS: Final = 2000
"""What is read of a question; more than fits the encoder's window."""

_HITS: Final = 10
_NEAREST: Final = 3


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
        self._retriever = Retriever(snapshot, encoder, space=space)
        self._weights = stored_confidence(encoder.identity.name) if space.is_fitted else {}
        self._threshold = DEFAULT_THRESHOLD if threshold is None else threshold
        self._fingerprint = Fingerprint(
            snapshot=snapshot.manifest.snapshot, encoder=encoder.identity.fingerprint
        )

    def answer(self, question: str, *, k: int = 4) -> Answer | NoAnswer:
        """Answer with at most `k` verified quotes, or say why there is no answer."""
        started = time.perf_counter()
        asked = question.strip()[:MAX_QUESTION_CHARS]
        language = detect(asked).tag
        if not any(character.isalnum() for character in asked):
            return self._refuse(question, language, Reason.EMPTY_QUESTION, started)
        found = self._retriever.retrieve(asked, language=language, k=_HITS)
        if not found.hits:
            return self._refuse(question, language, Reason.NOTHING_FOUND, started)
        quotes = find_quotes(asked, found, self.snapshot, ReaderConfig(max_sentences=k))
        sure = confidence(_signals(found, quotes), self._weights)
        if sure < self._threshold:
            return self._refuse(question, language, Reason.NOT_IN_ARCHIVE, started, found, sure)
        drafts = [
            cite(quote.hit.article, quote.span, number=number, score=quote.score)
            for number, quote in enumerate(quotes, start=1)
        ]
        citations = verified(drafts, self.snapshot.article)
        if not citations:
            return self._refuse(question, language, Reason.UNVERIFIED, started, found, sure)
        return Answer(
            question=question,
            language=language,
            citations=citations,
            confidence=sure,
            timings_ms=_timings(started, found),
            fingerprint=self._fingerprint,
        )

    def _refuse(  # noqa: PLR0913, PLR0917 - what is known grows along the pipeline
        self,
        question: str,
        language: str,
        reason: Reason,
        started: float,
        found: Retrieval | None = None,
        sure: float = 0.0,
    ) -> NoAnswer:
        return NoAnswer(
            question=question,
            language=language,
            reason=reason,
            nearest=_nearest(found.hits) if found else (),
            confidence=sure,
            timings_ms=_timings(started, found),
            fingerprint=self._fingerprint,
        )


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


def _timings(started: float, found: Retrieval | None) -> dict[str, float]:
    total = (time.perf_counter() - started) * 1e3
    return {**(found.timings_ms if found else {}), "total": total}
