"""Which quotes are not in the language that somebody asks in.

Does not: translate.
"""

from collections.abc import Iterable
from typing import Final

from bot.texts.messages import Language
from bot.types import Citation
from index import detect

_UNKNOWN: Final = "und"


def asked_in(tag: str, language: Language) -> str:
    """Return the language of a question, or that of our words where it could not be told."""
    return language.value if tag in {"", _UNKNOWN} else tag


def foreign(citations: Iterable[Citation], language: str) -> tuple[Citation, ...]:
    """Return the quotes whose language is known and is not this one; regions make no difference."""
    own = {_primary(language), _UNKNOWN}
    return tuple(one for one in citations if _primary(detect(one.quote).tag) not in own)


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
