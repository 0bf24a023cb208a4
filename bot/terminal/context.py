"""Context of a command: its settings, its streams and what it stands on."""

import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Protocol, TextIO

from bot.evaluation.files import Evaluation, EvaluationFiles
from bot.records.recheck import Rechecker
from bot.session.access import Access
from bot.session.following import Following
from bot.session.protocols import Answering
from bot.session.session import Session
from bot.settings import Settings
from bot.telegram.dialog.conversation import Conversation
from bot.terminal.progress import progress_on
from bot.terminal.screen import Kind, Line, Order, Screen, lacks_bidi, paint, takes_direction
from bot.texts.direction import Bidi, one_line, safe
from bot.texts.language import Language, say, ui_language
from bot.texts.messages import Key
from bot.web.service import Service
from index import BuildReport, Manifest, NotSearched, Preview, Progress, RemovalReport, VerifyReport
from index.web import Step, Watching


class ExitCode(IntEnum):
    """What the commands tell the shell; the command line adds those of its own."""

    OK = 0
    ERROR = 1
    NO_ANSWER = 3
    NOT_VERIFIED = 4


class Backend(Protocol):
    """What the commands stand on: the module `bot.wire`, or anything like it."""

    def open_answerer(self, settings: Settings, *, progress: Progress | None = None) -> Answering:
        """Open the index, building it first where there is none."""
        ...

    def open_session(self, settings: Settings, *, progress: Progress | None = None) -> Session:
        """Open the index, building it first where there is none, and a model where one is set."""
        ...

    def open_conversation(self, settings: Settings, username: str) -> Conversation:
        """Open what answers on Telegram for the bot of that name."""
        ...

    def open_web(
        self,
        settings: Settings,
        *,
        archive: Answering | None = None,
        progress: Progress | None = None,
    ) -> Service:
        """Open what the pages and the API answer from: an archive that is open, or else anew."""
        ...

    def open_following(self, settings: Settings, path: Path) -> Following:
        """Open a file of saved questions."""
        ...

    def open_access(self, settings: Settings) -> Access:
        """Read who may see which articles."""
        ...

    def count_labels(self, settings: Settings) -> Counter[tuple[str, ...]]:
        """Count the articles of the index by their labels."""
        ...

    def build(self, settings: Settings, progress: Progress | None = None) -> BuildReport:
        """Build the index."""
        ...

    def is_behind(self, settings: Settings) -> bool:
        """Tell whether something was collected and is not in the index yet."""
        ...

    def info(self, settings: Settings) -> Manifest:
        """Read what the index is."""
        ...

    def preview(self, settings: Settings) -> Preview:
        """Read a part of the corpus without building anything."""
        ...

    def not_searched(self, settings: Settings) -> Iterator[NotSearched]:
        """Yield every item of the corpus that the index does not search."""
        ...

    def verify(self, settings: Settings) -> VerifyReport:
        """Check every file of the index."""
        ...

    def open_rechecker(self, settings: Settings) -> Rechecker:
        """Open what holds answers of earlier against the index."""
        ...

    def remove(
        self, settings: Settings, article_id: str, reason: str, progress: Progress | None = None
    ) -> RemovalReport:
        """Take one article out of the index for good."""
        ...

    def evaluate(
        self, settings: Settings, files: EvaluationFiles, progress: Progress
    ) -> Evaluation:
        """Ask a whole question set."""
        ...

    def gather(self, settings: Settings, places: Sequence[str]) -> Iterator[Step]:
        """Take addresses, files and folders in; the index is built by `build`."""
        ...

    def open_watcher(
        self, settings: Settings, feeds: Sequence[str], stop: threading.Event
    ) -> AbstractContextManager[Watching]:
        """Be the one watcher of the index until `stop` is set."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Where a command runs: its settings, its streams and what it stands on."""

    settings: Settings
    backend: Backend
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO

    @property
    def language(self) -> Language:
        """The language before any question was asked."""
        return ui_language("", self.settings.language)

    def screen(self) -> Screen:
        """What standard output can show now; a window may be resized."""
        return screen_of(self.stdout, self.settings)

    def write(self, *lines: Line) -> None:
        """Write lines to standard output."""
        self.stdout.write(paint(lines, self.screen()))

    def tell(self, text: str) -> None:
        """Write a line of a running service to standard error at once."""
        self.stderr.write(f"{safe(text)}\n")
        self.stderr.flush()

    def notice(self, key: Key, **values: object) -> None:
        """Write one of our texts at once, for what takes long tells of it by lines."""
        self.write(self.line(key, **values))
        self.stdout.flush()

    def line(self, key: Key, **values: object) -> Line:
        """Make a line of one of our texts, which no name of a file or address breaks."""
        language = self.language
        inline = {
            name: one_line(value) if isinstance(value, str) else value
            for name, value in values.items()
        }
        return Line(Kind.NOTICE, say(key, language, **inline), rtl=language is Language.FA)

    def open_session(self) -> Session:
        """Open a conversation, showing how far a first build is."""
        with progress_on(self.stderr, self.language) as progress:
            return self.backend.open_session(self.settings, progress=progress)


def screen_of(stream: TextIO, settings: Settings) -> Screen:
    """Say what the terminal behind `stream` can show; a pipe or file gets plain lines."""
    if not stream.isatty():
        return Screen()
    try:
        width = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        width = 0
    # Who puts right-to-left text in order: we or the terminal.
    if settings.bidi is Bidi.REORDER or (settings.bidi is Bidi.AUTO and lacks_bidi(os.environ)):
        order = Order.VISUAL
    else:
        order = Order.TOLD if takes_direction(os.environ) else Order.ISOLATED
    return Screen(
        width=width or 80,
        has_colour="NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb",
        order=order,
    )
