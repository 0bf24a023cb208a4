"""The values of a conversation: what is asked and what is answered.

Does not: retrieve, verify or show anything.
"""

from dataclasses import dataclass
from enum import StrEnum

from index import EVERYTHING, ArticleId, Moment, Scope, Span


class Reason(StrEnum):
    """Why there is no answer; a key into the texts shown to people."""

    EMPTY_QUESTION = "empty_question"
    NOTHING_FOUND = "nothing_found"
    NOT_IN_ARCHIVE = "not_in_archive"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """An article shown only by its head: near to what was asked, or the same report elsewhere."""

    article_id: ArticleId
    headline: str
    source: str
    published: Moment | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A quote and the place where anybody can find it again.

    Attributes:
        number: 1-based, in the order of the answer's sentences, without gaps.
        span: Place of `quote` in the article's text: `article.text[start:end] == quote`.
        score: How well the quote serves; higher is better, comparable within one answer.
        also_in: Other articles that are the same report, earliest first; see `index.alike`.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What an answer was made from: the snapshot's name and the encoder's fingerprint."""

    snapshot: str
    encoder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One to four verified quotes, most relevant first.

    Attributes:
        within: The part of the archive asked for, by the asker or by the question's words.
        is_missed: Whether the time in the question's words had no answer, so that this one is
            from beyond it.
    """

    question: str
    language: str
    citations: tuple[Citation, ...]
    confidence: float
    timings_ms: dict[str, float]
    fingerprint: Fingerprint
    within: Scope = EVERYTHING
    is_missed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """The archive does not hold the answer, or nothing could be verified.

    `within` and `is_missed` are as those of an `Answer`.
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
