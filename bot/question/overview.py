"""Questions that one quote cannot answer: what changed, who said what over time, in order of time.

A comparison has sides: two to four times ("between May and July", «در ۱۴۰۱ و ۱۴۰۲») or outlets
("what Mehr and Tasnim said"). An overview has none: it is asked for ("summarise", "timeline of",
«خلاصه اظهارات», «گاه‌شمار») or is a change since some time.

Does not: compare anything but times and outlets ("compare Iran's exports with Iraq's" is a
question like any other), know other languages than English and Persian, take figures set beside
others ("compared with 2011", «نسبت به سال قبل») for comparisons, since one article tells them, or
word what changed: the quotes stand side by side.
Source of the rules and of what they miss: docs/overviews.md.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from bot import overview_words as words
from bot.question.period import Period, find_each
from bot.question.scope import hull
from bot.types import Shape
from index import EVERYTHING, Scope, clean_text, known_outlet, token_set

MAX_SIDES: Final = 4

_MAX_NAME_WORDS: Final = 3
_MAX_WORDS: Final = 60
_EMPTY: Final = token_set(words.EMPTY)
_WORD: Final = re.compile(r"\w+(?:-\w+)*")
_BETWEEN_OUTLETS: Final = re.compile(words.BETWEEN_OUTLETS, re.IGNORECASE)
_AROUND_OUTLETS: Final = re.compile(words.AROUND_OUTLETS, re.IGNORECASE)
_REPORTING: Final = re.compile(words.REPORTING, re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a question of several articles is answered.

    Attributes:
        shape: A comparison or an overview.
        topic: The question without what says how it is to be answered; this is looked for.
        sides: Of a comparison two to four parts of the archive, times in their order; of an
            overview the one part that it is of.
    """

    shape: Shape
    topic: str
    sides: tuple[Scope, ...]


def find_plan(question: str, now: datetime, outlets: Collection[str]) -> Plan | None:
    """Return how a question of several articles is to be answered; None for any other.

    Args:
        question: In English or Persian, any spelling.
        now: Aware; what "last year" is told by.
        outlets: Case-folded names of those in the archive; well-known others are known as well.
    """
    text = clean_text(question).text.strip(" ?!.؟")
    if len(text.split()) > _MAX_WORDS:
        return None
    plan = _comparison(text, now, outlets) or _overview(text, now)
    return plan if plan and token_set(plan.topic) - _EMPTY else None


def _comparison(text: str, now: datetime, outlets: Collection[str]) -> Plan | None:
    """Return a comparison of times or outlets, or an overview of what changed since a time."""
    order = _without(text, words.COMPARE)
    if order is None and not _is_any(text, words.CHANGE):
        return None
    times, rest = find_each(text if order is None else order, now)
    if sides := _in_time(times):
        return Plan(shape=Shape.COMPARISON, topic=rest, sides=sides)
    named, topic = _by_outlet(rest, outlets)
    if named:
        within = _within(times)
        sides = tuple(replace(within, sources=frozenset({one})) for one in named)
        return Plan(shape=Shape.COMPARISON, topic=topic, sides=sides)
    if order is None and any(one.until is None for one in times):
        return Plan(shape=Shape.OVERVIEW, topic=rest, sides=(_within(times),))
    return None


def _overview(text: str, now: datetime) -> Plan | None:
    """Return an overview that is asked for."""
    order = _without(text, words.SUM_UP)
    if order is None:
        return None
    times, rest = find_each(order, now)
    return Plan(shape=Shape.OVERVIEW, topic=rest, sides=(_within(times),))


def _is_any(text: str, patterns: Sequence[str]) -> bool:
    return any(re.search(one, text, re.IGNORECASE) for one in patterns)


def _without(text: str, patterns: Sequence[str]) -> str | None:
    """Return a text without the first of some patterns that it holds; None where it holds none."""
    found = filter(None, (re.search(one, text, re.IGNORECASE) for one in patterns))
    match = next(found, None)
    return match and " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())


def _in_time(times: Sequence[Period]) -> tuple[Scope, ...]:
    """Return times that can be compared as parts of the archive, the earliest first; () else."""
    sides = {
        (one.since, one.until): Scope(since=one.since, until=one.until)
        for one in times
        if one.since and one.until
    }
    is_each_one = len(sides) == len(times) and 1 < len(sides) <= MAX_SIDES
    return tuple(side for _, side in sorted(sides.items())) if is_each_one else ()


def _within(times: Sequence[Period]) -> Scope:
    """Return the part of the archive from the first of some times to the last."""
    return hull([Scope(since=one.since, until=one.until) for one in times]) if times else EVERYTHING


def _by_outlet(text: str, outlets: Collection[str]) -> tuple[list[str], str]:
    """Return the outlets that a text compares, case-folded, and the text without them."""
    found = list(_outlets_in(text, outlets))
    names = list(dict.fromkeys(name for name, _, _ in found))
    if not 1 < len(names) <= MAX_SIDES or not _REPORTING.search(text):
        return [], text
    gaps = (text[end:start] for (_, _, end), (_, start, _) in pairwise(found))
    if not all(map(_BETWEEN_OUTLETS.fullmatch, gaps)):
        return [], text
    rest = f"{text[: found[0][1]]} {text[found[-1][2] :]}".replace("'s", " ")
    return names, " ".join(_AROUND_OUTLETS.sub(" ", " ".join(rest.split())).split())


def _outlets_in(text: str, outlets: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the outlets that a text names, case-folded, with their places; longer names first."""
    found = list(_WORD.finditer(text))
    at = 0
    while at < len(found):
        for count in range(min(_MAX_NAME_WORDS, len(found) - at), 0, -1):
            start, end = found[at].start(), found[at + count - 1].end()
            if name := _outlet(text[start:end], outlets):
                yield name, start, end
                break
        else:
            count = 1
        at += count


def _outlet(name: str, outlets: Collection[str]) -> str:
    """Return the name by which a scope knows an outlet; empty for no outlet."""
    known = known_outlet(name)
    folded = known.name.casefold() if known else name.casefold()
    return folded if known or folded in outlets else ""
