"""Word, OpenDocument, EPUB, RTF, Excel and Parquet: paragraphs and rows, and nothing else."""

import io
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from office_maker import book, packed, paragraph, word
from pyarrow import parquet

from index.config import ReadConfig
from index.sources import RejectReason, read_articles, read_bytes
from index.types import Article, Reject

REAL = Path(__file__).with_name("office")
SHARED = Path(__file__).parents[3] / "shared" / "cases" / "ingest" / "11-office"
REPORT = "وزیر نیرو روز جمعه در نشست خبری گفت که خط دوم انتقال آب به بهره‌برداری رسید."
LONG = "The board met on Friday and agreed to mend the harbour wall before the winter storms begin."


def articles(data: bytes, name: str, config: ReadConfig | None = None) -> list[Article]:
    """Read a file that gives articles only."""
    found = list(read_bytes(data, name, config))
    assert all(isinstance(one, Article) for one in found), found
    return [one for one in found if isinstance(one, Article)]


def rejects(data: bytes, name: str) -> list[Reject]:
    """Read a file that gives rejects only."""
    found = list(read_bytes(data, name))
    assert all(isinstance(one, Reject) for one in found), found
    return [one for one in found if isinstance(one, Reject)]


def body(found: Article) -> str:
    """Return the report."""
    return "\n".join(span.cut(found.text) for span in found.body)


@pytest.mark.parametrize("kind", ["docx", "odt", "rtf", "epub"])
@pytest.mark.parametrize("name", ["report", "report.txt"])
def test_documents_of_real_programs(kind: str, name: str) -> None:
    """What Word's library and LibreOffice wrote is read letter by letter, whatever its name."""
    (found,) = articles((REAL / f"report.{kind}").read_bytes(), name)

    assert "خط دوم آب گشایش یافت" == found.headline
    assert "«آب شرب ۳۵۰ روستا» از این خط تأمین می‌شود و لوله‌ها سالانه" in body(found)
    assert "هزینهٔ ۴۲ هزار میلیارد ریال به بهره‌برداری رسید." in body(found)
    assert "Siemens AG" in body(found)
    assert found.headline not in body(found)
    assert "fa" == found.language


def test_word_leaves_out_what_is_not_the_text() -> None:
    """Deleted text, fields, contents, hidden text and heads are left out; tables are lines."""
    deleted = "<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>"
    inserted = "<w:ins><w:r><w:t>inserted</w:t></w:r></w:ins>"
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
    link = "<w:r><w:instrText>HYPERLINK</w:instrText></w:r>"
    cell = f"<w:tc>{paragraph('Wheat')}</w:tc><w:tc>{paragraph('12')}</w:tc>"
    text = (
        paragraph("Harbour wall", "a3")
        + paragraph("۱۹ خرداد ۱۴۰۲")
        + paragraph("Contents 1", "a4")
        + f"<w:p>{deleted}{inserted}{hidden}{link}<w:r><w:tab/><w:t>{LONG}</w:t></w:r></w:p>"
        + f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>"
    )
    (found,) = articles(word(text, **{"word/comments.xml": paragraph("a comment")}), "a.docx")

    assert ("Harbour wall", "2023-06-09") == (
        found.headline, found.published and found.published.isoformat()
    )  # fmt: skip
    assert f"inserted {LONG}\nWheat | 12" == body(found)


def test_time_of_making_dates_no_document() -> None:
    """Metadata tell when the file was made: no date. A title that stands nowhere is none."""
    core = (
        '<c xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        "<dc:title>final_v3</dc:title><dcterms:created>2013-12-23T23:15:00Z</dcterms:created></c>"
    )
    data = word(paragraph(LONG) + paragraph(LONG), **{"docProps/core.xml": core})
    (found,) = articles(data, "a.docx")

    assert (None, "") == (found.published, found.headline)


def test_chapters_of_a_book_are_articles() -> None:
    """Each chapter is one, under the name of the book; title pages are left out and counted."""
    data = book(
        {
            "cover": "<h1>Walls</h1>",
            "one": f"<section><h1>The wall</h1><p>{LONG}</p><ul><li>stone</li></ul></section>",
            "two": f"<h2>The sea</h2><p>{LONG}&nbsp;It&#8217;s done.</p><script>x</script>",
        },
        metadata="<dc:title>Walls of the coast</dc:title><dc:date>2019-05-03</dc:date>",
    )
    cover, one, two = read_bytes(data, "a.epub")

    assert isinstance(cover, Reject)
    assert RejectReason.NO_PROSE == cover.reason
    assert isinstance(one, Article)
    assert isinstance(two, Article)
    assert ("The wall", "Walls of the coast", "2019-05-03") == (
        one.headline, one.source, one.published and one.published.isoformat()
    )  # fmt: skip
    assert f"{LONG}\nstone" == body(one)
    assert ("The sea", f"{LONG} It’s done.") == (two.headline, body(two))
    assert "a.epub!OEBPS/two.xhtml" == two.origin


@pytest.mark.parametrize(
    "charset",
    ["\\ansicpg1256", "\\ansicpg1252{\\fonttbl{\\f0\\fcharset178 X;}}\\f0"],
    ids=["file", "font"],
)
def test_old_rtf_in_the_arabic_code_page(charset: str) -> None:
    """Bytes of Windows-1256, stated for the file or for the font, are letters."""
    text = "ميناى تازه گشايش يافت و كشتى\u200cها وارد آن شدند."
    escaped = "".join(
        char if char.isascii() else f"\\'{char.encode('cp1256')[0]:02x}" for char in text
    )
    data = f"{{\\rtf1\\ansi{charset} {escaped}\\par {escaped}\\par}}".encode("ascii")
    (found,) = articles(data, "a.rtf")

    assert f"{text}\n{text}" == found.text


def test_rtf_leaves_out_pictures_and_comments() -> None:
    """Pictures, comments, heads and tables of fonts are no text."""
    picture = "{\\pict\\pngblip " + "89504e47" * 5_000 + "}"
    comment = "{\\*\\annotation a comment}{\\header A head\\par}"
    data = f"{{\\rtf1\\ansi{{\\fonttbl{{\\f0 Arial;}}}}{comment}{picture}{LONG}\\par {LONG}}}"
    (found,) = articles(data.encode(), "a.rtf")

    assert f"{LONG}\n{LONG}" == found.text


def workbook(sheets: Sequence[Sequence[Sequence[object]]]) -> bytes:
    """Return an Excel workbook of these rows."""
    book_ = openpyxl.Workbook()
    book_.remove(book_.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book_.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book_.save(out)
    return out.getvalue()


def test_rows_of_a_workbook_are_articles() -> None:
    """Rows below the names, of each sheet; dates are dates; a sheet without text is told."""
    day = datetime(2023, 6, 9, 18, 15)  # noqa: DTZ001  # Excel knows no zones
    data = workbook(
        [
            [
                ["Export of 2023"],
                [],
                ["عنوان", "متن", "تاریخ", "id"],
                ["آب", REPORT, day, 12],
                [],
                ["", REPORT + "!", "1402/03/20", None],
            ],
            [["name", "price"], ["wheat", 12.5]],
        ]
    )
    first, second, other = read_bytes(data, "a.xlsx")

    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert isinstance(other, Reject)
    assert ("آب", REPORT, "12", "a.xlsx!Sheet 1:4") == (
        first.headline, first.text, first.id, first.origin
    )  # fmt: skip
    assert ["2023-06-09T18:15+03:30", "2023-06-10"] == [
        one.published and one.published.isoformat() for one in (first, second)
    ]
    assert ("a.xlsx!Sheet 2", RejectReason.NO_TEXT) == (other.origin, other.reason)


def test_column_of_another_name_is_set() -> None:
    """`PASOKH_COLUMNS` names the column of a workbook and of a Parquet file."""
    config = ReadConfig.parse("text=story")
    (one,) = articles(workbook([[["story"], [LONG]]]), "a.xlsx", config)
    (two,) = articles(table({"story": [LONG]}), "a.parquet", config)

    assert LONG == one.text == two.text


def table(columns: dict[str, list[object]]) -> bytes:
    """Return a Parquet file."""
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out, row_group_size=2)
    return out.getvalue()


def test_rows_of_a_parquet_file_are_articles() -> None:
    """Rows of all row groups, dates as dates."""
    days = [datetime(2023, 6, day, 9, 0, tzinfo=UTC) for day in (9, 10, 11)]
    data = table(
        {"title": ["a", "b", "c"], "text": [f"{LONG} {n}" for n in range(3)], "date": days}
    )
    found = articles(data, "part-0")

    assert ["a", "b", "c"] == [one.headline for one in found]
    assert days == [one.published and one.published.at for one in found]
    assert "part-0:3" == found[2].origin


def test_parquet_without_its_library_is_one_reject() -> None:
    """Where the extra is not installed, the reject says how to install it."""
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from index.sources import read_bytes\n"
        "for one in read_bytes(b'PAR1' + bytes(50), 'a.parquet'): print(one.reason, one.detail)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert 1 == done.stdout.count("\n")
    assert done.stdout.startswith("no_library")
    assert ".[parquet]" in done.stdout


_ENTITIES = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10 if at else "ha"}">' for at in range(12))
_ODF = "application/vnd.oasis.opendocument."
_LAUGHS = f"<!DOCTYPE x [{_ENTITIES}]>"


_TYPES = "[Content_Types].xml"
_ZEROS = bytes(64 * 1024**2)


def parts(name: str, part: str | bytes) -> bytes:
    """Return a file of Office with one part."""
    return packed({_TYPES: "", name: part})


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (packed({"mimetype": _ODF + "presentation"}), "a.odp", "unsupported"),
        (parts("ppt/presentation.xml", ""), "a.pptx", "unsupported"),
        (parts("xl/workbook.xml", ""), "a.xlsx", "broken_archive"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "a.xlsx", "encrypted"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "a.xls", "unsupported"),
        (word(paragraph(LONG))[:-30], "a.docx", "broken_archive"),
        (word("<w:p><w:r>"), "a.docx", "broken_archive"),
        (word(""), "a.docx", "no_text"),
        (parts("word/document.xml", f"{_LAUGHS}<x>&e11;</x>"), "a.docx", "broken_archive"),
        (parts("xl/workbook.xml", f"{_LAUGHS}<x>&e11;</x>"), "a.xlsx", "broken_archive"),
        (b"{\\rtf1 " + b"{" * 200_000, "a.rtf", "no_text"),
        (b"PAR1" + bytes(500) + b"PAR1", "a.parquet", "unreadable"),
    ],
    ids=[
        "odp", "pptx", "empty xlsx", "password", "old xls",
        "cut docx", "open docx", "empty docx", "laughs docx",
        "laughs xlsx", "deep rtf", "parquet",
    ],
)  # fmt: skip
def test_what_is_no_document_is_one_reject(data: bytes, name: str, reason: str) -> None:
    """Other kinds and broken files: one reject each, none a member at a time."""
    assert [reason] == [one.reason for one in rejects(data, name)]


@pytest.mark.parametrize(
    ("bomb", "name", "reason"),
    [
        (lambda: parts("word/document.xml", _ZEROS), "a.docx", "broken_archive"),
        (lambda: word(" " * len(_ZEROS)), "a.docx", "archive_limit"),
        (lambda: parts("xl/worksheets/sheet1.xml", _ZEROS), "a.xlsx", "archive_limit"),
        (lambda: book({"one": "x" * len(_ZEROS)}), "a.epub", "archive_limit"),
    ],
    ids=["zeros docx", "bomb docx", "bomb xlsx", "bomb epub"],
)
def test_a_bomb_is_one_reject(bomb: Callable[[], bytes], name: str, reason: str) -> None:
    """A document that unpacks to many times its size: one reject, none a member at a time."""
    assert [reason] == [one.reason for one in rejects(bomb(), name)]


def test_string_in_a_million_rows_is_a_bomb() -> None:
    """A small Parquet file whose rows share a long text is left off at the limit."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000), [LONG * 1_000])
    out = io.BytesIO()
    parquet.write_table(pa.table({"text": text}), out)
    *_, last = read_bytes(out.getvalue(), "a.parquet")

    assert isinstance(last, Reject)
    assert RejectReason.ARCHIVE_LIMIT == last.reason


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/cases")
def test_shared_documents() -> None:
    """Each kind gives its article; what is not read is one reject."""
    found = list(read_articles(SHARED))
    by_file = {one.origin.partition("!")[0].partition(":")[0]: one for one in found}

    assert len(found) == len(by_file)
    assert {"dump.sql"} == {name for name, one in by_file.items() if isinstance(one, Reject)}
    report = by_file["report.docx"]
    assert isinstance(report, Article)
    assert ("آزادراه شمالی گشایش یافت", "2023-06-09") == (
        report.headline, report.published and report.published.isoformat()
    )  # fmt: skip
    for name in ("news.xlsx", "news.parquet"):
        row = by_file[name]
        assert isinstance(row, Article)
        assert row.headline
        assert row.url
        assert row.published
    text = "\n".join(one.text for one in found if isinstance(one, Article))
    assert not any(sign in text for sign in ("rtf1", "%PDF", " Tj", "<w:"))
