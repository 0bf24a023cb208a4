"""Holdings: how many articles an archive has, by time, outlet and language."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from bot.texts.language import Language, localize_digits
from index import Moment, Snapshot
from index.sources import known_outlet
from index.text import GREGORIAN_MONTHS, JALALI_MONTHS, TEHRAN, jalali_parts

_MOST_MONTHS: Final = 60
_MOST_OUTLETS: Final = 200
_VAGUE_S: Final = 32 * 86_400
"""A time of publication that is longer than a month is not counted under one."""
_TEHRAN_S: Final = 16_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Counts of articles.

    Attributes:
        periods: By month, or by year where there are more than 60 months; earliest first, in the
            calendar of a language. Those without a date of a month or better are in `undated`.
        outlets: By name, "" for none; the 200 with most, most first.
        n_other_outlets, in_others: How many outlets come after those, with how many articles.
        languages: By tag; most first.
        updated: When the index was published.
    """

    n_articles: int
    periods: tuple[tuple[str, int], ...]
    is_by_year: bool
    undated: int
    outlets: tuple[tuple[str, int], ...]
    n_other_outlets: int
    in_others: int
    languages: tuple[tuple[str, int], ...]
    updated: datetime


def holdings(snapshot: Snapshot, outlets: Collection[str], language: Language) -> Holdings:
    """Count the articles of those outlets that may be seen.

    Args:
        outlets: Case-folded names.
        language: Its calendar is used for months.
    """
    layout = snapshot.layout
    seen = [code for code, name in enumerate(layout.outlet_names) if name in outlets]
    shown = np.isin(layout.outlets, seen)
    if layout.live is not None:
        shown &= layout.live
    rows = np.flatnonzero(shown)
    _, firsts = np.unique(layout.owners[rows], return_index=True)
    rows = rows[firsts]
    starts, ends = layout.published[rows, 0], layout.published[rows, 1]
    # Unknown dates span nothing at the least number there is.
    is_dated = (ends > starts) & (ends - starts <= _VAGUE_S)
    # A day in Tehran begins 3.5 or 4.5 hours before that in UTC.
    local_days = (starts[is_dated] + _TEHRAN_S) // 86_400 * 86_400
    days, counts = np.unique(local_days, return_counts=True)
    by_month: Counter[int] = Counter()  # months since the year 0
    for seconds, count in zip(days.tolist(), counts.tolist(), strict=True):
        at = datetime.fromtimestamp(seconds - _TEHRAN_S + 43_200, UTC).astimezone(TEHRAN)
        is_jalali = language is Language.FA
        year, month, _ = jalali_parts(Moment(at)) if is_jalali else (at.year, at.month, at.day)
        by_month[12 * year + month - 1] += count
    is_by_year = bool(by_month) and max(by_month) - min(by_month) >= _MOST_MONTHS
    tags = np.bincount(layout.languages[rows], minlength=len(layout.tags)).tolist()
    _, examples, of_outlet = np.unique(layout.outlets[rows], return_index=True, return_counts=True)
    outlet_counts = dict(zip(examples.tolist(), of_outlet.tolist(), strict=True))
    # The columns have names case-folded; an article has its outlet's as it is written.
    most = sorted(outlet_counts.items(), key=lambda pair: -pair[1])
    named = [
        (snapshot.archive.article_at(int(layout.owners[rows[example]])).source, count)
        for example, count in most[:_MOST_OUTLETS]
    ]
    return Holdings(
        n_articles=len(rows),
        periods=tuple(_periods(by_month, language, n_months=12 if is_by_year else 1)),
        is_by_year=is_by_year,
        undated=len(rows) - int(np.count_nonzero(is_dated)),
        outlets=tuple(named),
        n_other_outlets=len(most) - len(named),
        in_others=sum(count for _, count in most[_MOST_OUTLETS:]),
        languages=_most_first(dict(zip(layout.tags, tags, strict=True))),
        updated=datetime.fromtimestamp((snapshot.folder / "manifest.json").stat().st_mtime, UTC),
    )


def _periods(
    by_month: Counter[int], language: Language, *, n_months: int
) -> Iterator[tuple[str, int]]:
    """Yield each time of 1 or 12 months from the first to the last, also those without articles."""
    months = JALALI_MONTHS if language is Language.FA else GREGORIAN_MONTHS
    first = min(by_month, default=0) // n_months * n_months
    for start in range(first, max(by_month, default=-1) + 1, n_months):
        year, month = divmod(start, 12)
        name = f"{months[month]} " if n_months == 1 else ""
        count = sum(by_month[number] for number in range(start, start + n_months))
        yield f"{name}{localize_digits(year, language)}", count


def shown_outlet(name: str) -> str:
    """Return an outlet's name as it is usually written."""
    outlet = known_outlet(name)
    return outlet.name if outlet else name


def _most_first(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    """Return those that are there, most first, then by name."""
    present = [pair for pair in counts.items() if pair[1]]
    return tuple(sorted(present, key=lambda pair: (-pair[1], pair[0])))
