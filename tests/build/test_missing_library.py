"""A build without a library that some files need, and the build after it is installed."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import BuildReport, sources

REPORT = "The minister opened the second water line this morning and said the grid was complete."


@pytest.fixture
def library() -> Iterator[pytest.MonkeyPatch]:
    """Forget which readers were imported, before and after."""
    sources._imported.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        yield patch
    sources._imported.cache_clear()


def test_page_is_a_reject_until_its_library_is_there(
    build: Callable[[Path, Path], BuildReport], library: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The text is indexed, the page is one reject; once the library is there it is read."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()
    page = f"<!DOCTYPE html><html><body><p>{REPORT}</p><p>It rained.</p></body></html>"
    (corpus / "a.html").write_text(page, encoding="utf-8")
    (corpus / "b.txt").write_text("Bridges were closed in the north. Nobody was hurt there.\n")
    library.setitem(sys.modules, "lxml_html_clean", None)  # as if it were not installed
    for name in [name for name in sys.modules if name.split(".")[0] in {"justext", "trafilatura"}]:
        library.delitem(sys.modules, name)
    library.delitem(sys.modules, "lxml.html.clean", raising=False)
    library.delitem(sys.modules, "index.sources.html_page", raising=False)
    without = build(corpus, home)
    again = build(corpus, home)
    library.undo()
    sources._imported.cache_clear()
    after = build(corpus, home)

    ((origin, reason, detail),) = [(r.origin, r.reason, r.detail) for r in without.rejects]
    assert ("a.html", "no_library", 1) == (origin, reason, without.n_articles)
    assert detail.endswith("run `pip install lxml lxml_html_clean trafilatura`")
    assert (False, without.rejects) == (again.changed, again.rejects)
    assert (True, 2, ()) == (after.changed, after.n_articles, after.rejects)
