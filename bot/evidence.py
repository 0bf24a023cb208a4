"""From the passages found to the sentences that are quoted.

Does not: weigh (see `reader`), verify or word anything.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.reader import ReaderConfig, choose, evidence_scores
from bot.speech import asks_for_words, reports_words
from index import ArticleId, Hit, Retrieval, Snapshot, Span, coverage, token_set

_PASSAGES: Final = 5
"""Passages whose sentences are looked at: quoting from more found no more answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A sentence chosen as evidence: where it stands, its cosine with the question, its score."""

    hit: Hit
    span: Span
    cosine: float
    score: float


def find_quotes(
    question: str,
    found: Retrieval,
    snapshot: Snapshot,
    config: ReaderConfig,
    *,
    shown: Collection[tuple[ArticleId, Span]] = (),
) -> list[Quote]:
    """Choose the sentences that answer best, best first, none of those `shown`; [] for none."""
    hits = found.hits[:_PASSAGES]
    places = [(hit, span) for hit in hits for span in hit.passage.sentences]
    if not places:
        return []
    words = [token_set(span.cut(hit.article.text)) for hit, span in places]
    vectors = _vectors(hits, snapshot)
    cosines = vectors @ found.vector
    scores = evidence_scores(
        cosines,
        _coverage(found, places, words),
        np.array([hit.score for hit in hits], np.float32),
        owners=np.repeat(np.arange(len(hits)), [len(hit.passage.sentences) for hit in hits]),
        is_speaker=_speaks(question, found, words),
        config=config,
    )
    quoted = [row for row, (hit, span) in enumerate(places) if (hit.article.id, span) in shown]
    return [
        Quote(
            hit=places[one.position][0],
            span=places[one.position][1],
            cosine=float(cosines[one.position]),
            score=one.score,
        )
        for one in choose(scores, vectors, config, shown=quoted)
    ]


def _vectors(hits: tuple[Hit, ...], snapshot: Snapshot) -> NDArray[np.float32]:
    """Return the vectors of all sentences of the hits, in order, shape (n, dim)."""
    parts = [
        snapshot.sentence_vectors[hit.first_sentence :][: len(hit.passage.sentences)]
        for hit in hits
    ]
    return np.concatenate(parts).astype(np.float32)


def _coverage(
    found: Retrieval, places: list[tuple[Hit, Span]], words: list[frozenset[str]]
) -> NDArray[np.float32]:
    """Return each sentence's share of the question's words, 0 in another language."""
    covered = coverage(found.words, words)
    return covered * np.array([hit.parts.is_same_language for hit, _ in places], np.float32)


def _speaks(question: str, found: Retrieval, words: list[frozenset[str]]) -> NDArray[np.bool_]:
    """Tell which sentences report words and share a name or word with a question for words."""
    if not asks_for_words(question):
        return np.zeros(len(words), np.bool_)
    named = found.names | found.words.keys()
    return np.array(
        [not named.isdisjoint(held) and reports_words(held) for held in words], np.bool_
    )
