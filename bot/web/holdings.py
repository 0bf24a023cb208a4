"""Holdings: how many articles an archive has, by time, outlet and language."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.texts.language import Language, localize_digits
from index import Moment, Snapshot
from index.sources import known_outlet
from index.text import GREGORIAN_MONTHS, JALALI_MONTHS, TEHRAN, jalali_parts

_MOST_MONTHS: Final = 60
_MOST_OUTLETS: Final = 200


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
    tally = snapshot.tally(outlets)
    by_month: Counter[int] = Counter()  # months since the year 0
    for day, count in tally.days.items():
        at = datetime.fromtimestamp(day * 86_400 + 28_800, UTC).astimezone(TEHRAN)  # before noon
        is_jalali = language is Language.FA
        year, month, _ = jalali_parts(Moment(at)) if is_jalali else (at.year, at.month, at.day)
        by_month[12 * year + month - 1] += count
    is_by_year = bool(by_month) and max(by_month) - min(by_month) >= _MOST_MONTHS
    most = sorted(tally.outlets.items(), key=lambda pair: (-pair[1], pair[0]))
    return Holdings(
        n_articles=tally.n_articles,
        periods=tuple(_periods(by_month, language, n_months=12 if is_by_year else 1)),
        is_by_year=is_by_year,
        undated=tally.n_articles - sum(tally.days.values()),
        outlets=tuple(most[:_MOST_OUTLETS]),
        n_other_outlets=max(len(most) - _MOST_OUTLETS, 0),
        in_others=sum(count for _, count in most[_MOST_OUTLETS:]),
        languages=_most_first(tally.languages),
        updated=snapshot.published_at,
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


def _most_first(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Return those that are there, most first, then by name."""
    present = [pair for pair in counts.items() if pair[1]]
    return tuple(sorted(present, key=lambda pair: (-pair[1], pair[0])))
