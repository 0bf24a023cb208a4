"""When news is told: at once, outside quiet hours, or once a day in the chat's time zone."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.session.schedule import Schedule, read_times, read_zone

TEHRAN = ZoneInfo("Asia/Tehran")


def _at(hour: int, minute: int = 0, *, day: int = 1, zone: ZoneInfo = TEHRAN) -> float:
    return datetime(2023, 6, day, hour, minute, tzinfo=zone).timestamp()


def test_at_once() -> None:
    """Without a choice it is always due."""
    assert Schedule(zone=TEHRAN).is_due(_at(3), _at(3))


@pytest.mark.parametrize(
    ("hour", "is_due"), [(22, True), (23, False), (2, False), (6, False), (7, True), (12, True)]
)
def test_quiet_hours_over_midnight(hour: int, *, is_due: bool) -> None:
    """Nothing is told from the first hour until before the last."""
    night = Schedule(zone=TEHRAN, quiet=(time(23), time(7)))
    assert night.is_due(_at(0), _at(hour)) is is_due


def test_quiet_hours_within_a_day() -> None:
    """Hours that do not pass midnight are quiet likewise."""
    noon = Schedule(zone=TEHRAN, quiet=(time(12), time(14)))
    assert [noon.is_due(0.0, _at(hour)) for hour in (11, 12, 13, 14)] == [True, False, False, True]


def test_a_digest_is_due_once_a_day() -> None:
    """It is due from its time on until it was asked, also where the bot was down at that time."""
    digest = Schedule(zone=TEHRAN, digest=time(8))
    assert not digest.is_due(_at(9), _at(7, 59, day=2))
    assert digest.is_due(_at(9), _at(8, day=2))
    assert digest.is_due(_at(9), _at(23, day=2))
    assert digest.is_due(_at(9), _at(7, day=3))
    assert not digest.is_due(_at(8, day=2), _at(20, day=2))


def test_a_digest_keeps_the_time_of_its_zone() -> None:
    """Eight o'clock is that of the clock on the wall, in summer and winter."""
    berlin = ZoneInfo("Europe/Berlin")
    digest = Schedule(zone=berlin, digest=time(8))
    assert not digest.is_due(_at(9, zone=berlin), _at(9, 20, day=2))  # 7:50 in Berlin
    assert digest.is_due(_at(9, zone=berlin), _at(9, 31, day=2))
    winter = datetime(2023, 10, 29, 8, 1, tzinfo=berlin).timestamp()
    assert digest.is_due(datetime(2023, 10, 28, 9, tzinfo=berlin).timestamp(), winter)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("8:00", [time(8)]),
        ("۸:۳۰", [time(8, 30)]),
        ("23-7", [time(23), time(7)]),
        ("23:30–06:15", [time(23, 30), time(6, 15)]),
        ("25", []),
        ("8:61", []),
        ("", []),
        ("now", []),
        ("8-", [time(8)]),
        ("۲ شب", [time(2)]),
        ("12 am", [time(0)]),
    ],
)
def test_times_are_read(text: str, times: list[time]) -> None:
    """Times of day are read in any digits; what is none is told apart."""
    assert read_times(text)[0] == times


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "", "Europe", "\0"])
def test_no_zone(name: str) -> None:
    """What is no time zone is none, whatever it leads to."""
    assert read_zone(name) is None
