"""Who speaks in a sentence: by rule, in Persian and English."""

import pytest

from bot.answer.speech import is_said_by, is_said_for, speakers
from bot.grounding.places import codes
from index.evaluation import folded


def _names(sentences: list[str], language: str, headline: str = "") -> list[str | None]:
    told = speakers(sentences, language, headline)
    return [None if one is None else " / ".join(one.names) for one in told]


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("ناهید صابری، مدیر موزه، در این باره گفت: آثار سالم است.", "ناهید صابری"),
        ("به گزارش خبرگزاری البرز، ناهید صابری افزود: آثار سالم است.", "ناهید صابری"),
        ("ناهید صابری با بیان اینکه کار دشوار است، گفت: می‌مانیم.", "ناهید صابری"),
        ("ناهید صابری از پایان کار خبر داد و گفت: می‌مانیم.", "ناهید صابری"),
        ("به گفته ناهید صابری، آثار سالم است.", "ناهید صابری"),
        ("باران شدید شد و ناهید صابری نیز اعلام کرد که موزه باز است.", "ناهید صابری"),
        ("مدير موزه شهر تاكيد كرد: آثار سالم است.", "مدیر موزه شهر"),
        ("ناهید صابری در دیدار با وزیر گفت موزه باز است.", "ناهید صابری"),
        ("باید گفت موزه باز است.", None),
        ("او از خانه رفت و ترک گفت.", None),
        ("ناهید صابری به موزه رفت.", None),
    ],
)
def test_persian_subject(sentence: str, name: str | None) -> None:
    """The subject of a Persian verb of saying is told from what stands around it."""
    assert _names([sentence], "fa") == [name]


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Museum director Nahid Saberi said the works were safe.", "Museum director Nahid Saberi"),
        ("“The works are safe,” said Nahid Saberi, the director.", "Nahid Saberi"),
        ("“The works are safe,” Nahid Saberi said on Monday.", "Nahid Saberi"),
        ("Nahid Saberi, who runs the museum, said it was open.", "Nahid Saberi"),
        ("LISBON – Speaking on Monday, Nahid Saberi warned of rain.", "Nahid Saberi"),
        ("According to Nahid Saberi, the works are safe.", "Nahid Saberi"),
        ("The said works were safe.", None),
        ("Nahid Saberi walked to the museum.", None),
    ],
)
def test_english_subject(sentence: str, name: str | None) -> None:
    """The subject of an English verb of saying is told wherever it stands."""
    assert _names([sentence], "en") == [name]


def test_who_spoke_before() -> None:
    """A pronoun and an open quotation have the speaker before; after silence they have none."""
    told = _names(
        [
            "ناهید صابری گفت: «آثار سالم است.",
            "ما آن‌ها را به جای امنی بردیم.»",
            "باران بارید.",
            "وی افزود: می‌مانیم.",
        ],
        "fa",
    )
    assert told == ["ناهید صابری", "ناهید صابری", None, "ناهید صابری"]
    quiet = ["Nahid Saberi said it was open.", *["It rained."] * 6, "She added that it was late."]
    assert _names(quiet, "en")[-1] == ""


def test_headline_says_who_speaks() -> None:
    """A headline with a name and a colon names who speaks until somebody else does."""
    told = _names(["«از اینجا خوشحالم.", "باز می‌گردم.»"], "fa", "صابری: باز می‌گردم")
    assert told[1] == "صابری"


def test_roles_are_recognized() -> None:
    """Who was named with an office is meant where the office alone speaks."""
    told = speakers(
        ["ناهید صابری مدیر موزه شهر گفت: آثار سالم است.", "مدیر موزه شهر افزود: می‌مانیم."], "fa"
    )
    assert told[1] is not None
    assert is_said_by(told[1], ["ناهید", "صابری"])


@pytest.mark.parametrize(
    ("sentence", "language", "asked", "said"),
    [
        ("ناهید صابری گفت: آثار سالم است.", "fa", "صابری", True),
        ("ناهید صابری گفت: آثار سالم است.", "fa", "Nahid Saberi", True),
        ("وکیل ناهید صابری گفت: آثار سالم است.", "fa", "ناهید صابری", None),
        ("وکیل ناهید صابری گفت: آثار سالم است.", "fa", "صابری", None),
        ("ناهید گفت: آثار سالم است.", "fa", "ناهید صابری", None),
        ("مدیر موزه ناهید گفت: آثار سالم است.", "fa", "ناهید صابری", False),
        ("مریم صابری گفت: آثار سالم است.", "fa", "ناهید صابری", None),
        ("ناهید صابری گفت: آثار سالم است.", "fa", "روشن", False),
        ("ناهید نیک‌روش گفت: آثار سالم است.", "fa", "نیک روش", True),
        ("ناهید نیک‌روش گفت: آثار سالم است.", "fa", "ناهید نیکروش", True),
        ("وکیل نیک‌روش گفت: آثار سالم است.", "fa", "نیکروش", None),
        ("ناهید کی‌نژاد گفت: آثار سالم است.", "fa", "کی نژاد", True),
        ("Saberi's lawyer said the works were safe.", "en", "Saberi", None),
        ("President Saberi said the works were safe.", "en", "Nahid Saberi", True),
        ("Nahid Saberi said the works were safe.", "en", "صابری", True),
        ("A spokesman for Saberi said so.", "en", "Saberi", None),
    ],
)
def test_asked_name(sentence: str, language: str, asked: str, said: bool | None) -> None:  # noqa: FBT001
    """A speaker is the one asked for in any script, and nobody who only stands in relation."""
    told = speakers([sentence], language)[0]
    assert told is not None
    assert is_said_by(told, asked.split()) is said


NORWAY = [
    "وزارت خارجه نروژ گفت: پل باز می‌ماند.",
    "ناهید صابری، سخنگوی دولت پرتغال، گفت: پل بسته می‌شود.",
    "شورای شهر گفت: باران می‌بارد.",
    "صابری افزود: راه دیگری نیست.",
    "این در حالی است که نروژ و دانمارک بستن پل را رد کرده‌اند.",
    "بیانیه مذکور ادعا می‌کند: نروژ پل را می‌بندد.",
]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("نروژ", [True, False, None, False, True, None]),
        ("پرتغال", [False, True, None, True, False, None]),
    ],
)
def test_who_speaks_for_a_country(asked: str, said: list[bool | None]) -> None:
    """A country speaks by whoever is named with it, there or where the name is first mentioned.

    Who rejects something says so; a country behind a colon is what is spoken of.
    """
    told = speakers(NORWAY, "fa")
    wanted = codes(folded(asked), "fa")
    assert [is_said_for(one, wanted, NORWAY, "fa") if one else None for one in told] == said


def test_other_languages_have_no_speakers() -> None:
    """Where there are no rules nobody is said to speak."""
    assert speakers(["Kirby sagte, es sei sicher."], "de") == [None]
