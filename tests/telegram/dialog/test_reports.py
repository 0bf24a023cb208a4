"""Tests of what is shown of a report that several outlets carry, and of one that changes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from talker import Check, Talker, bare

from bot.answer.serving import Serving
from bot.session.session import Session
from bot.settings import Settings
from bot.telegram.types import Kind
from bot.texts.language import Language, say
from bot.texts.telegram import Phrase
from bot.wire import build, open_answerer
from index.encoders import Encoder

QUESTION = "How many nests did the ringers count on Ashuradeh island?"
TEXT = (
    "Ringers of the wetland office counted four hundred and twelve nests of the pygmy cormorant on "
    "Ashuradeh island this spring, a third more than in the year before. The head of the office "
    "said that calm water, a late storm season and fewer boats near the reeds had helped the "
    "birds. She asked the fishermen of the bay to keep their distance until the young can fly, and "
    "thanked the pupils of the two village schools who had carried the boards for the hides."
)


@pytest.fixture
def settings(tmp_path: Path, encoder: Encoder, cache_dir: Path) -> Settings:
    """Point at an archive of this test's own."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    (tmp_path / "corpus").mkdir()
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=tmp_path / "corpus",
        data_dir=tmp_path / "data",
        cache_dir=cache_dir,
    )


def _publish(settings: Settings, text: str, *outlets: str) -> None:
    """Publish one text as a report of each outlet, a day between."""
    lines = [
        json.dumps(
            {"id": f"nests-{source}", "title": f"Nests, says {source}", "text": text,
             "date": f"2023-06-0{day}", "source": source}
        )
        for day, source in enumerate(outlets, start=1)
    ]  # fmt: skip
    (settings.corpus / "nests.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build(settings)


@pytest.fixture
def serving(settings: Settings) -> Iterator[Serving]:
    """Serve a report that two outlets carry."""
    _publish(settings, TEXT, "Mehr", "ISNA")
    opened = open_answerer(settings)
    yield opened
    opened.close()


@pytest.fixture
def reader(talker: Talker, serving: Serving) -> Talker:
    """Talk about that report."""
    session = Session(answering=serving)
    talker.conversation = replace(talker.conversation, session=session)
    return talker


@pytest.mark.parametrize(
    ("language", "named"),
    [
        ("en", "same report in 2 outlets: Mehr, ISNA"),
        ("fa", "همین گزارش در ۲ رسانه: مهر، ایسنا"),
    ],
)
def test_outlets_of_one_report_are_named(
    reader: Talker, check: Check, language: str, named: str
) -> None:
    """The earliest is cited, the other named: in the answer, in /sources and inline."""
    reader.send(f"/lang {language}")
    for calls in (
        reader.send(QUESTION),
        reader.send("/sources"),
        reader.send(QUESTION, Kind.INLINE),
    ):
        texts = [bare(text) for text in check(calls)]
        assert all(named in text for text in texts)
        assert all("Nests, says Mehr" in text and "says ISNA" not in text for text in texts)


def test_an_article_that_changed_is_opened_with_a_notice(
    reader: Talker, settings: Settings, check: Check
) -> None:
    """A quote that no longer stands is not marked, and no source any more; the rest is shown."""
    asked = reader.send(QUESTION)
    corrected = TEXT.replace("four hundred and twelve", "two hundred and six")
    notice = say(Phrase.ARTICLE_CHANGED, Language.EN)
    assert not any(notice in bare(text) for text in check(reader.press(asked, "Article")))
    _publish(settings, corrected, "Mehr", "ISNA")
    reader.conversation.refresh()

    (opened,) = check(reader.press(asked, "Article"))
    assert notice in bare(opened)
    assert "two hundred and six nests" in opened
    assert "four hundred and twelve" not in opened
    assert "two hundred and six" in check(reader.send(QUESTION))[0]


def test_an_article_that_is_gone_is_said_to_be(
    reader: Talker, settings: Settings, check: Check
) -> None:
    """After the archive lost the article, its button says so."""
    asked = reader.send(QUESTION)
    _publish(settings, TEXT, "Fars")
    reader.conversation.refresh()

    (told,) = check(reader.press(asked, "Article"))
    assert bare(told) == say(Phrase.ARTICLE_GONE, Language.EN)
    assert bare(check(reader.send("/sources"))[0]) == say(Phrase.ARTICLE_GONE, Language.EN)
