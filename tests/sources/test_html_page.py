"""Saved pages: stated fields, the report without furniture, rubbish refused."""

import json
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.sources import RejectReason, html_page, read_articles
from index.sources.rejects import Refused
from index.types import Article

EXCERPT = Path(__file__).parents[3] / "shared/eval/html/mehr_photo_6018504.excerpt.html"
LEAD = "وزیر نیرو صبح امروز گفت که خط دوم انتقال آب به شهر راه افتاده و شبکه آن کامل شده است."
REST = "به گفته او این خط روزانه صد هزار متر مکعب آب را از سد به تصفیه‌خانه می‌رساند."
ENGLISH = "The minister opened the second water line this morning and said the grid was complete."
DATA = {
    "@graph": [
        {"@type": "WebSite", "name": "x"},
        {
            "@type": ["ReportageNewsArticle"],
            "headline": "آب به شهر رسید",
            "datePublished": "2024-02-08T10:00:50Z",
            "publisher": {"@type": "Organization", "name": "خبر شهر"},
        },
    ]
}


def page(body: str, head: str = "", lang: str = "fa") -> str:
    """Return a page with a menu and a footer."""
    return f"""<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>
    <ul><li><a href="/a">سیاست</a></li><li><a href="/b">ورزش</a></li></ul>{body}
    <footer>تمام حقوق محفوظ است</footer></body></html>"""


def report(*paragraphs: str) -> str:
    """Return a report in the middle of a page."""
    inner = "".join(f"<p>{text}</p>" for text in paragraphs)
    return f"<article><h1>آب به شهر رسید</h1><div>{inner}</div></article>"


def read(data: str | bytes) -> Article:
    """Read a page."""
    found = html_page.read(BytesIO(data.encode() if isinstance(data, str) else data), "x")
    (article,) = found
    return article


def body_of(article: Article) -> str:
    """Return the body, checked for what holds of every body."""
    assert all(a.end <= b.start for a, b in pairwise(article.body))
    assert all(span.end <= len(article.text) for span in article.body)
    return "\n".join(span.cut(article.text) for span in article.body)


def test_fields_of_linked_data() -> None:
    """JSON-LD in a graph gives headline, date and publisher; the body is the paragraphs alone."""
    head = f'<script type="application/ld+json">{json.dumps(DATA)}</script>'
    found = read(page(report(LEAD, REST), head))

    assert f"{LEAD}\n{REST}" == body_of(found)
    assert ("آب به شهر رسید", "خبر شهر", "fa") == (found.headline, found.source, found.language)
    assert found.published is not None
    assert "2024-02-08T13:30+03:30" == found.published.isoformat()


def test_fields_of_meta_elements() -> None:
    """OpenGraph and the canonical link give headline, date, address, outlet and code."""
    head = """<title>x</title>
    <meta property="og:title" content="آب به شهر &amp;quot;رسید&amp;quot; | ایسنا">
    <meta property="article:published_time" content="1402/11/19">
    <link rel="canonical" href="https://www.isna.ir/news/1402111900001/x">"""
    found = read(page(report(LEAD, REST), head))

    assert ('آب به شهر "رسید"', "ISNA") == (found.headline, found.source)
    assert ("isna-1402111900001", "1402111900001") == (found.id, found.code)
    assert found.published is not None
    assert "2024-02-08" == found.published.isoformat()


def test_microdata_and_title() -> None:
    """Without other data itemprop gives the date and the only h1 the headline."""
    when = '<time itemprop="datePublished" datetime="2024-02-08">today</time>'
    found = read(page(when + report(LEAD, REST), "<title>y</title>"))

    assert "آب به شهر رسید" == found.headline
    assert found.published is not None
    assert "2024-02-08" == found.published.isoformat()


def test_pictures_within_a_page_do_not_count() -> None:
    """A page saved as one file may hold more bytes of pictures than an article may have of text."""
    picture = f'<img src="data:image/png;base64,{"iVBORw0KGgo" * 1_000_000}">'
    (found,) = html_page.read(BytesIO(page(f"<p>{LEAD}</p>{picture}<p>{LEAD}</p>").encode()), "x")

    assert LEAD in found.text


def test_day_shown_on_a_page_is_no_publication() -> None:
    """The date in a page's head may be today's and is not taken."""
    assert read(page(f"<div class=date>۱۹ بهمن ۱۴۰۲</div>{report(LEAD, REST)}")).published is None


def test_template_language_yields_to_the_text() -> None:
    """A Persian report in a page that says "en" is Persian."""
    assert "fa" == read(page(report(LEAD, REST), lang="en-US")).language


def test_body_of_linked_data_where_the_page_has_none() -> None:
    """A page filled by scripts is read from its articleBody."""
    data = {"@type": "NewsArticle", "headline": "x", "articleBody": f"<p>{ENGLISH}</p><p>Yes.</p>"}
    head = f'<script type="application/ld+json">{json.dumps(data)}</script>'

    assert f"{ENGLISH}\nYes." == read(page("<div id=app></div>", head)).text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_page_is_known_by_content(tmp_path: Path, encoding: str) -> None:
    """A page under another name is read as a page."""
    (tmp_path / "x.txt").write_bytes(page(report(LEAD, REST)).encode(encoding))
    (found,) = read_articles(tmp_path)

    assert isinstance(found, Article)
    assert f"{LEAD}\n{REST}" == body_of(found)


LISTING = "".join(
    f'<li><a href="/{n}">A report on the water line, part {n}</a></li>' for n in range(40)
)
LOGIN = f"<article><p>{ENGLISH}</p></article><form><input name=u><input type=password></form>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (page(""), RejectReason.NO_TEXT),
        (
            page("<div><script>document.write('text of a report')</script></div>"),
            RejectReason.NO_TEXT,
        ),
        ("<html>", RejectReason.NO_TEXT),
        (f"<html><body><article><ul>{LISTING}</ul></article>", RejectReason.LISTING),
        (page(LOGIN, lang="en"), RejectReason.LOGIN_WALL),
        (page("<i>x</i>" * 60_000), RejectReason.TOO_LONG),
        (page("<p>" + "x y " * 300_000), RejectReason.TOO_LONG),
        (page("<b>" * 300_000), RejectReason.TOO_LONG),
        (page("<div>" * 2_000 + LEAD), RejectReason.TOO_LONG),
        ("<html>" + "x" * 9_000_000, RejectReason.TOO_LONG),
    ],
    ids=["frame", "script", "nothing", "listing", "login", "wide", "text", "tags", "deep", "bytes"],
)
def test_page_without_a_report_is_refused(data: str, reason: RejectReason) -> None:
    """Each kind of page that is no article has its reason and a detail."""
    with pytest.raises(Refused) as refused:
        read(data)

    assert reason is refused.value.reason
    assert refused.value.detail


def test_entities_and_systems_are_not_resolved(tmp_path: Path) -> None:
    """A document type that names a file brings none of it into the text."""
    secret = tmp_path / "secret"
    secret.write_text("geheim", encoding="utf-8")
    kind = f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{secret}">]>'
    found = read(f"{kind}<html><body><article><p>{LEAD}&x;</p><p>{REST}</p></article>")

    assert "geheim" not in found.text


@pytest.mark.parametrize(
    "data", ["[" * 200_000, '{"@type": 5, "headline": ["x"]}', "null", '{"@graph": {"@type": []}}'],
    ids=["deep", "types", "null", "empty"],
)  # fmt: skip
def test_broken_linked_data_is_passed_over(data: str) -> None:
    """Data that cannot be read costs no article."""
    head = f'<script type="application/ld+json">{data}</script>'

    assert f"{LEAD}\n{REST}" == body_of(read(page(report(LEAD, REST), head)))


def test_real_excerpt() -> None:
    """The excerpt of a real photo story gives its one sentence and every field."""
    if not EXCERPT.exists():
        pytest.skip("../shared/eval/html is not here")
    (found,) = read_articles(EXCERPT)
    assert isinstance(found, Article)

    assert () == found.missing
    assert ("mehr-6018504", "fa") == (found.id, found.language)
    assert body_of(found).startswith("حرم مطهر رضوی در روز مبعث")
    assert body_of(found).endswith("(علیهاسلام) بود.")


SAMPLE = page(
    report(LEAD, ENGLISH), f"<script type=application/ld+json>{json.dumps(DATA)}</script>"
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 40), st.binary(max_size=12))))
def test_mutated_page_is_an_article_or_refused(changes: list[tuple[int, int, bytes]]) -> None:
    """Whatever the bytes, a page is an article with valid spans or a counted refusal."""
    data = SAMPLE.encode()
    for at, cut, put in changes:
        data = data[:at] + put + data[at + cut :]
    try:
        found = list(html_page.read(BytesIO(data), "x"))
    except Refused:
        return
    assert all(isinstance(one, Article) and body_of(one) for one in found)
