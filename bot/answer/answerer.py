"""Answerer: retrieve, choose evidence, judge, quote, verify.

Ranking, scoring and rendering are modules of their own.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.answer.cite import cite, cite_earliest, cite_itself, head, in_time, newest_first, verified
from bot.answer.confidence import DEFAULT_THRESHOLD, SURE, SURE_OF_EACH, Signals, confidence
from bot.answer.contradictions import differences
from bot.answer.evidence import (
    Quote,
    ReaderConfig,
    asked_speaker,
    find_quotes,
    may_be_first,
    may_be_wanted,
    names_asked,
    only_announces,
    spread_quotes,
)
from bot.answer.lacking import Alike, lacking
from bot.answer.respell import respelled
from bot.answer.speech import has_rules
from bot.question.finglish import in_persian
from bot.question.question import Question, read_question
from bot.question.scope import hull, narrowed, overlap
from bot.types import Answer, Citation, Fingerprint, NoAnswer, Reason, Shape, Side
from index import (
    EVERYTHING,
    Encoder,
    Hit,
    Reader,
    Reranker,
    Retrieval,
    Retriever,
    Scope,
    Snapshot,
    VectorSpace,
)
from index.arrays import Allowed, Vectors
from index.encoders import stored_confidence
from index.text import token_set

_HITS: Final = 10
_HITS_OF_SEVERAL: Final = 40
_QUOTES_OF_ONE: Final = 2
_QUOTES_OF_PARTS: Final = 8
_NEAREST: Final = 3
_NAMED: Final = 0.6
"""Least confidence where only a name was asked for and the first quote has it."""
_LACKING: Final = 0.2
"""What is left of the confidence where the quoted articles lack what was asked for: no answer."""
_UNMATCHED: Final = 0.4
"""What is left of it where the first quote only announces what it does not hold, or no quote has a
superlative, a number or an age, and one is asked for: not sure. Of 88 unanswerable questions of
PQuAD for the first or most of a kind .466 instead of .614 are answered without "perhaps", of 399
others .947, not .952."""
_UNSAID: Final = 0.45
"""Most confidence where it is not certain that who was asked for says any of it: not sure."""
_MOST_HAVING: Final = 100
"""Passages looked at for the words that the best ones lack."""
_MAX_WORDS: Final = 4000
"""Words whose vectors are kept, 6 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consideration:
    """What was found for a question, before anything is decided.

    Attributes:
        scope: The part of the archive that was looked at.
        drafts: What would be quoted, not verified yet.
        confidence: Probability in [0, 1] that the drafts answer; 0 where nothing was found.
        is_missed: Whether the time that the question names had nothing, so that this was found
            beyond it.
        missing: Telling words of the question that no article has which would be quoted.
        is_unsaid: Whether `missing` is who was asked for, and the quotes are other people's words.
    """

    language: str
    scope: Scope
    found: Retrieval
    drafts: tuple[Citation, ...]
    confidence: float
    is_missed: bool = False
    missing: tuple[str, ...] = ()
    is_unsaid: bool = False


class Answerer:
    """Answers questions from one snapshot; safe for many threads as far as its encoder is."""

    def __init__(
        self,
        snapshot: Snapshot,
        encoder: Encoder,
        *,
        threshold: float | None = None,
        reranker: Reranker | None = None,
        reader: Reader | None = None,
    ) -> None:
        """Answer from `snapshot`, whose vectors `encoder` made.

        Args:
            threshold: Least confidence to answer with; None for the calibrated default.
            reranker: Orders the best passages anew; None for none.
            reader: Reads the best sentences together with the question; None for none.
        """
        space = VectorSpace(encoder.identity)
        self.snapshot: Final = snapshot
        self.encoder: Final = encoder
        self.retriever: Final = Retriever(snapshot, encoder, space=space, reranker=reranker)
        self._set_threshold, self._reranker, self._reader = threshold, reranker, reader
        self.threshold: Final = DEFAULT_THRESHOLD if threshold is None else threshold
        self._least_of_each: Final = SURE_OF_EACH if threshold is None else threshold
        self._space: Final = space
        self.words: dict[str, Vectors] = {}
        self._weights = stored_confidence(encoder.identity.name) if space.is_fitted else {}
        self.fingerprint: Final = Fingerprint(
            snapshot=snapshot.manifest.snapshot, encoder=encoder.identity.fingerprint
        )

    def over(self, snapshot: Snapshot) -> "Answerer":
        """Return the same over a part of its snapshot."""
        return Answerer(
            snapshot,
            self.encoder,
            threshold=self._set_threshold,
            reranker=self._reranker,
            reader=self._reader,
        )

    def answer(self, question: Question, *, k: int = 3) -> Answer | NoAnswer:
        """Answer with at most `k` verified quotes, or say why there is no answer.

        Only the question's scope is asked. A time that it names is a wish: what was published
        then answers if it does so well, else all of the scope. A question that asks for several
        articles (see `overview`) gets up to twice as many quotes.
        """
        started = time.perf_counter()
        if question.remark is not None:
            return self._refuse(question, None, Reason.SMALL_TALK, started)
        if question.is_over_archive:
            return self._refuse(question, None, Reason.OVER_ARCHIVE, started)
        if question.is_empty:
            return self._refuse(question, None, Reason.EMPTY_QUESTION, started)
        several = self._answer_from_several(question, 2 * k, started)
        if several:
            return several
        reply = self._answer_one(question, k, started)
        return self._answer_parts(question, k, reply, started) if question.parts else reply

    def _answer_one(self, question: Question, k: int, started: float) -> Answer | NoAnswer:
        """Answer a question that asks one thing."""
        question, seen = self._best_reading(question, k)
        if question.plan and (asked := hull(question.plan.sides)) != EVERYTHING:
            seen = replace(seen, scope=asked, is_missed=True)
        if not seen.found.hits:
            return self._refuse(question, seen, Reason.NOTHING_FOUND, started)
        # What is asked of today, the news of another day cannot tell.
        is_late = question.is_of_today and (seen.is_missed or question.period is None)
        if is_late or seen.confidence < self.threshold:
            reason = Reason.NOT_SAID if seen.is_unsaid else Reason.NOT_IN_ARCHIVE
            return self._refuse(question, seen, reason, started)
        citations = verified(seen.drafts, self.snapshot.article)
        if not citations:
            return self._refuse(question, seen, Reason.UNVERIFIED, started)
        if differences(citations):  # of figures that change the latest counts
            citations = verified(newest_first(citations), self.snapshot.article)
        return Answer(
            question=question.text,
            language=seen.language,
            citations=citations,
            confidence=seen.confidence,
            timings_ms=_timings(started, seen),
            fingerprint=self.fingerprint,
            within=seen.scope,
            is_missed=seen.is_missed,
            is_unsure=seen.confidence < SURE,
            differences=differences(citations),
        )

    def _best_reading(self, question: Question, k: int) -> tuple[Question, Consideration]:
        """Consider a question, and where that is not sure also as it may have been meant.

        That is in Persian letters, or without slips of spelling; the surer reading counts.
        """
        seen = self._consider_in_time(question, k)
        lexical, text = self.snapshot.lexical, question.search_text
        if seen.confidence >= SURE:
            return question, seen
        if question.is_latin_persian:
            other = read_question(in_persian(text, lexical.names.spell), scope=question.scope)
        else:
            meant = respelled(text, seen.found.hits, lexical.frequency)
            other = replace(question, text=meant, search_text=meant, typed_text=meant)
        if other.search_text == text:
            return question, seen
        instead = self._consider_in_time(other, k)
        is_surer = instead.confidence > seen.confidence
        return (other, instead) if is_surer else (question, seen)

    def _answer_parts(
        self, question: Question, k: int, whole: Answer | NoAnswer, started: float
    ) -> Answer | NoAnswer:
        """Answer several questions one after the other, each at least as surely as all as one.

        Returns `whole`, the answer to them as one, where none of them has an answer of its own, or
        some have none and the whole has.
        """
        most = min(k, _QUOTES_OF_PARTS // len(question.parts))
        replies = [self._answer_one(part, most, started) for part in question.parts]
        answers = [reply for reply in replies if isinstance(reply, Answer)]
        if not answers or (len(answers) < len(replies) and isinstance(whole, Answer)):
            return whole
        citations: list[Citation] = []
        sides: list[Side] = []
        for part, reply in zip(question.parts, replies, strict=True):
            first = len(citations) + 1
            if isinstance(reply, Answer):
                citations += verified(reply.citations, self.snapshot.article, first=first)
            numbers = tuple(range(first, len(citations) + 1))
            sides.append(Side(within=question.scope, numbers=numbers, question=part.text))
        return replace(
            answers[0],
            question=question.text,
            language=question.language,
            citations=tuple(citations),
            confidence=min(answer.confidence for answer in answers),
            is_unsure=any(answer.is_unsure for answer in answers),
            shape=Shape.QUESTIONS,
            sides=tuple(sides),
            differences=differences(citations),
        )

    def _answer_from_several(self, question: Question, most: int, started: float) -> Answer | None:
        """Answer with quotes of several articles, None where none are asked for or found.

        A side is answered by itself or not at all: each must reach the threshold.
        """
        if question.plan is None or question.topic is None:
            return None
        plan = question.plan
        is_latest = plan.shape is Shape.LATEST
        citations: list[Citation] = []
        sides: list[Side] = []
        answering: list[Consideration] = []
        vector = None
        for side in plan.sides:
            scope = overlap(question.scope, side)
            if scope is None:
                sides.append(Side(within=side, numbers=()))
                continue
            topic = replace(question.topic, scope=scope)
            if is_latest:
                seen = self._survey(topic, _HITS_OF_SEVERAL, vector, per_article=1)
                drafts = newest_first(seen.drafts)[:most]
            else:
                seen = self._survey(topic, most // len(plan.sides) or 1, vector)
                drafts = in_time(seen.drafts)
            vector = seen.found.vector
            drafts = drafts if seen.confidence >= self._least_of_each else ()
            kept = verified(drafts, self.snapshot.article, first=len(citations) + 1)
            citations += kept
            sides.append(Side(within=scope, numbers=tuple(cited.number for cited in kept)))
            answering += [seen] if kept else []
        if not citations:
            return None
        is_comparison = plan.shape is Shape.COMPARISON
        return Answer(
            question=question.text,
            language=answering[0].language,
            citations=tuple(citations),
            confidence=min(seen.confidence for seen in answering),
            timings_ms=_timings(started, answering[0]),
            fingerprint=self.fingerprint,
            within=question.scope if is_comparison else sides[0].within,
            shape=plan.shape,
            sides=tuple(sides) if is_comparison else (),
            differences=differences(citations),
        )

    def _consider_in_time(self, question: Question, k: int) -> Consideration:
        """Consider a question, and once more in the time that its words name.

        What was published in that time answers where it is at least as sure, confidence being told
        of a part by the part's size. Of 523 questions that name a time, over undated paragraphs
        and dated news, none lost its answer and 2 of 116 without one were given one; of 249
        headlines asked with their month 223 found theirs instead of 138, of 236 asked with another
        year none was lost.
        """
        everywhere = self.consider(question, k=k)
        scope = narrowed(question.scope, question.period) if question.period else None
        if scope is None:
            return everywhere
        vector = everywhere.found.vector
        inside = self.consider(replace(question, scope=scope), k=k, vector=vector)
        if inside.drafts and inside.confidence >= max(self.threshold, everywhere.confidence):
            return inside
        return replace(everywhere, scope=scope, is_missed=True)

    def further(
        self, question: Question, *, beyond: Sequence[Citation], k: int = 3
    ) -> tuple[Citation, ...]:
        """Return at most `k` verified quotes that come after those of `beyond`, numbered on.

        None come after a comparison, whose sides hold what they have.

        Args:
            question: As it was asked, its scope the one that the answer came from.
            beyond: What was shown of its answer.
            k: Most quotes.
        """
        if question.plan and question.plan.shape is Shape.COMPARISON:
            return ()
        shown = [citation.quote for citation in beyond]
        most = min(k, 4)  # one choice holds four at most, see ReaderConfig
        seen = self.consider(question, k=most, shown=shown)
        drafts = () if seen.missing else seen.drafts
        return verified(drafts, self.snapshot.article, first=len(beyond) + 1)

    def search(self, question: Question, *, k: int = 10) -> tuple[Citation, ...]:
        """Return the `k` passages of the question's scope that are nearest to it, best first.

        Whether they answer is not judged; of one report only one article is named.
        """
        found = self._retrieve(question.search_text, question, k)
        return tuple(
            cite(hit.article, hit.passage.span, number=hit.rank, score=hit.score)
            for hit in found.hits
        )

    def consider(
        self,
        question: Question,
        *,
        k: int = 3,
        vector: Vectors | None = None,
        shown: Sequence[str] = (),
    ) -> Consideration:
        """Find passages, choose at most `k` quotes and say how sure they answer.

        The question's scope is looked at, whatever time it names. Where the best passages lack what
        was asked for, those of articles that have it are looked at too, however near they are, and
        taken where they surely answer.

        Args:
            vector: The question's, where it was retrieved before.
            shown: Quotes that are not to be chosen again.
        """
        seen = self._considered(question, k=k, vector=vector, shown=shown)
        is_doubtful = seen.confidence < self.threshold
        name = (question.bare_name,) if is_doubtful and question.bare_name else ()
        words = seen.missing or name
        among = self._having(words) if words else None
        if among is None:
            return seen
        again = self._considered(question, k=k, vector=vector, shown=shown, among=among)
        return again if again.confidence >= SURE and not again.missing else seen

    def _having(self, words: Sequence[str]) -> Allowed | None:
        """Return the passages of articles that have all of some words as they are written.

        None where there is none.
        """
        snapshot = self.snapshot
        groups = [
            [(term, weight) for term, weight in group if weight == 1.0]
            for group in snapshot.lexical.question(" ".join(words)).base_groups
        ]
        rows, _ = snapshot.lexical.search(groups, _MOST_HAVING)
        owners = []
        found = np.unique(snapshot.layout.owners_of(rows)).tolist()
        for owner, article in zip(found, snapshot.archive.articles_at(found), strict=True):
            tokens = token_set(f"{article.headline} {article.text}")
            if all(any(term in tokens for term, _ in group) for group in groups):
                owners.append(owner)
        return snapshot.layout.of_articles(owners) if owners else None

    def _considered(
        self,
        question: Question,
        *,
        k: int,
        vector: Vectors | None,
        shown: Sequence[str],
        among: Allowed | None = None,
    ) -> Consideration:
        found = self._retrieve(question.search_text, question, _HITS, vector, among)
        if question.typed_text != question.search_text:
            found = merged(found, self._retrieve(question.typed_text, question, _HITS, among=among))
        config = ReaderConfig(max_sentences=k)
        # It looks for one fact; whatever somebody says on a topic answers what they said on it.
        reader = None if question.wants_statement else self._reader
        quotes = find_quotes(question, found, self.snapshot, config, reader=reader, shown=shown)
        quotes = self._kept(question, found, quotes)
        absent = lacking(question, quotes, self.snapshot, self._compared())
        whole = [quote for quote in quotes if not absent[quote.hit.article.id]]
        if any(quote.is_said for quote in whole):
            whole = [quote for quote in whole if quote.is_said is not False]
            whole.sort(key=lambda quote: not quote.is_said)
        else:  # another's words come last
            whole.sort(key=lambda quote: quote.is_said is False)
        seen = self._consideration(question, found, whole or quotes)
        if question.bare_name and whole and names_asked(question, found, whole[0].words):
            seen = replace(seen, confidence=max(seen.confidence, _NAMED))
        if whole and question.speaker:
            # Another person's words do not tell what this one said; for a country many speak.
            said = {quote.is_said for quote in whole}
            is_person = bool(asked_speaker(question.speaker))
            if said == {False} and is_person:
                doubt = replace(seen, missing=(question.speaker,), is_unsaid=True)
                return replace(doubt, confidence=_LACKING * seen.confidence)
            is_doubtful = True not in said and (is_person or False in said)
            if is_doubtful and has_rules(whole[0].hit.article.language):
                seen = replace(seen, confidence=min(seen.confidence, _UNSAID))
        matched = (
            may_be_first(question, quote.hit, quote.span) and may_be_wanted(question, quote)
            for quote in whole
        )
        if whole and not any(matched):
            seen = replace(seen, confidence=_UNMATCHED * seen.confidence)
        if whole and only_announces(whole[0].span.cut(whole[0].hit.article.text)):
            seen = replace(seen, confidence=_UNMATCHED * seen.confidence)
        if whole or not quotes:
            return seen
        missing = absent[quotes[0].hit.article.id]
        return replace(seen, missing=missing, confidence=_LACKING * seen.confidence)

    def _compared(self) -> Alike | None:
        """Return what compares words by meaning; None where cosines have no known meaning."""
        return self._alike if self._space.is_fitted else None

    def _alike(
        self, asked: Sequence[str], known: Sequence[str], language: str
    ) -> NDArray[np.float32]:
        """Return the cosines of words of a question with words of quotes, each encoded alone.

        All are centred as questions in the language of the question.
        """
        kept = self.words  # another thread may put a new one in its place
        vectors = {word: kept[word] for word in (*asked, *known) if word in kept}
        new = [word for word in dict.fromkeys((*asked, *known)) if word not in vectors]
        fresh = dict(zip(new, self.encoder.encode_queries(new), strict=True)) if new else {}
        self.words = fresh if len(kept) + len(fresh) > _MAX_WORDS else {**kept, **fresh}
        vectors |= fresh
        one, other = (
            np.stack([self._space.query(vectors[word], language) for word in words])
            for words in (asked, known)
        )
        return np.asarray(one @ other.T, np.float32)

    def _survey(
        self,
        topic: Question,
        most: int,
        vector: Vectors | None,
        *,
        per_article: int = _QUOTES_OF_ONE,
    ) -> Consideration:
        """Find at most `most` quotes of several articles on a topic; see `consider`.

        Each quote must reach the threshold by itself, or hold the name that the topic is: asked for
        the news on each of PQuAD's 109 titles, 0.99 of what is quoted stands under that title.
        """
        found = self._retrieve(topic.search_text, topic, _HITS_OF_SEVERAL, vector)
        chosen = spread_quotes(topic, found, self.snapshot, most=most, per_article=per_article)
        quotes = [
            quote
            for quote in self._kept(topic, found, chosen)
            if self.is_sure_of(found, quote)
            or (topic.bare_name and names_asked(topic, found, quote.words))
        ]
        if topic.bare_name:
            absent = lacking(topic, quotes, self.snapshot, self._compared())
            quotes = [quote for quote in quotes if not absent[quote.hit.article.id]]
        seen = self._consideration(topic, found, quotes, is_side=topic.scope != EVERYTHING)
        is_named = topic.bare_name and quotes and names_asked(topic, found, quotes[0].words)
        return replace(seen, confidence=max(seen.confidence, _NAMED)) if is_named else seen

    def sureness(self, found: Retrieval, quote: Quote) -> float:
        """Return the probability that a quote is by itself about what was asked for."""
        return confidence(_signals(found, quote.hit, [quote]), self._weights)

    def is_sure_of(self, found: Retrieval, quote: Quote) -> bool:
        """Tell whether a quote may stand by itself, beside those of other articles."""
        return self.sureness(found, quote) >= self._least_of_each

    def _kept(self, _question: Question, _found: Retrieval, quotes: list[Quote]) -> list[Quote]:
        """Return the quotes that are worth a closer look; see `news`."""
        return quotes

    def _confidence(self, found: Retrieval, quotes: Sequence[Quote]) -> float:
        """Return how sure the best passage answers with quotes, of which there are some."""
        return confidence(_signals(found, found.hits[0], quotes), self._weights)

    def _retrieve(
        self,
        text: str,
        question: Question,
        n_hits: int,
        vector: Vectors | None = None,
        among: Allowed | None = None,
    ) -> Retrieval:
        return self.retriever.retrieve(
            text,
            language=question.language,
            k=n_hits,
            within=question.scope,
            vector=vector,
            among=among,
        )

    def _consideration(
        self, question: Question, found: Retrieval, quotes: list[Quote], *, is_side: bool = False
    ) -> Consideration:
        """Return chosen quotes as drafts; those of a side from where they were found there."""
        cited = cite_itself if is_side else cite_earliest
        cited_quotes = (
            cited(
                quote.hit.article,
                quote.span,
                self.snapshot.same_report(quote.hit.article.id),
                number=number,
                score=quote.score,
            )
            for number, quote in enumerate(quotes, start=1)
        )
        earlier = self.snapshot.earlier
        drafts = tuple(replace(one, earlier=earlier(one.article_id)) for one in cited_quotes)
        return Consideration(
            language=question.language,
            scope=question.scope,
            found=found,
            drafts=drafts,
            confidence=self._confidence(found, quotes) if quotes else 0.0,
        )

    def _refuse(
        self, question: Question, seen: Consideration | None, reason: Reason, started: float
    ) -> NoAnswer:
        nearest = {hit.article.id: hit.article for hit in seen.found.hits} if seen else {}
        return NoAnswer(
            question=question.text,
            language=question.language,
            reason=reason,
            nearest=tuple(head(article) for article in list(nearest.values())[:_NEAREST]),
            confidence=seen.confidence if seen else 0.0,
            timings_ms=_timings(started, seen),
            fingerprint=self.fingerprint,
            within=seen.scope if seen else EVERYTHING,
            is_missed=bool(seen and seen.is_missed),
            remark=question.remark,
            missing=seen.missing if seen else (),
            n_articles=self.snapshot.manifest.n_articles,
        )


def merged(resolved: Retrieval, alone: Retrieval) -> Retrieval:
    """Return what a follow-up finds with what was added to it and without, their scores averaged.

    What was added leads to the text of the question before; where the new question is about another
    one, its own words must be able to say so. nDCG@10 on PQuAD as it was typed, with words added
    only, both ways: .915, .989, .976 on the text of the first, .949, .866, .959 on another text of
    its title; English over Persian .602, .756, .750 and .696, .718, .742 (benchmarks/followups.py).

    A passage that one way did not find has the least score found there; what is returned is on the
    scale of one.
    """
    scores = [
        {hit.passage.id: hit.score for hit in found.hits}
        for found in (resolved, alone)
        if found.hits
    ]
    hits = {hit.passage.id: hit for found in (alone, resolved) for hit in found.hits}
    means = {
        name: sum(way.get(name, min(way.values())) for way in scores) / len(scores) for name in hits
    }
    ranked = sorted(hits.values(), key=lambda hit: (-means[hit.passage.id], hit.rank))
    kept = ranked[: max(len(resolved.hits), len(alone.hits))]
    return replace(
        resolved,
        hits=tuple(
            replace(hit, score=means[hit.passage.id], rank=rank)
            for rank, hit in enumerate(kept, start=1)
        ),
    )


def _signals(found: Retrieval, hit: Hit, quotes: Sequence[Quote]) -> Signals:
    """Return what is known of quotes, of which `hit` is the best passage."""
    return Signals(
        dense=hit.parts.dense,
        sentence=max(quote.cosine for quote in quotes),
        n_passages=found.n_passages,
        lexical=hit.parts.lexical if hit.parts.is_same_language else None,
        names=hit.parts.names,
        reads=max((quote.reads for quote in quotes if quote.reads is not None), default=None),
        others=[other.parts.dense for other in found.hits if other is not hit],
    )


def _timings(started: float, seen: Consideration | None) -> dict[str, float]:
    total = (time.perf_counter() - started) * 1e3
    return {**(seen.found.timings_ms if seen else {}), "total": total}
