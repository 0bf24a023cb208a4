"""What people see when a language model words answers: command line, chat and Telegram, all real.

Only the model's server is scripted; the archive, the encoder and the checks are those of the
program.
"""

import codecs
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from model_server import (
    DONE,
    Act,
    Handler,
    ModelServer,
    begin,
    claims,
    event,
    pieces,
    refuses,
    says,
)
from patience import scaled

from bot.question.question import read_question
from bot.session.following import Following
from bot.session.session import Session
from bot.settings import Settings
from bot.telegram.dialog.conversation import Conversation, commands
from bot.telegram.dialog.memory import Memory
from bot.telegram.types import AnswerButton, Incoming, Kind, Outgoing, Part, SendMessage
from bot.terminal.cli import main
from bot.terminal.repl import Chat
from bot.terminal.screen import Screen
from bot.types import Answer
from bot.wire import open_session
from index.encoders import Encoder

SEEDS = Path(__file__).parents[2] / "seeds"
QUESTION = "What did Kirby say about Sukhoi jets?"
PERSIAN = "کربی درباره جت‌های سوخو چه گفت؟"
FIRST = "Kirby said that Iranian pilots are learning to fly Sukhoi warplanes in Russia."
SECOND = "Tehran may receive the Sukhoi warplanes within the next year."
FALSE = "Kirby said that 24 pilots are learning to fly Sukhoi warplanes in Russia."
TRUE = claims((FIRST, [1]), (FALSE, [1]), (SECOND, [1]))
LABEL = "Worded by a language model from the quotes below; each sentence was checked against them."
TRANSLATED = (
    "Kirby had said that according to reports Iranian pilots are learning to fly Sukhoi warplanes "
    "in Russia and Tehran may receive the aircraft within a year."
)

_NAMES = ("corpus", "index_dir", "data_dir", "cache_dir", "llm_base_url", "llm_model", "llm_check")

Capture = pytest.CaptureFixture[str]


def translated(text: str) -> Act:
    """Return an act that says a translation."""
    return says(json.dumps({"translation": text}))


@pytest.fixture(scope="module")
def plain(encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return settings without a model, under which the seed's index is built."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=SEEDS,
        index_dir=tmp_path_factory.mktemp("index") / "seeds",
        data_dir=tmp_path_factory.mktemp("data"),
        cache_dir=cache_dir,
    )
    open_session(settings)
    return settings


@pytest.fixture
def settings(plain: Settings, server: ModelServer, tmp_path: Path) -> Settings:
    """Return the same with the scripted model and an index of its own."""
    model = {"llm_base_url": server.url, "llm_model": "m-7b", "llm_check": False}
    home = shutil.copytree(plain.index_home, tmp_path / "index", symlinks=True)
    own = {"data_dir": tmp_path / "data", "index_dir": home}
    return plain.model_copy(update=model | own)


@pytest.fixture
def talk(settings: Settings) -> Session:
    """Open a conversation."""
    return open_session(settings)


@pytest.fixture
def run(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> Callable[..., tuple[int, str]]:
    """Return a function that runs the program and returns its exit code and output."""
    monkeypatch.chdir(tmp_path)
    for name in _NAMES:
        monkeypatch.setenv(f"PASOKH_{name.upper()}", str(getattr(settings, name)))

    def call(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        out, err = capsys.readouterr()
        assert err == ""
        return code, out

    return call


Run = Callable[..., tuple[int, str]]


def test_ask_shows_claims_before_the_quotes(server: ModelServer, run: Run) -> None:
    """The sentences that stand are shown with their numbers, the false one is not."""
    server.acts = [says(TRUE)]
    code, out = run("ask", QUESTION)
    lines = out.splitlines()

    assert code == 0
    checked = "Checked by rules."
    assert lines[:6] == [LABEL, f"{FIRST} [1]", f"{SECOND} [1]", checked, "", "In the original"]
    assert lines[6].endswith("[1]")
    assert "سوخو" in lines[6]
    assert "24" not in out
    assert "Sources" in lines


def test_quotes_alone_say_why(server: ModelServer, run: Run) -> None:
    """A model that fails costs the wording, not the answer."""
    server.acts = [refuses(500)]
    code, out = run("ask", QUESTION)

    assert code == 0
    assert out.startswith("Only the quotes are shown: the language model cannot be reached.\n")
    assert "سوخو" in out.splitlines()[1]


def test_a_worded_answer_can_be_verified_later(
    server: ModelServer, run: Run, tmp_path: Path
) -> None:
    """What `ask --json` prints stands in `verify`, claims too; a changed claim does not."""
    server.acts = [says(TRUE)]
    code, out = run("ask", "--json", QUESTION)
    record = json.loads(out)
    assert (code, record["model"], record["unworded"]) == (0, "m-7b", None)
    assert [one["text"] for one in record["claims"]] == [FIRST, SECOND]

    kept = tmp_path / "kept.json"
    kept.write_text(out, encoding="utf-8")
    code, out = run("verify", str(kept))
    assert (code, len(server.requests)) == (0, 1)
    assert "language model: m-7b, the same now" in out
    assert f"supported: {FIRST} [1]" in out

    record["claims"][0]["text"] = FALSE
    kept.write_text(json.dumps(record), encoding="utf-8")
    code, out = run("verify", str(kept))
    assert code == 4
    assert re.search(rf"NOT SUPPORTED \([^)]*a number[^)]*\): {re.escape(FALSE)} \[1\]", out)


def _until(out: io.StringIO, words: str, seen: list[bool]) -> Act:
    """Return an act that says a first claim, and the second once `words` are on the screen.

    `seen` is told whether they came there in time.
    """
    text = claims((FIRST, [1]), (SECOND, [1]))
    cut = text.index(SECOND)

    def act(handler: Handler) -> None:
        begin(handler)
        for piece in pieces(text[:cut]):
            handler.wfile.write(event(piece))
        handler.wfile.flush()
        end = time.monotonic() + scaled(20)
        while words not in out.getvalue() and time.monotonic() < end:
            time.sleep(0.01)
        seen.append(words in out.getvalue())
        for piece in pieces(text[cut:]):
            handler.wfile.write(event(piece))
        handler.wfile.write(event(finish="stop") + DONE)

    return act


def _read_all(terminal: int, out: io.StringIO) -> None:
    """Take what a program writes to its terminal until it ends."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with suppress(OSError):  # so Linux tells that the other end is closed
        while read := os.read(terminal, 4096):
            out.write(decoder.decode(read))


def test_ask_shows_each_claim_on_a_real_terminal(server: ModelServer, settings: Settings) -> None:
    """The same for a process whose standard output is a terminal."""
    out, seen = io.StringIO(), list[bool]()
    server.acts = [_until(out, "Kirby said that", seen)]
    kept = {name: one for name, one in os.environ.items() if not name.startswith("PASOKH_")}
    own = {f"PASOKH_{name.upper()}": str(getattr(settings, name)) for name in _NAMES}
    terminal, inner = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "ask", QUESTION],
        env=kept | own,
        stdin=subprocess.DEVNULL,
        stdout=inner,
        stderr=inner,
    )
    os.close(inner)
    _read_all(terminal, out)
    os.close(terminal)

    assert (process.wait(scaled(20)), seen) == (0, [True])
    said = " ".join(out.getvalue().split())
    assert (said.count(FIRST), said.count(SECOND)) == (1, 1)
    assert said.index(FIRST) < said.index(SECOND) < said.index("In the original")


def _chat(talk: Session, out: io.StringIO, screen: Screen, *lines: str) -> str:
    """Return what a chat says to some lines."""
    chat = Chat(session=talk, out=out, screen=lambda: screen)
    chat.run(iter(lines))
    return out.getvalue()


def test_a_terminal_shows_each_claim_as_it_comes(server: ModelServer, talk: Session) -> None:
    """The first sentence is shown before the model has said the second; none comes twice."""
    out, seen = io.StringIO(), list[bool]()
    server.acts = [_until(out, FIRST, seen)]
    said = _chat(talk, out, Screen(width=500), QUESTION)

    assert seen == [True]
    assert (said.count(FIRST), said.count(SECOND), said.count(LABEL)) == (1, 1, 1)
    assert said.index(LABEL) < said.index(FIRST) < said.index(SECOND) < said.index("In the orig")


def test_a_chat_translates_its_quotes(server: ModelServer, talk: Session) -> None:
    """/translate shows the quote, the translation below and whose it is; the second is kept."""
    server.acts = [says(TRUE), translated(TRANSLATED)]
    lines = (QUESTION, "/translate 1", "/translate ۱", "/translate 9", "/help")
    said = _chat(talk, io.StringIO(), Screen(), *lines)

    assert said.count(f"    {TRANSLATED}\n") == 2
    assert said.count("Machine translation (m-7b); only the original is the source.\n") == 2
    assert len(server.requests) == 2
    assert "/translate takes the number of a source, from 1 to 2, or none for all.\n" in said
    assert "/translate [N]  the quotes of the last answer in your language\n" in said


def test_a_chat_says_what_is_not_translated(server: ModelServer, talk: Session) -> None:
    """A false translation is named by its number; a quote in the asker's language is left alone."""
    server.acts = [says(TRUE), translated(FALSE)]
    said = _chat(talk, io.StringIO(), Screen(), "/translate", QUESTION, "/translate 1")
    assert said.startswith("Ask the archive: 1 article. /help lists the commands.\nThere is no ")
    assert "[1] is not translated: what the language model wrote is not supported by" in said

    server.acts = [says(claims(("کربی از پرواز خلبانان ایرانی با سوخو گفت.", [1])))]
    said = _chat(talk, io.StringIO(), Screen(), PERSIAN, "/translate")
    assert "نقل‌قول‌ها خود به زبان شماست." in said


FOLLOW_UP = "and what did Moscow answer?"
WHOLE = "What did Moscow answer about the Sukhoi jets?"


def test_a_follow_up_is_shown_as_the_model_understood_it(
    server: ModelServer, talk: Session
) -> None:
    """The rewritten question is asked and shown; one that names something new goes by the rule."""
    server.acts = [says(TRUE), says(json.dumps({"question": WHOLE})), says(TRUE)]
    said = _chat(talk, io.StringIO(), Screen(), QUESTION, FOLLOW_UP)
    assert f"\nUnderstood as: {WHOLE}\n" in said
    assert WHOLE in server.asked()

    wrong = WHOLE.replace("Moscow", "Zelensky")
    server.acts = [says(TRUE), says(json.dumps({"question": wrong})), says(TRUE)]
    said = _chat(talk, io.StringIO(), Screen(), QUESTION, FOLLOW_UP)
    assert "Zelensky" not in said
    assert f"\nRead as going on from “{QUESTION}”\n" in said


def test_a_chat_resolves_follow_ups_without_a_model(plain: Settings) -> None:
    """By rule, from the question before; a question that stands by itself is left alone."""
    said = _chat(open_session(plain), io.StringIO(), Screen(), FOLLOW_UP, QUESTION, FOLLOW_UP)

    lines = [line for line in said.splitlines() if line.startswith("Read as going on")]
    assert lines == [f"Read as going on from “{QUESTION}”"]


def test_without_a_model_nothing_is_asked_and_the_command_says_how(
    plain: Settings, server: ModelServer
) -> None:
    """No label, no note; /translate names the settings."""
    said = _chat(open_session(plain), io.StringIO(), Screen(), QUESTION, "/translate", "/help")

    assert server.requests == []
    assert "language model" not in said.replace("Translating needs a language model", "")
    assert "PASOKH_LLM_BASE_URL" in said
    assert "/translate [N]" not in said


class Person:
    """Somebody who talks with the bot on Telegram."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation, self.drafts = conversation, list[Part]()
        self._numbers = count(1)

    def send(self, text: str, kind: Kind = Kind.TEXT) -> tuple[Outgoing, ...]:
        """Send one update and return what is answered."""
        number = next(self._numbers)
        incoming = Incoming(
            update_id=number, kind=kind, chat_id=7, user_id=7, is_private=True,
            language_code="en", message_id=number, text=text, query_id="q" * (kind is Kind.BUTTON),
        )  # fmt: skip
        return self.conversation.respond(incoming, self.drafts.append)

    def press(self, calls: tuple[Outgoing, ...], label: str) -> tuple[Outgoing, ...]:
        """Press a button."""
        (message,) = (one for one in calls if isinstance(one, SendMessage))
        (button,) = (one for row in message.keyboard for one in row if one.label == label)
        return self.send(button.data, Kind.BUTTON)


def _bare(text: str) -> str:
    """Leave out marks and isolates."""
    return re.sub("[\u200e\u200f\u2066-\u2069]", "", text)


def _texts(calls: tuple[Outgoing, ...]) -> list[str]:
    return [_bare(one.plain) for one in calls if isinstance(one, SendMessage)]


@pytest.fixture
def person(talk: Session, tmp_path: Path) -> Iterator[Person]:
    """Talk with a bot that has a model."""
    memory = Memory(tmp_path / "memory.db", retention_days=30)
    following = Following(tmp_path / "following.db", most=20, retention_days=30)
    yield Person(Conversation(session=talk, memory=memory, following=following))
    memory.close()
    following.close()


def test_telegram_shows_claims_quotes_and_sources_in_one_message(
    server: ModelServer, person: Person
) -> None:
    """The sentences come first with their numbers; while they came, each was shown as a draft."""
    server.acts = [says(TRUE)]
    (text,) = _texts(person.send(QUESTION))
    lines = text.splitlines()

    checked = "Checked by rules."
    assert lines[:6] == [LABEL, f"{FIRST} [1]", f"{SECOND} [1]", checked, "", "In the original"]
    assert "24" not in "".join(lines[:5])
    assert "Sources" in lines
    assert [_bare(one.plain) for one in person.drafts] == [
        f"{LABEL}\n{FIRST} [1]",
        f"{LABEL}\n{FIRST} [1]\n{SECOND} [1]",
    ]


def test_telegram_says_why_quotes_stand_alone(server: ModelServer, person: Person) -> None:
    """One line before the quotes; no draft was shown."""
    server.acts = [refuses(500)]
    (text,) = _texts(person.send(QUESTION))

    assert text.startswith("Only the quotes are shown: the language model cannot be reached.\n")
    assert person.drafts == []


def test_telegram_says_that_the_model_found_nothing(server: ModelServer, person: Person) -> None:
    """Where the model sees no answer in the quotes, that is the answer, with what came nearest."""
    server.acts = [says(claims(answered=False))]
    calls = person.send(QUESTION)
    (text,) = _texts(calls)

    assert text.startswith("Something near was found, but the language model sees no answer")
    assert "/translate" not in text
    labels = [one.label for row in calls[0].keyboard for one in row]  # type: ignore[union-attr]
    assert "Translate" not in labels


def test_a_button_translates(server: ModelServer, person: Person) -> None:
    """The message shows quote and translation; the press, which may be old, is answered last."""
    server.acts = [says(claims((FIRST, [1]))), translated(TRANSLATED)]
    answered = person.send(QUESTION)
    calls = person.press(answered, "Translate")
    (text,) = _texts(calls)

    assert isinstance(calls[-1], AnswerButton)
    assert text.startswith("Machine translation (m-7b); only the original is the source.\n\n[1] ")
    assert TRANSLATED in text
    assert "[2] is not translated: " in text

    n_before = len(server.requests)
    (text,) = _texts(person.send("/translate 1"))
    assert TRANSLATED in text
    assert len(server.requests) == n_before


def test_telegram_translates_only_what_is_foreign(server: ModelServer, person: Person) -> None:
    """A Persian question about Persian quotes has no such button, and the command says why."""
    server.acts = [says(claims(("کربی از پرواز خلبانان ایرانی با سوخو گفت.", [1])))]
    calls = person.send(PERSIAN)
    labels = [one.label for row in calls[0].keyboard for one in row]  # type: ignore[union-attr]

    assert "ترجمه" not in labels
    assert _texts(person.send("/translate")) == ["نقل‌قول‌ها خود به زبان شماست."]


def test_telegram_shows_how_the_model_understood_a_follow_up(
    server: ModelServer, person: Person
) -> None:
    """The note stands before the answer, and what was shown before goes to the model as data."""
    whole = "When may Tehran receive the Sukhoi jets?"
    server.acts = [says(TRUE), says(json.dumps({"question": whole})), says(TRUE)]
    person.send(QUESTION)
    (text,) = _texts(person.send("and when may Tehran receive them?"))

    assert text.startswith(f"Understood as: {whole}\n")
    assert "سوخو" in server.asked(1)
    assert _bare(person.drafts[-1].plain).startswith(f"Understood as: {whole}\n")


def test_help_and_privacy_name_the_model(person: Person) -> None:
    """What leaves for the model's server is said, and only where there is one."""
    assert "/translate - " in _texts(person.send("/help"))[0]
    assert "A language model words the answers" in _texts(person.send("/privacy"))[0]
    plain = replace(person.conversation.session, writing=None, translating=None)
    bare = replace(person.conversation, session=plain)
    other = Person(bare)

    assert "/translate" not in _texts(other.send("/help"))[0]
    assert "language model" not in _texts(other.send("/privacy"))[0]
    assert "translate" in dict(next(iter(commands(translates=True).values())))
    assert "translate" not in dict(next(iter(commands().values())))


def test_a_removed_article_takes_its_translations_along(
    server: ModelServer, run: Run, talk: Session, settings: Settings
) -> None:
    """`index remove` leaves nothing of the article in the file of translations."""
    server.acts = [says(TRUE), translated(TRANSLATED)]
    _chat(talk, io.StringIO(), Screen(), QUESTION, "/translate 1")
    assert TRANSLATED.encode() in settings.translations_file.read_bytes()

    found = talk.answering.answer(read_question(QUESTION))
    assert isinstance(found, Answer)
    (article,) = {one.article_id for one in found.citations}
    code, _ = run("index", "remove", article)
    assert code == 0
    assert TRANSLATED.encode() not in settings.translations_file.read_bytes()
