"""`pasokh settings` and the option --corpus."""

from pathlib import Path

import pytest
from in_process import run_here

from bot.settings import PREFIX, Settings
from bot.terminal.cli import main
from bot.terminal.context import Backend
from bot.texts.language import Language, say
from bot.texts.settings import AccessText
from index.encoders import Encoder

Capture = pytest.CaptureFixture[str]


def _listed(capsys: Capture) -> dict[str, tuple[str, str]]:
    """List the settings; return value and note of each."""
    assert main(["settings"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = (line.partition("=") for line in out.splitlines())
    notes = {name: rest.partition("  # ") for name, _, rest in lines}
    return {name: (value, note) for name, (value, _, note) in notes.items()}


def test_every_setting_is_listed(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each has its value, the place that comes from, and the default where that is another."""
    (tmp_path / ".env").write_text("PASOKH_THREADS=3\nPASOKH_MAX_QUOTES=1\n", encoding="utf-8")
    monkeypatch.setenv("PASOKH_MAX_QUOTES", "2")
    monkeypatch.setenv("PASOKH_TELEGRAM_ADMINS", "9 7")
    monkeypatch.setenv("PASOKH_CORPUS", "")
    listed = _listed(capsys)

    assert list(listed) == [f"{PREFIX}{field.upper()}" for field in Settings.model_fields]
    assert listed["PASOKH_THREADS"] == ("3", ".env; default: 0")
    assert listed["PASOKH_MAX_QUOTES"] == ("2", "environment; default: 3")
    assert listed["PASOKH_TELEGRAM_ADMINS"] == ("7,9", "environment; default: -")
    assert listed["PASOKH_CORPUS"] == ("seeds", "default")
    assert listed["PASOKH_LANGUAGE"] == ("auto", "default")


def test_the_list_can_be_a_file_of_settings(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is listed reads back as the same settings."""
    monkeypatch.setenv("PASOKH_CORPUS", "my news")
    monkeypatch.setenv("PASOKH_ENCODER_TIMEOUT_S", "7.5")
    before = _listed(capsys)
    main(["settings"])
    (tmp_path / ".env").write_text(capsys.readouterr().out, encoding="utf-8")
    for name in ("PASOKH_CORPUS", "PASOKH_ENCODER_TIMEOUT_S", "PASOKH_DATA_DIR"):
        monkeypatch.delenv(name)

    assert {name: value for name, (value, _) in before.items()} == {
        name: value for name, (value, _) in _listed(capsys).items()
    }


def test_secrets_are_not_listed(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a key only that it is set is shown, of a proxy all but who asks."""
    monkeypatch.setenv("PASOKH_LLM_API_KEY", "sk-secret")
    monkeypatch.setenv("PASOKH_TELEGRAM_TOKEN", "4242:secret")
    monkeypatch.setenv("PASOKH_PROXY", "socks5://secret:secret@proxy.example:1080")
    monkeypatch.setenv("PASOKH_WEB_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("PASOKH_LLM_PROXY", "none")
    listed = _listed(capsys)

    assert "secret:" not in str(listed)
    assert "sk-secret" not in str(listed)
    assert listed["PASOKH_LLM_API_KEY"][0] == listed["PASOKH_TELEGRAM_TOKEN"][0] == "***"
    assert listed["PASOKH_PROXY"][0] == "socks5://***@proxy.example:1080"
    assert listed["PASOKH_WEB_PROXY"][0] == "http://proxy.example:3128"
    assert listed["PASOKH_LLM_PROXY"][0] == "none"


def test_the_list_speaks_persian(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the settings ask for it, the notes are Persian."""
    monkeypatch.setenv("PASOKH_LANGUAGE", "fa")
    listed = _listed(capsys)

    assert listed["PASOKH_LANGUAGE"] == ("fa", "متغیر محیط؛ پیش‌فرض: auto")
    assert listed["PASOKH_THREADS"] == ("0", "پیش‌فرض")


@pytest.mark.parametrize(
    "command", [["ask", "x"], ["chat"], ["index", "build"], ["index", "info"], ["index", "verify"]]
)
def test_an_option_chooses_the_corpus(
    backend: Backend, capsys: Capture, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """--corpus goes before PASOKH_CORPUS, but not into the index of another corpus."""
    monkeypatch.setenv("PASOKH_CORPUS", "other")
    if command[0] in {"ask", "chat"}:
        assert main([*command, "--corpus", "missing"], backend=backend) == 1
        assert "put articles into missing/" in capsys.readouterr().err
    monkeypatch.setenv("PASOKH_INDEX_DIR", "home")

    assert main([*command, "--corpus", "missing"], backend=backend) == 1
    assert capsys.readouterr().err == (
        "Error: --corpus is 'missing' but PASOKH_INDEX_DIR is 'home', which holds the index of one "
        "corpus; empty one of them\n"
    )


def test_who_sees_what_is_listed(encoder: Encoder, cache_dir: Path, tmp_path: Path) -> None:
    """Each label with its articles and who sees them, and entries without articles."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    for folder, text in (
        ("internal", "The audit of the bridge was kept from the council."),
        ("sports", "The team of Shiraz won the football cup on Friday."),
    ):
        (tmp_path / "corpus" / folder).mkdir(parents=True)
        (tmp_path / "corpus" / folder / "a.txt").write_text(f"{folder}\n\n{text}\n", "utf-8")
    environment = {
        "PASOKH_CORPUS": str(tmp_path / "corpus"),
        "PASOKH_DATA_DIR": str(tmp_path / "data"),
        "PASOKH_CACHE_DIR": str(cache_dir),
        "PASOKH_ACCESS": "Internal=user:7,key:desk; intrenal=; *=chat:-5",
    }
    unbuilt = run_here(environment, "access")
    run_here(environment, "index", "build")
    listed = run_here(environment, "access")
    wrong = run_here(environment | {"PASOKH_ACCESS": "internal=bob"}, "access")

    assert (unbuilt.returncode, wrong.returncode) == (1, 1)
    assert "run `pasokh index build`" in unbuilt.stderr
    assert "got 'bob'" in wrong.stderr
    assert listed.stdout.splitlines() == [
        "internal: seen by key:desk, user:7; articles: 1",
        "sports: seen by chat:-5; articles: 1",
        say(AccessText.NO_ARTICLES, Language.EN, label="intrenal"),
    ]
