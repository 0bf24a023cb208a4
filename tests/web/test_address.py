"""Tests of which addresses may be fetched and when two are one."""

import socket
from ipaddress import ip_network

import pytest

from index.web.address import canonical, looked_up, own_address, read_address, shown
from index.web.config import EVERY_NETWORK
from index.web.problems import Failure, Problem


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.1",
        "127.1",
        "localhost",
        "0.0.0.0",  # noqa: S104  # to be refused
        "0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2001:db8::1]",
        "[2001::1]",
        "[3fff::1]",
        "[fc00::1]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
    ],
)
def test_private_numbers_are_refused_in_every_notation(host: str) -> None:
    """What is no machine of the public internet is refused, however its number is written."""
    address = read_address(f"http://{host}/feed")

    assert not isinstance(address, Failure)
    assert looked_up(address, ()) == Failure(Problem.PRIVATE)


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700::1111]", "[64:ff9b::808:808]"])
def test_public_numbers_may_be_fetched(host: str) -> None:
    """A public number is itself what is connected to."""
    address = read_address(f"https://{host}/")

    assert not isinstance(address, Failure)
    assert looked_up(address, ()) == (host.strip("[]"),)


def test_a_name_with_one_private_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads to a public and to a private number leads nowhere."""
    answers = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: answers)
    address = read_address("http://news.example/")

    assert not isinstance(address, Failure)
    assert looked_up(address, ()) == Failure(Problem.PRIVATE)
    assert looked_up(address, [ip_network("10.0.0.0/8")]) == ("8.8.8.8", "10.0.0.1")


def test_ports_are_those_of_the_web() -> None:
    """Other ports are asked in networks that are allowed, and nowhere else."""
    public, local = read_address("http://8.8.8.8:22/"), read_address("http://127.0.0.1:8080/")

    assert not isinstance(public, Failure)
    assert not isinstance(local, Failure)
    assert looked_up(public, ()) == Failure(Problem.PORT, "22")
    assert looked_up(local, EVERY_NETWORK) == ("127.0.0.1",)
    assert looked_up(local, [ip_network("10.0.0.0/8")]) == Failure(Problem.PRIVATE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "news.example/feed",
        "ftp://news.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///feed",
        "http://news.example:99999999/",
        "http://news.example:0/",
        "http://news.example/a\r\nHost: x",
        "http://[::1",
        "http://[",
        "http://[fe80::1%25eth0]/",
        "http://news%2eexample/",
        "http://0177.0.0.1/",
        f"http://{'a' * 64}.example/",
        f"http://news.example/{'a' * 3_000}",
    ],
)
def test_what_is_no_web_address_is_told(text: str) -> None:
    """Anything but a usable http or https address is refused before anything is asked."""
    assert read_address(text) == Failure(Problem.BAD_ADDRESS)


@pytest.mark.parametrize(
    "text", ["http://me:hunter2@news.example/", "http://me@news.example", "//a:b@news.example/"]
)
def test_passwords_are_refused(text: str) -> None:
    """An address with a user name is refused, also where a page leads to it."""
    base = read_address("https://news.example/feed")

    assert not isinstance(base, Failure)
    assert read_address(text, base) == Failure(Problem.PASSWORD)


def test_one_page_has_one_spelling() -> None:
    """Case, default port, dots, fragment and marks of tracking do not make another address."""
    spellings = [
        "HTTPS://News.Example:443/a/../b?id=7#part",
        "https://news.example/b?utm_source=feed&id=7&fbclid=x",
        "https://news.example/b?id=7",
    ]
    found = [read_address(text) for text in spellings]

    assert {str(canonical(one)) for one in found if not isinstance(one, Failure)} == {
        "https://news.example/b?id=7"
    }


def test_names_in_other_scripts_are_written_in_ascii() -> None:
    """A Persian host and path are asked for as the web writes them."""
    address = read_address("http://خبر.ir/الف")

    assert str(address) == "http://xn--ngblk.ir/%D8%A7%D9%84%D9%81"


@pytest.mark.parametrize(
    ("stated", "own"),
    [
        ("https://www.news.example/a", "https://www.news.example/a"),
        ("https://m.news.example/a?utm_medium=x", "https://m.news.example/a"),
        ("/a", "https://news.example/a"),
        ("", "https://news.example/b?id=1"),
        ("https://other.example/a", "https://news.example/b?id=1"),
        ("http://[", "https://news.example/b?id=1"),
    ],
)
def test_a_page_speaks_for_its_own_site_only(stated: str, own: str) -> None:
    """The address that a page states is taken if it is of the same site."""
    fetched = read_address("https://news.example/b?id=1&utm_source=feed")

    assert not isinstance(fetched, Failure)
    assert str(own_address(stated, fetched)) == own


def test_what_is_shown_holds_no_secret() -> None:
    """User, password and query are left out of what is shown, and broken addresses whole."""
    assert shown("https://me:pw@news.example:8443/a?token=abc#x") == (
        "https://news.example:8443/a?..."
    )
    assert shown("http://[::1 token=abc") == "?"
