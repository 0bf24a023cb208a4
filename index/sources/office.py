"""Articles from documents that are XML in a zip: Word (.docx), OpenDocument (.odt) and EPUB.

A document is one article, a chapter of a book too. Paragraphs are lines, and so are rows of tables.
Left out: deleted revisions, comments, notes, headers and footers, hidden text.
Sources: ECMA-376 part 1, 17; OpenDocument 1.3 part 3; EPUB 3.3.
Does not: take a date from metadata of a document, which tell when the file was made.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, Any, Final
from urllib.parse import unquote, urlsplit

# Imported by `index.sources` only when such a file is read.
from lxml import etree

from index.sources import nexis
from index.sources.containers import MAX_MEMBERS, Budget
from index.sources.documents import Paragraph, article_of
from index.sources.rejects import MAX_BYTES, Refused, RejectReason, Stream, whole
from index.types import Article, Reject

_Element = etree._Element  # noqa: SLF001  # the name under which lxml's types have it
_MAX_ZIP = 64 * 1024**2
_MAX_PART = 64 * 1024**2
_BROKEN = (
    EOFError, zipfile.BadZipFile, zipfile.LargeZipFile, etree.LxmlError, RuntimeError, ValueError,
    NotImplementedError, OverflowError, LookupError, zipfile.zlib.error,
)  # fmt: skip
_SUFFIXES = frozenset((".docx", ".docm", ".dotx", ".odt", ".ott", ".epub"))
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
_XHTML = "{http://www.w3.org/1999/xhtml}"
