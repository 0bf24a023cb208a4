"""Hostile files made by program: `python hostile_files.py [EVERY] [BYTES]`.

Each is read, divided and hashed as a build does, in a fork of its own: none may take over 5 seconds
of processor, or over 300 MB beyond what the process has when it begins. EVERY takes each such file
of the series only; BYTES is the size of a repetition (1,000,000).
"""

import bz2
import gzip
import io
import json
import lzma
import os
import resource
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from backports import zstd
from office_maker import paragraph, word
from pdf_maker import Text, make

from index.config import ChunkConfig
from index.corpus.intake import Divide
from index.corpus.ledger import digests
from index.encoders import BundledConfig, open_encoder
from index.sources import SourceFile, read_bytes, read_file
from index.types import Article, Reject

MOST_S = 5.0
MOST_BYTES = 300 << 20

# What is repeated. Letters around keep a text from being refused as no prose at once.
UNITS = (
    "'a", "@a", "-a", "&amp;", "&#x41;", "http://", "a", "<p>", "<a ", "<b>", "</div>", "[a](b)",
    "![", "(", "[[", "{{", '"', "\n", "\t", "a,", "a;", "0", "0,", "۱", "می ", "e\u0301", "\u200c",
    "。", "<!-- a -->", "<![CDATA[", "]]>", "=?utf-8?b?YQ==?= ", "\\u0041", '{"a":', "[",
    "\nFrom a\n", "a: b\n", "--b\n", "|", "{|\n", "'''", "==", "%41", "#", "*a* ", "`", "~", "1. ",
    "- ", "\n> ", "a.b", "www.", "a@b.c ", "/", "Ａ ",
)  # fmt: skip
_WORDS = "The harbour was opened on Monday. "


def series(size: int) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield a name and what makes the bytes of each hostile file."""
    for number, unit in enumerate(UNITS):
        text = f"{_WORDS}{unit * (size // len(unit))}"
        record = {"title": "Rain", "text": text}
        body = f"<article><h1>Rain</h1><p>{text}</p></article>"
        page = f"<!DOCTYPE html><html><body>{body}</body></html>"
        item = f"<item><title>Rain</title><description><![CDATA[{text}]]></description></item>"
        yield f"{number}.txt", text.encode
        yield f"{number}.html", page.encode
        yield f"{number}.jsonl", json.dumps(record).encode
        if number % 4 == 0:
            yield f"{number}.md", f"# Rain\n\n{text}\n".encode
            feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{item}</channel></rss>'
            yield f"{number}.xml", feed.encode
    yield from _special(size)


def _special(size: int) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield what is hostile by its structure."""
    n = size // 10
    zeros = bytes(200 * size)

    def html(body: str) -> bytes:
        return f"<!DOCTYPE html><html><body><p>{_WORDS * 9}</p>{body}</body></html>".encode()

    attributes = " ".join(f"a{number}=b" for number in range(n))
    yield "attributes.html", lambda: html(f"<p {attributes}>x</p>")
    yield "same attributes.html", lambda: html(f"<p {'a=b ' * n}>x</p>")
    yield "long attribute.html", lambda: html(f'<p class="{"a " * n}">x</p>')
    for tag in ("div", "b", "span", "table><tr><td", "ul><li", "blockquote", "font", "a"):
        yield f"nested {tag[:5]}.html", lambda tag=tag: html(f"<{tag}>" * n)
    yield "meta.html", lambda: html("<meta property=og:title content=a>" * n)
    yield "ld.html", lambda: html(f'<script type="application/ld+json">{"[" * n}</script>')
    yield "many ld.html", lambda: html('<script type="application/ld+json">{"a":1}</script>' * n)
    yield (
        "entity.xml",
        lambda: (
            b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
            + b"".join(
                f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">'.encode() for at in range(9)
            )
            + b"]><rss><channel><item><title>&j;</title></item></channel></rss>"
        ),
    )
    yield "nested.xml", lambda: b'<?xml version="1.0"?><rss><channel>' + b"<item>" * n
    yield "attributes.xml", f'<?xml version="1.0"?><rss {attributes}></rss>'.encode
    yield "nested.json", lambda: b'[{"text": ' + b"[" * size
    yield "objects.json", lambda: b'{"a":' * n
    yield "keys.jsonl", lambda: json.dumps({f"k{number}": number for number in range(n)}).encode()
    yield "digits.jsonl", lambda: b'{"text": "a b", "id": ' + b"9" * size + b"}"
    yield "lines.jsonl", lambda: b"{}\n" * n
    yield (
        "columns.csv",
        (",".join(f"c{number}" for number in range(n)) + "\n1,2\n").encode,
    )
    yield "quote.csv", lambda: b'id,title,text\n1,a,"' + b"a," * n
    yield "quotes.csv", lambda: b"id,title,text\n" + b'"""",' * n
    yield "zeros.gz", lambda: gzip.compress(zeros)
    yield "zeros.bz2", lambda: bz2.compress(zeros)
    yield "zeros.xz", lambda: lzma.compress(zeros, preset=0)
    yield "zeros.zst", lambda: zstd.compress(zeros)
    yield "letters.gz", lambda: gzip.compress(b"a " * (100 * size))
    yield "gz of gz.gz", lambda: gzip.compress(gzip.compress(gzip.compress(zeros)))
    yield "zeros.zip", lambda: _zip({f"{number}.txt": zeros for number in range(3)})
    yield "many.zip", lambda: _zip({f"{number}.txt": b"The rain." for number in range(n // 20)})
    yield "nested.zip", lambda: _nested_zip(12)
    yield "many.tar", lambda: _tar({f"{number}.txt": b"The rain." for number in range(n // 20)})
    yield "zeros.docx", lambda: _zip({"word/document.xml": zeros})
    yield "spaces.docx", lambda: word(paragraph(" " * (20 * size)))
    yield "paragraphs.docx", lambda: word(paragraph("a") * n)
    yield "nested.docx", lambda: word("<w:tbl><w:tr><w:tc>" * (n // 10))
    yield "nested.rtf", lambda: b"{\\rtf1 " + b"{" * size
    yield "escapes.rtf", lambda: b"{\\rtf1 " + b"\\u1575?" * n + b"}"
    yield "text.pdf", lambda: make([[Text(50, 700, "a" * n)]])
    yield "lines.pdf", lambda: make([[Text(50, at % 700, "a b") for at in range(n // 40)]])
    yield "kids.pdf", lambda: b"%PDF-1.7\n1 0 obj<</Type/Pages/Kids[1 0 R]/Count 9>>endobj\n" * 99
    yield "objects.pdf", lambda: b"%PDF-1.7\n" + b"1 0 obj<<>>endobj\n" * (n // 2)
    yield "mail.mbox", lambda: b"From a@b Fri Jun  9 18:15:00 2023\n\n" * (n // 4)
    yield "headers.eml", lambda: b"From: a@b\n" + b"To: a\n" * n + b"\nThe rain.\n"
    yield "parts.eml", lambda: _nested_mail(n // 50)
    yield "templates.xml", lambda: _wiki("{{a|" * n)
    yield "links.xml", lambda: _wiki("[[File:a|" * n)
    yield "headings.xml", lambda: _wiki("== a ==\n" * n)
    yield "tables.xml", lambda: _wiki("{|\n|-\n|" * n)


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _nested_zip(depth: int) -> bytes:
    data = _zip({"a.txt": b"The rain."})
    for _ in range(depth):
        data = _zip({f"{number}.zip": data for number in range(4)})
    return data


def _tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _nested_mail(depth: int) -> bytes:
    parts = "".join(
        f'Content-Type: multipart/mixed; boundary="b{at}"\n\n--b{at}\n' for at in range(depth)
    )
    return f"From: a@b\nSubject: Rain\nMIME-Version: 1.0\n{parts}".encode()


def _wiki(text: str) -> bytes:
    return (
        "<mediawiki><siteinfo><sitename>W</sitename></siteinfo><page><title>Rain</title><ns>0</ns>"
        f"<revision><text>{_WORDS}{text}</text></revision></page></mediawiki>"
    ).encode()


def campaign(every: int, size: int, cache_dir: Path) -> list[str]:
    """Read the files, each in a fork; return what took too long, too much, or raised.

    Raises:
        EncoderError: If the bundled encoder cannot be opened.
    """
    divide = Divide(ChunkConfig(), open_encoder(BundledConfig(cache_dir=cache_dir)).count_tokens)
    _read(SourceFile(Path(__file__), "a.txt"), divide)  # opens the language model
    list(read_bytes(b"<html><body><p>The rain.</p></body></html>", "a.html"))
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        for name, made in islice(series(size), 0, None, every):
            path = Path(folder, name.replace("><", " "))
            path.write_bytes(made())
            seconds, n_bytes, status = _in_fork(path, divide)
            if status or seconds > MOST_S or n_bytes > MOST_BYTES:
                bad.append(f"{name}: status {status}, {seconds:.1f} s, {n_bytes >> 20} MB")
                sys.stderr.write(f"{bad[-1]}\n")
            path.unlink()
    return bad


def _in_fork(path: Path, divide: Divide) -> tuple[float, int, int]:
    """Read a file; return seconds of processor, bytes of memory beyond the base, exit status."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
            before = _peak_bytes()
            _read(SourceFile(path, path.name), divide)
            os.write(writing, f"{_peak_bytes() - before}".encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    _, status, used = os.wait4(pid, 0)
    with os.fdopen(reading, "rb") as told:
        n_bytes = int(told.read() or 0)
    return used.ru_utime + used.ru_stime, n_bytes, status


def _read(file: SourceFile, divide: Divide) -> None:
    for item in read_file(file):
        if isinstance(item, Article):
            digests(item)
            divide([item])
        else:
            assert isinstance(item, Reject)


def _peak_bytes() -> int:
    """Return the most memory that this process has had, as Linux counts it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:"))


def main(every: int = 1, size: int = 1_000_000) -> None:
    """Run the campaign in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        bad = campaign(every, size, Path(folder))
    n_files = len(range(0, sum(1 for _ in series(10)), every))
    sys.stdout.write(f"{n_files - len(bad)} of {n_files} hostile files passed\n")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
