"""Buttons: what happens when one is pressed.

The data of a button is an id that is looked up among those made for the same chat, and nothing
else: an id that is unknown, of another chat or forgotten gets a kind word. Anybody in a chat may
press, but only an administrator of a group deletes what others said in it. `reply` and `screens`
make the buttons.
"""

from typing import Final

from bot.session.export import Format
from bot.telegram.dialog import followed, screens
from bot.telegram.dialog.memory import Memory, Press
from bot.telegram.dialog.reply import Action, Reply
from bot.telegram.types import EraseQueued, Keyboard
from bot.texts.language import Language, LanguageChoice, say
from bot.texts.telegram import Phrase

LANGUAGE: Final = "language"
"""Name of the setting that holds a `LanguageChoice`."""

_MAX_DATA: Final = 64
_CHOICES: Final = (LanguageChoice.FA, LanguageChoice.EN, LanguageChoice.AUTO)


def press(reply: Reply) -> None:
    """Do what a button stands for."""
    data = reply.incoming.text
    known = len(data) <= _MAX_DATA and data.isascii()
    pressed = reply.memory.pressed(reply.incoming.chat_id, data) if known else None
    if pressed is None:
        reply.obeyed(say(Phrase.BUTTON_EXPIRED, reply.language))
    elif pressed.action == Action.LANGUAGE:
        set_language(reply, _CHOICES[pressed.place])
    elif pressed.action == Action.UNFOLLOW:
        reply.obeyed()
        followed.stop(reply, pressed.place)
    elif pressed.action == Action.FORGET:
        may_delete, chat_id = reply.may_delete, reply.incoming.chat_id
        if may_delete:
            reply.memory.forget_chat(chat_id)
            reply.following.forget(chat_id=chat_id)
        reply.memory.forget_person(reply.user_id)
        reply.following.forget(user_id=reply.user_id)
        erased = chat_id if may_delete else None
        reply.calls.append(EraseQueued(chat_id=erased, user_id=reply.user_id))
        reply.obeyed()
        reply.tell(Phrase.FORGOTTEN if may_delete else Phrase.FORGOTTEN_OWN)
    else:
        _act_on_turn(reply, pressed)


def _act_on_turn(reply: Reply, pressed: Press) -> None:
    """Do what concerns an answer."""
    turn = reply.memory.turn(reply.incoming.chat_id, pressed.turn)
    if turn is None:
        reply.obeyed(say(Phrase.BUTTON_EXPIRED, reply.language))
        return
    action = Action(pressed.action)
    if action is Action.TRANSLATE:
        # Telegram may refuse to hear of a press that was answered late, and then nothing after.
        screens.send_translations(reply, turn)
        reply.obeyed()
        return
    if action in _VOTES:
        vote, thanks = _VOTES[action]
        reply.memory.vote(turn, reply.user_id, vote, thread_id=reply.incoming.thread_id)
        reply.obeyed(say(thanks, reply.language))
        return
    reply.obeyed()
    match action:
        case Action.ARTICLE:
            screens.send_article(reply, turn, pressed.place)
        case Action.PAGE:
            screens.turn_page(reply, turn, pressed.place, pressed.page)
        case Action.MORE:
            screens.send_more(reply, turn)
        case Action.WHY:
            screens.send_why(reply, turn)
        case Action.FOLLOW:
            followed.follow(reply, turn)
        case Action.EXPORT:
            screens.send_file(reply, [turn], list(Format)[pressed.place])


_VOTES: Final = {
    Action.UP: (1, Phrase.VOTED_UP),
    Action.DOWN: (0, Phrase.VOTED_DOWN),
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


def set_language(reply: Reply, choice: LanguageChoice | None) -> None:
    """Keep the language of a chat and say so in it; ask for one where none is chosen."""
    if choice is None:
        reply.tell(Phrase.LANG_ASK, keyboard=language_keyboard(reply))
        return
    reply.memory.choose(reply.incoming.chat_id, LANGUAGE, choice.value)
    if choice is not LanguageChoice.AUTO:
        reply.language = Language(choice.value)
    if reply.incoming.query_id:
        reply.obeyed()
    reply.tell(Phrase.LANG_AUTO if choice is LanguageChoice.AUTO else Phrase.LANG_SET)
