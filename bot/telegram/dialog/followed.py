"""Followed questions: /follow, /following, /unfollow, /digest and /quiet, and what is due.

A saved question belongs to its topic, with the part of the archive and the language it was asked
with. What a chat chose with /digest and /quiet are settings of the topic, as /only is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from bot.question.question import read_question
from bot.session.access import Access, Caller
from bot.session.following import Alert, Following, Saved, Topic
from bot.session.outline import by_article
from bot.session.protocols import Answering
from bot.session.schedule import Schedule, read_times, read_zone
from bot.session.session import Session, typed_number
from bot.session.turns import places_of
from bot.telegram.dialog.html import BLANK, Block, pack, shorten
from bot.telegram.dialog.markup import articles, note, quotes
from bot.telegram.dialog.memory import ChatTurn, Memory, chat_turn
from bot.telegram.dialog.reply import Action, Reply
from bot.telegram.dialog.screens import source_rows
from bot.telegram.types import FIRST_ALERT, Button, Incoming, Kind
from bot.texts.language import Language, localize_digits, localize_time, say
from bot.texts.scope_names import scope_text
from bot.texts.telegram import Phrase
from bot.types import Citation
from index import EVERYTHING

_BATCH: Final = 32
"""Questions asked at a time: a fraction of a second."""

_DIGEST, _QUIET, _ZONE = "digest", "quiet", "zone"
_NIGHT: Final = "23-7"
_OFF: Final = frozenset({"off", "no", "none", "stop", "خاموش", "نه", "هیچ"})
_NOW: Final = _OFF | {"now", "اکنون", "حالا"}
_NIGHTLY: Final = frozenset({"", "on", "night", "at night", "شب", "شب‌ها", "روشن"})
_ALL: Final = frozenset({"all", "everything", "همه"})
_MAX_SHOWN: Final = 200
_MAX_ON_BUTTON: Final = 40


def follow(reply: Reply, turn: ChatTurn) -> None:
    """Save the question of a turn, with the part of the archive that it was asked of."""
    session, incoming = reply.session, reply.incoming
    question = read_question(turn.asked, outlets=session.answering.outlets)
    if question.remark is not None or question.is_over_archive or question.is_empty:
        reply.tell(Phrase.FOLLOW_USAGE)
        return
    # What its own words name of the time is no part of what is asked from now on.
    is_own = question.period is None and question.plan is None
    saved = Saved(
        chat_id=incoming.chat_id,
        thread_id=incoming.thread_id,
        user_id=reply.user_id,
        language=reply.language.value,
        question=turn.asked,
        scope=turn.within if is_own else session.scope,
    )
    following = reply.following
    number = following.follow(reply.whole, saved, turn)
    if number is None:
        reply.tell(Phrase.FOLLOW_FULL, count=following.most)
        return
    reply.tell(
        Phrase.FOLLOWED,
        keyboard=((_stop_button(reply, replace(saved, number=number)),),),
        question=_named(saved, reply.language),
        days=following.retention_days,
    )


def obey(reply: Reply, name: str, argument: str) -> None:
    """Carry out a command on what a topic follows."""
    match name:
        case "following":
            _send_list(reply)
        case "unfollow":
            saved, place = _of_topic(reply), typed_number(argument)
            text = argument.casefold()
            named = [one for one in saved if text and text in one.question.casefold()]
            if 1 <= place <= len(saved):
                stop(reply, saved[place - 1].number)
            elif text in _ALL or len(named) == 1:
                for one in saved if text in _ALL else named:
                    stop(reply, one.number)
            else:
                reply.tell(Phrase.UNFOLLOW_USAGE if saved else Phrase.FOLLOWING_NONE)
        case "digest":
            is_now = argument.lower() in _NOW
            _choose(reply, _DIGEST, argument, n_times=1, is_off=is_now)
        case _:
            is_off = argument.lower() in _OFF
            hours = _NIGHT if argument.lower() in _NIGHTLY else argument
            _choose(reply, _QUIET, hours, n_times=2, is_off=is_off)


def _send_list(reply: Reply) -> None:
    """Send what a topic follows and when it is told, with a button each to stop."""
    saved, language = _of_topic(reply), reply.language
    if not saved:
        reply.tell(Phrase.FOLLOWING_NONE)
        return
    lines = [
        f"{localize_digits(place, language)}. {_named(one, language)}"
        for place, one in enumerate(saved, start=1)
    ]
    buttons = [
        _stop_button(reply, one, localize_digits(place, language))
        for place, one in enumerate(saved, start=1)
    ]
    head, when = say(Phrase.FOLLOWING_HEAD, language), _schedule_text(reply)
    rows = tuple(tuple(buttons[at : at + 4]) for at in range(0, len(buttons), 4))
    reply.send([note("\n".join((head, *lines, "", when)), language)], rows)


def stop(reply: Reply, number: int) -> None:
    """Stop a saved question: its own, and an administrator of the group any."""
    found = next((one for one in _of_topic(reply) if one.number == number), None)
    if found is None:
        reply.tell(Phrase.UNFOLLOW_USAGE)
    elif found.user_id != reply.user_id and not reply.may_delete:
        reply.tell(Phrase.UNFOLLOW_OTHERS)
    else:
        reply.following.stop(number)
        reply.tell(Phrase.UNFOLLOWED, question=_named(found, reply.language))


def _choose(reply: Reply, name: str, argument: str, *, n_times: int, is_off: bool) -> None:
    """Keep times of the day, behind which a time zone may stand, and say what holds now."""
    times, named = read_times(argument)
    zone = read_zone(named) if named else None
    if not is_off and (len(times) != n_times or (named and zone is None)):
        reply.tell(Phrase.SCHEDULE_USAGE)
        return
    kept = "-".join(f"{one:%H:%M}" for one in times)
    values = {name: ""} if is_off else {name: kept} | ({_ZONE: zone.key} if zone else {})
    chat_id, thread_id = reply.incoming.chat_id, reply.incoming.thread_id
    for key, value in values.items():
        reply.memory.choose(chat_id, key, value, thread_id=thread_id)
    reply.send([note(_schedule_text(reply), reply.language)])


def schedule_of(memory: Memory, chat_id: int, thread_id: int, zone: ZoneInfo) -> Schedule:
    """Return when a topic is told of news; `zone` where it chose none."""
    digest, quiet, named = (
        memory.setting(chat_id, name, thread_id=thread_id) for name in (_DIGEST, _QUIET, _ZONE)
    )
    start, *ends = read_times(quiet)[0] or (None,)
    return Schedule(
        zone=(read_zone(named) if named else None) or zone,
        digest=next(iter(read_times(digest)[0]), None),
        quiet=(start, ends[0]) if start and ends else None,
    )


def _schedule_text(reply: Reply) -> str:
    """Say when a topic is told of news."""
    incoming, language = reply.incoming, reply.language
    when = schedule_of(reply.memory, incoming.chat_id, incoming.thread_id, reply.zone)
    zone = when.zone.key
    if when.digest:
        return say(Phrase.DIGEST, language, time=localize_time(when.digest, language), zone=zone)
    if when.quiet:
        first, last = (localize_time(one, language) for one in when.quiet)
        return say(Phrase.QUIET, language, first=first, last=last, zone=zone)
    return say(Phrase.AT_ONCE, language)


def _of_topic(reply: Reply) -> list[Saved]:
    """Return what a topic follows."""
    return reply.following.of_topic(reply.incoming.chat_id, reply.incoming.thread_id)


def _named(saved: Saved, language: Language, limit: int = _MAX_SHOWN) -> str:
    """Name a saved question, with the part of the archive that it is asked of."""
    question = shorten(" ".join(saved.question.split()), limit)
    text = f"«{question}»" if language is Language.FA else f"“{question}”"
    is_part = saved.scope != EVERYTHING
    return f"{text} ({scope_text(saved.scope, language)})" if is_part else text


def _stop_button(reply: Reply, saved: Saved, of: str = "") -> Button:
    """Return a button that stops a saved question; `of` says which, where there are several."""
    text = " ".join(filter(None, (say(Phrase.BUTTON_UNFOLLOW, reply.language), of)))
    return reply.button(text, Action.UNFOLLOW, place=saved.number)


@dataclass(frozen=True, slots=True)
class _Item:
    """What a new article says on a saved question."""

    saved: Saved
    citations: Sequence[Citation]


def tell(reply: Reply) -> None:
    """Send what is new: each question, the new quotes with their sources, what opens and stops.

    It is one message, several where Telegram takes no message as long, cut between articles.
    Nothing where the questions are followed no more, or nothing of the quotes stands.
    """
    alerts = reply.following.message(reply.incoming.update_id - FIRST_ALERT)
    items = _items(reply, alerts)
    if not items:
        return
    cited = [one for item in items for one in item.citations]
    reply.language = Language(alerts[-1].saved.language)
    reply.turn = turn = chat_turn(
        replace(alerts[-1].turn, places=places_of(cited)),
        update_id=reply.incoming.update_id,
        chat_id=reply.incoming.chat_id,
        user_id=alerts[-1].saved.user_id,
        message_id=0,
        at=alerts[-1].at,
    )
    parts: list[list[_Item]] = [[]]
    for item in items:
        if parts[-1] and len(list(pack(_blocks(reply, items, [*parts[-1], item])))) > 1:
            parts.append([])
        parts[-1].append(item)
    for part in parts:
        told = list({item.saved.number: item.saved for item in part}.values())
        shown = [one for item in part for one in item.citations]
        names = [_named(saved, reply.language, _MAX_ON_BUTTON) for saved in told]
        stops = (
            _stop_button(reply, saved, name if len(alerts) > 1 else "")
            for saved, name in zip(told, names, strict=True)
        )
        reply.send(
            _blocks(reply, items, part),
            (*source_rows(reply, turn, shown), *((stop,) for stop in stops)),
        )


def _items(reply: Reply, alerts: Sequence[Alert]) -> list[_Item]:
    """Return what is new, questions with the newest first, numbered through."""
    found = [(alert.saved, sorted(reply.session.recall(alert.turn), key=_age)) for alert in alerts]
    items = [
        _Item(saved, group)
        for saved, citations in sorted(
            (one for one in found if one[1]), key=lambda one: _age(one[1][0])
        )
        for group in by_article(citations)
    ]
    numbers = count(1)
    return [
        replace(item, citations=[replace(one, number=next(numbers)) for one in item.citations])
        for item in items
    ]


def _age(citation: Citation) -> float:
    """Order citations, the newest first and those without a date last."""
    return -citation.published.at.timestamp() if citation.published else math.inf


def _blocks(reply: Reply, items: Sequence[_Item], part: Sequence[_Item]) -> list[Block]:
    """Write a part of what is new: the heading over the first, each question over its articles."""
    language, blocks, before = reply.language, list[Block](), 0
    n_questions = len({item.saved.number for item in items})
    if n_questions > 1 and part[0] is items[0]:
        head = say(Phrase.ALERTS, language, count=n_questions)
        blocks.append(note(head, language, is_bold=True))
    for item in part:
        blocks += [BLANK] if blocks else []
        if item.saved.number != before:
            named = _named(item.saved, language)
            head = named if n_questions > 1 else say(Phrase.ALERT, language, question=named)
            blocks.append(note(head, language, is_bold=True))
        before = item.saved.number
        blocks += [*quotes(item.citations, language), *articles(item.citations, language)]
    return blocks


def ask_due(
    following: Following, memory: Memory, session: Session, zone: ZoneInfo, *, access: Access
) -> tuple[tuple[Incoming, ...], bool]:
    """Ask some of the saved questions that are due; return messages of news, and if more are due.

    All of a topic are asked at once, so that a digest is whole, each of what its chat may see.
    """
    everything = following.all()
    if not everything:  # the articles of an archive that nobody follows are not kept count of
        return (), False
    edition, now = following.take_up(session.answering), session.clock().timestamp()
    schedules = {
        topic: schedule_of(memory, *topic, zone) for topic in {one.topic for one in everything}
    }
    due: dict[Topic, list[Saved]] = {}
    for saved in everything:
        when = schedules[saved.topic]
        if when.is_due(saved.asked, now) and (saved.edition < edition or when.digest):
            due.setdefault(saved.topic, []).append(saved)
    asked: list[Saved] = []
    while due and len(asked) < _BATCH:
        asked += due.pop(next(iter(due)))

    def seen_by(saved: Saved) -> Answering:
        caller = Caller.user if saved.chat_id > 0 else Caller.chat
        return access.archive_for(caller(saved.chat_id), session.answering)

    following.ask(session.answering, asked, k=session.max_quotes, seen_by=seen_by)
    digests = {topic for topic, when in schedules.items() if when.digest}
    messages = tuple(
        Incoming(
            update_id=FIRST_ALERT + first.message,
            kind=Kind.ALERT,
            chat_id=first.saved.chat_id,
            user_id=first.saved.user_id,
            is_private=first.saved.chat_id > 0,
            language_code=first.saved.language,
            thread_id=first.saved.thread_id,
        )
        for first, *_ in following.pending(together=digests, held=due)
    )
    return messages, bool(due)
