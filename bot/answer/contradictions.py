"""Contradictions: pairs of quotes in one answer that cannot both be right.

Two quotes are compared where they come from different reports, in one language, published within
three days of each other (later the world may have changed), and share most of their words;
`bot.grounding.contradiction` says whether they contradict.

Does not: compare across languages or undated quotes, or decide who is right. What is not flagged
may differ all the same: the rules prefer precision to recall; docs/overviews.md says how often
they were right.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import combinations
from typing import Final

from bot.types import Citation, Difference
from index.text import token_set

_APART: Final = timedelta(days=3)
_LEAST_SHARED: Final = 4
_SHARE: Final = 0.5
"""Of the shorter quote's words, the share that the other must hold too."""
_SHARE_OF_LONGER: Final = 0.35
_SHARE_DENIED: Final = 0.7
"""The same for a denial, where no number tells that one matter is meant."""


def differences(citations: Sequence[Citation]) -> tuple[Difference, ...]:
    """Return the pairs of quotes that differ, each pair once, in the order of their numbers."""
    ordered = sorted(citations, key=lambda cited: cited.number)
    return tuple(found for one, other in combinations(ordered, 2) for found in _between(one, other))


def _between(one: Citation, other: Citation) -> Iterator[Difference]:
    """Yield how two quotes differ: the first number that does, else a denial."""
    reports = {one.article_id, *(copy.article_id for copy in one.also_in)}
    if other.article_id in reports or one.published is None or other.published is None:
        return
    share = _overlap(one.quote, other.quote)
    if abs(one.published.at - other.published.at) > _APART or share < _SHARE:
        return
    # Some 20 ms of tables of months and numbers that most answers do not need.
    from bot.grounding.contradiction import different_numbers, is_denied

    said = different_numbers(one.quote, other.quote)
    if said is not None or (share >= _SHARE_DENIED and is_denied(one.quote, other.quote)):
        yield Difference(numbers=(one.number, other.number), said=said)


def _overlap(one: str, other: str) -> float:
    """Return the share of the shorter quote's words, no numbers, that the other holds.

    0 where they share few words, or little of the longer one.
    """
    words, others = (
        {word for word in token_set(quote) if not word[0].isdigit()} for quote in (one, other)
    )
    shared, sizes = len(words & others), (len(words), len(others))
    is_enough = shared >= max(_LEAST_SHARED, _SHARE_OF_LONGER * max(sizes))
    return shared / min(sizes) if is_enough else 0.0
