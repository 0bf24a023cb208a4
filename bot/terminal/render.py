"""Answers as lines for people.

The lines hold text as it came; `screen.paint` makes it safe to show.
Does not: choose, verify or write anything.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TypeAlias

from bot.session.outline import Heading, Rank, difference_texts, rows_of
from bot.terminal.screen import BLANK, Kind, Line
from bot.texts.direction import reads_rtl
from bot.texts.labels import agency, comma, dates, same_report_text, scope_note
from bot.texts.language import Language, localize_digits, say
from bot.texts.language_model import ModelText, untranslated_text, unworded_text
from bot.texts.messages import Key
from bot.types import Answer, Citation, Claim, Headline, NoAnswer, Translation
from index import (
    Article,
    ArticleId,
    Span,
)


def reply_lines(reply: Answer | NoAnswer, language: Language) -> list[Line]:
    """Return a reply for people: claims, quotes and sources, or the reason and near headlines."""
    if isinstance(reply, NoAnswer):
        return list(_refusal_lines(reply, language))
    return [*claim_lines(reply.claims, language), *below_claims(reply, language)]


def claim_lines(claims: Sequence[Claim], language: Language, *, first: int = 0) -> list[Line]:
    """Return a language model's sentences from position `first` on, their label before all."""
    label = [_label(Kind.DETAIL, say(ModelText.WORDED, language), language)]
    shown = claims[first:]
    return [
        *(label if shown and first == 0 else ()),
        *(_claim_line(one, language) for one in shown),
    ]


def _claim_line(claim: Claim, language: Language) -> Line:
    """Return a sentence of a language model with the numbers of its quotes."""
    text = re.sub(r"\s+", " ", claim.text)
    numbers = " ".join(f"[{localize_digits(number, language)}]" for number in claim.numbers)
    return Line(Kind.BODY, f"{text} {numbers}", rtl=reads_rtl(text))


def below_claims(answer: Answer, language: Language) -> list[Line]:
    """Return all of an answer but its claims: why there are none, the quotes and the sources."""
    quotes = (*_quote_lines(answer, language), BLANK, *source_lines(answer, language))
    return [*_lead_lines(answer, language), *quotes]


def _lead_lines(answer: Answer, language: Language) -> Iterator[Line]:
    """Yield what stands before the quotes where a language model was to word the answer."""
    if answer.claims:
        yield BLANK
        yield _label(Kind.HEADING, say(ModelText.ORIGINAL, language), language)
    elif answer.unworded is not None:
        yield _label(Kind.NOTICE, unworded_text(answer.unworded, language), language)


def _quote_lines(answer: Answer, language: Language) -> Iterator[Line]:
    """Yield each quote with its number, and the confidence."""
    for one in rows_of(answer, language):
        yield _heading_line(one, language) if isinstance(one, Heading) else _quote(one, language)
    for text in difference_texts(answer, language):
        yield _label(Kind.NOTICE, text, language)
    percent = round(100 * answer.confidence)
    yield _label(Kind.DETAIL, say(Key.CONFIDENCE, language, percent=percent), language)
    if text := scope_note(answer, language):
        yield _label(Kind.DETAIL, text, language)


def translation_lines(one: Citation, made: Translation, language: Language) -> list[Line]:
    """Return a quote and below it what a language model makes of it, or why it makes nothing."""
    original = _quote(one, language)
    if made.missing is not None:
        number = localize_digits(one.number, language)
        text = untranslated_text(made.missing, number, language)
        return [original, _label(Kind.NOTICE, text, language, indent=4)]
    return [original, Line(Kind.BODY, made.text, 4, rtl=reads_rtl(made.text))]


def _quote(one: Citation, language: Language) -> Line:
    """Return a quote with its number."""
    quote = re.sub(r"\s*\n\s*", " ", one.quote)
    return Line(Kind.QUOTE, f"{quote} [{localize_digits(one.number, language)}]")


def _heading_line(one: Heading, language: Language) -> Line:
    """Return a heading between quotes."""
    kind = Kind.HEADING if one.rank in {Rank.ANSWER, Rank.SIDE} else Kind.DETAIL
    return _label(kind, one.text, language)


def source_lines(answer: Answer, language: Language) -> list[Line]:
    """Return the numbered sources of an answer under a heading, outlets of one report by name."""
    return _sources(answer, language, _outlets)


def full_source_lines(answer: Answer, language: Language) -> list[Line]:
    """Return the same with every article of the same report under its source."""
    return _sources(answer, language, _copies)


Named: TypeAlias = Callable[[Citation, Language], Iterator[Line]]


def _sources(answer: Answer, language: Language, others: Named) -> list[Line]:
    heading = _label(Kind.HEADING, say(Key.SOURCES, language), language)
    by_article: defaultdict[ArticleId, list[Citation]] = defaultdict(list)
    for citation in answer.citations:
        by_article[citation.article_id].append(citation)
    sources = (_source(one, language, others) for one in by_article.values())
    return [heading, *chain.from_iterable(sources)]


def _outlets(citation: Citation, language: Language) -> Iterator[Line]:
    """Yield how many outlets carry the report of a citation, and which."""
    if text := same_report_text(citation, language):
        yield _label(Kind.DETAIL, text, language, indent=4)


def _copies(citation: Citation, language: Language) -> Iterator[Line]:
    """Yield the same, and each of the articles."""
    yield from _outlets(citation, language)
    for other in citation.also_in:
        yield from _headline(other, language, indent=6)


def _source(citations: Sequence[Citation], language: Language, others: Named) -> Iterator[Line]:
    """Yield one article's head once, then its copies, then the place of each quote from it."""
    first = citations[0]
    numbers = [f"[{localize_digits(citation.number, language)}]" for citation in citations]
    headline = first.headline or say(Key.NO_HEADLINE, language)
    yield Line(Kind.HEADLINE, f"{' '.join(numbers)} {headline}")
    for text in (
        agency(first.source, first.via, language),
        dates(first.published, language),
    ):
        if text:
            yield _label(Kind.DETAIL, text, language, indent=4)
    if first.url:
        yield Line(Kind.ADDRESS, first.url, 4)
    yield from others(first, language)
    for number, citation in zip(numbers, citations, strict=True):
        place = say(
            Key.CHARACTERS,
            language,
            start=localize_digits(citation.span.start, language),
            end=localize_digits(citation.span.end, language),
        )
        text = place if len(citations) == 1 else f"{number} {place}"
        yield _label(Kind.DETAIL, text, language, indent=4)


def _refusal_lines(reply: NoAnswer, language: Language) -> Iterator[Line]:
    """Yield the reason and the nearest headlines."""
    yield _label(Kind.NOTICE, say(Key[f"REASON_{reply.reason.name}"], language), language)
    if text := scope_note(reply, language):
        yield _label(Kind.DETAIL, text, language)
    if not reply.nearest:
        return
    yield BLANK
    yield _label(Kind.HEADING, say(Key.NEAREST, language), language)
    for one in reply.nearest:
        yield from _headline(one, language, indent=0)


def _headline(one: Headline, language: Language, *, indent: int) -> Iterator[Line]:
    """Yield the head of an article that is only named."""
    yield Line(Kind.BODY, f"- {one.headline or say(Key.NO_HEADLINE, language)}", indent)
    parts = [agency(one.source, "", language), dates(one.published, language)]
    text = comma(language).join(filter(None, parts))
    yield _label(Kind.DETAIL, text, language, indent=indent + 2)
    if one.url:
        yield Line(Kind.ADDRESS, one.url, indent + 2)


def article_lines(article: Article, mark: Span, language: Language) -> list[Line]:
    """Return the whole body of an article under its head, the marked span on lines of its own."""
    head = [
        Line(Kind.HEADLINE, article.headline or say(Key.NO_HEADLINE, language)),
        _label(Kind.DETAIL, agency(article.source, article.via, language), language),
        _label(Kind.DETAIL, dates(article.published, language), language),
        Line(Kind.ADDRESS, article.url),
    ]
    body = chain.from_iterable(_part_lines(article.text, part, mark) for part in article.body)
    return [*(line for line in head if line.text), BLANK, *(line for line in body if line.text)]


def _part_lines(text: str, part: Span, mark: Span) -> Iterator[Line]:
    """Yield a part of the body, cut in three where the mark stands in it."""
    if not part.start <= mark.start <= mark.end <= part.end:
        yield Line(Kind.BODY, part.cut(text).strip())
        return
    yield Line(Kind.BODY, text[part.start : mark.start].strip())
    yield Line(Kind.MARKED, mark.cut(text))
    yield Line(Kind.BODY, text[mark.end : part.end].strip())


def _label(kind: Kind, text: str, language: Language, *, indent: int = 0) -> Line:
    """Make a line of ours, which runs in the direction of our language."""
    return Line(kind, text, indent, rtl=language is Language.FA)
