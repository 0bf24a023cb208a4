"""Progress of a build: a bar with rate and time left on a terminal, plain lines elsewhere.

Nothing appears until progress is reported, and a stream that cannot be written is no error.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TextIO

from bot.texts.language import Language, say
from bot.texts.messages import Key
from index import Progress

_PLAIN_EVERY_S = 10.0


@contextmanager
def progress_on(stream: TextIO, language: Language) -> Iterator[Progress]:
    """Yield a callback that shows (stage, done, total) on `stream` until the block ends.

    A stream that cannot be written, e.g. a pipe closed at its other end, shows nothing; the work
    goes on.
    """
    stack = ExitStack()
    displays: list[Progress] = []

    def show(stage: str, done: int, total: int | None) -> None:
        """Open the display at the first report, so that no report costs nothing."""
        with suppress(OSError):
            if not displays:
                display = _bar if stream.isatty() else _lines
                displays.append(stack.enter_context(display(stream, language)))
            displays[0](stage, done, total)

    try:
        yield show
    finally:
        with suppress(OSError):
            stack.close()


def _stage_name(stage: str, language: Language) -> str:
    """Return a stage in words; one without words by its name."""
    key = f"STAGE_{stage.upper()}"
    return say(Key[key], language) if key in Key.__members__ else stage


@contextmanager
def _lines(stream: TextIO, language: Language) -> Iterator[Progress]:
    """Write a line when a stage starts or ends and every ten seconds between."""
    last: dict[str, float] = {}

    def show(stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - last.get(stage, -_PLAIN_EVERY_S) < _PLAIN_EVERY_S and done != total:
            return
        last[stage] = now
        name = _stage_name(stage, language)
        if total is None:
            line = say(Key.BUILD_STAGE, language, stage=name, done=done)
        else:
            line = say(Key.BUILD_STAGE_OF, language, stage=name, done=done, total=total)
        stream.write(f"{line}\n")
        stream.flush()

    yield show


@contextmanager
def _bar(stream: TextIO, language: Language) -> Iterator[Progress]:
    """Draw one bar for each stage."""
    # Here because rich costs some 80 ms, which an `ask` with its index in place must not pay.
    from rich import console, progress, text

    class RateColumn(progress.ProgressColumn):
        """Shows how many are done each second."""

        def render(self, task: progress.Task) -> text.Text:
            """Return the rate, empty while it is unknown."""
            return text.Text(f"{task.speed:,.0f}/s" if task.speed else "")

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        RateColumn(),
        progress.TimeRemainingColumn(),
    )
    tasks: dict[str, progress.TaskID] = {}
    with progress.Progress(*columns, console=console.Console(file=stream)) as bar:

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(_stage_name(stage, language), total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield show
