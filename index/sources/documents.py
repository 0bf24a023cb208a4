"""Articles from documents: paragraphs that a reader took from a PDF, a text or a book.

The headline is the paragraph that the document sets as its title; where none is, its stated title
if it stands in the document, else the first line if it looks like a headline. Dates, addresses and
codes on lines of their own near the top are facts. Everything else is report: unlike a page of a
site, a document has no frame whose words would end it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.sources import outlets
from index.sources.article import Facts, assemble
from index.sources.page_lines import Kind, Line, is_paragraph, lines_of, looks_like_headline
from index.sources.rejects import Refused, RejectReason
from index.types import Article, Moment, Span

_MAX_HEAD = 20  # lines in which the facts of a document stand
MAX_HEADLINE = 300


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, on one line; or a row of a table."""

    text: str
    is_title: bool = False


def article_of(
    paragraphs: Sequence[Paragraph], origin: str, *, title: str = "", edges: Sequence[str] = ()
) -> Article:
    """Make the article of a document.

    Args:
        title: What its metadata state; taken only if it stands in the text.
        edges: Running heads and feet, which may state a date or an address.

    Raises:
        Refused: If there are no letters.
    """
    text = "\n".join(paragraph.text for paragraph in paragraphs)
    if not any(map(str.isalpha, text)):
        raise Refused(RejectReason.NO_TEXT, "no letters")
    lines = lines_of(text)
    top = [line for line in lines[:_MAX_HEAD] if len(line.text) <= MAX_HEADLINE]
    wanted = {outlets.key(one.text) for one in paragraphs if one.is_title} or {outlets.key(title)}
    named = next((line for line in top if outlets.key(line.text) in wanted - {""}), None)
    if named is None and len(lines) > 1:
        first = next((line for line in lines if line.kind is Kind.TEXT), lines[0])
        named = first if looks_like_headline(first.text) and not is_paragraph(first) else None
    facts_of = [*_head(lines), *lines_of("\n".join(edges))]
    stated: dict[Kind, str | Moment] = {}
    for kind, value in (value for line in facts_of for value in line.values):
        stated.setdefault(kind, value)
    published = stated.get(Kind.DATE)
    around = {line.span for line in _head(lines) if line.kind not in (Kind.TEXT, Kind.TAIL)}
    around |= {named.span} if named else set()
    body = _body([line for line in lines if line.span not in around], lines)
    if not any(map(str.isalpha, "".join(span.cut(text) for span in body))):
        raise Refused(RejectReason.NO_TEXT, "a headline and no paragraph")
    facts = Facts(
        headline=named.text if named else "",
        published=published if isinstance(published, Moment) else None,
        sources=(str(stated.get(Kind.LABEL, "")),),
        url=str(stated.get(Kind.URL, "")),
        code=str(stated.get(Kind.CODE, "")),
    )
    return assemble(text, body, facts, origin)


def _head(lines: list[Line]) -> list[Line]:
    """Return the lines above the first paragraph."""
    first = next((row for row, line in enumerate(lines) if is_paragraph(line)), len(lines))
    return lines[: min(first, _MAX_HEAD)]


def _body(inside: list[Line], lines: list[Line]) -> tuple[Span, ...]:
    """Return stretches of lines that follow each other."""
    following = {line.span: after.span for line, after in pairwise(lines)}
    spans: list[Span] = []
    expected = None
    for line in inside:
        start = spans.pop().start if line.span == expected else line.span.start
        spans.append(Span(start, line.span.end))
        expected = following.get(line.span)
    return tuple(spans)
