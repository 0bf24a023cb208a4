"""An update of the library as the value that a conversation needs.

Does not: decide what to answer; it only drops what asks for nothing (service messages, other
bots, talk in a group that is not meant for us).
"""

from typing import Final

from telegram import Bot, CallbackQuery, InlineQuery, Message, MessageEntity, Update, User
from telegram.constants import ChatType, UpdateType

from bot.telegram.types import Incoming, Kind

ALLOWED_UPDATES: Final = (
    UpdateType.MESSAGE,
    UpdateType.EDITED_MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.INLINE_QUERY,
)
"""The kinds of updates to ask Telegram for."""


def parse(update: object) -> Incoming | None:
    """Return what an update asks for, None for nothing.

    Raises:
        TypeError: If it is no update: the library puts signals of its own into the same queue.
    """
    if not isinstance(update, Update):
        msg = f"expected an update, got {type(update).__name__}"
        raise TypeError(msg)
    if update.callback_query is not None:
        return _button(update.update_id, update.callback_query)
    if update.inline_query is not None:
        return _inline(update.update_id, update.inline_query)
    if update.message is not None:
        return _message(update.update_id, update.message, is_edited=False, me=update.get_bot())
    if update.edited_message is not None:
        edited = update.edited_message
        return _message(update.update_id, edited, is_edited=True, me=update.get_bot())
    return None


def _message(update_id: int, message: Message, *, is_edited: bool, me: Bot) -> Incoming | None:
    """Read a message that is meant for us and says or carries something."""
    text = _clean(message.text or message.caption or "")
    is_private = message.chat.type == ChatType.PRIVATE
    is_empty = not text and message.effective_attachment is None
    if is_empty or _is_from_bot(message, me) or not (is_private or _is_addressed(message, me)):
        return None
    asker = None if message.sender_chat is not None else message.from_user
    return Incoming(
        update_id=update_id,
        kind=_kind(text, is_edited=is_edited),
        chat_id=message.chat.id,
        user_id=asker.id if asker is not None else None,
        is_private=is_private,
        language_code=_language_code(message.from_user),
        message_id=message.message_id,
        text=text,
        replied_text=_replied_text(message, me),
        is_forwarded=message.forward_origin is not None,
    )


def _kind(text: str, *, is_edited: bool) -> Kind:
    """Tell edited, new and wordless messages apart."""
    if not text:
        return Kind.OTHER
    return Kind.EDITED if is_edited else Kind.TEXT


def _is_from_bot(message: Message, me: Bot) -> bool:
    """Tell what a bot wrote, we ourselves through inline mode included; none is answered.

    Subtle: Telegram shows anonymous admins and channels as bots too, but names their chat.
    """
    if message.via_bot is not None and message.via_bot.id == me.id:
        return True
    is_bot = message.from_user is not None and message.from_user.is_bot
    return is_bot and message.sender_chat is None


def _is_addressed(message: Message, me: Bot) -> bool:
    """Tell whether a message in a group is a reply to us, names us or is a command for us."""
    if _is_ours(message.reply_to_message, me):
        return True
    named = message.parse_entities() | message.parse_caption_entities()
    return any(_names(entity, words, me) for entity, words in named.items())


def _names(entity: MessageEntity, words: str, me: Bot) -> bool:
    """Tell whether a part of a message is our name or a command that is not another bot's."""
    match entity.type:
        case MessageEntity.MENTION:
            return words.lower() == f"@{me.username}".lower()
        case MessageEntity.TEXT_MENTION:
            return entity.user is not None and entity.user.id == me.id
        case MessageEntity.BOT_COMMAND:
            _, at, name = words.partition("@")
            return not at or name.lower() == me.username.lower()
        case _:
            return False


def _is_ours(message: Message | None, me: Bot) -> bool:
    """Tell whether we wrote a message."""
    return message is not None and message.from_user is not None and message.from_user.id == me.id


def _replied_text(message: Message, me: Bot) -> str:
    """Return the text of our message that this one replies to."""
    replied = message.reply_to_message
    if replied is None or not _is_ours(replied, me):
        return ""
    return _clean(replied.text or replied.caption or "")


def _button(update_id: int, query: CallbackQuery) -> Incoming:
    """Read a press of a button; one under an inline message belongs to the user's own chat."""
    message = query.message
    return Incoming(
        update_id=update_id,
        kind=Kind.BUTTON,
        chat_id=message.chat.id if message is not None else query.from_user.id,
        user_id=query.from_user.id,
        is_private=message is None or message.chat.type == ChatType.PRIVATE,
        language_code=_language_code(query.from_user),
        message_id=message.message_id if message is not None else 0,
        text=_clean(query.data or ""),
        query_id=query.id,
    )


def _inline(update_id: int, query: InlineQuery) -> Incoming:
    """Read an inline question."""
    return Incoming(
        update_id=update_id,
        kind=Kind.INLINE,
        chat_id=query.from_user.id,
        user_id=query.from_user.id,
        is_private=True,
        language_code=_language_code(query.from_user),
        text=_clean(query.query),
        query_id=query.id,
    )


def _language_code(user: User | None) -> str:
    """Return the language of a person's app, empty if unknown."""
    return (user.language_code or "") if user is not None else ""


def _clean(text: str) -> str:
    """Return a text that can be stored: half surrogate pairs become question marks."""
    return text.encode("utf-8", "replace").decode()
