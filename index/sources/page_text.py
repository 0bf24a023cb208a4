"""Articles from the text of saved news pages, and from any other text file.

A page's text is lines: date, headline (often twice), paragraphs, news code, and then the frame
of the page (tags, comment form, rules, captcha). Fields that cannot be found stay empty; the
body of an unknown layout is everything but what is recognised.

Does not: read HTML.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from index.sources import outlets
from index.sources.encoding import decode
from index.sources.page_lines import Kind, Line, is_paragraph, lines_of, looks_like_headline
from index.sources.rejects import RejectReason, whole
from index.text.language import detect
from index.types import Article, ArticleId, Moment, Reject, Span

_FEW_LETTERS = 40  # a line this short without a stop may be a tag or a button


def read(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read the one article that a text file holds.

    Raises:
        Refused: If the file is too long, or no text.
    """
    yield article_of(decode(whole(file)).text, origin)


def article_of(text: str, origin: str) -> Article | Reject:
    """Read an article from the text of a page; a text without letters is rejected."""
    lines = lines_of(text)
    first, last = _bounds(lines)
    headline, first = _headline(lines, first, last)
    inside = [line for line in lines[first:last] if line.kind is not Kind.FRAME]
    body = _body(lines, first, last)
    if not any(map(str.isalpha, "".join(line.text for line in inside))):
        detail = "no paragraph of text" if text.strip("\ufeff \t\r\n") else "only white space"
        return Reject(origin=origin, reason=RejectReason.NO_TEXT, detail=detail)
    return _article(text, headline, body, [*lines[:first], *lines[last:]], origin)


def report_of(text: str, headline: str) -> tuple[Span, ...]:
    """Return the report within extracted text: no headline again, dates, code, frame or tail."""
    lines = lines_of(text)
    name, first = outlets.key(headline), 0
    while first < len(lines) and (
        lines[first].kind is not Kind.TEXT or (name and outlets.key(lines[first].text) == name)
    ):
        first += 1
    paragraph = _first_paragraph(lines)
    last = _tail(lines, first + 1, paragraph)
    while last > first and lines[last - 1].kind is not Kind.TEXT:
        last -= 1
    return _body(lines, first, last)


def content_id(text: str) -> ArticleId:
    """Name an article by its text, for want of a code."""
    return ArticleId(f"sha-{sha256(text.encode()).hexdigest()[:16]}")


def _article(
    text: str, headline: str, body: tuple[Span, ...], around: list[Line], origin: str
) -> Article:
    """Put the fields together; `around` are the lines outside the body."""
    report = "\n".join(span.cut(text) for span in body)
    stated = [value for line in around for value in line.values]
    published = next((value for _, value in stated if isinstance(value, Moment)), None)
    code, url = _first(stated, Kind.CODE), _first(stated, Kind.URL)
    name = _first(stated, Kind.LABEL)
    outlet = outlets.by_url(url) or outlets.reporting(report) or outlets.by_name(name)
    code = code or outlets.code_in(url)
    return Article(
        id=ArticleId(f"{outlet.slug}-{code}") if outlet and code else content_id(text),
        headline=headline,
        text=text,
        body=body,
        language=detect(report).tag,
        published=published,
        source=outlet.name if outlet else "",
        via=outlets.relayed(report),
        code=code,
        url=url or (outlets.address(outlet, code, published) if outlet else ""),
        origin=origin,
    )


def _first_paragraph(lines: list[Line]) -> int:
    """Return the row of the first paragraph, or the number of lines."""
    return next((row for row, line in enumerate(lines) if is_paragraph(line)), len(lines))


def _bounds(lines: list[Line]) -> tuple[int, int]:
    """Return the rows [first, last) from the headline to the end of the report."""
    paragraph = _first_paragraph(lines)
    head = [row for row in range(paragraph) if lines[row].kind is Kind.TEXT]
    first = head[0] if head else min(paragraph, len(lines))
    last = _tail(lines, first + 1, paragraph)
    while last > first and lines[last - 1].kind is not Kind.TEXT:
        last -= 1
    return first, last


def _tail(lines: list[Line], start: int, paragraph: int) -> int:
    """Return the row from `start` on that ends the report.

    The code does so after the first paragraph only, since it may stand above it. A heading of
    the tail does so before it too, because short news have no paragraph and the comment rules
    below them are long enough to pass for one; but a site's menu holds the same words («آخرین
    اخبار»), so a sentence or the code must have come before.
    """
    told = False
    for row, line in enumerate(lines[start:], start):
        if line.kind is Kind.TAIL and (told or row > paragraph):
            return row
        if line.kind is Kind.CODE and row > paragraph:
            return row
        told |= line.kind is Kind.CODE
        told |= line.kind is Kind.TEXT and not (line.is_form or looks_like_headline(line.text))
    is_clear = told or paragraph < len(lines) or start >= len(lines)
    return len(lines) if is_clear else _untold_tail(lines, start)


def _untold_tail(lines: list[Line], start: int) -> int:
    """Return the row that ends a report in which no line looks like one, for want of stops.

    All that follows must be tags, buttons, comment rules, or headlines below a list's heading.
    """
    last, is_open = len(lines), False
    for row in reversed(range(start, len(lines))):
        line = lines[row]
        if line.is_list:
            is_open = False
        elif line.kind is Kind.TAIL and not is_open:
            last = row
        elif line.kind is Kind.TEXT and not line.is_form:
            if not looks_like_headline(line.text):
                break
            is_open |= len(line.text) > _FEW_LETTERS
    first = lines[start - 1]
    is_told = any(one.kind is Kind.TEXT and not one.repeats(first) for one in lines[start:last])
    return last if is_told or any(line.is_form for line in lines[last:]) else len(lines)


def _headline(lines: list[Line], first: int, last: int) -> tuple[str, int]:
    """Return the headline and the row after it, its repetitions and the head of the page."""
    if last - first <= 1 or not looks_like_headline(lines[first].text):
        return "", first
    headline, name = lines[first].text, outlets.key(lines[first].text)
    row = first + 1
    while row < last - 1 and _is_head(lines[row], name):
        row += 1
    return headline, row


def _is_head(line: Line, name: str) -> bool:
    """Tell whether a line still belongs to the head: the headline again, a date, a code."""
    return line.kind is not Kind.TEXT or outlets.key(line.text) == name


def _body(lines: list[Line], first: int, last: int) -> tuple[Span, ...]:
    """Return the stretches of report between lines of the page's frame."""
    spans: list[Span] = []
    fresh = True
    for line in lines[first:last]:
        if line.kind is Kind.FRAME:
            fresh = True
            continue
        start = line.span.start if fresh else spans.pop().start
        spans.append(Span(start, line.span.end))
        fresh = False
    return tuple(spans)


def _first(stated: list[tuple[Kind, str | Moment]], kind: Kind) -> str:
    """Return the first value of a kind."""
    return next((str(value) for one, value in stated if one is kind), "")
