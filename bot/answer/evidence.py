"""Evidence: the sentences that are quoted, chosen from the passages found.

    evidence = a (0.4 (sentence + lexical coverage) + bonus) + 0.6 passage + 0.02 read
    bonus = 0.08 (the speaker's own words; - 0.08 another's) + 0.15 (the kind of answer asked for)
            - 0.15 (fragment)

`sentence` is the cosine of question and sentence (encoded alone), `passage` the fused score of
the passage it stands in, and `a` what scores count where languages agree, as in `passage` (0.48,
else 1): being in the question's language is no reason to be quoted. `read` is what a reader, if
there is one, says of the best sentences (`bot.answer.reading`). The best are quoted, the best
first: at most three, and only those not far below the first. A sentence that repeats one already
chosen is passed over.

A question that asks for somebody's words prefers sentences in which that person speaks (see
`bot.answer.speech`), and where that cannot be told those that name the person beside a verb of
saying.

Source of the numbers: our experiments on PQuAD and ParSQuAD; what three sentences hold of the
answers stands in docs/results.md.
"""

import re
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.answer.kinds import holds, holds_superlative
from bot.answer.reading import read_best
from bot.answer.speech import (
    Speaker,
    has_rules,
    is_said_by,
    is_said_for,
    may_speak,
    speakers,
)
from bot.grounding.places import codes
from bot.question.question import Question
from bot.question.wanted import Wanted
from index import Article, Hit, Reader, Retrieval, Snapshot, Span
from index.arrays import Rows, Scores
from index.evaluation import folded
from index.search import AGREEMENT, coverage
from index.text import detect, split_sentences, token_set, tokens

_SAYING: Final = frozenset(
    tokens(
        "گفت گفته گفتند می‌گوید می‌گویند افزود اظهار اظهارات تاکید تصریح اعلام هشدار مدعی ادعا"
        " یادآور خاطرنشان ابراز بیان عنوان said says told stated added warned claimed announced"
        " noted stressed قال قالت صرح أضاف أعلن حذر أكد"
    )
)


def reports_words(sentence: AbstractSet[str]) -> bool:
    """Tell whether the tokens of a sentence hold a verb of saying."""
    return not _SAYING.isdisjoint(sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderConfig:
    """How evidence is chosen.

    Attributes:
        max_sentences: Most sentences quoted. Of English questions over Persian paragraphs 0.54,
            0.67, 0.73 and 0.78 found their answer in 1, 2, 3 and 4.
        max_gap: Sentences scored lower than the first by more than this are not quoted. PQuAD:
            0.15 leaves 1.9 sentences and recall 0.930, 0.075 1.4 and 0.911, without limit 3 and
            0.955; English questions lose nothing, their scores lie closer together.
        sentence: Share of the sentence's own score; 0.3 to 0.5 within 0.005.
        lexical: Weight of lexical coverage beside the cosine; 0.5 to 1.5 within 0.01.
        read: Weight of what the reader says of a sentence, if there is one: the sum of the logits
            of the answer's start and end in it, and of the window around it.
        max_gap_read: As `max_gap`, where sentences were read. PQuAD: .2 leaves 1.5 sentences and
            recall .974, .15 1.3 and .949; without a reader 1.6 and .953.
        speaker: Bonus where the one speaks whose words are asked for, or a name of the question
            stands beside a verb of saying, and what others' words have less; about the distance of
            neighbouring sentences.
        weak: What a fragment, or a question that a reporter asks, has less.
        kind: Bonus for a sentence that holds what is asked for: a number, a date, a reason. Of the
            questions that ask for one, .856 (PQuAD) and .656 (English over Persian) have their
            answer in the first quote without it, .869 and .694 with it; .3 gives .869 and .681.
        superlative: What a sentence without one has less where the first or most of a kind is asked
            for. Of 399 such questions of PQuAD .830 instead of .815 have their answer in the first
            quote; .15 gives .832, and loses .01 of those that have it in any.
        max_alike: Cosine above which two sentences say the same.
    """

    max_sentences: int = 3
    max_gap: float = 0.15
    max_gap_read: float = 0.2
    sentence: float = 0.4
    lexical: float = 1.0
    read: float = 0.02
    speaker: float = 0.08
    weak: float = 0.15
    kind: float = 0.15
    superlative: float = 0.075
    max_alike: float = 0.95

    def __post_init__(self) -> None:
        """Refuse limits outside an answer's shape."""
        if not 1 <= self.max_sentences <= 4:  # noqa: PLR2004  # an Answer holds one to four
            raise ValueError(f"expected 1 to 4 sentences, got {self.max_sentences}")


DEFAULT_CONFIG: Final = ReaderConfig()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A chosen sentence: its place in the arrays given, and its score; higher is better."""

    position: int
    score: float


def evidence_scores(  # one array for each thing known of a sentence
    sentences: Scores,
    lexical: Scores,
    passages: Scores,
    *,
    owners: Rows,
    is_same_language: NDArray[np.bool_],
    bonus: Scores,
    config: ReaderConfig = DEFAULT_CONFIG,
) -> Scores:
    """Score sentences as evidence, shape (n,).

    Args:
        sentences: Cosine of question and sentence, shape (n,).
        lexical: `coverage` in [0, 1], or 0 for sentences in another language, shape (n,).
        passages: Fused score of each passage, shape (n_passages,).
        owners: Position in `passages` of each sentence's passage, shape (n,).
        is_same_language: Whether each sentence is in the question's language, shape (n,).
        bonus: What is known of the sentence beside its words and meaning, see `ReaderConfig`,
            shape (n,).
        config: Weights of the parts.
    """
    own = config.sentence * (sentences + config.lexical * lexical) + bonus
    around = (1 - config.sentence) * passages[owners]
    counts = np.where(is_same_language, AGREEMENT, 1.0)
    return np.asarray(counts * own + around, dtype=np.float32)


def choose(
    scores: Scores,
    vectors: NDArray[np.float32],
    config: ReaderConfig = DEFAULT_CONFIG,
    *,
    shown: Collection[int] = (),
) -> list[Evidence]:
    """Choose the sentences to quote, best first, ties in the order given; [] for none.

    Args:
        scores: From `evidence_scores`, shape (n,).
        vectors: Unit vectors of the sentences in the centred embedding space, shape (n, dim).
        config: How many sentences, and how far apart.
        shown: Positions quoted before; neither they nor what repeats them is chosen.
    """
    chosen: list[Evidence] = []
    for position in np.argsort(-scores, kind="stable"):
        if len(chosen) == config.max_sentences:
            break
        score = float(scores[position])
        if chosen and score < chosen[0].score - config.max_gap:
            break
        rows = [*shown, *(evidence.position for evidence in chosen)]
        if rows and float((vectors[rows] @ vectors[position]).max()) > config.max_alike:
            continue
        chosen.append(Evidence(position=int(position), score=score))
    return chosen


def spread(
    scores: Scores,
    vectors: NDArray[np.float32],
    owners: Sequence[Hashable],
    *,
    most: int,
    per_owner: int,
    config: ReaderConfig = DEFAULT_CONFIG,
) -> list[Evidence]:
    """Choose sentences of many articles, best first; [] for none.

    The best of each article come before the second best of any, however good those are.

    Args:
        scores: From `evidence_scores`, shape (n,).
        vectors: Unit vectors of the sentences in the centred embedding space, shape (n, dim).
        owners: Article of each sentence, n of them.
        most: Sentences in all.
        per_owner: Sentences of one article.
        config: How far below the best, and how much alike, a sentence may be.
    """
    rounds: list[list[Evidence]] = [[] for _ in range(per_owner)]
    taken: Counter[Hashable] = Counter()
    chosen: list[int] = []
    for position in map(int, np.argsort(-scores, kind="stable")):
        if chosen and scores[position] < scores[chosen[0]] - config.max_gap:
            break
        owner = owners[position]
        if taken[owner] == per_owner:
            continue
        if chosen and float((vectors[chosen] @ vectors[position]).max()) > config.max_alike:
            continue
        rounds[taken[owner]].append(Evidence(position=position, score=float(scores[position])))
        taken[owner] += 1
        chosen.append(position)
    kept = list(chain.from_iterable(rounds))[:most]
    return sorted(kept, key=lambda one: -one.score)


_MAX_LIST: Final = 500
_MAX_ITEM: Final = 100
"""Characters of a line that belongs to a list; a longer one is a sentence after it."""

_MIN_WORDS: Final = 4
"""Words of a sentence that can be an answer; fewer are a heading or the row of a table."""

_PASSAGES: Final = 5
"""Passages whose sentences are looked at: quoting from more found no more answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A sentence chosen as evidence.

    Attributes:
        hit, span: Where it stands.
        cosine: Of question and sentence.
        score: Of the evidence; higher is better.
        words: Its tokens.
        is_said: Whether the one whose words are asked for says it; None where nobody's are, or
            that is not certain.
        reads: What the reader says of the window around it: the logit that it answers; None where
            nothing was read.
    """

    hit: Hit
    span: Span
    cosine: float
    score: float
    words: frozenset[str]
    is_said: bool | None = None
    reads: float | None = None


@dataclass(frozen=True, slots=True)
class _Sentences:
    """All sentences of some passages in parallel sequences, weighed as evidence."""

    places: list[tuple[Hit, Span]]
    words: list[frozenset[str]]
    vectors: NDArray[np.float32]
    cosines: NDArray[np.float32]
    scores: NDArray[np.float32]
    said: list[bool | None]
    read: Scores | None = None

    def quote(self, evidence: Evidence) -> Quote:
        """Return a chosen sentence."""
        hit, span = self.places[evidence.position]
        cosine = float(self.cosines[evidence.position])
        words = self.words[evidence.position]
        return Quote(
            hit=hit,
            span=with_list(hit.article, span),
            cosine=cosine,
            score=evidence.score,
            words=words,
            is_said=self.said[evidence.position],
            reads=None if self.read is None else float(self.read[evidence.position]),
        )


_ANNOUNCES: Final = re.compile(
    r"(?:[:：]|\b(?:as follows|the following|به (?:شرح زیر|قرار زیر|ترتیب زیر|این شرح|این ترتیب)"
    r"|از این قرار|عبارتند از|عبارت‌اند از)(?: است| هستند| بود| بودند| می‌باشد)?[.:]?)$"
)


def only_announces(text: str) -> bool:
    """Tell whether a text ends with the announcement of what should follow it, such as a list."""
    return _ANNOUNCES.search(text.rstrip()) is not None


def with_list(article: Article, span: Span) -> Span:
    """Return a sentence with what it announces: the list whole, at most 500 characters."""
    if not only_announces(span.cut(article.text)):
        return span
    end = next(part.end for part in article.body if part.start <= span.start < part.end)
    following = article.text[span.end : min(end, span.end + _MAX_LIST)]
    if len(following) == _MAX_LIST:  # cut within a line, which stays out
        following = following[: following.rfind("\n") + 1]
    kept = place = 0
    for line in following.splitlines(keepends=True):
        place += len(line)
        size = len(line.strip())
        if kept and size > _MAX_ITEM:
            break
        kept = place if size else kept
        if size > _MAX_ITEM:
            break
    return Span(span.start, span.end + len(following[:kept].rstrip()))


def names_asked(question: Question, found: Retrieval, sentence: AbstractSet[str]) -> bool:
    """Tell whether the tokens of a sentence hold the name that a question is."""
    if found.names:
        return not found.names.isdisjoint(sentence)
    return token_set(question.bare_name) <= sentence


def find_quotes(
    question: Question,
    found: Retrieval,
    snapshot: Snapshot,
    config: ReaderConfig,
    *,
    reader: Reader | None = None,
    shown: Sequence[str] = (),
) -> list[Quote]:
    """Choose the sentences that answer best, best first; [] when there are none.

    Args:
        reader: Reads the best of them together with the question; None for none.
        shown: Quotes not to be chosen again, nor sentences that say the same.
    """
    weighed = _weigh(question, found, found.hits[:_PASSAGES], snapshot, config)
    if weighed is None:
        return []
    if reader:
        read = read_best(question.search_text, weighed.places, weighed.scores, reader)
        more = config.read * (read.spans + read.answers)
        weighed = replace(weighed, scores=weighed.scores + more - more.max(), read=read.answers)
        config = replace(config, max_gap=max(config.max_gap, config.max_gap_read))
    known = {token_set(quote) for quote in shown}
    quoted = [row for row, words in enumerate(weighed.words) if words in known]
    chosen = choose(weighed.scores, weighed.vectors, config, shown=quoted)
    return [weighed.quote(evidence) for evidence in chosen]


def spread_quotes(  # what is looked at, and how
    question: Question,
    found: Retrieval,
    snapshot: Snapshot,
    *,
    most: int,
    per_article: int,
    config: ReaderConfig = DEFAULT_CONFIG,
) -> list[Quote]:
    """Choose sentences from many articles, best first; [] when there are none.

    Args:
        most: Sentences in all; each article gives one before any gives its second.
        per_article: Sentences of one article.
    """
    weighed = _weigh(question, found, found.hits, snapshot, config)
    if weighed is None:
        return []
    owners = [hit.article.id for hit, _ in weighed.places]
    chosen = spread(
        weighed.scores,
        weighed.vectors,
        owners,
        most=most,
        per_owner=per_article,
        config=config,
    )
    return [weighed.quote(evidence) for evidence in chosen]


def _weigh(
    question: Question,
    found: Retrieval,
    hits: tuple[Hit, ...],
    snapshot: Snapshot,
    config: ReaderConfig,
) -> _Sentences | None:
    """Score the sentences of the hits as evidence; None where there are none."""
    places = [(hit, span) for hit in hits for span in hit.passage.sentences]
    if not places:
        return None
    words = [token_set(span.cut(hit.article.text)) for hit, span in places]
    vectors = np.concatenate(
        snapshot.vectors.sentences(np.array([hit.row for hit in hits]))
    ).astype(np.float32)
    cosines = vectors @ found.vector
    is_same = np.array([hit.parts.is_same_language for hit, _ in places], np.bool_)
    said = said_by(question.speaker, places)
    named = found.names | found.words.keys()

    def speaking(words: AbstractSet[str], is_said: bool | None) -> float:  # noqa: FBT001
        is_named = not named.isdisjoint(words)
        if is_said is None:
            return float(question.wants_statement and is_named and reports_words(words))
        return (1.0 if is_named else 0.5) if is_said else -1.0

    bonus = [
        config.speaker * speaking(sentence, is_said)
        + config.kind * _is_kind(question, found, span.cut(hit.article.text), sentence)
        - config.superlative * (not may_be_first(question, hit, span))
        - config.weak * _is_weak(span.cut(hit.article.text))
        for (hit, span), sentence, is_said in zip(places, words, said, strict=True)
    ]
    scores = evidence_scores(
        cosines,
        coverage(found.words, words) * is_same,
        np.array([hit.score for hit in hits], np.float32),
        owners=np.repeat(np.arange(len(hits)), [len(hit.passage.sentences) for hit in hits]),
        is_same_language=is_same,
        bonus=np.array(bonus, np.float32),
        config=config,
    )
    return _Sentences(places, words, vectors, cosines, scores, said)


def asked_speaker(speaker: str) -> list[str]:
    """Return the words of the name of whose words are asked for; none where that is not told.

    Of a country or city it is not: its people speak for it, see `is_said_for`.
    """
    return [] if _codes_of(speaker) else speaker.split()


def _codes_of(speaker: str) -> frozenset[str]:
    """Return the codes of the country or city whose words are asked for."""
    return codes(folded(speaker), detect(speaker).tag.partition("-")[0]) if speaker else frozenset()


def said_by(speaker: str, places: Sequence[tuple[Hit, Span]]) -> list[bool | None]:
    """Tell of sentences whether a speaker says them; None where that is not certain.

    Args:
        speaker: A name as it was asked; empty for nobody.
        places: Sentences of passages.
    """
    asked, codes_asked = asked_speaker(speaker), _codes_of(speaker)
    if not asked and not codes_asked:
        return [None] * len(places)
    told: list[bool | None] = []
    for hit, span in places:
        spoken = statements(hit.article)
        here = spoken.speakers.get(span)
        if codes_asked:
            told.append(
                is_said_for(here, codes_asked, spoken.texts, hit.article.language) if here else None
            )
            continue
        by_sound = not hit.parts.is_same_language
        if spoken.by(asked, by_sound=by_sound) or span not in spoken.speakers:
            told.append(is_said_by(here, asked, by_sound=by_sound) if here else None)
        else:
            told.append(False)
    return told


@dataclass(frozen=True, slots=True)
class Statements:
    """Who speaks in the sentences of an article.

    Attributes:
        speakers: By sentence, None where nobody is said to speak; empty where there are no rules
            for the language.
        texts: The headline and all sentences.
    """

    speakers: Mapping[Span, Speaker | None]
    texts: tuple[str, ...]

    def by(self, asked: Sequence[str], *, by_sound: bool) -> bool:
        """Tell whether somebody speaks in it, or may: see `is_said_by` and `may_speak`."""
        found = (
            is_said_by(one, asked, by_sound=by_sound)
            for one in self.speakers.values()
            if one and one.names
        )
        return any(said is not False for said in found) or may_speak(
            self.texts, asked, by_sound=by_sound
        )


@lru_cache(maxsize=256)
def statements(article: Article) -> Statements:
    """Return who speaks in an article."""
    spans = [
        Span(part.start + span.start, part.start + span.end)
        for part in article.body
        for span in split_sentences(part.cut(article.text), article.language)
    ]
    texts = [span.cut(article.text) for span in spans]
    told = speakers(texts, article.language, article.headline)
    known = dict(zip(spans, told, strict=True)) if has_rules(article.language) else {}
    return Statements(speakers=known, texts=(article.headline, *texts))


def _is_kind(question: Question, found: Retrieval, sentence: str, words: AbstractSet[str]) -> bool:
    """Tell whether a sentence holds what is asked for: a name, a number, a date, a reason."""
    if question.bare_name:
        return names_asked(question, found, words)
    return question.wanted is not None and holds(question.wanted, sentence)


def may_be_first(question: Question, hit: Hit, span: Span) -> bool:
    """Tell whether a sentence says that something is first or most, where that is asked for.

    In another language than the question's any sentence may.
    """
    is_told = question.is_superlative and hit.parts.is_same_language
    return not is_told or holds_superlative(span.cut(hit.article.text))


def may_be_wanted(question: Question, quote: Quote) -> bool:
    """Tell whether a quote holds a number or an age, where that is asked for.

    Times may be told by the day of publication, and reasons without their usual words. In other
    languages than English and Persian numbers are not always known.
    """
    if question.wanted not in {Wanted.NUMBER, Wanted.AGE}:
        return True
    article = quote.hit.article
    return not has_rules(article.language) or holds(question.wanted, quote.span.cut(article.text))


def _is_weak(sentence: str) -> bool:
    """Tell whether a sentence is a fragment or asks something itself."""
    return len(sentence.split()) < _MIN_WORDS or sentence.rstrip(" »”\"'").endswith(("?", "؟"))
