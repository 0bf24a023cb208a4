"""From the passages found to the sentences that are quoted.

Does not: weigh (see `reader`), verify or word anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.reader import ReaderConfig, choose, evidence_scores
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
    hits = found.hits[:_PASSAGES]
    places = [(hit, span) for hit in hits for span in hit.passage.sentences]
    if not places:
        return []
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
    known = {token_set(quote) for quote in shown}
    quoted = [row for row, held in enumerate(words) if held in known]
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
        snapshot.sentence_vectors.following(hit.first_sentence, len(hit.passage.sentences))
        for hit in hits
    ]
    return np.concatenate(parts).astype(np.float32)


def _speaks(question: str, found: Retrieval, words: list[frozenset[str]]) -> NDArray[np.bool_]:
    """Tell which sentences report words and share a name or word with a question for words."""
    if not asks_for_words(question):
        return np.zeros(len(words), np.bool_)
    named = found.names | found.words.keys()
    return np.array(
        [not named.isdisjoint(held) and reports_words(held) for held in words], np.bool_
    )
