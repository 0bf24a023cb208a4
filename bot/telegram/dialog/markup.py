"""Markup: answers, refusals, sources and articles as blocks of a Telegram message.

Every line of ours begins with a mark that sets its direction, and runs of the other direction are
isolated. A quote gets its direction from a mark before it and is otherwise left as it is.

`html` escapes them and cuts them to size.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from bot.answer import cite
from bot.session.links import article_link
from bot.session.outline import Heading, Rank, by_article, difference_texts, rows_of
from bot.telegram.dialog.html import (
    BLANK,
    LIMIT,
    Block,
    Piece,
    linkable,
    pack,
    sendable,
    shorten,
)
from bot.texts.direction import isolate_runs, reads_rtl, safe
from bot.texts.labels import (
    agency,
    dates,
    file_text,
    page_text,
    reason_text,
    same_report_text,
    scope_note,
    title,
    version_texts,
)
from bot.texts.language import Language, localize_digits, say
from bot.texts.language_model import ModelText, checks_text, untranslated_text, unworded_text
from bot.texts.messages import Key
from bot.texts.telegram import Phrase
from bot.types import Answer, Citation, Claim, Headline, NoAnswer, Translation
from index import Article, Moment, Span

LTR_MARK: Final = "\u200e"
RTL_MARK: Final = "\u200f"
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"

_MAX_HEADLINE: Final = 300
_MAX_SOURCE: Final = 200
_MAX_ORIGIN: Final = 200
_MAX_READING: Final = 300
_FOOTER_ROOM: Final = 60
_SURE: Final = 0.85
_LIKELY: Final = 0.6
_NEAR: Final = 0.9
"""Share of the first quote's score from which on another counts as nearly as close."""
_DAYS_A_MONTH: Final = 30
_DAYS_A_YEAR: Final = 365


def mark_of(language: Language) -> str:
    """Return the mark that gives a line the direction of our language."""
    return RTL_MARK if language is Language.FA else LTR_MARK


def label(text: str, language: Language) -> str:
    """Return lines of ours, each in the direction of our language."""
    mark, rtl = mark_of(language), language is Language.FA
    lines = safe(text).split("\n")
    return "\n".join(f"{mark}{isolate_runs(line, rtl=rtl)}" if line else "" for line in lines)


def note(text: str, language: Language, *, is_bold: bool = False, is_italic: bool = False) -> Block:
    """Return a text of ours."""
    return Block((Piece(label(text, language), is_bold=is_bold, is_italic=is_italic),))


def reading(text: str, language: Language) -> Block:
    """Say how a question was read."""
    return note(shorten(text, _MAX_READING), language, is_italic=True)


def quotes(citations: Iterable[Citation], language: Language) -> Iterator[Block]:
    """Yield each quote behind its number."""
    for cited in citations:
        yield _quote(cited.quote, number=f"[{localize_digits(cited.number, language)}]")


def _quote(text: str, number: str = "") -> Block:
    """Return a quote, verbatim, in its own direction."""
    mark = RTL_MARK if reads_rtl(text) else LTR_MARK
    head = (Piece(mark), Piece(number, is_bold=True), Piece(" ")) if number else (Piece(mark),)
    return Block((*head, Piece(text)), is_quote=True)


def claims(worded: Sequence[Claim], language: Language) -> Iterator[Block]:
    """Yield whose words these are, then each sentence with the numbers of its quotes."""
    if worded:
        yield note(say(ModelText.WORDED, language), language, is_italic=True)
    for one in worded:
        text = " ".join(safe(one.text).split())
        mark = RTL_MARK if reads_rtl(text) else LTR_MARK
        numbers = " ".join(f"[{localize_digits(number, language)}]" for number in one.numbers)
        yield Block((Piece(f"{mark}{text} "), Piece(numbers, is_bold=True)))


def translation(one: Citation, made: Translation, language: Language) -> Iterator[Block]:
    """Yield a quote and below it what a language model makes of it, or why it makes nothing."""
    number = localize_digits(one.number, language)
    yield _quote(one.quote, number=f"[{number}]")
    if made.missing is None:
        text = " ".join(safe(made.text).split())
        yield Block((Piece(f"{RTL_MARK if reads_rtl(text) else LTR_MARK}{text}"),))
    else:
        yield note(untranslated_text(made.missing, number, language), language, is_italic=True)


def answer(reply: Answer, language: Language, *, public_url: str = "") -> list[Block]:
    """Return claims and quotes, what part of the archive was asked, and the sources.

    Args:
        public_url: Address of the pages that sources lead to; empty for none.
    """
    blocks = list(claims(reply.claims, language))
    if reply.claims:
        if reply.checks:
            blocks.append(note(checks_text(reply.checks, language), language, is_italic=True))
        blocks += [BLANK, note(say(ModelText.ORIGINAL, language), language, is_bold=True)]
    elif reply.unworded is not None:
        blocks.append(note(unworded_text(reply.unworded, language), language, is_italic=True))
    for row in rows_of(reply, language):
        if isinstance(row, Heading):
            is_bold = row.rank in {Rank.ANSWER, Rank.SIDE}
            blocks.append(note(row.text, language, is_bold=is_bold, is_italic=not is_bold))
        else:
            blocks += quotes([row], language)
    blocks += [note(text, language, is_bold=True) for text in difference_texts(reply, language)]
    below = sources(reply.citations, language, public_url=public_url)
    return [*blocks, *within(reply, language), BLANK, *below]


def within(reply: Answer | NoAnswer, language: Language) -> Iterator[Block]:
    """Yield what part of the archive was asked, or had no answer, where it was not all of it."""
    if text := scope_note(reply, language):
        yield note(text, language, is_italic=True)


def sources(
    citations: Sequence[Citation], language: Language, *, public_url: str = ""
) -> Iterator[Block]:
    """Yield a heading and each article once, with the numbers of its quotes, which lead to them."""
    yield note(say(Key.SOURCES, language), language, is_bold=True)
    yield from articles(citations, language, public_url=public_url)


def articles(
    citations: Sequence[Citation], language: Language, *, public_url: str = ""
) -> Iterator[Block]:
    """Yield each article once, with the numbers of its quotes, which lead to them."""
    for group in by_article(citations):
        first = group[0]
        details = list(_details(first, first.via, language))
        details += [
            label(shorten(text, _MAX_SOURCE), language) for text in version_texts(first, language)
        ]
        if pages := page_text((cited.page for cited in group), language):
            details.append(label(shorten(pages, _MAX_SOURCE), language))
        if also := same_report_text(first, language):
            details.append(label(shorten(also, _MAX_SOURCE), language))
        lead = [
            piece
            for cited in group
            for link in (linkable(article_link(public_url, cited.article_id, cited.span)),)
            for piece in (Piece(numbers_of([cited], language), url=link), Piece(" "))
        ]
        yield _entry(lead, first, details, language)


def numbers_of(citations: Sequence[Citation], language: Language) -> str:
    """Write the numbers of citations, e.g. `[1] [2]`."""
    return " ".join(f"[{localize_digits(one.number, language)}]" for one in citations)


def _entry(
    lead: Sequence[Piece], shown: Citation | Headline, details: Sequence[str], language: Language
) -> Block:
    """Return an article as its linked headline and lines about it."""
    return Block(
        (
            Piece(mark_of(language)),
            *lead,
            _headline(shown, language),
            Piece("".join(f"\n{detail}" for detail in details)),
        )
    )


def _headline(shown: Citation | Headline, language: Language) -> Piece:
    """Return a headline in bold, in its own direction, linked where it has an address."""
    one_line = " ".join(safe(title(shown, language)).split())
    text = f"{_FIRST_STRONG_ISOLATE}{shorten(one_line, _MAX_HEADLINE)}{_POP_ISOLATE}"
    return Piece(text, is_bold=True, url=linkable(shown.url))


def _details(shown: Citation | Headline, via: str, language: Language) -> Iterator[str]:
    """Yield who published and when, and the file of an article that no link leads to."""
    yield _line(agency(shown.source, via, language), shown.published, language)
    # Of a long path the end is kept, which has the member and the line.
    path = shown.origin[-_MAX_ORIGIN:]
    text = file_text(path if path == shown.origin else f"…{path}", language)
    if text and not linkable(shown.url):
        yield label(text, language)


def _line(publisher: str, published: Moment | None, language: Language) -> str:
    """Write who published and when."""
    named = shorten(" ".join(publisher.split()), _MAX_SOURCE)
    return label(" · ".join(filter(None, (named, dates(published, language)))), language)


def refusal(reply: NoAnswer, language: Language) -> Iterator[Block]:
    """Yield the reason, what part of the archive was asked, and the nearest headlines."""
    yield note(reason_text(reply, language), language)
    yield from within(reply, language)
    if not reply.nearest:
        return
    yield note(say(Phrase.TIP_REFUSED, language), language)
    yield BLANK
    yield note(say(Key.NEAREST, language), language, is_bold=True)
    for number, near in enumerate(reply.nearest, start=1):
        lead = [Piece(f"{localize_digits(number, language)}. ")]
        yield _entry(lead, near, list(_details(near, "", language)), language)


def why(
    citations: Sequence[Citation], confidence: float, asked_at: datetime, language: Language
) -> Iterator[Block]:
    """Yield in words how sure an answer is, how near each quote, how old the news.

    `citations` may be empty: the question was refused.
    """
    yield note(say(Phrase.WHY_HEAD, language), language, is_bold=True)
    if not citations:
        surety = Phrase.WHY_REFUSED
    elif confidence >= _SURE:
        surety = Phrase.WHY_SURE
    else:
        surety = Phrase.WHY_LIKELY if confidence >= _LIKELY else Phrase.WHY_UNSURE
    yield note(say(surety, language, percent=round(100 * confidence)), language)
    first = max(citations, key=lambda cited: cited.score, default=None)
    for cited in citations:
        if first is None or cited is first:
            nearness = Phrase.WHY_FIRST
        else:
            is_near = cited.score >= _NEAR * first.score
            nearness = Phrase.WHY_NEAR if is_near else Phrase.WHY_WEAKER
        number = localize_digits(cited.number, language)
        yield note(f"[{number}] {say(nearness, language)}", language)
    for group in by_article(citations):
        if (published := group[0].published) is not None:
            when, date = _age(published, asked_at, language), dates(published, language)
            yield note(say(Phrase.WHY_AGE, language, when=when, date=date), language)
    if citations:
        yield note(say(Phrase.WHY_CHECKED, language), language)


def _age(published: Moment, asked_at: datetime, language: Language) -> str:
    """Say how long before the question something was published."""
    days = (asked_at - published.at).days
    if days < _DAYS_A_MONTH // 2:
        return say(Phrase.TODAY, language)
    for phrase, length in ((Phrase.YEARS_AGO, _DAYS_A_YEAR), (Phrase.MONTHS_AGO, _DAYS_A_MONTH)):
        if days >= 2 * length:
            return say(phrase, language, count=round(days / length))
    return say(Phrase.DAYS_AGO, language, count=days)


def article_pages(article: Article, marks: Sequence[Span], language: Language) -> list[list[Block]]:
    """Return an article as messages, each under its head, the marked quotes set off.

    Args:
        article: What to show.
        marks: Disjoint spans of its text.
        language: Of our labels.
    """
    named = cite.head(article)
    mark = RTL_MARK if reads_rtl(title(named, language)) else LTR_MARK
    about = "".join(f"\n{detail}" for detail in _details(named, article.via, language))
    head = [Block((Piece(mark), _headline(named, language), Piece(about))), BLANK]
    body: list[Block] = []
    for part in article.body:
        start = part.start
        for span in sorted(marks):
            if start <= span.start < span.end <= part.end:
                body += _paragraphs(article.text[start : span.start])
                body.append(_quote(span.cut(article.text)))
                start = span.end
        body += _paragraphs(article.text[start : part.end])
    room = LIMIT - sum(block.n_units + 1 for block in head) - _FOOTER_ROOM
    pages = list(pack(body, room)) or [[]]
    if len(pages) == 1:
        return [[*head, *pages[0]]]
    return [
        [
            *head,
            *page,
            BLANK,
            note(
                say(Phrase.PAGE, language, page=number, pages=len(pages)), language, is_italic=True
            ),
        ]
        for number, page in enumerate(pages, start=1)
    ]


def page_of_mark(pages: Sequence[Sequence[Block]]) -> int:
    """Return the position of the first message with a marked quote, 0 without one."""
    marked = (at for at, page in enumerate(pages) if any(block.is_quote for block in page))
    return next(marked, 0)


def _paragraphs(text: str) -> Iterator[Block]:
    """Yield each paragraph in its own direction, a blank line after it."""
    for paragraph in map(str.strip, sendable(text).split("\n")):
        if paragraph:
            mark = RTL_MARK if reads_rtl(paragraph) else LTR_MARK
            yield Block((Piece(f"{mark}{paragraph}"),))
            yield BLANK


def inline_head(text: str, limit: int) -> str:
    """Return one line of at most `limit` units for a list of things to choose from."""
    return shorten(" ".join(safe(text).split()), limit)
