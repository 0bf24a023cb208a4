"""Identity of an article: what makes two items of a corpus versions of one article.

They share a name, and their texts are alike. A name is the outlet's own number for the article, or
the address where it is that of a page and not of a whole site; at one address they must be of one
day, too, as far as they say. A like address alone is not enough: pages of a long report, posts of a
channel and items of a feed may all state one; nor is a like text, as in the prices of every day.

Alike are texts of which the smaller has at least half of its words and word pairs in the larger,
so that a report of one line and the long one that replaced it are versions. Sizes may differ, so
the share is estimated from the smallest hashes of both (bottom-k sketches).
Source: A. Broder, "On the resemblance and containment of documents", SEQUENCES 1997; E. Cohen and
H. Kaplan, "Summarizing data using bottom-k sketches", PODC 2007.
"""

import re
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import Final, NamedTuple, Self

import numpy as np
from xxhash import xxh3_64_digest, xxh32_intdigest

from index.text.calendars import TEHRAN
from index.text.clean import clean
from index.text.urls import page_of
from index.types import Article, Precision

NUMBER: Final = "code"
"""First word of a name that is an outlet's own number."""

_WORD = re.compile(r"\w+")
_HASHES: Final = 128
"""Hashes of a sketch: an estimated share of .5 has a standard deviation of some .05, of a text that
is a tenth of the other's size .15."""

_LETTERS_BYTES: Final = 8
_PHRASE_WORDS: Final = 5
_ALIKE: Final = 0.5
"""Of 2,999 reports of news-fa two of one outlet share .13 of the smaller one's words and pairs (the
median), the two halves of one .22 (at most .42); the first tenth and the whole at least .87."""


def identities(article: Article) -> tuple[str, ...]:
    """Return the names an article is known by: none where it has neither address nor number."""
    address, number = page_of(article.url), ""
    if article.source and article.code:
        number = f"{NUMBER} {article.source.casefold()} {article.code}"
    return tuple(filter(None, (address and address_name(address), number)))


def address_name(page: str) -> str:
    """Return the name of the article at an address, one that `page_of` returned."""
    return f"address {page}"


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """What is kept of an article's body to tell whether another one is like it.

    Attributes:
        letters: Hash of its letters and digits.
        hashes: The smallest hashes of its words and word pairs, uint32, sorted.
    """

    letters: bytes
    hashes: np.ndarray[tuple[int], np.dtype[np.uint32]]

    @classmethod
    def of(cls, article: Article) -> Self:
        """Return the sketch of an article."""
        words = _words(article)
        parts = {*words, *map(" ".join, pairwise(words))}
        hashes = sorted(xxh32_intdigest(part.encode()) for part in parts)[:_HASHES]
        return cls(xxh3_64_digest("".join(words).encode()), np.array(hashes, np.uint32))

    @classmethod
    def read(cls, stored: bytes) -> Self:
        """Return the sketch that `stored` gave."""
        return cls(stored[:_LETTERS_BYTES], np.frombuffer(stored[_LETTERS_BYTES:], "<u4"))

    def stored(self) -> bytes:
        """Return it as bytes."""
        return self.letters + self.hashes.astype("<u4").tobytes()

    def likeness(self, other: "Sketch") -> float:
        """Estimate the share of the smaller text's words and pairs that the larger one has."""
        # Below the least largest hash of the two, each sketch is whole.
        ends = [one.hashes[-1] for one in (self, other) if len(one.hashes) == _HASHES]
        bound = min(ends, default=np.uint32(-1 & 0xFFFFFFFF))
        mine, others = (one.hashes[one.hashes <= bound] for one in (self, other))
        smaller = min(len(mine), len(others))
        return len(np.intersect1d(mine, others)) / smaller if smaller else 0.0

    def is_alike(self, other: "Sketch") -> bool:
        """Tell whether two texts may be versions of one article."""
        return self.letters == other.letters or self.likeness(other) >= _ALIKE


def phrases_of(article: Article) -> set[bytes]:
    """Return hashes of all runs of five words in an article's body.

    Unlike those of a sketch they tell nothing to who does not have the text: five words cannot be
    guessed.
    """
    words = _words(article)
    runs = range(max(len(words) - _PHRASE_WORDS, 0) + 1)
    return {
        blake2b(" ".join(words[at : at + _PHRASE_WORDS]).encode(), digest_size=8).digest()
        for at in (runs if words else ())
    }


def _words(article: Article) -> list[str]:
    body = " ".join(span.cut(article.text) for span in article.body)
    return _WORD.findall(clean(body).text.casefold())


class Age(NamedTuple):
    """What tells which of two versions is newer: the greater one.

    Attributes:
        stated: When the source says it was edited or published, seconds since 1970; 0 for unknown.
        seen: When its file was written, minutes since 1970.
        root, path, position: Its place, where times are equal.
    """

    stated: int
    seen: int
    root: str
    path: str
    position: int


def published_day(article: Article) -> int | None:
    """Return the day of publication in Tehran as an ordinal; None where it is not known."""
    moment = article.published
    if moment is None or moment.precision not in {Precision.MINUTE, Precision.DAY}:
        return None
    return moment.at.astimezone(TEHRAN).toordinal()


def stated_age(article: Article) -> int:
    """Return when an article was edited or published as it states; 0 where it does not."""
    moments = filter(None, (article.edited, article.published))
    return max((int(moment.at.timestamp()) for moment in moments), default=0)
