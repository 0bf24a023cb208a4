"""Inline answers: things to choose from, each a message with its citation.

An inline message has no buttons, and nothing of it is remembered.
"""

from dataclasses import replace
from typing import Final

from bot.telegram.dialog import markup
from bot.telegram.dialog.html import Block, render
from bot.telegram.types import AnswerInline, InlineResult
from bot.texts.labels import reason_text, title
from bot.texts.language import Language, say
from bot.texts.telegram import Phrase
from bot.types import Answer, NoAnswer

_MAX_TITLE: Final = 100
_MAX_DESCRIPTION: Final = 200


def nothing(query_id: str) -> AnswerInline:
    """Offer nothing."""
    return AnswerInline(query_id=query_id, results=(), cache_s=0)


def results(query_id: str, found: Answer | NoAnswer, language: Language) -> AnswerInline:
    """Offer the whole answer and each quote alone, or say that there is none."""
    if isinstance(found, NoAnswer):
        title = say(Phrase.INLINE_NONE, language)
        description = reason_text(found, language)
        none = _result("none", title, description, list(markup.refusal(found, language)))
        return AnswerInline(query_id=query_id, results=(none,))
    whole = _offered("answer", found, language)
    single = [
        _offered(str(one.number), replace(found, citations=(one,)), language)
        for one in found.citations
        if len(found.citations) > 1
    ]
    return AnswerInline(query_id=query_id, results=(whole, *single))


def _offered(result_id: str, offered: Answer, language: Language) -> InlineResult:
    """Return an answer with its sources as one thing to choose."""
    first = offered.citations[0]
    numbers = markup.numbers_of(offered.citations, language)
    head = f"{numbers} {title(first, language)}"
    return _result(result_id, head, first.quote, markup.answer(offered, language))


def _result(result_id: str, title: str, description: str, blocks: list[Block]) -> InlineResult:
    """Return a result whose message is the first part of what is longer than one."""
    part = render(blocks)[0]
    return InlineResult(
        id=result_id,
        title=markup.inline_head(title, _MAX_TITLE),
        description=markup.inline_head(description, _MAX_DESCRIPTION),
        html=part.html,
        plain=part.plain,
    )
