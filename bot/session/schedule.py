"""Schedule: when a chat wants to be told of news: at once, outside quiet hours, or once a day."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_TIME: Final = re.compile(r"(\d{1,2})(?:[:.٫](\d{2}))?")


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


def read_times(text: str) -> list[time] | None:
    """Read times of day in any digits, "8:00", "23-7"; None where one is none."""
    found = [_TIME.fullmatch(part.strip()) for part in re.split("[-–—]", text)]
    try:
        return [time(int(one[1]), int(one[2] or 0)) for one in found if one] if all(found) else None
    except ValueError:
        return None


def read_zone(name: str) -> ZoneInfo | None:
    """Return the time zone of a name, "Asia/Tehran"; None for no such."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a name may lead to a folder
        return None
