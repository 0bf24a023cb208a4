"""Outline of an answer: its quotes in order, under headings of sides and dates.

A surface turns headings into lines of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from bot.texts.language import Language, localize_digits, say
from bot.texts.messages import Key
from bot.texts.overviews import ShapeText
from bot.texts.scope_names import day_text, scope_text
from bot.types import Answer, Citation, Shape
from index import ArticleId


class Rank(Enum):
    """What a heading stands over."""

    ANSWER = auto()
    SIDE = auto()
    NOTE = auto()
    """It says how sure the quotes are."""
    DATE = auto()
    NOTHING = auto()
    """It stands in the place of quotes that there are not."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A text of ours over the quotes that follow."""

    rank: Rank
    text: str


Row: TypeAlias = Heading | Citation


def rows_of(answer: Answer, language: Language) -> Iterator[Row]:
    """Yield the quotes of an answer and the headings between them; none for plain sure quotes."""
    if answer.is_unsure:
        yield Heading(Rank.NOTE, say(Key.PERHAPS, language))
    match answer.shape:
        case Shape.QUOTES if answer.differences:
            yield from _dated(answer.citations, language)
        case Shape.QUOTES:
            yield from answer.citations
        case Shape.OVERVIEW:
            yield Heading(Rank.ANSWER, say(ShapeText.OVERVIEW, language))
            yield from _dated(answer.citations, language)
        case Shape.LATEST:
            yield Heading(Rank.ANSWER, say(ShapeText.LATEST, language))
            yield from _dated(answer.citations, language)
        case Shape.STATEMENTS:
            yield Heading(Rank.ANSWER, say(ShapeText.STATEMENTS, language, name=answer.question))
            yield from _dated(answer.citations, language)
        case Shape.TIMELINE:
            yield Heading(Rank.ANSWER, say(ShapeText.TIMELINE, language, topic=answer.question))
            yield from _dated(answer.citations, language)
        case Shape.COMPARISON:
            yield Heading(Rank.ANSWER, say(ShapeText.COMPARISON, language))
            for side in answer.sides:
                yield Heading(Rank.SIDE, scope_text(side.within, language))
                quotes = [cited for cited in answer.citations if cited.number in side.numbers]
                yield from _dated(quotes, language)
                if not quotes:
                    yield Heading(Rank.NOTHING, say(ShapeText.SIDE_EMPTY, language))

        case Shape.QUESTIONS:
            for side in answer.sides:
                yield Heading(Rank.SIDE, side.question)
                yield from (cited for cited in answer.citations if cited.number in side.numbers)
                if not side.numbers:
                    yield Heading(Rank.NOTHING, say(Key.REASON_NOT_IN_ARCHIVE, language))


def _dated(citations: Sequence[Citation], language: Language) -> Iterator[Row]:
    """Yield quotes, the day before those of each."""
    shown = None
    for cited in citations:
        day = day_text(cited.published, language)
        if day != shown:
            yield Heading(Rank.DATE, day)
        shown = day
        yield cited


def difference_texts(answer: Answer, language: Language) -> Iterator[str]:
    """Yield what is said of each two quotes that contradict each other."""
    for pair in answer.differences:
        first, second = (localize_digits(number, language) for number in pair.numbers)
        if pair.said is None:
            yield say(ShapeText.DENIED, language, first=first, second=second)
        else:
            said, other = pair.said
            yield say(
                ShapeText.DIFFER, language, first=first, second=second, said=said, other=other
            )


def by_article(citations: Iterable[Citation]) -> list[list[Citation]]:
    """Return the citations of each article together, articles in the order they came."""
    groups: defaultdict[ArticleId, list[Citation]] = defaultdict(list)
    for cited in citations:
        groups[cited.article_id].append(cited)
    return list(groups.values())
