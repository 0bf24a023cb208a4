"""Who may ask, and how often.

Does not: answer; it lets an update through, or says what to reply instead.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final

from bot.telegram.types import AnswerButton, AnswerInline, Incoming, Kind, Outgoing, SendMessage
from bot.texts.language import Language, say
from bot.texts.telegram import Phrase

_MAX_BUCKETS: Final = 10_000
_NOT_ALLOWED_AGAIN_S: Final = 3600.0


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
    """Why an update is not let through and what is replied; nothing where that was said before."""

    why: str
    calls: tuple[Outgoing, ...] = ()


class _Bucket:
    """A token bucket: as many questions at once as a minute allows, refilled evenly."""

    def __init__(self, per_minute: int, now: float) -> None:
        self._size = float(per_minute)
        self._tokens = float(per_minute)
        self._seen = now
        self.told_until = 0.0

    def wait_s(self, now: float) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        rate = self._size / 60
        self._tokens = min(self._size, self._tokens + (now - self._seen) * rate)
        self._seen = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / rate

    def is_full(self, now: float) -> bool:
        """Tell whether it would be the same if it were made anew."""
        return self._tokens + (now - self._seen) * self._size / 60 >= self._size


class Gate:
    """Applies the rules; remembers in memory only, so a restart forgives."""

    def __init__(self, rules: Rules, clock: Callable[[], float] = time.monotonic) -> None:
        """Apply `rules` by a clock that counts seconds."""
        self._rules = rules
        self._clock = clock
        self._total = _Bucket(rules.total_per_minute, clock())
        self._buckets: dict[int, _Bucket] = {}
        self._told: dict[int, float] = {}

    def is_admin(self, incoming: Incoming) -> bool:
        """Tell whether an admin did it."""
        return incoming.user_id in self._rules.admins

    def refuse(self, incoming: Incoming) -> Refusal | None:
        """Return None to let an update through, which uses up a part of its user's share."""
        if self.is_admin(incoming):
            return None
        if not self._is_allowed(incoming):
            return self._not_allowed(incoming)
        return self._too_fast(incoming)

    def _is_allowed(self, incoming: Incoming) -> bool:
        """Tell whether the lists, where there are any, name the user or the chat."""
        users, chats = self._rules.users, self._rules.chats
        return (not users and not chats) or incoming.user_id in users or incoming.chat_id in chats

    def _not_allowed(self, incoming: Incoming) -> Refusal:
        """Tell a person in private, at most once an hour; stay silent elsewhere."""
        now = self._clock()
        if not incoming.is_private or now < self._told.get(incoming.chat_id, 0):
            return Refusal(why="not_allowed")
        self._told = {chat: until for chat, until in self._told.items() if until > now}
        self._told[incoming.chat_id] = now + _NOT_ALLOWED_AGAIN_S
        text = say(Phrase.NOT_ALLOWED, language_of(incoming), user=str(incoming.user_id or "-"))
        return Refusal(why="not_allowed", calls=reply(incoming, text))

    def _too_fast(self, incoming: Incoming) -> Refusal | None:
        """Take from the user's bucket, then from everybody's."""
        now = self._clock()
        own = self._bucket(incoming.user_id or incoming.chat_id, now)
        for why, key, bucket in (
            ("user", Phrase.SLOW_DOWN, own),
            ("total", Phrase.BUSY, self._total),
        ):
            if wait_s := bucket.wait_s(now):
                if now < own.told_until and incoming.kind is not Kind.BUTTON:
                    return Refusal(why=why)
                own.told_until = now + wait_s
                text = say(key, language_of(incoming), seconds=math.ceil(wait_s))
                return Refusal(why=why, calls=reply(incoming, text))
        return None

    def _bucket(self, user_id: int, now: float) -> _Bucket:
        """Return a user's bucket; full ones are forgotten when there are many."""
        if len(self._buckets) >= _MAX_BUCKETS:
            self._buckets = {
                user: one for user, one in self._buckets.items() if not one.is_full(now)
            }
        return self._buckets.setdefault(user_id, _Bucket(self._rules.per_minute, now))


def language_of(incoming: Incoming) -> Language:
    """Return the language of the person's app, as far as we speak it."""
    return Language.FA if incoming.language_code.startswith("fa") else Language.EN


def reply(incoming: Incoming, text: str) -> tuple[Outgoing, ...]:
    """Say a plain sentence in the way that fits what came; an inline question gets no results."""
    match incoming.kind:
        case Kind.INLINE:
            return (AnswerInline(query_id=incoming.query_id, results=(), cache_s=1),)
        case Kind.BUTTON:
            return (AnswerButton(query_id=incoming.query_id, text=text),)
        case _:
            return (
                SendMessage(
                    chat_id=incoming.chat_id,
                    html=escape(text, quote=False),
                    plain=text,
                    reply_to=0 if incoming.is_private else incoming.message_id,
                ),
            )
