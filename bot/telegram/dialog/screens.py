"""Screens: an answer, its sources, its articles, more of it and its reasons, as messages.

What is shown later of an answer is read from the archive again (see `bot.session.turns`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from bot.session.export import SUFFIXES, Format, export, parse_export
from bot.session.links import article_link
from bot.session.outline import by_article
from bot.session.session import Lack, foreign
from bot.session.turns import places_of
from bot.telegram.dialog import markup
from bot.telegram.dialog.html import BLANK, Block
from bot.telegram.dialog.memory import ChatTurn
from bot.telegram.dialog.reply import Action, Reply
from bot.telegram.types import Button, Keyboard
from bot.texts.language import localize_digits, say
from bot.texts.language_model import ModelText
from bot.texts.messages import Key
from bot.texts.overviews import ShapeText
from bot.texts.scope_names import scope_text
from bot.texts.telegram import Phrase
from bot.types import NOTHING_ASKED, Answer, Citation, NoAnswer, Shape
from index import EVERYTHING, Article, Span

_LACKS: Final = {
    Lack.NOTHING_ASKED: Phrase.NOTHING_ASKED,
    Lack.NO_SOURCES: Phrase.NO_SOURCES,
    Lack.GONE: Phrase.ARTICLE_GONE,
    Lack.NO_MODEL: ModelText.NO_MODEL,
    Lack.SAME_LANGUAGE: ModelText.ALREADY,
}
_BUTTONS: Final = {
    Action.MORE: Phrase.BUTTON_MORE,
    Action.WHY: Phrase.BUTTON_WHY,
    Action.TRANSLATE: ModelText.BUTTON,
    Action.FOLLOW: Phrase.BUTTON_FOLLOW,
}
_MAX_EXPORTED: Final = 1000
MAX_LISTED: Final = 40
_SHOWN_OF_LIST: Final = 8
_LISTS: Final = {
    Shape.STATEMENTS: ShapeText.STATEMENTS_SHOWN,
    Shape.TIMELINE: ShapeText.TIMELINE_SHOWN,
}
_THUMBS: Final = {Action.UP: "👍", Action.DOWN: "👎"}


def send_answer(
    reply: Reply, turn: ChatTurn, found: Answer | NoAnswer, notes: Sequence[Block]
) -> None:
    """Send an answer or a refusal, notes before it and what can be done with it below."""
    head = [*notes, BLANK] if notes else []
    if isinstance(found, Answer) and found.shape in _LISTS:
        latest = replace(found, citations=found.citations[-_SHOWN_OF_LIST:])
        blocks = markup.answer(latest, reply.language)
        if len(found.citations) > _SHOWN_OF_LIST:
            numbers = (_SHOWN_OF_LIST, len(found.citations))
            shown, count = (localize_digits(number, reply.language) for number in numbers)
            text = say(_LISTS[found.shape], reply.language, shown=shown, count=count)
            blocks += [BLANK, markup.note(text, reply.language, is_italic=True)]
        rows = source_rows(reply, turn, latest.citations)
        reply.send([*head, *blocks], (*rows, _row(reply, turn, Action.UP, Action.DOWN)))
    elif isinstance(found, Answer):
        can_translate = reply.session.translating is not None and foreign(
            found.citations, found.language
        )
        translate = (Action.TRANSLATE,) if can_translate else ()
        keyboard = (
            *source_rows(reply, turn, found.citations),
            _row(reply, turn, Action.MORE, Action.WHY, *translate),
            _row(reply, turn, Action.UP, Action.DOWN),
            _row(reply, turn, Action.FOLLOW),
        )
        blocks = markup.answer(found, reply.language, public_url=reply.session.public_url)
        reply.send([*head, *blocks], keyboard)
    else:
        opening = tuple(
            _article_button(reply, turn, at, localize_digits(at + 1, reply.language))
            for at in range(len(turn.nearest))
        )
        why = (_row(reply, turn, Action.WHY),) if found.nearest else ()
        is_asked = reply.turn is not None and found.reason not in NOTHING_ASKED
        follow = (_row(reply, turn, Action.FOLLOW),) if is_asked else ()
        rows = (*((opening,) if opening else ()), *why, *follow)
        reply.send([*head, *markup.refusal(found, reply.language)], rows)


def send_sources(reply: Reply, turn: ChatTurn) -> None:
    """Send the sources of an answer."""
    citations = reply.session.sources(turn)
    if isinstance(citations, Lack):
        reply.tell(_LACKS[citations])
        return
    sources = markup.sources(citations, reply.language, public_url=reply.session.public_url)
    reply.send(sources, source_rows(reply, turn, citations))


def send_translations(reply: Reply, turn: ChatTurn, number: str = "") -> None:
    """Send quotes of an answer in the asker's language, all of them without a number."""
    found, translating = reply.session.to_translate(number, turn), reply.session.translating
    if found is Lack.NO_SUCH_SOURCE:
        last = max(place.number for place in turn.places)
        reply.tell(ModelText.USAGE, last=last)
    elif isinstance(found, Lack):
        reply.tell(_LACKS[found])
    elif translating is not None:
        quotes, language = found
        made = [translating.translate(cited, language) for cited in quotes]
        text = say(ModelText.TRANSLATED, reply.language, model=made[0].model)
        blocks = [markup.note(text, reply.language, is_italic=True)]
        for cited, translation in zip(quotes, made, strict=True):
            blocks += [BLANK, *markup.translation(cited, translation, reply.language)]
        reply.send(blocks)


def send_more(reply: Reply, turn: ChatTurn) -> None:
    """Send what comes after the quotes shown, and remember both as one turn."""
    shown, further = reply.session.further(turn)
    if not further:
        reply.tell(Key.NO_MORE)
        return
    both = replace(turn, update_id=reply.incoming.update_id, places=places_of((*shown, *further)))
    reply.turn = both
    head = markup.note(say(Key.MORE_HEAD, reply.language), reply.language)
    blocks = markup.quotes(further, reply.language)
    sources = markup.sources(further, reply.language, public_url=reply.session.public_url)
    reply.send(
        [head, *blocks, BLANK, *sources],
        (*source_rows(reply, both, further), _row(reply, both, Action.MORE)),
    )


def send_export(reply: Reply, turn: ChatTurn, argument: str) -> None:
    """Send an answer, or the whole conversation, as a file; ask for the format where none is."""
    form, is_all = parse_export(argument)
    if form is None:
        row = (
            reply.button(SUFFIXES[one].upper(), Action.EXPORT, turn.update_id, place)
            for place, one in enumerate(Format)
        )
        reply.tell(Phrase.EXPORT_ASK, keyboard=(tuple(row),))
        return
    if not is_all:
        send_file(reply, [turn], form)
        return
    incoming = reply.incoming
    turns = reply.memory.recent(
        incoming.chat_id,
        before=incoming.update_id,
        n=_MAX_EXPORTED,
        thread_id=incoming.thread_id,
    )
    # "More" keeps a question once more, with all quotes shown until then.
    send_file(reply, list({(one.at, one.asked): one for one in reversed(turns)}.values()), form)


def send_file(reply: Reply, turns: Sequence[ChatTurn], form: Format) -> None:
    """Send answers as a file."""
    findings = [reply.session.finding(turn) for turn in turns]
    n_quotes = sum(len(finding.citations) for finding in findings)
    if not n_quotes:
        reply.tell(_LACKS[Lack.GONE if turns[-1].places else Lack.NO_SOURCES])
        return
    at = datetime.fromtimestamp(turns[-1].at, UTC)
    reply.attach(
        f"pasokh-{at:%Y%m%d-%H%M%S}.{SUFFIXES[form]}",
        export(findings, form, reply.language),
        say(Phrase.EXPORTED, reply.language, questions=len(findings), quotes=n_quotes),
    )


def send_why(reply: Reply, turn: ChatTurn) -> None:
    """Send in words why this was answered."""
    language = reply.language
    asked_at = datetime.fromtimestamp(turn.at, UTC)
    blocks = [*markup.why(reply.session.recall(turn), turn.confidence, asked_at, language=language)]
    if turn.within != EVERYTHING:
        scope = scope_text(turn.within, language)
        blocks.append(markup.note(say(Key.WITHIN, language, scope=scope), language))
    manifest = reply.session.answering.manifest
    is_same = manifest.snapshot == turn.snapshot
    text = say(
        Phrase.WHY_ARCHIVE if is_same else Phrase.WHY_ARCHIVE_SINCE,
        language,
        articles=manifest.n_articles,
        snapshot=turn.snapshot,
    )
    reply.send([*blocks, markup.note(text, language)])


def send_article(reply: Reply, turn: ChatTurn, position: int) -> None:
    """Send an article that a turn quoted or named, from where it was quoted."""
    opened = _open(reply, turn, position)
    if opened is None:
        reply.tell(Phrase.ARTICLE_GONE)
        return
    article, quoted = opened
    pages = markup.article_pages(article, quoted, reply.language)
    page = markup.page_of_mark(pages)
    is_changed = not quoted and article.id in turn.article_ids
    head = [markup.note(say(Phrase.ARTICLE_CHANGED, reply.language), reply.language), BLANK]
    keyboard = _page_rows(reply, turn, position, page, len(pages))
    reply.send([*(head if is_changed else ()), *pages[page]], keyboard)


def turn_page(reply: Reply, turn: ChatTurn, position: int, page: int) -> None:
    """Show another part of an article in the same message."""
    opened = _open(reply, turn, position)
    pages = markup.article_pages(*opened, reply.language) if opened else []
    if 0 <= page < len(pages):
        reply.replace(pages[page], _page_rows(reply, turn, position, page, len(pages)))
    else:
        reply.tell(Phrase.ARTICLE_GONE)


def _open(reply: Reply, turn: ChatTurn, position: int) -> tuple[Article, list[Span]] | None:
    """Return the article that a turn quoted or named at a position, and what it quotes of it."""
    ids = turn.article_ids or turn.nearest
    return reply.session.article(turn, ids[position]) if 0 <= position < len(ids) else None


def _row(reply: Reply, turn: ChatTurn, *actions: Action) -> tuple[Button, ...]:
    """Return buttons that act on a turn."""
    return tuple(
        reply.button(
            _THUMBS.get(action) or say(_BUTTONS[action], reply.language), action, turn.update_id
        )
        for action in actions
    )


def source_rows(reply: Reply, turn: ChatTurn, citations: Sequence[Citation]) -> Keyboard:
    """Return a button for each article quoted, two in a row; with one for its page where it has.

    Telegram opens pages as Mini Apps in private chats only, and by https only.
    """
    public_url = reply.session.public_url
    has_pages = reply.incoming.is_private and public_url.startswith("https://")
    buttons = []
    for group in by_article(citations):
        first, numbers = group[0], markup.numbers_of(group, reply.language)
        position = turn.article_ids.index(first.article_id)
        buttons.append(_article_button(reply, turn, position, numbers))
        if has_pages:
            link = article_link(public_url, first.article_id, first.span)
            text = say(Phrase.BUTTON_PAGE, reply.language, numbers=numbers)
            buttons.append(Button(text, "", web_app=link))
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def _article_button(reply: Reply, turn: ChatTurn, position: int, numbers: str) -> Button:
    """Return a button that opens an article."""
    text = say(Phrase.BUTTON_ARTICLE, reply.language, numbers=numbers)
    return reply.button(text, Action.ARTICLE, turn.update_id, position)


def _page_rows(reply: Reply, turn: ChatTurn, position: int, page: int, n_pages: int) -> Keyboard:
    """Return the buttons that lead to the parts before and after."""
    around = ((Phrase.PAGE_BEFORE, page - 1), (Phrase.PAGE_AFTER, page + 1))
    row = tuple(
        reply.button(say(phrase, reply.language), Action.PAGE, turn.update_id, position, other)
        for phrase, other in around
        if 0 <= other < n_pages
    )
    return (row,) if row else ()
