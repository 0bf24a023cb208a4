"""One report in several articles: found through builds and updates, and left when it is gone."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from index import (
    ArticleId,
    BuildReport,
    Retriever,
    Snapshot,
    SnapshotCorrupt,
    VectorSpace,
    open_snapshot,
    verify_snapshot,
)
from index.dedup.groups import COPIES
from index.dedup.lsh import SCHEMA
from index.encoders import Encoder
from index.snapshot.snapshot import PARTS, current_folder
from index.sources import read_articles
from index.types import Article

Build = Callable[[Path, Path], BuildReport]
Record = dict[str, str]

SEEDS = Path(__file__).parents[2] / "seeds"
OTHER = (
    "The harbour of the southern port was opened on Monday. Four ships came in the morning. "
    "Their captains spoke of calm weather and of fish. Bread became dearer in the capital, the "
    "bakers say, because flour has to be brought from abroad."
)


@pytest.fixture(scope="module")
def body() -> list[str]:
    """Return the sentences of the seed's report, roughly."""
    (article,) = (one for one in read_articles(SEEDS) if isinstance(one, Article))
    return " ".join(part.cut(article.text) for part in article.body).split(". ")


def record(name: str, source: str, date: str, sentences: Sequence[str], **more: str) -> Record:
    """Make a record of a corpus."""
    text = ". ".join(sentences)
    return {"id": name, "title": f"Of {name}", "text": text, "source": source, "date": date} | more


@pytest.fixture
def copies(body: list[str]) -> dict[str, Record]:
    """Return one report in four outlets, edited, and another article."""
    records = (
        record("fars", "Fars", "2023-06-10", body),
        record("isna", "ISNA", "2023-06-09T10:00:00+03:30", ["A line of ours", *body[1:]]),
        record("irna", "IRNA", "2023-06", [*body[:3], "Something else", *body[4:]]),
        record("tasnim", "Tasnim", "", body[:-1]),
        record("other", "Reuters", "2023-06-01", [OTHER]),
    )
    return {one["id"]: one for one in records}


@pytest.fixture
def put(tmp_path: Path, build: Build) -> Callable[..., BuildReport]:
    """Return a function that makes the corpus hold these records, a file each, and builds."""

    def run(*records: Record) -> BuildReport:
        corpus = tmp_path / "corpus"
        corpus.mkdir(exist_ok=True)
        names = {f"{one['file'] if 'file' in one else one['id']}.jsonl": one for one in records}
        for path in corpus.iterdir():
            if path.name not in names:
                path.unlink()
        for name, one in names.items():
            (corpus / name).write_text(f"{json.dumps(one)}\n", encoding="utf-8")
        return build(corpus, tmp_path / "home")

    return run


@contextmanager
def opened(home: Path, space: VectorSpace) -> Iterator[Snapshot]:
    """Open an index for a moment."""
    with closing(open_snapshot(home, space=space)) as snapshot:
        yield snapshot


def group(snapshot: Snapshot, name: str) -> list[str]:
    """Return the ids of the articles that are the same report."""
    return [article.id for article in snapshot.same_report(ArticleId(name))]


def test_one_report_is_found_earliest_first(
    put: Callable[..., BuildReport], copies: dict[str, Record], tmp_path: Path, space: VectorSpace
) -> None:
    """A month counts as its end, an undated article comes last, another article stays alone."""
    put(*copies.values())

    with opened(tmp_path / "home", space) as snapshot:
        for name in ("fars", "isna", "irna", "tasnim"):
            assert group(snapshot, name) == ["isna", "fars", "irna", "tasnim"]
        assert group(snapshot, "other") == ["other"]
        assert group(snapshot, "nobody") == []


def test_copies_are_found_in_older_parts_and_stay_when_parts_merge(
    put: Callable[..., BuildReport], copies: dict[str, Record], tmp_path: Path, space: VectorSpace
) -> None:
    """Added one by one, in parts of their own or merged, they are one report at every step."""
    home = tmp_path / "home"
    filler = [
        record(f"filler{n}", "Mehr", "", [f"{OTHER} {n} {n * n} times {word}" for word in "abcdef"])
        for n in range(8)
    ]
    held = [copies["other"], *filler]
    n_parts = set()
    put(*held)
    for name in ("tasnim", "irna", "fars", "isna"):
        held.append(copies[name])
        put(*held)
        with opened(home, space) as snapshot:
            n_parts.add(len(snapshot.manifest.parts))
            there = {one["id"] for one in held} & {"isna", "fars", "irna", "tasnim"}
            assert set(group(snapshot, name)) == there
        assert verify_snapshot(home).problems == ()
    assert len(n_parts) > 1


def test_a_changed_or_removed_article_is_no_copy_any_more(
    put: Callable[..., BuildReport], copies: dict[str, Record], tmp_path: Path, space: VectorSpace
) -> None:
    """What an id held before counts no more, whichever part it stands in."""
    home = tmp_path / "home"
    put(*copies.values())
    changed = record("isna", "ISNA", "2023-06-09", ["Football. " + OTHER.replace("o", "0")])
    put(*(copies | {"isna": changed}).values())
    with opened(home, space) as snapshot:
        assert group(snapshot, "fars") == ["fars", "irna", "tasnim"]
        assert group(snapshot, "isna") == ["isna"]

    put(*(copies[name] for name in ("irna", "isna", "other")))
    with opened(home, space) as snapshot:
        assert group(snapshot, "irna") == ["isna", "irna"]
        assert group(snapshot, "fars") == []


def test_a_report_in_many_articles_takes_the_place_of_one(
    put: Callable[..., BuildReport],
    copies: dict[str, Record],
    tmp_path: Path,
    space: VectorSpace,
    encoder: Encoder,
) -> None:
    """Hits are of one article of a report, and leave places to other articles."""
    put(*copies.values())

    with opened(tmp_path / "home", space) as snapshot:
        found = Retriever(snapshot, encoder, space=space).retrieve("Su-35", language="en", k=10)
    articles = {hit.article.id for hit in found.hits}
    assert "other" in articles
    assert len(articles) == 2
    assert len({hit.passage.id for hit in found.hits}) == len(found.hits)


@pytest.mark.parametrize("damage", ["missing", "no database", "no tables"])
def test_a_damaged_file_is_told(
    damage: str,
    put: Callable[..., BuildReport],
    copies: dict[str, Record],
    tmp_path: Path,
    space: VectorSpace,
) -> None:
    """Without its file a part does not open, and the next build mends it."""
    put(*copies.values())
    home = tmp_path / "home"
    path = current_folder(home) / PARTS / "0" / COPIES
    path.unlink()
    if damage != "missing":
        path.write_bytes(b"" if damage == "no tables" else b"?" * 9000)

    with pytest.raises(SnapshotCorrupt, match=r"pasokh index build"):
        open_snapshot(home, space=space)
    put(*copies.values())
    with opened(home, space) as snapshot:
        assert len(group(snapshot, "fars")) == 4


PAGE = "https://www.isna.ir/news/7/a-headline"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"url": PAGE}, {"url": f"{PAGE}/?utm_source=feed#top"}),
        (
            {"source": "Mehr", "url": "https://www.mehrnews.com/news/5805672/a-bridge"},
            {"source": "Mehr", "url": "https://www.mehrnews.com/news/5805672/two-bridges"},
        ),
    ],
    ids=["address", "number"],
)
def test_one_article_in_two_wordings_is_stored_once(
    first: Record,
    second: Record,
    put: Callable[..., BuildReport],
    tmp_path: Path,
    space: VectorSpace,
) -> None:
    """The newer is indexed; when it goes, the other takes its place."""
    old = record("a", "ISNA", "2023-06-09", ["The minister opened a bridge"]) | first
    new = record("b", "ISNA", "2023-06-09", ["The minister opened two bridges"]) | second
    new["modified"] = "2023-06-10"
    home = tmp_path / "home"

    report = put(old, new)
    assert (report.n_articles, report.n_versions) == (1, 1)
    report = put(old, new, record("c", "ISNA", "", [OTHER]))
    assert (report.n_articles, report.n_versions, report.n_kept) == (2, 1, 1)
    report = put(old)
    assert (report.n_articles, report.n_versions) == (1, 0)
    with opened(home, space) as snapshot:
        (article,) = snapshot.archive.articles()
        assert article.text == old["text"]
    assert verify_snapshot(home).problems == ()


def test_a_new_wording_in_the_same_file_replaces_the_old(
    put: Callable[..., BuildReport], tmp_path: Path, space: VectorSpace
) -> None:
    """A page that was saved again is the same article, changed."""
    put(record("a", "ISNA", "", ["The minister opened a bridge"], url=PAGE))
    report = put(record("a", "ISNA", "", ["The minister opened two bridges"], url=PAGE))

    assert (report.n_articles, report.n_changed, report.n_duplicates) == (1, 1, 0)
    with opened(tmp_path / "home", space) as snapshot:
        (article,) = snapshot.archive.articles()
        assert "two" in article.text


def test_an_article_whose_file_was_renamed_is_still_known_by_its_address(
    put: Callable[..., BuildReport],
) -> None:
    """It is kept, and another wording under its address is a version of it as ever."""
    old = record("a", "ISNA", "", ["The minister opened a bridge"], url=PAGE)
    put(old)
    renamed = old | {"file": "renamed"}
    assert put(renamed).n_kept == 1

    report = put(renamed, record("z", "ISNA", "", ["The minister opened two bridges"], url=PAGE))
    assert (report.n_articles, report.n_versions) == (1, 1)


def test_a_full_disk_is_not_taken_for_a_damaged_index(
    put: Callable[..., BuildReport], copies: dict[str, Record], tmp_path: Path, space: VectorSpace
) -> None:
    """Where signatures that move into a new part have no room, nothing is said of damage."""
    put(*copies.values())
    with (
        opened(tmp_path / "home", space) as snapshot,
        closing(sqlite3.connect(f"{(tmp_path / 'new.db').as_uri()}", uri=True)) as connection,
    ):
        connection.executescript("PRAGMA page_size = 512;" + SCHEMA)
        connection.execute("PRAGMA max_page_count = 1")
        rows = np.arange(snapshot.archive.n_rows)
        with pytest.raises(sqlite3.OperationalError, match="full"):
            snapshot.copies.move(rows, connection, first=0, start=0)
