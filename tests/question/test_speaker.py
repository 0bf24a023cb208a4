"""Whose words a question asks for."""

import pytest

from bot.question.speaker import speaker_of, split_topic


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("What did Nahid Saberi say about the museum?", "Nahid Saberi"),
        ("did Saberi ever say that?", "Saberi"),
        ("According to Saberi, who paid?", "Saberi"),
        ("what Saberi said about the museum", "Saberi"),
        ("صابری درباره موزه چه گفت؟", "صابری"),
        ("و صابری درباره موزه چه گفت؟", "صابری"),
        ("نظر ناهید صابری درباره موزه چیست؟", "ناهید صابری"),
        ("Was sagte Saberi über das Museum?", "Saberi"),
        ("ماذا قالت صابري عن المتحف؟", "صابري"),
        ("and what did Saberi answer?", "Saberi"),
        ("What was Norway's response to the strike?", "Norway"),
        ("صابری چه واکنشی نشان داد؟", "صابری"),
        # Names that begin like a pronoun or an office.
        ("اوزال درباره موزه چه گفت؟", "اوزال"),
        ("رهبرزاده درباره موزه چه گفت؟", "رهبرزاده"),
        ("سخنگوی دولت درباره موزه چه گفت؟", ""),
        ("وزیران درباره موزه چه گفتند؟", ""),
        ("What did the minister say about the museum?", ""),
        ("وزیر درباره موزه چه گفت؟", ""),
        ("Who paid for the museum?", ""),
        ("موزه کی باز شد؟", ""),
    ],
)
def test_the_name_of_the_speaker_is_read(text: str, speaker: str) -> None:
    """Names are told from offices, in the languages we meet most."""
    assert speaker_of(text) == speaker


@pytest.mark.parametrize(
    ("asked", "name", "topic"),
    [
        ("Saberi", "Saberi", ""),
        ("Nahid Saberi about the museum", "Nahid Saberi", "the museum"),
        ("صابری درباره موزه", "صابری", "موزه"),
        ("  ", "", ""),
    ],
)
def test_a_topic_is_split_off(asked: str, name: str, topic: str) -> None:
    """What follows "about" is the topic."""
    assert split_topic(asked) == (name, topic)
