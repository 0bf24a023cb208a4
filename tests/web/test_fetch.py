"""Tests of single fetches, against a real server that misbehaves."""

import gzip
import socket
import threading
import time
from dataclasses import replace
from email.utils import formatdate
from functools import cache
from pathlib import Path

import pytest
from loopback import CONFIG, Act, Site, body, endless, raw, redirect, then

from index.web.address import Address, read_address
from index.web.fetch import Fetcher, NotModified, Page
from index.web.problems import Failure, Problem

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"


def _address(site: Site, path: str = "/a") -> Address:
    """Return an address on the site."""
    found = read_address(f"{site.url}{path}")
    assert isinstance(found, Address)
    return found


def _problem(found: object) -> Problem | None:
    """Return why a fetch gave nothing, None if it gave something."""
    return found.problem if isinstance(found, Failure) else None


def test_a_page_arrives_whole(site: Site, fetcher: Fetcher) -> None:
    """A page brings its bytes and what to ask with next time; the request says who asks."""
    site.pages["/a"] = body("سلام", etag='"1"', last_modified="Thu, 01 Jun 2023 00:00:00 GMT")
    found = fetcher.fetch(_address(site))

    assert found == Page(
        address=_address(site),
        data=b"\xef\xbb\xbf" + "سلام".encode(),
        charset="utf-8",
        etag='"1"',
        last_modified="Thu, 01 Jun 2023 00:00:00 GMT",
    )
    assert site.asked("/a")[0].headers["user-agent"] == "pasokh-test/1"
    assert site.asked("/a")[0].headers["host"] == f"127.0.0.1:{site.port}"


@pytest.mark.parametrize(
    ("stated", "encoding"),
    [
        ("text/html; charset=utf-8", "utf-8"),
        ("text/html; charset=iso-8859-1", "utf-8"),
        ("text/html; charset=nonsense", "utf-8"),
        ("text/html", "utf-8"),
        ("", "utf-8"),
        ("text/html; charset=windows-1256", "windows-1256"),
        ('text/html;charset="windows-1256"', "windows-1256"),
    ],
)
def test_the_stated_encoding_holds_unless_it_lies(
    site: Site, fetcher: Fetcher, stated: str, encoding: str
) -> None:
    """UTF-8 is known by itself, another encoding by what the server says."""
    site.pages["/a"] = body("خبر تازه از تهران".encode(encoding), content_type=stated)
    found = fetcher.fetch(_address(site))

    assert isinstance(found, Page)
    assert found.data.decode("utf-8-sig") == "خبر تازه از تهران"


def test_bytes_in_no_known_encoding_stay_as_they_are(site: Site, fetcher: Fetcher) -> None:
    """Where neither UTF-8 nor what the server says fits, the reader is left to find out."""
    data = "خبر".encode("windows-1256")
    site.pages["/a"] = body(data, content_type="text/html; charset=utf-8")
    found = fetcher.fetch(_address(site))

    assert isinstance(found, Page)
    assert (found.data, found.charset) == (data, "")


@pytest.mark.parametrize("coding", ["gzip", "", "identity"])
@pytest.mark.parametrize("layers", [0, 1, 2])
def test_gzip_is_known_by_its_bytes(site: Site, fetcher: Fetcher, coding: str, layers: int) -> None:
    """A server that lies about packing, in either direction, is understood."""
    data = "<p>خبر</p>".encode()
    packed = data
    for _ in range(layers):
        packed = gzip.compress(packed)
    site.pages["/a"] = body(packed, content_encoding=coding)
    found = fetcher.fetch(_address(site))

    assert isinstance(found, Page)
    assert found.data.removeprefix(b"\xef\xbb\xbf") == data


def test_all_members_of_gzip_are_read(site: Site, fetcher: Fetcher) -> None:
    """A page packed piece by piece arrives whole."""
    site.pages["/a"] = body(gzip.compress(b"<p>one") + gzip.compress(b" two</p>"))
    found = fetcher.fetch(_address(site))

    assert isinstance(found, Page)
    assert found.data.removeprefix(b"\xef\xbb\xbf") == b"<p>one two</p>"


def test_unmodified_pages_are_told(site: Site, fetcher: Fetcher) -> None:
    """Etag and date are sent back, and 304 is understood; unasked it is a broken reply."""
    site.pages["/a"] = body(b"", 304)
    date = "Thu, 01 Jun 2023 00:00:00 GMT"
    found = fetcher.fetch_newer(_address(site), etag='W/"7"', last_modified=date)

    assert found == NotModified()
    sent = site.asked("/a")[0].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('W/"7"', date)
    assert _problem(fetcher.fetch(_address(site))) is Problem.BROKEN


@cache
def _bomb() -> bytes:
    """Return some bytes that are 50 MB when unpacked."""
    return gzip.compress(b"\0" * 50_000_000)


def _cut(site: Site) -> dict[str, tuple[Act, Problem]]:
    """Return what servers do wrong, and what each is called."""
    return {
        "missing": (body(b"", 404), Problem.REFUSED),
        "gone": (body(b"", 410), Problem.REFUSED),
        "failing": (body(b"", 500), Problem.SERVER),
        "busy": (body(b"", 429), Problem.BUSY),
        "empty": (body(b"  \n"), Problem.EMPTY),
        "image": (body(b"x", content_type="image/png"), Problem.KIND),
        "brotli": (body(b"x", content_encoding="br"), Problem.ENCODING),
        "cut gzip": (body(gzip.compress(b"abc" * 99)[:-9]), Problem.ENCODING),
        "broken gzip": (body(b"\x1f\x8b\x08 nonsense"), Problem.ENCODING),
        "second member cut": (
            body(gzip.compress(b"abc") + gzip.compress(b"abc" * 99)[:-9]),
            Problem.ENCODING,
        ),
        "bomb of members": (body(gzip.compress(b"\0" * 4_000_000) * 9), Problem.TOO_LONG),
        "bomb": (body(_bomb(), content_encoding="gzip"), Problem.TOO_LONG),
        "long": (body(b"x" * 200_001), Problem.TOO_LONG),
        "said to be long": (raw(_HEAD, b"Content-Length: 999999999999\r\n\r\nx"), Problem.TOO_LONG),
        "endless": (endless(site, _HEAD + b"\r\n", b"x" * 9_000), Problem.TOO_LONG),
        "cut": (raw(_HEAD, b"Content-Length: 99\r\n\r\nhalf"), Problem.BROKEN),
        "cut chunks": (raw(_HEAD, b"Transfer-Encoding: chunked\r\n\r\n9\r\nab"), Problem.BROKEN),
        "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), Problem.BROKEN),
        "closed": (raw(), Problem.BROKEN),
        "slow head": (endless(site, b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.05), Problem.TIMEOUT),
        "slow body": (endless(site, _HEAD + b"\r\n", b"x", 0.05), Problem.TIMEOUT),
        "silent": (lambda _: site.over.wait() and None, Problem.TIMEOUT),
        "circle": (redirect("/a"), Problem.REDIRECTS),
        "nowhere": (redirect("mailto:me@news.example"), Problem.BAD_ADDRESS),
        "to a file": (redirect("file:///etc/passwd"), Problem.BAD_ADDRESS),
        "with a password": (redirect("http://a:b@127.0.0.1/"), Problem.PASSWORD),
        "to loopback": (redirect("http://127.0.0.2/"), Problem.PRIVATE),
        "to metadata": (redirect("http://169.254.169.254/latest/"), Problem.PRIVATE),
        "to a mapped number": (redirect("http://[::ffff:10.0.0.1]/"), Problem.PRIVATE),
    }


@pytest.mark.parametrize("name", list(_cut(Site())))
def test_whatever_a_server_does_ends_in_a_reason(site: Site, name: str) -> None:
    """Every misbehaviour ends within the time allowed, with its own reason."""
    site.pages["/a"], expected = _cut(site)[name]
    found = Fetcher(CONFIG).fetch(_address(site))

    assert _problem(found) is expected


def test_a_long_way_of_redirects_is_cut(site: Site, fetcher: Fetcher) -> None:
    """As many hops as allowed are followed and no more."""
    site.pages |= {f"/{n}": redirect(f"{n + 1}") for n in range(9)} | {"/9": body("end")}
    near, far = (fetcher.fetch(_address(site, path)) for path in ("/4", "/3"))

    assert isinstance(near, Page)
    assert str(near.address) == f"{site.url}/9"
    assert _problem(far) is Problem.REDIRECTS


def test_the_name_is_looked_up_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to the number that was checked, under the name that was asked for."""
    asked = []
    real = socket.getaddrinfo

    def resolve(host: str | bytes, *args: object, **options: object) -> list[object]:
        name = host.decode() if isinstance(host, bytes) else host
        if name != "news.example":
            return real(host, *args, **options)  # type: ignore[arg-type, return-value]
        asked.append(name)
        number = "127.0.0.1" if len(asked) == 1 else "127.0.0.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, site.port))]

    site.pages |= {"/a": body("hello")}
    robots = Fetcher(CONFIG)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    address = read_address(f"http://news.example:{site.port}/a")
    assert isinstance(address, Address)
    found = robots._client.get(address, {})

    assert not isinstance(found, Failure)
    assert asked == ["news.example"]
    assert site.asked("/a")[0].headers["host"] == f"news.example:{site.port}"


def test_nobody_listens(fetcher: Fetcher) -> None:
    """A port that nobody listens on is told as no connection."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    address = read_address(f"http://127.0.0.1:{port}/robots.txt")
    assert isinstance(address, Address)

    assert _problem(fetcher._client.get(address, {})) is Problem.NO_CONNECTION


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        (body("User-agent: *\nDisallow: /a"), Problem.ROBOTS),
        (body("User-agent: *\nDisallow:\n\nUser-agent: Pasokh-Test\nDisallow: /"), Problem.ROBOTS),
        (body("User-agent: *\nDisallow: /\n\nUser-agent: pasokh-test\nAllow: /"), None),
        (body("User-agent: *\nDisallow: /*.php$"), None),
        (body("User-agent: *\nCrawl-delay: 9999"), Problem.TOO_SLOW),
        (body("<html>not here, but said with 200</html>"), None),
        (body(b"\xff\xfe\x00"), None),
        (body("", 404), None),
        (body("", 403), None),
        (redirect("/robots.txt"), None),
        (redirect("/rules"), Problem.ROBOTS),
        (body("", 500), Problem.ROBOTS_UNKNOWN),
        (body("", 429), Problem.ROBOTS_UNKNOWN),
        (raw(), Problem.ROBOTS_UNKNOWN),
    ],
)
def test_robots_are_obeyed(site: Site, fetcher: Fetcher, rules: Act, problem: Problem) -> None:
    """A page is asked for only if the robots.txt allows it, which is asked for once (RFC 9309)."""
    site.pages |= {"/robots.txt": rules, "/a": body("x"), "/b": body("y")}
    site.pages["/rules"] = body("User-agent: *\nDisallow: /a")
    found = fetcher.fetch(_address(site))
    fetcher.fetch(_address(site, "/b"))

    assert _problem(found) is problem
    assert len(site.asked("/a")) == (problem is None)
    assert len(site.asked("/robots.txt")) == 1


def test_robots_hold_for_redirects(site: Site, fetcher: Fetcher) -> None:
    """A redirect does not lead to where robots.txt forbids."""
    site.pages |= {
        "/robots.txt": body("User-agent: *\nDisallow: /b"),
        "/a": redirect("/b"),
        "/b": body("x"),
    }

    assert _problem(fetcher.fetch(_address(site))) is Problem.ROBOTS
    assert site.asked("/b") == []


def test_a_host_is_not_hurried(site: Site) -> None:
    """Between two requests to a host lies the pause that is set, or a longer one it asks for."""
    site.pages |= {"/robots.txt": body("User-agent: *\nCrawl-delay: 0.5"), "/a": body("x")}
    fetcher = Fetcher(replace(CONFIG, delay_s=0.2))
    for _ in range(2):
        fetcher.fetch(_address(site))
    robots, first, second = (request.at for request in site.requests)

    assert first - robots >= 0.2
    assert second - first >= 0.5


@pytest.mark.parametrize("as_date", [False, True])
def test_a_busy_host_is_left_alone(site: Site, *, as_date: bool) -> None:
    """After a 429 nothing of the host is asked until the time it named, in seconds or a date."""
    wait = formatdate(time.time() + 100, usegmt=True) if as_date else "100"
    site.pages |= {"/a": then(body(b"", 429, retry_after=wait), body("x")), "/b": body("y")}
    fetcher = Fetcher(CONFIG)
    first, second = (fetcher.fetch(_address(site, path)) for path in ("/a", "/b"))

    assert isinstance(first, Failure)
    assert first.wait_s is not None
    assert first.wait_s == pytest.approx(100, abs=3)
    assert _problem(second) is Problem.RESTING
    assert site.asked("/b") == []


def test_a_stop_ends_the_waiting(site: Site) -> None:
    """Who waits for a host's turn stops at once when told to, and asks no more."""
    site.pages["/a"] = body("x")
    stop = threading.Event()
    fetcher = Fetcher(replace(CONFIG, delay_s=60), stop)
    threading.Timer(0.2, stop.set).start()

    assert _problem(fetcher.fetch(_address(site))) is Problem.STOPPED
    assert site.asked("/a") == []


@pytest.mark.parametrize(
    ("host", "is_trusted", "problem"),
    [
        ("news.example", True, None),
        ("news.example", False, Problem.NO_CONNECTION),
        ("other.example", True, Problem.NO_CONNECTION),
    ],
)
def test_certificates_are_checked_for_the_name(
    tls_site: tuple[int, Path],
    monkeypatch: pytest.MonkeyPatch,
    *,
    host: str,
    is_trusted: bool,
    problem: Problem | None,
) -> None:
    """Though a number is connected to, the certificate must be signed and be of the name."""
    port, certificate = tls_site
    client = Fetcher(CONFIG)._client
    if is_trusted:
        client._ssl.load_verify_locations(certificate)
    place = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda name, *args, **options: [place] if name == host else real(name, *args, **options),
    )
    address = read_address(f"https://{host}:{port}/robots.txt")
    assert isinstance(address, Address)
    found = client.get(address, {})

    assert _problem(found) is (problem or Problem.REFUSED)
