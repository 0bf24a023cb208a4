"""Postings equal a literal BM25; the lexical index puts passages, articles and names together."""

import math
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.corpus.archive import Archive, ArchiveWriter
from index.errors import SnapshotCorrupt, StorageError
from index.lexical.index import ARTICLE_WEIGHT, FileLexicalIndex, write_lexical
from index.lexical.postings import Group, Postings, PostingsWriter
from index.types import Article, ArticleId, Passage, Span, passage_id

_HOSTILE = [
    'words:"a b"~2',
    "a AND NOT b",
    "[a TO z]",
    "*",
    "\x00",
    "\u202e",
    "\u0301" * 4096,
    "x" * 70_000,
    "(((",
    "a^9",
    "",
]


def plain(tokens: Iterable[str]) -> list[Group]:
    """Make each token a group of its own."""
    return [[(token, 1.0)] for token in tokens]


def _written(folder: Path, documents: Sequence[Sequence[str]]) -> Postings:
    """Write and open postings."""
    with PostingsWriter(folder) as writer:
        for tokens in documents:
            writer.add(" ".join(tokens))
    return Postings.open(folder)


def _stored_length(length: int) -> int:
    """Round a length down as tantivy stores it in a byte.

    Exact to 40, then eight steps of 2, eight of 4, eight of 8 and so on (fieldnorm/code.rs).
    """
    table = list(range(41))
    step = 2
    while table[-1] <= length:
        table += [table[-1] + step * (n + 1) for n in range(8)]
        step *= 2
    return max(entry for entry in table if entry <= length)


def _bm25(documents: Sequence[Sequence[str]], groups: Sequence[Group]) -> list[float]:
    """Score every document by the formula, a group by its best term."""
    n = len(documents)
    average = sum(map(len, documents)) / n

    def one(document: Sequence[str], term: str) -> float:
        df = sum(term in other for other in documents)
        tf = document.count(term)
        norm = 1.2 * (1 - 0.75 + 0.75 * _stored_length(len(document)) / average)
        return math.log(1 + (n - df + 0.5) / (df + 0.5)) * 2.2 * tf / (tf + norm)

    return [
        sum(
            max((weight * one(document, term) for term, weight in group), default=0)
            for group in groups
        )
        for document in documents
    ]


@pytest.mark.parametrize("seed", range(5))
def test_search_equals_a_literal_bm25(tmp_path: Path, seed: int) -> None:
    """Rows and scores are those of the formula, lengths rounded as tantivy stores them."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    words = [f"w{n}" for n in range(30)]
    documents = [rng.choices(words, k=rng.randrange(1, 120)) for _ in range(80)]
    groups: list[Group] = [*plain(rng.choices(words, k=3)), [("w1", 0.5), ("w2", 2.0), ("w3", 1.0)]]
    expected = _bm25(documents, groups)
    order = sorted(range(80), key=lambda row: (-np.float32(expected[row]), row))

    rows, scores = _written(tmp_path / "new", documents).search(groups, 80)

    assert {row for row in order if expected[row] > 0} == set(rows.tolist())
    assert scores.tolist() == pytest.approx([expected[row] for row in rows], rel=1e-5)
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)
    assert scores.tolist() == pytest.approx([expected[row] for row in order[: len(rows)]], rel=1e-5)


def test_search_breaks_ties_by_row(tmp_path: Path) -> None:
    """Equal scores come in the order of rows, at the cut as well."""
    postings = _written(tmp_path / "new", [["x"]] + [["a"]] * 100)

    rows, scores = postings.search(plain(["a"]), 3)

    assert rows.tolist() == [1, 2, 3]
    assert rows.dtype == np.int64
    assert scores.dtype == np.float32


@pytest.mark.parametrize(
    ("terms", "k"),
    [(["a"], 0), ([], 5), (["none"], 5), (["", " "], 5)],
    ids=["k is 0", "no terms", "unknown", "white"],
)
def test_search_is_empty_when_nothing_matches(tmp_path: Path, terms: list[str], k: int) -> None:
    """No match is an empty answer."""
    rows, scores = _written(tmp_path / "new", [["a"], ["b"]]).search(plain(terms), k)

    assert (rows.tolist(), scores.tolist()) == ([], [])


def test_search_when_k_is_negative(tmp_path: Path) -> None:
    """A negative k is a mistake of the caller."""
    with pytest.raises(ValueError, match="-1"):
        _written(tmp_path / "new", [["a"]]).search(plain(["a"]), -1)


def test_search_in_no_rows(tmp_path: Path) -> None:
    """An index without rows answers with none."""
    postings = _written(tmp_path / "new", [])

    assert postings.n_rows == 0
    assert postings.search(plain(["a"]), 5)[0].tolist() == []


@pytest.mark.parametrize("term", _HOSTILE, ids=lambda term: repr(term)[:20])
def test_search_takes_query_syntax_as_text(tmp_path: Path, term: str) -> None:
    """Nothing that is typed has a meaning other than itself."""
    rows, _ = _written(tmp_path / "new", [["a"], ["b"]]).search(plain([term]), 5)

    assert rows.tolist() == []


def test_frequency_counts_rows(tmp_path: Path) -> None:
    """A row counts once however often it holds the term."""
    postings = _written(tmp_path / "new", [["a", "a"], ["a"], ["b"]])

    assert [postings.frequency(term) for term in ("a", "b", "c")] == [2, 1, 0]


def _article(name: str, headline: str, *texts: str) -> tuple[Article, list[Passage]]:
    """Make an article whose paragraphs are its passages."""
    text = "\n".join(texts)
    spans = [Span(text.index(one), text.index(one) + len(one)) for one in texts]
    article = Article(
        id=ArticleId(name), headline=headline, text=text, body=(Span(0, len(text)),), language="fa"
    )
    return article, [
        Passage(
            id=passage_id(article.id, span),
            article_id=article.id,
            span=span,
            text=span.cut(text),
            language="fa",
            sentences=(span,),
        )
        for span in spans
    ]


def _opened(folder: Path, owners: Sequence[int] = (0, 0, 1, 1, 2)) -> FileLexicalIndex:
    """Open a lexical index of one part, by default that of the fixture below."""
    return FileLexicalIndex.open(folder / "all", np.array(owners, np.int32), [folder])


@pytest.fixture(name="folder")
def fixture_folder(tmp_path: Path) -> Path:
    """Write the lexical index of three articles with five passages."""
    with ArchiveWriter(tmp_path / "archive.db") as writer:
        writer.add(*_article("a", "هشدار کربی", "جت‌های سوخو به ایران رسید", "هوا آفتابی بود"))
        writer.add(*_article("b", "بازار", "قیمت نان بالا رفت", "هوا آفتابی بود"))
        writer.add(*_article("c", "گزارش بین المللی", "رکورد بی‌سابقه در نرماندی"))
    archive = Archive(tmp_path / "archive.db")
    (tmp_path / "lexical").mkdir()
    write_lexical(tmp_path / "lexical" / "all", tmp_path / "lexical", archive)
    archive.close()
    return tmp_path / "lexical"


@pytest.mark.parametrize(
    ("question", "row"),
    [
        pytest.param("What did Kirby say about Sukhoi jets?", 0, id="English names"),
        pytest.param("Что сказал Кирби о Сухой?", 0, id="Russian name"),
        pytest.param("جتهای سوخو", 0, id="lost joiner"),
        pytest.param("قیمت نان", 2, id="Persian"),
        pytest.param("بیسابقه", 4, id="lost joiner of a prefix"),
        pytest.param("بینالملل", 4, id="two words that lost their space"),
        pytest.param("Normandy", 4, id="name alone"),
    ],
)
def test_search_finds_the_passage_first(folder: Path, question: str, row: int) -> None:
    """Spellings and scripts lead to the same passage."""
    found = _opened(folder)

    rows, _ = found.search(found.question(question).groups, 3)

    assert rows.tolist()[0] == row


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        # «با» is a stop word, «ها» an ending, «کانوش» sounds like what is asked.
        pytest.param("بانوش", [["نوش"]], id="a stop word before"),
        pytest.param("هانوش", [["هانوش"]], id="an ending before"),
        pytest.param("کوه‌نوش", [["کوه"], ["نوش"], ["کوهنوش"]], id="a joiner the archive lost"),
    ],
)
def test_words_of_two_parts(tmp_path: Path, question: str, terms: list[list[str]]) -> None:
    """A word that the archive writes as two, or as one, is searched as it stands there."""
    with ArchiveWriter(tmp_path / "archive.db") as writer:
        writer.add(*_article("a", "مربی", "با نوش رفت", "بینوش آمد", "کوهنوش ماند"))
        writer.add(*_article("b", "نوش", "کوه بلند است"))
    archive = Archive(tmp_path / "archive.db")
    write_lexical(tmp_path / "all", tmp_path, archive)
    archive.close()

    asked = _opened(tmp_path, owners=(0, 0, 0, 1)).question(question)

    assert [[term for term, _ in group] for group in asked.groups] == terms


def test_search_prefers_the_passage_whose_article_fits(folder: Path) -> None:
    """Of two passages with the same words the one in the matching article comes first."""
    found = _opened(folder)

    rows, scores = found.search(plain(["هوا", "نان"]), 10)
    alone, single = found._passages.search(plain(["هوا", "نان"]), 10)
    whole = dict(
        zip(
            *(part.tolist() for part in found._articles.search(plain(["هوا", "نان"]), 10)),
            strict=True,
        )
    )

    assert rows.tolist() == [2, 3, 1]
    assert (found.n_rows, found.frequency("هوا")) == (5, 2)
    expected = {
        row: score + ARTICLE_WEIGHT * whole[int(found._owners[row])]
        for row, score in zip(alone.tolist(), single.tolist(), strict=True)
    }
    assert scores.tolist() == pytest.approx([expected[row] for row in rows.tolist()], rel=1e-5)


def test_groups_replace_a_name_by_the_archives_terms(folder: Path) -> None:
    """A bridged name is one group; the other words stay as they are."""
    groups = _opened(folder).question("does Kirby fly 2023").groups

    assert [[term for term, _ in group] for group in groups] == [["کرب"], ["2023"], ["fly"]]


def test_write_lexical_of_an_empty_archive(tmp_path: Path) -> None:
    """An archive without passages can be written, opened and searched."""
    with ArchiveWriter(tmp_path / "archive.db"):
        pass
    archive = Archive(tmp_path / "archive.db")
    (tmp_path / "lexical").mkdir()
    write_lexical(tmp_path / "lexical" / "all", tmp_path / "lexical", archive)
    archive.close()
    found = _opened(tmp_path / "lexical", [])

    assert found.search(found.question("Kirby").groups, 5)[0].tolist() == []


def _files(folder: Path) -> list[Path]:
    """Return the files that an opened index reads."""
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")
    )


def test_open_when_any_file_is_missing_or_cut(folder: Path) -> None:
    """Each file, taken away or cut in half, is a SnapshotCorrupt and never another error."""
    sound: list[str] = []
    for path in _files(folder):
        data = path.read_bytes()
        for damaged in (None, data[: len(data) // 2]):
            path.unlink()
            if damaged is not None:
                path.write_bytes(damaged)
            try:
                found = _opened(folder)
                found.search(found.question("Kirby").groups, 5)
                sound.append(path.name)
            except SnapshotCorrupt:
                pass
            path.write_bytes(data)

    assert sound == []


def test_write_where_something_stands(folder: Path) -> None:
    """A folder that is there already is never written over."""
    with pytest.raises(StorageError, match="passages"):
        PostingsWriter(folder / "all" / "passages")


def test_writer_leaves_nothing_to_open_when_it_fails(tmp_path: Path) -> None:
    """Rows before a failure are not published."""

    def broken() -> None:
        with PostingsWriter(tmp_path / "new") as writer:
            writer.add("a")
            raise KeyError

    with pytest.raises(KeyError):
        broken()

    assert Postings.open(tmp_path / "new").n_rows == 0


def test_open_when_the_folder_is_read_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that we may not write, thus not lock, is read through links."""
    before = [(path, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))]
    # Root may write everywhere, so the answer of the system is what is changed here.
    monkeypatch.setattr("os.access", lambda *_: False)

    found = _opened(folder)
    rows, _ = found.search(found.question("Kirby").groups, 1)

    assert rows.tolist() == [1]
    assert before == [(path, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))]
