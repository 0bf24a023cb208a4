"""Scope: the part of the archive that is asked, as people write it, since=1402/03 source=Mehr.

since=TIME   from that day, month or year on, e.g. 2023-06-09, 1402/03, last week, «دیروز»
until=TIME   up to it, the named time included
source=NAME  an outlet; several as source=Mehr,Fars, in English or Persian
lang=TAG     a language; several as lang=fa,en
"""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.question.days import Days
from bot.question.period import Period, midnight, read_days
from index import PasokhError, Scope
from index.sources import known_outlet

_FIELD: Final = re.compile(r"(?:^|(?<=\s))(since|until|source|lang)\s*=", re.IGNORECASE)
_MORE: Final = re.compile("[,،]")
_SHOWN_NAMES: Final = 8


class ScopeError(PasokhError):
    """A time, an outlet or a language to ask of cannot be used."""


def parse_scope(text: str, now: datetime) -> Scope:
    """Read a scope; the empty text is all of the archive.

    Raises:
        ScopeError: Naming what cannot be read and what was expected.
    """
    values: dict[str, list[str]] = {"since": [], "until": [], "source": [], "lang": []}
    before, *parts = _FIELD.split(text.strip())
    if before.strip():
        raise ScopeError(
            f"Expected since=TIME, until=TIME, source=NAME or lang=TAG, got {before.strip()!r}."
        )
    # A value goes on to the next name.
    for name, value in zip(parts[::2], parts[1::2], strict=True):
        bare = value.strip().strip("\"'«»").strip()
        if not bare:
            raise ScopeError(f"{name.lower()}= needs a value after it.")
        values[name.lower()].append(bare)
    for name in ("since", "until"):
        if len(values[name]) > 1:
            raise ScopeError(f"{name}= is given {len(values[name])} times; give it once.")
    return make_scope(
        since="".join(values["since"]),
        until="".join(values["until"]),
        sources=values["source"],
        languages=values["lang"],
        now=now,
    )


def make_scope(
    *, since: str, until: str, sources: Sequence[str], languages: Sequence[str], now: datetime
) -> Scope:
    """Make a scope of what was given; empty texts and none for no bound.

    Raises:
        ScopeError: As `parse_scope`.
    """
    for name, given in (("source", sources), ("lang", languages)):
        if any(not value.strip(" ,،") for value in given):
            raise ScopeError(f"{name} needs a value.")
    first = _days(since, "since", now).first if since else None
    last = _days(until, "until", now).last if until else None
    if first and last and first > last:
        raise ScopeError(f"Nothing lies between since={since} and until={until}.")
    outlets = (name.strip() for part in sources for name in _MORE.split(part))
    tags = (tag.strip().lower() for part in languages for tag in _MORE.split(part))
    return Scope(
        since=midnight(first) if first else None,
        until=midnight(last + timedelta(days=1)) if last else None,
        sources=frozenset(_shown(name).casefold() for name in outlets if name),
        languages=frozenset(filter(None, tags)),
    )


def _days(text: str, name: str, now: datetime) -> Days:
    days = read_days(text, now)
    if days is None:
        raise ScopeError(
            f"{name}: expected a time such as 2023-06-09, 1402/03/19, 2022, June 2023 or "
            f'"last week", got {text!r}.'
        )
    return days


def check_scope(scope: Scope, outlets: Collection[str], languages: Mapping[str, int]) -> Scope:
    """Return the scope if the archive has what it names.

    Args:
        scope: What was asked for.
        outlets: Case-folded names of the outlets in the archive.
        languages: Tags of the archive's passages.

    Raises:
        ScopeError: Naming the nearest outlets, or the languages there are.
    """
    for name in sorted(scope.sources - set(outlets)):
        named = sorted(filter(None, outlets))
        if near := difflib.get_close_matches(name, named, n=3):
            hint = f"did you mean {' or '.join(map(_shown, near))}?"
        elif named:
            more = ", ..." if len(named) > _SHOWN_NAMES else ""
            hint = f"it has those of {', '.join(map(_shown, named[:_SHOWN_NAMES]))}{more}"
        else:
            hint = "its articles do not say who published them."
        raise ScopeError(f"The archive has no articles of {_shown(name)!r}; {hint}")
    for tag in sorted(scope.languages - set(languages)):
        known = ", ".join(languages)
        raise ScopeError(f"The archive has no articles in {tag!r}; its languages are {known}.")
    return scope


def _shown(name: str) -> str:
    """Return an outlet's name as it is usually written."""
    outlet = known_outlet(name)
    return outlet.name if outlet else name


def narrowed(scope: Scope, period: Period) -> Scope | None:
    """Return what of a scope lies in a period; None where that is nothing, or all of it."""
    inner = overlap(scope, Scope(since=period.since, until=period.until))
    return None if inner == scope else inner


def overlap(scope: Scope, other: Scope) -> Scope | None:
    """Return what lies in both of two scopes; None where that is nothing."""
    since = max(filter(None, (scope.since, other.since)), default=None)
    until = min(filter(None, (scope.until, other.until)), default=None)
    sources = _shared(scope.sources, other.sources)
    languages = _shared(scope.languages, other.languages)
    if sources is None or languages is None or (since and until and since >= until):
        return None
    return Scope(since=since, until=until, sources=sources, languages=languages)


def hull(scopes: Sequence[Scope]) -> Scope:
    """Return the least scope that holds all of some; languages aside."""
    begins, ends = [one.since for one in scopes], [one.until for one in scopes]
    outlets = [one.sources for one in scopes]
    return Scope(
        since=None if None in begins else min(filter(None, begins)),
        until=None if None in ends else max(filter(None, ends)),
        sources=frozenset().union(*outlets) if all(outlets) else frozenset(),
    )


def _shared(ours: frozenset[str], theirs: frozenset[str]) -> frozenset[str] | None:
    """Return what two sets allow together, empty sets allowing all; None for nothing."""
    return (ours & theirs or None) if ours and theirs else ours | theirs
