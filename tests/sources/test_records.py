"""Records of other programs: their text, their side fields whatever the shape, no drafts."""

import json
from pathlib import Path

import pytest

from index.sources import RejectReason, read_articles
from index.types import Article, Reject

TEXT = "شورای شهر بودجه سال آینده را تصویب کرد."
MORE = "The council approved the budget of the coming year on Sunday evening."
URL = "https://courier.example/budget"
STATED = {"title": "Budget", "url": URL, "published": "2023-06-09T14:45:00Z"}
AT = "2023-06-09T18:15+03:30"


def read(folder: Path, document: object, name: str = "a.json") -> list[Article | Reject]:
    """Write a document as JSON and read it."""
    (folder / name).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return list(read_articles(folder / name))


def only(found: list[Article | Reject]) -> Article:
    """Return the one article."""
    (article,) = found
    assert isinstance(article, Article), article
    return article


@pytest.mark.parametrize(
    "document",
    [
        {"version": "https://jsonfeed.org/version/1.1", "title": "Gazette", "items": [
            {"id": "1", "url": URL, "title": "Budget", "content_html": f"<p>{MORE}</p>",
             "date_published": "2023-06-09T10:45:00-04:00"}]},
        {"status": "ok", "totalResults": 1, "articles": [
            {"source": {"id": None, "name": "Gazette"}, "title": "Budget", "url": URL,
             "publishedAt": "2023-06-09T14:45:00Z", "content": MORE}]},
        {"status": "success", "results": [
            {"title": "Budget", "link": URL, "source_name": "Gazette", "content": MORE,
             "pubDate": "2023-06-09 14:45:00 UTC"}]},
        {"response": {"status": "ok", "total": 1, "results": [
            {"id": "b", "webPublicationDate": "2023-06-09T14:45:00Z", "webTitle": "Budget",
             "webUrl": URL, "fields": {"bodyText": MORE, "publication": "Gazette"}}]}},
        {"took": 3, "hits": {"total": {"value": 1}, "max_score": None, "hits": [
            {"_index": "news", "_id": "1", "_source": {
                **STATED, "text": MORE, "agency": "Gazette"}}]}},
        {"data": [{"id": 5, "attributes": {**STATED, "body": MORE, "publisher": "Gazette"}}]},
        {**STATED, "_id": {"$oid": "64"}, "published": {"$date": {"$numberLong": "1686321900000"}},
         "body": [MORE], "source": ["Gazette"]},
        {"date_publish": "2023-06-09 18:15:00", "date_modify": "None", "maintext": MORE,
         "source_domain": "https://courier.example/x", "site_name": "Gazette", "text": None,
         "title": "Budget", "url": URL},
        {"title": "Budget", "publishing_date": "2023-06-09 18:15:00+03:30", "body": {
            "summary": [], "sections": [{"headline": [], "paragraphs": [MORE]}]},
         "free_access": True,
         "html": {"responded_url": URL, "source_info": {"publisher": "Gazette"}}},
        {"title": "Budget", "source": URL, "source-hostname": "Gazette", "text": MORE,
         "date": 1686321900, "raw_text": "not this"},
        {"id": 7, "date": "2023-06-09T10:45:00", "date_gmt": "2023-06-09T14:45:00", "link": URL,
         "status": "publish", "title": {"rendered": "Budget"}, "site_name": "Gazette",
         "content": {"rendered": f"<p>{MORE}</p>\n", "protected": False}, "password": ""},
        {"@type": "NewsArticle", "headline": "Budget", "datePublished": {"@value": AT},
         "articleBody": MORE, "publisher": {"@type": "Organization", "name": "Gazette"},
         "url": URL},
        {"page_content": MORE, "metadata": {"title": "Budget", "source": URL, "date": AT,
                                            "site_name": "Gazette"}},
        {"total_rows": 1, "rows": [{"id": "1", "doc": {**STATED, "text": MORE,
                                                       "agency": "Gazette"}}]},
        {"data": {"posts": {"edges": [{"node": {**STATED, "content": f"<p>{MORE}</p>",
                                               "siteName": "Gazette"}}]}}},
        {"responseHeader": {"status": 0, "params": {"q": "*"}}, "response": {"docs": [
            {"title": ["Budget"], "url": [URL], "body": [MORE], "source": ["Gazette"],
             "published_at": [AT]}]}},
        {"عنوان مطلب": "Budget", "متن کامل خبر": MORE, "تاریخ درج": "۱۴۰۲/۰۳/۱۹ - ۱۸:۱۵",
         "آدرس خبر": URL, "نام رسانه": "Gazette"},
    ],
    ids=["json_feed", "newsapi", "newsdata", "guardian", "elasticsearch", "json_api", "mongo",
         "news_please", "fundus", "trafilatura", "wordpress", "schema_org", "langchain", "couchdb",
         "graphql", "solr", "persian"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.json", "a.txt"])
def test_output_of_another_program_is_an_article(
    tmp_path: Path, document: object, name: str
) -> None:
    """Every shape gives text, headline, minute, outlet and address without a setting."""
    found = only(read(tmp_path, document, name))

    assert (MORE, "Budget", "Gazette", URL) == (found.text, found.headline, found.source, found.url)
    assert found.published is not None
    assert AT == found.published.isoformat()
    assert () == found.unread


def test_paragraphs_are_lines(tmp_path: Path) -> None:
    """A text that is a list of paragraphs, or of objects that hold them, has a line for each."""
    for text in ([TEXT, MORE], {"blocks": [{"data": {"text": TEXT}}, {"data": {"text": MORE}}]}):
        assert f"{TEXT}\n{MORE}" == only(read(tmp_path, {"content": text})).text


@pytest.mark.parametrize(
    ("field", "value", "unread"),
    [
        ("id", {"a": 1}, "id"),
        ("title", ["a", "b"], "headline"),
        ("date", {"year": 2023}, "published"),
        ("date", "some day", "published"),
        ("date", 17, "published"),
        ("url", False, "url"),
        ("url", 12, "url"),
        ("url", "/news/12", "url"),
        ("source", 7, "source"),
        ("source", {"id": 5}, "source"),
        ("language", [["x", "y"]], "language"),
        ("title", "\ud800", "headline"),
    ],
)
def test_side_field_of_unknown_shape_is_left_out_and_told(
    tmp_path: Path, field: str, value: object, unread: str
) -> None:
    """The text is kept, the field is empty, and its name is among those that the report counts."""
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": TEXT, field: value}), encoding="utf-8")
    found = only(list(read_articles(tmp_path)))

    assert (TEXT, (unread,)) == (found.text, found.unread)
    assert f"{unread}_unread" in found.missing
    assert found.id.startswith("sha-")


@pytest.mark.parametrize("nothing", [None, "", "null", "None", "NaN", [], "n/a"])
def test_what_programs_write_for_nothing_is_nothing(tmp_path: Path, nothing: object) -> None:
    """A field without a value is missing and was not misunderstood."""
    found = only(read(tmp_path, {"text": TEXT, "date": nothing, "source": nothing}))

    assert ((), "", None) == (found.unread, found.source, found.published)


@pytest.mark.parametrize(
    ("source", "url", "name"),
    [
        ("https://courier.example/budget", "https://courier.example/budget", ""),
        ("https://courier.example/", "", "courier.example"),
        ("courier.example", "", "courier.example"),
        ("https://www.isna.ir", "", "ISNA"),
        ("Dr. No", "", "Dr. No"),
    ],
)
def test_source_that_is_an_address_is_no_outlet(
    tmp_path: Path, source: str, url: str, name: str
) -> None:
    """An address of a page is the article's, that of a site names the outlet by its host."""
    found = only(read(tmp_path, {"text": TEXT, "source": source}))

    assert (url, name) == (found.url, found.source)


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ({"status": "draft"}, RejectReason.DRAFT),
        ({"status": "pending"}, RejectReason.DRAFT),
        ({"post_status": "auto-draft"}, RejectReason.DRAFT),
        ({"status": "future"}, RejectReason.DRAFT),
        ({"status": "trash"}, RejectReason.DRAFT),
        ({"draft": True}, RejectReason.DRAFT),
        ({"is_draft": 1}, RejectReason.DRAFT),
        ({"published": False}, RejectReason.DRAFT),
        ({"is_published": 0}, RejectReason.DRAFT),
        ({"status": False}, RejectReason.DRAFT),
        ({"metadata": {"draft": True}}, RejectReason.DRAFT),
        ({"status": "پیش‌نویس"}, RejectReason.DRAFT),
        ({"status": "private"}, RejectReason.PRIVATE),
        ({"visibility": "private"}, RejectReason.PRIVATE),
        ({"post_password": "x"}, RejectReason.PRIVATE),
        ({"content": {"rendered": MORE, "protected": True}}, RejectReason.PRIVATE),
    ],
)
def test_what_is_not_published_is_left_out(
    tmp_path: Path, stated: dict[str, object], reason: RejectReason
) -> None:
    """Drafts and private texts are counted with a reason of their own and are never articles."""
    (found,) = read(tmp_path, [{"content": MORE, **stated}])

    assert isinstance(found, Reject)
    assert reason == found.reason


@pytest.mark.parametrize(
    "stated", [{"status": "publish"}, {"published": True}, {"draft": False}, {"password": ""}]
)
def test_what_is_published_is_read(tmp_path: Path, stated: dict[str, object]) -> None:
    """The same fields with other values leave an article out of nothing."""
    assert () == only(read(tmp_path, {"content": MORE, **stated})).unread


def test_excel_tables(tmp_path: Path) -> None:
    """The line `sep=;` is none of the table, and a serial number is the day that it counts."""
    rows = f"sep=;\r\ntitle;text;date\r\na;{TEXT};45086\r\nb;{MORE};45086,760417\r\n"
    (tmp_path / "a.csv").write_text(f"\ufeff{rows}", encoding="utf-8")
    dates = [
        item.published.isoformat() if isinstance(item, Article) and item.published else ""
        for item in read_articles(tmp_path)
    ]

    assert ["2023-06-09", AT] == dates


def test_serial_number_is_a_date_in_tables_only(tmp_path: Path) -> None:
    """A number of five digits in JSON is no date."""
    assert ("published",) == only(read(tmp_path, {"text": TEXT, "date": 45086})).unread


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_table_without_column_names(tmp_path: Path, delimiter: str) -> None:
    """The first row shows which column holds the text, the address, the date and the headline."""
    text = f"{MORE}\n{MORE}, {MORE}"
    row = delimiter.join((URL, "null", "The budget", "2023-06-09", f'"{text}"', "null"))
    (tmp_path / "a.csv").write_text(f"{row}\n{row.replace('budget', 'bridge')}\n", encoding="utf-8")
    first, second = read_articles(tmp_path)

    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (URL, "The budget", text) == (first.url, first.headline, first.text)
    assert first.published is not None
    assert ("2023-06-09", "The bridge") == (first.published.isoformat(), second.headline)


def test_markup_of_fields_is_no_text(tmp_path: Path) -> None:
    """Text and headline of rows and objects are prose, and offsets refer to it."""
    stored = {"title": "<b>R&amp;D</b>", "text": f"<p>{TEXT}</p><p>{MORE}</p>"}
    found = only(read(tmp_path, stored))

    assert ("R&D", f"{TEXT}\n{MORE}") == (found.headline, found.text)
    assert [len(found.text)] == [span.end for span in found.body]
