"""Conversation: one update in, the calls that answer it out; the whole bot but Telegram itself.

Called from several threads, for different chats at once and for one chat in order. A second call
for the same update gives the same reply and changes nothing twice.

Does not: import the telegram library, send, or keep order. Link previews are switched off where
messages are sent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from zoneinfo import ZoneInfo

from bot.logs import log_reply
from bot.question.followup import resolve_about
from bot.question.question import MAX_QUESTION_CHARS
from bot.question.speaker import split_topic
from bot.session.access import NO_LIMITS, PUBLIC, Access, Caller
from bot.session.following import Following
from bot.session.session import LANGUAGES, REMEMBERED, Lack, Session
from bot.session.turns import last_answered, turn_of
from bot.telegram.dialog import buttons, followed, inline, markup, scope_command, screens
from bot.telegram.dialog.html import sendable, shorten
from bot.telegram.dialog.memory import ChatTurn, Memory, chat_turn
from bot.telegram.dialog.reply import Reply
from bot.telegram.types import FIRST_ALERT, Incoming, IsAdmin, Kind, Outgoing, Show
from bot.texts.commands import command_name
from bot.texts.language import Language, say
from bot.texts.language_model import ModelText
from bot.texts.messages import Key
from bot.texts.remarks import AboutAnswer
from bot.texts.telegram import Phrase
from bot.types import Answer, NoAnswer, Remark

MENU: Final = (
    "ask",
    "sources",
    "article",
    "more",
    "export",
    "quotes",
    "timeline",
    "follow",
    "following",
    "only",
    "lang",
    "reset",
    "privacy",
    "help",
)
"""Commands in the order the menu lists them; /start needs no place there."""

_MAX_SHOWN: Final = 200
_LAST: Final = frozenset({"it", "this", "that", "on", "yes", "این", "همین", "آن", "بله", "کن"})
"""What is typed behind /follow for the last question."""
_TEHRAN: Final = ZoneInfo("Asia/Tehran")
_TOLD_AGAIN_S: Final = 3600.0

_COMMAND = re.compile(
    r"/(?P<name>[\w\u200c]+)(?:@(?P<bot>\w+))?(?:\s+(?P<argument>.*))?", re.DOTALL
)


def commands(*, translates: bool = False) -> Mapping[Language, tuple[tuple[str, str], ...]]:
    """Return the command menu of each language: names and what they do.

    Args:
        translates: Whether there is a language model that translates.
    """
    return {
        language: (
            *((name, say(Phrase[f"MENU_{name.upper()}"], language)) for name in MENU),
            *((("translate", say(ModelText.MENU, language)),) if translates else ()),
        )
        for language in Language
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Answers updates from one archive, whose newest edition is asked.

    Attributes:
        session: What every chat's session is made from: archive, language model, defaults.
        memory: Turns, settings and buttons of all chats.
        following: Their saved questions.
        access: What each chat may see.
        zone: Time zone of chats that chose none.
        told: Update and time at which each chat was last told that only text is read.
        username: Of the bot, without the @; its mention is no part of a question. Where it is
            not known, any name that ends in "bot" is taken for it, as Telegram wants of bots.
    """

    session: Session
    memory: Memory
    following: Following
    access: Access = NO_LIMITS
    zone: ZoneInfo = _TEHRAN
    username: str = ""
    told: dict[int, tuple[int, float]] = field(default_factory=dict)

    @property
    def snapshot(self) -> str:
        """Name of the snapshot that answers."""
        return self.session.answering.manifest.snapshot

    def refresh(self) -> None:
        """Let the snapshot that is published answer.

        Raises:
            PasokhError: If it cannot be opened; the one before goes on.
        """
        self.session.answering.refresh()

    def forget_old(self) -> None:
        """Delete what has been remembered longer than it may be."""
        self.memory.purge()
        self.following.purge()

    def ask_due(self) -> tuple[tuple[Incoming, ...], bool]:
        """Ask some of the saved questions that are due; return alerts, and whether more are due."""
        return followed.ask_due(
            self.following, self.memory, self.session, self.zone, access=self.access
        )

    def queued(self, alert: Incoming) -> None:
        """Keep that an alert will be told."""
        self.following.told(alert.update_id - FIRST_ALERT)

    def respond(
        self, incoming: Incoming, show: Show | None = None, is_admin: IsAdmin = lambda: False
    ) -> tuple[Outgoing, ...]:
        """Return the calls that answer an update, in order; none for what is not for us.

        Args:
            show: Takes what the answer says so far, while it is being worded.
            is_admin: Called where only an administrator of a group may do what is asked.

        Raises:
            Exception: Whatever goes wrong; nothing was remembered then, and asking again may help.
        """
        chat_id, memory = incoming.chat_id, self.memory
        if incoming.kind is Kind.MOVED:
            memory.move(incoming.moved_from, incoming.moved_to)
            self.following.move(incoming.moved_from, incoming.moved_to)
            return ()
        turns = memory.recent(
            chat_id, before=incoming.update_id, n=REMEMBERED, thread_id=incoming.thread_id
        )
        session = replace(
            self.session,
            answering=self.access.archive_for(_caller(incoming), self.session.answering),
            choice=buttons.language_of(memory, chat_id, self.session.choice),
            scope=scope_command.scope_of(memory, incoming),
            turns=tuple(turns),
            app_language=incoming.language_code,
        )
        reply = Reply(
            incoming=incoming,
            memory=memory,
            following=self.following,
            zone=self.zone,
            session=session,
            whole=self.session.answering,
            language=session.language,
            turns=turns,
            show=show,
            is_admin=is_admin,
        )
        match incoming.kind:
            case Kind.BUTTON:
                buttons.press(reply)
            case Kind.ALERT:
                followed.tell(reply)
            case Kind.INLINE:
                # An inline question is not remembered.
                question = sendable(incoming.text)[:MAX_QUESTION_CHARS].strip()
                if question:
                    found = session.find(question, context=()).reply
                    log_reply(found, session.max_quotes)
                    language = session.language_of(found.language)
                    reply.calls.append(inline.results(incoming.query_id, found, language))
                else:
                    reply.calls.append(inline.nothing(incoming.query_id))
            case Kind.OTHER if incoming.is_addressed and self._is_first(incoming):
                reply.tell(Phrase.NO_TEXT)
            case Kind.TEXT | Kind.EDITED if incoming.is_addressed:
                self._answer_text(reply)
        reply.keep()
        return tuple(reply.calls)

    def _is_first(self, incoming: Incoming) -> bool:
        """Tell whether a chat has been sent nothing without text for a while, as in an album."""
        now = self.session.clock().timestamp()
        told = {chat: one for chat, one in self.told.items() if now - one[1] < _TOLD_AGAIN_S}
        update_id, _ = told.setdefault(incoming.chat_id, (incoming.update_id, now))
        self.told.clear()
        self.told.update(told)
        return update_id == incoming.update_id

    def _answer_text(self, reply: Reply) -> None:
        """Obey a command or answer a question."""
        name = re.escape(self.username) or r"\w*bot"
        mention = rf"(?<![\w/])@{name}(?!\w)[,:،]?"
        text = re.sub(mention, " ", sendable(reply.incoming.text), flags=re.IGNORECASE).strip()
        reply.session.hear(text)
        reply.language = reply.session.language
        if reply.incoming.is_forwarded or not text.startswith("/"):
            self._ask(reply, text)
            return
        command = _COMMAND.fullmatch(text)
        if command is None:
            self._tell_unknown(reply, text.split()[0])
            return
        bot = command["bot"] or ""
        # A command behind which another bot's name stands is not for us.
        if not bot or not self.username or bot.lower() == self.username.lower():
            self._obey(reply, command["name"], (command["argument"] or "").strip())

    def _obey(self, reply: Reply, typed: str, argument: str) -> None:
        """Carry out one command."""
        match name := command_name(typed):
            case "start":
                reply.tell(Phrase.START, articles=reply.session.answering.manifest.n_articles)
            case "help":
                group = () if reply.incoming.is_private else (Phrase.HELP_GROUP,)
                texts = [say(text, reply.language) for text in (Phrase.HELP, *group)]
                if reply.session.translating is not None:
                    texts.append(say(ModelText.HELP, reply.language))
                reply.send([markup.note("\n\n".join(texts), reply.language)])
            case "ask":
                self._ask(reply, argument)
            case "follow" | "following" | "unfollow" | "digest" | "quiet":
                self._follow(reply, name, argument)
            case "only":
                scope_command.choose(reply, argument)
            case "lang":
                buttons.set_language(reply, LANGUAGES.get(argument.lower()))
            case "reset":
                if reply.may_delete:
                    incoming = reply.incoming
                    self.memory.forget(incoming.chat_id, thread_id=incoming.thread_id)
                    reply.tell(Phrase.RESET_DONE)
                else:
                    self.memory.forget_person(reply.user_id, chat_id=reply.incoming.chat_id)
                    reply.tell(Phrase.RESET_OWN)
            case "privacy":
                days = self.memory.retention_days
                texts = [say(Phrase.PRIVACY, reply.language, days=days)]
                if reply.session.writing is not None:
                    texts.append(say(ModelText.PRIVACY, reply.language))
                blocks = [markup.note("\n\n".join(texts), reply.language)]
                reply.send(blocks, buttons.forget_keyboard(reply))
            case "quotes" | "timeline":
                self._list(reply, name, argument)
            case "sources" | "article" | "more" | "translate" | "export":
                self._look_back(reply, name, argument)
            case _:
                self._tell_unknown(reply, f"/{typed}")

    def _list(self, reply: Reply, name: str, argument: str) -> None:
        """Send what a person says, or the events of a topic; that is the last answer then."""
        asked, session = sendable(argument)[:MAX_QUESTION_CHARS], reply.session
        speaker, about = split_topic(asked)
        if not speaker:
            reply.tell(Key.TIMELINE_USAGE if name == "timeline" else Key.QUOTES_USAGE)
            return
        if name == "timeline":
            found = session.timeline(asked, most=screens.MAX_LISTED)
        else:
            found = session.statements(speaker, about, most=screens.MAX_LISTED)
        reply.language = session.language_of(found.language)
        reply.turn = self._turn_of(reply, asked, found)
        screens.send_answer(reply, reply.turn, found, ())

    def _turn_of(self, reply: Reply, typed: str, found: Answer | NoAnswer) -> ChatTurn:
        """Return what is remembered of an answer to what was typed."""
        incoming, session = reply.incoming, reply.session
        return chat_turn(
            turn_of(typed, found, session.scope),
            update_id=incoming.update_id,
            chat_id=incoming.chat_id,
            user_id=reply.user_id,
            message_id=incoming.message_id,
            at=session.clock().timestamp(),
        )

    def _follow(self, reply: Reply, name: str, question: str) -> None:
        """Answer a question and save it, without one the last that was asked; or see `followed`."""
        if name != "follow":
            followed.obey(reply, name, question)
            return
        question = "" if question.lower() in _LAST else question
        if question:
            # So that what is published while it is answered is new to it.
            self.following.take_up(reply.whole)
            self._ask(reply, question)
        turn = reply.turn or (None if question else next(iter(reply.turns), None))
        if turn is None:
            reply.tell(Phrase.FOLLOW_USAGE)
        else:
            followed.follow(reply, turn)

    def _tell_unknown(self, reply: Reply, command: str) -> None:
        """Say that there is no such command; in a group it may be for another bot."""
        if reply.incoming.is_private or "@" in reply.incoming.text.split()[0]:
            reply.tell(Phrase.UNKNOWN, command=command[:40])

    def _look_back(self, reply: Reply, name: str, argument: str) -> None:
        """Show more of the last answer."""
        if not reply.turns:
            reply.tell(Phrase.NOTHING_ASKED)
            return
        turn = last_answered(reply.turns) or reply.turns[0]
        if reply.session.earlier and name != "export":  # a file names the question itself
            reply.tell(Key.EARLIER, question=shorten(turn.shown, _MAX_SHOWN))
        match name:
            case "more":
                screens.send_more(reply, turn)
            case "sources":
                screens.send_sources(reply, turn)
            case "translate":
                screens.send_translations(reply, turn, argument)
            case "export":
                screens.send_export(reply, turn, argument)
            case _:
                place = reply.session.source(argument)
                if place is Lack.NO_SUCH_SOURCE:
                    last = max(place.number for place in turn.places)
                    reply.tell(Phrase.ARTICLE_USAGE, last=last)
                elif isinstance(place, Lack):
                    reply.tell(Phrase.NO_SOURCES)
                else:
                    position = turn.article_ids.index(place.article_id)
                    screens.send_article(reply, turn, position)

    def _ask(self, reply: Reply, text: str) -> None:
        """Answer a question."""
        incoming, session = reply.incoming, reply.session
        typed, about = (
            one[:MAX_QUESTION_CHARS].strip() for one in (text, sendable(incoming.about))
        )
        question = typed or about
        if not question:
            reply.tell(Phrase.ASK_USAGE)
            return
        same = [turn for turn in reply.turns if turn.message_id == incoming.message_id]
        if incoming.kind is Kind.EDITED and any(turn.question == question for turn in same):
            return
        # In a group, others' questions are no context unless the bot's message is replied to.
        is_mine = incoming.is_private or bool(incoming.replied_text)
        context = [
            turn
            for turn in reply.turns
            if turn not in same and (is_mine or turn.user_id == reply.user_id)
        ]
        # What is said to us of our own answer is a follow-up, whatever of it is quoted.
        is_about = about and not incoming.is_forwarded and not (typed and incoming.replied_text)
        resolved = resolve_about(typed, about) if is_about else None
        remark = None if resolved or incoming.is_forwarded else session.about_answer(question)
        if remark is not None:
            self._tell_more(reply, remark)
            return
        if resolved is not None and resolved.was_resolved:
            found = session.find(resolved.text[:MAX_QUESTION_CHARS], context=())
        else:
            found = session.find(question, context=() if incoming.is_forwarded else context)
        reply.language = session.language_of(found.reply.language)
        # What is said before the answer about how the question was read.
        reasons = {
            Phrase.EDITED: incoming.kind is Kind.EDITED,
            Phrase.FORWARDED: incoming.is_forwarded,
            Phrase.ABOUT: resolved is not None and resolved.was_resolved,
            Phrase.TOO_LONG: len(text) > MAX_QUESTION_CHARS,
        }
        notes = [
            markup.note(
                say(phrase, reply.language, limit=MAX_QUESTION_CHARS),
                reply.language,
                is_italic=True,
            )
            for phrase, holds in reasons.items()
            if holds
        ]
        if reading := found.reading(reply.language):
            notes.append(markup.reading(reading, reply.language))
        answered = session.word(
            found, lambda claims: reply.draft([*notes, *markup.claims(claims, reply.language)])
        )
        turn = self._turn_of(reply, question, answered)
        # Small talk is not remembered: what follows it still belongs to the question before.
        reply.turn = turn if found.question.remark is None else None
        screens.send_answer(reply, turn, answered, notes)

    def _tell_more(self, reply: Reply, remark: Remark) -> None:
        """Answer what was said about the last answer."""
        if remark is Remark.IS_TRUE:
            reply.tell(AboutAnswer.IS_TRUE)
        self._look_back(reply, "more" if remark is Remark.MORE else "sources", "")


def _caller(incoming: Incoming) -> Caller:
    """Return whose rights count: those of all who will read the reply.

    A group reads what is sent there, and nobody knows in which chat an inline result is sent.
    """
    if incoming.kind is Kind.INLINE:
        return PUBLIC
    if incoming.is_private:
        return Caller.user(incoming.chat_id)
    return Caller.chat(incoming.chat_id)
