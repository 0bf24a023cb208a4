"""The languages we speak to people, and how a text of ours is said in one of them."""

from dataclasses import dataclass
from datetime import time
from enum import Enum, StrEnum

_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


class Language(StrEnum):
    """A language we speak to people."""

    EN = "en"
    FA = "fa"


class LanguageChoice(StrEnum):
    """The setting behind `ui_language`: a fixed language, or that of the question."""

    AUTO = "auto"
    EN = "en"
    FA = "fa"


class Text(Enum):
    """A table of texts: each member is one text, in English and in Persian.

    Names in braces are filled by `say`; the tests hold both wordings to the same names.
    """

    def __init__(self, english: str, persian: str) -> None:
        """Keep both wordings."""
        self.wordings = {Language.EN: english, Language.FA: persian}


def say(text: Text, language: Language, /, **values: object) -> str:
    """Return a text with its names filled; whole numbers in the language's digits.

    `{count:article|articles}` is a number and its noun: "1 article", "2,000 articles".
    """
    filled = {
        name: _Number(value, language) if isinstance(value, int) else value
        for name, value in values.items()
    }
    return text.wordings[language].format(**filled)


@dataclass(frozen=True, slots=True)
class _Number:
    """A whole number in a text."""

    value: int
    language: Language

    def __format__(self, nouns: str) -> str:
        """Write it, before the noun for one or for several where there are two."""
        one, _, several = nouns.partition("|")
        noun = one if self.value == 1 else several
        return f"{localize_number(self.value, self.language)} {noun}".rstrip()


def localize_number(number: float, language: Language) -> str:
    """Write a number with thousands separated and in the digits of the language."""
    if language is Language.FA:
        return f"{number:,}".translate(_PERSIAN_DIGITS).replace(",", "٬").replace(".", "٫")
    return f"{number:,}"


def localize_time(at: time, language: Language) -> str:
    """Write a time of day, e.g. `08:00`, in the digits of the language."""
    return f"{at:%H:%M}".translate(_PERSIAN_DIGITS if language is Language.FA else {})


def localize_digits(number: int, language: Language) -> str:
    """Write a label such as a citation's number in the digits of the language, unseparated."""
    return str(number).translate(_PERSIAN_DIGITS) if language is Language.FA else str(number)


def ui_language(question_language: str, choice: LanguageChoice) -> Language:
    """Choose the language of labels: the chosen one, or Persian for Persian questions.

    Args:
        question_language: BCP 47 tag; a region or script after the tag is ignored.
        choice: What the user set.
    """
    match choice:
        case LanguageChoice.EN:
            return Language.EN
        case LanguageChoice.FA:
            return Language.FA
        case LanguageChoice.AUTO:
            is_persian = question_language.partition("-")[0].lower() == "fa"
            return Language.FA if is_persian else Language.EN
