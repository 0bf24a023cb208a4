"""Versions of one article, and other articles at one address."""

import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index import (
    BuildReport,
    CorpusError,
    Fate,
    IndexConfig,
    Snapshot,
    VectorSpace,
    not_searched,
    open_snapshot,
    remove_article,
)
from index.types import ArticleId

Build = Callable[[Path, Path], BuildReport]
Told = Callable[[], dict[str, tuple[str, ...]]]

ADDRESS = "https://courier.example/pier"
FIRST = "The harbour authority said that the pier would open in May. It cost 64 million euros."
SECOND = FIRST.replace("64", "46")
THIRD = f"{SECOND} Correction: an earlier version gave another sum for the pier."


def _record(text: str, **fields: str) -> dict[str, str]:
    return {"title": "Pier to open", "text": text, "date": "2023-06-09", "url": ADDRESS, **fields}


VERSIONS = (
    _record(FIRST),
    _record(SECOND, modified="2023-06-10T08:00Z"),
    _record(THIRD, modified="2023-06-11T08:00Z", url=f"{ADDRESS}?utm_source=x"),
)
COPY = {"title": "Pier to open", "text": FIRST}  # of the first version, without an address


def _write(corpus: Path, name: str, *records: dict[str, str], minute: int = 0) -> None:
    corpus.mkdir(exist_ok=True)
    text = "".join(f"{json.dumps(record)}\n" for record in records)
    (corpus / name).write_text(text, encoding="utf-8")
    os.utime(corpus / name, (minute * 60, minute * 60))


@pytest.fixture
def indexed(tmp_path: Path, space: VectorSpace) -> Told:
    """Return a function that tells the texts in the index and the files of their versions."""

    def told() -> dict[str, tuple[str, ...]]:
        with closing(open_snapshot(tmp_path / "home", space=space)) as snapshot:
            return {one.text: snapshot.earlier(one.id) for one in snapshot.archive.articles()}

    return told


@pytest.mark.parametrize("order", ["0123", "2103", "3210", "1320", "0321"])
@pytest.mark.parametrize("at_once", [True, False], ids=["one build", "updates"])
def test_the_newest_version_is_indexed_in_any_order(
    tmp_path: Path,
    build: Build,
    indexed: Told,
    order: str,
    at_once: bool,  # noqa: FBT001  # of the test
) -> None:
    """Whatever file comes first, in one build or many, earlier wordings are not searched."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    for name, number in enumerate(map(int, order)):
        _write(corpus, f"{name}.jsonl", (*VERSIONS, COPY)[number])
        if not at_once:
            build(corpus, home)
    report = build(corpus, home)
    texts = indexed()

    assert [THIRD] == list(texts)
    assert (1, 3) == (report.n_articles, report.n_duplicates + report.n_versions)
    assert {f"{order.index(str(number))}.jsonl:1" for number in (0, 1)} <= {
        item.origin for item in not_searched(home)
    }


def test_files_tell_which_version_is_newer_where_the_source_does_not(
    tmp_path: Path, build: Build, indexed: Told
) -> None:
    """Of two versions without a time of their own that of the file written later is indexed."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    _write(corpus, "a.jsonl", _record(SECOND), minute=7)
    _write(corpus, "b.jsonl", _record(FIRST), minute=5)
    build(corpus, home)
    assert {SECOND: ("b.jsonl:1",)} == indexed()

    (corpus / "a.jsonl").unlink()
    build(corpus, home)
    assert {FIRST: ()} == indexed()


def test_a_version_says_which_article_replaced_it(
    tmp_path: Path, build: Build, space: VectorSpace
) -> None:
    """The id under which an earlier version was cited leads to the article of today."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    _write(corpus, "a.jsonl", VERSIONS[0])
    build(corpus, home)

    def opened() -> Snapshot:
        return open_snapshot(home, space=space)

    with closing(opened()) as snapshot:
        (before,) = snapshot.archive.articles()
    _write(corpus, "b.jsonl", VERSIONS[1])
    report = build(corpus, home)
    with closing(opened()) as snapshot:
        (now,) = snapshot.archive.articles()
        assert snapshot.article(before.id) is None
        assert snapshot.successor(before.id) == now.id
        assert snapshot.successor(ArticleId("nobody")) is None
    assert now.edited is not None
    assert "2023-06-10T11:30+03:30" == now.edited.isoformat()
    assert (1, 0, 1) == (report.n_added, report.n_duplicates, report.n_versions)


def test_one_address_of_many_articles_makes_none_a_duplicate(
    tmp_path: Path, build: Build, indexed: Told
) -> None:
    """Posts that all state the address of their channel are articles of their own."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    texts = [" ".join(f"word{n}{letter}" for letter in "abcdefgh") for n in range(80)]
    prices = [f"The dollar was sold at {n} tomans in the market." for n in range(9)]
    posts = [_record(text) for text in texts]
    posts += [_record(text, date=f"2023-06-1{n}") for n, text in enumerate(prices)]
    _write(corpus, "a.jsonl", *posts)
    _write(corpus, "b.jsonl", posts[0] | {"id": "again"})
    build(corpus, home)

    assert {*texts, *prices} == set(indexed())
    (left,) = not_searched(home)
    assert (Fate.DUPLICATE, "b.jsonl:1", "a.jsonl:1") == (left.fate, left.origin, left.of)


def test_removing_an_article_removes_its_versions_and_no_neighbour(
    tmp_path: Path,
    build: Build,
    vectors_dir: Path,
    indexed: Told,
) -> None:
    """Neither wording comes back with the next build, and another text at the address stays."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    other = "Fire burnt the timber hall on the quay in 1951. A hall of stone took its place."
    _write(corpus, "a.jsonl", VERSIONS[0], _record(other, id="storm"))
    _write(corpus, "b.jsonl", VERSIONS[1] | {"id": "pier"})
    build(corpus, home)
    with pytest.raises(CorpusError, match=r"several.*pier"):
        remove_article(home, ArticleId(ADDRESS), config=IndexConfig(), cache_dir=vectors_dir)
    remove_article(home, ArticleId("pier"), config=IndexConfig(), cache_dir=vectors_dir)
    _write(corpus, "c.jsonl", VERSIONS[0] | {"id": "again"})
    build(corpus, home)

    assert {other: ()} == indexed()
    removed = [item.origin for item in not_searched(home) if item.reason == "removed"]
    assert ["a.jsonl:1", "b.jsonl:1", "c.jsonl:1"] == removed


def test_an_article_is_removed_by_its_address(
    tmp_path: Path, build: Build, vectors_dir: Path, indexed: Told
) -> None:
    """The address of a page names the article there, however it is spelled."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    _write(corpus, "a.jsonl", VERSIONS[0], _record(THIRD, url=f"{ADDRESS}/other"))
    build(corpus, home)
    address = ArticleId("http://www.courier.example/pier?utm_source=x")
    remove_article(home, address, config=IndexConfig(), cache_dir=vectors_dir)

    assert {THIRD: ()} == indexed()
