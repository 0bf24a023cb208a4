"""A folder of every kind of file, rubbish among them: nothing is lost, no markup is quoted."""

import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from fuzz_child import samples

from index import BuildReport, Fate, VectorSpace, not_searched, open_snapshot
from index.sources import LEFT_OUT, read_articles

Build = Callable[[Path, Path], BuildReport]

# What stands in no report: markup, headers, the insides of formats, drafts.
_NO_REPORT = re.compile(
    r"</?[a-z]+[ >]|&[a-z]+;|%PDF|\\rtf|WARC/|Content-|boundary=|CDATA|\{\{|\[\[|SECRET|margin:"
)
_DRAFTS = {
    "draft.md": "---\ntitle: Harbour\ndraft: true\n---\nThe SECRET harbour is not opened yet.\n",
    "posts.json": json.dumps(
        [{"title": {"rendered": "x"}, "content": {"rendered": "<p>SECRET</p>"}, "status": "draft"}]
    ),
    "wxr.xml": '<rss xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="http://purl.org/rss'
    '/1.0/modules/content/"><channel><title>x</title><item><title>x</title><content:encoded>'
    "<![CDATA[The SECRET harbour.]]></content:encoded><wp:status>private</wp:status>"
    "<wp:post_type>post</wp:post_type></item></channel></rss>",
}
_RUBBISH = {
    "style.css": b"body { margin: 0 }", "robots.txt": b"User-agent: *", "x.png": b"\x89PNG\r\n\0\0",
    "dump.sql": b"-- MySQL dump 10\nINSERT", "empty.txt": b"", ".hidden.txt": b"SECRET",
    "README.md": b"SECRET", "zeros": bytes(500), "cut.zip": b"PK\x03\x04cut",
    "broken.jsonl": b'{"text": "x"\n[]\n{"text": ["x", 7]}\n',
}  # fmt: skip


def test_items_in_are_items_out(tmp_path: Path, build: Build, space: VectorSpace) -> None:
    """Every item is indexed, an earlier version, a duplicate, rejected or left out, and listed."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()
    for name, data in samples().items():
        (corpus / name).write_bytes(data)
    for name, text in _DRAFTS.items():
        (corpus / name).write_text(text, encoding="utf-8")
    for name, data in _RUBBISH.items():
        (corpus / name).write_bytes(data)
    report = build(corpus, home)
    items = list(read_articles(corpus))
    fates = Counter(item.fate for item in not_searched(home))
    with closing(open_snapshot(home, space=space)) as snapshot:
        rows = snapshot.archive.passages(range(snapshot.archive.n_passages))
        texts = [passage.text for passage, _ in rows]

    n_left_out = sum(reject.reason in LEFT_OUT for reject in report.rejects)
    assert len(items) == report.n_articles + sum(fates.values())
    assert (report.n_duplicates, report.n_versions) == (fates[Fate.DUPLICATE], fates[Fate.VERSION])
    assert n_left_out == fates[Fate.LEFT_OUT]
    assert len(report.rejects) - n_left_out == fates[Fate.REJECTED]
    assert report.n_articles > 10
    assert [] == [text for text in texts if _NO_REPORT.search(text)]
