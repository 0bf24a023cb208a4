"""The chat loop: questions and commands, over a terminal or any pair of streams.

Does not: answer, render or set anything up.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TextIO

from bot.logs import log_reply, report_failure
from bot.question.followup import Resolved, Rewriting, leans, meant, seen_in
from bot.question.scope import ScopeError, check_scope, parse_scope
from bot.session.protocols import Answering, Translating, Writing, asked_in, foreign
from bot.terminal.render import article_lines, full_source_lines, translation_lines
from bot.terminal.screen import BLANK, Kind, Line, Screen, paint
from bot.terminal.streaming import ClaimsShowing, word
from bot.texts.language import Language, LanguageChoice, say, ui_language
from bot.texts.language_model import ModelText
from bot.texts.messages import Key
from bot.texts.scope_names import scope_text
from bot.threads import Worker
from bot.types import Answer, Citation, NoAnswer
from index import EVERYTHING, Scope

_ALL = "off"
_REMEMBERED = 3

Page = Callable[[list[Line], Screen], None]
"""Shows many lines, one of them of the kind MARKED."""


class Command(StrEnum):
    """What can be typed instead of a question."""

    SOURCES = "/sources"
    OPEN = "/open"
    TRANSLATE = "/translate"
    LANG = "/lang"
    ONLY = "/only"
    HELP = "/help"
    QUIT = "/quit"


@dataclass(kw_only=True)
class Chat:
    """One conversation: where it speaks, and what later questions and commands refer to."""

    answerer: Answering
    out: TextIO
    screen: Callable[[], Screen]
    choice: LanguageChoice
    max_quotes: int
    writing: Writing | None = None
    translating: Translating | None = None
    rewriting: Rewriting | None = None
    within: Scope = EVERYTHING
    log_file: Path | None = None
    page: Page | None = None
    last: Answer | None = None
    asked: list[str] = field(default_factory=list)
    question_language: str = ""
    worker: Worker = field(default_factory=Worker)

    @property
    def language(self) -> Language:
        """The language of labels now: that set, or that of the last question."""
        return ui_language(self.question_language, self.choice)

    def run(self, lines: Iterator[str]) -> None:
        """Handle lines until they end or one asks to quit."""
        manifest = self.answerer.snapshot.manifest
        self._say(Key.CHAT_WELCOME, articles=manifest.n_articles)
        for line in lines:
            if not self.handle(line):
                break
        self._say(Key.CHAT_BYE)

    def handle(self, line: str) -> bool:
        """Obey a command or answer a question; False when the conversation is over.

        Ctrl-C leaves whatever is being done for the line, and the conversation goes on.
        """
        text = " ".join(line.split())
        if text in {Command.QUIT, "quit", "exit"}:
            return False
        try:
            if text.startswith("/"):
                self._obey(*text.partition(" ")[::2])
            elif text:
                self._ask(text)
        except KeyboardInterrupt:
            self._stop()
        return True

    def _obey(self, name: str, argument: str) -> None:
        """Carry out one command; an unknown one gets the list of all."""
        match name.lower():
            case Command.SOURCES:
                self._show_sources()
            case Command.OPEN:
                self._open(argument)
            case Command.TRANSLATE:
                self._translate(argument)
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
        if self.translating is not None:
            self._say_of_model(ModelText.CHAT_HELP)

    def _ask(self, question: str) -> None:
        """Answer a question; a failure is told and survived."""
        try:
            resolved = self.worker.run(lambda: self._meant(question))
            found = self.worker.run(
                lambda: self.answerer.answer(
                    resolved.text, k=self.max_quotes, within=self.within, alone=question
                )
            )
            self.question_language = found.language
            if resolved.was_resolved:
                self._say(Key.UNDERSTOOD, question=resolved.text)
            self._take(found, ClaimsShowing(self._show, self.language))
        except Exception as error:  # noqa: BLE001  # the surface's one catch: the chat goes on
            self._report(error)
        else:
            self._remember(resolved)

    def _meant(self, question: str) -> Resolved:
        """Return a question with what it takes from those before it."""
        shown = self.last.citations if self.last else ()
        return meant(question, self.asked, rewriting=self.rewriting, shown=lambda: seen_in(shown))

    def _remember(self, question: Resolved) -> None:
        """Keep a question that later ones may lean on: one that can be understood by itself."""
        if question.was_resolved or not leans(question.text):
            self.asked = [question.text, *self.asked][:_REMEMBERED]

    def _report(self, error: Exception) -> None:
        """Tell of a failure."""
        notice = report_failure(error, self.language, self.log_file)
        self._write([Line(Kind.NOTICE, notice)])

    def _stop(self) -> None:
        """Say that Ctrl-C has been obeyed."""
        if self.screen().width is not None:
            self.out.write("\n")  # the terminal has just shown ^C there
        self._say(Key.CHAT_STOPPED)

    def _take(self, found: Answer | NoAnswer, showing: ClaimsShowing) -> None:
        """Have an answer worded where there is a model, show it and remember it."""
        tell = showing.tell if self.screen().width is not None else None
        try:
            reply = self.worker.run(lambda: word(self.writing, found, tell))
        except KeyboardInterrupt:
            showing.is_over = True
            raise
        log_reply(reply, self.max_quotes)
        self.last = reply if isinstance(reply, Answer) else None
        self._write([*showing.rest(reply), BLANK])

    def _show_sources(self) -> None:
        """List the sources of the last answer, each with the other articles of its report."""
        if self.last is None:
            self._say(Key.CHAT_NO_ANSWER_YET)
        else:
            self._write(full_source_lines(self.last, self.language))

    def _translate(self, argument: str) -> None:
        """Show quotes of the last answer in the language of its question."""
        if self.translating is None:
            self._say_of_model(ModelText.NO_MODEL)
        elif self.last is None:
            self._say(Key.CHAT_NO_ANSWER_YET)
        else:
            try:
                self._show_translations(self.last, self.translating, _ascii_digits(argument))
            except Exception as error:  # noqa: BLE001  # as in _ask
                self._report(error)

    def _show_translations(self, answer: Answer, translating: Translating, number: str) -> None:
        """Show one quote translated, or all of them without a number."""
        chosen = [one for one in answer.citations if number in {"", str(one.number)}]
        language = asked_in(answer.language, self.language)
        quotes = foreign(chosen, language)
        if not chosen:
            self._say_of_model(ModelText.USAGE, last=len(answer.citations))
        elif not quotes:
            self._say_of_model(ModelText.ALREADY)
        for position, one in enumerate(quotes):
            made = self.worker.run(partial(translating.translate, one, language))
            if position == 0:
                self._say_of_model(ModelText.TRANSLATED, model=made.model)
            self._write(translation_lines(one, made, self.language))

    def _open(self, argument: str) -> None:
        """Show the article behind a source of the last answer."""
        if self.last is None:
            self._say(Key.CHAT_NO_ANSWER_YET)
            return
        by_number = {str(one.number): one for one in self.last.citations}
        citation = by_number.get(_ascii_digits(argument))
        if citation is None:
            self._say(Key.CHAT_OPEN_USAGE, last=len(by_number))
        else:
            self._show_article(citation)

    def _show_article(self, citation: Citation) -> None:
        """Show one article with its quote marked."""
        article = self.answerer.snapshot.article(citation.article_id)
        if article is None:
            self._say(Key.CHAT_ARTICLE_GONE, article=citation.article_id)
            return
        if citation.span.cut(article.text) != citation.quote:
            self._say(Key.CHAT_ARTICLE_CHANGED, article=citation.article_id)
            return
        lines = article_lines(article, citation.span, self.language)
        if self.page is None:
            self._write(lines)
        else:
            self.page(lines, self.screen())

    def _set_language(self, argument: str) -> None:
        """Set the language of labels."""
        choices = [choice.value for choice in LanguageChoice]
        if argument not in choices:
            self._say(Key.CHAT_LANGUAGE_USAGE, choices=", ".join(choices))
            return
        self.choice = LanguageChoice(argument)
        self._say(Key.CHAT_LANGUAGE_SET, choice=argument)

    def _set_scope(self, argument: str) -> None:
        """Set what part of the archive is asked, or show it."""
        archive = self.answerer.snapshot
        try:
            if argument.lower() == _ALL:
                self.within = EVERYTHING
            elif argument:
                scope = parse_scope(argument, datetime.now(UTC))
                self.within = check_scope(scope, archive.outlets, archive.manifest.languages)
        except ScopeError as error:
            self._say(Key.ERROR, message=error)
        else:
            self._show_scope()

    def _show_scope(self) -> None:
        """Say what part of the archive is asked."""
        if self.within == EVERYTHING:
            self._say(Key.CHAT_ONLY_ALL)
        else:
            self._say(Key.WITHIN, scope=scope_text(self.within, self.language))

    def _say(self, key: Key, **values: object) -> None:
        """Show one of our texts."""
        self._notice(say(key, self.language, **values))

    def _say_of_model(self, text: ModelText, **values: object) -> None:
        """Show one of our texts about the language model."""
        self._notice(say(text, self.language, **values))

    def _notice(self, text: str) -> None:
        self._write([Line(Kind.NOTICE, text, rtl=self.language is Language.FA)])

    def _show(self, *lines: Line) -> None:
        self._write(lines)

    def _write(self, lines: Iterable[Line]) -> None:
        """Write lines as the screen shows them."""
        self.out.write(paint(lines, self.screen()))
        self.out.flush()


def _ascii_digits(text: str) -> str:
    """Write a number typed in any script's digits in ours; other text comes back as it is."""
    # Nobody has a billion sources, and int() refuses thousands of digits.
    is_number = text.isdecimal() and len(text) < 10  # noqa: PLR2004
    return str(int(text)) if is_number else text


def typed_lines(history_file: Path, warn: Callable[[], None]) -> Iterator[str]:
    """Yield lines from a terminal: with editing, history, completion and safe pasting.

    Ctrl-C drops the line, Ctrl-D ends. A paste of many lines is one line.
    """
    # Here because prompt_toolkit costs some 190 ms, which only a chat at a terminal should pay.
    from prompt_toolkit import PromptSession
    from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    can_keep = _make_private(history_file)
    if not can_keep:
        warn()
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(history_file)) if can_keep else InMemoryHistory(),
        auto_suggest=AutoSuggestFromHistory(),
        completer=WordCompleter([command.value for command in Command], sentence=True),
        complete_while_typing=False,
    )
    while True:
        try:
            yield session.prompt("> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _make_private(path: Path) -> bool:
    """Make a file that only its owner may read; False when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        path.chmod(0o600)
    except OSError:
        return False
    return True


def pager(out: TextIO) -> Page:
    """Return a way to show a long text: `less` at the marked line, or all at once without it."""
    less = shutil.which("less")

    def page(lines: list[Line], screen: Screen) -> None:
        text = paint(lines, screen)
        if less is None or text.count("\n") < shutil.get_terminal_size().lines:
            out.write(text)
            return
        first = paint(lines[: _mark_position(lines)], screen).count("\n")
        with _ctrl_c_left_to_child():
            start = f"+{max(first - 2, 1)}"
            subprocess.run([less, "-R", start], input=text, encoding="utf-8", check=False)

    return page


@contextmanager
def _ctrl_c_left_to_child() -> Iterator[None]:
    """Let Ctrl-C reach only the program we wait for; `less` takes it as "stop", not as "end"."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _mark_position(lines: list[Line]) -> int:
    """Return the position of the marked line, 0 without one."""
    marked = (row for row, line in enumerate(lines) if line.kind is Kind.MARKED)
    return next(marked, 0)
