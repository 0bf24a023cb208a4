"""Quotes of one answer that cannot both be right.

Two quotes are held against each other where they come from different reports, in one language,
published within three days of each other (later the world may have changed), and share most of
their words; `apart` says whether they differ.

Does not: compare quotes across languages or undated ones, or decide who is right. What is not
flagged may differ all the same: the rules are made to be right when they speak; see
docs/overviews.md for how often that was found.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import combinations
from typing import Final

from bot.types import Citation, Difference
from index import token_set

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
    from bot.apart import is_denied, numbers_apart

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
