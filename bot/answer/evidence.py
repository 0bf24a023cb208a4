"""From the passages found to the sentences that are quoted.

Does not: weigh (see `reader`), verify or word anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.reader import (
    DEFAULT_CONFIG,
    Evidence,
    ReaderConfig,
    choose,
    evidence_scores,
    spread,
)
from bot.speech import asks_for_words, reports_words
from index import Hit, Retrieval, Snapshot, Span, coverage, token_set

_PASSAGES: Final = 5
"""Passages whose sentences are looked at: quoting from more found no more answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A sentence chosen as evidence: where it stands, its cosine with the question, its score."""

    hit: Hit
    span: Span
    cosine: float
    score: float


@dataclass(frozen=True, slots=True)
class _Sentences:
    """All sentences of some passages in parallel sequences, weighed as evidence."""

    places: list[tuple[Hit, Span]]
    words: list[frozenset[str]]
    vectors: NDArray[np.float32]
    cosines: NDArray[np.float32]
    scores: NDArray[np.float32]

    def quote(self, evidence: Evidence) -> Quote:
        """Return a chosen sentence."""
        hit, span = self.places[evidence.position]
        cosine = float(self.cosines[evidence.position])
        return Quote(hit=hit, span=span, cosine=cosine, score=evidence.score)


def find_quotes(
    question: str,
    found: Retrieval,
    snapshot: Snapshot,
    config: ReaderConfig,
    *,
    shown: Sequence[str] = (),
) -> list[Quote]:
    """Choose the sentences that answer best, best first; [] when there are none.

    Args:
        shown: Quotes not to be chosen again, nor sentences that say the same.
    """
    weighed = _weighed(question, found, found.hits[:_PASSAGES], snapshot, config)
    if weighed is None:
        return []
    known = {token_set(quote) for quote in shown}
    quoted = [row for row, held in enumerate(weighed.words) if held in known]
    chosen = choose(weighed.scores, weighed.vectors, config, shown=quoted)
    return [weighed.quote(one) for one in chosen]


def spread_quotes(
    question: str, found: Retrieval, snapshot: Snapshot, *, most: int, per_article: int
) -> list[Quote]:
    """Choose sentences from many articles, best first; [] when there are none.

    Args:
        most: Sentences in all; each article gives one before any gives its second.
        per_article: Sentences of one article.
    """
    weighed = _weighed(question, found, found.hits, snapshot, DEFAULT_CONFIG)
    if weighed is None:
        return []
    owners = [hit.article.id for hit, _ in weighed.places]
    chosen = spread(weighed.scores, weighed.vectors, owners, most=most, per_owner=per_article)
    return [weighed.quote(one) for one in chosen]


def _weighed(
    question: str,
    found: Retrieval,
    hits: tuple[Hit, ...],
    snapshot: Snapshot,
    config: ReaderConfig,
) -> _Sentences | None:
    """Weigh the sentences of the hits; None where there are none."""
    places = [(hit, span) for hit in hits for span in hit.passage.sentences]
    if not places:
        return None
    words = [token_set(span.cut(hit.article.text)) for hit, span in places]
    vectors = _vectors(hits, snapshot)
    cosines = vectors @ found.vector
    is_same = np.array([hit.parts.is_same_language for hit, _ in places], np.bool_)
    scores = evidence_scores(
        cosines,
        coverage(found.words, words) * is_same,
        np.array([hit.score for hit in hits], np.float32),
        owners=np.repeat(np.arange(len(hits)), [len(hit.passage.sentences) for hit in hits]),
        is_same_language=is_same,
        is_speaker=_speaks(question, found, words),
        config=config,
    )
    return _Sentences(places, words, vectors, cosines, scores)


def _vectors(hits: tuple[Hit, ...], snapshot: Snapshot) -> NDArray[np.float32]:
    """Return the vectors of all sentences of the hits, in order, shape (n, dim)."""
    sentences = snapshot.vectors.sentences(np.array([hit.row for hit in hits]))
    return np.concatenate(sentences).astype(np.float32)


def _speaks(question: str, found: Retrieval, words: list[frozenset[str]]) -> NDArray[np.bool_]:
    """Tell which sentences report words and share a name or word with a question for words."""
    if not asks_for_words(question):
        return np.zeros(len(words), np.bool_)
    named = found.names | found.words.keys()
    return np.array(
        [not named.isdisjoint(held) and reports_words(held) for held in words], np.bool_
    )
