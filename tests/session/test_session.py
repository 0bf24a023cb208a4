"""One conversation over the seed article: what a surface gets from a session."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import third_surface
from third_surface import lines_for

from bot.question.scope import ScopeError
from bot.session.session import LANGUAGES, REMEMBERED, Lack, Session, typed_number
from bot.session.turns import places_of, turn_of
from bot.settings import Settings
from bot.texts.labels import reason_text
from bot.texts.language import Language, LanguageChoice, say
from bot.texts.remarks import RemarkText
from bot.types import Answer, NoAnswer, Reason, Remark
from bot.wire import open_session
from index import EVERYTHING
from index.encoders import Encoder

SEEDS = Path(__file__).parents[2] / "seeds"
KIRBY = "What did Kirby say about Sukhoi jets?"
FA = "کربی درباره جت‌های سوخو چه گفت؟"
OFF_TOPIC = "Who won the 2022 World Cup?"


@pytest.fixture(scope="module")
def opened(encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Open the seed article as a surface does."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=SEEDS,
        data_dir=tmp_path_factory.mktemp("data"),
        cache_dir=cache_dir,
    )
    return open_session(settings)


@pytest.fixture
def session(opened: Session) -> Session:
    """Begin a conversation."""
    return Session(answering=opened.answering, clock=lambda: datetime(2023, 6, 20, tzinfo=UTC))


def _ask(session: Session, text: str) -> Answer | NoAnswer:
    """Ask as a surface does: find, word, remember."""
    found = session.find(text)
    reply = session.word(found)
    session.remember(turn_of(text, reply, session.scope))
    return reply


def test_a_follow_up_takes_words_from_the_last_question(session: Session) -> None:
    """What it takes is in the question that was answered, and a first question takes nothing."""
    assert session.find("And what did he say?").question.follows == ""
    _ask(session, KIRBY)
    question = session.find("And what about drones?").question

    assert question.follows == KIRBY
    assert question.text == "And what about drones? (Kirby Sukhoi)"
    assert question.typed_text == "And what about drones?"
    assert session.find("And what about drones?", context=()).question.follows == ""


def test_a_follow_up_passes_over_questions_that_need_one_themselves(session: Session) -> None:
    """Of the last turns the first that is understood by itself is the one referred to."""
    _ask(session, KIRBY)
    (turn,) = session.turns
    session.remember(replace(turn, question="And then?", asked="And then?"))

    assert session.find("And what about drones?").question.follows == KIRBY


def test_only_the_last_turns_are_remembered(session: Session) -> None:
    """The newest first, and no more than a follow-up may refer to."""
    reply = session.find(KIRBY).reply
    for number in range(REMEMBERED + 2):
        session.remember(turn_of(f"{number}", reply, EVERYTHING))

    assert [turn.question for turn in session.turns] == ["4", "3", "2"]


def test_looking_back_before_anything_and_after_a_refusal(session: Session) -> None:
    """There is nothing to show, for different reasons."""
    assert session.sources() is session.source("1") is Lack.NOTHING_ASKED
    assert session.to_translate() is Lack.NO_MODEL
    assert isinstance(_ask(session, OFF_TOPIC), NoAnswer)

    assert session.sources() is session.source("1") is Lack.NO_SOURCES
    assert session.turns[0].nearest != ()


def test_the_last_answer_is_not_forgotten_for_refusals(session: Session) -> None:
    """It is looked back at however many questions got none since, and follows the others."""
    reply = _ask(session, KIRBY)
    assert session.earlier is None
    for _ in range(REMEMBERED + 1):
        _ask(session, OFF_TOPIC)

    assert session.earlier is session.last is session.turns[-1]
    assert len(session.turns) == REMEMBERED + 1
    assert session.sources() == reply.citations


def test_looking_back_at_an_answer(session: Session) -> None:
    """Sources are read from the archive again, by number in any digits."""
    reply = _ask(session, KIRBY)
    assert isinstance(reply, Answer)

    assert session.sources() == reply.citations
    assert session.source("۱") == session.source("") == places_of(reply.citations)[0]
    assert session.source("99") is session.source("one") is Lack.NO_SUCH_SOURCE
    opened = session.article(session.turns[0], reply.citations[0].article_id)
    assert opened is not None
    article, quoted = opened
    assert [span.cut(article.text) for span in quoted] == [one.quote for one in reply.citations]
    assert session.article(session.turns[0], "another") is None


def test_further_quotes_go_on_where_the_answer_ended(session: Session) -> None:
    """They repeat nothing and are numbered on."""
    reply = _ask(session, KIRBY)
    assert isinstance(reply, Answer)
    shown, further = session.further(session.turns[0])

    assert shown == reply.citations
    assert [one.number for one in further] == [len(shown) + 1 + at for at in range(len(further))]
    assert not {one.quote for one in shown} & {one.quote for one in further}


def test_a_quote_that_no_longer_stands_is_gone(session: Session) -> None:
    """A place whose words are others now is not shown as a quote."""
    reply = _ask(session, KIRBY)
    assert isinstance(reply, Answer)
    (turn,) = session.turns
    changed = tuple(replace(place, digest="other") for place in turn.places)
    session.turns = (replace(turn, places=changed),)

    assert session.sources() is Lack.GONE
    assert session.further(session.turns[0]) == ((), ())


def test_the_language_of_our_words(session: Session) -> None:
    """That of the last question, before that of the program, unless one was chosen."""
    session.app_language = "fa"
    assert session.language is Language.FA
    _ask(session, KIRBY)
    assert session.language is Language.EN
    _ask(session, FA)
    assert session.language is Language.FA
    session.choice = LANGUAGES["انگلیسی"]
    assert session.choice is LanguageChoice.EN
    assert session.language is Language.EN


def test_a_scope_holds_until_it_is_lifted(session: Session) -> None:
    """One that the archive does not have changes nothing."""
    session.set_scope("source=Mehr until=last week")
    assert session.scope.sources == frozenset({"mehr"})
    assert session.scope.until is not None
    assert session.scope.until.date().isoformat() == "2023-06-19"
    with pytest.raises(ScopeError, match="no articles of 'Tasnim'"):
        session.set_scope("source=Tasnim")
    session.set_scope("")
    assert session.scope.sources == frozenset({"mehr"})
    assert session.find(KIRBY).question.scope == session.scope
    session.set_scope("off")
    assert session.scope == EVERYTHING


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), (" 02 ", 2), ("۲", 2), ("", 0), ("-1", 0), ("²", 0), ("two", 0), ("9" * 5000, 0)],
)
def test_typed_numbers(text: str, number: int) -> None:
    """Decimal digits of any script count, anything else does not."""
    assert typed_number(text) == number


def test_a_third_surface_costs_little(session: Session) -> None:
    """Some sixty lines of code show answers, sources, further quotes and scopes."""
    assert lines_for(session, "!sources") == ["There is no answer with sources yet."]
    quote, *_, source = lines_for(session, KIRBY)
    assert quote.startswith("> ")
    assert source.endswith("9 June 2023, 18:15 (۱۹ خرداد ۱۴۰۲، ۱۸:۱۵)")
    assert lines_for(session, "!sources")[-1] == source
    assert lines_for(session, "!only source=Mehr") == ["Asked of: Mehr"]
    assert lines_for(session, OFF_TOPIC) == [
        'No article that mentions "2022" answers this question.'
    ]
    assert len(Path(third_surface.__file__).read_text(encoding="utf-8").splitlines()) < 200


@pytest.mark.parametrize(
    ("typed", "before", "language"),
    [("مرسی", "", Language.FA), ("thanks", FA, Language.EN), ("👍", FA, Language.FA)],
)
def test_small_talk_is_answered_in_the_language_of_the_chat(
    session: Session, typed: str, before: str, language: Language
) -> None:
    """It gets a reply of ours without headlines; a sign without letters follows the chat."""
    if before:
        _ask(session, before)
    reply = session.find(typed).reply

    assert isinstance(reply, NoAnswer)
    assert (reply.reason, reply.nearest) == (Reason.SMALL_TALK, ())
    assert session.language_of(reply.language) is language
    assert reason_text(reply, language) == say(RemarkText[reply.remark.name], language)


def test_the_size_of_the_archive_is_told(session: Session) -> None:
    """Asked how many articles there are, the number is said, not refused as a count over them."""
    reply = session.find("how many articles do you have?").reply

    assert isinstance(reply, NoAnswer)
    assert reply.reason is Reason.SMALL_TALK
    assert f"archive: {session.answering.manifest.n_articles}." in reason_text(reply, Language.EN)


def test_small_talk_takes_nothing_from_the_question_before(session: Session) -> None:
    """Without a question mark it has as few telling words as a follow-up, and is none."""
    _ask(session, KIRBY)
    reply = session.find("who are you").reply

    assert isinstance(reply, NoAnswer)
    assert reply.reason is Reason.SMALL_TALK


def test_a_follow_up_survives_thanks(session: Session) -> None:
    """What is no question is no turn: the next follow-up is about the question before."""
    lines_for(session, KIRBY)
    assert lines_for(session, "Thank you!") == [say(RemarkText.THANKS, Language.EN)]
    assert [turn.question for turn in session.turns] == [KIRBY]
    assert session.find("And what about drones?").question.follows == KIRBY


@pytest.mark.parametrize(
    ("typed", "remark"),
    [
        ("what's the source?", Remark.SOURCES),
        ("بیشتر", Remark.MORE),
        ("is that true?", Remark.IS_TRUE),
        ("when did he say that?", Remark.WHEN_SAID),
    ],
)
def test_a_remark_about_the_last_answer(session: Session, typed: str, remark: Remark) -> None:
    """It acts on an answer that there is, and is small talk before there is one."""
    assert session.about_answer(typed) is None
    before = session.find(typed).reply
    assert isinstance(before, NoAnswer)
    assert before.remark is remark
    _ask(session, KIRBY)
    assert session.about_answer(typed) is remark
    assert session.about_answer(KIRBY) is None


def test_a_question_read_otherwise_is_told(session: Session) -> None:
    """Persian in Latin letters is shown as it was understood, a plain question is not."""
    assert session.find("kerbi darbare sukhoi che goft").understood.startswith("کربی درباره")
    assert session.find(KIRBY).understood == ""


@pytest.mark.parametrize("typed", ["سوخو", "جنگنده سوخو"])
def test_a_few_words_are_in_the_language_of_the_archive(session: Session, typed: str) -> None:
    """Two words are too few to tell Persian from its neighbours by; the archive is Persian."""
    assert session.find(typed).question.language == "fa"
