"""Commands that ask: `ask`, `chat` and `serve`."""

import json
import re
from functools import partial

from bot.question.scope import check_scope
from bot.records.write import record_of
from bot.session.export import Format, export, finding_of
from bot.session.session import Session
from bot.terminal.context import ExitCode, Surface
from bot.terminal.repl import Chat, pager, typed_lines
from bot.terminal.streaming import ClaimsShowing
from bot.texts.direction import safe
from bot.texts.messages import Key
from bot.types import Answer
from index import Scope


def ask(surface: Surface, question: str, *, k: int | None, within: Scope) -> ExitCode:
    """Answer one question for a person."""
    session = _open_session(surface, k, within)
    found = session.find(question)
    showing = ClaimsShowing(surface.write, session.language_of(found.reply.language))
    is_terminal = surface.screen().width is not None
    reply = session.word(found, showing.tell if is_terminal else None)
    surface.write(*showing.rest(reply))
    return ExitCode.OK if isinstance(reply, Answer) else ExitCode.NO_ANSWER


def ask_json(surface: Surface, question: str, *, k: int | None, within: Scope) -> ExitCode:
    """Answer one question for a program."""
    session = _open_session(surface, k, within)
    reply = session.word(session.find(question))
    record = record_of(reply, session.language_of(reply.language))
    surface.stdout.write(f"{to_json(record)}\n")
    return ExitCode.OK if isinstance(reply, Answer) else ExitCode.NO_ANSWER


def ask_export(
    surface: Surface, question: str, *, k: int | None, within: Scope, form: str
) -> ExitCode:
    """Answer one question as a file of a `Format`."""
    session = _open_session(surface, k, within)
    reply = session.word(session.find(question))
    language = session.language_of(reply.language)
    surface.stdout.write(export([finding_of(reply)], Format(form), language))
    return ExitCode.OK if isinstance(reply, Answer) else ExitCode.NO_ANSWER


def _open_session(surface: Surface, k: int | None, within: Scope) -> Session:
    """Open a conversation about a part of the archive.

    Raises:
        ScopeError: If the archive does not have what the scope names.
    """
    session = surface.open_session()
    archive = session.answering
    session.scope = check_scope(within, archive.outlets, archive.manifest.languages)
    session.max_quotes = k or session.max_quotes
    return session


# Characters a terminal may obey or an encoder refuse: DEL and C1, bidi controls, line and
# paragraph separators, lone surrogates. JSON only requires those below U+0020 to be escaped.
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def to_json(record: object, *, indent: int | None = 2) -> str:
    """Write a value as JSON that reads back the same and that no terminal can be steered by."""
    text = json.dumps(record, ensure_ascii=False, indent=indent)
    return _UNSAFE_IN_JSON.sub(lambda char: f"\\u{ord(char[0]):04x}", text)


def chat(surface: Surface, *, within: Scope) -> ExitCode:
    """Talk until the questions end."""
    history_file = surface.settings.history_file
    is_terminal = surface.stdin.isatty() and surface.stdout.isatty()
    conversation = Chat(
        session=_open_session(surface, None, within),
        out=surface.stdout,
        screen=surface.screen,
        log_file=surface.settings.log_file,
        page=pager(surface.stdout) if is_terminal else None,
    )

    def warn() -> None:
        surface.write(surface.line(Key.CHAT_NO_HISTORY, path=history_file))

    conversation.run(typed_lines(history_file, warn) if is_terminal else iter(surface.stdin))
    return ExitCode.OK


def serve(surface: Surface) -> ExitCode:
    """Answer on Telegram until a signal says to stop."""
    # Half a second that only this command needs.
    from bot.telegram.delivery.app import serve as serve_telegram

    settings, backend = surface.settings, surface.backend

    def tell(text: str) -> None:
        surface.stderr.write(f"{safe(text)}\n")
        surface.stderr.flush()

    serve_telegram(settings, partial(backend.open_conversation, settings), tell)
    return ExitCode.OK
