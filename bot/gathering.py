"""The commands that bring articles in: `index add` and `index watch`.

Does not: fetch, keep or build by itself; what the commands stand on does.
"""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from bot.terminal.context import ExitCode, Surface
from bot.terminal.index_commands import build
from bot.texts.messages import Key
from bot.texts.web_failures import why
from index import Failure, Kept, ListFound, PasokhError, Step, Watching


def add(surface: Surface, places: Sequence[str]) -> ExitCode:
    """Take addresses, files and folders in, tell of each, and build if something came."""
    outcomes = [
        _tell(surface, step).outcome for step in surface.backend.gather(surface.settings, places)
    ]
    if Kept.ADDED in outcomes or Kept.CHANGED in outcomes:
        return build(surface)
    if Kept.UNCHANGED in outcomes:
        surface.notice(Key.GATHER_NOTHING_NEW)
        return ExitCode.OK
    surface.notice(Key.GATHER_NOTHING)
    return ExitCode.ERROR


def watch(surface: Surface, feeds: Sequence[str], *, once: bool) -> ExitCode:
    """Poll feeds round after round until told to stop, or `once`; build after what came."""
    stop = threading.Event()
    feeds = feeds or surface.settings.feed_addresses
    code = ExitCode.OK
    with (
        _stopped_by_signals(stop),
        surface.backend.open_watcher(surface.settings, feeds, stop) as watcher,
    ):
        surface.notice(Key.WATCHING, count=len(feeds))
        while True:
            code = _round(surface, watcher)
            if once or stop.wait(watcher.pause_s()):
                break
    if stop.is_set():
        surface.notice(Key.CHAT_STOPPED)
    return code if once else ExitCode.OK


def _round(surface: Surface, watcher: Watching) -> ExitCode:
    """Run one round; a build that fails is told, and tried again after the next round."""
    for step in watcher.round():
        _tell(surface, step)
    if not watcher.needs_build:
        return ExitCode.OK
    try:
        build(surface)
    except PasokhError as error:
        surface.notice(Key.ERROR, message=error)
        return ExitCode.ERROR
    watcher.built()
    return ExitCode.OK


def _tell(surface: Surface, step: Step) -> Step:
    """Write one line on what became of an address or file."""
    match step.outcome:
        case Failure() as failure:
            reason = why(failure, surface.language)
            surface.notice(Key.GATHER_FAILED, place=step.place, why=reason)
        case ListFound(count):
            surface.notice(Key.GATHER_LISTED, place=step.place, count=count)
        case kept:
            surface.notice(Key(f"gather_{kept}"), place=step.place)
    return step


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Set `stop` at Ctrl-C or SIGTERM; the second one ends the program as ever."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        restore()

    for number in numbers:
        signal.signal(number, end)
    try:
        yield
    finally:
        restore()
