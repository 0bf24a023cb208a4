"""Articles from the text of saved news pages, and from any other text file.

A page's text is lines: date, headline (often twice), paragraphs, news code, and then the frame
of the page (tags, comment form, rules, captcha). Fields that cannot be found stay empty; the
body of an unknown layout is everything but what is recognised.

Does not: read HTML.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
from typing import BinaryIO

from index.clean import clean
from index.dates import parse
from index.lang import detect
from index.sources import outlets
from index.sources.encoding import decode
from index.sources.rejects import RejectReason, whole
from index.types import Article, ArticleId, Moment, Reject, Span

_MAX_HEADLINE = 200
_PARAGRAPH = 80  # a line this long belongs to the report, not to the head of the page
_LEADING = " \t\ufeff\xa0\u200b\u200c\u200d\u200e\u200f"  # white space and invisible signs
_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_CODE = re.compile(r"(?:کد|شناسه) ?(?:خبر|مطلب|مقاله) ?:? ?(?P<code>\d{3,20})")
_URL = re.compile(r"(?:لینک کوتاه ?:? ?)?(?P<url>https?://\S+)")
_NOT_A_HEADLINE = (".", "،", "؛", ",", ";", ":", "。")


class _Kind(Enum):
    TEXT = auto()
    DATE = auto()
    CODE = auto()
    URL = auto()
    FRAME = auto()
    TAIL = auto()


@dataclass(frozen=True, slots=True)
class _Line:
    """One line that is not blank: its range without outer white space, and what it holds."""

    span: Span
    text: str
    kind: _Kind
    value: str | Moment = ""


def read(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read the one article that a text file holds.

    Raises:
        Refused: If the file is too long, or no text.
    """
    yield article_of(decode(whole(file)).text, origin)


def article_of(text: str, origin: str) -> Article | Reject:
    """Read an article from the text of a page; a text without letters is rejected."""
    lines = [_line(match) for match in _LINE.finditer(text) if not match[0].isspace()]
    first, last = _bounds(lines)
    headline, first = _headline(lines, first, last)
    inside = [line for line in lines[first:last] if line.kind is not _Kind.FRAME]
    body = _body(lines, first, last)
    if not any(map(str.isalpha, "".join(line.text for line in inside))):
        detail = "no paragraph of text" if text.strip("\ufeff \t\r\n") else "only white space"
        return Reject(origin=origin, reason=RejectReason.NO_TEXT, detail=detail)
    return _article(text, headline, body, [*lines[:first], *lines[last:]], origin)


def report_of(text: str, headline: str) -> tuple[Span, ...]:
    """Return the report within extracted text: no headline again, dates, code, frame or tail."""
    lines = [_line(match) for match in _LINE.finditer(text) if not match[0].isspace()]
    name, first = outlets.key(headline), 0
    while first < len(lines) and (
        lines[first].kind is not _Kind.TEXT or (name and outlets.key(lines[first].text) == name)
    ):
        first += 1
    paragraph = next(
        (row for row, line in enumerate(lines) if len(line.text) >= _PARAGRAPH), len(lines)
    )
    last = _tail(lines, first + 1, paragraph)
    while last > first and lines[last - 1].kind is not _Kind.TEXT:
        last -= 1
    return _body(lines, first, last)


def content_id(text: str) -> ArticleId:
    """Name an article by its text, for want of a code."""
    return ArticleId(f"sha-{sha256(text.encode()).hexdigest()[:16]}")


def _article(
    text: str, headline: str, body: tuple[Span, ...], around: list[_Line], origin: str
) -> Article:
    """Put the fields together; `around` are the lines outside the body."""
    report = "\n".join(span.cut(text) for span in body)
    published = next((line.value for line in around if isinstance(line.value, Moment)), None)
    code = _value(around, _Kind.CODE)
    url = _value(around, _Kind.URL)
    outlet = outlets.by_url(url) or outlets.reporting(report)
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


def _line(match: re.Match[str]) -> _Line:
    """Tell what a line holds."""
    raw = match[0]
    start = match.start() + len(raw) - len(raw.lstrip(_LEADING))
    span = Span(start, max(start, match.start() + len(raw.rstrip())))
    kind, value = _kind(span.cut(match.string))
    return _Line(span, span.cut(match.string), kind, value)


def _kind(text: str) -> tuple[_Kind, str | Moment]:
    """Return the kind of a line and the value it states."""
    if len(text) > _MAX_HEADLINE:
        return _Kind.TEXT, ""
    code = _CODE.fullmatch(clean(text).text)
    url = _URL.fullmatch(text)
    published = parse(text)
    name = outlets.key(text)
    if code:
        return _Kind.CODE, code["code"]
    if url:
        return _Kind.URL, url["url"]
    # A bare year or number between paragraphs is no date line.
    if published is not None and not text.strip().isdigit():
        return _Kind.DATE, published
    if name in outlets.TAIL_KEYS:
        return _Kind.TAIL, ""
    return (_Kind.FRAME if name in outlets.FRAME_KEYS else _Kind.TEXT), ""


def _bounds(lines: list[_Line]) -> tuple[int, int]:
    """Return the rows [first, last) from the headline to the end of the report."""
    paragraph = next(
        (row for row, line in enumerate(lines) if len(line.text) >= _PARAGRAPH), len(lines)
    )
    head = [row for row in range(paragraph) if lines[row].kind is _Kind.TEXT]
    first = head[0] if head else min(paragraph, len(lines))
    last = _tail(lines, first + 1, paragraph)
    while last > first and lines[last - 1].kind is not _Kind.TEXT:
        last -= 1
    return first, last


def _tail(lines: list[_Line], start: int, paragraph: int) -> int:
    """Return the row from `start` on that ends the report.

    The code does so after the first paragraph only, since it may stand above it. A heading of
    the tail does so before it too, because short news have no paragraph and the comment rules
    below them are long enough to pass for one; but a site's menu holds the same words («آخرین
    اخبار»), so a sentence or the code must have come before.
    """
    told = False
    for row, line in enumerate(lines[start:], start):
        if line.kind is _Kind.TAIL and (told or row > paragraph):
            return row
        if line.kind is _Kind.CODE and row > paragraph:
            return row
        told |= line.kind is _Kind.CODE
        told |= line.kind is _Kind.TEXT and not _looks_like_headline(line.text)
    return len(lines)


def _headline(lines: list[_Line], first: int, last: int) -> tuple[str, int]:
    """Return the headline and the row after it, its repetitions and the head of the page."""
    if last - first <= 1 or not _looks_like_headline(lines[first].text):
        return "", first
    headline, name = lines[first].text, outlets.key(lines[first].text)
    row = first + 1
    while row < last - 1 and _is_head(lines[row], name):
        row += 1
    return headline, row


def _is_head(line: _Line, name: str) -> bool:
    """Tell whether a line still belongs to the head: the headline again, a date, a code."""
    return line.kind is not _Kind.TEXT or outlets.key(line.text) == name


def _looks_like_headline(text: str) -> bool:
    """Tell whether a line is short and does not end as a sentence does."""
    return len(text) <= _MAX_HEADLINE and not text.endswith(_NOT_A_HEADLINE)


def _body(lines: list[_Line], first: int, last: int) -> tuple[Span, ...]:
    """Return the stretches of report between lines of the page's frame."""
    spans: list[Span] = []
    fresh = True
    for line in lines[first:last]:
        if line.kind is _Kind.FRAME:
            fresh = True
            continue
        start = line.span.start if fresh else spans.pop().start
        spans.append(Span(start, line.span.end))
        fresh = False
    return tuple(spans)


def _value(lines: list[_Line], kind: _Kind) -> str:
    """Return what the first line of a kind states."""
    return next((str(line.value) for line in lines if line.kind is kind), "")
