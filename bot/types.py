"""Values of an answer: citations, claims, answers and refusals."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from index import EVERYTHING, ArticleId, Moment, Scope, Span


class Reason(StrEnum):
    """Why there is no answer; a key into the texts shown to people."""

    EMPTY_QUESTION = "empty_question"
    SMALL_TALK = "small_talk"
    OVER_ARCHIVE = "over_archive"
    NOTHING_FOUND = "nothing_found"
    NOT_IN_ARCHIVE = "not_in_archive"
    NOT_SAID = "not_said"
    UNVERIFIED = "unverified"
    MODEL_FOUND_NONE = "model_found_none"


NOTHING_ASKED: Final = frozenset({Reason.EMPTY_QUESTION, Reason.SMALL_TALK, Reason.OVER_ARCHIVE})
"""Reasons that leave nothing to look for, now or later."""


class Remark(StrEnum):
    """Kinds of texts that ask nothing of the archive; a key into the texts shown to people."""

    GREETING = "greeting"
    HOW_ARE_YOU = "how_are_you"
    WHO_ARE_YOU = "who_are_you"
    WHAT_CAN_YOU_DO = "what_can_you_do"
    THANKS = "thanks"
    AGREEMENT = "agreement"
    GOODBYE = "goodbye"
    PRAISE = "praise"
    ABUSE = "abuse"
    COMPLAINT = "complaint"
    STOP = "stop"
    CONFIDENCE = "confidence"
    """What "perhaps" and the percentage mean."""
    OTHER_WORDS = "other_words"
    """The answer summed up, explained or translated."""
    SIZE = "size"
    """How many articles there are."""
    LATEST = "latest"
    """The news, of nothing in particular."""
    BESIDE = "beside"
    """The time, a joke, oneself: what no archive of news tells."""
    EMOJI = "emoji"
    SOURCES = "sources"
    """These four are about the last answer."""
    MORE = "more"
    IS_TRUE = "is_true"
    WHEN_SAID = "when_said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """An article shown only by its head: near to what was asked, or the same report elsewhere.

    Attributes:
        origin: File it was read from, as `Article.origin`.
        opening: First words of its body where it has no headline; else empty.
    """

    article_id: ArticleId
    headline: str
    source: str
    published: Moment | None
    url: str
    origin: str = ""
    opening: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A quote and the place where anybody can find it again.

    Attributes:
        number: 1-based, in the order of the answer's sentences, without gaps.
        span: Place of `quote` in the article's text: `article.text[start:end] == quote`.
        score: How well the quote serves; higher is better, comparable within one answer.
        also_in: Other articles that are the same report, earliest first; see `index.dedup.minhash`.
        origin, opening: As those of a `Headline`.
        edited: When the article was last changed, as its source states.
        earlier: Files of the article's earlier versions, whose wording is not quoted.
        page: Number of the page on which the quote begins; 0 where the article has no pages.
    """

    number: int
    article_id: ArticleId
    headline: str
    source: str
    via: str
    published: Moment | None
    url: str
    span: Span
    quote: str
    score: float
    also_in: tuple[Headline, ...] = ()
    origin: str = ""
    opening: str = ""
    edited: Moment | None = None
    earlier: tuple[str, ...] = ()
    page: int = 0


class Unworded(StrEnum):
    """Why the quotes stand alone although a language model was to word the answer."""

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"
    OVER_BUDGET = "over_budget"


class Check(StrEnum):
    """What claims have passed before they are shown; a key into the texts shown to people."""

    RULES = "rules"
    """Code: `bot.grounding`."""
    JUDGE = "judge"
    """A language model that was shown each claim beside its quotes: `bot.llm.judge`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence in the asker's language that the quotes it names support.

    Attributes:
        text: What a language model wrote; no words of an article.
        numbers: Of the citations it stands on, at least one, in the model's order.
    """

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A quote in another language, as a language model writes it.

    Attributes:
        text: Checked against the quote; empty where there is none.
        model: Name of the language model.
        missing: Why there is no text.
    """

    text: str
    model: str
    missing: Unworded | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What an answer was made from.

    Attributes:
        snapshot: Name of the snapshot.
        encoder: Fingerprint of the encoder.
        model: Name of the language model that worded it; empty where it is quotes alone.
        prompt: Version of the prompt that the model was given; empty likewise.
    """

    snapshot: str
    encoder: str
    model: str = ""
    prompt: str = ""


class Shape(StrEnum):
    """How the quotes of an answer belong together."""

    QUOTES = "quotes"
    """One to four, most relevant first."""
    OVERVIEW = "overview"
    """Up to eight from several articles, earliest first, those without a date last."""
    LATEST = "latest"
    """One of each of the articles on a topic that were published last, the latest first."""
    COMPARISON = "comparison"
    """As an overview, by sides."""
    QUESTIONS = "questions"
    """One to four to each of several questions, by sides."""
    STATEMENTS = "statements"
    """All that one person says, earliest first, those without a date last."""
    TIMELINE = "timeline"
    """One of each event of a topic, earliest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison, or one of several questions.

    Attributes:
        within: The part of the archive that it is: a time or an outlet.
        numbers: Of its citations, in order; () where there is nothing to say.
        question: Which of several questions this answers.
    """

    within: Scope
    numbers: tuple[int, ...]
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two quotes that cannot both be right.

    Attributes:
        numbers: Of their citations.
        said: What each says in the place of the other, as it is written there; None where one
            denies what the other states.
    """

    numbers: tuple[int, int]
    said: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Verified quotes; how many and in what order, its shape says.

    Attributes:
        within: The part of the archive asked for, by the asker or by the question's words.
        is_missed: Whether the time in the question's words had no answer, so that this one is
            from beyond it.
        is_unsure: Whether it is "perhaps": the right article probably, but maybe no answer.
        claims: The answer in the asker's language, each claim checked; () for quotes alone.
        checks: What each claim has passed; () for quotes alone.
        unworded: Why there are no claims, where a language model was to make them.
        shape: How the quotes belong together.
        sides: Of a comparison or of several questions two to four, as they are shown; else ().
        differences: Quotes that contradict each other.
    """

    question: str
    language: str
    citations: tuple[Citation, ...]
    confidence: float
    timings_ms: dict[str, float]
    fingerprint: Fingerprint
    within: Scope = EVERYTHING
    is_missed: bool = False
    is_unsure: bool = False
    claims: tuple[Claim, ...] = ()
    checks: tuple[Check, ...] = ()
    unworded: Unworded | None = None
    shape: Shape = Shape.QUOTES
    sides: tuple[Side, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """The archive does not hold the answer, or nothing could be verified.

    `within` and `is_missed` are as those of an `Answer`.

    Attributes:
        remark: What was said instead of a question, where the reason is small talk.
        missing: Names, places and years of the question that no article near it has; where the
            reason is "not said" the name of whose words were asked for.
        n_articles: Articles of the archive; 0 where they were not counted.
    """

    question: str
    language: str
    reason: Reason
    nearest: tuple[Headline, ...]
    confidence: float
    timings_ms: dict[str, float]
    fingerprint: Fingerprint
    within: Scope = EVERYTHING
    is_missed: bool = False
    remark: Remark | None = None
    missing: tuple[str, ...] = ()
    n_articles: int = 0
