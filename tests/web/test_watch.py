"""Tests of watching feeds, against a real server and with a real index at the end."""

import json
import re
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from loopback import CONFIG, Site, body, conditional, endless, raw, redirect, then
from patience import scaled

from index import CorpusError, WatchLocked, needs_build
from index.sources import read_articles
from index.types import Article
from index.web import Kept, ListFound, Step, watch_feeds
from index.web.problems import Failure, Problem
from index.web.state import FeedState, LinkState, WatchState
from index.web.watch import MAX_TRIES, Watcher

_INTERVAL_S = 0.05
_WORDS = (
    "The ministry said on Tuesday that work on line {n} of the metro would begin in spring. "
    "Engineers have surveyed the ground since March, and {n} stations are planned in the first "
    "part. Residents of the northern districts had asked for the line for many years."
)


def page(n: int, own: str = "") -> str:
    """Return a page with one article, which may state its own address."""
    link = f'<link rel="canonical" href="{own}">' if own else ""
    text = "".join(f"<p>{_WORDS.format(n=n + part * 100)}</p>" for part in range(3))
    return (
        f'<!doctype html><html lang="en"><head><title>Metro line {n} begins</title>{link}</head>'
        f"<body><nav><a href='/'>Home</a></nav><article><h1>Metro line {n} begins</h1>{text}"
        "</article></body></html>"
    )


def feed(*links: str, ttl: int = 0) -> str:
    """Return an RSS feed that announces pages."""
    items = "".join(f"<item><title>x</title><link>{link}</link></item>" for link in links)
    stated = f"<ttl>{ttl}</ttl>" if ttl else ""
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{stated}{items}</channel></rss>'


@contextmanager
def watching(home: Path, *feeds: str, stop: threading.Event | None = None) -> Iterator[Watcher]:
    """Watch feeds as in production."""
    with watch_feeds(
        feeds, home, CONFIG, interval_s=_INTERVAL_S, stop=stop or threading.Event()
    ) as watcher:
        assert isinstance(watcher, Watcher)
        yield watcher


def rounds(watcher: Watcher, count: int) -> list[Step]:
    """Run rounds, each when it is due."""
    steps: list[Step] = []
    for _ in range(count):
        time.sleep(watcher.pause_s())
        steps += watcher.round()
    return steps


def collected(home: Path) -> list[Article]:
    """Return the articles that are kept, as a build reads them."""
    folder = home / "collected"
    found = list(read_articles(folder)) if folder.exists() else []
    assert all(isinstance(one, Article) for one in found)
    return [one for one in found if isinstance(one, Article)]


def link_counts(home: Path) -> dict[str, int]:
    """Return how many links stand in which state."""
    with closing(sqlite3.connect(home / "watch.db")) as state:
        return dict(state.execute("SELECT state, count(*) FROM links GROUP BY state").fetchall())


def urls(articles: Sequence[Article], site: Site) -> list[str]:
    """Return the paths of articles, sorted."""
    return sorted(article.url.removeprefix(site.url) for article in articles)


def test_new_articles_are_fetched_once(site: Site, tmp_path: Path) -> None:
    """A feed that grows brings each of its pages once; unchanged, it is answered with 304."""
    site.pages |= {f"/{n}": body(page(n)) for n in (1, 2, 3)}
    site.pages["/feed"] = conditional(feed("/1", "/2"), '"one"')
    with watching(tmp_path, f"{site.url}/feed") as watcher:
        first = rounds(watcher, 1)
        again = rounds(watcher, 2)
        site.pages["/feed"] = conditional(feed("/3", "/2", "/1#top", "/1?utm_source=rss"), '"two"')
        third = rounds(watcher, 1)

    assert [step.outcome for step in first] == [ListFound(2), Kept.ADDED, Kept.ADDED]
    assert [step.outcome for step in again] == [Kept.UNCHANGED, Kept.UNCHANGED]
    assert [step.outcome for step in third] == [ListFound(4), Kept.ADDED]
    assert urls(collected(tmp_path), site) == ["/1", "/2", "/3"]
    assert [len(site.asked(f"/{n}")) for n in (1, 2, 3)] == [1, 1, 1]
    assert [request.headers.get("if-none-match") for request in site.asked("/feed")] == [
        None,
        '"one"',
        '"one"',
        '"one"',
    ]


def test_the_same_article_under_two_addresses_is_kept_once(site: Site, tmp_path: Path) -> None:
    """Pages that state the same address of their own, or lead to one, are one article."""
    own = f"{site.url}/news/1"
    site.pages |= {
        "/1": body(page(1, own)),
        "/amp/1": body(page(1, own)),
        "/short": redirect("/news/1"),
        "/news/1": body(page(1, own)),
        "/thief": body(page(2, "http://other.example/news/7")),
        "/feed": body(feed("/1", "/amp/1", "/short", "/thief")),
    }
    with watching(tmp_path, f"{site.url}/feed") as watcher:
        rounds(watcher, 1)

    assert urls(collected(tmp_path), site) == ["/news/1", "/thief"]


def test_a_watcher_survives_everything(site: Site, tmp_path: Path) -> None:
    """Whatever servers do, good pages come in once, bad ones are tried a few times at most."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    half = page(3).encode()
    site.pages |= {
        "/feed": then(
            body("", 500),
            raw(),
            body("", 429, retry_after="0"),
            body("<html>down for repairs</html>"),
            redirect("/feed.xml"),
        ),
        "/feed.xml": body(
            feed(*(f"/{n}" for n in range(1, 12)), "http://10.0.0.1/", "mailto:x@y", "http://[")
        ),
        "/1": then(body("", 500), body("", 503, retry_after="0"), body(page(1))),
        "/2": redirect("/2b"),
        "/2b": body(page(2).encode(), content_type="text/html; charset=iso-8859-1"),
        "/3": then(
            raw(head + b"Content-Length: 99999\r\n\r\n" + half),
            raw(head + b"Content-Length: %d\r\n\r\n" % len(half) + half),
        ),
        "/4": body("", 404),
        "/5": redirect("http://169.254.169.254/"),
        "/6": redirect("/6"),
        "/7": endless(site, head + b"\r\n", b"x" * 9_000),
        "/8": body("<html><body><p>Hello</p></body></html>"),
        "/9": endless(site, head + b"\r\n", b"x", 0.1),
        "/10": body(b"\x1f\x8b\x08nonsense", content_encoding="gzip"),
        "/11": body("", 500),
    }
    with watching(tmp_path, f"{site.url}/feed") as watcher:
        deadline = time.monotonic() + scaled(60)
        while time.monotonic() < deadline:
            rounds(watcher, 1)
            counts = link_counts(tmp_path)
            if counts and LinkState.WAITING not in counts:
                break

    assert urls(collected(tmp_path), site) == ["/1", "/2b", "/3"]
    assert counts == {LinkState.COLLECTED: 3, LinkState.REJECTED: 7, LinkState.GIVEN_UP: 2}
    assert [len(site.asked(path)) for path in ("/4", "/7", "/8", "/10")] == [1, 1, 1, 1]
    assert [len(site.asked(path)) for path in ("/9", "/11")] == [MAX_TRIES, MAX_TRIES]


def test_a_killed_watcher_goes_on(site: Site, tmp_path: Path) -> None:
    """What was fetched or collected before an end is neither lost nor fetched again."""
    site.pages |= {f"/{n}": body(page(n)) for n in (1, 2, 3)}
    site.pages["/feed"] = conditional(feed("/1", "/2", "/3"), '"one"')
    with watching(tmp_path, f"{site.url}/feed") as watcher:
        steps = watcher.round()
        assert [next(steps).outcome for _ in range(2)] == [ListFound(3), Kept.ADDED]
    with watching(tmp_path, f"{site.url}/feed") as watcher:
        assert needs_build(tmp_path)
        rounds(watcher, 1)

    assert urls(collected(tmp_path), site) == ["/1", "/2", "/3"]
    assert [len(site.asked(f"/{n}")) for n in (1, 2, 3)] == [1, 1, 1]


def test_a_busy_site_is_asked_when_it_said(site: Site, tmp_path: Path) -> None:
    """After a 429 neither feed nor pages of the host are asked before the time it named."""
    site.pages |= {
        "/feed": body(feed("/1", "/2")),
        "/1": then(body("", 429, retry_after="1"), body(page(1))),
        "/2": body(page(2)),
    }
    with watching(tmp_path, f"{site.url}/feed") as watcher:
        steps = rounds(watcher, 1)
        while link_counts(tmp_path).get(LinkState.WAITING):
            steps += rounds(watcher, 1)
    busy, after = (request.at for request in site.asked("/1"))

    assert [step.outcome.problem for step in steps if isinstance(step.outcome, Failure)][:2] == [
        Problem.BUSY,
        Problem.RESTING,
    ]
    assert after - busy >= 1.0
    assert not [one for one in site.requests if busy < one.at < busy + 1.0]
    assert urls(collected(tmp_path), site) == ["/1", "/2"]


def test_a_feed_is_asked_as_seldom_as_it_says(site: Site, tmp_path: Path) -> None:
    """The ttl of a feed holds where it is longer than our own interval."""
    site.pages["/feed"] = body(feed(ttl=60))
    with watching(tmp_path, f"{site.url}/feed") as watcher:
        rounds(watcher, 1)

        assert 3_500 < watcher.pause_s() <= 1.1 * 3_600


def test_a_failing_feed_is_asked_ever_less(site: Site, tmp_path: Path) -> None:
    """Every failure in a row doubles the pause, and a success ends that."""
    site.pages["/feed"] = then(*[body("", 500)] * 4, body(feed()))
    pauses = []
    with watching(tmp_path, f"{site.url}/feed") as watcher:
        for _ in range(5):
            rounds(watcher, 1)
            pauses.append(watcher._state.feeds(watcher.roots)[0].due - time.time())

    assert pauses[3] > 2 * pauses[0]
    assert pauses[4] < pauses[3]


def test_sitemaps_of_a_sitemap_are_followed(site: Site, tmp_path: Path) -> None:
    """A sitemap index brings the pages of its sitemaps, packed or not, and keeps watching them."""
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    nested = f"<sitemap><loc>{site.url}/news.xml</loc></sitemap>"
    pages = f"<url><loc>{site.url}/1</loc></url>"
    site.pages |= {
        "/sitemap.xml": conditional(f"<sitemapindex {space}>{nested}</sitemapindex>", '"i"'),
        "/news.xml": conditional(f"<urlset {space}>{pages}</urlset>", '"n"'),
        "/1": body(page(1)),
        "/2": body(page(2)),
    }
    with watching(tmp_path, f"{site.url}/sitemap.xml") as watcher:
        rounds(watcher, 1)
        more = pages + f"<url><loc>{site.url}/2</loc></url>"
        site.pages["/news.xml"] = conditional(f"<urlset {space}>{more}</urlset>", '"m"')
        while len(site.asked("/news.xml")) < 2:
            rounds(watcher, 1)
        rounds(watcher, 1)

    assert urls(collected(tmp_path), site) == ["/1", "/2"]


def test_a_stop_ends_a_round(site: Site, tmp_path: Path) -> None:
    """Told to stop, a watcher ends after the step it is at; what is left waits."""
    site.pages |= {f"/{n}": body(page(n)) for n in (1, 2)} | {"/feed": body(feed("/1", "/2"))}
    stop = threading.Event()
    with watching(tmp_path, f"{site.url}/feed", stop=stop) as watcher:
        steps = watcher.round()
        next(steps)
        stop.set()

        assert list(steps) == []
        assert link_counts(tmp_path) == {LinkState.WAITING: 2}


def test_one_index_has_one_watcher(site: Site, tmp_path: Path) -> None:
    """A second watcher of the same index is an error of ours."""
    with (
        watching(tmp_path, f"{site.url}/feed"),
        pytest.raises(WatchLocked, match=r"^Expected to be the only watcher of "),
        watching(tmp_path, f"{site.url}/feed"),
    ):
        pass


@pytest.mark.parametrize("feeds", [(), ("news.example/feed",), ("https://a:b@news.example/",)])
def test_feeds_must_be_addresses(tmp_path: Path, feeds: tuple[str, ...]) -> None:
    """What is no address is an error that says what to do and holds no password."""
    with pytest.raises(CorpusError, match=r"PASOKH_FEEDS") as caught, watching(tmp_path, *feeds):
        pass
    assert "a:b" not in str(caught.value)


def test_a_changed_page_is_kept_beside_its_earlier_version(site: Site, tmp_path: Path) -> None:
    """What is kept of a page has the fields of its article, a line for each version of it."""
    from index.web import gather_articles

    config = replace(CONFIG, delay_s=0.0)
    site.pages["/1"] = then(
        body(page(1)), body(page(1)), body(page(1).replace("Tuesday", "Friday"))
    )
    found = [next(gather_articles([f"{site.url}/1"], tmp_path, config)).outcome for _ in range(3)]
    first, article = collected(tmp_path)
    (file,) = (tmp_path / "collected").rglob("*.json")

    assert found == [Kept.ADDED, Kept.UNCHANGED, Kept.CHANGED]
    assert (article.headline, article.url) == ("Metro line 1 begins", f"{site.url}/1")
    assert ("Tuesday" in first.text, "Friday" in article.text) == (True, True)
    assert re.fullmatch(r"web-[0-9a-f]{16}", article.id)
    for line in file.read_text().splitlines():
        assert list(json.loads(line)) == [
            "id", "title", "text", "date", "modified", "url", "source", "language", "pasokh_xxh3",
        ]  # fmt: skip


def test_the_state_is_its_owners(tmp_path: Path) -> None:
    """Addresses may hold secrets: only the owner may read the state."""
    WatchState(tmp_path).close()

    assert (tmp_path / "watch.db").stat().st_mode & 0o777 == 0o600


def test_fresh_news_is_fetched_before_a_long_list(site: Site, tmp_path: Path) -> None:
    """Feeds take turns, each with its newest first: 250 waiting links hold up no breaking item."""
    item = "<item><title>x</title><link>{link}</link><pubDate>{at}</pubDate></item>"
    days = [f"{day:02} Nov 2026 10:00:00 +0000" for day in range(1, 26)]
    old = [item.format(link=f"{site.url}/a/{n:03}", at=days[n % 24]) for n in range(250)]
    newest = item.format(link=f"{site.url}/a/newest", at=days[-1])
    breaking = item.format(link=f"{site.url}/z/breaking", at=days[0])
    rss = '<?xml version="1.0"?><rss version="2.0"><channel>{}</channel></rss>'
    site.pages["/big"] = body(rss.format("".join([*old, newest])))
    site.pages["/small"] = body(rss.format(breaking))

    with watching(tmp_path, f"{site.url}/big", f"{site.url}/small") as watcher:
        places = [step.place for step in watcher.round()]

    assert set(places[2:4]) == {f"{site.url}/a/newest", f"{site.url}/z/breaking"}


_EARLIER = (
    "CREATE TABLE links (url TEXT PRIMARY KEY, feed TEXT NOT NULL, state TEXT NOT NULL,"
    " problem TEXT NOT NULL, tries INTEGER NOT NULL, due REAL NOT NULL{}) WITHOUT ROWID"
)


@pytest.mark.parametrize("more", ["", ", published REAL NOT NULL DEFAULT 0"])
def test_a_state_of_an_earlier_version_is_taken_over(tmp_path: Path, more: str) -> None:
    """Its links wait as before; of those that were fetched no address stays in the file."""
    waiting, done = "http://a.example/waiting", "http://a.example/fetched"
    with sqlite3.connect(tmp_path / "watch.db") as old:
        old.execute(_EARLIER.format(more))
        rows = [(waiting, "waiting", 2), (done, "indexed", 0)]
        query = (
            "INSERT INTO links (url, feed, state, problem, tries, due) VALUES (?, 'f', ?, '', ?, 0)"
        )
        old.executemany(query, rows)
    old.close()

    with closing(WatchState(tmp_path)) as state:
        state.keep_feed(FeedState("f", "f"), links={done: None})
        assert [tuple(link) for link in state.waiting(5)] == [(waiting, 2)]
    assert done.encode() not in (tmp_path / "watch.db").read_bytes()


def test_no_address_stays_of_what_was_fetched(site: Site, tmp_path: Path) -> None:
    """Pages kept, refused and given up leave hashes; the feed that lists them is known by name."""
    site.pages |= {
        "/kept": body(page(1)),
        "/refused": body("<html><body><p>Hello</p></body></html>"),
        "/feed": body(feed("/kept", "/refused", "/none")),
    }
    with watching(tmp_path, f"{site.url}/feed") as watcher:
        rounds(watcher, 2)
    data = (tmp_path / "watch.db").read_bytes()

    assert link_counts(tmp_path) == {LinkState.COLLECTED: 1, LinkState.REJECTED: 2}
    assert [path for path in ("/kept", "/refused", "/none") if path.encode() in data] == []
    assert f"{site.url}/feed".encode() in data
    assert [len(site.asked(path)) for path in ("/kept", "/refused")] == [1, 1]
