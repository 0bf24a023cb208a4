"""Exports of Telegram Desktop as HTML: the messages of `messages.html`, `messages2.html` and so on.

Such a page tells neither the number nor the public name of its channel: posts have no address.
Source: Telegram/SourceFiles/export/output/export_output_html.cpp of Telegram Desktop.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import BinaryIO

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from index.sources.html_page import text_in
from index.sources.markup import text_of
from index.sources.rejects import Refused, RejectReason, counted, whole
from index.sources.telegram import article_of
from index.text.calendars import TEHRAN
from index.types import Article, Moment, Reject, TelegramPost

_MAX_BYTES = 32 * 1024**2  # of a page, which has 1,000 messages of 4,096 characters at most
_MAX_TAGS = 400_000
_NUMBER = re.compile(r"message(\d{1,18})")
_DATE = re.compile(
    r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4}) (?P<time>\d\d:\d\d)(?::\d\d)?"
    r"(?: UTC(?P<zone>[+-]\d\d:\d\d))?"
)


def read(file: BinaryIO, origin: str) -> Iterator[Article | Reject]:
    """Read the posts of a page in order, each labelled by its number in the chat.

    Raises:
        Refused: If it is too large, or one of the export's lists.
    """
    data = whole(file, _MAX_BYTES)
    if data.count(b"<") > _MAX_TAGS:
        raise Refused(RejectReason.TOO_LONG, f"more than {_MAX_TAGS:,} tags in one page")
    parser = HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = document_fromstring(text_of(data).encode(), parser)
    except (etree.ParserError, etree.XMLSyntaxError) as exc:
        raise Refused(RejectReason.NO_TEXT, "no elements in the page") from exc
    messages = [element for element in root.iter("div") if "message" in _classes(element)]
    if not messages:
        raise Refused(RejectReason.NO_PROSE, "a list in an export of Telegram")
    header = next((element for element in root.iter("div") if "bold" in _classes(element)), None)
    chat = text_in(header) if header is not None else ""
    counts: Counter[str] = Counter()
    for message in messages:
        number = _NUMBER.fullmatch(message.get("id") or "")
        if "service" in _classes(message):
            counts["notices of the chat"] += 1
        elif article := article_of(
            _post(message, chat, int(number[1]) if number else 0),
            f"{origin}:{number[1] if number else '?'}",
        ):
            yield article
        else:
            counts["posts without text"] += 1
    yield from counted(counts, origin)


def _classes(element: HtmlElement) -> list[str]:
    return (element.get("class") or "").split()


def _post(message: HtmlElement, chat: str, number: int) -> TelegramPost:
    """Read a message; its own date is the first, that of a forwarded post stands further down."""
    text, n_bold, via = "", 0, ""
    published: Moment | None = None
    is_forwarded = False
    for element in message.iter("div"):
        classes = _classes(element)
        is_forwarded |= "forwarded" in classes
        if "date" in classes and published is None:
            published = _moment(element.get("title") or "")
        elif "from_name" in classes and is_forwarded:
            via = via or " ".join((element.text or "").split())
        elif classes == ["text"] and not text:
            text = text_in(element)
            first = next(iter(element), None)
            if first is not None and first.tag == "strong" and not (element.text or "").strip():
                n_bold = len(text_in(first))
    return TelegramPost(
        text=text, n_bold=n_bold, number=number, chat=chat, published=published, via=via
    )


def _moment(stated: str) -> Moment | None:
    """Return the moment that the title of a date states; without a zone it is Tehran's."""
    match = _DATE.fullmatch(stated.strip())
    if match is None:
        return None
    with suppress(ValueError, OverflowError):
        day = f"{match['year']}-{match['month']}-{match['day']}"
        at = datetime.fromisoformat(f"{day}T{match['time']}{match['zone'] or ''}")
        return Moment(at.astimezone(TEHRAN) if at.tzinfo else at.replace(tzinfo=TEHRAN))
    return None
