"""Tests of the settings and of `.env.example`."""

import hashlib
import os
import pty
import re
from pathlib import Path

import httpx
import pytest
from pydantic_core import PydanticUndefined

from bot.settings import PREFIX, Settings, SettingsError, read_settings
from bot.terminal.context import screen_of
from bot.terminal.screen import Order, Screen, lacks_bidi
from bot.texts.direction import Bidi
from index.proxy import client_options

_EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_every_setting_stands_in_the_example_with_its_default() -> None:
    """`.env.example` names each field once, in order, with its meaning and default."""
    text = _EXAMPLE.read_text(encoding="utf-8")
    stated = re.findall(r"^# (.*)\n#(PASOKH_\w+)=(.*)$", text, flags=re.MULTILINE)

    expected = []
    for name, field in Settings.model_fields.items():
        is_empty = field.default is None or field.default is PydanticUndefined
        default = "" if is_empty else str(field.default)
        expected.append((field.description, f"{PREFIX}{name.upper()}", default))
    assert stated == expected


def test_the_example_as_it_stands_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With every comment sign removed the example still means the defaults."""
    monkeypatch.delenv("PASOKH_DATA_DIR")
    text = _EXAMPLE.read_text(encoding="utf-8")
    Path(".env").write_text(re.sub("^#(?=PASOKH)", "", text, flags=re.MULTILINE), encoding="utf-8")

    assert read_settings() == read_settings(None)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable is taken before the line of the file; others in the file are not ours."""
    Path(".env").write_text("PASOKH_CORPUS=a\nPASOKH_THREADS=3\nOTHER=1\n", encoding="utf-8")
    monkeypatch.setenv("PASOKH_CORPUS", "b")
    settings = read_settings()

    assert (settings.corpus, settings.threads) == (Path("b"), 3)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MAX_QUOTES", "seven", "expected a whole number from 1 to 4, got 'seven'"),
        ("MAX_QUOTES", "5", "expected a whole number from 1 to 4, got '5'"),
        ("THREADS", "-1", "expected a whole number, 0 or more, got '-1'"),
        ("ANSWER_THRESHOLD", "1.5", "expected a number from 0 to 1, got '1.5'"),
        ("LANGUAGE", "de", "expected auto, en or fa, got 'de'"),
        ("BIDI", "yes", "expected auto, terminal or reorder, got 'yes'"),
        (
            "ENCODER",
            "bert",
            "expected bundled, sentence-transformers:NAME_OR_FOLDER or openai:MODEL, got 'bert'",
        ),
        ("ENCODER_TIMEOUT_S", "inf", "expected a number of seconds above 0, got 'inf'"),
        (
            "ENCODER_BASE_URL",
            "a\x1b[1m",
            (
                "expected an address that starts with http:// or https://, without a user name "
                "or password, got 'a\\x1b[1m'"
            ),
        ),
        ("LOG_LEVEL", "loud", "expected DEBUG, INFO, WARNING or ERROR, got 'loud'"),
    ],
)
def test_a_bad_value_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    """The error names the variable, what was expected and what came."""
    monkeypatch.setenv(f"PASOKH_{name}", value)

    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert str(caught.value) == f"PASOKH_{name}: {message}"


def test_every_setting_can_be_described() -> None:
    """No field can fail without words for what it takes."""
    from bot.setting_types import EXPECTED

    assert list(EXPECTED) == list(Settings.model_fields)


@pytest.mark.parametrize("place", ["environment", "file"])
def test_an_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """A misspelt variable is an error that names it and the nearest setting."""
    if place == "file":
        Path(".env").write_text("PASOKH_MAX_QUOTE=3\n", encoding="utf-8")
    else:
        monkeypatch.setenv("PASOKH_MAX_QUOTE", "3")

    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert str(caught.value) == "PASOKH_MAX_QUOTE is not a setting; did you mean PASOKH_MAX_QUOTES?"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            {"ENCODER": "openai:e5"},
            (
                "PASOKH_ENCODER is 'openai:e5' but PASOKH_ENCODER_BASE_URL is empty; "
                "set it to the server's address, e.g. http://localhost:8080/v1"
            ),
        ),
        (
            {"ENCODER_QUERY_PREFIX": "q: "},
            (
                "PASOKH_ENCODER_QUERY_PREFIX is 'q: ' but PASOKH_ENCODER is 'bundled', "
                "which brings its own prefixes; empty one of them"
            ),
        ),
    ],
    ids=["no address", "prefix of the bundled"],
)
def test_conflicts_are_named_with_both_values(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], message: str
) -> None:
    """Two settings that cannot both hold fail at the start."""
    for name, value in variables.items():
        monkeypatch.setenv(f"PASOKH_{name}", value)

    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert str(caught.value) == message


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is in no text made of the settings, but can be handed on."""
    monkeypatch.setenv("PASOKH_ENCODER_API_KEY", "sk-123")
    settings = read_settings()

    assert "sk-123" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    assert settings.secrets == ("sk-123",)


@pytest.mark.parametrize(
    "address",
    ["http://me:hunter2@host/v1", "ftp://me:hunter2@host", "https://me:hun/ter2@host hunter2"],
)
def test_a_password_in_the_address_is_refused_unshown(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """An address with a password is an error that says so without showing it."""
    monkeypatch.setenv("PASOKH_ENCODER_BASE_URL", address)

    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert str(caught.value) == (
        "PASOKH_ENCODER_BASE_URL: expected an address that starts with http:// or https://, "
        "without a user name or password, got a value that is not shown"
    )


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("socks5://127.0.0.1:1080", True),
        ("socks5h://me:p%40ss@proxy.example:1080/", True),
        ("http://proxy.example", True),
        ("https://[::1]:3128", True),
        ("none", True),
        ("proxy.example:1080", False),
        ("socks4://127.0.0.1:1080", False),
        ("socks5://me:p@ss@host:1080", False),
        ("socks5://host:65536", False),
        ("http://host/path", False),
    ],
)
def test_a_proxy_is_an_address_of_a_known_kind(
    monkeypatch: pytest.MonkeyPatch, address: str, *, is_good: bool
) -> None:
    """Each setting of a proxy takes what httpx can use; what came is not shown."""
    monkeypatch.setenv("PASOKH_WEB_PROXY", address)
    if is_good:
        proxy = read_settings().web_proxy
        assert proxy is not None
        httpx.Client(**client_options(proxy)).close()
        return

    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert str(caught.value).startswith("PASOKH_WEB_PROXY: expected none, or an address such as ")
    assert str(caught.value).endswith(", got a value that is not shown")


@pytest.mark.parametrize(
    ("given", "address", "expected"),
    [
        ({}, "https://api.example", None),
        ({"PROXY": "http://a"}, "https://api.example", "http://a"),
        ({"PROXY": "http://a"}, "http://localhost:11434/v1", "none"),
        ({"PROXY": "http://a"}, "http://[::1]:11434/v1", "none"),
        ({"PROXY": "http://a", "LLM_PROXY": "http://b"}, "https://api.example", "http://b"),
        ({"LLM_PROXY": "http://b"}, "http://localhost:11434/v1", "http://b"),
        ({"PROXY": "http://a", "LLM_PROXY": "none"}, "https://api.example", "none"),
        ({"TELEGRAM_PROXY": "http://b"}, "https://api.example", None),
    ],
)
def test_a_part_has_its_own_proxy_or_the_common_one(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], address: str, expected: str | None
) -> None:
    """Its own goes before PASOKH_PROXY, through which a server on this machine is not asked."""
    for name, value in given.items():
        monkeypatch.setenv(f"PASOKH_{name}", value)
    proxy = read_settings().proxy_for("llm", address)

    assert (proxy and proxy.get_secret_value()) == expected


def test_of_a_proxy_only_the_user_is_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """User and password are struck out of the log, as written and as sent; "none" is not."""
    monkeypatch.setenv("PASOKH_PROXY", "socks5://reza:p%40ss@host:1080")
    monkeypatch.setenv("PASOKH_LLM_PROXY", "none")
    settings = read_settings()

    assert "ss@host" not in f"{settings!r} {settings.model_dump_json()}"
    assert settings.secrets == ("reza:p%40ss", "reza:p@ss")


_PATHS = [name for name, field in Settings.model_fields.items() if "Path" in str(field.annotation)]


@pytest.mark.parametrize("name", _PATHS)
def test_a_path_may_begin_with_the_home_folder(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A leading ~ means the user's folder in every setting that is a path."""
    monkeypatch.setenv(f"PASOKH_{name.upper()}", "~/x")

    assert getattr(read_settings(), name) == Path.home() / "x"


def test_a_home_folder_of_nobody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ~ of a user who does not exist is an error of ours."""
    monkeypatch.setenv("PASOKH_LOG_FILE", "~no-such-user/x")

    with pytest.raises(SettingsError, match=r"^PASOKH_LOG_FILE: expected a path, got '~no-such-us"):
        read_settings()


def test_a_file_that_is_no_text_is_an_error() -> None:
    """A `.env` that is not UTF-8 is named."""
    Path(".env").write_bytes(b"PASOKH_CORPUS=\xff\n")

    with pytest.raises(SettingsError, match=r"^\.env cannot be read as UTF-8 text: "):
        read_settings()


def test_each_corpus_has_its_own_index(tmp_path: Path) -> None:
    """The folder of an index is named after the corpus and its whole path, unless it is set."""
    settings = Settings(corpus=Path("news"), data_dir=tmp_path)
    digest = hashlib.sha256(os.fsencode(Path.cwd() / "news")).hexdigest()[:8]

    assert settings.index_home == tmp_path / "indexes" / f"news-{digest}"
    assert Settings(corpus=Path("/"), data_dir=tmp_path).index_home.name.startswith("root-")
    assert Settings(index_dir=tmp_path / "x").index_home == tmp_path / "x"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "alacritty"}, True),
        ({"TERM": "xterm-256color", "XTERM_VERSION": "XTerm(379)"}, True),
        ({"TERM": "linux"}, True),
        ({"TERM": "linux", "TMUX": "x"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, False),
        ({}, False),
    ],
)
def test_terminals_without_bidi_are_told(environ: dict[str, str], *, expected: bool) -> None:
    """Only terminals sure to lack bidi get reordered text by themselves."""
    assert lacks_bidi(environ) is expected


@pytest.mark.parametrize(
    ("environ", "orders"),
    [
        ({"VTE_VERSION": "7006"}, (Order.TOLD, Order.TOLD, Order.VISUAL)),
        ({"VTE_VERSION": "7006", "TMUX": "x"}, (Order.ISOLATED, Order.ISOLATED, Order.VISUAL)),
        (
            {"VTE_VERSION": "7006", "XTERM_VERSION": "x"},
            (Order.VISUAL, Order.ISOLATED, Order.VISUAL),
        ),
        ({}, (Order.ISOLATED, Order.ISOLATED, Order.VISUAL)),
    ],
    ids=["VTE", "tmux in VTE", "xterm out of VTE", "unknown"],
)
def test_the_order_follows_from_terminal_and_setting(
    environ: dict[str, str], orders: tuple[Order, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PASOKH_BIDI of auto, terminal and reorder, on a real terminal device."""
    for name in ("VTE_VERSION", "TMUX", "STY", "XTERM_VERSION", "ALACRITTY_WINDOW_ID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (environ | {"TERM": "xterm-256color"}).items():
        monkeypatch.setenv(name, value)
    outer, inner = pty.openpty()
    with open(outer, "rb"), open(inner, "w", encoding="utf-8") as stream:  # noqa: PTH123
        found = [screen_of(stream, Settings(bidi=bidi)).order for bidi in Bidi]

    assert tuple(found) == orders


def test_a_file_gets_plain_lines(tmp_path: Path) -> None:
    """What is not a terminal has no width, colour or order of its own, whatever is set."""
    with (tmp_path / "out").open("w", encoding="utf-8") as stream:
        assert screen_of(stream, Settings(bidi=Bidi.REORDER)) == Screen(order=Order.LOGICAL)


def test_a_pipe_for_settings_is_refused() -> None:
    """It is told instead of waited for; a folder of that name is passed over as before."""
    os.mkfifo(".env")
    with pytest.raises(SettingsError, match="got a pipe or device"):
        read_settings()
    Path(".env").unlink()
    Path(".env").mkdir()
    assert read_settings()


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("qdrant://localhost:6333/news", "http://localhost:6333"),
        ("qdrants://db.example/news", "https://db.example"),
    ],
)
def test_an_index_on_a_server(value: str, address: str, tmp_path: Path) -> None:
    """The setting says where it is and what it is called; else a folder is."""
    settings = Settings(index=value)
    assert settings.index_place == settings.hosted
    assert settings.hosted is not None
    assert (address, "news") == (settings.hosted.address, settings.hosted.name)
    assert Settings(index_dir=tmp_path).index_place == tmp_path


@pytest.mark.parametrize(
    "value", ["http://localhost:6333", "qdrant://a:b@host/news", "qdrant://host", "qdrant://h/a-b"]
)
def test_an_index_on_no_server(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Another scheme, a password or a name that cannot be one is refused; no password is shown."""
    monkeypatch.setenv("PASOKH_INDEX", value)
    with pytest.raises(SettingsError, match="expected files, or qdrant://HOST:PORT/NAME") as caught:
        read_settings()
    assert "a:b" not in str(caught.value)


def test_another_corpus_is_not_that_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index on a server is of one corpus, so that another one never takes its place."""
    monkeypatch.setenv("PASOKH_INDEX", "qdrant://localhost/news")
    with pytest.raises(SettingsError, match=r"PASOKH_INDEX.*index of one corpus"):
        read_settings(corpus=Path("other"))
