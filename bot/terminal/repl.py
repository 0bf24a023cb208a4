"""Chat loop: questions and commands, over a terminal or any pair of streams."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final, TextIO

from bot.logs import report_failure
from bot.question.scope import ScopeError
from bot.question.speaker import split_topic
from bot.session.export import SUFFIXES, Format, export, parse_export
from bot.session.session import LANGUAGES, Lack, Session
from bot.session.turns import Turn, places_of, turn_of
from bot.terminal.render import (
    article_lines,
    full_source_lines,
    quote_lines,
    reply_lines,
    source_lines,
    translation_lines,
)
from bot.terminal.screen import (
    BLANK,
    FIND_DIRECTION,
    TAKE_DEFAULT_DIRECTION,
    Kind,
    Line,
    Order,
    Screen,
    paint,
)
from bot.terminal.streaming import ClaimsShowing
from bot.texts.commands import command_name
from bot.texts.language import Language, LanguageChoice, Text, say
from bot.texts.language_model import ModelText
from bot.texts.messages import Key
from bot.texts.remarks import AboutAnswer
from bot.texts.scope_names import scope_text
from bot.threads import Worker
from bot.types import Remark
from index import EVERYTHING, Span, StorageError

Page = Callable[[list[Line], Screen], None]
"""Shows many lines, one of them of the kind MARKED."""

_LACKS: Final = {
    Lack.NOTHING_ASKED: Key.CHAT_NO_ANSWER_YET,
    Lack.NO_SOURCES: Key.CHAT_NO_ANSWER_YET,
    Lack.GONE: Key.CHAT_SOURCES_GONE,
    Lack.NO_MODEL: ModelText.NO_MODEL,
    Lack.SAME_LANGUAGE: ModelText.ALREADY,
}


class Command(StrEnum):
    """What can be typed instead of a question."""

    SOURCES = "/sources"
    OPEN = "/open"
    MORE = "/more"
    TRANSLATE = "/translate"
    EXPORT = "/export"
    QUOTES = "/quotes"
    TIMELINE = "/timeline"
    LANG = "/lang"
    ONLY = "/only"
    HELP = "/help"
    QUIT = "/quit"


_MOST_LISTED: Final = 40
_OF_LAST_ANSWER: Final = {Command.SOURCES, Command.OPEN, Command.MORE, Command.TRANSLATE}


@dataclass(kw_only=True)
class Chat:
    """A session shown on a stream."""

    session: Session
    out: TextIO
    screen: Callable[[], Screen]
    log_file: Path | None = None
    page: Page | None = None
    asked: list[Turn] = field(default_factory=list)
    worker: Worker = field(default_factory=Worker)

    @property
    def language(self) -> Language:
        """The language of labels now."""
        return self.session.language

    def run(self, lines: Iterator[str]) -> None:
        """Handle lines until they end or one asks to quit."""
        self._say(Key.CHAT_WELCOME, articles=self.session.answering.manifest.n_articles)
        for line in lines:
            if not self.handle(line):
                break
        self._say(Key.CHAT_BYE)

    def handle(self, line: str) -> bool:
        """Obey a command or answer a question; False when the conversation is over.

        Ctrl-C leaves whatever is being done for the line, and the conversation goes on. A failure
        is told and survived.
        """
        text = " ".join(line.split())
        first = text.partition(" ")[0]
        if text in {"quit", "exit"} or _command(first) == Command.QUIT:
            return False
        self.session.hear(text)
        try:
            if text.startswith("/"):
                self._obey(*text.partition(" ")[::2])
            elif text:
                self._ask(text)
        except KeyboardInterrupt:
            if self.screen().width is not None:
                self.out.write("\n")  # the terminal has just shown ^C there
            self._say(Key.CHAT_STOPPED)
        except Exception as error:  # noqa: BLE001  # the surface's one catch: the chat goes on
            self._write([Line(Kind.NOTICE, report_failure(error, self.language, self.log_file))])
        return True

    def _obey(self, name: str, argument: str) -> None:
        """Carry out one command; an unknown one gets the list of all."""
        command = _command(name)
        if command in _OF_LAST_ANSWER and (earlier := self.session.earlier):
            self._say(Key.EARLIER, question=earlier.shown)
        match command:
            case Command.SOURCES:
                citations = self.session.sources()
                if isinstance(citations, Lack):
                    self._say(_LACKS[citations])
                else:
                    public_url = self.session.public_url
                    self._write(full_source_lines(citations, self.language, public_url=public_url))
            case Command.OPEN | "/article":
                self._open(argument)
            case Command.MORE:
                self._more()
            case Command.TRANSLATE:
                self._translate(argument)
            case Command.EXPORT:
                self._export(argument)
            case Command.QUOTES | Command.TIMELINE:
                self._list(command, argument)
            case Command.LANG:
                self._set_language(argument.lower())
            case Command.ONLY:
                self._set_scope(argument)
            case Command.HELP:
                self._help()
            case _:
                self._say(Key.CHAT_UNKNOWN, command=name)
                self._help()

    def _help(self) -> None:
        """List the commands."""
        self._say(Key.CHAT_HELP)
        if self.session.translating is not None:
            self._say(ModelText.CHAT_HELP)

    def _ask(self, text: str) -> None:
        """Answer a question, its claims shown as they are worded where there is a model.

        What is said about the last answer ("more", "is that true?") acts on that one.
        """
        remark = self.session.about_answer(text)
        if remark is not None:
            if remark is Remark.IS_TRUE:
                self._say(AboutAnswer.IS_TRUE)
            self._obey(Command.MORE if remark is Remark.MORE else Command.SOURCES, "")
            return
        found = self.worker.run(lambda: self.session.find(text))
        language = self.session.language_of(found.reply.language)
        if reading := found.reading(language):
            self._notice(reading, language)
        showing = ClaimsShowing(
            lambda *lines: self._write(lines), language, public_url=self.session.public_url
        )
        tell = showing.tell if self.screen().width is not None else None
        try:
            reply = self.worker.run(lambda: self.session.word(found, tell))
        except KeyboardInterrupt:
            showing.is_over = True
            raise
        self._write([*showing.rest(reply), BLANK])
        if found.question.remark is None:
            turn = turn_of(text, reply, self.session.scope)
            self.session.remember(turn)
            self.asked.append(turn)

    def _more(self) -> None:
        """Show further quotes; from then on they belong to the last answer."""
        turn = self.session.last
        if turn is None or not turn.places:
            self._say(Key.CHAT_NO_ANSWER_YET)
            return
        shown, further = self.worker.run(lambda: self.session.further(turn))
        if not further:
            self._say(Key.NO_MORE)
            return
        self._say(Key.MORE_HEAD)
        quotes = quote_lines(further, self.language)
        sources = source_lines(further, self.language, public_url=self.session.public_url)
        self._write([*quotes, BLANK, *sources, BLANK])
        both = replace(turn, places=places_of((*shown, *further)))
        self.session.remember(both)
        self.asked = [both if one is turn else one for one in self.asked]

    def _translate(self, argument: str) -> None:
        """Show quotes of the last answer in the language of its question, all without a number."""
        found = self.session.to_translate(argument)
        turn, translating = self.session.last, self.session.translating
        if found is Lack.NO_SUCH_SOURCE and turn is not None:
            self._say(ModelText.USAGE, last=_last_number(turn))
        elif isinstance(found, Lack):
            self._say(_LACKS[found])
        elif translating is not None:
            quotes, language = found
            for position, cited in enumerate(quotes):
                made = self.worker.run(partial(translating.translate, cited, language))
                if position == 0:
                    self._say(ModelText.TRANSLATED, model=made.model)
                self._write(translation_lines(cited, made, self.language))

    def _export(self, argument: str) -> None:
        """Write the last answer, or the whole conversation, into a new file."""
        form, is_all = parse_export(argument)
        turn = self.session.last
        if turn is None or not turn.places:
            self._say(Key.CHAT_NO_ANSWER_YET)
        elif form is None:
            self._say(Key.EXPORT_USAGE, formats=", ".join(Format))
        else:
            turns = self.asked if is_all else [turn]
            findings = self.worker.run(lambda: [self.session.finding(one) for one in turns])
            path = Path(f"pasokh-{self.session.clock():%Y%m%d-%H%M%S}.{SUFFIXES[form]}")
            write_new(path, export(findings, form, self.language))
            self._say(Key.EVAL_WRITTEN, path=path)

    def _list(self, command: str, argument: str) -> None:
        """Show what a person says, or the events of a topic; that is the last answer then."""
        session, is_timeline = self.session, command == Command.TIMELINE
        speaker, about = split_topic(argument)
        if not speaker:
            self._say(Key.TIMELINE_USAGE if is_timeline else Key.QUOTES_USAGE)
            return
        reply = self.worker.run(
            lambda: (
                session.timeline(argument, most=_MOST_LISTED)
                if is_timeline
                else session.statements(speaker, about, most=_MOST_LISTED)
            )
        )
        language = session.language_of(reply.language)
        self._write([*reply_lines(reply, language, public_url=session.public_url), BLANK])
        turn = turn_of(argument, reply, session.scope)
        session.remember(turn)
        self.asked.append(turn)

    def _open(self, argument: str) -> None:
        """Show the article behind a source of the last answer, its quote marked."""
        place, turn = self.session.source(argument), self.session.last
        if turn is None or place is Lack.NOTHING_ASKED or place is Lack.NO_SOURCES:
            self._say(Key.CHAT_NO_ANSWER_YET)
            return
        if isinstance(place, Lack):
            self._say(Key.CHAT_OPEN_USAGE, last=_last_number(turn))
            return
        opened = self.session.article(turn, place.article_id)
        if opened is None:
            self._say(Key.CHAT_ARTICLE_GONE, article=place.article_id)
            return
        article, quoted = opened
        mark = Span(place.start, place.end)
        if mark not in quoted:
            self._say(Key.CHAT_ARTICLE_CHANGED, article=place.article_id)
            return
        lines = article_lines(article, mark, self.language)
        if self.page is None:
            self._write(lines)
        else:
            self.page(lines, self.screen())

    def _set_language(self, argument: str) -> None:
        """Set the language of labels."""
        choice = LANGUAGES.get(argument)
        if choice is None:
            choices = ", ".join(choice.value for choice in LanguageChoice)
            self._say(Key.CHAT_LANGUAGE_USAGE, choices=choices)
        else:
            self.session.choice = choice
            self._say(Key.CHAT_LANGUAGE_SET, choice=choice.value)

    def _set_scope(self, argument: str) -> None:
        """Set what part of the archive is asked, or show it."""
        try:
            self.session.set_scope(argument)
        except ScopeError as error:
            self._say(Key.ERROR, message=error)
            return
        if self.session.scope == EVERYTHING:
            self._say(Key.CHAT_ONLY_ALL)
        else:
            self._say(Key.WITHIN, scope=scope_text(self.session.scope, self.language))

    def _say(self, text: Text, **values: object) -> None:
        """Show one of our texts."""
        self._notice(say(text, self.language, **values), self.language)

    def _notice(self, text: str, language: Language) -> None:
        self._write([Line(Kind.NOTICE, text, rtl=language is Language.FA)])

    def _write(self, lines: Iterable[Line]) -> None:
        """Write lines as the screen shows them."""
        self.out.write(paint(lines, self.screen()))
        self.out.flush()


def _command(text: str) -> str:
    """Return a command in Latin letters, whichever it was typed in."""
    return f"/{command_name(text[1:])}" if text.startswith("/") else text


def _last_number(turn: Turn) -> int:
    """Return the highest number of a source."""
    return max(place.number for place in turn.places)


def write_new(path: Path, text: str) -> None:
    """Write a file that only its owner may read: it says what somebody asked.

    Raises:
        StorageError: If it is there already or cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        msg = f"Expected to write {path}, but: {error.strerror}; try again from another folder."
        raise StorageError(msg) from error


def typed_lines(history_file: Path, warn: Callable[[], None]) -> Iterator[str]:
    """Yield lines from a terminal: with editing, history, completion and safe pasting.

    Ctrl-C drops the line, Ctrl-D ends. A paste of many lines is one line.
    """
    # Here because prompt_toolkit costs some 190 ms, which only a chat at a terminal should pay.
    from prompt_toolkit import PromptSession, auto_suggest, completion, history

    try:  # only its owner may read what somebody asked
        history_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(history_file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        history_file.chmod(0o600)
        kept: history.History = history.FileHistory(str(history_file))
    except OSError:
        warn()
        kept = history.InMemoryHistory()
    session: PromptSession[str] = PromptSession(
        history=kept,
        auto_suggest=auto_suggest.AutoSuggestFromHistory(),
        completer=completion.WordCompleter([command.value for command in Command], sentence=True),
        complete_while_typing=False,
    )
    while True:
        try:
            yield session.prompt("> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def pager(out: TextIO) -> Page:
    """Return a way to show a long text: `less` at the marked line, or all at once without it."""
    less = shutil.which("less")

    def page(lines: list[Line], screen: Screen) -> None:
        text = paint(lines, screen)
        if less is None or text.count("\n") < shutil.get_terminal_size().lines:
            out.write(text)
            return
        marked = (row for row, line in enumerate(lines) if line.kind is Kind.MARKED)
        first = paint(lines[: next(marked, 0)], screen).count("\n")
        if is_told := screen.order is Order.TOLD:  # `less` passes styles on and nothing else
            text = paint(lines, replace(screen, order=Order.LOGICAL))
            out.write(FIND_DIRECTION)
            out.flush()
        with _ctrl_c_left_to_child():
            start = f"+{max(first - 2, 1)}"
            subprocess.run([less, "-R", start], input=text, encoding="utf-8", check=False)
        if is_told:
            out.write(TAKE_DEFAULT_DIRECTION)

    return page


@contextmanager
def _ctrl_c_left_to_child() -> Iterator[None]:
    """Let Ctrl-C reach only the program we wait for; `less` takes it as "stop", not as "end"."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
