"""docs/telegram.md shows what the bot really says, and is written anew where it does not.

The test writes the page before it compares, so that a second run passes and the change is seen
in the working tree, as with any generated file.
"""

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from model_server import ModelServer, claims, refuses, says, serving
from talker import Talker

from bot.answer.serving import Serving
from bot.llm.opening import session_over
from bot.settings import Settings
from bot.telegram.dialog.conversation import Conversation
from bot.telegram.types import AnswerButton, Kind, Outgoing, SendDocument
from bot.wire import build, open_answerer
from index.encoders import Encoder

PAGE = Path(__file__).parents[3] / "docs" / "telegram.md"
SEEDS = Path(__file__).parents[3] / "seeds"

HEAD = """# What the Telegram bot says

Written by `pytest tests/telegram/dialog/test_screens.py` from what `Conversation.respond` returns
over `seeds/`, so that it cannot go stale. Marks and isolates that set the direction of text are in
the messages but cannot be seen; buttons stand in brackets below. Link previews are off.

- Quotes are verbatim. Only what Telegram cannot deliver is changed: control characters and half
  surrogate pairs are shown as U+FFFD, bidi overrides and embeddings are left out.
- A long message is cut below 4,096 UTF-16 units, never inside a tag or a character.
- Whatever a button does is looked up by a random id in its own chat; an id that is unknown or
  forgotten gets a kind answer.
- What is kept, and how it is deleted, stands under /privacy below.
"""
QUESTION = {
    "en": "What did Kirby say about Sukhoi jets?",
    "fa": "کربی درباره جت‌های سوخو چه گفت؟",
}
FOLLOW_UP = {"en": "and what did Moscow answer?", "fa": "و مسکو چه پاسخی داد؟"}
OFF_TOPIC = {"en": "Who won the 2022 World Cup?", "fa": "قهرمان جام جهانی ۲۰۲۲ چه تیمی شد؟"}
ONLY = {"en": "/only since=1402/03 source=Mehr", "fa": "/only since=۱۴۰۲/۰۳ source=مهر"}
CLAIMS = {
    "en": (
        ("Kirby said that Iranian pilots are learning to fly Sukhoi warplanes in Russia.", [1]),
        ("Tehran may receive the Sukhoi warplanes within the next year.", [1]),
    ),
    "fa": (("کربی گفت خلبانان ایرانی پرواز با جنگنده‌های سوخو را در روسیه می‌آموزند.", [1]),),
}
TRANSLATIONS = (
    (
        '{"translation": "Kirby had said that according to reports Iranian pilots are learning to '
        "fly Sukhoi warplanes in Russia and that Tehran may receive the aircraft within the next "
        "year, which would “considerably strengthen Iran's air force compared with its neighbours "
        'in the region.”"}'
    ),
    '{"translation": "Kirby sold 400 jets to Moscow."}',
    "Sorry, I cannot do that.",
)
WITH_MODEL = """## With a language model

Where `PASOKH_LLM_BASE_URL` is set, answers come in the words of a language model, each sentence
checked against the quotes before it is shown. In a private chat the sentences that stand are shown
as a draft (`sendMessageDraft`) while the model writes, at most once a second; a draft that
Telegram refuses costs nothing, and the message comes as always. Inline answers stay quotes alone,
since Telegram waits for them only a moment. A button or /translate has quotes translated that are
not in the asker's language. The model below is a scripted one.
"""
FOLLOWED = {
    "en": (
        "/follow Why was the Karun dam closed?",
        "/follow How much honey did the beekeepers of Sabalan sell?",
    ),
    "fa": ("/دنبال چرا سد کارون بسته شد؟", "/دنبال زنبورداران سبلان چقدر عسل فروختند؟"),
}
# Title, text and day; the first is told at once, the others in a digest.
PUBLISHED = {
    "en": (
        (
            "Karun dam closed",
            "The Karun dam was closed because engineers found a crack in its eastern wall.",
            "2023-06-20",
        ),
        (
            "Honey of Sabalan",
            "The beekeepers of Sabalan sold ninety tonnes of honey in the last season.",
            "2023-06-22",
        ),
        (
            "Karun dam closed again",
            "The Karun dam was closed once more because water came through its tunnel.",
            "2023-06-21",
        ),
    ),
    "fa": (
        (
            "سد کارون بسته شد",
            "سد کارون روز دوشنبه بسته شد، چون مهندسان در دیوار شرقی آن ترکی پیدا کردند.",
            "2023-06-20",
        ),
        (
            "عسل سبلان",
            "زنبورداران سبلان در فصل گذشته نود تن عسل فروختند.",
            "2023-06-22",
        ),
        (
            "سد کارون دوباره بسته شد",
            "سد کارون چهارشنبه بار دیگر بسته شد، چون آب از تونل آن بیرون زده بود.",
            "2023-06-21",
        ),
    ),
}
WITH_NEWS = """## Followed questions

A question that is followed is asked again, over what is new only, whenever a snapshot is published.
What answers it for sure is told once; copies of what was there before, and sentences that a
corrected article had already, are not. A saved question belongs to its chat and topic, with the
part of the archive (/only) and the language it was asked with.
"""
QUOTES = {"en": "/quotes Kirby about fighter jets", "fa": "/گفته‌ها کربی درباره سوخو"}
TITLES = {"en": "English", "fa": "Persian"}


@pytest.fixture(scope="module")
def settings(
    encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Return settings whose archive is the seed article alone."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    corpus = tmp_path_factory.mktemp("seeds")
    shutil.copytree(SEEDS, corpus, dirs_exist_ok=True)
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=corpus,
        data_dir=tmp_path_factory.mktemp("data"),
        cache_dir=cache_dir,
    )


@pytest.fixture(scope="module")
def answerer(settings: Settings) -> Serving:
    """Answer from that article."""
    return open_answerer(settings)


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """Serve a scripted language model."""
    with serving() as running:
        yield running


@pytest.fixture
def worded(
    talker: Talker, settings: Settings, answerer: Serving, model: ModelServer
) -> Conversation:
    """Return the same conversation with that model."""
    server = {"llm_base_url": model.url, "llm_model": "some-model", "llm_check": False}
    own = settings.model_copy(update=server)
    clock = talker.conversation.session.clock
    return replace(talker.conversation, session=replace(session_over(own, answerer), clock=clock))


def _shown(calls: Iterable[Outgoing], snapshot: str) -> str:
    """Draw messages and their buttons."""
    lines: list[str] = []
    for call in calls:
        if isinstance(call, AnswerButton):
            lines += [f"({call.text})"] if call.text else []
            continue
        if isinstance(call, SendDocument):
            lines.append(f"(file {call.name}) {call.caption}")
            continue
        lines.append(getattr(call, "plain", ""))
        lines += ["  ".join(f"[ {one.label} ]" for one in row) for row in call.keyboard]
    text = re.sub("[\u200e\u200f\u2066-\u2069]", "", "\n".join(lines))
    return re.sub(r"\d+%|[۰-۹]+٪", "…%", text).replace(snapshot, "…")


def _screens(talker: Talker, language: str) -> Iterable[tuple[str, str]]:
    """Yield what is sent and what comes back, as one conversation."""
    talker.language_code = language
    snapshot = talker.conversation.snapshot
    answered: tuple[Outgoing, ...] = ()
    for text in ("/start", QUESTION[language]):
        answered = talker.send(text)
        yield text, _shown(answered, snapshot)
    labels = [[one.label for one in row] for row in answered[-1].keyboard]
    for label in (labels[1][1], labels[1][0], labels[0][0], "👍"):
        yield f"[ {label} ]", _shown(talker.press(answered, label), snapshot)
    part = (FOLLOW_UP[language], ONLY[language], OFF_TOPIC[language], "/only off")
    for text in (
        *part,
        "/export",
        "/export csv",
        QUOTES[language],
        "/help",
        "/lang",
        "/privacy",
        "/reset",
    ):
        yield text, _shown(talker.send(text), snapshot)
    yield "(a sticker)", _shown(talker.send("", Kind.OTHER), snapshot)


def _worded_screens(talker: Talker, model: ModelServer, language: str) -> Iterable[tuple[str, str]]:
    """Yield what is sent and what comes back where a model words the answers."""
    talker.language_code = language
    snapshot = talker.conversation.snapshot
    question = QUESTION[language]
    model.acts = [says(claims(*CLAIMS[language])), *(says(one) for one in TRANSLATIONS)]
    answered = talker.send(question)
    yield question, _shown(answered, snapshot)
    if language == "en":
        yield "[ Translate ]", _shown(talker.press(answered, "Translate"), snapshot)
    model.acts = [refuses(500)]
    yield f"{question} (the model fails)", _shown(talker.send(question), snapshot)
    model.acts = [says(claims(answered=False))]
    yield f"{question} (the model finds nothing)", _shown(talker.send(question), snapshot)
    for text in ("/help", "/privacy"):
        yield text, _shown(talker.send(text), snapshot)


def _news_screens(talker: Talker, settings: Settings, language: str) -> Iterable[tuple[str, str]]:
    """Yield what is sent and what comes back, and what comes when something is published."""
    talker.language_code = language
    conversation = talker.conversation
    first, second = FOLLOWED[language]

    def come(conversation: Conversation, *published: tuple[str, str, str]) -> str:
        for number, (title, text, date) in enumerate(published):
            name = f"{language}-{len(published)}-{number}"
            record = {"id": name, "title": title, "text": text, "source": "ISNA", "date": date}
            path = settings.corpus / f"{name}.jsonl"
            path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        build(settings)
        ((alert,), _) = conversation.ask_due()
        shown = _shown(conversation.respond(alert), conversation.snapshot)
        conversation.queued(alert)
        return shown

    def said(*texts: str) -> Iterable[tuple[str, str]]:
        for text in texts:
            yield text, _shown(talker.send(text), conversation.snapshot)

    yield from said(first, "/following", "/quiet 23-7", "/quiet off")
    yield "(an article is published)", come(conversation, PUBLISHED[language][0])
    yield from said(second, "/digest 8:00 Europe/Berlin")
    morning = conversation.session.clock() + timedelta(days=1)
    later = replace(conversation, session=replace(conversation.session, clock=lambda: morning))
    yield "(more is published; the next morning)", come(later, *PUBLISHED[language][1:])
    yield from said("/unfollow 1", "/unfollow 1", "/following")


def _drawn(screens: Iterable[tuple[str, str]]) -> list[str]:
    """Write screens as they stand on the page."""
    return [f"**{sent}**\n\n```text\n{shown}\n```\n" for sent, shown in screens]


def test_the_page_shows_what_is_said(
    talker: Talker, worded: Conversation, model: ModelServer, settings: Settings
) -> None:
    """Every screen of the page is what the bot says now; percentages and editions left out."""
    page = [HEAD]
    for language, title in TITLES.items():
        page.append(f"## {title}\n")
        talker.chat_id += 1
        page += _drawn(_screens(talker, language))
    page.append(WITH_MODEL)
    without, talker.conversation = talker.conversation, worded
    for language, title in TITLES.items():
        page.append(f"### {title}, with a language model\n")
        talker.chat_id += 1
        page += _drawn(_worded_screens(talker, model, language))
    talker.conversation = without
    page.append("### Without one\n")
    talker.language_code = "en"
    talker.chat_id += 1
    talker.send(QUESTION["en"])
    page += _drawn([("/translate", _shown(talker.send("/translate"), without.snapshot))])
    page.append(WITH_NEWS)
    for language, title in TITLES.items():
        page.append(f"### Followed in {title}\n")
        talker.chat_id += 1
        page += _drawn(_news_screens(talker, settings, language))
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    now = "\n".join(page)
    if before != now:  # others may read it meanwhile
        PAGE.write_text(now, encoding="utf-8")
    assert before == now, f"{PAGE.name} has been written anew; look at the change and commit it"
