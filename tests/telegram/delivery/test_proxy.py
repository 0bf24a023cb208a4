"""`pasokh serve` behind a real proxy, which alone can look Telegram's name up."""

import signal
from collections.abc import Iterator

import pytest
from bot_api_server import BotApi
from bot_process import Bot
from proxy_server import Proxy, proxying

QUESTION = "What did Kirby say about Sukhoi jets?"
TELEGRAM = "http://telegram.example"


@pytest.fixture
def proxy(api: BotApi) -> Iterator[Proxy]:
    """Run a proxy with a password that knows the Bot API server as telegram.example."""
    with proxying(Proxy({("telegram.example", 80): api.port}, has_password=True)) as running:
        yield running


@pytest.mark.parametrize("scheme", ["socks5", "http"])
@pytest.mark.parametrize("name", ["proxy", "telegram_proxy"])
def test_it_answers_through_a_proxy(
    api: BotApi, bot: Bot, proxy: Proxy, name: str, scheme: str
) -> None:
    """Updates come and answers go through the proxy, whose password stands nowhere."""
    bot.start(telegram_base_url=TELEGRAM, log_level="DEBUG", **{name: proxy.address(scheme)})
    api.say(7, QUESTION)
    api.wait_until(lambda: bool(api.texts(7)))

    assert "سوخو" in api.texts(7)[0]
    assert bot.stop() == 0
    assert set(proxy.asked) == {("telegram.example", 80)}
    assert "s3cret" not in bot.written


@pytest.mark.parametrize("name", ["ALL_PROXY", "http_proxy"])
def test_a_socks_proxy_of_the_environment_is_used(
    api: BotApi, bot: Bot, proxy: Proxy, name: str
) -> None:
    """Where no setting names a proxy, that of the environment does its work, SOCKS too."""
    bot.environment[name] = proxy.address("socks5")
    bot.start(telegram_base_url=TELEGRAM)
    api.say(7, QUESTION)
    api.wait_until(lambda: bool(api.texts(7)))

    assert ("telegram.example", 80) in proxy.asked


def test_a_kind_of_proxy_that_nobody_speaks_is_one_line(bot: Bot) -> None:
    """An address of the environment that cannot be used is named with what to do."""
    bot.environment["HTTPS_PROXY"] = "socks4://127.0.0.1:1080"
    bot.start()

    assert bot.ends() == 1
    assert bot.written.startswith("Error: HTTPS_PROXY: expected an address that starts with http")
    assert bot.written.count("\n") == 1


def test_a_proxy_that_refuses_us_is_told_and_waited_for(
    api: BotApi, bot: Bot, proxy: Proxy
) -> None:
    """A wrong password is said once, without it, and the bot goes on trying."""
    bot.start(telegram_base_url=TELEGRAM, proxy=f"socks5://reza:plugh-plugh@127.0.0.1:{proxy.port}")
    api.wait_until(lambda: "cannot be reached" in bot.written)

    assert "httpx.ProxyError" in bot.written
    assert "plugh" not in bot.written
    assert bot.stop(signal.SIGINT) == 0
    assert api.calls == []


def test_a_server_on_this_machine_is_asked_directly(api: BotApi, bot: Bot, proxy: Proxy) -> None:
    """PASOKH_PROXY is not in the way of a Bot API server that runs here."""
    bot.start(proxy=proxy.address("socks5"))
    api.wait_until(lambda: bool(api.accepted("getMe")))

    assert proxy.asked == []
