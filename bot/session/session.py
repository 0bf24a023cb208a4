"""Session: one conversation with an archive, whatever shows it.

It resolves follow-ups, asks the archive, has answers worded, and looks back at its last turns:
sources, articles, further quotes, translations. A surface (terminal, Telegram) turns what a
session returns into its own lines and messages.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Final

from bot.logs import log_reply
from bot.question.courtesy import ABOUT_ANSWER, find_remark
from bot.question.followup import Rewriting, resolve, restated
from bot.question.question import Question, read_question
from bot.question.scope import check_scope, narrowed, parse_scope
from bot.session.export import Finding
from bot.session.protocols import Answering, TellClaims, Translating, Writing
from bot.session.turns import Place, Turn, cited_again, last_answered
from bot.texts.language import Language, LanguageChoice, say, ui_language
from bot.texts.messages import Key
from bot.types import Answer, Citation, NoAnswer, Remark
from index import EVERYTHING, Article, ArticleId, Scope, Span
from index.text import detect

REMEMBERED: Final = 3
"""Turns that a follow-up may refer to."""

LANGUAGES: Final[Mapping[str, LanguageChoice]] = {
    **{choice.value: choice for choice in LanguageChoice},
    "english": LanguageChoice.EN,
    "persian": LanguageChoice.FA,
    "farsi": LanguageChoice.FA,
    "انگلیسی": LanguageChoice.EN,
    "فارسی": LanguageChoice.FA,
}
"""What people call the languages of our words."""

_ALL: Final = "off"
_MAX_DIGITS: Final = 9
_UNKNOWN: Final = "und"
_FEW_WORDS: Final = 5
_ARABIC_SCRIPT: Final = frozenset({"fa", "ar", "ur", "ps", "ckb", "sd", "ug"})


class Lack(Enum):
    """Why there is nothing to show of the conversation so far."""

    NOTHING_ASKED = auto()
    NO_SOURCES = auto()
    NO_SUCH_SOURCE = auto()
    GONE = auto()
    """The archive no longer holds what was quoted."""
    NO_MODEL = auto()
    SAME_LANGUAGE = auto()


@dataclass(frozen=True, slots=True)
class Found:
    """A question as it was understood, and what the archive has for it.

    Attributes:
        continues: The question before it as it was typed, where words were taken from that.
    """

    question: Question
    reply: Answer | NoAnswer
    continues: str = ""

    def reading(self, language: Language) -> str:
        """Say how the question was read where that is not how it was typed; else empty."""
        if self.continues:
            return say(Key.CONTINUES, language, question=self.continues)
        return say(Key.UNDERSTOOD, language, question=self.understood) if self.understood else ""

    @property
    def understood(self) -> str:
        """The question as it was read where that is not how it was typed; else empty."""
        is_other = bool(self.question.follows) or self.reply.question != self.question.text
        return self.reply.question if is_other else ""


@dataclass(kw_only=True)
class Session:
    """One conversation.

    Attributes:
        answering: The archive.
        writing, translating, rewriting: What a language model does, where one is set.
        max_quotes: Most quotes of an answer.
        choice: The language of our words, or that of the question.
        scope: The part of the archive that is asked.
        turns: Newest first, at most `REMEMBERED` and the last answer behind them.
        app_language: Language of the asker's program, for before anything was asked.
        spoken: Language of the remark or command that is obeyed now, see `hear`.
        clock: Tells the aware time that "last week" is told by.
        public_url: Where people reach the articles' pages; empty where there are none.
    """

    answering: Answering
    writing: Writing | None = None
    translating: Translating | None = None
    rewriting: Rewriting | None = None
    max_quotes: int = 3
    choice: LanguageChoice = LanguageChoice.AUTO
    scope: Scope = EVERYTHING
    turns: tuple[Turn, ...] = ()
    app_language: str = ""
    spoken: str = _UNKNOWN
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    public_url: str = ""

    @property
    def language(self) -> Language:
        """The language of our words now: set, of what is obeyed, the last question, the program."""
        return self.language_of(self.spoken)

    def hear(self, text: str) -> None:
        """Let our words be in the language of a remark or command, where it tells one.

        «بیشتر» and «/بیشتر» after an English question are Persian, "/more" is nobody's language.
        """
        remark, is_command = find_remark(text), text.startswith(("/", "!"))
        is_persian = is_command and not text.split(maxsplit=1)[0].isascii()
        self.spoken = "fa" if is_persian else remark[1] if remark else _UNKNOWN

    def language_of(self, question_language: str) -> Language:
        """Return the language of our words beside a question in a language, a BCP 47 tag.

        Where that cannot be told it is the language of the conversation, or of the program.
        """
        if question_language in {"", _UNKNOWN}:
            question_language = self.turns[0].language if self.turns else self.app_language
        return ui_language(question_language, self.choice)

    @property
    def last(self) -> Turn | None:
        """The turn that commands refer to: the last that was answered."""
        return last_answered(self.turns)

    @property
    def earlier(self) -> Turn | None:
        """The turn that commands refer to where a question after it got no answer; else None."""
        return None if not self.turns or self.last is self.turns[0] else self.last

    def about_answer(self, text: str) -> Remark | None:
        """Return what a text wants of the last answer ("more"), None where it is a question."""
        found = find_remark(text)
        is_about = found is not None and found[0] in ABOUT_ANSWER
        return found[0] if found and is_about and self.last and self.last.places else None

    def find(self, text: str, *, context: Sequence[Turn] | None = None) -> Found:
        """Ask the archive; nothing is remembered yet.

        Args:
            text: The question as it was typed.
            context: Turns that it may refer to, newest first; None for those of the session.
        """
        turns = self.turns if context is None else context
        before = [turn for turn in turns if turn.stands_alone]
        text = restated(text) if before else text

        def shown() -> Sequence[str]:
            citations = self.recall(before[0])
            headlines = dict.fromkeys(citation.headline for citation in citations)
            return (*headlines, *(citation.quote for citation in citations))

        resolved = resolve(
            text, [turn.asked for turn in before], rewriting=self.rewriting, shown=shown
        )
        question = read_question(
            resolved.text,
            scope=self.scope,
            now=self.clock(),
            outlets=self.answering.outlets,
            typed=text,
            follows=before[0].asked if resolved.was_resolved else "",
        )
        question = replace(question, language=self._usual_language(question, turns))
        reply = self.answering.answer(question, k=self.max_quotes)
        is_by_rule = resolved.text.startswith(text) and resolved.was_resolved
        return Found(question, reply, continues=before[0].shown if is_by_rule else "")

    def statements(self, speaker: str, about: str = "", *, most: int) -> Answer | NoAnswer:
        """Return what a person says over the archive, its newest `most` quotes in order of time.

        Args:
            speaker: A name in any script.
            about: A topic; empty for any.
        """
        asked = read_question(f"{speaker} {about}")
        language = self._usual_language(asked, self.turns)
        topic = None
        if about:
            topic = read_question(about, scope=self.scope, now=self.clock())
            topic = replace(topic, language=language)
        reply = self.answering.statements(speaker, topic, scope=self.scope, most=most)
        return replace(reply, language=language)

    def timeline(self, topic: str, *, most: int) -> Answer | NoAnswer:
        """Return the events of a topic, in the scope and the time that its words name."""
        asked = read_question(topic, scope=self.scope, now=self.clock())
        scope = narrowed(self.scope, asked.period) if asked.period else None
        language = self._usual_language(asked, self.turns)
        asked = replace(asked, scope=scope or self.scope, language=language)
        return self.answering.timeline(asked, most=most)

    def _usual_language(self, question: Question, turns: Sequence[Turn]) -> str:
        """Return the language of a question, for a few words in Arabic script one that is expected.

        «سوخو» may be Sindhi: then that of the conversation, the program or the archive counts.
        """
        language = question.language
        archive = self.answering.manifest.languages
        expected = [*(turn.language for turn in turns), self.app_language, *archive]
        is_short = len(question.typed_text.split()) <= _FEW_WORDS
        if not is_short or language not in _ARABIC_SCRIPT or language in expected:
            return language
        return next((other for other in expected if other in _ARABIC_SCRIPT), language)

    def word(self, found: Found, tell: TellClaims | None = None) -> Answer | NoAnswer:
        """Return what was found, worded where there is a language model.

        Args:
            tell: Takes the claims that stand so far, while more are being worded.
        """
        reply = found.reply
        if self.writing is not None and isinstance(reply, Answer):
            reply = self.writing.over(self.answering).word(reply, tell=tell)
        log_reply(reply, self.max_quotes)
        return reply

    def remember(self, turn: Turn) -> None:
        """Let later questions and commands refer to a turn."""
        turns = (turn, *self.turns)
        recent, older = turns[:REMEMBERED], turns[REMEMBERED:]
        has_answer = any(one.places for one in recent)
        self.turns = (*recent, *[one for one in older if one.places and not has_answer][:1])

    def recall(self, turn: Turn) -> tuple[Citation, ...]:
        """Return the quotes of a turn that still stand in the archive, with their numbers."""
        reports = {
            article_id: self.answering.same_report(ArticleId(article_id))
            for article_id in turn.article_ids
        }
        recalled = (cited_again(place, reports[place.article_id]) for place in turn.places)
        return tuple(citation for citation in recalled if citation is not None)

    def finding(self, turn: Turn) -> Finding:
        """Return what a turn has found, of which only what still stands in the archive."""
        return Finding(question=turn.asked, snapshot=turn.snapshot, citations=self.recall(turn))

    def sources(self, turn: Turn | None = None) -> tuple[Citation, ...] | Lack:
        """Return the quotes of a turn, of the last one without."""
        turn = turn or self.last
        if turn is None:
            return Lack.NOTHING_ASKED
        if not turn.places:
            return Lack.NO_SOURCES
        return self.recall(turn) or Lack.GONE

    def source(self, argument: str) -> Place | Lack:
        """Return the place behind a source of the last answer.

        Args:
            argument: Its number in any digits; empty for the only article.
        """
        turn = self.last
        if turn is None:
            return Lack.NOTHING_ASKED
        if not turn.places:
            return Lack.NO_SOURCES
        number = 1 if not argument and len(turn.article_ids) == 1 else typed_number(argument)
        places = (place for place in turn.places if place.number == number)
        return next(places, Lack.NO_SUCH_SOURCE)

    def article(self, turn: Turn, article_id: str) -> tuple[Article, list[Span]] | None:
        """Return an article and what of it the turn still quotes; None where it is gone."""
        article = self.answering.article(ArticleId(article_id))
        if article is None:
            return None
        quoted = [cited.span for cited in self.recall(turn) if cited.article_id == article_id]
        return article, quoted

    def further(self, turn: Turn) -> tuple[tuple[Citation, ...], tuple[Citation, ...]]:
        """Return the quotes of a turn that still stand, and at most `max_quotes` that come after.

        Both are empty where nothing was quoted or nothing of it stands.
        """
        shown = self.recall(turn)
        if not shown:
            return (), ()
        question = read_question(
            turn.asked, scope=turn.within, now=self.clock(), outlets=self.answering.outlets
        )
        return shown, self.answering.further(question, beyond=shown, k=self.max_quotes)

    def to_translate(
        self, argument: str = "", turn: Turn | None = None
    ) -> tuple[tuple[Citation, ...], str] | Lack:
        """Return the quotes of a turn that are in a foreign language, and the asker's language.

        Args:
            argument: Number of a quote in any digits; empty for all.
            turn: None for the last.
        """
        if self.translating is None:
            return Lack.NO_MODEL
        citations = self.sources(turn)
        if isinstance(citations, Lack):
            return citations
        turn = turn or self.last or self.turns[0]
        number = typed_number(argument)
        chosen = [cited for cited in citations if not argument or cited.number == number]
        is_known = turn.language not in {"", _UNKNOWN}
        language = turn.language if is_known else self.language.value
        quotes = foreign(chosen, language)
        if not chosen:
            return Lack.NO_SUCH_SOURCE
        return (quotes, language) if quotes else Lack.SAME_LANGUAGE

    def set_scope(self, argument: str) -> None:
        """Choose the part of the archive that is asked; "off" for all, empty for no change.

        Raises:
            ScopeError: Naming what cannot be read or what the archive does not have.
        """
        if argument.lower() == _ALL:
            self.scope = EVERYTHING
        elif argument:
            scope = parse_scope(argument, self.clock())
            manifest = self.answering.manifest
            self.scope = check_scope(scope, self.answering.outlets, manifest.languages)


def typed_number(text: str) -> int:
    """Return a number typed in any script's digits; 0 for what is none."""
    # Nobody has a billion sources, and int() refuses thousands of digits.
    digits = text.strip()
    return int(digits) if digits.isdecimal() and len(digits) <= _MAX_DIGITS else 0


def foreign(citations: Sequence[Citation], language: str) -> tuple[Citation, ...]:
    """Return the quotes whose language is known and is not this one; regions make no difference."""
    own = {language.partition("-")[0].lower(), _UNKNOWN}
    return tuple(
        cited for cited in citations if detect(cited.quote).tag.partition("-")[0].lower() not in own
    )
