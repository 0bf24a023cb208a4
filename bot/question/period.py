"""Period named in a question: "last week", "in December 2022", «خرداد ۱۴۰۲».

Days begin at midnight in Tehran, whatever the language. The words decide the calendar: «هفته
گذشته» is a week from Saturday to Friday and «ماه گذشته» a Jalali month, "last week" is one from
Monday to Sunday and "last month" a Gregorian month. "the past week" and «یک هفته اخیر» are the
last seven days and today. Seasons are quarters of a Jalali year; of a Gregorian year they are
three whole months, spring from March on, without winter, of which a year has two halves. "after"
and "before" exclude the named time, "since" and "until" include it. A day without a year is the
most recent one.

Does not: guess. A month without its year, a bare number, a date in a name («میدان ۲۲ بهمن»,
"the September 11 attacks"), a time to come, or two times at once give None.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from bot.question import period_words as words
from bot.question.days import Days, days_meant
from bot.question.period_rules import Mention, Weight, mentions
from index.text import TEHRAN, clean_text

_CONTEXT: Final = 60  # characters before and after a time that tell how it is meant
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
        since: Its start, aware; None where it has none ("before 2020").
        until: The first moment after it, aware; None where it has no end ("since 2020").
        words: The words of the question that name it, verbatim.
    """

    since: datetime | None
    until: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class _Time:
    """Days, the span of the cleaned text that names them, and the word that bounds them."""

    start: int
    end: int
    days: Days
    link: str = "within"
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


def is_today(period: Period, now: datetime) -> bool:
    """Tell whether a period is the day of `now` and no other."""
    today = now.astimezone(TEHRAN).date()
    first, after = period.since, period.until
    return (
        first is not None
        and after is not None
        and first.astimezone(TEHRAN).date() == today
        and after - first <= timedelta(days=1)
    )


def find_period(question: str, now: datetime) -> Period | None:
    """Return the one time that a question names, or None.

    Args:
        question: In English or Persian, any spelling.
        now: Aware; decides what "today" means.
    """
    cleaned = clean_text(question)
    today = now.astimezone(TEHRAN).date()
    pending = [
        mention for mention in mentions(cleaned.text, now) if not _is_name(cleaned.text, mention)
    ]
    times: list[_Time] = []
    while pending:
        first = pending.pop(0)
        if pending and _is_range(cleaned.text, first, pending[0]):
            times.append(_bound(cleaned.text, first, pending.pop(0)))
        elif first.weight is not Weight.BARE or _may_stand(cleaned.text, first):
            times.append(_bound(cleaned.text, first, first))
    times = [time for time in times if _is_past(time, today)]
    # Of several the one that lies within all others.
    spans = [
        (first or date.min, after or date.max) for first, after in (time.bounds for time in times)
    ]
    latest_start = max((first for first, _ in spans), default=None)
    earliest_end = min((after for _, after in spans), default=None)
    for time, span in zip(times, spans, strict=True):
        if span == (latest_start, earliest_end):
            words = cleaned.to_original(time.start, time.end).cut(question)
            return replace(_period(time, cleaned.text), words=words)
    return None


def find_each(text: str, now: datetime) -> tuple[tuple[Period, ...], str]:
    """Return every time that a cleaned text compares with another, and the text without them.

    The two ends of a period are two times: "between May and July 2012". Two months without a year
    are the most recent that are over, and English years from 1200 on may be Jalali.

    Args:
        text: Of `index.text.clean_text`; the words of each time are cut from it.
        now: Aware; decides what "today" means.
    """
    today = now.astimezone(TEHRAN).date()
    groups = [group for group in _groups(text, now) if all(_is_past(time, today) for time in group)]
    rest = text
    for group in reversed(groups):
        rest = f"{rest[: group[0].start]} {rest[group[-1].end :]}"
    return tuple(_period(time, text) for group in groups for time in group), " ".join(rest.split())


def read_days(text: str, now: datetime) -> Days | None:
    """Return the days of a text that names one time and nothing else: "last week", «۱۴۰۲/۰۳»."""
    line = clean_text(text).text
    whole = (
        mention.days
        for mention in mentions(line, now)
        if (mention.start, mention.end) == (0, len(line))
    )
    return days_meant(line) or next(whole, None)


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins in Tehran."""
    return datetime(day.year, day.month, day.day, tzinfo=TEHRAN)


def _period(time: _Time, text: str) -> Period:
    """Return the period of a time found in a text."""
    since, until = time.bounds
    return Period(
        since=midnight(since) if since else None,
        until=midnight(until) if until else None,
        words=text[time.start : time.end],
    )


def _groups(text: str, now: datetime) -> Iterator[tuple[_Time, ...]]:
    """Yield the times of a cleaned text in order, grouped by the span that they share."""
    if two := _two_months_or_years(text, now):
        yield two
        return
    # A Persian word makes the rules take "1401" in an English question for a Jalali year.
    pending = [mention for mention in mentions(f"{text} را", now) if not _is_name(text, mention)]
    beside = None
    while pending:
        first = pending.pop(0)
        if first.is_range:
            yield from filter(None, [_ends(text, first, now)])
        elif pending and _is_range(text, first, pending[0]):
            last = pending.pop(0)
            yield _pair(text, first.start, first.end, last.end, (first.days, last.days))
        elif first.weight is not Weight.BARE or _may_stand(text, first) or beside:
            time = _bound(text, first, first)
            yield (replace(time, start=beside.start()) if beside else time,)
        beside = pending and _BESIDE.search(text[: _link(text, pending[0].start)[1]])


def _pair(
    text: str, start: int, middle: int, end: int, days: tuple[Days, Days]
) -> tuple[_Time, _Time]:
    """Return two times on either side of `middle`, with the words before that bind them."""
    _, start = _link(text, start)
    return _Time(start, middle, days[0]), _Time(middle, end, days[1])


def _two_months_or_years(text: str, now: datetime) -> tuple[_Time, ...]:
    """Return two months or two years named together that no rule takes for a period.

    Months without a year are the last that are over, in their order; of years the later is first.
    """
    if match := _TWO_MONTHS.search(text):
        last = read_days(f"last {match['last']}", now)
        first = last and read_days(f"last {match['first']}", midnight(last.first))
        if first and last:
            return _pair(text, match.start(), match.end("first"), match.end(), (first, last))
    if match := _TWO_YEARS.search(text):
        first, last = days_meant(match["first"]), days_meant(match["last"])
        if first and last and last < first:
            return _pair(text, match.start(), match.end("first"), match.end(), (first, last))
    return ()


def _ends(text: str, mention: Mention, now: datetime) -> tuple[_Time, ...]:
    """Return the two ends of a period that one rule has read; () where they cannot be told."""
    whole = text[mention.start : mention.end]
    for joiner in _JOINER.finditer(whole):
        head, tail = whole[: joiner.start()], whole[joiner.end() :]
        # The first end may leave its month and year to the second.
        rest = tail.split()
        candidates = (" ".join((head, *rest[skip:])) for skip in range(len(rest), 0, -1))
        last = read_days(tail, now)
        first = last and next(filter(None, (read_days(words, now) for words in candidates)), None)
        if first and last:
            middle = mention.start + joiner.start()
            return _pair(text, mention.start, middle, mention.end, (first, last))
    return ()


def _is_name(text: str, mention: Mention) -> bool:
    """Tell whether a date is part of the name of a place, a work or an age."""
    start, end = mention.start, mention.end
    before, after = text[max(start - _CONTEXT, 0) : start], text[end : end + _CONTEXT]
    if _NAMED_AFTER.search(before) or _BEFORE_CHRIST.search(after):
        return True
    is_title = text[start].isupper() and before[-2:-1].isalpha()
    return mention.weight is Weight.WORD and (is_title or bool(_NOT_TODAY.search(before)))


def _link(text: str, start: int) -> tuple[str, int]:
    """Return the kind of the words before a time that bound it, "" for none, and their start."""
    begin = max(start - _CONTEXT, 0)
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


def _may_stand(text: str, mention: Mention) -> bool:
    """Tell whether the words around a bare year or day make it a time."""
    link, _ = _link(text, mention.start)
    is_first = not text[: mention.start].strip()
    is_day = mention.days.first == mention.days.last
    return bool(link or (is_first and is_day)) and bool(_MAY_FOLLOW.search(text[mention.end :]))


def _bound(text: str, first: Mention, last: Mention) -> _Time:
    """Make a time of one mention or of the two ends of a period, with the words that bound it."""
    link, start = _link(text, first.start)
    if first is not last or (first.is_range and link in {"since", "from", "between"}):
        return _Time(start, last.end, Days(first.days.first, last.days.last))
    more = _OPEN_END.search(text[last.end : last.end + _CONTEXT])
    return _Time(start, last.end + (more.end() if more else 0), first.days, link, bool(more))


def _is_past(time: _Time, today: date) -> bool:
    """Tell whether a time includes some of the past and excludes some of it."""
    first, after = time.bounds
    return first <= today if first else after is not None and after <= today
