"""Rights of chats: by no route does a chat see what is not for it, and it misses nothing else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from private_corpus import QUESTIONS, marks_in, write_corpus

from bot.session.access import NO_LIMITS, Access
from bot.session.following import Following
from bot.session.session import Session
from bot.settings import Settings
from bot.telegram.dialog.conversation import Conversation
from bot.telegram.dialog.memory import Memory
from bot.telegram.types import (
    FIRST_ALERT,
    AnswerButton,
    AnswerInline,
    EditMessage,
    Incoming,
    Kind,
    Outgoing,
    SendDocument,
    SendMessage,
)
from bot.wire import build, open_session
from index.encoders import Encoder

NOW = 1_700_000_000.0
ACCESS = Access.parse("private=user:1,chat:-100")
READER, STRANGER, OPEN_GROUP, READERS = 1, 2, -200, -100


def _session(folder: Path, cache_dir: Path, *, has_private: bool) -> Session:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=write_corpus(folder / "corpus", has_private=has_private),
        data_dir=folder / "data",
        cache_dir=cache_dir,
    )
    opened = open_session(settings)
    return replace(opened, clock=lambda: datetime.fromtimestamp(NOW, UTC))


@pytest.fixture(scope="module")
def whole(encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Open an archive of open and private articles."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    return _session(tmp_path_factory.mktemp("whole"), cache_dir, has_private=True)


@pytest.fixture(scope="module")
def alone(encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Open an archive of the open articles alone."""
    assert encoder.identity.dim
    return _session(tmp_path_factory.mktemp("alone"), cache_dir, has_private=False)


@contextmanager
def _conversation(session: Session, access: Access) -> Iterator[Conversation]:
    """Hold a bot with nothing in its memory."""
    with TemporaryDirectory() as folder:
        memory = Memory(Path(folder, "memory.db"), retention_days=30, clock=lambda: NOW)
        following = Following(
            Path(folder, "following.db"), most=9, retention_days=30, clock=lambda: NOW
        )
        yield Conversation(
            session=session,
            memory=memory,
            following=following,
            access=access,
            username="PasokhBot",
        )
        memory.close()
        following.close()


@dataclass
class Person:
    """Somebody who writes in a chat, and the buttons that are there to be pressed."""

    conversation: Conversation
    chat_id: int = STRANGER
    user_id: int = STRANGER
    updates: Iterator[int] = field(default_factory=lambda: count(1))
    buttons: list[str] = field(default_factory=list)

    def does(self, step: tuple[str, str]) -> tuple[Outgoing, ...]:
        """Take one step: (what, text or number of a button)."""
        what, text = step
        kind = {"inline": Kind.INLINE, "press": Kind.BUTTON, "forge": Kind.BUTTON}.get(
            what, Kind.EDITED if what == "edit" else Kind.TEXT
        )
        if what == "press":
            text = self.buttons[int(text) % len(self.buttons)] if self.buttons else "none"
        number = next(self.updates)
        calls = self.conversation.respond(
            Incoming(
                update_id=number,
                kind=kind,
                chat_id=self.user_id if kind is Kind.INLINE else self.chat_id,
                user_id=self.user_id,
                is_private=self.chat_id > 0,
                language_code="en",
                message_id=number,
                text=text,
                is_forwarded=what == "forward",
                query_id="q" if kind in {Kind.INLINE, Kind.BUTTON} else "",
            )
        )
        for call in calls:
            for row in getattr(call, "keyboard", ()):
                self.buttons += [button.data for button in row]
        return calls


def _shown(calls: Sequence[Outgoing], session: Session) -> list[str]:
    """Return all that a person or a program could read of calls, without a snapshot's name."""
    texts: list[str] = []
    for call in calls:
        match call:
            case SendMessage() | EditMessage():
                labels = [button.label for row in call.keyboard for button in row]
                texts += [call.html, call.plain, *labels]
            case SendDocument():
                texts += [call.name, call.content, call.caption]
            case AnswerButton():
                texts.append(call.text)
            case AnswerInline():
                texts += [
                    text for one in call.results for text in (one.title, one.description, one.html)
                ]
    name = session.answering.manifest.snapshot
    return [text.replace(name, "") for text in texts]


_COMMANDS = (
    *("/start", "/help", "/privacy", "/more", "/sources", "/article", "/article 2", "/follow"),
    *("/following", "/unfollow 1", "/reset", "/translate", "/digest 8", "/lang en"),
    *("/export csv", "/export ris all", "/export bibtex", "/export json all", "/export md"),
    *("/only source=Zixwire", "/only lang=fr", "/only since=2019 until=2019", "/only off"),
    *("/only source=ISNA", "/follow Who signed a contract about the northern bridge?"),
)
_STEPS = st.one_of(
    st.tuples(st.sampled_from(("ask", "inline", "edit", "forward")), st.sampled_from(QUESTIONS)),
    st.tuples(st.just("ask"), st.sampled_from((*_COMMANDS, "more", "is that true?", "source?"))),
    st.tuples(st.just("press"), st.integers(0, 40).map(str)),
    st.tuples(st.just("forge"), st.sampled_from(("audit", "flood-first:0-9", "x" * 64))),
)
_WALK = [
    *(("ask", question) for question in QUESTIONS[:2]),
    *(("ask", command) for command in _COMMANDS[3:8]),
    *(("press", str(number)) for number in range(8)),
    ("ask", QUESTIONS[2]),
    *(("ask", command) for command in _COMMANDS[3:7]),
    ("ask", QUESTIONS[8]),
    ("ask", "/only source=Zixwire"),
    ("ask", "/export csv all"),
    ("inline", QUESTIONS[1]),
    ("forge", "audit"),
]


@given(steps=st.lists(_STEPS, min_size=2, max_size=6), chat_id=st.sampled_from((2, OPEN_GROUP)))
@example(steps=_WALK, chat_id=STRANGER)
@examples(max_examples=15)
def test_no_route_shows_what_is_not_for_a_chat(
    whole: Session, alone: Session, steps: list[tuple[str, str]], chat_id: int
) -> None:
    """Whatever somebody does, it is answered as by an archive without the private articles."""
    with _conversation(whole, ACCESS) as part, _conversation(alone, NO_LIMITS) as own:
        people = Person(part, chat_id), Person(own, chat_id)
        for step in steps:
            shown, expected = (
                _shown(person.does(step), session)
                for person, session in zip(people, (whole, alone), strict=True)
            )

            assert marks_in(shown) == [], step
            assert shown == expected, step


_TOLD: tuple[tuple[str, str], ...] = (
    ("ask", QUESTIONS[1]),
    ("ask", "/follow"),
    ("ask", "/more"),
    ("ask", QUESTIONS[2]),
    ("ask", QUESTIONS[3]),
    ("ask", "/export"),
    ("ask", "Who won the cup in Zurich in 2019?"),
    ("ask", QUESTIONS[1]),
)


@given(steps=st.lists(_STEPS, max_size=4))
@example(steps=[("ask", command) for command in _COMMANDS])
@example(steps=[("press", str(number)) for number in range(40)])
@examples(max_examples=10)
def test_what_was_seen_once_is_gone_with_the_right_to_see_it(
    whole: Session, steps: list[tuple[str, str]]
) -> None:
    """Buttons, turns and saved questions of before lead to nothing that is private now."""
    with _conversation(whole, NO_LIMITS) as before:
        person = Person(before)
        seen = [_shown(person.does(step), whole) for step in _TOLD]
        assert marks_in(seen)
        person.conversation = replace(before, access=ACCESS)
        for step in steps:
            assert marks_in(_shown(person.does(step), whole)) == [], step


def test_a_group_is_shown_what_the_group_may_see(whole: Session) -> None:
    """Not what the asker may; and inline results only what everybody may."""
    question = ("ask", QUESTIONS[1])
    with _conversation(whole, ACCESS) as conversation:
        people = {
            "reader in private": Person(conversation, READER, READER),
            "reader in an open group": Person(conversation, OPEN_GROUP, READER),
            "stranger in a group of readers": Person(conversation, READERS, STRANGER),
            "stranger in private": Person(conversation, STRANGER, STRANGER),
        }
        seen = {
            who: bool(marks_in(_shown(person.does(question), whole)))
            for who, person in people.items()
        }
        inline = Person(conversation, READER, READER).does(("inline", QUESTIONS[1]))

    assert seen == {
        "reader in private": True,
        "reader in an open group": False,
        "stranger in a group of readers": True,
        "stranger in private": False,
    }
    assert marks_in(_shown(inline, whole)) == []


def test_alerts_are_told_to_those_who_may_see_them(
    encoder: Encoder, cache_dir: Path, tmp_path: Path
) -> None:
    """A question is asked under the rights of its chat, and told under those it has then."""
    assert encoder.identity.dim
    session = _session(tmp_path, cache_dir, has_private=False)
    corpus = tmp_path / "corpus"
    with _conversation(session, ACCESS) as conversation:
        for chat_id in (READER, STRANGER, READERS, OPEN_GROUP):
            person = Person(conversation, chat_id, abs(chat_id), count(100))
            person.does(("ask", f"/follow {QUESTIONS[1]}"))
        write_corpus(tmp_path / "new", has_private=True)
        (tmp_path / "new" / "private").rename(corpus / "private")
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            corpus=corpus,
            data_dir=tmp_path / "data",
            cache_dir=cache_dir,
        )
        build(settings)
        conversation.refresh()

        alerts, _ = conversation.ask_due()
        told = {alert.chat_id: _shown(conversation.respond(alert), session) for alert in alerts}
        taken = replace(conversation, access=Access.parse("private=chat:-100"))
        later = {
            alert.chat_id: taken.respond(replace(alert, update_id=FIRST_ALERT + number))
            for number, alert in ((one.update_id - FIRST_ALERT, one) for one in alerts)
        }

    assert set(told) == {READER, READERS}
    assert all(map(marks_in, told.values()))
    assert later[READER] == ()
    assert later[READERS] != ()
