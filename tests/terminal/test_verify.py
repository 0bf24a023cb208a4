"""Tests of `pasokh verify`: what became of answers that were written down."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.grounding.types import Fault
from bot.records.recheck import Standing
from bot.terminal.cli import main
from bot.terminal.context import Backend
from bot.texts.verify import VerifyText

Capture = pytest.CaptureFixture[str]
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def exported(backend: Backend, capsys: Capture) -> str:
    """Return what `ask --json` prints of an answer with two quotes."""
    assert main(["ask", "--json", "Su-35 opened"], backend=backend) == 0
    return capsys.readouterr().out


def _verify(backend: Backend, capsys: Capture, text: str, *options: str) -> tuple[int, str, str]:
    """Return exit code, output and errors of `verify` on a text."""
    Path("kept.json").write_text(text, encoding="utf-8")
    code = main(["verify", "kept.json", *options], backend=backend)
    return code, *capsys.readouterr()


def test_what_was_just_answered_stands(backend: Backend, capsys: Capture, exported: str) -> None:
    """Each quote is named with its place, what made the answer is the same, and the code is 0."""
    code, out, err = _verify(backend, capsys, exported)

    assert (code, err) == (0, "")
    assert out == (
        "1. Su-35 opened (line 1)\n"
        "    index: 0001-abc, the same now\n"
        "    encoder: small@1, the same now\n"
        "    [1] stands: mehr-5805672, characters 25-92\n"
        "    [2] stands: hostile, characters 8-68\n"
        "\n"
        "Everything stands: quotes 2, sentences 0.\n"
    )


def test_it_is_told_in_persian_too(
    backend: Backend, capsys: Capture, exported: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The setting of the language holds here as well."""
    monkeypatch.setenv("PASOKH_LANGUAGE", "fa")
    _, out, _ = _verify(backend, capsys, exported)

    assert "    [۱] درست: mehr-5805672، نویسه‌های ۲۵ تا ۹۲\n" in out
    assert out.endswith("همه درست است: ۲ نقل‌قول، ۰ جمله.\n")


def _with(key: str, value: object) -> Change:
    """Return what changes a key of the first citation."""
    return lambda record: record["citations"][0].update({key: value})


def _moved(record: dict[str, Any]) -> None:
    """Cite the quote three characters too late."""
    record["citations"][0] |= {"start": 28, "end": 95}


def _requoted(quote: str, start: int) -> Change:
    """Return what makes the first quote another one, and `answer` with it."""

    def change(record: dict[str, Any]) -> None:
        record["citations"][0] |= {"quote": quote, "start": start, "end": start + len(quote)}
        _, _, rest = record["answer"].partition("[1]")
        record["answer"] = f"{quote} [1]{rest}"

    return change


@pytest.mark.parametrize(
    ("change", "standing", "words"),
    [
        (_moved, "moved", "[1] NOT THERE: mehr-5805672 says it elsewhere, at characters 25-92"),
        (_with("start", -5), "moved", "says it elsewhere"),
        (_with("end", 10**30), "moved", "says it elsewhere"),
        (_requoted("کربی گفت نه.", 25), "changed", "[1] NOT SO: mehr-5805672 does not say this"),
        (_requoted(". ", 23), "empty", "without a letter or digit"),
        (_with("article_id", "gone-1"), "gone", "[1] GONE: gone-1 is not in the index"),
        (_with("article_id", "removed-1"), "withdrawn", "removed-1 was removed by request"),
        (
            _with("article_id", "mehr-early"),
            "corrected",
            "mehr-early is an earlier version of mehr-5805672, which still says it, at",
        ),
        (
            lambda record: (
                _requoted("کربی گفت نه.", 25)(record), _with("article_id", "mehr-early")(record)
            ),
            "corrected",
            "[1] CORRECTED SINCE: mehr-early is an earlier version of mehr-5805672, which does not",
        ),
        (_with("headline", "x"), "head", "BUT NOT its head: mehr-5805672 differs in headline"),
        (_with("published", "2023-06-09"), "head", "differs in published"),
        (_with("url", ""), "head", "differs in url"),
        (
            _with("also_in", [{"article_id": "hostile", "headline": "", "source": "",
                               "published": None, "url": ""}]),
            "head",
            "differs in also_in",
        ),
    ],
)  # fmt: skip
def test_what_does_not_stand_is_told(
    change: Change, standing: str, words: str, backend: Backend, capsys: Capture, exported: str
) -> None:
    """Each way in which a quote can fail is told apart, to people and programs; the code is 4."""
    record = json.loads(exported)
    change(record)
    code, out, err = _verify(backend, capsys, json.dumps(record))
    json_code, report, _ = _verify(backend, capsys, json.dumps(record), "--json")

    assert (code, json_code, err) == (4, 4, "")
    assert words in out
    assert out.endswith("NOT everything stands: 1 of 2 quotes and 0 of 0 sentences do.\n")
    (answer,) = json.loads(report)["answers"]
    assert [one["standing"] for one in answer["citations"]] == [standing, "stands"]


def test_an_answer_that_is_not_its_quotes_does_not_stand(
    backend: Backend, capsys: Capture, exported: str
) -> None:
    """Words put into `answer` are noticed although every citation stands."""
    record = json.loads(exported)
    record["answer"] += "\nAnd the moon is made of cheese. [2]"
    code, out, _ = _verify(backend, capsys, json.dumps(record))

    assert code == 4
    assert "NOT SO: `answer` is not made of the quotes" in out


def test_another_index_is_told_and_is_no_fault(
    backend: Backend, capsys: Capture, exported: str
) -> None:
    """What an answer was made with may be another by now, or none at all."""
    record = json.loads(exported) | {"snapshot": "0000-old", "model": "m-7b"}
    code, out, _ = _verify(backend, capsys, json.dumps(record))

    assert code == 0
    assert "    index: 0000-old, now 0001-abc\n" in out
    assert "    language model: m-7b, none is set now\n" in out


def test_many_answers_in_any_layout(
    backend: Backend, capsys: Capture, exported: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON Lines and objects as they were printed may follow one another; - is standard input."""
    main(["ask", "--json", "football"], backend=backend)
    refused = capsys.readouterr().out
    line = json.dumps(json.loads(exported))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{line}\n{refused}\n{line}\n"))
    code = main(["verify", "-", "--json"], backend=backend)
    report = json.loads(capsys.readouterr().out)

    assert (code, report["stands"]) == (0, True)
    refused_lines = refused.count("\n")
    assert [one["line"] for one in report["answers"]] == [1, 2, 3 + refused_lines]
    assert [len(one["citations"]) for one in report["answers"]] == [2, 0, 2]
    assert report["now"] == {"snapshot": "0001-abc", "encoder": "small@1"}


def test_a_report_has_the_keys_that_are_documented(
    backend: Backend, capsys: Capture, exported: str
) -> None:
    """The object for programs is as docs/verifying.md says."""
    _, out, _ = _verify(backend, capsys, exported, "--json")
    (answer,) = json.loads(out)["answers"]

    assert answer == {
        "line": 1,
        "question": "Su-35 opened",
        "stands": True,
        "made_with": [
            {"key": "snapshot", "was": "0001-abc", "now": "0001-abc", "same": True},
            {"key": "encoder", "was": "small@1", "now": "small@1", "same": True},
        ],
        "answer_is_quotes": True,
        "citations": [
            {"number": 1, "article_id": "mehr-5805672", "standing": "stands", "start": 25,
             "end": 92, "differs": [], "successor": ""},
            {"number": 2, "article_id": "hostile", "standing": "stands", "start": 8, "end": 68,
             "differs": [], "successor": ""},
        ],
        "claims": [],
    }  # fmt: skip


def test_an_answer_of_an_earlier_version_can_be_verified(
    backend: Backend, capsys: Capture, exported: str
) -> None:
    """Keys that came later may be absent, and keys of versions to come are left out of account."""
    record = json.loads(exported)
    for key in ("claims", "checks", "unworded", "model", "prompt", "shape", "sides", "differences"):
        del record[key]
    for citation in record["citations"]:
        del citation["origin"]

    assert _verify(backend, capsys, json.dumps(record | {"new": 1}))[0] == 0


def test_the_same_report_read_from_elsewhere_is_the_same(
    backend: Backend, capsys: Capture, exported: str
) -> None:
    """An entry of `also_in` stands without its file, and with another one."""
    record = json.loads(exported)
    entry = {"article_id": "hostile", "headline": "Head\x1b]0;pwned\x07line", "source": "",
             "published": None, "url": ""}  # fmt: skip
    record["citations"][0]["also_in"] = [entry, entry | {"origin": "moved.txt"}]

    assert _verify(backend, capsys, json.dumps(record))[0] == 0


def _without(key: str) -> Change:
    def change(record: dict[str, Any]) -> None:
        del record["citations"][1][key]

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_with("start", "25"), "citations[0].start: expected a whole number, got '25'"),
        (_with("start", True), "citations[0].start: expected a whole number, got True"),
        (_with("quote", None), "citations[0].quote: expected a text, got None"),
        (_with("published", 7), "citations[0].published: expected a text or null, got 7"),
        (_with("origin", 7), "citations[0].origin: expected a text, got 7"),
        (_with("also_in", {}), "citations[0].also_in: expected a list, got {}"),
        (_without("end"), "the key citations[1].end is missing"),
        (lambda record: record.update(claims=[{"text": "x"}]), "key claims[0].numbers is missing"),
        (lambda record: record.update(question="\x1b[31m" * 20, claims=1), "claims: expected a l"),
        (lambda record: record.clear(), "the key question is missing"),
    ],
)
def test_what_is_no_answer_is_named_by_line_and_key(
    change: Change, words: str, backend: Backend, capsys: Capture, exported: str
) -> None:
    """A file that somebody edited is an error that says where, never a traceback."""
    record = json.loads(exported)
    change(record)
    code, out, err = _verify(backend, capsys, f"\n\n{json.dumps(record)}\n")

    assert (code, out) == (1, "")
    assert err.startswith("Error: kept.json, line 3: ")
    assert words in err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "kept.json is empty"),
        (" \n\ufeff\n", "kept.json is empty"),
        ("[1, 2]", "kept.json, line 1: got [1, 2]; expected what `pasokh ask --json` prints"),
        ("null", "got None"),
        ('{"a": 1}\n{"b" 2}', "kept.json, line 1: the key question is missing"),
        ('\n{"b" 2}', "kept.json, line 2: expected JSON, but: Expecting ':' delimiter"),
        ('\n{"b": "cut', "kept.json, line 2: expected JSON, but: Unterminated string"),
        ("[" * 100_000, "one too deep"),
        ("9" * 100_000, "a number too long"),
    ],
)  # fmt: skip
def test_files_that_are_none(text: str, words: str, backend: Backend, capsys: Capture) -> None:
    """Whatever else a file holds is an error in one line."""
    code, out, err = _verify(backend, capsys, text)

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert words in err


def test_files_that_cannot_be_read(backend: Backend, capsys: Capture) -> None:
    """A file that is absent or not UTF-8 is named."""
    Path("latin.json").write_bytes(b'{"question": "\xe9"}')

    assert main(["verify", "nowhere.json"], backend=backend) == 1
    assert "Expected to read nowhere.json, but: No such file" in capsys.readouterr().err
    assert main(["verify", "latin.json"], backend=backend) == 1
    assert "Expected UTF-8 in latin.json, but: " in capsys.readouterr().err


def test_the_two_verifies_name_each_other(backend: Backend, capsys: Capture) -> None:
    """Whoever reads the help of one learns of the other."""
    main(["verify", "--help"], backend=backend)
    assert "`index verify`" in capsys.readouterr().out
    main(["index", "verify", "--help"], backend=backend)
    assert "`pasokh verify FILE`" in capsys.readouterr().out


def test_texts_of_verify_are_complete() -> None:
    """Whatever can be found has a text in both languages."""
    for one in Standing:
        assert VerifyText[f"QUOTE_{one.name}"]
    for fault in Fault:
        assert VerifyText[f"FAULT_{fault.name}"]
