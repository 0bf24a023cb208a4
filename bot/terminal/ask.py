"""Commands that ask: `ask`, `follow`, `chat`, `serve` and `matrix`."""

import json
import re
from functools import partial

from bot.question.scope import check_scope
from bot.records.write import record_of
from bot.session.export import Format, export, finding_of
from bot.session.following import TERMINAL, Saved
from bot.session.session import Session
from bot.session.turns import turn_of
from bot.settings import SettingsError
from bot.terminal.context import ExitCode, Surface
from bot.terminal.render import quote_lines, reply_lines, source_lines
from bot.terminal.repl import Chat, pager, typed_lines
from bot.terminal.screen import BLANK, Kind, Line
from bot.terminal.streaming import ClaimsShowing
from bot.texts.direction import safe
from bot.texts.language import Language, say
from bot.texts.messages import Key
from bot.types import NOTHING_ASKED, Answer, NoAnswer
from index import PasokhError, Scope
from index.errors import how_to_install


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


def follow(surface: Surface, question: str, *, within: Scope) -> ExitCode:
    """Answer a question and save it for `follow_news`.

    Raises:
        PasokhError: If as many are saved as may be.
    """
    session = _open_session(surface, None, within)
    following = surface.backend.open_following(surface.settings, surface.settings.following_file)
    # So that what is published while it is answered is new to it.
    following.take_up(session.answering)
    reply = session.word(session.find(question))
    language = session.language_of(reply.language)
    surface.write(*reply_lines(reply, language))
    if isinstance(reply, NoAnswer) and reply.reason in NOTHING_ASKED:
        return ExitCode.NO_ANSWER
    saved = Saved(
        chat_id=TERMINAL, user_id=TERMINAL, language=language.value, question=question, scope=within
    )
    if following.follow(session.answering, saved, turn_of(question, reply, within)) is None:
        msg = (
            f"Expected fewer than {following.most} saved questions, but there are as many; "
            "take one away with pasokh follow --remove N."
        )
        raise PasokhError(msg)
    surface.notice(Key.FOLLOWED, days=following.retention_days)
    return ExitCode.OK


def follow_news(surface: Surface) -> ExitCode:
    """Show what is new on each saved question since it was asked last; nothing where nothing is."""
    session = surface.open_session()
    following = surface.backend.open_following(surface.settings, surface.settings.following_file)
    following.purge()
    following.ask(session.answering, following.of_topic(TERMINAL), k=session.max_quotes)
    shown = 0
    for (alert,) in following.pending():
        if citations := session.recall(alert.turn):
            language = Language(alert.saved.language)
            head = say(Key.FOLLOW_NEWS, language, question=alert.saved.question)
            lines = [*quote_lines(citations, language), BLANK, *source_lines(citations, language)]
            rtl = language is Language.FA
            surface.write(Line(Kind.HEADING, head, rtl=rtl), *lines, BLANK)
            surface.stdout.flush()
            shown += 1
        following.told(alert.message)
    return ExitCode.OK if shown else ExitCode.NO_ANSWER


def list_followed(surface: Surface, remove: int | None) -> ExitCode:
    """List the saved questions, without that of a number where one is to be removed.

    Raises:
        PasokhError: If there is no such number.
    """
    following = surface.backend.open_following(surface.settings, surface.settings.following_file)
    saved = following.of_topic(TERMINAL)
    if remove is not None:
        if remove > len(saved):
            msg = (
                f"Expected a number from 1 to {len(saved)}, got {remove}; see pasokh follow --list."
            )
            raise PasokhError(msg)
        following.stop(saved.pop(remove - 1).number)
    for place, one in enumerate(saved, start=1):
        rtl = one.language == Language.FA
        surface.write(Line(Kind.NOTICE, f"{place}. {one.question}", rtl=rtl))
    return ExitCode.OK


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
    serve_telegram(settings, partial(backend.open_conversation, settings), partial(_tell, surface))
    return ExitCode.OK


def matrix(surface: Surface) -> ExitCode:
    """Answer in rooms of Matrix until a signal says to stop."""
    try:
        # Of an extra, and only this command needs it.
        from bot.matrix.serve import serve as serve_matrix
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("bot"):
            raise
        raise SettingsError(
            f"The package {error.name!r} is not installed; {how_to_install('matrix')}"
        ) from error
    session = surface.backend.open_session(surface.settings)
    serve_matrix(surface.settings, session, partial(_tell, surface))
    return ExitCode.OK


def _tell(surface: Surface, text: str) -> None:
    """Show a line to who started the program."""
    surface.stderr.write(f"{safe(text)}\n")
    surface.stderr.flush()
