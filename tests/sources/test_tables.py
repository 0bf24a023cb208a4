"""Tables and JSON documents: columns found by name, and every bad row a counted reject."""

import json
import tracemalloc
from pathlib import Path

import pytest

from index.config import ReadConfig
from index.sources import RejectReason, read_articles, rejects
from index.types import Article, Reject

TEXT = "شورای شهر بودجه سال آینده را تصویب کرد."
HOSTILE = ReadConfig.parse("text=Body HTML, headline=h1")


def read(
    folder: Path, name: str, content: str | bytes, config: ReadConfig | None = None
) -> list[Article | Reject]:
    """Write a file and read it."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_articles(path, config))


def articles(found: list[Article | Reject]) -> list[Article]:
    """Return what must be articles only."""
    assert all(isinstance(item, Article) for item in found), found
    return [item for item in found if isinstance(item, Article)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "header",
    [
        ("id", "title", "text", "date", "url", "source"),
        ("ID", "Headline", "Article Body", "Publish-Date", "Link", "Agency"),
        ("شناسه", "عنوان", "متن", "تاریخ", "لینک", "منبع"),
    ],
)
def test_columns_are_found_by_name(tmp_path: Path, delimiter: str, header: tuple[str, ...]) -> None:
    """Usual names in English and Persian, with any of four delimiters, whatever the file's name."""
    row = ("17", "بودجه", f'"{TEXT}\n{TEXT}"', "1402/03/19", "https://www.isna.ir/news/5", "ایسنا")
    content = f"\ufeff{delimiter.join(header)}\r\n{delimiter.join(row)}\r\n"
    (found,) = articles(read(tmp_path, "export", content))

    assert ("17", "بودجه", f"{TEXT}\n{TEXT}") == (found.id, found.headline, found.text)
    assert ("ISNA", "5", "export:3") == (found.source, found.code, found.origin)
    assert found.published is not None
    assert "2023-06-09" == found.published.isoformat()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1256"])
def test_tables_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    """A table of an old Persian system reads as one in UTF-8 does."""
    text = TEXT.replace("ی", "ي")
    (found,) = articles(read(tmp_path, "a.csv", f"id,متن\n1,{text}\n".encode(encoding)))

    assert text == found.text


def test_mapping_finds_unusual_columns(tmp_path: Path) -> None:
    """A mapping names the columns of a table and the keys of JSON Lines alike."""
    record = {"Body HTML": TEXT, "h1": "بودجه", "text": "not this"}
    table = f"text,Body HTML,h1\nnot this,{TEXT},بودجه\n"

    for name, content in (("a.csv", table), ("a.jsonl", json.dumps(record))):
        (found,) = articles(read(tmp_path, name, content, HOSTILE))
        assert (TEXT, "بودجه") == (found.text, found.headline)


def test_table_without_text_says_which_columns_came(tmp_path: Path) -> None:
    """One reject names the columns and the setting."""
    (found,) = read(tmp_path, "a.csv", f"nr,memo\n1,{TEXT}\n2,{TEXT}\n")

    assert isinstance(found, Reject)
    assert RejectReason.NO_TEXT == found.reason
    assert "'nr', 'memo'" in found.detail
    assert "PASOKH_COLUMNS" in found.detail


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("1", RejectReason.BROKEN_ROW),
        (f"1,{TEXT},and more", RejectReason.BROKEN_ROW),
        (f'1,"{TEXT}" x', RejectReason.BROKEN_ROW),
        ("1, ", RejectReason.NO_TEXT),
        ("1,a\0b", RejectReason.BAD_FIELD),
        (b"1,\xff\xfe\xfd", RejectReason.ENCODING),
        ("1," + "x" * rejects.MAX_BYTES, RejectReason.TOO_LONG),
        ('1,"' + ("x" * 99 + "\n") * (rejects.MAX_BYTES // 99), RejectReason.TOO_LONG),
    ],
    ids=["short", "long", "quote", "empty", "nul", "bytes", "line", "row"],
)
def test_bad_row_is_one_reject_and_the_next_is_read(
    tmp_path: Path, bad: str | bytes, reason: RejectReason
) -> None:
    """A row that cannot be trusted is counted, and reading goes on behind it."""
    raw = bad.encode() if isinstance(bad, str) else bad
    padding = f"0,{TEXT}\n" * 200  # so that the first bytes are those of a text
    found = read(
        tmp_path, "a.csv", f"id,text\n{padding}".encode() + raw + f"\n9,{TEXT} ن\n".encode()
    )
    bads = [item for item in found if isinstance(item, Reject)]
    last = found[-1]

    assert reason in {item.reason for item in bads}
    assert all(item.detail for item in bads)
    assert isinstance(last, Article)
    assert "9" == last.id


def test_quote_that_never_closes_is_bounded(tmp_path: Path) -> None:
    """Rows swallowed by an open quote are named by their lines, and little is held."""
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(f'id,text\n1,"{TEXT}\n')
        for number in range(130_000):
            file.write(f"{number},{TEXT}\n")
    tracemalloc.start()
    first = next(read_articles(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert isinstance(first, Reject)
    assert RejectReason.TOO_LONG == first.reason
    assert "lines 2 to" in first.detail
    assert peak < 8 * rejects.MAX_BYTES


DOCUMENT = [{"id": "a", "text": TEXT}, {"id": "b", "title": "x", "متن": f"{TEXT} ب"}]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["a.json", "a.txt"])
def test_array_of_objects_is_read(tmp_path: Path, indent: int | None, name: str) -> None:
    """An array, on one line or over many, gives an article an object."""
    found = articles(read(tmp_path, name, json.dumps(DOCUMENT, indent=indent)))

    assert [("a", f"{name}:1"), ("b", f"{name}:2")] == [(a.id, a.origin) for a in found]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1256"])
def test_one_pretty_object_is_an_article(tmp_path: Path, encoding: str) -> None:
    """An object over many lines is one article, in any encoding."""
    record = {"id": 3, "text": TEXT.replace("ی", "ي")}
    content = json.dumps(record, indent=1, ensure_ascii=False).encode(encoding)
    (found,) = articles(read(tmp_path, "a.json", content))

    assert ("3", record["text"]) == (found.id, found.text)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("key", ["articles", "items"])
@pytest.mark.parametrize("name", ["a.json", "a.txt"])
def test_list_that_an_object_wraps_is_read(
    tmp_path: Path, indent: int | None, key: str, name: str
) -> None:
    """The list of an object that says how many there are is read as the array alone would be."""
    document = {"status": 'o"k', "total": 2, key: DOCUMENT, "next": {"items": [1]}}
    found = articles(read(tmp_path, name, json.dumps(document, indent=indent)))

    assert [("a", f"{name}:1"), ("b", f"{name}:2")] == [(a.id, a.origin) for a in found]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("items", [[], [{"src": "1.jpg"}, {"src": "2.jpg"}], ["x"]])
def test_article_with_items_of_its_own_is_one_article(
    tmp_path: Path, indent: int | None, items: list[object], *, is_first: bool
) -> None:
    """Items that are no articles wrap nothing: the object keeps its headline and its text."""
    record = {"title": "بودجه", "items": items, "text": TEXT}
    ordered = record if is_first else dict(reversed(record.items()))
    (found,) = articles(read(tmp_path, "a.json", json.dumps(ordered, indent=indent)))

    assert ("بودجه", TEXT) == (found.headline, found.text)


def test_text_behind_a_list_of_articles_is_not_lost(tmp_path: Path) -> None:
    """An object that wraps articles and has a text after them is an article too."""
    content = json.dumps({"articles": DOCUMENT, "id": "c", "text": f"{TEXT} پ"})

    assert ["a", "b", "c"] == [a.id for a in articles(read(tmp_path, "a.json", content))]


def test_wrapped_list_of_megabytes_is_read_in_bounded_memory(tmp_path: Path) -> None:
    """A list of 5 times what one record may take is read record by record."""
    path = tmp_path / "a.json"
    record = json.dumps({"text": f"{TEXT} {'x' * 100_000}"}, ensure_ascii=False)
    with path.open("w", encoding="utf-8") as file:
        file.write('{"status": "ok", "articles": [')
        file.writelines(f"{record}, " for _ in range(5 * rejects.MAX_BYTES // 100_000))
        file.write(f'{record}], "items": [{record}]}}')
    tracemalloc.start()
    n_articles = sum(isinstance(item, Article) for item in read_articles(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert 5 * rejects.MAX_BYTES // 100_000 + 2 == n_articles
    assert peak < 2 * rejects.MAX_BYTES


def test_array_that_breaks_off_keeps_what_came(tmp_path: Path) -> None:
    """Objects before the break stay; what is no object, and the break, are rejects."""
    content = json.dumps([DOCUMENT[0], 7, DOCUMENT[1]], indent=1)[:-20]
    first, *bad = read(tmp_path, "a.json", content)

    assert isinstance(first, Article)
    assert [RejectReason.BAD_FIELD, RejectReason.BROKEN_JSON] == [
        item.reason for item in bad if isinstance(item, Reject)
    ]


@pytest.mark.parametrize(
    "content",
    [
        '[{"text": "' + "x" * (2 * rejects.MAX_BYTES) + '"}]',
        '[{"text": ' + "[" * (2 * rejects.MAX_BYTES) + "}]",
        "[" + '{"a":' * 4_000_000,
    ],
    ids=["string", "lists", "objects"],
)
def test_huge_record_is_refused_in_bounded_memory(tmp_path: Path, content: str) -> None:
    """A record of megabytes, long or deep, is given up before it is whole."""
    (found,) = read(tmp_path, "a.json", content)

    assert isinstance(found, Reject)
    assert found.reason in (RejectReason.TOO_LONG, RejectReason.BAD_FIELD)


@pytest.mark.parametrize("text", ["text", "body=", "corpus=x", "text=a,text=b", "=x"])
def test_bad_mapping_is_refused(text: str) -> None:
    """A mapping must name a field of ours and a column, each field once."""
    with pytest.raises(ValueError, match="expected"):
        ReadConfig.parse(text)
