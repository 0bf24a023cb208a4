"""Questions and conversations: `ask`, `chat` and `serve`.

Does not: parse arguments, or catch what goes wrong; the command line does both.
"""

import json
import re
from functools import partial

from bot.logs import log_reply
from bot.question.scope import check_scope
from bot.records.write import record_of
from bot.session.protocols import OpenArchive, Talk
from bot.terminal.context import ExitCode, Surface
from bot.terminal.repl import Chat, pager, typed_lines
from bot.terminal.streaming import ClaimsShowing, TellClaims, word
from bot.texts.direction import safe
from bot.texts.language import ui_language
from bot.texts.messages import Key
from bot.types import Answer, NoAnswer
from index import (
    Scope,
)


def ask(surface: Surface, question: str, *, k: int | None, within: Scope) -> ExitCode:
    """Answer one question for a person."""
    talk = surface.open_talk()
    found = _found(surface, talk, question, k, within)
    language = ui_language(found.language, surface.settings.language)
    showing = ClaimsShowing(surface.write, language)
    is_terminal = surface.screen().width is not None
    reply = _worded(surface, talk, found, showing.tell if is_terminal else None, k)
    surface.write(*showing.rest(reply))
    return _exit_code(reply)


def ask_json(surface: Surface, question: str, *, k: int | None, within: Scope) -> ExitCode:
    """Answer one question for a program."""
    talk = surface.open_talk()
    found = _found(surface, talk, question, k, within)
    reply = _worded(surface, talk, found, None, k)
    surface.stdout.write(f"{to_json(record_of(reply))}\n")
    return _exit_code(reply)


def _found(
    surface: Surface, talk: Talk, question: str, k: int | None, within: Scope
) -> Answer | NoAnswer:
    """Answer one question with quotes."""
    most = k or surface.settings.max_quotes
    return talk.answerer.answer(question, k=most, within=_checked(within, talk.answerer.snapshot))


def _worded(
    surface: Surface, talk: Talk, found: Answer | NoAnswer, tell: TellClaims | None, k: int | None
) -> Answer | NoAnswer:
    """Have an answer worded where there is a model, and log that a question was asked."""
    reply = word(talk.writing, found, tell)
    log_reply(reply, k or surface.settings.max_quotes)
    return reply


def _checked(within: Scope, archive: OpenArchive) -> Scope:
    """Refuse outlets and languages that the archive does not have."""
    return check_scope(within, archive.outlets, archive.manifest.languages)


def _exit_code(reply: Answer | NoAnswer) -> ExitCode:
    """Tell answers and refusals apart."""
    return ExitCode.OK if isinstance(reply, Answer) else ExitCode.NO_ANSWER


# Characters a terminal may obey or an encoder refuse: DEL and C1, bidi controls, line and
# paragraph separators, lone surrogates. JSON only requires those below U+0020 to be escaped.
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def to_json(record: object) -> str:
    """Write a value as JSON that reads back the same and that no terminal can be steered by."""
    text = json.dumps(record, ensure_ascii=False, indent=2)
    return _UNSAFE_IN_JSON.sub(lambda char: f"\\u{ord(char[0]):04x}", text)


def chat(surface: Surface, *, within: Scope) -> ExitCode:
    """Talk until the questions end."""
    settings = surface.settings
    talk = surface.open_talk()
    is_terminal = surface.stdin.isatty() and surface.stdout.isatty()
    conversation = Chat(
        answerer=talk.answerer,
        writing=talk.writing,
        translating=talk.translating,
        rewriting=talk.rewriting,
        out=surface.stdout,
        screen=surface.screen,
        choice=settings.language,
        max_quotes=settings.max_quotes,
        within=_checked(within, talk.answerer.snapshot),
        log_file=settings.log_file,
        page=pager(surface.stdout) if is_terminal else None,
    )

    def warn() -> None:
        surface.write(surface.line(Key.CHAT_NO_HISTORY, path=settings.history_file))

    lines = typed_lines(settings.history_file, warn) if is_terminal else iter(surface.stdin)
    conversation.run(lines)
    return ExitCode.OK


def serve(surface: Surface) -> ExitCode:
    """Answer on Telegram until a signal says to stop."""
    from bot.telegram.delivery.app import (
        serve as serve_telegram,  # half a second that only this needs
    )

    settings, backend = surface.settings, surface.backend

    def tell(text: str) -> None:
        surface.stderr.write(f"{safe(text)}\n")
        surface.stderr.flush()

    serve_telegram(settings, partial(backend.open_conversation, settings), tell)
    return ExitCode.OK
