"""Facts of a page: its own and no neighbour's, from JSON-LD, meta elements and labelled dates."""

import json
from io import BytesIO

import pytest

from index.sources import html_page
from index.types import Article

LEAD = "وزیر نیرو صبح امروز گفت که خط دوم انتقال آب به شهر راه افتاده و شبکه آن کامل شده است."
REST = "به گفته او این خط روزانه صد هزار متر مکعب آب را از سد به تصفیه‌خانه می‌رساند."
HEADLINE = "آب به شهر رسید"
URL = "https://news.example/17"
OWN = {
    "@type": "NewsArticle",
    "headline": HEADLINE,
    "url": URL,
    "datePublished": "2024-02-08T10:00:50Z",
    "publisher": {"@type": "Organization", "name": "خبر شهر"},
}
OTHER = {
    "@type": "NewsArticle",
    "headline": "خبری که خوانده‌اند",
    "url": "https://news.example/3",
    "datePublished": "2021-01-01",
    "publisher": {"@type": "Organization", "name": "شبکه دیگر"},
}
LIST = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": OTHER}]}
AT = "2024-02-08T13:30+03:30"


def read(
    *, data: tuple[object, ...] = (), scripts: str = "", head: str = "", above: str = "",
    title: str = HEADLINE, below: str = "",
) -> Article:  # fmt: skip
    """Read a page made of these parts around one report."""
    scripts += "".join(
        f'<script type="application/ld+json">{json.dumps(part)}</script>' for part in data
    )
    page = f"""<!DOCTYPE html><html lang="fa"><head><meta charset="utf-8"><title>{title}</title>
    {head}{scripts}</head><body><main><article><h1>{title}</h1>{above}<div><p>{LEAD}</p><p>{REST}</p></div>
    </article></main>{below}</body></html>"""
    (article,) = html_page.read(BytesIO(page.encode()), "x")
    return article


def published(article: Article) -> str:
    """Return the moment of publication, or nothing."""
    return article.published.isoformat() if article.published else ""


@pytest.mark.parametrize(
    ("data", "head"),
    [
        ((LIST, OWN), ""),
        ((OTHER, OWN), ""),
        ((OTHER, {**OWN, "headline": "Water"}), f'<link rel="canonical" href="{URL}/">'),
        ((OTHER, {**OWN, "headline": "Water", "url": None, "mainEntityOfPage": {"@id": URL}}),
         f'<meta property="og:url" content="{URL}">'),
        (({"@graph": [OTHER, {"@type": "WebPage", "mainEntity": OWN}]},), ""),
        (({"@graph": [{**OWN, "publisher": {"@id": "#o"}},
                      {"@id": "#o", "@type": "Organization", "name": "خبر شهر"}]},), ""),
        (({**OWN, "datePublished": {"@type": "Date", "@value": OWN["datePublished"]},
           "headline": {"@value": HEADLINE}, "publisher": [OWN["publisher"]]},), ""),
        (({**OWN, "headline": [HEADLINE], "publisher": "خبر شهر"},), ""),
    ],
    ids=["list", "other", "canonical", "main", "graph", "reference", "typed", "lists"],
)  # fmt: skip
def test_linked_data_of_the_page_itself(data: tuple[object, ...], head: str) -> None:
    """The object with the page's address or headline gives the facts, whatever stands before it."""
    found = read(data=data, head=head)

    assert (AT, "خبر شهر") == (published(found), found.source)
    assert found.headline in (HEADLINE, "Water")
    assert URL == found.url.rstrip("/")


def test_date_of_the_page_object() -> None:
    """A WebPage with the page's address states the date that its article lacks."""
    page = {"@type": "WebPage", "@id": URL, "datePublished": OWN["datePublished"]}
    other = {"@type": "WebPage", "@id": OTHER["url"], "datePublished": "2021-01-01"}
    head = f'<link rel="canonical" href="{URL}">'

    article = {"@type": "Article", "headline": HEADLINE, "mainEntityOfPage": {"@id": URL}}

    assert AT == published(read(data=(other, page), head=head))
    assert AT == published(read(data=({"@graph": [page, article]},)))
    assert "" == published(read(data=(other,), head=head))


def test_linked_data_that_was_escaped() -> None:
    """Quotes that a template escaped are quotes."""
    script = json.dumps(OWN).replace('"', "&quot;")

    assert AT == published(read(scripts=f'<script type="application/ld+json">{script}</script>'))


@pytest.mark.parametrize("data", [(LIST,), (OTHER, {**OTHER, "headline": "دیگری"})])
def test_neighbours_alone_give_no_facts(data: tuple[object, ...]) -> None:
    """Where only other articles are described, the page's own head is read and nothing else."""
    found = read(data=data)

    assert (HEADLINE, "", "", "") == (found.headline, published(found), found.source, found.url)


def test_single_object_that_contradicts_the_page_is_not_its_own() -> None:
    """One object with another address and headline than the page's is a neighbour's."""
    found = read(data=(OTHER,), head=f'<link rel="canonical" href="{URL}">')

    assert (HEADLINE, "", URL) == (found.headline, published(found), found.url)


def test_single_object_with_another_headline_is_the_pages() -> None:
    """A headline written for search engines does not make the only object another's."""
    assert AT == published(read(data=({**OWN, "headline": "آب شهر", "url": None},)))


@pytest.mark.parametrize(
    "script",
    [
        "\n//<![CDATA[\n%s\n//]]>\n",
        "/*<![CDATA[*/%s/*]]>*/",
        "<!-- %s -->",
        "%s;",
        "// written by a plug-in\n%s",
    ],
)
@pytest.mark.parametrize(
    "end", ["}", ",}", ", /* none */ }", ', "image": ["https://x.example/1",],}']
)
def test_linked_data_that_is_no_strict_json(script: str, end: str) -> None:
    """CDATA, comments and commas before a closing bracket cost no field."""
    stated = json.dumps(OWN, ensure_ascii=False)[:-1] + end
    found = read(scripts=f'<script type="application/ld+json">{script % stated}</script>')

    assert (AT, URL) == (published(found), found.url)


@pytest.mark.parametrize(
    "name",
    [
        'property="article:published_time"', 'property="og:published_time"', 'name="dc.date"',
        'name="DC.date.issued"', 'name="dcterms.issued"', 'name="dcterms:created"', 'name="date"',
        'name="citation_publication_date"', 'name="parsely-pub-date"', 'name="sailthru.date"',
        'itemprop="datePublished"', 'name="pubdate"', 'name="vr:published_time"',
        'name="PublishDate"', 'name="publish-date"',
    ],
)  # fmt: skip
def test_date_of_a_meta_element(name: str) -> None:
    """Every usual name of the date of publication is read."""
    assert AT == published(read(head=f'<meta {name} content="2024-02-08T10:00:50Z">'))


@pytest.mark.parametrize(
    "above",
    [
        '<time class="entry-date published" datetime="2024-02-08T10:00:50Z">۱۹ بهمن</time>',
        '<time class="published updated" datetime="2024-02-08T10:00:50Z">19 Bahman</time>',
        '<abbr class="published" title="2024-02-08T10:00:50Z">yesterday</abbr>',
        '<span itemprop="datePublished" content="2024-02-08T10:00:50Z">today</span>',
        '<p>By A. Writer, <time datetime="2024-02-08T10:00:50Z">Thursday</time></p>',
        '<span class="post-date">۱۹ بهمن ۱۴۰۲ ساعت ۱۳:۳۰</span>',
        "<div>تاریخ انتشار: ۱۹ بهمن ۱۴۰۲ - ۱۳:۳۰</div>",
        "<ul><li>کد خبر: ۱۲۳۴</li><li>تاریخ انتشار: <b>۱۹ بهمن ۱۴۰۲ - ۱۳:۳۰</b></li></ul>",
        "<div><span>زمان انتشار</span><span>۱۴۰۲/۱۱/۱۹ ۱۳:۳۰</span></div>",
        "<p>تاریخ انتشار: ۱۴۰۲/۱۱/۱۹ ۱۳:۳۰ | کد خبر: ۱۲۳۴</p>",
        "<p><b>Published:</b> 8 February 2024, 13:30</p>",
        "<div><i class='icon'></i> تاریخ انتشار: ۱۹ بهمن ۱۴۰۲ ساعت ۱۳:۳۰</div>",
        "<div>شناسه: 12 - تاریخ انتشار: ۱۹ بهمن ۱۴۰۲ - ۱۳:۳۰</div>",
        "<p>Published: 8 February 2024, 13:30 Updated: 9 February 2024</p>",
        "<dl><dt>تاریخ درج:</dt><dd>۱۹ بهمن ۱۴۰۲ ۱۳:۳۰</dd></dl>",
    ],
)
def test_date_shown_as_that_of_publication(above: str) -> None:
    """A class, a property or a label says that a date in the text is that of publication."""
    assert AT == published(read(above=above))


@pytest.mark.parametrize(
    "above",
    [
        "<div>۱۹ بهمن ۱۴۰۲</div>",
        "<div>امروز: ۱۹ بهمن ۱۴۰۲</div>",
        '<p>It began <time datetime="2024-02-08">on Thursday</time> in the city.</p>',
        '<p>Last updated <time datetime="2024-02-08">19</time></p>',
        '<time datetime="2024-02-08">19</time><time datetime="2024-02-09">20</time>',
        '<time class="updated" datetime="2024-02-08">۱۹ بهمن ۱۴۰۲</time>',
        '<time class="entry-date modified" datetime="2024-02-08">۱۹ بهمن ۱۴۰۲</time>',
        "<div>آخرین به‌روزرسانی: ۱۹ بهمن ۱۴۰۲</div>",
        "<p>It is the second book published 8 February 2024</p>",
        "<div>Updated: 8 February 2024</div>",
        '<aside><time class="published" datetime="2024-02-08">19</time></aside>',
    ],
)
def test_other_days_of_a_page_are_no_publication(above: str) -> None:
    """Today's date, a change and a box beside the report are not taken."""
    head = '<meta property="article:modified_time" content="2024-02-08T10:00:50Z">'

    assert "" == published(read(above=above, head=head))


CARD = (
    '<div><a href="/3">خبر دیگری که درباره بازار سکه است</a><time class="published" datetime="%s">'
)


def test_dates_of_cards_are_not_the_articles() -> None:
    """Dates beside links to other articles do not count, whether the report has one or none."""
    cards = "".join(f"{CARD % day}</time></div>" for day in ("2021-01-01", "2022-02-02"))
    own = '<time class="published" datetime="2024-02-08T10:00:50Z"></time>'

    assert "" == published(read(below=cards))
    assert AT == published(read(below=cards, above=own))


def test_microdata_of_cards_is_not_the_articles() -> None:
    """Of several items with a headline and date, the one around the page's headline counts."""
    card = """<div itemscope itemtype="https://schema.org/NewsArticle"><b itemprop="headline">دیگری
    </b><time itemprop="datePublished" datetime="2021-01-01"></time></div>"""
    own = '<time itemprop="datePublished" datetime="2024-02-08T10:00:50Z"></time>'
    found = read(above=own, below=card, title=f"{HEADLINE}")

    assert (HEADLINE, AT) == (found.headline, published(found))


def test_updates_of_a_live_blog_are_text() -> None:
    """What a live blog states as updates stands in the text, once, whether the page shows it."""
    updates = [
        {"@type": "BlogPosting", "headline": "ساعت ۱۰", "articleBody": "<p>پل دوم بسته شد.</p>"},
        {"@type": "BlogPosting", "articleBody": LEAD},
    ]
    found = read(data=({**OWN, "@type": "LiveBlogPosting", "liveBlogUpdate": updates},))

    assert (HEADLINE, AT) == (found.headline, published(found))
    assert found.text.endswith("ساعت ۱۰\nپل دوم بسته شد.")
    assert 1 == found.text.count(LEAD)


def test_escaped_markup_of_an_article_body_is_text() -> None:
    """An articleBody that was escaped once more has no tags in the text."""
    body = f"&lt;p&gt;{LEAD}&lt;/p&gt;&lt;p&gt;{REST} {REST * 9}&lt;/p&gt;"
    found = read(data=({**OWN, "articleBody": body},))

    assert f"{LEAD}\n{REST} {REST * 9}" == found.text
