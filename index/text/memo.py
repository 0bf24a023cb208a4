"""Cache of results for words, in bounded memory.

A plain dictionary that is emptied when it is full forgets the commonest words with the rarest;
one that is ordered by use pays for the order at every look-up. Here there are two generations:
a word found in the older one moves into the younger, and when that is full it becomes the older.
So a look-up of a word that recurs is one of a dictionary, done by C code (`map` over
`__getitem__`), and a word that comes again within `limit` others is never computed anew.
"""

from collections.abc import Callable
from typing import TypeVar

_Value = TypeVar("_Value")


class Recurring(dict[str, _Value]):
    """Results of a pure function for the latest words; `recurring[word]` computes a missing one.

    Holds at most twice `limit` results, and none of a word longer than `longest`. Safe to share
    between threads: a race only computes a value twice.
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
        """Return the older generation's result, or compute it."""
        older = self._older
        value = older[word] if word in older else self._function(word)
        if len(word) <= self._longest:
            if len(self) >= self._limit:
                self._older = dict(self)
                self.clear()
            self[word] = value
        return value
