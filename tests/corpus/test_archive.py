"""An archive gives back every article, passage and sentence as it was written."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.config import ChunkConfig
from index.corpus.archive import Archive, ArchiveWriter
from index.errors import SnapshotCorrupt
from index.text.chunk import split
from index.types import Article, ArticleId, Moment, Passage, Precision, Span

_FRAGMENTS = (
    "کربی گفت می‌روند. ",
    "قال كيربي إن الطائرات وصلت؟ ",
    "Кирби сказал: «нет». ",
    "柯比说飞机来了。",
    "He left.\r\nThen she came. ",
    "👩‍👩‍👧‍👦🇮🇷 ok! ",
    "\ufeff",
    "\x00",
    "e\u0301\u0302",
    "\u2028",
    "\r",
    "\n\n",
    "'; DROP TABLE article; --",
    "\U0001f6e9\ufe0f",
)
_ZONES = (
    UTC,
    ZoneInfo("Asia/Tehran"),
    timezone(timedelta(hours=-9, minutes=-30)),
    timezone(timedelta(hours=3, minutes=25, seconds=44)),  # Tehran's own time before 1935
)

texts = st.lists(
    st.sampled_from(_FRAGMENTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
).map("".join)
moments = st.builds(
    Moment,
    st.datetimes(
        datetime(1800, 1, 1),  # noqa: DTZ001 - hypothesis wants naive limits
        datetime(2200, 1, 1),  # noqa: DTZ001 - likewise
        timezones=st.sampled_from(_ZONES),
    ),
    st.sampled_from(Precision),
)


@st.composite
def bodies(draw: st.DrawFn, text: str) -> tuple[Span, ...]:
    """Draw ordered, disjoint spans of a text."""
    edges = sorted(draw(st.lists(st.integers(0, len(text)), unique=True, max_size=6)))
    return tuple(map(Span, edges[::2], edges[1::2]))


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Draw an article with any text in every field."""
    text = draw(texts)
    return Article(
        id=ArticleId(draw(texts.filter(bool))),
        headline=draw(texts),
        text=text,
        body=draw(bodies(text)),
        language=draw(st.sampled_from(["fa", "ar", "zh-Hant", "und"])),
        published=draw(st.none() | moments),
        source=draw(texts),
        via=draw(texts),
        code=draw(texts),
        url=draw(texts),
        origin=draw(texts),
    )


def _passages(article: Article) -> list[Passage]:
    """Cut an article into small passages, a word a token."""
    return split(article, ChunkConfig(max_tokens=8), count_tokens=lambda text: len(text.split()))


def _instant(moment: Moment | None) -> tuple[datetime, timedelta | None, Precision] | None:
    """Return what must stay of a moment; zones that mean the same offset are one.

    Subtle: `==` of times in two zones is always false in the hour that clocks turn back.
    """
    return moment and (moment.at.astimezone(UTC), moment.at.utcoffset(), moment.precision)


def _fields(article: Article) -> tuple[Article, object]:
    """Return all that must come back."""
    return replace(article, published=None), _instant(article.published)


@given(st.lists(articles(), max_size=5, unique_by=lambda article: article.id))
def test_write_and_open_is_the_identity(written: list[Article]) -> None:
    """Every field, passage and sentence comes back equal and in order, by row and by id."""
    passages = [(article, passage) for article in written for passage in _passages(article)]
    with TemporaryDirectory() as folder:
        path = Path(folder, "archive.db")
        with ArchiveWriter(path) as writer:
            for article in written:
                writer.add(article, _passages(article))
        with closing(Archive(path)) as archive:
            found = list(archive.articles())
            by_id = [archive.article(article.id) for article in written]
            cut = archive.passages(range(archive.n_passages))
            places = list(archive.places())
            counts = (archive.n_articles, archive.n_passages, archive.n_sentences)
            problems = archive.check()

    firsts = [sum(len(p.sentences) for _, p in passages[:row]) for row in range(len(passages))]
    n_sentences = sum(len(passage.sentences) for _, passage in passages)
    tags = [passage.language for _, passage in passages]
    assert list(map(_fields, written)) == list(map(_fields, found))
    assert found == by_id
    assert [passage for _, passage in passages] == [passage for passage, _ in cut]
    assert [_fields(article) for article, _ in passages] == [_fields(one) for _, one in cut]
    owners = [row for row, one in enumerate(written) for _ in _passages(one)]
    assert list(zip(owners, firsts, tags, strict=True)) == places
    assert (len(written), len(passages), n_sentences) == counts
    assert problems == []


def _written(path: Path, n: int) -> list[Article]:
    """Write and return articles of one sentence each."""
    made = []
    for number in range(n):
        text = f"خبر شماره {number}. {'واژه ' * 50}"
        body = (Span(0, len(text)),)
        made.append(
            Article(id=ArticleId(f"a{number}"), headline="", text=text, body=body, language="fa")
        )
    with ArchiveWriter(path) as writer:
        for article in made:
            writer.add(article, _passages(article))
    return made


def test_article_when_unknown(tmp_path: Path) -> None:
    """An id that no article has gives None."""
    _written(tmp_path / "a.db", 2)
    with closing(Archive(tmp_path / "a.db")) as archive:
        found = [archive.article(ArticleId(name)) for name in ("a2", "A1", "", "a1\0")]

    assert [None] * 4 == found


def test_passages_when_a_row_does_not_exist(tmp_path: Path) -> None:
    """A row beyond the end says that the archive is not what the index takes it for."""
    _written(tmp_path / "a.db", 1)
    with (
        closing(Archive(tmp_path / "a.db")) as archive,
        pytest.raises(SnapshotCorrupt, match="row"),
    ):
        archive.passages([archive.n_passages])


def test_reading_from_many_threads(tmp_path: Path) -> None:
    """One opened archive serves threads at once, each getting what it asked for."""
    made = _written(tmp_path / "a.db", 40)
    asked = [article.id for article in made] * 20
    with closing(Archive(tmp_path / "a.db")) as archive, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(archive.article, asked))

    assert made * 20 == found


@pytest.mark.parametrize(
    "content",
    [None, b"", b"not a database" * 100, b"SQLite format 3\0" + bytes(4096)],
    ids=["missing", "empty", "garbage", "zeros"],
)
def test_open_when_it_is_no_archive(content: bytes | None, tmp_path: Path) -> None:
    """What cannot be read as an archive is a corrupt snapshot, named with the remedy."""
    path = tmp_path / "archive.db"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SnapshotCorrupt, match=r"archive\.db.*run `pasokh index build`"):
        Archive(path)


def test_write_when_it_fails_keeps_nothing(tmp_path: Path) -> None:
    """An error while writing leaves no archive that opens with a part of the articles."""
    path = tmp_path / "archive.db"
    article = Article(id=ArticleId("a"), headline="", text="", body=(), language="fa")
    with pytest.raises(sqlite3.IntegrityError), ArchiveWriter(path) as writer:  # noqa: PT012
        writer.add(article, [])
        writer.add(article, [])  # its id is taken

    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT count(*) FROM article").fetchone()
    assert (0,) == rows


def test_open_leaves_the_file_alone(tmp_path: Path) -> None:
    """Reading writes nothing: no journal, no lock, the file unchanged."""
    _written(tmp_path / "archive.db", 3)
    before = (tmp_path / "archive.db").stat()
    with closing(Archive(tmp_path / "archive.db")) as archive:
        archive.passages([0, 1, 2])
        names = sorted(path.name for path in tmp_path.iterdir())

    assert ["archive.db"] == names
    assert before.st_mtime_ns == (tmp_path / "archive.db").stat().st_mtime_ns


def test_passages_of_one_article_share_it(tmp_path: Path) -> None:
    """A long article is read once for all its passages that are asked for, in any order."""
    text = "واژه " * 400
    long = Article(
        id=ArticleId("long"), headline="", text=text, body=(Span(0, len(text)),), language="fa"
    )
    with ArchiveWriter(tmp_path / "a.db") as writer:
        writer.add(long, _passages(long))
        writer.add(replace(long, id=ArticleId("other")), _passages(long))
    with closing(Archive(tmp_path / "a.db")) as archive:
        found = archive.passages(range(archive.n_passages)[::-1])

    assert ["other", "long"] == list(dict.fromkeys(article.id for _, article in found))
    assert len(found) > 20
    assert 2 == len({id(article) for _, article in found})


def test_open_when_it_fails_leaves_no_file_open(tmp_path: Path) -> None:
    """What is found to be no archive is closed again."""
    path = tmp_path / "archive.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(SnapshotCorrupt) as caught:
        Archive(path)

    assert caught.value.__traceback__ is not None  # which keeps alive what was not closed
    assert path not in {link.resolve() for link in Path("/proc/self/fd").glob("*")}
