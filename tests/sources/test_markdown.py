"""Markdown: front matter, verbatim text, and a body of paragraphs."""

from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.sources import RejectReason, markdown, read_articles
from index.sources.rejects import Refused
from index.types import Article

REPORT = """The minister opened **the line**, see [this](https://a.example).
He thanked the builders.

![a picture](x.png)

```
code
```

## Later

- Water came.

[x]: https://a.example/x
"""
YAML = f"""---
title: "A line opens"
date: 1402/11/19
url: https://www.mehrnews.com/news/123/x
lang: en
tags: [a, b]
---

# A line opens

{REPORT}"""
TOML = f'+++\ntitle = "T"\ndate = 2024-02-08T10:00:50Z\nsource = "ایسنا"\nid = 7\n+++\n{REPORT}'


def read(data: str | bytes) -> Article:
    """Read a file."""
    (found,) = markdown.read(BytesIO(data.encode() if isinstance(data, str) else data), "x")
    return found


def bodies(article: Article) -> list[str]:
    """Return the stretches of the body, checked for what holds of every body."""
    assert all(a.end <= b.start for a, b in pairwise(article.body))
    assert all(span.end <= len(article.text) for span in article.body)
    return [span.cut(article.text) for span in article.body]


URL = "https://courier.example/line"
PARAGRAPH = REPORT.partition("\n\n")[0]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_text_is_verbatim_and_body_is_the_report(ends: str) -> None:
    """The text is the file; code, images, headline and references are left out of the body."""
    data = f"# A *line*{ends}{ends}{REPORT.replace(chr(10), ends)}"
    found = read(data)

    assert ("A *line*", data) == (found.headline, found.text)
    assert [PARAGRAPH.replace("\n", ends), f"## Later{ends}{ends}- Water came."] == bodies(found)


def test_yaml_front_matter() -> None:
    """Keys of YAML give the fields, and the heading that repeats the title is no report."""
    found = read(YAML)

    assert ("A line opens", "Mehr", "123", "en") == (
        found.headline, found.source, found.code, found.language,
    )  # fmt: skip
    assert found.published is not None
    assert "2024-02-08" == found.published.isoformat()
    assert PARAGRAPH == bodies(found)[0]


def test_toml_front_matter() -> None:
    """Keys of TOML give the fields, numbers and dates among them."""
    found = read(TOML)

    assert ("T", "ISNA", "7") == (found.headline, found.source, found.id)
    assert found.published is not None
    assert "2024-02-08T13:30+03:30" == found.published.isoformat()


@pytest.mark.parametrize(
    "matter",
    [
        f'---\ntitle: T\nsource: "{URL}"\npublished: 2024-02-08\ncreated: 2024-03-01\n---\n',
        f"---\ntitle:\n  - T\noriginal_url: {URL}\ndate_published: 2024-02-08\n---\n",
        f"---\nheadline: T\npubDate: 2024-02-08\nupdatedDate: 2024-03-01\nlink: [{URL}]\n---\n",
        f'+++\ntitle = "T"\npublishDate = 2024-02-08\npermalink = "{URL}"\ndraft = false\n+++\n',
        f"---\ntitle: T\ndate: ۱۹ بهمن ۱۴۰۲\npermalink: {URL}\npublished: true\n---\n",
    ],
    ids=["obsidian", "omnivore", "astro", "hugo", "jekyll"],
)
def test_front_matter_of_other_programs(matter: str) -> None:
    """Keys of clippers and site generators give headline, day and address; an address no outlet."""
    found = read(matter + REPORT)

    assert ("T", URL, "") == (found.headline, found.url, found.source)
    assert found.published is not None
    assert "2024-02-08" == found.published.isoformat()


@pytest.mark.parametrize(
    "matter",
    [
        "---\ntitle: T\ndraft: true\n---\n",
        "---\ntitle: T\npublished: false\n---\n",
        "---\ntitle: T\nstatus: Draft\n---\n",
        "---\ntitle: T\npublish: no\n---\n",
        '+++\ntitle = "T"\ndraft = true\n+++\n',
    ],
)
def test_draft_is_refused(matter: str) -> None:
    """What is not published is no article, and no file in Jekyll's folder of drafts is."""
    with pytest.raises(Refused) as refused:
        read(matter + REPORT)
    with pytest.raises(Refused) as in_folder:
        list(markdown.read(BytesIO(REPORT.encode()), "blog/_drafts/a.md"))

    assert RejectReason.DRAFT is refused.value.reason is in_folder.value.reason


def test_title_with_a_colon_is_a_title() -> None:
    """A value that YAML would refuse, since a colon stands in it, is read as it is meant."""
    found = read(f"---\ntitle: Water: a line opens\ndate: 2024-02-08 13:30\n---\n{REPORT}")

    assert "Water: a line opens" == found.headline
    assert found.published is not None


def test_front_matter_is_known_by_content(tmp_path: Path) -> None:
    """A file with front matter is Markdown under any name; a page named .md is a page."""
    (tmp_path / "a.txt").write_text(YAML, encoding="utf-8")
    (tmp_path / "b.md").write_text(f"<!doctype html><p>{PARAGRAPH * 3}</p>", encoding="utf-8")
    first, second = read_articles(tmp_path)

    assert isinstance(first, Article)
    assert "A line opens" == first.headline
    assert isinstance(second, Article)
    assert "<p>" not in second.text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("---\ntitle: [\n---\nx", RejectReason.BAD_FIELD),
        ("---\n" + "[" * 9_000 + "\n---\nx", RejectReason.BAD_FIELD),
        ("+++\ntitle = \n+++\nx", RejectReason.BAD_FIELD),
        ("---\ntitle: x\n---\n", RejectReason.NO_TEXT),
        ("# headline\n\n```\ncode\n```\n", RejectReason.NO_TEXT),
        ("x\n" * 30_000, RejectReason.TOO_LONG),
        ("x " * 2_000_000, RejectReason.TOO_LONG),
    ],
    ids=["yaml", "deep", "toml", "front", "code", "lines", "bytes"],
)
def test_file_without_a_report_is_refused(data: str, reason: RejectReason) -> None:
    """Each kind of rubbish has its reason and a detail."""
    with pytest.raises(Refused) as refused:
        read(data)

    assert reason is refused.value.reason
    assert refused.value.detail


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([YAML, TOML, REPORT]),
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 20), st.binary(max_size=12))),
)
def test_mutated_file_is_an_article_or_refused(
    sample: str, changes: list[tuple[int, int, bytes]]
) -> None:
    """Whatever the bytes, a file is an article with valid spans or refused."""
    data = sample.encode()
    for at, cut, put in changes:
        data = data[:at] + put + data[at + cut :]
    try:
        found = read(data)
    except Refused:
        return
    assert any(map(str.isalpha, "".join(bodies(found))))
