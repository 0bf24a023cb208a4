"""What happens when a button is pressed.

Its data is an id that is looked up among those made for the same chat, and nothing else: an id
that is unknown, of another chat or forgotten gets a kind word. Anybody in a chat may press.

Does not: make buttons; `reply` and `screens` do.
"""

from collections.abc import Callable, Mapping
from typing import Final

from bot.telegram.dialog.memory import Memory, Press, Turn
from bot.telegram.dialog.reply import Action, Reply
from bot.telegram.dialog.screens import Screens
from bot.telegram.types import EraseQueued, Keyboard
from bot.texts.language import Language, LanguageChoice, say
from bot.texts.telegram import Phrase

LANGUAGE: Final = "language"
"""Name of the setting that holds a `LanguageChoice`."""

_MAX_DATA: Final = 64
_CHOICES: Final = (LanguageChoice.FA, LanguageChoice.EN, LanguageChoice.AUTO)


def press(reply: Reply, screens: Screens) -> None:
    """Do what a button stands for."""
    data = reply.incoming.text
    known = len(data) <= _MAX_DATA and data.isascii()
    pressed = reply.memory.pressed(reply.incoming.chat_id, data) if known else None
    if pressed is None:
        reply.obeyed(say(Phrase.BUTTON_EXPIRED, reply.language))
    elif pressed.action == Action.LANGUAGE:
        set_language(reply, _CHOICES[pressed.place])
    elif pressed.action == Action.FORGET:
        _forget(reply)
    else:
        _on_turn(reply, screens, pressed)


def _forget(reply: Reply) -> None:
    """Delete everything of this chat and this person."""
    reply.memory.forget_all(reply.incoming.chat_id, reply.user_id)
    reply.calls.append(EraseQueued(chat_id=reply.incoming.chat_id, user_id=reply.user_id))
    reply.obeyed()
    reply.tell(Phrase.FORGOTTEN)


def _on_turn(reply: Reply, screens: Screens, pressed: Press) -> None:
    """Do what concerns an answer."""
    turn = reply.memory.turn(reply.incoming.chat_id, pressed.turn)
    if turn is None:
        reply.obeyed(say(Phrase.BUTTON_EXPIRED, reply.language))
        return
    action = Action(pressed.action)
    if action in _VOTES:
        vote, thanks = _VOTES[action]
        reply.memory.vote(turn, reply.user_id, vote)
        reply.obeyed(say(thanks, reply.language))
        return
    if action is Action.TRANSLATE:
        # Telegram may refuse to hear of a press that was answered late, and then nothing after.
        screens.translate(reply, turn)
        reply.obeyed()
        return
    reply.obeyed()
    _SHOWN[action](screens, reply, turn, pressed)


_VOTES: Final = {
    Action.UP: (1, Phrase.VOTED_UP),
    Action.DOWN: (0, Phrase.VOTED_DOWN),
}
_SHOWN: Final[Mapping[Action, Callable[[Screens, Reply, Turn, Press], None]]] = {
    Action.ARTICLE: lambda screens, reply, turn, at: screens.article(reply, turn, at.place),
    Action.PAGE: lambda screens, reply, turn, at: screens.turn_page(reply, turn, at.place, at.page),
    Action.MORE: lambda screens, reply, turn, _: screens.more(reply, turn),
    Action.WHY: lambda screens, reply, turn, _: screens.why(reply, turn),
}


def language_of(memory: Memory, chat_id: int, default: LanguageChoice) -> LanguageChoice:
    """Return the language a chat chose."""
    return LanguageChoice(memory.setting(chat_id, LANGUAGE) or default)


def language_keyboard(reply: Reply) -> Keyboard:
    """Return a button for each language."""
    names = (
        say(Phrase.LANG_FA, reply.language),
        say(Phrase.LANG_EN, reply.language),
        "Auto · خودکار",
    )
    return (tuple(reply.button(name, Action.LANGUAGE, place=at) for at, name in enumerate(names)),)


def forget_keyboard(reply: Reply) -> Keyboard:
    """Return the button that deletes everything."""
    return ((reply.button(say(Phrase.BUTTON_FORGET, reply.language), Action.FORGET),),)


def set_language(reply: Reply, choice: LanguageChoice) -> None:
    """Keep the language of a chat and say so in it."""
    reply.memory.choose(reply.incoming.chat_id, LANGUAGE, choice.value)
    if choice is not LanguageChoice.AUTO:
        reply.language = Language(choice.value)
    if reply.incoming.query_id:
        reply.obeyed()
    reply.tell(Phrase.LANG_AUTO if choice is LanguageChoice.AUTO else Phrase.LANG_SET)
