"""The time a question speaks of: "last week", "in December 2022", «خرداد ۱۴۰۲».

Days begin at midnight in Tehran, whatever the language. The words decide the calendar: «هفته
گذشته» is a week from Saturday to Friday and «ماه گذشته» a Jalali month, "last week" is one from
Monday to Sunday and "last month" a Gregorian month. "the past week" and «یک هفته اخیر» are the
last seven days and today. Seasons are quarters of a Jalali year; of a Gregorian year they are
three whole months, spring from March on, without winter, of which a year has two halves. "after"
and "before" leave the named time out, "since" and "until" take it in. A day without a year is
the last that was.

Does not: invent. A month without its year, a bare number, a date in a name («میدان ۲۲ بهمن»,
"the September 11 attacks"), a time to come, or two times at once give None.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.question import period_words as words
from bot.question.days import Days, days_meant
from bot.question.period_rules import Mention, Weight, mentions
from index.text import TEHRAN, clean_text

_LOOK: Final = 60  # characters before and after a time that say how it is meant
_LINKS: Final = tuple((name, re.compile(text, re.IGNORECASE)) for name, text in words.LINKS)
_MAY_JOIN: Final = re.compile(words.MAY_JOIN, re.IGNORECASE)
_JOINER: Final = re.compile(rf" {words.JOINER} |[-–—]", re.IGNORECASE)
_TWO_MONTHS: Final = re.compile(
    rf"(?<!\w)(?P<first>{words.MONTH}) (?:{words.JOINER}|{words.BESIDE}) "
    rf"(?P<last>{words.MONTH})(?!\w| ?\d)",
    re.IGNORECASE,
)
_BESIDE: Final = re.compile(rf"(?<!\w)(?:{words.JOINER}|{words.BESIDE}) ?$", re.IGNORECASE)
_MAY_FOLLOW: Final = re.compile(words.MAY_FOLLOW, re.IGNORECASE)
_OPEN_END: Final = re.compile(words.OPEN_END, re.IGNORECASE)
_TWO_YEARS: Final = re.compile(
    rf"(?<!\w)(?P<first>{words.YEAR}) (?:(?:{words.JOINER}|{words.BESIDE}) )(?P<last>{words.YEAR})"
    r"(?!\w|[/.-]\d)",
    re.IGNORECASE,
)
_NAMED_AFTER: Final = re.compile(words.NAMED_AFTER, re.IGNORECASE)
_BEFORE_CHRIST: Final = re.compile(words.BEFORE_CHRIST, re.IGNORECASE)
_NOT_TODAY: Final = re.compile(words.NOT_TODAY, re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A time named in a question.

    Attributes:
        since: Its begin, aware; None where it has none ("before 2020").
        until: The first moment after it, aware; None where it has no end ("since 2020").
        words: What the question says of it, verbatim.
    """

    since: datetime | None
    until: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class _Time:
    """Days meant, the stretch of the cleaned text that names them, and how they are bound."""

    start: int
    end: int
    days: Days
    link: str
    is_open: bool = False

    @property
    def bounds(self) -> tuple[date | None, date | None]:
        """The first day and the first day after; None where there is none."""
        first, after = self.days.first, self.days.last + timedelta(days=1)
        match self.link:
            case "after":
                return after, None
            case "before":
                return None, first
            case "until":
                return None, after
            case "since":
                return first, None
            case _:
                return first, None if self.is_open else after


def find_period(question: str, now: datetime) -> Period | None:
    """Return the one time that a question names, or None.

    Args:
        question: In English or Persian, any spelling.
        now: Aware; what "today" is told by.
    """
    cleaned = clean_text(question)
    today = now.astimezone(TEHRAN).date()
    times = [one for one in _times(cleaned.text, now) if _is_past(one, today)]
    chosen = next((one for one in times if all(_lies_within(one, other) for other in times)), None)
    if chosen is None:
        return None
    words = cleaned.to_original(chosen.start, chosen.end).cut(question)
    return replace(_period(chosen, cleaned.text), words=words)


def find_each(text: str, now: datetime) -> tuple[tuple[Period, ...], str]:
    """Return every time that a cleaned text sets beside another, and the text without them.

    The two ends of a period are two times: "between May and July 2012". Two months without a year
    are the last that are over, and English years from 1200 on may be Jalali.

    Args:
        text: Of `index.clean_text`; the words of each time are cut from it.
        now: Aware; what "today" is told by.
    """
    today = now.astimezone(TEHRAN).date()
    places = [place for place in _places(text, now) if all(_is_past(one, today) for one in place)]
    rest = text
    for place in reversed(places):
        rest = f"{rest[: place[0].start]} {rest[place[-1].end :]}"
    return tuple(_period(one, text) for place in places for one in place), " ".join(rest.split())


def read_days(text: str, now: datetime) -> Days | None:
    """Return the days of a text that names one time and nothing else: "last week", «۱۴۰۲/۰۳»."""
    line = clean_text(text).text
    whole = (one.days for one in mentions(line, now) if (one.start, one.end) == (0, len(line)))
    return days_meant(line) or next(whole, None)


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins in Tehran."""
    return datetime.combine(day, time(), TEHRAN)


def _period(one: _Time, text: str) -> Period:
    """Return a time found in a text as what it bounds."""
    since, until = one.bounds
    return Period(
        since=midnight(since) if since else None,
        until=midnight(until) if until else None,
        words=text[one.start : one.end],
    )


def _places(text: str, now: datetime) -> Iterator[tuple[_Time, ...]]:
    """Yield the times of a cleaned text in order, those together that stand in one stretch."""
    if two := _two_months(text, now) or _two_years(text):
        yield two
        return
    # A Persian word makes the rules take "1401" in an English question for a Jalali year.
    found = [one for one in mentions(f"{text} را", now) if not _is_name(text, one)]
    beside = None
    while found:
        first = found.pop(0)
        if first.is_range:
            yield from filter(None, [_ends(text, first, now)])
        elif found and _is_range(text, first, found[0]):
            yield _pair(text, first, found.pop(0))
        elif first.weight is not Weight.BARE or _may_stand(text, first) or beside:
            one = _bound(text, first, first)
            yield (replace(one, start=beside.start()) if beside else one,)
        beside = found and _BESIDE.search(text[: _link(text, found[0].start)[1]])


def _pair(text: str, first: Mention, last: Mention) -> tuple[_Time, _Time]:
    """Return two times that are the ends of a period, with the words that bind them."""
    _, start = _link(text, first.start)
    return (
        _Time(start, first.end, first.days, "within"),
        _Time(first.end, last.end, last.days, "within"),
    )


def _two_months(text: str, now: datetime) -> tuple[_Time, ...]:
    """Return two months named together without a year: the last that are over, in their order."""
    match = _TWO_MONTHS.search(text)
    last = match and read_days(f"last {match['last']}", now)
    first = match and last and read_days(f"last {match['first']}", midnight(last.first))
    if not (match and first and last):
        return ()
    _, start = _link(text, match.start())
    return (
        _Time(start, match.end("first"), first, "within"),
        _Time(match.end("first"), match.end(), last, "within"),
    )


def _two_years(text: str) -> tuple[_Time, ...]:
    """Return two years named together, the later first, which no rule takes for a period."""
    match = _TWO_YEARS.search(text)
    first = match and days_meant(match["first"])
    last = match and days_meant(match["last"])
    if not (match and first and last and last < first):
        return ()
    _, start = _link(text, match.start())
    return (
        _Time(start, match.end("first"), first, "within"),
        _Time(match.end("first"), match.end(), last, "within"),
    )


def _ends(text: str, one: Mention, now: datetime) -> tuple[_Time, ...]:
    """Return the two ends of a period that one rule has read; () where they cannot be told."""
    said = text[one.start : one.end]
    _, start = _link(text, one.start)
    for joiner in _JOINER.finditer(said):
        last = read_days(said[joiner.end() :], now)
        first = last and _first_end(said[: joiner.start()], said[joiner.end() :], now)
        if first and last:
            middle = one.start + joiner.start()
            return _Time(start, middle, first, "within"), _Time(middle, one.end, last, "within")
    return ()


def _first_end(head: str, tail: str, now: datetime) -> Days | None:
    """Read the first end of a period, which may leave its month and year to the second."""
    rest = tail.split()
    texts = (" ".join((head, *rest[at:])) for at in range(len(rest), 0, -1))
    return next(filter(None, (read_days(one, now) for one in texts)), None)


def _times(text: str, now: datetime) -> list[_Time]:
    """Return the times that a cleaned text names, two ends of a period made one."""
    found = [one for one in mentions(text, now) if not _is_name(text, one)]
    times: list[_Time] = []
    while found:
        first = found.pop(0)
        if found and _is_range(text, first, found[0]):
            times.append(_bound(text, first, found.pop(0)))
        elif first.weight is not Weight.BARE or _may_stand(text, first):
            times.append(_bound(text, first, first))
    return times


def _is_name(text: str, one: Mention) -> bool:
    """Tell whether a date stands in the name of a place, a work or an age."""
    before, after = text[max(one.start - _LOOK, 0) : one.start], text[one.end : one.end + _LOOK]
    if _NAMED_AFTER.search(before) or _BEFORE_CHRIST.search(after):
        return True
    is_title = text[one.start].isupper() and before[-2:-1].isalpha()
    return one.weight is Weight.WORD and (is_title or bool(_NOT_TODAY.search(before)))


def _link(text: str, start: int) -> tuple[str, int]:
    """Return how the words before a time bind it, empty where none do, and where they begin."""
    begin = max(start - _LOOK, 0)
    for name, pattern in _LINKS:
        if match := pattern.search(text[begin:start]):
            return name, begin + match.start()
    return "", start


def _is_range(text: str, first: Mention, second: Mention) -> bool:
    """Tell whether two times are the ends of one period."""
    joiner = _MAY_JOIN.search(text[first.end : second.start])
    if joiner is None or first.days > second.days:
        return False
    link, _ = _link(text, first.start)
    if joiner["joiner"].lower() in words.ONLY_BETWEEN:
        return link == "between"
    return first.weight is not Weight.BARE or bool(link)


def _may_stand(text: str, one: Mention) -> bool:
    """Tell whether the words around a bare year or day make it a time."""
    link, _ = _link(text, one.start)
    is_first = not text[: one.start].strip()
    is_day = one.days.first == one.days.last
    return bool(link or (is_first and is_day)) and bool(_MAY_FOLLOW.search(text[one.end :]))


def _bound(text: str, first: Mention, last: Mention) -> _Time:
    """Make a time of one mention or of the two ends of a period, with the words that bind it."""
    link, start = _link(text, first.start)
    if first is not last or (first.is_range and link in {"since", "from", "between"}):
        return _Time(start, last.end, Days(first.days.first, last.days.last), "within")
    more = _OPEN_END.search(text[last.end : last.end + _LOOK])
    return _Time(start, last.end + (more.end() if more else 0), first.days, link, bool(more))


def _is_past(one: _Time, today: date) -> bool:
    """Tell whether a time holds some of what was and leaves some of it out."""
    first, after = one.bounds
    return first <= today if first else after is not None and after <= today


def _lies_within(one: _Time, other: _Time) -> bool:
    (first, after), (other_first, other_after) = one.bounds, other.bounds
    begins = (first or date.min) >= (other_first or date.min)
    return begins and (after or date.max) <= (other_after or date.max)
