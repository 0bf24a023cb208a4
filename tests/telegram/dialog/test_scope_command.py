"""Tests of asking a part of the archive on Telegram."""

import re
from dataclasses import replace

import pytest
from talker import Check, Talker, bare

from bot.answer.serving import Serving
from bot.session.session import Session
from bot.telegram.dialog.memory import Memory
from bot.telegram.types import Kind
from bot.texts.language import Language, say
from bot.texts.messages import Key
from bot.texts.telegram import Phrase
from index import EVERYTHING

EN = "What did Kirby say about Sukhoi jets?"
DAM = "What did the inspector write about wall 27 of the Karun dam?"


def _said(talker: Talker, text: str, **more: object) -> str:
    """Send a text and return the one message that answers it."""
    (call,) = talker.send(text, **more)
    return bare(call.plain)


def test_a_part_is_asked_until_it_is_lifted(talker: Talker, check: Check, memory: Memory) -> None:
    """Answers, refusals and further quotes come from the part and name it; others' chats do not."""
    shown = "since 22 May 2023, Mehr"
    told = say(Phrase.ONLY_SET, Language.EN, scope=shown)
    within = say(Key.WITHIN, Language.EN, scope=shown)
    assert _said(talker, "/only since=1402/03 source=Mehr") == told
    assert _said(talker, "/only") == told

    answered = talker.send(EN)
    assert within in bare(check(answered)[0])
    assert within in bare(check(talker.press(answered, "Why"))[0])
    turn = memory.recent(7, before=0, n=1)[0]
    assert turn.within.sources == {"mehr"}
    refused = _said(talker, DAM)
    assert within in refused
    assert "Karun" not in refused
    assert within in bare(check(talker.send(EN, Kind.INLINE))[0])
    assert "Karun" in _said(talker, DAM, chat_id=8)

    assert _said(talker, "/only off") == say(Phrase.ONLY_ALL, Language.EN)
    assert _said(talker, "/only") == say(Phrase.ONLY_ALL, Language.EN)
    answer = _said(talker, DAM)
    assert "wall 27" in answer
    assert "Asked of" not in answer
    assert memory.recent(7, before=0, n=1)[0].within == EVERYTHING


def test_more_stays_in_the_part_of_its_answer(talker: Talker, check: Check) -> None:
    """An older answer goes on in the part it came from, whatever is chosen since."""
    talker.send("/only source=Mehr")
    calls = talker.send(EN)
    talker.send("/only source=ISNA")
    published = []
    while "Sources" in (text := bare(check(calls)[-1])):
        published += re.findall(r"^(.+) · \d", text, re.MULTILINE)
        calls = talker.press(calls, "More")

    assert len(published) > 2
    assert set(published) == {"Mehr, reporting Al Jazeera"}


def test_a_time_in_the_question_is_shown_or_missed(talker: Talker) -> None:
    """What was published then answers and is named; else it is said that nothing was."""
    asked = "What did Kirby say about Sukhoi jets in {}?"

    assert "Asked of: from 1 to 30 June 2023" in _said(talker, asked.format("June 2023"))
    missed = say(Key.MISSED, Language.EN, scope="from 1 to 31 March 2021")
    assert missed in _said(talker, asked.format("March 2021"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mehr", "Expected since=TIME"),
        ("since=soonish", "expected a time such as"),
        ("source=Mihr", "did you mean Mehr"),
        ("lang=tlh", "its languages are"),
        ("since=2023 until=2022", "Nothing lies between"),
        ("source=" + "<b>x" * 900, "The archive has no articles"),
    ],
)
@pytest.mark.parametrize("language", Language)
def test_what_cannot_be_used_is_said_and_nothing_changes(
    talker: Talker, check: Check, language: Language, text: str, words: str
) -> None:
    """The mistake is named, with a line to copy; the part asked before stays."""
    talker.send(f"/lang {language}")
    talker.send("/only source=Mehr")

    (told,) = check(talker.send(f"/only {text}"))
    assert words in bare(told)
    assert "/only since=1402/03" in bare(told)
    assert "Mehr" in _said(talker, "/only") or "مهر" in _said(talker, "/only")


def test_persian_names_and_digits_are_read(talker: Talker) -> None:
    """An outlet and a month as a Persian reader types them, and the same shown back."""
    talker.send("/lang fa")

    scope = "از ۱ خرداد ۱۴۰۲ به بعد، مهر"
    told = _said(talker, "/only since=۱۴۰۲/۰۳ source=مهر")
    assert told == say(Phrase.ONLY_SET, Language.FA, scope=scope)
    assert say(Key.WITHIN, Language.FA, scope=scope) in _said(talker, EN)


def test_a_part_outlives_a_reset_and_nothing_else(talker: Talker, answerer: Serving) -> None:
    """As /privacy says: /reset keeps what was chosen, the button deletes it."""
    talker.send("/only source=Mehr")
    talker.send("/reset")
    session = Session(answering=answerer)
    talker.conversation = replace(talker.conversation, session=session)
    assert "Mehr" in _said(talker, "/only")

    talker.press(talker.send("/privacy"), "🗑")
    assert _said(talker, "/only") == say(Phrase.ONLY_ALL, Language.EN)
