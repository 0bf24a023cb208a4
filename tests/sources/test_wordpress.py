"""Exports of WordPress: what is published is read, what is not leaves no trace but a count."""

import pytest
from exported import FIRST, SECOND, body, read

from index.sources import LEFT_OUT, RejectReason

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/6.2" -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>روزنامه شهر</title>
<link>https://blog.example</link><language>fa-IR</language>"""
END = "</channel></rss>"
HIDDEN = "منبع ما آقای الف است"


def item(number: int, content: str, title: str = "پل &amp; تراموا", **fields: str) -> str:
    """Return a post; `fields` replace its fields of WordPress."""
    stated = {
        "post_date_gmt": "2023-06-09 14:45:00",
        "post_modified_gmt": "2023-06-09 14:45:00",
        "status": "publish",
        "post_type": "post",
        "post_password": "",
        **fields,
    }
    inner = "".join(f"<wp:{k}><![CDATA[{v}]]></wp:{k}>" for k, v in stated.items())
    return (
        f"<item><title><![CDATA[{title}]]></title><link>https://blog.example/{number}/</link>"
        f"<pubDate>Sat, 10 Jun 2023 14:45:00 +0000</pubDate>"
        f'<guid isPermaLink="false">https://blog.example/?p={number}</guid>'
        f"<content:encoded><![CDATA[{content}]]></content:encoded>"
        f"<excerpt:encoded><![CDATA[x]]></excerpt:encoded>{inner}</item>"
    )


def test_published_post_is_an_article() -> None:
    """Title, address, universal time, blog, last change and paragraphs are taken."""
    blocks = (
        f"<!-- wp:paragraph -->\n<p>{FIRST}</p>\n<!-- /wp:paragraph -->\n\n"
        f"<!-- wp:heading -->\n<h2>نرخ&nbsp;تازه</h2>\n<!-- /wp:heading -->"
    )
    page = item(2, SECOND, post_type="page", post_modified_gmt="2023-06-10 14:45:00")
    (post, second), rejects = read(HEAD + item(1, blocks) + page + END, "blog.xml")

    assert not rejects
    assert f"{FIRST}\nنرخ تازه" == post.text == body(post)
    assert ("پل & تراموا", "روزنامه شهر", "https://blog.example/1/", "blog.xml:1") == (
        post.headline, post.source, post.url, post.origin
    )  # fmt: skip
    assert post.published is not None
    assert ("2023-06-09T18:15+03:30", None) == (post.published.isoformat(), post.edited)
    assert second.edited is not None
    assert "2023-06-10" == second.edited.isoformat()[:10]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "draft"}, RejectReason.DRAFT),
        ({"status": "pending"}, RejectReason.DRAFT),
        ({"status": "future"}, RejectReason.DRAFT),
        ({"status": "auto-draft"}, RejectReason.DRAFT),
        ({"status": ""}, RejectReason.DRAFT),
        ({"status": "private"}, RejectReason.PRIVATE),
        ({"status": "trash"}, RejectReason.PRIVATE),
        ({"post_password": "1234"}, RejectReason.PRIVATE),
        ({"post_type": "attachment", "status": "inherit"}, RejectReason.NO_PROSE),
        ({"post_type": "revision", "status": "inherit"}, RejectReason.NO_PROSE),
        ({"post_type": "nav_menu_item"}, RejectReason.NO_PROSE),
        ({"post_type": "feedback"}, RejectReason.NO_PROSE),
    ],
)
def test_what_is_not_published_is_left_out(fields: dict[str, str], reason: RejectReason) -> None:
    """Neither headline nor text of a draft stand in its reject; all count as left out."""
    data = HEAD + item(1, f"{FIRST} {HIDDEN}", HIDDEN, **fields) + item(2, SECOND) + END
    (article,), (reject,) = read(data, "blog.xml")

    assert "blog.xml:2" == article.origin
    assert reason == reject.reason
    assert reject.reason in LEFT_OUT
    assert HIDDEN not in repr(reject)
    assert "1234" not in repr(reject)


def test_draft_cut_in_two_is_not_published() -> None:
    """Where the file breaks off before the status of a post, the post is left out."""
    whole = HEAD + item(1, FIRST) + item(2, HIDDEN, HIDDEN, status="draft")
    articles, rejects = read(whole[: whole.rindex("<wp:status>")], "blog.xml")

    assert 1 == len(articles)
    assert [RejectReason.BROKEN_XML, RejectReason.NO_PROSE] == [one.reason for one in rejects]
    assert HIDDEN not in repr(rejects)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (f'[caption id="a" width="6"]<img src="x"/> پل[/caption]\n\n{FIRST}', f"پل\n{FIRST}"),
        (f'{FIRST}\n\n[gallery ids="1,2"]\n\n{SECOND}', f"{FIRST}\n{SECOND}"),
        (f"[embed]https://v.example/1[/embed]\n{FIRST}", FIRST),
        (f'[vc_row][vc_column width="1/2"]{FIRST}[/vc_column][/vc_row]', FIRST),
        (f"{SECOND} [sic] [the mayor]", f"{SECOND} [sic] [the mayor]"),
        (f"{FIRST}\n{SECOND}", f"{FIRST}\n{SECOND}"),
    ],
    ids=["caption", "gallery", "embed", "page builder", "brackets of the author", "line breaks"],
)
def test_shortcodes_are_gone(content: str, text: str) -> None:
    """What WordPress replaces when it shows a post is no text; brackets of the author are."""
    (article,), _ = read(HEAD + item(1, content) + END, "blog.xml")

    assert text == article.text


@pytest.mark.parametrize(
    ("fields", "published"),
    [
        ({"post_date_gmt": "0000-00-00 00:00:00"}, "2023-06-10"),
        ({"post_date_gmt": "x"}, "2023-06-10"),
    ],
)
def test_date_without_universal_time(fields: dict[str, str], published: str) -> None:
    """Where WordPress has no universal time, that of the feed counts."""
    (article,), _ = read(HEAD + item(1, FIRST, **fields) + END, "blog.xml")

    assert article.published is not None
    assert published == article.published.isoformat()[:10]


def test_export_of_a_whole_site_is_read_post_by_post() -> None:
    """An export larger than what one article may have gives all its posts."""
    filler = "<wp:comment><wp:comment_content>" + "x" * 9_000 + "</wp:comment_content></wp:comment>"
    posts = (item(n, f"{FIRST} {n}").replace("</item>", f"{filler}</item>") for n in range(1_040))
    data = HEAD + "".join(posts) + END
    articles, rejects = read(data, "blog.xml")

    assert len(data) > 9_000_000
    assert (1_040, []) == (len(articles), rejects)


def test_one_post_that_is_too_long_leaves_the_others() -> None:
    """The limit holds for one post: what it is too long for is a reject, and the next is read."""
    comments = "<wp:comment>" + "x" * 50_000 + "</wp:comment>"
    long = item(1, FIRST).replace("</item>", comments * 200 + "</item>")
    (article,), (reject,) = read(HEAD + long + item(2, SECOND) + END, "blog.xml")

    assert ("blog.xml:2", "blog.xml:1") == (article.origin, reject.origin)
    assert RejectReason.TOO_LONG == reject.reason


def test_tags_that_never_end_are_text() -> None:
    """They nest in nothing, which would take quadratic time, and the next post is whole."""
    strange = item(1, FIRST).replace("<link>", f"<link>{'<t' * 20_000}", 1)
    (first, second), rejects = read(HEAD + strange + item(2, SECOND) + END, "blog.xml")

    assert not rejects
    assert [FIRST, SECOND] == [body(first), body(second)]
