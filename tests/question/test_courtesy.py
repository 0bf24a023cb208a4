"""Courtesy around questions, and texts that are nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.question.courtesy import find_remark, without_courtesy
from bot.question.question import read_question
from bot.types import Remark


@pytest.mark.parametrize(
    ("text", "remark", "language"),
    [
        ("hello there", Remark.GREETING, "en"),
        ("سلام، صبح بخیر", Remark.GREETING, "fa"),
        ("سلام خسته نباشید", Remark.GREETING, "fa"),
        ("سلام، خداحافظ", Remark.GOODBYE, "fa"),
        ("hi, how are you doing today?", Remark.HOW_ARE_YOU, "en"),
        ("are you a bot?", Remark.WHO_ARE_YOU, "en"),
        ("چه کاری می‌تونی بکنی؟", Remark.WHAT_CAN_YOU_DO, "fa"),
        ("HELP", Remark.WHAT_CAN_YOU_DO, "en"),
        ("Thank you so much for your help!!", Remark.THANKS, "en"),
        ("خیلی ممنون از شما", Remark.THANKS, "fa"),
        ("merci beaucoup", Remark.THANKS, "fr"),
        ("okay", Remark.AGREEMENT, "en"),
        ("thanks, bye", Remark.GOODBYE, "en"),
        ("آفرین، عالی بود", Remark.PRAISE, "fa"),
        ("you are useless", Remark.ABUSE, "en"),
        ("❤️", Remark.EMOJI, "und"),
        ("what is your source?", Remark.SOURCES, "en"),
        ("بیشتر بگو", Remark.MORE, "fa"),
        ("is that really true?", Remark.IS_TRUE, "en"),
        ("این را کی گفت؟", Remark.WHEN_SAID, "fa"),
        ("that is not what I asked", Remark.COMPLAINT, "en"),
        ("این که جواب من نبود", Remark.COMPLAINT, "fa"),
        ("cancel", Remark.STOP, "en"),
        ("منبعش کو؟", Remark.SOURCES, "fa"),
        ("راست می‌گی؟", Remark.IS_TRUE, "fa"),
        ("what do you mean by perhaps?", Remark.CONFIDENCE, "en"),
        ('What does "85 %" mean?', Remark.CONFIDENCE, "en"),
        ("how sure are you about that?", Remark.CONFIDENCE, "en"),
        ("منظورت از «شاید» چیه؟", Remark.CONFIDENCE, "fa"),
        ("این درصد یعنی چی؟", Remark.CONFIDENCE, "fa"),
        ("who wrote this?", Remark.SOURCES, "en"),
        ("can I trust this?", Remark.IS_TRUE, "en"),
        ("می‌تونم به این اعتماد کنم؟", Remark.IS_TRUE, "fa"),
        ("how many articles do you have?", Remark.SIZE, "en"),
        ("چند تا خبر داری؟", Remark.SIZE, "fa"),
        ("what's the news today?", Remark.LATEST, "en"),
        ("آخرین اخبار چیه؟", Remark.LATEST, "fa"),
        ("what time is it?", Remark.BESIDE, "en"),
        ("یه جوک بگو", Remark.BESIDE, "fa"),
        ("summarise this please", Remark.OTHER_WORDS, "en"),
        ("خلاصه‌ش رو بگو", Remark.OTHER_WORDS, "fa"),
        ("چرا جواب نمی‌دی؟", Remark.COMPLAINT, "fa"),
        ("Who are you and what can you do?", Remark.WHAT_CAN_YOU_DO, "en"),
        ("از کجا خبر میاری؟", Remark.WHO_ARE_YOU, "fa"),
        ("hahaha", Remark.PRAISE, "en"),
    ],
)
def test_a_remark_and_its_language(text: str, remark: Remark, language: str) -> None:
    """What asks nothing of an archive is known by its words alone; of several the last counts."""
    assert find_remark(text) == (remark, language)


@pytest.mark.parametrize(
    "text",
    [
        "who are the Houthis?",
        "what can you do about inflation?",
        "سلام نظامی یعنی چه؟",
        "thanks to whom did the dam hold?",
        "is that bridge open?",
        "more than how many people were hurt?",
        "",
        "؟",
        "Kirby",
        "stop the strike at the port?",
        "what went wrong?",
        "چی شد؟",
        "what is the score?",
        "what's the news about the dam?",
        "آخرین خبر درباره سد چیست؟",
        "how many articles are about the dam?",
        "what is the date of the match?",
        "who wrote the constitution?",
        "چند تا خبر درباره سد داری؟",
        "چرا پاسخ نمی‌دهد؟",
    ],
)
def test_a_question_is_no_remark(text: str) -> None:
    """The same words within a question are none."""
    assert find_remark(text) is None


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Hi, who won the cup? Thanks!", "who won the cup?"),
        ("Good morning! Could you please tell me who won the cup?", "who won the cup?"),
        ("Sorry to bother you, I wanted to ask: who won? Thank you very much", "who won?"),
        ("سلام، ببخشید مزاحم شدم، می‌خواستم بدونم کی برد؟ خیلی ممنون از شما", "کی برد؟"),
        ("لطفا بگو چه کسی برد", "چه کسی برد"),
        ("who won the cup pls", "who won the cup"),
        ("what did he say in his hello to the troops?", None),
        ("Why did they do as they please?", None),
        ("Thanks", None),
    ],
)
def test_courtesy_is_taken_off_at_the_ends(text: str, bare: str | None) -> None:
    """It is left off before and behind a question, and stays within."""
    assert without_courtesy(text) == (text if bare is None else bare)


@given(st.text(max_size=80))
def test_something_is_always_left(text: str) -> None:
    """Whatever is typed, what is left is a part of it and says something where the whole did."""
    bare = without_courtesy(text)
    assert bare.strip() in text
    assert any(map(str.isalnum, bare)) == any(map(str.isalnum, text))


def test_the_wrapping_does_not_reach_the_search() -> None:
    """A question is searched alike however politely it is asked, and shown as it was typed."""
    text = "Hello! Can you tell me what Kirby said about Sukhoi jets? Thanks a lot"
    question = read_question(text)
    assert question.search_text == "what Kirby said about Sukhoi jets?"
    assert question.text == text
