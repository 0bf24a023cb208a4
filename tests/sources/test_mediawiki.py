"""Dumps of MediaWiki: articles without markup; talk, templates and redirects are counted."""

import time

import pytest
from exported import FIRST, SECOND, body, day, read

from index.sources import RejectReason
from index.sources.wikitext import text_of

HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="fa">
<siteinfo><sitename>ویکی‌خبر</sitename><dbname>fawikinews</dbname>
<base>https://fa.wikinews.example/wiki/صفحه</base>
<namespaces><namespace key="0" /><namespace key="6">پرونده</namespace>
<namespace key="14">رده</namespace></namespaces></siteinfo>"""


def page(title: str, text: str, space: int = 0, more: str = "") -> str:
    """Return a page of a dump."""
    return (
        f"<page><title>{title}</title><ns>{space}</ns><id>1</id>{more}<revision><id>2</id>"
        f"<timestamp>2023-06-10T08:00:00Z</timestamp><contributor><username>x</username>"
        f'</contributor><text bytes="9" xml:space="preserve">{text}</text></revision></page>'
    )


def test_article_has_its_stated_date_and_address() -> None:
    """A revision is a change, the template of Wikinews a date; the title makes the address."""
    data = (
        HEAD
        + page("پل تازه", f"{{{{date|9 June 2023}}}}\n'''{FIRST}'''\n[[رده:پل‌ها]]")
        + page("بحث:پل", FIRST, space=1)
        + page("پل نو", "#REDIRECT [[پل تازه]]", more='<redirect title="پل تازه" />')
        + page("Tram", f"{SECOND}\n== References ==\n* x")
        + "</mediawiki>"
    )
    (first, second), (reject,) = read(data, "fawikinews-pages-articles.xml")

    assert ("پل تازه", FIRST, "ویکی‌خبر") == (first.headline, body(first), first.source)
    assert ("2023-06-09", "") == (day(first), day(second))
    assert first.edited is not None
    assert "2023-06-10" == first.edited.isoformat()[:10]
    assert "https://fa.wikinews.example/wiki/%D9%BE%D9%84_%D8%AA%D8%A7%D8%B2%D9%87" == first.url
    assert SECOND == second.text
    assert (RejectReason.NO_PROSE, "no articles: 1 pages of namespace 1, 1 redirects") == (
        reject.reason, reject.detail
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{box|a={{b|[[c]]}}}}A '''b''' ''c''", "A b c"),
        ("A<ref name=x>[http://a.example b]</ref> b<ref name=y/> c", "A b c"),
        ("[[A]] [[b|c]] [[:File:d]] [[File:e.jpg|thumb|f [[g]]]][[en:H]]", "A c File:d"),
        ("[https://a.example B c] [https://a.example]", "B c"),
        ("A\n{| class=x\n|-\n| b\n{|\n| c\n|}\n|}\nD", "A\nD"),
        ("== A ==\n* b\n:: c\n# d", "A\nb\nc\nd"),
        ("A<!-- b -->c<br/>d<small>e</small>&nbsp;f __NOTOC__", "Ac\nde f"),
        ("A {{b [[c]] d", "A {{b c d"),
        ("A }} b ]] c", "A }} b ]] c"),
        ("A<gallery>\nb.jpg\n</gallery>", "A"),
    ],
)
def test_markup_is_gone(source: str, text: str) -> None:
    """Links give their label; what is never closed is text."""
    assert text == text_of(source)


@pytest.mark.parametrize(
    "hostile",
    ["{{", "[[", "\n{|", "<ref>", "'''''", "{{{", "[http://", "{{a|b=", "[[a|b", "<!--", "="],
)
def test_wikitext_takes_linear_time(hostile: str) -> None:
    """What is opened thirty thousand times, and closed or not, takes a moment."""
    started = time.process_time()
    text_of(hostile * 30_000)
    text_of(hostile * 15_000 + "]]}}\n|}</ref>-->" * 6_000)

    assert time.process_time() - started < 5
