"""Statements: what one person says over the archive, each once, in order of time.

Articles that have the name are read for sentences in which that person speaks (see
`bot.answer.speech`), with the quotation that goes on after them. Only what is certain is taken: not
what "the minister" says where the article does not name him so, and nothing in languages without
rules.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from bot.answer.answerer import Answerer
from bot.answer.cite import cite_earliest, in_time, verified
from bot.answer.evidence import statements
from bot.answer.speech import is_said_by
from bot.question.question import Question
from bot.types import Answer, Citation, NoAnswer, Reason, Shape
from index import Article, Scope, Span
from index.arrays import Allowed
from index.search import coverage
from index.text import detect, token_set

MAX_STATEMENTS: Final = 1000
_CONFIDENCE: Final = 0.9
"""Share of right speakers of those marked by reading, docs/quotes.md."""
_MAX_PASSAGES: Final = 5000
"""Passages with the name that are looked at."""
_MAX_ABOUT: Final = 200
"""Passages that are looked at where a topic is asked for."""
_ABOUT: Final = 0.12
"""Least nearness of a statement to the topic, see `_near`: "jets" and «جنگنده» have .12 to .28."""
_ABOUT_UNWORDED: Final = 0.2
"""The same in the topic's own language without its words: "corona" and sanctions have .19."""
_BELOW_BEST: Final = 0.15
"""How much less near than the nearest it may be."""
_WORDED: Final = 0.4
"""Nearness of a statement that has all words of the topic."""
_MAX_CHARS: Final = 600
"""Characters of a statement with the quotation after it."""


def find_statements(
    answerer: Answerer, speaker: str, topic: Question | None, *, scope: Scope, most: int
) -> Answer | NoAnswer:
    """Answer with verified quotes of what a person says, the newest `most`, in order of time.

    Args:
        answerer: Of the archive.
        speaker: A name in any script, the surname last.
        topic: What the statements must be about; None for anything.
        scope: The part of the archive that is read.
        most: Quotes at most.
    """
    started = time.perf_counter()
    snapshot, asked = answerer.snapshot, speaker.split()
    surname, layout = asked[-1] if asked else "", snapshot.layout
    # As it is written, by its sound where it is not, and in the other script in any case.
    spelt = f"{surname} {snapshot.lexical.names.spell(surname.casefold())}"
    terms = {
        term: 1.0 for group in snapshot.lexical.question(spelt).base_groups for term, _ in group
    }
    rows, _ = snapshot.lexical.search([[*terms.items()]], _MAX_PASSAGES, layout.within(scope))
    owners = np.unique(layout.owners_of(rows))
    near = None if topic is None else _near(answerer, topic, scope, layout.of_articles(owners))
    found: dict[tuple[str, Span], Citation] = {}
    for article in snapshot.archive.articles_at(owners.tolist()):
        reports = snapshot.same_report(article.id)
        for span in _said(article, asked):
            score = 1.0 if near is None else _nearness(span, near.get(article.id, ()))
            if score >= _ABOUT:
                one = cite_earliest(article, span, reports, number=1, score=score)
                found[one.article_id, one.span] = one
    best = max((one.score for one in found.values()), default=0.0)
    kept = [one for one in found.values() if one.score >= best - _BELOW_BEST]
    # The same words in another report are the same statement: the earliest counts.
    once = {token_set(one.quote): one for one in reversed(in_time(kept))}
    citations = verified(in_time(once.values())[-most:], snapshot.article)
    question = f"{speaker}: {topic.text}" if topic else speaker
    language = topic.language if topic else detect(speaker).tag
    timings_ms = {"total": (time.perf_counter() - started) * 1e3}
    if not citations:
        return NoAnswer(
            question=question,
            language=language,
            reason=Reason.NOT_SAID,
            nearest=(),
            confidence=0.0,
            timings_ms=timings_ms,
            fingerprint=answerer.fingerprint,
            within=scope,
            missing=(speaker,),
        )
    return Answer(
        question=question,
        language=language,
        citations=citations,
        confidence=_CONFIDENCE,
        timings_ms=timings_ms,
        fingerprint=answerer.fingerprint,
        within=scope,
        shape=Shape.STATEMENTS,
    )


def _near(
    answerer: Answerer, topic: Question, scope: Scope, among: Allowed
) -> dict[str, list[tuple[Span, float]]]:
    """Return the sentences of articles on a topic, by article, with how near they are to it.

    That is the centred cosine, or the share of the topic's words where they are of its language.

    Args:
        among: Passages looked at, shape (n_rows,).
    """
    retrieve = answerer.retriever.retrieve
    seen = retrieve(
        topic.search_text, language=topic.language, k=_MAX_ABOUT, within=scope, among=among
    )
    near: dict[str, list[tuple[Span, float]]] = {}
    vectors = answerer.snapshot.vectors.sentences(np.array([hit.row for hit in seen.hits]))
    for hit, own in zip(seen.hits, vectors, strict=True):
        spans = hit.passage.sentences
        words = [token_set(span.cut(hit.article.text)) for span in spans]
        scores = own.astype(np.float32) @ seen.vector
        if hit.parts.is_same_language:
            shares = _WORDED * coverage(seen.words, words)
            scores = np.maximum(np.where(scores < _ABOUT_UNWORDED, 0.0, scores), shares)
        near.setdefault(hit.article.id, []).extend(zip(spans, scores.tolist(), strict=True))
    return near


def _nearness(span: Span, near: Iterable[tuple[Span, float]]) -> float:
    """Return how near what is said at a place is to a topic; 0 where it is not near."""
    overlapping = (
        score for other, score in near if span.start < other.end and other.start < span.end
    )
    return max(overlapping, default=0.0)


def _said(article: Article, asked: Sequence[str]) -> Iterator[Span]:
    """Yield what somebody says in an article, each time with the quotation that goes on."""
    statement: Span | None = None
    for span, speaker in statements(article).speakers.items():
        goes_on = speaker is not None and speaker.goes_on
        if statement and goes_on and span.end - statement.start <= _MAX_CHARS:
            statement = Span(statement.start, span.end)
            continue
        if statement:
            yield statement
        is_new = speaker is not None and not goes_on and bool(is_said_by(speaker, asked))
        statement = span if is_new else None
    if statement:
        yield statement
