"""Scope command: which part of the archive a chat asks, /only since=1402/03 source=Mehr lang=fa.

Inline questions are asked of the part that their asker chose in private.
"""

from typing import Final

from pydantic import TypeAdapter

from bot.question.scope import ScopeError
from bot.telegram.dialog.html import shorten
from bot.telegram.dialog.memory import Memory
from bot.telegram.dialog.reply import Reply
from bot.telegram.types import Incoming
from bot.texts.scope_names import scope_text
from bot.texts.telegram import Phrase
from index import EVERYTHING, Scope

_ONLY: Final = "only"
_MAX_MESSAGE: Final = 300
_SCOPE: Final = TypeAdapter(Scope)


def scope_of(memory: Memory, incoming: Incoming) -> Scope:
    """Return the part of the archive that a topic asks, all of it where none was chosen."""
    stored = memory.setting(incoming.chat_id, _ONLY, thread_id=incoming.thread_id)
    return _SCOPE.validate_json(stored) if stored else EVERYTHING


def choose(reply: Reply, argument: str) -> None:
    """Keep what part a topic asks, or nothing where no part is named, and say which it is."""
    session = reply.session
    try:
        session.set_scope(argument)
    except ScopeError as error:
        reply.tell(Phrase.ONLY_UNREAD, message=shorten(str(error), _MAX_MESSAGE))
        return
    if argument:
        stored = _SCOPE.dump_json(session.scope).decode()
        incoming = reply.incoming
        reply.memory.choose(incoming.chat_id, _ONLY, stored, thread_id=incoming.thread_id)
    if session.scope == EVERYTHING:
        reply.tell(Phrase.ONLY_ALL)
    else:
        reply.tell(Phrase.ONLY_SET, scope=scope_text(session.scope, reply.language))
