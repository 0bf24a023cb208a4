"""A third surface, small: a conversation in plain lines, as a mail or IRC bot would hold it.

It shows what a surface has to write itself once a session does the rest.
"""

from bot.question.scope import ScopeError
from bot.session.outline import rows_of
from bot.session.session import Lack, Session
from bot.session.turns import turn_of
from bot.texts.labels import agency, dates, reason_text
from bot.texts.language import say
from bot.texts.messages import Key
from bot.texts.scope_names import scope_text
from bot.types import Answer, Citation
from index import EVERYTHING


def lines_for(session: Session, text: str) -> list[str]:
    """Return what is said to one line of somebody."""
    command, _, argument = text.partition(" ")
    match command:
        case "!sources":
            citations = session.sources()
            if isinstance(citations, Lack):
                return [say(Key.CHAT_NO_ANSWER_YET, session.language)]
            return [_source(session, cited) for cited in citations]
        case "!more" if session.last is not None:
            _, further = session.further(session.last)
            return [f"> {cited.quote} [{cited.number}]" for cited in further]
        case "!only":
            try:
                session.set_scope(argument)
            except ScopeError as error:
                return [say(Key.ERROR, session.language, message=error)]
            if session.scope == EVERYTHING:
                return [say(Key.CHAT_ONLY_ALL, session.language)]
            scope = scope_text(session.scope, session.language)
            return [say(Key.WITHIN, session.language, scope=scope)]
        case _:
            return _answered(session, text)


def _answered(session: Session, text: str) -> list[str]:
    """Answer a question."""
    found = session.find(text)
    reply = session.word(found)
    if found.question.remark is None:
        session.remember(turn_of(text, reply, session.scope))
    if not isinstance(reply, Answer):
        return [reason_text(reply, session.language_of(reply.language))]
    quotes = [
        f"> {row.quote} [{row.number}]" if isinstance(row, Citation) else row.text
        for row in rows_of(reply, session.language)
    ]
    return [*quotes, *(_source(session, cited) for cited in reply.citations)]


def _source(session: Session, cited: Citation) -> str:
    """Name the article of a quote."""
    about = agency(cited.source, cited.via, session.language)
    return f"[{cited.number}] {cited.headline}, {about}, {dates(cited.published, session.language)}"
