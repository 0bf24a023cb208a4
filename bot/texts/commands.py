"""Names of commands in Persian, typed as text: Telegram's own commands are Latin letters."""

from collections.abc import Mapping
from typing import Final

_PERSIAN: Final[Mapping[str, str]] = {
    "شروع": "start",
    "کمک": "help",
    "راهنما": "help",
    "بپرس": "ask",
    "پرسش": "ask",
    "منابع": "sources",
    "منبع": "sources",
    "خبر": "article",
    "متن": "article",
    "بیشتر": "more",
    "فقط": "only",
    "محدوده": "only",
    "زبان": "lang",
    "ازنو": "reset",
    "فراموش": "reset",
    "حریم": "privacy",
    "ترجمه": "translate",
    "پرونده": "export",
    "خروجی": "export",
    "گفتهها": "quotes",
    "گفته": "quotes",
    "گاهشمار": "timeline",
    "رویدادها": "timeline",
    "دنبال": "follow",
    "دنبالها": "following",
    "پیگیری": "follow",
    "پیگیریها": "following",
    "رها": "unfollow",
    "چکیده": "digest",
    "سکوت": "quiet",
    "خروج": "quit",
}
_PLAIN: Final = str.maketrans("كي", "کی", "\u200c")  # Arabic keys, and no joiners


def command_name(typed: str) -> str:
    """Return the name of a command as it was typed, without its slash: Latin, in small letters."""
    name = typed.translate(_PLAIN).lower()
    return _PERSIAN.get(name, name)
