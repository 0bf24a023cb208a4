"""Names of scopes and days, in the calendar of the reader's language."""

from datetime import datetime, timedelta

from bot.texts.language import Language, say
from bot.texts.messages import Key
from index import Moment, Precision, Scope
from index.sources import known_outlet, outlet_name
from index.text import TEHRAN, format_gregorian, format_jalali


def scope_text(scope: Scope, language: Language) -> str:
    """Name a part of the archive, e.g. `from 22 May to 21 June 2023, Mehr, fa`."""
    outlets = (outlet.name if (outlet := known_outlet(name)) else name for name in scope.sources)
    parts = (
        _period_text(scope, language),
        *sorted(outlet_name(name, language) for name in outlets),
        *sorted(scope.languages),
    )
    return ("، " if language is Language.FA else ", ").join(filter(None, parts))


def _period_text(scope: Scope, language: Language) -> str:
    """Name the days of a scope, e.g. «از ۱ تا ۳۱ خرداد ۱۴۰۲»; empty where it has no bound."""
    first = _day_text(scope.since, language) if scope.since else ""
    last = _day_text(scope.until - timedelta(microseconds=1), language) if scope.until else ""
    if first == last:
        return first
    if not last:
        return say(Key.PERIOD_SINCE, language, first=first)
    if not first:
        return say(Key.PERIOD_UNTIL, language, last=last)
    return say(Key.PERIOD, language, first=_without_shared_end(first, last), last=last)


def _day_text(at: datetime, language: Language) -> str:
    """Write the day of a time, in Tehran, in the calendar of the language."""
    moment = Moment(at.astimezone(TEHRAN), Precision.DAY)
    return format_jalali(moment) if language is Language.FA else format_gregorian(moment)


def _without_shared_end(first: str, last: str) -> str:
    """Leave out the month and year that a first day shares with the last: `1 to 9 June 2023`."""
    words, others = first.split(" "), last.split(" ")
    while len(words) > 1 and words[-1] == others[-1]:
        del words[-1], others[-1]
    return " ".join(words)


def day_text(moment: Moment | None, language: Language) -> str:
    """Write the known parts of a moment without its hour; that it has no date where it has none."""
    if moment is None:
        return say(Key.NO_DATE, language)
    if moment.precision is Precision.MINUTE:
        return _day_text(moment.at, language)
    return format_jalali(moment) if language is Language.FA else format_gregorian(moment)
