"""The bot in rooms of a real homeserver; `pytest -m peer tests/matrix` installs that."""

import signal
import time
from collections.abc import Callable

import httpx
import pytest
from bot_process import Bot
from homeserver import Homeserver, Person
from patience import scaled

pytestmark = pytest.mark.peer

KIRBY = "What did Kirby say about Sukhoi jets?"
QUOTE = "کربی اظهار داشته بود که بر اساس گزارشها"
MOSCOW = "روسیه و ایران ارسال هرگونه تسلیحات"

NewBot = Callable[[str, str, str], Bot]
People = Callable[[str], Person]


def _started(new_bot: NewBot, me: Person, *allowed: str) -> Bot:
    """Start a bot and wait until it reads."""
    bot = new_bot(me.server.url, me.token, " ".join(allowed))
    bot.start()
    _wait(lambda: "Answering as" in bot.written)
    return bot


def _wait(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + scaled(60)
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def _joins(me: Person, room: str) -> bool:
    try:
        members = me.call("GET", f"rooms/{room}/joined_members")["joined"]
    except httpx.HTTPStatusError:
        return False
    return me.user in members


def test_a_conversation_of_two(people: People, new_bot: NewBot) -> None:
    """What is asked before the bot has joined is answered too, then a follow-up and commands."""
    me, person = people("bot"), people("reader")
    room = person.make_room(me)
    person.say(room, KIRBY)
    bot = _started(new_bot, me, person.user)
    (first,) = person.wait_for(room, me, 1)
    assert QUOTE in first["body"]
    assert '<blockquote dir="rtl">' in first["formatted_body"]
    assert '<p dir="ltr">' in first["formatted_body"]
    assert "m.relates_to" not in first
    assert first["msgtype"] == "m.notice"

    for text in ("and what did Moscow answer?", "!sources", "!منابع", "بیشتر", "!what", ""):
        person.say(room, text, "m.text" if text else "m.image")
    _, follow, sources, again, more, unknown, picture = person.wait_for(room, me, 7)
    assert MOSCOW in follow["body"]
    assert "Read as going on" in follow["body"]
    assert "https://www.mehrnews.com" in sources["formatted_body"]
    assert "Mehr" in sources["body"]
    assert "منابع" in again["body"]
    assert "مهر" in again["body"]
    assert more["body"] not in {sources["body"], again["body"]}
    assert "!sources" in unknown["body"]
    assert "only read text" in picture["body"]
    assert bot.stop() == 0


def test_a_room_of_many(people: People, new_bot: NewBot) -> None:
    """Where others talk only what names the bot is answered, in its thread, as a reply."""
    me, person, other = people("bot"), people("reader"), people("reader")
    room = person.make_room(me, other)
    other.call("POST", f"rooms/{room}/join", {})
    bot = _started(new_bot, me, "*:localhost")
    _wait(lambda: _joins(me, room))
    other.say(room, KIRBY)
    mentioned = {"m.mentions": {"user_ids": [me.user]}}
    asked = person.say(room, f"{me.user}: {KIRBY}")
    root = other.say(room, "A thread about jets")
    threaded = {"m.relates_to": {"rel_type": "m.thread", "event_id": root}, **mentioned}
    other.say(room, KIRBY, **threaded)
    other.say(room, "and what did Moscow answer?", **threaded)
    person.say(room, "and what did Moscow answer?", kind="m.notice", **mentioned)
    first, second, third = person.wait_for(room, me, 3)
    assert first["m.relates_to"] == {"m.in_reply_to": {"event_id": asked}}
    assert QUOTE in first["body"]
    assert second["m.relates_to"]["event_id"] == root
    assert MOSCOW in third["body"]
    assert third["m.relates_to"]["event_id"] == root
    assert bot.stop() == 0
    assert len(person.heard(room, me)) == 3


def test_who_is_not_allowed(people: People, new_bot: NewBot) -> None:
    """An invitation from others is not accepted, and in a shared room only who may is answered."""
    me, person, stranger = people("bot"), people("reader"), people("stranger")
    refused, shared = stranger.make_room(me), person.make_room(me, stranger)
    stranger.call("POST", f"rooms/{shared}/join", {})
    bot = _started(new_bot, me, person.user)
    _wait(lambda: _joins(me, shared))
    stranger.say(shared, f"{me.user} {KIRBY}")
    person.say(shared, f"{me.user} {KIRBY}")
    person.wait_for(shared, me, 1)
    assert bot.stop() == 0
    assert len(person.heard(shared, me)) == 1
    assert not _joins(me, refused)


def test_nothing_is_lost_or_answered_twice(people: People, new_bot: NewBot) -> None:
    """What is asked while the bot is down or killed is answered once, in order.

    More is asked than the homeserver tells of at once.
    """
    me, person, other = people("bot"), people("reader"), people("reader")
    room = person.make_room(me, other)
    other.call("POST", f"rooms/{room}/join", {})
    bot = _started(new_bot, me, person.user)
    _wait(lambda: _joins(me, room))
    person.say(room, f"{me.user} !only since=1900")
    person.wait_for(room, me, 1)
    bot.stop(signal.SIGKILL)
    years = [str(year) for year in range(1901, 1913)]
    for year in years:
        person.say(room, f"{me.user} !only since={year}")
        for _ in range(9):
            other.say(room, "Not of interest to a bot.")
    for n_heard in (3, 7):
        bot.start()
        person.wait_for(room, me, n_heard)
        bot.stop(signal.SIGKILL)
    bot.start()
    said = person.wait_for(room, me, 13)[1:]
    assert bot.stop() == 0
    assert all(year in one["body"] for year, one in zip(years, said, strict=True))
    assert len(person.heard(room, me)) == 13


def test_an_encrypted_room(people: People, new_bot: NewBot) -> None:
    """What cannot be read is said once, in words."""
    me, person = people("bot"), people("reader")
    bot = _started(new_bot, me, person.user)
    content = {"algorithm": "m.megolm.v1.aes-sha2"}
    room = person.make_room(
        me, initial_state=[{"type": "m.room.encryption", "state_key": "", "content": content}]
    )
    _wait(lambda: _joins(me, room))
    secret = {**content, "ciphertext": "AwgA", "session_id": "s", "sender_key": "k",
              "device_id": "d"}  # fmt: skip
    for number in range(2):
        person.call("PUT", f"rooms/{room}/send/m.room.encrypted/secret-{number}", secret)
    person.say(room, KIRBY)
    warned, answered = person.wait_for(room, me, 2)
    assert "encrypted" in warned["body"]
    assert QUOTE in answered["body"]
    assert bot.stop() == 0


def test_a_token_that_is_not_taken(homeserver: Homeserver, new_bot: NewBot) -> None:
    """A wrong token ends the program in one line that says which setting is wrong."""
    bot = new_bot(homeserver.url, "nonsense", "*:localhost")
    bot.start()
    assert bot.ends() == 1
    assert "does not take PASOKH_MATRIX_TOKEN (Invalid access token" in bot.written
    assert "Traceback" not in bot.written
