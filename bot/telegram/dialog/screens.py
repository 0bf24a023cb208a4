"""What can be seen of an answer: itself, its sources, its articles, more of it and its reasons.

An answer is remembered by the places it quoted; whatever is shown later is read from the archive
again and left out where the archive no longer says the same.

Does not: ask the archive anew, but for further quotes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b

from bot.answer.cite import cite, is_borne_out, with_others
from bot.session.protocols import AnsweringOn, Translating, asked_in, foreign
from bot.telegram.dialog import markup
from bot.telegram.dialog.html import BLANK, Block
from bot.telegram.dialog.memory import Place, Turn
from bot.telegram.dialog.reply import Action, Reply
from bot.telegram.types import Button, Keyboard
from bot.texts.language import Language, localize_digits, say
from bot.texts.language_model import ModelText
from bot.texts.messages import Key
from bot.texts.scope_names import scope_text
from bot.texts.telegram import Phrase
from bot.types import Answer, Citation, NoAnswer
from index import EVERYTHING, Article, ArticleId, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Screens:
    """Shows what one archive answered."""

    answerer: AnsweringOn
    max_quotes: int
    translating: Translating | None = None

    def answer(
        self, reply: Reply, turn: Turn, found: Answer | NoAnswer, notes: Sequence[Block]
    ) -> None:
        """Send an answer or a refusal, notes before it and what can be done with it below."""
        head = [*notes, BLANK] if notes else []
        if isinstance(found, Answer):
            reply.send(
                [*head, *markup.answer(found, reply.language)],
                (
                    *_source_rows(reply, turn, found.citations),
                    _row(reply, turn, Action.MORE, Action.WHY, *self._translation(found)),
                    _row(reply, turn, Action.UP, Action.DOWN),
                ),
            )
        else:
            opening = tuple(
                _article_button(reply, turn, at, localize_digits(at + 1, reply.language))
                for at in range(len(turn.nearest))
            )
            why = (_row(reply, turn, Action.WHY),) if found.nearest else ()
            rows = (opening, *why) if opening else why
            reply.send([*head, *markup.refusal(found, reply.language)], rows)

    def sources(self, reply: Reply, turn: Turn) -> None:
        """Send the sources of an answer."""
        citations = self.recall(turn)
        if citations:
            blocks = markup.sources(citations, reply.language)
            reply.send(blocks, _source_rows(reply, turn, citations))
        else:
            reply.tell(Phrase.ARTICLE_GONE if turn.places else Phrase.NO_SOURCES)

    def _translation(self, found: Answer) -> tuple[Action, ...]:
        """Return the action that translates, where there is a model and something to translate."""
        is_wanted = self.translating is not None and foreign(found.citations, found.language)
        return (Action.TRANSLATE,) if is_wanted else ()

    def translate(self, reply: Reply, turn: Turn, number: int | None = None) -> None:
        """Send quotes of an answer in the asker's language, all of them without a number."""
        if self.translating is None:
            _tell(reply, ModelText.NO_MODEL)
            return
        recalled = self.recall(turn)
        if not recalled:
            reply.tell(Phrase.ARTICLE_GONE if turn.places else Phrase.NO_SOURCES)
            return
        chosen = [one for one in recalled if number in {None, one.number}]
        language = asked_in(turn.language, reply.language)
        quotes = foreign(chosen, language)
        if not chosen:
            _tell(reply, ModelText.USAGE, last=max(one.number for one in recalled))
        elif not quotes:
            _tell(reply, ModelText.ALREADY)
        else:
            self._send_translations(reply, quotes, language, self.translating)

    def _send_translations(
        self, reply: Reply, quotes: Sequence[Citation], language: str, translating: Translating
    ) -> None:
        """Send quotes, each with its translation, under whose it is."""
        made = [translating.translate(one, language) for one in quotes]
        text = say(ModelText.TRANSLATED, reply.language, model=made[0].model)
        blocks = [markup.note(text, reply.language, is_italic=True)]
        for quote, translation in zip(quotes, made, strict=True):
            blocks += [BLANK, *markup.translation(quote, translation, reply.language)]
        reply.send(blocks)

    def more(self, reply: Reply, turn: Turn) -> None:
        """Send what comes after the quotes shown, and remember both as one turn."""
        shown = self.recall(turn)
        found = self._further(turn, shown) if shown else ()
        if not found:
            reply.tell(Phrase.NO_MORE)
            return
        both = replace(turn, update_id=reply.incoming.update_id, places=places_of((*shown, *found)))
        reply.turn = both
        head = markup.note(say(Phrase.MORE_HEAD, reply.language), reply.language)
        blocks = markup.quotes(found, reply.language)
        reply.send(
            [head, *blocks, BLANK, *markup.sources(found, reply.language)],
            (*_source_rows(reply, both, found), _row(reply, both, Action.MORE)),
        )

    def _further(self, turn: Turn, shown: Sequence[Citation]) -> tuple[Citation, ...]:
        return self.answerer.further(
            turn.asked, beyond=shown, k=self.max_quotes, within=turn.within
        )

    def why(self, reply: Reply, turn: Turn) -> None:
        """Send in words why this was answered."""
        asked_at = datetime.fromtimestamp(turn.at, UTC)
        blocks = list(
            markup.why(self.recall(turn), turn.confidence, asked_at, language=reply.language)
        )
        manifest = self.answerer.snapshot.manifest
        is_same = manifest.snapshot == turn.snapshot
        text = say(
            Phrase.WHY_ARCHIVE if is_same else Phrase.WHY_ARCHIVE_SINCE,
            reply.language,
            articles=manifest.n_articles,
            snapshot=turn.snapshot,
        )
        reply.send([*blocks, *_within(reply, turn), markup.note(text, reply.language)])

    def article(self, reply: Reply, turn: Turn, position: int) -> None:
        """Send an article, from where it was quoted."""
        article = self._opened(turn, position)
        if article is None:
            reply.tell(Phrase.ARTICLE_GONE)
            return
        pages = self._pages(reply, turn, article)
        page = markup.page_of_mark(pages)
        is_changed = not self._marks(turn, article) and article.id in turn.article_ids
        head = [markup.note(say(Phrase.ARTICLE_CHANGED, reply.language), reply.language), BLANK]
        keyboard = _page_rows(reply, turn, position, page, len(pages))
        reply.send([*(head if is_changed else ()), *pages[page]], keyboard)

    def turn_page(self, reply: Reply, turn: Turn, position: int, page: int) -> None:
        """Show another part of an article in the same message."""
        article = self._opened(turn, position)
        pages = self._pages(reply, turn, article) if article else []
        if 0 <= page < len(pages):
            reply.replace(pages[page], _page_rows(reply, turn, position, page, len(pages)))
        else:
            reply.tell(Phrase.ARTICLE_GONE)

    def recall(self, turn: Turn) -> tuple[Citation, ...]:
        """Return the quotes of a turn that still stand in the archive, with their numbers."""
        reports = {
            one: self.answerer.snapshot.same_report(ArticleId(one)) for one in turn.article_ids
        }
        recalled = (_recalled(reports[place.article_id], place) for place in turn.places)
        return tuple(citation for citation in recalled if citation is not None)

    def _article(self, article_id: str) -> Article | None:
        return self.answerer.snapshot.article(ArticleId(article_id))

    def _opened(self, turn: Turn, position: int) -> Article | None:
        """Return the article that a turn quoted or named at a position."""
        ids = turn.article_ids or turn.nearest
        return self._article(ids[position]) if 0 <= position < len(ids) else None

    def _marks(self, turn: Turn, article: Article) -> list[Span]:
        return [one.span for one in self.recall(turn) if one.article_id == article.id]

    def _pages(self, reply: Reply, turn: Turn, article: Article) -> list[list[Block]]:
        return markup.article_pages(article, self._marks(turn, article), reply.language)


def places_of(citations: Iterable[Citation]) -> tuple[Place, ...]:
    """Return citations as they are remembered."""
    return tuple(
        Place(
            article_id=one.article_id,
            start=one.span.start,
            end=one.span.end,
            number=one.number,
            score=one.score,
            digest=_digest(one.quote),
        )
        for one in citations
    )


def _recalled(reports: Sequence[Article], place: Place) -> Citation | None:
    """Return a remembered quote, None where its article no longer says the same there.

    Args:
        reports: The articles of its report, its own among them; none where that is gone.
        place: Where it stood.
    """
    article = next((one for one in reports if one.id == place.article_id), None)
    if article is None:
        return None
    span = Span(place.start, place.end)
    citation = cite(article, span, number=place.number, score=place.score)
    is_same = _digest(citation.quote) == place.digest and is_borne_out(citation, article)
    return with_others(citation, reports) if is_same else None


def _within(reply: Reply, turn: Turn) -> Iterator[Block]:
    """Yield the part of the archive that an answer came from, where it was not all of it."""
    if turn.within != EVERYTHING:
        scope = scope_text(turn.within, reply.language)
        yield markup.note(say(Key.WITHIN, reply.language, scope=scope), reply.language)


def _digest(quote: str) -> str:
    """Return what tells a quote from another."""
    return blake2b(quote.encode(), digest_size=8).hexdigest()


_LABELS = {Action.MORE: Phrase.BUTTON_MORE, Action.WHY: Phrase.BUTTON_WHY}
_THUMBS = {Action.UP: "👍", Action.DOWN: "👎"}


def _tell(reply: Reply, text: ModelText, **values: object) -> None:
    """Send one of our texts about the language model."""
    reply.send([markup.note(say(text, reply.language, **values), reply.language)])


def _row(reply: Reply, turn: Turn, *actions: Action) -> tuple[Button, ...]:
    """Return buttons that act on a turn."""
    return tuple(
        reply.button(_THUMBS.get(action) or _label(action, reply.language), action, turn.update_id)
        for action in actions
    )


def _label(action: Action, language: Language) -> str:
    """Return the words on a button."""
    if action is Action.TRANSLATE:
        return say(ModelText.BUTTON, language)
    return say(_LABELS[action], language)


def _source_rows(reply: Reply, turn: Turn, citations: Sequence[Citation]) -> Keyboard:
    """Return a button for each article quoted, two in a row."""
    buttons = [
        _article_button(
            reply,
            turn,
            turn.article_ids.index(group[0].article_id),
            markup.numbers_of(group, reply.language),
        )
        for group in markup.by_article(citations)
    ]
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def _article_button(reply: Reply, turn: Turn, position: int, numbers: str) -> Button:
    """Return a button that opens an article."""
    text = say(Phrase.BUTTON_ARTICLE, reply.language, numbers=numbers)
    return reply.button(text, Action.ARTICLE, turn.update_id, position)


def _page_rows(reply: Reply, turn: Turn, position: int, page: int, n_pages: int) -> Keyboard:
    """Return the buttons that lead to the parts before and after."""
    around = ((Phrase.PAGE_BEFORE, page - 1), (Phrase.PAGE_AFTER, page + 1))
    row = tuple(
        reply.button(say(phrase, reply.language), Action.PAGE, turn.update_id, position, other)
        for phrase, other in around
        if 0 <= other < n_pages
    )
    return (row,) if row else ()
