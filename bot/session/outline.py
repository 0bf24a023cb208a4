"""How the quotes of several articles are laid out: under headings of sides and of dates.

Does not: draw anything; the terminal and Telegram turn headings into lines of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from bot.texts.language import Language, localize_digits, say
from bot.texts.overviews import ShapeText
from bot.texts.scope_names import day_text, scope_text
from bot.types import Answer, Citation, Shape, Side


class Rank(Enum):
    """What a heading stands over."""

    ANSWER = auto()
    SIDE = auto()
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
    """Yield the quotes of an answer and the headings between them; no headings for plain quotes."""
    match answer.shape:
        case Shape.QUOTES:
            yield from answer.citations
        case Shape.OVERVIEW:
            yield Heading(Rank.ANSWER, say(ShapeText.OVERVIEW, language))
            yield from _dated(answer.citations, language)
        case Shape.COMPARISON:
            yield Heading(Rank.ANSWER, say(ShapeText.COMPARISON, language))
            for side in answer.sides:
                yield from _side(answer, side, language)


def difference_texts(answer: Answer, language: Language) -> Iterator[str]:
    """Yield what is said of each two quotes that contradict each other."""
    for one in answer.differences:
        first, second = (localize_digits(number, language) for number in one.numbers)
        if one.said is None:
            yield say(ShapeText.DENIED, language, first=first, second=second)
        else:
            said, other = one.said
            yield say(
                ShapeText.DIFFER, language, first=first, second=second, said=said, other=other
            )


def _side(answer: Answer, side: Side, language: Language) -> Iterator[Row]:
    """Yield a side of a comparison, or that it has nothing."""
    yield Heading(Rank.SIDE, scope_text(side.within, language))
    if side.numbers:
        quotes = [one for one in answer.citations if one.number in side.numbers]
        yield from _dated(quotes, language)
    else:
        yield Heading(Rank.NOTHING, say(ShapeText.SIDE_EMPTY, language))


def _dated(citations: Sequence[Citation], language: Language) -> Iterator[Row]:
    """Yield quotes, the day before those of each."""
    shown = None
    for one in citations:
        day = day_text(one.published, language)
        if day != shown:
            yield Heading(Rank.DATE, day)
        shown = day
        yield one
