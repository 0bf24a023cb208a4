"""Transcripts of the command line."""

import io
import json
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from bot.session.export import Format
from bot.terminal.cli import _pasokh, main
from bot.terminal.context import Backend

_CONFTEST = Path(__file__).with_name("conftest.py")
_ROOT = Path(__file__).parents[2]

Capture = pytest.CaptureFixture[str]


def test_ask_prints_the_answer(backend: Backend, capsys: Capture) -> None:
    """An answer goes to standard output with exit code 0; words need no quoting."""
    code = main(["ask", "what", "of", "Su-35"], backend=backend)
    out, err = capsys.readouterr()

    assert (code, err) == (0, "")
    assert out.startswith(
        "کربی گفت خلبانان ایرانی پرواز با Su-35 را از 2023-04-01 آموخته‌اند. [1]\n"
    )
    assert out.endswith("\n    characters 25-92\n")


def test_ask_without_an_answer(backend: Backend, capsys: Capture) -> None:
    """A refusal is told on standard output with exit code 3."""
    code = main(["ask", "فوتبال"], backend=backend)
    out, err = capsys.readouterr()

    assert (code, err) == (3, "")
    assert out.startswith("پاسخ این پرسش در بایگانی نیست.\n\nنزدیک‌ترین تیترها\n")


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("csv", "\ufeffquestion,number,quote,start,end,"),
        ("markdown", "## Su-35\n\n> کربی گفت"),
        ("ris", "TY  - NEWS\r\nTI  - روایت کاخ سفید"),
        ("bibtex", "@misc{mehr-5805672-1,\n"),
        ("csl-json", '[\n  {\n    "id": "mehr-5805672"'),
    ],
)
def test_ask_for_a_file(backend: Backend, capsys: Capture, form: str, begins: str) -> None:
    """With --format the quotes are printed as a file of that format and nothing else."""
    code = main(["ask", "--format", form, "Su-35"], backend=backend)
    out, err = capsys.readouterr()

    assert (code, err) == (0, "")
    assert out.startswith(begins)
    assert "۱۹ خرداد ۱۴۰۲" in out


def test_ask_for_a_file_where_there_is_no_answer(backend: Backend, capsys: Capture) -> None:
    """The exit code is the same as without; two forms at once are a usage error."""
    assert main(["ask", "--format", "csv", "football"], backend=backend) == 3
    assert capsys.readouterr().out.count("football") == 1
    assert main(["ask", "--format", "csv", "--json", "Su-35"], backend=backend) == 2


def test_every_format_can_be_asked_for() -> None:
    """The command line names the formats there are."""
    (option,) = [one for one in _pasokh.commands["ask"].params if one.name == "form"]

    assert list(option.type.choices) == list(Format)


def test_ask_json(backend: Backend, capsys: Capture) -> None:
    """With --json one object is printed and nothing else."""
    code = main(["ask", "--json", "Su-35"], backend=backend)
    out, err = capsys.readouterr()

    record = json.loads(out)
    assert (code, err) == (0, "")
    assert (record["question"], record["answered"]) == ("Su-35", True)


def test_ask_takes_the_question_from_standard_input(
    backend: Backend, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question of - is read from standard input; nothing there is wrong usage."""
    monkeypatch.setattr("sys.stdin", io.StringIO("Su-35\n"))
    code = main(["ask", "--json", "-"], backend=backend)

    assert (code, json.loads(capsys.readouterr().out)["question"]) == (0, "Su-35")
    monkeypatch.setattr("sys.stdin", io.StringIO(" \n"))
    assert main(["ask", "-"], backend=backend) == 2


def test_ask_gives_at_most_k_quotes(backend: Backend, capsys: Capture) -> None:
    """The option -k limits the quotes, as the setting does without it."""
    counts = []
    for arguments in (["ask", "--json", "Su-35 opened"], ["ask", "-k1", "--json", "Su-35 opened"]):
        main(arguments, backend=backend)
        counts.append(len(json.loads(capsys.readouterr().out)["citations"]))

    assert counts == [2, 1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", ""],
        ["ask", " ", "\n"],
        ["ask", "--json", ""],
        ["ask", "-k", "5", "x"],
        ["ask", "-k", "two", "x"],
        ["nonsense"],
        ["index", "x"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str], backend: Backend, capsys: Capture) -> None:
    """Arguments that cannot be understood end with exit code 2 and a hint."""
    code = main(arguments, backend=backend)
    out, err = capsys.readouterr()

    assert (code, out) == (2, "")
    assert err.startswith("Usage: pasokh ")


def test_ask_a_part_of_the_archive(backend: Backend, capsys: Capture) -> None:
    """Times, outlets and languages bound what is asked and are told in the answer."""
    times = ["--since", "1402/03", "--until", "last month"]
    outlets = ["--source", "مهر", "--source", "Al Jazeera"]
    code = main(["ask", *times, *outlets, "--lang", "fa", "--json", "Su-35"], backend=backend)
    out, err = capsys.readouterr()

    assert (code, err) == (0, "")
    within = json.loads(out)["within"]
    assert within["since"] == "2023-05-22T00:00+03:30"
    assert within["until"] > within["since"]
    assert (within["sources"], within["languages"]) == (["al jazeera", "mehr"], ["fa"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--since", "soon"], 2, "since: expected a time such as 2023-06-09"),
        (["--since", "2023-06-09", "--until", "2022"], 2, "Nothing lies between"),
        (["--source", "Mher"], 1, "no articles of 'mher'; did you mean Mehr?"),
        (["--lang", "de"], 1, "no articles in 'de'; its languages are fa, en."),
    ],
)
@pytest.mark.parametrize("command", [["ask", "Su-35"], ["chat"]], ids=["ask", "chat"])
def test_a_part_that_cannot_be_asked(
    command: list[str], arguments: list[str], code: int, words: str,
    backend: Backend, capsys: Capture,
) -> None:  # fmt: skip
    """A time that is none is wrong usage; an outlet or language the archive lacks is an error."""
    found = main([*command, *arguments], backend=backend)
    out, err = capsys.readouterr()

    assert (found, out) == (code, "")
    assert words in err


def test_our_errors_show_their_message(
    backend: Backend, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of ours is one line on standard error with exit code 1."""
    monkeypatch.setenv("PASOKH_CORPUS", "missing")

    assert main(["ask", "x"], backend=backend) == 1
    assert capsys.readouterr() == ("", "Error: There is no index; put articles into missing/\n")


def test_bad_settings_are_an_error(
    backend: Backend, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad setting stops every command with exit code 1 and names the variable."""
    monkeypatch.setenv("PASOKH_THREADS", "\x1b[31m")

    assert main(["index", "info"], backend=backend) == 1
    assert capsys.readouterr().err == (
        "Error: PASOKH_THREADS: expected a whole number, 0 or more, got '\\x1b[31m'\n"
    )


def test_unforeseen_errors_show_no_traceback(backend: Backend, capsys: Capture) -> None:
    """An error nobody foresaw is one line that says how to see it whole."""
    assert main(["ask", "fail"], backend=backend) == 1
    assert capsys.readouterr() == (
        "",
        (
            "Internal error (ValueError). Run again with --debug to see it whole, or set "
            "PASOKH_LOG_FILE to keep it.\n"
        ),
    )


def test_debug_shows_the_traceback(backend: Backend, capsys: Capture) -> None:
    """With --debug the traceback is on standard error, before the line."""
    assert main(["--debug", "ask", "fail"], backend=backend) == 1
    err = capsys.readouterr().err

    assert "Traceback (most recent call last):" in err
    assert "ValueError: no such luck" in err


def test_the_log_file_holds_the_traceback(
    backend: Backend, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a log file the line names it, and the traceback is there."""
    monkeypatch.setenv("PASOKH_LOG_FILE", "the.log")

    assert main(["ask", "fail"], backend=backend) == 1
    assert capsys.readouterr().err == ("Internal error (ValueError). Details are in the.log\n")
    assert "ValueError: no such luck" in Path("the.log").read_text(encoding="utf-8")


def test_index_build(backend: Backend, capsys: Capture) -> None:
    """Progress goes to standard error, the summary to standard output."""
    code = main(["index", "build"], backend=backend)
    out, err = capsys.readouterr()

    assert code == 0
    assert err == ("reading articles: 2\nencoding texts: 0 of 7\nencoding texts: 7 of 7\n")
    assert out == (
        "Built 0001-abc\n"
        "articles    2\n"
        "            1 added, 1 changed, 3 removed, 0 kept\n"
        "duplicates  1\n"
        "rejected    6\n"
        "  5 x not UTF-8\n"
        "    b0.txt (byte 0)\n"
        "    b1.txt (byte 1)\n"
        "    b2.txt (byte 2)\n"
        "    and 2 more\n"
        "  1 x empty file\n"
        "    a.txt\n"
        "`pasokh index report` lists every one.\n"
        "missing fields\n"
        "  url: 1 article\n"
        "passages    2, 5 sentences, 7 encoded\n"
        "cost        1.3 s, 12,345 bytes\n"
    )


def test_index_build_of_an_unchanged_corpus(backend: Backend, capsys: Capture) -> None:
    """A build with nothing to do says so."""
    report = replace(backend.report, changed=False)  # type: ignore[attr-defined]  # the small one
    code = main(["index", "build"], backend=replace(backend, report=report))  # type: ignore[type-var]

    assert code == 0
    assert capsys.readouterr().out.startswith(
        "Nothing to do: the corpus has not changed since 0001-abc\n"
    )


def test_index_build_in_persian(
    backend: Backend, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The language setting holds where no question was asked."""
    monkeypatch.setenv("PASOKH_LANGUAGE", "fa")
    main(["index", "build"], backend=backend)
    out, err = capsys.readouterr()

    assert err.splitlines()[-1] == "رمزگذاری متن‌ها: ۷ از ۷"
    assert out.splitlines()[-1] == "هزینه: ۱٫۳ ثانیه، ۱۲٬۳۴۵ بایت"


def test_index_info(backend: Backend, capsys: Capture) -> None:
    """The index is described line by line."""
    assert main(["index", "info"], backend=backend) == 0
    assert capsys.readouterr().out == (
        "snapshot   0001-abc\n"
        "schema     1\n"
        "encoder    small 1, 8 dimensions\n"
        "articles   2\n"
        "passages   2\n"
        "sentences  5\n"
        "languages  fa 1, en 1\n"
        "served     from files\n"
        "search     finds 100.0% of the nearest 10 by meaning, measured when built\n"
        "files      0, 0 bytes\n"
    )


def test_index_remove(backend: Backend, capsys: Capture) -> None:
    """What was removed, deleted and left elsewhere is told, and when nothing is left."""
    codes = [
        main(["index", "remove", "mehr-1", "--reason", "court"], backend=backend),
        main(["index", "remove", "mehr-2"], backend=backend),
    ]

    assert codes == [0, 0]
    assert capsys.readouterr().out == (
        "mehr-1 is removed and will not be indexed again\n"
        "deleted collected/a.txt\n"
        "b.jsonl still holds a removed article; take it out there yourself\n"
        "/home/collected/c.zip, a collected file, still holds a removed article; delete the file "
        "and run `pasokh index build`: the other articles in it go along\n"
        "mehr-2 is removed and will not be indexed again\n"
        "It was the last article: there is no index any more.\n"
        "b.jsonl still holds a removed article; take it out there yourself\n"
        "/home/collected/c.zip, a collected file, still holds a removed article; delete the file "
        "and run `pasokh index build`: the other articles in it go along\n"
    )


def test_index_verify(backend: Backend, capsys: Capture) -> None:
    """A whole index is told with exit code 0, a damaged one with 1 and what is wrong."""
    damaged = replace(backend, problems=("a.bin: 3 of 5 bytes",))  # type: ignore[type-var]
    codes = [main(["index", "verify"], backend=one) for one in (backend, damaged)]

    assert codes == [0, 1]
    assert capsys.readouterr().out == (
        "the vector cache holds 2 vectors of mehr-1, a removed article, again, as another index or "
        "article has the same text; `pasokh index remove mehr-1` deletes them\n"
        "0001-abc is whole: 4 files, 2 articles, 2 passages\n"
        "0001-abc is damaged; run `pasokh index build`\n"
        "- a.bin: 3 of 5 bytes\n"
    )


def test_ask_shows_the_first_build(
    backend: Backend, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build before the answer shows on standard error; standard output is the answer's."""
    monkeypatch.setenv("PASOKH_CORPUS", "unbuilt")
    main(["ask", "--json", "Su-35"], backend=backend)
    out, err = capsys.readouterr()

    assert json.loads(out)["answered"] is True
    assert err.startswith("reading articles: 2\n")


def _run(*arguments: str, code: str = "") -> subprocess.Popen[bytes]:
    """Start the program over the small archive, or some code, as a process."""
    program = ["-c", code] if code else [str(_CONFTEST)]
    return subprocess.Popen(
        [sys.executable, *program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(_ROOT), "PATH": "", "LC_ALL": "C", "PASOKH_DATA_DIR": "data"},
    )


def test_output_is_utf8_in_any_locale() -> None:
    """Persian is written as UTF-8 also where the locale knows only ASCII."""
    out, err = _run("ask", "کربی").communicate()

    assert (out.decode().splitlines()[1], err) == ("اطمینان: ۸۸٪", b"")


def test_a_question_that_is_no_text_is_survived() -> None:
    """Bytes that are no UTF-8 in an argument end in an answer or a refusal, never a traceback."""
    process = _run("ask", "--json", "\udcff Su-35")
    out, err = process.communicate()

    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["question"] == "\udcff Su-35"


def test_a_closed_pipe_is_not_complained_about() -> None:
    """When nobody reads the answer the program ends silently."""
    process = _run("ask", "Su-35")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate()

    assert (process.returncode, err) == (141, b"")


_HAS_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


def _shell(redirection: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the program over the small archive with its streams redirected by a shell."""
    return subprocess.run(
        ["/bin/sh", "-c", f'"$@" {redirection}', "sh", sys.executable, str(_CONFTEST), *arguments],
        env={"PYTHONPATH": str(_ROOT), "PATH": "", "PASOKH_DATA_DIR": "data", **env},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@_HAS_FULL
@pytest.mark.parametrize(
    "arguments", [["ask", "Su-35"], ["index", "info"], ["--help"], ["--version"], ["chat"]], ids=str
)
def test_output_that_cannot_be_written_is_explained(arguments: list[str]) -> None:
    """A full disk behind standard output is one line on standard error, with exit code 1."""
    done = _shell(">/dev/full", *arguments)

    assert (done.returncode, done.stderr) == (
        1,
        "Error: Standard output cannot be written: No space left on device\n",
    )


@_HAS_FULL
def test_output_that_cannot_be_written_is_explained_without_buffers() -> None:
    """Likewise under PYTHONUNBUFFERED, where nothing is left to be written again."""
    done = _shell(">/dev/full", "index", "info", PYTHONUNBUFFERED="1")

    assert (done.returncode, done.stderr) == (
        1,
        "Error: Standard output cannot be written: No space left on device\n",
    )


@_HAS_FULL
def test_other_errors_are_not_taken_for_the_output(
    backend: Backend, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the system that has nothing to do with standard output is not blamed on it."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(type(backend), "info", refuse)

    assert main(["index", "info"], backend=backend) == 1
    assert capsys.readouterr().err.startswith("Internal error (OSError).")


@_HAS_FULL
@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-"])
def test_work_is_done_without_standard_error(redirection: str) -> None:
    """Progress that cannot be shown is lost, and the command's work is not."""
    done = _shell(redirection, "index", "build")

    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "Built 0001-abc")


@_HAS_FULL
@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-"])
@pytest.mark.parametrize(
    ("arguments", "code"), [(["ask", "fail"], 1), (["ask"], 2), (["--debug", "ask", "fail"], 1)]
)
def test_errors_keep_their_code_without_standard_error(
    redirection: str, arguments: list[str], code: int
) -> None:
    """An error that cannot be shown still ends with its exit code."""
    done = _shell(redirection, *arguments)

    assert (done.returncode, done.stdout) == (code, "")


def test_a_closed_standard_output_is_survived() -> None:
    """A program started without standard output or input does its work."""
    done = _shell(">&- <&-", "index", "build")

    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "encoding texts: 7 of 7")


def test_help_loads_nothing_heavy() -> None:
    """`pasokh --help` and wrong usage import neither the index nor any big library."""
    code = (
        "import sys; from bot.terminal.cli import main; main(['--help']); main(['nonsense'])\n"
        "heavy = {'index', 'numpy', 'pydantic', 'rich', 'prompt_toolkit', 'bidi'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out, _ = _run(code=code).communicate()

    assert out.decode().splitlines()[-1] == "[]"


def test_ask_loads_no_library_of_terminals() -> None:
    """Asking through a pipe imports no library that only terminals need."""
    out, _ = _run(
        "ask",
        "Su-35",
        code=(
            "import runpy, sys\n"
            f"sys.argv[0] = {str(_CONFTEST)!r}\n"
            "try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
            "except SystemExit: pass\n"
            "heavy = {'rich.progress', 'prompt_toolkit', 'bidi', 'arabic_reshaper', 'torch'}\n"
            "print(sorted(heavy & set(sys.modules)))"
        ),
    ).communicate()

    assert out.decode().splitlines()[-1] == "[]"


def test_version_is_that_of_the_project(capsys: Capture) -> None:
    """`--version` prints the installed version, which is the project's."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"pasokh {project['version']}\n"
