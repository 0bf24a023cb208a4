"""Articles from Markdown files, with front matter or without.

`Article.text` is the file verbatim; the body leaves out front matter, the headline, code, HTML
blocks and rows that are images. Front matter is YAML between lines of `---`, or TOML between
`+++`; keys, the first that is there: id, slug; title, headline; date, published; url, link,
canonical_url; source, agency, site; language, lang.

Does not: take marks of emphasis and links out of the text, since quotes are verbatim.
Source: CommonMark, by markdown-it-py.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import BinaryIO

# Imported by `index.sources` only when a Markdown file is read.
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.sources import outlets
from index.sources.markup import language_of, text_of
from index.sources.page_text import content_id
from index.sources.rejects import Refused, RejectReason, whole
from index.text.dates import parse
from index.types import Article, ArticleId, Span

_KEYS = {
    "id": ("id", "slug"),
    "headline": ("title", "headline"),
    "date": ("date", "published"),
    "url": ("url", "link", "canonical_url"),
    "source": ("source", "agency", "site"),
    "language": ("language", "lang"),
}
_MAX_LINES = 20_000  # a news item has some 50
_MAX_BYTES = 2 * 1024 * 1024  # a book has 1 MB; the parser may take 1.5 s for each
_MAX_FRONT = 16_384  # characters; the YAML parser may take 0.5 s for these
_FRONT = re.compile(
    r"(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<matter>.*?)^(?P=fence)[ \t]*(?:\r?\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")  # as the parser counts them
_IMAGES = re.compile(r"(?:!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])\s*)+")
_NO_REPORT = frozenset(("fence", "code_block", "html_block", "hr"))
_PARSER = MarkdownIt("commonmark")
_PARSER.core.ruler.disable("inline")  # only the places of blocks are asked for


@dataclass(frozen=True, slots=True)
class _Blocks:
    """The places of a document's blocks, as rows [first, after) of its lines."""

    headline: str
    report: tuple[tuple[int, int], ...]
    other: tuple[tuple[int, int], ...]


def read(file: BinaryIO, origin: str) -> Iterator[Article]:
    """Read the one article of a file.

    Raises:
        Refused: If the file is too long, or has no letters outside what the body leaves out.
    """
    yield article_of(text_of(whole(file, _MAX_BYTES)), origin)


def article_of(text: str, origin: str) -> Article:
    """Read an article from the text of a file.

    Raises:
        Refused: As `read` does.
    """
    front = _FRONT.match(text, 0, _MAX_FRONT)
    start = front.end() if front else 0
    fields = _fields(front["matter"], front["fence"]) if front else dict.fromkeys(_KEYS, "")
    blocks = _blocks(text[start:], fields["headline"])
    body = _body(text, start, blocks)
    report = "\n".join(span.cut(text) for span in body)
    if not any(map(str.isalpha, report)):
        raise Refused(RejectReason.NO_TEXT, "no paragraph of text beside front matter and headline")
    return _article(text, body, fields | {"headline": blocks.headline}, origin)


def _fields(matter: str, fence: str) -> dict[str, str]:
    """Return our fields of front matter, empty where it has none.

    Raises:
        Refused: If it is no YAML, or no TOML.
    """
    try:
        # BaseLoader makes strings, lists and mappings only, and leaves dates as they are written.
        stated = tomllib.loads(matter) if fence == "+++" else yaml.load(matter, yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        detail = f"front matter: {' '.join(str(exc).split())[:200]}"
        raise Refused(RejectReason.BAD_FIELD, detail) from exc
    found = stated if isinstance(stated, Mapping) else {}
    by_name = {str(key).lower(): _string(value) for key, value in found.items()}
    return {
        field: next((by_name[name] for name in names if by_name.get(name)), "")
        for field, names in _KEYS.items()
    }


def _string(value: object) -> str:
    """Return a value as one line; nothing of lists and mappings."""
    if not isinstance(value, str | int | float | date):
        return ""
    return " ".join(str(value).encode(errors="ignore").decode().split())


def _blocks(text: str, title: str) -> _Blocks:
    """Find the report's blocks, the others, and the headline (`title` unless it is empty).

    Raises:
        Refused: If there are too many lines.
    """
    if max(text.count("\n"), text.count("\r")) > _MAX_LINES:
        raise Refused(RejectReason.TOO_LONG, f"more than {_MAX_LINES:,} lines of Markdown")
    headline, report, other = title, [], []
    tokens = _PARSER.parse(text)
    for token, following in pairwise([*tokens, Token("", "", 0)]):
        if token.map is None or token.nesting < 0:
            continue
        rows = (token.map[0], token.map[1])
        if token.tag == "h1" and _is_headline(following.content, headline):
            headline = " ".join(following.content.split())
            other.append(rows)
        elif token.type in _NO_REPORT or _IMAGES.fullmatch(following.content.strip()):
            other.append(rows)
        elif token.level == 0:
            report.append(rows)
    return _Blocks(headline, tuple(report), tuple(other))


def _is_headline(heading: str, headline: str) -> bool:
    """Tell whether a heading is the headline: there is none yet, or it says the same."""
    return not headline or outlets.key(heading) == outlets.key(headline)


def _body(text: str, start: int, blocks: _Blocks) -> tuple[Span, ...]:
    """Return the stretches of the report between what is none."""
    lines = list(_LINE.finditer(text, start))
    kept = {row for first, after in blocks.report for row in range(first, after)}
    left_out = {row for first, after in blocks.other for row in range(first, after)}
    spans: list[Span] = []
    fresh = True
    for row, line in enumerate(lines):
        if row in left_out or (row not in kept and line[0].strip()):
            fresh = True
        elif line[0].strip():
            first = line.start() if fresh else spans.pop().start
            spans.append(Span(first, line.start() + len(line[0].rstrip())))
            fresh = False
    return tuple(spans)


def _article(text: str, body: tuple[Span, ...], fields: Mapping[str, str], origin: str) -> Article:
    """Put the fields together."""
    report = "\n".join(span.cut(text) for span in body)
    url = fields["url"]
    known = (outlets.by_url(url), outlets.by_name(fields["source"]), outlets.reporting(report))
    outlet = next((one for one in known if one), None)
    return Article(
        id=ArticleId(fields["id"]) if fields["id"] else content_id(text),
        headline=fields["headline"],
        text=text,
        body=body,
        language=language_of(report, fields["language"]),
        published=parse(fields["date"]),
        source=outlet.name if outlet else fields["source"],
        via=outlets.relayed(report),
        code=outlets.code_in(url),
        url=url,
        origin=origin,
    )
