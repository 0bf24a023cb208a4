"""Bend valid files and read them: `python fuzz_child.py SEED COUNT [NAME...]`; run by test_fuzz.

The names are those of `samples`, all of them if none is given.

Prints how many inputs were read; a crash, an input of over 5 seconds, or more memory than allowed
ends it with the input's place in the series, which the seed repeats.
"""

import gzip
import io
import json
import random
import resource
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from office_maker import book, paragraph, word
from openpyxl import Workbook
from pdf_maker import Text, make
from pyarrow import parquet

from index.sources import read_bytes
from index.types import Article, Reject

_MEMORY_BYTES = 512 * 1024**2  # of address space beyond what one valid file of each kind takes
_SLOW_S = 5.0
_TEXT = "به گزارش خبرگزاری مهر، وزیر نیرو گفت که خط دوم انتقال آب به شهر راه افتاده است."
_PAGE = f"۱۹ خرداد ۱۴۰۲، ۱۸:۱۵\n\nآب به شهر رسید\n\n{_TEXT}\n\nکد خبر 5805672\n\nبرچسبها\n"
_FIELDS = "X\n\nJune 9, 2023 Friday\n\nآب\n\nLENGTH: 9 words"
_NEXIS = f"1 of 2 DOCUMENTS\n\n{_FIELDS}\n\n{_TEXT}\n\n" * 2
_OFFICE = Path(__file__).with_name("office")
_RECORD = {
    "id": 1,
    "title": "آب",
    "text": _TEXT,
    "date": "1402/03/19",
    "url": "https://isna.ir/news/1",
}
_HOSTILE = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"{", b"[", b"}", b"]", b"\n", b"\r", b"<", b"]]>",
    b"PK\x03\x04", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"ustar", b"\\ud800", b"1e999", b"&#x0;",
    b"%PDF-1.7\n", b"{\\rtf1", b"PAR1", b"/Kids[1 0 R]", b"stream\n", b"\\u-999999999?",
    b"<!DOCTYPE html>", b'<?xml version="1.0"?>', b"\xff\xff\xff\xff", b"9" * 20, b"\xe2\x80\xae",
)  # fmt: skip


def _zip(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", data)
        archive.writestr("b/c.jsonl", data[:50])
    return out.getvalue()


def _tar(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


_PACKERS: tuple[Callable[[bytes], bytes], ...] = (_zip, _tar, gzip.compress)


def samples() -> dict[str, bytes]:
    """Return a valid file of each kind by its name."""
    line = json.dumps(_RECORD, ensure_ascii=False)
    data = f'<script type="application/ld+json">{line}</script>'
    head = f"<head><meta charset=utf-8><title>آب</title>{data}</head>"
    html = f"<!DOCTYPE html><html lang=fa>{head}<body><p>{_TEXT}</p></body></html>"
    item = f"<item><title>آب</title><description>{_TEXT}</description></item>"
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{item}</channel></rss>'
    return {
        "a.txt": _PAGE.encode(),
        "b.txt": _PAGE.replace("ی", "ي").encode("cp1256", "ignore"),
        "c.txt": _PAGE.encode("utf-16"),
        "a.jsonl": f"{line}\n{line}\n".encode(),
        "a.json": json.dumps([_RECORD, _RECORD], indent=1).encode(),
        "a.csv": f'id,title,text\n1,آب,"{_TEXT}"\n2,آب,"{_TEXT}"\n'.encode(),
        "a.html": html.encode(),
        "a.xml": feed.encode(),
        "a.md": f"---\ntitle: آب\n---\n# آب\n\n{_TEXT}\n".encode(),
        "a.gz": gzip.compress(line.encode()),
        "a.zip": _zip(_PAGE.encode()),
        "a.tar": _tar(_PAGE.encode()),
        "a.pdf": make([[Text(50, 700 - 12 * row, _TEXT[::-1]) for row in range(9)]]),
        "a.docx": word(paragraph("آب", "a3") + paragraph(_TEXT)),
        "a.epub": book({"one": f"<h1>آب</h1><p>{_TEXT}</p>"}),
        "a.odt": (_OFFICE / "report.odt").read_bytes(),
        "a.xlsx": _workbook(),
        "a.rtf": f"{{\\rtf1\\ansi\\ansicpg1256 {_escaped(_TEXT)}\\par}}".encode(),
        "a.parquet": _parquet(),
        "nexis.txt": _NEXIS.encode(),
        "factiva.txt": f"HD {_TEXT}\nPD 9 June 2023\nSN X\nLP\n{_TEXT}\nTD\n\n".encode() * 3,
    }


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(char)}?" for char in text)


def _workbook() -> bytes:
    out, book_ = io.BytesIO(), Workbook()
    for row in (("عنوان", "متن"), ("آب", _TEXT)):
        book_.active.append(row)
    book_.save(out)
    return out.getvalue()


def _parquet() -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.table({"text": [_TEXT, _TEXT]}), out)
    return out.getvalue()


def bend(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """Return a file that was changed a few times."""
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((1, 2, 8, 64)))
        match chance.randrange(7):
            case 0:
                data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at] + chance.choice(_HOSTILE) + data[at:]
            case 2:
                data = data[:at] + data[end:]
            case 3:
                data = data[:at] + data[at:end] * chance.choice((2, 100, 3_000)) + data[end:]
            case 4:
                data = data[:at]
            case 5:
                data = data[:at] + chance.choice(others)[at:]
            case _:
                data = chance.choice(_PACKERS)(data)
    return data


def _address_space() -> int:
    """Return how many bytes this process has mapped, as Linux counts them."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def main(seed: int, count: int, *names: str) -> None:
    """Read `count` bent files."""
    chance = random.Random(seed)  # noqa: S311  # a series to repeat, no secret
    files = samples()
    for name, data in files.items():  # opens the language model and loads every reader
        list(read_bytes(data, name))
    limit = _address_space() + _MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for number in range(count):
        name = chance.choice(names or list(files))
        data = bend(files[name], chance, list(files.values()))
        started = time.process_time()
        found = list(read_bytes(data, name))
        seconds = time.process_time() - started
        if seconds > _SLOW_S or not all(isinstance(item, Article | Reject) for item in found):
            sys.exit(f"input {number} of seed {seed}, {name}: {seconds:.1f} s")
    sys.stdout.write(f"{count} inputs\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
