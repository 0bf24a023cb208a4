"""Transcripts of the chat."""

import csv
import io
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from patience import scaled

from bot.session.protocols import Answering
from bot.session.session import Session
from bot.terminal.cli import main
from bot.terminal.context import Backend
from bot.terminal.repl import Chat, pager
from bot.terminal.screen import (
    FIND_DIRECTION,
    TAKE_DEFAULT_DIRECTION,
    Kind,
    Line,
    Order,
    Screen,
)
from bot.texts.language import LanguageChoice
from bot.threads import Worker

_CONFTEST = Path(__file__).with_name("conftest.py")
_ROOT = Path(__file__).parents[2]

_WELCOME = "Ask the archive: 2 articles. /help lists the commands.\n"
_HELP = (
    "Type a question, or:\n"
    "/sources        the sources of the last answer, and where else each report stands\n"
    "/open N         the whole article behind source N, its quote marked\n"
    "/more           further quotes\n"
    "/export FORMAT [all]  the last answer, or all, as csv, markdown, ris, bibtex, csl-json\n"
    "/quotes NAME [about TOPIC]  what a person says, in order of time\n"
    "/timeline TOPIC  the events of a topic, one line each\n"
    "/lang en|fa|auto  the language of labels and dates\n"
    "/only since=1402/03 until=TIME source=Mehr lang=fa  ask a part of the archive\n"
    "/only           what part is asked; /only off asks all of it\n"
    "/help           this list\n"
    "/quit           leave (or Ctrl-D)\n"
    "Ctrl-C stops the question that is running.\n"
)
_SOURCES = (
    "Sources\n"
    "[1] روایت کاخ سفید\n"
    "    Mehr, reporting Al Jazeera\n"
    "    9 June 2023, 18:15 (۱۹ خرداد ۱۴۰۲، ۱۸:۱۵)\n"
    "    https://www.mehrnews.com/news/5805672\n"
    "    characters 25-92\n"
)


def _talk(answerer: Answering, *lines: str) -> str:
    """Return what a chat says to some lines, without its welcome and goodbye."""
    out = io.StringIO()
    chat = Chat(session=Session(answering=answerer, max_quotes=4), out=out, screen=Screen)
    chat.run(iter(lines))
    said = out.getvalue().removeprefix(_WELCOME)
    return said.removesuffix("Goodbye.\n").removesuffix("خدانگهدار.\n")


def test_a_whole_conversation(
    backend: Backend, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Questions come line by line from a pipe, and the end of it ends the chat."""
    monkeypatch.setattr("sys.stdin", io.StringIO("Su-35\n\nfootball\n"))
    code = main(["chat"], backend=backend)
    out, err = capsys.readouterr()

    assert (code, err) == (0, "")
    assert out == (
        f"{_WELCOME}"
        "کربی گفت خلبانان ایرانی پرواز با Su-35 را از 2023-04-01 آموخته‌اند. [1]\n"
        "Confidence: 88%\n\n"
        f"{_SOURCES}\n"
        "The archive does not answer this question.\n\n"
        "Nearest headlines\n"
        "- روایت کاخ سفید\n"
        "  Mehr, 9 June 2023, 18:15 (۱۹ خرداد ۱۴۰۲، ۱۸:۱۵)\n"
        "  https://www.mehrnews.com/news/5805672\n"
        "- Head\ufffd]0;pwned\ufffdline\n"
        "  date unknown\n\n"
        "Goodbye.\n"
    )


def test_sources_shows_those_of_the_last_answer(answerer: Answering) -> None:
    """The sources are listed again, and only when there are any."""
    assert _talk(answerer, "/sources") == "There is no answer with sources yet.\n"
    assert _talk(answerer, "Su-35", "/sources").endswith(f"\n\n{_SOURCES}")
    assert _talk(answerer, "football", "/sources").endswith(
        "There is no answer with sources yet.\n"
    )


def test_a_remark_acts_on_the_last_answer(answerer: Answering) -> None:
    """What is the source, and is it true, are about the answer before."""
    assert _talk(answerer, "Su-35", "what's the source?").endswith(_SOURCES)
    assert "the archive cannot tell" in _talk(answerer, "Su-35", "is that true?")
    after_refusal = _talk(answerer, "Su-35", "football", "more")
    assert "The last question had no answer; this is about: Su-35" in after_refusal


def test_export_writes_the_last_answer_or_all(
    answerer: Answering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into a new file in the working folder, whose name is told; never over another."""
    monkeypatch.chdir(tmp_path)
    assert _talk(answerer, "/export csv") == "There is no answer with sources yet.\n"
    assert 'csl-json; "all" behind it' in _talk(answerer, "Su-35", "/export")
    assert list(tmp_path.iterdir()) == []

    shown = _talk(answerer, "Su-35", "football", "/export ris", "/export csv all")
    ris, table = sorted(tmp_path.iterdir(), key=lambda path: path.suffix, reverse=True)
    assert f"Written to {ris.name}\n" in shown
    assert f"Written to {table.name}\n" in shown
    assert ris.read_bytes().count(b"\r\nN1  - ") == 2
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"), newline="")))
    assert [(row["question"], row["start"], row["end"]) for row in rows] == [
        ("Su-35", "25", "92"),
        ("football", "", ""),
    ]
    assert stat.S_IMODE(ris.stat().st_mode) == 0o600


def test_after_refusals_commands_are_about_the_last_answer(answerer: Answering) -> None:
    """They say so, however many questions got none since; a Persian command in Persian."""
    asked = ("Su-35", *["football"] * 4)

    note = "The last question had no answer; this is about: Su-35\n"
    assert _talk(answerer, *asked, "/sources").endswith(f"{note}{_SOURCES}")
    assert "پرسش آخر پاسخی نداشت" in _talk(answerer, *asked, "/منابع")


@pytest.mark.parametrize("number", ["1", "۱", " 01 ", ""])
def test_open_shows_the_article_with_the_quote_marked(answerer: Answering, number: str) -> None:
    """The number may be written in any digits, and left out where there is one article."""
    assert _talk(answerer, "Su-35", f"/open {number}").endswith(
        "روایت کاخ سفید\n"
        "آغاز خبر.\n"
        "▌ کربی گفت خلبانان ایرانی پرواز با Su-35 را از 2023-04-01 آموخته‌اند.\n"
        "پایان خبر.\n"
    )


@pytest.mark.parametrize("argument", ["0", "2", "-1", "one", "²", "9" * 5000])
def test_open_asks_for_a_number_it_knows(answerer: Answering, argument: str) -> None:
    """Anything but the number of a source is answered with the range."""
    assert _talk(answerer, "Su-35", f"/open {argument}").endswith(
        "\n/open needs the number of a source, from 1 to 1.\n"
    )


def test_more_shows_further_quotes_once(answerer: Answering) -> None:
    """They are numbered on, belong to the answer from then on, and come to an end."""
    said = _talk(answerer, "/more", "Su-35", "/more", "/open 2", "/more")

    assert said.startswith("There is no answer with sources yet.\n")
    assert "\nFurther quotes, not as close to your question:\nThe minister" in said.replace(
        "The \ufffd[31mred\ufffd[0m minister", "The minister"
    )
    assert "[2] Head\ufffd]0;pwned\ufffdline\n" in said
    assert "\n▌ The \ufffd[31mred" in said
    assert said.endswith("\nThere is nothing further that is worth quoting.\n")


def test_open_before_any_answer(answerer: Answering) -> None:
    """There is nothing to open at the start."""
    assert _talk(answerer, "/open 1") == "There is no answer with sources yet.\n"


def test_lang_changes_labels_at_once(answerer: Answering) -> None:
    """The chosen language holds until `auto`, which follows the question again."""
    said = _talk(answerer, "/lang fa", "Su-35", "/lang auto", "/lang de")

    assert said.startswith("زبان: fa\n")
    assert "\nاطمینان: ۸۸٪\n" in said
    assert said.endswith("Language: auto\n/lang needs one of: auto, en, fa\n")


def test_only_asks_a_part_of_the_archive(answerer: Answering) -> None:
    """What is set holds for the questions after it, is shown with each, and ends with off."""
    said = _talk(
        answerer, "/only", "/only source=Al Jazeera", "Su-35", "/only source=مهر since=1402/03",
        "Su-35", "/only", "/only off",
    )  # fmt: skip

    everything, _, rest = said.partition("\n")
    assert everything == "Questions are asked of the whole archive."
    assert rest.startswith(
        "Asked of: Al Jazeera\nThe archive does not answer this question.\nAsked of: Al Jazeera\n"
    )
    assert "\nConfidence: 88%\nAsked of: since 22 May 2023, Mehr\n" in rest
    assert rest.endswith(
        "Asked of: since 22 May 2023, Mehr\nQuestions are asked of the whole archive.\n"
    )


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("source=Mher", "no articles of 'mher'; did you mean Mehr?"),
        ("lang=de", "no articles in 'de'; its languages are fa, en."),
        ("since=soon", "got 'soon'"),
        ("soon", "got 'soon'"),
    ],
)
def test_only_says_what_it_cannot_use(answerer: Answering, argument: str, words: str) -> None:
    """A bad part is told and changes nothing."""
    said = _talk(answerer, f"/only {argument}", "/only")

    assert said.startswith("Error: ")
    assert words in said
    assert said.endswith("\nQuestions are asked of the whole archive.\n")


def test_an_article_that_changed_is_not_marked(answerer: Answering) -> None:
    """A quote that its article no longer holds at the place is said to be outdated."""
    out = io.StringIO()
    chat = Chat(session=Session(answering=answerer), out=out, screen=Screen)
    chat.handle("Su-35")
    (turn,) = chat.session.turns
    (place,) = turn.places
    chat.session.turns = (replace(turn, places=(replace(place, digest="another"),)),)
    chat.handle("/open 1")

    assert out.getvalue().endswith(
        "Article mehr-5805672 has changed since this answer; ask again.\n"
    )


def test_labels_follow_the_question(answerer: Answering) -> None:
    """After a Persian question the chat speaks Persian."""
    assert _talk(answerer, "کربی", "/open 5").endswith(
        "/open شمارهٔ یک منبع را می‌خواهد، از ۱ تا ۱.\n"
    )


def test_an_unknown_command_gives_the_help(answerer: Answering) -> None:
    """What looks like a command and is none is named, harmlessly, and the list follows."""
    assert _talk(answerer, "/x\x1b[2J now") == f"There is no command /x\ufffd[2J.\n{_HELP}"
    assert _talk(answerer, "/HELP") == _HELP


@pytest.mark.parametrize("line", ["/quit", "quit", " exit ", "/quit now", "/QUIT"])
def test_quit_ends_the_chat(answerer: Answering, line: str) -> None:
    """Nothing after it is read."""
    assert _talk(answerer, line, "Su-35") == ""


def test_a_failing_question_does_not_end_the_chat(answerer: Answering) -> None:
    """An error is told in a line, and the next question is answered."""
    said = _talk(answerer, "break", "fail", "Su-35")

    assert said.startswith(
        "Error: the encoder is gone; start it\nInternal error (ValueError). Run again with "
    )
    assert said.endswith(f"{_SOURCES}\n")


def test_ctrl_c_stops_the_question_and_not_the_program(tmp_path: Path) -> None:
    """A question that takes a minute is left at once, and the chat goes on."""
    with subprocess.Popen(
        [sys.executable, str(_CONFTEST), "chat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        cwd=tmp_path,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        welcome = process.stdout.readline()
        process.stdin.write("sleep\n")
        process.stdin.flush()
        assert "asleep\n" in iter(process.stderr.readline, "")
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        stopped = process.stdout.readline()
        took_s = time.monotonic() - started
        process.stdin.write("/lang en\n")
        process.stdin.close()
        rest = process.stdout.read()

    assert (welcome, stopped, rest) == (_WELCOME, "Stopped.\n", "Language: en\nGoodbye.\n")
    assert process.returncode == 0
    assert took_s < scaled(30)


def test_ctrl_c_stops_a_command_and_not_the_program(
    answerer: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while an article is opened leaves that, and the chat goes on."""

    def interrupt(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(answerer), "article", interrupt)

    assert _talk(answerer, "Su-35", "/open 1", "/lang en").endswith("\nStopped.\nLanguage: en\n")


def test_ctrl_c_stops_the_printing_and_not_the_program(answerer: Answering) -> None:
    """Ctrl-C while an answer is printed leaves that, and the chat goes on."""
    screens = iter([Screen(), None])

    def screen() -> Screen:
        found = next(screens, Screen())
        if found is None:
            raise KeyboardInterrupt
        return found

    out = io.StringIO()
    session = Session(answering=answerer, choice=LanguageChoice.EN)
    chat = Chat(session=session, out=out, screen=screen)
    chat.run(iter(["Su-35", "/lang en"]))

    assert out.getvalue() == f"{_WELCOME}Stopped.\nLanguage: en\nGoodbye.\n"


def test_a_worker_runs_calls_in_order_and_carries_errors() -> None:
    """Values come back, errors are raised where they are waited for."""
    worker = Worker()

    assert [worker.run(lambda n=n: n * 2) for n in range(3)] == [0, 2, 4]  # type: ignore[misc]
    with pytest.raises(ZeroDivisionError):
        worker.run(lambda: 1 // 0)


@pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed")
def test_a_long_text_is_paged_with_its_direction(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal is told before `less`, which would show what it does not know, and after it."""
    monkeypatch.setenv("LINES", "4")
    out = io.StringIO()
    lines = [Line(Kind.BODY, f"بند {number}") for number in range(9)]
    pager(out)(lines, Screen(width=40, order=Order.TOLD))

    assert out.getvalue() == FIND_DIRECTION + TAKE_DEFAULT_DIRECTION
    assert capfd.readouterr().out == "".join(f"بند {number}\n" for number in range(9))
