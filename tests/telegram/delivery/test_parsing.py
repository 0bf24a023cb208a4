"""Updates as Telegram sends them, as the values that a conversation gets."""

from typing import Any

import pytest
from bot_api_server import ME
from telegram import Update, User
from telegram.ext import ExtBot

from bot.telegram.delivery.poll_health import readable
from bot.telegram.delivery.updates import parse
from bot.telegram.types import Incoming, Kind

_PERSON = {"id": 5, "is_bot": False, "first_name": "P", "language_code": "fa"}
_PRIVATE = {"id": 5, "type": "private"}
_GROUP = {"id": -100, "type": "supergroup", "title": "G"}


def read(**update: object) -> Incoming | None:
    """Parse an update as a bot called pasokh_test_bot gets it."""
    me = ExtBot("4242:x")
    me._bot_user = User.de_json(ME, me)
    return parse(Update.de_json({"update_id": 1, **update}, me))


def message(chat: dict[str, Any] = _PRIVATE, **fields: object) -> dict[str, Any]:
    """Return a message."""
    return {"message_id": 3, "date": 1, "chat": chat, "from": _PERSON} | fields


def mention(text: str, kind: str = "mention") -> dict[str, Any]:
    """Return a group's message whose first word is a mention or a command."""
    entity = {"type": kind, "offset": 0, "length": len(text.split(maxsplit=1)[0])}
    return message(_GROUP, text=text, entities=[entity])


def test_a_private_question() -> None:
    """Text, language, ids and who asks are taken as they are."""
    expected = Incoming(
        update_id=1,
        kind=Kind.TEXT,
        chat_id=5,
        user_id=5,
        is_private=True,
        language_code="fa",
        message_id=3,
        text="سلام\x00 😀",
    )
    assert read(message=message(text="سلام\x00 😀")) == expected


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"voice": {"file_id": "a", "file_unique_id": "b", "duration": 1}}, Kind.OTHER),
        ({"photo": [], "caption": "what is this?"}, Kind.TEXT),
    ],
)
def test_what_is_no_text(fields: dict[str, Any], kind: Kind) -> None:
    """Voice is known as such; a caption is a question."""
    incoming = read(message=message(**fields))

    assert incoming is not None
    assert incoming.kind is kind


def test_edits_forwards_and_replies() -> None:
    """They are told apart, and our own text that is replied to comes along."""
    ours = message(text="an answer") | {"from": ME}
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "X"}
    edited = read(edited_message=message(text="a"))
    forwarded = read(message=message(text="a", forward_origin=origin))
    replying = read(message=message(_GROUP, text="and then?", reply_to_message=ours))

    assert edited is not None
    assert edited.kind is Kind.EDITED
    assert forwarded is not None
    assert forwarded.is_forwarded
    assert replying is not None
    assert replying.replied_text == "an answer"


def test_what_a_message_is_about() -> None:
    """The words of somebody's message that is replied to, or the part of a message quoted."""
    theirs = message(_GROUP, text="Iran sent 400 drones.") | {"from": {**_PERSON, "id": 6}}
    picture = {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}
    photo = message(_GROUP, photo=[picture], caption="A drone factory.")
    ours = message(_GROUP, text="an answer") | {"from": ME}
    quote = {"text": "400 drones", "position": 10}
    said = mention("@pasokh_test_bot is this true?")

    def about(**fields: object) -> tuple[str, str]:
        incoming = read(message=said | fields)
        assert incoming is not None
        return incoming.about, incoming.replied_text

    assert about() == ("", "")
    assert about(reply_to_message=theirs) == ("Iran sent 400 drones.", "")
    assert about(reply_to_message=photo) == ("A drone factory.", "")
    assert about(reply_to_message=theirs, quote=quote) == ("400 drones", "")
    assert about(quote=quote) == ("400 drones", "")
    assert about(reply_to_message=ours) == ("", "an answer")


@pytest.mark.parametrize("unknown", [{"poll_of_tomorrow": {"id": 1}}, {"dice": None}, {}])
def test_a_private_message_of_an_unknown_kind_is_somebody_s(unknown: dict[str, Any]) -> None:
    """It is known as without text; in a group, where it may be anything, it is passed over."""
    incoming = read(message=message(**unknown))

    assert incoming is not None
    assert incoming.kind is Kind.OTHER
    assert read(message=message(_GROUP, **unknown)) is None


@pytest.mark.parametrize(
    ("said", "is_meant"),
    [
        (mention("@pasokh_test_bot who?"), True),
        (mention("@Pasokh_Test_Bot who?"), True),
        (mention("@other_bot who?"), False),
        (mention("/ask who?", "bot_command"), True),
        (mention("/ask@pasokh_test_bot who?", "bot_command"), True),
        (mention("/ask@other_bot who?", "bot_command"), False),
        (message(_GROUP, text="who?"), False),
    ],
)
def test_in_groups_only_what_is_meant_for_us(said: dict[str, Any], is_meant: bool) -> None:  # noqa: FBT001
    """Talk among people is neither answered nor stored."""
    assert (read(message=said) is not None) is is_meant


def test_half_a_surrogate_pair_hides_no_mention() -> None:
    """The half is a question mark, and what stands after it is where Telegram says."""
    said = message(
        _GROUP,
        text="\ud83d 😀 @pasokh_test_bot who?",
        entities=[{"type": "mention", "offset": 5, "length": 16}],
    )
    incoming = read(message=said)

    assert incoming is not None
    assert incoming.text == "? 😀 @pasokh_test_bot who?"


def test_what_asks_for_nothing() -> None:
    """Service messages, other bots and our own inline results are passed over."""
    other = {"id": 6, "is_bot": True, "first_name": "B"}

    assert read(message=message(new_chat_title="x")) is None
    assert read(message=message(text="a") | {"from": other}) is None
    assert read(message=message(text="a", via_bot=ME)) is None
    assert read(channel_post=message({"id": -9, "type": "channel"}, text="a")) is None


def test_an_anonymous_admin_has_no_user() -> None:
    """Who speaks as the group is answered, without an id of a person."""
    group_bot = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    said = mention("/ask who?", "bot_command") | {"from": group_bot, "sender_chat": _GROUP}
    incoming = read(message=said)

    assert incoming is not None
    assert incoming.user_id is None


def test_buttons_and_inline_questions() -> None:
    """Both bring the id by which they are answered."""
    query = {"id": "77", "from": _PERSON, "chat_instance": "x", "data": "more:1"}
    button = read(callback_query=query | {"message": message(_GROUP, text="ours") | {"from": ME}})
    lone = read(callback_query=query | {"inline_message_id": "z"})
    inline = read(inline_query={"id": "78", "from": _PERSON, "query": "who?", "offset": ""})

    assert button is not None
    assert (button.kind, button.chat_id, button.message_id) == (Kind.BUTTON, -100, 3)
    assert (button.text, button.query_id, button.is_private) == ("more:1", "77", False)
    assert lone is not None
    assert (lone.chat_id, lone.message_id) == (5, 0)
    assert inline is not None
    assert (inline.kind, inline.text, inline.query_id) == (Kind.INLINE, "who?", "78")


def test_signals_of_the_library_are_no_updates() -> None:
    """Whatever is no update is refused with a TypeError, which the queue passes through."""
    with pytest.raises(TypeError):
        parse(object())


def test_an_update_that_cannot_be_read_is_acknowledged() -> None:
    """Of a batch the unreadable is cut down to its number, and all come in order."""
    batch = b'{"ok":true,"result":[{"update_id":8,"message":{"odd":1}},{"update_id":7}]}'

    assert readable(batch) == b'{"ok": true, "result": [{"update_id": 7}, {"update_id": 8}]}'
