"""Readers: the seed exactly, records verbatim, and every hostile file a counted reject."""

import json
import os
import time
import tracemalloc
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.config import ReadConfig
from index.errors import CorpusError
from index.sources import RejectReason, page_text, read_articles, rejects
from index.text.calendars import TEHRAN
from index.types import Article, Moment, Reject, Span

SEEDS = Path(__file__).parents[2] / "seeds"
HEADLINE = "روایت کاخ سفید از «همکاری دفاعی بیسابقه» میان روسیه و ایران"


def only(path: Path) -> Article | Reject:
    """Return the one thing a path holds."""
    (found,) = read_articles(path)
    return found


def article(path: Path) -> Article:
    """Return the one article a path holds."""
    found = only(path)
    assert isinstance(found, Article), found
    return found


def reason(path: Path) -> str:
    """Return why the one thing a path holds is no article."""
    found = only(path)
    assert isinstance(found, Reject), found
    assert found.detail
    return found.reason


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file as it is, without translating line ends."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_seed_fields() -> None:
    """The seed yields every field, its headline once."""
    seed = next(a for a in read_articles(SEEDS) if isinstance(a, Article))

    assert HEADLINE == seed.headline
    assert Moment(datetime(2023, 6, 9, 18, 15, tzinfo=TEHRAN)) == seed.published
    assert ("Mehr", "Al Jazeera", "5805672") == (seed.source, seed.via, seed.code)
    assert "https://www.mehrnews.com/news/5805672" == seed.url
    assert ("mehr-5805672", "fa") == (seed.id, seed.language)
    assert () == seed.missing


def test_seed_body_is_the_report_without_furniture() -> None:
    """The body runs from the first paragraph to the last; text is the file, verbatim."""
    seed = next(a for a in read_articles(SEEDS) if isinstance(a, Article))
    (body,) = [span.cut(seed.text) for span in seed.body]
    (path,) = SEEDS.glob("*.txt")

    assert path.read_bytes().decode() == seed.text
    assert body.startswith("کاخ سفید امروز در بیانیهای")
    assert body.endswith("روسیه در اوکراین را رد کرده اند.")
    assert 10 == len([line for line in body.splitlines() if line])
    assert not any(word in body for word in (HEADLINE, "کد خبر", "برچسب", "نظر شما", "captcha"))


SENTENCE = "وزیر نیرو گفت که خط دوم انتقال آب به شهر امروز راه افتاده است."


def tail_of_the_seed() -> str:
    """Return the seed's page from its code on: the code, then 3 headings and the comment rules."""
    (path,) = SEEDS.glob("*.txt")
    return "\n\nکد خبر" + path.read_text(encoding="utf-8").partition("\nکد خبر")[2]


@pytest.mark.parametrize(
    "head", ["", "۱۹ خرداد ۱۴۰۲، ۱۸:۱۵\n\nآب به شهر رسید\n\n"], ids=["alone", "date, repeated"]
)
def test_short_news_ends_where_the_tail_begins(tmp_path: Path, head: str) -> None:
    """News of one short sentence keeps its code, and no comment rules reach its body."""
    text = f"{head}آب به شهر رسید\n\n{SENTENCE}{tail_of_the_seed()}"
    found = article(write(tmp_path, "a.txt", text))

    assert len(SENTENCE) < 80
    assert [SENTENCE] == [span.cut(text) for span in found.body]
    assert ("آب به شهر رسید", "5805672") == (found.headline, found.code)


def test_short_news_without_code_ends_at_a_heading(tmp_path: Path) -> None:
    """A sentence before a heading of the tail is news enough, code or none."""
    tail = tail_of_the_seed().partition("5805672")[2]
    text = f"آب به شهر رسید\n\n{SENTENCE}{tail}"

    assert [SENTENCE] == [span.cut(text) for span in article(write(tmp_path, "a", text)).body]


def test_heading_in_a_menu_above_the_report_ends_nothing(tmp_path: Path) -> None:
    """Words of the tail in the site's menu, before any sentence, lose no report."""
    text = f"سیاسی\nآخرین اخبار\nپربازدیدترین\nآب به شهر رسید\n{SENTENCE} {SENTENCE}\nنظر شما\nx"
    (*_, body) = article(write(tmp_path, "a.txt", text)).body

    assert body.cut(text).endswith(f"{SENTENCE} {SENTENCE}")


@pytest.mark.parametrize("mark", ["\ufeff", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f"])
def test_line_keeps_its_minus(tmp_path: Path, mark: str) -> None:
    """Invisible signs at the start of a line are left out of the body, a minus is not."""
    text = f"{mark}-5 degrees were measured on Sunday.\n"
    found = article(write(tmp_path, "a.txt", text))

    assert ["-5 degrees were measured on Sunday."] == [span.cut(text) for span in found.body]


TASNIM = """صفحه نخست
تسنیم: فرمانده سپاه از پایان رزمایش خبر داد
۱۹ خرداد ۱۴۰۲ - ۱۸:۱۵
کد خبر: 2908123
فرمانده سپاه از پایان رزمایش خبر داد و گفت که این رزمایش در سه استان و با حضور یگان‌های زمینی بود.
به گزارش خبرنگار دفاعی خبرگزاری تسنیم، وی افزود: «تمرین‌ها ادامه دارد.»
اشتراک گذاری
او در پایان از مردم منطقه تشکر کرد و گفت نتیجه رزمایش به زودی منتشر می‌شود.
انتهای پیام
پربازدیدترین
"""


def test_another_layout_with_fields_at_the_top(tmp_path: Path) -> None:
    """Date and code may stand above the report; frame lines leave a gap in the body."""
    found = article(write(tmp_path, "t.txt", TASNIM))

    assert ("Tasnim", "2908123", "tasnim-2908123") == (found.source, found.code, found.id)
    assert "https://www.tasnimnews.com/fa/news/1402/03/19/2908123" == found.url
    assert Moment(datetime(2023, 6, 9, 18, 15, tzinfo=TEHRAN)) == found.published
    assert 2 == len(found.body)
    assert found.body[0].cut(found.text).startswith("فرمانده سپاه از پایان رزمایش خبر داد و گفت")
    assert found.body[1].cut(found.text).endswith("منتشر می‌شود.")


@pytest.mark.parametrize(
    ("lead", "source"),
    [
        ("به گزارش خبرگزاری فارس از تبریز، بارش برف آغاز شد.", "Fars"),
        ("به گزارش ایسنا، بارش برف آغاز شد.", "ISNA"),
        ("به گزارش خبرنگار اقتصادی ایرنا، بارش برف آغاز شد.", "IRNA"),
        ("به گزارش همشهری‌آنلاین به نقل از رویترز، بارش برف آغاز شد.", "Hamshahri"),
        ("خبرگزاري فارس: بارش برف آغاز شد.", "Fars"),
        ("به گزارش مردم محلی، بارش برف آغاز شد.", ""),
    ],
)
def test_source_from_the_lead(tmp_path: Path, lead: str, source: str) -> None:
    """The reporting outlet is told from the lead, in any spelling; nobody is invented."""
    assert source == article(write(tmp_path, "a.txt", f"برف در شمال\n\n{lead}\n")).source


def test_date_inside_the_body_is_not_the_publication(tmp_path: Path) -> None:
    """A date line amid paragraphs stays in the body."""
    paragraph = (
        "کاخ سفید در بیانیه‌ای اعلام کرد که گفت‌وگوها تا پایان سال ادامه خواهد داشت و تمام می‌شود."
    )
    text = f"تیتر خبر\n{paragraph}\n۲۶ اردیبهشت ۱۴۰۱\n{paragraph}\n"
    found = article(write(tmp_path, "a.txt", text))

    assert found.published is None
    assert "۲۶ اردیبهشت ۱۴۰۱" in found.body[0].cut(text)


def test_plain_text_is_read(tmp_path: Path) -> None:
    """A text of no known layout is an article named by its content, without a headline."""
    text = "\ufeffThe minister spoke on Sunday.\r\nNothing else happened.\r\n"
    found = article(write(tmp_path, "a.txt", text))

    assert ("", "en", "sha-") == (found.headline, found.language, found.id[:4])
    assert (20, text) == (len(found.id), found.text)
    assert (Span(1, len(text) - 2),) == found.body
    assert ("headline", "published", "source", "code", "url") == found.missing


def test_jsonl_record_is_taken_verbatim(tmp_path: Path) -> None:
    """Text stays as it is; known outlets get their name and code from the address."""
    record = {
        "id": 17,
        "title": " تیتر ",
        "text": " كاخ سفيد گفت که تمام شد.\n",
        "date": "1402/03/19",
        "url": "https://www.mehrnews.com/news/5805672/x",
        "source": "x",
    }
    found = article(write(tmp_path, "a.jsonl", json.dumps(record, ensure_ascii=False) + "\n\n"))

    assert (record["text"], (Span(0, 26),)) == (found.text, found.body)
    assert ("17", "تیتر", "Mehr", "5805672") == (
        found.id, found.headline, found.source, found.code,
    )  # fmt: skip
    assert ("a.jsonl:1", "fa", "2023-06-09") == (
        found.origin, found.language, found.published.isoformat() if found.published else "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "language"),
    [
        ("fa", "fa"),
        ("fa-IR", "fa"),
        ("FA", "fa"),
        (" ar_EG ", "ar"),
        ("ckb", "ckb"),
        ("Persian", "en"),
        ("فا", "en"),
        ("n/a", "en"),
        ("-", "en"),
        ("", "en"),
    ],
)
def test_jsonl_language_is_a_primary_subtag(tmp_path: Path, stated: str, language: str) -> None:
    """A stated language is cut to its lower-case subtag; what is no tag is told from the text."""
    record = {"text": "The minister opened the new bridge.", "language": stated}

    assert language == article(write(tmp_path, "a.jsonl", json.dumps(record))).language


def test_json_lines_are_known_by_content(tmp_path: Path) -> None:
    """JSON Lines under another name are read as such."""
    assert "sha-" == article(write(tmp_path, "x.txt", '{"body": "A text."}')).id[:4]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", b"", RejectReason.EMPTY),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", RejectReason.NO_PROSE),
        ("a.css", "body { margin: 0 }", RejectReason.NO_PROSE),
        ("f", '<svg xmlns="x"><title>A</title></svg>', RejectReason.NO_PROSE),
        ("robots.txt", "User-agent: *", RejectReason.NO_PROSE),
        ("a.txt", "-- MySQL dump 10.13\nINSERT INTO x", RejectReason.UNSUPPORTED),
        ("a.log", "GET /news/1", RejectReason.UNSUPPORTED),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", RejectReason.UNSUPPORTED),
        ("a.txt", b"\x01\x02\x03\x04" * 9, RejectReason.BINARY),
        ("a.txt", "سل".encode("windows-1256"), RejectReason.ENCODING),
        ("a.txt", "سلام".encode("utf-16")[:-1], RejectReason.ENCODING),
        ("a.txt", "سلام".encode()[:-1], RejectReason.ENCODING),
        ("a.txt", b" \r\n\t", RejectReason.NO_TEXT),
        ("a.txt", "\ufeff", RejectReason.NO_TEXT),
        ("a.txt", "۱۲۳ ***", RejectReason.NO_TEXT),
        ("a.txt", "کد خبر 5805672\n\nبرچسبها\n\nنظر شما", RejectReason.NO_TEXT),
        ("a.txt", "<!DOCTYPE html><p>x", RejectReason.NO_TEXT),
        ("a.csv", "id,subject\n1,x", RejectReason.NO_TEXT),
        ("a.jsonl", '{"text": "x"', RejectReason.BROKEN_JSON),
        ("a.jsonl", "nonsense", RejectReason.BROKEN_JSON),
        ("a.jsonl", "[" * 100_000, RejectReason.BAD_FIELD),
        ("a.jsonl", '{"text": ' + "9" * 5_000 + "}", RejectReason.BAD_FIELD),
        ("a.jsonl", "[1]", RejectReason.BAD_FIELD),
        ("a.jsonl", '{"text": [true]}', RejectReason.BAD_FIELD),
        ("a.jsonl", '{"text": "\\ud800 x"}', RejectReason.BAD_FIELD),
        ("a.jsonl", '{"title": "x"}', RejectReason.NO_TEXT),
        ("a.jsonl", '{"text": " "}', RejectReason.NO_TEXT),
        ("a.jsonl", b'{"text": "\xff"}', RejectReason.ENCODING),
    ],
)
def test_hostile_file_is_one_reject(
    tmp_path: Path, name: str, content: str | bytes, expected: RejectReason
) -> None:
    """Each kind of rubbish has a stable reason and a detail, and raises nothing."""
    assert expected == reason(write(tmp_path, name, content))


def test_line_of_50_megabytes_is_rejected_in_bounded_memory(tmp_path: Path) -> None:
    """A monstrous line is skipped piece by piece and the next record is read."""
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(b'{"text": "')
        for _ in range(50):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n{"text": "next one"}\n')
    tracemalloc.start()
    huge, following = read_articles(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert isinstance(huge, Reject)
    assert (RejectReason.TOO_LONG, "a.jsonl:1") == (huge.reason, huge.origin)
    assert isinstance(following, Article)
    assert "a.jsonl:2" == following.origin
    assert peak < 4 * rejects.MAX_BYTES


def test_huge_text_file_is_rejected_unread(tmp_path: Path) -> None:
    """A text file beyond the limit is not loaded."""
    path = write(tmp_path, "a.txt", b"x " * (rejects.MAX_BYTES // 2 + 1))

    assert RejectReason.TOO_LONG == reason(path)


def test_folder_is_read_in_order(tmp_path: Path) -> None:
    """Folders are walked sorted; what is hidden and read-me files are left out, each counted."""
    names = ("b/2.txt", "b/1.txt", "a.txt", ".x/1.txt", ".y.txt", "README.md", "b/readme.fa.txt")
    for name in (*names, "README_1402.txt", "b/readme-report.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path, name, "Some words of text.")
    found = list(read_articles(tmp_path))
    left_out = {item.origin: item.reason for item in found if isinstance(item, Reject)}

    expected = ["README_1402.txt", "a.txt", "b/1.txt", "b/2.txt", "b/readme-report.txt"]
    assert expected == [item.origin for item in found if isinstance(item, Article)]
    assert (
        dict.fromkeys((".x", ".y.txt"), RejectReason.HIDDEN)
        | dict.fromkeys(("README.md", "b/readme.fa.txt"), RejectReason.READ_ME)
        == left_out
    )
    assert set(left_out.values()) <= rejects.LEFT_OUT
    assert found == list(read_articles(tmp_path))


def test_parts_of_a_saved_page_are_left_out(tmp_path: Path) -> None:
    """The folder that a browser saves beside a page is one reject; another such folder is read."""
    for folder in ("خبر_files", "old_files"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "f.txt", "The harbour was opened on Monday.")
    write(tmp_path, "خبر.html", f"<html><body><p>{SENTENCE}</p></body></html>")
    found = {item.origin: getattr(item, "reason", "") for item in read_articles(tmp_path)}

    assert {
        "خبر_files": RejectReason.PAGE_PARTS, "خبر.html": "", "old_files/f.txt": ""
    } == found  # fmt: skip


def test_linked_folders_are_read_once_or_counted(tmp_path: Path) -> None:
    """A link to a folder is read where nothing else leads there; out of the corpus if allowed."""
    corpus, outside = tmp_path / "corpus", tmp_path / "store"
    for folder in (corpus / "real", corpus / ".hidden", outside):
        folder.mkdir(parents=True)
        write(folder, "a.txt", "The harbour was opened on Monday.")
    (corpus / "again").symlink_to("real")
    (corpus / "round").symlink_to(".")
    (corpus / "shown").symlink_to(".hidden")
    (corpus / "1402").symlink_to("../store")
    expected = {
        "real/a.txt": "", ".hidden": RejectReason.HIDDEN, "shown/a.txt": "",
        "1402": RejectReason.OUTSIDE_LINK, "again": RejectReason.LINKED_FOLDER,
        "round": RejectReason.LINKED_FOLDER,
    }  # fmt: skip

    def found(config: ReadConfig) -> dict[str, str]:
        return {item.origin: getattr(item, "reason", "") for item in read_articles(corpus, config)}

    assert expected == found(ReadConfig())
    del expected["1402"]
    assert {**expected, "1402/a.txt": ""} == found(ReadConfig(outside_links=True))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_folder_is_one_reject(tmp_path: Path) -> None:
    """A folder below the corpus that may not be listed is counted, and the rest is read."""
    (tmp_path / "shut").mkdir()
    write(tmp_path, "a.txt", "The harbour was opened on Monday.")
    (tmp_path / "shut").chmod(0)
    try:
        found = {item.origin: getattr(item, "reason", "") for item in read_articles(tmp_path)}
    finally:
        (tmp_path / "shut").chmod(0o700)

    assert {"a.txt": "", "shut": RejectReason.UNREADABLE} == found


def test_things_that_are_no_files_are_rejected(tmp_path: Path) -> None:
    """A pipe is not opened (it would hang) and a dead link is unreadable."""
    os.mkfifo(tmp_path / "a.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "gone.txt")

    assert [RejectReason.UNREADABLE] * 2 == [
        found.reason for found in read_articles(tmp_path) if isinstance(found, Reject)
    ]


def test_links_lead_out_of_the_corpus_only_where_allowed(tmp_path: Path) -> None:
    """A link out of a folder is one reject; links within it, and a corpus that is one, are read."""
    secret = write(tmp_path, "secret.txt", "The password of the harbour is twelve.")
    corpus = tmp_path / "corpus"
    (corpus / "sub").mkdir(parents=True)
    write(corpus, "own.txt", "The harbour was opened on Monday.")
    (corpus / "sub" / "in.txt").symlink_to("../own.txt")
    (corpus / "sub" / "out.txt").symlink_to("../../secret.txt")
    (corpus / "sub" / "round.txt").symlink_to("round.txt")
    (tmp_path / "named").symlink_to(corpus)
    (tmp_path / "named.txt").symlink_to(secret)
    allowed = ReadConfig(outside_links=True)

    for root in (corpus, tmp_path / "named"):
        found = {item.origin: item for item in read_articles(root)}
        links = [found[f"sub/{name}.txt"] for name in ("in", "out", "round")]
        reasons = [getattr(item, "reason", "") for item in links]
        assert ["", RejectReason.OUTSIDE_LINK, RejectReason.UNREADABLE] == reasons
    assert "password" in next(read_articles(tmp_path / "named.txt")).text  # type: ignore[union-attr]
    texts = [getattr(item, "text", "") for item in read_articles(corpus, allowed)]
    assert any("password" in text for text in texts)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file_is_rejected(tmp_path: Path) -> None:
    """A file without read permission is one reject."""
    path = write(tmp_path, "a.txt", "x")
    path.chmod(0)

    assert RejectReason.UNREADABLE == reason(path)


def test_missing_path_is_an_error(tmp_path: Path) -> None:
    """A corpus that is not there is an error that names it."""
    with pytest.raises(CorpusError, match="found nothing at"):
        list(read_articles(tmp_path / "gone"))


def test_path_too_long_is_an_error(tmp_path: Path) -> None:
    """A corpus path longer than the system allows is an error that names it."""
    with pytest.raises(CorpusError, match="xxx"):
        list(read_articles(tmp_path / ("x" * 5_000)))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter everything")
def test_path_in_a_forbidden_folder_is_an_error(tmp_path: Path) -> None:
    """A corpus behind a folder that may not be entered is an error that names it."""
    (tmp_path / "shut" / "corpus").mkdir(parents=True)
    (tmp_path / "shut").chmod(0)
    try:
        with pytest.raises(CorpusError, match="corpus"):
            list(read_articles(tmp_path / "shut" / "corpus"))
    finally:
        (tmp_path / "shut").chmod(0o700)


@given(st.text(max_size=300))
def test_any_text_is_an_article_or_a_reject(text: str) -> None:
    """Spans of the body are ordered, disjoint and inside the text, whatever the text."""
    found = page_text.article_of(text, "x")

    if isinstance(found, Article):
        assert any(c.isalpha() for span in found.body for c in span.cut(text))
        assert all(a.end <= b.start for a, b in pairwise(found.body))
        assert all(span.end <= len(text) for span in found.body)


@pytest.mark.parametrize("repeated", ["<!-- a -->", "<?a b>", "<!--", " ", "{ "])
def test_repeated_beginning_is_read_in_linear_time(tmp_path: Path, repeated: str) -> None:
    """Comments and the like before a text, 20,000 times, keep no reader busy for long."""
    for n_times in (50, 20_000):
        write(tmp_path, f"{n_times}.txt", f"{repeated * n_times}\nThe end of it.")
    started = time.process_time()

    assert all(isinstance(item, Article) for item in read_articles(tmp_path))
    assert time.process_time() - started < 5
