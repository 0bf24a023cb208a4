"""Feeds and sitemaps: whole entries are articles, the others links; hostile XML harms nobody."""

import time
import tracemalloc
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.sources import RejectReason, feeds, read_articles, read_bytes
from index.sources.rejects import MAX_BYTES, Refused
from index.types import Article, Reject

SENTENCE = "وزیر نیرو گفت که خط دوم انتقال آب به شهر امروز راه افتاده است و همه محله‌ها آب دارند."
REPORT = " ".join([SENTENCE] * 4)
NAMES = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://m/"'
RSS = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {NAMES}><channel>
<title>ایسنا</title><link>https://feed.example/</link><language>fa-ir</language>
<item><media:title>نه</media:title><title>آب &amp;quot;رسید&amp;quot; R&D</title>
<link>https://www.isna.ir/news/140211/x?a=1&copy=2</link><description>کوتاه</description>
<pubDate>Thu, 08 Feb 2024 10:00:50 GMT</pubDate><guid isPermaLink="false">g1</guid>
<content:encoded><![CDATA[<p>{REPORT}</p><p>پایان &nbsp; خبر</p>]]></content:encoded></item>
<item><title>دوم</title><guid>https://a.example/2</guid><description>{SENTENCE}</description></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fa"><title>خبر شهر</title><entry>
<title type="html">&lt;b&gt;آب&lt;/b&gt; رسید</title><link rel="self" href="https://a.example/s"/>
<link href="https://a.example/1"/><id>urn:1</id><updated>2024-02-09T00:00:00Z</updated>
<published>2024-02-08T10:00:50Z</published><content type="xhtml"><div
xmlns="http://www.w3.org/1999/xhtml"><p>{REPORT}</p><p>پایان</p></div></content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>c</title>
</channel><item><title>t</title><link>https://a.example/r</link><dc:date>2024-02-08</dc:date></item>
</rdf:RDF>"""
SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc> https://a.example/خبر
</loc><lastmod>2024-03-01</lastmod><news:news><news:publication_date>2024-02-08</news:publication_date>
<news:title>آب رسید</news:title></news:news></url></urlset>"""
SITEMAPS = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>
<loc>https://a.example/1.xml</loc></sitemap></sitemapindex>"""


def read(data: str | bytes) -> list[Article | Reject]:
    """Read a feed."""
    return list(feeds.read(BytesIO(data.encode() if isinstance(data, str) else data), "x"))


def body_of(article: Article) -> str:
    """Return the body, checked for what holds of every body."""
    assert all(a.end <= b.start for a, b in pairwise(article.body))
    assert all(span.end <= len(article.text) for span in article.body)
    return "\n".join(span.cut(article.text) for span in article.body)


def day(link: feeds.FeedLink) -> str:
    """Return the day of a link, or nothing."""
    return link.published.isoformat()[:10] if link.published else ""


def test_rss_entry_with_its_report_is_an_article() -> None:
    """Whole content goes before the summary; escapes, stray ampersands and CDATA are resolved."""
    whole, teaser = read(RSS)

    assert isinstance(whole, Article)
    assert f"{REPORT}\nپایان خبر" == body_of(whole)
    assert ('آب "رسید" R&D', "ISNA", "fa") == (whole.headline, whole.source, whole.language)
    assert ("isna-140211", "https://www.isna.ir/news/140211/x?a=1&copy=2") == (whole.id, whole.url)
    assert isinstance(teaser, Reject)
    assert (RejectReason.LINK_ONLY, "x:2") == (teaser.reason, teaser.origin)
    assert "https://a.example/2" in teaser.detail


def test_report_that_was_escaped_twice_is_text() -> None:
    """A program that escapes what is escaped leaves no tags in headline and report."""
    item = RSS.replace(f"<![CDATA[<p>{REPORT}</p><p>پایان &nbsp; خبر</p>]]>", "{}")
    once = f"&lt;p&gt;{REPORT}&lt;/p&gt;&lt;p&gt;R&amp;amp;D &amp;lt; 3&lt;/p&gt;"
    (found, _) = read(item.format(once.replace("&", "&amp;")))

    assert isinstance(found, Article)
    assert f"{REPORT}\nR&D < 3" == body_of(found)
    assert 'آب "رسید" R&D' == found.headline


def test_atom_entry_with_xhtml_is_an_article() -> None:
    """XHTML content, the alternate link, the feed's title and the entry's id are taken."""
    (found,) = read(ATOM)

    assert isinstance(found, Article)
    assert f"{REPORT}\nپایان" == body_of(found)
    assert ("آب رسید", "خبر شهر", "urn:1") == (found.headline, found.source, found.id)
    assert found.published is not None
    assert ("2024-02-08", "https://a.example/1") == (found.published.isoformat()[:10], found.url)


@pytest.mark.parametrize("data", [RDF, SITEMAP, SITEMAPS], ids=["rdf", "sitemap", "index"])
def test_links_in_a_file_are_counted(data: str) -> None:
    """What only names pages gives rejects that say which."""
    (found,) = read(data)

    assert isinstance(found, Reject)
    assert RejectReason.LINK_ONLY == found.reason
    assert "https://a.example/" in found.detail


@pytest.mark.parametrize(
    ("data", "url", "title"),
    [
        (RSS, "https://www.isna.ir/news/140211/x?a=1&copy=2", 'آب "رسید" R&D'),
        (ATOM, "https://a.example/1", "آب رسید"),
        (RDF, "https://a.example/r", "t"),
        (SITEMAP, "https://a.example/خبر", "آب رسید"),
    ],
    ids=["rss", "atom", "rdf", "sitemap"],
)
def test_links(data: str, url: str, title: str) -> None:
    """Every format gives addresses with title and day of publication."""
    first = feeds.links(data.encode()).links[0]

    assert (url, title, "2024-02-08") == (first.url, first.title, day(first))


def test_links_of_a_sitemap_index() -> None:
    """Further sitemaps are told apart from pages; so is an update from a publication."""
    assert feeds.FeedLinks(nested=("https://a.example/1.xml",)) == feeds.links(SITEMAPS.encode())
    undated = SITEMAP.replace("news:publication_date", "news:x").encode()
    assert feeds.links(undated).links[0].published is None


@pytest.mark.parametrize(
    ("made", "stated", "expected"),
    [
        ("<lastBuildDate>Fri, 09 Jun 2023 14:45:00 GMT</lastBuildDate>", "دیروز", "2023-06-08"),
        ("<pubDate>Fri, 09 Jun 2023 14:45:00 GMT</pubDate>", "2 hours ago", "2023-06-09"),
        ("<lastBuildDate>soon</lastBuildDate><pubDate>2023-06-09</pubDate>", "دیروز", "2023-06-08"),
        ("<pubDate>2023-06-09</pubDate>", "2 hours ago", ""),
        ("", "دیروز", ""),
    ],
    ids=["built", "published", "first that is a date", "finer than its base", "none"],
)
def test_relative_dates_count_from_the_feeds_own(made: str, stated: str, expected: str) -> None:
    """An entry of «دیروز» is a day before the feed was made, and of no day where that is unsaid."""
    data = RSS.replace("<channel>", f"<channel>{made}").replace(
        "Thu, 08 Feb 2024 10:00:50 GMT", stated
    )
    first, _ = read(data)

    assert isinstance(first, Article)
    assert expected == day(feeds.links(data.encode()).links[0])
    assert expected == (first.published.isoformat()[:10] if first.published else "")


def test_broken_feed_is_read_as_far_as_it_goes() -> None:
    """A feed cut in two keeps the entries before the cut."""
    assert (
        "https://www.isna.ir"
        in feeds.links(RSS.encode()[: RSS.encode().rindex(b"<desc")]).links[0].url
    )


@pytest.mark.parametrize("name", ["feed.json", "feed.txt", "feed.xml"])
def test_feed_is_known_by_content(tmp_path: Path, name: str) -> None:
    """A feed under any name is read as one."""
    (tmp_path / name).write_text(f"<!-- c -->\n{ATOM}", encoding="utf-8")
    (found,) = read_articles(tmp_path)

    assert isinstance(found, Article)


def test_other_xml_is_unsupported(tmp_path: Path) -> None:
    """XML that is neither feed nor sitemap is counted as such."""
    (tmp_path / "x").write_text('<?xml version="1.0"?><svg><text>x</text></svg>', encoding="utf-8")
    (found,) = read_articles(tmp_path)

    assert isinstance(found, Reject)
    assert RejectReason.UNSUPPORTED == found.reason


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))


def test_entities_do_not_grow() -> None:
    """Entities that would expand to a terabyte stay as they are written."""
    bomb = f"<!DOCTYPE rss [{ENTITIES}]>{RSS.partition('?>')[2].replace('دوم', 'x&e11;y')}"

    assert "x&e11;y" == feeds.links(bomb.encode()).links[1].title


def test_white_space_takes_linear_time() -> None:
    """A feed of 400,000 blanks is read in a moment: no blank begins a search of all others."""
    started = time.process_time()

    assert feeds.FeedLinks() == feeds.links(b"<rss>" + b" " * 400_000 + b"</rss>")
    assert time.process_time() - started < 5


def test_files_are_not_brought_in(tmp_path: Path) -> None:
    """An entity that names a file brings none of it."""
    (tmp_path / "secret").write_text("geheim", encoding="utf-8")
    kind = f'<!DOCTYPE rss [<!ENTITY s SYSTEM "file://{tmp_path}/secret">]>'
    bomb = f"{kind}{RSS.partition('?>')[2].replace('دوم', 'x&s;y')}"

    assert "x&s;y" == feeds.links(bomb.encode()).links[1].title


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", RejectReason.UNSUPPORTED),
        (b"<html><body>x", RejectReason.UNSUPPORTED),
        (b"<rss>" + b"<a>" * 1_000_001, RejectReason.TOO_LONG),
        (b"<rss>" + b"x" * 9_000_000, RejectReason.TOO_LONG),
        (b"<rss>\xff\xff\xff", RejectReason.ENCODING),
    ],
    ids=["empty", "page", "tags", "bytes", "encoding"],
)
def test_what_is_no_feed_is_refused(data: bytes, reason: RejectReason) -> None:
    """Each kind of rubbish has its reason."""
    with pytest.raises(Refused) as refused:
        feeds.links(data)

    assert reason is refused.value.reason


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([RSS, ATOM, RDF, SITEMAP, SITEMAPS]),
    st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 40), st.binary(max_size=12))),
)
def test_mutated_feed_gives_articles_and_rejects(
    sample: str, changes: list[tuple[int, int, bytes]]
) -> None:
    """Whatever the bytes, a feed gives articles with valid spans, rejects, or is refused."""
    data = sample.encode()
    for at, cut, put in changes:
        data = data[:at] + put + data[at + cut :]
    try:
        found = read(data)
    except Refused:
        return
    assert all(body_of(one) if isinstance(one, Article) else one.detail for one in found)


def test_feed_of_any_size_is_read_entry_by_entry(tmp_path: Path) -> None:
    """A feed larger than what one article may have gives all its entries, in little memory."""
    head, _, tail = RSS.partition("<item>")
    entry = f"<item>{tail.partition('</item>')[0]}</item>".replace(REPORT, REPORT * 40)
    entry = entry.replace("<title>", f"<media:text>{'a ' * 125_000}</media:text><title>", 1)
    with (tmp_path / "feed.xml").open("w", encoding="utf-8") as file:
        file.write(head)
        for number in range(45):
            file.write(entry.replace(">g1<", f">g{number}<"))
        file.write("</channel></rss>")
    assert (tmp_path / "feed.xml").stat().st_size > MAX_BYTES
    tracemalloc.start()
    n_articles = sum(isinstance(item, Article) for item in read_articles(tmp_path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 45 == n_articles
    assert peak < 20_000_000


def test_entries_after_a_broken_one_and_before_the_end_stay() -> None:
    """A stray "<" costs nothing; a feed that breaks off is a reject beside what came before."""
    stray = RSS.replace("<title>دوم", "<title>5 < 6")
    assert ["5 < 6"] == [link.title for link in feeds.links(stray.encode()).links[1:]]

    found = []
    with pytest.raises(Refused) as refused:
        found += feeds.read(BytesIO(RSS.encode()[: RSS.encode().rindex(b"<guid>")]), "x")
    assert RejectReason.BROKEN_XML is refused.value.reason


def test_an_entry_of_too_many_lines_is_refused() -> None:
    """200,000 lines of six characters took 7 seconds; the entry beside it is an article."""
    texts = ("a: b\n" * 200_000, "The harbour was opened on Monday. " * 9)
    items = "".join(
        f"<item><title>Rain</title><description>{one}</description></item>" for one in texts
    )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
    refused, article = read_bytes(feed.encode(), "a.xml")

    assert isinstance(article, Article)
    assert isinstance(refused, Reject)
    assert (RejectReason.TOO_LONG, "more than 100,000 lines of text") == (
        refused.reason,
        refused.detail,
    )
