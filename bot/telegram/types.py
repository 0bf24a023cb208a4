"""Updates from Telegram and calls to it, as plain values without the telegram library.

`Incoming` is what a conversation needs of an update; `Outgoing` is what is to be done, as a rule
a call of the Bot API. A conversation turns one into a list of the other and does nothing else, so
that the list can be stored before the first call and finished after a crash.

`delivery.updates` and `delivery.send` convert to and from the library's objects.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from pydantic import Field

_ID_LIMIT = 2**63

Id: TypeAlias = Annotated[int, Field(strict=True, ge=-_ID_LIMIT, lt=_ID_LIMIT)]
"""Number of a chat, a user or a message: what a database column holds."""

UpdateId: TypeAlias = Annotated[int, Field(strict=True, ge=0, lt=_ID_LIMIT)]

FIRST_ALERT: Final = 2**62
"""Number of the first alert, far above those of Telegram's updates."""

Key: TypeAlias = tuple[int, int]
"""Chat and number of an update."""

Lane: TypeAlias = tuple[int, bool]
"""Chat, and whether it is of inline questions, which people type at the same time elsewhere."""


class Kind(StrEnum):
    """What a person did."""

    TEXT = "text"
    EDITED = "edited"
    BUTTON = "button"
    INLINE = "inline"
    OTHER = "other"
    """Something without text to answer: a voice message, a photo, a sticker."""
    MOVED = "moved"
    """A group has become a supergroup, which is another chat for Telegram."""
    POST = "post"
    """A channel has a new post, or a post has changed; it is for the archive."""
    ALERT = "alert"
    """Nobody did anything: there is news on what was asked before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPost:
    """What a channel's post says of itself beside its text.

    Attributes:
        channel: The channel's name.
        username: Its public name without "@"; empty for none.
        n_bold: How many of the text's first characters are bold.
        published, edited: Seconds since 1970; 0 where it was not edited.
        via: Name of whose post it forwards; empty for its own.
    """

    channel: str
    username: str
    n_bold: int
    published: int
    edited: int
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One update that asks for something.

    Attributes:
        update_id: Telegram's number; the same update may come twice.
        chat_id: Where to answer; the user's id for inline questions.
        user_id: Who asks; None where Telegram does not say (an anonymous admin, a channel).
        is_as_chat: Whether it is said in the chat's own name, as only its administrators can.
        is_private: Whether the chat is between one person and the bot.
        language_code: Language of the person's app as Telegram gives it; empty if it does not.
        thread_id: The topic of the chat where it was said; 0 outside topics.
        message_id: The message to answer; for a button the message it stands under; 0 for inline.
        text: The text or caption verbatim, the inline question, or the button's data.
        replied_text: Text of the message of ours that this one replies to; empty for none.
        about: What this one replies to of somebody else's message, or quotes; empty for nothing.
        is_addressed: Whether the bot is meant: a private chat, a mention, a reply to it, a command.
        is_forwarded: Whether the text is somebody else's.
        query_id: Id by which a button or an inline question is answered; empty otherwise.
        moved_from, moved_to: The group's id and the supergroup's; 0 but where `kind` is MOVED.
        post: Only where `kind` is POST.
    """

    update_id: UpdateId
    kind: Kind
    chat_id: Id
    user_id: Id | None
    is_private: bool
    is_as_chat: bool = False
    language_code: str = ""
    thread_id: Id = 0
    message_id: Id = 0
    text: str = field(default="", repr=False)
    replied_text: str = field(default="", repr=False)
    about: str = field(default="", repr=False)
    is_addressed: bool = True
    is_forwarded: bool = False
    query_id: str = ""
    moved_from: Id = 0
    moved_to: Id = 0
    post: ChannelPost | None = None

    @property
    def key(self) -> Key:
        """Chat and number, by which everything is kept: never by what an update says of others."""
        return self.chat_id, self.update_id

    @property
    def lane(self) -> Lane:
        """What is answered one after the other, and limited together."""
        return self.chat_id, self.kind is Kind.INLINE


@dataclass(frozen=True, slots=True)
class Part:
    """One message: its HTML, and the same without markup."""

    html: str
    plain: str


Show: TypeAlias = Callable[[Part], None]
"""Takes the text of an answer so far, which replaces the one before; from any thread."""

IsAdmin: TypeAlias = Callable[[], bool]
"""Asks Telegram whether who asks administers the group; not from the event loop's thread."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: a label and data of at most 64 bytes that comes back.

    With `web_app`, an https address, it opens that as a Mini App instead; only in private chats.
    """

    label: str
    data: str
    web_app: str = ""


Keyboard: TypeAlias = tuple[tuple[Button, ...], ...]
"""Rows of buttons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """Send a new message.

    Attributes:
        html: Text in Telegram's HTML, at most 4,096 UTF-16 units after its entities are parsed.
        plain: The same for when Telegram refuses the markup.
        thread_id: Topic of the chat; 0 outside topics.
        reply_to: Message answered; 0 for none.
    """

    chat_id: int
    html: str = field(repr=False)
    plain: str = field(repr=False)
    keyboard: Keyboard = ()
    thread_id: int = 0
    reply_to: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDocument:
    """Send a text as a file.

    Attributes:
        name: Of the file, with its suffix.
        caption: Plain text of at most 1,024 UTF-16 units.
        thread_id, reply_to: As those of a message.
    """

    chat_id: int
    name: str
    content: str = field(repr=False)
    caption: str = field(repr=False)
    thread_id: int = 0
    reply_to: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMessage:
    """Replace the text of a message of ours."""

    chat_id: int
    message_id: int
    html: str = field(repr=False)
    plain: str = field(repr=False)
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerButton:
    """Tell Telegram that a press was handled; `text` of at most 200 characters is shown briefly."""

    query_id: str
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineResult:
    """One choice of an inline answer: how it is listed, and the message it becomes."""

    id: str
    title: str
    description: str
    html: str = field(repr=False)
    plain: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInline:
    """Answer an inline question with choices."""

    query_id: str
    results: tuple[InlineResult, ...]
    cache_s: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseQueued:
    """Erase the queued updates of a chat, if one is named, and of a person in any chat."""

    chat_id: int | None
    user_id: int


Call: TypeAlias = SendMessage | SendDocument | EditMessage | AnswerButton | AnswerInline
"""A call of the Bot API."""

Outgoing: TypeAlias = Call | EraseQueued
"""One step of answering an update."""
