"""Answers as lines for people.

The lines hold text as it came; `screen.paint` makes it safe to show.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.answer.cite import head
from bot.session.links import article_link
from bot.session.outline import Heading, Rank, by_article, difference_texts, rows_of
from bot.terminal.screen import BLANK, Kind, Line
from bot.texts.direction import reads_rtl
from bot.texts.labels import (
    agency,
    comma,
    dates,
    file_text,
    place_text,
    reason_text,
    same_report_text,
    scope_note,
    title,
    version_texts,
)
from bot.texts.language import Language, localize_digits, say
from bot.texts.language_model import ModelText, checks_text, untranslated_text, unworded_text
from bot.texts.messages import Key
from bot.types import Answer, Citation, Claim, Headline, NoAnswer, Translation
from index import Article, Span


def reply_lines(
    reply: Answer | NoAnswer, language: Language, *, public_url: str = ""
) -> list[Line]:
    """Return a reply for people: claims, quotes and sources, or the reason and near headlines.

    Args:
        public_url: Address of the pages that sources lead to; empty for none.
    """
    if isinstance(reply, Answer):
        below = below_claims(reply, language, public_url=public_url)
        return [*claim_lines(reply.claims, language), *below]
    lines = [_label(Kind.NOTICE, reason_text(reply, language), language)]
    if text := scope_note(reply, language):
        lines.append(_label(Kind.DETAIL, text, language))
    if reply.nearest:
        lines += [BLANK, _label(Kind.HEADING, say(Key.NEAREST, language), language)]
    for headline in reply.nearest:
        lines += _headline_lines(headline, language, indent=0)
    return lines


def claim_lines(claims: Sequence[Claim], language: Language, *, first: int = 0) -> list[Line]:
    """Return a language model's sentences from position `first` on, their label before all."""
    lines = []
    if first == 0 and claims:
        lines.append(_label(Kind.DETAIL, say(ModelText.WORDED, language), language))
    for claim in claims[first:]:
        text = re.sub(r"\s+", " ", claim.text)
        numbers = " ".join(f"[{localize_digits(number, language)}]" for number in claim.numbers)
        lines.append(Line(Kind.BODY, f"{text} {numbers}", rtl=reads_rtl(text)))
    return lines


def below_claims(answer: Answer, language: Language, *, public_url: str = "") -> list[Line]:
    """Return all of an answer but its claims: why there are none, the quotes and the sources."""
    lines = []
    if answer.claims:
        if answer.checks:
            lines.append(_label(Kind.DETAIL, checks_text(answer.checks, language), language))
        lines += [BLANK, _label(Kind.HEADING, say(ModelText.ORIGINAL, language), language)]
    elif answer.unworded is not None:
        lines.append(_label(Kind.NOTICE, unworded_text(answer.unworded, language), language))
    for row in rows_of(answer, language):
        if isinstance(row, Heading):
            kind = Kind.HEADING if row.rank in {Rank.ANSWER, Rank.SIDE} else Kind.DETAIL
            lines.append(_label(kind, row.text, language))
        else:
            lines += quote_lines([row], language)
    for text in difference_texts(answer, language):
        lines.append(_label(Kind.NOTICE, text, language))
    percent = round(100 * answer.confidence)
    lines.append(_label(Kind.DETAIL, say(Key.CONFIDENCE, language, percent=percent), language))
    if text := scope_note(answer, language):
        lines.append(_label(Kind.DETAIL, text, language))
    return [*lines, BLANK, *source_lines(answer.citations, language, public_url=public_url)]


def quote_lines(citations: Iterable[Citation], language: Language) -> Iterator[Line]:
    """Yield each quote with its number."""
    for cited in citations:
        quote = " ".join(filter(None, map(str.strip, cited.quote.split("\n"))))
        yield Line(Kind.QUOTE, f"{quote} [{localize_digits(cited.number, language)}]")


def translation_lines(cited: Citation, made: Translation, language: Language) -> list[Line]:
    """Return a quote and below it what a language model makes of it, or why it makes nothing."""
    original = quote_lines([cited], language)
    if made.missing is not None:
        number = localize_digits(cited.number, language)
        text = untranslated_text(made.missing, number, language)
        return [*original, _label(Kind.NOTICE, text, language, indent=4)]
    return [*original, Line(Kind.BODY, made.text, 4, rtl=reads_rtl(made.text))]


def source_lines(
    citations: Sequence[Citation], language: Language, *, public_url: str = ""
) -> list[Line]:
    """Return numbered sources under a heading, outlets of one report by name."""
    return _sources(citations, language, lambda _group: (), public_url)


def full_source_lines(
    citations: Sequence[Citation], language: Language, *, public_url: str = ""
) -> list[Line]:
    """Return the same with every article of the same report under its source."""

    def copies(group: Sequence[Citation]) -> Iterator[Line]:
        for other in group[0].also_in:
            yield from _headline_lines(other, language, indent=6)

    return _sources(citations, language, copies, public_url)


def _sources(
    citations: Sequence[Citation],
    language: Language,
    copies: Callable[[Sequence[Citation]], Iterable[Line]],
    public_url: str,
) -> list[Line]:
    """Return each article's head once, then its copies, then the place of each quote from it."""
    lines = [_label(Kind.HEADING, say(Key.SOURCES, language), language)]
    for group in by_article(citations):
        first = group[0]
        numbers = [f"[{localize_digits(cited.number, language)}]" for cited in group]
        lines.append(Line(Kind.HEADLINE, f"{' '.join(numbers)} {title(first, language)}"))
        about = (
            agency(first.source, first.via, language),
            dates(first.published, language),
            *version_texts(first, language),
        )
        lines += [_label(Kind.DETAIL, text, language, indent=4) for text in about if text]
        lines += _way_back(first, language, indent=4)
        if text := same_report_text(first, language):
            lines.append(_label(Kind.DETAIL, text, language, indent=4))
        lines += copies(group)
        for number, cited in zip(numbers, group, strict=True):
            place = place_text(cited, language)
            text = place if len(group) == 1 else f"{number} {place}"
            lines.append(_label(Kind.DETAIL, text, language, indent=4))
            if link := article_link(public_url, cited.article_id, cited.span):
                lines.append(Line(Kind.ADDRESS, link, 4))
    return lines


def _headline_lines(headline: Headline, language: Language, *, indent: int) -> Iterator[Line]:
    """Yield the head of an article that is only named."""
    yield Line(Kind.BODY, f"- {title(headline, language)}", indent)
    parts = (agency(headline.source, "", language), dates(headline.published, language))
    text = comma(language).join(filter(None, parts))
    yield _label(Kind.DETAIL, text, language, indent=indent + 2)
    yield from _way_back(headline, language, indent=indent + 2)


def _way_back(shown: Citation | Headline, language: Language, *, indent: int) -> Iterator[Line]:
    """Yield the address of an article, or the file of one that has no address."""
    if shown.url:
        yield Line(Kind.ADDRESS, shown.url, indent)
    elif text := file_text(shown.origin, language):
        yield _label(Kind.DETAIL, text, language, indent=indent)


def article_lines(article: Article, mark: Span, language: Language) -> list[Line]:
    """Return the whole body of an article under its head, the marked span on lines of its own."""
    named = head(article)
    lines = [
        Line(Kind.HEADLINE, title(named, language)),
        _label(Kind.DETAIL, agency(article.source, article.via, language), language),
        _label(Kind.DETAIL, dates(article.published, language), language),
        *_way_back(named, language, indent=0),
    ]
    body = []
    for part in article.body:
        if part.start <= mark.start <= mark.end <= part.end:
            body += [
                Line(Kind.BODY, article.text[part.start : mark.start].strip()),
                Line(Kind.MARKED, mark.cut(article.text)),
                Line(Kind.BODY, article.text[mark.end : part.end].strip()),
            ]
        else:
            body.append(Line(Kind.BODY, part.cut(article.text).strip()))
    return [*(line for line in lines if line.text), BLANK, *(line for line in body if line.text)]


def _label(kind: Kind, text: str, language: Language, *, indent: int = 0) -> Line:
    """Make a line of ours, which runs in the direction of our language."""
    return Line(kind, text, indent, rtl=language is Language.FA)
