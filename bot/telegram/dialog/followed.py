"""Followed questions: /follow, /following, /unfollow, /digest and /quiet, and what is due.

A saved question belongs to its topic, with the part of the archive and the language it was asked
with. What a chat chose with /digest and /quiet are settings of the topic, as /only is.
"""

from typing import Final
from zoneinfo import ZoneInfo

from bot.question.question import read_question
from bot.session.access import Access, Caller
from bot.session.following import Following, Saved
from bot.session.protocols import Answering
from bot.session.schedule import Schedule, read_times, read_zone
from bot.session.session import Session, typed_number
from bot.telegram.dialog.html import BLANK, shorten
from bot.telegram.dialog.markup import note, quotes, sources
from bot.telegram.dialog.memory import ChatTurn, Memory, chat_turn
from bot.telegram.dialog.reply import Action, Reply
from bot.telegram.dialog.screens import source_rows
from bot.telegram.types import FIRST_ALERT, Button, Incoming, Kind
from bot.texts.language import Language, localize_digits, localize_time, say
from bot.texts.scope_names import scope_text
from bot.texts.telegram import Phrase
from index import EVERYTHING

_BATCH: Final = 32
"""Questions asked at a time: a fraction of a second."""

_DIGEST, _QUIET, _ZONE = "digest", "quiet", "zone"
_NIGHT: Final = "23-7"
_NOW: Final = frozenset({"now", "off", "اکنون", "حالا"})
_OFF: Final = frozenset({"off", "خاموش", "نه"})
_MAX_SHOWN: Final = 200


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
        keyboard=((_stop_button(reply, number),),),
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
            if 1 <= place <= len(saved):
                stop(reply, saved[place - 1].number)
            else:
                reply.tell(Phrase.UNFOLLOW_USAGE if saved else Phrase.FOLLOWING_NONE)
        case "digest":
            is_now = argument.lower() in _NOW
            _choose(reply, _DIGEST, argument, n_times=1, is_off=is_now)
        case _:
            is_off = argument.lower() in _OFF
            _choose(reply, _QUIET, argument or _NIGHT, n_times=2, is_off=is_off)


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
    buttons = [_stop_button(reply, one.number, place) for place, one in enumerate(saved, start=1)]
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
    typed, _, named = argument.partition(" ")
    times, zone = read_times(typed) or (), named.strip()
    if not is_off and (len(times) != n_times or (zone and read_zone(zone) is None)):
        reply.tell(Phrase.SCHEDULE_USAGE)
        return
    values = {name: ""} if is_off else {name: typed} | ({_ZONE: zone} if zone else {})
    chat_id, thread_id = reply.incoming.chat_id, reply.incoming.thread_id
    for key, value in values.items():
        reply.memory.choose(chat_id, key, value, thread_id=thread_id)
    reply.send([note(_schedule_text(reply), reply.language)])


def schedule_of(memory: Memory, chat_id: int, thread_id: int, zone: ZoneInfo) -> Schedule:
    """Return when a topic is told of news; `zone` where it chose none."""
    digest, quiet, named = (
        memory.setting(chat_id, name, thread_id=thread_id) for name in (_DIGEST, _QUIET, _ZONE)
    )
    start, *ends = read_times(quiet) or (None,)
    return Schedule(
        zone=(read_zone(named) if named else None) or zone,
        digest=next(iter(read_times(digest) or ()), None),
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


def _named(saved: Saved, language: Language) -> str:
    """Name a saved question, with the part of the archive that it is asked of."""
    question = shorten(" ".join(saved.question.split()), _MAX_SHOWN)
    text = f"«{question}»" if language is Language.FA else f"“{question}”"
    is_part = saved.scope != EVERYTHING
    return f"{text} ({scope_text(saved.scope, language)})" if is_part else text


def _stop_button(reply: Reply, number: int, place: int | None = None) -> Button:
    """Return a button that stops a saved question, which stands at a place of a list."""
    label = say(Phrase.BUTTON_UNFOLLOW, reply.language)
    if place is not None:
        label = f"{label} {localize_digits(place, reply.language)}"
    return reply.button(label, Action.UNFOLLOW, place=number)


def tell(reply: Reply) -> None:
    """Send an alert: the question, the new quotes with their sources, and what stops it.

    Nothing where the question is followed no more, or nothing of the quotes stands.
    """
    alert = reply.following.alert(reply.incoming.update_id - FIRST_ALERT)
    citations = reply.session.recall(alert.turn) if alert else ()
    if alert is None or not citations:
        return
    saved, language = alert.saved, Language(alert.saved.language)
    reply.language = language
    reply.turn = turn = chat_turn(
        alert.turn,
        update_id=reply.incoming.update_id,
        chat_id=reply.incoming.chat_id,
        user_id=saved.user_id,
        message_id=0,
        at=alert.at,
    )
    head = note(
        say(Phrase.ALERT, language, question=_named(saved, language)), language, is_bold=True
    )
    reply.send(
        [head, *quotes(citations, language), BLANK, *sources(citations, language)],
        (*source_rows(reply, turn, citations), (_stop_button(reply, saved.number),)),
    )


def ask_due(
    following: Following, memory: Memory, session: Session, zone: ZoneInfo, *, access: Access
) -> tuple[tuple[Incoming, ...], bool]:
    """Ask some of the saved questions that are due; return alerts, and whether more are due.

    Each is asked of what its chat may see.
    """
    everything = following.all()
    if not everything:  # the articles of an archive that nobody follows are not kept count of
        return (), False
    edition, now = following.take_up(session.answering), session.clock().timestamp()
    topics = {(saved.chat_id, saved.thread_id) for saved in everything}
    schedules = {topic: schedule_of(memory, *topic, zone) for topic in topics}
    due = [
        saved
        for saved in everything
        if (when := schedules[saved.chat_id, saved.thread_id]).is_due(saved.asked, now)
        and (saved.edition < edition or when.digest)
    ]

    def seen_by(saved: Saved) -> Answering:
        caller = Caller.user if saved.chat_id > 0 else Caller.chat
        return access.archive_for(caller(saved.chat_id), session.answering)

    following.ask(session.answering, due[:_BATCH], k=session.max_quotes, seen_by=seen_by)
    alerts = tuple(
        Incoming(
            update_id=FIRST_ALERT + alert.number,
            kind=Kind.ALERT,
            chat_id=alert.saved.chat_id,
            user_id=alert.saved.user_id,
            is_private=alert.saved.chat_id > 0,
            language_code=alert.saved.language,
            thread_id=alert.saved.thread_id,
        )
        for alert in following.pending()
    )
    return alerts, len(due) > _BATCH
