"""Articles from PDF files with a text layer, and from scanned ones where OCR is set up.

A file is one article. Its text has a form feed where a page begins, so that the page of a quote can
be told (`Article.page_of`). Pages are taken apart in a process of its own (`pdf_pages`), one for
all files, which is started anew after a file that it did not survive.

OCR is done by the program ocrmypdf, which the user installs; nothing that it makes is kept.
Does not: divide a newspaper's page into its reports, or read text that stands sideways.
"""

import atexit
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any

from index.config import ReadConfig
from index.sources import outlets, pdf_pages
from index.sources.documents import MAX_HEADLINE, Paragraph, article_of
from index.sources.rejects import Refused, RejectReason, Stream, whole
from index.types import Article, Reject

_MAX_BYTES = 64 * 1024**2
_PROMINENT = 1.15  # times the size of the report
_OCR_SECONDS = 60  # for a file and for each page, which takes some 5
_OCR_PACKAGES = "ocrmypdf tesseract-ocr-fas tesseract-ocr-ara"  # of Debian and Ubuntu
_FAULTS = {
    "pictures": "hold pictures and no text (scanned?)",
    "unknown": "hold text whose letters cannot be told",
    "broken": "are broken",
}


def read(file: Stream, origin: str, *, config: ReadConfig) -> Iterator[Article | Reject]:
    """Read the article of a PDF, and yield a reject where some of its pages cannot be read.

    Raises:
        Refused: If it is encrypted, broken, beyond the limits, or holds no text.
    """
    data = whole(file, _MAX_BYTES)
    answer = _worker().answer(data)
    pages = [[pdf_pages.Paragraph(*values) for values in page] for page in answer["pages"]]
    faults = answer["faults"]
    if any(pages):
        yield article_of(_paragraphs(pages), origin, title=answer["title"], edges=answer["edges"])
        if faults:
            yield _unread(faults, len(pages)).reject(origin)
    elif config.ocr and faults.keys() & {"pictures", "unknown"}:
        yield article_of(_recognised(data, config.ocr, len(pages)), origin)
    else:
        raise _unread(faults, len(pages))


def _unread(faults: Mapping[str, int], n_pages: int) -> Refused:
    """Return the refusal of pages that hold no text we can tell."""
    if not faults:
        return Refused(RejectReason.NO_TEXT, f"{n_pages} empty pages")
    counts = [f"{count} of {n_pages} pages {_FAULTS[fault]}" for fault, count in faults.items()]
    advice = f"for OCR install {_OCR_PACKAGES} and set PASOKH_OCR=fas+ara+eng"
    reason = RejectReason.UNREADABLE if "broken" in faults else RejectReason.SCANNED
    return Refused(reason, "; ".join([*counts, advice][: None if reason == "scanned" else -1]))


def _paragraphs(pages: list[list[pdf_pages.Paragraph]]) -> list[Paragraph]:
    """Return the paragraphs of all pages, each new page after a form feed, the title marked."""
    sizes = Counter[float]()
    for one in chain.from_iterable(pages):
        sizes[one.em] += len(one.text)
    usual = sizes.most_common(1)[0][0]
    large = [
        one
        for one in next(filter(None, pages))
        if one.em > _PROMINENT * usual
        and len(one.text) <= MAX_HEADLINE
        and any(map(str.isalpha, one.text))
        and not outlets.masthead(one.text)
    ]
    title = max(large, key=lambda one: one.em, default=None)
    found: list[Paragraph] = []
    before = None
    for number, page in enumerate(pages):
        mark = "\f" if number else ""
        for one in page:
            if mark and before and pdf_pages.follows(before, one):
                found[-1] = replace(found[-1], text=_across(found[-1].text, one.text))
            else:
                found.append(Paragraph(mark + one.text, is_title=one is title))
            mark, before = "", one
        if mark:  # an empty page counts
            found.append(Paragraph(mark))
    return found


def _across(before: str, after: str) -> str:
    """Join a paragraph over the end of a page; a divided word belongs to the page where it ends."""
    whole_text = pdf_pages.joined((before, after))
    if len(whole_text) > len(before) + len(after):
        return f"{before}\f{after}"
    start = before.rfind(" ")
    return f"{whole_text[: max(start, 0)]}\f{whole_text[start + 1 :]}"


class _Worker:
    """The process that takes pages apart."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def answer(self, data: bytes) -> dict[str, Any]:
        """Return what a PDF holds, as `pdf_pages` says.

        Raises:
            Refused: If it is encrypted, broken or beyond the limits.
        """
        with self._lock:
            try:
                line = self._ask(data)
            except OSError:  # it died before it had read all
                line = b""
            if not line.endswith(b"\n"):
                raise self._died()
        answer: dict[str, Any] = json.loads(line)
        match answer.get("error"):
            case None:
                return answer
            case "password":
                raise Refused(RejectReason.ENCRYPTED, "needs a password")
            case "too_long":
                raise Refused(RejectReason.TOO_LONG, answer["detail"])
            case _:
                raise Refused(RejectReason.UNREADABLE, "a broken PDF")

    def _ask(self, data: bytes) -> bytes:
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-P", pdf_pages.__file__]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        process = self._process
        assert process.stdin is not None  # noqa: S101  # both are pipes
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(len(data).to_bytes(8, "big") + data)
        process.stdin.flush()
        return process.stdout.readline()

    def _died(self) -> Refused:
        """Return why the process ended."""
        process = self._process
        code = process.wait() if process else 0
        self.close()
        if code == -signal.SIGXCPU:
            return Refused(RejectReason.TOO_LONG, "takes too long to read")
        detail = (
            f"cannot be read in {pdf_pages.MEMORY_BYTES // 1024**2:,} MB of memory, or is broken"
        )
        return Refused(RejectReason.UNREADABLE, detail)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


@cache
def _worker() -> _Worker:
    worker = _Worker()
    atexit.register(worker.close)
    return worker


def _recognised(data: bytes, languages: str, n_pages: int) -> list[Paragraph]:
    """Return the paragraphs of a scanned PDF, by OCR.

    Raises:
        Refused: If the program is missing, fails, or takes too long.
    """
    program = shutil.which("ocrmypdf")
    if program is None:
        detail = f"scanned, and ocrmypdf is not installed; install {_OCR_PACKAGES}"
        raise Refused(RejectReason.SCANNED, detail)
    limit = _OCR_SECONDS * (1 + n_pages)
    with tempfile.TemporaryDirectory() as folder:
        source, text = Path(folder, "in.pdf"), Path(folder, "text.txt")
        source.write_bytes(data)
        command = [program, "--force-ocr", "--output-type", "pdf", "--optimize", "0", "--quiet"]
        command += [
            "--language",
            languages,
            "--sidecar",
            str(text),
            str(source),
            f"{folder}/out.pdf",
        ]
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        try:
            said = process.communicate(timeout=limit)[1].decode(errors="replace")
        except subprocess.TimeoutExpired:
            raise Refused(RejectReason.TOO_LONG, f"OCR took more than {limit} s") from None
        finally:
            with suppress(ProcessLookupError):  # its own children, too
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.returncode or not text.is_file():
            why = " ".join(said.split())[-200:] or f"exit code {process.returncode}"
            raise Refused(RejectReason.SCANNED, f"OCR failed: {why}")
        recognised = text.read_text(encoding="utf-8", errors="replace")
    found: list[Paragraph] = []
    for number, page in enumerate(recognised.split("\f")):
        mark = "\f" if number else ""
        for block in re.split(r"\n\s*\n", page.strip()):
            found.append(Paragraph(mark + pdf_pages.joined(block.split("\n"))))
            mark = ""
    return found
