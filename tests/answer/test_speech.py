"""Questions about who said what."""

import pytest

from bot.answer.evidence import reports_words
from bot.question.question import read_question
from index.text import tokens


@pytest.mark.parametrize(
    "question",
    [
        "what did Kirby say about Sukhoi jets?",
        "کربی درباره جت‌های سوخو چه گفت؟",
        "ماذا قال كيربي عن طائرات سوخوي؟",
        "Что Кирби сказал о самолётах Сухой?",
        "Was sagte Kirby über die Suchoi-Jets?",
        "Kirby Suhoy jetleri hakkında ne dedi?",
        "¿Qué dijo Kirby sobre los aviones?",
    ],
    ids=["en", "fa", "ar", "ru", "de", "tr", "es"],
)
def test_a_question_for_a_statement(question: str) -> None:
    """A question for somebody's words is known in the languages we meet most."""
    assert read_question(question).wants_statement is True


@pytest.mark.parametrize(
    "question",
    ["Who won the 2022 World Cup?", "پایتخت ایران کجاست؟", "Wie hoch ist der Damavand?"],
    ids=["en", "fa", "de"],
)
def test_other_questions_do_not_ask_for_words(question: str) -> None:
    """A question for a fact is not taken for one about words."""
    assert read_question(question).wants_statement is False


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("کربی گفت ما آماده هستیم.", True),
        ("کربی پیشتر هشدار داده بود", True),
        ("روسیه این ادعا را رد کرد", True),
        ("تهران روابط قوی با مسکو دارد", False),
        ("گفتگو ادامه دارد", False),
        ("He said no.", True),
        ("It rained in Tehran.", False),
    ],
)
def test_reports_words(sentence: str, expected: bool) -> None:  # noqa: FBT001
    """A verb of saying is found as a word, not as a part of another."""
    assert reports_words(set(tokens(sentence))) is expected
