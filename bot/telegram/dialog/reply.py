"""Reply to one update while it is put together: the calls, and what is remembered with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.session.following import Following
from bot.session.protocols import Answering
from bot.session.session import Session
from bot.telegram.dialog.html import Block, render
from bot.telegram.dialog.markup import label, note
from bot.telegram.dialog.memory import ChatTurn, Memory, Press
from bot.telegram.types import (
    AnswerButton,
    Button,
    EditMessage,
    Incoming,
    IsAdmin,
    Keyboard,
    Kind,
    Outgoing,
    SendDocument,
    SendMessage,
    Show,
)
from bot.texts.language import Language, Text, say


class Action(StrEnum):
    """What a button does."""

    ARTICLE = "article"
    PAGE = "page"
    MORE = "more"
    WHY = "why"
    UP = "up"
    DOWN = "down"
    LANGUAGE = "language"
    FORGET = "forget"
    TRANSLATE = "translate"
    EXPORT = "export"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"


@dataclass(kw_only=True)
class Reply:
    """The calls that answer one update, in order, and what is to be remembered with them.

    The archive of `session` is what the chat may see; `whole` is all of it, for nothing but to keep
    count of its editions.
    """

    incoming: Incoming
    memory: Memory
    following: Following
    zone: ZoneInfo
    session: Session
    whole: Answering
    language: Language
    turns: Sequence[ChatTurn] = ()
    show: Show | None = None
    is_admin: IsAdmin = lambda: False
    calls: list[Outgoing] = field(default_factory=list)
    buttons: dict[str, Press] = field(default_factory=dict)
    turn: ChatTurn | None = None

    @property
    def user_id(self) -> int:
        """Who asks; the chat where Telegram does not say."""
        return self.incoming.user_id or self.incoming.chat_id

    @property
    def may_delete(self) -> bool:
        """Whether who asks may delete what others said in the chat."""
        return self.incoming.is_private or self.is_admin()

    def button(
        self, text: str, action: Action, turn: int = 0, place: int = 0, page: int = 0
    ) -> Button:
        """Return a button whose id stands for what it does."""
        data = self.memory.button_id(*self.incoming.key, len(self.buttons))
        self.buttons[data] = Press(action=action.value, turn=turn, place=place, page=page)
        return Button(text, data)

    def keep(self) -> None:
        """Remember what was asked and what the buttons mean, before anything is sent."""
        if self.turn is not None or self.buttons:
            incoming = self.incoming
            self.memory.keep(
                incoming.chat_id, self.turn, self.buttons, thread_id=incoming.thread_id
            )

    def tell(self, text: Text, *, keyboard: Keyboard = (), **values: object) -> None:
        """Send one of our texts."""
        self.send([note(say(text, self.language, **values), self.language)], keyboard)

    def send(self, blocks: Iterable[Block], keyboard: Keyboard = ()) -> None:
        """Send blocks as new messages, the keyboard under the last."""
        incoming = self.incoming
        # The message is shown as answered in groups, and where one was edited.
        is_plain = incoming.is_private and incoming.kind is not Kind.EDITED
        parts = render(list(blocks))
        for part in parts:
            self.calls.append(
                SendMessage(
                    chat_id=incoming.chat_id,
                    html=part.html,
                    plain=part.plain,
                    keyboard=keyboard if part is parts[-1] else (),
                    thread_id=incoming.thread_id,
                    reply_to=0 if is_plain else incoming.message_id,
                )
            )

    def attach(self, name: str, content: str, caption: str) -> None:
        """Send a file."""
        incoming = self.incoming
        self.calls.append(
            SendDocument(
                chat_id=incoming.chat_id,
                name=name,
                content=content,
                caption=label(caption, self.language),
                thread_id=incoming.thread_id,
                reply_to=0 if incoming.is_private else incoming.message_id,
            )
        )

    def draft(self, blocks: Iterable[Block]) -> None:
        """Show what the answer says so far, as much as fits in one message."""
        parts = render(list(blocks))
        if self.show and parts:
            self.show(parts[0])

    def replace(self, blocks: Sequence[Block], keyboard: Keyboard = ()) -> None:
        """Put one message in the place of that under which a button was pressed."""
        part, *_ = render(blocks)
        self.calls.append(
            EditMessage(
                chat_id=self.incoming.chat_id,
                message_id=self.incoming.message_id,
                html=part.html,
                plain=part.plain,
                keyboard=keyboard,
            )
        )

    def obeyed(self, text: str = "") -> None:
        """Let the button that was pressed come to rest, with a short word or none."""
        shown = label(text, self.language) if text else ""
        self.calls.append(AnswerButton(query_id=self.incoming.query_id, text=shown))
