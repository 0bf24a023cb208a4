"""Articles from documents that are XML in a zip: Word (.docx), OpenDocument (.odt) and EPUB.

A document is one article, a chapter of a book too. Paragraphs are lines, and so are rows of tables.
Left out: deleted revisions, comments, notes, headers and footers, hidden text.
Sources: ECMA-376 part 1, 17; OpenDocument 1.3 part 3; EPUB 3.3.
Does not: take a date from metadata of a document, which tell when the file was made.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import IO, Any
from urllib.parse import unquote

# Imported by `index.sources` only when such a file is read.
from lxml import etree

from index.sources import nexis
from index.sources.containers import MAX_MEMBERS, Budget
from index.sources.documents import Paragraph, article_of
from index.sources.rejects import MAX_BYTES, Refused, RejectReason, Stream, whole
from index.text.dates import parse
from index.types import Article, Reject

_Element = etree._Element  # noqa: SLF001  # the name under which lxml's types have it
_MAX_ZIP = 64 * 1024**2
_MAX_PART = 64 * 1024**2
_BROKEN = (
    EOFError, zipfile.BadZipFile, zipfile.LargeZipFile, etree.LxmlError, RuntimeError, ValueError,
    NotImplementedError, OverflowError, LookupError, zlib.error,
)  # fmt: skip
_OTHERS = {
    "ppt/presentation.xml": "a presentation; save it as PDF",
    "application/vnd.oasis.opendocument.presentation": "a presentation; save it as PDF",
    "application/vnd.oasis.opendocument.spreadsheet": "a sheet of OpenDocument; save it as .xlsx",
}
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CHUNK_BYTES = 65_536
_TOP = 20  # paragraphs among which the title stands
_SENTENCE = 80  # characters of a paragraph of prose
_MAX_LABEL = 500
_EMPTY_HEADS = re.compile(rb"<(?:title|script|style)\b[^<>]*/>", re.IGNORECASE)  # XML, not HTML


def read(file: Stream, origin: str) -> Iterator[Article | Reject]:
    """Read the articles of a document.

    Raises:
        Refused: If it is encrypted, broken, beyond the limits, of another kind, or holds no text.
    """
    if not file.peek(2).startswith(b"PK"):
        raise Refused(
            RejectReason.ENCRYPTED, "needs a password, or was saved by Office before 2007"
        )
    with _opened(file) as package:
        if package.has("word/document.xml"):
            yield from _read_word(package, origin)
        elif package.has("META-INF/container.xml"):
            yield from _read_book(package, origin)
        elif package.mimetype.startswith("application/vnd.oasis.opendocument.text"):
            yield from _read_open_document(package, origin)
        else:
            kinds = (advice for name, advice in _OTHERS.items() if package.is_of(name))
            detail = next(kinds, "a file of Office without text; save it as .docx or .xlsx")
            raise Refused(RejectReason.UNSUPPORTED, detail)


class _Package:
    """The parts of a zip, read within limits."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        infos = archive.infolist()
        if len(infos) > MAX_MEMBERS:
            raise Refused(RejectReason.ARCHIVE_LIMIT, f"more than {MAX_MEMBERS:,} parts")
        self._archive = archive
        self._infos = {info.filename: info for info in infos}
        stored = sum(info.compress_size for info in infos)
        self._budget = Budget(lambda: stored)
        self.mimetype = b"".join(self.chunks("mimetype"))[:200].decode("ascii", "replace").strip()

    def has(self, name: str) -> bool:
        """Tell whether there is a part of this name."""
        return name in self._infos

    def is_of(self, kind: str) -> bool:
        """Tell whether it holds a part of a name, or is of a media type."""
        return kind in self._infos or self.mimetype == kind

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a part in pieces; nothing for one that is not there.

        Raises:
            Refused: If it is encrypted or too long.
        """
        info = self._infos.get(name)
        if info is None:
            return
        if info.flag_bits & 0x1:
            raise Refused(RejectReason.ENCRYPTED, "needs a password")
        taken = 0
        with self._archive.open(info) as part:
            while chunk := part.read(_CHUNK_BYTES):
                taken += len(chunk)
                self._budget.take(len(chunk))
                if taken > _MAX_PART:
                    detail = f"more than {_MAX_PART:,} bytes of text and its format"
                    raise Refused(RejectReason.TOO_LONG, detail)
                yield chunk

    def tree(self, name: str) -> _Element | None:
        """Return a small part as a tree, None where it is not there or is no XML."""
        data = b"".join(self.chunks(name))
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
        return etree.fromstring(data, parser) if data else None


@contextmanager
def _opened(file: Stream) -> Iterator[_Package]:
    """Open the zip of a document; what a broken one raises is `Refused`."""
    try:
        source: IO[bytes] = file if file.seekable() else BytesIO(whole(file, _MAX_ZIP))
        with zipfile.ZipFile(source) as archive:
            yield _Package(archive)
    except _BROKEN as exc:
        detail = " ".join(str(exc).split())[:200] or type(exc).__name__
        raise Refused(RejectReason.BROKEN_ARCHIVE, detail) from None


@dataclass(frozen=True, slots=True)
class _Format:
    """Names of the elements of a format that matter to its text."""

    paragraphs: frozenset[str]
    skipped: frozenset[str]
    spaces: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()  # empty for all
    rows: frozenset[str] = frozenset()


_WORD_FORMAT = _Format(
    paragraphs=frozenset((f"{_W}p",)),
    skipped=frozenset(
        (f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_W}rPrChange",
         f"{_W}pPrChange", f"{_MC}Fallback", f"{_W}tabs")
    ),
    spaces=frozenset((f"{_W}tab", f"{_W}br", f"{_W}cr")),
    texts=frozenset((f"{_W}t",)),
    rows=frozenset((f"{_W}tr",)),
)  # fmt: skip
_OPEN_FORMAT = _Format(
    paragraphs=frozenset((f"{_TEXT}p", f"{_TEXT}h")),
    skipped=frozenset(
        (f"{_OFFICE}annotation", f"{_TEXT}tracked-changes", f"{_TEXT}note", f"{_OFFICE}forms",
         f"{_TEXT}table-of-content", f"{_TEXT}alphabetical-index", f"{_OFFICE}automatic-styles")
    ),
    spaces=frozenset((f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break")),
    rows=frozenset((f"{_TABLE}table-row",)),
)  # fmt: skip
_BOOK_FORMAT = _Format(
    paragraphs=frozenset(
        ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "blockquote", "div", "section",
         "figcaption", "body")
    ),
    skipped=frozenset(("head", "script", "style", "nav", "svg", "math", "template", "noscript")),
    spaces=frozenset(("br",)),
    rows=frozenset(("tr",)),
)  # fmt: skip


class _Walker:
    """Target of a parser that collects paragraphs, each with its style.

    An inner paragraph (of a text box, of a list) stands before or after the rest of its outer one.
    """

    def __init__(self, form: _Format) -> None:
        self._form = form
        self._skipping = self._texts = self._rows = self._left = 0
        self._hidden = False
        self._style = ""
        self._pieces: list[str] = []
        self._cells: list[str] = []
        self.found: list[tuple[str, str]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        form = self._form
        if self._skipping or tag in form.skipped:
            self._skipping += 1
        elif tag in form.paragraphs:
            self._end_paragraph()
            self._style = attributes.get(f"{_TEXT}style-name", tag)
        elif tag in form.rows:
            self._end_paragraph()
            self._rows += 1
        elif tag in form.texts:
            self._texts += 1
        elif tag in form.spaces:
            self._pieces.append(" ")
        elif tag == f"{_W}pStyle":
            self._style = attributes.get(f"{_W}val", "")
        elif tag == f"{_W}vanish":
            self._hidden = attributes.get(f"{_W}val", "1") not in {"0", "false", "off"}
        elif tag == f"{_W}noBreakHyphen":
            self._pieces.append("-")

    def end(self, tag: str) -> None:
        """End an element."""
        form = self._form
        if self._skipping:
            self._skipping -= 1
        elif tag in form.paragraphs:
            self._end_paragraph()
        elif tag in form.rows and self._rows:
            self._end_paragraph()
            self._rows -= 1
            if not self._rows:
                self._add(" | ".join(self._cells), "")
                self._cells = []
        elif tag in form.texts:
            self._texts -= 1
        elif tag == f"{_W}r":
            self._hidden = False

    def data(self, text: str) -> None:
        """Take the text of an element."""
        if not self._skipping and not self._hidden and (self._texts or not self._form.texts):
            self._pieces.append(text)

    def close(self) -> list[tuple[str, str]]:
        """Return the paragraphs, each with its style."""
        self._end_paragraph()
        return self.found

    def _end_paragraph(self) -> None:
        text = " ".join("".join(self._pieces).split())
        self._pieces = []
        if text and self._rows:
            self._cells.append(text)
        elif text:
            self._add(text, self._style)
        self._style = ""

    def _add(self, text: str, style: str) -> None:
        self._left += len(text)
        if self._left > MAX_BYTES:
            raise Refused(RejectReason.TOO_LONG, f"more than {MAX_BYTES:,} characters of text")
        if text:
            self.found.append((text, style))


def _walked(package: _Package, name: str, form: _Format) -> list[tuple[str, str]]:
    """Return the paragraphs of a part of a document, each with its style."""
    walker: Any = _Walker(form)  # lxml's types ask for methods that it does not need
    parser = etree.XMLParser(target=walker, resolve_entities=False, no_network=True)
    for number, chunk in enumerate(package.chunks(name)):
        if not number and b"<!DOCTYPE" in chunk:
            raise Refused(RejectReason.BROKEN_ARCHIVE, "a document type, which Office never writes")
        parser.feed(chunk)
    parser.close()
    found: list[tuple[str, str]] = walker.found
    return found


def _chapter(package: _Package, name: str) -> list[tuple[str, str]]:
    """Return the paragraphs of a chapter, each with its element."""
    data = _EMPTY_HEADS.sub(b"", b"".join(package.chunks(name)))
    walker: Any = _Walker(_BOOK_FORMAT)
    if data:
        etree.fromstring(data, etree.HTMLParser(target=walker, no_network=True, encoding="utf-8"))
    found: list[tuple[str, str]] = walker.found
    return found


def _paragraphs(found: list[tuple[str, str]], ranks: Mapping[str, int]) -> list[Paragraph]:
    """Return paragraphs, the first of those with the best rank marked as the title."""
    top = [(ranks[style], row) for row, (_, style) in enumerate(found[:_TOP]) if style in ranks]
    title = min(top, default=(0, -1))[1]
    return [Paragraph(text, row == title) for row, (text, _) in enumerate(found)]


def _articles(paragraphs: list[Paragraph], origin: str, title: str) -> Iterator[Article | Reject]:
    """Yield the article of a document, or those of a download from a news archive."""
    lines = [paragraph.text for paragraph in paragraphs]
    if nexis.is_download_of(lines):
        yield from nexis.articles_of([line for one in lines for line in (one, "")], origin)
    else:
        yield article_of(paragraphs, origin, title=title)


def _read_word(package: _Package, origin: str) -> Iterator[Article | Reject]:
    styles = package.tree("word/styles.xml")
    names: dict[str, str] = {}
    for style in () if styles is None else styles.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        if name is not None:
            names[style.get(f"{_W}styleId", "")] = name.get(f"{_W}val", "").lower()
    found = [
        (text, names.get(style, style.lower()))
        for text, style in _walked(package, "word/document.xml", _WORD_FORMAT)
    ]
    found = [(text, style) for text, style in found if not style.startswith("toc ")]
    paragraphs = _paragraphs(found, {"title": 0, "heading 1": 1})
    yield from _articles(paragraphs, origin, _stated_title(package, "docProps/core.xml"))


def _read_open_document(package: _Package, origin: str) -> Iterator[Article | Reject]:
    content = package.tree("content.xml")
    parents = {
        style.get(f"{_STYLE}name", ""): style.get(f"{_STYLE}parent-style-name", "")
        for style in (() if content is None else content.iter(f"{_STYLE}style"))
    }
    found = [
        (text, parents.get(style) or style)
        for text, style in _walked(package, "content.xml", _OPEN_FORMAT)
    ]
    paragraphs = _paragraphs(found, {"Title": 0, "Heading_20_1": 1})
    yield from _articles(paragraphs, origin, _stated_title(package, "meta.xml"))


def _stated_title(package: _Package, name: str) -> str:
    tree = package.tree(name)
    return "" if tree is None else str(tree.findtext(f".//{_DC}title") or "")


def _read_book(package: _Package, origin: str) -> Iterator[Article | Reject]:
    """Read each chapter, in the order of the book."""
    container = package.tree("META-INF/container.xml")
    root = None if container is None else container.find(".//{*}rootfile")
    path = "" if root is None else root.get("full-path", "")
    book = package.tree(path)
    if book is None:
        raise Refused(RejectReason.BROKEN_ARCHIVE, "a book without a list of its parts")
    title = str(book.findtext(f".//{_DC}title") or "").strip()
    published = parse(str(book.findtext(f".//{_DC}date") or "").strip())
    items = {item.get("id", ""): item for item in book.iter(f"{_OPF}item")}
    is_read = False
    for place in book.iter(f"{_OPF}itemref"):
        item = items.get(place.get("idref", ""))
        if item is None or "nav" in item.get("properties", "").split():
            continue
        link = posixpath.join(posixpath.dirname(path), unquote(item.get("href", "")))
        name = posixpath.normpath(link)
        where = f"{origin}!{name}"[:_MAX_LABEL]
        paragraphs = _paragraphs(_chapter(package, name), {"h1": 0, "h2": 1, "h3": 2})
        if not any(len(one.text) >= _SENTENCE and not one.is_title for one in paragraphs):
            detail = "a page of a book without a paragraph"
            yield Refused(RejectReason.NO_PROSE, detail).reject(where)
            continue
        chapter = article_of(paragraphs, where)
        is_read = True
        yield replace(
            chapter, source=chapter.source or title, published=chapter.published or published
        )
    if not is_read:
        raise Refused(RejectReason.NO_TEXT, "a book without chapters of text")
