"""Mail: single messages, mail boxes (mbox, any size), and pages that a browser saved as MHTML.

A message is an article: its subject is the headline, its sender the outlet. Of its versions the
HTML one is read, without what is hidden in it, else the plain one. Quoted messages, signatures
and the lines by which one unsubscribes are not report.
Does not: read attachments (they are counted), Outlook's own format, or encrypted mail.
Sources: RFC 5322, RFC 2045, RFC 3676 (format=flowed), RFC 5064 (Archived-At), RFC 4155 (mbox),
RFC 2557 (MHTML).
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from index.sources import html_page
from index.sources.article import Facts, assemble, report_text
from index.sources.encoding import decode
from index.sources.markup import text_of
from index.sources.page_text import report_of
from index.sources.rejects import MAX_BYTES, Refused, RejectReason, Stream, lines
from index.text.calendars import TEHRAN
from index.types import Article, Moment, Reject

MAX_MESSAGE = 32 * 1024**2  # bytes, with its attachments
_MAX_PARTS = 500
_MAX_WORK = 10_000_000  # lines times borders between parts: the parser compares each with all
_MAX_HEADER = 4_000
_BORDER = re.compile(rb"boundary\s*+=", re.IGNORECASE)
_FROM = re.compile(rb"From \S[^\n]{0,200}\d\d:\d\d[^\n]{0,40}\n?")
_ESCAPED_FROM = re.compile(rb"^>(?=>*+From )", re.MULTILINE)
_UNSENT = frozenset(("draft", "drafts", "spam", "trash"))
_QUOTES = frozenset(("gmail_quote", "yahoo_quoted", "moz-cite-prefix"))
_HIDDEN = re.compile(r"display:none|visibility:hidden")
_ORIGINAL = re.compile(
    r"\A-{3,}+\s*+(?:Original Message|پیام اصلی)\s*+-{3,}+\Z|\A_{30,}+\Z", re.IGNORECASE
)
_FRAME = re.compile(
    r"unsubscribe|(?:view|read|open)[^\n]{0,40} in (?:your |a |the )?(?:web ?)?browser"
    r"|(?:manage|update) (?:your )?(?:e-?mail )?(?:preferences|subscription)"
    r"|لغو اشتراک|لغو عضویت|انصراف از (?:دریافت|عضویت)|(?:مشاهده|نمایش)[^\n]{0,30} در مرورگر",
    re.IGNORECASE,
)
_FIRST_YEAR = 1971
_MAX_FRAME = 120  # characters of such a line
_PARAGRAPH = 100
_WRAPPED = range(40, 81)  # characters of a line that was broken by the writer's program


def read(file: Stream, origin: str) -> Iterator[Article | Reject]:
    """Read a message, or the messages of a box in order, numbered from 1.

    Raises:
        Refused: If a single message is too long or has no text.
    """
    if not _FROM.match(file.peek(_MAX_HEADER)):
        yield from _read_one(file.read(MAX_MESSAGE + 1), origin)
        return
    for number, data in enumerate(_box(file), start=1):
        try:
            yield from _read_one(data, f"{origin}:{number}")
        except Refused as refused:
            yield refused.reject(f"{origin}:{number}")


def _box(file: Stream) -> Iterator[bytes]:
    """Yield the messages of a box; of one that is too long, its first part and a bit too much."""
    parts: list[bytes] = []
    size, is_after_blank = 0, True
    for line in lines(file):
        if line is not None and is_after_blank and _FROM.match(line):
            if parts:
                yield _ESCAPED_FROM.sub(b"", b"".join(parts))
            parts, size = [], 0
            continue
        is_after_blank = line is not None and not line.strip()
        line = line if line is not None else bytes(MAX_BYTES)  # noqa: PLW2901  # one as long
        if size <= MAX_MESSAGE:
            parts.append(line)
            size += len(line)
    yield _ESCAPED_FROM.sub(b"", b"".join(parts))


def _read_one(data: bytes, origin: str) -> Iterator[Article | Reject]:
    """Read the article of a message, and count its attachments.

    Raises:
        Refused: If it is too long, was not sent, or has no text.
    """
    n_lines = data.count(b"\n") + data.count(b"\r")
    if len(data) > MAX_MESSAGE or n_lines * (1 + len(_BORDER.findall(data))) > _MAX_WORK:
        detail = f"more than {MAX_MESSAGE:,} bytes in one message, or too many parts"
        raise Refused(RejectReason.TOO_LONG, detail)
    try:
        message = message_from_bytes(data)
        mail = _Mail(message)
    except Refused:
        raise
    # Subtle: on broken headers the parser of the standard library may raise nearly anything.
    except Exception as exc:
        detail = f"broken mail: {type(exc).__name__}"
        raise Refused(RejectReason.UNREADABLE, detail) from exc
    labels = {label.strip().lower() for label in mail.headers.get("x-gmail-labels", "").split(",")}
    if labels & _UNSENT or mail.headers.get("x-unsent", "").strip() == "1":
        raise Refused(RejectReason.DRAFT, "a message that was not sent, or was thrown away")
    if mail.address and "to" not in mail.headers:
        yield html_page.article_of(mail.page, origin, mail.address)
        return
    yield _article(mail, origin)
    if mail.attached:
        kinds = ", ".join(f"{count} {kind}" for kind, count in mail.attached.most_common(10))
        detail = f"attachments are not read ({kinds}); save them beside the mail"
        yield Reject(origin=origin, reason=RejectReason.UNSUPPORTED, detail=detail)


class _Mail:
    """What a message holds: its headers by lower-case name, its texts, and what is attached.

    Attributes:
        headers: The first of each name, as it is written.
        page: The HTML text; empty where there is none.
        address: Where a browser saved the page from; empty for mail.
        plain: The plain text.
        attached: Number of attachments by kind.
    """

    def __init__(self, message: Message) -> None:
        self.headers: dict[str, str] = {}
        self.page = self.address = self.plain = ""
        self.attached: Counter[str] = Counter()
        for name, value in message.raw_items():
            self.headers.setdefault(name.lower(), " ".join(str(value)[:_MAX_HEADER].split()))
        waiting = [message]
        for _ in range(_MAX_PARTS):
            if not waiting:
                break
            part = waiting.pop()
            inner = part.get_payload()
            if isinstance(inner, list) and part.get_content_type() != "message/rfc822":
                waiting += [one for one in reversed(inner) if isinstance(one, Message)]
            else:
                self._take(part)

    def _take(self, part: Message) -> None:
        kind = part.get_content_type()
        is_attached = part.get_content_disposition() == "attachment"
        data = part.get_payload(decode=True)
        if is_attached or kind not in {"text/html", "text/plain"} or not isinstance(data, bytes):
            if is_attached or not kind.startswith("image/"):
                self.attached[kind] += 1
            return
        if len(data) > MAX_BYTES:
            raise Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} bytes of text")
        charset = part.get_content_charset() or ""
        if kind == "text/html" and not self.page:
            self.page = text_of(data, charset)
            locations = (
                self.headers.get("snapshot-content-location"), part.get("content-location"),
            )  # fmt: skip
            self.address = next(filter(_is_address, map(str, locations)), "")
        elif kind == "text/plain" and not self.plain:
            text = decode(data, charset).text.replace("\r\n", "\n")
            flow = [str(part.get_param(name)).lower() for name in ("format", "delsp")]
            self.plain = _unwrapped(
                text, is_flowed=flow[0] == "flowed", drops_space=flow[1] == "yes"
            )


def _article(mail: _Mail, origin: str) -> Article:
    """Make the article of a message.

    Raises:
        Refused: If it has no text.
    """
    headline = _decoded(mail.headers.get("subject", ""))
    name, sender = "", ""
    with suppress(RecursionError):  # the parser goes a call deeper for each colon
        name, sender = parseaddr(mail.headers.get("from", ""))
    archived = mail.headers.get("archived-at", "").strip("<>")
    text = _without_frame(mail.plain)
    with suppress(Refused):  # too many elements: then the plain version
        shown = _without_frame(_shown(mail.page)) if mail.page else ""
        text = shown if _n_letters(shown) >= _n_letters(text) / 2 else text
    body = report_of(text, headline)
    if not any(map(str.isalpha, report_text(text, body))):
        raise Refused(RejectReason.NO_TEXT, "no text in the message")
    facts = Facts(
        guid=mail.headers.get("message-id", "").strip("<>"),
        headline=headline,
        published=_sent(mail.headers.get("date", "")),
        sources=(_decoded(name) or sender.rpartition("@")[2],),
        url=archived if _is_address(archived) else "",
        language=mail.headers.get("content-language", ""),
        is_final=True,
    )
    return assemble(text, body, facts, origin)


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def _n_letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _shown(page: str) -> str:
    """Return the text of an HTML message: neither what is hidden nor what it answers."""
    root = html_page.parsed(page)
    for element in list(root.iter("*")):
        style = "".join((element.get("style") or "").lower().split())
        is_quote = bool(_QUOTES.intersection((element.get("class") or "").split()))
        is_quote |= element.tag == "blockquote" and element.get("type") == "cite"
        if (is_quote or _HIDDEN.search(style)) and element.getparent() is not None:
            element.drop_tree()
    return html_page.text_in(root)


def _unwrapped(text: str, *, is_flowed: bool, drops_space: bool) -> str:
    """Return a plain text with a line for each paragraph, without quoted mail and signature.

    Lines that say that they go on do so (RFC 3676); else those that look as if a program had
    broken them.
    """
    lines = []
    for line in text.split("\n"):
        if line.rstrip("\r") in {"-- ", "--"} or _ORIGINAL.match(line.strip()):
            break
        lines.append(line.rstrip("\r"))
    kept: list[str] = []
    goes_on = False
    for line in lines:
        if line.startswith(">"):
            # «On Friday, ... wrote:» belongs to what is quoted.
            while kept and not kept[-1].strip():
                kept.pop()
            if kept and kept[-1].endswith(":"):
                kept.pop()
            goes_on = False
            continue
        unstuffed = line.removeprefix(" ") if is_flowed else line
        if goes_on and unstuffed.strip():
            kept[-1] += unstuffed if is_flowed else f" {unstuffed.strip()}"
        else:
            kept.append(unstuffed)
        if is_flowed:
            goes_on = unstuffed.endswith(" ")
            kept[-1] = kept[-1][:-1] if goes_on and drops_space else kept[-1]
        else:
            goes_on = len(line.strip()) in _WRAPPED and "://" not in line
    return "\n".join(" ".join(line.split()) for line in kept)


def _without_frame(text: str) -> str:
    """Return a text without the lines about the subscription, and without what follows the last."""
    lines = text.split("\n")
    is_frame = [len(line) <= _MAX_FRAME and bool(_FRAME.search(line)) for line in lines]
    end = len(lines)
    for row in reversed(range(len(lines) // 2, len(lines))):
        if is_frame[row]:
            end = row
        elif len(lines[row]) >= _PARAGRAPH:
            break
    return "\n".join(line for line, frame in zip(lines[:end], is_frame, strict=False) if not frame)


def _decoded(header: str) -> str:
    """Return the text of a header: words in other encodings decoded, raw bytes as well."""
    with suppress(HeaderParseError, LookupError, ValueError, Refused):
        if not header.isascii():
            header = decode(header.encode("utf-8", "surrogateescape")).text
        pieces = [
            piece if isinstance(piece, str) else decode(piece, charset or "").text
            for piece, charset in decode_header(header)
        ]
        return " ".join("".join(pieces).split())
    return " ".join(header.encode(errors="replace").decode().split())


def _sent(date: str) -> Moment | None:
    """Return the moment of a Date header; "-0000" means universal time."""
    with suppress(ValueError, TypeError, OverflowError, IndexError):
        at = parsedate_to_datetime(date)
        zoned = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(TEHRAN)
        if zoned.year >= _FIRST_YEAR:
            return Moment(zoned.replace(second=0, microsecond=0))
    return None
