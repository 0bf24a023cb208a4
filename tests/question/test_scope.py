"""Parts of the archive as people write them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.question.period import Period, find_period
from bot.question.scope import ScopeError, check_scope, narrowed, parse_scope
from bot.texts.language import Language
from bot.texts.scope_names import scope_text
from index import EVERYTHING, Scope
from index.text import TEHRAN

NOW = datetime(2023, 6, 14, 12, tzinfo=TEHRAN)


def _at(text: str) -> datetime:
    """Read the midnight of a day in Tehran."""
    return datetime.fromisoformat(text).replace(tzinfo=TEHRAN)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("", EVERYTHING),
        ("since=1402/03", Scope(since=_at("2023-05-22"))),
        ("until=1402/03", Scope(until=_at("2023-06-22"))),
        ("since=2023-06 until=2023-06", Scope(since=_at("2023-06-01"), until=_at("2023-07-01"))),
        ("since=۱۴۰۲/۰۳/۱۹", Scope(since=_at("2023-06-09"))),
        ("since=last week until=today", Scope(since=_at("2023-06-05"), until=_at("2023-06-15"))),
        ("SINCE = June 2023", Scope(since=_at("2023-06-01"))),
        ("since=هفته گذشته lang=fa", Scope(since=_at("2023-06-03"), languages=frozenset({"fa"}))),
        ("source=Mehr", Scope(sources=frozenset({"mehr"}))),
        ("source=مهر", Scope(sources=frozenset({"mehr"}))),
        ("source=Mehr, al jazeera", Scope(sources=frozenset({"mehr", "al jazeera"}))),
        ("source=Mehr source='Daily Times'", Scope(sources=frozenset({"mehr", "daily times"}))),
        ("lang=fa,EN", Scope(languages=frozenset({"fa", "en"}))),
        ("lang=fa،en", Scope(languages=frozenset({"fa", "en"}))),
    ],
)  # fmt: skip
def test_parse_scope(text: str, scope: Scope) -> None:
    """Times, outlets and languages are read in any order, spelling and number."""
    assert scope == parse_scope(text, NOW)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("last week", "got 'last week'"),
        ("since=soon", "got 'soon'"),
        ("since=", "since= needs a value"),
        ("lang=fa source=", "source= needs a value"),
        ("source=,", "source needs a value"),
        ("lang=،", "lang needs a value"),
        ("since=03/04/2023", "got '03/04/2023'"),
        ("since=2023 since=2022", "since= is given 2 times"),
        ("since=2023-06-09 until=2022", "Nothing lies between"),
        ("from=2023", "got 'from=2023'"),
    ],
)
def test_parse_scope_says_what_is_wrong(text: str, words: str) -> None:
    """What cannot be read is named, with what was expected."""
    with pytest.raises(ScopeError, match=words):
        parse_scope(text, NOW)


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(["since=", "until=", "source=", "lang=", "2023", "1402/03", "fa", ",", "="])
    ).map(" ".join)
)
def test_parse_scope_reads_or_refuses(text: str) -> None:
    """Any text is a scope or a told error."""
    told = ""
    try:
        scope = parse_scope(text, NOW)
    except ScopeError as error:
        told = str(error)

    assert told or isinstance(scope, Scope)


OUTLETS = ("mehr", "fars", "al jazeera", "")


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope(sources=frozenset({"mher"})), "no articles of 'mher'; did you mean Mehr?"),
        (Scope(sources=frozenset({"irna"})), "'IRNA'; it has those of Al Jazeera, Fars, Mehr"),
        (Scope(languages=frozenset({"de"})), "in 'de'; its languages are fa, en"),
    ],
)
def test_check_scope_names_what_there_is(scope: Scope, words: str) -> None:
    """An outlet or language that the archive lacks is told with what it has."""
    with pytest.raises(ScopeError, match=words.replace("?", r"\?")):
        check_scope(scope, OUTLETS, {"fa": 5, "en": 2})


def test_check_scope_of_an_archive_without_outlets() -> None:
    """Where no article names its outlet, that is said."""
    with pytest.raises(ScopeError, match="do not say who published"):
        check_scope(Scope(sources=frozenset({"mehr"})), ("",), {"fa": 5})


def test_check_scope_passes_what_there_is() -> None:
    """A scope of outlets and languages in the archive comes back as it was."""
    scope = Scope(sources=frozenset({"mehr", "al jazeera"}), languages=frozenset({"en"}))

    assert scope == check_scope(scope, OUTLETS, {"fa": 5, "en": 2})


def _period(question: str) -> Period:
    period = find_period(question, NOW)
    assert period is not None
    return period


def test_narrowed_keeps_the_stricter_bounds() -> None:
    """A time in the question's words lies within what was asked for, or is left aside."""
    scope = Scope(since=_at("2023-06-01"), sources=frozenset({"mehr"}))

    assert Scope(
        since=_at("2023-06-05"), until=_at("2023-06-12"), sources=frozenset({"mehr"})
    ) == narrowed(scope, _period("last week"))
    assert Scope(
        since=_at("2023-06-01"), until=_at("2024-01-01"), sources=frozenset({"mehr"})
    ) == narrowed(scope, _period("this year"))
    assert narrowed(scope, _period("in 2022")) is None
    assert narrowed(scope, _period("since 2022")) is None


@pytest.mark.parametrize(
    ("text", "english", "persian"),
    [
        ("since=1402/03 until=1402/03", "from 22 May to 21 June 2023", "از ۱ تا ۳۱ خرداد ۱۴۰۲"),
        ("since=2023-06 until=2023-06", "from 1 to 30 June 2023", "از ۱۱ خرداد تا ۹ تیر ۱۴۰۲"),
        ("since=2023-06-09 until=2023-06-09", "9 June 2023", "۱۹ خرداد ۱۴۰۲"),
        ("since=2022 until=2023-06-09", "from 1 January 2022 to 9 June 2023",
         "از ۱۱ دی ۱۴۰۰ تا ۱۹ خرداد ۱۴۰۲"),
        ("since=1402/03/19", "since 9 June 2023", "از ۱۹ خرداد ۱۴۰۲ به بعد"),
        ("until=1402/03/19", "until 9 June 2023", "تا ۱۹ خرداد ۱۴۰۲"),
        ("source=Mehr,fars lang=fa", "Fars, Mehr, fa", "فارس، مهر، fa"),
        ("until=2022 source=Mehr", "until 31 December 2022, Mehr", "تا ۱۰ دی ۱۴۰۱، مهر"),
    ],
)  # fmt: skip
def test_scope_text(text: str, english: str, persian: str) -> None:
    """A part of the archive is named in the calendar and the names of the language."""
    scope = parse_scope(text, NOW)

    assert english == scope_text(scope, Language.EN)
    assert persian == scope_text(scope, Language.FA)
