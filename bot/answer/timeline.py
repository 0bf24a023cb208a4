"""Timeline: the events of a topic over the archive, one line each, in order of time.

An event is the sentence of a dated report that is about the topic, as surely as what is quoted as
"perhaps"; its day is that of publication. What several outlets say of one event within
two days is one line, the earliest, which names the others.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import numpy as np

from bot.answer.answerer import Answerer
from bot.answer.cite import cite_earliest, head, in_time, verified
from bot.answer.evidence import Quote, ReaderConfig, spread_quotes
from bot.question.question import Question
from bot.types import Answer, Citation, NoAnswer, Reason, Shape
from index import Snapshot
from index.arrays import Vectors

MAX_EVENTS: Final = 100
_HITS: Final = 300
_SAME_EVENT: Final = 0.6
"""Centred cosine from which on two sentences of neighbouring days tell of one event."""
_WITH_REPEATS: Final = ReaderConfig(max_alike=2.0, max_gap=9.0)
"""What another outlet repeats is named beside the event."""
_NEIGHBOURING: Final = timedelta(days=2)


def find_timeline(answerer: Answerer, topic: Question, *, most: int) -> Answer | NoAnswer:
    """Answer with verified quotes of the events of a topic, at most `most`, earliest first.

    The best are taken where there are more. The question's scope and its time are kept to.
    """
    started = time.perf_counter()
    snapshot = answerer.snapshot
    found = answerer.retriever.retrieve(
        topic.search_text, language=topic.language, k=_HITS, within=topic.scope
    )
    quotes = spread_quotes(topic, found, snapshot, most=most, per_article=1, config=_WITH_REPEATS)
    chosen = [
        quote
        for quote in quotes
        if quote.hit.article.published and answerer.sureness(found, quote) >= answerer.threshold
    ]
    citations = verified(_events(chosen, snapshot), snapshot.article)
    question, language, fingerprint = topic.text, topic.language, answerer.fingerprint
    timings_ms = {**found.timings_ms, "total": (time.perf_counter() - started) * 1e3}
    if not citations:
        near = {hit.article.id: hit.article for hit in found.hits[:3]}
        return NoAnswer(
            question=question,
            language=language,
            reason=Reason.NOT_IN_ARCHIVE,
            nearest=tuple(map(head, near.values())),
            confidence=0.0,
            timings_ms=timings_ms,
            fingerprint=fingerprint,
            within=topic.scope,
        )
    return Answer(
        question=question,
        language=language,
        citations=citations,
        confidence=min(answerer.sureness(found, quote) for quote in chosen),
        timings_ms=timings_ms,
        fingerprint=fingerprint,
        within=topic.scope,
        shape=Shape.TIMELINE,
    )


def _events(quotes: Sequence[Quote], snapshot: Snapshot) -> list[Citation]:
    """Return citations in order of time, what tells of one event as one that names the others."""
    vectors: dict[str, Vectors] = {}
    drafts = []
    for quote in quotes:
        article, hit = quote.hit.article, quote.hit
        reports = snapshot.same_report(article.id)
        one = cite_earliest(article, quote.span, reports, number=1, score=quote.score)
        starts = [span.start for span in hit.passage.sentences]
        own = snapshot.vectors.sentences(np.array([hit.row]))[0]
        vectors[one.article_id] = own[starts.index(quote.span.start)].astype(np.float32)
        drafts.append(one)
    events: list[Citation] = []
    for draft in in_time(drafts):
        vector = vectors[draft.article_id]
        place = next(
            (
                place
                for place, event in enumerate(events)
                if _is_near(event, draft)
                and float(vectors[event.article_id] @ vector) >= _SAME_EVENT
            ),
            None,
        )
        named = snapshot.article(draft.article_id)
        if place is None or named is None:
            events.append(draft)
        else:
            others = (*events[place].also_in, head(named), *draft.also_in)
            events[place] = replace(events[place], also_in=tuple(dict.fromkeys(others)))
    return events


def _is_near(event: Citation, other: Citation) -> bool:
    """Tell whether two dated quotes were published within two days."""
    if event.published is None or other.published is None:
        return False
    return abs(other.published.at - event.published.at) <= _NEIGHBOURING
