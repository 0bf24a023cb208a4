"""News: what the new articles of an archive answer to questions that were asked before.

A question is asked of the new articles alone, once, and must be answered as surely as if all of the
archive were asked, without "perhaps". An article of a report that was there before is no news. One
that was corrected is news by the sentences that it did not have.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from bot.answer.answerer import Answerer
from bot.answer.cite import digest_of, verified
from bot.answer.confidence import SURE
from bot.answer.evidence import Quote
from bot.question.question import Question
from bot.types import Answer, Shape
from index import ArticleId, Retrieval
from index.arrays import Allowed, Rows, Vectors

New: TypeAlias = Mapping[ArticleId, Collection[str]]
"""New articles, each with the digests of the sentences that it had before it was corrected."""


def news(
    answerer: Answerer, questions: Sequence[Question], new: New, *, k: int
) -> list[Answer | None]:
    """Answer each question from new articles with at most `k` quotes; None where nothing is new.

    An overview has up to twice as many quotes.
    """
    archive, copies = answerer.snapshot.archive, answerer.snapshot.copies
    rows = {row: name for name in new if (row := archive.row(name)) is not None}
    kept = [row for row, name in rows.items() if new[name] or rows.keys() >= {*copies.group(row)}]
    if not kept or not questions:
        return [None] * len(questions)
    part = _Part(answerer, np.array(sorted(kept)), new)
    topics = [
        replace(one.topic, scope=one.scope) if one.plan and one.topic else one for one in questions
    ]
    vectors = part.retriever.vectors(
        [topic.search_text for topic in topics], [topic.language for topic in topics]
    )
    replies = [
        part.told(question, topic, vector, k)
        for question, topic, vector in zip(questions, topics, vectors, strict=True)
    ]
    answerer.words = part.words
    return replies


class _Part(Answerer):
    """Answers from some articles of a snapshot, each question with one retrieval."""

    def __init__(self, whole: Answerer, articles: Rows, new: New) -> None:
        """Answer from the rows `articles`, with sentences that are new."""
        layout = whole.snapshot.layout
        snapshot = replace(whole.snapshot, layout=layout.among_articles(articles))
        super().__init__(snapshot, whole.encoder, threshold=max(whole.threshold, SURE))
        self.words = whole.words
        self._n_passages: Final = layout.n_live
        self._new: Final = new

    def _kept(self, question: Question, found: Retrieval, quotes: list[Quote]) -> list[Quote]:
        """Return the quotes of which some sentence is new, none where they are not sure enough.

        Whether they lack what was asked for takes most of the time, and never makes them surer.
        """
        kept = [quote for quote in quotes if not self._is_former(quote)]
        is_name = bool(question.bare_name)
        is_sure = kept and (is_name or self._confidence(found, kept) >= self.threshold)
        return kept if is_sure else []

    def _is_former(self, quote: Quote) -> bool:
        former, text = self._new[quote.hit.article.id], quote.hit.article.text
        return bool(former) and all(
            digest_of(sentence.cut(text)) in former
            for sentence in quote.hit.passage.sentences
            if quote.span.start <= sentence.start and sentence.end <= quote.span.end
        )

    def _retrieve(
        self,
        text: str,
        question: Question,
        n_hits: int,
        vector: Vectors | None = None,
        among: Allowed | None = None,
    ) -> Retrieval:
        found = super()._retrieve(text, question, n_hits, vector, among)
        return replace(found, n_passages=self._n_passages)

    def _having(self, _words: Sequence[str]) -> None:
        """Look no second time: what is new was scored, and one retrieval is what it may cost."""

    def told(self, question: Question, topic: Question, vector: Vectors, k: int) -> Answer | None:
        """Answer a question, whatever time it names; `topic` is what is looked for."""
        is_overview = topic is not question
        seen = (
            self._survey(topic, 2 * k, vector)
            if is_overview
            else self.consider(topic, k=k, vector=vector)
        )
        drafts = [cited for cited in seen.drafts if cited.article_id in self._new]
        citations = verified(drafts, self.snapshot.article)
        if seen.confidence < self.threshold or not citations:
            return None
        return Answer(
            question=question.text,
            language=question.language,
            citations=citations,
            confidence=seen.confidence,
            timings_ms={},
            fingerprint=self.fingerprint,
            within=question.scope,
            shape=Shape.OVERVIEW if is_overview else Shape.QUOTES,
        )
