"""The tests that take most processor time, their processes included: `pytest -p processor_time`.

The clock tells little of a test where others run beside it. What a fixture of many tests takes
counts for the first of them, and a process where it was waited for.
"""

import os
import resource
import sys
from collections import Counter
from collections.abc import Generator
from multiprocessing import forkserver
from typing import Final

import pytest

_NAME: Final = "processor_s"
_SHOWN: Final = 30
_before = 0.0


def _used() -> float:
    """Return the seconds of this process, of its children and of those of `tests/warm.py`."""
    spent = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    seconds = sum(one.ru_utime + one.ru_stime for one in spent)
    pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    if pid and sys.platform == "linux":
        # Subtle: not by `open`, which a test may have replaced until its own end.
        stat = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
        # The name in parentheses may hold spaces; proc_pid_stat(5), fields 14 to 17.
        fields = os.read(stat, 4096).rpartition(b")")[2].split()[11:15]
        os.close(stat)
        seconds += sum(map(int, fields)) / os.sysconf("SC_CLK_TCK")
    return seconds


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note with each report what was used since the one before."""
    global _before  # noqa: PLW0603  # a plugin has no other place between hooks
    report = yield
    now = _used()
    report.user_properties.append((_NAME, now - _before))
    _before = now
    return report


def pytest_collection_finish() -> None:
    """Count no imports."""
    global _before  # noqa: PLW0603  # as above
    _before = _used()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the dearest tests and files."""
    tests: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, seconds in getattr(report, "user_properties", ()):
                if name == _NAME:
                    tests[report.nodeid] += seconds
    files: Counter[str] = Counter()
    for name, seconds in tests.items():
        files[name.partition("::")[0]] += seconds
    terminalreporter.section(f"{tests.total():.0f} s of processor time in tests")
    for dearest in (files, tests):
        for name, seconds in dearest.most_common(_SHOWN):
            terminalreporter.write_line(f"{seconds:7.1f} s  {name}")
