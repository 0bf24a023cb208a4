"""Tests of the table of texts."""

import re
import string

import pytest

from bot.texts.language import Language, LanguageChoice, Text, localize_number, say, ui_language
from bot.texts.language_model import ModelText, unworded_text
from bot.texts.messages import Key
from bot.texts.overviews import ShapeText
from bot.texts.settings import SettingText
from bot.texts.telegram import Phrase
from bot.texts.verify import VerifyText
from bot.texts.web_failures import WebFailure
from bot.types import Reason, Unworded

TABLES: tuple[type[Text], ...] = (
    Key,
    ModelText,
    Phrase,
    SettingText,
    ShapeText,
    VerifyText,
    WebFailure,
)


_NOUNS = "article|day|feed|file|hour|link|passage|question|quote|second|sentence|vector"


def _names(text: str) -> set[str]:
    """Return the names of the values a text takes."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("text", [one for table in TABLES for one in table], ids=str)
def test_both_wordings_take_the_same_values(text: Text) -> None:
    """A text is worded in both languages, with the same names to fill."""
    english, persian = (text.wordings[language] for language in Language)

    assert _names(english) == _names(persian)
    assert english.strip() != ""
    assert persian.strip() != ""


@pytest.mark.parametrize("text", [one for table in TABLES for one in table], ids=str)
def test_a_number_has_the_noun_of_its_count(text: Text) -> None:
    """No English text says "1 articles" or "2 article"."""
    names = _names(text.wordings[Language.EN])
    one, many = (say(text, Language.EN, **dict.fromkeys(names, count)) for count in (1, 2000))

    assert re.findall(rf"\b1 (?:{_NOUNS})s\b(?! ago)", one) == []
    singular = re.findall(rf"\b1 ({_NOUNS})\b", one)
    assert all(f"2,000 {noun}s" in many for noun in singular)


def test_no_text_stands_twice_in_a_table() -> None:
    """Two names with the same wordings would be one member of an enumeration."""
    assert [] == [
        name for table in TABLES for name, one in table.__members__.items() if one.name != name
    ]


@pytest.mark.parametrize("why", Unworded)
def test_every_reason_for_quotes_alone_has_a_text(why: Unworded) -> None:
    """Each reason why a model worded nothing can be said to people."""
    assert unworded_text(why, Language.FA) != unworded_text(why, Language.EN)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_text(reason: Reason) -> None:
    """Each reason for not answering can be said to people."""
    assert say(Key[f"REASON_{reason.name}"], Language.FA) != ""


@pytest.mark.parametrize(
    ("tag", "choice", "expected"),
    [
        ("fa", LanguageChoice.AUTO, Language.FA),
        ("fa-AF", LanguageChoice.AUTO, Language.FA),
        ("ar", LanguageChoice.AUTO, Language.EN),
        ("und", LanguageChoice.AUTO, Language.EN),
        ("", LanguageChoice.AUTO, Language.EN),
        ("fa", LanguageChoice.EN, Language.EN),
        ("de", LanguageChoice.FA, Language.FA),
    ],
)
def test_ui_language(tag: str, choice: LanguageChoice, expected: Language) -> None:
    """Labels follow the setting, else Persian for Persian questions and English for others."""
    assert ui_language(tag, choice) is expected


def test_numbers_are_written_in_the_digits_of_the_language() -> None:
    """A count gets separators and digits of its language."""
    assert localize_number(1234567, Language.EN) == "1,234,567"
    assert localize_number(1234.5, Language.FA) == "۱٬۲۳۴٫۵"
    assert say(Key.BUILD_REJECT_MORE, Language.FA, count=12) == "    و ۱۲ مورد دیگر"
