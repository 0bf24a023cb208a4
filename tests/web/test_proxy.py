"""Fetching through a real proxy, which alone can look the site's name up."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from loopback import CONFIG, Site, body, redirect
from proxy_server import Proxy, proxying
from pydantic import SecretStr

from index.proxy import DIRECT
from index.web.address import Address, read_address
from index.web.config import EVERY_NETWORK, Network
from index.web.fetch import Fetcher, Page
from index.web.problems import Failure, Problem
from index.web.request import Client

_PAGE = "http://news.example/a"


@pytest.fixture
def proxy(site: Site) -> Iterator[Proxy]:
    """Run a proxy that knows the site as news.example."""
    with proxying(Proxy(hosts={("news.example", 80): site.port})) as running:
        yield running


def _fetch(url: str, proxy: str | None, networks: tuple[Network, ...] = ()) -> Page | Failure:
    """Fetch a page through a proxy."""
    given = SecretStr(proxy) if proxy else None
    address = read_address(url)
    assert isinstance(address, Address)
    return Fetcher(replace(CONFIG, private_networks=networks, proxy=given)).fetch(address)


def _problem(found: object) -> Problem | None:
    """Return why a fetch gave nothing, None if it gave something."""
    return found.problem if isinstance(found, Failure) else None


@pytest.mark.parametrize("scheme", ["socks5", "http"])
@pytest.mark.parametrize(
    ("host", "problem"),
    [("news.example", Problem.REFUSED), ("other.example", Problem.NO_CONNECTION)],
)
def test_certificates_are_checked_behind_a_proxy(
    tls_site: tuple[int, Path], scheme: str, host: str, problem: Problem
) -> None:
    """The proxy passes TLS on, and the certificate must be of the name that was asked for."""
    port, certificate = tls_site
    address = read_address(f"https://{host}/robots.txt")
    assert isinstance(address, Address)
    with proxying(Proxy(hosts={(host, 443): port}, has_password=True)) as proxy:
        client = Client(replace(CONFIG, proxy=SecretStr(proxy.address(scheme))))
        client._ssl.load_verify_locations(certificate)
        found = client.get(address, {})

    assert _problem(found) is problem  # there is no robots.txt, which the right host tells
    assert proxy.asked == [(host, 443)]


@pytest.mark.parametrize("has_password", [False, True], ids=["open", "password"])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "http"])
def test_the_proxy_looks_the_name_up_and_connects(
    site: Site, proxy: Proxy, scheme: str, *, has_password: bool
) -> None:
    """A page, its robots.txt and a redirect come through the proxy, with its user if it has one."""
    proxy.has_password = has_password
    site.pages["/a"] = redirect("http://news.example/b?c=1")
    site.pages["/b?c=1"] = body("سلام")
    found = _fetch(_PAGE, proxy.address(scheme))

    assert isinstance(found, Page)
    assert found.data.endswith("سلام".encode())
    assert proxy.asked == [("news.example", 80)] * 3
    assert [one.path for one in site.requests] == ["/robots.txt", "/a", "/b?c=1"]
    assert site.requests[-1].headers["host"] == "news.example"
    assert "proxy-authorization" not in site.requests[-1].headers


@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_a_proxy_that_refuses_is_a_failure(proxy: Proxy, scheme: str) -> None:
    """A wrong password gives no page and a reason that does not show it."""
    proxy.has_password = True
    found = _fetch(_PAGE, f"{scheme}://reza:plugh@127.0.0.1:{proxy.port}")

    assert isinstance(found, Failure)
    assert "plugh" not in str(found)
    assert proxy.asked == []


@pytest.mark.parametrize("proxied", ["unknown host", "no proxy there"])
def test_what_cannot_be_reached_is_a_passing_failure(proxy: Proxy, proxied: str) -> None:
    """A host that the proxy does not know, or a proxy that is down, may do later."""
    url = "http://elsewhere.example/a" if proxied == "unknown host" else _PAGE
    address = proxy.address("socks5") if proxied == "unknown host" else "socks5://127.0.0.1:1"
    found = _fetch(url, address)

    assert isinstance(found, Failure)
    assert found.is_passing


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a",
        "http://0x7f.1/a",
        "http://[::ffff:10.0.0.1]/a",
        "http://169.254.169.254/a",
        "http://localhost/a",
        "http://LOCALHOST./a",
        "http://printer/a",
        "http://printer.local/a",
    ],
)
def test_a_proxy_is_not_sent_to_private_networks(proxy: Proxy, url: str) -> None:
    """Private numbers, however written, and names of a local network are refused before it."""
    assert _problem(_fetch(url, proxy.address("socks5"))) is Problem.PRIVATE
    assert proxy.asked == []


def test_a_proxy_is_sent_to_usual_ports_only(proxy: Proxy) -> None:
    """Another port of the internet is refused; where every network is allowed, it is asked."""
    url = "http://news.example:8080/a"

    assert _problem(_fetch(url, proxy.address("socks5"))) is Problem.PORT
    assert proxy.asked == []
    _fetch(url, proxy.address("socks5"), EVERY_NETWORK)
    assert ("news.example", 8080) in proxy.asked


@pytest.mark.parametrize("given", [None, DIRECT])
def test_proxies_of_the_environment_are_not_used(
    site: Site, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    """Only a proxy that the settings name may take the check of where a connection goes from us."""
    monkeypatch.setenv("HTTP_PROXY", proxy.address("http"))
    monkeypatch.setenv("ALL_PROXY", proxy.address("socks5"))
    site.pages["/a"] = body("x")
    found = _fetch(f"{site.url}/a", given, CONFIG.private_networks)

    assert isinstance(found, Page)
    assert proxy.asked == []
