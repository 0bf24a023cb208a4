"""Evaluation on what people type as it comes: polite, in capitals, beside the topic, no question.

Each question is the first of a conversation. A quote is right where the question's pattern is
found in it, as it is printed. Only what was shown counts: of a refused question no quote does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.evaluation.files import MAX_QUOTES
from bot.session.protocols import Answering
from bot.session.session import Session
from bot.types import NoAnswer
from index import Progress
from index.evaluation import AskedQuestion

_SMALL_TALK: Final = "small_talk"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOutcome:
    """What became of one question.

    Attributes:
        reason: Why there was no answer; empty for an answer.
        held: For each quote shown, whether it holds the answer.
        is_unsure: Whether the answer was "perhaps".
    """

    question: AskedQuestion
    reason: str
    held: tuple[bool, ...]
    is_unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedEvaluation:
    """Outcomes of all questions, in their order."""

    name: str
    n_articles: int
    n_passages: int
    outcomes: tuple[AskedOutcome, ...]
    settings: dict[str, Any]

    def record(self) -> dict[str, Any]:
        """Return all counts as JSON values; see docs/evaluation.md."""
        kinds: dict[str, list[AskedOutcome]] = {}
        for outcome in self.outcomes:
            kind = outcome.question.kind
            for group in dict.fromkeys((kind.partition(" ")[0], kind)):
                kinds.setdefault(group, []).append(outcome)
        return {
            "set": self.name,
            "n_questions": len(self.outcomes),
            "n_articles": self.n_articles,
            "n_passages": self.n_passages,
            "by_kind": {kind: _row(outcomes) for kind, outcomes in sorted(kinds.items())},
            "answerable": _row([o for o in self.outcomes if o.question.pattern]),
            "unanswerable": _row([o for o in self.outcomes if not o.question.pattern]),
            "settings": self.settings,
        }


def evaluate(
    answering: Answering,
    questions: Sequence[AskedQuestion],
    *,
    name: str,
    settings: dict[str, Any],
    progress: Progress,
) -> AskedEvaluation:
    """Ask every question.

    Args:
        answering: The archive.
        questions: The set.
        name: Of the set.
        settings: What the figures depend on, recorded with them.
        progress: Called with the stage "ask".
    """
    session = Session(answering=answering, max_quotes=MAX_QUOTES)
    outcomes = []
    for done, question in enumerate(questions, start=1):
        outcomes.append(_outcome(session, question))
        progress("ask", done, len(questions))
    return AskedEvaluation(
        name=name,
        n_articles=answering.manifest.n_articles,
        n_passages=answering.manifest.n_passages,
        outcomes=tuple(outcomes),
        settings=settings,
    )


def _outcome(session: Session, question: AskedQuestion) -> AskedOutcome:
    reply = session.find(question.text, context=()).reply
    if isinstance(reply, NoAnswer):
        return AskedOutcome(question=question, reason=reply.reason.value, held=())
    pattern = question.pattern
    held = tuple(
        pattern is not None and pattern.search(cited.quote) is not None for cited in reply.citations
    )
    return AskedOutcome(question=question, reason="", held=held, is_unsure=reply.is_unsure)


def _row(outcomes: Sequence[AskedOutcome]) -> dict[str, int]:
    """Return counts of questions."""
    return {
        "n": len(outcomes),
        "answered": sum(not o.reason for o in outcomes),
        "perhaps": sum(o.is_unsure for o in outcomes),
        "some_quote": sum(any(o.held) for o in outcomes),
        "first_quote": sum(any(o.held[:1]) for o in outcomes),
        "refused": sum(bool(o.reason) for o in outcomes),
        "small_talk": sum(o.reason == _SMALL_TALK for o in outcomes),
    }
