"""One name in two scripts is heard as one, and a common word is told from a name."""

import math

import pytest

from index.encoders import Vocabulary
from index.lexical import name_likeness


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Kirby", "جان کربی، سخنگوی پنتاگون"), ("کربی", "John Kirby said"),
        ("Rouhani", "حسن روحانی گفت"), ("Кирби", "جان کربی گفت"), ("Merkel", "Η Μέρκελ είπε"),
        ("newyork", "در شهر نیو یورک"), ("Ahmadinejad", "محمود احمدی‌نژاد"),
        ("لاوروف", "Sergey Lavrov said"), ("Schmid", "هلگا اشمیت"),
        ("Soleimani", "Qassem Suleimani said"),
    ],
)  # fmt: skip
def test_a_name_is_heard_in_another_spelling(name: str, text: str) -> None:
    """In both directions between scripts, and for a name that is written in two words."""
    assert name_likeness(name, text) >= 0.7


@pytest.mark.parametrize(
    ("name", "text"),
    [("Blinken", "جان کربی گفت"), ("مرکل", "John Kirby said"), ("Germany", "آلمان"), ("Kirby", "")],
)
def test_another_name_is_not(name: str, text: str) -> None:
    """Nor is a country that sounds otherwise in the other language."""
    assert name_likeness(name, text) < 0.7


def test_the_vocabulary_tells_words_from_names() -> None:
    """By which spelling is common in text, with a capital or without; -inf for none."""
    vocabulary = Vocabulary()
    assert vocabulary.weight("time") > vocabulary.weight("Obama") > vocabulary.weight("obama")
    assert vocabulary.weight("Lantagne") == -math.inf
    assert vocabulary.weight("گفت") > vocabulary.weight("روحانی") > vocabulary.weight("کربی")
