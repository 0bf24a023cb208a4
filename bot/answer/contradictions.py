"""Contradictions: pairs of quotes in one answer that cannot both be right.

Two quotes are compared where they come from different reports, in one language, published within
three days of each other (later the world may have changed), and share most of their words.

Numbers contradict where exactly one noun is counted in both quotes, in the same surroundings, and
neither number is approximate or rounded. One quote denies the other where the same words stand
with and without a negation and nothing else is denied.

Does not: convert units, compare across languages or undated quotes, or decide who is right. What
is not flagged may differ all the same: the rules prefer precision to recall; docs/overviews.md
says how often they were right.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from itertools import combinations
from typing import Final

from bot.grounding.number_words import ORDINALS
from bot.grounding.numbers import Number, find_numbers
from bot.grounding.polarity import polarity
from bot.grounding.times import find_times
from bot.types import Citation, Difference
from index.text import clean_text, detect, token_set, tokens

_AROUND: Final = 5
"""Words on each side of a number that say what it counts."""
_SHARE_AROUND: Final = 0.6
_LANGUAGES: Final = frozenset({"en", "fa"})
_INEXACT: Final = re.compile(
    r"(?:about|around|some|nearly|almost|roughly|over|under|(?:more|less|fewer) than|up to|at least"
    r"|at most|between|from|to|and|or|حدود|نزدیک به|نزدیک|قریب|قریب به|بیش از|بیشتر از|کمتر از"
    r"|دست کم|حداقل|حداکثر|بالغ بر|بالای|زیر|تا|بین|از|و|یا|یک|هر|-|–) ?$",
    re.IGNORECASE,
)
_NOUN: Final = re.compile(r" (?P<word>[^\W\d_]+)")
_NO_RATIO: Final = re.compile(r"\d[/:]\d")
_NAMES_A_PLACE: Final = re.compile(
    r"(?<!\w)(?:page|pages|number|no\.?|article|section|verse|chapter|channel|room|group|phase|line"
    r"|episode|season|part|week|day|round|aged?|صفحه|شماره|ماده|بند|تبصره|آیه|آیات|خطبه|نامه|کانال"
    r"|پلاک|طبقه|خط|فصل|قسمت|جلد|منطقه|گروه|شبکه|ساعت|هفته|روز|دور|سن|اصل|فاز) ?$",
    re.IGNORECASE,
)
_INEXACT_AFTER: Final = re.compile(r"^ ?(?:to|or|and|تا|یا|و|الی|ام\b|مین|م\b|-|–|st|nd|rd|th)")


@dataclass(frozen=True, slots=True)
class _Count:
    """A number of a quote, what it counts, and the words around it.

    Attributes:
        noun: Token of the word after it, or a percent sign.
        end: Where that word ends in the cleaned text.
        said: Number and word as they are printed.
    """

    number: Number
    noun: str
    around: frozenset[str]
    end: int
    said: str = ""


def numbers_apart(one: str, other: str) -> tuple[str, str] | None:
    """Return two numbers that count the same and are not the same; None where there are none.

    Where more than one such number differs, the quotes tell of two things of one kind.
    """
    theirs = list(_counts(other))
    apart = [
        (mine.said, count.said)
        for mine in _counts(one)
        for count in theirs
        if _counts_same(mine, count) and _is_another(mine.number, count.number)
    ]
    return apart[0] if len(apart) == 1 and not _tell_other_times(one, other) else None


def _tell_other_times(one: str, other: str) -> bool:
    """Tell whether two quotes each name days or hours that the other does not."""
    mine, theirs = (
        {(word.day, word.month, word.year, word.weekday) for word in find_times(quote)}
        for quote in (one, other)
    )
    return bool(mine and theirs) and mine.isdisjoint(theirs)


def _counts(quote: str) -> Iterator[_Count]:
    """Yield the exact numbers of a quote; those of one noun only where it has but one."""
    cleaned = clean_text(quote)
    text = cleaned.text
    dates = [(word.start, word.end) for word in find_times(text)]
    numbers = find_numbers(text, apart=dates)
    found = [_count(text, number) for number in numbers if number.is_sure and number.readings]
    nouns = [count.noun for count in found if count]
    for count in found:
        if count and nouns.count(count.noun) == 1 and not _is_inexact(text, count.number):
            said = cleaned.to_original(count.number.start, count.end).cut(quote)
            yield replace(count, said=said)


def _count(text: str, number: Number) -> _Count | None:
    """Return a number with the noun that follows it; None for one that counts nothing."""
    before, after = text[: number.start], text[number.end :]
    said = text[number.start : number.end]
    noun = _NOUN.match(after)
    counted = tokens(noun["word"]) if noun else []
    if not (number.is_percent or counted) or _is_rank(said):
        return None
    following = [word for word in tokens(after) if not word[0].isdigit()]
    preceding = [word for word in tokens(before) if not word[0].isdigit()]
    around = frozenset((*preceding[-_AROUND:], *following[:_AROUND]))
    end = number.end + (noun.end() if noun else 0)
    return _Count(number, "%" if number.is_percent else counted[0], around, end)


def _is_rank(said: str) -> bool:
    """Tell whether words say a place in a row: «بیست و یکم»."""
    return said.rsplit(maxsplit=1)[-1].casefold() in ORDINALS or bool(_NO_RATIO.search(said))


def _is_inexact(text: str, number: Number) -> bool:
    """Tell whether a number is about, a bound, an end of a range or one of a row."""
    before, after = text[: number.start], text[number.end :]
    return any(
        (_INEXACT.search(before), _NAMES_A_PLACE.search(before), _INEXACT_AFTER.match(after))
    )


def _counts_same(one: _Count, other: _Count) -> bool:
    """Tell whether two numbers count the same thing in the same surroundings."""
    if one.noun != other.noun or one.number.is_percent is not other.number.is_percent:
        return False
    shared = len(one.around & other.around)
    return shared >= _SHARE_AROUND * min(len(one.around), len(other.around))


def _is_another(one: Number, other: Number) -> bool:
    """Tell whether two numbers are not the same, not even rounded."""
    pairs = ((mine, theirs) for mine in one.readings for theirs in other.readings)
    return not any(_is_rounded(mine, theirs) or _is_rounded(theirs, mine) for mine, theirs in pairs)


def _is_rounded(one: Fraction, other: Fraction) -> bool:
    """Tell whether a number is another one, rounded to fewer digits."""
    if one == other:
        return True
    digits = len(str(abs(int(one))))
    return any(round(other, -places) == one for places in range(digits))


def is_denied(one: str, other: str) -> bool:
    """Tell whether one quote denies what the other states, and all else is alike."""
    languages = {detect(one).tag, detect(other).tag}
    if len(languages) > 1 or not languages <= _LANGUAGES:
        return False
    mine, theirs = (polarity(quote, *languages) for quote in (one, other))
    denied = (mine.negated & theirs.stated) - theirs.negated - mine.stated
    stated = (theirs.negated & mine.stated) - mine.negated - theirs.stated
    return bool(denied) != bool(stated) and mine.n_negated + theirs.n_negated == 1


_APART: Final = timedelta(days=3)
_LEAST_SHARED: Final = 4
_SHARE: Final = 0.5
"""Of the shorter quote's words, the share that the other must hold too."""
_SHARE_OF_LONGER: Final = 0.35
_SHARE_DENIED: Final = 0.7
"""The same for a denial, where no number tells that one matter is meant."""


def differences(citations: Sequence[Citation]) -> tuple[Difference, ...]:
    """Return the pairs of quotes that differ, each pair once, in the order of their numbers."""
    pairs = combinations(sorted(citations, key=lambda one: one.number), 2)
    return tuple(found for one, other in pairs for found in _between(one, other))


def _between(one: Citation, other: Citation) -> Iterator[Difference]:
    """Yield how two quotes differ: the first number that does, else a denial."""
    if not _may_differ(one, other):
        return
    # Reads tables of months and numbers that most answers do not need.

    share = _overlap(_words(one.quote), _words(other.quote))
    said = numbers_apart(one.quote, other.quote)
    if said is not None:
        yield Difference(numbers=(one.number, other.number), said=said)
    elif share >= _SHARE_DENIED and is_denied(one.quote, other.quote):
        yield Difference(numbers=(one.number, other.number))


def _may_differ(one: Citation, other: Citation) -> bool:
    """Tell whether two quotes are of one matter at one time, reported twice."""
    copies = {one.article_id, *(copy.article_id for copy in one.also_in)}
    if other.article_id in copies or one.published is None or other.published is None:
        return False
    if abs(one.published.at - other.published.at) > _APART:
        return False
    return _overlap(_words(one.quote), _words(other.quote)) >= _SHARE


def _words(quote: str) -> frozenset[str]:
    """Return the words of a quote that are no numbers."""
    return frozenset(word for word in token_set(quote) if not word[0].isdigit())


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of the smaller set that the other holds; 0 where that is a small matter."""
    shared, sizes = len(one & other), (len(one), len(other))
    is_enough = shared >= max(_LEAST_SHARED, _SHARE_OF_LONGER * max(sizes))
    return shared / min(sizes) if is_enough else 0.0
