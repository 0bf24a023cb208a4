"""Opposites: a claim says "rose" where its quotes say "fell", in English, Persian or between them.

A line of `opposites.txt` has kinds that exclude each other (` : ` between them), each with words of
both languages; `*` stands for any ending, `_` for a space. Lines that begin with `~` have words
that tell one event from its two sides ("A sold to B", "B bought from A"): they are opposite only
where both texts begin with the same word. After `>` only the first kind needs support: who says
"some" where the quote says "all" is right.

Does not: know opposites beyond its lines, or judge a text that negates ("did not rise").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from bot.grounding.numbers import find_numbers
from bot.grounding.polarity import polarity
from index.text import clean_text, tokens

_CONVERSE: Final = "~"
_ONE_WAY: Final = ">"
_BOUNDS: Final = re.compile(
    r"(?<!\w)(?:up to|at (?:least|most)|(?:more|less|fewer|higher|lower|later) than(?= (?:\d|a |\w+"
    r" (?:percent|hundred|thousand|million|billion)))|no (?:more|less|fewer) than|some (?=\d)"
    r"|close to|set up|made up|make up|follow(?:ed|ing)? up|first of all|at first|at last|of all"
    r"|after all"
    r"|(?:بیش|بیشتر|کمتر) از(?= \d)|دست کم|حداقل|حداکثر)(?!\w)"
)
"""Phrases whose words mean nothing of the kind by themselves."""
_CLAUSE: Final = re.compile(
    r"(?<!\d)[,،]|[,،](?!\d)|[;؛:]|(?<!\w)(?:but|while|whereas|although|اما|ولی|در حالی ?که)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class _Line:
    """Kinds of one line, each a pattern, and the mark that it begins with, if any."""

    kinds: tuple[re.Pattern[str], ...]
    mark: str

    def found(self, text: str) -> frozenset[int]:
        """Return the positions of the kinds that a cleaned text has a word of."""
        return frozenset(at for at, kind in enumerate(self.kinds) if kind.search(text))


@cache
def _lines() -> tuple[_Line, ...]:
    """Read the table."""
    table = files("bot.grounding") / "opposites.txt"
    lines = []
    for line in table.read_text(encoding="utf-8").splitlines():
        kinds = []
        for listed in line.lstrip(_CONVERSE + _ONE_WAY).split(" : "):
            words = sorted(map(_pattern, listed.split()), key=len, reverse=True)
            kinds.append(re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?!\w)"))
        lines.append(_Line(tuple(kinds), line[0] if line[0] in _CONVERSE + _ONE_WAY else ""))
    return tuple(lines)


def _pattern(listed: str) -> str:
    """Return the pattern of a word as it is listed, cleaned as texts are."""
    stem = re.escape(clean_text(listed.removesuffix("*").replace("_", " ")).text)
    return stem + r"\w*+" * listed.endswith("*")


def are_opposed(claim: str, language: str, quotes: Sequence[str], quoted_in: Sequence[str]) -> bool:
    """Tell whether a claim has a word whose opposite its quotes have, and not the word itself.

    Where the claim shares numbers with clauses of the quotes, those clauses count first.

    Args:
        quoted_in: Language of each quote, at least one.
    """
    text = _bare(claim)
    mine = {line: found for line in _lines() if (found := line.found(text))}
    if not mine:
        return False
    whole = "\n".join(map(_bare, quotes))
    near = "\n".join(_clauses_with(claim, quotes))
    n_negated = polarity(claim, language).n_negated
    if n_negated != polarity(near or whole, quoted_in[0]).n_negated:
        return False
    first = next(iter(tokens(claim)), "")
    is_same_first = any(first == next(iter(tokens(quote)), "") for quote in quotes)
    for line, kinds in mine.items():
        theirs = line.found(near) or line.found(whole)
        if not theirs or theirs & kinds:
            continue
        if line.mark == _CONVERSE and not is_same_first:
            continue
        if line.mark == _ONE_WAY and 0 not in kinds:
            continue
        return True
    return False


def _clauses_with(claim: str, quotes: Sequence[str]) -> list[str]:
    """Return the clauses of the quotes that have a number of the claim; () where it has none."""
    values = {value for number in find_numbers(claim) for value in number.readings}
    clauses = [clause for quote in quotes for clause in _CLAUSE.split(clean_text(quote).text)]
    return [
        _bare(clause)
        for clause in clauses
        if any(not values.isdisjoint(number.readings) for number in find_numbers(clause))
    ]


@lru_cache(maxsize=256)
def _bare(text: str) -> str:
    """Return a cleaned text in lower case, without the phrases that only bound a number."""
    return _BOUNDS.sub("|", clean_text(text).text.casefold())
