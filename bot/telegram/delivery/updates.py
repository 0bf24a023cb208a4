"""Parser of the library's updates into `Incoming`.

Drops what asks for nothing: service messages, other bots, talk in a group that does not address
the bot. Drops and logs what cannot be read: the library checks few of the values that it hands on.
"""

import logging
from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any, Final

from pydantic import TypeAdapter
from telegram import (
    Bot,
    Message,
    MessageEntity,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    Update,
    User,
)
from telegram.constants import ChatType, UpdateType
from telegram.ext import filters

from bot.telegram.types import ChannelPost, Incoming, Kind

ALLOWED_UPDATES: Final = (
    UpdateType.MESSAGE,
    UpdateType.EDITED_MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.INLINE_QUERY,
    UpdateType.CHANNEL_POST,
    UpdateType.EDITED_CHANNEL_POST,
)
"""The kinds of updates to ask Telegram for."""

_INCOMING: Final = TypeAdapter(Incoming)

_log = logging.getLogger(__name__)


def parse(update: object, channels: Collection[str] = ()) -> Incoming | None:
    """Parse an update; None if it asks for nothing or cannot be read, which is logged.

    Args:
        channels: Whose posts are wanted, as `@name` in lower case or id.

    Raises:
        TypeError: If it is no update: the library puts its own signals into the same queue.
    """
    if not isinstance(update, Update):
        msg = f"expected an update, got {type(update).__name__}"
        raise TypeError(msg)
    try:
        post = update.channel_post or update.edited_channel_post
        incoming = _parse(update) if post is None else _post(update.update_id, post, channels)
        return _INCOMING.validate_python(_cleaned(asdict(incoming))) if incoming else None
    except Exception as error:  # noqa: BLE001  # whatever shape it has, others come after it
        fields = {"update_id": update.update_id, "error": type(error).__name__}
        _log.error("unreadable", extra={"fields": fields})
        return None


def _parse(update: Update) -> Incoming | None:
    """Parse an update whose values may be of any type."""
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
            thread_id=_thread_id(message) if isinstance(message, Message) else 0,
            message_id=message.message_id if message is not None else 0,
            text=press.data or "",
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
            text=question.query,
            query_id=question.id,
        )
    if update.message is not None:
        return _message(update, update.message, Kind.TEXT)
    if update.edited_message is not None:
        return _message(update, update.edited_message, Kind.EDITED)
    return None


def _message(update: Update, message: Message, kind: Kind) -> Incoming | None:
    """Parse a move of a group, or a person's message that is for the bot and asks something."""
    if message.migrate_to_chat_id or message.migrate_from_chat_id:
        # Telegram says so in both chats: what was said in the old one before comes before.
        return Incoming(
            update_id=update.update_id,
            kind=Kind.MOVED,
            chat_id=message.chat.id,
            user_id=None,
            is_private=False,
            moved_from=message.migrate_from_chat_id or message.chat.id,
            moved_to=message.migrate_to_chat_id or message.chat.id,
        )
    me, text = update.get_bot(), message.text or message.caption or ""
    is_private = message.chat.type == ChatType.PRIVATE
    is_through_us = message.via_bot is not None and message.via_bot.id == me.id
    # Subtle: Telegram shows anonymous admins and channels as bots too, but names their chat.
    sender = None if message.sender_chat is not None else message.from_user
    is_from_bot = is_through_us or (sender is not None and sender.is_bot)
    # In private a message of a kind that the library does not know is still somebody's.
    is_other = is_private and not filters.StatusUpdate.ALL.filter(update)
    has_content = bool(text) or is_other or message.effective_attachment is not None
    if not has_content or is_from_bot or not (is_private or _is_addressed(message, me)):
        return None
    replied = message.reply_to_message
    said = (replied.text or replied.caption or "") if replied is not None else ""
    is_ours = _is_ours(replied, me)
    return Incoming(
        update_id=update.update_id,
        kind=kind if text else Kind.OTHER,
        chat_id=message.chat.id,
        user_id=sender.id if sender is not None else None,
        is_private=is_private,
        is_as_chat=message.sender_chat is not None and message.sender_chat.id == message.chat.id,
        language_code=_language_code(message.from_user),
        thread_id=_thread_id(message),
        message_id=message.message_id,
        text=text,
        replied_text=said if is_ours else "",
        about=message.quote.text if message.quote is not None else "" if is_ours else said,
        is_forwarded=message.forward_origin is not None,
    )


def _post(update_id: int, message: Message, channels: Collection[str]) -> Incoming | None:
    """Parse a post with a text in one of some channels."""
    chat, text = message.chat, message.text or message.caption or ""
    names = {str(chat.id), f"@{chat.username}".lower()}
    if not text or names.isdisjoint(channels):
        return None
    bold = (
        words
        for entity, words in _entities(message)
        if entity.type == MessageEntity.BOLD and entity.offset == 0
    )
    match message.forward_origin:
        case MessageOriginChannel(chat=whose) | MessageOriginChat(sender_chat=whose):
            via = whose.effective_name or ""
        case MessageOriginUser(sender_user=person):
            via = person.full_name
        case MessageOriginHiddenUser(sender_user_name=name):
            via = name
        case _:
            via = ""
    return Incoming(
        update_id=update_id,
        kind=Kind.POST,
        chat_id=chat.id,
        user_id=None,
        is_private=False,
        message_id=message.message_id,
        text=text,
        post=ChannelPost(
            channel=chat.title or "",
            username=chat.username or "",
            n_bold=len(next(bold, "")),
            published=int(message.date.timestamp()),
            edited=int(message.edit_date.timestamp()) if message.edit_date else 0,
            via=via,
        ),
    )


def _is_addressed(message: Message, me: Bot) -> bool:
    """Tell whether a message in a group is a reply to the bot, names it or is a command for it."""
    if _is_ours(message.reply_to_message, me):
        return True
    for entity, words in _entities(message):
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


def _entities(message: Message) -> Iterator[tuple[MessageEntity, str]]:
    """Yield the entities of a text or caption with their words; offsets count UTF-16 units.

    Subtle: `_clean` keeps the number of units, the library's own method refuses half pairs.
    """
    units = _clean(message.text or message.caption or "").encode("utf-16-le")
    for entity in message.entities or message.caption_entities:
        words = units[2 * entity.offset : 2 * (entity.offset + entity.length)]
        yield entity, words.decode("utf-16-le", "replace")


def _is_ours(message: Message | None, me: Bot) -> bool:
    """Tell whether the bot wrote a message."""
    return message is not None and message.from_user is not None and message.from_user.id == me.id


def _thread_id(message: Message) -> int:
    """Return the topic of a message; a group without topics numbers threads of replies as well."""
    return (message.message_thread_id or 0) if message.is_topic_message else 0


def _language_code(user: User | None) -> str:
    """Return the language of a person's app, empty if unknown."""
    return (user.language_code or "") if user is not None else ""


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """Return values whose texts can be stored."""
    return {
        name: (
            _clean(value)
            if isinstance(value, str)
            else _cleaned(value)
            if isinstance(value, dict)
            else value
        )
        for name, value in values.items()
    }


def _clean(text: str) -> str:
    """Return a text that can be stored: half surrogate pairs become question marks."""
    return text.encode("utf-8", "replace").decode()
