"""Web archives: pages and texts with their addresses; headers and pictures are never articles."""

import gzip
import io
import json
import zipfile
import zlib

import pytest
from exported import FIRST, SECOND, body, day, read

from index.sources import RejectReason

PAGE = (
    '<!DOCTYPE html><html lang="fa"><head><meta charset="utf-8"><title>پل تازه</title>{}</head>'
    "<body><article><h1>پل تازه</h1><p>{}</p><p>{}</p></article></body></html>"
)
DATE = '<meta property="article:published_time" content="2023-06-09T18:15:00+03:30">'
URL = "https://city.example/news/1"


def archive(*records: tuple[str, str, bytes, dict[str, str]], is_packed: bool = False) -> bytes:
    """Return a WARC of records: kind, address, content and HTTP headers (`Status` among them)."""
    parts = [record("warcinfo", "", b"software: x\r\n")]
    for kind, address, content, headers in records:
        status = {"request": "GET / HTTP/1.1", "conversion": ""}.get(
            kind, f"HTTP/1.1 {headers.get('Status', '200 OK')}"
        )
        lines = [status, *(f"{key}: {value}" for key, value in headers.items() if key != "Status")]
        http = "\r\n".join([*lines, "", ""]).encode() if status else b""
        parts.append(record(kind, address, http + content))
    return b"".join(gzip.compress(part) if is_packed else part for part in parts)


def record(kind: str, address: str, block: bytes) -> bytes:
    """Return a record as crawlers write it."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\n"
        f"WARC-Date: 2026-11-30T03:05:25Z\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def html(
    page: str = PAGE.format(DATE, FIRST, SECOND), **headers: str
) -> tuple[str, str, bytes, dict[str, str]]:
    """Return the record of a page."""
    return "response", URL, page.encode(), {"Content-Type": "text/html; charset=utf-8", **headers}


@pytest.mark.parametrize("is_packed", [False, True])
def test_pages_are_read_and_the_rest_is_counted(is_packed: bool) -> None:  # noqa: FBT001
    """A page has the address it was fetched from and its own date, never that of the crawl."""
    data = archive(
        ("request", URL, b"", {"Host": "city.example"}),
        html(),
        html(PAGE.format("", FIRST, SECOND)),
        ("response", f"{URL}/a.png", b"\x89PNG", {"Content-Type": "image/png"}),
        ("response", f"{URL}/b.png", b"\x89PNG", {"Content-Type": "image/png"}),
        ("response", f"{URL}/x", b"no", {"Content-Type": "text/html", "Status": "404 Not Found"}),
        (
            "response",
            "https://city.example/robots.txt",
            b"User-agent: *",
            {"Content-Type": "text/plain"},
        ),
        ("response", f"{URL}/t", SECOND.encode(), {"Content-Type": "text/plain"}),
        is_packed=is_packed,
    )
    name = "a.warc.gz" if is_packed else "a.warc"
    (dated, undated, text), (robots, rest) = read(data, name)

    assert ("2023-06-09", "", "") == (day(dated), day(undated), day(text))
    assert (URL, f"{URL}/t") == (dated.url, text.url)
    assert f"{name}:3" == dated.origin
    assert f"{FIRST}\n{SECOND}" == body(dated)
    assert "HTTP/1.1" not in dated.text
    assert RejectReason.NO_PROSE == robots.reason == rest.reason
    for part in ("2 of image/png", "1 answers of status 404", "1 request records"):
        assert part in rest.detail


def test_texts_of_common_crawl_are_read() -> None:
    """A WET file gives the text of each page with its address."""
    data = archive(("conversion", URL, f"پل تازه\n{FIRST}\n{SECOND}".encode(), {}))
    (article,), _ = read(data, "a.warc.wet")

    assert (URL, "", "پل تازه") == (article.url, day(article), article.headline)
    assert f"{FIRST}\n{SECOND}" == body(article)


def test_answers_are_unpacked() -> None:
    """Chunked and compressed answers are read; a body that lies about it is read as it is."""
    page = PAGE.format(DATE, FIRST, SECOND).encode()
    packed = gzip.compress(page)
    half = len(packed) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in (packed[:half], packed[half:], b""))
    records = [
        ("response", URL, body_, {"Content-Type": "text/html", **headers})
        for body_, headers in (
            (packed, {"Content-Encoding": "gzip"}),
            (zlib.compress(page), {"Content-Encoding": "deflate"}),
            (chunks, {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}),
            (page, {"Content-Encoding": "gzip"}),
        )
    ]
    articles, _ = read(archive(*records), "a.warc")

    assert [f"{FIRST}\n{SECOND}"] * 4 == [body(article) for article in articles]


def test_wacz_gives_its_pages_and_none_of_its_lists() -> None:
    """Of a WACZ the records are read; what lists them is left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("datapackage.json", json.dumps({"profile": "data-package"}))
        packed.writestr("pages/pages.jsonl", json.dumps({"url": URL, "text": FIRST}))
        packed.writestr("archive/data.warc.gz", archive(html(), is_packed=True))
        packed.writestr("indexes/index.cdx", f"city,example)/ 2026 {{}} {FIRST}")
    (article,), rejects = read(out.getvalue(), "a.wacz")

    assert "a.wacz!archive/data.warc.gz:2" == article.origin
    assert {RejectReason.NO_PROSE} == {reject.reason for reject in rejects}


@pytest.mark.parametrize("length", ["999999999999", "3", "-5", "x"])
def test_lying_lengths(length: str) -> None:
    """Lengths that lie give what can be read and a reject; nothing is taken on trust."""
    data = archive(html(), html(PAGE.format("", SECOND, FIRST)))
    at = data.index(b"Content-Length: ", data.index(b"WARC-Type: response")) + 16
    data = data[:at] + length.encode() + data[data.index(b"\r\n", at) :]
    articles, rejects = read(data, "a.warc")

    assert all("WARC-" not in article.text for article in articles)
    assert rejects


def test_headers_without_end_are_refused() -> None:
    """Megabytes of headers are not collected in memory."""
    articles, rejects = read(b"WARC/1.0\r\nWARC-Type: " + b"x" * 3_000_000, "a.warc")

    assert not articles
    assert [RejectReason.BROKEN_ARCHIVE] == [reject.reason for reject in rejects]


def test_bomb_in_an_answer_is_refused() -> None:
    """An answer that unpacks to gigabytes is one reject, and the next page is read."""
    bomb = gzip.compress(bytes(200_000_000))
    bombed = ("response", URL, bomb, {"Content-Type": "text/html", "Content-Encoding": "gzip"})
    (article,), rejects = read(archive(bombed, html()), "a.warc")

    assert "a.warc:3" == article.origin
    assert RejectReason.TOO_LONG == rejects[0].reason
