"""Questions that need several articles: comparisons, summaries, timelines.

A comparison has sides: two to four times ("between May and July", «در ۱۴۰۱ و ۱۴۰۲») or outlets
("what Mehr and Tasnim said"). An overview has none: it is requested ("summarise", "timeline of",
«خلاصه اظهارات», «گاه‌شمار») or is a change since some time. What is asked for may also be the latest
on a topic ("any news of the talks?", «از مذاکرات چه خبر؟»).

Does not: compare anything but times and outlets ("compare Iran's exports with Iraq's" is a
question like any other), know other languages than English and Persian, take figures set beside
others ("compared with 2011", «نسبت به سال قبل») for comparisons, since one article tells them, or
describe what changed: the quotes are shown side by side.
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
# Parts of the news that can be summarised; the summary of a book or a film is an ordinary answer.
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
"""Requests to compare; what they match is removed from the question."""

_CHANGE: Final = (
    (
        r"^(?:and |so )?(?:what|how)\b.*\b(?:chang(?:ed?|es|ing)|differ(?:s|ed|ent|ently)?"
        r"|evolved?|develop(?:ed)?|shift(?:ed)?)\b"
    ),
    r"(?:چه|چقدر|چگونه|چطور) (?:[^ ]+ ){0,2}?(?:تغییر|تفاوت|فرق|تحول)",
)
"""Questions about a change; nothing is removed from them."""

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
"""Requests for a summary or a timeline; what they match is removed from the question."""

_ON_EN = r"(?:of|on|about|regarding|concerning|from)"
_ON_FA = r"(?:از|درباره|در ?مورد|در ?رابطه با|راجع ?به|مربوط به|پیرامون)"
_NEWEST_FA = r"(?:آخرین|تازه ?ترین|جدید ?ترین)"
_LATEST: Final = (
    (
        rf"{_PLEASE_EN}(?:(?:give|show|tell|send)(?: me)? |(?:what(?:'s| is| are)?|is there"
        r"|are there|do you have|have you(?: got)?) )?(?:(?:the|any|some|all) )?(?:(?:latest|newest"
        rf"|recent|last|new) )?(?:news|headlines|developments) {_ON_EN}(?! (?:today|the day)\b)\b"
    ),
    (
        rf"{_PLEASE_EN}(?:(?:what(?:'s| is) |give me |tell me )?the (?:latest|newest) {_ON_EN}"
        rf"|(?:what(?:'s| is)|anything) new (?:{_ON_EN}|with|in))\b"
    ),
    (
        rf"{_PLEASE_FA}(?:چه خبر(?:ه| است)?|(?:چه )?خبر(?:ی|هایی)"
        rf"|خبر(?: ?های)? (?:جدید|تازه)(?: ?ی)?) {_ON_FA}\b"
    ),
    rf"{_PLEASE_FA}{_NEWEST_FA} (?:خبر ?ها(?: ?ی)?|خبر|اخبار|وضعیت)(?: {_ON_FA})?\b",
    rf"{_PLEASE_FA}(?:خبر ?ها|اخبار)(?: ?ی)?(?: {_ON_FA})?\b",
)
"""Requests for what is new about a topic; what they match is removed from the question."""

_NEWS_OF: Final = re.compile(
    rf"\A{_PLEASE_FA}{_ON_FA} (.+?) چه خبر(?:ها)?(?:ه| است| هست| دار(?:ی|ید))?\Z"
)
"""The same around the topic, «از مذاکرات چه خبر؟»."""

_TOLD: Final = re.compile(
    r" (?:(?:را |رو )?(?:بده|بدهید|بگو|بگویید|نشان بده|می ?خواهم|می ?خوام)"
    r"|چیه|چیست|داری|دارید|هست)(?: لطفا)?\Z"
)
"""How a request ends, after its topic."""

_REPORTING_WORDS: Final = (
    r"\b(?:said|says?|report(?:s|ed|ing)?|wr[io]te|written|writes|cover(?:s|ed|age)?|accounts?"
    r"|versions?|told|stories|articles|news|gave|give)\b"
    r"|گفت|گفته|نوشت|گزارش|روایت|پوشش|خبر|اعلام|موضع|مواضع|دیدگاه"
)
"""Without one of these «مهر» is a month, «فارس» a province and "France" a country."""

_BETWEEN: Final = (
    r"[, ]*+(?:'s[, ]*+)?(?:(?:and|versus|vs\.?|with|against|or|و|با|،|in|در|از)(?!\w) *+)?"
    r"(?:(?:the|by|in|of|در|از|خبرگزاری|روزنامه|سایت)(?!\w) *+)*+"
)
"""Text that may be between the names of two outlets that are compared."""

_AROUND: Final = (
    r"\b(?:what|how) (?:did |do |does |have |has )?(?:(?:said|say|says|reported|report|reports|"
    r"wrote|write|writes|covered|cover|gave)\b ?)?(?:(?:about|on|of)\b)?"
    r"|\b(?:the )?(?:reports?|coverage|accounts?|versions?|stories|articles|news) ?"
    r"(?:by|of|in|from)?\b(?: (?:on|about|of)\b)?"
    r"|\bdiffer(?:s|ed|ent|ently)?\b(?: (?:on|about|in)\b)?"
    r"|(?:گزارش|روایت|پوشش|خبر)(?: ?ها)?(?: ?ی)?(?: خبرگزاری(?: ?های?)?)?"
)
"""Words about outlets that are not about what they report."""

_EMPTY_WORDS: Final = """
compare comparison contrast difference differences change changed changes changing differ differed
different differently evolve evolved develop developed shift shifted say said says report reported
reports news article articles people officials about between over time since then now everything
all thing things happened happen us me it
مقایسه تغییر تغییری تغییرات تفاوت تفاوتی فرق فرقی تحول تحولات گفت گفتند گفته خبر اخبار گزارش
رویداد رویدادها درباره دربارهٔ مورد همه چیز مقامات اظهارات سخنان ماجرا اتفاق اتفاقات
"""
"""Words that by themselves are no topic to search for."""

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
    """Way to answer a question that needs several articles.

    Attributes:
        shape: A comparison or an overview.
        topic: The question without the words that request its shape; the search text.
        sides: Parts of the archive: two to four for a comparison, times in their order; one for an
            overview.
    """

    shape: Shape
    topic: str
    sides: tuple[Scope, ...]


def find_plan(question: str, now: datetime, outlets: Collection[str]) -> Plan | None:
    """Return the plan of a question that needs several articles; None for any other.

    Args:
        question: In English or Persian, any spelling.
        now: Aware; decides what "last year" means.
        outlets: Case-folded names of those in the archive; well-known others are known as well.
    """
    text = clean_text(question).text.strip(" ?!.؟")
    if len(text.split()) > _MAX_WORDS:
        return None
    plan = _comparison(text, now, outlets)
    if plan is None and (request := _without(text, _SUM_UP)) is not None:
        times, topic = find_each(request, now)
        plan = Plan(shape=Shape.OVERVIEW, topic=topic, sides=(_within(times),))
    around = _NEWS_OF.fullmatch(text)
    request = around[1] if around else _without(_TOLD.sub("", text), _LATEST)
    if plan is None and request:
        times, topic = find_each(request, now)
        plan = Plan(shape=Shape.LATEST, topic=topic, sides=(_within(times),))
    return plan if plan and token_set(plan.topic) - _EMPTY else None


def _comparison(text: str, now: datetime, outlets: Collection[str]) -> Plan | None:
    """Return a comparison of times or outlets, or an overview of what changed since a time."""
    request = _without(text, _COMPARE)
    if request is None and not any(re.search(change, text, re.IGNORECASE) for change in _CHANGE):
        return None
    times, rest = find_each(text if request is None else request, now)
    bounds = {(time.since, time.until) for time in times if time.since and time.until}
    if len(bounds) == len(times) and 1 < len(bounds) <= MAX_SIDES:
        sides = tuple(Scope(since=since, until=until) for since, until in sorted(bounds))
        return Plan(shape=Shape.COMPARISON, topic=rest, sides=sides)
    named, topic = _by_outlet(rest, outlets)
    if named:
        within = _within(times)
        sides = tuple(replace(within, sources=frozenset({name})) for name in named)
        return Plan(shape=Shape.COMPARISON, topic=topic, sides=sides)
    if request is None and any(time.until is None for time in times):
        return Plan(shape=Shape.OVERVIEW, topic=rest, sides=(_within(times),))
    return None


def _without(text: str, patterns: Sequence[str]) -> str | None:
    """Return a text without the match of the first pattern that matches; None if none does."""
    matches = (re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
    match = next(filter(None, matches), None)
    return match and " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())


def _within(times: Sequence[Period]) -> Scope:
    """Return the part of the archive from the first of some times to the last."""
    scopes = [Scope(since=time.since, until=time.until) for time in times]
    return hull(scopes) if scopes else EVERYTHING


def _by_outlet(text: str, outlets: Collection[str]) -> tuple[list[str], str]:
    """Return the outlets that a text compares, case-folded, and the text without them."""
    mentions = list(_outlets_in(text, outlets))
    names = list(dict.fromkeys(name for name, _, _ in mentions))
    if not 1 < len(names) <= MAX_SIDES or not _REPORTING.search(text):
        return [], text
    gaps = (text[end:start] for (_, _, end), (_, start, _) in pairwise(mentions))
    if not all(map(_BETWEEN_OUTLETS.fullmatch, gaps)):
        return [], text
    rest = f"{text[: mentions[0][1]]} {text[mentions[-1][2] :]}".replace("'s", " ")
    return names, " ".join(_AROUND_OUTLETS.sub(" ", " ".join(rest.split())).split())


def _outlets_in(text: str, outlets: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the outlets that a text names, case-folded, with start and end; longer names first."""
    words = list(_WORD.finditer(text))
    first = 0
    while first < len(words):
        for count in range(min(_MAX_NAME_WORDS, len(words) - first), 0, -1):
            start, end = words[first].start(), words[first + count - 1].end()
            name = text[start:end]
            known = known_outlet(name)
            folded = known.name.casefold() if known else name.casefold()
            if known or folded in outlets:
                yield folded, start, end
                break
        else:
            count = 1
        first += count
