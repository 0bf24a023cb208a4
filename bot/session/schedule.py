"""Schedule: when a chat wants to be told of news: at once, outside quiet hours, or once a day."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

_TIME: Final = re.compile(
    r"(?:(?:at|from|از)\s)?(?:ساعت\s)?(?P<hour>\d{1,2})(?:[:.٫](?P<minute>\d{2}))?"
    r"\s?(?P<half>am|pm|صبح|عصر|شب)?(?!\w)",
    re.IGNORECASE,
)
_TO: Final = re.compile(r"\s?(?:[-–—]|to|until|till|تا)\s?|\s(?=\d)", re.IGNORECASE)
_LATE: Final = frozenset({"pm", "عصر", "شب"})
_NOON: Final = 12
_EARLY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When news may be told.

    Attributes:
        digest: The time of day, in `zone`, at which all of a day is told; None for at once.
        quiet: From when until when nothing is told at once; None for never.
    """

    zone: ZoneInfo
    digest: time | None = None
    quiet: tuple[time, time] | None = None

    def is_due(self, asked: float, now: float) -> bool:
        """Tell whether what was last asked at a time, in seconds since 1970, is asked now."""
        local = datetime.fromtimestamp(now, UTC).astimezone(self.zone)
        if self.digest is not None:
            today = datetime.combine(local.date(), self.digest, self.zone)
            last = today if today <= local else today - timedelta(days=1)
            return asked < last.timestamp()
        if self.quiet is None:
            return True
        start, end = self.quiet
        clock = local.time()
        is_quiet = start <= clock < end if start <= end else clock >= start or clock < end
        return not is_quiet


def read_times(text: str) -> tuple[list[time], str]:
    """Read times of day in any digits and what stands behind them, the name of a zone.

    "8:00", "8 pm", «ساعت ۸ صبح»; "23-7 Europe/Berlin", «از ۲۳ تا ۷».

    Returns:
        No times where one is none, and the rest of the text.
    """
    line, times, place = " ".join(text.split()), list[time](), 0
    while found := _TIME.match(line, place):
        hour, half = int(found["hour"]), (found["half"] or "").lower()
        if half and hour <= _NOON:
            # «۱۲ شب» is midnight and «۲ شب» after it.
            is_late = half in _LATE and not (half == "شب" and (hour == _NOON or hour < _EARLY))
            hour = hour % _NOON + (_NOON if is_late else 0)
        try:
            times.append(time(hour, int(found["minute"] or 0)))
        except ValueError:
            return [], ""
        place = found.end()
        to = _TO.match(line, place)
        if to is None:
            break
        place = to.end()
    return times, line[place:].strip()


def read_zone(name: str) -> ZoneInfo | None:
    """Return the time zone of a name or a city, "Asia/Tehran" or "tehran"; None for no such."""
    key = _zones().get(name.replace(" ", "_").casefold())
    return ZoneInfo(key) if key else None


@cache
def _zones() -> dict[str, str]:
    """Return zones by their names and cities, in small letters."""
    zones = sorted(available_timezones(), reverse=True)
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in zones}
    return cities | {zone.casefold(): zone for zone in zones}
