"""Questions that need the one before them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.question.followup import resolve_by_rule, restated

KIRBY = "What did Kirby say about Sukhoi jets?"
KIRBY_FA = "کربی درباره جت‌های سوخو چه گفت؟"


@pytest.mark.parametrize(
    ("question", "before", "added"),
    [
        ("and what did Moscow answer?", KIRBY, "Kirby Sukhoi"),
        ("What about drones?", KIRBY, "Kirby Sukhoi"),
        ("When did he say it?", KIRBY, "Kirby Sukhoi"),
        ("But why?", "what did kirby say about sukhoi jets?", "kirby say about sukhoi jets"),
        ("و مسکو چه پاسخی داد؟", KIRBY_FA, "کربی درباره جت‌های سوخو گفت"),
        ("او چه گفت؟", KIRBY_FA, "کربی درباره جت‌های سوخو"),
        ("روسیه چطور؟", KIRBY_FA, "کربی درباره جت‌های سوخو گفت"),
        ("who is responsible?", KIRBY, "Kirby Sukhoi"),
        ("who was arrested?", KIRBY, "Kirby Sukhoi"),
        ("how many people were killed?", KIRBY, "Kirby Sukhoi"),
        ("چند نفر کشته شدند؟", KIRBY_FA, "کربی درباره جت‌های سوخو گفت"),
        ("مسئولش کیه؟", KIRBY_FA, "کربی درباره جت‌های سوخو گفت"),
        ("what was the score of the match?", KIRBY, "Kirby Sukhoi"),
        ("When was the last game?", KIRBY, "Kirby Sukhoi"),
        ("نتیجه بازی چی شد؟", "از نیلگون چه خبر؟", "نیلگون"),
        ("گلش رو کی زد؟", "از نیلگون چه خبر؟", "نیلگون"),
        ("علتش چیه؟", KIRBY_FA, "کربی درباره جت‌های سوخو گفت"),
    ],
)
def test_a_follow_up_takes_the_names(question: str, before: str, added: str) -> None:
    """What the question before was about is added in brackets."""
    resolved = resolve_by_rule(question, [before, "Who won the World Cup in Qatar?"])

    assert resolved.text == f"{question} ({added})"
    assert resolved.was_resolved


@pytest.mark.parametrize(
    "question",
    [
        "What did Biden say about Iran?",
        "Is it true that Iran sent drones to Russia?",
        "Who won the World Cup?",
        "رئیس‌جمهور روسیه چه کسی است؟",
        "وزیر خارجه کیست؟",
        "صابری کیست؟",
        "how many people live in Oslo?",
        "چند نفر در پل تازه کشته شدند؟",
        "صابری کیه؟",
        "who is halvorsen?",
        "نتیجه بازی نیلگون چه شد؟",
        "ارتش درباره مرز چه گفت؟",
        "what was the score of the Velden match?",
        "who's halvorsen",
        "Quand a-t-il parlé ?",
        "",
        "؟",
        "and " + "many words " * 20,
    ],
)
def test_a_question_that_stands_is_left_alone(question: str) -> None:
    """Nothing is added to a question that says what it means."""
    resolved = resolve_by_rule(question, [KIRBY])

    assert resolved.text == question
    assert not resolved.was_resolved


def test_the_first_question_of_a_conversation_is_left_alone() -> None:
    """Without a question before there is nothing to add."""
    assert not resolve_by_rule("and then?", []).was_resolved
    assert not resolve_by_rule("and then?", ["؟!"]).was_resolved


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("no, I meant the drones", "what about the drones?"),
        ("I mean who is he", "who is he"),
        ("نه منظورم پهپاد بود", "پهپاد چطور؟"),
        ("ببخشید، منظورم سد کارون است.", "سد کارون چطور؟"),
        ("What did he mean by peace?", "What did he mean by peace?"),
    ],
)
def test_a_correction_asks_about_what_was_meant(typed: str, asked: str) -> None:
    """What somebody says they meant is asked with the words of the question before."""
    assert restated(typed) == asked
    is_other = typed != asked
    assert resolve_by_rule(asked, [KIRBY]).was_resolved or not is_other


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_any_text_can_be_asked(question: str, before: list[str]) -> None:
    """The question is always the beginning of what is asked."""
    resolved = resolve_by_rule(question, before)

    assert resolved.text.startswith(question)
    assert resolved.was_resolved == (resolved.text != question)
