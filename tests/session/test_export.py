"""Answers as files for other programs, read back as those programs read them."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import datetime

import pytest
from markdown_it import MarkdownIt

from bot.session.export import SUFFIXES, Finding, Format, export, parse_export
from bot.texts.language import Language
from bot.types import Citation, Claim
from index import ArticleId, Moment, Precision, Span
from index.text import TEHRAN

KIRBY = Citation(
    number=1,
    article_id=ArticleId("mehr-5805672"),
    headline="روایت کاخ سفید از «همکاری»",
    source="Mehr",
    via="Al Jazeera",
    published=Moment(datetime(2023, 6, 9, 18, 15, tzinfo=TEHRAN)),
    url="https://www.mehrnews.com/news/5805672",
    span=Span(25, 40),
    quote="کربی گفت، «خلبانان»\nآموخته‌اند.",
    score=0.5,
)
SECOND = replace(KIRBY, number=2, span=Span(60, 70), quote="Second.")
HOSTILE = Citation(
    number=3,
    article_id=ArticleId("evil/1}, x={"),
    headline='=HYPERLINK("https://evil.example") <script>*bold*</script> & 5% of $x_1^2 {#~\\',
    source="Bee & <Sons>",
    via="",
    published=None,
    url="https://evil.example/?a=1>&b={2}\r\nER  - ",
    span=Span(0, 9),
    quote="- [link](https://evil.example) `code`\nER  - \nTY  - BOOK\n# head\n1. one \u202e\x1b[2J",
    score=0.1,
    origin="corpus/evil.jsonl:3",
)
FOUND = Finding(
    question="What did Kirby say, “exactly”?",
    snapshot="20231114T000000Z-1",
    citations=(KIRBY, SECOND),
    claims=(Claim(text="Pilots have learnt it.", numbers=(1,)),),
)
ODD = replace(FOUND, question="=1+1 *who*?", citations=(HOSTILE, KIRBY), claims=())
NONE = Finding(question="Who won?", snapshot="20231114T000000Z-1")
ALL = (FOUND, ODD, NONE)
SHOWN = "- [link](https://evil.example) `code`\nER  - \nTY  - BOOK\n# head\n1. one \ufffd[2J"


def test_csv_is_read_back() -> None:
    """A row a quote with its place, both calendars, address and snapshot; nothing to compute."""
    text = export(ALL, Format.CSV, Language.EN)
    assert text.startswith("\ufeffquestion,number,quote,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))

    assert rows[0] == {
        "question": FOUND.question,
        "number": "1",
        "page": "",
        "quote": KIRBY.quote,
        "start": "25",
        "end": "40",
        "claims": "Pilots have learnt it.",
        "headline": KIRBY.headline,
        "outlet": "Mehr, reporting Al Jazeera",
        "published": "2023-06-09T18:15+03:30",
        "gregorian": "9 June 2023, 18:15",
        "jalali": "۱۹ خرداد ۱۴۰۲، ۱۸:۱۵",
        "url": KIRBY.url,
        "file": "",
        "article_id": "mehr-5805672",
        "snapshot": FOUND.snapshot,
    }
    assert [row["number"] for row in rows] == ["1", "2", "3", "1", ""]
    assert rows[2]["quote"] == f"'{SHOWN}"
    assert rows[2]["question"] == "'=1+1 *who*?"
    assert rows[2]["headline"].startswith("'=HYPERLINK(")
    assert rows[4]["question"] == "Who won?"


def test_markdown_shows_texts_as_they_are() -> None:
    """Rendered, it holds the quotes verbatim, and of what an article says nothing is markup."""
    tokens = MarkdownIt().parse(export(ALL, Format.MARKDOWN, Language.EN))
    kinds = {token.type for token in tokens}
    inline = [token for token in tokens if token.type == "inline"]
    children = [child for token in inline for child in token.children or ()]
    texts = ["".join(_text(child) for child in token.children or ()) for token in inline]

    assert kinds <= {
        f"{kind}_{way}"
        for kind in ("heading", "paragraph", "blockquote", "bullet_list", "list_item")
        for way in ("open", "close")
    } | {"inline"}
    assert {child.type for child in children} <= {"text", "text_special", "softbreak"} | {
        "link_open",
        "link_close",
    }
    links = {str(child.attrGet("href")) for child in children if child.type == "link_open"}
    assert links == {KIRBY.url, "https://evil.example/?a=1%3E&b=%7B2%7D%0AER%20%20-%20"}
    assert f"{KIRBY.quote} [1]" in texts
    assert "Pilots have learnt it. [1]" in texts
    assert any(_squeezed(SHOWN) in _squeezed(text) for text in texts)
    assert any("9 June 2023, 18:15 (۱۹ خرداد ۱۴۰۲، ۱۸:۱۵)" in text for text in texts)
    assert any("[1] characters 25-40 · [2] characters 60-70" in text for text in texts)
    assert "The archive does not answer this question." in texts
    assert f"Index: {FOUND.snapshot}" in texts


def _text(child: object) -> str:
    """Return what a reader sees of a part of a line."""
    return "\n" if child.type == "softbreak" else child.content  # type: ignore[attr-defined]


def _squeezed(text: str) -> str:
    """Return a text without the white space that Markdown does not keep."""
    return "".join(text.split())


def test_ris_has_one_record_an_article() -> None:
    """Every line is a tag and a value; no text of an article begins a line of its own."""
    lines = export(ALL, Format.RIS, Language.EN).split("\r\n")
    assert all(re.fullmatch(r"(?:[A-Z][A-Z0-9]  - .*)?", line) for line in lines)
    assert [line for line in lines if line.startswith(("TY", "ER"))] == ["TY  - NEWS", "ER  - "] * 2

    record = lines[: lines.index("ER  - ")]
    assert record[:7] == [
        "TY  - NEWS",
        f"TI  - {KIRBY.headline}",
        "T2  - Mehr, reporting Al Jazeera",
        "PY  - 2023",
        "DA  - 2023/06/09/",
        f"UR  - {KIRBY.url}",
        "AN  - mehr-5805672",
    ]
    notes = [line for line in record if line.startswith("N1")]
    assert notes[0] == "N1  - 9 June 2023, 18:15 (۱۹ خرداد ۱۴۰۲، ۱۸:۱۵)"
    assert notes[2] == f"N1  - “Second.” (characters 60-70; {FOUND.question}; {FOUND.snapshot})"
    assert len(notes) == 4  # the date, two quotes, and one of them for another question


def test_bibtex_is_balanced_and_keeps_every_special_character() -> None:
    """Braces match, keys are plain and differ, and what TeX would obey is escaped."""
    text = export(ALL, Format.BIBTEX, Language.EN)
    entries = text.split("@misc{")[1:]
    bare = re.sub(r"\\[{}]", "", text)

    assert [entry.split(",")[0] for entry in entries] == ["mehr-5805672-1", "evil-1-x-2"]
    assert bare.count("{") == bare.count("}")
    assert "  year = {2023},\n  date = {2023-06-09},\n" in entries[0]
    assert f"  url = {{{KIRBY.url}}},\n" in entries[0]
    assert r"\& 5\% of \$x\_1\textasciicircum{}2 \{\#\textasciitilde{}\textbackslash{}" in text
    assert "“Second.”" in entries[0]


def test_csl_json_names_articles_and_places() -> None:
    """Items are newspaper articles with Gregorian parts; quotes and Jalali date stand beside."""
    first, odd = json.loads(export(ALL, Format.CSL_JSON, Language.FA))

    assert first["type"] == "article-newspaper"
    assert first["title"] == KIRBY.headline
    assert first["container-title"] == "مهر، به نقل از الجزیره"
    assert first["issued"] == {"date-parts": [[2023, 6, 9]]}
    assert first["URL"] == KIRBY.url
    assert first["custom"]["jalali"] == "۱۹ خرداد ۱۴۰۲، ۱۸:۱۵"
    assert first["custom"]["quotes"][0] == {
        "question": FOUND.question,
        "snapshot": FOUND.snapshot,
        "number": 1,
        "quote": KIRBY.quote,
        "start": 25,
        "end": 40,
    }
    assert "issued" not in odd
    assert odd["custom"]["file"] == "corpus/evil.jsonl:3"


@pytest.mark.parametrize(
    ("moment", "parts"),
    [
        (Moment(datetime(2023, 6, 1, tzinfo=TEHRAN), Precision.MONTH), [[2023, 6]]),
        (Moment(datetime(2023, 5, 22, tzinfo=TEHRAN), Precision.MONTH), [[2023, 5], [2023, 6]]),
        (Moment(datetime(2022, 1, 1, tzinfo=TEHRAN), Precision.YEAR), [[2022]]),
        (Moment(datetime(2023, 3, 21, tzinfo=TEHRAN), Precision.YEAR), [[2023], [2024]]),
    ],
)
def test_a_date_says_no_more_than_is_known(moment: Moment, parts: list[list[int]]) -> None:
    """A Jalali month or year lies across two Gregorian ones: both are given."""
    cited = replace(FOUND, citations=(replace(KIRBY, published=moment),))
    (item,) = json.loads(export([cited], Format.CSL_JSON, Language.EN))

    assert item["issued"] == {"date-parts": parts}
    assert ("--" in export([cited], Format.BIBTEX, Language.EN)) is (len({p[0] for p in parts}) > 1)


@pytest.mark.parametrize("form", Format)
def test_a_question_without_an_answer_makes_a_file_too(form: Format) -> None:
    """It has no reference; text formats name the question."""
    text = export([NONE], form, Language.EN)

    assert ("Who won?" in text) is (form in {Format.CSV, Format.MARKDOWN})


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", (None, False)),
        ("all", (None, True)),
        ("CSV", (Format.CSV, False)),
        ("md همه", (Format.MARKDOWN, True)),
        ("all bib", (Format.BIBTEX, True)),
        ("csl", (Format.CSL_JSON, False)),
        ("pdf", (None, False)),
        ("csv ris", (None, False)),
    ],
)
def test_what_stands_behind_the_command(typed: str, read: tuple[Format | None, bool]) -> None:
    """A format by its name or suffix, and whether all is meant, in any order."""
    assert parse_export(typed) == read
    assert set(SUFFIXES) == set(Format)
