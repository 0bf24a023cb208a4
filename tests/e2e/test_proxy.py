"""PASOKH_PROXY as a whole: gathering and a language model's server, behind one real proxy."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback import body, serving
from model_server import claims, says
from model_server import serving as serving_model
from proxy_server import Proxy, proxying

from bot.settings import Settings
from bot.wire import encoder_config
from index.encoders import OpenAIConfig

Pasokh = Callable[..., subprocess.CompletedProcess[str]]

PAGE = (
    "<!doctype html><html lang='en'><head><title>A bridge</title></head><body><article>"
    "<h1>A bridge opens in Shiraz</h1><p>The minister opened the new bridge in Shiraz.</p>"
    "<p>The mayor said that the bridge had cost twice what was planned at first.</p>"
    "<p>Trains will cross the bridge from the end of the month on, without a stop.</p>"
    "</article></body></html>"
)


def test_one_proxy_leads_to_all_servers(pasokh: Pasokh, tmp_path: Path) -> None:
    """An article is fetched and an answer worded through it, and its password is not shown."""
    proxy = Proxy(has_password=True)
    (tmp_path / "corpus").mkdir()
    with serving() as site, serving_model() as model, proxying(proxy):
        site.pages["/a"] = body(PAGE)
        model.acts = [says(claims(("The minister opened the new bridge in Shiraz.", [1])))]
        proxy.hosts = {("news.example", 80): site.port, ("model.example", 80): model.port}
        given = {
            "proxy": proxy.address("socks5"),
            "corpus": str(tmp_path / "corpus"),
            "llm_base_url": "http://model.example/v1",
            "llm_model": "small",
            "llm_check": "off",
            "log_level": "DEBUG",
            "log_file": str(tmp_path / "log"),
        }
        added = pasokh("index", "add", "http://news.example/a", **given)
        asked = pasokh("ask", "Who opened the new bridge in Shiraz?", **given)

    assert added.returncode == 0, added.stderr
    assert asked.stdout.startswith("Worded by a language model"), asked.stdout + asked.stderr
    assert set(proxy.asked) == {("news.example", 80), ("model.example", 80)}
    shown = added.stdout + added.stderr + asked.stdout + asked.stderr
    assert "s3cret" not in shown + (tmp_path / "log").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["PASOKH_PROXY", "PASOKH_ENCODER_PROXY"])
def test_the_embedding_server_is_asked_through_it(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The encoder gets the proxy of the settings, its own or the common one."""
    monkeypatch.setenv("PASOKH_ENCODER", "openai:e5")
    monkeypatch.setenv("PASOKH_ENCODER_BASE_URL", "https://vectors.example/v1")
    monkeypatch.setenv(name, "socks5://127.0.0.1:1080")
    config = encoder_config(Settings(_env_file=None))  # type: ignore[call-arg]  # see conftest

    assert isinstance(config, OpenAIConfig)
    assert config.proxy is not None
    assert config.proxy.get_secret_value() == "socks5://127.0.0.1:1080"
