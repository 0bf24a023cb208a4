"""Parser of the library's updates into `Incoming`.

Drops what asks for nothing: service messages, other bots, talk in a group that does not address
the bot.
"""

from typing import Final

from telegram import Bot, Message, MessageEntity, Update, User
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
    """Parse an update; None if it asks for nothing.

    Raises:
        TypeError: If it is no update: the library puts its own signals into the same queue.
    """
    if not isinstance(update, Update):
        msg = f"expected an update, got {type(update).__name__}"
        raise TypeError(msg)
    if (press := update.callback_query) is not None:
        # A button under an inline message belongs to the user's own chat.
        message = press.message
        return Incoming(
            update_id=update.update_id,
            kind=Kind.BUTTON,
            chat_id=message.chat.id if message is not None else press.from_user.id,
            user_id=press.from_user.id,
            is_private=message is None or message.chat.type == ChatType.PRIVATE,
            language_code=_language_code(press.from_user),
            message_id=message.message_id if message is not None else 0,
            text=_clean(press.data or ""),
            query_id=press.id,
        )
    if (question := update.inline_query) is not None:
        return Incoming(
            update_id=update.update_id,
            kind=Kind.INLINE,
            chat_id=question.from_user.id,
            user_id=question.from_user.id,
            is_private=True,
            language_code=_language_code(question.from_user),
            text=_clean(question.query),
            query_id=question.id,
        )
    if update.message is not None:
        return _message(update.update_id, update.message, Kind.TEXT, update.get_bot())
    if update.edited_message is not None:
        return _message(update.update_id, update.edited_message, Kind.EDITED, update.get_bot())
    return None


def _message(update_id: int, message: Message, kind: Kind, me: Bot) -> Incoming | None:
    """Parse a person's message that addresses the bot and has text or an attachment."""
    text = _clean(message.text or message.caption or "")
    is_private = message.chat.type == ChatType.PRIVATE
    is_through_us = message.via_bot is not None and message.via_bot.id == me.id
    # Subtle: Telegram shows anonymous admins and channels as bots too, but names their chat.
    sender = None if message.sender_chat is not None else message.from_user
    is_from_bot = is_through_us or (sender is not None and sender.is_bot)
    is_empty = not text and message.effective_attachment is None
    if is_empty or is_from_bot or not (is_private or _is_addressed(message, me)):
        return None
    replied = message.reply_to_message if _is_ours(message.reply_to_message, me) else None
    return Incoming(
        update_id=update_id,
        kind=kind if text else Kind.OTHER,
        chat_id=message.chat.id,
        user_id=sender.id if sender is not None else None,
        is_private=is_private,
        language_code=_language_code(message.from_user),
        message_id=message.message_id,
        text=text,
        replied_text=_clean(replied.text or replied.caption or "") if replied is not None else "",
        is_forwarded=message.forward_origin is not None,
    )


def _is_addressed(message: Message, me: Bot) -> bool:
    """Tell whether a message in a group is a reply to the bot, names it or is a command for it."""
    if _is_ours(message.reply_to_message, me):
        return True
    for entity, words in (message.parse_entities() | message.parse_caption_entities()).items():
        match entity.type:
            case MessageEntity.MENTION if words.lower() == f"@{me.username}".lower():
                return True
            case MessageEntity.TEXT_MENTION if entity.user is not None and entity.user.id == me.id:
                return True
            case MessageEntity.BOT_COMMAND:
                _, at, name = words.partition("@")
                if not at or name.lower() == me.username.lower():
                    return True
    return False


def _is_ours(message: Message | None, me: Bot) -> bool:
    """Tell whether the bot wrote a message."""
    return message is not None and message.from_user is not None and message.from_user.id == me.id


def _language_code(user: User | None) -> str:
    """Return the language of a person's app, empty if unknown."""
    return (user.language_code or "") if user is not None else ""


def _clean(text: str) -> str:
    """Return a text that can be stored: half surrogate pairs become question marks."""
    return text.encode("utf-8", "replace").decode()
