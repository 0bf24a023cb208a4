"""Which part of the archive a chat asks: /only since=1402/03 source=Mehr lang=fa.

Does not: ask it; inline questions are asked of the part that their asker chose in private.
"""

from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from bot.question.scope import ScopeError, check_scope, parse_scope
from bot.session.protocols import OpenArchive
from bot.telegram.dialog.html import shorten
from bot.telegram.dialog.memory import Memory
from bot.telegram.dialog.reply import Reply
from bot.texts.scope_names import scope_text
from bot.texts.telegram import Phrase
from index import EVERYTHING, Scope

_ONLY: Final = "only"
_ALL: Final = "off"
_MAX_MESSAGE: Final = 300
_SCOPE: Final = TypeAdapter(Scope)


def scope_of(memory: Memory, chat_id: int) -> Scope:
    """Return the part of the archive that a chat asks, all of it where none was chosen."""
    kept = memory.setting(chat_id, _ONLY)
    return _SCOPE.validate_json(kept) if kept else EVERYTHING


def choose(reply: Reply, archive: OpenArchive, argument: str, now: datetime) -> None:
    """Keep what part a chat asks, or nothing where no part is named, and say which it is."""
    try:
        if argument:
            _keep(reply, _read(argument, archive, now))
    except ScopeError as error:
        reply.tell(Phrase.ONLY_UNREAD, message=shorten(str(error), _MAX_MESSAGE))
        return
    scope = scope_of(reply.memory, reply.incoming.chat_id)
    if scope == EVERYTHING:
        reply.tell(Phrase.ONLY_ALL)
    else:
        reply.tell(Phrase.ONLY_SET, scope=scope_text(scope, reply.language))


def _read(argument: str, archive: OpenArchive, now: datetime) -> Scope:
    """Read a part that the archive has."""
    if argument.lower() == _ALL:
        return EVERYTHING
    return check_scope(parse_scope(argument, now), archive.outlets, archive.manifest.languages)


def _keep(reply: Reply, scope: Scope) -> None:
    reply.memory.choose(reply.incoming.chat_id, _ONLY, _SCOPE.dump_json(scope).decode())
