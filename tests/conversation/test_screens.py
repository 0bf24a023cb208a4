"""docs/telegram.md shows what the bot really says, and is written anew where it does not.

The test writes the page before it compares, so that a second run passes and the change is seen
in the working tree, as with any generated file.
"""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import pytest

from bot.serving import Serving
from bot.settings import Settings
from bot.telegram.conversation import Conversation
from bot.telegram.types import AnswerButton, Kind, Outgoing
from bot.wire import open_answerer
from index.encoders import Encoder

PAGE = Path(__file__).parents[2] / "docs" / "telegram.md"
SEEDS = Path(__file__).parents[2] / "seeds"

HEAD = """# What the Telegram bot says

Written by `pytest tests/conversation/test_screens.py` from what `Conversation.respond` returns over
`seeds/`, so that it cannot go stale. Marks and isolates that set the direction of text are in the
messages but cannot be seen; buttons stand in brackets below. Link previews are off.

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
TITLES = {"en": "English", "fa": "Persian"}


class Talker(Protocol):
    """Somebody who talks with the bot; see conftest."""

    conversation: Conversation
    chat_id: int
    language_code: str

    def send(self, text: str = "", kind: Kind = Kind.TEXT, **more: object) -> tuple[Outgoing, ...]:
        """Send one update."""
        ...

    def press(
        self, calls: tuple[Outgoing, ...], label: str, **more: object
    ) -> tuple[Outgoing, ...]:
        """Press a button."""
        ...


@pytest.fixture(scope="module")
def answerer(
    encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Serving:
    """Answer from the seed article alone."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    corpus = tmp_path_factory.mktemp("seeds")
    shutil.copytree(SEEDS, corpus, dirs_exist_ok=True)
    return open_answerer(
        Settings(
            _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
            corpus=corpus,
            data_dir=tmp_path_factory.mktemp("data"),
            cache_dir=cache_dir,
        )
    )


def _shown(calls: Iterable[Outgoing], snapshot: str) -> str:
    """Draw messages and their buttons."""
    lines: list[str] = []
    for call in calls:
        if isinstance(call, AnswerButton):
            lines += [f"({call.text})"] if call.text else []
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
    for text in (*part, "/help", "/lang", "/privacy", "/reset"):
        yield text, _shown(talker.send(text), snapshot)
    yield "(a sticker)", _shown(talker.send("", Kind.OTHER), snapshot)


def test_the_page_shows_what_is_said(talker: Talker) -> None:
    """Every screen of the page is what the bot says now; percentages and editions left out."""
    page = [HEAD]
    for language, title in TITLES.items():
        page.append(f"## {title}\n")
        talker.chat_id += 1
        for sent, shown in _screens(talker, language):
            page.append(f"**{sent}**\n\n```text\n{shown}\n```\n")
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    now = "\n".join(page)
    PAGE.write_text(now, encoding="utf-8")
    assert before == now, f"{PAGE.name} has been written anew; look at the change and commit it"
