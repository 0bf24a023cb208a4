"""Posts of Telegram, and exports of Telegram Desktop as JSON: a channel, a group, or an account.

A post is an article: its first line or sentence is the headline, the channel the outlet. Lines at
either end that hold nothing but links, names and tags are not report. What happened in the chat
(joined, pinned) is left out, and posts without text are counted once a chat. Of an account,
conversations of two people are left out: who wants one exports it alone.
Does not: read pictures, polls or comments.
Source: Telegram/SourceFiles/export/output/export_output_json.cpp of Telegram Desktop.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import ijson

from index.sources.article import Facts, assemble
from index.sources.encoding import any_utf8_stream
from index.sources.json_events import Events, Guarded, events, skip, value
from index.sources.page_lines import looks_like_headline
from index.sources.rejects import Refused, RejectReason, Stream, counted
from index.text.calendars import TEHRAN
from index.text.dates import parse
from index.types import Article, Moment, Reject, Span, TelegramPost

_KINDS = (
    "personal_chat|bot_chat|saved_messages|replies|verification_codes|private_group|"
    "private_supergroup|public_supergroup|private_channel|public_channel"
)
_KIND = re.compile(rb'"type"\s*+:\s*+"(?:%s)"|"date_unixtime"\s*+:' % _KINDS.encode())
_MESSAGES = re.compile(rb'"messages"\s*+:\s*+\[')
_ACCOUNT = re.compile(rb'"personal_information"\s*+:|"(?:left_)?chats"\s*+:\s*+\{\s*+"about"')
_PRIVATE = frozenset(_KINDS.split("|")[:5])
_HAS_ADDRESS = frozenset(_KINDS.split("|")[6:])
_FIELDS = frozenset(
    ("id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "from", "from_id",
     "forwarded_from", "text")
)  # fmt: skip
_LINE = re.compile(r"[^\n]*+")
# Links, names and tags, and signs such as emoji between them.
_FRAME = re.compile(r"(?:https?://\S++|t\.me/\S++|[@#][\w\u200c]*+|[^\w@#]++)*+")
_SENTENCE = re.compile(r"[^.!?؟]{10,198}[.!?؟](?=\s)")
_BLANK = " \t\r\ufeff\xa0\u200b\u200c\u200d\u200e\u200f"
_MAX_HEADLINE = 200
_MAX_NAME = 300
_USERNAME = re.compile(r"[A-Za-z]\w{3,31}")


def is_export(head: bytes) -> bool:
    """Tell a JSON export of Telegram Desktop by its first bytes."""
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return False
    is_chat = _MESSAGES.search(head) and _KIND.search(head)
    return bool(is_chat or _ACCOUNT.search(head))


def article_of(post: TelegramPost, origin: str) -> Article | None:
    """Make the article of a post; None where it has no text but links, names and tags."""
    lines = [match.span() for match in _LINE.finditer(post.text) if match[0].strip(_BLANK)]
    while lines and _FRAME.fullmatch(post.text, *lines[0]):
        del lines[0]
    while lines and _FRAME.fullmatch(post.text, *lines[-1]):
        del lines[-1]
    if not lines:
        return None
    first = post.text[slice(*lines[0])].strip(_BLANK)
    sentence = _SENTENCE.match(first)
    headline = first if len(first) <= _MAX_HEADLINE else sentence[0] if sentence else ""
    is_bold = post.n_bold >= lines[0][1]
    has_head = len(lines) > 1 and headline == first and (is_bold or looks_like_headline(first))
    start, end = lines[1 if has_head else 0][0], lines[-1][1]
    address = post.username or (post.chat_id and f"c/{post.chat_id}")
    url = f"https://t.me/{address}/{post.number}" if address and post.number else ""
    facts = Facts(
        guid=f"telegram-{address.replace('/', '-')}-{post.number}" if url else "",
        headline=headline,
        published=post.published,
        edited=post.edited,
        sources=(post.chat,),
        url=url,
        via=post.via,
        is_final=True,
    )
    return assemble(post.text, (Span(start, end),), facts, origin)


def read(file: Stream, origin: str) -> Iterator[Article | Reject]:
    """Read the posts of an export of any size, in order, each labelled by its number in the chat.

    Raises:
        Refused: Where the JSON breaks off, or a post is too long; what came before stays.
    """
    stream = any_utf8_stream(file)
    if stream.peek(3).startswith(b"\xef\xbb\xbf"):
        stream.read(3)
    guarded = Guarded(stream)
    document, counts = events(guarded), Counter[str]()
    try:
        next(document)  # the brace that `is_export` saw
        for chat, message in _messages(document, guarded):
            place = f"{origin}:{chat.fields.get('id', '')}" if chat.is_listed else origin
            is_private = chat.is_listed and chat.fields.get("type") in _PRIVATE
            if message is None:
                yield from _left_out(counts, place, is_private=is_private)
                counts.clear()
            elif is_private or message.get("type") == "service":
                counts["notices of the chat"] += 1
            elif article := article_of(_post(message, chat), f"{place}:{message.get('id')}"):
                yield article
            else:
                counts["posts without text"] += 1
    except (ijson.JSONError, ValueError, RecursionError) as exc:
        detail = " ".join(str(exc).split())[:200] or type(exc).__name__
        raise Refused(RejectReason.BROKEN_JSON, detail) from None


def _left_out(counts: Counter[str], origin: str, *, is_private: bool) -> Iterator[Reject]:
    if is_private and counts:
        detail = (
            f"a conversation of two ({counts.total():,} posts); to have it read, export it alone"
        )
        yield Reject(origin=origin, reason=RejectReason.PRIVATE, detail=detail)
    else:
        yield from counted(counts, origin)


@dataclass(slots=True)
class _Chat:
    """Fields of a chat that stand before its messages, and whether it is one of an account's."""

    is_listed: bool
    fields: dict[str, str] = field(default_factory=dict)


def _messages(
    document: Events, file: Guarded, *, is_listed: bool = False
) -> Iterator[tuple[_Chat, dict[str, object] | None]]:
    """Yield the messages in an object that has begun, each with its chat; None ends a chat."""
    chat = _Chat(is_listed)
    for end, key in document:
        if end == "end_map":
            return
        file.taken = 0
        event, value = next(document)
        if event == "start_array" and key in {"messages", "list"}:
            for item, _ in document:
                file.taken = 0
                if item == "end_array":
                    break
                if item != "start_map":
                    skip(item, document)
                elif key == "list":
                    yield from _messages(document, file, is_listed=True)
                else:
                    yield chat, _fields(document)
            if key == "messages":
                yield chat, None
        elif event == "start_map" and key in {"chats", "left_chats"}:
            yield from _messages(document, file)
        elif isinstance(value, str | int):
            chat.fields[str(key)] = str(value)[:_MAX_NAME]
        else:
            skip(event, document)


def _fields(document: Events) -> dict[str, object]:
    """Build a message that has begun, without the fields that are not read."""
    message: dict[str, object] = {}
    for end, key in document:
        if end == "end_map":
            break
        event, first = next(document)
        if key in _FIELDS:
            message[str(key)] = value(event, first, document)
        else:
            skip(event, document)
    return message


def _post(message: Mapping[str, object], chat: _Chat) -> TelegramPost:
    stated = message.get("text", "")
    texts, n_bold, is_start = [], 0, True
    for piece in stated if isinstance(stated, list) else [stated]:
        parts: Mapping[str, object] = piece if isinstance(piece, dict) else {"text": piece}
        text = str(parts.get("text", ""))
        is_start = is_start and (parts.get("type") == "bold" or bool(_FRAME.fullmatch(text)))
        n_bold += len(text) if is_start else 0
        texts.append(text)
    number, kind = message.get("id"), chat.fields.get("type", "")
    username = chat.fields.get("username", "").removeprefix("@")
    via = message.get("forwarded_from")
    author = message.get("from")
    return TelegramPost(
        # A lone surrogate cannot be stored.
        text="".join(texts).encode(errors="replace").decode(),
        n_bold=n_bold,
        number=number if isinstance(number, int) and number > 0 else 0,
        chat=chat.fields.get("name") or (author if isinstance(author, str) else ""),
        chat_id=chat.fields.get("id", "").removeprefix("-100") if kind in _HAS_ADDRESS else "",
        username=username if _USERNAME.fullmatch(username) else "",
        published=_moment(message, "date"),
        edited=_moment(message, "edited"),
        via=via if isinstance(via, str) else "",
    )


def _moment(message: Mapping[str, object], name: str) -> Moment | None:
    """Return a moment by its seconds since 1970, else by the clock of whoever exported it."""
    with suppress(ValueError, OverflowError, OSError):
        seconds = int(str(message.get(f"{name}_unixtime", 0)))
        if seconds > 0:
            at = datetime.fromtimestamp(seconds, UTC).astimezone(TEHRAN)
            return Moment(at.replace(second=0))
    stated = message.get(name)
    return parse(stated) if isinstance(stated, str) else None
