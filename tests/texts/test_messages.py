"""Tests of the table of texts."""

import string

import pytest

from bot.texts.language_model import MODEL_TEXTS, ModelText, unworded_text
from bot.texts.messages import (
    TEXTS,
    Key,
    Language,
    LanguageChoice,
    localize_number,
    say,
    ui_language,
)
from bot.types import Reason, Unworded


def _names(text: str) -> set[str]:
    """Return the names of the values a text takes."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", Language)
def test_texts_are_complete(language: Language) -> None:
    """Every language has a text for every key and nothing else."""
    assert set(TEXTS[language]) == set(Key)


@pytest.mark.parametrize("key", Key)
def test_texts_take_the_same_values(key: Key) -> None:
    """A text takes the same named values in both languages."""
    assert _names(TEXTS[Language.EN][key]) == _names(TEXTS[Language.FA][key])


@pytest.mark.parametrize("text", ModelText)
def test_texts_of_the_model_take_the_same_values(text: ModelText) -> None:
    """What is said of a language model is said in both languages, of the same values."""
    english, persian = (MODEL_TEXTS[language][text] for language in Language)
    assert _names(english) == _names(persian)


@pytest.mark.parametrize("why", Unworded)
def test_every_reason_for_quotes_alone_has_a_text(why: Unworded) -> None:
    """Each reason why a model worded nothing can be said to people."""
    assert unworded_text(why, Language.FA) != unworded_text(why, Language.EN)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_text(reason: Reason) -> None:
    """Each reason for not answering can be said to people."""
    assert say(Key(f"reason_{reason}"), Language.FA) != ""


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
