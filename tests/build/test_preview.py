"""What a corpus would become, before anything is built."""

from pathlib import Path

from index.build.preview import preview_corpus
from index.config import ReadConfig

SENTENCE = "The harbour authority said that the pier would open in May."


def test_kinds_first_articles_and_rejects_are_told(tmp_path: Path) -> None:
    """Each kind is counted with its articles, of which two are shown; rejects are named."""
    (tmp_path / "a.html").write_text(f"<html><h1>Pier</h1><p>{SENTENCE}</p></html>")
    lines = "".join(f'{{"title": "Pier {n}", "text": "{SENTENCE}"}}\n' for n in range(5))
    (tmp_path / "b.jsonl").write_text(lines)
    (tmp_path / "c.css").write_text("body {}")
    found = preview_corpus([tmp_path, tmp_path / "none"], ReadConfig())

    assert (3, 3, 0) == (found.n_files, found.n_read, found.n_cut)
    assert {"html_page": 1, "jsonl": 1} == dict(found.files)
    assert {"html_page": 1, "jsonl": 5} == dict(found.articles)
    shown = sorted((kind, article.headline) for kind, article in found.shown)
    assert [("html_page", "Pier"), ("jsonl", "Pier 0"), ("jsonl", "Pier 1")] == shown
    assert ["c.css"] == [reject.origin for reject in found.rejects]
    assert 6 == found.missing["url"]


def test_a_large_corpus_is_read_in_part(tmp_path: Path) -> None:
    """Of a file with many items the first are read, and without time no file is begun."""
    (tmp_path / "a.jsonl").write_text(f'{{"text": "{SENTENCE}"}}\n' * 1_500)
    part = preview_corpus([tmp_path], ReadConfig())
    nothing = preview_corpus([tmp_path], ReadConfig(), limit_s=-1)

    assert (1, 1, 1_000) == (part.n_read, part.n_cut, part.articles["jsonl"])
    assert (1, 0) == (nothing.n_files, nothing.n_read)
