"""The pages as a browser without script gets them."""

import re
from html import unescape

import httpx
import pytest
from site_maker import KIRBY, ODD, RECORDS, SCRIPT, SEED, Site

from bot.session.links import article_link, article_path
from bot.web.render import article_href
from index import ArticleId, Span


def _ask(client: httpx.Client, question: str, **more: str) -> str:
    return client.post("/", data={"q": question} | more).text


def test_a_question_is_answered_and_followed_up(site: Site) -> None:
    """A cookie keeps the conversation, so that a follow-up takes from the question before it."""
    with site.client() as client:
        first = _ask(client, KIRBY)
        second = _ask(client, "and what did Moscow answer?")
        again = client.get("/").text
        client.post("/anew")
        anew = client.get("/").text

    assert "<blockquote" in first
    assert f"/article/{SEED}?quote=1941-2206#quote=1941-2206" in first
    assert f"Read as going on from “{KIRBY}”" in unescape(second)
    assert KIRBY in second
    assert again.count("<article") == 2
    assert "<article" not in anew


def test_what_is_said_of_the_last_answer_acts_on_it(site: Site) -> None:
    """The button "more" and the word give further quotes, "is that true?" the sources."""
    with site.client() as client:
        _ask(client, "Kirby")
        more = client.post("/", data={"do": "more"}).text
        sources = _ask(client, "is that true?")

    assert "Further quotes" in more or "nothing further" in more
    assert "word for word" in sources


def test_what_somebody_said_is_listed(site: Site) -> None:
    """The page of who said what lists it with its places, or says that there is none."""
    with site.client() as client:
        linked = client.get("/").text
        fields = client.get("/quotes").text
        said = client.get("/quotes", params={"speaker": "Kirby", "about": "Sukhoi"}).text
        nothing = client.get("/quotes", params={"speaker": SCRIPT}).text

    assert 'href="/quotes"' in linked
    assert 'name="speaker"' in fields
    assert "<article" not in fields
    assert "Said by Kirby" in said
    assert f"/article/{SEED}?quote=" in said
    assert "<article" in nothing
    assert "<script>document" not in nothing


def test_a_timeline_is_listed_and_drawn(site: Site) -> None:
    """The page has the events of a topic and their picture, which loads nothing from elsewhere."""
    with site.client() as client:
        linked = client.get("/").text
        page = client.get("/timeline", params={"topic": "Sukhoi jets"}).text
        (address,) = re.findall(r'<img class="picture" src="([^"]+)"', page)
        picture = client.get(unescape(address))
        nothing = client.get("/timeline", params={"topic": "qwrtz"}).text
        no_picture = [client.get("/timeline.svg", params={"topic": one}) for one in ("qwrtz", "")]

    assert 'href="/timeline"' in linked
    assert "<blockquote" in page
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "default-src 'none'" in picture.headers["content-security-policy"]
    assert "<circle" in picture.text
    assert "<img" not in nothing
    assert [reply.status_code for reply in no_picture] == [404, 404]


def test_readers_get_their_language(site: Site) -> None:
    """The browser's language chooses, the switch wins, and Persian runs from right to left."""
    with site.client(headers={"Accept-Language": "fa-IR,en;q=0.5"}) as client:
        persian = client.get("/").text
        back = client.get("/language", params={"to": "en", "back": "/archive"})
        english = client.get("/").text
        away = client.get("/language", params={"to": "fa", "back": "//evil.example/"})

    assert '<html lang="fa" dir="rtl">' in persian
    assert back.headers["location"] == "/archive"
    assert '<html lang="en" dir="ltr">' in english
    assert away.headers["location"] == "/"


def test_only_a_part_of_the_archive_is_asked(site: Site) -> None:
    """Fields of the form bound the question; what the archive does not have is said."""
    with site.client() as client:
        inside = _ask(client, KIRBY, source="Mehr", since="2023", until="1402")
    with site.client() as client:
        other = _ask(client, KIRBY, lang="en")
        unknown = client.post("/", data={"q": KIRBY, "source": "Mehrr"})

    assert "Asked of: from 1 January 2023 to 19 March 2024, Mehr" in inside
    assert SEED not in other
    assert (unknown.status_code, "did you mean Mehr?" in unknown.text) == (400, True)


def test_a_refusal_says_so(site: Site) -> None:
    """What the archive does not answer is refused in words, with the nearest headlines."""
    with site.client() as client:
        page = _ask(client, "Who won the chess olympiad in Budapest?")

    assert "refusal" in page
    assert "Nearest headlines" in page
    assert "<blockquote" not in page


@pytest.mark.parametrize("article_id", [SEED, *(str(record["id"]) for record in RECORDS)])
def test_every_article_opens_whatever_its_id(site: Site, article_id: str) -> None:
    """Slashes, dots, question marks and line ends in an id lead to its article all the same."""
    article = site.service.session.answering.article(ArticleId(article_id))
    assert article is not None
    with site.client() as client:
        # httpx resolves dots as browsers do.
        page = client.get(article_path(article_id))
        same = client.get(str(httpx.URL(article_link(site.address, article_id))))
        record = client.get(f"/api/v1{article_path(article_id)}")

    assert (page.status_code, same.status_code) == (200, 200)
    assert 'class="read"' in page.text
    assert (record.status_code, record.json()["text"]) == (200, article.text)


def test_a_quote_is_marked_in_its_article(site: Site) -> None:
    """Exactly the characters of the link are marked, also across paragraphs."""
    article = site.service.session.answering.article(ArticleId(SEED))
    assert article is not None
    for span in (Span(1941, 2206), Span(1700, 2000)):
        with site.client() as client:
            page = client.get(article_href("", article.id, span)).text
        marked = re.findall(r"<mark[^>]*>([^<]*)</mark>", page)
        assert "".join("".join(marked).split()) == "".join(span.cut(article.text).split())
        assert page.count(f'id="quote={span.start}-{span.end}"') == 1


@pytest.mark.parametrize("place", ["9-3", "0-0", "99999-999999", "x", "1-2-3", "-1-5", "٣-٤"])
def test_a_place_that_is_none_marks_nothing(site: Site, place: str) -> None:
    """An impossible place shows the article and says that there is no such place."""
    with site.client() as client:
        page = client.get(f"/article/{SEED}", params={"quote": place})

    assert page.status_code == 200
    assert "<mark" not in page.text
    assert "no text at the place" in page.text


def test_nothing_of_an_article_runs(site: Site) -> None:
    """Markup, script and controls of an article are shown as text, behind a strict CSP."""
    with site.client() as client:
        pages = [
            client.post("/", data={"q": "storm in the harbour of Malin"}),
            client.get("/article/hostile"),
        ]
        pages += [client.post("/", data={"q": SCRIPT}), client.get("/", params={"q": SCRIPT})]

        link = re.search(r'href="(/article/sha-[^"#]+)', pages[0].text)
        assert link is not None
        pages.append(client.get(link[1].replace("&amp;", "&")))

    for page in pages:
        assert "<script>" not in page.text
        assert "<img" not in page.text
        assert "javascript:" not in page.text
        assert not set(page.text) & {"\x1b", "\u202e"}
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
    assert "&lt;script&gt;" in pages[-1].text


def test_the_same_report_elsewhere_is_named(site: Site) -> None:
    """An article's page leads to the other outlets that carry it."""
    with site.client() as client:
        page = client.get("/article/ferry-1").text

    assert "The same report elsewhere" in page
    assert "/article/ferry-2" in page


@pytest.mark.parametrize(
    ("form", "begins"),
    [("ris", "TY  - NEWS"), ("bibtex", "@misc{mehr-5805672"), ("markdown", "## ")],
)
def test_an_article_is_cited(site: Site, form: str, begins: str) -> None:
    """References come as files, with the quote where one is marked and without where none is."""
    with site.client() as client:
        quoted = client.get("/cite", params={"id": SEED, "quote": "1941-2206", "format": form})
        whole = client.get("/cite", params={"id": SEED, "format": form})
        bad = client.get("/cite", params={"id": SEED, "format": "docx"})

    assert quoted.text.startswith(begins)
    assert "attachment" in quoted.headers["content-disposition"]
    assert "1941-2206" in quoted.text
    assert whole.text.startswith(begins)
    assert "“”" not in whole.text
    assert bad.status_code == 400


def test_the_archive_page_counts(site: Site) -> None:
    """Articles are counted by month, outlet and language, and what is left out by reason."""
    with site.client() as client:
        page = client.get("/archive").text
        persian = client.get("/archive", headers={"Accept-Language": "fa"}).text

    rows = [re.sub(r"<[^>]*>", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", page)]
    assert ["June", "2023", "1"] in rows
    assert ["July", "2023", "0"] in rows
    assert ["May", "2024", "2"] in rows
    assert ["Coast", "News", str(len(ODD) + 1)] in rows
    assert ["Mehr", "1"] in rows
    assert any(row[:1] == ["rejected"] for row in rows)
    assert "خرداد ۱۴۰۲" in persian


def test_the_first_page_is_small(site: Site) -> None:
    """The page and everything that it loads take less than 60 kB, all from here."""
    with site.client() as client:
        page = client.get("/")
        linked = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
        files = [client.get(address) for address in linked]

    assert len(linked) == 3
    assert all(file.status_code == 200 for file in files)
    assert len(page.content) + sum(len(file.content) for file in files) < 60_000
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.text)


def test_a_page_that_is_not_there_says_so(site: Site) -> None:
    """Unknown pages, articles and methods get a page in the reader's language."""
    with site.client(headers={"Accept-Language": "fa"}) as client:
        pages = [client.get("/nothing"), client.get("/article/none"), client.put("/archive")]

    assert [page.status_code for page in pages] == [404, 404, 405]
    assert all("نشد" in page.text for page in pages)
