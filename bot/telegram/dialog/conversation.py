"""One update in, the calls that answer it out: the whole bot but for Telegram itself.

Called from several threads, for different chats at once and for one chat in order. A second call
for the same update gives the same reply and changes nothing twice.

Does not: import the telegram library, send, or keep order. Link previews are switched off where
messages are sent.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final

from bot.answer.answerer import MAX_QUESTION_CHARS
from bot.logs import log_reply
from bot.question.followup import Resolved, Rewriting, leans, meant, seen_in
from bot.session.protocols import AnsweringAnew, Translating, Writing
from bot.telegram.dialog import buttons, inline, markup, scope_command
from bot.telegram.dialog.html import Block, sendable
from bot.telegram.dialog.memory import Memory, Turn
from bot.telegram.dialog.reply import Reply
from bot.telegram.dialog.screens import Screens, places_of
from bot.telegram.types import Incoming, Kind, Outgoing, Show
from bot.texts.language import Language, LanguageChoice, say, ui_language
from bot.texts.language_model import ModelText
from bot.texts.telegram import Phrase
from bot.types import Answer, NoAnswer
from index import Scope

MENU: Final = ("ask", "sources", "article", "more", "only", "lang", "reset", "privacy", "help")
"""Commands in the order the menu lists them; /start needs no place there."""

_COMMAND = re.compile(r"/(?P<name>\w+)(?:@(?P<bot>\w+))?(?:\s+(?P<argument>.*))?", re.DOTALL)
_REMEMBERED: Final = 3
_LANGUAGES: Final = {
    **{choice.value: choice for choice in LanguageChoice},
    "english": LanguageChoice.EN,
    "persian": LanguageChoice.FA,
    "farsi": LanguageChoice.FA,
    "انگلیسی": LanguageChoice.EN,
    "فارسی": LanguageChoice.FA,
}
_MAX_DIGITS: Final = 9


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
        username: Of the bot, without the @; its mention is no part of a question. Where it is
            not known, any name that ends in "bot" is taken for it, as Telegram wants of bots.
        choice: Language where a chat chose none.
        writing: Words the answers, where a language model is set.
        translating: Translates quotes, likewise.
        rewriting: Makes questions whole that lean on those before, likewise.
        clock: Seconds since 1970.
    """

    answerer: AnsweringAnew
    memory: Memory
    username: str = ""
    max_quotes: int = 3
    choice: LanguageChoice = LanguageChoice.AUTO
    writing: Writing | None = None
    translating: Translating | None = None
    rewriting: Rewriting | None = None
    clock: Callable[[], float] = time.time
    _screens: Screens = field(init=False)

    def __post_init__(self) -> None:
        """Make what shows answers."""
        screens = Screens(
            answerer=self.answerer, max_quotes=self.max_quotes, translating=self.translating
        )
        object.__setattr__(self, "_screens", screens)

    @property
    def snapshot(self) -> str:
        """Name of the snapshot that answers."""
        return self.answerer.snapshot.manifest.snapshot

    def refresh(self) -> None:
        """Let the snapshot that is published answer.

        Raises:
            PasokhError: If it cannot be opened; the one before goes on.
        """
        self.answerer.refresh()

    def forget_old(self) -> None:
        """Delete what has been remembered longer than it may be."""
        self.memory.purge()

    def respond(self, incoming: Incoming, show: Show | None = None) -> tuple[Outgoing, ...]:
        """Return the calls that answer an update, in order; none for what is not for us.

        Args:
            show: Takes what the answer says so far, while it is being worded.

        Raises:
            Exception: Whatever goes wrong; nothing was remembered then, and asking again may help.
        """
        language = self._language(incoming)
        reply = Reply(incoming=incoming, memory=self.memory, language=language, show=show)
        self._respond(reply)
        reply.keep()
        return tuple(reply.calls)

    def _respond(self, reply: Reply) -> None:
        """Put the reply together."""
        incoming = reply.incoming
        match incoming.kind:
            case Kind.BUTTON:
                buttons.press(reply, self._screens)
            case Kind.INLINE:
                self._inline(reply)
            case Kind.OTHER if incoming.is_addressed:
                reply.tell(Phrase.NO_TEXT)
            case Kind.TEXT | Kind.EDITED if incoming.is_addressed:
                self._text(reply)

    def _text(self, reply: Reply) -> None:
        """Obey a command or answer a question."""
        text = self._addressed(sendable(reply.incoming.text))
        if reply.incoming.is_forwarded or not text.startswith("/"):
            self._ask(reply, text)
            return
        command = _COMMAND.fullmatch(text)
        if command is None:
            self._unknown(reply, text.split()[0])
        elif self._is_ours(command["bot"] or ""):
            self._obey(reply, command["name"].lower(), (command["argument"] or "").strip())

    def _addressed(self, text: str) -> str:
        """Return a text without the mention of the bot."""
        name = re.escape(self.username) or r"\w*bot"
        return re.sub(rf"(?<![\w/])@{name}(?!\w)[,:،]?", " ", text, flags=re.IGNORECASE).strip()

    def _is_ours(self, name: str) -> bool:
        """Tell whether a command behind which a bot's name stands is for us."""
        return not name or not self.username or name.lower() == self.username.lower()

    def _obey(self, reply: Reply, name: str, argument: str) -> None:
        """Carry out one command."""
        match name:
            case "start":
                count = self.answerer.snapshot.manifest.n_articles
                reply.tell(Phrase.START, articles=count)
            case "help":
                self._help(reply)
            case "ask":
                self._ask(reply, argument)
            case "lang" | "only":
                self._choose(reply, name, argument)
            case "reset":
                self.memory.forget(reply.incoming.chat_id)
                reply.tell(Phrase.RESET_DONE)
            case "privacy":
                self._privacy(reply)
            case "sources" | "article" | "more" | "translate":
                self._look_back(reply, name, argument)
            case _:
                self._unknown(reply, f"/{name}")

    def _help(self, reply: Reply) -> None:
        """Say what can be done."""
        group = () if reply.incoming.is_private else (Phrase.HELP_GROUP,)
        texts = [say(one, reply.language) for one in (Phrase.HELP, *group)]
        if self.translating is not None:
            texts.append(say(ModelText.HELP, reply.language))
        reply.send([markup.note("\n\n".join(texts), reply.language)])

    def _privacy(self, reply: Reply) -> None:
        """Say what is kept, and what leaves for a language model."""
        texts = [say(Phrase.PRIVACY, reply.language, days=self.memory.retention_days)]
        if self.writing is not None:
            texts.append(say(ModelText.PRIVACY, reply.language))
        blocks = [markup.note("\n\n".join(texts), reply.language)]
        reply.send(blocks, buttons.forget_keyboard(reply))

    def _unknown(self, reply: Reply, command: str) -> None:
        """Say that there is no such command; in a group it may be for another bot."""
        if reply.incoming.is_private or "@" in reply.incoming.text.split()[0]:
            reply.tell(Phrase.UNKNOWN, command=command[:40])

    def _choose(self, reply: Reply, name: str, argument: str) -> None:
        """Set the language or the part of the archive, or ask which."""
        choice = _LANGUAGES.get(argument.lower())
        if name == "only":
            now = datetime.fromtimestamp(self.clock(), UTC)
            scope_command.choose(reply, self.answerer.snapshot, argument, now)
        elif choice is None:
            reply.tell(Phrase.LANG_ASK, keyboard=buttons.language_keyboard(reply))
        else:
            buttons.set_language(reply, choice)

    def _look_back(self, reply: Reply, name: str, argument: str) -> None:
        """Show more of the last answer."""
        turns = self.memory.recent(reply.incoming.chat_id, before=reply.incoming.update_id, n=1)
        if not turns:
            reply.tell(Phrase.NOTHING_ASKED)
        elif name == "more":
            self._screens.more(reply, turns[0])
        elif name == "sources":
            self._screens.sources(reply, turns[0])
        elif name == "translate":
            self._screens.translate(reply, turns[0], _number(argument))
        else:
            self._article(reply, turns[0], argument)

    def _article(self, reply: Reply, turn: Turn, argument: str) -> None:
        """Open a source by its number, or the only one without."""
        by_number = {str(place.number): place.article_id for place in turn.places}
        if not by_number:
            reply.tell(Phrase.NO_SOURCES)
            return
        number = "1" if not argument and len(turn.article_ids) == 1 else _ascii_digits(argument)
        article_id = by_number.get(number)
        if article_id is None:
            reply.tell(Phrase.ARTICLE_USAGE, last=max(place.number for place in turn.places))
        else:
            self._screens.article(reply, turn, turn.article_ids.index(article_id))

    def _ask(self, reply: Reply, text: str) -> None:
        """Answer a question."""
        question = text[:MAX_QUESTION_CHARS].strip()
        if not question:
            reply.tell(Phrase.ASK_USAGE)
            return
        resolved = self._resolved(reply, question)
        if resolved is None:
            return
        within = scope_command.scope_of(self.memory, reply.incoming.chat_id)
        found = self.answerer.answer(
            resolved.text, k=self.max_quotes, within=within, alone=question
        )
        reply.language = self._language(reply.incoming, found.language)
        notes = [*_notes(reply, text)]
        if resolved.was_resolved:
            notes.append(markup.understood(resolved.text, reply.language))
        found = self._worded(reply, found, notes)
        log_reply(found, self.max_quotes)
        turn = self._turn(reply, question, found, within)
        reply.turn = turn
        self._screens.answer(reply, turn, found, notes)

    def _worded(
        self, reply: Reply, found: Answer | NoAnswer, notes: Sequence[Block]
    ) -> Answer | NoAnswer:
        """Have an answer worded where there is a model, showing each sentence as it comes."""
        if self.writing is None or isinstance(found, NoAnswer):
            return found
        return self.writing.word(
            found,
            tell=lambda claims: reply.draft([*notes, *markup.claims(claims, reply.language)]),
        )

    def _resolved(self, reply: Reply, question: str) -> Resolved | None:
        """Return a question as it is meant; None for an edit that left it as it was."""
        incoming = reply.incoming
        turns = self.memory.recent(incoming.chat_id, before=incoming.update_id, n=_REMEMBERED)
        same = [one for one in turns if one.message_id == incoming.message_id]
        if incoming.kind is Kind.EDITED and any(one.question == question for one in same):
            return None
        if incoming.is_forwarded:
            return Resolved(text=question, was_resolved=False)
        # In a group, others' questions are no context unless the bot's message is replied to.
        mine = incoming.is_private or bool(incoming.replied_text)
        context = [
            one.asked
            for one in turns
            if one not in same and _says_itself(one) and (mine or one.user_id == reply.user_id)
        ]
        shown = partial(self._shown, context, turns)
        return meant(question, context, rewriting=self.rewriting, shown=shown)

    def _shown(self, context: Sequence[str], turns: Sequence[Turn]) -> tuple[str, ...]:
        """Return what the answer to the first question of a context showed."""
        last = next((one for one in turns if one.asked == context[0]), None)
        return seen_in(self._screens.recall(last)) if last else ()

    def _turn(self, reply: Reply, question: str, found: Answer | NoAnswer, within: Scope) -> Turn:
        """Return what is remembered of a question and its answer."""
        incoming = reply.incoming
        citations = found.citations if isinstance(found, Answer) else ()
        nearest = found.nearest if isinstance(found, NoAnswer) else ()
        return Turn(
            update_id=incoming.update_id,
            chat_id=incoming.chat_id,
            user_id=reply.user_id,
            message_id=incoming.message_id,
            at=self.clock(),
            question=question,
            asked=found.question,
            language=found.language,
            confidence=found.confidence,
            snapshot=found.fingerprint.snapshot,
            encoder=found.fingerprint.encoder,
            places=places_of(citations),
            nearest=tuple(one.article_id for one in nearest),
            within=within if found.is_missed else found.within,
        )

    def _inline(self, reply: Reply) -> None:
        """Answer an inline question; it is not remembered."""
        question = sendable(reply.incoming.text)[:MAX_QUESTION_CHARS].strip()
        if not question:
            reply.calls.append(inline.nothing(reply.incoming.query_id))
            return
        within = scope_command.scope_of(self.memory, reply.incoming.chat_id)
        found = self.answerer.answer(question, k=self.max_quotes, within=within)
        log_reply(found, self.max_quotes)
        language = self._language(reply.incoming, found.language)
        reply.calls.append(inline.results(reply.incoming.query_id, found, language))

    def _language(self, incoming: Incoming, asked_in: str = "") -> Language:
        """Return the language of our words: chosen, of this question, of the last, of the app."""
        choice = buttons.language_of(self.memory, incoming.chat_id, self.choice)
        if choice is LanguageChoice.AUTO and not asked_in:
            turns = self.memory.recent(incoming.chat_id, before=incoming.update_id, n=1)
            asked_in = turns[0].language if turns else incoming.language_code
        return ui_language(asked_in, choice)


def _says_itself(turn: Turn) -> bool:
    """Tell whether a question can be understood without the one before it."""
    return turn.asked != turn.question or not leans(turn.question)


def _notes(reply: Reply, text: str) -> list[Block]:
    """Return what is said before an answer about how the question was read."""
    said = [Phrase.EDITED] if reply.incoming.kind is Kind.EDITED else []
    if reply.incoming.is_forwarded:
        said.append(Phrase.FORWARDED)
    if len(text) > MAX_QUESTION_CHARS:
        said.append(Phrase.TOO_LONG)
    return [
        markup.note(
            say(one, reply.language, limit=MAX_QUESTION_CHARS), reply.language, is_italic=True
        )
        for one in said
    ]


def _number(argument: str) -> int | None:
    """Return the number of a quote; 0, which no quote has, for what is no number."""
    digits = _ascii_digits(argument)
    return (int(digits) if digits.isdecimal() else 0) if argument else None


def _ascii_digits(text: str) -> str:
    """Write a number typed in any script's digits in ours, without leading zeros."""
    is_number = text.isdecimal() and len(text) <= _MAX_DIGITS
    return str(int(text)) if is_number else text
