"""Opening what words answers: by the settings, and only where they ask for it."""

import subprocess
import sys

import pytest
from model_server import KEY

import bot.llm
from bot.answer.serving import Serving
from bot.llm.opening import session_over
from bot.settings import Settings, SettingsError, read_settings
from index import EncoderError

URL = "http://127.0.0.1:9/v1"


def test_without_a_server_there_is_no_model(llm_settings: Settings, answering: Serving) -> None:
    """By default nothing words answers or rewrites questions."""
    talk = session_over(llm_settings, answering)
    assert (talk.writing, talk.translating, talk.rewriting) == (None, None, None)


def test_nothing_of_a_model_is_loaded_without_one() -> None:
    """The program that is not to use a model does not pay for one."""
    heavy = {"openai", "httpx2", "bot.llm.client", "bot.llm.writer", "bot.grounding.check"}
    code = (
        "import sys, bot.terminal.cli, bot.wire; from bot.settings import read_settings;"
        "assert bot.llm.opening.session_over(read_settings(None), None).writing is None;"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={}
    )
    assert done.stdout.strip() == "[]"


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, answering: Serving) -> None:
    """Without the extra the error gives the pip line."""
    monkeypatch.setenv("PASOKH_LLM_BASE_URL", URL)
    monkeypatch.setenv("PASOKH_LLM_MODEL", "small")
    monkeypatch.delitem(sys.modules, "bot.llm.client", raising=False)
    monkeypatch.delattr(bot.llm, "client", raising=False)
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(SettingsError, match=r"pip install -c constraints\.txt -e '\.\[llm\]'"):
        session_over(read_settings(None), answering)


def test_a_server_needs_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address without a name of a model is a conflict, told at the start."""
    monkeypatch.setenv("PASOKH_LLM_BASE_URL", URL)
    with pytest.raises(SettingsError, match="LLM_MODEL is empty; set it to the name of a model"):
        read_settings(None)


def test_a_cross_encoder_that_cannot_be_loaded_is_named(
    llm_settings: Settings, answering: Serving
) -> None:
    """Claims are never checked by less than the settings ask for."""
    wanted = {"llm_base_url": URL, "llm_model": "m", "llm_entailment": "sentence-transformers:/no"}
    with pytest.raises(EncoderError, match="'/no'"):
        session_over(llm_settings.model_copy(update=wanted), answering)


@pytest.mark.parametrize("key", [f"{KEY} ", f"{KEY}\n", "sk-very-secret-é"])
def test_a_key_that_no_header_takes_is_not_shown(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """It is refused at the start, without being repeated."""
    monkeypatch.setenv("PASOKH_LLM_API_KEY", key)
    with pytest.raises(SettingsError, match="PASOKH_LLM_API_KEY: expected a text") as caught:
        read_settings(None)
    assert "sk-very" not in str(caught.value)


def test_the_key_is_struck_out_of_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one of the secrets."""
    monkeypatch.setenv("PASOKH_LLM_API_KEY", KEY)
    assert KEY in read_settings(None).secrets
