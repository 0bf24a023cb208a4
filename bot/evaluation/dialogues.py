"""Evaluation on people's dialogues: follow-ups with their history, and without in other words.

An answer is a place in the dialogue's own article. A turn is answered right where a quote of that
article overlaps any of its answers by a character or more: people mark several sentences as an
answer, where the product quotes single ones. Only what was shown counts: a refused turn is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import Any

from bot.evaluation.files import MAX_QUOTES
from bot.session.protocols import Answering
from bot.session.session import Session
from bot.session.turns import turn_of
from bot.types import Answer, NoAnswer
from index import ArticleId, Progress, Span
from index.evaluation import Dialogue, DialogueTurn, token_f1


class Way(StrEnum):
    """How a turn is put to the archive."""

    HISTORY = "history"
    """As it was asked, after the turns before it."""
    GOLD = "gold"
    """As people rewrote it, the first of a conversation."""
    TITLED = "titled"
    """As it was asked, the title of its article behind it, the first of a conversation."""
    ALONE = "alone"
    """As it was asked, the first of a conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOutcome:
    """What became of one turn, asked in one way.

    Attributes:
        number: Of the turn in its dialogue, from 1.
        is_right: Whether a quote overlaps an answer.
        f1: Token F1 of the first quote and the answer it fits best; 0 where it is refused.
    """

    way: Way
    number: int
    is_answerable: bool
    is_answered: bool
    is_right: bool
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueEvaluation:
    """Outcomes of all turns, each asked in each way."""

    name: str
    n_dialogues: int
    n_articles: int
    n_passages: int
    outcomes: tuple[TurnOutcome, ...]
    settings: dict[str, Any]

    def record(self) -> dict[str, Any]:
        """Return all figures as JSON values; see docs/evaluation.md."""
        numbers = sorted({o.number for o in self.outcomes})
        return {
            "set": self.name,
            "n_dialogues": self.n_dialogues,
            "n_questions": len(self.outcomes) // len(Way),
            "n_articles": self.n_articles,
            "n_passages": self.n_passages,
            "all": _ways(self.outcomes),
            "later": _ways([o for o in self.outcomes if o.number > 1]),
            "by_turn": {
                str(number): _ways([o for o in self.outcomes if o.number == number])
                for number in numbers
            },
            "settings": self.settings,
        }


def evaluate(  # as that of judged questions
    answering: Answering,
    dialogues: Sequence[Dialogue],
    *,
    article_of: Mapping[str, ArticleId],
    name: str,
    settings: dict[str, Any],
    progress: Progress,
) -> DialogueEvaluation:
    """Hold every dialogue, and ask each of its turns in the other ways too.

    Args:
        answering: The archive, all articles of the dialogues in it.
        dialogues: The set.
        article_of: Id of a dialogue to that of its article.
        name: Of the set.
        settings: What the figures depend on, recorded with them.
        progress: Called with the stage "ask", each turn once.
    """
    n_turns = sum(len(dialogue.turns) for dialogue in dialogues)
    outcomes: list[TurnOutcome] = []
    for dialogue in dialogues:
        session = Session(answering=answering, max_quotes=MAX_QUOTES)
        for number, turn in enumerate(dialogue.turns, start=1):
            reply = session.find(turn.question).reply
            replies = {
                Way.HISTORY: reply,
                Way.GOLD: session.find(turn.rewritten, context=()).reply,
                Way.TITLED: session.find(f"{turn.question} ({dialogue.title})", context=()).reply,
                Way.ALONE: session.find(turn.question, context=()).reply,
            }
            session.remember(turn_of(turn.question, reply, session.scope))
            outcomes += [
                _outcome(way, number, turn, reply, dialogue.text, article_of[dialogue.id])
                for way, reply in replies.items()
            ]
            progress("ask", len(outcomes) // len(Way), n_turns)
    return DialogueEvaluation(
        name=name,
        n_dialogues=len(dialogues),
        n_articles=answering.manifest.n_articles,
        n_passages=answering.manifest.n_passages,
        outcomes=tuple(outcomes),
        settings=settings,
    )


def _outcome(  # one argument for each thing that is compared
    way: Way,
    number: int,
    turn: DialogueTurn,
    reply: Answer | NoAnswer,
    text: str,
    article_id: ArticleId,
) -> TurnOutcome:
    citations = reply.citations if isinstance(reply, Answer) else ()
    answers = [answer.cut(text) for answer in turn.answers]
    return TurnOutcome(
        way=way,
        number=number,
        is_answerable=bool(turn.answers),
        is_answered=bool(citations),
        is_right=any(
            cited.article_id == article_id and _overlap(cited.span, answer)
            for cited in citations
            for answer in turn.answers
        ),
        f1=token_f1(citations[0].quote, answers) if citations else 0.0,
    )


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _ways(outcomes: Sequence[TurnOutcome]) -> dict[str, Any]:
    """Return the figures of each way, and what the history reaches of two others."""
    rows = {way.value: _row([o for o in outcomes if o.way is way]) for way in Way}
    reached = rows[Way.HISTORY]["answer_recall"]
    shares = {
        f"share_of_{way}": round(reached / whole, 4)
        if reached is not None and (whole := rows[way]["answer_recall"])
        else None
        for way in (Way.GOLD, Way.TITLED)
    }
    return {**rows, **shares}


def _row(outcomes: Sequence[TurnOutcome]) -> dict[str, float | int | None]:
    answerable = [o for o in outcomes if o.is_answerable]
    unanswerable = [o for o in outcomes if not o.is_answerable]
    return {
        "n": len(answerable),
        "answered": _mean([o.is_answered for o in answerable]),
        "answer_recall": _mean([o.is_right for o in answerable]),
        "f1": _mean([o.f1 for o in answerable]),
        "n_unanswerable": len(unanswerable),
        "refused": _mean([not o.is_answered for o in unanswerable]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(fmean(values), 4) if values else None
