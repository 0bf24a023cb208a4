"""Turns of a conversation: a question, and its answer as the places that it quoted.

Quotes are not kept: whatever is shown later is read from the archive again, and left out where
the archive no longer says the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.answer.cite import cite, digest_of, is_supported, with_others
from bot.question.followup import needs_context
from bot.types import Answer, Citation, NoAnswer
from index import EVERYTHING, Article, Scope, Span


@dataclass(frozen=True, slots=True)
class Place:
    """A quote by its place in an article; `digest` tells whether it still says the same."""

    article_id: str
    start: int
    end: int
    number: int
    score: float
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question and what was answered.

    Attributes:
        question: As it was typed.
        asked: As it was understood and put to the archive.
        places: What was quoted up to now, in order; empty for a refusal.
        nearest: Ids of the articles a refusal named.
        within: The part of the archive that the answer came from.
    """

    question: str
    asked: str
    language: str
    confidence: float
    snapshot: str
    encoder: str
    places: tuple[Place, ...] = ()
    nearest: tuple[str, ...] = ()
    within: Scope = EVERYTHING

    @property
    def article_ids(self) -> tuple[str, ...]:
        """The articles quoted, each once, in order."""
        return tuple(dict.fromkeys(place.article_id for place in self.places))

    @property
    def shown(self) -> str:
        """The question as people see it again: as it was typed, where that is still known."""
        return self.question or self.asked

    @property
    def stands_alone(self) -> bool:
        """Whether the question can be understood without the one before it."""
        return self.asked != self.question or not needs_context(self.question)


_T = TypeVar("_T", bound=Turn)


def last_answered(turns: Sequence[_T]) -> _T | None:
    """Return the turn that "the last answer" means: the newest with quotes, else the newest."""
    return next((turn for turn in turns if turn.places), turns[0] if turns else None)


def turn_of(typed: str, reply: Answer | NoAnswer, scope: Scope) -> Turn:
    """Return what is remembered of a reply to what was typed, asked of `scope`."""
    return Turn(
        question=typed,
        asked=reply.question,
        language=reply.language,
        confidence=reply.confidence,
        snapshot=reply.fingerprint.snapshot,
        encoder=reply.fingerprint.encoder,
        places=places_of(reply.citations) if isinstance(reply, Answer) else (),
        nearest=(
            tuple(near.article_id for near in reply.nearest) if isinstance(reply, NoAnswer) else ()
        ),
        within=scope if reply.is_missed else reply.within,
    )


def places_of(citations: Iterable[Citation]) -> tuple[Place, ...]:
    """Return citations as they are remembered."""
    return tuple(
        Place(
            article_id=citation.article_id,
            start=citation.span.start,
            end=citation.span.end,
            number=citation.number,
            score=citation.score,
            digest=digest_of(citation.quote),
        )
        for citation in citations
    )


def cited_again(place: Place, reports: Sequence[Article]) -> Citation | None:
    """Return a remembered quote, None where its article no longer says the same there.

    Args:
        reports: The articles of its report, its own among them; none where that is gone.
    """
    article = next((report for report in reports if report.id == place.article_id), None)
    if article is None:
        return None
    citation = cite(article, Span(place.start, place.end), number=place.number, score=place.score)
    is_same = digest_of(citation.quote) == place.digest and is_supported(citation, article)
    return with_others(citation, reports) if is_same else None
