"""Articles from the text of saved news pages, and from any other text file.

A page's text is lines: date, headline (often twice), paragraphs, news code, and then the frame
of the page (tags, comment form, rules, captcha). Fields that cannot be found stay empty; the
body of an unknown layout is everything but what is recognised.
"""

from collections.abc import Iterator
from typing import BinaryIO

from index.sources import outlets
from index.sources.article import Facts, assemble, report_text
from index.sources.encoding import decode
from index.sources.page_lines import Kind, Line, is_paragraph, lines_of, looks_like_headline
from index.sources.rejects import Refused, RejectReason, whole
from index.types import Article, Moment, Reject, Span

_MAX_LINES = 100_000  # a news item has some 50; these take a second
_FEW_LETTERS = 40  # a line this short without a stop may be a tag or a button


def read(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read the one article that a text file holds.

    Raises:
        Refused: If the file is too long, or no text.
    """
    yield article_of(decode(whole(file)).text, origin)


def article_of(text: str, origin: str, address: str = "") -> Article | Reject:
    """Read an article from the text of a page; a text without letters is rejected.

    Args:
        address: Where the page was fetched; without it, one that stands in the text is taken.

    Raises:
        Refused: If there are too many lines.
    """
    lines = _lines(text)
    first = next(
        (row for row, line in enumerate(lines) if line.kind is Kind.TEXT or is_paragraph(line)),
        len(lines),
    )
    last = _end(lines, first)
    headline = ""
    if last - first > 1 and looks_like_headline(lines[first].text):
        headline = lines[first].text
        first = _after_head(lines[: last - 1], first + 1, outlets.key(headline))
    inside = lines[first:last]
    if not any(line.kind is not Kind.FRAME and any(map(str.isalpha, line.text)) for line in inside):
        detail = "no paragraph of text" if text.strip("\ufeff \t\r\n") else "only white space"
        return Reject(origin=origin, reason=RejectReason.NO_TEXT, detail=detail)
    body = _body(inside)
    around = [*lines[:first], *lines[last:]]
    stated: dict[Kind, str | Moment] = {}  # the first value of each kind
    for kind, value in (value for line in around for value in line.values):
        stated.setdefault(kind, value)
    published = stated.get(Kind.DATE)
    reporter = outlets.reporting(report_text(text, body))
    facts = Facts(
        headline=headline,
        published=published if isinstance(published, Moment) else None,
        # The reporter comes first: a name above the report may be that of another outlet.
        sources=(reporter.name if reporter else "", str(stated.get(Kind.LABEL, ""))),
        url=address or str(stated.get(Kind.URL, "")),
        code=str(stated.get(Kind.CODE, "")),
    )
    return assemble(text, body, facts, origin)


def report_of(text: str, headline: str) -> tuple[Span, ...]:
    """Return the report within extracted text: no headline again, dates, code, frame or tail.

    Raises:
        Refused: If there are too many lines.
    """
    lines = _lines(text)
    first = _after_head(lines, 0, outlets.key(headline) or None)
    return _body(lines[first : _end(lines, first)])


def _lines(text: str) -> list[Line]:
    if text.count("\n") > _MAX_LINES:
        raise Refused(RejectReason.TOO_LONG, f"more than {_MAX_LINES:,} lines of text")
    return lines_of(text)


def _after_head(lines: list[Line], start: int, headline: str | None) -> int:
    """Return the first row from `start` on that is no date, code or frame, nor the headline.

    Args:
        headline: Its key; None for no headline.
    """
    for row, line in enumerate(lines[start:], start):
        if line.kind is Kind.TEXT and outlets.key(line.text) != headline:
            return row
    return max(start, len(lines))


def _end(lines: list[Line], first: int) -> int:
    """Return the row that ends the report which begins at `first`.

    The code does so after the first paragraph only, since it may stand above it. A heading of
    the tail does so before it too, because short news have no paragraph and the comment rules
    below them are long enough to pass for one; but a site's menu holds the same words («آخرین
    اخبار»), so a sentence or the code must have come before.
    """
    paragraph = next((row for row, line in enumerate(lines) if is_paragraph(line)), len(lines))
    has_report, last = False, len(lines)
    for row, line in enumerate(lines[first + 1 :], first + 1):
        is_code = line.kind is Kind.CODE
        if (line.kind is Kind.TAIL and (has_report or row > paragraph)) or (
            is_code and row > paragraph
        ):
            last = row
            break
        is_sentence = line.kind is Kind.TEXT and not looks_like_headline(line.text)
        has_report |= is_code or (is_sentence and not line.is_form)
    else:
        if not has_report and paragraph == len(lines) and first + 1 < len(lines):
            last = _end_without_sentences(lines, first + 1)
    while last > first and lines[last - 1].kind is not Kind.TEXT:
        last -= 1
    return last


def _end_without_sentences(lines: list[Line], start: int) -> int:
    """Return the row that ends a report none of whose lines ends as a sentence does.

    All that follows must be tags, buttons, comment rules, or headlines below a list's heading.
    """
    last, is_in_list = len(lines), False
    for row in reversed(range(start, len(lines))):
        line = lines[row]
        if line.is_list:
            is_in_list = False
        elif line.kind is Kind.TAIL and not is_in_list:
            last = row
        elif line.kind is Kind.TEXT and not line.is_form:
            if not looks_like_headline(line.text):
                break
            is_in_list |= len(line.text) > _FEW_LETTERS
    first = lines[start - 1]
    has_report = any(
        line.kind is Kind.TEXT and not line.repeats(first) for line in lines[start:last]
    )
    return last if has_report or any(line.is_form for line in lines[last:]) else len(lines)


def _body(lines: list[Line]) -> tuple[Span, ...]:
    """Return the stretches of report between lines of the page's frame."""
    spans: list[Span] = []
    is_new = True
    for line in lines:
        if line.kind is Kind.FRAME:
            is_new = True
            continue
        start = line.span.start if is_new else spans.pop().start
        spans.append(Span(start, line.span.end))
        is_new = False
    return tuple(spans)
