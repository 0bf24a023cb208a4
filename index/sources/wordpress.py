"""Exports of WordPress (WXR, any size): the posts and pages that are published, one article each.

Drafts, private and protected posts, pictures and menus are left out and counted. Their rejects
hold nothing of what was not published.
Source: wp-admin/includes/export.php of WordPress.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import BinaryIO

from index.sources.article import Facts, assemble
from index.sources.html_page import plain
from index.sources.prose import without_shortcodes
from index.sources.rejects import MAX_BYTES, Refused, RejectReason, counted
from index.sources.xml_stream import Element, local_name, parts
from index.text.calendars import TEHRAN
from index.text.dates import parse
from index.types import Article, Moment, Reject, Span

_TYPES = frozenset(
    ("post", "page", "news", "article", "articles", "story", "report", "reports", "blog")
)
_FIELDS = frozenset(
    ("title", "link", "guid", "pubDate", "language", "content:encoded", "wp:status",
     "wp:post_type", "wp:post_password", "wp:post_date", "wp:post_date_gmt",
     "wp:post_modified_gmt")
)  # fmt: skip
_BLOCKS = "<!-- wp:"  # of the editor since 2018; in older texts a line break is a new line
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_MAX_LINE = 2_000  # characters of a headline, name or date


def read(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read the published posts of an export in order; each that is not published is a reject."""
    channel: dict[str, str] = {}
    others: Counter[str] = Counter()
    number = 0
    try:
        for _, part in parts(file, lambda root: local_name(root) == "rss"):
            if part is not None and local_name(part) != "item":
                channel.setdefault(local_name(part), _line("".join(map(str, part.itertext()))))
                continue
            number += 1
            item = {} if part is None else _fields(part)
            kind = item.get("wp:post_type", "")
            if part is not None and kind not in _TYPES:
                others[kind[:40] or "of no type"] += 1
                continue
            try:
                yield _article(item, channel, f"{origin}:{number}")
            except Refused as refused:
                yield refused.reject(f"{origin}:{number}")
    except Refused as refused:
        yield refused.reject(origin)
    yield from counted(others, origin)


def _fields(item: Element) -> dict[str, str]:
    """Return the text of the fields that are read, by name and usual prefix."""
    fields: dict[str, str] = {}
    for child in item.iterchildren("*"):
        if name := _field(str(child.tag), child.prefix):
            fields[name] = "".join(map(str, child.itertext())) if len(child) else child.text or ""
    return fields


@lru_cache(maxsize=1_000)
def _field(tag: str, prefix: str | None) -> str:
    """Return the name of a field that is read, with its prefix; nothing for another."""
    name = f"{prefix}:{tag.rpartition('}')[2]}" if prefix else tag
    return name if name in _FIELDS else ""


def _article(item: Mapping[str, str], channel: Mapping[str, str], origin: str) -> Article:
    """Make the article of a post; one without fields was too long.

    Raises:
        Refused: If it is not published, or has no text.
    """
    if not item:
        raise Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} bytes in one post")
    status = item.get("wp:status", "")
    if status in {"private", "trash"}:
        raise Refused(RejectReason.PRIVATE, f"status {status}")
    if status != "publish":
        raise Refused(RejectReason.DRAFT, f"status {status[:40] or 'not given'}")
    if item.get("wp:post_password"):
        raise Refused(RejectReason.PRIVATE, "protected by a password")
    content = without_shortcodes(item.get("content:encoded", ""))
    text = plain(content if _BLOCKS in content else content.replace("\n", "\n<br>"))
    if not any(map(str.isalpha, text)):
        raise Refused(RejectReason.NO_TEXT, "a post without text")
    published = _moment(item, "wp:post_date_gmt")
    for name in ("pubDate", "wp:post_date"):
        published = published or parse(item.get(name, "").strip())
    edited = _moment(item, "wp:post_modified_gmt")
    is_edited = edited and published and edited.at > published.at
    link = item.get("link", "").strip()
    facts = Facts(
        guid=item.get("guid", "").strip(),
        headline=_line(item.get("title", "")),
        published=published,
        edited=edited if is_edited else None,
        sources=(channel.get("title", ""),),
        url=link if link.startswith(("http://", "https://")) else "",
        language=channel.get("language", ""),
    )
    return assemble(text, (Span(0, len(text)),), facts, origin)


def _moment(item: Mapping[str, str], name: str) -> Moment | None:
    """Return a moment of universal time; zeros stand for none."""
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(item.get(name, "").strip()).replace(tzinfo=UTC)
        return Moment(at.astimezone(TEHRAN).replace(second=0, microsecond=0))
    return None


def _line(text: str) -> str:
    """Return a text as one line without markup or escapes."""
    return " ".join(_MARKUP.sub("", html.unescape(text[:_MAX_LINE])).split())
