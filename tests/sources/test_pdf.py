"""PDF: reading order, logical order, paragraphs, pages, and what is refused."""

import shutil
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pdf_maker import Text, assemble, make, stream

from index.config import ReadConfig
from index.sources import RejectReason, read_articles, read_bytes
from index.types import Article, Reject, Span

REAL = Path(__file__).with_name("pdf")
SHARED = Path(__file__).parents[3] / "shared" / "cases" / "ingest" / "11-office"
PARAGRAPHS = (
    (
        "وزیر نیرو روز جمعه در نشست خبری گفت که خط دوم انتقال آب (فاز ۲) با هزینهٔ ۴۲ هزار میلیارد "
        "ریال به بهره‌برداری رسید."
    ),
    (
        "او افزود که ۱۲٫۵ درصد از کار باقی مانده است و تا ۱۴۰۲/۰۳/۱۹ پایان می‌یابد؛ شرکت Siemens AG "
        "سازندهٔ توربین‌ها است."
    ),
    "به گفتهٔ این مقام، «آب شرب ۳۵۰ روستا» از این خط تأمین می‌شود و لوله‌ها سالانه بازرسی خواهند شد.",
)
ARABIC = (
    (
        "قال وزير الطاقة في مؤتمر صحفي يوم الجمعة إن الخط الثاني لنقل المياه (المرحلة 2) بدأ العمل "
        "بكلفة 42 مليون دولار."
    ),
    (
        "وأضاف أن 12.5 بالمئة من الأعمال لا تزال قائمة وستنتهي في 2023-06-09 وفق خطة شركة "
        "Siemens AG الألمانية."
    ),
)
LATIN = "The board met on Friday and agreed to mend the wall before the winter storms begin"


def article(data: bytes, config: ReadConfig | None = None) -> Article:
    """Read a PDF that gives one article and nothing else."""
    (found,) = read_bytes(data, "x.pdf", config)
    assert isinstance(found, Article), found
    return found


def reject(data: bytes, config: ReadConfig | None = None) -> Reject:
    """Read a PDF that is rejected."""
    (found,) = read_bytes(data, "x.pdf", config)
    assert isinstance(found, Reject), found
    return found


def body(found: Article) -> list[str]:
    """Return the paragraphs of the report."""
    return "\n".join(span.cut(found.text) for span in found.body).strip("\n").split("\n")


def joined(text: str) -> str:
    """Return a text without its joiners, which a PDF may not have."""
    return text.replace("\u200c", "")


def lines(texts: list[str], x: float, y: float, size: float = 10) -> list[Text]:
    """Return lines below each other."""
    return [Text(x, y - 1.2 * size * at, text, size) for at, text in enumerate(texts)]


@pytest.mark.parametrize("name", ["libreoffice-pages", "chromium-columns"])
def test_persian_and_arabic_of_real_programs_is_in_logical_order(name: str) -> None:
    """Whole paragraphs with figures, brackets, quotation marks and Latin words are as written."""
    found = article((REAL / f"{name}.pdf").read_bytes())
    wanted = PARAGRAPHS + (ARABIC if name.startswith("libre") else ())

    assert ("خط دوم آب گشایش یافت", "2023-06-09") == (
        found.headline, found.published and found.published.isoformat()
    )  # fmt: skip
    assert all(joined(text) in joined(found.text) for text in wanted)
    # Joiners that have no glyph of their own are told by the form of the letter before.
    assert "لوله‌ها" in found.text
    assert found.headline not in "\n".join(body(found))


def test_three_columns_of_a_real_program_are_read_one_after_the_other() -> None:
    """The paragraphs stand in their order, each whole, and the page number is left out."""
    found = article((REAL / "weasyprint-three-columns.pdf").read_bytes())
    starts = [line for line in body(found) if line.startswith("در روز")]

    assert 14 == len(starts)
    assert all(line.endswith(").") for line in starts)
    assert ["یک", "دو", "سه", "چهار"] == [line.split()[2] for line in starts[:4]]
    assert "1" not in body(found)


def test_heads_and_page_numbers_of_a_real_program_are_left_out() -> None:
    """The head stands on every page and nowhere in the text; a page is told by its offset."""
    found = article((REAL / "libreoffice-pages.pdf").read_bytes())

    assert "گزارش سالانه" not in found.text
    assert not any(line.strip().isdigit() for line in body(found))
    assert 3 == found.text.count("\f")
    first, last = found.body[0].start, found.body[-1].end
    assert (1, 4) == (found.page_of(Span(first, first)), found.page_of(Span(last, last)))


def test_address_and_day_of_printing_are_left_out() -> None:
    """Of a page that a browser printed, head and foot are no report and date nothing."""
    found = article((REAL / "chromium-columns.pdf").read_bytes())

    assert "127.0.0.1" not in found.text
    assert "11/30/26" not in found.text


@pytest.mark.parametrize(
    "page",
    [
        [Text(100, 700, "دوب الب لاس")],
        [Text(100, 700, "ﺩﻮﺑ ﻼﺑ ﻝﺎﺳ")],
        [Text(100, 700, ["د", "و", "ب", " ", "لا", "ب", " ", "ل", "ا", "س"])],
        [Text(140, 700, "لاس"), Text(120, 700, "الب"), Text(100, 700, "دوب")],
        [Text(100, 700, "دوب"), Text(120, 700, "الب"), Text(140, 700, "لاس")],
    ],
    ids=["letters", "presentation forms", "ligature", "words from the right", "from the left"],
)
def test_every_way_to_draw_persian_gives_the_same_text(page: list[Text]) -> None:
    """Letters or presentation forms, drawn in any order: the text is in logical order."""
    found = article(make([[*page, Text(100, 600, ".دیوب زاب هناخ")]]))

    assert "سال بلا بود" in found.text


def test_joiner_without_a_glyph_is_told_by_the_form_of_a_letter() -> None:
    """A wide final form within a word shows a joiner that a narrow medial form does not."""
    final, medial = ("ی", 900), ("ی", 300)
    ends = [final, "م", " "] * 4
    within = ["د", medial, "م", " "] * 4
    found = article(make([[Text(50, 700, [*ends, *within, "د", final, "م"])]]))

    assert found.text.startswith("می\u200cد مید")
    assert "می می" in found.text


def test_lines_become_paragraphs_and_divided_words_are_joined() -> None:
    """Lines of a paragraph are one line of text, words divided by a hyphen are whole again."""
    first = [
        "The board met on Friday and agreed to mend the wall be-",
        "fore the winter storms begin.",
    ]
    second = ["  A second paragraph is set in, and its first line begins", "further to the right."]
    found = article(make([lines([*first, *second], 50, 700)]))

    assert [
        "The board met on Friday and agreed to mend the wall before the winter storms begin.",
        "A second paragraph is set in, and its first line begins further to the right.",
    ] == body(found)


def test_columns_below_a_headline_are_read_one_after_the_other() -> None:
    """The headline is the large line; the left column comes first, the right one goes on."""
    left = ["first line of the left column", "and a second line of the same"]
    left += ["and a third line of that too,", "with a fourth, which goes on"]
    right = ["at the head of the right one,", "which has a second line also,"]
    right += ["a third line as long as these", "and a fourth that ends here."]
    title = Text(50, 740, "Wall to be mended at last", 20)
    found = article(make([[title, *lines(left, 50, 700), *lines(right, 220, 700)]]))

    assert "Wall to be mended at last" == found.headline
    assert " ".join(left + right) == " ".join(body(found))


def test_sentence_over_the_end_of_a_page_is_one() -> None:
    """A sentence that goes on overleaf is whole, with the page on which it begins."""
    texts = (
        "The wall was surveyed in spring, and then again. The sentence goes on",
        "overleaf and ends here, says the board of the harbour and of the town.",
        "A third page says that the work has been paid for by the state itself.",
    )
    pages = [
        [Text(50, 760, "Annual report of the board"), Text(50, 700, text), Text(300, 30, str(at))]
        for at, text in enumerate(texts, start=1)
    ]
    found = article(make(pages))

    assert "The sentence goes on\foverleaf and ends here" in found.text
    assert "Annual report" not in "\n".join(body(found))
    start = found.text.index("The sentence")
    assert [1, 2, 3] == [
        found.page_of(Span(at, at)) for at in (start, start + 30, found.text.index("A third"))
    ]


def test_title_of_the_file_counts_only_if_it_stands_on_the_page() -> None:
    """Programs write any title; one that stands in the text is the headline."""
    page = lines(["Minutes", LATIN, LATIN], 50, 700)
    page.insert(0, Text(50, 740, "Harbour wall to be mended"))

    assert (
        "Harbour wall to be mended"
        == article(make([page], title="Harbour wall to be mended")).headline
    )
    assert "final_v3.doc" not in article(make([page], title="final_v3.doc")).text


def test_turned_text_is_left_out_and_turned_pages_are_read() -> None:
    """A credit along the edge is no report; a page that is shown turned is read as it is shown."""
    page = [*lines([LATIN, LATIN + "."], 50, 700), Text(30, 100, "Photograph of the wall", turn=90)]
    assert f"{LATIN} {LATIN}." == article(make([page])).text

    shown = [
        Text(400 + 12 * at, 100, text, turn=90) for at, text in enumerate([LATIN, LATIN + "."])
    ]
    assert f"{LATIN} {LATIN}." == article(make([shown], rotate=90)).text


def picture(n_pages: int = 1) -> bytes:
    """Return pages that hold a picture and no text."""
    pixels = stream(bytes(64 * 64), b"/Type/XObject/Subtype/Image/Width 64/Height 64"
                    b"/BitsPerComponent 8/ColorSpace/DeviceGray")  # fmt: skip
    kids = b" ".join(b"%d 0 R" % (4 + 2 * at) for at in range(n_pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (n_pages, kids),
        pixels,
    ]
    for at in range(n_pages):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</XObject<</I 3 0 R>>>>"
            b"/Contents %d 0 R>>" % (5 + 2 * at)
        )
        objects.append(stream(b"q 600 0 0 800 0 0 cm /I Do Q"))
    return assemble([*objects, b"<<>>"])


def test_scanned_file_is_one_reject_that_names_ocr() -> None:
    """Pictures without text: one reject, with what to install and to set."""
    found = reject(picture(3))

    assert RejectReason.SCANNED == found.reason
    assert "3 of 3 pages hold pictures" in found.detail
    assert "ocrmypdf" in found.detail
    assert "PASOKH_OCR" in found.detail


def test_letters_without_a_code_are_no_text() -> None:
    """A page most of whose glyphs stand for nothing known is told as such, not quoted."""
    page = [Text(50, 700, ["\ufffd"] * 40 + list("wall"))]
    found = reject(make([page]))

    assert RejectReason.SCANNED == found.reason
    assert "cannot be told" in found.detail


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7\nnothing", RejectReason.UNREADABLE),
        (make([[Text(50, 700, LATIN)]])[:400], RejectReason.UNREADABLE),
        (make([[]]), RejectReason.NO_TEXT),
    ],
    ids=["no objects", "cut", "empty page"],
)
def test_broken_file_is_a_reject(data: bytes, reason: RejectReason) -> None:
    """What cannot be read is one reject, and the next file is read."""
    assert reason == reject(data).reason
    assert LATIN in article(make([lines([LATIN, LATIN + "."], 50, 700)])).text


def test_encrypted_file_is_a_reject() -> None:
    """A file that needs a password says so."""
    key = b"<" + b"00" * 32 + b">"
    data = make([[Text(50, 700, LATIN)]])
    encrypted = data.replace(
        b"trailer<<",
        b"trailer<</ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/O "
        + key
        + b"/U "
        + key
        + b"/P -4>>",
    )

    assert RejectReason.ENCRYPTED == reject(encrypted).reason


def forms(depth: int, width: int) -> bytes:
    """Return a page that draws a form which draws others: `width` to the power of `depth`."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"
            b"/Contents 4 0 R>>"
        ),
        stream(b"/X Do " * width),
    ]
    for at in range(depth):
        resources = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>"
        objects.append(stream(b"/X Do " * width, resources % (6 + at)))
    objects.append(stream(b"", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"))
    return assemble([*objects, b"<<>>"])


def object_streams() -> bytes:
    """Return a file whose only objects are in a stream of a gigabyte of zeros."""
    packer = zlib.compressobj(9)
    # A block that is flushed refers to nothing before it, so it can be repeated.
    first, block, end = (
        packer.compress(bytes(1024**2)) + packer.flush(mode)
        for mode in (zlib.Z_FULL_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_FINISH)
    )
    # The checksum of zeros: their number, and 1 (RFC 1950).
    body = first + block * 1_022 + end[:-4] + (1024**3 % 65_521 << 16 | 1).to_bytes(4, "big")
    head = b"<</Type/ObjStm/N 9/First 40/Length %d/Filter/FlateDecode>>stream\n" % len(body)
    return assemble([b"<</Type/Catalog/Pages 2 0 R>>", head + body + b"\nendstream", b"<<>>"])


@pytest.mark.parametrize(
    "made",
    [
        lambda: forms(30, 10),
        object_streams,
        lambda: make([[Text(50, 700, LATIN)]]).replace(b"/Count 1/", b"/Count 99999999/"),
        lambda: make([[Text(9, 700, "a" * 60_000), Text(9, 600, "b" * 60_000)]]),
    ],
    ids=["forms", "object stream", "pages", "glyphs"],
)
def test_bombs_are_refused(made: Callable[[], bytes]) -> None:
    """A small file that would take hours or gigabytes is a reject, and the next one is read."""
    data = made()
    started = time.process_time()
    list(read_bytes(data, "x.pdf"))

    assert time.process_time() - started < 5  # of this process; its worker is limited by itself
    assert LATIN in article(make([lines([LATIN, LATIN + "."], 50, 700)])).text


@pytest.mark.skipif(shutil.which("ocrmypdf") is None, reason="needs ocrmypdf")
def test_scanned_pages_are_read_by_ocr(tmp_path: Path) -> None:
    """The real program reads a scanned page, in order, and leaves nothing beside the corpus."""
    scanned = tmp_path / "corpus" / "scan.pdf"
    scanned.parent.mkdir()
    shutil.copy(REAL / "scanned.pdf", scanned)
    before = set(scanned.parent.iterdir())
    (found,) = read_articles(scanned, ReadConfig(ocr="eng+fas"))
    assert isinstance(found, Article), found

    assert "harbour wall" in " ".join(found.text.split()).lower()
    assert "دیوار" in found.text
    assert before == set(scanned.parent.iterdir())


def test_ocr_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where OCR is asked for and its program is missing, the reject says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    found = reject(picture(), ReadConfig(ocr="fas"))

    assert RejectReason.SCANNED == found.reason
    assert "ocrmypdf is not installed" in found.detail


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/cases")
@pytest.mark.parametrize("name", ["newspaper-page-plain.pdf", "newspaper-page-flate.pdf"])
def test_shared_pages(name: str) -> None:
    """A newspaper's page is text, not operators."""
    found = article((SHARED / name).read_bytes())

    assert "harbour authority said" in found.text
    assert " Tj" not in found.text
