"""Talk in a room: a text in, the messages that answer it out, as Matrix writes them."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.matrix.rooms import Place, Rooms
from bot.question.scope import ScopeError
from bot.session.session import Lack, Session
from bot.session.turns import Turn, places_of, turn_of
from bot.telegram.dialog.html import Block, Piece, pack
from bot.telegram.dialog.markup import RTL_MARK, answer, note, quotes, reading, refusal, sources
from bot.texts.commands import command_name
from bot.texts.language import Text, say
from bot.texts.matrix import MatrixText
from bot.texts.messages import Key
from bot.texts.remarks import AboutAnswer
from bot.texts.scope_names import scope_text
from bot.texts.telegram import Phrase
from bot.types import Answer, Remark
from index import EVERYTHING, Scope

_COMMAND: Final = re.compile(r"!(?P<name>[\w\u200c]+)(?:\s+(?P<argument>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said to somebody: contents of messages, and the turns and scope that hold then."""

    messages: list[dict[str, Any]]
    turns: tuple[Turn, ...] = ()
    scope: Scope = EVERYTHING


@dataclass(frozen=True, slots=True)
class Talk:
    """Answers what is said in rooms; from several threads, in one room in order.

    Attributes:
        session: What the session of every place is made from.
    """

    session: Session
    rooms: Rooms

    def reply(self, text: str, place: Place) -> Said:
        """Return what answers a text, empty for what is no text; it is not remembered yet."""
        turns, scope = self.rooms.talk(place)
        session = replace(self.session, turns=turns, scope=scope)
        session.hear(text)
        command, remark = _COMMAND.fullmatch(text), session.about_answer(text)
        if not text:
            blocks = [_said(session, Phrase.NO_TEXT)]
        elif command:
            name, argument = command_name(command["name"]), (command["argument"] or "").strip()
            blocks = [*_obey(session, name, argument)]
        elif remark is not None:
            is_doubted = remark is Remark.IS_TRUE
            head = [_said(session, AboutAnswer.IS_TRUE)] if is_doubted else []
            blocks = [*head, *_obey(session, "more" if remark is Remark.MORE else "sources", "")]
        else:
            blocks = [*_answer(session, text)]
        return Said(messages(blocks), session.turns, session.scope)

    def tell(self, text: Text, place: Place) -> Said:
        """Return one of our texts."""
        turns, scope = self.rooms.talk(place)
        session = replace(self.session, turns=turns)
        return Said(messages([_said(session, text)]), turns, scope)


def _said(session: Session, text: Text, **values: object) -> Block:
    return note(say(text, session.language, **values), session.language)


def _answer(session: Session, text: str) -> Iterator[Block]:
    """Yield the answer to a question."""
    found = session.find(text)
    language = session.language_of(found.reply.language)
    if text := found.reading(language):
        yield reading(text, language)
    reply = session.word(found)
    if found.question.remark is None:
        session.remember(turn_of(text, reply, session.scope))
    if isinstance(reply, Answer):
        yield from answer(reply, language)
    else:
        yield from refusal(reply, language)


def _obey(session: Session, name: str, argument: str) -> Iterator[Block]:
    """Yield what a command shows."""
    turn = session.last
    match name:
        case "sources" | "more" if turn is None:
            yield _said(session, Phrase.NOTHING_ASKED)
        case "sources":
            found = session.sources()
            if isinstance(found, Lack):
                gone = found is Lack.GONE
                yield _said(session, Phrase.ARTICLE_GONE if gone else Phrase.NO_SOURCES)
            else:
                yield from sources(found, session.language)
        case "more" if turn is not None:
            shown, further = session.further(turn)
            if further:
                session.remember(replace(turn, places=places_of((*shown, *further))))
                yield _said(session, Key.MORE_HEAD)
                yield from quotes(further, session.language)
                yield from sources(further, session.language)
            else:
                yield _said(session, Key.NO_MORE)
        case "only":
            try:
                session.set_scope(argument)
            except ScopeError as error:
                yield _said(session, Key.ERROR, message=error)
                return
            if session.scope == EVERYTHING:
                yield _said(session, Key.CHAT_ONLY_ALL)
            else:
                scope = scope_text(session.scope, session.language)
                yield _said(session, MatrixText.ONLY, scope=scope)
        case "reset":
            yield _said(session, Phrase.RESET_DONE)
            session.turns, session.scope = (), EVERYTHING
        case _:
            yield _said(session, MatrixText.HELP)


def messages(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Write blocks as the contents of notices, as many as it takes, each with its HTML."""
    return [
        {
            "msgtype": "m.notice",
            "body": "\n".join(map(_plain, part)),
            "format": "org.matrix.custom.html",
            "formatted_body": "".join(_html(block) for block in part if block.n_units),
        }
        for part in pack(blocks)
    ]


def _plain(block: Block) -> str:
    text = "".join(piece.text for piece in block.pieces)
    return "\n".join(f"> {line}" for line in text.split("\n")) if block.is_quote else text


def _html(block: Block) -> str:
    """Write a block as a paragraph or quotation in its own direction."""
    tag = "blockquote" if block.is_quote else "p"
    is_rtl = block.pieces[0].text.startswith(RTL_MARK)
    inner = "".join(map(_piece, block.pieces))
    return f'<{tag} dir="{"rtl" if is_rtl else "ltr"}">{inner}</{tag}>'


def _piece(piece: Piece) -> str:
    written = html.escape(piece.text).replace("\n", "<br>")
    for tag, is_on in (("i", piece.is_italic), ("b", piece.is_bold)):
        written = f"<{tag}>{written}</{tag}>" if is_on and written else written
    return f'<a href="{html.escape(piece.url)}">{written}</a>' if piece.url else written
