"""The same question however it is typed."""

import pytest

from bot.question.finglish import in_persian, is_latin_persian
from bot.question.question import read_question
from bot.question.wanted import Wanted, wanted_of
from bot.question.wording import questions_in, written


@pytest.mark.parametrize(
    ("typed", "usual"),
    [
        ("WHO WON THE CUP", "who won the cup?"),
        ("<b>Who won?</b>", "Who won?"),
        ("🤔 Who won? 🏆", "Who won?"),
        ("\u202eWho won?\u202c", "Who won?"),
        ("Who won???!!", "Who won?"),
        ("کی برد", "کی برد؟"),
        ("کربی چی گفت", "کربی چه گفت؟"),
        ("کاپیتان تیم کیه؟", "کاپیتان تیم کیست؟"),
        ("چند نفر زخمی شدن؟", "چند نفر زخمی شدند؟"),
        ("شدن آن چه بود؟", "شدن آن چه بود؟"),
        ("latest news on gas", "latest news on gas"),
        ("صابری چه گُفت؟", "صابری چه گفت؟"),
        ("نــتیجه بازی", "نتیجه بازی"),
        ("It reached 40 °C.", "It reached 40 °C."),
    ],
)
def test_the_usual_form(typed: str, usual: str) -> None:
    """Markup, signs, capitals, marks and spoken words are brought to the written form."""
    assert written(typed) == usual
    assert written(usual) == usual


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Who won the chess cup? Where was the final match played?",
            ("Who won the chess cup?", "Where was the final match played?"),
        ),
        (
            "What did Kirby say about jets and how many sailors of the destroyer are missing?",
            ("What did Kirby say about jets", "how many sailors of the destroyer are missing?"),
        ),
        ("Who won the cup? Who won the cup?", ("Who won the cup?",)),
        ("فشار خون چه علائمی دارد و چطور درمان می‌شود؟", None),
        ("Who won and lost?", None),
    ],
)
def test_questions_in_one_text(text: str, parts: tuple[str, ...] | None) -> None:
    """Two questions are told apart where each can be asked alone; one asked twice is one."""
    assert questions_in(text) == (parts or (text,))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("How many were hurt?", Wanted.NUMBER),
        ("What was the death toll?", Wanted.NUMBER),
        ("دستمزد او چقدر است؟", Wanted.NUMBER),
        ("Сколько человек погибло?", Wanted.NUMBER),
        ("When did it begin?", Wanted.TIME),
        ("در چه سالی تأسیس شد؟", Wanted.TIME),
        ("Why did he resign?", Wanted.REASON),
        ("علت مرگ او چه بود؟", Wanted.REASON),
        ("Who won?", None),
    ],
)
def test_the_kind_of_answer(text: str, wanted: Wanted | None) -> None:
    """The question word tells whether a number, a time or a reason is wanted."""
    assert wanted_of(text) is wanted


@pytest.mark.parametrize("text", ["kerbi darbare sukhoi che goft", "chand nafar koshte shodan?"])
def test_persian_in_latin_letters(text: str) -> None:
    """Function words tell it."""
    assert is_latin_persian(text)


@pytest.mark.parametrize(
    "text",
    [
        "In remote locations, without cell phone coverage, a phone may be your only option.",
        "Was sagte er in der Rede?",
        "che cosa ha detto il ministro?",
        "Who said goft?",
    ],
)
def test_other_languages_in_latin_letters(text: str) -> None:
    """Other languages have some of the words, too."""
    assert not is_latin_persian(text)


def test_words_of_the_archive_in_persian_letters() -> None:
    """Function words are known, others are looked up, what is not found is left out."""
    known = {"kerbi": "کربی"}
    text = in_persian("kerbi xyz che goft?", lambda word: known.get(word, ""))
    assert text == "کربی چه گفت؟"


@pytest.mark.parametrize(
    "text",
    ["Kirby?", "John Kirby", "who is kirby?", "کربی کیست؟", "کربی کیه", "what did Kirby say?"],
)
def test_a_name_alone(text: str) -> None:
    """A name, or "who is" and a name, asks what the archive says of somebody."""
    assert read_question(text).bare_name


@pytest.mark.parametrize(
    "text", ["What is this?", "latest news", "Why?", "who is the man who won it?"]
)
def test_more_than_a_name(text: str) -> None:
    """Other questions are read as they are."""
    assert not read_question(text).bare_name
