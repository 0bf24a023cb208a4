"""An index brought up to date answers as one built anew, and costs only what changed."""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import (
    EVERYTHING,
    BuildReport,
    IndexConfig,
    Retriever,
    Scope,
    Snapshot,
    VectorSpace,
    build_index,
    open_snapshot,
    read_manifest,
    verify_snapshot,
)
from index.build.merge import first_merged
from index.config import DenseConfig
from index.corpus.ledger import Kind, Ledger
from index.encoders import Encoder
from index.snapshot.snapshot import LEDGER, current_folder
from index.vectors.store import MIN_RECALL

Build = Callable[[Path, Path], BuildReport]
Write = Callable[..., Path]
State = Mapping[str, Sequence[Mapping[str, str]]]

_WORDS = ("وزیر", "پل", "نان", "bridge", "jets", "minister")


def _record(number: int, version: int = 0, *, name: str = "") -> dict[str, str]:
    """Make one of a few articles of two sentences; of some every version has one address."""
    words = " ".join(_WORDS[(number + at) % len(_WORDS)] for at in range(3))
    address = {} if number % 3 else {"url": f"https://news.example/{number}"}
    edited = {"modified": f"2023-06-1{version}"} if number % 2 else {}
    return (
        address
        | edited
        | {
            "id": name or f"a{number}",
            "title": f"Item {number}",
            "text": f"News {number} says {words} in version {version}. It rained {number} times.",
            "source": ("Mehr", "Reuters", "")[number % 3],
            "date": ("2023-06-09", "2023-06", "2022", "")[number % 4],
        }
    )


def _lay_out(corpus: Path, state: State) -> None:
    """Make a folder hold these files of records and no other."""
    corpus.mkdir(exist_ok=True)
    for path in corpus.iterdir():
        if path.name not in state:
            path.unlink()
    for name, records in state.items():
        lines = "".join(f"{json.dumps(record)}\n" for record in records)
        (corpus / name).write_text(lines, encoding="utf-8")
        os.utime(corpus / name, (0, 0))  # of versions without a time the later path is newer


def _texts(snapshot: Snapshot) -> set[tuple[str, str]]:
    return {(article.headline, article.text) for article in snapshot.archive.articles()}


def _live(snapshot: Snapshot) -> list[int]:
    mask = snapshot.layout.live
    rows = np.arange(snapshot.layout.n_rows)
    return (rows if mask is None else rows[mask]).tolist()


def _near(snapshot: Snapshot, query: np.ndarray, scope: Scope = EVERYTHING) -> list[Any]:
    """Return the texts of all passages allowed with their cosines, nearest first."""
    rows, scores = snapshot.vectors.search(query, 10**6, snapshot.layout.within(scope))
    found = snapshot.archive.passages(rows.tolist())
    texts = [(article.headline, passage.text) for passage, article in found]
    return sorted(zip(texts, scores.round(4).tolist(), strict=True))


def _check_whole(home: Path, report: BuildReport, state: State) -> None:
    """Nothing is wrong with the files, and every item became something."""
    assert () == verify_snapshot(home).problems
    n_items = sum(max(len(records), 1) for records in state.values())  # an empty file is a reject
    n_repeats = report.n_duplicates + report.n_versions
    assert n_items == report.n_articles + n_repeats + len(report.rejects)
    assert report.n_articles == report.n_added + report.n_changed + report.n_kept
    with Ledger(current_folder(home) / LEDGER, is_written=False) as ledger:
        assert report.n_articles == ledger.count(Kind.INDEXED)


_records = st.builds(
    _record, st.integers(0, 7), st.integers(0, 2), name=st.sampled_from(["", "", "x"])
)
_broken = st.just({"text": "..."})
_states = st.dictionaries(
    st.sampled_from(["a.jsonl", "b.jsonl", "c.jsonl"]),
    st.lists(_records | _broken, max_size=6),
    max_size=3,
).map(lambda state: state | {"z.jsonl": [_record(99)]})


@settings(max_examples=12)
@given(states=st.lists(_states, min_size=2, max_size=5))
def test_an_update_answers_like_a_fresh_build(
    states: list[State], build: Build, encoder: Encoder
) -> None:
    """After any series of changes: the same texts, the same neighbours, nothing lost."""
    space = VectorSpace(encoder.identity)
    query = space.query(encoder.encode_queries(["bridge minister"])[0], "en")
    with TemporaryDirectory() as name:
        corpus, home = Path(name, "corpus"), Path(name, "home")
        for state in states:
            _lay_out(corpus, state)
            report = build(corpus, home)
            if report.changed:
                _check_whole(home, report, state)
        fresh = build(corpus, Path(name, "fresh"))
        with (
            closing(open_snapshot(home, space=space)) as updated,
            closing(open_snapshot(Path(name, "fresh"), space=space)) as anew,
        ):
            assert _texts(anew) == _texts(updated)
            assert _near(anew, query) == _near(updated, query)
            assert anew.manifest.languages == updated.manifest.languages
            assert len(_live(updated)) == updated.manifest.n_passages
        n_repeats = report.n_duplicates + report.n_versions
        assert fresh.n_duplicates + fresh.n_versions == n_repeats
        assert fresh.n_articles == report.n_articles
        assert sorted(map(str, fresh.rejects)) == sorted(map(str, report.rejects))
        assert fresh.missing == report.missing


@pytest.fixture
def base(tmp_path: Path, build: Build) -> tuple[Path, Path]:
    """Build an index of twenty articles in four files; return corpus and home."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    state = {f"{n}.jsonl": [_record(5 * n + at) for at in range(5)] for n in range(4)}
    _lay_out(corpus, state)
    build(corpus, home)
    return corpus, home


def _counts(report: BuildReport) -> tuple[int, int, int, int]:
    return report.n_added, report.n_changed, report.n_removed, report.n_kept


def test_an_added_article_shares_all_else(base: tuple[Path, Path], build: Build) -> None:
    """One new article makes a part of its own; the old part's files are the same on disk."""
    corpus, home = base
    old = current_folder(home)
    (corpus / "new.txt").write_text("Something new happened in the port today.")
    report = build(corpus, home)
    new = current_folder(home)

    names = ("archive.db", "passages.faiss", "sentences.npy", "names.tsv")
    assert (1, 0, 0, 20) == _counts(report)
    assert 2 == len(read_manifest(home).parts)
    assert all((old / "parts/0" / one).samefile(new / "parts/0" / one) for one in names)
    assert () == verify_snapshot(home).problems


def test_a_changed_article_keeps_its_id(
    base: tuple[Path, Path], build: Build, space: VectorSpace
) -> None:
    """The old text is found no more, the new one stands under the same id."""
    corpus, home = base
    _lay_out(corpus / ".", {f"{n}.jsonl": _file(n, changed=7) for n in range(4)})
    report = build(corpus, home)
    with closing(open_snapshot(home, space=space)) as snapshot:
        found = snapshot.archive.article("a7")
        texts = [text for _, text in _texts(snapshot)]
        rows, _ = snapshot.lexical.search([[("version", 1.0)]], 100)

    assert (0, 1, 0, 19) == _counts(report)
    assert found is not None
    assert "version 1" in found.text
    assert 20 == len(texts) == len(rows)
    assert not any("News 7 " in text and "version 0" in text for text in texts)


def _file(number: int, *, changed: int = -1) -> list[dict[str, str]]:
    """Return the records of one file of `base`, one of them changed."""
    numbers = range(5 * number, 5 * number + 5)
    return [_record(one, 1 if one == changed else 0) for one in numbers]


def test_a_file_that_vanishes_takes_its_articles_along(
    base: tuple[Path, Path], build: Build, space: VectorSpace
) -> None:
    """Articles of a deleted file are gone; nothing is written but the mask."""
    corpus, home = base
    (corpus / "3.jsonl").unlink()
    report = build(corpus, home)
    with closing(open_snapshot(home, space=space)) as snapshot:
        kept = _texts(snapshot)
        gone = snapshot.archive.article("a17")
        rows, _ = snapshot.lexical.search([[("version", 1.0)]], 100)
        last = snapshot.vectors.passages(np.array([19]))[0]
        near, _ = snapshot.vectors.search(last, 20, snapshot.layout.live)

    assert (0, 0, 5, 15) == _counts(report)
    assert (15, None, 15, 15) == (len(kept), gone, len(rows), len(near))
    assert () == verify_snapshot(home).problems


def test_a_text_that_another_file_holds_stays(
    base: tuple[Path, Path], build: Build, space: VectorSpace
) -> None:
    """When the file of an article goes, its duplicate elsewhere takes its place."""
    corpus, home = base
    copy = _record(17) | {"id": "other", "url": "https://example.org/17"}
    _lay_out(corpus, {f"{n}.jsonl": _file(n) for n in range(4)} | {"copy.jsonl": [copy]})
    first = build(corpus, home)
    (corpus / "3.jsonl").unlink()
    report = build(corpus, home)
    with closing(open_snapshot(home, space=space)) as snapshot:
        found = snapshot.archive.article("other")

    assert (1, 0) == (first.n_duplicates, report.n_duplicates)
    assert (1, 0, 5, 15) == _counts(report)
    assert found is not None
    assert "https://example.org/17" == found.url


def test_a_link_out_of_the_corpus_is_read_once_it_is_a_file(
    base: tuple[Path, Path], build: Build, tmp_path: Path
) -> None:
    """Of a link that leads outside nothing is indexed; a copy of the same bytes in its place is."""
    corpus, home = base
    outside, link = tmp_path / "outside.txt", corpus / "link.txt"
    outside.write_text("The password of the harbour is twelve.")
    link.symlink_to(outside)
    refused = build(corpus, home)
    link.unlink()
    link.write_bytes(outside.read_bytes())
    report = build(corpus, home)

    assert ["outside_link"] == [reject.reason for reject in refused.rejects]
    assert (1, 0, 0, 20) == _counts(report)
    assert () == report.rejects


def test_a_moved_file_costs_nothing(base: tuple[Path, Path], build: Build) -> None:
    """The same records under another name are the same articles."""
    corpus, home = base
    (corpus / "3.jsonl").rename(corpus / "moved.jsonl")
    report = build(corpus, home)

    assert (0, 0, 0, 20) == _counts(report)
    assert (0, 1) == (report.n_encoded, len(read_manifest(home).parts))


def test_parts_stay_few_and_geometric(base: tuple[Path, Path], build: Build) -> None:
    """After many updates each part holds at least twice the passages of the next."""
    corpus, home = base
    for number in range(12):
        (corpus / f"n{number}.txt").write_text(f"Short news number {number} of the day.")
        report = build(corpus, home)
        sizes = [part.passages for part in read_manifest(home).parts]
        assert all(big >= 2 * small for big, small in pairwise(sizes))

    assert 32 == report.n_articles == sum(part.articles for part in read_manifest(home).parts)
    assert () == verify_snapshot(home).problems


@pytest.mark.parametrize(
    ("sizes", "totals", "n_new", "expected"),
    [
        ([], [], 5, 0),
        ([100], [100], 1, 1),
        ([100], [100], 51, 0),
        ([100, 40, 10], [100, 40, 10], 3, 3),
        ([100, 40, 10], [100, 40, 10], 6, 2),
        ([200, 39, 10], [200, 39, 10], 10, 1),
        ([100, 40, 10], [100, 40, 10], 40, 0),
        ([70, 30, 10], [100, 30, 10], 0, 0),
        ([100, 20, 5], [100, 40, 5], 0, 1),
        ([75, 30, 10], [100, 30, 10], 0, 3),
    ],
)
def test_first_merged(sizes: list[int], totals: list[int], n_new: int, expected: int) -> None:
    """Parts are merged while the one before is less than twice the merged, or a quarter is gone."""
    assert expected == first_merged(sizes, totals, n_new)


def test_known_files_are_not_read(base: tuple[Path, Path], build: Build) -> None:
    """A file whose bytes are known is opened for its checksum only; its rejects are told still."""
    corpus, home = base
    (corpus / "bad.txt").write_bytes(b"")
    build(corpus, home)
    (corpus / "new.txt").write_text("Something new happened in the port today.")
    opened: list[str] = []
    is_watching = True

    def watch(event: str, values: tuple[Any, ...]) -> None:
        if is_watching and event == "open" and str(values[0]).startswith(str(corpus)):
            opened.append(Path(str(values[0])).name)

    sys.addaudithook(watch)
    report = build(corpus, home)
    is_watching = False

    assert ["empty"] == [one.reason for one in report.rejects]
    known = ["0.jsonl", "1.jsonl", "2.jsonl", "3.jsonl", "bad.txt"]
    assert sorted(known) == sorted(name for name in opened if name != "new.txt")
    assert opened.count("new.txt") > 1


def test_collected_articles_are_a_second_root(
    tmp_path: Path, encoder: Encoder, vectors_dir: Path, space: VectorSpace
) -> None:
    """What stands in a second root is indexed beside the corpus, its origin told apart."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    roots = [corpus, home / "collected"]

    def build_both() -> BuildReport:
        return build_index(
            roots, home, encoder=encoder, config=IndexConfig(), cache_dir=vectors_dir
        )

    _lay_out(corpus, {"a.jsonl": [_record(1)]})
    alone = build_both()
    roots[1].mkdir()
    _lay_out(roots[1], {"a.jsonl": [_record(1), _record(2)]})
    both = build_both()
    with closing(open_snapshot(home, space=space)) as snapshot:
        origins = {article.origin for article in snapshot.archive.articles()}

    assert (1, 2, 1) == (alone.n_articles, both.n_articles, both.n_duplicates)
    assert {"a.jsonl:1", "collected/a.jsonl:2"} == origins


_JUNE = datetime(2023, 6, 9, tzinfo=UTC)
SCOPES = {
    "since": Scope(since=_JUNE),
    "until": Scope(until=_JUNE - timedelta(days=100)),
    "range": Scope(since=_JUNE - timedelta(days=1), until=_JUNE + timedelta(days=1)),
    "nothing": Scope(since=_JUNE + timedelta(days=999)),
    "source": Scope(sources=frozenset({"mehr", "unknown"})),
    "language": Scope(languages=frozenset({"en"})),
    "other language": Scope(languages=frozenset({"zh"})),
    "all": Scope(until=_JUNE + timedelta(days=1), sources=frozenset({"reuters"})),
}


def _is_in(article: Any, language: str, scope: Scope) -> bool:  # noqa: ANN401
    """Say by the letter of `Scope` whether a passage is in it."""
    if scope.sources and article.source.casefold() not in scope.sources:
        return False
    if scope.languages and language not in scope.languages:
        return False
    if scope.since is None and scope.until is None:
        return True
    if article.published is None:
        return False
    at, days = article.published.at, {"day": 1, "month": 30, "year": 365}
    end = at + timedelta(days=days[article.published.precision])
    return (scope.since is None or end > scope.since) and (scope.until is None or at < scope.until)


@pytest.mark.parametrize("name", SCOPES)
def test_a_scope_equals_brute_force(
    name: str, base: tuple[Path, Path], build: Build, encoder: Encoder, space: VectorSpace
) -> None:
    """A scoped search gives what a search of all gives, cut down to the scope."""
    corpus, home = base
    (corpus / "0.jsonl").unlink()  # so that rows are masked as well
    _lay_out(corpus, {f"{n}.jsonl": _file(n, changed=7) for n in range(1, 4)})
    build(corpus, home)
    scope = SCOPES[name]
    with closing(open_snapshot(home, space=space)) as snapshot:
        layout, groups = snapshot.layout, [[("version", 1.0)], [("bridg", 1.0)]]
        read = snapshot.archive.passages(range(layout.n_rows))
        live = set(_live(snapshot))
        wanted = {
            row
            for row, (passage, article) in enumerate(read)
            if row in live and _is_in(article, passage.language, scope)
        }
        query = space.query(encoder.encode_queries(["the new bridge"])[0], "en")
        near, _ = snapshot.vectors.search(query, 5, layout.within(scope))
        every, _ = snapshot.vectors.search(query, 1000)
        worded, _ = snapshot.lexical.search(groups, 3, layout.within(scope))
        spoken, _ = snapshot.lexical.search(groups, 1000)
        hits = Retriever(snapshot, encoder, space=space).retrieve(
            "the new bridge", language="en", within=scope
        )

    assert [row for row in every.tolist() if row in wanted][:5] == near.tolist()
    assert [row for row in spoken.tolist() if row in wanted][:3] == worded.tolist()
    assert min(10, len(wanted)) == len(hits.hits)
    assert len(wanted) == hits.n_passages
    assert name in {"nothing", "other language"} or wanted


def test_an_update_keeps_the_codes_of_large_parts(
    tmp_path: Path, encoder: Encoder, vectors_dir: Path, space: VectorSpace
) -> None:
    """A part above the limit is searched by codes, before an update and after; a new one is not."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    sentences = [f"Minister {n} opened bridge {n * 7} near town {n * 3}." for n in range(400)]
    state = {"a.jsonl": [{"id": f"a{n}", "text": one} for n, one in enumerate(sentences)]}
    config = IndexConfig(dense=DenseConfig(exact_rows=300))

    def built() -> Snapshot:
        _lay_out(corpus, state)
        build_index([corpus], home, encoder=encoder, config=config, cache_dir=vectors_dir)
        assert () == verify_snapshot(home).problems
        return open_snapshot(home, space=space)

    with closing(built()) as first:
        assert [True] == [part.dense.is_coded for part in first.vectors.parts]
        assert MIN_RECALL <= first.manifest.recall <= 1
    state["b.jsonl"] = [_record(1)]
    with closing(built()) as second:
        assert [True, False] == [part.dense.is_coded for part in second.vectors.parts]
        assert first.manifest.parts[0] == second.manifest.parts[0]
        question = second.vectors.passages(np.array([5]))[0]
        assert 5 == second.vectors.search(question, 1)[0][0]
