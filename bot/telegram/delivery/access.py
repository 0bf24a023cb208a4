"""Access control: lists of users and chats that may ask, and rate limits per user and in total.

`refuse` lets an update through or returns what to reply instead.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from typing import Final

from bot.telegram.types import (
    AnswerButton,
    AnswerInline,
    Incoming,
    Kind,
    Lane,
    Outgoing,
    SendMessage,
)
from bot.texts.language import Language, say
from bot.texts.telegram import Phrase

_MAX_BUCKETS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who may ask and how much; empty lists allow everybody, admins may always."""

    users: frozenset[int]
    chats: frozenset[int]
    admins: frozenset[int]
    per_minute: int
    total_per_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an update is refused and the reply; no reply in a group that was told before.

    Attributes:
        wait_s: Seconds after which the same may be let through; 0 where it never is.
    """

    why: str
    calls: tuple[Outgoing, ...] = ()
    wait_s: float = 0.0


class _TokenBucket:
    """Token bucket: holds the questions of one minute, refilled evenly."""

    def __init__(self, per_minute: int, now: float) -> None:
        self._size = float(per_minute)
        self._tokens = float(per_minute)
        self._seen = now
        self.told_until = 0.0

    def wait_s(self, now: float) -> float:
        """Return the seconds until there is a token, 0 if there is one."""
        rate = self._size / 60
        self._tokens = min(self._size, self._tokens + (now - self._seen) * rate)
        self._seen = now
        return max(0.0, (1 - self._tokens) / rate)

    def take(self) -> None:
        """Take a token."""
        self._tokens -= 1

    def is_full(self, now: float) -> bool:
        """Tell whether the bucket has all its tokens, as a new one has."""
        return self._tokens + (now - self._seen) * self._size / 60 >= self._size


class Gate:
    """Applies the rules; keeps its state in memory only, so a restart resets it.

    Attributes:
        moves: Groups that have become supergroups, by their old ids; the lists name either.
    """

    def __init__(self, rules: Rules, clock: Callable[[], float] = time.monotonic) -> None:
        """Apply `rules`; `clock` returns seconds."""
        self._rules = rules
        self._clock = clock
        self._total = {
            is_inline: _TokenBucket(rules.total_per_minute, clock()) for is_inline in (False, True)
        }
        self._buckets: dict[Lane, _TokenBucket] = {}
        self.moves: dict[int, int] = {}

    def is_admin(self, incoming: Incoming) -> bool:
        """Tell whether an admin did it."""
        return incoming.user_id in self._rules.admins

    def names_chat(self, chat_id: int) -> bool:
        """Tell whether a chat is on the list, by this id or by the one it had before."""
        chats = self._rules.chats
        return chat_id in chats or any(self.moves.get(listed) == chat_id for listed in chats)

    def where_it_is_now(self, incoming: Incoming) -> Incoming:
        """Return what was said in a group before it moved as said in the supergroup."""
        chat_id = self.moves.get(incoming.chat_id)
        if chat_id is None or incoming.kind is Kind.MOVED:
            return incoming
        return replace(incoming, chat_id=chat_id, message_id=0)

    def refuse(self, incoming: Incoming) -> Refusal | None:
        """Return None to let an update through, which takes a token of its user and of the total.

        Inline questions have tokens of their own, alerts need none. Whatever is refused in private
        is told so; a group is told once that it has to wait, and never that it is not on a list.
        """
        rules, now = self._rules, self._clock()
        if self.is_admin(incoming) or incoming.kind is Kind.MOVED:
            return None
        is_listed = incoming.user_id in rules.users or self.names_chat(incoming.chat_id)
        if (rules.users or rules.chats) and not is_listed:
            if not incoming.is_private:
                return Refusal(why="not_allowed")
            user = str(incoming.user_id or "-")
            text = say(Phrase.NOT_ALLOWED, language_of(incoming), user=user)
            return Refusal(why="not_allowed", calls=reply(incoming, text))
        if len(self._buckets) >= _MAX_BUCKETS:  # full buckets hold nothing that a new one would not
            self._buckets = {
                lane: bucket for lane, bucket in self._buckets.items() if not bucket.is_full(now)
            }
        if incoming.kind is Kind.ALERT:
            return None
        is_inline = incoming.kind is Kind.INLINE
        user_bucket = self._buckets.setdefault(
            (incoming.user_id or incoming.chat_id, is_inline), _TokenBucket(rules.per_minute, now)
        )
        buckets = (
            ("user", Phrase.SLOW_DOWN, user_bucket),
            ("total", Phrase.BUSY, self._total[is_inline]),
        )
        for why, phrase, bucket in buckets:
            if wait_s := bucket.wait_s(now):
                is_told = now < user_bucket.told_until and not incoming.is_private
                if is_told and incoming.kind is not Kind.BUTTON:
                    return Refusal(why=why, wait_s=wait_s)
                user_bucket.told_until = now + wait_s
                text = say(phrase, language_of(incoming), seconds=math.ceil(wait_s))
                return Refusal(why=why, calls=reply(incoming, text), wait_s=wait_s)
        for _, _, bucket in buckets:
            bucket.take()
        return None


def language_of(incoming: Incoming) -> Language:
    """Return the language of the person's app if we have it, English otherwise."""
    return Language.FA if incoming.language_code.startswith("fa") else Language.EN


def reply(incoming: Incoming, text: str) -> tuple[Outgoing, ...]:
    """Return the calls that show a plain sentence; an inline question gets no results."""
    match incoming.kind:
        case Kind.INLINE:
            return (AnswerInline(query_id=incoming.query_id, results=(), cache_s=1),)
        case Kind.BUTTON:
            return (AnswerButton(query_id=incoming.query_id, text=text),)
        case Kind.MOVED | Kind.ALERT:
            return ()
        case _:
            return (
                SendMessage(
                    chat_id=incoming.chat_id,
                    html=escape(text, quote=False),
                    plain=text,
                    thread_id=incoming.thread_id,
                    reply_to=0 if incoming.is_private else incoming.message_id,
                ),
            )
