"""Results for words that recur, as those of texts do, kept in bounded memory.

A plain dictionary that is emptied when it is full forgets the commonest words with the rarest;
one that is ordered by use pays for the order at every look-up. Here there are two generations:
what is found in the older one moves into the younger, and when that is full it becomes the
older. So a look-up of what recurs is one of a dictionary, done by C code (`map` over
`__getitem__`), and a word asked for again within `limit` others is never worked out anew.
Does not: count, or forget by age.
"""

from collections.abc import Callable
from typing import TypeVar

_Value = TypeVar("_Value")


class Recurring(dict[str, _Value]):
    """What a pure function gave for the latest words; `recurring[word]` works out what is missing.

    Holds at most twice `limit` results, and none of a word longer than `longest`. Safe to share
    between threads: a race only works a value out twice.
    """

    __slots__ = ("_function", "_limit", "_longest", "_older")

    def __init__(self, function: Callable[[str], _Value], *, limit: int, longest: int) -> None:
        """Start empty; `limit` is at least 1."""
        super().__init__()
        self._function = function
        self._limit = limit
        self._longest = longest
        self._older: dict[str, _Value] = {}

    def __missing__(self, word: str) -> _Value:
        """Return what the older generation has, or work it out."""
        older = self._older
        value = older[word] if word in older else self._function(word)
        if len(word) <= self._longest:
            if len(self) >= self._limit:
                self._older = dict(self)
                self.clear()
            self[word] = value
        return value
