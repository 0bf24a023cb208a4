"""Questions that one quote cannot answer: what changed, who said what over time, in order of time.

A comparison has sides: two to four times ("between May and July", «در ۱۴۰۱ و ۱۴۰۲») or outlets
("what Mehr and Tasnim said"). An overview has none: it is asked for ("summarise", "timeline of",
«خلاصه اظهارات», «گاه‌شمار») or is a change since some time.

Does not: compare anything but times and outlets ("compare Iran's exports with Iraq's" is a
question like any other), know other languages than English and Persian, take figures set beside
others ("compared with 2011", «نسبت به سال قبل») for comparisons, since one article tells them, or
word what changed: the quotes stand side by side.
Source of the rules and of what they miss: docs/overviews.md.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from bot.question.period import Period, find_each
from bot.question.scope import hull
from bot.types import Shape
from index import EVERYTHING, Scope
from index.sources import known_outlet
from index.text import clean_text, token_set

_PLEASE_EN = r"^(?:(?:please|(?:can|could|would) you|now|and|then)[, ]+)*"
_PLEASE_FA = r"^(?:(?:لطفا|لطف کنید و|می ?شود|می ?توانید|حالا|و)[، ]+)*"
_GIVE = r"(?:(?:give|show|tell|write)(?: me)? |make |what (?:is|was) )?(?:an? |the )?"
_SHORT = r"(?:(?:short|brief|quick) )?"
# What can be summed up of the news; of a book or a film the summary is an answer like any other.
_OF_NEWS = (
    r"(?:اظهار|سخن|صحبت|حرف|گفته|مواضع|موضع|نظر|دیدگاه|واکنش|خبر|اخبار|گزارش|رویداد|رخداد|تحول"
    r"|اتفاق|ماجرا|وقایع|حوادث|آن ?چه|هر ?چه)"
)

_COMPARE: Final = (
    rf"{_PLEASE_EN}(?:compare|contrast)\b",
    rf"{_PLEASE_EN}{_GIVE}(?:comparison (?:of|between)|differences? between)\b",
    r"(?: (?:را|رو))?(?: (?:با ?هم|با یکدیگر))? مقایسه (?:کن|کنید|بکن|بکنید)\b",
    rf"{_PLEASE_FA}مقایسه (?:کن|کنید|بکن|بکنید|بین|میان)\b",
    rf"{_PLEASE_FA}مقایسه(?: ?ی)?(?! ای\b)\b",
)
"""Orders to compare; what they match is no part of the question."""

_CHANGE: Final = (
    (
        r"^(?:and |so )?(?:what|how)\b.*\b(?:chang(?:ed?|es|ing)|differ(?:s|ed|ent|ently)?"
        r"|evolved?|develop(?:ed)?|shift(?:ed)?)\b"
    ),
    r"(?:چه|چقدر|چگونه|چطور) (?:[^ ]+ ){0,2}?(?:تغییر|تفاوت|فرق|تحول)",
)
"""Questions about a change, which stay as they are."""

_SUM_UP: Final = (
    rf"{_PLEASE_EN}(?:summari[sz]e|sum up|recap)\b",
    (
        rf"{_PLEASE_EN}{_GIVE}{_SHORT}(?:summary|overview|timeline|chronology|recap)"
        r" (?:of|on|about|for)\b"
        r"(?: (?:all )?(?:the )?(?:latest )?(?:news|reports|articles|coverage) (?:of|on|about)\b)?"
    ),
    (
        rf"{_PLEASE_FA}(?:(?:یک|به) )?(?:خلاصه|چکیده|جمع ?بندی|مرور)(?: ?ا?ی)?(?: (?:از|بر))?"
        rf"(?= {_OF_NEWS})(?: (?:خبر ?ها|اخبار|گزارش ?ها|رویداد ?ها)(?: ?ی)?\b(?: درباره\b)?)?"
    ),
    r"(?: (?:را|رو))?(?: برایم| برای من)? (?:خلاصه|جمع ?بندی|مرور) (?:کن|کنید|بکن|بکنید)\b",
    rf"{_PLEASE_FA}(?:یک )?(?:گاه ?شمار|خط زمانی|روز ?شمار|سیر تحولات?|سیر زمانی)(?: ?ی)?\b",
)
"""Orders to sum up or to tell in order of time; what they match is no part of the question."""

_REPORTING_WORDS: Final = (
    r"\b(?:said|says?|report(?:s|ed|ing)?|wr[io]te|written|writes|cover(?:s|ed|age)?|accounts?"
    r"|versions?|told|stories|articles|news|gave|give)\b"
    r"|گفت|گفته|نوشت|گزارش|روایت|پوشش|خبر|اعلام|موضع|مواضع|دیدگاه"
)
"""Without one of these «مهر» is a month, «فارس» a province and "France" a country."""

_BETWEEN: Final = (
    r"[, ]*(?:'s)?[, ]*(?:and|versus|vs\.?|with|against|or|و|با|،|in|in the|در|از)?"
    r"(?: (?:the|by|in|of|در|از|خبرگزاری|روزنامه|سایت))* *"
)
"""What may stand between the names of two outlets that are compared."""

_AROUND: Final = (
    r"\b(?:what|how) (?:did |do |does |have |has )?(?:(?:said|say|says|reported|report|reports|"
    r"wrote|write|writes|covered|cover|gave)\b ?)?(?:(?:about|on|of)\b)?"
    r"|\b(?:the )?(?:reports?|coverage|accounts?|versions?|stories|articles|news) ?"
    r"(?:by|of|in|from)?\b(?: (?:on|about|of)\b)?"
    r"|\bdiffer(?:s|ed|ent|ently)?\b(?: (?:on|about|in)\b)?"
    r"|(?:گزارش|روایت|پوشش|خبر)(?: ?ها)?(?: ?ی)?(?: خبرگزاری(?: ?های?)?)?"
)
"""What is said of outlets beside what they report."""

_EMPTY_WORDS: Final = """
compare comparison contrast difference differences change changed changes changing differ differed
different differently evolve evolved develop developed shift shifted say said says report reported
reports news article articles people officials about between over time since then now everything
all thing things happened happen us me it
مقایسه تغییر تغییری تغییرات تفاوت تفاوتی فرق فرقی تحول تحولات گفت گفتند گفته خبر اخبار گزارش
رویداد رویدادها درباره دربارهٔ مورد همه چیز مقامات اظهارات سخنان ماجرا اتفاق اتفاقات
"""
"""Words that by themselves are nothing to look for."""


MAX_SIDES: Final = 4

_MAX_NAME_WORDS: Final = 3
_MAX_WORDS: Final = 60
_EMPTY: Final = token_set(_EMPTY_WORDS)
_WORD: Final = re.compile(r"\w+(?:-\w+)*")
_BETWEEN_OUTLETS: Final = re.compile(_BETWEEN, re.IGNORECASE)
_AROUND_OUTLETS: Final = re.compile(_AROUND, re.IGNORECASE)
_REPORTING: Final = re.compile(_REPORTING_WORDS, re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a question of several articles is answered.

    Attributes:
        shape: A comparison or an overview.
        topic: The question without what says how it is to be answered; this is looked for.
        sides: Of a comparison two to four parts of the archive, times in their order; of an
            overview the one part that it is of.
    """

    shape: Shape
    topic: str
    sides: tuple[Scope, ...]


def find_plan(question: str, now: datetime, outlets: Collection[str]) -> Plan | None:
    """Return how a question of several articles is to be answered; None for any other.

    Args:
        question: In English or Persian, any spelling.
        now: Aware; what "last year" is told by.
        outlets: Case-folded names of those in the archive; well-known others are known as well.
    """
    text = clean_text(question).text.strip(" ?!.؟")
    if len(text.split()) > _MAX_WORDS:
        return None
    plan = _comparison(text, now, outlets) or _overview(text, now)
    return plan if plan and token_set(plan.topic) - _EMPTY else None


def _comparison(text: str, now: datetime, outlets: Collection[str]) -> Plan | None:
    """Return a comparison of times or outlets, or an overview of what changed since a time."""
    order = _without(text, _COMPARE)
    if order is None and not _is_any(text, _CHANGE):
        return None
    times, rest = find_each(text if order is None else order, now)
    if sides := _in_time(times):
        return Plan(shape=Shape.COMPARISON, topic=rest, sides=sides)
    named, topic = _by_outlet(rest, outlets)
    if named:
        within = _within(times)
        sides = tuple(replace(within, sources=frozenset({one})) for one in named)
        return Plan(shape=Shape.COMPARISON, topic=topic, sides=sides)
    if order is None and any(one.until is None for one in times):
        return Plan(shape=Shape.OVERVIEW, topic=rest, sides=(_within(times),))
    return None


def _overview(text: str, now: datetime) -> Plan | None:
    """Return an overview that is asked for."""
    order = _without(text, _SUM_UP)
    if order is None:
        return None
    times, rest = find_each(order, now)
    return Plan(shape=Shape.OVERVIEW, topic=rest, sides=(_within(times),))


def _is_any(text: str, patterns: Sequence[str]) -> bool:
    return any(re.search(one, text, re.IGNORECASE) for one in patterns)


def _without(text: str, patterns: Sequence[str]) -> str | None:
    """Return a text without the first of some patterns that it holds; None where it holds none."""
    found = filter(None, (re.search(one, text, re.IGNORECASE) for one in patterns))
    match = next(found, None)
    return match and " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())


def _in_time(times: Sequence[Period]) -> tuple[Scope, ...]:
    """Return times that can be compared as parts of the archive, the earliest first; () else."""
    sides = {
        (one.since, one.until): Scope(since=one.since, until=one.until)
        for one in times
        if one.since and one.until
    }
    is_each_one = len(sides) == len(times) and 1 < len(sides) <= MAX_SIDES
    return tuple(side for _, side in sorted(sides.items())) if is_each_one else ()


def _within(times: Sequence[Period]) -> Scope:
    """Return the part of the archive from the first of some times to the last."""
    return hull([Scope(since=one.since, until=one.until) for one in times]) if times else EVERYTHING


def _by_outlet(text: str, outlets: Collection[str]) -> tuple[list[str], str]:
    """Return the outlets that a text compares, case-folded, and the text without them."""
    found = list(_outlets_in(text, outlets))
    names = list(dict.fromkeys(name for name, _, _ in found))
    if not 1 < len(names) <= MAX_SIDES or not _REPORTING.search(text):
        return [], text
    gaps = (text[end:start] for (_, _, end), (_, start, _) in pairwise(found))
    if not all(map(_BETWEEN_OUTLETS.fullmatch, gaps)):
        return [], text
    rest = f"{text[: found[0][1]]} {text[found[-1][2] :]}".replace("'s", " ")
    return names, " ".join(_AROUND_OUTLETS.sub(" ", " ".join(rest.split())).split())


def _outlets_in(text: str, outlets: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the outlets that a text names, case-folded, with their places; longer names first."""
    found = list(_WORD.finditer(text))
    at = 0
    while at < len(found):
        for count in range(min(_MAX_NAME_WORDS, len(found) - at), 0, -1):
            start, end = found[at].start(), found[at + count - 1].end()
            if name := _outlet(text[start:end], outlets):
                yield name, start, end
                break
        else:
            count = 1
        at += count


def _outlet(name: str, outlets: Collection[str]) -> str:
    """Return the name by which a scope knows an outlet; empty for no outlet."""
    known = known_outlet(name)
    folded = known.name.casefold() if known else name.casefold()
    return folded if known or folded in outlets else ""
