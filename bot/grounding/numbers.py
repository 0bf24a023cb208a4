"""The numbers of a text, as digits of any script or as English and Persian words.

«۱٫۲ هزار», "1,200", "1.2 thousand" and «هزار و دویست» are one number. A spelling that may mean two
("1.200", «۲/۵») has both readings, and is borne out by either. A number is asked of the quotes only
where it is surely one: "one", «یک» and «نه» alone are not.

Does not: convert units or currencies, read words of languages other than English and Persian, or
tell what is counted.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from bot.grounding.number_words import (
    CARDINALS,
    COUNTED,
    DOUBTFUL,
    HALVES,
    HUNDRED,
    IMPLIED,
    LETTER_MAGNITUDES,
    LETTERS,
    MAGNITUDES,
    NOT_NINE,
    ORDINALS,
    PERCENT,
)
from index.text import clean_text

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of a text.

    Attributes:
        readings: What it may be.
        parts: What else it may be: several numbers, all of them; () where it cannot.
        is_percent: Whether it counts hundredths.
        is_sure: Whether it is stated, and not only a word that may mean it.
        start: Where it begins in the cleaned text.
        end: Where it ends.
    """

    readings: frozenset[Fraction]
    parts: tuple[Fraction, ...] = ()
    is_percent: bool = False
    is_sure: bool = True
    start: int
    end: int


def find_numbers(text: str, *, apart: Spans = ()) -> list[Number]:
    """Return the numbers of a text in its order.

    Args:
        text: Cleaned or not; places are those of the cleaned text.
        apart: Stretches of the cleaned text that are not looked at, such as dates.
    """
    line = _HALF_A.sub("half  ", clean_text(text).text.casefold())
    for start, end in apart:
        line = f"{line[:start]}{'|' * (end - start)}{line[end:]}"
    found = list(_Reading(line).numbers())
    return _percents(found, line)


def is_borne_out(number: Number, known: Sequence[Number]) -> bool:
    """Tell whether one of the numbers known is this one, a percentage being one in both."""
    if number.is_percent:
        known = [one for one in known if one.is_percent]
    values = {value for one in known for value in (*one.readings, *one.parts)}
    if not number.readings.isdisjoint(values):
        return True
    return bool(number.parts) and values.issuperset(number.parts)


_TOKEN = re.compile(
    r"(?P<grouped>\d{1,3}(?: \d{3})+(?![\d,./]))"
    r"|(?P<clock>\d{1,2}:\d{2}(?::\d{2})?(?: ?(?P<half>[ap])\.?m\b)?)"
    r"|(?P<digits>\d+(?:[,./'،]\d+)*)(?P<letters>[^\W\d_]{1,2}\b)?"
    r"|(?P<word>[^\W\d_]+)"
)
_HALF_A = re.compile(r"\bhalf a(?= )")
_AND: Final = frozenset({"and", "و"})
_ORDINAL_ENDINGS: Final = frozenset({"st", "nd", "rd", "th", "م", "ام", "s"})
_PERCENT_AFTER = re.compile(rf" ?-?{PERCENT}(?!\w)")
_PERCENT_BEFORE = re.compile(r"(?:%|yüzde) ?$")
_RANGE = re.compile(r" ?(?:-|–|—|to|and|or|تا|و|یا|الی) ?")
_NOON = 12
_GROUP = 3
_HUNDRED = 100
_TEN = 10


@dataclass(slots=True)
class _Sum:
    """A number while its words are read: whole groups, and the group being read."""

    start: int
    end: int
    total: Fraction = Fraction(0)
    group: Fraction | None = None
    scale: int = 0
    words: int = 0
    alternatives: frozenset[Fraction] = frozenset()
    parts: tuple[Fraction, ...] = ()
    is_closed: bool = False
    is_sure: bool = True
    is_numeral: bool = False

    @property
    def value(self) -> Fraction:
        return self.total + (self.group or 0)

    def takes(self, value: Fraction) -> bool:
        """Tell whether a value below 1,000 may follow within the number."""
        if self.is_closed:
            return False
        if self.group is None:
            return self.scale > value
        if self.is_numeral:
            return False
        rest = self.group % _HUNDRED
        if rest == 0 and self.group:
            return value < _HUNDRED
        return rest % _TEN == 0 and rest > _TEN and value < _TEN

    def add(self, value: Fraction) -> None:
        """Take a value into the group being read."""
        self.group = (self.group or Fraction(0)) + value

    def multiply(self, by: int) -> None:
        """Close the group with a magnitude; «هزار میلیارد» multiplies all before it."""
        self.alternatives = frozenset(one * by for one in self.alternatives)
        if self.group is None and not self.total:
            self.total = Fraction(by)
        elif self.group is None or by > self.scale > 0:
            self.total = self.value * by
        else:
            self.total += self.group * by
        self.group, self.scale, self.is_numeral = None, by, False


class _Reading:
    """One pass over a line."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._tokens = list(_TOKEN.finditer(line))

    def numbers(self) -> Iterator[Number]:
        """Yield the numbers of the line, each word in one number at most."""
        at = 0
        while at < len(self._tokens):
            match = self._tokens[at]
            if match["clock"]:
                yield from _clock(match)
                at += 1
                continue
            running, after = self._sum(at)
            if running is not None:
                yield self._finished(running, after)
            elif (word := match["word"]) in IMPLIED:
                yield Number(
                    readings=frozenset({Fraction(IMPLIED[word])}),
                    is_sure=False,
                    start=match.start(),
                    end=match.end(),
                )
            at = max(after, at + 1)
        return

    def _sum(self, at: int) -> tuple[_Sum | None, int]:
        """Read one number from a token on; None where none begins there."""
        first = self._tokens[at]
        running = _Sum(start=first.start(), end=first.end())
        if not self._take(running, first):
            return None, at + 1
        after = at + 1
        while after < len(self._tokens):
            step = 2 if self._tokens[after]["word"] in _AND else 1
            if after + step > len(self._tokens) or not self._is_near(after, step, running):
                break
            following = self._tokens[after + step - 1]
            if not self._take(running, following, joined=step > 1):
                break
            running.end = following.end()
            after += step
        return running, after

    def _is_near(self, after: int, step: int, running: _Sum) -> bool:
        """Tell whether nothing but a space or hyphen parts the next tokens from the number."""
        ends = [running.end, *(token.end() for token in self._tokens[after : after + step - 1])]
        starts = [token.start() for token in self._tokens[after : after + step]]
        gaps = (self._line[end:start] for end, start in zip(ends, starts, strict=True))
        return all(gap.strip(" ") in ("", "-") for gap in gaps)

    def _take(self, running: _Sum, match: re.Match[str], *, joined: bool = False) -> bool:
        """Take a token into the number if it continues it."""
        if match["clock"] or (running.is_closed and not match["word"]):
            return False
        if match["grouped"] or match["digits"]:
            return _take_numeral(running, match)
        word = _bare(match["word"])
        is_first = running.words == 0
        taken = (
            _take_half(running, word, is_first=is_first, joined=joined)
            or _take_magnitude(running, word, is_first=is_first, joined=joined)
            or _take_cardinal(running, word, is_first=is_first)
            or _take_ordinal(running, word, is_first=is_first)
        )
        if taken:
            running.is_sure = not is_first or word not in DOUBTFUL
            running.words += 1
        return taken

    def _finished(self, running: _Sum, after: int) -> Number:
        """Return what was read."""
        following = self._tokens[after]["word"] if after < len(self._tokens) else None
        before = self._line[: running.start].rstrip()
        is_counted = following in COUNTED and not before.endswith(("no", "هر"))
        is_other = running.value != 1 and self._means_number(running, before, following)
        return Number(
            readings=running.alternatives or frozenset({running.value}),
            parts=running.parts,
            is_sure=running.is_sure or is_other or (is_counted and running.value != 1),
            start=running.start,
            end=running.end,
        )

    def _means_number(self, running: _Sum, before: str, following: str | None) -> bool:
        """Tell whether «نه» or «سی» can mean nothing else where it stands."""
        last = before.rpartition(" ")[2]
        match self._line[running.start : running.end]:
            case "نه":
                return following not in (*NOT_NINE, None) and last[-1:].isalnum() and last != "و"
            case "سی":
                return following not in LETTERS and last not in LETTERS
            case _:
                return False


def _bare(word: str) -> str:
    """Return a word without the «و» that is written on to it («وپنج»)."""
    known = (*CARDINALS, *ORDINALS, *MAGNITUDES)
    return word[1:] if word.startswith("و") and word[1:] in known else word


def _take_numeral(running: _Sum, match: re.Match[str]) -> bool:
    """Take digits: the first of a number, or smaller than the magnitude before them."""
    readings, parts = _readings(match["grouped"] or match["digits"])
    letters = match["letters"] or ""
    if match["grouped"] is None and letters in LETTER_MAGNITUDES:
        readings |= {one * LETTER_MAGNITUDES[letters] for one in readings}
    value = min(readings, default=Fraction(0))
    if running.words and (running.group is not None or not 0 < value < running.scale):
        return False
    if not running.words:
        running.alternatives = readings if len(readings) != 1 else frozenset()
        running.parts = parts
    if letters == "s":
        running.alternatives = readings | {value % _HUNDRED}
    running.group = value
    running.is_numeral = True
    running.is_closed = letters in _ORDINAL_ENDINGS
    running.is_sure = not match.string[: match.start()][-1:].isalpha()
    running.words += 1
    return True


def _take_half(running: _Sum, word: str, *, is_first: bool, joined: bool) -> bool:
    """Take «نیم» in «دو و نیم» and «نیم میلیون»."""
    half = HALVES.get(word)
    if half is None:
        return False
    if is_first:
        running.group = half
        running.is_numeral = True
        return True
    if not joined:
        return False
    running.group = (running.group or 0) + half * (running.scale or 1)
    running.is_numeral = True
    return True


def _take_magnitude(running: _Sum, word: str, *, is_first: bool, joined: bool) -> bool:
    """Take "hundred", «هزار», "million"."""
    if word in HUNDRED:
        running.group = (running.group or Fraction(1)) * _HUNDRED
        return not joined
    by = MAGNITUDES.get(word)
    if by is None or running.is_closed or (is_first and word in DOUBTFUL):
        return False
    if running.group is None and (joined or running.total) and not _may_follow(running, by, joined):
        return False
    if joined and running.group is None:
        running.add(Fraction(1))
    running.multiply(by)
    return True


def _may_follow(running: _Sum, by: int, joined: bool) -> bool:  # noqa: FBT001 - as `_take_magnitude`
    """Tell whether a magnitude without a number of its own may stand after another."""
    return running.scale > by if joined else by > running.scale


def _take_cardinal(running: _Sum, word: str, *, is_first: bool) -> bool:
    """Take "twenty" or «بیست»."""
    value = CARDINALS.get(word)
    if value is None or not (is_first or running.takes(Fraction(value))):
        return False
    running.add(Fraction(value))
    return True


def _take_ordinal(running: _Sum, word: str, *, is_first: bool) -> bool:
    """Take "third", which after another number makes a fraction of it."""
    value = ORDINALS.get(word)
    if value is None or running.is_closed:
        return False
    if is_first or running.takes(Fraction(value)):
        running.add(Fraction(value))
        running.alternatives = frozenset({running.value, 1 / running.value})
    elif running.group is not None and value > 1:
        running.parts = (running.value, Fraction(value))
        running.alternatives = frozenset({running.value / value})
    else:
        return False
    running.is_closed = True
    return True


def _readings(numeral: str) -> tuple[frozenset[Fraction], tuple[Fraction, ...]]:
    """Return what a numeral with its marks may mean: one of these, or all of those."""
    pieces = re.split(r"[,./' ،]", numeral)
    marks = re.findall(r"[,./' ،]", numeral)
    apart = tuple(Fraction(int(piece)) for piece in pieces)
    if not marks:
        return frozenset(apart), ()
    is_grouped = len(set(marks)) == 1 and _is_grouped(pieces) and marks[0] != "/"
    grouped = Fraction(int("".join(pieces)))
    if is_grouped and (len(marks) > 1 or marks[0] != "."):
        return frozenset({grouped}), apart if marks[0] == " " else ()
    if len(marks) == 1:
        decimal = Fraction(f"{pieces[0]}.{pieces[1]}")
        both = frozenset({decimal, grouped}) if is_grouped else frozenset({decimal})
        return both, apart if marks[0] != "." else ()
    if len(set(marks[:-1])) == 1 and marks[-1] != marks[0] and _is_grouped(pieces[:-1]):
        return frozenset({Fraction(f"{''.join(pieces[:-1])}.{pieces[-1]}")}), ()
    return frozenset(), apart


def _is_grouped(pieces: Sequence[str]) -> bool:
    """Tell whether digits stand in groups of three."""
    return (
        1 <= len(pieces[0]) <= _GROUP
        and not pieces[0].startswith("0")
        and all(len(piece) == _GROUP for piece in pieces[1:])
    )


def _clock(match: re.Match[str]) -> Iterator[Number]:
    """Yield the hour, by either clock, and the minutes."""
    hour, minute = map(int, re.findall(r"\d+", match["clock"])[:2])
    hours = {hour, hour % _NOON + (_NOON if match["half"] == "p" else 0)}
    for values in (
        hours if match["half"] else {hour, hour % _NOON, hour % _NOON + _NOON},
        {minute},
    ):
        yield Number(
            readings=frozenset(map(Fraction, values)), start=match.start(), end=match.end()
        )


def _percents(found: list[Number], line: str) -> list[Number]:
    """Mark the percentages, «۵» of «۵ تا ۱۰ درصد» among them."""
    marked: list[Number] = []
    following: Number | None = None
    for number in reversed(found):
        is_range = following is not None and _RANGE.fullmatch(line[number.end : following.start])
        is_percent = bool(
            _PERCENT_AFTER.match(line, number.end)
            or _PERCENT_BEFORE.search(line[: number.start])
            or (is_range and following is not None and following.is_percent)
        )
        following = replace(number, is_percent=is_percent, is_sure=number.is_sure or is_percent)
        marked.append(following)
    return marked[::-1]
