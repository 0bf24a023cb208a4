"""Accuracy of the HTML reader on page layouts written by hand around real articles.

../shared/eval/html has one excerpt of a page and no expected texts. So real texts (news-fa and
news-en) are put into the layouts below, with menus, related links, comments and forms around
them; the words of the text are the expected ones. Our layouts are simpler than real pages:
read the table as a comparison of settings, not as accuracy on the web.

    python benchmarks/html_pages.py EVAL_FOLDER [-n 150]

Prints a row for each setting and layout: precision, recall and F1 of words, headlines and dates
found (the old layout states no date), pages read as no article, seconds for each page.
"""

import argparse
import html
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from index.sources import html_page
from index.sources.rejects import Refused
from index.types import Article

SECTIONS = ("صفحه نخست", "سیاست", "اقتصاد", "جامعه", "ورزش", "بین‌الملل", "استان‌ها", "عکس")
MENU = "".join(f'<li><a href="/s/{name}">{name}</a></li>' for name in SECTIONS)
LEAST = 100  # characters of an article worth a page
RELATED = "".join(f'<li><a href="/news/{n}">خبر دیگری درباره موضوعی دیگر شماره {n}</a></li>'
                  for n in range(8))  # fmt: skip
FORM = """<form><p>نظرات حاوی توهین و تهمت منتشر نمی‌شود. نظراتی که غیر از زبان فارسی باشد منتشر
نمی‌شود.</p><input name="n"><textarea></textarea><button>ارسال</button></form>"""


def page(item: dict[str, str], head: str, body: str) -> str:
    """Return a whole page."""
    title = html.escape(item["title"])
    return f"""<!DOCTYPE html><html lang="fa"><head><meta charset="utf-8"><title>{title} | سایت خبری
</title>{head}</head><body><header><a href="/">سایت</a><ul>{MENU}</ul></header>{body}<footer><p>تمام
حقوق این سایت محفوظ است و نقل مطالب با ذکر منبع بلامانع است.</p></footer></body></html>"""


def paragraphs(item: dict[str, str]) -> str:
    """Return the text as paragraphs."""
    return "".join(f"<p>{html.escape(line)}</p>" for line in item["text"].split("\n") if line)


def agency(item: dict[str, str]) -> str:
    """Lay out as agencies do: OpenGraph, microdata, tags and comments below."""
    meta = f"""<meta property="og:title" content="{html.escape(item["title"])}">
    <meta property="article:published_time" content="2024-02-08T10:00:50Z">"""
    body = f"""<main><article itemscope><div class="item-date">۱۹ بهمن ۱۴۰۲ - ۱۳:۳۰</div>
    <h1 itemprop="headline">{html.escape(item["title"])}</h1>
    <div class="item-body" itemprop="articleBody">{paragraphs(item)}</div>
    <section class="tags"><h4>برچسب‌ها</h4><a href="/tag/1">آب</a></section>
    <section class="comments"><h4>نظر شما</h4>{FORM}</section></article>
    <aside><h3>اخبار مرتبط</h3><ul>{RELATED}</ul></aside></main>"""
    return page(item, meta, body)


def linked_data(item: dict[str, str]) -> str:
    """Lay out as block themes do: JSON-LD, nested divs with meaningless names."""
    data = {"@graph": [{"@type": "WebSite"}, {
        "@type": ["NewsArticle"], "headline": item["title"], "datePublished": "2024-02-08",
    }]}  # fmt: skip
    meta = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    body = f"""<div class="a1"><div class="b2"><h1>{html.escape(item["title"])}</h1></div>
    <div class="b3"><div class="c4">{paragraphs(item)}</div></div><div class="b5"><ul>{RELATED}</ul>
    </div></div>"""
    return page(item, meta, body)


def old(item: dict[str, str]) -> str:
    """Lay out as in 2005: a table, lines broken by br, no metadata."""
    text = "<br><br>".join(html.escape(line) for line in item["text"].split("\n") if line)
    body = f"""<table width=100%><tr><td><ul>{MENU}</ul></td><td><h1>{html.escape(item["title"])}
    </h1><font size=2>{text}</font></td><td><ul>{RELATED}</ul></td></tr></table>"""
    return page(item, "", body)


LAYOUTS = (agency, linked_data, old)
SETTINGS: dict[str, dict[str, bool]] = {
    "fast, precision": {"fast": True, "favor_precision": True},
    "fast": {"fast": True},
    "fast, recall": {"fast": True, "favor_recall": True},
    "precision": {"favor_precision": True},
    "all": {},
}


def items(folder: Path, count: int) -> Iterator[dict[str, str]]:
    """Yield articles of more than a hundred characters, evenly spread over the files."""
    for name in ("news-fa.jsonl", "news-en.jsonl"):
        records = [json.loads(line) for line in (folder / name).open(encoding="utf-8")]
        told = [r for r in records if len(r["text"]) > LEAST and r["title"]]
        yield from told[:: max(1, len(told) // count)][:count]


def words(text: str) -> Counter[str]:
    """Count the words of a text, without joiners and signs."""
    return Counter("".join(c if c.isalnum() else " " for c in text).split())


def judge(item: dict[str, str], found: Article | None) -> tuple[float, float, bool, bool]:
    """Return precision and recall of words, and whether headline and date are right."""
    if found is None:
        return 0.0, 0.0, False, False
    wanted = words(item["text"])
    got = words("\n".join(span.cut(found.text) for span in found.body))
    shared = (wanted & got).total()
    day = found.published.isoformat()[:10] if found.published else ""
    is_headline = found.headline.split() == html.unescape(item["title"]).split()
    return shared / max(1, got.total()), shared / wanted.total(), is_headline, day == "2024-02-08"


def measure(layout: Callable[[dict[str, str]], str], told: list[dict[str, str]]) -> str:
    """Return one row of the table."""
    started, judged, lost = time.perf_counter(), [], 0
    for item in told:
        try:
            found = html_page.article_of(layout(item), "x")
        except Refused:
            found, lost = None, lost + 1
        judged.append(judge(item, found))
    seconds = (time.perf_counter() - started) / len(told)
    p, r, headlines, dates = (statistics.fmean(column) for column in zip(*judged, strict=True))
    f1 = 2 * p * r / max(1e-9, p + r)
    return f"{p:.3f} | {r:.3f} | {f1:.3f} | {headlines:.3f} | {dates:.3f} | {lost} | {seconds:.3f}"


def main() -> None:
    """Measure every setting on every layout and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, help="the evaluation data, e.g. ../shared/eval")
    parser.add_argument("-n", type=int, default=150, help="articles of each language")
    options = parser.parse_args()
    told = list(items(options.folder, options.n))
    extract = html_page.bare_extraction
    print("setting | layout | precision | recall | F1 | headline | date | lost | s/page")
    for name, setting in SETTINGS.items():
        plain = {"fast": False, "favor_precision": False} | setting
        html_page.bare_extraction = partial(_extract, extract, plain)
        for layout in LAYOUTS:
            print(f"{name} | {layout.__name__} | {measure(layout, told)}", flush=True)


def _extract(
    extract: Callable[..., object], setting: dict[str, bool], root: object, **options: object
) -> object:
    """Call the extractor with the setting measured in place of the reader's own."""
    return extract(root, **(options | setting))


if __name__ == "__main__":
    main()
