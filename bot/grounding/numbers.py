"""Numbers in a text, as digits of any script or as English and Persian words.

«۱٫۲ هزار», "1,200", "1.2 thousand" and «هزار و دویست» are one number. A spelling that may mean two
("1.200", «۲/۵») has both readings, and is supported by either. Only a sure number of a claim needs
support: "one", «یک» and «نه» alone do not.

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
    """A number in a text.

    Attributes:
        readings: Values that it may have.
        parts: Several numbers that it may stand for instead, all of them; () where it cannot.
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
        text: Cleaned or not; spans are those of the cleaned text.
        apart: Stretches of the cleaned text that are not looked at, such as dates.
    """
    line = _HALF_A.sub("half  ", clean_text(text).text.casefold())
    line = _WHICH_HALF.sub(lambda match: "|" * len(match[0]), line)
    for start, end in apart:
        line = f"{line[:start]}{'|' * (end - start)}{line[end:]}"
    numbers: list[Number] = []
    following: Number | None = None
    for number in reversed(list(_Reading(line).numbers())):
        # «۵» of «۵ تا ۱۰ درصد» is a percentage, too.
        is_range = following is not None and _RANGE.fullmatch(line[number.end : following.start])
        is_percent = bool(
            _PERCENT_AFTER.match(line, number.end)
            or _PERCENT_BEFORE.search(line[: number.start])
            or (is_range and following is not None and following.is_percent)
        )
        following = replace(number, is_percent=is_percent, is_sure=number.is_sure or is_percent)
        numbers.append(following)
    return _parts_of_wholes(numbers[::-1], line)


def _parts_of_wholes(numbers: list[Number], line: str) -> list[Number]:
    """Join "one in five" and «از هر پنج نفر یک» to the part that they make."""
    joined: list[Number] = []
    for number in numbers:
        last = joined[-1] if joined else None
        gap = line[last.end : number.start] if last else ""
        if last and _OF_EVERY.fullmatch(gap):
            part, whole = last.readings, number.readings
        elif last and _WORD_GAP.fullmatch(gap) and _FROM_EVERY.search(line[: last.start]):
            part, whole = number.readings, last.readings
        else:
            joined.append(number)
            continue
        readings = frozenset(min(part) / value for value in whole if value > min(part) > 0)
        if not readings:
            joined.append(number)
            continue
        joined[-1] = replace(
            number,
            readings=readings,
            parts=(min(part), min(whole)),
            is_sure=True,
            start=joined[-1].start,
        )
    return joined


def is_supported(number: Number, known: Sequence[Number]) -> bool:
    """Tell whether a number is among those known; a percentage only among percentages.

    A part of a whole is the percentage that it makes: "a fifth" is 20 %.
    """
    alike = [other for other in known if other.is_percent] if number.is_percent else known
    values = {value for other in alike for value in (*other.readings, *other.parts)}
    if not number.readings.isdisjoint(values):
        return True
    if number.parts and values.issuperset(number.parts):
        return True
    return any(
        abs(mine - theirs) < 1
        for other in known
        if other.is_percent is not number.is_percent
        for mine in _percentages(number)
        for theirs in _percentages(other)
    )


def _percentages(number: Number) -> list[Fraction]:
    """Return a percentage, or those that a part of a whole makes."""
    if number.is_percent:
        return list(number.readings)
    return [value * _HUNDRED for value in number.readings if 0 < value < 1]


_TOKEN = re.compile(
    r"(?P<grouped>\d{1,3}(?: \d{3})+(?![\d,./]))"
    r"|(?P<clock>\d{1,2}:\d{2}(?::\d{2})?(?: ?(?P<half>[ap])\.?m\b)?)"
    r"|(?P<digits>\d+(?:[,./'،]\d+)*)(?P<letters>[^\W\d_]{1,2}\b)?"
    r"|(?P<word>[^\W\d_]+)"
)
_HALF_A = re.compile(r"\bhalf a(?= )")
_WHICH_HALF = re.compile(r"\b(?:first|second) half\b")  # of a match, of a year
_AND: Final = frozenset({"and", "و"})
_ORDINAL_ENDINGS: Final = frozenset({"st", "nd", "rd", "th", "م", "ام", "s"})
_PERCENT_AFTER = re.compile(rf" ?-?{PERCENT}(?!\w)")
_PERCENT_BEFORE = re.compile(r"(?:%|yüzde) ?$")
_RANGE = re.compile(r" ?(?:-|–|—|to|and|or|تا|و|یا|الی) ?")
_OF_EVERY = re.compile(r" (?:(?:in|out of)(?: every)?|(?:نفر )?از هر) ")
_FROM_EVERY = re.compile(r"(?<!\w)از(?: هر)? $")
_WORD_GAP = re.compile(r" (?:\w+ )?")
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
        self.alternatives = frozenset(value * by for value in self.alternatives)
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
        first = 0
        while first < len(self._tokens):
            match = self._tokens[first]
            start, end = match.span()
            if match["clock"]:
                # The hour, by either clock, and the minutes.
                hour, minute = map(int, re.findall(r"\d+", match["clock"])[:2])
                hours = {hour, hour % _NOON, hour % _NOON + _NOON}
                if match["half"]:
                    hours = {hour, hour % _NOON + (_NOON if match["half"] == "p" else 0)}
                for values in (hours, {minute}):
                    yield Number(readings=frozenset(map(Fraction, values)), start=start, end=end)
                first += 1
                continue
            running, after = self._sum(first)
            if running is not None:
                yield self._finished(running, after)
            elif (word := match["word"]) in IMPLIED:
                readings = frozenset({Fraction(IMPLIED[word])})
                yield Number(readings=readings, is_sure=False, start=start, end=end)
            first = max(after, first + 1)

    def _sum(self, position: int) -> tuple[_Sum | None, int]:
        """Read one number from a token on; None where none begins there."""
        first = self._tokens[position]
        running = _Sum(start=first.start(), end=first.end())
        after = position + 1
        if not self._take(running, first):
            return None, after
        while after < len(self._tokens):
            step = 2 if self._tokens[after]["word"] in _AND else 1
            tokens = self._tokens[after : after + step]
            ends = [running.end, *(token.end() for token in tokens[:-1])]
            gaps = (
                self._line[end : token.start()] for end, token in zip(ends, tokens, strict=True)
            )
            if len(tokens) < step or any(gap.strip(" ") not in ("", "-") for gap in gaps):
                break
            if not self._take(running, tokens[-1], joined=step > 1):
                break
            running.end = tokens[-1].end()
            after += step
        return running, after

    def _take(self, running: _Sum, match: re.Match[str], *, joined: bool = False) -> bool:
        """Take a token into the number if it continues it; `joined` after "and"."""
        if match["clock"] or (running.is_closed and not match["word"]):
            return False
        if match["grouped"] or match["digits"]:
            return _take_numeral(running, match)
        word = match["word"]
        if word[0] == "و" and any(word[1:] in table for table in (CARDINALS, ORDINALS, MAGNITUDES)):
            word = word[1:]  # «و» written on to the word, as in «وپنج»
        is_first = running.words == 0
        taken = False
        if word in HALVES:  # «دو و نیم», «نیم میلیون»
            taken = is_first or joined
            if taken:
                running.add(HALVES[word] * (running.scale or 1))
                running.is_numeral = True
        elif word in HUNDRED:
            taken = not joined
            running.group = (running.group or Fraction(1)) * _HUNDRED
        elif word in MAGNITUDES:
            by = MAGNITUDES[word]
            # Without a number of its own it must fit the magnitude before.
            may_follow = running.scale > by if joined else by > running.scale
            is_own = running.group is not None or not (joined or running.total)
            is_doubtful = is_first and word in DOUBTFUL
            taken = not running.is_closed and not is_doubtful and (is_own or may_follow)
            if taken:
                if joined and running.group is None:
                    running.add(Fraction(1))
                running.multiply(by)
        elif word in CARDINALS:
            value = Fraction(CARDINALS[word])
            taken = is_first or running.takes(value)
            if taken:
                running.add(value)
        elif word in ORDINALS and not running.is_closed:
            value = Fraction(ORDINALS[word])
            taken = True
            if is_first or running.takes(value):
                running.add(value)
                # "a third" may be a place in a row or a part; of nothing there is no part.
                part = 1 / running.value if running.value else running.value
                running.alternatives = frozenset({running.value, part})
            elif running.group is not None and value > 1:
                # After another number it makes a fraction of it: "two thirds".
                running.parts = (running.value, value)
                running.alternatives = frozenset({running.value / value})
            else:
                taken = False
            running.is_closed = taken
        if taken:
            running.is_sure = not is_first or word not in DOUBTFUL
            running.words += 1
        return taken

    def _finished(self, running: _Sum, after: int) -> Number:
        """Return the number read, which `_tokens[after]` follows."""
        following = self._tokens[after]["word"] if after < len(self._tokens) else None
        before = self._line[: running.start].rstrip()
        last = before.rpartition(" ")[2]
        # «نه» and «سی» that can mean nothing else where they stand.
        match self._line[running.start : running.end]:
            case "نه":
                is_no_other = (
                    following not in (*NOT_NINE, None) and last[-1:].isalnum() and last != "و"
                )
            case "سی":
                is_no_other = following not in LETTERS and last not in LETTERS
            case _:
                is_no_other = False
        is_counted = following in COUNTED and not before.endswith(("no", "هر"))
        return Number(
            readings=running.alternatives or frozenset({running.value}),
            parts=running.parts,
            is_sure=running.is_sure or (running.value != 1 and (is_no_other or is_counted)),
            start=running.start,
            end=running.end,
        )


def _take_numeral(running: _Sum, match: re.Match[str]) -> bool:
    """Take digits: the first of a number, or smaller than the magnitude before them."""
    readings, parts = _readings(match["grouped"] or match["digits"])
    letters = match["letters"] or ""
    if match["grouped"] is None and letters in LETTER_MAGNITUDES:
        readings |= {value * LETTER_MAGNITUDES[letters] for value in readings}
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


def _readings(numeral: str) -> tuple[frozenset[Fraction], tuple[Fraction, ...]]:
    """Return the values that a numeral with its marks may have, and the numbers it may list."""
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
