"""Commands that ask: `ask`, `follow`, `chat`, `serve`, `matrix` and `mcp`."""

from functools import partial

from bot.answer.statements import MAX_STATEMENTS
from bot.answer.timeline import MAX_EVENTS
from bot.question.scope import check_scope
from bot.records.write import record_of, to_json
from bot.session.access import NO_LIMITS, PUBLIC
from bot.session.export import Format, export, finding_of
from bot.session.following import TERMINAL, Saved
from bot.session.picture import timeline_svg
from bot.session.session import Session
from bot.session.turns import turn_of
from bot.setting_types import keys_of
from bot.settings import SettingsError
from bot.terminal.context import ExitCode, Surface
from bot.terminal.render import quote_lines, reply_lines, source_lines
from bot.terminal.repl import Chat, pager, typed_lines
from bot.terminal.screen import BLANK, Kind, Line
from bot.terminal.streaming import ClaimsShowing
from bot.texts.language import Language, say
from bot.texts.messages import Key
from bot.types import NOTHING_ASKED, Answer, NoAnswer
from index import PasokhError, Scope
from index.errors import how_to_install


def ask(surface: Surface, question: str, *, k: int | None, within: Scope) -> ExitCode:
    """Answer one question for a person."""
    session = _open_session(surface, k, within)
    found = session.find(question)
    language = session.language_of(found.reply.language)
    showing = ClaimsShowing(surface.write, language, public_url=session.public_url)
    is_terminal = surface.screen().width is not None
    reply = session.word(found, showing.tell if is_terminal else None)
    surface.write(*showing.rest(reply))
    return ExitCode.OK if isinstance(reply, Answer) else ExitCode.NO_ANSWER


def ask_as(surface: Surface, question: str, *, k: int | None, within: Scope, form: str) -> ExitCode:
    """Answer one question for a program: as JSON ("json") or as a file of a `Format`."""
    session = _open_session(surface, k, within)
    return _show(surface, session, session.word(session.find(question)), form)


def quotes(
    surface: Surface, speaker: str, about: str, *, within: Scope, form: str | None
) -> ExitCode:
    """List what a person says, for a person, as JSON or as a file of a `Format`."""
    session = _open_session(surface, None, within)
    reply = session.statements(speaker, about, most=MAX_STATEMENTS)
    return _show(surface, session, reply, form)


def timeline(surface: Surface, topic: str, *, within: Scope, form: str | None) -> ExitCode:
    """List the events of a topic, for a person, as JSON, as a file of a `Format` or as "svg"."""
    session = _open_session(surface, None, within)
    return _show(surface, session, session.timeline(topic, most=MAX_EVENTS), form)


def _show(
    surface: Surface, session: Session, reply: Answer | NoAnswer, form: str | None
) -> ExitCode:
    """Print a reply in a form, None for people; a picture only where there is something in it."""
    language = session.language_of(reply.language)
    is_answer = isinstance(reply, Answer)
    if form is None or (form == "svg" and not is_answer):
        surface.write(*reply_lines(reply, language))
    elif form == "json":
        surface.stdout.write(f"{to_json(record_of(reply, language))}\n")
    elif form == "svg" and isinstance(reply, Answer):
        surface.stdout.write(timeline_svg(reply, language))
    else:
        surface.stdout.write(export([finding_of(reply)], Format(form), language))
    return ExitCode.OK if is_answer else ExitCode.NO_ANSWER


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
    surface.write(*reply_lines(reply, language, public_url=session.public_url))
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
            sources = source_lines(citations, language, public_url=session.public_url)
            lines = [*quote_lines(citations, language), BLANK, *sources]
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
    serve_telegram(settings, partial(backend.open_conversation, settings), surface.tell)
    return ExitCode.OK


def serve_mcp(surface: Surface, *, port: int | None) -> ExitCode:
    """Answer by the Model Context Protocol, over HTTP where there is a port.

    Raises:
        SettingsError: If the package that speaks the protocol is not installed.
    """
    settings = surface.settings
    try:
        from bot.mcp import serve as mcp  # of an extra, and half a second
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("bot"):
            raise
        raise SettingsError(
            f"pasokh mcp needs the package {error.name!r}, which is not installed; "
            f"{how_to_install('mcp')}"
        ) from error
    opening = mcp.Opening(
        lambda progress: surface.backend.open_answerer(settings, progress=progress),
        NO_LIMITS if port is None else surface.backend.open_access(settings),
    )
    choice, max_quotes = settings.language, settings.max_quotes
    if port is None:
        if surface.stdin.isatty():
            surface.tell(say(Key.MCP_WAITS, surface.language))
        mcp.serve_stdio(opening, choice=choice, max_quotes=max_quotes)
    else:
        mcp.serve_http(
            opening,
            port,
            keys=keys_of(settings.api_keys),
            choice=choice,
            max_quotes=max_quotes,
            tell=surface.tell,
        )
    return ExitCode.OK


def matrix(surface: Surface) -> ExitCode:
    """Answer in rooms of Matrix until a signal says to stop, from what everybody may see."""
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
    access = surface.backend.open_access(surface.settings)
    session.answering = access.archive_for(PUBLIC, session.answering)
    serve_matrix(surface.settings, session, surface.tell)
    return ExitCode.OK
