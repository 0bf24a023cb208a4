"""Contradiction: whether two sentences on one matter say another number, or one denies the other.

Numbers contradict where exactly one noun is counted in both sentences, in the same surroundings,
and neither number is approximate or rounded. One sentence denies the other where the same words
stand with and without a negation and nothing else is denied.

Does not: tell whether the sentences are of one matter and one time (`bot.answer.contradictions`
does), convert units, or compare across languages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from bot.grounding.number_words import ORDINALS
from bot.grounding.numbers import Number, find_numbers
from bot.grounding.polarity import polarity
from bot.grounding.times import find_times
from index.text import clean_text, detect, tokens

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """A number of a sentence, what it counts, and the words around it.

    Attributes:
        noun: Token of the word after it, or a percent sign.
        said: Number and word as they are printed.
    """

    number: Number
    noun: str
    around: frozenset[str]
    said: str

    def counts_same(self, other: "_Count") -> bool:
        """Tell whether two numbers count the same thing in the same surroundings."""
        if self.noun != other.noun or self.number.is_percent is not other.number.is_percent:
            return False
        shared = len(self.around & other.around)
        return shared >= _SHARE_AROUND * min(len(self.around), len(other.around))


def different_numbers(one: str, other: str) -> tuple[str, str] | None:
    """Return two numbers that count the same and are not the same; None where there are none.

    Where more than one such number differs, the sentences tell of two things of one kind; where
    each names days or hours that the other does not, of two times.
    """
    theirs = list(_counts(other))
    different = [
        (mine.said, count.said)
        for mine in _counts(one)
        for count in theirs
        if mine.counts_same(count) and not _is_same(mine.number, count.number)
    ]
    if len(different) != 1:
        return None
    times, other_times = (
        {(word.day, word.month, word.year, word.weekday) for word in find_times(sentence)}
        for sentence in (one, other)
    )
    is_other_time = times and other_times and times.isdisjoint(other_times)
    return None if is_other_time else different[0]


def _counts(sentence: str) -> Iterator[_Count]:
    """Yield the exact numbers of a sentence that count something no other of its numbers does."""
    cleaned = clean_text(sentence)
    text = cleaned.text
    dates = [(word.start, word.end) for word in find_times(text)]
    counts = []
    for number in find_numbers(text, apart=dates):
        before, after = text[: number.start], text[number.end :]
        said = text[number.start : number.end]
        noun = _NOUN.match(after)
        counted = tokens(noun["word"]) if noun else []
        # A place in a row, «بیست و یکم», and a ratio count nothing.
        is_rank = said.rsplit(maxsplit=1)[-1].casefold() in ORDINALS or _NO_RATIO.search(said)
        if not (number.is_sure and number.readings) or is_rank:
            continue
        if not (number.is_percent or counted):
            continue
        following = [word for word in tokens(after) if not word[0].isdigit()]
        preceding = [word for word in tokens(before) if not word[0].isdigit()]
        end = number.end + (noun.end() if noun else 0)
        count = _Count(
            number=number,
            noun="%" if number.is_percent else counted[0],
            around=frozenset((*preceding[-_AROUND:], *following[:_AROUND])),
            said=cleaned.to_original(number.start, end).cut(sentence),
        )
        # Approximate, a bound, an end of a range or one of a row.
        is_inexact = (
            _INEXACT.search(before) or _NAMES_A_PLACE.search(before) or _INEXACT_AFTER.match(after)
        )
        counts.append((count, is_inexact))
    nouns = [count.noun for count, _ in counts]
    for count, is_inexact in counts:
        if nouns.count(count.noun) == 1 and not is_inexact:
            yield count


def _is_same(one: Number, other: Number) -> bool:
    """Tell whether two numbers are the same, or one is the other rounded."""
    return any(
        _is_rounded(mine, theirs) or _is_rounded(theirs, mine)
        for mine in one.readings
        for theirs in other.readings
    )


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
