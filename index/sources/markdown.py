"""Articles from Markdown files, with front matter or without.

`Article.text` is the file verbatim; the body leaves out front matter, the headline, code, HTML
blocks and rows that are images. Front matter is YAML between lines of `---`, or TOML between
`+++`; its keys are those of any other record (`records`): title, date, url, source and so on. A
draft, of Hugo, Jekyll or another, is refused.

Marks of emphasis and links stay in the text, since quotes are verbatim.
Source: CommonMark, by markdown-it-py.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import PurePosixPath
from typing import BinaryIO

# Imported by `index.sources` only when a Markdown file is read.
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.sources import outlets
from index.sources.article import assemble, content_id, report_text
from index.sources.markup import text_of
from index.sources.records import facts_of
from index.sources.rejects import Refused, RejectReason, whole
from index.types import Article, Span

_MAX_LINES = 20_000  # a news item has some 50
_MAX_BYTES = 2 * 1024 * 1024  # a book has 1 MB; the parser may take 1.5 s for each
_MAX_FRONT = 16_384  # characters; the YAML parser may take 0.5 s for these
_FRONT = re.compile(
    r"\A(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<matter>.*?)^(?P=fence)[ \t]*(?:\r?\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
# A value that YAML would take for a mapping: «title: Harbour: delayed again».
_UNQUOTED = re.compile(
    r"^(?P<key>[\w-]{1,40}:)[ \t]++(?P<value>[^\s\"'\[{|>&*!#][^\r\n]*?:[ \t][^\r\n]*+)$",
    re.MULTILINE,
)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")  # as the parser counts them
_IMAGES = re.compile(r"\A(?:!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])\s*)+")
_NO_REPORT = frozenset(("fence", "code_block", "html_block", "hr"))
_PARSER = MarkdownIt("commonmark")
_PARSER.core.ruler.disable("inline")  # only the lines of each block are needed


def read(file: BinaryIO, origin: str) -> Iterator[Article]:
    """Read the one article of a file.

    Raises:
        Refused: If the file is too long, is a draft, or has no letters outside what the body
            leaves out.
    """
    yield article_of(text_of(whole(file, _MAX_BYTES)), origin)


def article_of(text: str, origin: str) -> Article:
    """Read an article from the text of a file.

    Raises:
        Refused: As `read` does.
    """
    front = _FRONT.match(text, 0, _MAX_FRONT)
    start = front.end() if front else 0
    if "_drafts" in PurePosixPath(origin).parts:  # of Jekyll
        raise Refused(RejectReason.DRAFT, "in a folder of drafts")
    facts = facts_of(_fields(front["matter"], front["fence"]) if front else {})
    headline, body = _report(text, start, facts.headline)
    if not any(map(str.isalpha, report_text(text, body))):
        raise Refused(RejectReason.NO_TEXT, "no paragraph of text beside front matter and headline")
    facts = replace(facts, id=facts.id or content_id(text), headline=headline)
    return assemble(text, body, facts, origin)


def _fields(matter: str, fence: str) -> dict[str, object]:
    """Return the fields of front matter, without those that are null.

    Raises:
        Refused: If it is no YAML, or no TOML.
    """
    quoted = _UNQUOTED.sub(lambda match: f"{match['key']} {json.dumps(match['value'])}", matter)
    try:
        # BaseLoader makes strings, lists and mappings only, and leaves dates as they are written.
        stated = tomllib.loads(matter) if fence == "+++" else yaml.load(quoted, yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        detail = f"front matter: {' '.join(str(exc).split())[:200]}"
        raise Refused(RejectReason.BAD_FIELD, detail) from exc
    return {
        str(key): str(value) if isinstance(value, date) else value
        for key, value in (stated.items() if isinstance(stated, Mapping) else ())
    }


def _report(text: str, start: int, title: str) -> tuple[str, tuple[Span, ...]]:
    """Return the headline (`title` unless it is empty) and the spans of the report from `start` on.

    Raises:
        Refused: If there are too many lines.
    """
    source = text[start:]
    if max(source.count("\n"), source.count("\r")) > _MAX_LINES:
        raise Refused(RejectReason.TOO_LONG, f"more than {_MAX_LINES:,} lines of Markdown")
    headline, report, left_out = title, set[int](), set[int]()  # numbers of lines
    for token, following in pairwise([*_PARSER.parse(source), Token("", "", 0)]):
        if token.map is None or token.nesting < 0:
            continue
        first, after = token.map
        is_headline = token.tag == "h1" and (
            not headline or outlets.key(following.content) == outlets.key(headline)
        )
        if is_headline:
            headline = " ".join(following.content.split())
        if is_headline or token.type in _NO_REPORT or _IMAGES.fullmatch(following.content.strip()):
            left_out.update(range(first, after))
        elif token.level == 0:
            report.update(range(first, after))
    spans: list[Span] = []
    is_new = True
    for row, line in enumerate(_LINE.finditer(text, start)):
        if row in left_out or (row not in report and line[0].strip()):
            is_new = True
        elif line[0].strip():
            begin = line.start() if is_new else spans.pop().start
            spans.append(Span(begin, line.start() + len(line[0].rstrip())))
            is_new = False
    return headline, tuple(spans)
